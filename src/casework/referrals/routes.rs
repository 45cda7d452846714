//! `/v1/referrals` and `/v1/intake-refusals`.

use actix_web::{get, post};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::NewTriage;
use super::triage::{self, TriageView};
use super::views::{ReferralAnswer, ReferralFilter};
use super::{intake, requests, service, store, tasks, telling, updates};
use crate::act::Act;
use crate::body::Body;
use crate::clock::UtcTime;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{IfMatchHeader, ReferralPath};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Role;
use crate::problem::Problem;

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_referrals)
        .service(intake::submit_referral)
        // Before the path of one referral, which `batch` would fit too.
        .service(intake::submit_referrals)
        .service(get_referral)
        .service(triage_referral)
        .service(list_intake_refusals)
        .service(tasks::resolve_referral_task);
    updates::operations(config);
    requests::operations(config);
    telling::operations(config);
}

/// List referrals
///
/// Staff read them whole, and the adult's advocate those of a case (`caseId`) without the referrer, the person of concern
/// and addresses. Whoever sent some reads their receipts, and nothing else.
#[utoipa::path(
    operation_id = "listReferrals",
    tag = "Referrals",
    params(PageParams, ReferralFilter),
    responses((status = 200, description = "A page of referrals or receipts", body = Page<ReferralAnswer>)),
    extensions(("x-permission" = json!("referrals.read")))
)]
#[get("/v1/referrals")]
pub async fn list_referrals(call: Call) -> Reply {
    call.list(service::list).await
}

/// Read a referral
///
/// Staff read it whole, and the adult's advocate without the referrer, the person of concern and addresses; whoever sent it
/// reads its receipt.
#[utoipa::path(
    operation_id = "getReferral",
    tag = "Referrals",
    params(ReferralPath),
    responses((status = 200, description = "The referral or the receipt", body = ReferralAnswer)),
    extensions(("x-permission" = json!("referrals.read")))
)]
#[get("/v1/referrals/{referralId}")]
pub async fn get_referral(call: Call, ids: Ids<1>) -> Reply {
    let Ids([referral]) = ids;
    call.read(move |act| service::get(act, referral)).await
}

/// Decide what becomes of a referral
///
/// `accept` makes it a case, allocated to a person or a team; `link` joins it to one; `no_enquiry` makes a case that
/// is closed. A strong match with a known adult is 409 `possible_match` until `adultId` or `newAdult` says which.
#[utoipa::path(
    operation_id = "triageReferral",
    tag = "Referrals",
    params(ReferralPath, IfMatchHeader),
    request_body = NewTriage,
    responses((status = 200, description = "What was decided, with the case", body = TriageView)),
    extensions(("x-permission" = json!("referrals.triage")))
)]
#[post("/v1/referrals/{referralId}/triage")]
pub async fn triage_referral(call: Call, ids: Ids<1>, body: Body<NewTriage>) -> Reply {
    let Ids([referral]) = ids;
    call.change(
        body,
        move |act, body| triage::triage(act, referral, body),
        triage::outcome,
    )
    .await
}

/// A referral that was refused at the door, without its content.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntakeRefusalView {
    /// Its id.
    pub id: Id,
    /// The agency that sent it.
    pub agency_id: Option<Id>,
    /// When.
    pub refused_at: UtcTime,
    /// Why.
    pub code: String,
    /// At which places of the body.
    pub pointers: Vec<String>,
}

/// List refused intake
///
/// So that no concern is lost at the door: who sent something that could not be taken, when, and why.
#[utoipa::path(
    operation_id = "listIntakeRefusals",
    tag = "Referrals",
    params(PageParams),
    responses((status = 200, description = "A page of refusals", body = Page<IntakeRefusalView>)),
    extensions(("x-permission" = json!("intake_refusals.read")))
)]
#[get("/v1/intake-refusals")]
pub async fn list_intake_refusals(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| refusals(act, page)).await
}

fn refusals(act: &mut Act, page: &PageRequest) -> Result<Rows<IntakeRefusalView>, Problem> {
    let authorities = act.caller.authorities_as(&[Role::Manager]);
    let rows = store::refusals(act.conn, &authorities, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| IntakeRefusalView {
        id: row.id,
        agency_id: row.agency_id,
        refused_at: row.refused_at,
        code: row.code,
        pointers: row.pointers.0,
    }))
}
