//! Exclusions: whom a conflict or a referral keeps away, and from what. A conflict is recorded on one case, but an exclusion
//! belongs to the adult: it holds for every record of that human (merged ones, and those a transfer made in another
//! authority), for the cases transferred on from or to, for the cases of the group, and for referrals that very likely are
//! about the adult. What is here is derived from the conflicts, the cases and the referrals in the transaction of each
//! change of them; the queries are in [`super::kept_away`].

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::kept_away;
use crate::act::Act;
use crate::casework::left_to_act::{self, On};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::people::adults::{Likeness, compared};
use crate::people::users;
use crate::problem::Problem;
use crate::schema::access::{case_conflicts, exclusions, referral_keys};
use crate::schema::casework::cases;
use crate::schema::people::adults;

/// The human or agency that is kept away: by account, agency or staff number, one of the three.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// By account; every account with the same staff number is kept away with it.
    pub user_id: Option<Id>,
    /// By agency: everybody who works for it.
    pub agency_id: Option<Id>,
    /// By staff number: every account that has it.
    pub staff_number: Option<String>,
}

/// What they are kept away from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Adult(Id),
    Case(Id),
    Referral(Id),
}

/// Why: a conflict, or what a referral itself says.
#[derive(Debug, Clone, Copy)]
enum Cause {
    Conflict(Id),
    Referral(Id),
}

/// The records of the human that these records are of: merged with them, or made from them by a transfer.
pub fn same_human(conn: &mut Connection, records: &[Id]) -> QueryResult<Vec<Id>> {
    let mut found: BTreeSet<Id> = BTreeSet::new();
    let mut next: Vec<Id> = records.to_vec();
    while !next.is_empty() {
        found.extend(next.iter().copied());
        let into: Vec<Option<Id>> = adults::table
            .filter(adults::id.one_of(&next))
            .select(adults::merged_into)
            .load(conn)?;
        let merged: Vec<Id> = adults::table
            .filter(adults::merged_into.assume_not_null().one_of(&next))
            .select(adults::id)
            .load(conn)?;
        let of_these: Vec<Id> = cases::table
            .filter(cases::adult_id.assume_not_null().one_of(&next))
            .select(cases::id)
            .load(conn)?;
        let moved = cases_along(conn, &of_these)?;
        let theirs: Vec<Option<Id>> = cases::table
            .filter(cases::id.one_of(moved))
            .select(cases::adult_id)
            .load(conn)?;
        next = into.into_iter().chain(theirs).flatten().chain(merged).collect();
        next.retain(|id| !found.contains(id));
        next.sort_unstable();
        next.dedup();
    }
    Ok(found.into_iter().collect())
}

/// These cases and those they were transferred on from and to.
fn cases_along(conn: &mut Connection, start: &[Id]) -> QueryResult<Vec<Id>> {
    let mut found: BTreeSet<Id> = BTreeSet::new();
    let mut next: Vec<Id> = start.to_vec();
    while !next.is_empty() {
        found.extend(next.iter().copied());
        let before: Vec<Option<Id>> = cases::table
            .filter(cases::id.one_of(&next))
            .select(cases::transferred_from)
            .load(conn)?;
        let after: Vec<Id> = cases::table
            .filter(cases::transferred_from.assume_not_null().one_of(&next))
            .select(cases::id)
            .load(conn)?;
        next = before.into_iter().flatten().chain(after).collect();
        next.retain(|id| !found.contains(id));
    }
    Ok(found.into_iter().collect())
}

/// Cases about any of these adults.
pub fn cases_about(conn: &mut Connection, humans: &[Id]) -> QueryResult<Vec<Id>> {
    cases::table
        .filter(cases::adult_id.assume_not_null().one_of(humans))
        .select(cases::id)
        .load(conn)
}

