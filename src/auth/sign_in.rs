//! Signing in and out as a person with a built-in account, and the authenticator that staff need.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::authenticators::{self, Authenticator};
use super::guesses::{self, Origin};
use super::passwords;
use super::sessions::{self, EndedBecause, Renewable};
use super::tokens::{self, ENROLMENT};
use crate::act::Act;
use crate::audit;
use crate::body::Body;
use crate::clock;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::passed::Arrived;
use crate::ids::Id;
use crate::people::accounts;
use crate::people::users::{self, User};
use crate::policy::{CallerKind, Role};
use crate::problem::{Code, Fault, Problem};
use crate::secrets;
use crate::secrets::Once;
use crate::server::app::App;

/// A name and password of a built-in account.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"username": "manager", "password": "correct horse battery staple"}))]
pub struct NewSession {
    /// The sign-in name.
    #[schema(min_length = 1, max_length = 100)]
    pub username: String,
    /// The password, or the one-time code from an administrator.
    #[schema(min_length = 1, max_length = 200)]
    pub password: String,
    /// Six digits from the authenticator, where the account has one.
    #[schema(min_length = 6, max_length = 6, pattern = "^[0-9]{6}$")]
    pub code: Option<String>,
    /// A password to have from now on; needed with a one-time code. It ends every other session.
    #[schema(min_length = 12, max_length = 200)]
    pub new_password: Option<String>,
}

/// A session of a person.
#[skip_serializing_none]
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
    /// Renews the session at `/oauth2/token` with `grant_type=refresh_token`; each is used once.
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token expires.
    #[schema(example = 7_776_000)]
    pub refresh_expires_in: Option<i64>,
    /// Who signed in.
    pub user_id: Id,
    /// Set where the account needs an authenticator and has none: all that can be done with this token is to set one up
    /// (`POST /v1/me/totp`), and then to sign in again.
    pub enrolment_only: Option<bool>,
}

/// What is known of an account when somebody tries to sign in to it.
struct Known {
    user: User,
    code_digest: Option<String>,
    authenticator: Option<Authenticator>,
}

/// Sign in as a person
///
/// With a built-in account. An unknown name, a wrong password and a wrong code are answered alike, and take as long.
/// After a few failures further attempts have to wait: 429 with `Retry-After`. Where the account has an authenticator and
/// no code was sent, the answer is 422 with `/code`.
#[utoipa::path(
    operation_id = "signIn",
    tag = "Signing in",
    request_body = NewSession,
    responses(
        (status = 200, description = "An access token", body = Session),
        (status = 401, description = "Not signed in", content_type = "application/problem+json", body = crate::problem::ProblemBody),
        (status = 422, description = "Something is missing", content_type = "application/problem+json", body = crate::problem::ProblemBody),
        (status = 429, description = "Too many failures; see Retry-After", content_type = "application/problem+json", body = crate::problem::ProblemBody)
    ),
    extensions(("x-permission" = json!("open")))
)]
#[post("/v1/sessions")]
pub async fn sign_in(app: Data<App>, request: HttpRequest, body: Body<NewSession>) -> Reply {
    let session = attempt(&app, &request, body.valid()?.clone()).await?;
    Ok(HttpResponse::Ok().json(session))
}

