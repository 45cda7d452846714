//! Use cases of feedback.

use super::{Feedback, FeedbackRow, FeedbackView, Respondent, rules};
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::questionnaires::model::Questionnaire;
use crate::casework::questionnaires::service as questionnaires;
use crate::casework::record::{Head, Record, row, rows, write_new};
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::Standing;
use crate::problem::{Code, Fault, Problem};

/// Gives feedback, held to the questions of the questionnaire that was asked.
pub fn give(act: &mut Act, case: Id, body: &Body<Feedback>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let named = body.value().and_then(|feedback| feedback.questionnaire_id);
    let asked = questionnaires::to_answer(act, &case.row.authority, named)?;
    let questions = |asked: &Questionnaire| asked.questions.0.clone();
    let words = asked.as_ref().map(questions).unwrap_or_default();
    let questions = rules::Asked {
        questions: words.iter().map(|question| question.code.as_str()).collect(),
        named: named.is_some(),
    };
    let feedback = body.checked(|feedback| {
        let mut faults = faults_of_respondent(case.standing, feedback);
        match &asked {
            Some(_) => faults.extend(rules::faults(feedback, &questions)),
            None => faults.push(Fault::at(
                "/questionnaireId",
                "unknown",
                "The authority of the case has no such questionnaire.",
            )),
        }
        faults
    })?;
    let asked = asked.ok_or_else(|| Problem::internal("feedback without its questionnaire"))?;
    refuse_what_was_asked_too_late(act, &case, feedback, &asked)?;
    if !feedback.answers.is_empty() {
        questionnaires::answered(act, &asked)?;
    }
    let status = rules::status_of(feedback, &questions);
    let feedback = Feedback {
        questionnaire_id: Some(asked.id),
        status: Some(status),
        ..feedback.clone()
    };
    let row = FeedbackRow::new(Head::new(act, &case), feedback);
    write_new(act, &row, "recorded")
}

fn faults_of_respondent(standing: Standing, feedback: &Feedback) -> Vec<Fault> {
    match standing == Standing::Adult && feedback.respondent != Respondent::Adult {
        true => vec![Fault::at(
            "/respondent",
            "not_theirs_to_say",
            "From the adult's own app this is the adult.",
        )],
        false => vec![],
    }
}

/// A retired questionnaire takes what was said while it was in use: an offline app brings it later. The adult's own
/// words are taken in any case.
fn refuse_what_was_asked_too_late(
    act: &Act,
    case: &Reached,
    feedback: &Feedback,
    asked: &Questionnaire,
) -> Result<(), Problem> {
    let given_at = feedback.given_at.unwrap_or(act.now);
    let too_late = asked.retired_at.is_some_and(|retired_at| given_at > retired_at);
    match too_late && case.standing != Standing::Adult {
        true => Err(Problem::new(Code::Conflict).saying(
            "This version of the questionnaire is retired. What was asked before that says so in givenAt.",
        )),
        false => Ok(()),
    }
}

/// Reads one respondent's feedback.
pub fn get(act: &mut Act, case: Id, id: Id) -> Result<FeedbackView, Problem> {
    let case = reach(act, case)?;
    let feedback: FeedbackRow = row(act, &case, id)?;
    Ok(seen_by(case.standing, feedback))
}

/// Lists the feedback on a case.
pub fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<FeedbackView>, Problem> {
    let case = reach(act, case)?;
    Ok(rows::<FeedbackRow>(act, &case, page)?.map(|row| seen_by(case.standing, row)))
}

fn seen_by(standing: Standing, mut feedback: FeedbackRow) -> FeedbackView {
    if standing == Standing::Adult {
        feedback.not_offered_reason = None;
    }
    feedback.view()
}
