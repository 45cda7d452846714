//! The token endpoint and the revocation endpoint, as RFC 6749 and RFC 7009 have them.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::sessions::{self, EndedBecause};
use super::{assertions, callers, tokens};
use crate::audit;
use crate::clock::{self, UtcTime};
use crate::http::passed::Arrived;
use crate::ids::Id;
use crate::people::clients::{self, ApiClient, ClientKeys};
use crate::people::users;
use crate::policy::CallerKind;
use crate::problem::Problem;
use crate::server::app::App;

/// What is sent to get a token (RFC 6749, RFC 7523).
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `client_credentials`, or `refresh_token` to renew the session of a person.
    #[schema(example = "client_credentials")]
    pub grant_type: String,
    /// Scopes wanted, space-separated; all the client has if absent.
    pub scope: Option<String>,
    /// The client's id, unless it is in the Authorization header or the assertion.
    pub client_id: Option<String>,
    /// The client's secret, unless it is in the Authorization header.
    pub client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    pub client_assertion_type: Option<String>,
    /// A JWT that the client signed with a key it is registered with: `iss` and `sub` its id, `aud` this URL or the
    /// issuer, `exp` at most five minutes ahead, a `jti` of its own, `kid` in the header; RS512, PS256, ES256, ES384 or EdDSA.
    pub client_assertion: Option<String>,
    /// The refresh token of a session. It is used once; repeated within a minute it is answered alike, later it ends
    /// the session.
    pub refresh_token: Option<String>,
}

/// An access token (RFC 6749).
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it expires.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// Scopes granted; people have none, their roles decide.
    #[schema(example = "referrals:submit referrals:read")]
    pub scope: String,
    /// The next refresh token of a session.
    pub refresh_token: Option<String>,
}

/// Get an access token
///
/// As an API client: client credentials with `private_key_jwt`, or with a secret by HTTP Basic or in the form. For a
/// person: the refresh token of a session. Errors are as RFC 6749 has them.
#[utoipa::path(
    operation_id = "getToken",
    tag = "Signing in",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenAnswer),
        (status = 400, description = "`invalid_request`, `invalid_grant`, `unsupported_grant_type` or `invalid_scope`", body = TokenRefusal),
        (status = 401, description = "`invalid_client`", body = TokenRefusal)
    ),
    extensions(("x-permission" = json!("open")))
)]
#[post("/oauth2/token")]
pub async fn get_token(
    app: Data<App>,
    request: HttpRequest,
    form: Option<Form<TokenRequest>>,
) -> HttpResponse {
    match token(&app, &request, form).await {
        Ok(answer) => HttpResponse::Ok()
            .insert_header((header::PRAGMA, "no-cache"))
            .json(answer),
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: TokenRefusal) -> HttpResponse {
    match refusal.error {
        "invalid_client" => HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"msp-api\""))
            .json(refusal),
        "temporarily_unavailable" => HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, 1))
            .json(refusal),
        _ => HttpResponse::BadRequest().json(refusal),
    }
}

/// Why there is no token (RFC 6749 §5.2).
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenRefusal {
    /// The error code.
    #[schema(example = "invalid_client")]
    pub error: &'static str,
    /// The error in a sentence.
    pub error_description: &'static str,
}

fn refusal(error: &'static str, error_description: &'static str) -> TokenRefusal {
    TokenRefusal {
        error,
        error_description,
    }
}

fn invalid_client() -> TokenRefusal {
    let why = "The client is not known, or it has not shown who it is.";
    refusal("invalid_client", why)
}

/// RFC 6749 has no code for a fault of the server here, so the caller is told to come back, and the operator the cause.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unavailable(problem: Problem) -> TokenRefusal {
    problem.log_if_ours();
    refusal("temporarily_unavailable", "Try again in a moment.")
}

