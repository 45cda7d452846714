//! The cases that a caller may reach, as one statement: for each way in (an authority, own cases, a team, a relationship) a
//! branch with its own order and limit, so that each is served by an index whatever the others are. The branches are put
//! together with UNION ALL, ordered and limited again. What comes out is looked at once more by the decision itself
//! ([`crate::policy::decide`]), row by row: a list never shows what a read of the case would not.

use diesel::sql_types::Bool;

use super::model::CaseState;
use super::store::CaseFilter;
use crate::clock::UtcTime;
use crate::db::fragment::{Fragment, sql};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{AssignmentAccess, CaseRelationship, Clause, Part, Parts, Scope, Seen, Standing};

/// The cases from which the caller is excluded, found out from the accounts as they are now: by the account, by every account
/// with the same staff number, and by the agency of any of these; from the case itself, or from its adult.
const EXCLUDED: [&str; 6] = [
    "WITH mine AS (SELECT one.adult_id, one.case_id FROM exclusions AS one WHERE one.ended_at IS NULL AND one.user_id = ",
    " UNION ALL SELECT one.adult_id, one.case_id FROM exclusions AS one WHERE one.ended_at IS NULL AND one.agency_id = ",
    " UNION ALL SELECT one.adult_id, one.case_id FROM users AS me JOIN users AS same ON same.staff_number = me.staff_number \
     JOIN exclusions AS one ON one.staff_number = same.staff_number WHERE one.ended_at IS NULL AND me.id = ",
    " UNION ALL SELECT one.adult_id, one.case_id FROM users AS me JOIN users AS same ON same.staff_number = me.staff_number \
     JOIN exclusions AS one ON one.user_id = same.id WHERE one.ended_at IS NULL AND me.id = ",
    " UNION ALL SELECT one.adult_id, one.case_id FROM users AS me JOIN users AS same ON same.staff_number = me.staff_number \
     JOIN exclusions AS one ON one.agency_id = same.agency_id WHERE one.ended_at IS NULL AND me.id = ",
    "), excluded AS (SELECT mine.case_id AS id FROM mine WHERE mine.case_id IS NOT NULL UNION ALL \
     SELECT about.id FROM mine JOIN cases AS about ON about.adult_id = mine.adult_id) ",
];

/// How many values a list in a condition is filled up to, so that there are few texts: a text is kept for each.
const SIZES: [usize; 4] = [1, 3, 9, 27];

/// The condition on `cases` that a row is on this page.
pub fn on_page(scope: &Scope, filter: &CaseFilter, page: &PageRequest) -> Fragment<Bool> {
    let branches = branches(scope, filter);
    if branches.is_empty() {
        return sql::<Bool>("1 = 0");
    }
    let (caller, agency) = scope.in_conflicts();
    let [begin, by_agency, by_number, by_account, by_its_agency, end] = EXCLUDED;
    let mut all = sql::<Bool>(format!("cases.id IN ({begin}"))
        .bind(caller)
        .sql(by_agency)
        .bind(agency)
        .sql(by_number)
        .bind(caller)
        .sql(by_account)
        .bind(caller)
        .sql(by_its_agency)
        .bind(caller)
        .sql(end)
        .sql("SELECT k.id FROM (");
    for (number, branch) in branches.into_iter().enumerate() {
        if number > 0 {
            all = all.sql(" UNION ALL ");
        }
        all = narrowed(all.sql("SELECT * FROM (").join(branch), filter, page).sql(format!(") AS b{number}"));
    }
    all.sql(format!(
        ") AS k GROUP BY k.id ORDER BY k.id {} LIMIT ",
        order(page)
    ))
    .bind(page.rows())
    .sql(")")
}

fn order(page: &PageRequest) -> &'static str {
    match page.newest_first {
        true => "DESC",
        false => "ASC",
    }
}

/// A branch with what the list is narrowed to, in the list's order, and no longer than the page.
fn narrowed(branch: Fragment<Bool>, filter: &CaseFilter, page: &PageRequest) -> Fragment<Bool> {
    let mut branch = branch.sql(" AND c.id NOT IN (SELECT excluded.id FROM excluded)");
    if !filter.states.is_empty() {
        let states = filter.states.iter().map(|state| state.as_str().to_owned());
        branch = one_of(branch.sql(" AND c.state"), states.collect());
    }
    if let Some(user) = filter.allocated_to {
        branch = branch.sql(" AND c.allocated_to = ").bind(user);
    }
    if let Some(group) = filter.group {
        branch = branch.sql(" AND c.case_group_id = ").bind(group);
    }
    if let Some(since) = page.updated_since {
        branch = branch.sql(" AND c.updated_at >= ").bind(since);
    }
    if let Some(after) = page.after {
        let comes = if page.newest_first { "<" } else { ">" };
        branch = branch.sql(format!(" AND c.id {comes} ")).bind(after);
    }
    branch
        .sql(format!(" ORDER BY c.id {} LIMIT ", order(page)))
        .bind(page.rows())
}

