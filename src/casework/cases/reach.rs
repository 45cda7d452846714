//! Reaching a case: the one way to a case and to everything recorded about it.

use super::model::{Case, CaseState};
use super::store;
use crate::act::Act;
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::{Action, Clause, Scope, Standing, scope};
use crate::problem::{Code, Problem};

/// A case the caller may act on, and as what.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The case.
    pub row: Case,
    /// The strongest standing that permits the action.
    pub standing: Standing,
    /// The agency that is named on the case, if the caller is here for it.
    pub partner: Option<Id>,
}

impl Reached {
    /// Whether a restricted part is shown: to those who decide on the case.
    pub fn sees_restricted(&self) -> bool {
        matches!(
            self.standing,
            Standing::Manager | Standing::Delegated | Standing::Allocated
        )
    }

    /// Whether to say that something is withheld: to everyone else it shows in no way.
    pub fn sees_what_is_withheld(&self) -> bool {
        self.standing.is_staff() || self.standing == Standing::Advocate
    }
}

/// Reaches a case for the operation's own permission.
pub fn reach(act: &mut Act, id: Id) -> Result<Reached, Problem> {
    reach_for(act, id, act.action)
}

/// Reaches a case for an action: 403 on a case that can be seen, 404 on one that cannot.
pub fn reach_for(act: &mut Act, id: Id, action: Action) -> Result<Reached, Problem> {
    let allowed = scope(act.caller, action);
    let Some(row) = store::find(act.conn, &allowed, id)? else {
        let mut seen = false;
        for known_by in [Action::CasesRead, act.action] {
            seen = seen || store::find(act.conn, &scope(act.caller, known_by), id)?.is_some();
        }
        return Err(Problem::new(if seen { Code::Forbidden } else { Code::NotFound }));
    };
    act.found.authority = Some(row.authority.clone());
    act.found.case_id = Some(row.id);
    // Who may see what is history is still kept, and so is how it is kept from somebody.
    if row.transferred_to.is_some() && !action.only_reads() && action != Action::AccessKeep {
        // Whoever changes the case itself, and was slower than the transfer, learns that first (412).
        if matches!(
            act.action,
            Action::CasesMove | Action::CasesTransfer | Action::CasesGroup | Action::CasesAllocate
        ) {
            act.expect_version(row.version)?;
        }
        return Err(Problem::new(Code::Conflict)
            .saying("This case went to another authority: what is here is history, and is read only."));
    }
    let standing = standing(act.conn, &allowed, &row)?;
    act.found.relationship = Some(standing);
    let partner = act.caller.agency_id.filter(|_| standing == Standing::Partner);
    Ok(Reached {
        row,
        standing,
        partner,
    })
}

/// Which clause let the caller in: what the row itself answers is not asked of the database, nor is the last that is left.
fn standing(conn: &mut Connection, allowed: &Scope, row: &Case) -> Result<Standing, Problem> {
    let mut left = allowed
        .clauses
        .iter()
        .filter(|clause| answered_by(row, clause) != Some(false))
        .peekable();
    while let Some(clause) = left.next() {
        let holds = left.peek().is_none()
            || answered_by(row, clause) == Some(true)
            || store::find(conn, &allowed.only(vec![clause.clone()]), row.id)?.is_some();
        if holds {
            return Ok(clause.standing());
        }
    }
    Err(Problem::internal("a case was reached by no clause"))
}

/// Whether the row alone says that a clause holds or does not; a conflict was ruled out before.
fn answered_by(row: &Case, clause: &Clause) -> Option<bool> {
    match clause {
        Clause::Authorities(_, authorities) => match authorities.contains(&row.authority) {
            true if row.restricted => None,
            there => Some(there),
        },
        Clause::Allocated {
            user,
            teams,
            authorities,
        } => {
            let to_team = row.allocated_team.is_some_and(|team| teams.contains(&team)) && !row.restricted;
            Some(authorities.contains(&row.authority) && (row.allocated_to == Some(*user) || to_team))
        }
        Clause::OpenUnrestricted(authorities) => Some(
            authorities.contains(&row.authority) && CaseState::OPEN.contains(&row.state) && !row.restricted,
        ),
        Clause::ReferredBy(_) | Clause::SentBy(_) => Some(false),
        Clause::Adviser(..)
        | Clause::Emergency(..)
        | Clause::Adult(..)
        | Clause::Representative(..)
        | Clause::Advocate(..)
        | Clause::Partner(..)
        | Clause::Enquiring(_) => None,
    }
}
