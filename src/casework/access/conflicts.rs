//! Whom a conflict keeps away from a case: who is the person of concern, works for them or is related to them. It denies
//! before any permit, from the next request on. It names a user or an agency, never the authority itself.

use actix_web::{get, patch, post};
use chrono::NaiveDate;

use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::reach::Reached;
use crate::casework::record;
use crate::ids::Id;
use crate::people::{agencies, users};
use crate::problem::{Fault, Problem};
use crate::schema::access::case_conflicts;

crate::codes! {
    /// What somebody is to the person of concern.
    pub enum ConflictKind {
        /// The person of concern.
        IsPersonOfConcern = "is_person_of_concern",
        /// Works for or with them.
        WorksFor = "works_for",
        /// Related to them.
        Related = "related",
        /// Another conflict.
        Other = "other",
    }
}

crate::record! {
    /// A conflict.
    #[schema(example = json!({
        "userId": "01890000-0000-7000-8000-000000000001", "kind": "related", "detail": "Her brother is the carer named"
    }))]
    Conflict (ConflictContent) in case_conflicts as "case_conflict", NewConflict, ConflictView {
        columns {
            /// The user.
            user_id: Option<Id>,
            /// The agency.
            agency_id: Option<Id>,
            /// What they are to the person of concern.
            kind: ConflictKind,
            /// In what way.
            #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
            detail: String,
            /// When it ended.
            #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
            ended_on: Option<NaiveDate>,
        }
        documents {}
    }
}
crate::record!(rules Conflict, NewConflict, ConflictView);

crate::record_operations! {
    Conflict, NewConflict, ConflictView, tag "Access", at "/v1/cases/{caseId}/conflicts",
    one "/v1/cases/{caseId}/conflicts/{conflictId}" (ConflictPath), read "access.read", write "access.keep",
    list list_conflicts "listConflicts" "List conflicts" "Whom a conflict keeps away from the case.",
    create record_conflict "recordConflict" "Record a conflict"
        "It denies before any permit, whatever role or relationship would allow, from the next request on." by create,
    get get_conflict "getConflict" "Read a conflict" "One user or agency.",
    amend amend_conflict "amendConflict" "Amend or end a conflict" "By a merge patch." by amend,
}

/// Records a conflict.
pub fn create(act: &mut Act, case: Id, body: &Body<NewConflict>) -> Result<Id, Problem> {
    record::create_as::<Conflict>(act, case, body, faults)
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewConflict>>) -> Result<Id, Problem> {
    record::amend_as::<Conflict>(act, case, id, patch, faults)
}

fn faults(act: &mut Act, _: &Reached, conflict: &NewConflict) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    match (conflict.user_id, conflict.agency_id) {
        (Some(user), None) => {
            if users::find(act.conn, user)?.is_none() {
                faults.push(Fault::at("/userId", "unknown", "There is no such account."));
            }
            if user == act.caller.id {
                let detail = "Have somebody else record your own conflict: it ends your access at once.";
                faults.push(Fault::at("/userId", "own", detail));
            }
        }
        (None, Some(agency)) => {
            if !agencies::exists(act.conn, agency)? {
                faults.push(Fault::at("/agencyId", "unknown", "There is no such agency."));
            }
        }
        _ => faults.push(Fault::required(
            "/userId",
            "Name a user or an agency, one of the two.",
        )),
    }
    Ok(faults)
}