/// That a column is one of some texts, of which there is at least one.
fn one_of(branch: Fragment<Bool>, mut values: Vec<String>) -> Fragment<Bool> {
    let fill = values.last().cloned().unwrap_or_default();
    let size = SIZES.into_iter().find(|size| *size >= values.len());
    values.resize(size.unwrap_or(values.len()), fill);
    let mut branch = branch;
    let only = values.len() == 1;
    for (number, value) in values.into_iter().enumerate() {
        let before = match (number, only) {
            // Equality lets an index give the order too.
            (0, true) => " = ",
            (0, false) => " IN (",
            _ => ", ",
        };
        branch = branch.sql(before).bind(value);
    }
    if only { branch } else { branch.sql(")") }
}

/// A case, by what it says itself.
const CASES: &str = "SELECT c.id FROM cases AS c WHERE ";

/// A branch for each way in, without order and limit.
fn branches(scope: &Scope, filter: &CaseFilter) -> Vec<Fragment<Bool>> {
    let mut found = Vec::new();
    for clause in &scope.clauses {
        match clause {
            Clause::Authorities(standing, authorities) => {
                for authority in asked_for(authorities, filter) {
                    found.extend(of_authority(scope, *standing, &authority));
                }
            }
            Clause::Allocated {
                user,
                teams,
                authorities,
            } => {
                let authorities = asked_for(authorities, filter);
                if authorities.is_empty() {
                    continue;
                }
                let own = sql::<Bool>(format!("{CASES}c.allocated_to = ")).bind(*user);
                found.push(one_of(own.sql(" AND c.authority"), authorities.clone()));
                for team in teams {
                    let theirs = sql::<Bool>(format!("{CASES}NOT c.restricted AND c.allocated_team = "));
                    found.push(one_of(
                        theirs.bind(*team).sql(" AND c.authority"),
                        authorities.clone(),
                    ));
                }
            }
            Clause::OpenUnrestricted(authorities) => {
                for authority in asked_for(authorities, filter) {
                    let open = sql::<Bool>(format!(
                        "{CASES}NOT c.restricted AND c.state IN ({}) AND c.authority = ",
                        open_states()
                    ));
                    found.push(open.bind(authority));
                }
            }
            Clause::Escalated(user, authorities) => {
                let authorities = asked_for(authorities, filter);
                if authorities.is_empty() {
                    continue;
                }
                let given = sql::<Bool>(format!("{CASES}c.authority IN ({GIVEN}"))
                    .bind(*user)
                    .sql(GIVEN_UNTIL)
                    .bind(scope.at)
                    .sql(")) AND c.authority");
                found.push(one_of(given, authorities.clone()));
                let named = by(scope, *user, CaseRelationship::Escalated);
                found.push(one_of(named.sql(" AND c.authority"), authorities));
            }
            Clause::Adviser(user, authorities) => {
                found.extend(of_staff(
                    scope,
                    (*user, CaseRelationship::Adviser),
                    authorities,
                    filter,
                ));
            }
            Clause::Emergency(user, authorities, _) => {
                found.extend(of_staff(
                    scope,
                    (*user, CaseRelationship::Emergency),
                    authorities,
                    filter,
                ));
            }
            Clause::Enquiring(agency, authorities) => {
                let asked = (*agency, CaseRelationship::EnquiringAgency);
                found.extend(of_staff(scope, asked, authorities, filter));
            }
            Clause::Partner(agency, authorities, part, _) => {
                let named = of_staff(scope, (*agency, CaseRelationship::Partner), authorities, filter);
                found.extend(named.map(|branch| opening(branch, *part)));
            }
            Clause::Adult(user, seen, _) => {
                let hers = showing(by(scope, *user, CaseRelationship::Adult), *seen);
                found.push(anywhere(hers, filter));
            }
            Clause::Representative(user, part, seen, _) => {
                let theirs = showing(by(scope, *user, CaseRelationship::Representative), *seen);
                found.push(anywhere(opening(theirs, *part), filter));
            }
            Clause::Advocate(access, user) => {
                let relationship = match access {
                    AssignmentAccess::Working => CaseRelationship::Advocate,
                    AssignmentAccess::Asked => CaseRelationship::AdvocateAsked,
                };
                found.push(anywhere(by(scope, *user, relationship), filter));
            }
            // A referrer reads its referrals, never the case that came of them.
            Clause::ReferredBy(..) | Clause::SentBy(_) => {}
        }
    }
    found
}