/// Whether one of these cases is restricted.
pub fn any_restricted(conn: &mut Connection, of: &[Id]) -> QueryResult<bool> {
    let first: Option<Id> = cases::table
        .filter(cases::id.one_of(of).and(cases::restricted.eq(true)))
        .select(cases::id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

fn group_of(conn: &mut Connection, of: &[Id]) -> QueryResult<Vec<Id>> {
    let groups: Vec<Option<Id>> = cases::table
        .filter(cases::id.one_of(of).and(cases::case_group_id.is_not_null()))
        .select(cases::case_group_id)
        .distinct()
        .load(conn)?;
    let groups: Vec<Id> = groups.into_iter().flatten().collect();
    match groups.is_empty() {
        true => Ok(vec![]),
        false => cases::table
            .filter(cases::case_group_id.assume_not_null().one_of(groups))
            .select(cases::id)
            .load(conn),
    }
}

/// Everything that a conflict recorded on this case keeps somebody away from.
fn reaches(conn: &mut Connection, case: Id) -> QueryResult<BTreeSet<From>> {
    let along = cases_along(conn, &[case])?;
    let theirs: Vec<Option<Id>> = cases::table
        .filter(cases::id.one_of(&along))
        .select(cases::adult_id)
        .load(conn)?;
    let theirs: Vec<Id> = theirs.into_iter().flatten().collect();
    let humans = same_human(conn, &theirs)?;
    let group = group_of(conn, &[case])?;
    let referrals = referrals_about(conn, &humans)?;
    let cases = along.into_iter().chain(group).map(From::Case);
    let humans = humans.into_iter().map(From::Adult);
    Ok(cases
        .chain(humans)
        .chain(referrals.into_iter().map(From::Referral))
        .collect())
}

/// Referrals that very likely are about one of these adults, whatever authority they were sent to.
fn referrals_about(conn: &mut Connection, humans: &[Id]) -> QueryResult<Vec<Id>> {
    type Known = (Option<String>, Option<String>, Option<NaiveDate>);
    let known: Vec<Known> = adults::table
        .filter(adults::id.one_of(humans))
        .select((adults::nhs_number, adults::name_key, adults::date_of_birth))
        .load(conn)?;
    let mut found = Vec::new();
    for (number, name, born) in known {
        if let Some(number) = number {
            let same: Vec<Id> = referral_keys::table
                .filter(referral_keys::nhs_number.assume_not_null().eq(number))
                .select(referral_keys::referral_id)
                .load(conn)?;
            found.extend(same);
        }
        if let (Some(name), Some(born)) = (name, born) {
            let same: Vec<Id> = referral_keys::table
                .filter(referral_keys::name_key.assume_not_null().eq(name))
                .filter(referral_keys::date_of_birth.assume_not_null().eq(born))
                .select(referral_keys::referral_id)
                .load(conn)?;
            found.extend(same);
        }
    }
    Ok(found)
}

/// What exclusions began or ended to keep somebody away from.
#[derive(Debug, Default)]
pub struct Moved(BTreeSet<From>);

/// Derives what a conflict keeps somebody away from, after it or anything around it was changed.
pub fn refresh_conflict(act: &mut Act, conflict: Id) -> Result<(), Problem> {
    let moved = derive_conflict(act.conn, conflict, act.now)?;
    settle(act, moved)
}

/// The same, without asking who is left to act.
pub fn derive_conflict(conn: &mut Connection, conflict: Id, now: UtcTime) -> QueryResult<Moved> {
    type Row = (
        Id,
        Option<Id>,
        Option<Id>,
        Option<String>,
        Option<NaiveDate>,
        Option<String>,
    );
    let (case, user_id, agency_id, staff_number, ended_on, in_error): Row = case_conflicts::table
        .find(conflict)
        .select((
            case_conflicts::case_id,
            case_conflicts::user_id,
            case_conflicts::agency_id,
            case_conflicts::staff_number,
            case_conflicts::ended_on,
            case_conflicts::entered_in_error,
        ))
        .first(conn)?;
    let reached = match ended_on.is_none() && in_error.is_none() {
        true => reaches(conn, case)?,
        false => BTreeSet::new(),
    };
    let whom = Excluded {
        user_id,
        agency_id,
        staff_number,
    };
    let wanted = reached.into_iter().map(|from| (from, whom.clone())).collect();
    write(conn, Cause::Conflict(conflict), &wanted, now)
}

/// Derives anew every exclusion that a change around these adults and cases may reach: a merge or its undoing, a transfer,
/// a group, another name or number of an adult.
pub fn refresh_around(act: &mut Act, humans: &[Id], about: &[Id]) -> Result<(), Problem> {
    let humans = same_human(act.conn, humans)?;
    let mut around = cases_about(act.conn, &humans)?;
    around.extend_from_slice(about);
    around.extend(cases_along(act.conn, &around)?);
    around.extend(group_of(act.conn, &around)?);
    let recorded: Vec<Id> = case_conflicts::table
        .filter(case_conflicts::case_id.one_of(&around))
        .filter(case_conflicts::ended_on.is_null())
        .filter(case_conflicts::entered_in_error.is_null())
        .select(case_conflicts::id)
        .load(act.conn)?;
    let derived: Vec<Option<Id>> = exclusions::table
        .filter(exclusions::ended_at.is_null())
        .filter(
            exclusions::adult_id
                .assume_not_null()
                .one_of(&humans)
                .or(exclusions::case_id.assume_not_null().one_of(&around)),
        )
        .select(exclusions::conflict_id)
        .load(act.conn)?;
    let conflicts: BTreeSet<Id> = recorded
        .into_iter()
        .chain(derived.into_iter().flatten())
        .collect();
    for conflict in conflicts {
        refresh_conflict(act, conflict)?;
    }
    Ok(())
}

/// What there is to know a referral's adult by: as it was sent, or as a correction says.
pub fn index_referral(
    conn: &mut Connection,
    (referral, authority): (Id, &str),
    known: &Likeness,
) -> QueryResult<()> {
    if known.nhs_number.is_none() && (known.family_name.is_none() || known.date_of_birth.is_none()) {
        return Ok(());
    }
    diesel::insert_into(referral_keys::table)
        .values((
            referral_keys::id.eq(Id::new()),
            referral_keys::referral_id.eq(referral),
            referral_keys::authority.eq(authority),
            referral_keys::nhs_number.eq(known.nhs_number.clone()),
            referral_keys::name_key.eq(known.family_name.as_deref().map(compared)),
            referral_keys::date_of_birth.eq(known.date_of_birth),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps from a referral, whose keys are there, those who are excluded from an adult whom it very likely is about.
pub fn match_referral(act: &mut Act, known: &Likeness) -> Result<(), Problem> {
    let mut conflicts: BTreeSet<Id> = BTreeSet::new();
    if let Some(number) = known.nhs_number.clone() {
        let those = adults::table
            .filter(adults::nhs_number.assume_not_null().eq(number))
            .select(adults::id);
        let those = those.load(act.conn)?;
        conflicts.extend(conflicts_of(act.conn, those)?);
    }
    if let (Some(name), Some(born)) = (known.family_name.as_deref(), known.date_of_birth) {
        let those = adults::table
            .filter(adults::name_key.assume_not_null().eq(compared(name)))
            .filter(adults::date_of_birth.assume_not_null().eq(born))
            .select(adults::id);
        let those = those.load(act.conn)?;
        conflicts.extend(conflicts_of(act.conn, those)?);
    }
    for conflict in conflicts {
        refresh_conflict(act, conflict)?;
    }
    Ok(())
}

fn conflicts_of(conn: &mut Connection, humans: Vec<Id>) -> QueryResult<Vec<Id>> {
    if humans.is_empty() {
        return Ok(vec![]);
    }
    let found: Vec<Option<Id>> = exclusions::table
        .filter(exclusions::ended_at.is_null())
        .filter(exclusions::adult_id.assume_not_null().one_of(humans))
        .select(exclusions::conflict_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// Keeps from a referral those it says must not see it, and those it names as a person of concern.
pub fn of_referral(
    act: &mut Act,
    referral: Id,
    whom: impl IntoIterator<Item = Excluded>,
) -> Result<(), Problem> {
    let wanted = whom
        .into_iter()
        .map(|whom| (From::Referral(referral), whom))
        .collect();
    let moved = write(act.conn, Cause::Referral(referral), &wanted, act.now)?;
    settle(act, moved)
}

/// Whom the referral itself keeps away; they are kept away from the case it leads to as well.
pub fn said_by_referral(conn: &mut Connection, referral: Id) -> QueryResult<Vec<Excluded>> {
    let rows: Vec<(Option<Id>, Option<Id>, Option<String>)> = exclusions::table
        .filter(
            exclusions::referral_id
                .assume_not_null()
                .eq(referral)
                .and(exclusions::ended_at.is_null()),
        )
        .filter(exclusions::conflict_id.is_null())
        .select((
            exclusions::user_id,
            exclusions::agency_id,
            exclusions::staff_number,
        ))
        .load(conn)?;
    let each = rows
        .into_iter()
        .map(|(user_id, agency_id, staff_number)| Excluded {
            user_id,
            agency_id,
            staff_number,
        });
    Ok(each.collect())
}

type Wanted = BTreeSet<(From, Excluded)>;

/// Writes what differs: what is wanted and not there begins now, what is there and not wanted ends now, and stays.
fn write(conn: &mut Connection, cause: Cause, wanted: &Wanted, now: UtcTime) -> QueryResult<Moved> {
    type Row = (
        Id,
        (Option<Id>, Option<Id>, Option<Id>),
        (Option<Id>, Option<Id>, Option<String>),
    );
    let live = exclusions::table.filter(exclusions::ended_at.is_null());
    let columns = (
        exclusions::id,
        (exclusions::adult_id, exclusions::case_id, exclusions::referral_id),
        (
            exclusions::user_id,
            exclusions::agency_id,
            exclusions::staff_number,
        ),
    );
    let there: Vec<Row> = match cause {
        Cause::Conflict(id) => live
            .filter(exclusions::conflict_id.assume_not_null().eq(id))
            .select(columns)
            .load(conn)?,
        Cause::Referral(id) => live
            .filter(exclusions::conflict_id.is_null())
            .filter(exclusions::referral_id.assume_not_null().eq(id))
            .select(columns)
            .load(conn)?,
    };
    let mut missing = wanted.clone();
    let mut moved: BTreeSet<From> = BTreeSet::new();
    for (id, from, (user_id, agency_id, staff_number)) in there {
        let whom = Excluded {
            user_id,
            agency_id,
            staff_number,
        };
        let from = match from {
            (Some(adult), _, _) => Some(From::Adult(adult)),
            (_, Some(case), _) => Some(From::Case(case)),
            (_, _, Some(referral)) => Some(From::Referral(referral)),
            (None, None, None) => None,
        };
        if !from.is_some_and(|from| missing.remove(&(from, whom))) {
            moved.extend(from);
            diesel::update(exclusions::table.find(id))
                .set(exclusions::ended_at.eq(now))
                .execute(conn)?;
        }
    }
    for (from, whom) in missing {
        moved.insert(from);
        let one_of = |is: fn(From) -> Option<Id>| is(from);
        diesel::insert_into(exclusions::table)
            .values((
                exclusions::id.eq(Id::new()),
                exclusions::conflict_id.eq(match cause {
                    Cause::Conflict(id) => Some(id),
                    Cause::Referral(_) => None,
                }),
                exclusions::adult_id.eq(one_of(|from| match from {
                    From::Adult(id) => Some(id),
                    _ => None,
                })),
                exclusions::case_id.eq(one_of(|from| match from {
                    From::Case(id) => Some(id),
                    _ => None,
                })),
                exclusions::referral_id.eq(one_of(|from| match from {
                    From::Referral(id) => Some(id),
                    _ => None,
                })),
                exclusions::user_id.eq(whom.user_id),
                exclusions::agency_id.eq(whom.agency_id),
                exclusions::staff_number.eq(whom.staff_number),
                exclusions::started_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(Moved(moved))
}

/// An exclusion is never refused: where it leaves nobody who can act, somebody is given it.
fn settle(act: &mut Act, moved: Moved) -> Result<(), Problem> {
    let mut on: BTreeSet<On> = BTreeSet::new();
    for from in moved.0 {
        match from {
            From::Case(case) => {
                on.insert(On::Case(case));
            }
            From::Adult(adult) => on.extend(cases_about(act.conn, &[adult])?.into_iter().map(On::Case)),
            From::Referral(referral) => {
                on.insert(On::Referral(referral));
            }
        }
    }
    for one in on {
        left_to_act::settle(act, one)?;
    }
    Ok(())
}

/// Whether somebody, with the agency they work for, is excluded from this adult.
pub fn keeps_from_adult(conn: &mut Connection, adult: Id, user: Id) -> QueryResult<bool> {
    let whom = whom(conn, user)?;
    let kept = adults::table.find(adult).filter(kept_away::from_adult(whom));
    let found: Option<Id> = kept.select(adults::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Whether somebody, with the agency they work for, is excluded from this case.
pub fn keeps_from_case(conn: &mut Connection, case: Id, user: Id) -> QueryResult<bool> {
    let whom = whom(conn, user)?;
    let kept = cases::table.find(case).filter(kept_away::from_case(whom));
    let found: Option<Id> = kept.select(cases::id).first(conn).optional()?;
    Ok(found.is_some())
}

fn whom(conn: &mut Connection, user: Id) -> QueryResult<kept_away::Whom> {
    let agency = users::find(conn, user)?.and_then(|user| user.agency_id);
    Ok((user, agency.unwrap_or(user)))
}
