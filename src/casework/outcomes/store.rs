//! Queries for desired outcomes beyond those every record has.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{
    Achieved, Achievement, ChangeKind, ConfirmedBy, Outcome, OutcomeStatus, Party, Revision, RevisionStanding,
};
use super::rules::{JudgedOutcome, Judges};
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::page::PageRequest;
use crate::schema::casework::{cases, desired_outcomes, outcome_achievements, outcome_revisions};

/// More outcomes than this no case has in one answer.
const MOST: i64 = 200;

/// Every outcome of a case that stands, oldest first.
pub fn all(conn: &mut Connection, case: Id) -> QueryResult<Vec<Outcome>> {
    desired_outcomes::table
        .filter(desired_outcomes::case_id.eq(case))
        .filter(desired_outcomes::entered_in_error.is_null())
        .order(desired_outcomes::id)
        .limit(MOST)
        .select(Outcome::as_select())
        .load(conn)
}

/// Current outcomes with a priority, most important first.
pub fn prioritised(conn: &mut Connection, case: Id) -> QueryResult<Vec<Outcome>> {
    desired_outcomes::table
        .filter(
            desired_outcomes::case_id
                .eq(case)
                .and(desired_outcomes::status.eq(OutcomeStatus::Current)),
        )
        .filter(desired_outcomes::priority.is_not_null())
        .filter(desired_outcomes::entered_in_error.is_null())
        .order(desired_outcomes::priority.assume_not_null())
        .select(Outcome::as_select())
        .load(conn)
}

/// Whoever writes outcomes or plans of a case waits here for whoever does so already, and then reads what they left:
/// no version is asked for putting outcomes in order, nor of the adult, so being slower must not refuse them.
pub fn one_at_a_time(conn: &mut Connection, case: Id) -> QueryResult<()> {
    crate::hold_rows!(conn, cases::table.find(case).select(cases::id))
}

/// Takes away every priority of a case, so that new ones can be given without two being alike in between.
pub fn clear_priorities(conn: &mut Connection, case: Id) -> QueryResult<()> {
    diesel::update(desired_outcomes::table.filter(desired_outcomes::case_id.eq(case)))
        .set(desired_outcomes::priority.eq(None::<i16>))
        .execute(conn)
        .map(drop)
}

/// The latest of these judgements of each outcome of a case.
pub fn latest_judgements(
    conn: &mut Connection,
    case: Id,
    judges: Judges,
) -> QueryResult<HashMap<Id, Achieved>> {
    let rows: Vec<(Id, Achieved)> = outcome_achievements::table
        .filter(outcome_achievements::case_id.eq(case))
        .filter(outcome_achievements::judged_by.one_of(judges.parties()))
        .order(outcome_achievements::id)
        .select((outcome_achievements::outcome_id, outcome_achievements::achieved))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Every outcome of a case with what the conclusion needs to know of it.
pub fn judged(conn: &mut Connection, case: Id) -> QueryResult<Vec<JudgedOutcome>> {
    let outcomes = all(conn, case)?;
    let finals: Vec<(Id, Achieved)> = outcome_achievements::table
        .filter(
            outcome_achievements::case_id
                .eq(case)
                .and(outcome_achievements::final_.eq(true)),
        )
        .order(outcome_achievements::id)
        .select((outcome_achievements::outcome_id, outcome_achievements::achieved))
        .load(conn)?;
    let finals: HashMap<Id, Achieved> = finals.into_iter().collect();
    let changes: Vec<(Id, ChangeKind, Party, ConfirmedBy)> = outcome_revisions::table
        .filter(outcome_revisions::outcome_id.one_of(outcomes.iter().map(|outcome| outcome.id)))
        .filter(outcome_revisions::standing.eq(RevisionStanding::InForce))
        .select((
            outcome_revisions::outcome_id,
            outcome_revisions::change_kind,
            outcome_revisions::initiated_by,
            outcome_revisions::confirmed_by,
        ))
        .load(conn)?;
    let given_up = |id: Id| {
        changes.iter().any(|(outcome, kind, initiated, confirmed)| {
            *outcome == id && kind.gives_up() && *initiated != Party::Adult && *confirmed == ConfirmedBy::None
        })
    };
    Ok(outcomes
        .iter()
        .map(|outcome| JudgedOutcome {
            id: outcome.id,
            is_current: outcome.status == OutcomeStatus::Current,
            given_up_without_the_adult: given_up(outcome.id),
            achieved: finals.get(&outcome.id).copied(),
            judged_finally: finals.contains_key(&outcome.id),
        })
        .collect())
}

/// Appends a revision.
pub fn append_revision(conn: &mut Connection, revision: &Revision) -> QueryResult<()> {
    diesel::insert_into(outcome_revisions::table)
        .values(revision)
        .execute(conn)
        .map(drop)
}

/// The number that the next revision of an outcome has.
pub fn next_revision_number(conn: &mut Connection, outcome: Id) -> QueryResult<i32> {
    let last: Option<i32> = outcome_revisions::table
        .filter(outcome_revisions::outcome_id.eq(outcome))
        .order(outcome_revisions::number.desc())
        .select(outcome_revisions::number)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0) + 1)
}

/// A page of an outcome's revisions.
pub fn revisions(conn: &mut Connection, outcome: Id, page: &PageRequest) -> QueryResult<Vec<Revision>> {
    let query = outcome_revisions::table
        .filter(outcome_revisions::outcome_id.eq(outcome))
        .into_boxed();
    crate::paged!(query, outcome_revisions, created_at, page)
        .select(Revision::as_select())
        .load(conn)
}

/// One revision of an outcome.
pub fn revision(conn: &mut Connection, outcome: Id, id: Id) -> QueryResult<Option<Revision>> {
    outcome_revisions::table
        .find(id)
        .filter(outcome_revisions::outcome_id.eq(outcome))
        .select(Revision::as_select())
        .first(conn)
        .optional()
}

/// Appends a judgement.
pub fn append_achievement(conn: &mut Connection, achievement: &Achievement) -> QueryResult<()> {
    diesel::insert_into(outcome_achievements::table)
        .values(achievement)
        .execute(conn)
        .map(drop)
}

/// A page of these judgements of an outcome.
pub fn achievements(
    conn: &mut Connection,
    outcome: Id,
    judges: Judges,
    page: &PageRequest,
) -> QueryResult<Vec<Achievement>> {
    let query = outcome_achievements::table
        .filter(outcome_achievements::outcome_id.eq(outcome))
        .filter(outcome_achievements::judged_by.one_of(judges.parties()))
        .into_boxed();
    crate::paged!(query, outcome_achievements, created_at, page)
        .select(Achievement::as_select())
        .load(conn)
}

/// One of these judgements of an outcome.
pub fn achievement(
    conn: &mut Connection,
    outcome: Id,
    judges: Judges,
    id: Id,
) -> QueryResult<Option<Achievement>> {
    outcome_achievements::table
        .find(id)
        .filter(outcome_achievements::outcome_id.eq(outcome))
        .filter(outcome_achievements::judged_by.one_of(judges.parties()))
        .select(Achievement::as_select())
        .first(conn)
        .optional()
}
