//! What an account may do, and who says so: which part of a change holds at once, and which waits for a second person.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::users::Account;
use crate::act::{Act, guarded};
use crate::db::types::Json;
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::people::accounts::{self, AccountChange};
use crate::people::approvals::{self, AskedFor};
use crate::people::users::{self, User};
use crate::policy::{Role, RoleGrant};
use crate::problem::{Code, Problem};
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

/// The authorities of these roles that would be left without a manager whose account can be used, were it not for this one.
fn managed_by_nobody_but(act: &mut Act, id: Id, roles: &[RoleGrant]) -> Result<Vec<String>, Problem> {
    let mut managed = Vec::new();
    for grant in roles.iter().filter(|grant| grant.role == Role::Manager) {
        if !users::is_managed_by_others(act.conn, &grant.authority, id)? {
            managed.push(grant.authority.clone());
        }
    }
    Ok(managed)
}

/// Refuses to take the role of an authority's last manager: nobody would be left to decide about referrals and cases.
pub(super) fn refuse_last_manager(
    act: &mut Act,
    id: Id,
    before: &[RoleGrant],
    after: &[RoleGrant],
) -> Result<(), Problem> {
    let taken: Vec<RoleGrant> = before
        .iter()
        .filter(|grant| !after.contains(grant))
        .cloned()
        .collect();
    match managed_by_nobody_but(act, id, &taken)?.is_empty() {
        true => Ok(()),
        false => Err(Problem::new(Code::NobodyLeftToAct)
            .saying("This is the last manager of the authority. Give the role to another first.")),
    }
}

/// Tells every authority of an account that it was disabled. That is never refused; where nobody is left to manage, it says so.
pub(super) fn tell_disabled(act: &mut Act, id: Id, roles: &[RoleGrant]) -> Result<(), Problem> {
    tell_all(act, id, NoticeKind::AccountDisabled)?;
    for authority in managed_by_nobody_but(act, id, roles)? {
        approvals::tell(act, &authority, NoticeKind::NobodyLeftToAct, id)?;
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
    refuse_last_manager(act, id, &user.roles.0, &roles)?;
    // Whoever loses the last role in an authority is told of there too.
    let before = users::authorities_of(act.conn, id)?;
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::roles.eq(Json(roles)),
            table::enabled.eq(user.enabled || enable),
            table::agency_id.eq(agency),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    accounts::note(act.conn, id, AccountChange::GivenRights, Some(by), act.now)?;
    let grants = asked.give_roles.iter().chain(&asked.take_roles);
    let mut changed_in: Vec<String> = grants.map(|grant| grant.authority.clone()).collect();
    if agency != user.agency_id {
        changed_in.extend(before);
    }
    tell_roles(act, id, changed_in)?;
    match enable {
        true => tell_all(act, id, NoticeKind::AccountDisabled),
        false => Ok(()),
    }
}
