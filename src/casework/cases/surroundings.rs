//! What stands around a case and belongs to its answer: the adult, who advocates, what was asked and told, what is open.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use super::caused::CausedStatus;
use super::model::Case;
use crate::casework::actions::ActionStatus;
use crate::casework::advocacy::model::{AdvocacyBasis, AssignmentKind, AssignmentState, NeedConclusion};
use crate::casework::capacity::assessments::CapacityConclusion;
use crate::casework::contacts::model::AskedResult;
use crate::casework::informed::{Audience, Topic};
use crate::casework::links::{LinkKind, LinkStatus};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Moment;
use crate::ids::Id;
use crate::people::adults::{self, AdultBrief};
use crate::people::authorities;
use crate::schema::casework::{advocacy_assignments, advocacy_needs, cases, meetings};
use crate::schema::records::informed_records;

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

/// What there is about a case, and what there is not; when the adult was last in contact; and how many actions are open.
type Facts = (Id, bool, bool, bool, bool, bool, bool, Option<UtcTime>, i64);

/// All of that with one statement. Every word of it stands here: diesel takes no subquery on another table as a column.
fn facts(conn: &mut Connection, ids: &[Id]) -> QueryResult<Vec<Facts>> {
    let about = |table: &str, more: &str| {
        format!("FROM {table} AS one WHERE one.case_id = cases.id AND one.entered_in_error IS NULL{more}")
    };
    let exists = |table: &str, more: &str| sql::<Bool>(&format!("EXISTS (SELECT 1 {})", about(table, more)));
    let is = |column: &str, code: &str| format!(" AND one.{column} = '{code}'");
    let is_not = |column: &str, code: &str| format!(" AND one.{column} <> '{code}'");
    let [requested, accepted] = [CausedStatus::Requested, CausedStatus::Accepted].map(CausedStatus::as_str);
    let asked = is_not("asked_result", AskedResult::NotAsked.as_str());
    let court =
        is("kind", LinkKind::CourtOfProtection.as_str()) + &is_not("status", LinkStatus::Considered.as_str());
    let by_contact = format!("SELECT 1 {}", about("contacts", &asked));
    let by_discussion = format!("SELECT 1 {}", about("meeting_discussions", &asked));
    let with_adult = about("contacts", " AND one.with_adult");
    let open = about("actions", &is("status", ActionStatus::Open.as_str()));
    cases::table
        .filter(cases::id.eq_any(ids))
        .select((
            cases::id,
            exists("desired_outcomes", ""),
            exists(
                "capacity_assessments",
                &is_not("conclusion", CapacityConclusion::NotCompleted.as_str()),
            ),
            exists(
                "caused_enquiries",
                &format!(" AND one.status IN ('{requested}', '{accepted}')"),
            ),
            sql::<Bool>(&format!("(EXISTS ({by_contact}) OR EXISTS ({by_discussion}))")),
            exists("case_links", &court),
            exists("case_links", &is("kind", LinkKind::Section44Review.as_str())),
            sql::<Nullable<Moment>>(&format!("(SELECT MAX(one.at) {with_adult})")),
            sql::<BigInt>(&format!("(SELECT COUNT(*) {open})")),
        ))
        .load(conn)
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
        let place = around.entry(case.id).or_default();
        place.stage_label = settings
            .get(&case.authority)
            .and_then(|settings| case.state.label_in(&settings.stage_labels));
        place.allocated = case.allocated_to.is_some() || case.allocated_team.is_some();
        place.adult = case.adult_id.and_then(|id| adults.get(&id).cloned());
    }
    for (id, outcomes, assessed, unanswered, asked, court, review, last_contact, open) in facts(conn, &ids)? {
        let place = around.entry(id).or_default();
        place.has_outcomes = outcomes;
        place.capacity_assessed = assessed;
        place.caused_unanswered = unanswered;
        place.adult_asked = asked;
        place.court_applied_to = court;
        place.review_considered = review;
        place.last_contact_with_adult_at = last_contact;
        place.open_actions = open;
    }
    let needs: Vec<(Id, Id, NeedConclusion)> = advocacy_needs::table
        .filter(advocacy_needs::case_id.eq_any(&ids))
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
        .filter(advocacy_assignments::case_id.eq_any(&ids))
        .filter(advocacy_assignments::state.eq_any(standing))
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
        .filter(meetings::case_id.eq_any(&ids))
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
    type Telling = (Id, Audience, Topic, Option<UtcTime>, Option<NaiveDate>);
    let told: Vec<Telling> = informed_records::table
        .filter(informed_records::case_id.eq_any(&ids))
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
    Ok(around)
}