async fn token(
    app: &App,
    request: &HttpRequest,
    form: Option<Form<TokenRequest>>,
) -> Result<TokenAnswer, TokenRefusal> {
    let form = form
        .ok_or_else(|| refusal("invalid_request", "A form with grant_type is expected."))?
        .into_inner();
    match form.grant_type.as_str() {
        "client_credentials" => for_client(app, request, form).await,
        "refresh_token" => for_session(app, request, form).await,
        _ => Err(refusal(
            "unsupported_grant_type",
            "client_credentials and refresh_token are offered.",
        )),
    }
}

async fn for_client(
    app: &App,
    request: &HttpRequest,
    form: TokenRequest,
) -> Result<TokenAnswer, TokenRefusal> {
    let wanted = form.scope.clone();
    let client = client(app, request, form).await?;
    let scopes: Vec<String> = match wanted {
        None => client.scopes.0,
        Some(wanted) => {
            let wanted: Vec<String> = wanted.split_whitespace().map(str::to_owned).collect();
            if !wanted.iter().all(|scope| client.scopes.0.contains(scope)) {
                return Err(refusal("invalid_scope", "The client does not have this scope."));
            }
            wanted
        }
    };
    let now = clock::now();
    let access_token = app
        .tokens
        .issue(client.id, CallerKind::Client, &scopes, now)
        .map_err(unavailable)?;
    let (id, held, arrived) = (
        client.id,
        scopes.clone(),
        Arrived::of(request).map_err(unavailable)?,
    );
    let caller = app
        .database
        .read(move |conn| Ok(callers::client(conn, id, &held, now)?));
    let caller = caller.await.map_err(unavailable)?.ok_or_else(invalid_client)?;
    let entry = arrived.entry(caller);
    app.audit.record(entry).await.map_err(unavailable)?;
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME,
        scope: scopes.join(" "),
        refresh_token: None,
    })
}

/// The client that proves who it is, in exactly one way.
async fn client(app: &App, request: &HttpRequest, form: TokenRequest) -> Result<ApiClient, TokenRefusal> {
    let in_header = request.headers().contains_key(header::AUTHORIZATION);
    let ways = [
        in_header,
        form.client_secret.is_some(),
        form.client_assertion.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() > 1 {
        let why = "A client shows in one way who it is.";
        return Err(refusal("invalid_request", why));
    }
    let found = match form.client_assertion {
        Some(assertion) => {
            if form.client_assertion_type.as_deref() != Some(assertions::TYPE) {
                let why = "client_assertion_type is not one that is taken.";
                return Err(refusal("invalid_request", why));
            }
            signed(app, assertion, clock::now()).await
        }
        None => {
            let credentials = basic(request).or_else(|| Some((form.client_id.clone()?, form.client_secret?)));
            let (id, secret) = credentials.ok_or_else(invalid_client)?;
            let id = Id::parse(&id).ok_or_else(invalid_client)?;
            let work = move |conn: &mut _| Ok(clients::with_secret(conn, id, &secret)?);
            app.database.read(work).await
        }
    };
    let client = found.map_err(unavailable)?.ok_or_else(invalid_client)?;
    let said = form.client_id.is_none_or(|id| id == client.id.to_string());
    said.then_some(client).ok_or_else(invalid_client)
}

/// The client that signed this assertion.
async fn signed(app: &App, assertion: String, now: UtcTime) -> Result<Option<ApiClient>, Problem> {
    let Some(claimed) = assertions::claimed(&assertion) else {
        return Ok(None);
    };
    let found = app
        .database
        .read(move |conn| Ok(clients::with_keys(conn, claimed)?));
    let Some((client, keys)) = found.await? else {
        return Ok(None);
    };
    let keys = match keys {
        ClientKeys::Registered(keys) => Some(Arc::new(keys)),
        ClientKeys::Published(url) => {
            let kid = assertions::kid_of(&assertion).unwrap_or_default();
            app.published_keys.of(client.id, &url, &kid, now).await
        }
    };
    let Some(keys) = keys else { return Ok(None) };
    let (id, issuer) = (client.id, app.config.public_url.clone());
    let good = app
        .database
        .write(move |conn| assertions::is_good(conn, &assertion, (id, &keys), &issuer, now));
    Ok(good.await?.then_some(client))
}

fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

async fn for_session(
    app: &App,
    request: &HttpRequest,
    form: TokenRequest,
) -> Result<TokenAnswer, TokenRefusal> {
    let token = form
        .refresh_token
        .ok_or_else(|| refusal("invalid_request", "refresh_token is missing."))?;
    let arrived = Arrived::of(request).map_err(unavailable)?;
    let (key, now) = (app.keys.refresh.clone(), clock::now());
    let renewed = app.database.write(move |conn| {
        let renewed = sessions::renew(conn, &key, &token, now)?;
        let Some(renewed) = renewed else { return Ok(None) };
        let Some(caller) = users::caller(conn, renewed.user, now)? else {
            return Ok(None);
        };
        audit::record(conn, &arrived.clone().entry(caller))?;
        Ok(Some(renewed))
    });
    let renewed = renewed.await.map_err(unavailable)?.ok_or_else(|| {
        let why = "The session is over, or this is not its refresh token: sign in again.";
        refusal("invalid_grant", why)
    })?;
    let session = Some(renewed.session);
    let access_token = app
        .tokens
        .issue_in(session, renewed.user, CallerKind::User, &[], now)
        .map_err(unavailable)?;
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME,
        scope: String::new(),
        refresh_token: Some(renewed.refresh_token),
    })
}

