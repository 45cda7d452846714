//! API clients: programs of partner agencies.

use diesel::prelude::*;
use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::child_rows::ChildRows;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::people::{
    api_client_authorities as served, api_client_scopes as held, api_clients as table, client_secrets,
};
use crate::secrets;

diesel::allow_tables_to_appear_in_same_query!(table, held, served);

/// Every scope there is for clients.
pub const SCOPES: [&str; 7] = [
    "referrals:submit",
    "referrals:read",
    "enquiries:write",
    "actions:write",
    "events:read",
    "webhooks:write",
    "reports:read",
];

crate::child_rows! {
    /// The scopes of a client.
    pub struct Scopes of table::id {
        from "api_client_scopes" where "api_client_scopes.client_id = api_clients.id" order by "scope", ["": "scope"]
    }
}

crate::child_rows! {
    /// The authorities that a client serves.
    pub struct Authorities of table::id {
        from "api_client_authorities" where "api_client_authorities.client_id = api_clients.id" order by "authority",
        ["": "authority"]
    }
}

/// A program of an agency.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct ApiClient {
    /// Id, which is also its `client_id`.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Whose program it is.
    pub agency_id: Id,
    /// What it may ask for; rows of their own.
    #[diesel(skip_insertion, select_expression = ChildRows::list(), select_expression_type = ChildRows<Scopes>)]
    pub scopes: Json<Vec<String>>,
    /// Where its referrals go when it does not say.
    pub default_authority: Option<String>,
    /// Where they may go; rows of their own.
    #[diesel(skip_insertion, select_expression = ChildRows::list(), select_expression_type = ChildRows<Authorities>)]
    pub authorities: Json<Vec<String>>,
    /// Whether it may sign in.
    pub enabled: bool,
    /// When it was registered.
    pub created_at: UtcTime,
}

/// The client of this id.
pub fn find(conn: &mut Connection, id: Id) -> QueryResult<Option<ApiClient>> {
    table::table
        .find(id)
        .select(ApiClient::as_select())
        .first(conn)
        .optional()
}

/// The client of this name.
pub fn named(conn: &mut Connection, name: &str) -> QueryResult<Option<ApiClient>> {
    table::table
        .filter(table::name.eq(name))
        .select(ApiClient::as_select())
        .first(conn)
        .optional()
}

/// Registers a client with one secret, of which only the digest is kept.
pub fn insert(conn: &mut Connection, client: &ApiClient, secret: &str) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((client, table::updated_at.eq(client.created_at)))
        .execute(conn)?;
    set_rights(conn, client.id, &client.scopes.0, &client.authorities.0)?;
    add_credential(conn, client.id, Id::new(), secret, client.created_at)
}

/// Gives a client these scopes in these authorities, and no others.
pub fn set_rights(
    conn: &mut Connection,
    client: Id,
    scopes: &[impl AsRef<str>],
    authorities: &[String],
) -> QueryResult<()> {
    diesel::delete(held::table.filter(held::client_id.eq(client))).execute(conn)?;
    for scope in scopes {
        let row = (held::client_id.eq(client), held::scope.eq(scope.as_ref()));
        crate::insert_unless_there!(&mut *conn, held, row)?;
    }
    diesel::delete(served::table.filter(served::client_id.eq(client))).execute(conn)?;
    for authority in authorities {
        let row = (served::client_id.eq(client), served::authority.eq(authority));
        crate::insert_unless_there!(&mut *conn, served, row)?;
    }
    Ok(())
}

/// Where the public keys of a client are.
#[derive(Debug, Clone)]
pub enum ClientKeys {
    /// Here: it is registered with them.
    Registered(JwkSet),
    /// At this address.
    Published(String),
}

/// The client with its public keys, if it is enabled and has any.
pub fn with_keys(conn: &mut Connection, id: Id) -> QueryResult<Option<(ApiClient, ClientKeys)>> {
    let found: Option<(ApiClient, Option<Json<Value>>, Option<String>)> = table::table
        .find(id)
        .filter(table::enabled.eq(true))
        .select((ApiClient::as_select(), table::jwks, table::jwks_uri))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(client, keys, url)| {
        let keys = match keys {
            Some(keys) => ClientKeys::Registered(serde_json::from_value(keys.0).ok()?),
            None => ClientKeys::Published(url?),
        };
        Some((client, keys))
    }))
}

/// A secret as it is kept.
#[derive(Debug, Clone, Queryable)]
pub struct Credential {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// When it was made.
    pub created_at: UtcTime,
}

/// Its live secrets, the older one first.
pub fn credentials(conn: &mut Connection, client: Id) -> QueryResult<Vec<Credential>> {
    client_secrets::table
        .filter(
            client_secrets::client_id
                .eq(client)
                .and(client_secrets::revoked_at.is_null()),
        )
        .order(client_secrets::id)
        .select((client_secrets::id, client_secrets::created_at))
        .load(conn)
}

/// Adds a secret of which only the digest is kept.
pub fn add_credential(
    conn: &mut Connection,
    client: Id,
    id: Id,
    secret: &str,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(client_secrets::table)
        .values((
            client_secrets::id.eq(id),
            client_secrets::client_id.eq(client),
            client_secrets::digest.eq(secrets::digest_of(secret.as_bytes())),
            client_secrets::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// So many secrets of a client are live at one time.
const LIVE: usize = 2;

/// Adds a secret; the older one is revoked when there would be a third.
pub fn replace_credential(
    conn: &mut Connection,
    client: Id,
    id: Id,
    secret: &str,
    now: UtcTime,
) -> QueryResult<()> {
    let live = credentials(conn, client)?;
    let too_many = (live.len() + 1).saturating_sub(LIVE);
    for older in live.iter().take(too_many) {
        revoke_credential(conn, client, older.id, now)?;
    }
    add_credential(conn, client, id, secret, now)
}

/// Revokes a secret.
pub fn revoke_credential(conn: &mut Connection, client: Id, id: Id, now: UtcTime) -> QueryResult<()> {
    let live = client_secrets::client_id
        .eq(client)
        .and(client_secrets::revoked_at.is_null());
    diesel::update(client_secrets::table.find(id).filter(live))
        .set(client_secrets::revoked_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// The client, if it is enabled and the secret is one of its live ones.
pub fn with_secret(conn: &mut Connection, id: Id, secret: &str) -> QueryResult<Option<ApiClient>> {
    let digests: Vec<String> = client_secrets::table
        .filter(
            client_secrets::client_id
                .eq(id)
                .and(client_secrets::revoked_at.is_null()),
        )
        .select(client_secrets::digest)
        .load(conn)?;
    let given = secrets::digest_of(secret.as_bytes());
    if !digests.iter().any(|digest| secrets::same(digest, &given)) {
        return Ok(None);
    }
    table::table
        .find(id)
        .filter(table::enabled.eq(true))
        .select(ApiClient::as_select())
        .first(conn)
        .optional()
}
