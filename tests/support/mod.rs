//! A real server on a socket, on a real database, and callers who say who they are.

pub mod databases;
pub mod http;
pub mod issued;
pub mod proxy;
pub mod readability;
pub mod second_person;

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::mpsc;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use diesel::prelude::*;
use msp_api::audit::sealer;
use msp_api::casework::cases::access;
use msp_api::casework::who_may_read;
use msp_api::clock;
use msp_api::db::types::Json;
use msp_api::db::{Connection, Database};
use msp_api::ids::Id;
use msp_api::people::accounts::{self as changes, AccountChange};
use msp_api::people::advocates;
use msp_api::people::authorities::{self, Authority};
use msp_api::people::clients;
use msp_api::people::users::{self, User};
use msp_api::policy::{CallerKind, Role, RoleGrant};
use msp_api::problem::Problem;
use msp_api::schema::people::users as accounts;
use msp_api::server::app::App;

pub use databases::Kind;
pub use http::{Actor, Answer};
pub use second_person::decides;

/// Runs each test on both databases.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* fn $name:ident($server:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every story uses everything in scope")]
            use super::*;

            $(#[$meta])*
            fn story($server: &$crate::support::Server) $body

            #[test]
            fn sqlite() {
                let server = $crate::support::Server::start($crate::support::Kind::Sqlite);
                story(&server);
                server.relationships_are_as_recorded();
            }

            #[test]
            fn postgres() {
                let server = $crate::support::Server::start($crate::support::Kind::Postgres);
                story(&server);
                server.relationships_are_as_recorded();
            }
        }
    )+};
}

/// How long a test is, which `tests/run --all` asks to be longer than usual.
pub fn how_many(setting: &str, usual: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long to test is no setting of the program"
    )]
    let given = std::env::var(setting);
    given.map_or(usual, |number| number.parse().expect("a number"))
}

/// A running server with the demo data.
pub struct Server {
    pub base: String,
    tokens: HashMap<String, String>,
    app: Data<App>,
    runtime: tokio::runtime::Handle,
    handle: ServerHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        self.runtime.spawn(async move { handle.stop(false).await });
    }
}

impl Server {
    /// A server on a database of its own, filled with the demo.
    pub fn start(kind: Kind) -> Self {
        Self::on(&databases::filled(kind), &[])
    }

