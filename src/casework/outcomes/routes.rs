//! `/v1/cases/{caseId}/desired-outcomes`.

use actix_web::{get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::{
    AchievementView, NewAchievement, NewOutcome, NewRevision, OutcomeView, Priorities, PrioritiesView,
    RevisionView,
};
use super::service;
use crate::body::Body;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{AchievementPath, CasePath, IfMatchHeader, OutcomePath, RevisionPath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(set_priorities)
        .service(list_outcomes)
        .service(record_outcome)
        .service(get_outcome)
        .service(mark_outcome)
        .service(list_revisions)
        .service(revise_outcome)
        .service(get_revision)
        .service(list_achievements)
        .service(judge_outcome)
        .service(get_achievement);
}

/// Put the outcomes in order
///
/// From the most important, at most three, in one step; all others lose their priority. No `If-Match` is needed.
#[utoipa::path(
    operation_id = "setPriorities",
    tag = "Desired outcomes",
    params(CasePath),
    request_body = Priorities,
    responses((status = 200, description = "The outcomes that have a priority", body = PrioritiesView)),
    extensions(("x-permission" = json!("outcomes.revise")))
)]
#[put("/v1/cases/{caseId}/desired-outcomes/priorities")]
pub async fn set_priorities(call: Call, ids: Ids<1>, body: Body<Priorities>) -> Reply {
    let Ids([case]) = ids;
    call.change(
        body,
        move |act, body| service::prioritise(act, case, body),
        service::priorities,
    )
    .await
}

/// List the desired outcomes of a case
///
/// What the adult wants to happen, current and given up.
#[utoipa::path(
    operation_id = "listDesiredOutcomes",
    tag = "Desired outcomes",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of outcomes", body = Page<OutcomeView>)),
    extensions(("x-permission" = json!("outcomes.read")))
)]
#[get("/v1/cases/{caseId}/desired-outcomes")]
pub async fn list_outcomes(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| service::list(act, case, page))
        .await
}

/// Record a desired outcome
///
/// In the adult's own words. At most three current outcomes have a priority, and no two the same.
#[utoipa::path(
    operation_id = "recordDesiredOutcome",
    tag = "Desired outcomes",
    params(CasePath),
    request_body = NewOutcome,
    responses((status = 201, description = "The outcome", body = OutcomeView)),
    extensions(("x-permission" = json!("outcomes.record")))
)]
#[post("/v1/cases/{caseId}/desired-outcomes")]
pub async fn record_outcome(call: Call, ids: Ids<1>, body: Body<NewOutcome>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| service::record(act, case, body),
        move |act, id| service::get(act, case, id),
    )
    .await
}

/// Read a desired outcome
///
/// The words in force, and the latest judgement of how far it was achieved.
#[utoipa::path(
    operation_id = "getDesiredOutcome",
    tag = "Desired outcomes",
    params(OutcomePath),
    responses((status = 200, description = "The outcome", body = OutcomeView)),
    extensions(("x-permission" = json!("outcomes.read")))
)]
#[get("/v1/cases/{caseId}/desired-outcomes/{outcomeId}")]
pub async fn get_outcome(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, outcome]) = ids;
    call.read(move |act| service::get(act, case, outcome)).await
}

/// List the revisions of an outcome
///
/// Every change, with whose idea it was and whether the adult agreed.
#[utoipa::path(
    operation_id = "listRevisions",
    tag = "Desired outcomes",
    params(OutcomePath, PageParams),
    responses((status = 200, description = "A page of revisions", body = Page<RevisionView>)),
    extensions(("x-permission" = json!("outcomes.read")))
)]
#[get("/v1/cases/{caseId}/desired-outcomes/{outcomeId}/revisions")]
pub async fn list_revisions(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, outcome]) = ids;
    call.list(move |act, _: &NoFilter, page| service::revisions(act, case, outcome, page))
        .await
}

