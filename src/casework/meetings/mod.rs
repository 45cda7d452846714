//! Meetings: events of any kind, in any order and number; how the adult took part in each, what was discussed with
//! them before and after, the minutes and the checklist.

pub mod calendar;
pub mod checklist;
pub mod discussions;
pub mod minutes;
pub mod participation;
pub mod service;
pub mod transitions;

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use self::participation::Attendance;
use super::record::{Head, Record};
use crate::casework::cases::reach::Reached;
use crate::clock::{PastTime, UtcTime};
use crate::db::types::Json;
use crate::http::answer::View;
use crate::ids::Id;
use crate::problem::Fault;
use crate::schema::casework::meetings;

crate::codes! {
    /// Kind of meeting.
    pub enum MeetingKind {
        /// First conversation.
        FirstConversation = "first_conversation",
        /// Strategy discussion.
        StrategyDiscussion = "strategy_discussion",
        /// Strategy meeting.
        StrategyMeeting = "strategy_meeting",
        /// Family group meeting.
        FamilyGroupMeeting = "family_group_meeting",
        /// Case conference.
        CaseConference = "case_conference",
        /// Review.
        Review = "review",
        /// End of the process.
        EndOfProcess = "end_of_process",
        /// Other.
        Other = "other",
    }
}

crate::codes! {
    /// How people meet.
    pub enum MeetingMode {
        /// In one place.
        InPerson = "in_person",
        /// By telephone.
        Telephone = "telephone",
        /// By video.
        Video = "video",
        /// Some here, some there.
        Mixed = "mixed",
    }
}

crate::codes! {
    /// Where a meeting stands.
    pub enum MeetingStatus {
        /// To be held.
        Planned = "planned",
        /// Held.
        Held = "held",
        /// Not to be held.
        Cancelled = "cancelled",
    }
}

crate::codes! {
    /// The time zone that people read a meeting's times in.
    pub enum TimeZone {
        /// London.
        EuropeLondon = "Europe/London",
    }
}

/// Someone who is invited.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invitee {
    /// Who.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// As what.
    #[schema(min_length = 1, max_length = 200)]
    pub role: Option<String>,
    /// From which organisation.
    #[schema(min_length = 1, max_length = 200)]
    pub organisation: Option<String>,
    /// The agency they come from, if it is one of those here: named on the case for meetings, it reads this one until it is held, and
    /// after that if they attended.
    pub agency_id: Option<Id>,
    /// How they were invited.
    #[schema(min_length = 1, max_length = 200)]
    pub invited_how: Option<String>,
    /// Whether and how they were there.
    pub attended: Option<Attendance>,
    /// Why they are invited although the adult does not want them involved; needed then.
    #[schema(min_length = 1, max_length = 2000)]
    pub override_reason: Option<String>,
}

/// Something that a meeting decided.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// What was decided.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// Who sees to it.
    #[schema(min_length = 1, max_length = 200)]
    pub responsible: Option<String>,
    /// By when; agreed, never a gate.
    pub due_on: Option<NaiveDate>,
}

/// A meeting, planned or held.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "kind": "case_conference", "plannedStart": "2026-12-01T10:00:00Z", "plannedEnd": "2026-12-01T11:00:00Z",
    "place": "Ada's home", "placeChosenByAdult": true,
    "invitees": [{"name": "PC 1234 Okafor", "role": "police officer", "organisation": "Police", "invitedHow": "by letter"}]
}))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Meeting {
    /// Its kind.
    pub kind: MeetingKind,
    /// When it is planned to begin; needed unless it was held.
    pub planned_start: Option<UtcTime>,
    /// When it is planned to end.
    pub planned_end: Option<UtcTime>,
    /// When it began.
    #[schema(value_type = Option<PastTime>)]
    pub held_start: Option<UtcTime>,
    /// When it ended.
    #[schema(value_type = Option<PastTime>)]
    pub held_end: Option<UtcTime>,
    /// How people meet.
    pub mode: Option<MeetingMode>,
    /// Where.
    #[schema(min_length = 1, max_length = 500)]
    pub place: Option<String>,
    /// Whether the adult chose the place.
    pub place_chosen_by_adult: Option<bool>,
    /// Who chairs.
    #[schema(min_length = 1, max_length = 200)]
    pub chair: Option<String>,
    /// What for.
    #[schema(min_length = 1, max_length = 2000)]
    pub purpose: Option<String>,
    /// When people agreed to meet next.
    pub next_meeting: Option<UtcTime>,
    /// Who is invited besides the adult, whose part is in `participation`.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub invitees: Vec<Invitee>,
    /// What was decided.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub decisions: Vec<Decision>,
}

