//! Whom a case keeps away whatever else would let them in: those an exclusion names, and from a restricted case all staff
//! but those it names, the one it is allocated to and, while it names nobody, the managers of its authority.
//!
//! Exclusions are kept in a table of their own ([`super::exclusions`]); here are the conditions that queries ask.

#![allow(
    missing_docs,
    reason = "diesel gives the type of each condition a name of its own too"
)]

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::clock::UtcTime;
use crate::db::fragment::{Fragment, sql};
use crate::db::one_of::{OneOf, OneOfMethods as _};
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::policy::CaseRelationship;
use crate::schema::access::case_relationships;
use crate::schema::casework::cases;

/// A condition on the rows of a table.
pub type On<T> = Box<dyn BoxableExpression<T, MultiBackend, SqlType = Bool>>;

/// The account, and the agency it works for (or the account again).
pub type Whom = (Id, Id);

/// Cases somebody is excluded from, by themselves or through their adult.
const CASES: &str = "SELECT mine.case_id FROM mine WHERE mine.case_id IS NOT NULL \
    UNION ALL SELECT about.id FROM mine JOIN cases AS about ON about.adult_id = mine.adult_id";

/// Adults somebody is excluded from, by themselves or through a case.
const ADULTS: &str = "SELECT mine.adult_id FROM mine WHERE mine.adult_id IS NOT NULL \
    UNION ALL SELECT about.adult_id FROM mine JOIN cases AS about ON about.id = mine.case_id \
    WHERE about.adult_id IS NOT NULL";

/// Referrals somebody is excluded from by themselves.
const REFERRALS: &str = "SELECT mine.referral_id FROM mine WHERE mine.referral_id IS NOT NULL";

/// That a column holds one of those records that are kept from somebody: from their account, from every account with the
/// same staff number, and from the agency of any of these. Found out from the accounts as they are now, once for the
/// whole statement.
fn kept_from<T: 'static>(column: &str, records: &str, whom: Whom) -> On<T> {
    Box::new(is_kept_from(column, records, whom))
}

fn is_kept_from(column: &str, records: &str, whom: Whom) -> Fragment<Bool> {
    mine(column, whom).sql(format!(" {records})"))
}

/// That a column is one of the cases that a statement gives, which may name those from which somebody is excluded as `excluded`.
/// The statement and a bracket are still to come.
pub fn begin_with_excluded(column: &str, whom: Whom) -> Fragment<Bool> {
    mine(column, whom).sql(format!(", excluded (id) AS ({CASES}) "))
}

/// The beginning of `column IN (…)`, with somebody's exclusions as `mine`.
fn mine(column: &str, (caller, agency): Whom) -> Fragment<Bool> {
    const EACH: &str = "SELECT one.adult_id, one.case_id, one.referral_id FROM";
    const SAME: &str = "users AS me JOIN users AS same ON same.staff_number = me.staff_number";
    const LIVE: &str = "one.ended_at IS NULL AND";
    let begin = format!("{column} IN (WITH mine AS ({EACH} exclusions AS one WHERE {LIVE} one.user_id = ");
    let by_agency = format!(" UNION ALL {EACH} exclusions AS one WHERE {LIVE} one.agency_id = ");
    let joined =
        |on: &str| format!(" UNION ALL {EACH} {SAME} JOIN exclusions AS one ON {on} WHERE {LIVE} me.id = ");
    sql::<Bool>(begin)
        .bind(caller)
        .sql(by_agency)
        .bind(agency)
        .sql(joined("one.staff_number = same.staff_number"))
        .bind(caller)
        .sql(joined("one.user_id = same.id"))
        .bind(caller)
        .sql(joined("one.agency_id = same.agency_id"))
        .bind(caller)
        .sql(")")
}

/// Whether somebody is excluded from anything at all.
pub fn is_from_anything(conn: &mut Connection, whom: Whom) -> QueryResult<bool> {
    let anything = "SELECT 1 FROM mine";
    diesel::select(is_kept_from("1", anything, whom)).get_result(conn)
}

/// That somebody is excluded from a case.
pub fn from_case(whom: Whom) -> On<cases::table> {
    kept_from("cases.id", CASES, whom)
}

/// The same, as something to be selected.
pub fn is_excluded_from_case(whom: Whom) -> Fragment<Bool> {
    is_kept_from("cases.id", CASES, whom)
}

/// That somebody is excluded from the adult of a case.
pub fn is_excluded_from_adult_of_case(whom: Whom) -> Fragment<Bool> {
    is_kept_from("cases.adult_id", ADULTS, whom)
}

