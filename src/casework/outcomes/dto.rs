//! What callers send and read about desired outcomes.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::{
    Achieved, Achievement, AdultAgrees, ChangeKind, ChangeReason, CommunicatedBy, ComparedWith, ConfirmedBy,
    ExpressedBy, NotJudgedBecause, Outcome, OutcomeStatus, Party, Revision, RevisionStanding, Suggestion,
};
use super::rules::Judges;
use crate::clock::{PastTime, UtcTime};
use crate::http::answer::View;
use crate::ids::Id;

/// A code of the authority's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 60, example = "see_grandchildren")]
pub struct LocalSuggestion(pub String);

/// What the adult wants to happen.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "ownWords": "I want my nephew to stop taking my money", "expressedBy": "adult", "communicatedBy": "speech",
    "priority": 1, "suggestionCodes": ["stop_safer"], "howWeCanHelp": "Talk to the bank with me"
}))]
pub struct NewOutcome {
    /// In their own words, or a transcript.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub own_words: String,
    /// Whose wish it is.
    pub expressed_by: ExpressedBy,
    /// How it was communicated.
    pub communicated_by: Option<CommunicatedBy>,
    /// 1 to 3, or none.
    #[schema(minimum = 1, maximum = 3)]
    pub priority: Option<i16>,
    /// Statements it goes with.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub suggestion_codes: Vec<Suggestion>,
    /// Statements of the authority's own that it goes with, from its settings.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub local_suggestion_codes: Vec<LocalSuggestion>,
    /// With `best_interests`: the decision that covers it.
    pub best_interests_decision_id: Option<Id>,
    /// How the authority can help, in the adult's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub how_we_can_help: Option<String>,
    /// When it was said; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub said_at: Option<UtcTime>,
}

/// A desired outcome as it stands.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The words in force.
    pub own_words: String,
    /// Whose wish it is.
    pub expressed_by: ExpressedBy,
    /// How it was communicated.
    pub communicated_by: Option<CommunicatedBy>,
    /// 1 to 3, or none.
    pub priority: Option<i16>,
    /// Statements it goes with.
    pub suggestion_codes: Vec<Suggestion>,
    /// Statements of the authority's own that it goes with.
    pub local_suggestion_codes: Vec<LocalSuggestion>,
    /// How the authority can help.
    pub how_we_can_help: Option<String>,
    /// The best-interests decision that covers it.
    pub best_interests_decision_id: Option<Id>,
    /// Whether it is still wanted.
    pub status: OutcomeStatus,
    /// When the words in force were said.
    pub said_at: UtcTime,
    /// The latest judgement of how far it was achieved, of those the reader sees.
    pub achieved: Option<Achieved>,
    /// 1, and one more with every revision.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// When it last changed.
    pub updated_at: UtcTime,
    /// Why it should not have been recorded, if somebody said so; it counts nowhere, and shows to staff only.
    pub entered_in_error: Option<String>,
}

impl OutcomeView {
    /// From the row and its latest judgement.
    pub fn of(row: Outcome, achieved: Option<Achieved>) -> Self {
        Self {
            id: row.id,
            own_words: row.own_words,
            expressed_by: row.expressed_by,
            communicated_by: row.communicated_by,
            priority: row.priority,
            suggestion_codes: row.suggestion_codes.0,
            local_suggestion_codes: row.local_suggestion_codes.0,
            how_we_can_help: row.how_we_can_help,
            best_interests_decision_id: row.best_interests_decision_id,
            status: row.status,
            said_at: row.said_at,
            achieved,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            entered_in_error: row.entered_in_error,
        }
    }
}

impl View for OutcomeView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        self.achieved.map(|achieved| achieved.as_str().to_owned())
    }
}

/// A change of an outcome. From the adult's own app only `ownWords` is needed; from anyone else also what kind of
/// change it is, why, whose idea it was and whether the adult agrees.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "ownWords": "I want my nephew to ask before he uses my card", "changeKind": "narrowed", "changeReason": "negotiated",
    "whatWasExplained": "What the bank can and cannot do", "initiatedBy": "practitioner", "adultAgrees": "yes",
    "confirmedBy": "none"
}))]
pub struct NewRevision {
    /// The words.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub own_words: Option<String>,
    /// 1 to 3; the present one, if absent.
    #[schema(minimum = 1, maximum = 3)]
    pub priority: Option<i16>,
    /// What kind of change.
    pub change_kind: Option<ChangeKind>,
    /// Why.
    pub change_reason: Option<ChangeReason>,
    /// What was explained to the adult.
    #[schema(min_length = 1, max_length = 4000)]
    pub what_was_explained: Option<String>,
    /// What else was offered.
    #[schema(min_length = 1, max_length = 4000)]
    pub alternatives_offered: Option<String>,
    /// Whose idea it was.
    pub initiated_by: Option<Party>,
    /// Whether the adult agrees.
    pub adult_agrees: Option<AdultAgrees>,
    /// With `adultAgrees: best_interests`: the decision that covers it.
    pub best_interests_decision_id: Option<Id>,
    /// Who besides the recorder confirmed that.
    pub confirmed_by: Option<ConfirmedBy>,
    /// When it was said; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub said_at: Option<UtcTime>,
}