/// When a meeting was planned for, until that changed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlierTime {
    /// When it was planned to begin.
    pub planned_start: Option<UtcTime>,
    /// When it was planned to end.
    pub planned_end: Option<UtcTime>,
    /// What became of it: cancelled, or planned for another time.
    pub became: MeetingStatus,
    /// Why.
    pub reason: Option<String>,
    /// When it was changed.
    pub changed_at: UtcTime,
}

crate::case_row! {
    /// A meeting as it is kept.
    MeetingRow (MeetingContent) in meetings as "meeting" [partner own parties] [withheld in shown_version, shown_at] {
        /// Its kind.
        kind: MeetingKind,
        /// When it is planned to begin.
        planned_start: Option<UtcTime>,
        /// When it is planned to end.
        planned_end: Option<UtcTime>,
        /// When it began.
        held_start: Option<UtcTime>,
        /// When it ended.
        held_end: Option<UtcTime>,
        /// How people meet.
        mode: Option<MeetingMode>,
        /// Where.
        place: Option<String>,
        /// Whether the adult chose the place.
        place_chosen_by_adult: Option<bool>,
        /// Who chairs.
        chair: Option<String>,
        /// What for.
        purpose: Option<String>,
        /// When people agreed to meet next.
        next_meeting: Option<UtcTime>,
        /// Who is invited.
        invitees: Json<Vec<Invitee>>,
        /// What was decided.
        decisions: Json<Vec<Decision>>,
        /// When it was cancelled, if it is.
        cancelled_at: Option<UtcTime>,
        /// Times it was planned for before.
        planned_history: Json<Vec<EarlierTime>>,
        /// How often it was planned anew or cancelled, as calendars count.
        sequence: i32,
    }
}

impl MeetingRow {
    /// Where it stands.
    pub fn status(&self) -> MeetingStatus {
        match (self.cancelled_at, self.held_start) {
            (Some(_), _) => MeetingStatus::Cancelled,
            (None, Some(_)) => MeetingStatus::Held,
            (None, None) => MeetingStatus::Planned,
        }
    }

    /// When it is planned for, as its history keeps it.
    fn until_now(&self, became: MeetingStatus, reason: Option<String>, now: UtcTime) -> EarlierTime {
        EarlierTime {
            planned_start: self.planned_start,
            planned_end: self.planned_end,
            became,
            reason,
            changed_at: now,
        }
    }
}

/// A meeting.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Its kind.
    pub kind: MeetingKind,
    /// Where it stands.
    pub status: MeetingStatus,
    /// The time zone that people read its times in; the times themselves are UTC.
    pub time_zone: TimeZone,
    /// When it is planned to begin.
    pub planned_start: Option<UtcTime>,
    /// When it is planned to end.
    pub planned_end: Option<UtcTime>,
    /// Times it was planned for before, and why that changed.
    pub planned_history: Vec<EarlierTime>,
    /// When it began.
    pub held_start: Option<UtcTime>,
    /// When it ended.
    pub held_end: Option<UtcTime>,
    /// When it counts from: the same as `heldStart`.
    pub effective_at: Option<UtcTime>,
    /// When it was cancelled.
    pub cancelled_at: Option<UtcTime>,
    /// How people meet.
    pub mode: Option<MeetingMode>,
    /// Where.
    pub place: Option<String>,
    /// Whether the adult chose the place.
    pub place_chosen_by_adult: Option<bool>,
    /// Who chairs.
    pub chair: Option<String>,
    /// What for.
    pub purpose: Option<String>,
    /// When people agreed to meet next.
    pub next_meeting: Option<UtcTime>,
    /// Who is invited.
    pub invitees: Vec<Invitee>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// When it was last changed.
    pub updated_at: UtcTime,
    /// Why it should not have been recorded, if somebody said so; it counts nowhere, and shows to staff only.
    pub entered_in_error: Option<String>,
}

impl View for MeetingView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Record for MeetingRow {
    type Body = Meeting;
    type View = MeetingView;

    fn new(head: Head, body: Meeting) -> Self {
        let content = MeetingContent {
            kind: body.kind,
            planned_start: body.planned_start,
            planned_end: body.planned_end,
            held_start: body.held_start,
            held_end: body.held_end,
            mode: body.mode,
            place: body.place,
            place_chosen_by_adult: body.place_chosen_by_adult,
            chair: body.chair,
            purpose: body.purpose,
            next_meeting: body.next_meeting,
            invitees: Json(body.invitees),
            decisions: Json(body.decisions),
            cancelled_at: None,
            planned_history: Json(vec![]),
            sequence: 0,
        };
        Self::of(head, content)
    }

