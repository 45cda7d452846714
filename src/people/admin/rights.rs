//! What an account may do, and who says so: which part of a change holds at once, and which waits for a second person.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::users::Account;
use crate::act::{Act, guarded};
use crate::casework::left_to_act::{self, Lost};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::people::accounts::{self, AccountChange};
use crate::people::approvals::{self, AskedFor};
use crate::people::users::{self, User};
use crate::policy::{CASEWORK, Role, RoleGrant};
use crate::problem::Problem;
use crate::schema::people::users as table;

/// A change of an account in two parts.
pub(super) struct Split {
    /// What is done now.
    pub now: Account,
    /// What waits for a second person, by the authority that decides.
    pub waits: BTreeMap<String, AskedFor>,
}

/// Roles with case content, or over accounts and the record of every look; the board and analysts read figures.
fn opens_something(role: Role) -> bool {
    !matches!(role, Role::Board | Role::Analyst)
}

/// Splits a change of an account. `keeper` decides about what belongs to no role: the agency, and whether an account that opens
/// something may be used again.
pub(super) fn split(
    act: &mut Act,
    account: &Account,
    current: &Account,
    keeper: &str,
) -> Result<Split, Problem> {
    let mut waits: BTreeMap<String, AskedFor> = BTreeMap::new();
    let mut now = Account {
        roles: vec![],
        ..account.clone()
    };
    for grant in &account.roles {
        let given = !current.roles.contains(grant);
        if given && opens_something(grant.role) && approvals::is_needed(act.conn, &grant.authority)? {
            let asked = waits.entry(grant.authority.clone()).or_default();
            asked.give_roles.push(grant.clone().into());
        } else {
            now.roles.push(grant.clone());
        }
    }
    for grant in current
        .roles
        .iter()
        .filter(|grant| !account.roles.contains(grant))
    {
        if approvals::is_needed(act.conn, &grant.authority)? {
            let asked = waits.entry(grant.authority.clone()).or_default();
            asked.take_roles.push(grant.clone().into());
            now.roles.push(grant.clone());
        }
    }
    if approvals::is_needed(act.conn, keeper)? {
        let opens =
            current.agency_id.is_some() || current.roles.iter().any(|grant| opens_something(grant.role));
        if opens && current.enabled == Some(false) && now.enabled.unwrap_or(true) {
            waits.entry(keeper.to_owned()).or_default().enable = Some(true);
            now.enabled = Some(false);
        }
        if now.agency_id != current.agency_id {
            let asked = waits.entry(keeper.to_owned()).or_default();
            asked.agency_id = now.agency_id;
            asked.no_agency = now.agency_id.is_none().then_some(true);
            now.agency_id = current.agency_id;
        }
    }
    Ok(Split { now, waits })
}

/// What taking these roles leaves: refused where nobody would be left who can act. `by` is who asked for it.
pub(super) fn refuse_nobody(
    act: &mut Act,
    (user, by): (Id, Id),
    before: &[RoleGrant],
    after: &[RoleGrant],
) -> Result<(), Problem> {
    let taken = before.iter().filter(|grant| !after.contains(grant));
    for authority in authorities_of(taken.filter(|grant| CASEWORK.contains(&grant.role))) {
        left_to_act::refuse_taken(act, &authority, Lost { user, author: by })?;
    }
    let given = after.iter().filter(|grant| !before.contains(grant));
    for authority in authorities_of(given) {
        left_to_act::settle_given(act, &authority)?;
    }
    Ok(())
}

fn authorities_of<'a>(grants: impl Iterator<Item = &'a RoleGrant>) -> BTreeSet<String> {
    grants.map(|grant| grant.authority.clone()).collect()
}

/// Tells every authority of an account that it was disabled. That is never refused: where nobody is left who can act,
/// whom the authority names for it can.
pub(super) fn tell_disabled(act: &mut Act, user: Id, roles: &[RoleGrant]) -> Result<(), Problem> {
    tell_all(act, user, NoticeKind::AccountDisabled)?;
    let author = act.caller.id;
    for authority in authorities_of(roles.iter().filter(|grant| CASEWORK.contains(&grant.role))) {
        left_to_act::settle_disabled(act, &authority, Lost { user, author })?;
    }
    Ok(())
}

/// Tells every authority of an account that it can be used again.
pub(super) fn tell_enabled(act: &mut Act, user: Id, roles: &[RoleGrant]) -> Result<(), Problem> {
    tell_all(act, user, NoticeKind::AccountDisabled)?;
    for authority in authorities_of(roles.iter()) {
        left_to_act::settle_given(act, &authority)?;
    }
    Ok(())
}

/// Tells these authorities that roles were given or taken.
pub(super) fn tell_roles(act: &mut Act, id: Id, mut authorities: Vec<String>) -> Result<(), Problem> {
    authorities.sort();
    authorities.dedup();
    for authority in authorities {
        approvals::tell(act, &authority, NoticeKind::RolesChanged, id)?;
    }
    Ok(())
}

/// Tells every authority of an account what was done to it.
pub fn tell_all(act: &mut Act, id: Id, kind: NoticeKind) -> Result<(), Problem> {
    for authority in users::authorities_of(act.conn, id)? {
        approvals::tell(act, &authority, kind, id)?;
    }
    Ok(())
}

/// Gives an account what a second person approved, and takes what they did; `by` is who asked.
pub fn apply(act: &mut Act, id: Id, asked: &AskedFor, by: Id) -> Result<(), Problem> {
    let found: Option<(User, i64)> = table::table
        .find(id)
        .select((User::as_select(), table::version))
        .first(act.conn)
        .optional()?;
    let (user, version) = found.ok_or_else(Problem::not_found)?;
    let mut roles = user.roles.0.clone();
    roles.retain(|grant| !asked.take_roles.contains(grant));
    for grant in &asked.give_roles {
        if !roles.contains(grant) {
            roles.push(grant.clone());
        }
    }
    let agency = match asked.no_agency {
        Some(true) => None,
        _ => asked.agency_id.or(user.agency_id),
    };
    let enable = asked.enable == Some(true);
    // Whoever loses the last role in an authority is told of there too.
    let before = users::authorities_of(act.conn, id)?;
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::enabled.eq(user.enabled || enable),
            table::agency_id.eq(agency),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    users::set_roles(act.conn, id, &roles)?;
    refuse_nobody(act, (id, by), &user.roles.0, &roles)?;
    accounts::note(act.conn, id, AccountChange::GivenRights, Some(by), act.now)?;
    let grants = asked.give_roles.iter().chain(&asked.take_roles);
    let mut changed_in: Vec<String> = grants.map(|grant| grant.authority.clone()).collect();
    if agency != user.agency_id {
        changed_in.extend(before);
    }
    tell_roles(act, id, changed_in)?;
    match enable {
        true => tell_enabled(act, id, &roles),
        false => Ok(()),
    }
}
