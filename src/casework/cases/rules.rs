//! The rules of a case: which steps there are, what must be recorded for each, and what is owed.
//!
//! Nothing here looks at a clock: a date never blocks a step (timeliness, not fixed timescales).

use super::closing::{CapacityAnswer, ClosureChecklist, ClosureItem, Conclusion, Offered};
use super::dto::{FeedbackToReferrer, NewTransition, TestPart, ThreePartTest};
use super::model::{Agreement, CaseState, EnquiryType, YesNoUnknown};
use crate::casework::contacts::model::AskedResult;
use crate::casework::outcomes::model::{Achieved, AskedAnswer};
use crate::casework::outcomes::rules::{self as outcomes, JudgedOutcome};
use crate::casework::plans::model::PlanStatus;
use crate::policy::Action;
use crate::problem::Fault;

/// A step in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An enquiry is opened (Care Act 2014 s.42(2)).
    OpenEnquiry,
    /// The concern ends without one.
    EndWithoutEnquiry,
    /// The open enquiry becomes one of the other kind.
    ChangeType,
    /// A safeguarding plan comes into force.
    PutPlanInForce,
    /// The enquiry is concluded.
    Conclude,
    /// The case is closed.
    Close,
    /// A case that ended goes on.
    Reopen,
}

impl Step {
    /// The permission it needs.
    pub fn action(self) -> Action {
        match self {
            Self::OpenEnquiry | Self::EndWithoutEnquiry | Self::ChangeType => Action::CasesDecide,
            Self::PutPlanInForce => Action::CasesPlan,
            Self::Conclude => Action::CasesConclude,
            Self::Close => Action::CasesClose,
            Self::Reopen => Action::CasesReopen,
        }
    }
}

/// The step from one state to another, if there is one. Not every stage happens: no meeting, no plan and no
/// elapsed time stands between any two states.
pub fn step(from: CaseState, to: CaseState) -> Option<Step> {
    use CaseState as S;
    match (from, to) {
        (S::Concern, S::Enquiry) => Some(Step::OpenEnquiry),
        (S::Concern, S::ClosedNoEnquiry) => Some(Step::EndWithoutEnquiry),
        (S::Enquiry, S::Enquiry) => Some(Step::ChangeType),
        (S::Enquiry, S::Plan) => Some(Step::PutPlanInForce),
        (S::Enquiry | S::Plan, S::Concluded) => Some(Step::Conclude),
        (S::Concluded, S::Closed) => Some(Step::Close),
        (S::Concluded | S::Closed | S::ClosedNoEnquiry, S::Concern | S::Enquiry) => Some(Step::Reopen),
        _ => None,
    }
}

/// What the rules need to know beyond the request.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whether the case is about an identified adult.
    pub has_adult: bool,
    /// Type of the open or last enquiry.
    pub enquiry_type: Option<EnquiryType>,
    /// The conclusion set as drafted.
    pub conclusion: Conclusion,
    /// The closure checklist as drafted.
    pub checklist: ClosureChecklist,
    /// Every outcome with how it was judged.
    pub outcomes: Vec<JudgedOutcome>,
    /// What came of asking the adult.
    pub came_of_asking: Vec<AskedResult>,
    /// Where the plan that the request names stands, if it is on this case.
    pub named_plan: Option<PlanStatus>,
}

/// Everything that is missing for a step, at once.
pub fn missing_for(step: Step, wanted: &NewTransition, facts: &Facts) -> Vec<Fault> {
    let mut missing = Vec::new();
    match step {
        Step::OpenEnquiry => missing_for_enquiry(wanted, facts, &mut missing),
        Step::EndWithoutEnquiry => missing_for_no_enquiry(wanted, facts, &mut missing),
        Step::ChangeType => {
            match wanted.enquiry_type {
                None => missing.push(Fault::required("/enquiryType", "Say which kind it becomes.")),
                Some(kind) if Some(kind) == facts.enquiry_type => {
                    missing.push(Fault::at(
                        "/enquiryType",
                        "unchanged",
                        "The enquiry is of this kind already.",
                    ));
                }
                Some(_) => {}
            }
            need(
                wanted.reason.as_ref(),
                "/reason",
                "Say why the kind changes.",
                &mut missing,
            );
        }
        Step::PutPlanInForce => missing.extend(fault_of_plan(wanted, facts)),
        Step::Conclude => missing_for_conclusion(facts, &mut missing),
        Step::Close => missing_for_closing(facts, &mut missing),
        Step::Reopen => {
            need(
                wanted.reason.as_ref(),
                "/reason",
                "Say why the case goes on.",
                &mut missing,
            );
            if wanted.to == CaseState::Enquiry && facts.enquiry_type.is_none() {
                missing_for_enquiry(wanted, facts, &mut missing);
            }
        }
    }
    missing
}

