//! Reaching an adult: the one way to what is recorded about a person.

use super::store;
use crate::act::Act;
use crate::casework::owner::Owner;
use crate::ids::Id;
use crate::people::adults::Adult;
use crate::policy::{Action, scope};
use crate::problem::{Code, Problem};

/// An adult the caller may act on, and how much of it shows.
#[derive(Debug, Clone)]
pub struct ReachedAdult {
    /// The record.
    pub row: Adult,
    /// Whether confidential addresses and numbers show.
    pub confidential: bool,
    /// Whether the caller is told that something is withheld.
    pub told_of_withheld: bool,
    /// Whether the caller is staff of the authority that keeps the record.
    pub staff: bool,
}

/// Reaches an adult for the operation's permission: 403 on one that can be seen, 404 on one that cannot.
pub fn reach_adult(act: &mut Act, id: Id) -> Result<ReachedAdult, Problem> {
    let Some(row) = store::find(act.conn, &act.scope(), id)? else {
        let seen = may(act, id, Action::AdultsRead)?;
        return Err(Problem::new(if seen { Code::Forbidden } else { Code::NotFound }));
    };
    act.found.authority = Some(row.authority.clone());
    Ok(ReachedAdult {
        confidential: may(act, id, Action::AdultsConfidential)?,
        told_of_withheld: may(act, id, Action::WithheldSee)?,
        staff: act.caller.staff_of().contains(&row.authority),
        row,
    })
}

fn may(act: &mut Act, adult: Id, action: Action) -> Result<bool, Problem> {
    Ok(store::find(act.conn, &scope(act.caller, action), adult)?.is_some())
}

impl Owner for ReachedAdult {
    fn reach(act: &mut Act, id: Id) -> Result<Self, Problem> {
        reach_adult(act, id)
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

    fn shows_errors(&self) -> bool {
        self.staff
    }

    fn corrects_others(&self) -> bool {
        self.staff
    }
}
