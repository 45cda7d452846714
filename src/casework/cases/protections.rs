//! Protections travel, permissions do not: what protects an adult on one case holds on every other of theirs, a new one, one
//! that a transfer made, and those that a merge brings together. Representatives, namings, assignments and invitations are
//! decided anew.

use super::exclusions;
use super::model::Case;
use super::store;
use crate::act::Act;
use crate::casework::access::{app_access, conflicts, grants};
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::problem::Problem;

/// The cases whose protections a new case takes over: all of its adult's, and the one it goes on from.
fn before(act: &mut Act, case: &Case) -> Result<Vec<Id>, Problem> {
    let mut theirs = match case.adult_id {
        Some(adult) => {
            let records = exclusions::same_human(act.conn, &[adult])?;
            exclusions::cases_about(act.conn, &records)?
        }
        None => vec![],
    };
    theirs.extend(case.transferred_from);
    theirs.retain(|id| *id != case.id);
    Ok(theirs)
}

/// Takes over what protects the adult elsewhere, on a case that was just opened and written.
pub fn take_over(act: &mut Act, case: &mut Case) -> Result<(), Problem> {
    let theirs = before(act, case)?;
    if exclusions::any_restricted(act.conn, &theirs)? {
        restrict(act, case)?;
    }
    app_access::take_over(act, case, &theirs)?;
    if case.transferred_from.is_some() {
        // Where the other authority's managers can read and end them.
        for conflict in conflicts::standing_on(act.conn, &theirs)? {
            conflicts::write(act, case, conflict)?;
        }
    }
    if case.transferred_from.is_some() || case.case_group_id.is_some() {
        let adult: Vec<Id> = case.adult_id.into_iter().collect();
        exclusions::refresh_around(act.conn, (&adult, &[case.id]), act.now)?;
    }
    Ok(())
}

/// Makes what protects any of the cases of an adult hold on all of them, after records were merged.
pub fn share(act: &mut Act, adult: Id) -> Result<(), Problem> {
    let records = exclusions::same_human(act.conn, &[adult])?;
    exclusions::refresh_around(act.conn, (&records, &[]), act.now)?;
    let all = exclusions::cases_about(act.conn, &records)?;
    let restricted = exclusions::any_restricted(act.conn, &all)?;
    for id in &all {
        let Some(mut case) = store::find_any(act.conn, *id)? else {
            continue;
        };
        if restricted && !case.restricted && case.transferred_to.is_none() {
            restrict(act, &mut case)?;
        }
        let others: Vec<Id> = all.iter().copied().filter(|other| other != id).collect();
        app_access::take_over(act, &case, &others)?;
    }
    Ok(())
}

/// Restricts a case because another of the adult's is. Whoever does so is named on it, if they are staff there.
fn restrict(act: &mut Act, case: &mut Case) -> Result<(), Problem> {
    if act.caller.staff_of().contains(&case.authority) {
        grants::name_self(act, case)?;
    }
    case.restricted = true;
    store::save(act, case)?;
    leave_notice(act, case)
}

/// Leaves the notice that a case was restricted, or opened again.
pub fn leave_notice(act: &mut Act, case: &Case) -> Result<(), Problem> {
    let notice = Notice {
        authority: &case.authority,
        kind: NoticeKind::CaseRestricted,
        resource_id: case.id,
        case_id: Some(case.id),
        author: act.caller.id,
    };
    Ok(notices::leave(act.conn, notice, act.now)?)
}
