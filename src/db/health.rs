//! What the operator is told about the database: one line when it fails, one when it is good again. Thousands of refused
//! requests that each say the same would bury the cause.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A success this soon after a failure proves little: some connections may be good while others are not.
const SETTLED: Duration = Duration::from_secs(1);

/// What can be wrong with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// There is no connection, or no answer on it.
    Unreachable,
    /// It answers, and takes no writes: full, read-only, or failing storage.
    NotWritable,
}

/// Since when a trouble lasts, and when it showed last.
type Lasting = Option<(Instant, Instant)>;

#[derive(Debug, Default)]
struct Troubles {
    unreachable: Lasting,
    not_writable: Lasting,
}

impl Troubles {
    fn of(&mut self, trouble: Trouble) -> &mut Lasting {
        match trouble {
            Trouble::Unreachable => &mut self.unreachable,
            Trouble::NotWritable => &mut self.not_writable,
        }
    }
}

/// The state of the database as it shows in what is asked of it.
#[derive(Debug)]
pub(super) struct Health {
    /// Host and port, or the file.
    place: String,
    /// Whether anything is wrong, so that a success costs nothing when nothing is.
    troubled: AtomicBool,
    troubles: Mutex<Troubles>,
}

impl Health {
    pub(super) fn of(place: String) -> Self {
        Self {
            place,
            troubled: AtomicBool::new(false),
            troubles: Mutex::default(),
        }
    }

    /// Something failed; `why` has no values.
    pub(super) fn failed(&self, trouble: Trouble, why: &str) {
        let Ok(mut troubles) = self.troubles.lock() else {
            return;
        };
        self.troubled.store(true, Ordering::Relaxed);
        let now = Instant::now();
        let lasting = troubles.of(trouble);
        let since = lasting.map(|(since, _)| since);
        *lasting = Some((since.unwrap_or(now), now));
        if since.is_some() {
            return;
        }
        let place = &self.place;
        match trouble {
            Trouble::Unreachable => tracing::error!(place, why, "the database cannot be reached"),
            Trouble::NotWritable => tracing::error!(place, why, "the database takes no writes"),
        }
    }

    /// Whether a write failed for the database's sake, and none has worked since that proves more.
    pub(super) fn writes_failed_lately(&self) -> bool {
        let troubles = self.troubles.lock();
        troubles.is_ok_and(|troubles| troubles.not_writable.is_some())
    }

    /// Something worked that shows that there is no such trouble.
    pub(super) fn worked(&self, shown: &[Trouble]) {
        if !self.troubled.load(Ordering::Relaxed) {
            return;
        }
        let Ok(mut troubles) = self.troubles.lock() else {
            return;
        };
        for trouble in shown {
            let Some((since, last)) = *troubles.of(*trouble) else {
                continue;
            };
            if last.elapsed() < SETTLED {
                continue;
            }
            *troubles.of(*trouble) = None;
            let (place, seconds) = (&self.place, since.elapsed().as_secs());
            match trouble {
                Trouble::Unreachable => tracing::info!(place, seconds, "the database can be reached again"),
                Trouble::NotWritable => tracing::info!(place, seconds, "the database takes writes again"),
            }
        }
        let none = troubles.unreachable.is_none() && troubles.not_writable.is_none();
        self.troubled.store(!none, Ordering::Relaxed);
    }
}
