//! Whether the rows by which cases and single records are read are as what was recorded says, for every case: after a restore,
//! an import, or a fault.

use diesel::QueryResult;

use super::actions::ActionRow;
use super::meetings::MeetingRow;
use super::relationships::parties;
use super::relationships::verify::{self, Drift};
use super::sharing_decisions::SharingDecision;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;

/// What was found of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Relationships to it are not as recorded.
    Relationships(Drift),
    /// So many rows of the agencies that its records are of are not.
    Parties(Id, usize),
}

/// Compares the rows of these cases with what was recorded; with `mend` what differs is written, as of this time. In a
/// transaction.
pub fn check(conn: &mut Connection, of: &[Id], mend: Option<UtcTime>) -> QueryResult<Vec<Found>> {
    let drifts = verify::check(conn, of, mend)?;
    let mut found: Vec<Found> = drifts.into_iter().map(Found::Relationships).collect();
    for case in of {
        let differing = parties::differing::<ActionRow>(conn, *case, mend)?
            + parties::differing::<MeetingRow>(conn, *case, mend)?
            + parties::differing::<SharingDecision>(conn, *case, mend)?;
        if differing > 0 {
            found.push(Found::Parties(*case, differing));
        }
    }
    Ok(found)
}

/// The same for every case.
pub fn check_all(conn: &mut Connection, mend: Option<UtcTime>) -> QueryResult<Vec<Found>> {
    let (mut after, mut found) = (None, vec![]);
    loop {
        let of = verify::next_cases(conn, after)?;
        let Some(last) = of.last() else {
            return Ok(found);
        };
        after = Some(*last);
        found.extend(check(conn, &of, mend)?);
    }
}