async fn attempt(app: &App, request: &HttpRequest, asked: NewSession) -> Result<Session, Problem> {
    let (now, arrived) = (clock::now(), Arrived::of(request)?);
    let name = asked.username.clone();
    let known = app.database.read(move |conn| {
        let user = users::named(conn, &name)?.filter(|user| user.enabled);
        // A name that nobody has is looked after as long as any other.
        let id = user.as_ref().map_or_else(Id::new, |user| user.id);
        let code_digest = accounts::code_digest(conn, id, now)?;
        let authenticator = authenticators::of(conn, id)?;
        let known = user.map(|user| Known {
            user,
            code_digest,
            authenticator,
        });
        Ok((id, known))
    });
    let (user, known) = known.await?;
    let origin = Origin::of(request, app.config.proxies());
    let counted = guesses::begin(&app.database, &asked.username, user, origin, now).await?;

    let given = secrets::digest_of(asked.password.as_bytes());
    let hash = known.as_ref().and_then(|known| known.user.password_hash.clone());
    let by_password = passwords::verify(asked.password, hash).await?;
    let of_code = known.as_ref().and_then(|known| known.code_digest.as_deref());
    let by_code = of_code.is_some_and(|digest| secrets::same(digest, &given));
    let Some(known) = known.filter(|_| by_password || by_code) else {
        return Err(counted.refused(now).await);
    };

    let authenticator = known.authenticator.filter(|there| there.confirmed_at.is_some());
    let mut missing = Vec::new();
    if by_code && asked.new_password.is_none() {
        let why = "A one-time code is for setting a password: send the new one.";
        missing.push(Fault::required("/newPassword", why));
    }
    if authenticator.is_some() && asked.code.is_none() {
        let why = "This account has an authenticator: send its code.";
        missing.push(Fault::required("/code", why));
    }
    if !missing.is_empty() {
        return Err(Problem::invalid(missing));
    }
    let code = asked.code.unwrap_or_default();
    let step = match &authenticator {
        Some(there) => {
            let Some(step) = there.step_of(&code, &app.keys.authenticators, now) else {
                return Err(counted.refused(now).await);
            };
            Some(step)
        }
        None => None,
    };
    let new_hash = match asked.new_password {
        Some(password) => Some(passwords::hash_new(password).await?),
        None => None,
    };
    let enrolling = app.config.production && step.is_none() && is_staff(&known.user);
    let (user, key) = (known.user.id, app.keys.refresh.clone());
    let renewable = app.database.write(move |conn| {
        if by_code && !accounts::take_code(conn, user, &given)? {
            return Err(Problem::new(Code::Unauthenticated));
        }
        if let Some(step) = step
            && !authenticators::take(conn, user, step)?
        {
            return Err(Problem::new(Code::Unauthenticated));
        }
        if let Some(hash) = &new_hash {
            accounts::set_password(conn, user, hash, now)?;
        }
        counted.succeeded(conn, user, now)?;
        let caller = users::caller(conn, user, now)?.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        audit::record(conn, &arrived.clone().entry(caller))?;
        match enrolling {
            true => Ok(None),
            false => Ok(Some(sessions::start(conn, &key, user, now)?)),
        }
    });
    answer(app, user, renewable.await?)
}

/// The answer to whoever a session was started for.
pub fn answer(app: &App, user: Id, renewable: Option<Renewable>) -> Result<Session, Problem> {
    let scopes = match &renewable {
        Some(_) => vec![],
        None => vec![ENROLMENT.to_owned()],
    };
    let session = renewable.as_ref().map(|renewable| renewable.session);
    Ok(Session {
        access_token: app
            .tokens
            .issue_in(session, user, CallerKind::User, &scopes, clock::now())?,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME,
        refresh_expires_in: renewable.as_ref().map(|_| sessions::LIFETIME),
        enrolment_only: renewable.is_none().then_some(true),
        refresh_token: renewable.map(|renewable| renewable.refresh_token),
        user_id: user,
    })
}

/// Staff reach other people's records; the adult, whoever represents her and advocates reach only what they are given.
fn is_staff(user: &User) -> bool {
    let given = |role: &Role| Role::GIVEN_CASES.contains(role);
    user.roles.0.iter().any(|grant| !given(&grant.role))
}

/// Sign out
///
/// Ends the session of the token: every token of it is refused from the next request on, with `access_ended`.
#[utoipa::path(
    operation_id = "signOut",
    tag = "Signing in",
    responses(
        (status = 204, description = "The session is over"),
        (status = 409, description = "The token belongs to no session of this server", content_type = "application/problem+json", body = crate::problem::ProblemBody)
    ),
    extensions(("x-permission" = json!("sessions.end")))
)]
#[delete("/v1/sessions/current")]
pub async fn sign_out(call: Call) -> Reply {
    let session = call.session();
    call.remove(move |act| {
        let why = "This token belongs to no session that could be ended here; it expires by itself.";
        let session = session.ok_or_else(|| Problem::new(Code::Conflict).saying(why))?;
        sessions::end(act.conn, session, EndedBecause::SignedOut, act.now)?;
        Ok(session)
    })
    .await
}

/// The caller's authenticator.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorView {
    /// Whether signing in asks for its codes.
    pub confirmed: bool,
    /// For the authenticator app, usually as a QR code. Shown this once.
    #[schema(
        example = "otpauth://totp/msp-api:manager?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=msp-api"
    )]
    pub otpauth_uri: Option<String>,
    /// 1 until it is confirmed, then 2.
    pub version: i64,
}

