//! Bringing the schema up to date; safe when several instances start together.

use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::sql_types::Bool;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Database, Target};
use crate::private_files;
use crate::problem::Problem;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
/// Any number that is ours: instances that migrate at once wait for each other on it.
const ADVISORY_LOCK: i64 = 0x6d73_705f_6d69;
const SET_UP_POSTGRES: &str = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS set_up";
const SET_UP_SQLITE: &str =
    "SELECT COUNT(*) > 0 AS set_up FROM sqlite_schema WHERE name = '__diesel_schema_migrations'";

#[derive(QueryableByName)]
struct SetUp {
    #[diesel(sql_type = Bool)]
    set_up: bool,
}

impl Database {
    /// Applies every migration that is still pending and answers how many there were.
    ///
    /// # Errors
    /// When the database cannot be reached, a migration fails, or the database was made by a development version whose
    /// migrations are no longer there.
    pub async fn migrate(&self) -> Result<usize, String> {
        let target = self.target().clone();
        self.read(move |conn| {
            let _held = hold_lock_file(&target)?;
            match conn {
                Connection::Postgres(postgres) => {
                    // Building an index may take longer than a request is allowed to.
                    postgres.batch_execute(&format!(
                        "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({ADVISORY_LOCK})"
                    ))?;
                    let done = run(postgres, POSTGRES);
                    postgres.batch_execute(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})"))?;
                    done
                }
                Connection::Sqlite(sqlite) => run(sqlite, SQLITE),
            }
        })
        .await
        .map_err(|problem| problem.detail().unwrap_or("the database could not be migrated").to_owned())
    }

    /// Refuses a database that was never migrated, so that a wrong name in a setting is not taken for a new database.
    pub async fn must_be_set_up(&self) -> Result<(), String> {
        let there = self.read(|conn| {
            Ok(match conn {
                Connection::Postgres(postgres) => sql_query(SET_UP_POSTGRES).get_result::<SetUp>(postgres)?,
                Connection::Sqlite(sqlite) => sql_query(SET_UP_SQLITE).get_result::<SetUp>(sqlite)?,
            })
        });
        let there = there.await.map_err(|problem| problem.for_operator())?;
        there.set_up.then_some(()).ok_or_else(|| {
            "there is no database of msp-api in DATABASE_URL: `msp-api serve` and `msp-api migrate` make one".to_owned()
        })
    }

    /// Undoes every migration: for the test that up, down and up again give the same schema.
    pub async fn migrate_down(&self) -> Result<(), Problem> {
        self.read(|conn| {
            match conn {
                Connection::Postgres(postgres) => postgres.revert_all_migrations(POSTGRES).map(drop),
                Connection::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE).map(drop),
            }
            .map_err(|error| failed(&error))
        })
        .await
    }
}

fn run<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<usize, Problem> {
    refuse_one_of_development(harness, &migrations)?;
    let applied = harness
        .run_pending_migrations(migrations)
        .map_err(|error| failed(&error))?;
    Ok(applied.len())
}

/// Until a version is released its migrations may be made one: nothing leads from a database of before to this schema. A
/// database that is *newer* than this program is let be: an old instance goes on while a new one is put in its place.
fn refuse_one_of_development<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    migrations: &EmbeddedMigrations,
) -> Result<(), Problem> {
    let ours = MigrationSource::<DB>::migrations(migrations).map_err(|error| failed(&error))?;
    let ours: Vec<MigrationVersion> = ours.iter().map(|one| one.name().version().as_owned()).collect();
    let applied = harness.applied_migrations().map_err(|error| failed(&error))?;
    let newest = ours.iter().max();
    match applied
        .iter()
        .any(|one| !ours.contains(one) && Some(one) < newest)
    {
        true => Err(Problem::internal("migrations of before").saying(
            "this database was made by a development version of msp-api from before its first schema, and cannot be brought \
             up to date: start with a new one (another DATABASE_URL)",
        )),
        false => Ok(()),
    }
}

/// In full, since whoever migrates must know; a migration knows no person's data to repeat.
fn failed(error: &impl std::fmt::Display) -> Problem {
    Problem::internal("migration failed").saying(format!("migration failed: {error}"))
}

/// SQLite has no advisory locks; the operating system's lock on a file beside the database does the same.
fn hold_lock_file(target: &Target) -> Result<Option<std::fs::File>, Problem> {
    let Target::Sqlite(path) = target else {
        return Ok(None);
    };
    let failed = |error: std::io::Error| {
        let why = format!("cannot lock: {error}");
        Problem::caused("the lock file", &error).saying(why)
    };
    let file = private_files::open(&path.with_extension("migrate.lock")).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(Some(file))
}
