//! Queries for cases, of those that were reached ([`super::reachable`]) or that a use case has made itself.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Case, Enquiry, EnquiryType, Transition};
use super::{caused, kept_away};
use crate::act::{Act, guarded};
use crate::casework::actions;
use crate::casework::advocacy::model::{AdvocacyBasis, AssignmentKind, AssignmentState, NeedConclusion};
use crate::casework::capacity::assessments::CapacityConclusion;
use crate::casework::contacts::model as contacts;
use crate::casework::informed::{Audience, Topic};
use crate::casework::links::{LinkKind, LinkStatus};
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::fragment::sql;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::people::adults::{self, AdultBrief};
use crate::people::authorities;
use crate::problem::Problem;
use crate::schema::access::emergency_access;
use crate::schema::casework::{
    advocacy_assignments, advocacy_needs, case_groups, case_transitions, cases, enquiries, meetings,
};
use crate::schema::people::advocates;
use crate::schema::records::{capacity_assessments, case_links, informed_records};

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

/// What stands around a case, as far as its answer shows it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The adult.
    pub adult: Option<AdultBrief>,
    /// What the authority calls the state.
    pub stage_label: Option<String>,
    /// Whether any desired outcome was recorded.
    pub has_outcomes: bool,
    /// The latest conclusion about the need for an advocate.
    pub need: Option<NeedConclusion>,
    /// Assignments that have not ended, and whether their basis is complete.
    pub advocates: Vec<StandingAssignment>,
    /// When the next meeting is planned.
    pub next_meeting: Option<UtcTime>,
    /// Whether capacity was assessed, with any conclusion.
    pub capacity_assessed: bool,
    /// Whether the adult was told of anything.
    pub adult_told: bool,
    /// Whether it is allocated to a person or a team.
    pub allocated: bool,
    /// Whether an agency that was asked to enquire owes an answer.
    pub caused_unanswered: bool,
    /// Whether the family was told of a court application.
    pub family_told_of_court: bool,
    /// Whether it is time to look again at why somebody was not told.
    pub telling_is_due: bool,
    /// Whether an application to the Court of Protection is planned or made.
    pub court_applied_to: bool,
    /// Whether a review of what happened was considered (Care Act 2014 s.44).
    pub review_considered: bool,
    /// Whether the adult was asked what they want, with any result.
    pub adult_asked: bool,
    /// Whether nobody is left to act on it.
    pub nobody_left: bool,
    /// Actions still to be done.
    pub open_actions: i64,
    /// When the adult was last in contact.
    pub last_contact_with_adult_at: Option<UtcTime>,
}

/// An assignment that has not ended.
#[derive(Debug, Clone)]
pub struct StandingAssignment {
    /// Its kind.
    pub kind: AssignmentKind,
    /// Its basis.
    pub basis: AdvocacyBasis,
    /// Whether a recorded need stands behind it.
    pub has_need: bool,
}

