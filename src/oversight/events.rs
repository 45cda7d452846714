//! `/v1/audit-events`.

use std::sync::TryLockError;

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::names::Names;
use crate::act::Act;
use crate::audit::database::Rows as Trail;
use crate::audit::search::{self, Wanted};
use crate::audit::verify::{Anchor, Report, verify};
use crate::audit::{AuditOutcome, Entry};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::table;
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Role;
use crate::problem::{Code, Problem};
use crate::server::app::App;

/// Something that was done, or tried.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// The entry's id.
    pub id: Id,
    /// When.
    pub occurred_at: UtcTime,
    /// The request.
    pub request_id: Id,
    /// Who.
    pub actor_id: Id,
    /// `user`, `client` or `system`.
    #[schema(example = "user")]
    pub actor_kind: String,
    /// Their name as it is now.
    pub actor_name: Option<String>,
    /// The agency they work for.
    pub agency_id: Option<Id>,
    /// The organisation they work for.
    pub organisation: Option<String>,
    /// Their roles.
    #[schema(example = "practitioner")]
    pub role: Option<String>,
    /// What they were to the record.
    #[schema(example = "allocated")]
    pub relationship: Option<String>,
    /// The purpose they stated.
    pub purpose: Option<String>,
    /// ODS code of the organisation they acted for.
    pub on_behalf_of: Option<String>,
    /// The authority.
    #[schema(example = "northbank")]
    pub authority: Option<String>,
    /// The operation, as the contract names it.
    #[schema(example = "getCase")]
    pub operation: String,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The HTTP status.
    #[schema(example = 200)]
    pub status: i32,
    /// How many equal requests the entry stands for. More than 1: refusals of one caller, operation and status code that
    /// went on within a minute; what differs between them is left out, and address and program are those of the first.
    #[schema(example = 1)]
    pub count: i32,
    /// What kind of record.
    #[schema(example = "Cases")]
    pub resource: Option<String>,
    /// Which record; for auditors.
    pub resource_id: Option<Id>,
    /// Of which case; for auditors.
    pub case_id: Option<Id>,
    /// Names of the fields that were returned.
    pub returned_fields: Vec<String>,
    /// Ids of the rows that were returned; for auditors.
    pub returned_rows: Option<Vec<String>>,
    /// The address the request came from, unless it was erased; for auditors.
    pub address: Option<String>,
    /// The program it came from, unless it was erased; for auditors.
    pub user_agent: Option<String>,
}

impl AuditEvent {
    fn of(entry: Entry, names: &Names, with_records: bool) -> Self {
        let list = |name: &str| {
            let list = entry.returned.0.get(name).and_then(Value::as_array);
            let texts = list.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect::<Vec<_>>()
        };
        let origin = |name: &str| {
            let personal = entry.personal.as_ref().filter(|_| with_records)?;
            personal.0.get("detail")?.get(name)?.as_str().map(str::to_owned)
        };
        Self {
            returned_fields: list("fields"),
            returned_rows: with_records.then(|| list("rows")),
            address: origin("address"),
            user_agent: origin("userAgent"),
            actor_name: names.actor(&entry),
            organisation: names.organisation(&entry),
            id: entry.id,
            occurred_at: entry.occurred_at,
            request_id: entry.request_id,
            actor_id: entry.actor_id,
            actor_kind: entry.actor_kind,
            agency_id: entry.agency_id,
            role: entry.role,
            relationship: entry.relationship,
            purpose: entry.purpose,
            on_behalf_of: entry.on_behalf_of,
            authority: entry.authority,
            operation: entry.operation,
            outcome: entry.outcome,
            status: entry.status,
            count: entry.count,
            resource: entry.resource,
            resource_id: entry.resource_id.filter(|_| with_records),
            case_id: entry.case_id.filter(|_| with_records),
        }
    }
}

/// Filters of the trail.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// Who acted.
    pub actor_id: Option<Id>,
    /// On which case; for auditors.
    pub case_id: Option<Id>,
    /// On which record; for auditors.
    pub resource_id: Option<Id>,
    /// Which operation, as the contract names it.
    #[param(max_length = 100)]
    pub operation: Option<String>,
    /// How it ended.
    #[param(inline)]
    pub outcome: Option<AuditOutcome>,
    /// In which authority.
    #[param(max_length = 40)]
    pub authority: Option<String>,
    /// From this instant on.
    pub from: Option<UtcTime>,
    /// Before this instant.
    pub to: Option<UtcTime>,
}

