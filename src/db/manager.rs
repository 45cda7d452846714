//! Opening connections: which database, and the settings each connection must have.

use std::path::{Path, PathBuf};

use diesel::connection::{Connection as _, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use diesel::{ConnectionError, RunQueryDsl, sql_query};

use super::Connection;
use crate::private_files;

/// Older libraries can corrupt the database when the write-ahead log is reset.
const OLDEST_SQLITE: i32 = 3_051_003;

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

/// Makes connections for the pool.
#[derive(Debug)]
pub(super) struct Manager {
    target: Target,
}

impl Manager {
    pub(super) fn new(target: Target) -> Self {
        Self { target }
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Connection, ConnectionError> {
        match &self.target {
            Target::Sqlite(path) => sqlite(path).map(Connection::Sqlite),
            Target::Postgres(url) => postgres(url).map(Connection::Postgres),
        }
    }

    fn is_valid(&self, conn: &mut Connection) -> Result<(), ConnectionError> {
        conn.ping().map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

fn sqlite(path: &Path) -> Result<SqliteConnection, ConnectionError> {
    let version = libsqlite3_sys::SQLITE_VERSION_NUMBER;
    if version < OLDEST_SQLITE {
        return Err(refused("the SQLite library is older than 3.51.3"));
    }
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
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

fn postgres(url: &str) -> Result<PgConnection, ConnectionError> {
    let url = match url.contains("connect_timeout") {
        true => url.to_owned(),
        false => format!(
            "{url}{}connect_timeout=2",
            if url.contains('?') { '&' } else { '?' }
        ),
    };
    let mut conn = PgConnection::establish(&url)?;
    conn.batch_execute(
        "SET timezone = 'UTC'; SET statement_timeout = '10s'; SET lock_timeout = '3s'; \
         SET idle_in_transaction_session_timeout = '30s'; SET client_min_messages = warning;",
    )
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
