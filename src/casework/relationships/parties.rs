//! The agencies that a single record is of: it opens that record to them, and not the case. Each kind of record says itself which
//! they are ([`OwnedRow::parties`]); the rows are written with every change of it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::casework::record::{OwnedRow, PartnerRows, Showing};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::page::PageRequest;
use crate::schema::access::record_parties as table;

/// Every record of a case.
const ALL: PageRequest = PageRequest {
    limit: i64::MAX - 1,
    after: None,
    newest_first: true,
    updated_since: None,
};

/// The records of this kind, of a case, that are of an agency.
pub fn of_agency(conn: &mut Connection, kind: &str, (case, agency): (Id, Id)) -> QueryResult<Vec<Id>> {
    table::table
        .filter(table::case_id.eq(case).and(table::agency_id.eq(agency)))
        .filter(table::record_kind.eq(kind).and(table::ended_at.is_null()))
        .select(table::record_id)
        .load(conn)
}

/// The row of a party, and the agency.
type Kept = (Id, Id);

/// What differs of one record: the agencies that are missing, and the rows that are left over.
fn difference<R: OwnedRow>(conn: &mut Connection, row: &R) -> QueryResult<(BTreeSet<Id>, Vec<Id>)> {
    let mut missing: BTreeSet<Id> = row.parties().into_iter().collect();
    let kept: Vec<Kept> = table::table
        .filter(table::record_id.eq(row.head().id).and(table::ended_at.is_null()))
        .select((table::id, table::agency_id))
        .load(conn)?;
    let left_over = kept.into_iter().filter(|(_, agency)| !missing.remove(agency));
    let left_over = left_over.map(|(id, _)| id).collect();
    Ok((missing, left_over))
}

/// After a record was written: writes what differs of the agencies it is of. Answers how many did.
pub fn follow<R: OwnedRow>(
    conn: &mut Connection,
    row: &R,
    case: Option<Id>,
    now: UtcTime,
) -> QueryResult<usize> {
    let (PartnerRows::Own(kind), Some(case)) = (R::PARTNER, case) else {
        return Ok(0);
    };
    let (missing, left_over) = difference(conn, row)?;
    for id in &left_over {
        diesel::update(table::table.find(id))
            .set(table::ended_at.eq(now))
            .execute(conn)?;
    }
    let head = row.head();
    for agency in &missing {
        diesel::insert_into(table::table)
            .values((
                table::id.eq(Id::new()),
                table::case_id.eq(case),
                table::authority.eq(&head.authority),
                table::record_kind.eq(kind),
                table::record_id.eq(head.id),
                table::agency_id.eq(agency),
                table::recorded_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(missing.len() + left_over.len())
}

/// How many rows of this kind, of a case, are not as the records say; with `mend` they are written.
pub fn differing<R: OwnedRow>(conn: &mut Connection, case: Id, mend: Option<UtcTime>) -> QueryResult<usize> {
    let showing = Showing {
        errors: true,
        ..Showing::default()
    };
    let mut found = 0;
    for row in R::page_of(conn, case, &ALL, showing)? {
        found += match mend {
            Some(now) => follow(conn, &row, Some(case), now)?,
            None => {
                let (missing, left_over) = difference(conn, &row)?;
                missing.len() + left_over.len()
            }
        };
    }
    Ok(found)
}
