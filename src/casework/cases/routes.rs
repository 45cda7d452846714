//! `/v1/cases`.

use actix_web::{get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::closing::{self, ClosureChecklist, ClosureChecklistView, Conclusion, ConclusionView};
use super::dto::{CaseExpansion, CaseFilterParams, CaseView, EnquiryView, NewTransition};
use super::service;
use crate::body::Body;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, EnquiryPath, IfMatchHeader};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_cases)
        .service(get_case)
        .service(move_case)
        .service(list_enquiries)
        .service(get_enquiry)
        .service(get_conclusion)
        .service(save_conclusion)
        .service(get_closure_checklist)
        .service(save_closure_checklist);
}

/// List cases
///
/// The cases the caller may read: a manager's authority, a practitioner's own and their teams', an advocate's
/// assignments, the adult's own.
#[utoipa::path(
    operation_id = "listCases",
    tag = "Cases",
    params(PageParams, CaseFilterParams),
    responses((status = 200, description = "A page of cases", body = Page<CaseView>)),
    extensions(("x-permission" = json!("cases.read")))
)]
#[get("/v1/cases")]
pub async fn list_cases(call: Call) -> Reply {
    call.list(service::list).await
}

/// Read a case
///
/// With the adult's name and communication needs, the next meeting, and for staff and advocates what is owed.
#[utoipa::path(
    operation_id = "getCase",
    tag = "Cases",
    params(CasePath, CaseExpansion),
    responses((status = 200, description = "The case", body = CaseView)),
    extensions(("x-permission" = json!("cases.read")))
)]
#[get("/v1/cases/{caseId}")]
pub async fn get_case(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.read_with(move |act, expansion: &CaseExpansion| service::get_with(act, case, &expansion.expand))
        .await
}

/// Move a case to another state
///
/// A refused step is 409 `invalid_transition` with everything that is missing, at once, in `missing`.
#[utoipa::path(
    operation_id = "moveCase",
    tag = "Cases",
    params(CasePath, IfMatchHeader),
    request_body = NewTransition,
    responses((status = 200, description = "The case in its new state", body = CaseView)),
    extensions(("x-permission" = json!("cases.move")))
)]
#[post("/v1/cases/{caseId}/transitions")]
pub async fn move_case(call: Call, ids: Ids<1>, body: Body<NewTransition>) -> Reply {
    let Ids([case]) = ids;
    call.change(
        body,
        move |act, body| service::transition(act, case, body),
        service::get,
    )
    .await
}

/// List the enquiries of a case
///
/// One is open at a time; several may follow each other.
#[utoipa::path(
    operation_id = "listEnquiries",
    tag = "Cases",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of enquiries", body = Page<EnquiryView>)),
    extensions(("x-permission" = json!("enquiries.read")))
)]
#[get("/v1/cases/{caseId}/enquiries")]
pub async fn list_enquiries(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| service::enquiries(act, case, page))
        .await
}

/// Read an enquiry
///
/// With the decision that began it and, once concluded, its conclusion set.
#[utoipa::path(
    operation_id = "getEnquiry",
    tag = "Cases",
    params(EnquiryPath),
    responses((status = 200, description = "The enquiry", body = EnquiryView)),
    extensions(("x-permission" = json!("enquiries.read")))
)]
#[get("/v1/cases/{caseId}/enquiries/{enquiryId}")]
pub async fn get_enquiry(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, enquiry]) = ids;
    call.read(move |act| service::enquiry(act, case, enquiry)).await
}

/// Read the conclusion set
///
/// The draft, and what the record says by itself about asking and achievement.
#[utoipa::path(
    operation_id = "getConclusion",
    tag = "Cases",
    params(CasePath),
    responses((status = 200, description = "The conclusion set", body = ConclusionView)),
    extensions(("x-permission" = json!("closing.read")))
)]
#[get("/v1/cases/{caseId}/conclusion")]
pub async fn get_conclusion(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.read(move |act| closing::conclusion(act, case)).await
}

/// Save the conclusion set
///
/// Replaces the whole draft with what is known so far; the step to `concluded` judges whether it is complete.
#[utoipa::path(
    operation_id = "saveConclusion",
    tag = "Cases",
    params(CasePath, IfMatchHeader),
    request_body = Conclusion,
    responses((status = 200, description = "The conclusion set", body = ConclusionView)),
    extensions(("x-permission" = json!("closing.draft")))
)]
#[put("/v1/cases/{caseId}/conclusion")]
pub async fn save_conclusion(call: Call, ids: Ids<1>, body: Body<Conclusion>) -> Reply {
    let Ids([case]) = ids;
    call.change(
        body,
        move |act, body| closing::save_conclusion(act, case, body),
        closing::conclusion,
    )
    .await
}

/// Read the closure checklist
///
/// What is looked at before a case is closed.
#[utoipa::path(
    operation_id = "getClosureChecklist",
    tag = "Cases",
    params(CasePath),
    responses((status = 200, description = "The checklist", body = ClosureChecklistView)),
    extensions(("x-permission" = json!("closing.read")))
)]
#[get("/v1/cases/{caseId}/closure-checklist")]
pub async fn get_closure_checklist(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.read(move |act| closing::checklist(act, case)).await
}

/// Save the closure checklist
///
/// Replaces the whole draft with what is known so far; the step to `closed` judges whether it is complete.
#[utoipa::path(
    operation_id = "saveClosureChecklist",
    tag = "Cases",
    params(CasePath, IfMatchHeader),
    request_body = ClosureChecklist,
    responses((status = 200, description = "The checklist", body = ClosureChecklistView)),
    extensions(("x-permission" = json!("closing.draft")))
)]
#[put("/v1/cases/{caseId}/closure-checklist")]
pub async fn save_closure_checklist(call: Call, ids: Ids<1>, body: Body<ClosureChecklist>) -> Reply {
    let Ids([case]) = ids;
    call.change(
        body,
        move |act, body| closing::save_checklist(act, case, body),
        closing::checklist,
    )
    .await
}
