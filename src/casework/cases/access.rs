//! Giving the adult, or who represents them, access to their case.

use diesel::prelude::*;

use super::model::Case;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::Role;
use crate::problem::{Code, Problem};
use crate::schema::casework::{case_access, cases};

/// Whether this is the account of the adult whose case it is.
pub fn is_the_adults(conn: &mut Connection, case: Id, account: Id) -> QueryResult<bool> {
    let theirs = case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::user_id.eq(account)))
        .filter(case_access::relationship.eq("adult"));
    diesel::select(diesel::dsl::exists(theirs)).get_result(conn)
}

/// Gives a user access to the case of this reference in this authority, as the adult or a representative.
pub fn grant(
    conn: &mut Connection,
    reference: &str,
    authority: &str,
    user: Id,
    role: Role,
    now: UtcTime,
) -> Result<(), Problem> {
    let relationship = match role {
        Role::Adult => "adult",
        Role::Representative => "representative",
        _ => {
            return Err(
                Problem::new(Code::Conflict).saying("only an adult or a representative is given one case")
            );
        }
    };
    let case: Option<Case> = cases::table
        .filter(cases::reference.eq(reference).and(cases::authority.eq(authority)))
        .select(Case::as_select())
        .first(conn)
        .optional()?;
    let case = case
        .ok_or_else(|| Problem::not_found().saying("there is no case of this reference in this authority"))?;
    diesel::insert_into(case_access::table)
        .values((
            case_access::id.eq(Id::new()),
            case_access::case_id.eq(case.id),
            case_access::authority.eq(&case.authority),
            case_access::user_id.eq(user),
            case_access::relationship.eq(relationship),
            case_access::starts_at.eq(now),
            case_access::created_by.eq(user),
        ))
        .execute(conn)?;
    Ok(())
}
