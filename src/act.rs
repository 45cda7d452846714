//! One use case being carried out: the connection it runs on, who asked for it, and when.

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::outbox::{self, Event};
use crate::policy::{Action, Caller, Scope, Standing, scope};
use crate::problem::{Code, Problem};

/// The versions a caller accepts (`If-Match`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// The header was not sent, or was `*`.
    Missing,
    /// The caller has read one of these versions.
    Versions(Vec<i64>),
}

/// What every use case is given.
pub struct Act<'a> {
    /// The connection; in a change, inside its transaction.
    pub conn: &'a mut Connection,
    /// Who asked.
    pub caller: &'a Caller,
    /// The permission the operation needs.
    pub action: Action,
    /// The time of the request.
    pub now: UtcTime,
    /// The versions the caller has read.
    pub if_match: &'a IfMatch,
    /// The id for the record that this request creates, if it creates one.
    pub new_id: Id,
    /// Where the record was found, for the audit entry.
    pub found: Found,
}

/// Where a use case ended up, as far as the path does not say it.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Authority of the record.
    pub authority: Option<String>,
    /// Its case.
    pub case_id: Option<Id>,
    /// What the caller is to it.
    pub relationship: Option<Standing>,
}

impl Act<'_> {
    /// The row filter for the operation's permission.
    pub fn scope(&self) -> Scope {
        scope(self.caller, self.action)
    }

    /// Holds the caller to the version that is current: 428 without `If-Match`, 412 when it names another.
    pub fn expect_version(&self, current: i64) -> Result<(), Problem> {
        match self.if_match {
            IfMatch::Missing => Err(Problem::new(Code::PreconditionRequired)),
            IfMatch::Versions(read) if read.contains(&current) => Ok(()),
            IfMatch::Versions(_) => Err(Problem::new(Code::Stale)),
        }
    }

    /// Tells the outbox what happened, in the transaction of the change.
    pub fn emit(
        &mut self,
        resource: &str,
        verb: &str,
        id: Id,
        version: i64,
        authority: &str,
        case_id: Option<Id>,
    ) -> Result<(), Problem> {
        let event = Event {
            id: Id::new(),
            occurred_at: self.now,
            event_type: format!("{resource}.{verb}"),
            authority: authority.to_owned(),
            resource: resource.to_owned(),
            resource_id: id,
            case_id,
            version,
        };
        Ok(outbox::emit(self.conn, &event)?)
    }
}

/// Whether an update guarded by the version changed its row; if not, another request was faster.
pub fn guarded(changed_rows: usize) -> Result<(), Problem> {
    match changed_rows {
        1 => Ok(()),
        _ => Err(Problem::new(Code::Stale)),
    }
}
