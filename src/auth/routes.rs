//! Getting a token, and reading who one is.

use actix_web::http::header;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{passwords, tokens};
use crate::act::Act;
use crate::app::App;
use crate::body::Body;
use crate::clock;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::ids::Id;
use crate::people::{clients, users};
use crate::policy::{CallerKind, RoleGrant, Standing};
use crate::problem::{Code, Problem};
use crate::schema::casework::case_access;

/// What a client sends to get a token (RFC 6749).
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `client_credentials`.
    #[schema(example = "client_credentials")]
    pub grant_type: String,
    /// Scopes wanted, space-separated; all the client has if absent.
    pub scope: Option<String>,
    /// The client's id, unless it is in the Authorization header.
    pub client_id: Option<String>,
    /// The client's secret, unless it is in the Authorization header.
    pub client_secret: Option<String>,
}

/// An access token (RFC 6749).
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
    /// Scopes granted.
    #[schema(example = "referrals:submit referrals:read")]
    pub scope: String,
}

/// Get an access token as an API client
///
/// Client credentials with a secret, by HTTP Basic or in the form. Errors are as RFC 6749 has them.
#[utoipa::path(
    operation_id = "getToken",
    tag = "Signing in",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenAnswer),
        (status = 400, description = "`invalid_request`, `unsupported_grant_type` or `invalid_scope`", body = TokenRefusal),
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
        Err(refusal) => {
            let mut response = match refusal.error {
                "invalid_client" => HttpResponse::Unauthorized(),
                "temporarily_unavailable" => HttpResponse::ServiceUnavailable(),
                _ => HttpResponse::BadRequest(),
            };
            if refusal.error == "invalid_client" {
                response.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"msp-api\""));
            }
            response.json(refusal)
        }
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

async fn token(
    app: &App,
    request: &HttpRequest,
    form: Option<Form<TokenRequest>>,
) -> Result<TokenAnswer, TokenRefusal> {
    let form = form
        .ok_or_else(|| refusal("invalid_request", "A form with grant_type is expected."))?
        .into_inner();
    if form.grant_type != "client_credentials" {
        return Err(refusal(
            "unsupported_grant_type",
            "Only client_credentials is offered.",
        ));
    }
    let invalid_client = || {
        refusal(
            "invalid_client",
            "The client is not known or its secret is wrong.",
        )
    };
    let credentials = basic(request).or_else(|| Some((form.client_id?, form.client_secret?)));
    let (id, secret) = credentials.ok_or_else(invalid_client)?;
    let id = Id::parse(&id).ok_or_else(invalid_client)?;
    let found = app
        .database
        .read(move |conn| Ok(clients::with_secret(conn, id, &secret)?))
        .await;
    let unavailable = |_| refusal("temporarily_unavailable", "Try again in a moment.");
    let client = found.map_err(unavailable)?.ok_or_else(invalid_client)?;
    let scopes: Vec<String> = match form.scope {
        None => client.scopes.0,
        Some(wanted) => wanted
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .into_iter()
            .try_fold(Vec::new(), |mut granted, scope| {
                match client.scopes.0.contains(&scope) {
                    true => {
                        granted.push(scope);
                        Ok(granted)
                    }
                    false => Err(refusal("invalid_scope", "The client does not have this scope.")),
                }
            })?,
    };
    let access_token = app
        .tokens
        .issue(client.id, CallerKind::Client, &scopes, clock::now())
        .map_err(unavailable)?;
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME,
        scope: scopes.join(" "),
    })
}

fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// A name and password of a built-in account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"username": "manager", "password": "correct horse battery staple"}))]
pub struct NewSession {
    /// The sign-in name.
    #[schema(min_length = 1, max_length = 100)]
    pub username: String,
    /// The password.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
}

/// A session of a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it expires.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// Who signed in.
    pub user_id: Id,
}

