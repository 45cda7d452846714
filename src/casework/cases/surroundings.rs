//! What stands around a case, as far as its answer shows it: found out by one statement, however many cases there are and
//! whatever they hold. Each fact is looked up by the case in an index of its own table; what was entered in error counts nowhere.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::caused::CausedStatus;
use super::model::Case;
use crate::casework::actions::ActionStatus;
use crate::casework::advocacy::model::{AssignmentKind, AssignmentState, NeedConclusion};
use crate::casework::capacity::assessments::CapacityConclusion;
use crate::casework::contacts::model::AskedResult;
use crate::casework::informed::{Audience, Topic};
use crate::casework::links::{LinkKind, LinkStatus};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::fragment::{Fragment, sql};
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::{Document, Json, Moment};
use crate::ids::Id;
use crate::people::adults::{self, AdultBrief};
use crate::people::authorities::Settings;
use crate::schema::casework::cases;

/// What stands around a case.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The adult.
    pub adult: Option<AdultBrief>,
    /// What the authority calls the state.
    pub stage_label: Option<String>,
    /// Whether it is allocated to a person or a team.
    pub allocated: bool,
    /// What was found out.
    pub facts: Facts,
}

/// What the records of a case say of it together.
#[derive(Debug, Clone, Default, Queryable)]
pub struct Facts {
    /// Its own state, and what is owed by others.
    pub case: OfCase,
    /// About advocates.
    pub advocacy: OfAdvocacy,
    /// About who was told.
    pub telling: OfTelling,
    /// What is shown of it as it is.
    pub figures: Figures,
}

/// Facts about the case.
#[derive(Debug, Clone, Default, Queryable)]
pub struct OfCase {
    /// Whether any desired outcome was recorded.
    pub has_outcomes: bool,
    /// Whether the adult was asked what they want, with any result.
    pub adult_asked: bool,
    /// Whether capacity was assessed, with any conclusion.
    pub capacity_assessed: bool,
    /// Whether an agency that was asked to enquire owes an answer.
    pub caused_unanswered: bool,
    /// Whether a review of what happened was considered (Care Act 2014 s.44).
    pub review_considered: bool,
    /// Whether nobody is left to act on it.
    pub nobody_left: bool,
}

/// Facts about advocates.
#[derive(Debug, Clone, Default, Queryable)]
pub struct OfAdvocacy {
    /// The latest conclusion about the need for one (Care Act 2014 s.68).
    pub need: Option<NeedConclusion>,
    /// Whether an assignment has not ended.
    pub has_advocate: bool,
    /// Whether such an assignment under the Care Act has no recorded need behind it.
    pub basis_incomplete: bool,
    /// Whether such an assignment is of an IMCA.
    pub has_imca: bool,
}

/// Facts about who was told.
#[derive(Debug, Clone, Default, Queryable)]
pub struct OfTelling {
    /// Whether the adult was told of anything.
    pub adult_told: bool,
    /// Whether the family was told of a court application.
    pub family_told_of_court: bool,
    /// Whether an application to the Court of Protection is planned or made.
    pub court_applied_to: bool,
    /// Whether it is time to look again at why somebody was not told.
    pub telling_is_due: bool,
}

/// Figures that are shown.
#[derive(Debug, Clone, Default, Queryable)]
pub struct Figures {
    /// When the next meeting is planned.
    pub next_meeting: Option<UtcTime>,
    /// Actions still to be done.
    pub open_actions: i64,
    /// When the adult was last in contact.
    pub last_contact_with_adult_at: Option<UtcTime>,
}

/// A record of the case at hand that counts.
const OF_CASE: &str = "one.case_id = cases.id AND one.entered_in_error IS NULL";

/// What was said around a meeting that was never held for this case is no more of it than the meeting.
const OF_A_MEETING: &str = "EXISTS (SELECT 1 FROM meetings AS held WHERE held.id = one.meeting_id AND held.entered_in_error IS NULL)";

/// That a table has a record of the case that counts, and is so.
fn has(table: &str, so: &str) -> Fragment<Bool> {
    sql::<Bool>(format!(
        "EXISTS (SELECT 1 FROM {table} AS one WHERE {OF_CASE} AND {so})"
    ))
}

/// The codes as they stand in SQL.
fn listed(codes: &[&str]) -> String {
    let each: Vec<String> = codes.iter().map(|code| format!("'{code}'")).collect();
    each.join(", ")
}

