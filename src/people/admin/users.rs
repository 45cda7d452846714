//! Accounts of people as administrators keep them: roles, whether they may be used, and the one-time code for a password.

use std::collections::BTreeMap;

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::rights::{Split, refuse_nobody, split, tell_all, tell_disabled, tell_enabled, tell_roles};
use super::{administered, refuse_others};
use crate::act::{Act, guarded};
use crate::auth::{authenticators, sign_in::Nothing};
use crate::body::{Body, Patch};
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, UserPath};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::people::accounts::{self, AccountChange};
use crate::people::agencies;
use crate::people::approvals::routes::{ApprovalView, done_or_waiting};
use crate::people::approvals::{self, ApprovalKind, AskedFor, PendingApproval};
use crate::people::users::{self, User};
use crate::policy::{Role, RoleGrant};
use crate::problem::{Code, Fault, Problem, repeated};
use crate::schema::people::users as table;
use crate::secrets::Once;

/// An account of a person.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "username": "kim.abara", "name": "Kim Abara", "roles": [{"role": "practitioner", "authority": "northbank"}]
}))]
pub struct Account {
    /// Name to sign in with, which stays; no two accounts have the same.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._@+-]+$")]
    pub username: String,
    /// Name people know.
    #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// Roles, each in an authority that the caller administers.
    #[schema(max_items = 20)]
    pub roles: Vec<GivenRole>,
    /// Whether it may be used; a change holds on the next request.
    #[schema(default = true)]
    pub enabled: Option<bool>,
    /// The agency the person works for.
    pub agency_id: Option<Id>,
    /// How the public reaches this person, for the adult's booklet.
    #[schema(min_length = 1, max_length = 300)]
    pub public_contact: Option<String>,
    /// Staff number, which every account of one person has: a conflict of one is a conflict of all.
    #[schema(min_length = 1, max_length = 60, extensions(("x-rule" = json!("not_blank"))))]
    pub staff_number: Option<String>,
    /// Date of birth: a referral that names the person as a person of concern is hidden from them.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub date_of_birth: Option<NaiveDate>,
}

/// A role to give, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenRole {
    /// The role.
    pub role: Role,
    /// The authority in which it is held.
    #[schema(min_length = 1, max_length = 40)]
    pub authority: String,
}

impl From<GivenRole> for RoleGrant {
    fn from(given: GivenRole) -> Self {
        Self {
            role: given.role,
            authority: given.authority,
        }
    }
}

impl From<RoleGrant> for GivenRole {
    fn from(grant: RoleGrant) -> Self {
        Self {
            role: grant.role,
            authority: grant.authority,
        }
    }
}

pub(super) fn granted(roles: Vec<GivenRole>) -> Json<Vec<RoleGrant>> {
    Json(roles.into_iter().map(RoleGrant::from).collect())
}

/// An account of a person.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Name to sign in with.
    pub username: String,
    /// Name people know.
    pub name: String,
    /// Roles, each in an authority.
    pub roles: Vec<RoleGrant>,
    /// Whether it may be used.
    pub enabled: bool,
    /// The agency the person works for.
    pub agency_id: Option<Id>,
    /// How the public reaches this person.
    pub public_contact: Option<String>,
    /// Staff number.
    pub staff_number: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether signing in asks for an authenticator's code.
    pub has_authenticator: bool,
    /// What of it waits for a second person.
    pub pending_approval: Option<PendingApproval>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: UtcTime,
}

impl View for AccountView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        let signs_in = (self.has_password, self.has_authenticator);
        Some(super::mark_of(&(signs_in, &self.pending_approval)))
    }
}

/// A one-time code with which a password is set.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCode {
    /// Whose.
    pub user_id: Id,
    /// The code, to be given to the person: they send it as `password`, with `newPassword`, to `/v1/sessions`. Shown
    /// this once.
    pub code: Option<String>,
    /// How long it is good for, in seconds, from when it was made.
    pub expires_in: i64,
}

