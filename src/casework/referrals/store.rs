//! Queries for referrals. Each begins from [`visible`], the caller's scope.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::Referral;
use super::rules;
use super::views::ReferralFilter;
use crate::act::{Act, guarded};
use crate::casework::cases::kept_away::{self, is_restricted_from};
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::fragment::sql;
use crate::db::one_of::OneOfMethods as _;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{AssignmentAccess, Caller, CallerKind, CaseRelationship, Clause, Scope};
use crate::problem::Problem;
use crate::schema::casework::{cases, referrals};
use crate::schema::foundation::authorities;

type Condition = Box<dyn BoxableExpression<referrals::table, MultiBackend, SqlType = Bool>>;

/// The referrals in a scope; an empty scope has none.
pub fn visible(scope: &Scope) -> referrals::BoxedQuery<'static, MultiBackend> {
    let nothing: Condition = Box::new(sql::<Bool>("1 = 0"));
    let condition = scope
        .clauses
        .iter()
        .filter_map(|clause| condition(clause, scope))
        .reduce(|any, one| Box::new(any.or(one)));
    referrals::table.filter(condition.unwrap_or(nothing)).into_boxed()
}

/// That staff are not kept away from a referral: by an exclusion, or because the case it led to is restricted.
fn open_to(scope: &Scope) -> Condition {
    let kept = cases::table
        .filter(cases::id.eq(referrals::case_id.assume_not_null()))
        .filter(is_restricted_from(scope.caller, scope.at, scope.managed.clone()));
    Box::new(not(exists(kept)).and(not(kept_away::from_referral(scope.in_conflicts()))))
}

