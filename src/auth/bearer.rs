//! From the `Authorization` header to the caller.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap};

use super::callers;
use super::tokens::{Accepted, ENROLMENT, Refused};
use crate::clock::{self, UtcTime};
use crate::policy::{Action, Caller, CallerKind};
use crate::problem::{Code, Problem};
use crate::server::app::App;

/// Who calls, and what the token limits them to.
pub struct Bearer {
    /// The caller.
    pub caller: Caller,
    /// The accepted token.
    pub token: Arc<Accepted>,
}

impl Bearer {
    /// Whether the token lets its caller do this, whatever their roles: before staff have the authenticator that is
    /// demanded of them, they can set one up and nothing else.
    pub fn permits(&self, action: Action) -> bool {
        let enrolling =
            self.token.kind == CallerKind::User && self.token.scopes.iter().any(|scope| scope == ENROLMENT);
        !enrolling || matches!(action, Action::MeRead | Action::AuthenticatorKeep)
    }
}

/// The caller behind a request's token.
pub async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Bearer, Problem> {
    let unauthenticated = || Problem::new(Code::Unauthenticated);
    let mut values = headers.get_all(header::AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unauthenticated());
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(unauthenticated)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unauthenticated());
    }
    let now = clock::now();
    let token = accepted(app, token, now).await?;
    let known = Arc::clone(&token);
    let caller = app
        .database
        .read(move |conn| callers::load(conn, &known, now))
        .await?;
    Ok(Bearer { caller, token })
}

async fn accepted(app: &App, token: &str, now: UtcTime) -> Result<Arc<Accepted>, Problem> {
    let own = match app.tokens.accept(token, now) {
        // Another instance may sign with a newer key already.
        Err(Refused::UnknownKey) => {
            if app.keys.look_again(&app.database, now).await? {
                app.tokens.forget();
            }
            app.tokens.accept(token, now)
        }
        answer => answer,
    };
    match own {
        Ok(accepted) => Ok(accepted),
        Err(Refused::Expired) => Err(Refused::Expired.into()),
        Err(Refused::UnknownKey | Refused::Unacceptable) => {
            let accepted = app.issuers.accept(token, &app.tokens, now)?;
            Ok(app.tokens.remember(token, accepted))
        }
    }
}