impl View for AuthenticatorView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// The first code of a new authenticator.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"code": "123456"}))]
pub struct FirstCode {
    /// Six digits.
    #[schema(min_length = 6, max_length = 6, pattern = "^[0-9]{6}$")]
    pub code: String,
}

/// A request that says nothing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Nothing {}

/// Set up an authenticator
///
/// Begins one for the caller's built-in account and shows its secret this once; it asks for codes when it is confirmed.
/// Doing it again before that begins another. One that is in force is taken away by an administrator only.
#[utoipa::path(
    operation_id = "beginAuthenticator",
    tag = "Signing in",
    responses((status = 200, description = "What the app needs", body = AuthenticatorView)),
    extensions(("x-permission" = json!("authenticator.keep")))
)]
#[post("/v1/me/totp")]
pub async fn begin_authenticator(app: Data<App>, call: Call) -> Reply {
    let (shown, show) = Once::pair();
    let begin = move |act: &mut Act, _: &Body<Nothing>| {
        let (user, there) = own(act)?;
        if there.is_some_and(|there| there.confirmed_at.is_some()) {
            return Err(Problem::new(Code::Conflict)
                .saying("There is an authenticator in force. An administrator can take it away."));
        }
        authenticators::begin(act.conn, user.id, act.new_id, act.now)?;
        let begun = own(act)?.1.ok_or_else(Problem::not_found)?;
        let secret = authenticators::base32(&begun.secret(&app.keys.authenticators));
        shown.put(format!(
            "otpauth://totp/msp-api:{}?secret={secret}&issuer=msp-api",
            escaped(&user.username)
        ));
        Ok(begun.id)
    };
    call.change(Body::of(Nothing {}), begin, move |act, _| {
        let view = view(act)?;
        Ok(AuthenticatorView {
            otpauth_uri: show.take(),
            ..view
        })
    })
    .await
}

/// Confirm an authenticator
///
/// With a code it shows. From then on signing in asks for one, and every other session of the account is over.
#[utoipa::path(
    operation_id = "confirmAuthenticator",
    tag = "Signing in",
    request_body = FirstCode,
    responses((status = 200, description = "It is in force", body = AuthenticatorView)),
    extensions(("x-permission" = json!("authenticator.keep")))
)]
#[post("/v1/me/totp/confirmation")]
pub async fn confirm_authenticator(app: Data<App>, call: Call, body: Body<FirstCode>) -> Reply {
    let present = call.session();
    let confirm = move |act: &mut Act, body: &Body<FirstCode>| {
        let code = body.valid()?.code.clone();
        let pending = own(act)?.1.filter(|there| there.confirmed_at.is_none());
        let nothing = "There is no authenticator that waits for its first code.";
        let pending = pending.ok_or_else(|| Problem::new(Code::Conflict).saying(nothing))?;
        let wrong = Fault::at("/code", "wrong", "This is not the code that it shows now.");
        let step = pending
            .step_of(&code, &app.keys.authenticators, act.now)
            .ok_or_else(|| Problem::invalid(vec![wrong]))?;
        authenticators::confirm(act.conn, pending.user_id, step, act.now)?;
        // Whoever has another session showed no more than a password for it.
        let because = EndedBecause::AuthenticatorSetUp;
        sessions::end_others_of(act.conn, pending.user_id, present, because, act.now)?;
        Ok(pending.id)
    };
    call.change(body, confirm, |act, _| view(act)).await
}

/// The caller as a user with a built-in account, and their authenticator.
fn own(act: &mut Act) -> Result<(User, Option<Authenticator>), Problem> {
    let user = match act.caller.kind {
        CallerKind::User => users::find(act.conn, act.caller.id)?,
        CallerKind::Client | CallerKind::System => None,
    };
    let user = user.ok_or_else(|| Problem::new(Code::Forbidden))?;
    let there = authenticators::of(act.conn, user.id)?;
    Ok((user, there))
}

fn view(act: &mut Act) -> Result<AuthenticatorView, Problem> {
    let there = own(act)?.1.ok_or_else(Problem::not_found)?;
    let confirmed = there.confirmed_at.is_some();
    Ok(AuthenticatorView {
        confirmed,
        otpauth_uri: None,
        version: if confirmed { 2 } else { 1 },
    })
}

fn escaped(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(sign_in)
        .service(sign_out)
        .service(begin_authenticator)
        .service(confirm_authenticator);
}
