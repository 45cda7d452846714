//! The cases that a caller may reach, as one statement: for each way in (an authority, own cases, a team, a relationship) a
//! branch ([`crate::db::branches`]). What comes out is looked at once more by the decision itself
//! ([`crate::policy::decide`]), row by row: a list never shows what a read of the case would not.

use diesel::sql_types::Bool;

use super::kept_away;
use super::model::CaseState;
use super::reachable::{Allocated, CaseFilter};
use crate::clock::UtcTime;
use crate::db::branches::{Branches, named_twice};
use crate::db::code_set::KeptAsBits as _;
use crate::db::fragment::{Fragment, sql};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{AssignmentAccess, CaseRelationship, Clause, Part, Scope, Seen, Standing};

/// One way in, without order and limit: a statement of cases (`c`), or of relationships (`r`).
struct Branch {
    text: Fragment<Bool>,
    of_relationships: bool,
    of_one_authority: bool,
}

impl Branch {
    /// A column of the case. Beside a relationship it is looked up for each row: a join would have PostgreSQL walk all cases.
    fn column(&self, name: &str) -> String {
        match (self.of_relationships, name) {
            (true, "id") => "r.case_id".to_owned(),
            (true, "authority") => "r.authority".to_owned(),
            (true, _) => format!("(SELECT c.{name} FROM cases AS c WHERE c.id = r.case_id)"),
            (false, _) => format!("c.{name}"),
        }
    }

    fn and(self, condition: impl FnOnce(Fragment<Bool>) -> Fragment<Bool>) -> Self {
        Self {
            text: condition(self.text),
            ..self
        }
    }

    /// That a case is of this authority.
    fn of_one_authority(self, authority: &str) -> Self {
        let branch = self.and(|text| {
            text.sql(" AND ")
                .join(named_twice("c.authority", authority.to_owned()))
        });
        Self {
            of_one_authority: true,
            ..branch
        }
    }

    /// How its rows are ordered, in this direction.
    fn order(&self, direction: &str) -> String {
        let id = self.column("id");
        match self.of_one_authority {
            true => format!("c.authority {direction}, {id} {direction}"),
            false => format!("{id} {direction}"),
        }
    }

    /// That a column is one of some values; of a single one by equality, which lets an index give the order too.
    fn one_of(self, column: &str, values: &[String]) -> Self {
        let column = self.column(column);
        self.and(|text| match values {
            [only] => text.sql(format!(" AND {column} = ")).bind(only.clone()),
            several => text.sql(format!(" AND {column}")).one_of(several),
        })
    }
}

/// The condition on `cases` that a row is on this page.
pub fn on_page(scope: &Scope, filter: &CaseFilter, page: &PageRequest) -> Branches<Fragment<Bool>> {
    let begin = kept_away::begin_with_excluded("cases.id", scope.in_conflicts());
    let each = branches(scope, filter).into_iter();
    let each = each.map(|branch| narrowed(branch, filter, page)).collect();
    Branches::new(begin, each, (page.newest_first, page.rows()))
}

fn order(page: &PageRequest) -> &'static str {
    match page.newest_first {
        true => "DESC",
        false => "ASC",
    }
}

/// A branch with what the list is narrowed to, in the list's order, and no longer than the page.
fn narrowed(branch: Branch, filter: &CaseFilter, page: &PageRequest) -> Fragment<Bool> {
    let column = |name: &str| branch.column(name);
    let (id, allocated_to, group) = (column("id"), column("allocated_to"), column("case_group_id"));
    let (by_reference, about) = (column("reference"), column("adult_id"));
    let (updated_at, by) = (column("updated_at"), branch.order(order(page)));
    let mut branch =
        branch.and(|text| text.sql(format!(" AND {id} NOT IN (SELECT excluded.id FROM excluded)")));
    if !filter.states.is_empty() {
        let states = filter.states.iter().map(|state| state.as_str().to_owned());
        branch = branch.one_of("state", &states.collect::<Vec<String>>());
    }
    let mut text = branch.text;
    match filter.allocated {
        Some(Allocated::To(user)) => text = text.sql(format!(" AND {allocated_to} = ")).bind(user),
        Some(Allocated::ToNobody) => text = text.sql(format!(" AND {allocated_to} IS NULL")),
        None => {}
    }
    if let Some(reference) = filter.reference.clone() {
        text = text.sql(format!(" AND {by_reference} = ")).bind(reference);
    }
    if let Some(adult) = filter.adult {
        text = text.sql(format!(" AND {about} = ")).bind(adult);
    }
    if let Some(only) = filter.group {
        text = text.sql(format!(" AND {group} = ")).bind(only);
    }
    if let Some(since) = page.updated_since {
        text = text.sql(format!(" AND {updated_at} >= ")).bind(since);
    }
    if let Some(after) = page.after {
        let comes = if page.newest_first { "<" } else { ">" };
        text = text.sql(format!(" AND {id} {comes} ")).bind(after);
    }
    text.sql(format!(" ORDER BY {by} LIMIT ")).bind(page.rows())
}

