//! Events: rows written in the transaction of the change they tell of, with no personal data in them.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::schema::foundation::events;

/// What happened to which record.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct Event {
    /// The event's id.
    pub id: Id,
    /// When.
    pub occurred_at: UtcTime,
    /// `<resource>.<verb>`.
    pub event_type: String,
    /// The authority of the record.
    pub authority: String,
    /// The kind of record.
    pub resource: String,
    /// The record.
    pub resource_id: Id,
    /// Its case, when it belongs to one.
    pub case_id: Option<Id>,
    /// The record's version after the change.
    pub version: i64,
}

/// Writes the event in the transaction at hand. Its place in the feed is given later by the one numberer, so
/// that a reader never misses a row that committed late.
pub fn emit(conn: &mut Connection, event: &Event) -> QueryResult<()> {
    diesel::insert_into(events::table)
        .values(event)
        .execute(conn)
        .map(drop)
}
