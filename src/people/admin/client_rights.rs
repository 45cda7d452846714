//! What a client may do, and who says so: which change only takes away, and which gives it more and waits for a second person.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::administered;
use super::api_clients::{ApiClientEntry, Row};
use crate::act::{Act, guarded};
use crate::db::types::Json;
use crate::ids::Id;
use crate::people::approvals::AskedFor;
use crate::people::clients::{self, ApiClient};
use crate::problem::Problem;
use crate::schema::people::api_clients as table;

/// The keys of a set.
pub(super) fn keys_of(jwks: Option<&Value>) -> Vec<Value> {
    let keys = jwks.and_then(|jwks| jwks.get("keys")).and_then(Value::as_array);
    keys.cloned().unwrap_or_default()
}

fn set_of(keys: &[Value]) -> Option<Value> {
    (!keys.is_empty()).then(|| json!({ "keys": keys }))
}

/// What of a change gives the client more than it has: it needs whoever administers all that it serves, and a second person.
pub(super) fn widening(current: &ApiClientEntry, entry: &ApiClientEntry) -> AskedFor {
    let known = keys_of(current.jwks.as_ref());
    let mut new_keys = keys_of(entry.jwks.as_ref());
    new_keys.retain(|key| !known.contains(key));
    let more = entry
        .scopes
        .iter()
        .filter(|scope| !current.scopes.contains(scope));
    let serves = entry
        .authorities
        .iter()
        .filter(|one| !current.authorities.contains(one));
    let enables = entry.enabled.unwrap_or(true) && current.enabled == Some(false);
    let moved = entry.jwks_uri != current.jwks_uri;
    AskedFor {
        enable: enables.then_some(true),
        scopes: more.map(|scope| scope.as_str().to_owned()).collect(),
        authorities: serves.cloned().collect(),
        jwks: set_of(&new_keys),
        jwks_uri: entry.jwks_uri.clone().filter(|_| moved),
        ..AskedFor::default()
    }
}

/// The change without what widens it.
pub(super) fn without(asked: &AskedFor, current: &ApiClientEntry, entry: &ApiClientEntry) -> ApiClientEntry {
    let known = keys_of(current.jwks.as_ref());
    let mut now = entry.clone();
    now.scopes.retain(|scope| current.scopes.contains(scope));
    now.authorities.retain(|one| current.authorities.contains(one));
    // What is to be replaced whole stays until then: a client that serves nobody would be nobody's to administer.
    if now.scopes.is_empty() {
        now.scopes.clone_from(&current.scopes);
    }
    if now.authorities.is_empty() {
        now.authorities.clone_from(&current.authorities);
    }
    now.default_authority = now.default_authority.filter(|one| now.authorities.contains(one));
    if asked.enable.is_some() {
        now.enabled = Some(false);
    }
    if asked.jwks.is_some() {
        let mut kept = keys_of(entry.jwks.as_ref());
        kept.retain(|key| known.contains(key));
        now.jwks = set_of(&kept);
    }
    if asked.jwks_uri.is_some() {
        now.jwks_uri.clone_from(&current.jwks_uri);
        now.jwks = now.jwks.filter(|_| now.jwks_uri.is_none());
    }
    now
}

/// Whether a change only stops the client, takes away keys, or takes it from authorities that the caller administers: any of its
/// administrators may.
pub(super) fn only_stops(act: &Act, current: &ApiClientEntry, entry: &ApiClientEntry) -> bool {
    let own = administered(act);
    let gone: Vec<&String> = current
        .authorities
        .iter()
        .filter(|one| !entry.authorities.contains(one))
        .collect();
    let default_went = current
        .default_authority
        .as_ref()
        .is_some_and(|one| gone.contains(&one));
    entry.name == current.name
        && entry.scopes == current.scopes
        && gone.iter().all(|one| own.contains(one))
        && (entry.default_authority == current.default_authority || default_went)
        && (entry.jwks_uri == current.jwks_uri || entry.jwks_uri.is_none())
}

/// Gives a client what a second person approved. Keys are added to those that it has now: what was taken away meanwhile stays
/// away.
pub fn apply(act: &mut Act, id: Id, asked: &AskedFor) -> Result<(), Problem> {
    let found: Option<Row> = table::table
        .find(id)
        .select((
            ApiClient::as_select(),
            table::version,
            table::jwks,
            table::jwks_uri,
        ))
        .first(act.conn)
        .optional()?;
    let (mut client, version, jwks, jwks_uri) = found.ok_or_else(Problem::not_found)?;
    add(&mut client.scopes.0, &asked.scopes);
    add(&mut client.authorities.0, &asked.authorities);
    let mut keys = keys_of(jwks.as_ref().map(|jwks| &jwks.0));
    add(&mut keys, &keys_of(asked.jwks.as_ref()));
    // Keys stand here or there.
    let (jwks, jwks_uri) = match (&asked.jwks_uri, &asked.jwks) {
        (Some(place), _) => (None, Some(place.clone())),
        (None, Some(_)) => (set_of(&keys), None),
        (None, None) => (jwks.map(|jwks| jwks.0), jwks_uri),
    };
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::enabled.eq(client.enabled || asked.enable == Some(true)),
            table::jwks.eq(jwks.map(Json)),
            table::jwks_uri.eq(jwks_uri),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    Ok(clients::set_rights(
        act.conn,
        id,
        &client.scopes.0,
        &client.authorities.0,
    )?)
}

fn add<T: Clone + PartialEq>(held: &mut Vec<T>, given: &[T]) {
    for one in given {
        if !held.contains(one) {
            held.push(one.clone());
        }
    }
}
