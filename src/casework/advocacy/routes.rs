//! `/v1/cases/{caseId}/advocacy-assignments`.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::service::{self, AssignmentView, NewAssignment, NewAssignmentStep};
use crate::body::Body;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{AssignmentPath, CasePath, IfMatchHeader};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_assignments)
        .service(request_advocate)
        .service(get_assignment)
        .service(move_assignment);
}

/// List the advocates of a case
///
/// Asked, acting, and ended.
#[utoipa::path(
    operation_id = "listAdvocacyAssignments",
    tag = "Advocacy",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of assignments", body = Page<AssignmentView>)),
    extensions(("x-permission" = json!("advocacy_assignments.read")))
)]
#[get("/v1/cases/{caseId}/advocacy-assignments")]
pub async fn list_assignments(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| service::list(act, case, page))
        .await
}

/// Ask an advocate to act
///
/// Never refused for want of paper: an incomplete basis shows as a gap. An IMCA is instructed by the manager.
#[utoipa::path(
    operation_id = "requestAdvocate",
    tag = "Advocacy",
    params(CasePath),
    request_body = NewAssignment,
    responses((status = 201, description = "The assignment", body = AssignmentView)),
    extensions(("x-permission" = json!("advocacy_assignments.request")))
)]
#[post("/v1/cases/{caseId}/advocacy-assignments")]
pub async fn request_advocate(call: Call, ids: Ids<1>, body: Body<NewAssignment>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| service::request(act, case, body),
        move |act, id| service::get(act, case, id),
    )
    .await
}

/// Read an assignment
///
/// Before accepting, the advocate reads the adult's name and communication needs here, and nothing else of the case.
#[utoipa::path(
    operation_id = "getAdvocacyAssignment",
    tag = "Advocacy",
    params(AssignmentPath),
    responses((status = 200, description = "The assignment", body = AssignmentView)),
    extensions(("x-permission" = json!("advocacy_assignments.read")))
)]
#[get("/v1/cases/{caseId}/advocacy-assignments/{assignmentId}")]
pub async fn get_assignment(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, assignment]) = ids;
    call.read(move |act| service::get(act, case, assignment)).await
}

/// Move an assignment along
///
/// The advocate accepts or declines; access to the case begins with acceptance and ends with the assignment.
#[utoipa::path(
    operation_id = "moveAdvocacyAssignment",
    tag = "Advocacy",
    params(AssignmentPath, IfMatchHeader),
    request_body = NewAssignmentStep,
    responses((status = 200, description = "The assignment", body = AssignmentView)),
    extensions(("x-permission" = json!("advocacy_assignments.move")))
)]
#[post("/v1/cases/{caseId}/advocacy-assignments/{assignmentId}/transitions")]
pub async fn move_assignment(call: Call, ids: Ids<2>, body: Body<NewAssignmentStep>) -> Reply {
    let Ids([case, assignment]) = ids;
    call.change(
        body,
        move |act, body| service::step(act, case, assignment, body),
        move |act, id| service::after_step(act, case, id),
    )
    .await
}