impl View for PasswordCode {
    fn version(&self) -> i64 {
        1
    }
}

/// An account, its version, and what makes several accounts one person's.
type Row = (User, i64, Option<String>, Option<NaiveDate>);

/// The account, if one of its roles is in an authority that the caller administers, or if it has none and that authority
/// keeps it.
fn find(act: &mut Act, id: Id) -> Result<Row, Problem> {
    let found: Option<Row> = table::table
        .find(id)
        .select((
            User::as_select(),
            table::version,
            table::staff_number,
            table::date_of_birth,
        ))
        .first(act.conn)
        .optional()?;
    let row = found.ok_or_else(Problem::not_found)?;
    let own = administered(act);
    let roles = &row.0.roles.0;
    let reached = match roles.is_empty() {
        true => users::registered_by(act.conn, id)?.is_none_or(|keeper| own.contains(&keeper)),
        false => roles.iter().any(|grant| own.contains(&grant.authority)),
    };
    if !reached {
        return Err(Problem::not_found());
    }
    act.found.authority = roles.first().map(|grant| grant.authority.clone());
    Ok(row)
}

/// The account, if all its roles are the caller's to administer.
fn find_own(act: &mut Act, id: Id) -> Result<Row, Problem> {
    let row = find(act, id)?;
    refuse_others(act, row.0.roles.0.iter().map(|grant| &grant.authority))?;
    Ok(row)
}

/// Refuses what somebody does to their own account: rights and what opens it are for others.
fn refuse_oneself(act: &Act, id: Id) -> Result<(), Problem> {
    match id == act.caller.id {
        true => Err(Problem::new(Code::Forbidden).saying(
            "One's own roles, agency and authenticator, and whether one's own account may be used, are for another administrator.",
        )),
        false => Ok(()),
    }
}

/// The authority in which a second person decides about this account: of its roles or the one that keeps it, one that the
/// caller administers.
fn decided_in(act: &mut Act, id: Id) -> Result<Option<String>, Problem> {
    let own = administered(act);
    for authority in users::authorities_of(act.conn, id)? {
        if own.contains(&authority) && approvals::is_needed(act.conn, &authority)? {
            return Ok(Some(authority));
        }
    }
    Ok(None)
}

fn read(act: &mut Act, id: Id) -> Result<AccountView, Problem> {
    let (user, version, staff_number, date_of_birth) = find(act, id)?;
    let authenticator = authenticators::of(act.conn, id)?;
    Ok(AccountView {
        id: user.id,
        username: user.username,
        name: user.name,
        roles: user.roles.0,
        enabled: user.enabled,
        agency_id: user.agency_id,
        public_contact: user.public_contact,
        staff_number,
        date_of_birth,
        has_password: user.password_hash.is_some(),
        has_authenticator: authenticator.is_some_and(|there| there.confirmed_at.is_some()),
        pending_approval: approvals::pending(act.conn, id, act.now)?,
        version,
        created_at: user.created_at,
    })
}

/// Roles may be given and taken only where the caller administers; those elsewhere stay as they are.
fn faults(
    act: &mut Act,
    account: &Account,
    (before, agency_before): (&[GivenRole], Option<Id>),
) -> Result<Vec<Fault>, Problem> {
    let at = |index: usize| format!("/roles/{index}");
    let mut faults = repeated(&account.roles, at, "This role stands here already.");
    let own = administered(act);
    for (index, grant) in account.roles.iter().enumerate() {
        let given = !before.contains(grant);
        if given && !crate::people::authorities::exists(act.conn, &grant.authority)? {
            let why = "There is no such authority.";
            faults.push(Fault::at(format!("/roles/{index}/authority"), "unknown", why));
        } else if given && !own.contains(&grant.authority) {
            let why = "The caller does not administer this authority.";
            let place = format!("/roles/{index}/authority");
            faults.push(Fault::at(place, "not_administered", why));
        }
    }
    let taken = before.iter().filter(|grant| !account.roles.contains(grant));
    if taken.into_iter().any(|grant| !own.contains(&grant.authority)) {
        let why = "A role in an authority that the caller does not administer stays.";
        faults.push(Fault::at("/roles", "not_administered", why));
    }
    if let Some(agency) = account.agency_id
        && account.agency_id != agency_before
        && !agencies::is_known_to(act.conn, agency, &own)?
    {
        faults.push(Fault::at("/agencyId", "unknown", "There is no such agency."));
    }
    Ok(faults)
}

