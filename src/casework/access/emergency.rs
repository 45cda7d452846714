//! Emergency access ("break glass"): a member of staff reads a case of the authority that they have no other access to,
//! with a reason, for four hours at most. The manager and the auditor get a notice without personal data in the same
//! transaction, and it must be reviewed.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::model::Case;
use crate::casework::cases::store as case_store;
use crate::casework::record::{Head, OwnedRow, write_new, write_over};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, EmergencyPath, IfMatchHeader};
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::{Action, Role};
use crate::problem::{Code, Problem};
use crate::schema::access::emergency_access;

/// Seconds for which it lasts unless said shorter.
const LONGEST: i64 = 4 * 60 * 60;

crate::codes! {
    /// Why emergency access is needed.
    pub enum EmergencyReason {
        /// Somebody is in danger now.
        ImmediateDanger = "immediate_danger",
        /// Out of hours.
        OutOfHours = "out_of_hours",
        /// Who works on the case cannot be reached.
        WorkerUnavailable = "worker_unavailable",
        /// Another reason.
        Other = "other",
    }
}

crate::codes! {
    /// What a review found.
    pub enum ReviewOutcome {
        /// It was right.
        Justified = "justified",
        /// It was not.
        NotJustified = "not_justified",
        /// Something must be done.
        NeedsAction = "needs_action",
    }
}

crate::case_row! {
    /// One use of emergency access.
    EmergencyAccess (EmergencyContent) in emergency_access as "emergency_access" {
        /// Who used it.
        user_id: Id,
        /// Why.
        reason_code: EmergencyReason,
        /// Why, in words.
        reason: String,
        /// Until when.
        until: UtcTime,
        /// What the review found.
        review_outcome: Option<ReviewOutcome>,
        /// What the reviewer says.
        review_note: Option<String>,
        /// When it was reviewed.
        reviewed_at: Option<UtcTime>,
        /// By whom.
        reviewed_by: Option<Id>,
    }
}

/// Why somebody needs to read a case now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reasonCode": "out_of_hours", "reason": "The police ask at night where she is safe", "minutes": 60}))]
pub struct NewEmergencyAccess {
    /// Why.
    pub reason_code: EmergencyReason,
    /// Why, in words.
    #[schema(min_length = 10, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
    /// For how long, 240 minutes at most; that unless said shorter.
    #[schema(minimum = 1, maximum = 240)]
    pub minutes: Option<i64>,
}

/// What a review found.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"outcome": "justified", "note": "The duty worker could not be reached"}))]
pub struct NewReview {
    /// What it found.
    pub outcome: ReviewOutcome,
    /// In words.
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
}

/// One use of emergency access.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyAccessView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The case.
    pub case_id: Id,
    /// Who used it.
    pub user_id: Id,
    /// Why.
    pub reason_code: EmergencyReason,
    /// Why, in words.
    pub reason: String,
    /// Until when the case can be read.
    pub until: UtcTime,
    /// What was recorded with it: everything read meanwhile is in the audit trail.
    pub recorded: String,
    /// What the review found.
    pub review_outcome: Option<ReviewOutcome>,
    /// What the reviewer says.
    pub review_note: Option<String>,
    /// When it was reviewed.
    pub reviewed_at: Option<UtcTime>,
    /// 1, and one more with a review.
    pub version: i64,
    /// When it began.
    pub created_at: UtcTime,
}