/// The authorities of a way in that the list is not narrowed past.
fn asked_for(authorities: &[String], filter: &CaseFilter) -> Vec<String> {
    let asked = authorities
        .iter()
        .filter(|one| filter.authority.as_ref().is_none_or(|only| only == *one));
    asked.cloned().collect()
}

/// Every case of an authority; of restricted ones those that name the caller, and to a manager also those that name nobody.
fn of_authority(scope: &Scope, standing: Standing, authority: &str) -> Vec<Fragment<Bool>> {
    let open = sql::<Bool>(format!("{CASES}NOT c.restricted AND c.authority = ")).bind(authority.to_owned());
    let named = by(scope, scope.caller, CaseRelationship::Adviser)
        .sql(" AND c.restricted AND c.authority = ")
        .bind(authority.to_owned());
    let mut found = vec![open, named];
    if standing == Standing::Manager {
        let lost = sql::<Bool>(format!("{CASES}c.restricted AND c.allocated_to IS NULL AND c.authority = "))
            .bind(authority.to_owned())
            .sql(" AND NOT EXISTS (SELECT 1 FROM case_relationships AS r WHERE r.case_id = c.id AND r.relationship = 'adviser' AND ");
        found.push(live(lost, scope.at).sql(")"));
    }
    found
}

/// Where everything of an authority was given to somebody, until the request that ends it.
const GIVEN: &str = "SELECT one.authority FROM escalations AS one WHERE one.case_id IS NULL AND one.referral_id IS NULL \
    AND one.user_id = ";
const GIVEN_UNTIL: &str = " AND (one.ended_at IS NULL OR one.ended_at >= ";

/// That everything of the authority of the case at hand was given to somebody.
pub fn authority_was_given(user: Id, now: UtcTime) -> Fragment<Bool> {
    sql::<Bool>(format!("cases.authority IN ({GIVEN}"))
        .bind(user)
        .sql(GIVEN_UNTIL)
        .bind(now)
        .sql("))")
}

/// The cases to which an account or agency is this now. The order of the rows is that of the cases.
fn by(scope: &Scope, principal: Id, relationship: CaseRelationship) -> Fragment<Bool> {
    let named = sql::<Bool>(format!(
        "SELECT DISTINCT c.id FROM case_relationships AS r JOIN cases AS c ON c.id = r.case_id WHERE r.relationship = '{}' \
         AND r.principal_id = ",
        relationship.as_str()
    ));
    live(named.bind(principal).sql(" AND "), scope.at)
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

fn of_staff(
    scope: &Scope,
    (principal, relationship): (Id, CaseRelationship),
    authorities: &[String],
    filter: &CaseFilter,
) -> Option<Fragment<Bool>> {
    let authorities = asked_for(authorities, filter);
    let named = by(scope, principal, relationship);
    (!authorities.is_empty()).then(|| one_of(named.sql(" AND c.authority"), authorities))
}

/// That the relationship opens a part of the case.
fn opening(branch: Fragment<Bool>, part: Option<Part>) -> Fragment<Bool> {
    match part {
        Some(part) => branch.sql(format!(" AND r.sections & {} <> 0", Parts::bit(part))),
        None => branch,
    }
}

/// That an app shows enough.
fn showing(branch: Fragment<Bool>, seen: Seen) -> Fragment<Bool> {
    match seen {
        Seen::Whole => branch.sql(" AND r.view = 'full'"),
        Seen::NextSteps => branch,
    }
}

fn anywhere(branch: Fragment<Bool>, filter: &CaseFilter) -> Fragment<Bool> {
    match &filter.authority {
        Some(authority) => branch.sql(" AND c.authority = ").bind(authority.clone()),
        None => branch,
    }
}

fn open_states() -> String {
    CaseState::OPEN
        .map(|state| format!("'{}'", state.as_str()))
        .join(", ")
}