fn fault_of_plan(wanted: &NewTransition, facts: &Facts) -> Option<Fault> {
    match (&wanted.plan, wanted.plan_id, facts.named_plan) {
        (Some(_), None, _) | (None, Some(_), Some(PlanStatus::Draft | PlanStatus::Active)) => None,
        (None, None, _) => Some(Fault::required(
            "/plan",
            "Record the plan, or name one of the case's in planId.",
        )),
        (Some(_), Some(_), _) => Some(Fault::at(
            "/planId",
            "one_of_two",
            "Either the plan stands here or one is named.",
        )),
        (None, Some(_), Some(PlanStatus::Ended)) => {
            Some(Fault::at("/planId", "ended", "This plan has ended."))
        }
        (None, Some(_), None) => Some(Fault::at(
            "/planId",
            "unknown",
            "There is no such plan on this case.",
        )),
    }
}

fn need<T>(value: Option<&T>, pointer: &str, detail: &str, missing: &mut Vec<Fault>) {
    if value.is_none() {
        missing.push(Fault::required(pointer, detail));
    }
}

/// The decision of Care Act 2014 s.42(1): all three parts, or why another enquiry is proportionate. Consent is
/// no part of it, and neither is a meeting, a capacity assessment or a named worker.
fn missing_for_enquiry(wanted: &NewTransition, facts: &Facts, missing: &mut Vec<Fault>) {
    let empty = ThreePartTest::default();
    let test = wanted.three_part_test.as_ref().unwrap_or(&empty);
    let parts: [(&str, &Option<TestPart>); 3] = [
        ("/threePartTest/careAndSupportNeeds", &test.care_and_support_needs),
        (
            "/threePartTest/experiencingOrAtRisk",
            &test.experiencing_or_at_risk,
        ),
        ("/threePartTest/unableToProtect", &test.unable_to_protect),
    ];
    for (pointer, part) in parts {
        match part {
            None => missing.push(Fault::required(pointer, "Answer this part with its reasoning.")),
            Some(part)
                if wanted.enquiry_type == Some(EnquiryType::Section42)
                    && part.answer != YesNoUnknown::Yes =>
            {
                let detail =
                    "A section 42 enquiry needs all three parts to be met; an `other` enquiry does not.";
                missing.push(Fault::at(format!("{pointer}/answer"), "not_met", detail));
            }
            Some(_) => {}
        }
    }
    need(
        wanted.enquiry_type.as_ref(),
        "/enquiryType",
        "Say which kind of enquiry.",
        missing,
    );
    if wanted.enquiry_type == Some(EnquiryType::Other) {
        let detail = "Say which part is not met and why an enquiry is still proportionate.";
        need(
            wanted.other_enquiry_reason.as_ref(),
            "/otherEnquiryReason",
            detail,
            missing,
        );
    }
    view_of_the_adult(wanted, facts, missing);
}

fn missing_for_no_enquiry(wanted: &NewTransition, facts: &Facts, missing: &mut Vec<Fault>) {
    if wanted.dispositions.is_empty() {
        missing.push(Fault::required("/dispositions", "Say what was done instead."));
    }
    need(
        wanted.narrative.as_ref(),
        "/narrative",
        "Give the reasons.",
        missing,
    );
    view_of_the_adult(wanted, facts, missing);
    feedback_to_referrer(wanted.feedback_to_referrer.as_ref(), missing);
}