impl View for EmergencyAccessView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<EmergencyAccess> for EmergencyAccessView {
    fn from(row: EmergencyAccess) -> Self {
        Self {
            id: row.id,
            case_id: row.case_id,
            user_id: row.user_id,
            reason_code: row.reason_code,
            reason: row.reason,
            until: row.until,
            recorded: "Who, why and until when; every look is audited, and a manager reviews it.".to_owned(),
            review_outcome: row.review_outcome,
            review_note: row.review_note,
            reviewed_at: row.reviewed_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Begins emergency access.
pub fn begin(act: &mut Act, case: Id, body: &Body<NewEmergencyAccess>) -> Result<Id, Problem> {
    let staff_of = act.caller.staff_of();
    let found = case_store::find_any(act.conn, case)?.filter(|case| staff_of.contains(&case.authority));
    let case = found.ok_or_else(Problem::not_found)?;
    // A conflict denies before any permit, this one too.
    if case_store::is_excluded(act.conn, case.id, (act.caller.id, act.caller.agency_id))? {
        return Err(Problem::not_found());
    }
    act.found.authority = Some(case.authority.clone());
    act.found.case_id = Some(case.id);
    let new = body.valid()?.clone();
    let seconds = new.minutes.map_or(LONGEST, |minutes| minutes * 60).min(LONGEST);
    let row = EmergencyAccess::of(
        Head::of(act, act.new_id, (case.id, &case.authority)),
        EmergencyContent {
            user_id: act.caller.id,
            reason_code: new.reason_code,
            reason: new.reason,
            until: act.now.plus_seconds(seconds),
            review_outcome: None,
            review_note: None,
            reviewed_at: None,
            reviewed_by: None,
        },
    );
    let notice = Notice {
        authority: &case.authority,
        kind: NoticeKind::EmergencyAccessUsed,
        resource_id: row.id,
        case_id: Some(case.id),
        author: act.caller.id,
    };
    notices::leave(act.conn, notice, act.now)?;
    write_new(act, &row, "used")
}

/// Emergency accesses of a case, for its manager and the auditor of its authority: the case itself may be closed to them.
fn authority_of(act: &mut Act, case: Id) -> Result<Case, Problem> {
    let roles: &[Role] = match act.action {
        Action::EmergencyRead => &[Role::Manager, Role::Auditor],
        _ => &[Role::Manager],
    };
    let mine = act.caller.authorities_as(roles);
    let found = case_store::find_any(act.conn, case)?.filter(|case| mine.contains(&case.authority));
    let case = found.ok_or_else(Problem::not_found)?;
    // Whom a conflict keeps away from the case does not review how others looked at it.
    if case_store::is_excluded(act.conn, case.id, (act.caller.id, act.caller.agency_id))? {
        return Err(Problem::not_found());
    }
    act.found.authority = Some(case.authority.clone());
    act.found.case_id = Some(case.id);
    Ok(case)
}

fn get(act: &mut Act, case: Id, id: Id) -> Result<EmergencyAccessView, Problem> {
    let case = authority_of(act, case)?;
    let row = EmergencyAccess::find(act.conn, case.id, id)?.ok_or_else(Problem::not_found)?;
    Ok(row.into())
}

fn own(act: &mut Act, case: Id, id: Id) -> Result<EmergencyAccessView, Problem> {
    let row = EmergencyAccess::find(act.conn, case, id)?.ok_or_else(Problem::not_found)?;
    Ok(row.into())
}

fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<EmergencyAccessView>, Problem> {
    let case = authority_of(act, case)?;
    let rows = EmergencyAccess::page(act.conn, case.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(EmergencyAccessView::from))
}

fn review(act: &mut Act, case: Id, id: Id, body: &Body<NewReview>) -> Result<Id, Problem> {
    let case = authority_of(act, case)?;
    let mut row = EmergencyAccess::find(act.conn, case.id, id)?.ok_or_else(Problem::not_found)?;
    act.expect_version(row.version)?;
    let new = body.valid()?.clone();
    if row.user_id == act.caller.id {
        return Err(Problem::new(Code::Forbidden).saying("Nobody reviews what they used themselves."));
    }
    row.review_outcome = Some(new.outcome);
    row.review_note = new.note;
    row.reviewed_at = Some(act.now);
    row.reviewed_by = Some(act.caller.id);
    write_over(act, &mut row, "reviewed")
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(use_emergency_access)
        .service(list_emergency_access)
        .service(get_emergency_access)
        .service(review_emergency_access);
}

/// Use emergency access
///
/// To read a case of one's authority that one has no other access to. The answer says until when; the manager and the auditor
/// get a notice, and it is reviewed.
#[utoipa::path(
    operation_id = "useEmergencyAccess",
    tag = "Access",
    params(CasePath),
    request_body = NewEmergencyAccess,
    responses((status = 201, description = "Until when, and what was recorded", body = EmergencyAccessView)),
    extensions(("x-permission" = json!("emergency_access.use")))
)]
#[post("/v1/cases/{caseId}/emergency-access")]
pub async fn use_emergency_access(call: Call, ids: Ids<1>, body: Body<NewEmergencyAccess>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| begin(act, case, body),
        move |act, id| own(act, case, id),
    )
    .await
}

/// List uses of emergency access
///
/// Who used it, why, until when, and what the review found.
#[utoipa::path(
    operation_id = "listEmergencyAccess",
    tag = "Access",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of uses", body = Page<EmergencyAccessView>)),
    extensions(("x-permission" = json!("emergency_access.read")))
)]
#[get("/v1/cases/{caseId}/emergency-access")]
pub async fn list_emergency_access(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, page))
        .await
}

/// Read a use of emergency access
///
/// One use.
#[utoipa::path(
    operation_id = "getEmergencyAccess",
    tag = "Access",
    params(EmergencyPath),
    responses((status = 200, description = "The use", body = EmergencyAccessView)),
    extensions(("x-permission" = json!("emergency_access.read")))
)]
#[get("/v1/cases/{caseId}/emergency-access/{emergencyId}")]
pub async fn get_emergency_access(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, id]) = ids;
    call.read(move |act| get(act, case, id)).await
}

/// Review a use of emergency access
///
/// By a manager who did not use it themselves.
#[utoipa::path(
    operation_id = "reviewEmergencyAccess",
    tag = "Access",
    params(EmergencyPath, IfMatchHeader),
    request_body = NewReview,
    responses((status = 200, description = "The use", body = EmergencyAccessView)),
    extensions(("x-permission" = json!("emergency_access.review")))
)]
#[post("/v1/cases/{caseId}/emergency-access/{emergencyId}/review")]
pub async fn review_emergency_access(call: Call, ids: Ids<2>, body: Body<NewReview>) -> Reply {
    let Ids([case, id]) = ids;
    call.change(
        body,
        move |act, body| review(act, case, id, body),
        move |act, id| own(act, case, id),
    )
    .await
}
