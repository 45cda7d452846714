//! API clients as administrators keep them.

use actix_web::{get, patch, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::client_rights::{keys_of, only_stops, widening, without};
use super::credentials::{self, CredentialView};
use super::{administered, faults_of_authorities, refuse_others};
use crate::act::{Act, guarded};
use crate::auth::jwks;
use crate::body::{Body, Patch};
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{ApiClientPath, IfMatchHeader};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::agencies;
use crate::people::approvals::{self, ApprovalKind, AskedFor, PendingApproval};
use crate::people::clients::{self, ApiClient};
use crate::problem::{Code, Fault, Problem, repeated};
use crate::schema::people::{api_client_authorities as served, api_clients as table};
use crate::secrets::Once;

/// A program of a partner agency. It signs in with a key of `jwks` (`private_key_jwt`) or with a secret
/// (`…/credentials`).
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "westshire-intake", "agencyId": "019a4c3e-8f00-7000-8000-000000000001",
    "scopes": ["referrals:submit", "referrals:read"], "defaultAuthority": "northbank", "authorities": ["northbank"],
    "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "2026-11", "alg": "EdDSA",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
}))]
pub struct ApiClientEntry {
    /// Name; no two clients have the same.
    #[schema(min_length = 1, max_length = 100, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// Whose program it is, which stays.
    pub agency_id: Id,
    /// What it may ask for.
    #[schema(min_items = 1, max_items = 20)]
    pub scopes: Vec<ClientScope>,
    /// Where its referrals go when they do not say; one of `authorities`.
    #[schema(min_length = 1, max_length = 40)]
    pub default_authority: Option<String>,
    /// Where they may go: authorities that the caller administers.
    #[schema(min_items = 1, max_items = 200)]
    pub authorities: Vec<String>,
    /// Whether it may be used; a change holds on the next request.
    #[schema(default = true)]
    pub enabled: Option<bool>,
    /// Its public keys (RFC 7517), each with a `kid`: RSA from 2048 bits, P-256, P-384 or Ed25519.
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// Where it publishes its keys, instead of `jwks`: a host of the public internet that answers without redirects. They are fetched
    /// when it asks for a token, kept for ten minutes, and fetched again for a key that is not known, once a minute at most.
    #[schema(min_length = 9, max_length = 500, pattern = "^https://")]
    pub jwks_uri: Option<String>,
}

crate::codes! {
    /// What a client may ask for.
    pub enum ClientScope {
        /// Send referrals, and add to them.
        ReferralsSubmit = "referrals:submit",
        /// Read one's own agency's receipts.
        ReferralsRead = "referrals:read",
        /// Answer enquiries that one's agency was asked to make.
        EnquiriesWrite = "enquiries:write",
        /// Report on actions of one's agency.
        ActionsWrite = "actions:write",
        /// Read events.
        EventsRead = "events:read",
        /// Keep webhooks.
        WebhooksWrite = "webhooks:write",
        /// Read reports.
        ReportsRead = "reports:read",
    }
}

/// An API client.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiClientView {
    /// Id, which is also its `client_id`.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Whose program it is.
    pub agency_id: Id,
    /// What it may ask for.
    pub scopes: Vec<ClientScope>,
    /// Where its referrals go when they do not say.
    pub default_authority: Option<String>,
    /// Where they may go.
    pub authorities: Vec<String>,
    /// Whether it may be used.
    pub enabled: bool,
    /// Its public keys.
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// Where it publishes its keys.
    pub jwks_uri: Option<String>,
    /// Its live secrets, of which only these ids can be shown.
    pub credentials: Vec<CredentialView>,
    /// What of it waits for a second person.
    pub pending_approval: Option<PendingApproval>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was registered.
    pub created_at: UtcTime,
}

impl View for ApiClientView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(super::mark_of(&(&self.credentials, &self.pending_approval)))
    }
}

/// A client with its version and keys.
pub(super) type Row = (ApiClient, i64, Option<Json<Value>>, Option<String>);

/// The client, if it serves an authority that the caller administers.
fn find(act: &mut Act, id: Id) -> Result<Row, Problem> {
    let row = find_any(act, id)?;
    match is_reached(act, &row) {
        true => Ok(row),
        false => Err(Problem::not_found()),
    }
}

