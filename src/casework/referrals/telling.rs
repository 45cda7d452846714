//! What the referrer is told: that someone looked at it, and what came of it. Both may be withheld with a reason,
//! which shows in no way on the receipt.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{FeedbackCode, ReceiptFeedback, Referral, Status};
use super::reach::{Reached, reach, reach_to_add};
use super::views::ReferralAnswer;
use super::{rules, service, store};
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::dto::FeedbackToReferrer;
use crate::casework::record::{Head, OwnedRow, row};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{IfMatchHeader, ReferralFeedbackPath, ReferralPath};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::problem::Problem;
use crate::schema::referral_life::referral_feedback;

crate::case_row! {
    /// Feedback to the referrer as it is kept: given with code and text, or withheld with a reason.
    ReferrerFeedback (ReferrerFeedbackContent) in referral_feedback of referral_id (Reached) as "referral_feedback" {
        /// What came of it.
        code: Option<FeedbackCode>,
        /// In words.
        text: Option<String>,
        /// Why nothing is told.
        withheld_reason: Option<String>,
    }
}

/// Feedback to the referrer.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferrerFeedbackView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Whether it was given.
    pub given: bool,
    /// What came of it.
    pub code: Option<FeedbackCode>,
    /// What the referrer reads.
    pub text: Option<String>,
    /// Why nothing is told.
    pub withheld_reason: Option<String>,
    /// Always 1: what was told is never changed.
    pub version: i64,
    /// When it was given or withheld.
    pub created_at: UtcTime,
}

impl View for ReferrerFeedbackView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ReferrerFeedback> for ReferrerFeedbackView {
    fn from(row: ReferrerFeedback) -> Self {
        Self {
            id: row.id,
            given: row.text.is_some(),
            code: row.code,
            text: row.text,
            withheld_reason: row.withheld_reason,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Gives feedback, or says why not.
pub fn give(act: &mut Act, referral: Id, body: &Body<FeedbackToReferrer>) -> Result<Id, Problem> {
    let mut reached = reach_to_add(act, referral)?;
    let feedback = body
        .checked(|feedback| rules::faults_of_feedback(feedback, "", true))?
        .clone();
    let referral = &mut reached.row;
    let id = act.new_id;
    record(act, referral, id, feedback.clone(), FeedbackCode::Other)?;
    store::save(act, referral)?;
    tell_given(act, referral, Some(&feedback))?;
    Ok(id)
}

/// Records feedback on a referral that is saved after it; `otherwise` is the code where none is given.
pub fn record(
    act: &mut Act,
    referral: &mut Referral,
    id: Id,
    feedback: FeedbackToReferrer,
    otherwise: FeedbackCode,
) -> Result<(), Problem> {
    let text = feedback.text.filter(|_| feedback.given == Some(true));
    let code = text.as_ref().map(|_| feedback.code.unwrap_or(otherwise));
    if let (Some(code), Some(text)) = (code, text.clone()) {
        referral.told.0.feedback = Some(ReceiptFeedback {
            given_at: act.now,
            code,
            text,
        });
        referral.tells(act.now);
    }
    let content = ReferrerFeedbackContent {
        withheld_reason: feedback.withheld_reason.filter(|_| text.is_none()),
        code,
        text,
    };
    let head = Head::of(act, id, (referral.id, &referral.authority));
    Ok(ReferrerFeedback::of(head, content).insert(act.conn)?)
}

/// Tells of feedback that was given; of what was withheld there is nothing to tell.
pub fn tell_given(
    act: &mut Act,
    referral: &Referral,
    feedback: Option<&FeedbackToReferrer>,
) -> Result<(), Problem> {
    match feedback.is_some_and(|feedback| feedback.given == Some(true)) {
        true => service::tell(act, referral, "feedback_given"),
        false => Ok(()),
    }
}

/// The case has ended or goes on: its referrals follow, with the feedback that the step gave. What a referrer who is
/// no agency is told is decided one by one.
pub fn follow_case(
    act: &mut Act,
    case: Id,
    status: Status,
    feedback: Option<&FeedbackToReferrer>,
) -> Result<(), Problem> {
    for mut referral in store::of_case(act.conn, case)? {
        referral.status = status;
        let feedback = feedback.filter(|_| !referral.receipt_only);
        if let Some(feedback) = feedback {
            record(
                act,
                &mut referral,
                Id::new(),
                feedback.clone(),
                FeedbackCode::NoEnquiry,
            )?;
        }
        store::save(act, &mut referral)?;
        service::tell(act, &referral, "status_changed")?;
        tell_given(act, &referral, feedback)?;
    }
    Ok(())
}

/// Reads feedback to the referrer.
pub fn get(act: &mut Act, referral: Id, id: Id) -> Result<ReferrerFeedbackView, Problem> {
    let referral = reach(act, referral)?;
    row::<ReferrerFeedback>(act, &referral, id).map(ReferrerFeedbackView::from)
}

/// Lists the feedback to the referrer.
pub fn list(act: &mut Act, referral: Id, page: &PageRequest) -> Result<Rows<ReferrerFeedbackView>, Problem> {
    let referral = reach(act, referral)?;
    let rows = ReferrerFeedback::page(act.conn, referral.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(ReferrerFeedbackView::from))
}

/// That someone looked at a referral.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct NewAcknowledgement {
    /// Why the referrer is not told.
    #[schema(min_length = 1, max_length = 2000)]
    pub withheld_reason: Option<String>,
}

/// Acknowledges a referral, as far as this version goes.
pub fn acknowledge(act: &mut Act, referral: Id, body: &Body<NewAcknowledgement>) -> Result<Id, Problem> {
    let mut referral = reach(act, referral)?.row;
    act.expect_version(referral.version)?;
    let wanted = body.valid()?.clone();
    let receipt = referral.receipt_version;
    acknowledged(act, &mut referral, wanted.withheld_reason);
    store::save(act, &mut referral)?;
    if referral.receipt_version != receipt {
        service::tell(act, &referral, "status_changed")?;
    }
    Ok(referral.id)
}

/// Someone looked at a referral, which is saved after it.
pub fn acknowledged(act: &Act, referral: &mut Referral, withheld_reason: Option<String>) {
    referral.unread_since = None;
    match withheld_reason {
        None => referral.acknowledge(act.now),
        Some(reason) if referral.acknowledged_at.is_none() => {
            referral.told.0.acknowledgement_withheld_reason = Some(reason);
        }
        // What was told cannot be withheld any more.
        Some(_) => {}
    }
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(acknowledge_referral)
        .service(list_feedback_to_referrer)
        .service(give_feedback_to_referrer)
        .service(get_feedback_to_referrer);
}

/// Acknowledge a referral
///
/// The receipt says when someone first looked at it; triage says so too. What came in since is read: acknowledge again
/// after an update. With `withheldReason` it is read and the referrer is not told.
#[utoipa::path(
    operation_id = "acknowledgeReferral",
    tag = "Referrals",
    params(ReferralPath, IfMatchHeader),
    request_body = NewAcknowledgement,
    responses((status = 200, description = "The referral", body = ReferralAnswer)),
    extensions(("x-permission" = json!("referrals.tell")))
)]
#[post("/v1/referrals/{referralId}/acknowledgement")]
pub async fn acknowledge_referral(call: Call, ids: Ids<1>, body: Body<NewAcknowledgement>) -> Reply {
    let Ids([referral]) = ids;
    call.change(
        body,
        move |act, body| acknowledge(act, referral, body),
        service::shown,
    )
    .await
}

