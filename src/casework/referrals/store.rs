//! Queries for referrals. Each begins from [`visible`], the caller's scope.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::dto::ReferralFilter;
use super::model::{IntakeRefusal, Referral, Status};
use crate::act::{Act, guarded};
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{Caller, CallerKind, Clause, Scope};
use crate::problem::Problem;
use crate::schema::casework::{cases, intake_refusals, referrals};

type Condition = Box<dyn BoxableExpression<referrals::table, MultiBackend, SqlType = Bool>>;

/// The referrals in a scope; an empty scope has none.
pub fn visible(scope: &Scope) -> referrals::BoxedQuery<'static, MultiBackend> {
    let nothing: Condition = Box::new(diesel::dsl::sql::<Bool>("1 = 0"));
    let condition = scope
        .0
        .iter()
        .filter_map(condition)
        .reduce(|any, one| Box::new(any.or(one)));
    referrals::table.filter(condition.unwrap_or(nothing)).into_boxed()
}

fn condition(clause: &Clause) -> Option<Condition> {
    match clause {
        Clause::Authorities(_, authorities) => Some(match authorities.as_slice() {
            [only] => Box::new(referrals::authority.eq(only.clone())),
            several => Box::new(referrals::authority.eq_any(several.to_vec())),
        }),
        Clause::Allocated {
            user,
            teams,
            authorities,
        } => {
            let theirs = cases::table
                .filter(cases::authority.eq_any(authorities.clone()))
                .filter(
                    cases::allocated_to
                        .assume_not_null()
                        .eq(*user)
                        .or(cases::allocated_team.assume_not_null().eq_any(teams.clone())),
                )
                .select(cases::id);
            Some(Box::new(referrals::case_id.assume_not_null().eq_any(theirs)))
        }
        Clause::ReferredBy(agency) => Some(Box::new(referrals::agency_id.assume_not_null().eq(*agency))),
        Clause::OpenUnrestricted(_) | Clause::Granted(..) | Clause::Advocate(..) | Clause::Enquiring(_) => {
            None
        }
    }
}

/// The referral of this id, if it is in scope.
pub fn find(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Referral>> {
    visible(scope)
        .filter(referrals::id.eq(id))
        .select(Referral::as_select())
        .first(conn)
        .optional()
}

/// The referral of this id, if this caller or the caller's agency sent it.
pub fn find_sent(conn: &mut Connection, id: Id, caller: &Caller) -> QueryResult<Option<Referral>> {
    let referral: Option<Referral> = referrals::table
        .find(id)
        .select(Referral::as_select())
        .first(conn)
        .optional()?;
    let theirs = |row: &Referral| {
        row.created_by == caller.id
            || (caller.kind == CallerKind::Client && row.agency_id == caller.agency_id)
    };
    Ok(referral.filter(theirs))
}

/// A page of the referrals in scope.
pub fn page(
    conn: &mut Connection,
    scope: &Scope,
    filter: &ReferralFilter,
    page: &PageRequest,
) -> QueryResult<Vec<Referral>> {
    let mut query = visible(scope);
    match filter.status.as_slice() {
        [] => {}
        [only] => query = query.filter(referrals::status.eq(*only)),
        several => query = query.filter(referrals::status.eq_any(several.to_vec())),
    }
    if let Some(reference) = &filter.agency_reference {
        query = query.filter(referrals::agency_reference.eq(reference.clone()));
    }
    crate::paged!(query, referrals, page)
        .select(Referral::as_select())
        .load(conn)
}

/// The referral that an agency sent under this reference.
pub fn under_reference(conn: &mut Connection, agency: Id, reference: &str) -> QueryResult<Option<Referral>> {
    referrals::table
        .filter(
            referrals::agency_id
                .eq(agency)
                .and(referrals::agency_reference.eq(reference)),
        )
        .select(Referral::as_select())
        .first(conn)
        .optional()
}

/// Writes a new referral, unless the agency sent one under its reference already.
pub fn insert(conn: &mut Connection, referral: &Referral) -> QueryResult<bool> {
    Ok(crate::insert_unless_there!(conn, referrals, referral)? == 1)
}

/// Writes a referral over the version before it.
pub fn save(act: &mut Act, referral: &mut Referral) -> Result<(), Problem> {
    let read = referrals::table
        .find(referral.id)
        .filter(referrals::version.eq(referral.version));
    referral.version += 1;
    referral.updated_at = act.now;
    referral.updated_by = act.caller.id;
    guarded(diesel::update(read).set(&*referral).execute(act.conn)?)
}

/// How many referrals nobody has looked at, and when the oldest of them came; for the metrics.
pub fn oldest_unread(conn: &mut Connection) -> QueryResult<Option<crate::clock::UtcTime>> {
    referrals::table
        .filter(referrals::status.eq(Status::Received))
        .order(referrals::id)
        .select(referrals::created_at)
        .first(conn)
        .optional()
}

/// Notes a refused intake.
pub fn insert_refusal(conn: &mut Connection, refusal: &IntakeRefusal) -> QueryResult<()> {
    diesel::insert_into(intake_refusals::table)
        .values(refusal)
        .execute(conn)
        .map(drop)
}

/// A page of the refused intake of these authorities; what named no authority is everyone's to see.
pub fn refusals(
    conn: &mut Connection,
    authorities: &[String],
    page: &PageRequest,
) -> QueryResult<Vec<IntakeRefusal>> {
    let theirs = intake_refusals::authority
        .assume_not_null()
        .eq_any(authorities.to_vec());
    let query = intake_refusals::table
        .filter(theirs.or(intake_refusals::authority.is_null()))
        .into_boxed();
    crate::paged!(query, intake_refusals, refused_at, page)
        .select(IntakeRefusal::as_select())
        .load(conn)
}
