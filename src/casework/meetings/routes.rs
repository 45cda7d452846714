//! `/v1/cases/{caseId}/meetings`.

use actix_web::{get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::participation::{self, Participation, ParticipationView};
use super::{Meeting, MeetingRow, MeetingView};
use crate::body::{Body, Patch};
use crate::casework::record;
use crate::http::answer::Reply;
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, IfMatchHeader, MeetingPath};
use crate::page::{Page, PageParams};

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_meetings)
        .service(schedule_meeting)
        .service(get_meeting)
        .service(amend_meeting)
        .service(get_participation)
        .service(save_participation);
}

/// List the meetings of a case
///
/// Of any kind, in any order and number; none of them is a gate.
#[utoipa::path(
    operation_id = "listMeetings",
    tag = "Meetings",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of meetings", body = Page<MeetingView>)),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings")]
pub async fn list_meetings(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| record::list::<MeetingRow>(act, case, page))
        .await
}

/// Schedule or record a meeting
///
/// With when it is planned, or when it was held.
#[utoipa::path(
    operation_id = "scheduleMeeting",
    tag = "Meetings",
    params(CasePath),
    request_body = Meeting,
    responses((status = 201, description = "The meeting", body = MeetingView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[post("/v1/cases/{caseId}/meetings")]
pub async fn schedule_meeting(call: Call, ids: Ids<1>, body: Body<Meeting>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| record::create::<MeetingRow>(act, case, body),
        move |act, id| record::get::<MeetingRow>(act, case, id),
    )
    .await
}

/// Read a meeting
///
/// Planned and held times, place, purpose and decisions.
#[utoipa::path(
    operation_id = "getMeeting",
    tag = "Meetings",
    params(MeetingPath),
    responses((status = 200, description = "The meeting", body = MeetingView)),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}")]
pub async fn get_meeting(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.read(move |act| record::get::<MeetingRow>(act, case, meeting))
        .await
}

/// Amend a meeting
///
/// By a merge patch: that it was held, and what was decided.
#[utoipa::path(
    operation_id = "amendMeeting",
    tag = "Meetings",
    params(MeetingPath, IfMatchHeader),
    request_body = Patch<Meeting>,
    responses((status = 200, description = "The meeting", body = MeetingView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[patch("/v1/cases/{caseId}/meetings/{meetingId}")]
pub async fn amend_meeting(call: Call, ids: Ids<2>, body: Body<Patch<Meeting>>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.change(
        body,
        move |act, body| record::amend::<MeetingRow>(act, case, meeting, body),
        move |act, id| record::get::<MeetingRow>(act, case, id),
    )
    .await
}

/// Read how the adult took part
///
/// Invited, supported, present; and if not present, whose voice put the adult's views forward.
#[utoipa::path(
    operation_id = "getParticipation",
    tag = "Meetings",
    params(MeetingPath),
    responses((status = 200, description = "The participation", body = ParticipationView)),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/participation")]
pub async fn get_participation(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.read(move |act| participation::get(act, case, meeting)).await
}

/// Save how the adult took part
///
/// Not invited needs a reason; not present needs who put the adult's views forward, and what they were.
#[utoipa::path(
    operation_id = "saveParticipation",
    tag = "Meetings",
    params(MeetingPath, IfMatchHeader),
    request_body = Participation,
    responses((status = 200, description = "The participation", body = ParticipationView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[put("/v1/cases/{caseId}/meetings/{meetingId}/participation")]
pub async fn save_participation(call: Call, ids: Ids<2>, body: Body<Participation>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.change(
        body,
        move |act, body| participation::save(act, case, meeting, body),
        move |act, id| participation::get(act, case, id),
    )
    .await
}
