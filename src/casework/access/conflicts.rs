//! Whom a conflict keeps away from an adult: who is the person of concern, works for them or is related to them. It is
//! recorded on a case, denies before any permit and from the next request on, and holds for every case and record of the
//! adult ([`exclusions`]). It names a human, by account or staff number, or an agency; never the authority itself.

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::exclusions;
use crate::casework::cases::model::Case;
use crate::casework::cases::reach::Reached;
use crate::casework::record::{self, EnteredInError, Head, OwnedRow, Record};
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::people::{agencies, users};
use crate::problem::{Code, Fault, Problem};
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
            /// The person, by account: every account with the same staff number is kept away too.
            user_id: Option<Id>,
            /// The agency: everybody who works for it.
            agency_id: Option<Id>,
            /// The person, by staff number, whether or not they have an account now.
            #[schema(min_length = 1, max_length = 60, extensions(("x-rule" = json!("not_blank"))))]
            staff_number: Option<String>,
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
    list list_conflicts "listConflicts" "List conflicts" "Whom a conflict keeps away from the case and its adult.",
    create record_conflict "recordConflict" "Record a conflict"
        "It denies before any permit, from the next request on, on every case and record of the adult, and on referrals that very likely are about them." by create,
    get get_conflict "getConflict" "Read a conflict" "One person or agency.",
    amend amend_conflict "amendConflict" "Amend or end a conflict" "By a merge patch. Whom it names stays: record another conflict instead." by amend,
    mistake mark_conflict "markConflictEnteredInError" "/v1/cases/{caseId}/conflicts/{conflictId}/entered-in-error"
        may "access.keep" by mark,
}

/// Records a conflict.
pub fn create(act: &mut Act, case: Id, body: &Body<NewConflict>) -> Result<Id, Problem> {
    let id = record::create_as::<Conflict>(act, case, body, faults)?;
    take_effect(act, id)?;
    Ok(id)
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewConflict>>) -> Result<Id, Problem> {
    let before = Conflict::find_any(act.conn, case, id)?.map(|conflict| named(&conflict.body()));
    record::amend_as::<Conflict>(act, case, id, patch, |act, reached, conflict| {
        let mut found = faults(act, reached, conflict)?;
        let pointers = ["/userId", "/agencyId", "/staffNumber"];
        let (now, before) = (named(conflict), before.clone().unwrap_or_default());
        let moved = now.into_iter().zip(before).zip(pointers);
        found.extend(
            moved
                .filter(|((now, before), _)| now != before)
                .map(|(_, pointer)| {
                    let detail = "Whom a conflict names stays: end this one, and record another.";
                    Fault::at(pointer, "fixed", detail)
                }),
        );
        Ok(found)
    })?;
    take_effect(act, id)?;
    Ok(id)
}

fn mark(act: &mut Act, case: Id, id: Id, body: &Body<EnteredInError>) -> Result<Id, Problem> {
    record::mark::<Conflict>(act, case, id, body)?;
    take_effect(act, id)?;
    Ok(id)
}

/// Whom a conflict names, in the order of its members.
fn named(conflict: &NewConflict) -> [Option<String>; 3] {
    [
        conflict.user_id.map(|id| id.to_string()),
        conflict.agency_id.map(|id| id.to_string()),
        conflict.staff_number.clone(),
    ]
}

/// What a conflict that was recorded, amended or ended keeps somebody away from, with a notice.
fn take_effect(act: &mut Act, id: Id) -> Result<(), Problem> {
    exclusions::refresh_conflict(act, id)?;
    let (Some(authority), Some(case)) = (act.found.authority.clone(), act.found.case_id) else {
        return Err(Problem::new(Code::Internal));
    };
    let notice = Notice {
        authority: &authority,
        kind: NoticeKind::ConflictRecorded,
        resource_id: id,
        case_id: Some(case),
        author: act.caller.id,
    };
    Ok(notices::leave(act.conn, notice, act.now)?)
}

/// Writes a conflict on a case that this act opens or reached for something else: it holds from now on.
pub fn write(act: &mut Act, case: &Case, conflict: NewConflict) -> Result<(), Problem> {
    let head = Head::of(act, Id::new(), (case.id, &case.authority));
    let id = record::write_new(act, &Conflict::new(head, conflict), "recorded")?;
    exclusions::refresh_conflict(act, id)?;
    let notice = Notice {
        authority: &case.authority,
        kind: NoticeKind::ConflictRecorded,
        resource_id: id,
        case_id: Some(case.id),
        author: act.caller.id,
    };
    Ok(notices::leave(act.conn, notice, act.now)?)
}

/// The conflicts of these cases that stand, oldest first.
pub fn standing_on(conn: &mut Connection, cases: &[Id]) -> QueryResult<Vec<NewConflict>> {
    let rows: Vec<Conflict> = case_conflicts::table
        .filter(case_conflicts::case_id.one_of(cases))
        .filter(case_conflicts::ended_on.is_null())
        .filter(case_conflicts::entered_in_error.is_null())
        .order(case_conflicts::id)
        .select(Conflict::as_select())
        .load(conn)?;
    let mut found: Vec<NewConflict> = Vec::new();
    for conflict in rows.iter().map(Conflict::body) {
        if found.iter().all(|other| named(other) != named(&conflict)) {
            found.push(conflict);
        }
    }
    Ok(found)
}

fn faults(act: &mut Act, _: &Reached, conflict: &NewConflict) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    let own = |pointer| {
        let detail = "Have somebody else record your own conflict: it ends your access at once.";
        Fault::at(pointer, "own", detail)
    };
    match (conflict.user_id, conflict.agency_id, &conflict.staff_number) {
        (Some(user), None, None) => {
            if users::find(act.conn, user)?.is_none() {
                faults.push(Fault::at("/userId", "unknown", "There is no such account."));
            }
            if user == act.caller.id || users::are_one_human(act.conn, user, act.caller.id)? {
                faults.push(own("/userId"));
            }
        }
        (None, Some(agency), None) => {
            if !agencies::exists(act.conn, agency)? {
                faults.push(Fault::at("/agencyId", "unknown", "There is no such agency."));
            }
        }
        (None, None, Some(number)) => {
            if users::staff_number(act.conn, act.caller.id)?.as_ref() == Some(number) {
                faults.push(own("/staffNumber"));
            }
        }
        _ => faults.push(Fault::required(
            "/userId",
            "Name a person by account or staff number, or an agency: one of the three.",
        )),
    }
    Ok(faults)
}
