//! What the gate found out about a request, and the audit entry that begins from it.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use serde_json::{Value, json};

use crate::audit::{self, AccessPurpose, AuditOutcome, Entry};
use crate::clock;
use crate::db::types::Json;
use crate::ids::Id;
use crate::policy::{Action, Caller};
use crate::problem::Problem;
use crate::server::contract::Operation;

/// What the gate found out about a request.
#[derive(Clone)]
pub struct Passed {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The session of their token.
    pub session: Option<Id>,
    /// What is called.
    pub operation: Arc<Operation>,
    /// The permission it needs.
    pub action: Action,
    /// The request's id.
    pub request_id: Id,
    /// The purpose the caller states (`X-Access-Purpose`).
    pub purpose: Option<AccessPurpose>,
    /// ODS code of the organisation whose user is behind the call (`NHSD-End-User-Organisation-ODS`).
    pub on_behalf_of: Option<String>,
    /// Where the call came from: address and program. Personal detail, which the audit trail can forget.
    pub origin: Arc<Value>,
}

/// What the gate found out about a request that needs no token, for those that end with somebody signed in or out.
#[derive(Clone)]
pub struct Arrived {
    /// What is called.
    pub operation: Arc<Operation>,
    /// The request's id.
    pub request_id: Id,
    /// ODS code of the organisation whose user is behind the call.
    pub on_behalf_of: Option<String>,
    /// Where the call came from.
    pub origin: Arc<Value>,
}

impl Arrived {
    /// What the gate left with the request.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let arrived = request.extensions().get::<Self>().cloned();
        arrived.ok_or_else(|| Problem::internal("an operation was called past the gate"))
    }

    /// The audit entry of what was done for this caller.
    pub fn entry(self, caller: Caller) -> Entry {
        let passed = Passed {
            caller: Arc::new(caller),
            session: None,
            operation: self.operation,
            action: Action::MeRead,
            request_id: self.request_id,
            purpose: None,
            on_behalf_of: self.on_behalf_of,
            origin: self.origin,
        };
        entry_of(&passed, 200, &[])
    }
}

/// The audit entry of a call, as far as its request tells.
pub fn entry_of(passed: &Passed, status: u16, path_ids: &[(String, Id)]) -> Entry {
    let outcome = match status {
        0..400 => AuditOutcome::Done,
        400..500 => AuditOutcome::Refused,
        _ => AuditOutcome::Failed,
    };
    let (personal_digest, personal) = audit::salted(&passed.origin).unzip();
    Entry {
        id: Id::new(),
        occurred_at: clock::now(),
        request_id: passed.request_id,
        actor_id: passed.caller.id,
        actor_kind: passed.caller.kind.as_str().to_owned(),
        agency_id: passed.caller.agency_id,
        authority: passed.caller.home().map(str::to_owned),
        operation: passed.operation.id.clone(),
        outcome,
        status: i32::from(status),
        resource: Some(passed.operation.tag.clone()),
        resource_id: path_ids.last().map(|(_, id)| *id),
        case_id: path_ids
            .iter()
            .find(|(name, _)| name == "caseId")
            .map(|(_, id)| *id),
        purpose: passed.purpose.map(|purpose| purpose.as_str().to_owned()),
        on_behalf_of: passed.on_behalf_of.clone(),
        returned: Json(json!({})),
        personal_digest,
        personal,
        role: passed.caller.roles_in(None),
        relationship: None,
        count: 1,
    }
}