/// Feedback to the referrer was given, or is withheld with a reason.
pub fn feedback_to_referrer(feedback: Option<&FeedbackToReferrer>, missing: &mut Vec<Fault>) {
    let settled = feedback.is_some_and(|feedback| {
        (feedback.given == Some(true) && feedback.text.is_some()) || feedback.withheld_reason.is_some()
    });
    if !settled {
        let detail = "Say what the referrer was told, or why it is withheld.";
        missing.push(Fault::required("/feedbackToReferrer", detail));
    }
}

fn view_of_the_adult(wanted: &NewTransition, facts: &Facts, missing: &mut Vec<Fault>) {
    if facts.has_adult && wanted.adult_view.is_none() && wanted.adult_view_not_sought_reason.is_none() {
        let detail = "Record the adult's view, or in adultViewNotSoughtReason why it was not sought.";
        missing.push(Fault::required("/adultView", detail));
    }
}

fn missing_for_conclusion(facts: &Facts, missing: &mut Vec<Fault>) {
    let conclusion = &facts.conclusion;
    if conclusion.risks.is_empty() {
        missing.push(Fault::required(
            "/conclusion/risks",
            "Name at least one risk; each part may be not known.",
        ));
    }
    let outcome = conclusion.risk_assessment_outcome;
    need(
        outcome.as_ref(),
        "/conclusion/riskAssessmentOutcome",
        "Say what the assessment found.",
        missing,
    );
    if outcome.is_some_and(|outcome| outcome.risk_identified()) {
        need(
            conclusion.risk_outcome.as_ref(),
            "/conclusion/riskOutcome",
            "Say what became of the risk.",
            missing,
        );
    }
    need(
        conclusion.capacity.as_ref(),
        "/conclusion/capacity",
        "Answer, or say not known.",
        missing,
    );
    need(
        conclusion.reason.as_ref(),
        "/conclusion/reason",
        "Say why the enquiry is concluded.",
        missing,
    );
    if facts.has_adult && conclusion.adult_view.is_none() && conclusion.adult_view_not_sought_reason.is_none()
    {
        missing.push(Fault::required(
            "/conclusion/adultView",
            "Record the adult's view, or why it was not sought.",
        ));
    }
    for outcome in facts
        .outcomes
        .iter()
        .filter(|outcome| outcome.is_current && !outcome.judged_finally)
    {
        let pointer = format!("/desiredOutcomes/{}/achievement", outcome.id);
        missing.push(Fault::required(
            pointer,
            "Say how far this was achieved and why, or not_judged with why.",
        ));
    }
    let about_the_adult = [
        (
            "/conclusion/capacity",
            conclusion
                .capacity
                .map(|answer| answer == CapacityAnswer::NotApplicable),
        ),
        (
            "/conclusion/asked",
            conclusion
                .asked
                .map(|answer| answer == AskedAnswer::NotApplicable),
        ),
    ];
    for (pointer, not_applicable) in about_the_adult {
        let detail = match (not_applicable, facts.has_adult) {
            (Some(true), true) => "This is about an adult: answer, or say not_known.",
            (Some(false), false) => "Without an identified adult the answer is not_applicable.",
            _ => continue,
        };
        missing.push(Fault::at(pointer, "not_applicable", detail));
    }
    asked_and_achieved(conclusion, facts, missing);
}

/// The answers that are derived from the record are confirmed, or overridden with a reason: never the kinder
/// one by default.
fn asked_and_achieved(conclusion: &Conclusion, facts: &Facts, missing: &mut Vec<Fault>) {
    let judged = &facts.outcomes;
    need(
        conclusion.asked.as_ref(),
        "/conclusion/asked",
        "Confirm whether the adult was asked.",
        missing,
    );
    let asked_differs = conclusion.asked.is_some()
        && outcomes::asked(judged, &facts.came_of_asking)
            .is_some_and(|asked| Some(asked) != conclusion.asked);
    let derived: Option<Achieved> = outcomes::overall(judged);
    let given = conclusion.overall_achievement;
    let expressed = conclusion.asked == Some(AskedAnswer::AskedAndExpressed);
    if expressed && given.is_none() {
        missing.push(Fault::required(
            "/conclusion/overallAchievement",
            "Confirm how far the outcomes were achieved.",
        ));
    }
    let achieved_by_hand = expressed && given.is_some() && given != derived;
    if (asked_differs || achieved_by_hand) && conclusion.override_reason.is_none() {
        let detail = "An answer differs from what the record derives: say why.";
        missing.push(Fault::required("/conclusion/overrideReason", detail));
    }
}