/// What is sent to revoke a token (RFC 7009).
#[derive(Debug, Deserialize, ToSchema)]
pub struct RevocationRequest {
    /// The refresh token of a session, or an access token of it.
    pub token: String,
    /// Not needed: the two are told apart.
    pub token_type_hint: Option<String>,
}

/// Revoke a token
///
/// Ends the session that a refresh token or an access token of a person belongs to: from the next request on every
/// token of it is refused. A token that is not known is answered alike, as RFC 7009 has it. Access tokens of API clients
/// expire within ten minutes and cannot be revoked; disable the client instead.
#[utoipa::path(
    operation_id = "revokeToken",
    tag = "Signing in",
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token is not good any more"),
        (status = 400, description = "`invalid_request` or `unsupported_token_type`", body = TokenRefusal)
    ),
    extensions(("x-permission" = json!("open")))
)]
#[post("/oauth2/revoke")]
pub async fn revoke_token(
    app: Data<App>,
    request: HttpRequest,
    form: Option<Form<RevocationRequest>>,
) -> HttpResponse {
    match revoke(&app, &request, form).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(refusal) => refused(refusal),
    }
}

async fn revoke(
    app: &App,
    request: &HttpRequest,
    form: Option<Form<RevocationRequest>>,
) -> Result<(), TokenRefusal> {
    let form = form.ok_or_else(|| refusal("invalid_request", "A form with token is expected."))?;
    let now = clock::now();
    let session = match sessions::of_refresh_token(&form.token, &app.keys.refresh) {
        Some(session) => Some(session),
        None => match app.tokens.accept(&form.token, now) {
            Ok(accepted) if accepted.session.is_none() => {
                let why = "This token belongs to no session; it expires by itself.";
                return Err(refusal("unsupported_token_type", why));
            }
            Ok(accepted) => accepted.session,
            Err(_) => None,
        },
    };
    let Some(session) = session else { return Ok(()) };
    let arrived = Arrived::of(request).map_err(unavailable)?;
    let ended = app.database.write(move |conn| {
        sessions::end(conn, session, EndedBecause::SignedOut, now)?;
        let user = sessions::user_of(conn, session)?;
        let caller = user.map(|user| users::caller(conn, user, now)).transpose()?;
        match caller.flatten() {
            Some(caller) => audit::record(conn, &arrived.clone().entry(caller)),
            None => Ok(()),
        }
    });
    ended.await.map_err(unavailable)
}
