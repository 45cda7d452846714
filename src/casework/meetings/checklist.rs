//! What practice asks to be looked at around a meeting, by its kind. Nothing ever depends on it.

use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{MeetingKind, MeetingRow};
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::closing::ItemState;
use crate::casework::cases::reach::reach;
use crate::casework::record::row;
use crate::casework::singleton::{self, Draft, Kind};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, MeetingPath};
use crate::ids::Id;
use crate::problem::{Fault, Problem, repeated};

crate::codes! {
    /// Something to look at around a meeting.
    pub enum MeetingItem {
        /// A conversation face to face.
        FaceToFace = "face_to_face",
        /// Capacity was considered, and assessed if appropriate.
        CapacityConsidered = "capacity_considered",
        /// The booklet with contact details was given.
        BookletGiven = "booklet_given",
        /// The process was explained without jargon.
        ProcessExplained = "process_explained",
        /// A suitable person to support the adult was identified.
        SupportPersonIdentified = "support_person_identified",
        /// A family group meeting was considered.
        FamilyGroupMeetingConsidered = "family_group_meeting_considered",
        /// The conversation was recorded, with capacity and wishes.
        ConversationRecorded = "conversation_recorded",
        /// The concern was recorded.
        ConcernRecorded = "concern_recorded",
        /// Records are factual.
        RecordsFactual = "records_factual",
        /// The adult's views were presented, and actions reflect the desired outcomes.
        ViewsPresented = "views_presented",
        /// The adult heard as soon as possible afterwards.
        FeedbackAfterwards = "feedback_afterwards",
        /// Details were recorded.
        DetailsRecorded = "details_recorded",
        /// The adult was invited and knows what to expect.
        InvitedAndKnowsWhatToExpect = "invited_and_knows_what_to_expect",
        /// The adult was offered support to attend.
        SupportToAttendOffered = "support_to_attend_offered",
        /// The adult's views were put forward in their absence.
        ViewsPutForwardIfAbsent = "views_put_forward_if_absent",
        /// The conversations before and after were recorded.
        ConversationsRecorded = "conversations_recorded",
        /// Outcomes and responsibilities were recorded.
        ResponsibilitiesRecorded = "responsibilities_recorded",
        /// Changes to wishes were recorded.
        ChangesToWishesRecorded = "changes_to_wishes_recorded",
        /// What help is needed was talked about.
        HelpDiscussed = "help_discussed",
        /// What happens next was talked about.
        NextDiscussed = "next_discussed",
    }
}

/// The items of a kind of meeting. A family group meeting and one of another kind ask what a conference asks, the
/// last meeting what a review asks.
pub fn items_of(kind: MeetingKind) -> &'static [MeetingItem] {
    use MeetingItem as I;
    match kind {
        MeetingKind::FirstConversation => &[
            I::FaceToFace,
            I::CapacityConsidered,
            I::BookletGiven,
            I::ProcessExplained,
            I::SupportPersonIdentified,
            I::FamilyGroupMeetingConsidered,
            I::ConversationRecorded,
            I::ConcernRecorded,
            I::RecordsFactual,
        ],
        MeetingKind::StrategyDiscussion | MeetingKind::StrategyMeeting => {
            &[I::ViewsPresented, I::FeedbackAfterwards, I::DetailsRecorded]
        }
        MeetingKind::CaseConference | MeetingKind::FamilyGroupMeeting | MeetingKind::Other => &[
            I::InvitedAndKnowsWhatToExpect,
            I::SupportToAttendOffered,
            I::ViewsPutForwardIfAbsent,
            I::ConversationsRecorded,
            I::ResponsibilitiesRecorded,
            I::ChangesToWishesRecorded,
        ],
        MeetingKind::Review | MeetingKind::EndOfProcess => &[
            I::InvitedAndKnowsWhatToExpect,
            I::SupportToAttendOffered,
            I::ConversationsRecorded,
            I::ChangesToWishesRecorded,
            I::HelpDiscussed,
            I::NextDiscussed,
        ],
    }
}

/// An item that was looked at.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeetingItemAnswer {
    /// Which.
    pub item: MeetingItem,
    /// Its state.
    pub state: ItemState,
    /// A note.
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
}

/// The items that were looked at; none has to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({ "items": [
    {"item": "support_to_attend_offered", "state": "done", "note": "A taxi there and back"},
    {"item": "views_put_forward_if_absent", "state": "not_applicable"}
] }))]
pub struct MeetingChecklist {
    /// Each item once, of those that the kind of meeting has.
    #[schema(max_items = 20)]
    pub items: Vec<MeetingItemAnswer>,
}

/// An answered item as it is kept.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    item: MeetingItem,
    state: ItemState,
    note: Option<String>,
    by: Id,
    at: UtcTime,
}

