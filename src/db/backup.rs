//! A consistent copy of a SQLite database, made while a server uses it.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use super::{Connection, Database};
use crate::problem::Problem;

/// Writes the copy.
pub async fn run(database: &Database, file: &Path) -> Result<(), String> {
    if !database.target().is_sqlite() {
        return Err("PostgreSQL is backed up with pg_dump or by its own archiving".to_owned());
    }
    if file.exists() {
        return Err(format!("{} exists already", file.display()));
    }
    let place = file.to_string_lossy().into_owned();
    let copied = database.read(move |conn| match conn {
        Connection::Sqlite(sqlite) => Ok(sql_query("VACUUM INTO ?")
            .bind::<Text, _>(place)
            .execute(sqlite)
            .map(drop)?),
        Connection::Postgres(_) => Err(Problem::internal("no backup of PostgreSQL")),
    });
    copied
        .await
        .map_err(|_| "the copy could not be written".to_owned())
}
