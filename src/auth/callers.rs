//! The caller behind an accepted token, loaded for every request.

use diesel::prelude::*;

use super::tokens::{Accepted, Subject};
use crate::casework::cases::access;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::people::{agencies, clients, users};
use crate::policy::{Caller, CallerKind, Role, RoleGrant};
use crate::problem::{Code, Problem};

/// Loads the caller, or says that access has ended: the account is disabled or gone, or its session is over.
pub fn load(conn: &mut Connection, accepted: &Accepted, now: UtcTime) -> Result<Caller, Problem> {
    let caller = match (&accepted.subject, accepted.kind) {
        (Subject::Id(id), CallerKind::Client) => client(conn, *id, &accepted.scopes, now)?,
        (Subject::Id(id), _) => users::caller_in(conn, *id, accepted.session, now)?,
        // Somebody a trusted issuer knows and we do not was never let in.
        (Subject::Username(name), _) => {
            let known = users::named(conn, name)?.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
            // Nor was somebody of whom that issuer may not speak.
            let kept_by = users::registered_by(conn, known.id)?;
            let bounds = accepted.bounds.as_ref();
            if !bounds.is_some_and(|bounds| bounds.hold(&known.roles.0, kept_by.as_deref())) {
                return Err(Problem::new(Code::Unauthenticated));
            }
            users::caller_in(conn, known.id, None, now)?
        }
    };
    let caller = caller.ok_or_else(|| Problem::new(Code::AccessEnded))?;
    match is_given_each_case(&caller) && access::is_over(conn, caller.id, now)? {
        true => Err(Problem::new(Code::AccessEnded)),
        false => Ok(caller),
    }
}

/// Whether all that this caller reaches are cases that are given one by one.
fn is_given_each_case(caller: &Caller) -> bool {
    let given = |grant: &RoleGrant| Role::GIVEN_CASES.contains(&grant.role);
    caller.kind == CallerKind::User && !caller.roles.is_empty() && caller.roles.iter().all(given)
}

/// An API client that is enabled, with those of these scopes that it has.
pub fn client(conn: &mut Connection, id: Id, scopes: &[String], now: UtcTime) -> QueryResult<Option<Caller>> {
    let Some(client) = clients::find(conn, id)?.filter(|client| client.enabled) else {
        return Ok(None);
    };
    let mut agreements = agencies::agreed_with(conn, client.agency_id, now.date())?;
    agreements.retain(|authority| client.authorities.0.contains(authority));
    // A token never widens what the client has now.
    let scopes = client
        .scopes
        .0
        .into_iter()
        .filter(|scope| scopes.contains(scope))
        .collect();
    Ok(Some(Caller {
        id: client.id,
        kind: CallerKind::Client,
        name: client.name,
        agency_id: Some(client.agency_id),
        roles: vec![],
        teams: vec![],
        scopes,
        default_authority: client.default_authority,
        authorities: client.authorities.0,
        agreements,
        escalated: false,
        at: now,
    }))
}
