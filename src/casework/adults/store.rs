//! Queries for adults. Each begins from the caller's scope, or from an adult that was reached.

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::contact_points::ContactPoint;
use super::needs::CommunicationNeed;
use super::search::AdultSearch;
use crate::casework::cases::kept_away::{self, is_restricted_from};
use crate::casework::cases::reachable;
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::branches::{Branches, named_twice};
use crate::db::fragment::sql;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::people::adults::{Adult, compared};
use crate::policy::{Clause, Scope};
use crate::schema::adult_records::{
    adult_communication_needs as needs, adult_contact_points as contact_points,
    adult_external_ids as external_ids, adult_merges as merges,
};
use crate::schema::casework::cases;
use crate::schema::people::adults;

type Within = adults::BoxedQuery<'static, MultiBackend>;

/// The authorities in a scope, each once.
fn authorities_in(scope: &Scope) -> BTreeSet<String> {
    let authorities = scope.clauses.iter().filter_map(|clause| match clause {
        Clause::Authorities(_, authorities) => Some(authorities.clone()),
        _ => None,
    });
    authorities.flatten().collect()
}

/// The adults of the authorities in a scope; without one there are none.
fn within(scope: &Scope) -> Within {
    unhidden(scope).filter(adults::authority.one_of(authorities_in(scope)))
}

/// The adults that nothing keeps from the caller: no exclusion, and no restricted case about them.
fn unhidden(scope: &Scope) -> Within {
    let restricted = cases::table
        .filter(cases::adult_id.assume_not_null().eq(adults::id))
        .filter(is_restricted_from(scope.caller, scope.at, scope.managed.clone()));
    adults::table
        .filter(not(exists(restricted)))
        .filter(not(kept_away::from_adult(scope.in_conflicts())))
        .into_boxed()
}

/// Those of these adults that nothing keeps from the caller.
pub fn unhidden_of(conn: &mut Connection, scope: &Scope, ids: &[Id]) -> QueryResult<Vec<Id>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    unhidden(scope)
        .filter(adults::id.one_of(ids.to_vec()))
        .select(adults::id)
        .load(conn)
}

/// The adult of this id, if in scope: of an authority, or through a case that is about them. One that was merged only if the
/// record it went into is in scope too: the cases are about that one, and what keeps from them keeps from both.
pub fn find(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Adult>> {
    let found = find_itself(conn, scope, id)?;
    match found.as_ref().and_then(|adult| adult.merged_into) {
        Some(into) => Ok(find(conn, scope, into)?.and(found)),
        None => Ok(found),
    }
}

fn find_itself(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Adult>> {
    let kept = within(scope)
        .filter(adults::id.eq(id))
        .select(Adult::as_select())
        .first(conn)
        .optional()?;
    if kept.is_some() {
        return Ok(kept);
    }
    let wide = |clause: &&Clause| matches!(clause, Clause::Authorities(..));
    let through = scope.only(
        scope
            .clauses
            .iter()
            .filter(|clause| !wide(clause))
            .cloned()
            .collect(),
    );
    let reached = !through.clauses.is_empty() && reachable::any_about(conn, &through, id)?;
    match reached {
        true => any(conn, id),
        false => Ok(None),
    }
}

/// A page of the adults of the authorities in scope; merged records are left out.
pub fn page(conn: &mut Connection, scope: &Scope, page: &PageRequest) -> QueryResult<Vec<Adult>> {
    let each = authorities_in(scope).into_iter().map(|authority| {
        let of_one = unhidden(scope)
            .filter(named_twice("adults.authority", authority))
            .filter(adults::merged_into.is_null())
            .select(adults::id);
        let ids = crate::paged!(of_one, adults, page);
        match page.newest_first {
            true => ids.order((adults::authority.desc(), adults::id.desc())),
            false => ids.order((adults::authority.asc(), adults::id.asc())),
        }
    });
    let begin = sql::<Bool>("adults.id IN (");
    let on_page = Branches::new(begin, each.collect(), (page.newest_first, page.rows()));
    if on_page.is_empty() {
        return Ok(vec![]);
    }
    let query = adults::table.filter(on_page).select(Adult::as_select());
    match page.newest_first {
        true => query.order(adults::id.desc()).load(conn),
        false => query.order(adults::id.asc()).load(conn),
    }
}

/// Adults of the authorities in scope that fit every criterion; one more than the search may answer.
pub fn search(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &AdultSearch,
    most: i64,
) -> QueryResult<Vec<Adult>> {
    let mut query = within(scope).filter(adults::merged_into.is_null());
    if let Some(name) = &wanted.family_name {
        query = query.filter(adults::name_key.eq(compared(name)));
    }
    if let Some(date) = wanted.date_of_birth {
        query = query.filter(adults::date_of_birth.eq(date));
    }
    if let Some(postcode) = &wanted.postcode {
        query = query.filter(adults::postcode_key.eq(compared(postcode)));
    }
    if let Some(number) = &wanted.nhs_number {
        query = query.filter(adults::nhs_number.eq(number.clone()));
    }
    if let Some(external) = &wanted.external_id {
        let theirs = external_ids::table
            .filter(external_ids::system.eq(external.system.clone()))
            .filter(external_ids::value.eq(external.value.clone()))
            .select(external_ids::adult_id);
        query = query.filter(adults::id.eq_any(theirs));
    }
    query
        .order(adults::id.desc())
        .limit(most + 1)
        .select(Adult::as_select())
        .load(conn)
}

/// Whether the adult has a confidential contact point.
pub fn has_confidential(conn: &mut Connection, adult: Id) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        contact_points::table.filter(
            contact_points::adult_id
                .eq(adult)
                .and(contact_points::confidential.eq(true)),
        ),
    ))
    .get_result(conn)
}

