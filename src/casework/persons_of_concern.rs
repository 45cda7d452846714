//! Persons of concern: whom the risk may come from. For staff on the case only; never for the adult's or a
//! referrer's app.

use actix_web::{get, patch, post};

use super::advocacy::independence as advocacy;
use super::cases::reach::Reached;
use super::record;
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::facts::YesNoNotKnown;
use crate::ids::Id;
use crate::people::advocates;
use crate::problem::{Fault, Problem};
use crate::schema::records::persons_of_concern;

crate::record! {
    /// Someone the risk may come from.
    #[schema(example = json!({"name": "A Nephew", "relationship": "nephew", "worksWithAdults": "no", "aware": "no"}))]
    PersonOfConcern (PersonOfConcernContent) in persons_of_concern as "person_of_concern" [partner all], NewPersonOfConcern,
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
            /// The advocate who supports this person in the matter: nobody else's, then, in it.
            advocate_id: Option<Id>,
        }
        documents {}
    }
}
crate::record!(rules PersonOfConcern, NewPersonOfConcern, PersonOfConcernView);

crate::record_operations! {
    PersonOfConcern, NewPersonOfConcern, PersonOfConcernView, tag "Persons of concern",
    at "/v1/cases/{caseId}/persons-of-concern",
    one "/v1/cases/{caseId}/persons-of-concern/{personId}" (PersonPath),
    read "persons_of_concern.read", write "persons_of_concern.record",
    list list_persons "listPersonsOfConcern" "List persons of concern" "For staff on the case only.",
    create record_person "recordPersonOfConcern" "Record a person of concern" "By name, or by what they are to the adult." by create,
    get get_person "getPersonOfConcern" "Read a person of concern" "One person.",
    amend amend_person "amendPersonOfConcern" "Amend a person of concern" "By a merge patch." by amend,
    mistake mark_person "markPersonOfConcernEnteredInError" "/v1/cases/{caseId}/persons-of-concern/{personId}/entered-in-error"
        may "persons_of_concern.record",
}

fn create(act: &mut Act, case: Id, body: &Body<NewPersonOfConcern>) -> Result<Id, Problem> {
    record::create_as::<PersonOfConcern>(act, case, body, faults)
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewPersonOfConcern>>) -> Result<Id, Problem> {
    record::amend_as::<PersonOfConcern>(act, case, id, patch, faults)
}

fn faults(act: &mut Act, case: &Reached, person: &NewPersonOfConcern) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    if person.name.is_none() && person.relationship.is_none() {
        let detail = "Give a name, or in relationship what this person is to the adult.";
        faults.push(Fault::required("/name", detail));
    }
    if let Some(advocate) = person.advocate_id {
        let pointer = "/advocateId";
        if advocates::find(act.conn, &case.row.authority, advocate)?.is_none() {
            let detail = "There is no such entry in the register.";
            faults.push(Fault::at(pointer, "unknown", detail));
        } else if advocacy::acts_for_the_adult(act.conn, case.row.id, advocate)? {
            let detail = "This is the adult's own advocate in the matter.";
            faults.push(Fault::at(pointer, "conflict_of_interest", detail));
        }
    }
    Ok(faults)
}