fn find_any(act: &mut Act, id: Id) -> Result<Row, Problem> {
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
    let row = found.ok_or_else(Problem::not_found)?;
    act.found.authority = row.0.default_authority.clone();
    Ok(row)
}

fn is_reached(act: &Act, row: &Row) -> bool {
    let own = administered(act);
    row.0.authorities.0.iter().any(|served| own.contains(served))
}

/// The client, if it serves an authority that the caller administers: whoever serves several is stopped by each.
pub(super) fn find_served(act: &mut Act, id: Id) -> Result<ApiClient, Problem> {
    find(act, id).map(|(client, ..)| client)
}

/// The client, if all it serves is the caller's to administer.
pub(super) fn find_own(act: &mut Act, id: Id) -> Result<ApiClient, Problem> {
    let (client, ..) = find(act, id)?;
    refuse_others(act, client.authorities.0.iter())?;
    Ok(client)
}

/// Whether the caller reaches the client.
pub(super) fn reach(act: &mut Act, id: Id) -> Result<(), Problem> {
    find(act, id).map(drop)
}

fn view(act: &mut Act, row: Row) -> Result<ApiClientView, Problem> {
    let (client, version, jwks, jwks_uri) = row;
    let credentials = clients::credentials(act.conn, client.id)?;
    Ok(ApiClientView {
        id: client.id,
        name: client.name,
        agency_id: client.agency_id,
        scopes: client
            .scopes
            .0
            .iter()
            .filter_map(|scope| ClientScope::parse(scope))
            .collect(),
        default_authority: client.default_authority,
        authorities: client.authorities.0,
        enabled: client.enabled,
        jwks: jwks.map(|jwks| jwks.0),
        jwks_uri,
        credentials: credentials.iter().map(credentials::view).collect(),
        pending_approval: approvals::pending(act.conn, client.id, act.now)?,
        version,
        created_at: client.created_at,
    })
}

