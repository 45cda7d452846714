//! Tasks: what about a referral a manager must settle. They stand on the referral itself.

use actix_web::post;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::Resolution;
use super::reach::reach;
use super::views::ReferralAnswer;
use super::{service, store};
use crate::act::Act;
use crate::body::Body;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, ReferralTaskPath};
use crate::ids::Id;
use crate::problem::Problem;

/// How a manager settles a task.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "note": "Rang the sender: the number was another patient's. Told the data protection officer." }))]
pub struct NewResolution {
    /// What was done.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub note: String,
    /// It is the right person after all: the content may be read again. Else it stays hidden.
    pub show_content_again: Option<bool>,
}

/// Settles a task.
pub fn resolve(act: &mut Act, referral: Id, task: Id, body: &Body<NewResolution>) -> Result<Id, Problem> {
    let mut referral = reach(act, referral)?.row;
    let found = referral.tasks.0.iter().position(|one| one.id == task);
    let found = found.ok_or_else(Problem::not_found)?;
    act.expect_version(referral.version)?;
    let wanted = body.valid()?.clone();
    let task = referral.tasks.0.get_mut(found).ok_or_else(Problem::not_found)?;
    if task.resolution.is_some() {
        return Err(Problem::invalid_transition("This task was settled already.", &[]));
    }
    task.resolution = Some(Resolution {
        at: act.now,
        by: act.caller.id,
        note: wanted.note,
        content_shown_again: wanted.show_content_again == Some(true),
    });
    referral.needs_attention = referral.tasks.0.iter().any(|task| task.resolution.is_none());
    store::save(act, &mut referral)?;
    // A resource of its own: whoever referred is told of `referral` only.
    act.emit(
        "referral_task",
        "resolved",
        referral.id,
        referral.version,
        &referral.authority,
        referral.case_id,
    )?;
    Ok(referral.id)
}

/// Settle a task of a referral
///
/// By the manager, with a note. What was hidden stays hidden unless `showContentAgain` says otherwise.
#[utoipa::path(
    operation_id = "resolveReferralTask",
    tag = "Referrals",
    params(ReferralTaskPath, IfMatchHeader),
    request_body = NewResolution,
    responses((status = 200, description = "The referral", body = ReferralAnswer)),
    extensions(("x-permission" = json!("referrals.resolve")))
)]
#[post("/v1/referrals/{referralId}/tasks/{taskId}/resolution")]
pub async fn resolve_referral_task(call: Call, ids: Ids<2>, body: Body<NewResolution>) -> Reply {
    let Ids([referral, task]) = ids;
    call.change(
        body,
        move |act, body| resolve(act, referral, task, body),
        service::shown,
    )
    .await
}
