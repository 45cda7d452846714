//! `/v1/cases/{caseId}/plans/{planId}`: versions, the adult's answer, and the plan's own steps.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::PlanRow;
use super::{NewPlanStep, NewPlanVersion, PlanAgreement, PlanVersionView, PlanView, service};
use crate::body::Body;
use crate::casework::record;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{IfMatchHeader, PlanPath, PlanVersionPath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_plan_versions)
        .service(revise_plan)
        .service(get_plan_version)
        .service(agree_to_plan)
        .service(move_plan);
}

/// List the versions of a plan
///
/// Each as it was written, with why it came.
#[utoipa::path(
    operation_id = "listPlanVersions",
    tag = "Plans",
    params(PlanPath, PageParams),
    responses((status = 200, description = "A page of versions", body = Page<PlanVersionView>)),
    extensions(("x-permission" = json!("plans.read")))
)]
#[get("/v1/cases/{caseId}/plans/{planId}/versions")]
pub async fn list_plan_versions(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, plan]) = ids;
    call.list(move |act, _: &NoFilter, page| service::versions(act, case, plan, page))
        .await
}

/// Write a new version of a plan
///
/// The whole plan with the reason for the change; the versions before it stay. `If-Match` is the plan's.
#[utoipa::path(
    operation_id = "revisePlan",
    tag = "Plans",
    params(PlanPath, IfMatchHeader),
    request_body = NewPlanVersion,
    responses((status = 201, description = "The version, with the plan's new tag", body = PlanVersionView)),
    extensions(("x-permission" = json!("plans.record")))
)]
#[post("/v1/cases/{caseId}/plans/{planId}/versions")]
pub async fn revise_plan(call: Call, ids: Ids<2>, body: Body<NewPlanVersion>) -> Reply {
    let Ids([case, plan]) = ids;
    call.create(
        body,
        move |act, body| service::revise(act, case, plan, body),
        move |act, id| service::version(act, case, plan, id),
    )
    .await
}

/// Read a version of a plan
///
/// As it was written.
#[utoipa::path(
    operation_id = "getPlanVersion",
    tag = "Plans",
    params(PlanVersionPath),
    responses((status = 200, description = "The version", body = PlanVersionView)),
    extensions(("x-permission" = json!("plans.read")))
)]
#[get("/v1/cases/{caseId}/plans/{planId}/versions/{versionId}")]
pub async fn get_plan_version(call: Call, ids: Ids<3>) -> Reply {
    let Ids([case, plan, version]) = ids;
    call.read(move |act| service::version(act, case, plan, version))
        .await
}

/// Answer to a plan
///
/// From the adult's own app: whether they agree, in their own words. Never refused, and no `If-Match` is asked.
#[utoipa::path(
    operation_id = "agreeToPlan",
    tag = "Plans",
    params(PlanPath),
    request_body = PlanAgreement,
    responses((status = 200, description = "The plan", body = PlanView)),
    extensions(("x-permission" = json!("plans.agree")))
)]
#[post("/v1/cases/{caseId}/plans/{planId}/agreement")]
pub async fn agree_to_plan(call: Call, ids: Ids<2>, body: Body<PlanAgreement>) -> Reply {
    let Ids([case, plan]) = ids;
    call.change(
        body,
        move |act, body| service::agree(act, case, plan, body),
        move |act, id| record::get::<PlanRow>(act, case, id),
    )
    .await
}

/// Put a plan in force, or end it
///
/// Whether or not the adult agrees; ending one needs a reason.
#[utoipa::path(
    operation_id = "movePlan",
    tag = "Plans",
    params(PlanPath, IfMatchHeader),
    request_body = NewPlanStep,
    responses((status = 200, description = "The plan", body = PlanView)),
    extensions(("x-permission" = json!("plans.record")))
)]
#[post("/v1/cases/{caseId}/plans/{planId}/transitions")]
pub async fn move_plan(call: Call, ids: Ids<2>, body: Body<NewPlanStep>) -> Reply {
    let Ids([case, plan]) = ids;
    call.change(
        body,
        move |act, body| service::step(act, case, plan, body),
        move |act, id| record::get::<PlanRow>(act, case, id),
    )
    .await
}
