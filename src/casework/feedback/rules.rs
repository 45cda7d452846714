//! What holds for answers, beyond the contract. None of it ever stops the adult from saying how it was.

use super::{Answer, AnswerCode, Feedback, FeedbackStatus};
use crate::problem::Fault;

/// The questions that were asked.
pub struct Asked<'a> {
    /// Their codes.
    pub questions: Vec<&'a str>,
    /// Whether whoever sends the answers named the questionnaire, and so knows its questions.
    pub named: bool,
}

/// What came of asking: as stated, or as the answers say.
pub fn status_of(feedback: &Feedback, asked: &Asked) -> FeedbackStatus {
    feedback.status.unwrap_or_else(|| derived(feedback, asked))
}

fn derived(feedback: &Feedback, asked: &Asked) -> FeedbackStatus {
    let gave = |code: AnswerCode| feedback.answers.iter().any(|answer| answer.answer == code);
    let said_something = feedback.how_we_could_have_done_better.is_some();
    if feedback.answers.iter().any(is_an_answer) {
        let whole = unanswered(feedback, asked).is_empty();
        return if whole {
            FeedbackStatus::Completed
        } else {
            FeedbackStatus::Partial
        };
    }
    match (
        said_something,
        gave(AnswerCode::Declined),
        &feedback.not_offered_reason,
    ) {
        (true, ..) => FeedbackStatus::Partial,
        (_, true, _) => FeedbackStatus::Declined,
        (.., Some(_)) => FeedbackStatus::NotOffered,
        _ => FeedbackStatus::Offered,
    }
}

fn is_an_answer(answer: &Answer) -> bool {
    matches!(
        answer.answer,
        AnswerCode::Yes | AnswerCode::Partly | AnswerCode::No
    )
}

/// Questions that were not put, or to which nothing stands here. (To decline is a reply.)
fn unanswered<'a>(feedback: &Feedback, asked: &Asked<'a>) -> Vec<&'a str> {
    let replied = |code: &str| {
        let mut answers = feedback.answers.iter();
        answers.any(|answer| answer.question == code && answer.answer != AnswerCode::NotAsked)
    };
    let questions = asked.questions.iter().copied();
    questions.filter(|code| !replied(code)).collect()
}

/// Every fault of answers to these questions.
pub fn faults(feedback: &Feedback, asked: &Asked) -> Vec<Fault> {
    let mut faults = faults_of_questions(&feedback.answers, asked);
    let status = status_of(feedback, asked);
    let missing = match feedback.status {
        Some(FeedbackStatus::Completed) => unanswered(feedback, asked),
        None if asked.named && !feedback.answers.is_empty() => not_there(feedback, asked),
        _ => vec![],
    };
    faults.extend(missing.into_iter().map(|code| {
        let detail = format!("There is no answer to {code}. Where not all were asked, say so in `status`.");
        Fault::required("/answers", detail)
    }));
    let answered = feedback.answers.iter().any(is_an_answer);
    let fits = match status {
        FeedbackStatus::Offered | FeedbackStatus::NotOffered | FeedbackStatus::Declined => !answered,
        FeedbackStatus::Partial => answered || feedback.how_we_could_have_done_better.is_some(),
        FeedbackStatus::Completed => true,
    };
    if !fits {
        faults.push(Fault::at(
            "/answers",
            "contradicts_status",
            "These answers contradict the status.",
        ));
    }
    match (status, &feedback.not_offered_reason) {
        (FeedbackStatus::NotOffered, None) => faults.push(Fault::required(
            "/notOfferedReason",
            "Say why feedback was not offered.",
        )),
        (FeedbackStatus::NotOffered, Some(_)) | (_, None) => {}
        (_, Some(_)) => faults.push(Fault::at(
            "/notOfferedReason",
            "contradicts_status",
            "This is only for feedback that was not offered.",
        )),
    }
    faults
}

fn not_there<'a>(feedback: &Feedback, asked: &Asked<'a>) -> Vec<&'a str> {
    let stands = |code: &str| feedback.answers.iter().any(|answer| answer.question == code);
    let questions = asked.questions.iter().copied();
    questions.filter(|code| !stands(code)).collect()
}

