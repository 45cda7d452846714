//! What holds for the questions of a questionnaire. The six stay first and as they are (staff guide, "Feedback
//! Questions"): otherwise answers could not be counted together, from year to year and across authorities.

use super::dto::NewQuestionnaire;
use super::model::{QuestionWords, THE_SIX};
use crate::problem::Fault;

/// Every fault of a new version, or of a changed one.
pub fn faults(new: &NewQuestionnaire, six: &[QuestionWords]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, question) in new.questions.iter().enumerate() {
        let mut before = new.questions.iter().take(index);
        if before.any(|earlier| earlier.code == question.code) {
            let at = format!("/questions/{index}/code");
            faults.push(Fault::at(at, "repeated", "Each code stands here once."));
        }
    }
    faults.extend(match new.template == THE_SIX {
        true => without_the_six_first(&new.questions, six),
        false => other_words_under_a_code_of_the_six(&new.questions, six),
    });
    faults
}

fn without_the_six_first(questions: &[QuestionWords], six: &[QuestionWords]) -> Vec<Fault> {
    let expected = six.iter().enumerate();
    let wrong = expected.filter(|(index, expected)| questions.get(*index) != Some(*expected));
    wrong
        .map(|(index, expected)| {
            let detail = format!(
                "The six questions come first and as they are; here {}.",
                expected.code
            );
            Fault::at(format!("/questions/{index}"), "the_six_first", detail)
        })
        .collect()
}

fn other_words_under_a_code_of_the_six(questions: &[QuestionWords], six: &[QuestionWords]) -> Vec<Fault> {
    let is_other = |question: &QuestionWords| {
        let known = six.iter().find(|known| known.code == question.code);
        known.is_some_and(|known| known != question)
    };
    let wrong = questions
        .iter()
        .enumerate()
        .filter(|(_, question)| is_other(question));
    wrong
        .map(|(index, _)| {
            let detail =
                "Under a code of the six stands the question as it is there; another needs its own code.";
            Fault::at(format!("/questions/{index}"), "the_six_as_they_are", detail)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(code: &str, wording: &str) -> QuestionWords {
        QuestionWords {
            code: code.to_owned(),
            adult_wording: wording.to_owned(),
            representative_wording: wording.to_owned(),
            easy_read: wording.to_owned(),
        }
    }

    fn found(template: &str, questions: &[(&str, &str)]) -> Vec<(String, String)> {
        let six = [question("first", "First?"), question("second", "Second?")];
        let new = NewQuestionnaire {
            authority: None,
            template: template.to_owned(),
            title: "T".to_owned(),
            questions: questions
                .iter()
                .map(|(code, wording)| question(code, wording))
                .collect(),
        };
        let faults = faults(&new, &six).into_iter();
        faults
            .map(|fault| (fault.pointer.unwrap_or_default(), fault.code))
            .collect()
    }

    fn fault(pointer: &str, code: &str) -> (String, String) {
        (pointer.to_owned(), code.to_owned())
    }

    #[test]
    fn further_questions_stand_after_the_six() {
        let (first, second, own) = (("first", "First?"), ("second", "Second?"), ("own", "Own?"));
        assert_eq!(found(THE_SIX, &[first, second, own]), []);
        let displaced = [
            fault("/questions/0", "the_six_first"),
            fault("/questions/1", "the_six_first"),
        ];
        assert_eq!(found(THE_SIX, &[own, first, second]), displaced);
        let left_out = found(THE_SIX, &[first, own]);
        assert_eq!(left_out, [fault("/questions/1", "the_six_first")]);
        let reworded = found(THE_SIX, &[first, ("second", "Are you glad?")]);
        assert_eq!(reworded, [fault("/questions/1", "the_six_first")]);
    }

    #[test]
    fn another_template_may_do_without_the_six_but_not_say_something_else_under_their_codes() {
        assert_eq!(found("carers", &[("own", "Own?"), ("first", "First?")]), []);
        let other = found("carers", &[("own", "Own?"), ("first", "Are you glad?")]);
        assert_eq!(other, [fault("/questions/1", "the_six_as_they_are")]);
        let twice = found("carers", &[("own", "Own?"), ("own", "Own?")]);
        assert_eq!(twice, [fault("/questions/1/code", "repeated")]);
    }
}
