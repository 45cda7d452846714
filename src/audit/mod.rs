//! The record of every look and every change.
//!
//! A change writes its entry in its own transaction; a read waits for its entry before the body leaves. No
//! entry, no answer. Entries are append-only and name fields, never values; what is personal to the actor's
//! request sits apart in `personal`, covered by a salted digest, so that it can be erased lawfully and the
//! entry's canonical form still stands.

mod writer;

use diesel::prelude::*;
use serde_json::Value;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::foundation::audit_entries;
pub use writer::Writer;

crate::codes! {
    /// How an operation ended.
    pub enum Outcome {
        /// It was done and answered.
        Done = "done",
        /// It was refused.
        Refused = "refused",
        /// It failed on our side.
        Failed = "failed",
    }
}

/// One entry.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub struct Entry {
    /// The entry's id.
    pub id: Id,
    /// When it was written.
    pub occurred_at: UtcTime,
    /// The request it belongs to.
    pub request_id: Id,
    /// Who called.
    pub actor_id: Id,
    /// `user`, `client` or `system`.
    pub actor_kind: String,
    /// The caller's agency.
    pub agency_id: Option<Id>,
    /// Authority of the record, where one was reached.
    pub authority: Option<String>,
    /// The operation, as the contract names it.
    pub operation: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The HTTP status.
    pub status: i32,
    /// What kind of record.
    pub resource: Option<String>,
    /// Which record.
    pub resource_id: Option<Id>,
    /// Of which case.
    pub case_id: Option<Id>,
    /// The purpose the caller stated (`X-Access-Purpose`).
    pub purpose: Option<String>,
    /// ODS code of the organisation whose user is behind the call (`NHSD-End-User-Organisation-ODS`).
    pub on_behalf_of: Option<String>,
    /// Names of the fields, or ids of the rows, that were returned.
    pub returned: Json<Value>,
    /// Salted digest of `personal`.
    pub personal_digest: Option<String>,
    /// Personal detail with its salt; erasable.
    pub personal: Option<Json<Value>>,
}

/// Writes entries in the transaction at hand.
pub fn insert(conn: &mut Connection, entries: &[Entry]) -> QueryResult<usize> {
    let insert = diesel::insert_into(audit_entries::table);
    match (conn, entries) {
        (conn, [only]) => insert.values(only).execute(conn),
        (Connection::Postgres(postgres), many) => insert.values(many).execute(postgres),
        (Connection::Sqlite(sqlite), many) => insert.values(many).execute(sqlite),
    }
}
