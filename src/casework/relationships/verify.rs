//! Whether the rows of relationships are as their causes say.

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

/// The next cases after this one, in the order of their ids; none, after the last.
pub fn next_cases(conn: &mut Connection, after: Option<Id>) -> QueryResult<Vec<Id>> {
    let query = cases::table
        .select(cases::id)
        .order(cases::id)
        .limit(AT_ONCE)
        .into_boxed();
    match after {
        Some(after) => query.filter(cases::id.gt(after)),
        None => query,
    }
    .load(conn)
}

/// Those of these cases whose rows are not as their causes say; with `mend` what differs is written, as of this time. In a
/// transaction: the cases are locked until its end.
pub fn check(conn: &mut Connection, of: &[Id], mend: Option<UtcTime>) -> QueryResult<Vec<Drift>> {
    lock(conn, of)?;
    let found = difference(conn, of)?;
    if let Some(now) = mend {
        write(conn, &found, now)?;
    }
    Ok(drifts(&found, of))
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
