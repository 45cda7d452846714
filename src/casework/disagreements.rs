//! Disagreements: a conflict in the family is recorded apart from the adult's wishes.

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::records::disagreements;

/// One side of a disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Side {
    /// Who.
    #[schema(min_length = 1, max_length = 200)]
    pub who: String,
    /// What they hold.
    #[schema(min_length = 1, max_length = 4000)]
    pub view: String,
}

crate::record! {
    /// A disagreement about the adult's safety or care.
    #[schema(example = json!({
        "about": "Whether she should move", "betweenWhom": [{"who": "Her niece", "view": "She should move"}],
        "adultView": "I am staying here", "whatWasTried": "A family group meeting", "result": "She stays"
    }))]
    Disagreement (DisagreementContent) in disagreements as "disagreement", NewDisagreement, DisagreementView {
        columns {
            /// About what.
            #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
            about: String,
            /// What the adult thinks of it.
            #[schema(min_length = 1, max_length = 4000)]
            adult_view: Option<String>,
            /// What was tried.
            #[schema(min_length = 1, max_length = 4000)]
            what_was_tried: Option<String>,
            /// What came of it.
            #[schema(min_length = 1, max_length = 4000)]
            result: Option<String>,
        }
        documents {
            /// Who disagrees.
            #[schema(min_items = 1, max_items = 20)]
            between_whom: Vec<Side>,
        }
    }
}
crate::record!(rules Disagreement, NewDisagreement, DisagreementView);

crate::record_operations! {
    Disagreement, NewDisagreement, DisagreementView, tag "Disagreements", at "/v1/cases/{caseId}/disagreements",
    one "/v1/cases/{caseId}/disagreements/{disagreementId}" (DisagreementPath),
    read "disagreements.read", write "disagreements.record",
    list list_disagreements "listDisagreements" "List disagreements" "Who disagrees about what, and what was tried.",
    create record_disagreement "recordDisagreement" "Record a disagreement" "Apart from the adult's own wishes.",
    get get_disagreement "getDisagreement" "Read a disagreement" "One disagreement.",
    amend amend_disagreement "amendDisagreement" "Amend a disagreement" "By a merge patch: what was tried, and the result.",
    mistake mark_disagreement "markDisagreementEnteredInError" "/v1/cases/{caseId}/disagreements/{disagreementId}/entered-in-error"
        may "disagreements.record",
}
