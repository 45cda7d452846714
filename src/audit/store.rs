//! The rows of the trail and of its seals.

use diesel::prelude::*;

use super::Entry;
use super::chain::Seal;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::schema::audit::{audit_seals, audit_unsealed};
use crate::schema::casework::cases;
use crate::schema::foundation::audit_entries;

diesel::joinable!(audit_unsealed -> audit_entries (entry_id));
diesel::allow_tables_to_appear_in_same_query!(audit_entries, audit_unsealed, audit_seals);

/// Entries that no seal covers yet, in the order of ids.
///
/// In two statements: as one join, SQLite may read the whole trail for it each second.
pub fn waiting_entries(conn: &mut Connection, limit: i64) -> QueryResult<Vec<Entry>> {
    let ids: Vec<Id> = audit_unsealed::table
        .order(audit_unsealed::entry_id)
        .limit(limit)
        .select(audit_unsealed::entry_id)
        .load(conn)?;
    let mut found = entries(conn, &ids)?;
    found.sort_by_key(|entry| entry.id);
    Ok(found)
}

/// The last seal.
pub fn last_seal(conn: &mut Connection) -> QueryResult<Option<Seal>> {
    audit_seals::table
        .order(audit_seals::number.desc())
        .select(Seal::as_select())
        .first(conn)
        .optional()
}

/// How many seals there are.
pub fn seal_count(conn: &mut Connection) -> QueryResult<i64> {
    audit_seals::table.count().get_result(conn)
}

/// The seals with these numbers, both ends included.
pub fn seals(conn: &mut Connection, from: i64, to: i64) -> QueryResult<Vec<Seal>> {
    audit_seals::table
        .filter(audit_seals::number.between(from, to))
        .order(audit_seals::number)
        .select(Seal::as_select())
        .load(conn)
}

/// These entries, as far as they are there.
pub fn entries(conn: &mut Connection, ids: &[Id]) -> QueryResult<Vec<Entry>> {
    audit_entries::table
        .filter(audit_entries::id.one_of(ids))
        .select(Entry::as_select())
        .load(conn)
}

/// A page of the ids of all entries.
pub fn entry_ids(conn: &mut Connection, after: Option<Id>, limit: i64) -> QueryResult<Vec<Id>> {
    let mut query = audit_entries::table
        .order(audit_entries::id)
        .limit(limit)
        .select(audit_entries::id)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(audit_entries::id.gt(after));
    }
    query.load(conn)
}

/// Ids that wait for a seal, each with whether its entry is there.
pub fn waiting(conn: &mut Connection) -> QueryResult<Vec<(Id, bool)>> {
    let rows: Vec<(Id, Option<Id>)> = audit_unsealed::table
        .left_join(audit_entries::table)
        .select((audit_unsealed::entry_id, audit_entries::id.nullable()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, entry)| (id, entry.is_some()))
        .collect())
}

/// How many entries there are, how many of them seals cover, and how many wait: in one statement, so that a sealer at
/// work makes no difference.
pub fn totals(conn: &mut Connection) -> QueryResult<(i64, i64, i64)> {
    let (entries, sealed, waiting): (Option<i64>, Option<i64>, Option<i64>) = diesel::select((
        audit_entries::table.count().single_value(),
        audit_seals::table
            .select(diesel::dsl::sum(audit_seals::entries))
            .single_value(),
        audit_unsealed::table.count().single_value(),
    ))
    .get_result(conn)?;
    Ok((
        entries.unwrap_or_default(),
        sealed.unwrap_or_default(),
        waiting.unwrap_or_default(),
    ))
}

/// Whether there is any case.
pub fn has_cases(conn: &mut Connection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(cases::table.select(cases::id))).get_result(conn)
}
