//! `/v1/cases/{caseId}/access-log`: who saw my record.

use actix_web::get;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::names::Names;
use crate::act::Act;
use crate::audit::{AuditOutcome, Entry, search};
use crate::casework::cases::reach::reach;
use crate::clock::UtcTime;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::CasePath;
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Standing;
use crate::problem::Problem;

crate::codes! {
    /// What was done.
    pub enum AccessKind {
        /// Something was read.
        Looked = "looked",
        /// Something was recorded or changed.
        Changed = "changed",
        /// Somebody tried and was refused.
        Refused = "refused",
    }
}

/// A look at a case, or a change of it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessLogItem {
    /// The entry's id.
    pub id: Id,
    /// When.
    pub at: UtcTime,
    /// What was done.
    pub did: AccessKind,
    /// Who, by role and organisation.
    #[schema(example = "a practitioner of Northbank Council")]
    pub who: String,
    /// The organisation.
    pub organisation: Option<String>,
    /// The user or client; for managers.
    pub actor_id: Option<Id>,
    /// Their name; for managers.
    pub actor_name: Option<String>,
    /// What kind of record; for managers.
    #[schema(example = "Cases")]
    pub resource: Option<String>,
    /// The operation; for managers.
    #[schema(example = "getCase")]
    pub operation: Option<String>,
    /// The purpose that was stated; for managers.
    pub purpose: Option<String>,
}

fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<AccessLogItem>, Problem> {
    let case = reach(act, case)?;
    let by_name = case.standing == Standing::Manager;
    // Who was refused saw nothing.
    let entries = search::page_of_case(act.conn, case.row.id, case.row.adult_id, by_name, page)?;
    let names = Names::of(act.conn, &entries.items)?;
    let reader = act.caller.id;
    Ok(entries.map(|entry| item(entry, &names, reader, by_name)))
}

fn item(entry: Entry, names: &Names, reader: Id, by_name: bool) -> AccessLogItem {
    let organisation = names.organisation(&entry);
    let who = match entry.actor_id == reader {
        true => "you".to_owned(),
        false => described(&entry, organisation.as_deref()),
    };
    let looks = ["get", "list", "search"];
    let did = match entry.outcome {
        AuditOutcome::Refused | AuditOutcome::Failed => AccessKind::Refused,
        AuditOutcome::Done if looks.iter().any(|verb| entry.operation.starts_with(verb)) => {
            AccessKind::Looked
        }
        AuditOutcome::Done => AccessKind::Changed,
    };
    // To the adult the kind of record stays unsaid: it could tell of one that is withheld.
    AccessLogItem {
        id: entry.id,
        at: entry.occurred_at,
        did,
        who,
        organisation,
        actor_id: by_name.then_some(entry.actor_id),
        actor_name: names.actor(&entry).filter(|_| by_name),
        resource: entry.resource.filter(|_| by_name),
        operation: by_name.then_some(entry.operation),
        purpose: entry.purpose.filter(|_| by_name),
    }
}

fn described(entry: &Entry, organisation: Option<&str>) -> String {
    let roles = entry.role.as_deref().unwrap_or_default();
    let as_what = entry
        .relationship
        .as_deref()
        .or_else(|| roles.split(',').next())
        .unwrap_or_default();
    let role = match (entry.actor_kind.as_str(), as_what) {
        ("client", _) => "a computer system",
        ("system", _) => "whoever runs this service",
        (_, "manager") => "a manager",
        (_, "advocate" | "advocate_asked") => "an advocate",
        (_, "adult") => return "the adult".to_owned(),
        (_, "representative") => return "someone who represents the adult".to_owned(),
        (_, "admin") => "an administrator",
        (_, "auditor") => "an auditor",
        (_, _) => "a practitioner",
    };
    match organisation {
        Some(organisation) => format!("{role} of {organisation}"),
        None => role.to_owned(),
    }
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(list_access_log);
}

/// Read who saw a case
///
/// Who looked at the case or at the adult's record, or changed something, newest first. A manager reads names, and who
/// was refused; the adult reads roles and organisations. A look at a list of cases is not in it.
#[utoipa::path(
    operation_id = "listAccessLog",
    tag = "Audit",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of who saw the case", body = Page<AccessLogItem>)),
    extensions(("x-permission" = json!("access_log.read")))
)]
#[get("/v1/cases/{caseId}/access-log")]
pub async fn list_access_log(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, page))
        .await
}