fn ask(act: &mut Act, id: Id, waits: BTreeMap<String, AskedFor>) -> Result<(), Problem> {
    for (authority, asked) in waits {
        approvals::ask(act, (&authority, ApprovalKind::AccountRights), id, asked)?;
    }
    Ok(())
}

fn make(act: &mut Act, body: &Body<Account>) -> Result<Id, Problem> {
    let found = match body.value() {
        Some(account) => faults(act, account, (&[], None))?,
        None => vec![],
    };
    let account = body.checked(|_| found)?.clone();
    if users::named(act.conn, &account.username)?.is_some() {
        return Err(Problem::new(Code::Conflict).saying("There is an account of this name already."));
    }
    let own = administered(act);
    let first = account.roles.first().map(|grant| grant.authority.clone());
    let keeper = first
        .or_else(|| own.into_iter().next())
        .ok_or_else(Problem::not_found)?;
    let nothing = Account {
        roles: vec![],
        agency_id: None,
        ..account.clone()
    };
    let Split { now, waits } = split(act, &account, &nothing, &keeper)?;
    let user = User {
        id: act.new_id,
        username: now.username,
        name: now.name,
        enabled: now.enabled.unwrap_or(true),
        password_hash: None,
        agency_id: now.agency_id,
        roles: granted(now.roles),
        public_contact: now.public_contact,
        created_at: act.now,
    };
    users::insert(act.conn, &user)?;
    diesel::update(table::table.find(user.id))
        .set((
            table::staff_number.eq(account.staff_number),
            table::date_of_birth.eq(account.date_of_birth),
        ))
        .execute(act.conn)?;
    users::register(act.conn, user.id, &keeper)?;
    accounts::note(
        act.conn,
        user.id,
        AccountChange::Made,
        Some(act.caller.id),
        act.now,
    )?;
    tell_roles(
        act,
        user.id,
        user.roles.0.iter().map(|grant| grant.authority.clone()).collect(),
    )?;
    ask(act, user.id, waits)?;
    Ok(user.id)
}

