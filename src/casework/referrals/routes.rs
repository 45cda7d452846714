//! `/v1/referrals`.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::NewTriage;
use super::triage::{self, TriageView};
use super::views::{ReferralAnswer, ReferralFilter};
use super::{intake, refusals, requests, service, tasks, telling, updates};
use crate::body::Body;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, ReferralPath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_referrals)
        .service(intake::submit_referral)
        // Before the path of one referral, which `batch` would fit too.
        .service(intake::submit_referrals)
        .service(get_referral)
        .service(triage_referral)
        .service(tasks::resolve_referral_task);
    updates::operations(config);
    requests::operations(config);
    telling::operations(config);
    refusals::operations(config);
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
