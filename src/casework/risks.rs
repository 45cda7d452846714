//! Risks, and the risk a person chooses to live with.

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::cases::closing::RiskSource;
use super::referrals::model::{AbuseType, Location};
use crate::schema::records::risks;

/// A risk the adult has decided to live with, and on what terms.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChosenRisk {
    /// What matters to the adult about it.
    #[schema(min_length = 1, max_length = 4000)]
    pub what_matters: String,
    /// What could go wrong.
    #[schema(min_length = 1, max_length = 4000)]
    pub what_could_go_wrong: Option<String>,
    /// What was agreed.
    #[schema(min_length = 1, max_length = 4000)]
    pub what_was_agreed: Option<String>,
    /// The adult's decision.
    #[schema(min_length = 1, max_length = 4000)]
    pub decision: String,
}

crate::record! {
    /// A risk to the adult.
    #[schema(example = json!({
        "riskType": "financial_or_material", "location": "own_home", "source": "other_known",
        "whatHappened": "Cash taken from her purse twice", "impactInOwnWords": "I feel foolish",
        "chosenRisk": {"whatMatters": "Seeing him on Sundays", "whatCouldGoWrong": "He may ask for money",
            "whatWasAgreed": "No purse in the room", "decision": "She wants him to come"}
    }))]
    Risk (RiskContent) in risks as "risk", NewRisk, RiskView {
        columns {
            /// Type of risk.
            risk_type: AbuseType,
            /// Where.
            location: Option<Location>,
            /// Who the source is to the adult.
            source: Option<RiskSource>,
            /// What happened, factually.
            #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
            what_happened: String,
            /// What it does to the adult, in their own words.
            #[schema(min_length = 1, max_length = 4000)]
            impact_in_own_words: Option<String>,
        }
        documents {
            /// The risk the adult chooses to live with.
            chosen_risk: Option<ChosenRisk>,
        }
    }
}
crate::record!(rules Risk, NewRisk, RiskView);

crate::record_operations! {
    Risk, NewRisk, RiskView, tag "Risks", at "/v1/cases/{caseId}/risks", one "/v1/cases/{caseId}/risks/{riskId}" (RiskPath),
    read "risks.read", write "risks.record",
    list list_risks "listRisks" "List risks" "With what they do to the adult, and those the adult chooses to live with.",
    create record_risk "recordRisk" "Record a risk" "What happened, factually, and its impact in the adult's words.",
    get get_risk "getRisk" "Read a risk" "One risk.",
    amend amend_risk "amendRisk" "Amend a risk" "By a merge patch.",
    mistake mark_risk "markRiskEnteredInError" "/v1/cases/{caseId}/risks/{riskId}/entered-in-error"
        may "risks.record",
}
