//! Reaching a case: the one way to a case and to everything recorded about it.

use super::model::Case;
use super::reachable;
use crate::act::Act;
use crate::ids::Id;
use crate::policy::{Action, Standing, decide, scope};
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
    let known = reachable::to_decide(act.conn, &allowed, id)?.ok_or_else(Problem::not_found)?;
    let Some(standing) = allowed.standing(&known.facts) else {
        let known_by = [Action::CasesRead, act.action];
        let seen = known_by
            .into_iter()
            .any(|by| decide(act.caller, by, &known.facts).is_some());
        return Err(Problem::new(if seen { Code::Forbidden } else { Code::NotFound }));
    };
    let row = known.row;
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
    act.found.relationship = Some(standing);
    let partner = act.caller.agency_id.filter(|_| standing == Standing::Partner);
    Ok(Reached {
        row,
        standing,
        partner,
    })
}
