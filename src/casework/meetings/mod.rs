//! Meetings: events of any kind, in any order and number, and how the adult took part in each.

pub mod participation;

use actix_web::{get, patch, post};

use crate::clock::{PastTime, UtcTime};
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

crate::record! {
    /// A meeting, planned or held.
    #[schema(example = json!({
        "kind": "case_conference", "plannedStart": "2026-12-01T10:00:00Z", "plannedEnd": "2026-12-01T11:00:00Z",
        "place": "Ada's home", "placeChosenByAdult": true
    }))]
    MeetingRow (MeetingContent) in meetings as "meeting", Meeting, MeetingView {
        columns {
            /// Its kind.
            kind: MeetingKind,
            /// When it is planned to begin; needed unless it was held.
            planned_start: Option<UtcTime>,
            /// When it is planned to end.
            planned_end: Option<UtcTime>,
            /// When it began.
            #[schema(value_type = Option<PastTime>)]
            held_start: Option<UtcTime>,
            /// When it ended.
            #[schema(value_type = Option<PastTime>)]
            held_end: Option<UtcTime>,
            /// How people meet.
            mode: Option<MeetingMode>,
            /// Where.
            #[schema(min_length = 1, max_length = 500)]
            place: Option<String>,
            /// Whether the adult chose the place.
            place_chosen_by_adult: Option<bool>,
            /// Who chairs.
            #[schema(min_length = 1, max_length = 200)]
            chair: Option<String>,
            /// What for.
            #[schema(min_length = 1, max_length = 2000)]
            purpose: Option<String>,
        }
        documents {
            /// What was decided.
            #[serde(default)]
            #[schema(max_items = 50)]
            decisions: Vec<Decision>,
        }
    }
}
crate::record!(rules MeetingRow, Meeting, MeetingView, faults);

crate::record_operations! {
    MeetingRow, Meeting, MeetingView, tag "Meetings", at "/v1/cases/{caseId}/meetings",
    one "/v1/cases/{caseId}/meetings/{meetingId}" (MeetingPath), read "meetings.read", write "meetings.record",
    list list_meetings "listMeetings" "List the meetings of a case"
        "Of any kind, in any order and number; none of them is a gate.",
    create schedule_meeting "scheduleMeeting" "Schedule or record a meeting"
        "With when it is planned, or when it was held.",
    get get_meeting "getMeeting" "Read a meeting" "Planned and held times, place, purpose and decisions.",
    amend amend_meeting "amendMeeting" "Amend a meeting" "By a merge patch: that it was held, and what was decided.",
}

/// Something that a meeting decided.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// What was decided.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

fn faults(meeting: &Meeting) -> Vec<Fault> {
    let mut faults = Vec::new();
    if meeting.planned_start.is_none() && meeting.held_start.is_none() {
        faults.push(Fault::required(
            "/plannedStart",
            "Say when it is planned, or in heldStart when it began.",
        ));
    }
    let mut in_order = |start: Option<UtcTime>, end: Option<UtcTime>, pointer: &str| {
        if end.is_some_and(|end| start.is_none_or(|start| end < start)) {
            faults.push(Fault::at(
                pointer,
                "before_start",
                "The end is not before the start, which is needed too.",
            ));
        }
    };
    in_order(meeting.planned_start, meeting.planned_end, "/plannedEnd");
    in_order(meeting.held_start, meeting.held_end, "/heldEnd");
    faults
}
