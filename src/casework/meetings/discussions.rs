//! What was discussed with the adult before and after a meeting: append-only, and in one transaction with the
//! outcomes, revisions and wishes it produced. An advocate writes their own notes here.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::MeetingRow;
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::reach::reach;
use crate::casework::contacts::dto::{NextStep, OutcomesAsked};
use crate::casework::contacts::model::AskedResult;
use crate::casework::outcomes::dto::NewOutcome;
use crate::casework::outcomes::model::Party;
use crate::casework::produced::{Known, Linked, LinkedRevision, Produced};
use crate::casework::record::{Head, row, write_new};
use crate::casework::wishes::NewWish;
use crate::clock::{PastTime, UtcTime};
use crate::db::Connection;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{DiscussionPath, MeetingPath};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Standing;
use crate::problem::Problem;
use crate::schema::meetings::meeting_discussions;

crate::codes! {
    /// On which side of the meeting.
    pub enum DiscussionSide {
        /// Before it.
        Before = "before",
        /// After it.
        After = "after",
    }
}

crate::codes! {
    /// What there is to talk about with the adult.
    pub enum Prompt {
        /// What is important.
        Important = "important",
        /// The top three priorities; they may have changed.
        Priorities = "priorities",
        /// What would help to feel safer.
        FeelSafer = "feel_safer",
        /// What the adult wants.
        Want = "want",
        /// What the adult does not want.
        DoNotWant = "do_not_want",
        /// What helps to understand and to say what one thinks.
        HelpToUnderstand = "help_to_understand",
        /// What has happened so far.
        Recap = "recap",
        /// What will happen.
        WhatWillHappen = "what_will_happen",
        /// What came of the meeting.
        OutcomeOfMeeting = "outcome_of_meeting",
        /// Whether the adult is all right.
        AreTheyOk = "are_they_ok",
        /// Where to meet.
        WhereToMeet = "where_to_meet",
        /// The next meeting.
        NextMeeting = "next_meeting",
        /// What help is needed.
        HelpNeeded = "help_needed",
        /// What happens next.
        NextSteps = "next_steps",
    }
}

crate::case_row! {
    /// A discussion as it is kept; append-only.
    DiscussionRow (DiscussionContent) in meeting_discussions as "meeting_discussion" {
        /// The meeting.
        meeting_id: Id,
        /// On which side of it.
        side: DiscussionSide,
        /// When it was.
        at: UtcTime,
        /// Whose account it is.
        written_by: Party,
        /// What was said.
        text: String,
        /// What the adult wants changed.
        wants_changed: Option<String>,
        /// What help is needed.
        help_needed: Option<String>,
        /// What came of asking what the adult wants.
        asked_result: Option<AskedResult>,
        /// Why the adult was not asked.
        not_asked_reason: Option<String>,
        /// What was talked about.
        prompts_covered: Json<Vec<Prompt>>,
        /// What happens next.
        next_steps: Json<Vec<NextStep>>,
        /// What it produced.
        produced: Json<Produced>,
    }
}

/// A discussion with the adult before or after a meeting, with what it produced.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "when": "after", "text": "She was glad to have been there", "promptsCovered": ["outcome_of_meeting", "next_steps"],
    "wantsChanged": "A shorter meeting next time", "helpNeeded": "Someone to ring the bank with her",
    "nextSteps": [{"text": "Ring the bank", "by": "Priya Nair"}],
    "wishes": [{"kind": "meeting_place", "text": "At the library", "saidBy": "adult"}]
}))]
pub struct NewDiscussion {
    /// On which side of the meeting.
    pub when: DiscussionSide,
    /// When it was; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub at: Option<UtcTime>,
    /// What was said.
    #[schema(min_length = 1, max_length = 16000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
    /// What was talked about; none has to be.
    #[serde(default)]
    #[schema(max_items = 14)]
    pub prompts_covered: Vec<Prompt>,
    /// What the adult wants changed.
    #[schema(min_length = 1, max_length = 4000)]
    pub wants_changed: Option<String>,
    /// What help the adult needs.
    #[schema(min_length = 1, max_length = 4000)]
    pub help_needed: Option<String>,
    /// Whether the adult was asked what they want to happen.
    pub outcomes_asked: Option<OutcomesAsked>,
    /// What happens next.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub next_steps: Vec<NextStep>,
    /// Desired outcomes that were expressed.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub outcomes: Vec<NewOutcome>,
    /// Changes of outcomes that were expressed before.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub revisions: Vec<LinkedRevision>,
    /// Wishes that were expressed.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub wishes: Vec<NewWish>,
}

impl NewDiscussion {
    fn linked(&self) -> Linked<'_> {
        Linked {
            outcomes: &self.outcomes,
            revisions: &self.revisions,
            wishes: &self.wishes,
            at: self.at,
        }
    }
}

/// A discussion with the adult before or after a meeting.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiscussionView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The meeting.
    pub meeting_id: Id,
    /// On which side of the meeting.
    pub when: DiscussionSide,
    /// When it was.
    pub at: UtcTime,
    /// Whose account it is: the practitioner's or an advocate's.
    pub written_by: Party,
    /// What was said.
    pub text: String,
    /// What was talked about.
    pub prompts_covered: Vec<Prompt>,
    /// What the adult wants changed.
    pub wants_changed: Option<String>,
    /// What help the adult needs.
    pub help_needed: Option<String>,
    /// What came of asking the adult what they want.
    pub asked_result: Option<AskedResult>,
    /// Why the adult was not asked.
    pub not_asked_reason: Option<String>,
    /// What happens next.
    pub next_steps: Vec<NextStep>,
    /// Desired outcomes it produced.
    pub outcome_ids: Vec<Id>,
    /// Revisions it produced.
    pub revision_ids: Vec<Id>,
    /// Wishes it produced.
    pub wish_ids: Vec<Id>,
    /// Always 1: a discussion is not changed.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
}

