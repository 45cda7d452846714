//! Feedback: was it what you wanted, and how did it feel? The questions of a questionnaire, to the adult or who
//! represents them. Staff write answers down and never edit them, so there is no amending: an offer and the answers
//! that came of it are two records.

pub mod routes;
pub mod rules;
pub mod service;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::clock::{PastTime, UtcTime};
use crate::ids::Id;
use crate::schema::casework::feedback;
pub use routes::operations;
pub use service::give;

crate::codes! {
    /// Who answers.
    pub enum Respondent {
        /// The adult.
        Adult = "adult",
        /// A representative.
        Representative = "representative",
        /// An advocate.
        Advocate = "advocate",
        /// A carer.
        Carer = "carer",
    }
}

crate::codes! {
    /// Who asked.
    pub enum AskedBy {
        /// The worker who led the enquiry.
        LeadWorker = "lead_worker",
        /// Someone independent.
        IndependentPerson = "independent_person",
    }
}

crate::codes! {
    /// The six questions.
    pub enum Question {
        /// Have you got the outcomes you wanted?
        GotOutcomes = "got_outcomes",
        /// Did we give you chance to say what you wanted to happen?
        ChanceToSay = "chance_to_say",
        /// Did you feel that you were listened to?
        ListenedTo = "listened_to",
        /// Did we act on your wishes and views?
        ActedOnWishes = "acted_on_wishes",
        /// Do you feel as safe as you want to feel?
        FeelSafe = "feel_safe",
        /// Do you feel happier as a result of the support about your concerns?
        FeelHappier = "feel_happier",
    }
}

crate::codes! {
    /// An answer.
    pub enum AnswerCode {
        /// Yes.
        Yes = "yes",
        /// Partly.
        Partly = "partly",
        /// No.
        No = "no",
        /// Did not want to say.
        Declined = "declined",
        /// Was not asked.
        NotAsked = "not_asked",
    }
}

crate::codes! {
    /// What came of asking for feedback.
    pub enum FeedbackStatus {
        /// It was offered, and there are no answers yet.
        Offered = "offered",
        /// Every question was answered.
        Completed = "completed",
        /// Some questions were.
        Partial = "partial",
        /// The respondent did not want to.
        Declined = "declined",
        /// It was not offered; the reason says why.
        NotOffered = "not_offered",
    }
}

/// An answer to one question.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Code of the question, as the questionnaire has it. The six that every version of `msp-six` begins with:
    /// `got_outcomes`, `chance_to_say`, `listened_to`, `acted_on_wishes`, `feel_safe`, `feel_happier`.
    #[schema(max_length = 60)]
    pub question: String,
    /// The answer.
    pub answer: AnswerCode,
    /// In the respondent's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub comment: Option<String>,
}

crate::record! {
    /// The adult's view of how it went.
    #[schema(example = json!({
        "respondent": "adult", "askedBy": "independent_person",
        "answers": [
            {"question": "got_outcomes", "answer": "partly"}, {"question": "chance_to_say", "answer": "yes"},
            {"question": "listened_to", "answer": "yes"}, {"question": "acted_on_wishes", "answer": "yes"},
            {"question": "feel_safe", "answer": "partly"},
            {"question": "feel_happier", "answer": "no", "comment": "I miss my nephew"}
        ],
        "howWeCouldHaveDoneBetter": "Come on the day you said", "how": "At her kitchen table"
    }))]
    FeedbackRow (FeedbackContent) in feedback as "feedback", Feedback, FeedbackView {
        columns {
            /// Who answers.
            respondent: Respondent,
            /// Who asked.
            asked_by: AskedBy,
            /// The version of a questionnaire that was asked. Left out, it is the authority's newest version of the six
            /// questions.
            questionnaire_id: Option<Id>,
            /// What came of asking. Left out, it follows from the answers.
            status: Option<FeedbackStatus>,
            /// What could have been done better.
            #[schema(min_length = 1, max_length = 4000)]
            how_we_could_have_done_better: Option<String>,
            /// When it was given, where that was not when it was recorded.
            #[schema(value_type = Option<PastTime>)]
            given_at: Option<UtcTime>,
            /// How it was asked: in person, by telephone, on paper.
            #[schema(min_length = 1, max_length = 500)]
            how: Option<String>,
            /// What helped the respondent to answer.
            #[schema(min_length = 1, max_length = 1000)]
            support_used: Option<String>,
            /// Why it was not offered. Not shown in the adult's own app, which somebody else may be holding.
            #[schema(min_length = 1, max_length = 4000)]
            not_offered_reason: Option<String>,
        }
        documents {
            /// Answers, each question once. Whoever names the questionnaire answers all of its questions, if only with
            /// `not_asked`, or says that this is `partial`.
            #[schema(max_items = 40)]
            answers: Vec<Answer>,
        }
    }
}
crate::record!(rules FeedbackRow, Feedback, FeedbackView);
