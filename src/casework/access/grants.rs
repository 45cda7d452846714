//! Who is named on a case: members of staff who advise or whom a restricted case lets in, and partner agencies with the
//! sections they may read. Without a section an agency reads the adult's name and communication needs.

use actix_web::{get, patch, post};
use chrono::NaiveDate;

use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::exclusions;
use crate::casework::cases::model::Case;
use crate::casework::cases::reach::Reached;
use crate::casework::cases::team::excluded;
use crate::casework::left_to_act::{self, On};
use crate::casework::record::{self, EnteredInError, Head, Record};
use crate::casework::wishes;
use crate::ids::Id;
use crate::people::{agencies, users};
use crate::policy::Part;
use crate::problem::{Fault, Problem};
use crate::schema::access::case_grants;

crate::codes! {
    /// As what somebody is named on a case.
    pub enum GrantRelationship {
        /// A member of staff.
        Adviser = "adviser",
        /// A partner agency.
        Partner = "partner",
    }
}

crate::record! {
    /// Somebody named on a case.
    #[schema(example = json!({
        "relationship": "partner", "agencyId": "01890000-0000-7000-8000-000000000001", "sections": ["meetings", "plan"],
        "reason": "The district nurse visits twice a week"
    }))]
    Grant (GrantContent) in case_grants as "case_grant", NewGrant, GrantView {
        columns {
            /// As what.
            relationship: GrantRelationship,
            /// The member of staff.
            user_id: Option<Id>,
            /// The agency.
            agency_id: Option<Id>,
            /// Why they need to know.
            #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
            reason: String,
            /// Why they are named though the adult does not want them involved; needed then.
            #[schema(min_length = 1, max_length = 2000)]
            override_reason: Option<String>,
            /// The last day: the naming holds until the end of it, in London.
            ends_on: Option<NaiveDate>,
        }
        documents {}
        sets {
            /// What an agency may read beyond the adult's name and communication needs.
            #[serde(default)]
            #[schema(max_items = 9)]
            sections: Part,
        }
    }
}
crate::record!(rules Grant, NewGrant, GrantView);

crate::record_operations! {
    Grant, NewGrant, GrantView, tag "Access", at "/v1/cases/{caseId}/grants", one "/v1/cases/{caseId}/grants/{grantId}" (GrantPath),
    read "access.read", write "access.keep",
    list list_grants "listGrants" "List who is named on a case" "Advisers and partner agencies, and why they need to know.",
    create name_on_case "nameOnCase" "Name somebody on a case"
        "A member of staff reads the case while named; an agency reads the sections given." by create,
    get get_grant "getGrant" "Read who is named" "One adviser or agency.",
    amend amend_grant "amendGrant" "Amend or end it" "By a merge patch; it holds on the next request." by amend,
    mistake mark_grant "markGrantEnteredInError" "/v1/cases/{caseId}/grants/{grantId}/entered-in-error"
        may "access.keep" by mark,
}

/// Names somebody on a case.
pub fn create(act: &mut Act, case: Id, body: &Body<NewGrant>) -> Result<Id, Problem> {
    record::create_as::<Grant>(act, case, body, faults)
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewGrant>>) -> Result<Id, Problem> {
    record::amend_as::<Grant>(act, case, id, patch, faults)?;
    left_to_act::refuse_nobody(act, On::Case(case))?;
    Ok(id)
}

fn mark(act: &mut Act, case: Id, id: Id, body: &Body<EnteredInError>) -> Result<Id, Problem> {
    record::mark::<Grant>(act, case, id, body)?;
    left_to_act::refuse_nobody(act, On::Case(case))?;
    Ok(id)
}

fn faults(act: &mut Act, case: &Reached, grant: &NewGrant) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    let reason = grant.override_reason.as_ref();
    match grant.relationship {
        GrantRelationship::Adviser => {
            let known = match grant.user_id {
                Some(user) => users::does_casework(act.conn, user, &case.row.authority)?,
                None => false,
            };
            if let Some(user) = grant.user_id.filter(|_| known)
                && let Some(user) = users::find(act.conn, user)?
            {
                faults.extend(wishes::fault_of_involving(act, case.row.id, &user.name, reason)?);
            }
            match grant.user_id {
                Some(user) if known => {
                    if exclusions::keeps_from_case(act.conn, case.row.id, user)? {
                        faults.push(excluded("/userId"));
                    }
                }
                _ => faults.push(Fault::at(
                    "/userId",
                    "unknown",
                    "Name a member of this authority's staff.",
                )),
            }
            if grant.agency_id.is_some() {
                faults.push(not_taken(
                    "/agencyId",
                    "An adviser is a member of staff: name no agency.",
                ));
            }
        }
        GrantRelationship::Partner => {
            let name = match grant.agency_id {
                Some(agency) => agencies::name(act.conn, agency)?,
                None => None,
            };
            match name {
                Some(name) => {
                    faults.extend(wishes::fault_of_involving(act, case.row.id, &name, reason)?);
                }
                None => faults.push(Fault::at("/agencyId", "unknown", "Name an agency.")),
            }
            if grant.user_id.is_some() {
                faults.push(not_taken(
                    "/userId",
                    "A partner is an agency: name no member of staff.",
                ));
            }
        }
    }
    Ok(faults)
}

fn not_taken(pointer: &str, why: &str) -> Fault {
    Fault::at(pointer, "not_taken", why)
}

/// Names whoever restricts a case on it, so that it cannot be lost to everybody.
pub fn name_self(act: &mut Act, case: &Case) -> Result<(), Problem> {
    let head = Head::of(act, Id::new(), (case.id, &case.authority));
    let own = NewGrant {
        relationship: GrantRelationship::Adviser,
        user_id: Some(act.caller.id),
        agency_id: None,
        reason: "Restricted the case".to_owned(),
        override_reason: None,
        ends_on: None,
        sections: vec![],
    };
    record::write_new(act, &Grant::new(head, own), "recorded").map(drop)
}