/// A case, by what it says itself.
fn of_cases(condition: &str) -> Branch {
    Branch {
        text: sql::<Bool>(format!("SELECT c.id FROM cases AS c WHERE {condition}")),
        of_relationships: false,
        of_one_authority: false,
    }
}

/// The cases to which an account or agency is this now. One may have several reasons for it.
fn of_relationships(scope: &Scope, (principal, relationship): (Id, CaseRelationship)) -> Branch {
    let named = sql::<Bool>(format!(
        "SELECT DISTINCT r.case_id AS id FROM case_relationships AS r WHERE r.relationship = '{}' AND r.principal_id = ",
        relationship.as_str()
    ));
    Branch {
        text: live(named.bind(principal).sql(" AND "), scope.at),
        of_relationships: true,
        of_one_authority: false,
    }
}

/// That a relationship (`r`) holds now.
fn live(before: Fragment<Bool>, now: UtcTime) -> Fragment<Bool> {
    before
        .sql("r.ended_at IS NULL AND r.suspended_at IS NULL AND (r.starts_at IS NULL OR r.starts_at <= ")
        .bind(now)
        .sql(") AND (r.ends_at IS NULL OR r.ends_at > ")
        .bind(now)
        .sql(")")
}

/// A branch for each way in, without order and limit.
fn branches(scope: &Scope, filter: &CaseFilter) -> Vec<Branch> {
    scope
        .clauses
        .iter()
        .flat_map(|clause| of_clause(scope, clause, filter))
        .collect()
}

fn of_clause(scope: &Scope, clause: &Clause, filter: &CaseFilter) -> Vec<Branch> {
    let given = |principal: Id, relationship: CaseRelationship, authorities: &[String]| {
        let asked = asked_for(authorities, filter);
        let branch = of_relationships(scope, (principal, relationship));
        (!asked.is_empty()).then(|| branch.one_of("authority", &asked))
    };
    let branch = match clause {
        Clause::Authorities(standing, authorities) => {
            let each = asked_for(authorities, filter).into_iter();
            return each
                .flat_map(|authority| of_authority(scope, *standing, &authority))
                .collect();
        }
        Clause::Allocated {
            user,
            teams,
            authorities,
        } => return allocated((*user, teams), &asked_for(authorities, filter)),
        Clause::OpenUnrestricted(authorities) => {
            return on_duty(asked_for(authorities, filter), &filter.states);
        }
        Clause::Escalated(user, authorities) => {
            return escalated(scope, *user, &asked_for(authorities, filter));
        }
        Clause::Adviser(user, authorities) => given(*user, CaseRelationship::Adviser, authorities),
        Clause::Emergency(user, authorities) => given(*user, CaseRelationship::Emergency, authorities),
        Clause::Enquiring(agency, authorities) => {
            given(*agency, CaseRelationship::EnquiringAgency, authorities)
        }
        // A partner is not shown to whom a case is allocated, and finds none by it.
        Clause::Partner(..) if filter.allocated.is_some() => None,
        Clause::Partner(agency, authorities, part) => {
            given(*agency, CaseRelationship::Partner, authorities).map(|branch| opening(branch, *part))
        }
        Clause::Adult(user, authorities, seen) => {
            given(*user, CaseRelationship::Adult, authorities).map(|branch| showing(branch, *seen))
        }
        Clause::Representative(user, authorities, part, seen) => {
            given(*user, CaseRelationship::Representative, authorities)
                .map(|branch| opening(showing(branch, *seen), *part))
        }
        Clause::Advocate(AssignmentAccess::Working, user, authorities) => {
            given(*user, CaseRelationship::Advocate, authorities)
        }
        Clause::Advocate(AssignmentAccess::Asked, user, authorities) => {
            given(*user, CaseRelationship::AdvocateAsked, authorities)
        }
        // A referrer reads its referrals, never the case that came of them.
        Clause::ReferredBy(..) | Clause::SentBy(_) => None,
    };
    branch.into_iter().collect()
}

