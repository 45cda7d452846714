//! Queries for referrals, of those that a caller may reach ([`super::ways_in`]).

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::Referral;
use super::views::ReferralFilter;
use super::{rules, ways_in};
use crate::act::{Act, guarded};
use crate::casework::cases::kept_away;
use crate::clock::UtcTime;
use crate::db::branches::Branches;
use crate::db::one_of::OneOfMethods as _;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{Caller, CallerKind, Scope};
use crate::problem::Problem;
use crate::schema::casework::{cases, referrals};
use crate::schema::foundation::authorities;

/// The referral of this id, if it is in scope.
pub fn find(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Referral>> {
    referrals::table
        .filter(ways_in::to_this(scope, id))
        .select(Referral::as_select())
        .first(conn)
        .optional()
}

/// The same, and whether the caller is excluded from the referral itself.
pub fn find_to_reach(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<(Referral, bool)>> {
    let excluded = kept_away::is_excluded_from_referral(scope.in_conflicts());
    referrals::table
        .filter(ways_in::to_this(scope, id))
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
    let on_page = ways_in::on_page(scope, page, |mut query| {
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
    });
    load(conn, on_page, page)
}

type InOrder = diesel::helper_types::IntoBoxed<
    'static,
    diesel::dsl::Select<
        diesel::dsl::Filter<referrals::table, Branches<ways_in::Ids>>,
        diesel::dsl::AsSelect<Referral, MultiBackend>,
    >,
    MultiBackend,
>;

fn load(
    conn: &mut Connection,
    on_page: Branches<ways_in::Ids>,
    page: &PageRequest,
) -> QueryResult<Vec<Referral>> {
    match on_page.is_empty() {
        true => Ok(vec![]),
        false => in_order(on_page, page).load(conn),
    }
}

fn in_order(on_page: Branches<ways_in::Ids>, page: &PageRequest) -> InOrder {
    let query = referrals::table
        .filter(on_page)
        .select(Referral::as_select())
        .into_boxed();
    match page.newest_first {
        true => query.order(referrals::id.desc()),
        false => query.order(referrals::id.asc()),
    }
}
/// A page of the referrals in scope, as referrers filter them: by what their receipts say, and when that changed.
pub fn page_of_receipts(
    conn: &mut Connection,
    scope: &Scope,
    filter: &ReferralFilter,
    page: &PageRequest,
) -> QueryResult<Vec<Referral>> {
    let on_page = ways_in::on_page(scope, page, |mut query| {
        if !filter.status.is_empty() {
            query = query.filter(referrals::receipt_status.one_of(filter.status.clone()));
        }
        if let Some(reference) = &filter.agency_reference {
            query = query.filter(referrals::agency_reference.eq(reference.clone()));
        }
        crate::paged!(query, referrals, receipt_changed_at, page)
    });
    load(conn, on_page, page)
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
        .filter(ways_in::open_to(scope))
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
