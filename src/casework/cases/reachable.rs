//! Cases as a caller reaches them: each is read with what a decision about it needs to know, and decided on.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::access::AppView;
use super::model::{Case, CaseState};
use super::{kept_away, ways_in};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::fragment::{Fragment, sql};
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::{CaseFacts, CaseRelationship, Held, Scope, Standing};
use crate::schema::access::case_relationships;
use crate::schema::casework::cases;

/// What a list of cases can be narrowed to.
#[derive(Debug, Default)]
pub struct CaseFilter {
    /// Any of these states.
    pub states: Vec<CaseState>,
    /// To whom they are allocated.
    pub allocated: Option<Allocated>,
    /// Of this authority.
    pub authority: Option<String>,
    /// Of this group.
    pub group: Option<Id>,
    /// With this reference.
    pub reference: Option<String>,
    /// About this adult.
    pub adult: Option<Id>,
}

/// To whom a case is allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocated {
    /// To this user.
    To(Id),
    /// To nobody.
    ToNobody,
}

/// A case, with what a decision about it needs to know.
#[derive(Debug, Clone)]
pub struct Known {
    /// The case.
    pub row: Case,
    /// What the caller is to it, and what it says itself.
    pub facts: CaseFacts,
}

/// One relationship of a case, as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = case_relationships)]
struct Kept {
    principal_id: Id,
    relationship: CaseRelationship,
    sections: i32,
    view: Option<AppView>,
    starts_at: Option<UtcTime>,
    ends_at: Option<UtcTime>,
    suspended_at: Option<UtcTime>,
}

impl Kept {
    fn held(&self) -> Held {
        Held {
            relationship: self.relationship,
            sections: self.sections,
            next_steps_only: self.view == Some(AppView::NextStepsOnly),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            suspended_at: self.suspended_at,
        }
    }
}

/// Cases that satisfy a condition, in any order, or newest or oldest first, each with everything that a decision needs; in one
/// statement, so that all of it was so at one time.
fn known(
    conn: &mut Connection,
    (which, newest_first): (Fragment<Bool>, Option<bool>),
    scope: &Scope,
) -> QueryResult<Vec<Known>> {
    let (caller, agency) = scope.in_conflicts();
    // Who else is named tells whether a restricted case names anybody.
    let of_the_caller = case_relationships::principal_id
        .eq(caller)
        .or(case_relationships::principal_id.eq(agency))
        .or(case_relationships::relationship.eq(CaseRelationship::Adviser));
    let joined = cases::table.left_join(
        case_relationships::table.on(case_relationships::case_id
            .eq(cases::id)
            .and(case_relationships::ended_at.is_null())
            .and(of_the_caller)),
    );
    let excluded = kept_away::is_excluded_from_case((caller, agency));
    let given = kept_away::all_given("cases.authority", (caller, scope.at));
    let query = joined
        .filter(which)
        .select((Case::as_select(), Option::<Kept>::as_select(), excluded, given))
        .into_boxed();
    let query = match newest_first {
        Some(true) => query.order(cases::id.desc()),
        Some(false) => query.order(cases::id.asc()),
        None => query,
    };
    let rows: Vec<(Case, Option<Kept>, bool, bool)> = query.load(conn)?;
    let mut found: Vec<Known> = Vec::new();
    for (row, kept, excluded, authority_was_given) in rows {
        let at = found.iter().rposition(|known| known.row.id == row.id);
        let at = at.unwrap_or(found.len());
        if at == found.len() {
            let facts = CaseFacts {
                authority: row.authority.clone(),
                is_open: CaseState::OPEN.contains(&row.state),
                restricted: row.restricted,
                allocated_to: row.allocated_to,
                allocated_team: row.allocated_team,
                held: vec![],
                names_somebody: false,
                authority_was_given,
                excluded,
            };
            found.push(Known { row, facts });
        }
        if let (Some(known), Some(kept)) = (found.get_mut(at), kept) {
            let held = kept.held();
            known.facts.names_somebody |=
                kept.relationship == CaseRelationship::Adviser && held.holds(scope.at);
            if kept.principal_id == caller || kept.principal_id == agency {
                known.facts.held.push(held);
            }
        }
    }
    Ok(found)
}

/// The case of this id, whoever asks, with what a decision about it needs to know.
pub fn to_decide(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Known>> {
    let this = sql::<Bool>("cases.id = ").bind(id);
    Ok(known(conn, (this, None), scope)?.pop())
}

/// A page of the cases in scope, each with the strongest standing that reaches it. The statement finds them, and the decision
/// looks at each once more: what it would not let somebody read is left out.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    filter: &CaseFilter,
    page: &PageRequest,
) -> QueryResult<Rows<(Case, Standing)>> {
    let on_page = ways_in::on_page(scope, filter, page);
    if on_page.is_empty() {
        return Ok(Rows {
            items: vec![],
            next_after: None,
        });
    }
    let found = known(conn, (on_page.into(), Some(page.newest_first)), scope)?;
    let page = Rows::cut(found, page, |known| known.row.id);
    let reached = page.items.into_iter().filter_map(|known| {
        let standing = scope.standing(&known.facts)?;
        Some((known.row, standing))
    });
    Ok(Rows {
        items: reached.collect(),
        next_after: page.next_after,
    })
}

/// The case of this id, if it is in scope.
pub fn find(conn: &mut Connection, scope: &Scope, id: Id) -> QueryResult<Option<Case>> {
    let known = to_decide(conn, scope, id)?;
    Ok(known
        .filter(|known| scope.standing(&known.facts).is_some())
        .map(|known| known.row))
}

/// Whether a case in scope is about this adult, from whom the caller is not excluded.
pub fn any_about(conn: &mut Connection, scope: &Scope, adult: Id) -> QueryResult<bool> {
    let about = sql::<Bool>("cases.adult_id = ").bind(adult).sql(" AND NOT ");
    let about = about.join(kept_away::is_excluded_from_adult_of_case(scope.in_conflicts()));
    let found = known(conn, (about, None), scope)?;
    Ok(found.iter().any(|known| scope.standing(&known.facts).is_some()))
}
