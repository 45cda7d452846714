//! A database for each test, copied from one that was migrated and filled once.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Parser;
use diesel::RunQueryDsl;
use diesel::connection::{Connection as _, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use msp_api::config::Config;
use msp_api::db::{Connection, Database, Target};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub fn config(url: &str, settings: &[String]) -> Config {
    let usual = ["msp-api", "--rate-limit=0", "--workers=1", "--shutdown-seconds=1"].map(str::to_owned);
    let mut arguments = usual.to_vec();
    // A later flag may not repeat an earlier one.
    arguments.retain(|usual| {
        !settings
            .iter()
            .any(|setting| setting.split('=').next() == usual.split('=').next())
    });
    arguments.extend(settings.iter().cloned());
    arguments.push(format!("--database-url={url}"));
    Config::try_parse_from(arguments).expect("the settings of a test are right")
}

/// An empty database that was never migrated.
pub fn empty(kind: Kind) -> String {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("msp_test_{}_{number}", std::process::id());
    match kind {
        Kind::Sqlite => format!("sqlite:{}", folder().join(format!("{name}.db")).display()),
        Kind::Postgres => {
            sql(&format!("CREATE DATABASE {name}"));
            postgres_url(&name)
        }
    }
}

/// A database with the demo in it.
pub fn filled(kind: Kind) -> String {
    static SQLITE: OnceLock<String> = OnceLock::new();
    static POSTGRES: OnceLock<String> = OnceLock::new();
    match kind {
        Kind::Sqlite => {
            let template = SQLITE.get_or_init(|| fill(kind));
            let copy = empty(kind);
            std::fs::copy(path_of(template), path_of(&copy)).expect("the template is copied");
            copy
        }
        Kind::Postgres => {
            let template = POSTGRES.get_or_init(|| fill(kind));
            let template = template.rsplit('/').next().unwrap();
            let name = format!(
                "msp_test_{}_{}",
                std::process::id(),
                NUMBER.fetch_add(1, Ordering::Relaxed)
            );
            sql(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
            postgres_url(&name)
        }
    }
}

fn fill(kind: Kind) -> String {
    let url = empty(kind);
    let filled = url.clone();
    // A runtime of its own, so that every connection is closed when this returns.
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let database = Database::open(&filled, 2).unwrap();
            database.migrate().await.unwrap();
            msp_api::demo::fill(&database).await.unwrap();
            if kind == Kind::Sqlite {
                let copy = format!("{}.template", path_of(&filled).display());
                msp_api::backup::run(&database, copy.as_ref()).await.unwrap();
            }
        });
    })
    .join()
    .expect("the template is filled");
    match kind {
        Kind::Sqlite => format!("{url}.template"),
        Kind::Postgres => {
            end_connections(&url);
            url
        }
    }
}

pub fn path_of(url: &str) -> PathBuf {
    url.trim_start_matches("sqlite:").into()
}

/// A connection of somebody else to this database, after these statements.
pub fn beside(url: &str, statements: &str) -> Connection {
    let mut conn = match Target::parse(url).unwrap() {
        Target::Sqlite(path) => {
            Connection::Sqlite(SqliteConnection::establish(path.to_str().unwrap()).unwrap())
        }
        Target::Postgres(url) => Connection::Postgres(PgConnection::establish(&url).unwrap()),
    };
    if !statements.is_empty() {
        conn.batch_execute(statements).unwrap();
    }
    conn
}

fn folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = std::env::temp_dir().join(format!("msp-api-tests-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder for the databases");
            folder
        })
        .clone()
}

fn server_url() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server to test on is no setting of the program"
    )]
    let url = std::env::var("MSP_TEST_POSTGRES_URL");
    url.expect("MSP_TEST_POSTGRES_URL names a PostgreSQL server: run tests/run, or `tests/postgres start`")
}

fn postgres_url(name: &str) -> String {
    let server = server_url();
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{base}/{name}")
}

/// Ends every connection to a PostgreSQL database.
pub fn end_connections(url: &str) {
    let name = url.rsplit('/').next().unwrap();
    sql(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    ));
}

/// Has the PostgreSQL server do something that concerns a whole database.
pub fn sql(statement: &str) {
    let mut conn = PgConnection::establish(&server_url()).expect("the PostgreSQL server answers");
    diesel::sql_query(statement)
        .execute(&mut conn)
        .expect("the statement works");
}
