//! Queries for cases. Each begins from [`visible`], the caller's scope.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::access::{AppView, Relationship};
use super::kept_away::{self, names_nobody, naming};
use super::model::{Case, CaseState, Enquiry, EnquiryType, Transition};
use super::{access, caused, ways_in};
use crate::act::{Act, guarded};
use crate::casework::actions;
use crate::casework::advocacy::model::{
    AdvocacyBasis, AssignmentKind, AssignmentState, NeedConclusion, assignments_of,
};
use crate::casework::capacity::assessments::CapacityConclusion;
use crate::casework::contacts::model as contacts;
use crate::casework::informed::{Audience, Topic};
use crate::casework::links::{LinkKind, LinkStatus};
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::fragment::{Fragment, sql};
use crate::db::one_of::OneOfMethods as _;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::people::adults::{self, AdultBrief};
use crate::people::authorities;
use crate::policy::{AssignmentAccess, CaseFacts, CaseRelationship, Clause, Held, Part, Scope, Standing};
use crate::problem::Problem;
use crate::schema::access::{case_grants, case_relationships, emergency_access};
use crate::schema::adult_records::adult_representatives;
use crate::schema::case_life::caused_enquiries;
use crate::schema::casework::{
    advocacy_assignments, advocacy_needs, case_access, case_transitions, cases, enquiries, meetings,
};
use crate::schema::people::advocates;
use crate::schema::records::{capacity_assessments, case_links, informed_records};

type Condition = Box<dyn BoxableExpression<cases::table, MultiBackend, SqlType = Bool>>;
type Visible = cases::BoxedQuery<'static, MultiBackend>;

/// The cases in a scope: from none of which the caller is excluded, and for which any clause holds; an empty scope has
/// none.
pub fn visible(scope: &Scope) -> Visible {
    let nothing: Condition = Box::new(sql::<Bool>("1 = 0"));
    let condition = scope
        .clauses
        .iter()
        .map(|clause| condition(clause, scope))
        .reduce(|any, one| Box::new(any.or(one)));
    let within = cases::table.filter(condition.unwrap_or(nothing)).into_boxed();
    match kept_away::whom(scope) {
        Some(whom) => within.filter(not(kept_away::from_case(whom))),
        None => within,
    }
}

fn condition(clause: &Clause, scope: &Scope) -> Condition {
    match clause {
        Clause::Authorities(standing, authorities) => {
            let mut open: Condition = Box::new(cases::restricted.eq(false));
            if *standing == Standing::Manager {
                open = Box::new(open.or(names_nobody(scope.at.date())));
            }
            if scope.exceptions.named {
                open = Box::new(open.or(named(scope.caller, scope.at)));
            }
            Box::new(within(authorities).and(open))
        }
        Clause::Allocated {
            user,
            teams,
            authorities,
        } => {
            let to_user = cases::allocated_to.assume_not_null().eq(*user);
            match teams.is_empty() {
                true => Box::new(within(authorities).and(to_user)),
                false => {
                    let to_team = cases::allocated_team.assume_not_null().one_of(teams.clone());
                    let open_to_team = to_team.and(cases::restricted.eq(false));
                    Box::new(within(authorities).and(to_user.or(open_to_team)))
                }
            }
        }
        Clause::OpenUnrestricted(authorities) => Box::new(
            within(authorities)
                .and(cases::state.one_of(CaseState::OPEN))
                .and(cases::restricted.eq(false)),
        ),
        Clause::Adviser(user, authorities) => Box::new(within(authorities).and(named(*user, scope.at))),
        Clause::Emergency(user, authorities, now) => Box::new(
            within(authorities).and(exists(
                emergency_access::table
                    .filter(emergency_access::case_id.eq(cases::id))
                    .filter(emergency_access::user_id.eq(*user))
                    .filter(emergency_access::until.gt(*now)),
            )),
        ),
        Clause::Escalated(user, authorities) => {
            Box::new(within(authorities).and(kept_away::given_to::<cases::table>(
                ("cases.id", "case_id"),
                "cases.authority",
                (*user, scope.at),
            )))
        }
        Clause::Adult(user, seen, now) => {
            let theirs = access::apps_of(*user, Relationship::Adult, *seen);
            Box::new(exists(theirs).and(access::not_long_closed(*now)))
        }
        Clause::Representative(user, part, seen, now) => {
            let apps = access::apps_of(*user, Relationship::Representative, *seen);
            let theirs = adult_representatives::table
                .filter(adult_representatives::adult_id.eq(cases::adult_id.assume_not_null()))
                .filter(
                    adult_representatives::id
                        .eq_any(apps.select(case_access::representative_id.assume_not_null())),
                )
                .filter(adult_representatives::conflict.ne("implicated"))
                .filter(adult_representatives::entered_in_error.is_null())
                .filter(
                    adult_representatives::ends_on
                        .is_null()
                        .or(adult_representatives::ends_on.assume_not_null().ge(now.date())),
                )
                .filter(may_receive(*part));
            Box::new(exists(theirs).and(access::not_long_closed(*now)))
        }
        Clause::Advocate(access, user) => {
            let states = match access {
                AssignmentAccess::Working => AssignmentState::WORKING.to_vec(),
                AssignmentAccess::Asked => vec![AssignmentState::Requested],
            };
            Box::new(exists(assignments_of(*user, states)))
        }
        Clause::Partner(agency, authorities, part, now) => Box::new(
            within(authorities).and(exists(
                case_grants::table
                    .filter(case_grants::case_id.eq(cases::id))
                    .filter(case_grants::agency_id.assume_not_null().eq(*agency))
                    .filter(case_grants::relationship.eq("partner"))
                    .filter(case_grants::entered_in_error.is_null())
                    .filter(
                        case_grants::ends_on
                            .is_null()
                            .or(case_grants::ends_on.assume_not_null().ge(now.date())),
                    )
                    .filter(has_section(*part)),
            )),
        ),
        Clause::Enquiring(agency, authorities) => Box::new(
            within(authorities).and(exists(
                caused_enquiries::table
                    .filter(caused_enquiries::case_id.eq(cases::id))
                    .filter(caused_enquiries::agency_id.eq(*agency)),
            )),
        ),
        // A referrer reads its referrals, never the case that came of them.
        Clause::ReferredBy(..) | Clause::SentBy(_) => Box::new(sql::<Bool>("1 = 0")),
    }
}

