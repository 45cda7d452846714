//! The caller behind an accepted token, loaded for every request.

use diesel::prelude::*;

use super::tokens::Accepted;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::people::{agencies, clients, users};
use crate::policy::{Caller, CallerKind};
use crate::problem::{Code, Problem};

/// Loads the caller, or says that access has ended.
pub fn load(conn: &mut Connection, accepted: &Accepted, now: UtcTime) -> Result<Caller, Problem> {
    let caller = match accepted.kind {
        CallerKind::Client => client(conn, accepted, now)?,
        CallerKind::User | CallerKind::System => users::caller(conn, accepted.subject)?,
    };
    caller.ok_or_else(|| Problem::new(Code::AccessEnded))
}

fn client(conn: &mut Connection, accepted: &Accepted, now: UtcTime) -> QueryResult<Option<Caller>> {
    let found = clients::find_with_agency(conn, accepted.subject)?;
    let Some((client, agency)) = found.filter(|(client, _)| client.enabled) else {
        return Ok(None);
    };
    // A token never widens what the client has now.
    let scopes = client
        .scopes
        .0
        .into_iter()
        .filter(|scope| accepted.scopes.contains(scope))
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
        agreement_in_force: agencies::agreement_in_force(&agency, now.date()),
        at: now,
    }))
}
