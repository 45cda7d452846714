//! Feedback: was it what you wanted, and how did it feel? Six questions to the adult or who represents them.
//! Staff write answers down and never edit them, so there is no amending.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::record;
use crate::act::Act;
use crate::body::Body;
use crate::clock::{PastTime, UtcTime};
use crate::ids::Id;
use crate::policy::Standing;
use crate::problem::{Fault, Problem, repeated};
use crate::schema::casework::feedback;

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

/// An answer to one question.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// The question.
    pub question: Question,
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
        "howWeCouldHaveDoneBetter": "Come on the day you said"
    }))]
    FeedbackRow (FeedbackContent) in feedback as "feedback", Feedback, FeedbackView {
        columns {
            /// Who answers.
            respondent: Respondent,
            /// Who asked.
            asked_by: AskedBy,
            /// What could have been done better.
            #[schema(min_length = 1, max_length = 4000)]
            how_we_could_have_done_better: Option<String>,
            /// When it was given, where that was not when it was recorded.
            #[schema(value_type = Option<PastTime>)]
            given_at: Option<UtcTime>,
            /// What helped the respondent to answer.
            #[schema(min_length = 1, max_length = 1000)]
            support_used: Option<String>,
        }
        documents {
            /// Answers; each question once, none has to be answered.
            #[schema(max_items = 6)]
            answers: Vec<Answer>,
        }
    }
}
crate::record!(rules FeedbackRow, Feedback, FeedbackView, repeated_questions);

fn repeated_questions(feedback: &Feedback) -> Vec<Fault> {
    let asked: Vec<Question> = feedback.answers.iter().map(|answer| answer.question).collect();
    let pointer = |index| format!("/answers/{index}/question");
    repeated(&asked, pointer, "Each question stands here once.")
}

/// Gives feedback.
pub fn give(act: &mut Act, case: Id, body: &Body<Feedback>) -> Result<Id, Problem> {
    record::create_as::<FeedbackRow>(act, case, body, |_, case, feedback| {
        Ok(faults_of(case.standing, feedback))
    })
}

fn faults_of(standing: Standing, feedback: &Feedback) -> Vec<Fault> {
    let mut faults = repeated_questions(feedback);
    if standing == Standing::Adult && feedback.respondent != Respondent::Adult {
        faults.push(Fault::at(
            "/respondent",
            "not_theirs_to_say",
            "From the adult's own app this is the adult.",
        ));
    }
    faults
}

crate::record_operations! {
    FeedbackRow, Feedback, FeedbackView, tag "Feedback", at "/v1/cases/{caseId}/feedback",
    one "/v1/cases/{caseId}/feedback/{feedbackId}" (FeedbackPath), read "feedback.read", write "feedback.give",
    list list_feedback "listFeedback" "List the feedback on a case"
        "What the adult and those who speak for them said about how it went.",
    create give_feedback "giveFeedback" "Give feedback"
        "In any state of the case; from the adult's own account, or written down by the worker." by give,
    get get_feedback "getFeedback" "Read feedback" "One respondent's answers.",
}