/// Sign in as a person
///
/// With a built-in account. An unknown name and a wrong password are answered alike, and take as long.
#[utoipa::path(
    operation_id = "signIn",
    tag = "Signing in",
    request_body = NewSession,
    responses(
        (status = 200, description = "An access token", body = Session),
        (status = 401, description = "Not signed in", content_type = "application/problem+json", body = crate::problem::ProblemBody),
        (status = 422, description = "Something is missing", content_type = "application/problem+json", body = crate::problem::ProblemBody)
    ),
    extensions(("x-permission" = json!("open")))
)]
#[post("/v1/sessions")]
pub async fn sign_in(app: Data<App>, body: Body<NewSession>) -> Reply {
    let NewSession { username, password } = body.valid()?.clone();
    let user = app
        .database
        .read(move |conn| Ok(users::named(conn, &username)?))
        .await?;
    let user = user.filter(|user| user.enabled);
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let matches = passwords::verify(password, hash).await?;
    let user = user
        .filter(|_| matches)
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let access_token = app.tokens.issue(user.id, CallerKind::User, &[], clock::now())?;
    Ok(HttpResponse::Ok().json(Session {
        access_token,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME,
        user_id: user.id,
    }))
}

/// Who is calling.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Id of the user or client.
    pub id: Id,
    /// Name.
    pub name: String,
    /// `user` or `client`.
    pub kind: &'static str,
    /// Roles of a user, each in an authority.
    pub roles: Vec<RoleGrant>,
    /// The caller's agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency_id: Option<Id>,
    /// Scopes of a client.
    pub scopes: Vec<String>,
    /// Cases this person was given access to, and as what.
    pub cases: Vec<MyCase>,
    /// For a client: whether its agency's information-sharing agreement is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<SharingAgreement>,
}

/// A case one was given access to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyCase {
    /// The case.
    pub id: Id,
    /// What the caller is to it.
    pub relationship: String,
}

/// An information-sharing agreement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharingAgreement {
    /// Reads need one in force; referrals always land.
    pub in_force: bool,
}

impl View for Me {
    fn version(&self) -> i64 {
        1
    }

    fn derived_mark(&self) -> Option<String> {
        let json = serde_json::to_string(self).unwrap_or_default();
        Some(
            super::secrets::digest_of(json.as_bytes())
                .chars()
                .take(8)
                .collect(),
        )
    }
}

/// Read who one is
///
/// The caller as this server knows it: roles, scopes and the cases it was given access to.
#[utoipa::path(
    operation_id = "getMe",
    tag = "Signing in",
    responses((status = 200, description = "The caller", body = Me)),
    extensions(("x-permission" = json!("me.read")))
)]
#[get("/v1/me")]
pub async fn me(call: Call) -> Reply {
    call.read(who_is_calling).await
}

fn who_is_calling(act: &mut Act) -> Result<Me, Problem> {
    let caller = act.caller;
    let asks_by_grant = caller.could_be(Standing::Adult) || caller.could_be(Standing::Representative);
    let granted: Vec<(Id, String)> = match asks_by_grant {
        true => case_access::table
            .filter(
                case_access::user_id
                    .eq(caller.id)
                    .and(case_access::ended_at.is_null()),
            )
            .order(case_access::id)
            .limit(100)
            .select((case_access::case_id, case_access::relationship))
            .load(act.conn)?,
        false => vec![],
    };
    let is_client = caller.kind == CallerKind::Client;
    Ok(Me {
        id: caller.id,
        name: caller.name.clone(),
        kind: caller.kind.as_str(),
        roles: caller.roles.clone(),
        agency_id: caller.agency_id,
        scopes: caller.scopes.clone(),
        cases: granted
            .into_iter()
            .map(|(id, relationship)| MyCase { id, relationship })
            .collect(),
        agreement: is_client.then_some(SharingAgreement {
            in_force: caller.agreement_in_force,
        }),
    })
}

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
pub async fn jwks(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(&app.keys.published)
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
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": clients::SCOPES,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]
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
        "bearer_methods_supported": ["header"]
    }))
}
