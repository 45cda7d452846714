//! Deciding as the second person, and fetching what was approved.

use diesel::prelude::*;

use super::{Approval, ApprovalKind, ApprovalState, objection, table, tell};
use crate::act::{Act, guarded};
use crate::auth::authenticators;
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::people::accounts::{self, AccountChange};
use crate::people::admin::{client_rights, rights, teams, users as admin_users};
use crate::people::{authorities, clients, users};
use crate::policy::Role;
use crate::problem::{Code, Problem};
use crate::secrets;

fn step(act: &mut Act, approval: &Approval, state: ApprovalState) -> Result<(), Problem> {
    let read = table::table
        .find(approval.id)
        .filter(table::version.eq(approval.version));
    let changed = diesel::update(read)
        .set((table::version.eq(approval.version + 1), table::state.eq(state)))
        .execute(act.conn)?;
    guarded(changed)
}

/// Whether whoever asked may still ask: a stop holds at once.
fn still_asks(act: &mut Act, approval: &Approval) -> Result<bool, Problem> {
    let asked_by = users::find(act.conn, approval.asked_by)?;
    Ok(asked_by.is_some_and(|user| {
        let mut held = user.roles.0.iter();
        user.enabled && held.any(|grant| grant.role == Role::Admin && grant.authority == approval.authority)
    }))
}

/// Decides, as the second person; what is approved is done in the same step.
pub(super) fn decide(act: &mut Act, approval: &Approval, yes: bool, reason: &str) -> Result<(), Problem> {
    if let Some(why) = objection(act.conn, approval, act.caller, act.now)? {
        return Err(Problem::new(Code::Forbidden).saying(why));
    }
    if approval.state_at(act.now) != ApprovalState::Waiting {
        return Err(Problem::new(Code::Conflict).saying("Nothing waits here any more."));
    }
    if yes && !still_asks(act, approval)? {
        return Err(Problem::new(Code::Conflict).saying("Whoever asked is no administrator any more."));
    }
    let state = match yes {
        true => ApprovalState::Approved,
        false => ApprovalState::Refused,
    };
    step(act, approval, state)?;
    diesel::update(table::table.find(approval.id))
        .set((
            table::decided_by.eq(act.caller.id),
            table::decided_at.eq(act.now),
            table::reason.eq(reason),
        ))
        .execute(act.conn)?;
    tell(act, &approval.authority, NoticeKind::ApprovalDecided, approval.id)?;
    match yes {
        true => carry_out(act, approval),
        false => Ok(()),
    }
}

fn carry_out(act: &mut Act, approval: &Approval) -> Result<(), Problem> {
    let asked = &approval.asked_for.0;
    let (about, by) = (approval.resource_id, approval.asked_by);
    match approval.kind {
        // These are made when they are fetched, so that nobody holds one who did not ask.
        ApprovalKind::PasswordCode | ApprovalKind::ClientSecret => Ok(()),
        ApprovalKind::AccountRights => rights::apply(act, about, asked, by),
        ApprovalKind::AuthenticatorReset => take_authenticator(act, about, Some(by)),
        ApprovalKind::ClientRights => client_rights::apply(act, about, asked),
        ApprovalKind::Team => teams::apply(act, about, asked),
        ApprovalKind::Escalation => {
            let to = asked.escalate_to.clone().unwrap_or_default();
            authorities::set_escalation(act, &approval.authority, to)
        }
        ApprovalKind::SecondPerson => {
            let rule = authorities::SecondPerson {
                required: false,
                reason: asked.reason.clone(),
            };
            authorities::set_second_person(act, &approval.authority, rule)
        }
    }
}

/// Takes somebody's authenticator away, and tells every authority of theirs.
pub fn take_authenticator(act: &mut Act, user: Id, by: Option<Id>) -> Result<(), Problem> {
    authenticators::remove(act.conn, user)?;
    accounts::note(act.conn, user, AccountChange::AuthenticatorTaken, by, act.now)?;
    rights::tell_all(act, user, NoticeKind::AuthenticatorReset)
}

/// Fetches a code or secret that was approved: once, by who asked.
pub(super) fn collect(act: &mut Act, approval: &Approval) -> Result<String, Problem> {
    if approval.asked_by != act.caller.id {
        return Err(Problem::new(Code::Forbidden).saying("Only whoever asked fetches it."));
    }
    let is_there = approval.state_at(act.now) == ApprovalState::Approved;
    if !is_there || !still_asks(act, approval)? {
        return Err(Problem::new(Code::Conflict)
            .saying("There is nothing to fetch: it was not approved, or was fetched."));
    }
    let about = approval.resource_id;
    let fetched = match approval.kind {
        ApprovalKind::PasswordCode => admin_users::give_code(act, about)?,
        ApprovalKind::ClientSecret => {
            let secret = secrets::random()?;
            clients::replace_credential(act.conn, about, Id::new(), &secret, act.now)?;
            secret
        }
        _ => return Err(Problem::new(Code::Conflict).saying("This was done when it was approved.")),
    };
    step(act, approval, ApprovalState::Collected)?;
    Ok(fetched)
}