/// Revise a desired outcome
///
/// The adult's own words are never refused and need no `If-Match`. Anyone else's are only proposed until the adult
/// agrees. The answer's ETag is the outcome's.
#[utoipa::path(
    operation_id = "reviseDesiredOutcome",
    tag = "Desired outcomes",
    params(OutcomePath, IfMatchHeader),
    request_body = NewRevision,
    responses((status = 201, description = "The revision", body = RevisionView)),
    extensions(("x-permission" = json!("outcomes.revise")))
)]
#[post("/v1/cases/{caseId}/desired-outcomes/{outcomeId}/revisions")]
pub async fn revise_outcome(call: Call, ids: Ids<2>, body: Body<NewRevision>) -> Reply {
    let Ids([case, outcome]) = ids;
    call.create(
        body,
        move |act, body| service::revise(act, case, outcome, body),
        move |act, id| service::revision(act, case, outcome, id),
    )
    .await
}

/// Read a revision
///
/// One change of an outcome.
#[utoipa::path(
    operation_id = "getRevision",
    tag = "Desired outcomes",
    params(RevisionPath),
    responses((status = 200, description = "The revision", body = RevisionView)),
    extensions(("x-permission" = json!("outcomes.read")))
)]
#[get("/v1/cases/{caseId}/desired-outcomes/{outcomeId}/revisions/{revisionId}")]
pub async fn get_revision(call: Call, ids: Ids<3>) -> Reply {
    let Ids([case, outcome, revision]) = ids;
    call.read(move |act| service::revision(act, case, outcome, revision))
        .await
}

/// List how an outcome was judged
///
/// Interim and final judgements; the latest final one counts for the conclusion. Staff read all of them, everybody else
/// those of the adult and of who speaks for the adult.
#[utoipa::path(
    operation_id = "listAchievements",
    tag = "Desired outcomes",
    params(OutcomePath, PageParams),
    responses((status = 200, description = "A page of judgements", body = Page<AchievementView>)),
    extensions(("x-permission" = json!("achievements.read")))
)]
#[get("/v1/cases/{caseId}/desired-outcomes/{outcomeId}/achievement")]
pub async fn list_achievements(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, outcome]) = ids;
    call.list(move |act, _: &NoFilter, page| service::achievements(act, case, outcome, page))
        .await
}

/// Judge how far an outcome was achieved
///
/// With a reason for every value; the adult's and the practitioner's view apart where they differ. The adult needs no
/// `If-Match`. The answer's ETag is the outcome's.
#[utoipa::path(
    operation_id = "judgeDesiredOutcome",
    tag = "Desired outcomes",
    params(OutcomePath, IfMatchHeader),
    request_body = NewAchievement,
    responses((status = 201, description = "The judgement", body = AchievementView)),
    extensions(("x-permission" = json!("outcomes.judge")))
)]
#[post("/v1/cases/{caseId}/desired-outcomes/{outcomeId}/achievement")]
pub async fn judge_outcome(call: Call, ids: Ids<2>, body: Body<NewAchievement>) -> Reply {
    let Ids([case, outcome]) = ids;
    call.create(
        body,
        move |act, body| service::judge(act, case, outcome, body),
        move |act, id| service::achievement(act, case, outcome, id),
    )
    .await
}

/// Read a judgement
///
/// One judgement of how far an outcome was achieved.
#[utoipa::path(
    operation_id = "getAchievement",
    tag = "Desired outcomes",
    params(AchievementPath),
    responses((status = 200, description = "The judgement", body = AchievementView)),
    extensions(("x-permission" = json!("achievements.read")))
)]
#[get("/v1/cases/{caseId}/desired-outcomes/{outcomeId}/achievement/{achievementId}")]
pub async fn get_achievement(call: Call, ids: Ids<3>) -> Reply {
    let Ids([case, outcome, achievement]) = ids;
    call.read(move |act| service::achievement(act, case, outcome, achievement))
        .await
}

crate::mistake_operation! {
    OutcomeView, tag "Desired outcomes", at "/v1/cases/{caseId}/desired-outcomes/{outcomeId}/entered-in-error" (OutcomePath),
    may "outcomes.correct", mark_outcome "markDesiredOutcomeEnteredInError" by service::mark, then service::get
}