fn amend(act: &mut Act, id: Id, patch: &Body<Patch<Account>>) -> Result<Id, Problem> {
    let (user, version, staff_number, date_of_birth) = find(act, id)?;
    act.expect_version(version)?;
    let current = Account {
        username: user.username,
        name: user.name,
        roles: user.roles.0.into_iter().map(GivenRole::from).collect(),
        enabled: Some(user.enabled),
        agency_id: user.agency_id,
        public_contact: user.public_contact,
        staff_number,
        date_of_birth,
    };
    let account = patch.valid()?.applied_to(&current)?;
    let mut found = faults(act, &account, (&current.roles, current.agency_id))?;
    if account.username != current.username {
        let why = "The name to sign in with stays.";
        found.push(Fault::at("/username", "fixed", why));
    }
    if !found.is_empty() {
        return Err(Problem::invalid(found));
    }
    let enabled = account.enabled.unwrap_or(true);
    let disables = !enabled && current.enabled == Some(true);
    let enables = enabled && current.enabled == Some(false);
    let moves = account.agency_id != current.agency_id;
    let alike = |one: &[GivenRole], other: &[GivenRole]| one.iter().all(|grant| other.contains(grant));
    let same = alike(&account.roles, &current.roles) && alike(&current.roles, &account.roles);
    if !same || disables || enables || moves {
        refuse_oneself(act, id)?;
    }
    // Stopping protects everybody, and any of its administrators may; what gives more is for whoever administers all of it.
    if enables || moves {
        refuse_others(act, current.roles.iter().map(|grant| &grant.authority))?;
    }
    let own = administered(act);
    let all = users::authorities_of(act.conn, id)?;
    let keeper = all.iter().find(|authority| own.contains(authority)).cloned();
    let keeper = keeper
        .or_else(|| own.first().cloned())
        .ok_or_else(Problem::not_found)?;
    let Split { now, waits } = split(act, &account, &current, &keeper)?;
    let changed_in: Vec<String> = now
        .roles
        .iter()
        .filter(|grant| !current.roles.contains(grant))
        .chain(current.roles.iter().filter(|grant| !now.roles.contains(grant)))
        .map(|grant| grant.authority.clone())
        .collect();
    let held = granted(current.roles.clone()).0;
    let holds = granted(now.roles.clone()).0;
    let gives = now.roles.iter().any(|grant| !current.roles.contains(grant));
    let enabled_now = now.enabled.unwrap_or(true) && enables;
    let moved_now = now.agency_id != current.agency_id;
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::name.eq(now.name),
            table::enabled.eq(now.enabled.unwrap_or(true)),
            table::agency_id.eq(now.agency_id),
            table::public_contact.eq(now.public_contact),
            table::staff_number.eq(now.staff_number),
            table::date_of_birth.eq(now.date_of_birth),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    users::set_roles(act.conn, id, &holds)?;
    refuse_nobody(act, (id, act.caller.id), &held, &holds)?;
    if gives || enabled_now || moved_now {
        accounts::note(
            act.conn,
            id,
            AccountChange::GivenRights,
            Some(act.caller.id),
            act.now,
        )?;
    }
    tell_roles(act, id, if moved_now { all } else { changed_in })?;
    match (disables, enabled_now) {
        (true, _) => tell_disabled(act, id, &held)?,
        (_, true) => tell_enabled(act, id, &holds)?,
        _ => {}
    }
    ask(act, id, waits)?;
    Ok(id)
}

/// Makes a one-time code, and tells every authority of the account.
pub fn give_code(act: &mut Act, user: Id) -> Result<String, Problem> {
    find_own(act, user)?;
    let code = accounts::new_code()?;
    accounts::give_code(act.conn, user, &code, act.now)?;
    let by = Some(act.caller.id);
    accounts::note(act.conn, user, AccountChange::GivenPasswordCode, by, act.now)?;
    tell_all(act, user, NoticeKind::PasswordCodeMade)?;
    Ok(code)
}

fn ask_or(
    act: &mut Act,
    (user, kind): (Id, ApprovalKind),
    done: impl FnOnce(&mut Act) -> Result<(), Problem>,
) -> Result<Id, Problem> {
    find_own(act, user)?;
    refuse_oneself(act, user)?;
    match decided_in(act, user)? {
        Some(authority) => approvals::ask(act, (&authority, kind), user, AskedFor::default()),
        None => done(act).map(|()| user),
    }
}

/// Make an account
///
/// It has no password yet: give the person a one-time code (`…/password-code`), or let a trusted issuer sign them in. Roles with
/// case content or over accounts, and the agency, wait for a second person (`pendingApproval`).
#[utoipa::path(
    operation_id = "makeAccount",
    tag = "Administration",
    request_body = Account,
    responses((status = 201, description = "The account", body = AccountView)),
    extensions(("x-permission" = json!("users.keep")))
)]
#[post("/v1/users")]
pub async fn make_account(call: Call, body: Body<Account>) -> Reply {
    call.create(body, make, read).await
}

