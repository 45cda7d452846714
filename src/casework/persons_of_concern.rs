//! Persons of concern: whom the risk may come from. For staff on the case only; never for the adult's or a
//! referrer's app.

use actix_web::{get, patch, post};

use crate::facts::YesNoNotKnown;
use crate::problem::Fault;
use crate::schema::records::persons_of_concern;

crate::record! {
    /// Someone the risk may come from.
    #[schema(example = json!({"name": "A Nephew", "relationship": "nephew", "worksWithAdults": "no", "aware": "no"}))]
    PersonOfConcern (PersonOfConcernContent) in persons_of_concern as "person_of_concern", NewPersonOfConcern,
    PersonOfConcernView {
        columns {
            /// Name, as far as known.
            #[schema(min_length = 1, max_length = 200)]
            name: Option<String>,
            /// What this person is to the adult.
            #[schema(min_length = 1, max_length = 200)]
            relationship: Option<String>,
            /// Whether this person works with adults at risk.
            works_with_adults: Option<YesNoNotKnown>,
            /// Whether this person knows of the concern.
            aware: Option<YesNoNotKnown>,
            /// Needs for care and support of this person's own.
            #[schema(min_length = 1, max_length = 4000)]
            own_needs: Option<String>,
            /// What is done about this person.
            #[schema(min_length = 1, max_length = 4000)]
            action_taken: Option<String>,
        }
        documents {}
    }
}
crate::record!(rules PersonOfConcern, NewPersonOfConcern, PersonOfConcernView, faults);

crate::record_operations! {
    PersonOfConcern, NewPersonOfConcern, PersonOfConcernView, tag "Persons of concern",
    at "/v1/cases/{caseId}/persons-of-concern",
    one "/v1/cases/{caseId}/persons-of-concern/{personId}" (PersonPath),
    read "persons_of_concern.read", write "persons_of_concern.record",
    list list_persons "listPersonsOfConcern" "List persons of concern" "For staff on the case only.",
    create record_person "recordPersonOfConcern" "Record a person of concern" "By name, or by what they are to the adult.",
    get get_person "getPersonOfConcern" "Read a person of concern" "One person.",
    amend amend_person "amendPersonOfConcern" "Amend a person of concern" "By a merge patch.",
}

fn faults(person: &NewPersonOfConcern) -> Vec<Fault> {
    match person.name.is_none() && person.relationship.is_none() {
        true => vec![Fault::required(
            "/name",
            "Give a name, or in relationship what this person is to the adult.",
        )],
        false => vec![],
    }
}