/// A revision; they are appended and never overwritten.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevisionView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The outcome.
    pub outcome_id: Id,
    /// 1 for the first words.
    pub number: i32,
    /// `proposed` until the adult agrees; the words before it stand until then.
    pub standing: RevisionStanding,
    /// The words.
    pub own_words: String,
    /// The priority.
    pub priority: Option<i16>,
    /// What kind of change.
    pub change_kind: ChangeKind,
    /// Why.
    pub change_reason: Option<ChangeReason>,
    /// What was explained to the adult.
    pub what_was_explained: Option<String>,
    /// What else was offered.
    pub alternatives_offered: Option<String>,
    /// Whose idea it was.
    pub initiated_by: Party,
    /// Whether the adult agrees.
    pub adult_agrees: AdultAgrees,
    /// Who besides the recorder confirmed that.
    pub confirmed_by: ConfirmedBy,
    /// When it was said.
    pub said_at: UtcTime,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// The outcome's version now: what its ETag says.
    #[serde(skip)]
    pub outcome_version: i64,
}

impl RevisionView {
    /// From the row and the outcome's version.
    pub fn of(row: Revision, outcome_version: i64) -> Self {
        Self {
            id: row.id,
            outcome_id: row.outcome_id,
            number: row.number,
            standing: row.standing,
            own_words: row.own_words,
            priority: row.priority,
            change_kind: row.change_kind,
            change_reason: row.change_reason,
            what_was_explained: row.what_was_explained,
            alternatives_offered: row.alternatives_offered,
            initiated_by: row.initiated_by,
            adult_agrees: row.adult_agrees,
            confirmed_by: row.confirmed_by,
            said_at: row.said_at,
            created_at: row.created_at,
            outcome_version,
        }
    }
}

impl View for RevisionView {
    fn version(&self) -> i64 {
        self.outcome_version
    }
}

/// How far an outcome was achieved, and why.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "achieved": "partially", "judgedBy": "adult", "reason": "He asks now, but not every time",
    "practitionerView": "The bank's limit works", "howWeCouldHaveDoneBetter": "Ring me before you come",
    "comparedWith": "latest", "final": true
}))]
pub struct NewAchievement {
    /// How far.
    pub achieved: Achieved,
    /// With `not_judged`: why.
    pub not_judged_because: Option<NotJudgedBecause>,
    /// Who judged.
    pub judged_by: Party,
    /// Why; for every value.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
    /// The adult's view, where it differs.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
    /// The practitioner's view, where it differs.
    #[schema(min_length = 1, max_length = 4000)]
    pub practitioner_view: Option<String>,
    /// What could have been done better.
    #[schema(min_length = 1, max_length = 4000)]
    pub how_we_could_have_done_better: Option<String>,
    /// Against which words; the latest, if absent.
    pub compared_with: Option<ComparedWith>,
    /// false for an interim judgement.
    #[serde(rename = "final")]
    #[schema(default = true)]
    pub is_final: Option<bool>,
}

/// A judgement.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AchievementView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The outcome.
    pub outcome_id: Id,
    /// How far.
    pub achieved: Achieved,
    /// Why nobody judged.
    pub not_judged_because: Option<NotJudgedBecause>,
    /// Who judged.
    pub judged_by: Party,
    /// Why.
    pub reason: String,
    /// The adult's view, where it differs.
    pub adult_view: Option<String>,
    /// The practitioner's view, where it differs; for staff.
    pub practitioner_view: Option<String>,
    /// What could have been done better.
    pub how_we_could_have_done_better: Option<String>,
    /// Against which words.
    pub compared_with: ComparedWith,
    /// false for an interim judgement.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// The outcome's version now: what its ETag says.
    #[serde(skip)]
    pub outcome_version: i64,
}

impl AchievementView {
    /// From the row and the outcome's version, for somebody who sees these judgements.
    pub fn of(row: Achievement, outcome_version: i64, judges: Judges) -> Self {
        Self {
            id: row.id,
            outcome_id: row.outcome_id,
            achieved: row.achieved,
            not_judged_because: row.not_judged_because,
            judged_by: row.judged_by,
            reason: row.reason,
            adult_view: row.adult_view,
            practitioner_view: row.practitioner_view.filter(|_| judges == Judges::All),
            how_we_could_have_done_better: row.how_we_could_have_done_better,
            compared_with: row.compared_with,
            is_final: row.is_final,
            created_at: row.created_at,
            outcome_version,
        }
    }
}

impl View for AchievementView {
    fn version(&self) -> i64 {
        self.outcome_version
    }
}

/// The order of what matters most.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "order": ["019a4c3e-8f00-7000-8000-000000000001"] }))]
pub struct Priorities {
    /// Outcomes from the most important; at most three. All others lose their priority.
    #[schema(max_items = 3)]
    pub order: Vec<Id>,
}

/// The outcomes that have a priority, in their order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrioritiesView {
    /// The outcomes.
    pub items: Vec<OutcomeView>,
}

impl View for PrioritiesView {
    fn version(&self) -> i64 {
        self.items.iter().map(|item| item.version).sum()
    }
}
