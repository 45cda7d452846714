//! Queries for cases, of those that were reached ([`super::reachable`]) or that a use case has made itself.

use diesel::prelude::*;

use super::kept_away;
use super::model::{Case, Enquiry, EnquiryType, Transition};
use crate::act::{Act, guarded};
use crate::casework::advocacy::model::AssignmentState;
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::access::emergency_access;
use crate::schema::casework::{advocacy_assignments, case_groups, case_transitions, cases, enquiries};
use crate::schema::people::advocates;

/// Begins a group of cases of this authority.
pub fn begin_group(act: &mut Act, authority: &str) -> Result<Id, Problem> {
    let id = Id::new();
    diesel::insert_into(case_groups::table)
        .values((
            case_groups::id.eq(id),
            case_groups::authority.eq(authority),
            case_groups::created_at.eq(act.now),
            case_groups::created_by.eq(act.caller.id),
        ))
        .execute(act.conn)?;
    Ok(id)
}

/// Those of these cases from which somebody is excluded.
pub fn excluded_of(conn: &mut Connection, of: &[Id], whom: kept_away::Whom) -> QueryResult<Vec<Id>> {
    if of.is_empty() {
        return Ok(vec![]);
    }
    cases::table
        .filter(cases::id.one_of(of))
        .filter(kept_away::from_case(whom))
        .select(cases::id)
        .load(conn)
}

/// Whether an exclusion keeps this account, or the agency it works for, away from this case.
pub fn is_excluded(conn: &mut Connection, case: Id, (user, agency): (Id, Option<Id>)) -> QueryResult<bool> {
    Ok(!excluded_of(conn, &[case], (user, agency.unwrap_or(user)))?.is_empty())
}

/// Until when this user has emergency access to this case.
pub fn emergency_until(conn: &mut Connection, case: Id, user: Id) -> QueryResult<Option<UtcTime>> {
    emergency_access::table
        .filter(
            emergency_access::case_id
                .eq(case)
                .and(emergency_access::user_id.eq(user)),
        )
        .order(emergency_access::id.desc())
        .select(emergency_access::until)
        .first(conn)
        .optional()
}

/// The case of this id, for a use case that has made it itself.
pub fn find_any(conn: &mut Connection, id: Id) -> QueryResult<Option<Case>> {
    cases::table
        .find(id)
        .select(Case::as_select())
        .first(conn)
        .optional()
}

/// Makes whoever else holds this case wait until the transaction ends: for rules about rows that are still to be written.
pub fn hold(conn: &mut Connection, id: Id) -> QueryResult<()> {
    diesel::update(cases::table.find(id))
        .set(cases::version.eq(cases::version))
        .execute(conn)
        .map(drop)
}

/// Writes a new case.
pub fn insert(conn: &mut Connection, case: &Case) -> QueryResult<()> {
    diesel::insert_into(cases::table).values(case).execute(conn)?;
    relationships::refresh(conn, &[case.id], case.created_at)
}

/// Writes a case over the version before it.
pub fn save(act: &mut Act, case: &mut Case) -> Result<(), Problem> {
    let read = cases::table.find(case.id).filter(cases::version.eq(case.version));
    case.version += 1;
    case.updated_at = act.now;
    case.updated_by = act.caller.id;
    guarded(diesel::update(read).set(&*case).execute(act.conn)?)?;
    Ok(relationships::refresh(act.conn, &[case.id], act.now)?)
}

/// Appends a step to the case's history.
pub fn append_transition(conn: &mut Connection, transition: &Transition) -> QueryResult<()> {
    diesel::insert_into(case_transitions::table)
        .values(transition)
        .execute(conn)?;
    relationships::refresh(conn, &[transition.case_id], transition.recorded_at)
}

/// The enquiry that is open.
pub fn open_enquiry(conn: &mut Connection, case: Id) -> QueryResult<Option<Enquiry>> {
    enquiries::table
        .filter(enquiries::case_id.eq(case).and(enquiries::concluded_on.is_null()))
        .select(Enquiry::as_select())
        .first(conn)
        .optional()
}

/// The type of the last enquiry there was.
pub fn last_enquiry_type(conn: &mut Connection, case: Id) -> QueryResult<Option<EnquiryType>> {
    enquiries::table
        .filter(enquiries::case_id.eq(case))
        .order(enquiries::id.desc())
        .select(enquiries::enquiry_type)
        .first(conn)
        .optional()
}

/// The advocates who accepted and have not ended: each entry of the register, with its login and name.
pub fn advocates(conn: &mut Connection, case: Id) -> QueryResult<Vec<(Id, Option<Id>, String)>> {
    advocates::table
        .filter(
            advocates::id.eq_any(
                advocacy_assignments::table
                    .filter(advocacy_assignments::case_id.eq(case))
                    .filter(advocacy_assignments::state.one_of(AssignmentState::WORKING))
                    .select(advocacy_assignments::advocate_id),
            ),
        )
        .order(advocates::id)
        .select((advocates::id, advocates::user_id, advocates::name))
        .load(conn)
}