/// List the feedback to the referrer
///
/// What was given, and what was withheld and why. For staff: the referrer reads what was given on the receipt.
#[utoipa::path(
    operation_id = "listFeedbackToReferrer",
    tag = "Referrals",
    params(ReferralPath, PageParams),
    responses((status = 200, description = "A page of feedback", body = Page<ReferrerFeedbackView>)),
    extensions(("x-permission" = json!("referrals.tell")))
)]
#[get("/v1/referrals/{referralId}/feedback-to-referrer")]
pub async fn list_feedback_to_referrer(call: Call, ids: Ids<1>) -> Reply {
    let Ids([referral]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, referral, page))
        .await
}

/// Give feedback to the referrer
///
/// `given` with `code` and `text`, which the referrer reads on the receipt from then on; or `withheldReason`, of which
/// the referrer sees nothing.
#[utoipa::path(
    operation_id = "giveFeedbackToReferrer",
    tag = "Referrals",
    params(ReferralPath),
    request_body = FeedbackToReferrer,
    responses((status = 201, description = "The feedback", body = ReferrerFeedbackView)),
    extensions(("x-permission" = json!("referrals.tell")))
)]
#[post("/v1/referrals/{referralId}/feedback-to-referrer")]
pub async fn give_feedback_to_referrer(call: Call, ids: Ids<1>, body: Body<FeedbackToReferrer>) -> Reply {
    let Ids([referral]) = ids;
    call.create(
        body,
        move |act, body| give(act, referral, body),
        move |act, id| get(act, referral, id),
    )
    .await
}

/// Read feedback to the referrer
///
/// One piece of feedback that was given or withheld.
#[utoipa::path(
    operation_id = "getFeedbackToReferrer",
    tag = "Referrals",
    params(ReferralFeedbackPath),
    responses((status = 200, description = "The feedback", body = ReferrerFeedbackView)),
    extensions(("x-permission" = json!("referrals.tell")))
)]
#[get("/v1/referrals/{referralId}/feedback-to-referrer/{referrerFeedbackId}")]
pub async fn get_feedback_to_referrer(call: Call, ids: Ids<2>) -> Reply {
    let Ids([referral, feedback]) = ids;
    call.read(move |act| get(act, referral, feedback)).await
}