/// The authorities of a way in that the list is not narrowed past.
fn asked_for(authorities: &[String], filter: &CaseFilter) -> Vec<String> {
    let asked = authorities
        .iter()
        .filter(|one| filter.authority.as_ref().is_none_or(|only| only == *one));
    asked.cloned().collect()
}

/// Every case of an authority; of restricted ones those that name the caller, and to a manager also those that name nobody.
fn of_authority(scope: &Scope, standing: Standing, authority: &str) -> Vec<Branch> {
    let named = of_relationships(scope, (scope.caller, CaseRelationship::Adviser));
    let mut found = vec![
        of_cases("NOT c.restricted").of_one_authority(authority),
        named.one_of("authority", &[authority.to_owned()]),
    ];
    if standing == Standing::Manager {
        let lost = of_cases("c.restricted AND c.allocated_to IS NULL").of_one_authority(authority);
        found.push(lost.and(|text| {
            // Counted, since PostgreSQL would join an anti-join with a walk over all cases.
            let named = " AND (SELECT COUNT(*) FROM case_relationships AS r WHERE r.case_id = c.id AND r.relationship = 'adviser' AND ";
            live(text.sql(named), scope.at).sql(") = 0")
        }));
    }
    found
}

/// Open unrestricted cases; the condition on the state is left out where the list is narrowed to open ones anyway.
fn on_duty(authorities: Vec<String>, states: &[CaseState]) -> Vec<Branch> {
    let is_open = |state: &CaseState| CaseState::OPEN.contains(state);
    let condition = match (
        states.is_empty(),
        states.iter().all(is_open),
        states.iter().any(is_open),
    ) {
        (false, _, false) => return vec![],
        (false, true, _) => "NOT c.restricted".to_owned(),
        _ => format!("NOT c.restricted AND c.state IN ({})", open_states()),
    };
    let each = authorities.into_iter();
    each.map(|authority| of_cases(&condition).of_one_authority(&authority))
        .collect()
}

/// Own cases, and those of each team that are not restricted.
fn allocated((user, teams): (Id, &[Id]), authorities: &[String]) -> Vec<Branch> {
    if authorities.is_empty() {
        return vec![];
    }
    let own = of_cases("c.allocated_to = ").and(|text| text.bind(user));
    let theirs = teams
        .iter()
        .map(|team| of_cases("NOT c.restricted AND c.allocated_team = ").and(|text| text.bind(*team)));
    let all = std::iter::once(own).chain(theirs);
    all.map(|branch| branch.one_of("authority", authorities))
        .collect()
}

/// What was given to somebody because nobody else was left: single cases, or everything of an authority.
fn escalated(scope: &Scope, user: Id, authorities: &[String]) -> Vec<Branch> {
    if authorities.is_empty() {
        return vec![];
    }
    let everything =
        of_cases("").and(|text| text.join(kept_away::all_given("c.authority", (user, scope.at))));
    let single = of_relationships(scope, (user, CaseRelationship::Escalated));
    let both = [everything, single].into_iter();
    both.map(|branch| branch.one_of("authority", authorities))
        .collect()
}

/// That the relationship opens a part of the case.
fn opening(branch: Branch, part: Option<Part>) -> Branch {
    match part {
        Some(part) => branch.and(|text| text.sql(format!(" AND r.sections & {} <> 0", part.bit()))),
        None => branch,
    }
}

/// That an app shows enough.
fn showing(branch: Branch, seen: Seen) -> Branch {
    match seen {
        Seen::Whole => branch.and(|text| text.sql(" AND r.view = 'full'")),
        Seen::NextSteps => branch,
    }
}

fn open_states() -> String {
    CaseState::OPEN
        .map(|state| format!("'{}'", state.as_str()))
        .join(", ")
}