fn list(act: &mut Act, filter: &AuditFilter, page: &PageRequest) -> Result<Rows<AuditEvent>, Problem> {
    let audited = act.caller.authorities_as(&[Role::Auditor]);
    let with_records = !audited.is_empty();
    let own = match with_records {
        true => audited,
        false => act.caller.authorities_as(&[Role::Admin]),
    };
    if !with_records && (filter.case_id.is_some() || filter.resource_id.is_some()) {
        return Err(Problem::new(Code::Forbidden).saying("Only an auditor reads the trail of a record."));
    }
    let authorities: Vec<Option<String>> = match &filter.authority {
        Some(authority) if own.contains(authority) => vec![Some(authority.clone())],
        Some(_) => return Err(Problem::new(Code::Forbidden)),
        // What belongs to no single authority is everybody's to look at: lists of those who work for several.
        None => own.into_iter().map(Some).chain([None]).collect(),
    };
    let wanted = Wanted {
        actor: filter.actor_id,
        case: filter.case_id,
        resource: filter.resource_id,
        operation: filter.operation.clone(),
        outcome: filter.outcome,
        from: filter.from,
        to: filter.to,
    };
    let entries = search::page(act.conn, &authorities, &wanted, page)?;
    let names = Names::of(act.conn, &entries.items)?;
    Ok(entries.map(|entry| AuditEvent::of(entry, &names, with_records)))
}

fn as_table(events: &[AuditEvent]) -> Result<String, Problem> {
    let columns = [
        "occurredAt",
        "actorName",
        "actorId",
        "actorKind",
        "organisation",
        "role",
        "relationship",
        "purpose",
        "onBehalfOf",
        "authority",
        "operation",
        "outcome",
        "status",
        "count",
        "resource",
        "resourceId",
        "caseId",
        "returnedFields",
        "returnedRows",
        "address",
        "userAgent",
        "requestId",
        "id",
    ];
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let id = |id: &Option<Id>| id.map(|id| id.to_string()).unwrap_or_default();
    table::csv(
        columns,
        events.iter().map(|event| {
            [
                event.occurred_at.to_string(),
                text(&event.actor_name),
                event.actor_id.to_string(),
                event.actor_kind.clone(),
                text(&event.organisation),
                text(&event.role),
                text(&event.relationship),
                text(&event.purpose),
                text(&event.on_behalf_of),
                text(&event.authority),
                event.operation.clone(),
                event.outcome.as_str().to_owned(),
                event.status.to_string(),
                event.count.to_string(),
                text(&event.resource),
                id(&event.resource_id),
                id(&event.case_id),
                event.returned_fields.join(" "),
                event.returned_rows.as_deref().unwrap_or_default().join(" "),
                text(&event.address),
                text(&event.user_agent),
                event.request_id.to_string(),
                event.id.to_string(),
            ]
        }),
    )
}

impl View for Report {
    fn version(&self) -> i64 {
        self.seals
    }

    fn derived_mark(&self) -> Option<String> {
        Some(match self.valid {
            true => format!("valid-{}", self.erased),
            false => format!("faults-{}", self.fault_count),
        })
    }
}

/// A seal to hold the chain against.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Expected {
    /// Number of a seal that was noted elsewhere.
    #[param(minimum = 1)]
    pub expect_number: Option<i64>,
    /// Its digest.
    #[param(max_length = 43)]
    pub expect_digest: Option<String>,
}

fn verification(act: &mut Act, app: &App, expected: &Expected) -> Result<Report, Problem> {
    let _only_one = match app.verifying.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
    .ok_or_else(|| Problem::new(Code::Unavailable).retry_after(10))?;
    let anchor = match (expected.expect_number, &expected.expect_digest) {
        (Some(number), Some(digest)) => Some(Anchor {
            number,
            digest: digest.clone(),
        }),
        (None, None) => None,
        _ => {
            let both = "A seal is known by its number and its digest: give both.";
            return Err(Problem::parameter(Code::BadParameter, "expectNumber", both));
        }
    };
    verify(&mut Trail(act.conn), &app.signer, anchor.as_ref())
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(list_audit_events).service(verify_audit_events);
}

/// Search the audit trail
///
/// Every operation of everybody who signed in, done and refused, newest first, within the auditor's authorities. With
/// `Accept: text/csv` as a table of up to 10,000 rows, and the next ones under `Link`. An administrator reads who did
/// what and when, but of no record.
#[utoipa::path(
    operation_id = "listAuditEvents",
    tag = "Audit",
    params(AuditFilter, PageParams),
    responses((status = 200, description = "A page of the trail", content(
        (Page<AuditEvent> = "application/json"), (String = "text/csv")))),
    extensions(("x-permission" = json!("audit.read")))
)]
#[get("/v1/audit-events")]
pub async fn list_audit_events(call: Call) -> Reply {
    call.list_or_table(list, as_table).await
}

/// Verify the audit trail
///
/// Compares every sealed entry with its seal and every seal with the one before it: a change, removal, insertion, other
/// order or cut is named. What waits for its seal is counted and no fault. Note the last seal's number and digest outside
/// this server: given back later, they also find a trail that was put back whole. Takes seconds for a million entries,
/// so one runs at a time.
#[utoipa::path(
    operation_id = "verifyAuditEvents",
    tag = "Audit",
    params(Expected),
    responses((status = 200, description = "What was found", body = Report)),
    extensions(("x-permission" = json!("audit.verify")))
)]
#[get("/v1/audit-events/verification")]
pub async fn verify_audit_events(call: Call, app: Data<App>) -> Reply {
    call.read_with(move |act, expected: &Expected| verification(act, &app, expected))
        .await
}