macro_rules! expressions {
    ($now:expr) => {{
        let now: UtcTime = $now;
        let asked = format!("one.asked_result <> '{}'", AskedResult::NotAsked.as_str());
        let adult_asked = sql::<Bool>("(")
            .join(has("contacts", &asked))
            .sql(" OR ")
            .join(has("meeting_discussions", &format!("{asked} AND {OF_A_MEETING}")))
            .sql(")");
        let completed = format!("one.conclusion <> '{}'", CapacityConclusion::NotCompleted.as_str());
        let waiting = [CausedStatus::Requested, CausedStatus::Accepted].map(CausedStatus::as_str);
        let reviewed = format!("one.kind = '{}'", LinkKind::Section44Review.as_str());
        let nobody_left =
            "EXISTS (SELECT 1 FROM escalations AS one WHERE one.case_id = cases.id AND one.ended_at IS NULL)";
        let of_case = (
            has("desired_outcomes", "TRUE"),
            adult_asked,
            has("capacity_assessments", &completed),
            has("caused_enquiries", &format!("one.status IN ({})", listed(&waiting))),
            has("case_links", &reviewed),
            sql::<Bool>(nobody_left),
        );
        let standing = [
            AssignmentState::Requested,
            AssignmentState::Accepted,
            AssignmentState::Active,
        ];
        let standing = format!("one.state IN ({})", listed(&standing.map(AssignmentState::as_str)));
        let without_need = format!(
            "{standing} AND one.kind = '{}' AND NOT EXISTS (SELECT 1 FROM advocacy_needs AS need \
             WHERE need.id = one.need_id AND need.case_id = cases.id AND need.entered_in_error IS NULL)",
            AssignmentKind::CareActS68.as_str()
        );
        let imca = AssignmentKind::ALL.iter().filter(|kind| kind.is_imca());
        let imca: Vec<&str> = imca.map(|kind| kind.as_str()).collect();
        let latest_need = format!(
            "(SELECT one.conclusion FROM advocacy_needs AS one WHERE {OF_CASE} ORDER BY one.id DESC LIMIT 1)"
        );
        let of_advocacy = (
            sql::<Nullable<Text>>(latest_need),
            has("advocacy_assignments", &standing),
            has("advocacy_assignments", &without_need),
            has("advocacy_assignments", &format!("{standing} AND one.kind IN ({})", listed(&imca))),
        );
        let told = |who: Audience, so: &str| {
            has("informed_records", &format!("one.told_at IS NOT NULL AND one.who = '{}'{so}", who.as_str()))
        };
        let of_court = format!(" AND one.about = '{}'", Topic::CourtApplication.as_str());
        let applied = format!(
            "one.kind = '{}' AND one.status <> '{}'",
            LinkKind::CourtOfProtection.as_str(),
            LinkStatus::Considered.as_str()
        );
        let due = format!("EXISTS (SELECT 1 FROM informed_records AS one WHERE {OF_CASE} AND one.told_at IS NULL \
             AND one.look_again_on <= ");
        let never_told = " AND NOT EXISTS (SELECT 1 FROM informed_records AS later WHERE later.case_id = cases.id \
             AND later.entered_in_error IS NULL AND later.told_at IS NOT NULL AND later.who = one.who \
             AND later.about = one.about))";
        let of_telling = (
            told(Audience::Adult, ""),
            told(Audience::Family, &of_court),
            has("case_links", &applied),
            sql::<Bool>(due).bind(now.date()).sql(never_told),
        );
        let next_meeting = format!(
            "(SELECT MIN(one.planned_start) FROM meetings AS one WHERE {OF_CASE} AND one.held_start IS NULL \
             AND one.cancelled_at IS NULL AND one.planned_start >= "
        );
        let open = format!(
            "(SELECT COUNT(*) FROM actions AS one WHERE {OF_CASE} AND one.status = '{}')",
            ActionStatus::Open.as_str()
        );
        let last = format!("(SELECT MAX(one.at) FROM contacts AS one WHERE {OF_CASE} AND one.with_adult)");
        let figures = (
            sql::<Nullable<Moment>>(next_meeting).bind(now).sql(")"),
            sql::<BigInt>(open),
            sql::<Nullable<Moment>>(last),
        );
        (of_case, of_advocacy, of_telling, figures)
    }};
}

/// The surroundings of these cases.
pub fn surroundings(
    conn: &mut Connection,
    rows: &[Case],
    now: UtcTime,
) -> QueryResult<HashMap<Id, Surroundings>> {
    let ids: Vec<Id> = rows.iter().map(|case| case.id).collect();
    let of_adults: Vec<Id> = rows.iter().filter_map(|case| case.adult_id).collect();
    let adults: HashMap<Id, AdultBrief> = adults::briefs(conn, &of_adults)?;
    let settings =
        sql::<Document>("(SELECT a.settings FROM authorities AS a WHERE a.code = cases.authority)");
    let found: Vec<(Id, Json<Settings>, Facts)> = cases::table
        .filter(cases::id.one_of(&ids))
        .select((cases::id, settings, expressions!(now)))
        .load(conn)?;
    let mut facts: HashMap<Id, (Json<Settings>, Facts)> = found
        .into_iter()
        .map(|(id, settings, facts)| (id, (settings, facts)))
        .collect();
    let around = rows.iter().filter_map(|case| {
        let (settings, facts) = facts.remove(&case.id)?;
        let around = Surroundings {
            adult: case.adult_id.and_then(|id| adults.get(&id).cloned()),
            stage_label: case.state.label_in(&settings.0.stage_labels),
            allocated: case.allocated_to.is_some() || case.allocated_team.is_some(),
            facts,
        };
        Some((case.id, around))
    });
    Ok(around.collect())
}
