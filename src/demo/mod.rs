//! Invented people and cases: the demo of `serve --demo`, and synthetic cases in bulk for benchmarks.
//!
//! The demo is made through the same use cases as everything else, as the people who would do it.

/// Inserts many rows, a thousand in a statement: SQLite takes at most 32,766 values, PostgreSQL 65,535.
macro_rules! insert_all {
    ($conn:expr, $table:ident, $rows:expr) => {
        for chunk in $rows.chunks(1_000) {
            let insert = diesel::insert_into($table::table).values(chunk);
            match &mut *$conn {
                $crate::db::Connection::Postgres(postgres) => insert.execute(postgres)?,
                $crate::db::Connection::Sqlite(sqlite) => insert.execute(sqlite)?,
            };
        }
    };
}

pub mod organisations;
mod referral_life;
pub mod scene;
pub mod seed;
mod seed_access;
mod stories;

use insert_all;

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{self, Entry};
use crate::clock::{self, UtcTime};
use crate::db::{Connection, Database};
use crate::people::clients;
use crate::schema::foundation::invented_data;
use organisations::Credentials;

crate::codes! {
    /// What invented people and cases come from.
    pub enum InventedBy {
        /// `serve --demo`.
        Demo = "demo",
        /// `seed`.
        Seed = "seed",
    }
}

/// Marks the database as one that holds invented people and cases: their passwords and secrets were printed, and their
/// cases must never stand among real ones.
pub fn mark(conn: &mut Connection, by: InventedBy, now: UtcTime) -> QueryResult<()> {
    let row = (invented_data::made_by.eq(by), invented_data::made_at.eq(now));
    crate::insert_unless_there!(&mut *conn, invented_data, row).map(drop)
}

/// What this database is marked with.
pub async fn invented(database: &Database) -> Result<Option<InventedBy>, String> {
    let marked = database.read(|conn| {
        let marks = invented_data::table.order(invented_data::made_by);
        Ok(marks.select(invented_data::made_by).first(conn).optional()?)
    });
    marked.await.map_err(|problem| problem.for_operator())
}

/// Fills an empty database and answers what to print, or nothing where the demo is there already.
pub async fn fill(database: &Database) -> Result<Option<String>, String> {
    let there = database
        .read(|conn| Ok(clients::named(conn, "police-intake")?.is_some()))
        .await
        .map_err(|problem| problem.for_operator())?;
    if there {
        return Ok(None);
    }
    let credentials = Credentials::new().map_err(|problem| problem.for_operator())?;
    let printed = credentials.listing();
    database
        .write(move |conn| {
            mark(conn, InventedBy::Demo, clock::now())?;
            let people = organisations::set_up(conn, &credentials, clock::now())?;
            stories::tell(conn, &people)?;
            // Cases without any entry would look like a trail that was taken away.
            Ok(audit::insert(
                conn,
                &[Entry::of_the_system("demo", None, json!({}))],
            )?)
        })
        .await
        .map_err(|problem| problem.for_operator())?;
    Ok(Some(printed))
}
