//! The record of every look and every change.
//!
//! A change writes its entry in its own transaction; a read waits for its entry before the body leaves. No
//! entry, no answer. Entries are append-only and name fields, never values; what is personal to the actor's
//! request sits apart in `personal`, covered by a salted digest, so that it can be erased lawfully and the
//! entry's canonical form still stands.
//!
//! Every request of a caller who is known has an entry, what was refused too; only of many equal refusals in a minute one
//! entry says how many there were ([`Entry::count`]), and a request beyond the limit (429) is counted in metrics alone.
//!
//! Each entry is noted in `audit_unsealed` by the transaction that writes it. One [`Sealer`] across all instances
//! takes what is noted there and puts a [`chain::Seal`] on it: signed, and standing on the seal before.
//! [`verify`] says what that finds and what it cannot.

mod canonical;
pub mod chain;
pub mod database;
mod erasure;
mod repeats;
pub mod sealer;
pub mod search;
pub mod store;
pub mod verify;
mod writer;

use diesel::prelude::*;
use serde_json::Value;

use crate::clock::{self, UtcTime};
use crate::db::Connection;
use crate::db::error::{Cause, cause_of, diagnosis};
use crate::db::types::Json;
use crate::ids::Id;
use crate::problem::{Code, Problem};
use crate::schema::audit::audit_unsealed;
use crate::schema::foundation::audit_entries;
pub use canonical::salted;
pub use erasure::{ERASURE, erase_personal};
pub use sealer::Sealer;
pub use writer::Writer;

crate::codes! {
    /// How an operation ended.
    pub enum AuditOutcome {
        /// It was done and answered.
        Done = "done",
        /// It was refused.
        Refused = "refused",
        /// It failed on our side.
        Failed = "failed",
    }
}

crate::codes! {
    /// What somebody needs a record for, where that is not what they are to it.
    pub enum AccessPurpose {
        /// To work on the case.
        CaseWork = "case_work",
        /// To supervise those who do.
        Supervision = "supervision",
        /// To look at how well work is done.
        QualityAssurance = "quality_assurance",
        /// For a safeguarding adults review.
        AdultsReview = "adults_review",
        /// To answer a complaint.
        Complaint = "complaint",
        /// Because somebody asked what is held about them.
        SubjectAccess = "subject_access",
        /// For a court or a tribunal.
        LegalProceedings = "legal_proceedings",
        /// To audit.
        Audit = "audit",
        /// To put right what does not work.
        TechnicalSupport = "technical_support",
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
    pub outcome: AuditOutcome,
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
    /// The roles the actor held, where a record was reached in its authority.
    pub role: Option<String>,
    /// What the actor was to the record: the purpose, where none was stated.
    pub relationship: Option<String>,
    /// How many equal refusals this entry stands for; 1 is the request itself.
    pub count: i32,
}

impl Entry {
    /// What was done on the server's own console, or by the server itself.
    pub fn of_the_system(operation: &str, authority: Option<String>, returned: Value) -> Self {
        Self {
            id: Id::new(),
            occurred_at: clock::now(),
            request_id: Id::new(),
            actor_id: Id::new(),
            actor_kind: "system".to_owned(),
            agency_id: None,
            authority,
            operation: operation.to_owned(),
            outcome: AuditOutcome::Done,
            status: 200,
            resource: None,
            resource_id: None,
            case_id: None,
            purpose: None,
            on_behalf_of: None,
            returned: Json(returned),
            personal_digest: None,
            personal: None,
            role: None,
            relationship: None,
            count: 1,
        }
    }
}

/// Writes entries in the transaction at hand, and notes that they wait for a seal.
pub fn insert(conn: &mut Connection, entries: &[Entry]) -> QueryResult<()> {
    let notes: Vec<_> = entries
        .iter()
        .map(|entry| audit_unsealed::entry_id.eq(entry.id))
        .collect();
    let insert = diesel::insert_into(audit_entries::table);
    let note = diesel::insert_into(audit_unsealed::table);
    match (conn, entries) {
        (conn, [only]) => {
            insert.values(only).execute(conn)?;
            note.values(audit_unsealed::entry_id.eq(only.id)).execute(conn)
        }
        (Connection::Postgres(postgres), many) => {
            insert.values(many).execute(postgres)?;
            note.values(notes).execute(postgres)
        }
        (Connection::Sqlite(sqlite), many) => {
            insert.values(many).execute(sqlite)?;
            note.values(notes).execute(sqlite)
        }
    }
    .map(drop)
}

/// Writes the entry of a change in its transaction. Without one there is no answer: whatever keeps it from being
/// written, the service is not available.
pub fn record(conn: &mut Connection, entry: &Entry) -> Result<(), Problem> {
    insert(conn, std::slice::from_ref(entry)).map_err(|error| not_written(&error))
}

fn not_written(error: &diesel::result::Error) -> Problem {
    let (cause, diagnosis) = (cause_of(error), diagnosis(error));
    if cause != Cause::Retry {
        metrics::counter!("audit_write_failures_total").increment(1);
    }
    if cause == Cause::Defect {
        tracing::error!(cause = diagnosis, "an audit entry could not be written");
    }
    Problem::new(Code::Unavailable)
        .because(cause)
        .diagnosed(diagnosis)
}