/// That somebody is excluded from an adult.
pub fn from_adult(whom: Whom) -> On<crate::schema::people::adults::table> {
    kept_from("adults.id", ADULTS, whom)
}

/// That somebody is excluded from a referral itself, as something to be selected.
pub fn is_excluded_from_referral(whom: Whom) -> Fragment<Bool> {
    is_kept_from("referrals.id", REFERRALS, whom)
}

/// That somebody is excluded from a referral, or from the case it led to.
pub fn from_referral(whom: Whom) -> On<crate::schema::casework::referrals::table> {
    use crate::schema::casework::referrals;
    let led_there = kept_from::<referrals::table>("referrals.case_id", CASES, whom);
    let itself = kept_from::<referrals::table>("referrals.id", REFERRALS, whom);
    Box::new(itself.or(referrals::case_id.is_not_null().and(led_there)))
}

/// That somebody is excluded from the case of a notice, or from the record it is about.
pub fn from_notice(whom: Whom) -> On<crate::schema::access::notices::table> {
    use crate::schema::access::notices;
    let of_case = kept_from::<notices::table>("notices.case_id", CASES, whom);
    let any = format!("{CASES} UNION ALL {ADULTS} UNION ALL {REFERRALS}");
    let about = kept_from::<notices::table>("notices.resource_id", &any, whom);
    Box::new(about.or(notices::case_id.is_not_null().and(of_case)))
}

/// The namings of staff on the case at hand that hold now.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
pub fn namings(now: UtcTime) -> _ {
    let adviser: CaseRelationship = CaseRelationship::Adviser;
    case_relationships::table
        .filter(case_relationships::case_id.eq(cases::id))
        .filter(case_relationships::relationship.eq(adviser))
        .filter(case_relationships::ended_at.is_null())
        .filter(
            case_relationships::ends_at
                .is_null()
                .or(case_relationships::ends_at.assume_not_null().gt(now)),
        )
}

/// What names this member of staff on a case.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
pub fn naming(user: Id, now: UtcTime) -> _ {
    let all: Namings = namings(now);
    all.filter(case_relationships::principal_id.eq(user))
}

/// That a restricted case names nobody and is allocated to nobody. Its authority's managers take it then: it came from
/// another authority, or the last naming ended, and it must not be lost to everybody.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
pub fn names_nobody(now: UtcTime) -> _ {
    let all: Namings = namings(now);
    cases::allocated_to.is_null().and(not(exists(all)))
}

/// That a case is restricted, and not to this member of staff, who manages these authorities; it keeps them away also from
/// its adult and from the referrals that led to it.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn is_restricted_from(caller: Id, now: UtcTime, managed: Vec<String>) -> _ {
    let named: Naming = naming(caller, now);
    let nobody: NamesNobody = names_nobody(now);
    let theirs: OneOf<cases::authority> = cases::authority.one_of(managed);
    let to_others = cases::allocated_to
        .is_null()
        .or(cases::allocated_to.assume_not_null().ne(caller));
    cases::restricted
        .eq(true)
        .and(not(exists(named)))
        .and(to_others)
        .and(not(nobody.and(theirs)))
}

/// That a record, by this column of its own, was itself given to somebody because nobody else is left to act on it; what was
/// given with everything of its authority is in [`all_given`]. It lasts to the end of the request that ends it, so that whoever
/// gives it on is answered with what became of it.
pub fn itself_given((id, column): (&str, &str), whom: (Id, UtcTime)) -> Fragment<Bool> {
    given((id, column), whom).sql(format!(" AND one.{column} IS NOT NULL)"))
}

/// That a record was given to somebody, itself or with everything of its authority.
pub fn given_to<T: 'static>(itself: (&str, &str), authority: &str, whom: (Id, UtcTime)) -> On<T> {
    let either = sql::<Bool>("(")
        .join(itself_given(itself, whom))
        .sql(" OR ")
        .join(all_given(authority, whom))
        .sql(")");
    Box::new(either)
}

/// That everything of an authority was given to somebody.
pub fn all_given(authority: &str, whom: (Id, UtcTime)) -> Fragment<Bool> {
    given((authority, "authority"), whom).sql(" AND one.case_id IS NULL AND one.referral_id IS NULL)")
}

fn given((value, column): (&str, &str), (user, at): (Id, UtcTime)) -> Fragment<Bool> {
    const LIVE: &str = "FROM escalations AS one WHERE (one.ended_at IS NULL OR one.ended_at >= ";
    sql::<Bool>(format!("{value} IN (SELECT one.{column} {LIVE}"))
        .bind(at)
        .sql(") AND one.user_id = ")
        .bind(user)
}
