//! The referrals that a caller may reach: a condition for each way in (an authority, own cases, an agency), and the lists along
//! them ([`crate::db::branches`]).

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::casework::cases::kept_away::{self, is_restricted_from};
use crate::casework::relationships;
use crate::db::MultiBackend;
use crate::db::branches::{Branches, named_twice};
use crate::db::fragment::sql;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Key;
use crate::ids::Id;
use crate::page::PageRequest;
use crate::policy::{AssignmentAccess, CaseRelationship, Clause, Scope};
use crate::schema::casework::{cases, referrals};

type Condition = Box<dyn BoxableExpression<referrals::table, MultiBackend, SqlType = Bool>>;

/// Ids of referrals.
pub type Ids = referrals::BoxedQuery<'static, MultiBackend, Key>;

/// One way in.
struct Way {
    condition: Condition,
    ordered_by: Ordered,
}

/// The column that a way in names twice, which its order begins with.
#[derive(Clone, Copy)]
enum Ordered {
    Authority,
    Agency,
    Sender,
    /// None: only by id.
    Id,
}

impl Way {
    fn ids(self) -> Ids {
        referrals::table
            .filter(self.condition)
            .select(referrals::id)
            .into_boxed()
    }
}

impl From<Condition> for Way {
    fn from(condition: Condition) -> Self {
        Self {
            condition,
            ordered_by: Ordered::Id,
        }
    }
}

/// That a referral is on this page of what is in scope; `narrowed` narrows each way in as the list is, and cuts it as the page.
pub fn on_page(scope: &Scope, page: &PageRequest, narrowed: impl Fn(Ids) -> Ids) -> Branches<Ids> {
    let each = ways_in(scope).map(|way| {
        let ordered_by = way.ordered_by;
        let ids = narrowed(way.ids());
        let id = referrals::id;
        match (ordered_by, page.newest_first) {
            (Ordered::Authority, true) => ids.order((referrals::authority.desc(), id.desc())),
            (Ordered::Authority, false) => ids.order((referrals::authority.asc(), id.asc())),
            (Ordered::Agency, true) => ids.order((referrals::agency_id.desc(), id.desc())),
            (Ordered::Agency, false) => ids.order((referrals::agency_id.asc(), id.asc())),
            (Ordered::Sender, true) => ids.order((referrals::created_by.desc(), id.desc())),
            (Ordered::Sender, false) => ids.order((referrals::created_by.asc(), id.asc())),
            (Ordered::Id, _) => ids,
        }
    });
    let begin = sql::<Bool>("referrals.id IN (");
    Branches::new(begin, each.collect(), (page.newest_first, page.rows()))
}

/// That a referral is this one, which is in scope.
pub fn to_this(scope: &Scope, id: Id) -> Branches<Ids> {
    let each = ways_in(scope).map(|way| way.ids().filter(referrals::id.eq(id)));
    Branches::of_one(sql::<Bool>("referrals.id IN ("), each.collect())
}

fn ways_in(scope: &Scope) -> impl Iterator<Item = Way> {
    scope.clauses.iter().flat_map(|clause| of_clause(scope, clause))
}

/// That staff are not kept away from a referral: by an exclusion, or because the case it led to is restricted.
pub fn open_to(scope: &Scope) -> Condition {
    let kept = cases::table
        .filter(cases::id.eq(referrals::case_id.assume_not_null()))
        .filter(is_restricted_from(scope.caller, scope.at, scope.managed.clone()));
    Box::new(not(exists(kept)).and(not_excluded(scope)))
}

fn not_excluded(scope: &Scope) -> Condition {
    Box::new(not(kept_away::from_referral(scope.in_conflicts())))
}

