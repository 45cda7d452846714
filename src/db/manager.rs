//! Opening connections: which database, and the settings each connection must have.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diesel::connection::{Connection as _, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::r2d2::R2D2Connection;
use diesel::sqlite::SqliteConnection;
use diesel::{ConnectionError, RunQueryDsl, sql_query};

use super::Connection;
use crate::private_files;

/// Older libraries can corrupt the database when the write-ahead log is reset.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Connections are renewed after this time, so that a balancer in front of several servers can balance.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// A connection that was idle for so long is asked whether it is still there before it is used.
const ASKED_AFTER: Duration = Duration::from_secs(5);
/// How PostgreSQL's library finds out that a server is silently gone: within 14 seconds, not two hours. A URL that
/// says otherwise is obeyed.
const TIMES: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "3"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];
/// What a request's statements may take on PostgreSQL, and wait for a lock, which a write tries twice. Together less
/// than the three seconds within which every request is answered.
const REQUEST_STATEMENTS: &str = "SET statement_timeout = '2s'; SET lock_timeout = '1s'";
/// The same outside of requests: sealing, verification, commands.
const OTHER_STATEMENTS: &str = "SET statement_timeout = '10s'; SET lock_timeout = '3s'";

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file; created when missing.
    Sqlite(PathBuf),
    /// A libpq connection URL.
    Postgres(String),
}

impl Target {
    /// Reads `sqlite:PATH` or `postgres://…`; anything else is refused rather than taken for a file name.
    pub fn parse(url: &str) -> Result<Self, String> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Self::Sqlite(path.trim_start_matches("//").into()))
            }
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(url.to_owned()))
            }
            _ => Err("DATABASE_URL must be sqlite:PATH or postgres://USER@HOST/NAME".to_owned()),
        }
    }

    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// The database's own name, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Where the database is, for the operator: host and port without user, password and options, or the file.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let rest = url.split_once("//").map_or("", |(_, rest)| rest);
                let place = rest.split('?').next().unwrap_or_default();
                place.rsplit('@').next().unwrap_or_default().to_owned()
            }
        }
    }

    /// Makes the file that is missing, or takes one that others may read from them; SQLite gives what it puts beside a
    /// database the same rights.
    pub(super) fn prepare(&self) -> Result<(), String> {
        let Self::Sqlite(path) = self else { return Ok(()) };
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        private_files::make_folder(folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let failed = |error| format!("cannot open {}: {error}", path.display());
        private_files::make(path).map_err(failed)?;
        for beside in ["-wal", "-shm"] {
            let mut place = path.clone().into_os_string();
            place.push(beside);
            private_files::close_to_others(Path::new(&place)).map_err(failed)?;
        }
        Ok(())
    }

    /// Refuses where there is no file yet, or an empty one, so that a wrong letter in a setting is not taken for a new database.
    pub(super) fn must_exist(&self) -> Result<(), String> {
        match self {
            Self::Sqlite(path) if path.metadata().map_or(0, |file| file.len()) == 0 => Err(format!(
                "there is no database {}: `msp-api serve` and `msp-api migrate` make one",
                path.display()
            )),
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
        }
    }
}

/// A connection that is used again and again.
pub(super) struct Kept {
    pub(super) conn: Connection,
    /// Set when it was left with settings that are not a request's: it is closed rather than used again.
    pub(super) is_suspect: bool,
    /// When its server answered last.
    pub(super) answered_at: Instant,
    opened_at: Instant,
}

impl Kept {
    pub(super) fn open(target: &Target) -> Result<Self, ConnectionError> {
        let conn = match target {
            Target::Sqlite(path) => sqlite(path).map(Connection::Sqlite)?,
            Target::Postgres(url) => postgres(url).map(Connection::Postgres)?,
        };
        let now = Instant::now();
        Ok(Self {
            conn,
            is_suspect: false,
            answered_at: now,
            opened_at: now,
        })
    }