fn read(act: &mut Act, id: Id) -> Result<ApiClientView, Problem> {
    let row = find(act, id)?;
    view(act, row)
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<ApiClientView>, Problem> {
    let serving = served::table
        .filter(served::authority.one_of(administered(act)))
        .select(served::client_id);
    let query = table::table.filter(table::id.eq_any(serving)).into_boxed();
    let rows: Vec<Row> = crate::paged!(query, table, page)
        .select((
            ApiClient::as_select(),
            table::version,
            table::jwks,
            table::jwks_uri,
        ))
        .load(act.conn)?;
    let rows = Rows::cut(rows, page, |row| row.0.id);
    let items: Result<Vec<_>, _> = rows.items.into_iter().map(|row| view(act, row)).collect();
    Ok(Rows {
        items: items?,
        next_after: rows.next_after,
    })
}

fn faults(
    act: &mut Act,
    entry: &ApiClientEntry,
    before: Option<&ApiClientEntry>,
) -> Result<Vec<Fault>, Problem> {
    let at = |index: usize| format!("/authorities/{index}");
    let mut faults = match before {
        // What it serves already stays, whoever takes something else away.
        Some(before)
            if entry
                .authorities
                .iter()
                .all(|one| before.authorities.contains(one)) =>
        {
            vec![]
        }
        _ => faults_of_authorities(act, &entry.authorities, at)?,
    };
    faults.extend(repeated(
        &entry.authorities,
        at,
        "This authority stands here already.",
    ));
    faults.extend(repeated(
        &entry.scopes,
        |index| format!("/scopes/{index}"),
        "This scope stands here already.",
    ));
    if let Some(default) = &entry.default_authority
        && !entry.authorities.contains(default)
    {
        let why = "This must be one of `authorities`.";
        faults.push(Fault::at("/defaultAuthority", "not_among_authorities", why));
    }
    // Of whom the authorities it is to serve know nothing, nobody here can speak for.
    if before.is_none() && !agencies::is_known_to(act.conn, entry.agency_id, &administered(act))? {
        faults.push(Fault::at("/agencyId", "unknown", "There is no such agency."));
    }
    if let Some(keys) = &entry.jwks {
        faults.extend(jwks::faults_of(keys));
        if entry.jwks_uri.is_some() {
            let why = "Keys stand here or there: give `jwks` or `jwksUri`.";
            faults.push(Fault::at("/jwksUri", "contradiction", why));
        }
    }
    Ok(faults)
}

fn refuse_same_name(act: &mut Act, name: &str, but: Id) -> Result<(), Problem> {
    match clients::named(act.conn, name)?.is_some_and(|there| there.id != but) {
        true => Err(Problem::new(Code::Conflict).saying("There is a client of this name already.")),
        false => Ok(()),
    }
}

fn codes(scopes: &[ClientScope]) -> Json<Vec<String>> {
    Json(scopes.iter().map(|scope| scope.as_str().to_owned()).collect())
}

fn register(act: &mut Act, body: &Body<ApiClientEntry>) -> Result<Id, Problem> {
    let found = match body.value() {
        Some(entry) => faults(act, entry, None)?,
        None => vec![],
    };
    let entry = body.checked(|_| found)?.clone();
    refuse_same_name(act, &entry.name, act.new_id)?;
    let enabled = entry.enabled.unwrap_or(true);
    let decided_in = decided_in(act, &entry.authorities)?;
    let client = ApiClient {
        id: act.new_id,
        name: entry.name,
        agency_id: entry.agency_id,
        scopes: codes(&entry.scopes),
        default_authority: entry.default_authority,
        authorities: Json(entry.authorities),
        enabled: enabled && decided_in.is_none(),
        created_at: act.now,
    };
    diesel::insert_into(table::table)
        .values((
            &client,
            table::jwks.eq(entry.jwks.map(Json)),
            table::jwks_uri.eq(entry.jwks_uri),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    clients::set_rights(act.conn, client.id, &client.scopes.0, &client.authorities.0)?;
    if let Some(authority) = decided_in.filter(|_| enabled) {
        let asked = AskedFor {
            enable: Some(true),
            ..AskedFor::default()
        };
        approvals::ask(act, (&authority, ApprovalKind::ClientRights), client.id, asked)?;
    }
    Ok(client.id)
}

/// The authority in which a second person decides about a client of these, if one has to.
pub(super) fn decided_in(act: &mut Act, authorities: &[String]) -> Result<Option<String>, Problem> {
    let own = administered(act);
    for authority in authorities.iter().filter(|authority| own.contains(authority)) {
        if approvals::is_needed(act.conn, authority)? {
            return Ok(Some(authority.clone()));
        }
    }
    Ok(None)
}

/// Answers whether the caller reaches the client no longer, having taken it from all that they administer.
fn amend(act: &mut Act, id: Id, patch: &Body<Patch<ApiClientEntry>>) -> Result<(Id, bool), Problem> {
    let (client, version, jwks, jwks_uri) = find(act, id)?;
    act.expect_version(version)?;
    let served = client.authorities.0.clone();
    let current = ApiClientEntry {
        name: client.name,
        agency_id: client.agency_id,
        scopes: client
            .scopes
            .0
            .iter()
            .filter_map(|scope| ClientScope::parse(scope))
            .collect(),
        default_authority: client.default_authority,
        authorities: client.authorities.0,
        enabled: Some(client.enabled),
        jwks: jwks.map(|jwks| jwks.0),
        jwks_uri,
    };
    let entry = patch.valid()?.applied_to(&current)?;
    let asked = widening(&current, &entry);
    if !asked.is_nothing() || !only_stops(act, &current, &entry) {
        refuse_others(act, served.iter())?;
    }
    let mut found = faults(act, &entry, Some(&current))?;
    if entry.agency_id != current.agency_id {
        let why = "A client stays with its agency.";
        found.push(Fault::at("/agencyId", "fixed", why));
    }
    if !found.is_empty() {
        return Err(Problem::invalid(found));
    }
    refuse_same_name(act, &entry.name, id)?;
    let waits = match asked.is_nothing() {
        true => None,
        false => decided_in(act, &served)?,
    };
    let now = match waits {
        Some(_) => without(&asked, &current, &entry),
        None => entry,
    };
    save(act, id, version, &now)?;
    if let Some(authority) = waits {
        approvals::ask(act, (&authority, ApprovalKind::ClientRights), id, asked)?;
    }
    let keys_went = current.jwks_uri.is_some() && now.jwks_uri.is_none() || {
        let left = keys_of(now.jwks.as_ref());
        keys_of(current.jwks.as_ref())
            .iter()
            .any(|key| !left.contains(key))
    };
    let stopped = current.enabled == Some(true) && now.enabled == Some(false);
    let narrowed = served.iter().any(|one| !now.authorities.contains(one));
    if stopped || narrowed || keys_went {
        tell_stopped(act, id, &served)?;
    }
    let own = administered(act);
    Ok((id, !now.authorities.iter().any(|one| own.contains(one))))
}

/// Tells every authority that a client serves that it, or a key of it, was stopped.
pub(super) fn tell_stopped(act: &mut Act, id: Id, served: &[String]) -> Result<(), Problem> {
    for authority in served {
        approvals::tell(act, authority, NoticeKind::ClientStopped, id)?;
    }
    Ok(())
}

fn save(act: &mut Act, id: Id, version: i64, entry: &ApiClientEntry) -> Result<(), Problem> {
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::name.eq(&entry.name),
            table::default_authority.eq(&entry.default_authority),
            table::enabled.eq(entry.enabled.unwrap_or(true)),
            table::jwks.eq(entry.jwks.clone().map(Json)),
            table::jwks_uri.eq(&entry.jwks_uri),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    Ok(clients::set_rights(
        act.conn,
        id,
        &codes(&entry.scopes).0,
        &entry.authorities,
    )?)
}

/// List API clients
///
/// Those that serve an authority which the caller administers.
#[utoipa::path(
    operation_id = "listApiClients",
    tag = "Administration",
    params(PageParams),
    responses((status = 200, description = "A page of clients", body = Page<ApiClientView>)),
    extensions(("x-permission" = json!("api_clients.read")))
)]
#[get("/v1/api-clients")]
pub async fn list_api_clients(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

/// Register an API client
///
/// With its public keys, or make a secret for it afterwards. It may be used once a second person approved (`pendingApproval`).
#[utoipa::path(
    operation_id = "registerApiClient",
    tag = "Administration",
    request_body = ApiClientEntry,
    responses((status = 201, description = "The client", body = ApiClientView)),
    extensions(("x-permission" = json!("api_clients.keep")))
)]
#[post("/v1/api-clients")]
pub async fn register_api_client(call: Call, body: Body<ApiClientEntry>) -> Reply {
    call.create(body, register, read).await
}