fn faults_of_questions(answers: &[Answer], asked: &Asked) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let at = format!("/answers/{index}/question");
        let mut before = answers.iter().take(index);
        if !asked.questions.contains(&answer.question.as_str()) {
            faults.push(Fault::at(at, "code", "The questionnaire has no such question."));
        } else if before.any(|earlier| earlier.question == answer.question) {
            faults.push(Fault::at(at, "repeated", "Each question stands here once."));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const QUESTIONS: [&str; 3] = ["got_outcomes", "listened_to", "own_question"];

    fn feedback(body: &Value) -> Feedback {
        let mut whole = json!({ "respondent": "adult", "askedBy": "lead_worker", "answers": [] });
        for (name, value) in body.as_object().unwrap() {
            whole[name] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    fn asked(named: bool) -> Asked<'static> {
        Asked {
            questions: QUESTIONS.to_vec(),
            named,
        }
    }

    fn answers(given: &[(&str, &str)]) -> Value {
        let all = given.iter();
        all.map(|(question, answer)| json!({ "question": question, "answer": answer }))
            .collect()
    }

    fn codes(body: &Value, named: bool) -> Vec<String> {
        let faults = faults(&feedback(body), &asked(named)).into_iter();
        faults
            .map(|fault| format!("{} {}", fault.pointer.unwrap_or_default(), fault.code))
            .collect()
    }

    #[test]
    fn the_status_follows_from_the_answers() {
        let all = |last: &str| {
            answers(&[
                ("got_outcomes", "yes"),
                ("listened_to", "no"),
                ("own_question", last),
            ])
        };
        let status = |body: Value| status_of(&feedback(&body), &asked(false)).as_str();
        assert_eq!(status(json!({ "answers": all("partly") })), "completed");
        assert_eq!(
            status(json!({ "answers": all("declined") })),
            "completed",
            "to decline is a reply"
        );
        assert_eq!(status(json!({ "answers": all("not_asked") })), "partial");
        assert_eq!(
            status(json!({ "answers": answers(&[("listened_to", "no")]) })),
            "partial"
        );
        assert_eq!(
            status(json!({ "answers": answers(&[("listened_to", "declined")]) })),
            "declined"
        );
        assert_eq!(status(json!({ "answers": [] })), "offered");
        assert_eq!(status(json!({ "howWeCouldHaveDoneBetter": "Listen" })), "partial");
        assert_eq!(
            status(json!({ "notOfferedReason": "She has died" })),
            "not_offered"
        );
        assert_eq!(status(json!({ "status": "declined" })), "declined");
    }

    #[test]
    fn a_question_stands_once_and_is_one_of_the_questionnaires() {
        let given = answers(&[("listened_to", "yes"), ("listened_to", "no"), ("another", "yes")]);
        let expected = ["/answers/1/question repeated", "/answers/2/question code"];
        assert_eq!(codes(&json!({ "answers": given }), false), expected);
    }

    #[test]
    fn whoever_names_the_questionnaire_or_calls_it_completed_answers_every_question() {
        let one = answers(&[("listened_to", "yes")]);
        assert_eq!(codes(&json!({ "answers": one }), false), [""; 0]);
        assert_eq!(codes(&json!({ "answers": one }), true), ["/answers required"; 2]);
        assert_eq!(
            codes(&json!({ "answers": one, "status": "partial" }), true),
            [""; 0]
        );
        assert_eq!(
            codes(&json!({ "answers": one, "status": "completed" }), false),
            ["/answers required"; 2]
        );
        let whole = answers(&[
            ("listened_to", "yes"),
            ("got_outcomes", "not_asked"),
            ("own_question", "declined"),
        ]);
        assert_eq!(codes(&json!({ "answers": whole }), true), [""; 0]);
        assert_eq!(
            codes(&json!({ "answers": whole, "status": "completed" }), true),
            ["/answers required"]
        );
    }

    #[test]
    fn no_answers_where_none_were_given_and_a_reason_where_none_was_asked() {
        let one = answers(&[("listened_to", "yes")]);
        for status in ["offered", "declined"] {
            let found = codes(&json!({ "answers": one, "status": status }), false);
            assert_eq!(found, ["/answers contradicts_status"]);
            assert_eq!(codes(&json!({ "status": status }), true), [""; 0]);
        }
        assert_eq!(
            codes(&json!({ "status": "partial" }), false),
            ["/answers contradicts_status"]
        );
        assert_eq!(
            codes(&json!({ "status": "not_offered" }), false),
            ["/notOfferedReason required"]
        );
        let reason = json!({ "answers": one, "notOfferedReason": "He stood beside her" });
        assert_eq!(codes(&reason, false), ["/notOfferedReason contradicts_status"]);
        let reason = json!({ "status": "not_offered", "notOfferedReason": "He stood beside her" });
        assert_eq!(codes(&reason, true), [""; 0]);
    }
}
