//! Invented people and cases: the demo of `serve --demo`, and synthetic cases in bulk for benchmarks.
//!
//! The demo is made through the same use cases as everything else, as the people who would do it.

pub mod organisations;
mod referral_life;
pub mod scene;
pub mod seed;
mod stories;

use crate::clock;
use crate::db::Database;
use crate::people::clients;
use organisations::Credentials;

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
            let people = organisations::set_up(conn, &credentials, clock::now())?;
            stories::tell(conn, &people)
        })
        .await
        .map_err(|problem| problem.for_operator())?;
    Ok(Some(printed))
}
