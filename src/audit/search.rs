//! Searching the trail. Each authority is asked by itself and the pages are merged, so that an index serves every
//! filter in the order of ids.

use diesel::prelude::*;

use super::{AuditOutcome, Entry};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::schema::foundation::audit_entries;

/// What is searched for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Who acted.
    pub actor: Option<Id>,
    /// On which case.
    pub case: Option<Id>,
    /// On which record.
    pub resource: Option<Id>,
    /// Which operation.
    pub operation: Option<String>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// From this instant on.
    pub from: Option<UtcTime>,
    /// Before this instant.
    pub to: Option<UtcTime>,
}

/// An entry's id is made within moments of its time, by the same clock.
const MOMENTS: i64 = 5;

/// A page of the entries of these authorities; `None` is what belongs to no single one.
pub fn page(
    conn: &mut Connection,
    authorities: &[Option<String>],
    wanted: &Wanted,
    page: &PageRequest,
) -> QueryResult<Rows<Entry>> {
    let mut all = Vec::new();
    for authority in authorities {
        let entries = audit_entries::table.into_boxed();
        let mut query = match authority {
            Some(authority) => entries.filter(audit_entries::authority.eq(authority)),
            None => entries.filter(audit_entries::authority.is_null()),
        };
        if let Some(actor) = wanted.actor {
            query = query.filter(audit_entries::actor_id.eq(actor));
        }
        if let Some(case) = wanted.case {
            query = query.filter(audit_entries::case_id.eq(case));
        }
        if let Some(resource) = wanted.resource {
            query = query.filter(audit_entries::resource_id.eq(resource));
        }
        if let Some(operation) = &wanted.operation {
            query = query.filter(audit_entries::operation.eq(operation));
        }
        if let Some(outcome) = wanted.outcome {
            query = query.filter(audit_entries::outcome.eq(outcome));
        }
        // By id as well as by time: the index then ends the search where the time does.
        if let Some(from) = wanted.from.max(page.updated_since) {
            let earliest = Id::earliest_at(from.plus_seconds(-MOMENTS));
            query = query.filter(
                audit_entries::occurred_at
                    .ge(from)
                    .and(audit_entries::id.ge(earliest)),
            );
        }
        if let Some(to) = wanted.to {
            let latest = Id::earliest_at(to.plus_seconds(MOMENTS));
            query = query.filter(
                audit_entries::occurred_at
                    .lt(to)
                    .and(audit_entries::id.lt(latest)),
            );
        }
        let query = crate::paged!(query, audit_entries, occurred_at, page);
        all.extend(query.select(Entry::as_select()).load::<Entry>(conn)?);
    }
    Ok(merged(all, page))
}

/// A page of what was done on a case or to the record of its adult, or tried if `refused` are wanted too.
pub fn page_of_case(
    conn: &mut Connection,
    case: Id,
    adult: Option<Id>,
    with_refused: bool,
    page: &PageRequest,
) -> QueryResult<Rows<Entry>> {
    let mut all = Vec::new();
    let own = audit_entries::table
        .filter(audit_entries::case_id.eq(case))
        .into_boxed();
    let about_adult = adult.map(|adult| {
        audit_entries::table
            .filter(audit_entries::resource_id.eq(adult))
            .into_boxed()
    });
    for mut query in std::iter::once(own).chain(about_adult) {
        if !with_refused {
            query = query.filter(audit_entries::outcome.eq(AuditOutcome::Done));
        }
        let query = crate::paged!(query, audit_entries, occurred_at, page);
        all.extend(query.select(Entry::as_select()).load::<Entry>(conn)?);
    }
    Ok(merged(all, page))
}

fn merged(mut all: Vec<Entry>, page: &PageRequest) -> Rows<Entry> {
    all.sort_by_key(|entry| entry.id);
    all.dedup_by_key(|entry| entry.id);
    if page.newest_first {
        all.reverse();
    }
    Rows::cut(all, page, |entry| entry.id)
}