/// Read an API client
///
/// With the ids of its secrets; secrets are shown only when they are made.
#[utoipa::path(
    operation_id = "getApiClient",
    tag = "Administration",
    params(ApiClientPath),
    responses((status = 200, description = "The client", body = ApiClientView)),
    extensions(("x-permission" = json!("api_clients.read")))
)]
#[get("/v1/api-clients/{clientId}")]
pub async fn get_api_client(call: Call, ids: Ids<1>) -> Reply {
    let Ids([client]) = ids;
    call.read(move |act| read(act, client)).await
}

/// Amend an API client
///
/// By a merge patch; scopes, keys and `enabled` hold on the next request, on every instance. Any administrator of an authority that
/// it serves stops it, takes its keys away, or takes it from their own authority, and all of them are told; what gives it more is
/// for whoever administers all that it serves, and waits for a second person (`pendingApproval`).
#[utoipa::path(
    operation_id = "amendApiClient",
    tag = "Administration",
    params(ApiClientPath, IfMatchHeader),
    request_body = Patch<ApiClientEntry>,
    responses((status = 200, description = "The client", body = ApiClientView)),
    extensions(("x-permission" = json!("api_clients.keep")))
)]
#[patch("/v1/api-clients/{clientId}")]
pub async fn amend_api_client(call: Call, ids: Ids<1>, body: Body<Patch<ApiClientEntry>>) -> Reply {
    let Ids([client]) = ids;
    // Whoever took it from all that they administer reads once more what they did.
    let (gone, went) = Once::pair();
    let effect = move |act: &mut Act, body: &Body<Patch<ApiClientEntry>>| {
        let (id, is_gone) = amend(act, client, body)?;
        if is_gone {
            gone.put(String::new());
        }
        Ok(id)
    };
    call.change(body, effect, move |act, id| match went.take() {
        Some(_) => find_any(act, id).and_then(|row| view(act, row)),
        None => read(act, id),
    })
    .await
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_api_clients)
        .service(register_api_client)
        .service(get_api_client)
        .service(amend_api_client);
}
