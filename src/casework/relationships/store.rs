//! The rows of relationships as they are kept.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::derive::{Derived, derive};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::{OneOf, OneOfMethods as _};
use crate::ids::Id;
use crate::policy::CaseRelationship;
use crate::schema::access::case_relationships as table;
use crate::schema::casework::{advocacy_assignments, case_access, cases};

/// The cases to which an account or agency is one of these now.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn cases_of(principal: Id, relationships: Vec<CaseRelationship>, now: UtcTime) -> _ {
    let any: OneOf<table::relationship> = table::relationship.one_of(relationships);
    table::table
        .filter(table::principal_id.eq(principal))
        .filter(any)
        .filter(table::ended_at.is_null().and(table::suspended_at.is_null()))
        .filter(
            table::starts_at
                .is_null()
                .or(table::starts_at.assume_not_null().le(now)),
        )
        .filter(
            table::ends_at
                .is_null()
                .or(table::ends_at.assume_not_null().gt(now)),
        )
        .select(table::case_id)
}

/// What differs between the rows of some cases and what there must be.
#[derive(Debug, Default)]
pub struct Difference {
    /// What must be there and is not.
    pub missing: Vec<Derived>,
    /// The rows that are there and must not be: id and case.
    pub left_over: Vec<(Id, Id)>,
}

/// Compares the rows of these cases with what there must be.
pub fn difference(conn: &mut Connection, of: &[Id]) -> QueryResult<Difference> {
    let mut missing: BTreeSet<Derived> = derive(conn, of)?.into_iter().collect();
    let kept: Vec<(Id, Derived)> = table::table
        .filter(table::case_id.one_of(of).and(table::ended_at.is_null()))
        .select((table::id, Derived::as_select()))
        .load(conn)?;
    let left_over = kept.into_iter().filter(|(_, row)| !missing.remove(row));
    let left_over = left_over.map(|(id, row)| (id, row.case_id)).collect();
    Ok(Difference {
        missing: missing.into_iter().collect(),
        left_over,
    })
}

/// Makes whoever else changes who may reach these cases wait until the transaction ends, in the order of their ids. A row
/// may have two causes (an app and a representative): without it two transactions, each of which changes one, would both
/// write what neither cause says.
pub fn lock(conn: &mut Connection, of: &[Id]) -> QueryResult<()> {
    let these = cases::table.filter(cases::id.one_of(of)).order(cases::id);
    crate::hold_rows!(conn, these.select(cases::id))
}

/// Writes what differs on these cases: what is missing begins now; what is left over ends now, and stays.
pub fn refresh(conn: &mut Connection, of: &[Id], now: UtcTime) -> QueryResult<()> {
    if of.is_empty() {
        return Ok(());
    }
    lock(conn, of)?;
    let difference = difference(conn, of)?;
    write(conn, &difference, now)
}

/// Writes a difference.
pub fn write(conn: &mut Connection, difference: &Difference, now: UtcTime) -> QueryResult<()> {
    for (id, _) in &difference.left_over {
        diesel::update(table::table.find(id))
            .set(table::ended_at.eq(now))
            .execute(conn)?;
    }
    for row in &difference.missing {
        diesel::insert_into(table::table)
            .values((table::id.eq(Id::new()), row, table::recorded_at.eq(now)))
            .execute(conn)?;
    }
    Ok(())
}

/// The cases that an entry among an adult's representatives and supporters is about: hers, and those for which the entry has an
/// app, which a merge that is being taken back may just be moving to her.
pub fn refresh_representative(
    conn: &mut Connection,
    (adult, entry): (Id, Id),
    now: UtcTime,
) -> QueryResult<()> {
    let apps = case_access::table
        .filter(case_access::representative_id.eq(entry))
        .select(case_access::case_id);
    let of: Vec<Id> = cases::table
        .filter(
            cases::adult_id
                .assume_not_null()
                .eq(adult)
                .or(cases::id.eq_any(apps)),
        )
        .select(cases::id)
        .load(conn)?;
    refresh(conn, &of, now)
}

/// The cases that ask for an advocate: the login of an entry of the register reaches each.
pub fn refresh_advocate(conn: &mut Connection, entry: Id, now: UtcTime) -> QueryResult<()> {
    let of: Vec<Id> = advocacy_assignments::table
        .filter(advocacy_assignments::advocate_id.eq(entry))
        .select(advocacy_assignments::case_id)
        .distinct()
        .load(conn)?;
    refresh(conn, &of, now)
}
