//! Cancelling a meeting, and planning it for another time. That it was held is recorded with when.

use actix_web::post;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{MeetingRow, MeetingStatus, MeetingView, in_order};
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::reach::reach;
use crate::casework::record::{get, row, write_over};
use crate::clock::UtcTime;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, MeetingPath};
use crate::ids::Id;
use crate::problem::{Fault, Problem};

crate::codes! {
    /// What becomes of a meeting that has not been held.
    pub enum MeetingStep {
        /// It will not take place.
        Cancelled = "cancelled",
        /// It will take place at another time.
        Planned = "planned",
    }
}

/// What becomes of a meeting that has not been held.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "to": "planned", "plannedStart": "2126-12-08T10:00:00Z", "plannedEnd": "2126-12-08T11:00:00Z",
    "reason": "She is at the hospital that day"
}))]
pub struct NewMeetingStep {
    /// What becomes of it.
    pub to: MeetingStep,
    /// When it is now planned to begin; needed with `planned`.
    pub planned_start: Option<UtcTime>,
    /// When it is now planned to end.
    pub planned_end: Option<UtcTime>,
    /// Why; needed.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// Cancels a meeting, or plans it for another time; one that was cancelled may be planned again.
pub fn step(act: &mut Act, case: Id, id: Id, body: &Body<NewMeetingStep>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let mut meeting: MeetingRow = row(act, &case, id)?;
    act.expect_version(meeting.version)?;
    let wanted = body.checked(|wanted| {
        let late = in_order(wanted.planned_start, wanted.planned_end, "/plannedEnd");
        late.into_iter().collect()
    })?;
    let became = match (meeting.status(), wanted.to) {
        (MeetingStatus::Planned, MeetingStep::Cancelled) => MeetingStatus::Cancelled,
        (MeetingStatus::Planned | MeetingStatus::Cancelled, MeetingStep::Planned) => MeetingStatus::Planned,
        (from, to) => {
            let detail = format!("There is no step from {} to {}.", from.as_str(), to.as_str());
            return Err(Problem::invalid_transition(detail, &[]));
        }
    };
    let mut missing = Vec::new();
    if wanted.to == MeetingStep::Planned && wanted.planned_start.is_none() {
        missing.push(Fault::required("/plannedStart", "Say when it is now planned."));
    }
    if wanted.reason.is_none() {
        missing.push(Fault::required("/reason", "Say why."));
    }
    if !missing.is_empty() {
        return Err(Problem::invalid_transition(
            "Something that must be recorded for this step is missing.",
            &missing,
        ));
    }
    let earlier = meeting.until_now(became, wanted.reason.clone(), act.now);
    meeting.planned_history.0.push(earlier);
    meeting.sequence += 1;
    let verb = match wanted.to {
        MeetingStep::Cancelled => {
            meeting.cancelled_at = Some(act.now);
            "cancelled"
        }
        MeetingStep::Planned => {
            meeting.cancelled_at = None;
            meeting.planned_start = wanted.planned_start;
            meeting.planned_end = wanted.planned_end;
            "scheduled"
        }
    };
    write_over(act, &mut meeting, verb)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(move_meeting);
}

/// Cancel a meeting, or plan it for another time
///
/// With a reason; the times it was planned for before are kept. Everybody's calendar entry follows.
#[utoipa::path(
    operation_id = "moveMeeting",
    tag = "Meetings",
    params(MeetingPath, IfMatchHeader),
    request_body = NewMeetingStep,
    responses((status = 200, description = "The meeting", body = MeetingView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[post("/v1/cases/{caseId}/meetings/{meetingId}/transitions")]
pub async fn move_meeting(call: Call, ids: Ids<2>, body: Body<NewMeetingStep>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.change(
        body,
        move |act, body| step(act, case, meeting, body),
        move |act, id| get::<MeetingRow>(act, case, id),
    )
    .await
}