fn condition(clause: &Clause, scope: &Scope) -> Option<Condition> {
    match clause {
        Clause::Authorities(_, authorities) => Some(match authorities.as_slice() {
            [only] => Box::new(referrals::authority.eq(only.clone()).and(open_to(scope))),
            several => Box::new(referrals::authority.one_of(several.to_vec()).and(open_to(scope))),
        }),
        Clause::Allocated {
            user,
            teams,
            authorities,
        } => {
            let theirs = cases::table
                .filter(cases::authority.one_of(authorities.clone()))
                .filter(
                    cases::allocated_to
                        .assume_not_null()
                        .eq(*user)
                        .or(cases::allocated_team.assume_not_null().one_of(teams.clone())),
                )
                .select(cases::id);
            let led_to_theirs = referrals::case_id.assume_not_null().eq_any(theirs);
            Some(Box::new(led_to_theirs.and(open_to(scope))))
        }
        Clause::Escalated(user, authorities) => {
            let itself = kept_away::given_to::<referrals::table>(
                ("referrals.id", "referral_id"),
                "referrals.authority",
                (*user, scope.at),
            );
            let of_case = kept_away::given_to::<referrals::table>(
                ("referrals.case_id", "case_id"),
                "referrals.authority",
                (*user, scope.at),
            );
            let given = referrals::authority
                .one_of(authorities.clone())
                .and(itself.or(referrals::case_id.is_not_null().and(of_case)));
            Some(Box::new(
                given.and(not(kept_away::from_referral(scope.in_conflicts()))),
            ))
        }
        Clause::ReferredBy(agency, authorities) => {
            let theirs = referrals::agency_id.assume_not_null().eq(*agency);
            Some(match authorities {
                Some(authorities) => Box::new(theirs.and(referrals::authority.one_of(authorities.clone()))),
                None => Box::new(theirs),
            })
        }
        Clause::OpenUnrestricted(_)
        | Clause::Adviser(..)
        | Clause::Emergency(..)
        | Clause::Adult(..)
        | Clause::Representative(..)
        | Clause::Partner(..)
        | Clause::Enquiring(..)
        | Clause::Advocate(AssignmentAccess::Asked, ..) => None,
        Clause::Advocate(AssignmentAccess::Working, user, authorities) => {
            let theirs = relationships::cases_of(*user, vec![CaseRelationship::Advocate], scope.at);
            let led_to_theirs = referrals::case_id.assume_not_null().eq_any(theirs);
            let kept = kept_away::from_referral(scope.in_conflicts());
            let there = referrals::authority.one_of(authorities.clone());
            Some(Box::new(led_to_theirs.and(there).and(not(kept))))
        }
        Clause::SentBy(user) => Some(Box::new(referrals::created_by.eq(*user))),
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

/// The same, and whether the caller is excluded from the referral itself.
pub fn find_to_reach(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<(Referral, bool)>> {
    let excluded = kept_away::is_excluded_from_referral(scope.in_conflicts());
    visible(scope)
        .filter(referrals::id.eq(id))
        .select((Referral::as_select(), excluded))
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

/// A page of the referrals in scope, as staff filter them.
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
        several => query = query.filter(referrals::status.one_of(several.to_vec())),
    }
    match filter.needs_attention {
        // As the index says it, which an equality would not match.
        Some(true) => query = query.filter(referrals::needs_attention),
        Some(false) => query = query.filter(diesel::dsl::not(referrals::needs_attention)),
        None => {}
    }
    match filter.unread {
        Some(true) => query = query.filter(referrals::unread_since.is_not_null()),
        Some(false) => query = query.filter(referrals::unread_since.is_null()),
        None => {}
    }
    if let Some(reference) = &filter.agency_reference {
        query = query.filter(referrals::agency_reference.eq(reference.clone()));
    }
    if let Some(case) = filter.case_id {
        query = query.filter(referrals::case_id.eq(case));
    }
    crate::paged!(query, referrals, page)
        .select(Referral::as_select())
        .load(conn)
}

/// A page of the referrals in scope, as referrers filter them: by what their receipts say, and when that changed.
pub fn page_of_receipts(
    conn: &mut Connection,
    scope: &Scope,
    filter: &ReferralFilter,
    page: &PageRequest,
) -> QueryResult<Vec<Referral>> {
    let mut query = visible(scope);
    if !filter.status.is_empty() {
        query = query.filter(referrals::receipt_status.one_of(filter.status.clone()));
    }
    if let Some(reference) = &filter.agency_reference {
        query = query.filter(referrals::agency_reference.eq(reference.clone()));
    }
    crate::paged!(query, referrals, receipt_changed_at, page)
        .select(Referral::as_select())
        .load(conn)
}

/// Earlier referrals whose cases are about one of these adults, newest first; without those that are kept from the caller.
pub fn earlier(
    conn: &mut Connection,
    scope: &Scope,
    referral: &Referral,
    (adults, since): (&[Id], UtcTime),
) -> QueryResult<Vec<Id>> {
    let theirs = cases::table
        .filter(cases::adult_id.assume_not_null().one_of(adults.to_vec()))
        .select(cases::id);
    referrals::table
        .filter(referrals::case_id.assume_not_null().eq_any(theirs))
        .filter(referrals::authority.eq(&referral.authority))
        .filter(referrals::id.lt(referral.id).and(referrals::created_at.ge(since)))
        .filter(open_to(scope))
        .order(referrals::id.desc())
        .select(referrals::id)
        .load(conn)
}

/// Whoever adds to a referral waits here for whoever does so already, and then reads what they left.
pub fn hold(conn: &mut Connection, id: Id) -> QueryResult<()> {
    crate::hold_rows!(conn, referrals::table.find(id).select(referrals::id))
}

/// The referrals of a case, held against whoever adds to them.
pub fn of_case(conn: &mut Connection, case: Id) -> QueryResult<Vec<Referral>> {
    let theirs = referrals::table.filter(referrals::case_id.eq(case));
    crate::hold_rows!(conn, theirs.order(referrals::id).select(referrals::id))?;
    referrals::table
        .filter(referrals::case_id.eq(case))
        .order(referrals::id)
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
    let told = rules::receipt_status(referral);
    if told != referral.receipt_status {
        referral.receipt_status = told;
        referral.tells(act.now);
    }
    if referral.receipt_changed_at == act.now {
        referral.receipt_version += 1;
    }
    guarded(diesel::update(read).set(&*referral).execute(act.conn)?)
}

/// Every authority, and since when the oldest waits of what nobody there has looked at; for the metrics.
pub fn oldest_unread(conn: &mut Connection) -> QueryResult<Vec<(String, Option<UtcTime>)>> {
    let oldest: Vec<(String, Option<UtcTime>)> = referrals::table
        .filter(referrals::unread_since.is_not_null())
        .group_by(referrals::authority)
        .select((referrals::authority, diesel::dsl::min(referrals::unread_since)))
        .load(conn)?;
    let mut oldest: HashMap<String, Option<UtcTime>> = oldest.into_iter().collect();
    let codes: Vec<String> = authorities::table
        .order(authorities::code)
        .select(authorities::code)
        .load(conn)?;
    let of = |code: String| {
        let since = oldest.remove(&code).flatten();
        (code, since)
    };
    Ok(codes.into_iter().map(of).collect())
}