impl View for DiscussionView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<DiscussionRow> for DiscussionView {
    fn from(row: DiscussionRow) -> Self {
        let produced = row.produced.0;
        Self {
            id: row.id,
            meeting_id: row.meeting_id,
            when: row.side,
            at: row.at,
            written_by: row.written_by,
            text: row.text,
            prompts_covered: row.prompts_covered.0,
            wants_changed: row.wants_changed,
            help_needed: row.help_needed,
            asked_result: row.asked_result,
            not_asked_reason: row.not_asked_reason,
            next_steps: row.next_steps.0,
            outcome_ids: produced.outcomes,
            revision_ids: produced.revisions,
            wish_ids: produced.wishes,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Records a discussion, and in the same transaction what it produced.
pub fn record(act: &mut Act, case: Id, meeting: Id, body: &Body<NewDiscussion>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let known = match body.value() {
        Some(new) => new.linked().known(act, &case)?,
        None => Known::default(),
    };
    let new = body.checked(|new| {
        let asked = new.outcomes_asked.as_ref().map(OutcomesAsked::faults);
        [
            asked.unwrap_or_default(),
            new.linked().faults(case.standing, &known),
        ]
        .concat()
    })?;
    let (asked_result, not_asked_reason) = OutcomesAsked::kept(new.outcomes_asked.as_ref());
    let head = Head::new(act, &case);
    let produced = new.linked().record(act, &case)?;
    let content = DiscussionContent {
        meeting_id: meeting.id,
        side: new.when,
        at: new.at.unwrap_or(act.now),
        written_by: match case.standing {
            Standing::Advocate => Party::Advocate,
            _ => Party::Practitioner,
        },
        text: new.text.clone(),
        wants_changed: new.wants_changed.clone(),
        help_needed: new.help_needed.clone(),
        asked_result,
        not_asked_reason,
        prompts_covered: Json(new.prompts_covered.clone()),
        next_steps: Json(new.next_steps.clone()),
        produced: Json(produced),
    };
    write_new(act, &DiscussionRow::of(head, content), "recorded")
}

/// Reads a discussion.
pub fn get(act: &mut Act, case: Id, meeting: Id, id: Id) -> Result<DiscussionView, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let discussion: DiscussionRow = row(act, &case, id)?;
    match discussion.meeting_id == meeting.id {
        true => Ok(discussion.into()),
        false => Err(Problem::not_found()),
    }
}

/// Lists the discussions around a meeting.
pub fn list(
    act: &mut Act,
    case: Id,
    meeting: Id,
    page: &PageRequest,
) -> Result<Rows<DiscussionView>, Problem> {
    let case = reach(act, case)?;
    let meeting: MeetingRow = row(act, &case, meeting)?;
    let rows = around(act.conn, meeting.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(DiscussionView::from))
}

fn around(conn: &mut Connection, meeting: Id, page: &PageRequest) -> QueryResult<Vec<DiscussionRow>> {
    let query = meeting_discussions::table
        .filter(meeting_discussions::meeting_id.eq(meeting))
        .into_boxed();
    crate::paged!(query, meeting_discussions, page)
        .select(DiscussionRow::as_select())
        .load(conn)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_discussions)
        .service(record_discussion)
        .service(get_discussion);
}

/// List the discussions around a meeting
///
/// With the adult, before and after, newest first.
#[utoipa::path(
    operation_id = "listDiscussions",
    tag = "Meetings",
    params(MeetingPath, PageParams),
    responses((status = 200, description = "A page of discussions", body = Page<DiscussionView>)),
    extensions(("x-permission" = json!("discussions.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/discussions")]
pub async fn list_discussions(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, meeting, page))
        .await
}

/// Record a discussion around a meeting
///
/// What was discussed with the adult, with the outcomes, changes and wishes they expressed: all of it is recorded, or
/// none. An advocate's is marked as theirs.
#[utoipa::path(
    operation_id = "recordDiscussion",
    tag = "Meetings",
    params(MeetingPath),
    request_body = NewDiscussion,
    responses((status = 201, description = "The discussion", body = DiscussionView)),
    extensions(("x-permission" = json!("meetings.discuss")))
)]
#[post("/v1/cases/{caseId}/meetings/{meetingId}/discussions")]
pub async fn record_discussion(call: Call, ids: Ids<2>, body: Body<NewDiscussion>) -> Reply {
    let Ids([case, meeting]) = ids;
    call.create(
        body,
        move |act, body| record(act, case, meeting, body),
        move |act, id| get(act, case, meeting, id),
    )
    .await
}

/// Read a discussion
///
/// One conversation, and what it produced.
#[utoipa::path(
    operation_id = "getDiscussion",
    tag = "Meetings",
    params(DiscussionPath),
    responses((status = 200, description = "The discussion", body = DiscussionView)),
    extensions(("x-permission" = json!("discussions.read")))
)]
#[get("/v1/cases/{caseId}/meetings/{meetingId}/discussions/{discussionId}")]
pub async fn get_discussion(call: Call, ids: Ids<3>) -> Reply {
    let Ids([case, meeting, discussion]) = ids;
    call.read(move |act| get(act, case, meeting, discussion)).await
}
