//! Codes and rows of desired outcomes.

use diesel::prelude::*;

use super::dto::LocalSuggestion;
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::casework::{desired_outcomes, outcome_achievements, outcome_revisions};

crate::codes! {
    /// Whose wish it is.
    pub enum ExpressedBy {
        /// The adult's own; always allowed, also where capacity is lacking.
        Adult = "adult",
        /// A representative's.
        Representative = "representative",
        /// An advocate's on the adult's behalf.
        Advocate = "advocate",
        /// Defined in the adult's best interests (Mental Capacity Act 2005 s.4).
        BestInterests = "best_interests",
    }
}

crate::codes! {
    /// How it was communicated.
    pub enum CommunicatedBy {
        /// Speech.
        Speech = "speech",
        /// Writing.
        Writing = "writing",
        /// Sign language.
        Sign = "sign",
        /// Symbols.
        Symbols = "symbols",
        /// Behaviour.
        Behaviour = "behaviour",
        /// Through an advocate.
        ThroughAdvocate = "through_advocate",
        /// Otherwise.
        Other = "other",
    }
}

crate::codes! {
    /// The statements that people often choose from.
    pub enum Suggestion {
        /// I want the abuse to stop and to feel safer.
        StopSafer = "stop_safer",
        /// I want to help protect myself in future.
        ProtectSelf = "protect_self",
        /// I want help to feel more confident.
        Confident = "confident",
        /// I want the abuser to stay away from me.
        AbuserAway = "abuser_away",
        /// I want to be involved in what happens next.
        Involved = "involved",
        /// I want people involved in my case to do what they say they will.
        PeopleDoWhatTheySay = "people_do_what_they_say",
        /// I want the police to prosecute.
        Prosecute = "prosecute",
        /// I want to access any support available to me.
        AccessSupport = "access_support",
        /// I want to make more friends.
        Friends = "friends",
    }
}

crate::codes! {
    /// Whether an outcome is still wanted.
    pub enum OutcomeStatus {
        /// It is.
        Current = "current",
        /// The adult no longer wants it.
        Withdrawn = "withdrawn",
        /// Another outcome took its place.
        Superseded = "superseded",
    }
}

crate::codes! {
    /// What a revision changed.
    pub enum ChangeKind {
        /// The first words.
        Initial = "initial",
        /// The same in other words.
        Reworded = "reworded",
        /// Its priority.
        PriorityChanged = "priority_changed",
        /// More is wanted.
        Widened = "widened",
        /// Less is wanted.
        Narrowed = "narrowed",
        /// Something else is wanted instead.
        Replaced = "replaced",
        /// It is no longer wanted.
        Withdrawn = "withdrawn",
        /// It is wanted again.
        Reinstated = "reinstated",
    }
}

impl ChangeKind {
    /// Whether it asks for less than before, so that lowering ambition cannot look like success.
    pub fn gives_up(self) -> bool {
        matches!(self, Self::Narrowed | Self::Replaced | Self::Withdrawn)
    }
}

crate::codes! {
    /// Why it changed.
    pub enum ChangeReason {
        /// The adult changed their mind.
        AdultChangedMind = "adult_changed_mind",
        /// New information.
        NewInformation = "new_information",
        /// Circumstances changed.
        CircumstancesChanged = "circumstances_changed",
        /// Negotiated.
        Negotiated = "negotiated",
        /// It was discussed that the wish is unrealistic or unlawful.
        UnrealisticOrUnlawfulDiscussed = "unrealistic_or_unlawful_discussed",
        /// Clarified.
        Clarified = "clarified",
        /// Otherwise.
        Other = "other",
    }
}

crate::codes! {
    /// Whose idea the change was, or who judged.
    pub enum Party {
        /// The adult.
        Adult = "adult",
        /// A representative.
        Representative = "representative",
        /// An advocate.
        Advocate = "advocate",
        /// The practitioner.
        Practitioner = "practitioner",
    }
}

crate::codes! {
    /// Whether the adult agrees with a change.
    pub enum AdultAgrees {
        /// Agrees.
        Yes = "yes",
        /// Does not.
        No = "no",
        /// Not known.
        NotKnown = "not_known",
        /// Covered by a best-interests decision.
        BestInterests = "best_interests",
    }
}

crate::codes! {
    /// Who besides the recorder confirmed the adult's agreement.
    pub enum ConfirmedBy {
        /// The adult, in their own app.
        AdultApp = "adult_app",
        /// The advocate.
        Advocate = "advocate",
        /// The representative.
        Representative = "representative",
        /// Nobody.
        None = "none",
    }
}

