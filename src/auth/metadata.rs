//! The documents from which callers learn where tokens are to be had and how they are verified.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde_json::json;

use super::{assertions, jwks, keys};
use crate::people::clients;
use crate::server::app::App;

/// Published keys
///
/// The keys with which access tokens can be verified (RFC 7517).
#[utoipa::path(
    operation_id = "getKeys",
    tag = "Signing in",
    responses((status = 200, description = "A JSON Web Key Set", body = serde_json::Value)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/.well-known/jwks.json")]
pub async fn published_keys(app: Data<App>) -> HttpResponse {
    let kept = format!("public, max-age={}", keys::CACHED_FOR);
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, kept))
        .json(&app.keys.ring().published)
}

/// Metadata of the authorization server
///
/// Where tokens are to be had and how (RFC 8414).
#[utoipa::path(
    operation_id = "getAuthorizationServer",
    tag = "Signing in",
    responses((status = 200, description = "Metadata", body = serde_json::Value)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/.well-known/oauth-authorization-server")]
pub async fn authorization_server(app: Data<App>) -> HttpResponse {
    let issuer = &app.config.public_url;
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "token_endpoint": assertions::token_url(issuer),
        "revocation_endpoint": format!("{issuer}/oauth2/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "service_documentation": format!("{issuer}/docs/"),
        "grant_types_supported": ["client_credentials", "refresh_token"],
        "response_types_supported": [],
        "scopes_supported": clients::SCOPES,
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"],
        "token_endpoint_auth_signing_alg_values_supported": jwks::NAMES,
        "revocation_endpoint_auth_methods_supported": ["none"]
    }))
}

/// Metadata of the protected resource
///
/// Which authorization server this API trusts (RFC 9728).
#[utoipa::path(
    operation_id = "getProtectedResource",
    tag = "Signing in",
    responses((status = 200, description = "Metadata", body = serde_json::Value)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/.well-known/oauth-protected-resource")]
pub async fn protected_resource(app: Data<App>) -> HttpResponse {
    let issuer = &app.config.public_url;
    HttpResponse::Ok().json(json!({
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": clients::SCOPES,
        "bearer_methods_supported": ["header"],
        "resource_name": "msp-api",
        "resource_documentation": format!("{issuer}/docs/")
    }))
}