fn missing_for_closing(facts: &Facts, missing: &mut Vec<Fault>) {
    let checklist = &facts.checklist;
    for item in ClosureItem::ALL {
        if !checklist.items.iter().any(|answered| answered.item == *item) {
            let pointer = format!("/closureChecklist/items/{}", item.as_str());
            missing.push(Fault::required(
                pointer,
                "Answer done, not_applicable or not_done; none of them blocks.",
            ));
        }
    }
    // Without an identified adult there is nobody to agree, or to be asked how it went.
    match checklist.adult_agrees {
        None if !facts.has_adult => {}
        None => missing.push(Fault::required(
            "/closureChecklist/adultAgrees",
            "Any answer is taken.",
        )),
        Some(Agreement::No | Agreement::Partly) => {
            let detail = "Record in what the adult disagrees, and why.";
            need(
                checklist.disagreement.as_ref(),
                "/closureChecklist/disagreement",
                detail,
                missing,
            );
        }
        Some(_) => {}
    }
    match checklist.feedback_offered {
        None if !facts.has_adult => {}
        None => missing.push(Fault::required(
            "/closureChecklist/feedbackOffered",
            "Was feedback offered?",
        )),
        Some(Offered::No) => need(
            checklist.feedback_not_offered_reason.as_ref(),
            "/closureChecklist/feedbackNotOfferedReason",
            "Say why feedback was not offered.",
            missing,
        ),
        Some(Offered::Yes) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transition(to: CaseState) -> NewTransition {
        serde_json::from_value(serde_json::json!({ "to": to })).unwrap()
    }

    fn enquiry(kind: EnquiryType, answer: YesNoUnknown) -> NewTransition {
        let part = || {
            Some(TestPart {
                answer,
                reasoning: "because".to_owned(),
            })
        };
        NewTransition {
            enquiry_type: Some(kind),
            three_part_test: Some(ThreePartTest {
                care_and_support_needs: part(),
                experiencing_or_at_risk: part(),
                unable_to_protect: part(),
            }),
            adult_view_not_sought_reason: Some("unconscious in hospital".to_owned()),
            ..transition(CaseState::Enquiry)
        }
    }

    fn pointers(missing: &[Fault]) -> Vec<&str> {
        missing
            .iter()
            .filter_map(|fault| fault.pointer.as_deref())
            .collect()
    }

    #[test]
    fn must_not_force_consent_or_a_meeting_or_elapsed_time_for_an_enquiry() {
        let facts = Facts {
            has_adult: true,
            ..Facts::default()
        };
        let wanted = enquiry(EnquiryType::Section42, YesNoUnknown::Yes);
        assert_eq!(missing_for(Step::OpenEnquiry, &wanted, &facts), []);
    }

    #[test]
    fn a_refused_enquiry_names_everything_at_once() {
        let facts = Facts {
            has_adult: true,
            ..Facts::default()
        };
        let missing = missing_for(Step::OpenEnquiry, &transition(CaseState::Enquiry), &facts);
        assert_eq!(
            pointers(&missing),
            [
                "/threePartTest/careAndSupportNeeds",
                "/threePartTest/experiencingOrAtRisk",
                "/threePartTest/unableToProtect",
                "/enquiryType",
                "/adultView"
            ]
        );
    }

    #[test]
    fn a_section_42_enquiry_needs_three_yes_and_another_enquiry_a_reason() {
        let facts = Facts {
            has_adult: true,
            ..Facts::default()
        };
        let unmet = missing_for(
            Step::OpenEnquiry,
            &enquiry(EnquiryType::Section42, YesNoUnknown::Unknown),
            &facts,
        );
        assert_eq!(unmet.len(), 3);
        assert!(unmet.iter().all(|fault| fault.code == "not_met"));
        let other = missing_for(
            Step::OpenEnquiry,
            &enquiry(EnquiryType::Other, YesNoUnknown::No),
            &facts,
        );
        assert_eq!(pointers(&other), ["/otherEnquiryReason"]);
    }

    #[test]
    fn must_not_force_agreement_to_be_yes_for_a_plan() {
        for agreement in Agreement::ALL {
            let plan = serde_json::json!({ "content": "x", "lead": "y", "adultAgrees": agreement });
            let wanted = NewTransition {
                plan: serde_json::from_value(plan).unwrap(),
                ..transition(CaseState::Plan)
            };
            assert_eq!(
                missing_for(Step::PutPlanInForce, &wanted, &Facts::default()),
                [],
                "{agreement:?}"
            );
        }
    }

    #[test]
    fn must_not_force_feedback_or_met_outcomes_or_a_verdict_to_conclude() {
        let facts = Facts {
            has_adult: true,
            conclusion: serde_json::from_value(serde_json::json!({
                "risks": [{"type": "not_known", "location": "not_known", "source": "not_known"}],
                "riskAssessmentOutcome": "inconclusive_no_action", "capacity": "not_known",
                "asked": "not_known", "reason": "she moved away", "adultViewNotSoughtReason": "could not be reached"
            }))
            .unwrap(),
            ..Facts::default()
        };
        assert_eq!(
            missing_for(Step::Conclude, &transition(CaseState::Concluded), &facts),
            []
        );
    }

    #[test]
    fn must_not_force_agreement_or_answered_feedback_to_close() {
        let items: Vec<_> = ClosureItem::ALL
            .iter()
            .map(|item| serde_json::json!({ "item": item, "state": "not_done" }))
            .collect();
        let checklist = serde_json::json!({
            "items": items, "adultAgrees": "no", "disagreement": "wants it to go on",
            "feedbackOffered": "no", "feedbackNotOfferedReason": "she asked not to be rung"
        });
        let facts = Facts {
            has_adult: true,
            checklist: serde_json::from_value(checklist).unwrap(),
            ..Facts::default()
        };
        assert_eq!(
            missing_for(Step::Close, &transition(CaseState::Closed), &facts),
            []
        );
        let unanswered = |has_adult| {
            let facts = Facts {
                has_adult,
                ..Facts::default()
            };
            missing_for(Step::Close, &transition(CaseState::Closed), &facts).len()
        };
        assert_eq!(unanswered(true), ClosureItem::ALL.len() + 2);
        assert_eq!(unanswered(false), ClosureItem::ALL.len());
    }

    #[test]
    fn an_overall_answer_kinder_than_the_record_needs_a_reason() {
        let outcomes = vec![JudgedOutcome {
            id: crate::ids::Id::new(),
            is_current: true,
            given_up_without_the_adult: false,
            achieved: Some(Achieved::Partially),
            judged_finally: true,
        }];
        let kinder = Conclusion {
            asked: Some(AskedAnswer::AskedAndExpressed),
            overall_achievement: Some(Achieved::Fully),
            ..Conclusion::default()
        };
        let facts = Facts {
            outcomes,
            ..Facts::default()
        };
        let mut missing = Vec::new();
        asked_and_achieved(&kinder, &facts, &mut missing);
        assert_eq!(pointers(&missing), ["/conclusion/overrideReason"]);
        let confirmed = Conclusion {
            overall_achievement: Some(Achieved::Partially),
            ..kinder
        };
        missing.clear();
        asked_and_achieved(&confirmed, &facts, &mut missing);
        assert_eq!(missing, []);
    }

    #[test]
    fn the_graph_is_what_the_domain_says() {
        let steps: Vec<(CaseState, CaseState)> = CaseState::ALL
            .iter()
            .flat_map(|from| CaseState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| step(*from, *to).is_some())
            .collect();
        assert_eq!(steps.len(), 13);
        assert!(step(CaseState::Concern, CaseState::Concluded).is_none());
        assert!(step(CaseState::Closed, CaseState::Enquiry) == Some(Step::Reopen));
    }
}
