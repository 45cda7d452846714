//! A consistent copy of a SQLite database, made while a server uses it.
//!
//! It is written beside its place, checked, and only then given its name: a file of that name is whole and on the disk.

use std::path::{Path, PathBuf};

use diesel::connection::Connection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use crate::audit::{chain::Seal, store};
use crate::clock::UtcTime;
use crate::db::{Connection, Database};
use crate::private_files;
use crate::problem::Problem;
use crate::schema::casework::cases;
use crate::schema::foundation::audit_entries;

/// What a copy holds: read from the copy, not from what it was made of.
#[derive(Debug, Clone)]
pub struct Copied {
    /// Where the copy stands: it was written aside, checked and then renamed to this.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many cases are in it.
    pub cases: i64,
    /// When the last audit entry in it was written.
    pub last_entry: Option<UtcTime>,
    /// Number and digest of the last seal in it, as `audit verify --expect` takes them.
    pub last_seal: Option<(i64, String)>,
}

impl std::fmt::Display for Copied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{}: {} bytes, {} cases",
            self.file.display(),
            self.bytes,
            self.cases
        )?;
        match &self.last_entry {
            Some(at) => writeln!(f, "last audit entry {at}")?,
            None => writeln!(f, "no audit entry")?,
        }
        match &self.last_seal {
            Some((number, digest)) => write!(f, "last seal {number} {digest}"),
            None => write!(f, "no seal"),
        }
    }
}

/// Writes the copy. On failure no file is left, and the message says why.
pub async fn run(database: &Database, file: &Path) -> Result<Copied, String> {
    if !database.target().is_sqlite() {
        return Err("PostgreSQL is backed up with pg_dump or by its own archiving".to_owned());
    }
    if file.exists() {
        return Err(format!("{} exists already", file.display()));
    }
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let (part, place) = (PathBuf::from(part), file.to_owned());
    let copied = database.read(move |conn| match conn {
        Connection::Sqlite(sqlite) => Ok(copy(sqlite, &part, &place)),
        Connection::Postgres(_) => Err(Problem::internal("no backup of PostgreSQL")),
    });
    let copied = copied.await.map_err(|problem| problem.for_operator())?;
    copied.map_err(|why| format!("{} could not be written: {why}", file.display()))
}

fn copy(sqlite: &mut SqliteConnection, part: &Path, place: &Path) -> Result<Copied, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", part.display());
    let written = private_files::open(part).map_err(failed)?;
    written
        .try_lock()
        .map_err(|_| format!("another backup writes {}", part.display()))?;
    let done = (|| {
        // What a backup that was killed left here; SQLite takes an empty file only.
        written.set_len(0).map_err(failed)?;
        sql_query("VACUUM INTO ?")
            .bind::<Text, _>(part.to_string_lossy())
            .execute(sqlite)
            .map_err(|error| error.to_string())?;
        let copied = checked(part, place).map_err(|why| format!("the copy is not good: {why}"))?;
        written.sync_all().map_err(failed)?;
        if place.exists() {
            return Err("it exists already".to_owned());
        }
        std::fs::rename(part, place).map_err(failed)?;
        private_files::sync_folder_of(place).map_err(failed)?;
        Ok(copied)
    })();
    if done.is_err() {
        // Whatever went wrong is told; that this fails too adds nothing.
        let _ = std::fs::remove_file(part);
    }
    done
}

#[derive(QueryableByName)]
struct Checked {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// Looks into the copy as whoever restores it will.
fn checked(part: &Path, place: &Path) -> Result<Copied, String> {
    let mut sqlite =
        SqliteConnection::establish(&part.to_string_lossy()).map_err(|error| error.to_string())?;
    let failed = |error: diesel::result::Error| error.to_string();
    let found: Checked = sql_query("PRAGMA quick_check(1)")
        .get_result(&mut sqlite)
        .map_err(failed)?;
    if found.quick_check != "ok" {
        return Err(found.quick_check);
    }
    let mut conn = Connection::Sqlite(sqlite);
    let last_entry = audit_entries::table
        .order(audit_entries::id.desc())
        .select(audit_entries::occurred_at)
        .first(&mut conn)
        .optional()
        .map_err(failed)?;
    let last_seal: Option<Seal> = store::last_seal(&mut conn).map_err(failed)?;
    Ok(Copied {
        file: place.to_owned(),
        bytes: part.metadata().map_err(|error| error.to_string())?.len(),
        cases: cases::table.count().get_result(&mut conn).map_err(failed)?,
        last_entry,
        last_seal: last_seal.map(|seal| (seal.number, seal.digest)),
    })
}