/// An item of the checklist; without a state it has not been looked at.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingItemView {
    /// Which.
    pub item: MeetingItem,
    /// Its state.
    pub state: Option<ItemState>,
    /// A note.
    pub note: Option<String>,
    /// Who answered it.
    pub by: Option<Id>,
    /// When.
    pub at: Option<UtcTime>,
}

/// The checklist of a meeting: every item of its kind.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingChecklistView {
    /// The items.
    pub items: Vec<MeetingItemView>,
    /// 1, and one more with every replacement.
    pub version: i64,
    /// When it was last replaced.
    pub updated_at: Option<UtcTime>,
    #[serde(skip)]
    kind: MeetingKind,
}

impl View for MeetingChecklistView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(self.kind.as_str().to_owned())
    }
}

/// Reads the checklist of a meeting.
pub fn read(act: &mut Act, case: Id, meeting: Id) -> Result<MeetingChecklistView, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let draft: Draft<Vec<Answered>> = singleton::load(act.conn, meeting.id, Kind::MeetingChecklist)?;
    let answers = draft.content;
    let unanswered = items_of(meeting.kind)
        .iter()
        .filter(|item| !answers.iter().any(|answer| answer.item == **item));
    let unanswered = unanswered.map(|item| MeetingItemView {
        item: *item,
        state: None,
        note: None,
        by: None,
        at: None,
    });
    let mut items: Vec<MeetingItemView> = unanswered.collect();
    items.extend(answers.into_iter().map(|answer| MeetingItemView {
        item: answer.item,
        state: Some(answer.state),
        note: answer.note,
        by: Some(answer.by),
        at: Some(answer.at),
    }));
    items.sort_by_key(|view| view.item);
    Ok(MeetingChecklistView {
        items,
        version: draft.version,
        updated_at: draft.updated_at,
        kind: meeting.kind,
    })
}

/// Replaces the checklist of a meeting. Who answered an item and when is kept while the answer is.
pub fn save(act: &mut Act, case: Id, meeting: Id, body: &Body<MeetingChecklist>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let draft: Draft<Vec<Answered>> = singleton::load(act.conn, meeting.id, Kind::MeetingChecklist)?;
    act.expect_version(draft.version)?;
    let before = &draft.content;
    let wanted = body.checked(|wanted| faults(wanted, meeting.kind, before))?;
    let (by, at) = (act.caller.id, act.now);
    let answered = wanted.items.iter().map(|new| {
        let same = |old: &&Answered| (old.item, old.state, &old.note) == (new.item, new.state, &new.note);
        before.iter().find(same).cloned().unwrap_or(Answered {
            item: new.item,
            state: new.state,
            note: new.note.clone(),
            by,
            at,
        })
    });
    let content: Vec<Answered> = answered.collect();
    singleton::replace(act, &case, (meeting.id, Kind::MeetingChecklist), &draft, content)?;
    Ok(meeting.id)
}

fn faults(wanted: &MeetingChecklist, kind: MeetingKind, before: &[Answered]) -> Vec<Fault> {
    let items: Vec<MeetingItem> = wanted.items.iter().map(|answer| answer.item).collect();
    let pointer = |index: usize| format!("/items/{index}/item");
    let mut faults = repeated(&items, pointer, "Each item is answered once.");
    // What was answered while the meeting was of another kind may stay.
    let known =
        |item: &MeetingItem| items_of(kind).contains(item) || before.iter().any(|old| old.item == *item);
    let foreign = items.iter().enumerate().filter(|(_, item)| !known(item));
    faults.extend(foreign.map(|(index, _)| {
        Fault::at(
            pointer(index),
            "not_on_this_list",
            "A meeting of this kind does not have this item.",
        )
    }));
    faults
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(get_meeting_checklist)
        .service(save_meeting_checklist);
}

/// Read the checklist of a meeting
///
/// Every item of its kind, and those that were looked at with who did so and when. None of them blocks anything.
#[utoipa::path(
    operation_id = "getMeetingChecklist",
    tag = "Meetings",
    params(MeetingPath),
    responses((status = 200, description = "The checklist", body = MeetingChecklistView)),
    extensions(("x-permission" = json!("meetings.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/checklist")]
pub async fn get_meeting_checklist(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.read(move |act| read(act, case, meeting)).await
}

/// Save the checklist of a meeting
///
/// As much of it as was looked at. Who and when is noted by the server.
#[utoipa::path(
    operation_id = "saveMeetingChecklist",
    tag = "Meetings",
    params(MeetingPath, IfMatchHeader),
    request_body = MeetingChecklist,
    responses((status = 200, description = "The checklist", body = MeetingChecklistView)),
    extensions(("x-permission" = json!("meetings.record")))
)]
#[put("/v1/cases/{caseId}/meetings/{meetingId}/checklist")]
pub async fn save_meeting_checklist(call: Call, ids: Ids<2>, body: Body<MeetingChecklist>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.change(
        body,
        move |act, body| save(act, case, meeting, body),
        move |act, id| read(act, case, id),
    )
    .await
}