fn named(user: Id, at: UtcTime) -> Condition {
    Box::new(exists(naming(user, at.date())))
}

/// That a representative may receive a part. Codes are ours, so the text of the list is compared.
fn may_receive(part: Option<Part>) -> Fragment<Bool> {
    let list = "CAST(adult_representatives.may_receive AS TEXT)";
    sql::<Bool>(match part {
        None => "1 = 1".to_owned(),
        // Capacity is for those with the legal authority to decide.
        Some(Part::Capacity) => {
            format!("({list} LIKE '%\"decisions\"%' AND adult_representatives.legal_authority <> 'none')")
        }
        Some(part) => format!("{list} LIKE '%\"{}\"%'", part.as_str()),
    })
}

/// That a partner agency is named for a section.
fn has_section(part: Option<Part>) -> Fragment<Bool> {
    sql::<Bool>(match part {
        None => "1 = 1".to_owned(),
        Some(part) => format!(
            "CAST(case_grants.sections AS TEXT) LIKE '%\"{}\"%'",
            part.as_str()
        ),
    })
}

fn within(authorities: &[String]) -> Condition {
    match authorities {
        // Equality lets the index give the order too.
        [only] => Box::new(cases::authority.eq(only.clone())),
        several => Box::new(cases::authority.one_of(several.to_vec())),
    }
}

/// A case, with what a decision about it needs to know.
#[derive(Debug, Clone)]
pub struct Known {
    /// The case.
    pub row: Case,
    /// What the caller is to it, and what it says itself.
    pub facts: CaseFacts,
}

/// One relationship of a case, as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = case_relationships)]
struct Kept {
    principal_id: Id,
    relationship: CaseRelationship,
    sections: i32,
    view: Option<AppView>,
    starts_at: Option<UtcTime>,
    ends_at: Option<UtcTime>,
    suspended_at: Option<UtcTime>,
}

impl Kept {
    fn held(&self) -> Held {
        Held {
            relationship: self.relationship,
            sections: self.sections,
            next_steps_only: self.view == Some(AppView::NextStepsOnly),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            suspended_at: self.suspended_at,
        }
    }
}