    fn body(&self) -> Meeting {
        Meeting {
            kind: self.kind,
            planned_start: self.planned_start,
            planned_end: self.planned_end,
            held_start: self.held_start,
            held_end: self.held_end,
            mode: self.mode,
            place: self.place.clone(),
            place_chosen_by_adult: self.place_chosen_by_adult,
            chair: self.chair.clone(),
            purpose: self.purpose.clone(),
            next_meeting: self.next_meeting,
            invitees: self.invitees.0.clone(),
            decisions: self.decisions.0.clone(),
        }
    }

    fn view(self) -> MeetingView {
        MeetingView {
            id: self.id,
            kind: self.kind,
            status: self.status(),
            time_zone: TimeZone::EuropeLondon,
            planned_start: self.planned_start,
            planned_end: self.planned_end,
            planned_history: self.planned_history.0,
            held_start: self.held_start,
            held_end: self.held_end,
            effective_at: self.held_start,
            cancelled_at: self.cancelled_at,
            mode: self.mode,
            place: self.place,
            place_chosen_by_adult: self.place_chosen_by_adult,
            chair: self.chair,
            purpose: self.purpose,
            next_meeting: self.next_meeting,
            invitees: self.invitees.0,
            decisions: self.decisions.0,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            entered_in_error: self.entered_in_error,
        }
    }

    /// Why somebody is invited against the adult's wish is for staff and advocates: the app may be in the hands of whoever
    /// it is about.
    fn shown(mut self, case: &Reached) -> MeetingView {
        if !case.sees_what_is_withheld() {
            for invitee in &mut self.invitees.0 {
                invitee.override_reason = None;
            }
            self.version = self.shown_version;
            self.updated_at = self.shown_at;
        }
        self.view()
    }
}

/// It is of the agencies that are asked to it; once it was held, of those that were there.
fn parties(meeting: &MeetingRow) -> Vec<Id> {
    let was_held = meeting.held_start.is_some();
    let theirs = meeting
        .invitees
        .0
        .iter()
        .filter(|invitee| !was_held || invitee.attended.is_some_and(Attendance::was_there));
    theirs.filter_map(|invitee| invitee.agency_id).collect()
}

crate::record_operations! {
    MeetingRow, Meeting, MeetingView, tag "Meetings", at "/v1/cases/{caseId}/meetings",
    one "/v1/cases/{caseId}/meetings/{meetingId}" (MeetingPath), read "meetings.read", write "meetings.record",
    list list_meetings "listMeetings" "List the meetings of a case"
        "Of any kind, in any order and number; none of them is a gate.",
    create schedule_meeting "scheduleMeeting" "Schedule or record a meeting"
        "With when it is planned, or when it was held. An invitee whom the adult does not want involved needs a reason."
        by service::schedule,
    get get_meeting "getMeeting" "Read a meeting" "Planned and held times, place, purpose, invitees and decisions.",
    amend amend_meeting "amendMeeting" "Amend a meeting"
        "By a merge patch: that it was held, who came, and what was decided. It is cancelled or planned for another time by `transitions`."
        by service::amend,
    mistake mark_meeting "markMeetingEnteredInError" "/v1/cases/{caseId}/meetings/{meetingId}/entered-in-error"
        may "meetings.record",
}

/// Whether each end stands after its start.
fn in_order(start: Option<UtcTime>, end: Option<UtcTime>, pointer: &str) -> Option<Fault> {
    let wrong = end.is_some_and(|end| start.is_none_or(|start| end < start));
    wrong.then(|| {
        Fault::at(
            pointer,
            "before_start",
            "The end is not before the start, which is needed too.",
        )
    })
}

fn faults(meeting: &Meeting) -> Vec<Fault> {
    let mut faults = Vec::new();
    if meeting.planned_start.is_none() && meeting.held_start.is_none() {
        faults.push(Fault::required(
            "/plannedStart",
            "Say when it is planned, or in heldStart when it began.",
        ));
    }
    faults.extend(in_order(
        meeting.planned_start,
        meeting.planned_end,
        "/plannedEnd",
    ));
    faults.extend(in_order(meeting.held_start, meeting.held_end, "/heldEnd"));
    faults
}
