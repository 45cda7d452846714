//! Whether every row of relationships is as its cause says, for all cases: after a restore, an import, or a fault.

use diesel::prelude::*;

use super::store::{Difference, difference, lock, write};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::schema::casework::cases;

/// Cases that are looked at together.
const AT_ONCE: i64 = 500;

/// A case whose rows are not as their causes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The case.
    pub case: Id,
    /// How many rows are missing.
    pub missing: usize,
    /// How many are left over.
    pub left_over: usize,
}

/// One step over all cases.
#[derive(Debug, Default)]
pub struct Step {
    /// The last case that was looked at: go on after it. None: there are no more.
    pub last: Option<Id>,
    /// How many cases were looked at.
    pub cases: usize,
    /// What was found.
    pub drifts: Vec<Drift>,
}

/// Compares the next cases after this one, in the order of their ids; with `mend` writes what differs, as of this time. In a
/// transaction: the cases are locked until its end.
pub fn step(conn: &mut Connection, after: Option<Id>, mend: Option<UtcTime>) -> QueryResult<Step> {
    let mut query = cases::table
        .select(cases::id)
        .order(cases::id)
        .limit(AT_ONCE)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(cases::id.gt(after));
    }
    let of: Vec<Id> = query.load(conn)?;
    if of.is_empty() {
        return Ok(Step::default());
    }
    lock(conn, &of)?;
    let found = difference(conn, &of)?;
    let drifts = drifts(&found, &of);
    if let Some(now) = mend {
        write(conn, &found, now)?;
    }
    Ok(Step {
        last: of.last().copied(),
        cases: of.len(),
        drifts,
    })
}

/// Every case whose rows are not as their causes say.
pub fn verify(conn: &mut Connection) -> QueryResult<Vec<Drift>> {
    every(conn, None)
}

/// Writes the rows of every case anew where they differ; answers what differed.
pub fn rebuild(conn: &mut Connection, now: UtcTime) -> QueryResult<Vec<Drift>> {
    every(conn, Some(now))
}

fn every(conn: &mut Connection, mend: Option<UtcTime>) -> QueryResult<Vec<Drift>> {
    let (mut after, mut drifts) = (None, vec![]);
    loop {
        let found = step(conn, after, mend)?;
        drifts.extend(found.drifts);
        match found.last {
            Some(last) => after = Some(last),
            None => return Ok(drifts),
        }
    }
}

/// Those of these cases whose rows are not as their causes say.
pub fn of(conn: &mut Connection, of: &[Id]) -> QueryResult<Vec<Drift>> {
    Ok(drifts(&difference(conn, of)?, of))
}

fn drifts(found: &Difference, of: &[Id]) -> Vec<Drift> {
    let drift = |case: &Id| Drift {
        case: *case,
        missing: found.missing.iter().filter(|row| row.case_id == *case).count(),
        left_over: found.left_over.iter().filter(|(_, of)| of == case).count(),
    };
    of.iter()
        .map(drift)
        .filter(|drift| drift.missing + drift.left_over > 0)
        .collect()
}
