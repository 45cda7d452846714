//! A meeting as a calendar entry (RFC 5545). A calendar lies open on shared screens and phones: it shows the case
//! reference, and neither whom it is about nor where nor what for.

use actix_web::get;
use icalendar::{Calendar, Class, Component, Event, EventLike, EventStatus, Property};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{MeetingRow, MeetingStatus};
use crate::act::Act;
use crate::casework::cases::reach::reach;
use crate::casework::record::row;
use crate::http::answer::{Document, Reply};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::MeetingPath;
use crate::ids::Id;
use crate::problem::Problem;

/// Reads a meeting as a calendar entry.
pub fn read(act: &mut Act, case: Id, meeting: Id) -> Result<Document, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let (method, text) = written(&meeting, &case.row.reference)
        .ok_or_else(|| Problem::internal("a meeting that no calendar holds"))?;
    Ok(Document {
        media: format!("text/calendar; charset=utf-8; method={method}"),
        text,
        tag: format!("W/\"{}\"", meeting.shown_version),
    })
}

fn written(meeting: &MeetingRow, reference: &str) -> Option<(&'static str, String)> {
    let (method, status) = match meeting.status() {
        MeetingStatus::Cancelled => ("CANCEL", EventStatus::Cancelled),
        MeetingStatus::Planned | MeetingStatus::Held => ("PUBLISH", EventStatus::Confirmed),
    };
    let (start, end) = match meeting.planned_start {
        Some(start) => (start, meeting.planned_end),
        None => (meeting.held_start?, meeting.held_end),
    };
    let mut event = Event::new();
    event
        .uid(&format!("{}@msp-api", meeting.id))
        // From the record and not from the clock: the same entry is the same text. Nothing withheld is in it.
        .timestamp(meeting.shown_at.get())
        .sequence(u32::try_from(meeting.sequence).ok()?)
        .status(status)
        .class(Class::Private)
        .summary(reference)
        // An organizer is needed with a method (RFC 5546), and nobody's address belongs here.
        .add_property("ORGANIZER", "invalid:nomail")
        .starts(start.get());
    if let Some(end) = end {
        event.ends(end.get());
    }
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//msp-api//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    calendar.push(event.done());
    Some((method, calendar.to_string()))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config.service(get_meeting_calendar);
}

/// Read a meeting as a calendar entry
///
/// iCalendar (RFC 5545). It shows the case reference only; `SEQUENCE` rises by one whenever the meeting is cancelled or
/// planned for another time.
#[utoipa::path(
    operation_id = "getMeetingCalendar",
    tag = "Meetings",
    params(MeetingPath),
    responses((status = 200, description = "The calendar entry", content_type = "text/calendar", body = String,
        example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…END:VCALENDAR\r\n"))),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/calendar")]
pub async fn get_meeting_calendar(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.document(move |act| read(act, case, meeting)).await
}