fn of_clause(scope: &Scope, clause: &Clause) -> Vec<Way> {
    match clause {
        Clause::Authorities(_, authorities) => authorities
            .iter()
            .map(|authority| of_authority(scope, authority))
            .collect(),
        Clause::Allocated {
            user,
            teams,
            authorities,
        } => allocated(scope, (*user, teams), &not_whole(scope, authorities)),
        Clause::Escalated(user, authorities) => escalated(scope, *user, authorities),
        Clause::ReferredBy(agency, authorities) => {
            let theirs = named_twice("referrals.agency_id", *agency);
            let condition: Condition = match authorities {
                Some(authorities) => Box::new(theirs.and(referrals::authority.one_of(authorities.clone()))),
                None => Box::new(theirs),
            };
            vec![Way {
                condition,
                ordered_by: Ordered::Agency,
            }]
        }
        Clause::Advocate(AssignmentAccess::Working, user, authorities) => {
            let theirs = relationships::cases_of(*user, vec![CaseRelationship::Advocate], scope.at);
            let led_to_theirs = referrals::case_id.assume_not_null().eq_any(theirs);
            let there = referrals::authority.one_of(authorities.clone());
            let condition: Condition = Box::new(led_to_theirs.and(there).and(not_excluded(scope)));
            vec![condition.into()]
        }
        Clause::SentBy(user) => {
            vec![Way {
                condition: Box::new(named_twice("referrals.created_by", *user)),
                ordered_by: Ordered::Sender,
            }]
        }
        Clause::OpenUnrestricted(_)
        | Clause::Adviser(..)
        | Clause::Emergency(..)
        | Clause::Adult(..)
        | Clause::Representative(..)
        | Clause::Partner(..)
        | Clause::Enquiring(..)
        | Clause::Advocate(AssignmentAccess::Asked, ..) => vec![],
    }
}

/// Every referral to an authority.
fn of_authority(scope: &Scope, authority: &str) -> Way {
    let there = named_twice("referrals.authority", authority.to_owned());
    Way {
        condition: Box::new(there.and(open_to(scope))),
        ordered_by: Ordered::Authority,
    }
}

/// Those of these authorities of which not every referral is in scope anyway.
fn not_whole(scope: &Scope, authorities: &[String]) -> Vec<String> {
    let is_whole = |one: &String| {
        let wide = |clause: &Clause| matches!(clause, Clause::Authorities(_, whole) if whole.contains(one));
        scope.clauses.iter().any(wide)
    };
    authorities.iter().filter(|one| !is_whole(one)).cloned().collect()
}

/// Those that led to own cases, and to those of own teams.
fn allocated(scope: &Scope, (user, teams): (Id, &[Id]), authorities: &[String]) -> Vec<Way> {
    if authorities.is_empty() {
        return vec![];
    }
    let there = |of: &[String]| cases::authority.one_of(of.to_vec());
    let own = cases::table
        .filter(cases::allocated_to.assume_not_null().eq(user))
        .filter(there(authorities))
        .select(cases::id);
    let own: Condition = Box::new(
        referrals::case_id
            .assume_not_null()
            .eq_any(own)
            .and(open_to(scope)),
    );
    let of_team = |team: &Id| {
        let theirs = cases::table
            .filter(cases::allocated_team.assume_not_null().eq(*team))
            .filter(there(authorities))
            .select(cases::id);
        let led_to_theirs = referrals::case_id.assume_not_null().eq_any(theirs);
        let condition: Condition = Box::new(led_to_theirs.and(open_to(scope)));
        Way::from(condition)
    };
    std::iter::once(own.into())
        .chain(teams.iter().map(of_team))
        .collect()
}

/// What was given to somebody because nobody else was left: single referrals and cases, or everything of an authority.
fn escalated(scope: &Scope, user: Id, authorities: &[String]) -> Vec<Way> {
    let whom = (user, scope.at);
    let each = [
        kept_away::itself_given(("referrals.id", "referral_id"), whom),
        kept_away::itself_given(("referrals.case_id", "case_id"), whom),
        kept_away::all_given("referrals.authority", whom),
    ];
    let ways = each.into_iter().map(|given| {
        let there = referrals::authority.one_of(authorities.to_vec());
        let condition: Condition = Box::new(given.and(there).and(not_excluded(scope)));
        Way::from(condition)
    });
    ways.collect()
}