crate::codes! {
    /// Whether a revision counts.
    pub enum RevisionStanding {
        /// Its words are the outcome's.
        InForce = "in_force",
        /// The words before it stand until the adult agrees.
        Proposed = "proposed",
    }
}

crate::codes! {
    /// How far an outcome was achieved.
    pub enum Achieved {
        /// Wholly.
        Fully = "fully",
        /// In part.
        Partially = "partially",
        /// Not.
        Not = "not",
        /// Nobody could or would judge.
        NotJudged = "not_judged",
    }
}

crate::codes! {
    /// Why nobody judged.
    pub enum NotJudgedBecause {
        /// The adult did not want to.
        AdultDeclined = "adult_declined",
        /// The adult could not be asked.
        CouldNotBeAsked = "could_not_be_asked",
        /// The adult died.
        Died = "died",
        /// Too early to say.
        TooEarly = "too_early",
        /// Otherwise.
        Other = "other",
    }
}

crate::codes! {
    /// Against which words it was judged.
    pub enum ComparedWith {
        /// The latest.
        Latest = "latest",
        /// The first.
        First = "first",
    }
}

crate::codes! {
    /// Whether the adult was asked what they want (Safeguarding Adults Collection SG4a).
    pub enum AskedAnswer {
        /// Yes they were asked and outcomes were expressed.
        AskedAndExpressed = "asked_and_expressed",
        /// Yes they were asked but no outcomes were expressed.
        AskedNoneExpressed = "asked_none_expressed",
        /// No.
        NotAsked = "not_asked",
        /// Don't know.
        NotKnown = "not_known",
        /// Not recorded.
        NotRecorded = "not_recorded",
        /// There is no identified adult.
        NotApplicable = "not_applicable",
    }
}

crate::case_row! {
    /// An outcome as it stands now; its history is in its revisions.
    Outcome (OutcomeContent) in desired_outcomes as "desired_outcome" [partner all] {
        /// The words in force.
        own_words: String,
        /// Whose wish.
        expressed_by: ExpressedBy,
        /// How communicated.
        communicated_by: Option<CommunicatedBy>,
        /// Statements it goes with.
        suggestion_codes: Json<Vec<Suggestion>>,
        /// Statements of the authority's own that it goes with.
        local_suggestion_codes: Json<Vec<LocalSuggestion>>,
        /// How the authority can help.
        how_we_can_help: Option<String>,
        /// 1 to 3, or none.
        priority: Option<i16>,
        /// Whether it is still wanted.
        status: OutcomeStatus,
        /// When the words in force were said.
        said_at: UtcTime,
        /// The best-interests decision that covers it.
        best_interests_decision_id: Option<Id>,
    }
}

/// A revision; append-only.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = outcome_revisions, treat_none_as_default_value = false)]
pub struct Revision {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The outcome.
    pub outcome_id: Id,
    /// The case.
    pub case_id: Id,
    /// The authority.
    pub authority: String,
    /// 1 for the first words.
    pub number: i32,
    /// Whether it counts.
    pub standing: RevisionStanding,
    /// The words.
    pub own_words: String,
    /// The priority.
    pub priority: Option<i16>,
    /// What changed.
    pub change_kind: ChangeKind,
    /// Why.
    pub change_reason: Option<ChangeReason>,
    /// What was explained to the adult.
    pub what_was_explained: Option<String>,
    /// What else was offered.
    pub alternatives_offered: Option<String>,
    /// Whose idea.
    pub initiated_by: Party,
    /// Whether the adult agrees.
    pub adult_agrees: AdultAgrees,
    /// Who confirmed that.
    pub confirmed_by: ConfirmedBy,
    /// When it was said.
    pub said_at: UtcTime,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
}

/// A judgement of how far an outcome was achieved; append-only, the latest counts.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = outcome_achievements, treat_none_as_default_value = false)]
pub struct Achievement {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The outcome.
    pub outcome_id: Id,
    /// The case.
    pub case_id: Id,
    /// The authority.
    pub authority: String,
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
    /// The practitioner's view, where it differs.
    pub practitioner_view: Option<String>,
    /// What could have been done better.
    pub how_we_could_have_done_better: Option<String>,
    /// Against which words.
    pub compared_with: ComparedWith,
    /// Whether it is the last word for the conclusion.
    #[diesel(column_name = "final_")]
    pub is_final: bool,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
}
