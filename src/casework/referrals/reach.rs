//! Reaching a referral: the one way to it and to everything recorded about it.

use super::model::{Referral, WrittenBy};
use super::store;
use crate::act::Act;
use crate::casework::owner::Owner;
use crate::ids::Id;
use crate::policy::{Action, CallerKind, Clause, Standing, scope};
use crate::problem::{Code, Problem};

/// A referral the caller may act on, and as what.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The referral.
    pub row: Referral,
    /// The strongest standing that permits the action.
    pub standing: Standing,
}

impl Owner for Reached {
    fn reach(act: &mut Act, id: Id) -> Result<Self, Problem> {
        reach(act, id)
    }

    fn id(&self) -> Id {
        self.row.id
    }

    fn authority(&self) -> &str {
        &self.row.authority
    }

    fn case_of(_: Id) -> Option<Id> {
        None
    }
}

impl Reached {
    /// Whether what the referrer wrote is withheld from this reader; whoever wrote it has it anyway.
    pub fn is_withheld(&self) -> bool {
        self.row.is_hidden() && self.standing.is_staff() && self.standing != Standing::Manager
    }

    /// As whom this caller writes.
    pub fn written_by(&self, act: &Act) -> WrittenBy {
        match act.caller.staff_of().contains(&self.row.authority) {
            true => WrittenBy::Staff,
            false => WrittenBy::Referrer,
        }
    }
}

/// Reaches a referral for the operation's permission: 403 on one that can be seen, 404 on one that cannot.
pub fn reach(act: &mut Act, id: Id) -> Result<Reached, Problem> {
    let allowed = act.scope();
    let Some((row, excluded)) = store::find_to_reach(act.conn, &allowed, id)? else {
        let readable = scope(act.caller, Action::ReferralsRead);
        let seen = store::find(act.conn, &readable, id)?.is_some();
        if !seen && sent_where_nothing_is_shared(act, id)? {
            return Err(no_agreement());
        }
        return Err(Problem::new(if seen { Code::Forbidden } else { Code::NotFound }));
    };
    act.found.authority = Some(row.authority.clone());
    act.found.case_id = row.case_id;
    for clause in allowed.clauses.clone() {
        let standing = clause.standing();
        let holds = match &clause {
            // Nothing keeps staff from a referral without a case but an exclusion.
            Clause::Authorities(_, authorities) if row.case_id.is_none() => {
                !excluded && authorities.contains(&row.authority)
            }
            Clause::ReferredBy(agency, _) => row.agency_id == Some(*agency),
            Clause::SentBy(user) => row.created_by == *user,
            Clause::Authorities(..)
            | Clause::Escalated(..)
            | Clause::Allocated { .. }
            | Clause::Advocate(..) => store::find(act.conn, &allowed.only(vec![clause]), id)?.is_some(),
            Clause::OpenUnrestricted(_)
            | Clause::Adviser(..)
            | Clause::Emergency(..)
            | Clause::Adult(..)
            | Clause::Representative(..)
            | Clause::Partner(..)
            | Clause::Enquiring(..) => false,
        };
        if holds {
            return Ok(Reached { row, standing });
        }
    }
    Err(Problem::internal("a referral was reached by no clause"))
}

/// Reaches a referral to read it.
pub fn reach_to_read(act: &mut Act, id: Id) -> Result<Reached, Problem> {
    let reached = reach(act, id)?;
    reads_need_an_agreement(act)?;
    Ok(reached)
}

/// Reaches a referral to add something to it. Whoever adds waits for whoever does so already: no version is asked
/// for it, so being slower must not refuse it. Only those wait, and keep others waiting, who may add; once it is
/// their turn it is read again, with what the one before left.
pub fn reach_to_add(act: &mut Act, id: Id) -> Result<Reached, Problem> {
    reach(act, id)?;
    store::hold(act.conn, id)?;
    reach(act, id)
}

/// Whether this is a referral of the calling agency to an authority that the client serves: it knows of it, and what keeps it
/// from reading is the agreement.
fn sent_where_nothing_is_shared(act: &mut Act, id: Id) -> Result<bool, Problem> {
    let sent = store::find_sent(act.conn, id, act.caller)?;
    Ok(act.caller.kind == CallerKind::Client
        && sent.is_some_and(|row| act.caller.authorities.contains(&row.authority)))
}

fn no_agreement() -> Problem {
    Problem::new(Code::Forbidden).saying("The agency's information-sharing agreement is not in force.")
}

/// An agency's reads, unlike its referrals, stop with its information-sharing agreements: where it has none at all the answer
/// says so, and of the authorities that have one with it the row filter gives what they share.
pub fn reads_need_an_agreement(act: &Act) -> Result<(), Problem> {
    match act.caller.kind == CallerKind::Client && act.caller.agreements.is_empty() {
        true => Err(no_agreement()),
        false => Ok(()),
    }
}