/// Cases that satisfy a condition, newest or oldest first, each with everything that a decision needs; in one statement, so
/// that all of it was so at one time.
fn known(
    conn: &mut Connection,
    (which, newest_first): (Fragment<Bool>, bool),
    scope: &Scope,
) -> QueryResult<Vec<Known>> {
    let (caller, agency) = scope.in_conflicts();
    // Who else is named tells whether a restricted case names anybody.
    let of_the_caller = case_relationships::principal_id
        .eq(caller)
        .or(case_relationships::principal_id.eq(agency))
        .or(case_relationships::relationship.eq(CaseRelationship::Adviser));
    let joined = cases::table.left_join(
        case_relationships::table.on(case_relationships::case_id
            .eq(cases::id)
            .and(case_relationships::ended_at.is_null())
            .and(of_the_caller)),
    );
    let excluded = kept_away::is_excluded_from_case((caller, agency));
    let given = ways_in::authority_was_given(caller, scope.at);
    let query = joined
        .filter(which)
        .select((Case::as_select(), Option::<Kept>::as_select(), excluded, given))
        .into_boxed();
    let query = match newest_first {
        true => query.order(cases::id.desc()),
        false => query.order(cases::id.asc()),
    };
    let rows: Vec<(Case, Option<Kept>, bool, bool)> = query.load(conn)?;
    let mut found: Vec<Known> = Vec::new();
    for (row, kept, excluded, authority_was_given) in rows {
        if found.last().is_none_or(|last| last.row.id != row.id) {
            let facts = CaseFacts {
                authority: row.authority.clone(),
                is_open: CaseState::OPEN.contains(&row.state),
                restricted: row.restricted,
                allocated_to: row.allocated_to,
                allocated_team: row.allocated_team,
                held: vec![],
                names_somebody: false,
                authority_was_given,
                excluded,
            };
            found.push(Known { row, facts });
        }
        if let (Some(last), Some(kept)) = (found.last_mut(), kept) {
            let held = kept.held();
            last.facts.names_somebody |=
                kept.relationship == CaseRelationship::Adviser && held.holds(scope.at);
            if kept.principal_id == caller || kept.principal_id == agency {
                last.facts.held.push(held);
            }
        }
    }
    Ok(found)
}

/// The case of this id, whoever asks, with what a decision about it needs to know.
pub fn to_decide(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Known>> {
    let this = sql::<Bool>("cases.id = ").bind(id);
    Ok(known(conn, (this, true), scope)?.pop())
}

/// A page of the cases in scope, each with the strongest standing that reaches it.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    filter: &CaseFilter,
    page: &PageRequest,
) -> QueryResult<Vec<(Case, Standing)>> {
    let on_page = ways_in::on_page(scope, filter, page);
    let found = known(conn, (on_page, page.newest_first), scope)?;
    let reached = found.into_iter().filter_map(|known| {
        let standing = scope.standing(&known.facts)?;
        Some((known.row, standing))
    });
    Ok(reached.collect())
}

/// The case of this id, if it is in scope.
pub fn find(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Case>> {
    visible(scope)
        .filter(cases::id.eq(id))
        .select(Case::as_select())
        .first(conn)
        .optional()
}

/// Whether a case in scope is about this adult.
pub fn any_about(conn: &mut Connection, scope: &Scope, adult: Id) -> QueryResult<bool> {
    let found: Option<Id> = visible(scope)
        .filter(cases::adult_id.eq(adult))
        .select(cases::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
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
    let kept = kept_away::from_case((user, agency.unwrap_or(user)));
    let found: Option<Id> = cases::table
        .find(case)
        .filter(kept)
        .select(cases::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
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

/// What a list of cases can be narrowed to.
#[derive(Debug, Default)]
pub struct CaseFilter {
    /// Any of these states.
    pub states: Vec<CaseState>,
    /// Allocated to this user.
    pub allocated_to: Option<Id>,
    /// Of this authority.
    pub authority: Option<String>,
    /// Of this group.
    pub group: Option<Id>,
}

/// A page of the cases in scope.
pub fn page(
    conn: &mut Connection,
    scope: &Scope,
    filter: &CaseFilter,
    page: &PageRequest,
) -> QueryResult<Vec<Case>> {
    let mut query = visible(scope);
    match filter.states.as_slice() {
        [] => {}
        [only] => query = query.filter(cases::state.eq(*only)),
        several => query = query.filter(cases::state.one_of(several.to_vec())),
    }
    if let Some(user) = filter.allocated_to {
        query = query.filter(cases::allocated_to.eq(user));
    }
    if let Some(authority) = &filter.authority {
        query = query.filter(cases::authority.eq(authority.clone()));
    }
    if let Some(group) = filter.group {
        query = query.filter(cases::case_group_id.eq(group));
    }
    crate::paged!(query, cases, page)
        .select(Case::as_select())
        .load(conn)
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
