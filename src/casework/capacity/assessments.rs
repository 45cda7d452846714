//! Mental capacity assessments.

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::clock::{PastTime, UtcTime};
use crate::facts::YesNoNotKnown;
use crate::problem::Fault;
use crate::schema::records::capacity_assessments;

crate::codes! {
    /// What an assessment concludes.
    pub enum CapacityConclusion {
        /// Has capacity for this decision.
        HasCapacity = "has_capacity",
        /// Lacks capacity for this decision at this time.
        LacksCapacity = "lacks_capacity",
        /// Not completed.
        NotCompleted = "not_completed",
    }
}

crate::codes! {
    /// Whether the adult is able to.
    pub enum Able {
        /// Able.
        Able = "able",
        /// Not able.
        NotAble = "not_able",
    }
}

/// One part of the functional test, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionalPart {
    /// Whether the adult is able to.
    pub able: Able,
    /// What shows it.
    #[schema(min_length = 1, max_length = 4000)]
    pub evidence: String,
}

/// The functional test (Mental Capacity Act 2005 s.3(1)).
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FunctionalTest {
    /// Understand the information.
    pub understand: Option<FunctionalPart>,
    /// Retain it.
    pub retain: Option<FunctionalPart>,
    /// Use or weigh it.
    pub use_or_weigh: Option<FunctionalPart>,
    /// Communicate the decision.
    pub communicate: Option<FunctionalPart>,
}

impl FunctionalTest {
    fn shows_inability(&self) -> bool {
        let parts = [
            &self.understand,
            &self.retain,
            &self.use_or_weigh,
            &self.communicate,
        ];
        parts.into_iter().flatten().any(|part| part.able == Able::NotAble)
    }
}

crate::record! {
    /// An assessment of capacity for one decision at one time.
    #[schema(example = json!({
        "decision": "Whether her nephew keeps her bank card", "whyDoubted": "She gave three answers in one visit",
        "supportGiven": "Large print, her own kitchen, in the morning",
        "functionalTest": {"useOrWeigh": {"able": "not_able", "evidence": "Could not say what might happen"}},
        "impairment": "Dementia, diagnosed 2024", "causalLink": "She loses the thread because of it",
        "conclusion": "lacks_capacity", "fluctuating": "yes", "assessor": "Priya Nair"
    }))]
    Assessment (AssessmentContent) in capacity_assessments as "capacity_assessment" [partner all], CapacityAssessment,
    CapacityAssessmentView {
        columns {
            /// The decision it is about.
            #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
            decision: String,
            /// Why capacity was doubted.
            #[schema(min_length = 1, max_length = 4000)]
            why_doubted: Option<String>,
            /// What was done to help the adult decide (s.1(3)).
            #[schema(min_length = 1, max_length = 4000)]
            support_given: Option<String>,
            /// Impairment of, or disturbance in, the mind or brain (s.2(1)).
            #[schema(min_length = 1, max_length = 4000)]
            impairment: Option<String>,
            /// Why the inability is because of it.
            #[schema(min_length = 1, max_length = 4000)]
            causal_link: Option<String>,
            /// What it concludes.
            conclusion: CapacityConclusion,
            /// Whether capacity comes and goes.
            fluctuating: Option<YesNoNotKnown>,
            /// Who assessed.
            #[schema(min_length = 1, max_length = 200)]
            assessor: Option<String>,
            /// When; now, if absent.
            #[schema(value_type = Option<PastTime>)]
            assessed_at: Option<UtcTime>,
        }
        documents {
            /// Able or not, with evidence; in any order.
            #[serde(default)]
            functional_test: FunctionalTest,
        }
    }
}
crate::record!(rules Assessment, CapacityAssessment, CapacityAssessmentView, faults);

crate::record_operations! {
    Assessment, CapacityAssessment, CapacityAssessmentView, tag "Capacity",
    at "/v1/cases/{caseId}/capacity-assessments",
    one "/v1/cases/{caseId}/capacity-assessments/{assessmentId}" (AssessmentPath),
    read "capacity.read", write "capacity.record",
    list list_assessments "listCapacityAssessments" "List capacity assessments"
        "Each about one decision at one time. None means presumed capacity.",
    create record_assessment "recordCapacityAssessment" "Record a capacity assessment"
        "The parts have no forced order; not_completed may be amended later.",
    get get_assessment "getCapacityAssessment" "Read a capacity assessment" "One assessment.",
    amend amend_assessment "amendCapacityAssessment" "Amend a capacity assessment" "By a merge patch.",
    mistake mark_assessment "markCapacityAssessmentEnteredInError" "/v1/cases/{caseId}/capacity-assessments/{assessmentId}/entered-in-error"
        may "capacity.record",
}

/// To conclude that someone lacks capacity takes an inability, its cause, and the help that was given first
/// (Mental Capacity Act 2005 ss.1(3), 2(1) and 3(1)). Any other conclusion needs nothing.
fn faults(assessment: &CapacityAssessment) -> Vec<Fault> {
    let mut faults = Vec::new();
    if assessment.conclusion == CapacityConclusion::LacksCapacity {
        if !assessment.functional_test.shows_inability() {
            let detail = "Show at least one thing the adult is not able to do, with evidence.";
            faults.push(Fault::required("/functionalTest", detail));
        }
        let needed = [
            (
                &assessment.impairment,
                "/impairment",
                "Name the impairment or disturbance.",
            ),
            (
                &assessment.causal_link,
                "/causalLink",
                "Say why the inability is because of it.",
            ),
            (
                &assessment.support_given,
                "/supportGiven",
                "Say what was done to help the adult decide.",
            ),
        ];
        let absent = needed.iter().filter(|(value, ..)| value.is_none());
        faults.extend(absent.map(|(_, pointer, detail)| Fault::required(*pointer, *detail)));
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn must_not_force_anything_for_presumed_capacity_and_all_of_it_for_the_lack() {
        let read = |json: serde_json::Value| serde_json::from_value::<CapacityAssessment>(json).unwrap();
        for conclusion in ["has_capacity", "not_completed"] {
            assert_eq!(
                faults(&read(json!({"decision": "x", "conclusion": conclusion}))),
                []
            );
        }
        let bare = faults(&read(json!({"decision": "x", "conclusion": "lacks_capacity"})));
        let pointers: Vec<_> = bare.iter().filter_map(|fault| fault.pointer.as_deref()).collect();
        assert_eq!(
            pointers,
            ["/functionalTest", "/impairment", "/causalLink", "/supportGiven"]
        );
        let able = json!({"retain": {"able": "able", "evidence": "said it back"}});
        let able = read(
            json!({"decision": "x", "conclusion": "lacks_capacity", "functionalTest": able,
            "impairment": "y", "causalLink": "z", "supportGiven": "w"}),
        );
        assert_eq!(faults(&able).len(), 1, "able in all that was tested is no lack");
    }
}
