//! What a server's connections are asked: every statement in the order of its issue, and whether it had to be prepared.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, Once};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// What a connection was asked to do.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its SQL, without the values.
    pub text: String,
    /// Whether the connection had it prepared from before.
    pub was_prepared: bool,
}

type Issued = Arc<Mutex<Vec<Statement>>>;

/// The databases that are watched, by a part of their URL that no other has.
static WATCHED: LazyLock<Mutex<HashMap<String, Issued>>> = LazyLock::new(Mutex::default);

/// The statements of one database. Begin before its server starts: a connection learns when it is opened whether it is watched.
pub struct Watch(Issued);

impl Watch {
    pub fn begin(database_url: &str) -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            set_default_instrumentation(|| Some(Box::new(Watcher::default())))
                .expect("connections are watched");
        });
        let name = database_url.rsplit('/').next().unwrap().to_owned();
        let issued = Issued::default();
        WATCHED.lock().unwrap().insert(name, Arc::clone(&issued));
        Self(issued)
    }

    /// What was issued since the last time.
    pub fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Default)]
struct Watcher {
    issued: Option<Issued>,
    prepared: HashSet<String>,
}

impl Instrumentation for Watcher {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match (event, &self.issued) {
            (InstrumentationEvent::StartEstablishConnection { url, .. }, _) => {
                let watched = WATCHED.lock().unwrap();
                let found = watched.iter().find(|(name, _)| url.contains(name.as_str()));
                self.issued = found.map(|(_, issued)| Arc::clone(issued));
            }
            (InstrumentationEvent::CacheQuery { sql, .. }, Some(_)) => {
                self.prepared.insert(sql.trim().to_owned());
            }
            (InstrumentationEvent::StartQuery { query, .. }, Some(issued)) => {
                let text = query.to_string();
                let text = text
                    .split(" -- binds")
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                let was_prepared = self.prepared.contains(&text);
                issued.lock().unwrap().push(Statement { text, was_prepared });
            }
            _ => {}
        }
    }
}