/// Loads the surroundings of these cases with a fixed number of statements.
pub fn surroundings(
    conn: &mut Connection,
    rows: &[Case],
    now: UtcTime,
) -> QueryResult<HashMap<Id, Surroundings>> {
    let ids: Vec<Id> = rows.iter().map(|case| case.id).collect();
    let mut around: HashMap<Id, Surroundings> = ids.iter().map(|id| (*id, Surroundings::default())).collect();
    let adults: HashMap<Id, AdultBrief> = adults::briefs(
        conn,
        &rows.iter().filter_map(|case| case.adult_id).collect::<Vec<_>>(),
    )?;
    let authorities: Vec<String> = rows.iter().map(|case| case.authority.clone()).collect();
    let settings = authorities::settings(conn, &authorities)?;
    for case in rows {
        if let Some(place) = around.get_mut(&case.id) {
            place.stage_label = settings
                .get(&case.authority)
                .and_then(|settings| case.state.label_in(&settings.stage_labels));
            place.allocated = case.allocated_to.is_some() || case.allocated_team.is_some();
            place.adult = case.adult_id.and_then(|id| adults.get(&id).cloned());
        }
    }
    let has = |what: &str| {
        sql::<Bool>(format!(
            "EXISTS (SELECT 1 FROM {what} AND one.case_id = cases.id)"
        ))
    };
    let outcomes = has("desired_outcomes AS one WHERE one.entered_in_error IS NULL");
    let escalated = has("escalations AS one WHERE one.ended_at IS NULL");
    let known: Vec<(Id, bool, bool)> = cases::table
        .filter(cases::id.one_of(&ids))
        .select((cases::id, outcomes, escalated))
        .load(conn)?;
    for (id, has_outcomes, nobody_left) in known {
        let place = around.entry(id).or_default();
        (place.has_outcomes, place.nobody_left) = (has_outcomes, nobody_left);
    }
    let needs: Vec<(Id, Id, NeedConclusion)> = advocacy_needs::table
        .filter(advocacy_needs::case_id.one_of(&ids))
        .filter(advocacy_needs::entered_in_error.is_null())
        .order(advocacy_needs::id)
        .select((
            advocacy_needs::case_id,
            advocacy_needs::id,
            advocacy_needs::conclusion,
        ))
        .load(conn)?;
    for (case, _, conclusion) in &needs {
        around.entry(*case).or_default().need = Some(*conclusion);
    }
    let standing = [
        AssignmentState::Requested,
        AssignmentState::Accepted,
        AssignmentState::Active,
    ];
    let assignments: Vec<(Id, AssignmentKind, AdvocacyBasis, Option<Id>)> = advocacy_assignments::table
        .filter(advocacy_assignments::case_id.one_of(&ids))
        .filter(advocacy_assignments::state.one_of(standing))
        .select((
            advocacy_assignments::case_id,
            advocacy_assignments::kind,
            advocacy_assignments::basis,
            advocacy_assignments::need_id,
        ))
        .load(conn)?;
    for (id, kind, basis, need) in assignments {
        let assignment = StandingAssignment {
            kind,
            basis,
            has_need: needs.iter().any(|(_, id, _)| need == Some(*id)),
        };
        around.entry(id).or_default().advocates.push(assignment);
    }
    let planned: Vec<(Id, Option<UtcTime>)> = meetings::table
        .filter(meetings::case_id.one_of(&ids))
        .filter(meetings::entered_in_error.is_null())
        .filter(
            meetings::held_start
                .is_null()
                .and(meetings::cancelled_at.is_null())
                .and(meetings::planned_start.ge(now)),
        )
        .select((meetings::case_id, meetings::planned_start))
        .load(conn)?;
    for (id, start) in planned {
        let next = &mut around.entry(id).or_default().next_meeting;
        *next = [*next, start].into_iter().flatten().min();
    }
    let assessed: Vec<Id> = capacity_assessments::table
        .filter(capacity_assessments::case_id.one_of(&ids))
        .filter(capacity_assessments::entered_in_error.is_null())
        .filter(capacity_assessments::conclusion.ne(CapacityConclusion::NotCompleted))
        .select(capacity_assessments::case_id)
        .distinct()
        .load(conn)?;
    for id in assessed {
        around.entry(id).or_default().capacity_assessed = true;
    }
    type Telling = (Id, Audience, Topic, Option<UtcTime>, Option<NaiveDate>);
    let told: Vec<Telling> = informed_records::table
        .filter(informed_records::case_id.one_of(&ids))
        .filter(informed_records::entered_in_error.is_null())
        .filter(
            informed_records::told_at
                .is_not_null()
                .or(informed_records::look_again_on.le(now.date())),
        )
        .select((
            informed_records::case_id,
            informed_records::who,
            informed_records::about,
            informed_records::told_at,
            informed_records::look_again_on,
        ))
        .load(conn)?;
    for (id, who, about, told_at, _) in &told {
        let place = around.entry(*id).or_default();
        let same = |other: &&Telling| (&other.0, &other.1, &other.2) == (id, who, about);
        if told_at.is_none() {
            place.telling_is_due |= !told.iter().filter(same).any(|other| other.3.is_some());
            continue;
        }
        place.adult_told |= *who == Audience::Adult;
        place.family_told_of_court |= *who == Audience::Family && *about == Topic::CourtApplication;
    }
    for id in caused::unanswered(conn, &ids)? {
        around.entry(id).or_default().caused_unanswered = true;
    }
    let links: Vec<(Id, LinkKind, LinkStatus)> = case_links::table
        .filter(case_links::case_id.one_of(&ids))
        .filter(case_links::entered_in_error.is_null())
        .filter(case_links::kind.one_of([LinkKind::CourtOfProtection, LinkKind::Section44Review]))
        .select((case_links::case_id, case_links::kind, case_links::status))
        .load(conn)?;
    for (id, kind, status) in links {
        let place = around.entry(id).or_default();
        place.review_considered |= kind == LinkKind::Section44Review;
        place.court_applied_to |= kind == LinkKind::CourtOfProtection && status != LinkStatus::Considered;
    }
    for id in contacts::cases_asked(conn, &ids)? {
        around.entry(id).or_default().adult_asked = true;
    }
    for (id, at) in contacts::last_with_adult(conn, &ids)? {
        around.entry(id).or_default().last_contact_with_adult_at = at;
    }
    for (id, open) in actions::open_by_case(conn, &ids)? {
        around.entry(id).or_default().open_actions = open;
    }
    Ok(around)
}