    /// A server on this database, with these settings (`--rate-limit=5`).
    pub fn on(database_url: &str, settings: &[&str]) -> Self {
        let (started, starting) = mpsc::channel();
        let url = database_url.to_owned();
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let config = databases::config(&url, &settings);
                let database = Database::open(&config.database_url, config.pool_size).unwrap();
                let app = Data::new(App::start(config, database).await.unwrap());
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let base = format!("http://{}", listener.local_addr().unwrap());
                let server = msp_api::server::serve(&app, listener).unwrap();
                let tokens = tokens(&app).await;
                let runtime = tokio::runtime::Handle::current();
                started
                    .send((base, tokens, app, runtime, server.handle()))
                    .unwrap();
                server.await.unwrap();
            });
        });
        let (base, tokens, app, runtime, handle) = starting.recv().expect("the server starts");
        Self {
            base,
            tokens,
            app,
            runtime,
            handle,
        }
    }

    /// Somebody with a token.
    pub fn as_(&self, name: &str) -> Actor {
        Actor::new(&self.base, Some(self.token(name).to_owned()))
    }

    /// The token of somebody.
    pub fn token(&self, name: &str) -> &str {
        let token = self.tokens.get(name);
        token.unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// Somebody with this token.
    pub fn with_token(&self, token: &str) -> Actor {
        Actor::new(&self.base, Some(token.to_owned()))
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Actor {
        Actor::new(&self.base, None)
    }

    /// The URL of its database.
    pub fn database_url(&self) -> &str {
        &self.app.config.database_url
    }

    pub fn kind(&self) -> Kind {
        match self.app.database.target().is_sqlite() {
            true => Kind::Sqlite,
            false => Kind::Postgres,
        }
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// Gives somebody with an account a case, as the server's console does: the adult, or this representative of theirs.
    pub fn give_case(&self, actor: &Actor, reference: &str, (role, representative): (Role, Option<&str>)) {
        let user = Id::parse(&actor.get("/v1/me").ok().text("/id")).unwrap();
        let entry = representative.map(|id| Id::parse(id).unwrap());
        let reference = reference.to_owned();
        self.database(move |conn| {
            access::grant(conn, (&reference, "northbank"), user, (role, entry), clock::now())
        });
    }

    /// Makes somebody with an account the login of an advocate's entry in the register, as the server's console does.
    pub fn make_login(&self, actor: &Actor, entry: &str) {
        let user = Id::parse(&actor.get("/v1/me").ok().text("/id")).unwrap();
        let entry = Id::parse(entry).unwrap();
        self.database(move |conn| advocates::take_login(conn, (entry, "northbank"), user, Role::Advocate));
    }

    /// Looks into the database, or changes what no operation changes.
    pub fn database<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, Problem> + Send + 'static,
    ) -> T {
        self.runtime
            .block_on(self.app.database.write(work))
            .expect("the database answers")
    }

    /// Changes what the relationships follow from and no operation changes so: they follow afterwards.
    pub fn behind_its_back(&self, work: impl Fn(&mut Connection) -> Result<(), Problem> + Send + 'static) {
        self.database(move |conn| {
            work(conn)?;
            who_may_read::check_all(conn, Some(clock::now()))?;
            Ok(())
        });
    }

    /// Like [`Self::database`], for work that may fail and is undone then.
    pub fn try_database<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.runtime.block_on(self.app.database.write(work))
    }

    /// After whatever was done: who may reach which case is as the namings, apps and assignments say.
    pub fn relationships_are_as_recorded(&self) {
        let found = self.database(|conn| Ok(who_may_read::check_all(conn, None)?));
        assert_eq!(found, [], "a change of a cause was not followed");
    }

    /// Seals the audit trail, as the server does each second when it runs by itself; answers how many entries.
    pub fn seal(&self) -> usize {
        static HOLDER: std::sync::OnceLock<Id> = std::sync::OnceLock::new();
        let holder = *HOLDER.get_or_init(Id::new);
        let sealing = sealer::seal_waiting(&self.app.database, &self.app.signer, holder);
        self.runtime.block_on(sealing).expect("the trail can be sealed")
    }

    /// Waits for something that runs on the server's runtime.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// A new user, signed in; a new authority is set up, as the server's console does.
    pub fn add_user(&self, name: &str, role: Role, authority: &str, case: Option<&str>) -> Actor {
        self.add_account(name, role, authority, case).1
    }

    /// A new user, signed in, with the account's id.
    pub fn add_account(&self, name: &str, role: Role, authority: &str, case: Option<&str>) -> (Id, Actor) {
        let (username, authority) = (name.to_owned(), authority.to_owned());
        let case = case.map(str::to_owned);
        let id = self.database(move |conn| {
            let user = User {
                id: Id::new(),
                username: username.clone(),
                name: username.clone(),
                enabled: true,
                password_hash: None,
                agency_id: None,
                roles: Json(vec![RoleGrant {
                    role,
                    authority: authority.clone(),
                }]),
                public_contact: None,
                created_at: clock::now(),
            };
            authorities::ensure(conn, &Authority::new(&authority, clock::now()))?;
            users::insert(conn, &user)?;
            if let Some(case) = &case {
                access::grant(conn, (case, &authority), user.id, (role, None), clock::now())?;
            }
            Ok(user.id)
        });
        let token = self
            .app
            .tokens
            .issue(id, CallerKind::User, &[], clock::now())
            .unwrap();
        (id, Actor::new(&self.base, Some(token)))
    }

    /// Somebody in Northbank who works for this agency and has no role.
    pub fn add_agency_worker(&self, name: &str, agency: &str) -> Actor {
        let (id, actor) = self.add_account(name, Role::Analyst, "northbank", None);
        self.take_roles(id);
        let agency = Id::parse(agency).unwrap();
        self.database(move |conn| {
            diesel::update(accounts::table.find(id))
                .set(accounts::agency_id.eq(agency))
                .execute(conn)?;
            Ok(())
        });
        actor
    }

    /// Takes every role of an account; the authority that keeps it stays.
    pub fn take_roles(&self, id: Id) {
        self.database(move |conn| Ok(users::set_roles(conn, id, &[])?));
    }

    /// Has the server's console name an account: it is a second person from now on.
    pub fn name_on_console(&self, id: Id) {
        self.database(move |conn| {
            Ok(changes::note(
                conn,
                id,
                AccountChange::NamedOnConsole,
                None,
                clock::now(),
            )?)
        });
    }

    /// The id of a demo user.
    pub fn user_id(&self, name: &str) -> String {
        self.as_(name).get("/v1/me").ok().text("/id")
    }
}

async fn tokens(app: &Data<App>) -> HashMap<String, String> {
    const USERS: [&str; 13] = [
        "admin",
        "admin2",
        "manager",
        "practitioner",
        "practitioner2",
        "duty",
        "advocate",
        "adult",
        "representative",
        "board",
        "analyst",
        "auditor",
        "manager-eastmoor",
    ];
    let found = app.database.read(|conn| {
        let mut found = Vec::new();
        for name in USERS {
            found.extend(users::named(conn, name)?.map(|user| (name, user.id, CallerKind::User, vec![])));
        }
        for name in ["police-intake", "nhs-intake"] {
            let client = clients::named(conn, name)?;
            found.extend(client.map(|client| (name, client.id, CallerKind::Client, client.scopes.0)));
        }
        Ok(found)
    });
    let found = found.await.unwrap();
    let issue = |id, kind, scopes: &[String]| app.tokens.issue(id, kind, scopes, clock::now()).unwrap();
    found
        .into_iter()
        .map(|(name, id, kind, scopes)| (name.to_owned(), issue(id, kind, &scopes)))
        .collect()
}
