//! Lawful erasure: the personal detail of entries goes, the entries and their seals stay.

use diesel::prelude::*;
use serde_json::json;

use super::{Entry, insert};
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::db::{Connection, Database};
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::foundation::audit_entries;

/// The operation under which an erasure is recorded. Verification counts: more missing than recorded is a fault.
pub const ERASURE: &str = "erasePersonalDetail";

/// Entries in one transaction.
const BATCH: i64 = 1_000;

/// Erases the personal detail of every entry in which this id is the actor, the record or the case; answers how many
/// entries that were.
pub async fn erase_personal(database: &Database, subject: Id) -> Result<usize, Problem> {
    let mut erased = 0;
    loop {
        let some = database.write(move |conn| erase_some(conn, subject)).await?;
        if some == 0 {
            return Ok(erased);
        }
        erased += some;
    }
}

fn erase_some(conn: &mut Connection, subject: Id) -> Result<usize, Problem> {
    let about = audit_entries::actor_id
        .eq(subject)
        .or(audit_entries::resource_id.eq(subject))
        .or(audit_entries::case_id.eq(subject));
    let found: Vec<(Id, Option<String>)> = audit_entries::table
        .filter(about.and(audit_entries::personal.is_not_null()))
        .limit(BATCH)
        .select((audit_entries::id, audit_entries::authority))
        .load(conn)?;
    let authority = found.iter().find_map(|(_, authority)| authority.clone());
    let ids: Vec<Id> = found.into_iter().map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let erased = diesel::update(audit_entries::table.filter(audit_entries::id.one_of(ids)))
        .set(audit_entries::personal.eq(None::<Json<serde_json::Value>>))
        .execute(conn)?;
    let entry = Entry {
        resource: Some("Audit".to_owned()),
        resource_id: Some(subject),
        ..Entry::of_the_system(ERASURE, authority, json!({ "erased": erased }))
    };
    insert(conn, &[entry])?;
    Ok(erased)
}
