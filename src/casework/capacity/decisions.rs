//! Best-interests decisions (Mental Capacity Act 2005 s.4).

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assessments::{Assessment, CapacityConclusion};
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::model::Case;
use crate::casework::record::{self, OwnedRow};
use crate::clock::{PastTime, UtcTime};
use crate::facts::YesNoNotKnown;
use crate::ids::Id;
use crate::problem::{Fault, Problem};
use crate::schema::records::best_interests_decisions;

/// Someone who was consulted (s.4(7)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Consulted {
    /// Who.
    #[schema(min_length = 1, max_length = 200)]
    pub who: String,
    /// What they said.
    #[schema(min_length = 1, max_length = 4000)]
    pub view: String,
}

/// An option that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsideredOption {
    /// What could be done.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

crate::record! {
    /// A decision made in the adult's best interests.
    #[schema(example = json!({
        "assessmentId": "019a4c3e-8f00-7000-8000-000000000001", "decision": "Whether her nephew keeps her bank card",
        "options": [{"text": "He keeps it"}, {"text": "The bank sets a limit"}],
        "leastRestrictive": "A limit leaves her the choice of the shop",
        "wishesAndFeelings": "She wants to see him on Sundays", "consulted": [{"who": "Her niece", "view": "A limit"}],
        "attorneysOrDeputiesChecked": "yes", "outcome": "The bank sets a limit"
    }))]
    BestInterestsDecision (DecisionContent) in best_interests_decisions as "best_interests_decision" [partner all], NewDecision,
    DecisionView {
        columns {
            /// The assessment of this decision, which concludes `lacks_capacity`.
            assessment_id: Id,
            /// The decision to be made.
            #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
            decision: String,
            /// How the least restrictive way was considered (s.1(6)).
            #[schema(min_length = 1, max_length = 4000)]
            least_restrictive: Option<String>,
            /// The adult's past and present wishes and feelings (s.4(6)).
            #[schema(min_length = 1, max_length = 4000)]
            wishes_and_feelings: Option<String>,
            /// Whether attorneys and deputies were looked for.
            attorneys_or_deputies_checked: Option<YesNoNotKnown>,
            /// What an IMCA put forward.
            #[schema(min_length = 1, max_length = 4000)]
            imca_representations: Option<String>,
            /// The regard that was had to it.
            #[schema(min_length = 1, max_length = 4000)]
            regard_to_imca: Option<String>,
            /// What was decided.
            #[schema(min_length = 1, max_length = 4000)]
            outcome: String,
            /// Who disagrees, and where it was taken.
            #[schema(min_length = 1, max_length = 4000)]
            disagreement: Option<String>,
            /// When; now, if absent.
            #[schema(value_type = Option<PastTime>)]
            decided_at: Option<UtcTime>,
        }
        documents {
            /// Options that were considered.
            #[serde(default)]
            #[schema(max_items = 20)]
            options: Vec<ConsideredOption>,
            /// Who was consulted.
            #[serde(default)]
            #[schema(max_items = 20)]
            consulted: Vec<Consulted>,
        }
    }
}
crate::record!(rules BestInterestsDecision, NewDecision, DecisionView);

crate::record_operations! {
    BestInterestsDecision, NewDecision, DecisionView, tag "Capacity", at "/v1/cases/{caseId}/best-interests-decisions",
    one "/v1/cases/{caseId}/best-interests-decisions/{decisionId}" (DecisionPath),
    read "capacity.read", write "capacity.record",
    list list_decisions "listBestInterestsDecisions" "List best-interests decisions"
        "Each stands on an assessment of the same decision.",
    create record_decision "recordBestInterestsDecision" "Record a best-interests decision"
        "Needs an assessment on this case that concludes lacks_capacity." by decide,
    get get_decision "getBestInterestsDecision" "Read a best-interests decision" "One decision.",
    amend amend_decision "amendBestInterestsDecision" "Amend a best-interests decision" "By a merge patch." by amend,
    mistake mark_decision "markBestInterestsDecisionEnteredInError" "/v1/cases/{caseId}/best-interests-decisions/{decisionId}/entered-in-error"
        may "capacity.record",
}

fn decide(act: &mut Act, case: Id, body: &Body<NewDecision>) -> Result<Id, Problem> {
    record::create_as::<BestInterestsDecision>(act, case, body, |act, case, decision| {
        faults(act, &case.row, decision)
    })
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewDecision>>) -> Result<Id, Problem> {
    record::amend_as::<BestInterestsDecision>(act, case, id, patch, |act, case, decision| {
        faults(act, &case.row, decision)
    })
}

fn faults(act: &mut Act, case: &Case, decision: &NewDecision) -> Result<Vec<Fault>, Problem> {
    let assessment = Assessment::find(act.conn, case.id, decision.assessment_id)?;
    let detail = match assessment.map(|assessment| assessment.conclusion) {
        Some(CapacityConclusion::LacksCapacity) => return Ok(vec![]),
        Some(_) => "That assessment does not conclude lacks_capacity: the decision is the adult's own.",
        None => "There is no such assessment on this case.",
    };
    Ok(vec![Fault::at("/assessmentId", "no_lack_of_capacity", detail)])
}

/// Whether there is such a decision on the case, so that it can cover an outcome.
pub fn covers(act: &mut Act, case: Id, decision: Option<Id>) -> Result<bool, Problem> {
    match decision {
        Some(id) => Ok(BestInterestsDecision::find(act.conn, case, id)?.is_some()),
        None => Ok(false),
    }
}
