//! Secrets of API clients: two live at most, so that one can be replaced without an outage.

use actix_web::{delete, get, post};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::api_clients::{decided_in, find_own, find_served, reach, tell_stopped};
use crate::act::{Act, IfMatch};
use crate::auth::sign_in::Nothing;
use crate::body::Body;
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{ApiClientPath, CredentialPath};
use crate::ids::Id;
use crate::people::approvals::routes::{ApprovalView, done_or_waiting};
use crate::people::approvals::{self, ApprovalKind, AskedFor};
use crate::people::clients::{self, Credential};
use crate::problem::Problem;
use crate::secrets::{self, Once};

/// A secret of a client.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The secret itself, shown this once: only a digest is kept.
    pub secret: Option<String>,
    /// When it was made.
    pub created_at: UtcTime,
}

impl View for CredentialView {
    fn version(&self) -> i64 {
        1
    }
}

pub(super) fn view(credential: &Credential) -> CredentialView {
    CredentialView {
        id: credential.id,
        secret: None,
        created_at: credential.created_at,
    }
}

fn find(act: &mut Act, client: Id, id: Id) -> Result<CredentialView, Problem> {
    let live = clients::credentials(act.conn, client)?;
    let found = live.into_iter().find(|credential| credential.id == id);
    found.as_ref().map(view).ok_or_else(Problem::not_found)
}

fn make(act: &mut Act, client: Id, shown: &Once) -> Result<Id, Problem> {
    let found = find_own(act, client)?;
    if let Some(authority) = decided_in(act, &found.authorities.0)? {
        let kind = ApprovalKind::ClientSecret;
        return approvals::ask(act, (&authority, kind), client, AskedFor::default());
    }
    let secret = secrets::random()?;
    clients::replace_credential(act.conn, client, act.new_id, &secret, act.now)?;
    shown.put(secret);
    Ok(act.new_id)
}

/// Make a secret
///
/// With it somebody is that client: it waits for a second person (202), and is then fetched by who asked
/// (`/v1/approvals/{approvalId}/collect`). Where an authority switched that off it is here (201). Two are live at most: the older
/// one is revoked when a third is made. A repeated request does not show it again.
#[utoipa::path(
    operation_id = "makeCredential",
    tag = "Administration",
    params(ApiClientPath),
    responses(
        (status = 201, description = "The secret", body = CredentialView),
        (status = 202, description = "It waits for a second person", body = ApprovalView)
    ),
    extensions(("x-permission" = json!("api_clients.keep")))
)]
#[post("/v1/api-clients/{clientId}/credentials")]
pub async fn make_credential(call: Call, ids: Ids<1>) -> Reply {
    let Ids([client]) = ids;
    let (shown, show) = Once::pair();
    let effect = move |act: &mut Act, _: &Body<Nothing>| make(act, client, &shown);
    call.create(Body::of(Nothing {}), effect, move |act, id| {
        done_or_waiting(act, id, |act, id| {
            let found = find(act, client, id)?;
            Ok(CredentialView {
                secret: show.take(),
                ..found
            })
        })
    })
    .await
}

/// Read about a secret
///
/// Whether it is live; the secret itself is never shown again.
#[utoipa::path(
    operation_id = "getCredential",
    tag = "Administration",
    params(CredentialPath),
    responses((status = 200, description = "It is live", body = CredentialView)),
    extensions(("x-permission" = json!("api_clients.read")))
)]
#[get("/v1/api-clients/{clientId}/credentials/{credentialId}")]
pub async fn get_credential(call: Call, ids: Ids<2>) -> Reply {
    let Ids([client, credential]) = ids;
    call.read(move |act| {
        reach(act, client)?;
        find(act, client, credential)
    })
    .await
}

/// Revoke a secret
///
/// By any administrator of an authority that the client serves; all of them are told. From the next request for a token on it is refused. `If-Match` is not needed, but held to where it is sent.
#[utoipa::path(
    operation_id = "revokeCredential",
    tag = "Administration",
    params(CredentialPath),
    responses((status = 204, description = "It is revoked")),
    extensions(("x-permission" = json!("api_clients.keep")))
)]
#[delete("/v1/api-clients/{clientId}/credentials/{credentialId}")]
pub async fn revoke_credential(call: Call, ids: Ids<2>) -> Reply {
    let Ids([client, credential]) = ids;
    call.remove(move |act| {
        let served = find_served(act, client)?.authorities.0;
        let live = find(act, client, credential)?;
        if matches!(act.if_match, IfMatch::Versions(_)) {
            act.expect_version(live.version())?;
        }
        clients::revoke_credential(act.conn, client, credential, act.now)?;
        tell_stopped(act, client, &served)?;
        Ok(credential)
    })
    .await
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(make_credential)
        .service(get_credential)
        .service(revoke_credential);
}