    /// Whether it can be used. What answered a moment ago is taken to be good: asking each time would cost every
    /// request a round trip.
    pub(super) fn is_good(&mut self) -> bool {
        self.opened_at.elapsed() < LIFETIME
            && (self.answered_at.elapsed() < ASKED_AFTER || self.conn.ping().is_ok())
    }

    /// Whether nothing speaks against using it again.
    pub(super) fn may_be_used_again(&mut self) -> bool {
        !self.is_suspect && !self.conn.is_broken()
    }

    /// Runs work that is not a request's, with more time for each statement.
    pub(super) fn unhurried<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        if let Connection::Postgres(postgres) = &mut self.conn {
            postgres.batch_execute(OTHER_STATEMENTS)?;
        }
        let done = work(&mut self.conn);
        if let Connection::Postgres(postgres) = &mut self.conn {
            self.is_suspect |= postgres.batch_execute(REQUEST_STATEMENTS).is_err();
        }
        done
    }
}

fn sqlite(path: &Path) -> Result<SqliteConnection, ConnectionError> {
    let version = libsqlite3_sys::SQLITE_VERSION_NUMBER;
    if version < OLDEST_SQLITE {
        return Err(refused("the SQLite library is older than 3.51.3"));
    }
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; \
         PRAGMA cache_size = -2000;",
    )
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    let checks: [(&str, &str); 3] = [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
    ];
    for (pragma, expected) in checks {
        let found: Setting = sql_query(format!(
            "SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}"
        ))
        .get_result(&mut conn)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        if found.value != expected {
            return Err(refused(&format!("SQLite did not accept {pragma} = {expected}")));
        }
    }
    Ok(conn)
}

/// The URL with our times where it has none of its own.
fn with_times(url: &str) -> String {
    let missing = TIMES.iter().filter(|(name, _)| !url.contains(name));
    missing.fold(url.to_owned(), |url, (name, value)| {
        let joined = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joined}{name}={value}")
    })
}

fn postgres(url: &str) -> Result<PgConnection, ConnectionError> {
    let mut conn = PgConnection::establish(&with_times(url))?;
    conn.batch_execute(&format!(
        "SET timezone = 'UTC'; {REQUEST_STATEMENTS}; SET idle_in_transaction_session_timeout = '30s'; \
         SET client_min_messages = warning;"
    ))
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    let found: Setting = sql_query("SELECT current_setting('synchronous_commit') AS value")
        .get_result(&mut conn)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    if found.value == "off" {
        return Err(refused(
            "PostgreSQL runs with synchronous_commit = off: acknowledged records could be lost",
        ));
    }
    Ok(conn)
}

fn refused(why: &str) -> ConnectionError {
    ConnectionError::BadConnection(why.to_owned())
}

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gets_the_times_it_does_not_have() {
        assert_eq!(
            with_times("postgres://msp@db/msp?connect_timeout=5&tcp_user_timeout=0"),
            "postgres://msp@db/msp?connect_timeout=5&tcp_user_timeout=0\
             &keepalives_idle=5&keepalives_interval=3&keepalives_count=3"
        );
        assert!(with_times("postgres://msp@db/msp").starts_with("postgres://msp@db/msp?connect_timeout=2&"));
    }

    #[test]
    fn the_place_of_a_database_has_no_user_and_no_password() {
        let place = |url| Target::parse(url).map(|target| target.place());
        assert_eq!(
            place("postgres://msp:p@ss@db.example:5432/msp?sslmode=require"),
            Ok("db.example:5432/msp".to_owned())
        );
        assert_eq!(place("sqlite:data/msp.db"), Ok("data/msp.db".to_owned()));
    }

    #[test]
    fn an_unknown_scheme_is_an_error_and_never_a_new_file() {
        assert_eq!(
            Target::parse("sqlite:data/msp.db"),
            Ok(Target::Sqlite("data/msp.db".into()))
        );
        assert!(matches!(
            Target::parse("postgres://msp@localhost/msp"),
            Ok(Target::Postgres(_))
        ));
        for wrong in ["data/msp.db", "mysql://x", "sqlite:", "postgres:x", ""] {
            assert!(Target::parse(wrong).is_err(), "{wrong} was accepted");
        }
    }
}