/// A page of contact points; without the confidential ones unless they are asked for.
pub fn contact_points(
    conn: &mut Connection,
    adult: Id,
    (confidential_too, errors_too): (bool, bool),
    page: &PageRequest,
) -> QueryResult<Vec<ContactPoint>> {
    let mut query = contact_points::table
        .filter(contact_points::adult_id.eq(adult))
        .into_boxed();
    if !confidential_too {
        query = query.filter(contact_points::confidential.eq(false));
    }
    if !errors_too {
        query = query.filter(contact_points::entered_in_error.is_null());
    }
    crate::paged!(query, contact_points, page)
        .select(ContactPoint::as_select())
        .load(conn)
}

/// Ways to reach the adult that are in use, safe to use, and not confidential.
pub fn safe_contact_points(conn: &mut Connection, adult: Id) -> QueryResult<Vec<ContactPoint>> {
    contact_points::table
        .filter(contact_points::adult_id.eq(adult))
        .filter(contact_points::entered_in_error.is_null())
        .filter(contact_points::confidential.eq(false))
        .filter(contact_points::safe_to_use.eq("yes"))
        .filter(contact_points::status.eq("current"))
        .order(contact_points::id)
        .select(ContactPoint::as_select())
        .load(conn)
}

/// Addresses of the adult that are in use.
pub fn current_addresses(conn: &mut Connection, adult: Id) -> QueryResult<Vec<ContactPoint>> {
    contact_points::table
        .filter(contact_points::adult_id.eq(adult))
        .filter(contact_points::entered_in_error.is_null())
        .filter(
            contact_points::kind
                .eq("address")
                .and(contact_points::status.eq("current")),
        )
        .select(ContactPoint::as_select())
        .load(conn)
}

/// Communication needs that have not ended, in the order of recording.
pub fn standing_needs(conn: &mut Connection, adult: Id) -> QueryResult<Vec<CommunicationNeed>> {
    needs::table
        .filter(needs::adult_id.eq(adult).and(needs::ended_on.is_null()))
        .filter(needs::entered_in_error.is_null())
        .order(needs::id)
        .select(CommunicationNeed::as_select())
        .load(conn)
}

/// One merge, as kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = merges, treat_none_as_default_value = false)]
pub struct MergeRow {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The record that stays.
    pub adult_id: Id,
    /// The authority of both.
    pub authority: String,
    /// The record that went into it.
    pub duplicate_id: Id,
    /// Why.
    pub reason: String,
    /// The cases that moved.
    pub moved_cases: Json<Vec<Id>>,
    /// When.
    pub merged_at: UtcTime,
    /// By whom.
    pub merged_by: Id,
    /// When it was taken back.
    pub unmerged_at: Option<UtcTime>,
    /// By whom.
    pub unmerged_by: Option<Id>,
    /// Why.
    pub unmerged_reason: Option<String>,
}

/// Merges into and out of this adult, oldest first.
pub fn merges_of(conn: &mut Connection, adult: Id) -> QueryResult<Vec<MergeRow>> {
    merges::table
        .filter(merges::adult_id.eq(adult).or(merges::duplicate_id.eq(adult)))
        .order(merges::id)
        .select(MergeRow::as_select())
        .load(conn)
}

/// Notes a merge.
pub fn append_merge(conn: &mut Connection, merge: &MergeRow) -> QueryResult<()> {
    diesel::insert_into(merges::table)
        .values(merge)
        .execute(conn)
        .map(drop)
}

/// Notes that a merge was taken back; answers how many rows that changed.
pub fn end_merge(
    conn: &mut Connection,
    merge: Id,
    (now, by, reason): (UtcTime, Id, &str),
) -> QueryResult<usize> {
    diesel::update(merges::table.find(merge).filter(merges::unmerged_at.is_null()))
        .set((
            merges::unmerged_at.eq(now),
            merges::unmerged_by.eq(by),
            merges::unmerged_reason.eq(reason),
        ))
        .execute(conn)
}

/// Cases about this adult.
pub fn cases_of(conn: &mut Connection, adult: Id) -> QueryResult<Vec<Id>> {
    cases::table
        .filter(cases::adult_id.eq(adult))
        .order(cases::id)
        .select(cases::id)
        .load(conn)
}

/// Puts these cases under another record of the same person.
pub fn move_cases(conn: &mut Connection, ids: &[Id], adult: Id, (now, by): (UtcTime, Id)) -> QueryResult<()> {
    diesel::update(cases::table.filter(cases::id.one_of(ids)))
        .set((
            cases::adult_id.eq(adult),
            cases::version.eq(cases::version + 1),
            cases::updated_at.eq(now),
            cases::updated_by.eq(by),
        ))
        .execute(conn)?;
    relationships::refresh(conn, ids, now)
}

/// The adult of this id, for a use case that has reached it already.
pub fn any(conn: &mut Connection, id: Id) -> QueryResult<Option<Adult>> {
    adults::table
        .find(id)
        .select(Adult::as_select())
        .first(conn)
        .optional()
}
