//! What callers send and read about contacts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::{AskedResult, Basis, Contact, ContactKind};
use crate::casework::meetings::checklist::MeetingItemAnswer;
use crate::casework::outcomes::dto::NewOutcome;
use crate::casework::produced::{Linked, LinkedRevision};
use crate::casework::wishes::NewWish;
use crate::clock::{PastTime, UtcTime};
use crate::http::answer::View;
use crate::ids::Id;
use crate::problem::Fault;

/// Whether the adult was asked what they want to happen.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutcomesAsked {
    /// Whether.
    pub asked: bool,
    /// What came of it; needed when asked.
    pub result: Option<AskedResult>,
    /// Why not; needed when not asked.
    #[schema(min_length = 1, max_length = 2000)]
    pub why_not: Option<String>,
}

impl OutcomesAsked {
    /// What is wrong with it, where it stands in a body.
    pub fn faults(&self) -> Vec<Fault> {
        let said = self.result.is_some_and(|result| result != AskedResult::NotAsked);
        match (self.asked, said, &self.why_not) {
            (true, false, _) => vec![Fault::required(
                "/outcomesAsked/result",
                "Say what came of asking.",
            )],
            (false, _, None) => vec![Fault::required(
                "/outcomesAsked/whyNot",
                "Say why the adult was not asked.",
            )],
            _ => vec![],
        }
    }

    /// As the record keeps it: what came of asking, and why the adult was not asked.
    pub fn kept(asked: Option<&Self>) -> (Option<AskedResult>, Option<String>) {
        match asked {
            None => (None, None),
            Some(asked) if asked.asked => (asked.result, None),
            Some(asked) => (Some(AskedResult::NotAsked), asked.why_not.clone()),
        }
    }
}

/// An option that was discussed with the adult.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscussedOption {
    /// What could be done.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// What happens next.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextStep {
    /// What.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
    /// By whom.
    #[schema(min_length = 1, max_length = 200)]
    pub by: Option<String>,
    /// By when.
    pub when: Option<NaiveDate>,
    /// When the adult was told.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub told_adult_on: Option<NaiveDate>,
    /// How.
    #[schema(min_length = 1, max_length = 200)]
    pub told_how: Option<String>,
}

/// A contact with what it produced.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "kind": "visit", "at": "2026-11-20T10:00:00Z", "withAdult": true, "basis": "said",
    "text": "She was at home, alone, and pleased to talk",
    "outcomesAsked": {"asked": true, "result": "expressed"},
    "outcomes": [{"ownWords": "I want my purse to stay where I put it", "expressedBy": "adult"}],
    "wishes": [{"kind": "do_not_want", "text": "No police car at the door", "saidBy": "adult"}],
    "nextSteps": [{"text": "Ring the bank", "by": "practitioner", "when": "2026-12-02",
        "toldAdultOn": "2026-11-20", "toldHow": "in person"}]
}))]
pub struct NewContact {
    /// Its kind.
    pub kind: ContactKind,
    /// When it was; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub at: Option<UtcTime>,
    /// Whether it was with the adult.
    pub with_adult: bool,
    /// With whom else.
    #[schema(min_length = 1, max_length = 500)]
    pub with_whom: Option<String>,
    /// How long, in minutes.
    #[schema(minimum = 0, maximum = 1440)]
    pub minutes: Option<i32>,
    /// What the words rest on.
    pub basis: Basis,
    /// The note: factual.
    #[schema(min_length = 1, max_length = 16000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
    /// A part for those who decide on the case.
    #[schema(min_length = 1, max_length = 16000)]
    pub restricted_part: Option<String>,
    /// Whether the adult was asked what they want to happen.
    pub outcomes_asked: Option<OutcomesAsked>,
    /// Options that were discussed.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub options_discussed: Vec<DiscussedOption>,
    /// What the adult chose of them.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_chose: Option<String>,
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
    /// What happens next.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub next_steps: Vec<NextStep>,
    /// Items of the checklists that were looked at; none has to be.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub checklist: Vec<MeetingItemAnswer>,
}

impl NewContact {
    /// What it produced.
    pub fn linked(&self) -> Linked<'_> {
        Linked {
            outcomes: &self.outcomes,
            revisions: &self.revisions,
            wishes: &self.wishes,
            at: self.at,
        }
    }
}

/// A contact.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Its kind.
    pub kind: ContactKind,
    /// When it was.
    pub at: UtcTime,
    /// Whether it was with the adult.
    pub with_adult: bool,
    /// With whom else.
    pub with_whom: Option<String>,
    /// How long, in minutes.
    pub minutes: Option<i32>,
    /// What the words rest on.
    pub basis: Basis,
    /// The note.
    pub text: String,
    /// A part for those who decide on the case.
    pub restricted_part: Option<String>,
    /// What came of asking the adult what they want.
    pub asked_result: Option<AskedResult>,
    /// Why the adult was not asked.
    pub not_asked_reason: Option<String>,
    /// Options that were discussed.
    pub options_discussed: Vec<DiscussedOption>,
    /// What the adult chose of them.
    pub adult_chose: Option<String>,
    /// Desired outcomes it produced.
    pub outcome_ids: Vec<Id>,
    /// Revisions it produced.
    pub revision_ids: Vec<Id>,
    /// Wishes it produced.
    pub wish_ids: Vec<Id>,
    /// What happens next.
    pub next_steps: Vec<NextStep>,
    /// Items of the checklists that were looked at.
    pub checklist: Vec<MeetingItemAnswer>,
    /// Always 1: a contact is not changed.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// Why it should not have been recorded, if somebody said so; it counts nowhere, and shows to staff only.
    pub entered_in_error: Option<String>,
}

impl View for ContactView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl ContactView {
    /// From the row; the restricted part only for those who decide on the case.
    pub fn of(row: Contact, sees_restricted: bool) -> Self {
        let produced = row.produced.0;
        Self {
            id: row.id,
            kind: row.kind,
            at: row.at,
            with_adult: row.with_adult,
            with_whom: row.with_whom,
            minutes: row.minutes,
            basis: row.basis,
            text: row.text,
            restricted_part: row.restricted_part.filter(|_| sees_restricted),
            asked_result: row.asked_result,
            not_asked_reason: row.not_asked_reason,
            options_discussed: row.options_discussed.0,
            adult_chose: row.adult_chose,
            outcome_ids: produced.outcomes,
            revision_ids: produced.revisions,
            wish_ids: produced.wishes,
            next_steps: row.next_steps.0,
            checklist: row.checklist.0,
            version: row.version,
            created_at: row.created_at,
            entered_in_error: row.entered_in_error,
        }
    }
}
