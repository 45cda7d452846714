//! Whether the adult needs an advocate.

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::{Difficulty, NeedConclusion};
use crate::facts::YesNoNotKnown;
use crate::schema::casework::advocacy_needs;

/// Someone who could support and represent the adult: not paid to care, the adult agrees, not implicated (Care Act
/// 2014 s.68(4) and (5)).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppropriatePerson {
    /// Whether there is one.
    pub available: YesNoNotKnown,
    /// Who.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Why, or why not.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

crate::record! {
    /// Whether the adult needs an advocate, as it was seen at one time.
    #[schema(example = json!({
        "difficulties": ["understanding", "communicating"],
        "appropriatePerson": {"available": "no", "reason": "Her only relative is the person of concern"},
        "conclusion": "duty", "adultView": "She would like someone beside her"
    }))]
    Need (NeedContent) in advocacy_needs as "advocacy_need", AdvocacyNeed, NeedView {
        columns {
            /// What follows.
            conclusion: NeedConclusion,
            /// What the adult thinks of it.
            #[schema(min_length = 1, max_length = 4000)]
            adult_view: Option<String>,
        }
        documents {
            /// What the adult has substantial difficulty in; may be empty.
            #[schema(max_items = 4)]
            difficulties: Vec<Difficulty>,
            /// Someone who could support and represent the adult.
            appropriate_person: Option<AppropriatePerson>,
        }
    }
}
crate::record!(rules Need, AdvocacyNeed, NeedView);

crate::record_operations! {
    Need, AdvocacyNeed, NeedView, tag "Advocacy", at "/v1/cases/{caseId}/advocacy-needs",
    one "/v1/cases/{caseId}/advocacy-needs/{needId}" (NeedPath),
    read "advocacy_needs.read", write "advocacy_needs.record",
    list list_needs "listAdvocacyNeeds" "List whether an advocate is needed"
        "Considered at the concern, and again whenever things change.",
    create record_need "recordAdvocacyNeed" "Record whether an advocate is needed"
        "Substantial difficulty in taking part, and whether an appropriate person can support (Care Act 2014 s.68).",
    get get_need "getAdvocacyNeed" "Read a need for an advocate" "One conclusion about the need.",
    amend amend_need "amendAdvocacyNeed" "Amend a need for an advocate" "By a merge patch.",
    mistake mark_need "markAdvocacyNeedEnteredInError" "/v1/cases/{caseId}/advocacy-needs/{needId}/entered-in-error"
        may "advocacy_needs.record",
}