/// Read an account
///
/// Of a person who holds a role in an authority that the caller administers.
#[utoipa::path(
    operation_id = "getAccount",
    tag = "Administration",
    params(UserPath),
    responses((status = 200, description = "The account", body = AccountView)),
    extensions(("x-permission" = json!("users.read")))
)]
#[get("/v1/users/{userId}")]
pub async fn get_account(call: Call, ids: Ids<1>) -> Reply {
    let Ids([user]) = ids;
    call.read(move |act| read(act, user)).await
}

/// Amend an account
///
/// By a merge patch; what is changed holds on the next request, on every instance. Disabling holds at once, by an administrator of
/// any of its authorities, and all of them are told. Roles given or taken, the agency, and enabling again wait for a second person
/// (`pendingApproval`). On one's own account only the name and how the public reaches one may be changed.
#[utoipa::path(
    operation_id = "amendAccount",
    tag = "Administration",
    params(UserPath, IfMatchHeader),
    request_body = Patch<Account>,
    responses((status = 200, description = "The account", body = AccountView)),
    extensions(("x-permission" = json!("users.keep")))
)]
#[patch("/v1/users/{userId}")]
pub async fn amend_account(call: Call, ids: Ids<1>, body: Body<Patch<Account>>) -> Reply {
    let Ids([user]) = ids;
    call.change(body, move |act, body| amend(act, user, body), read)
        .await
}

/// Make a one-time code
///
/// With which the person sets a password, once, within three days. It waits for a second person (202), and is then fetched by who
/// asked (`/v1/approvals/{approvalId}/collect`). Where an authority switched that off it is here (200). It replaces any code
/// before; the password stays until it is used. A repeated request does not show it again.
#[utoipa::path(
    operation_id = "makePasswordCode",
    tag = "Administration",
    params(UserPath),
    responses(
        (status = 200, description = "The code", body = PasswordCode),
        (status = 202, description = "It waits for a second person", body = ApprovalView)
    ),
    extensions(("x-permission" = json!("users.keep")))
)]
#[post("/v1/users/{userId}/password-code")]
pub async fn make_password_code(call: Call, ids: Ids<1>) -> Reply {
    let Ids([user]) = ids;
    let (shown, show) = Once::pair();
    let give = move |act: &mut Act, _: &Body<Nothing>| {
        ask_or(act, (user, ApprovalKind::PasswordCode), |act| {
            shown.put(give_code(act, user)?);
            Ok(())
        })
    };
    call.change(Body::of(Nothing {}), give, move |act, id| {
        done_or_waiting(act, id, |_, user_id| {
            Ok(PasswordCode {
                user_id,
                code: show.take(),
                expires_in: accounts::CODE_LIFETIME,
            })
        })
    })
    .await
}

/// Take an authenticator away
///
/// The phone being lost. It waits for a second person (202); where an authority switched that off it is done (200). Where an
/// authenticator is needed, the person sets up another at the next sign-in.
#[utoipa::path(
    operation_id = "resetAuthenticator",
    tag = "Administration",
    params(UserPath),
    responses(
        (status = 200, description = "The account", body = AccountView),
        (status = 202, description = "It waits for a second person", body = ApprovalView)
    ),
    extensions(("x-permission" = json!("users.keep")))
)]
#[post("/v1/users/{userId}/totp-reset")]
pub async fn reset(call: Call, ids: Ids<1>) -> Reply {
    let Ids([user]) = ids;
    let effect = move |act: &mut Act, _: &Body<Nothing>| {
        ask_or(act, (user, ApprovalKind::AuthenticatorReset), |act| {
            let by = Some(act.caller.id);
            approvals::take_authenticator(act, user, by)
        })
    };
    let render = |act: &mut Act, id| done_or_waiting(act, id, read);
    call.change(Body::of(Nothing {}), effect, render).await
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(make_account)
        .service(get_account)
        .service(amend_account)
        .service(make_password_code)
        .service(reset);
}
