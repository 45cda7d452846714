//! `/v1/cases/{caseId}/feedback`.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Feedback, FeedbackRow, FeedbackView, service};
use crate::body::Body;
use crate::casework::record;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, FeedbackPath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_feedback)
        .service(give_feedback)
        .service(get_feedback)
        .service(mark_feedback);
}

/// List the feedback on a case
///
/// What the adult and those who speak for them said about how it went.
#[utoipa::path(
    operation_id = "listFeedback",
    tag = "Feedback",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page", body = Page<FeedbackView>)),
    extensions(("x-permission" = json!("feedback.read")))
)]
#[get("/v1/cases/{caseId}/feedback")]
pub async fn list_feedback(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| service::list(act, case, page))
        .await
}

/// Give feedback
///
/// In any state of the case; from the adult's own account, or written down by the worker. The answers are held to the
/// questions of the version of the questionnaire that was asked.
#[utoipa::path(
    operation_id = "giveFeedback",
    tag = "Feedback",
    params(CasePath),
    request_body = Feedback,
    responses((status = 201, description = "The new record", body = FeedbackView)),
    extensions(("x-permission" = json!("feedback.give")))
)]
#[post("/v1/cases/{caseId}/feedback")]
pub async fn give_feedback(call: Call, ids: Ids<1>, body: Body<Feedback>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| service::give(act, case, body),
        move |act, id| service::get(act, case, id),
    )
    .await
}

/// Read feedback
///
/// One respondent's answers.
#[utoipa::path(
    operation_id = "getFeedback",
    tag = "Feedback",
    params(FeedbackPath),
    responses((status = 200, description = "The record", body = FeedbackView)),
    extensions(("x-permission" = json!("feedback.read")))
)]
#[get("/v1/cases/{caseId}/feedback/{feedbackId}")]
pub async fn get_feedback(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, feedback]) = ids;
    call.read(move |act| service::get(act, case, feedback)).await
}

crate::mistake_operation! {
    FeedbackView, tag "Feedback", at "/v1/cases/{caseId}/feedback/{feedbackId}/entered-in-error" (FeedbackPath),
    may "feedback.correct", mark_feedback "markFeedbackEnteredInError" by record::mark::<FeedbackRow>, then service::get
}
