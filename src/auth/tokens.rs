//! Access tokens: JWT, `typ: at+jwt` (RFC 9068), EdDSA, ten minutes.

use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::issuers::Bounds;
use super::keys::Keys;
use crate::clock::UtcTime;
use crate::ids::Id;
use crate::policy::CallerKind;
use crate::problem::{Code, Problem};
use crate::secrets;

/// How long an access token is good for, in seconds.
pub const LIFETIME: i64 = 600;
/// Clocks may differ by so many seconds.
pub const LEEWAY: u64 = 5;
/// A longer token is not even looked at.
pub const LONGEST: usize = 4096;
const TYPE: &str = "at+jwt";
/// `client_id` in tokens of people who signed in here.
const OWN_APP: &str = "msp-api";

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer: the public URL.
    pub iss: String,
    /// Audience: the public URL.
    pub aud: String,
    /// The user or client.
    pub sub: String,
    /// The client, or this server for people.
    pub client_id: String,
    /// Unique to the token.
    pub jti: String,
    /// Issued at, Unix seconds.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Expires.
    pub exp: i64,
    /// Scopes, space-separated; empty for people.
    pub scope: String,
    /// The session of a person who signed in here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// Scope of a token with which a member of staff can only set up an authenticator.
pub const ENROLMENT: &str = "enrolment";

/// Whom a token names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user or client of this id.
    Id(Id),
    /// The user of this sign-in name, as a trusted issuer knows them.
    Username(String),
}

/// A token that was accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The user or client.
    pub subject: Subject,
    /// Which of the two.
    pub kind: CallerKind,
    /// Scopes the token is limited to.
    pub scopes: Vec<String>,
    /// The session it belongs to, which must not have ended.
    pub session: Option<Id>,
    /// Of whom its issuer may speak, if that is another than this server.
    pub bounds: Option<Arc<Bounds>>,
    /// When it expires, in Unix seconds.
    pub expires: i64,
}

/// Why a token was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Only its time is over.
    Expired,
    /// It may be good, but its key is not known.
    UnknownKey,
    /// Anything else.
    Unacceptable,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Expired => Self::new(Code::TokenExpired),
            Refused::UnknownKey | Refused::Unacceptable => Self::new(Code::Unauthenticated),
        }
    }
}

/// Makes and checks access tokens.
pub struct Tokens {
    keys: Arc<Keys>,
    issuer: String,
    /// Verified tokens by digest until they expire: checking a signature costs as much as the rest of a read.
    /// The caller behind the token is still looked up each time.
    verified: Cache<String, Arc<Accepted>>,
}

impl Tokens {
    /// For this issuer.
    pub fn new(keys: Arc<Keys>, issuer: String) -> Self {
        Self {
            keys,
            issuer,
            verified: Cache::new(10_000),
        }
    }

    /// A token for a user or client that belongs to no session.
    pub fn issue(
        &self,
        subject: Id,
        kind: CallerKind,
        scopes: &[String],
        now: UtcTime,
    ) -> Result<String, Problem> {
        self.issue_in(None, subject, kind, scopes, now)
    }

    /// A token for a user or client, in a session.
    pub fn issue_in(
        &self,
        session: Option<Id>,
        subject: Id,
        kind: CallerKind,
        scopes: &[String],
        now: UtcTime,
    ) -> Result<String, Problem> {
        let issued = now.unix_seconds();
        let client_id = match kind {
            CallerKind::Client => subject.to_string(),
            CallerKind::User | CallerKind::System => OWN_APP.to_owned(),
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: subject.to_string(),
            client_id,
            jti: Id::new().to_string(),
            iat: issued,
            nbf: issued,
            exp: issued + LIFETIME,
            scope: scopes.join(" "),
            sid: session.map(|session| session.to_string()),
        };
        let ring = self.keys.ring();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(ring.kid.clone());
        encode(&header, &claims, &ring.signing).map_err(|error| Problem::caused("an access token", &error))
    }

    /// A token that was accepted before and has not expired.
    pub fn remembered(&self, token: &str, now: UtcTime) -> Option<Arc<Accepted>> {
        let digest = secrets::digest_of(token.as_bytes());
        let accepted = self.verified.get(&digest)?;
        if now.unix_seconds() < accepted.expires {
            return Some(accepted);
        }
        self.verified.remove(&digest);
        None
    }

    /// Remembers a token that was accepted.
    pub fn remember(&self, token: &str, accepted: Accepted) -> Arc<Accepted> {
        let accepted = Arc::new(accepted);
        let digest = secrets::digest_of(token.as_bytes());
        self.verified.insert(digest, Arc::clone(&accepted));
        accepted
    }

    /// Forgets all that were accepted: a key they were accepted by may be withdrawn.
    pub fn forget(&self) {
        self.verified.clear();
    }

    /// Checks a token of this server.
    pub fn accept(&self, token: &str, now: UtcTime) -> Result<Arc<Accepted>, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::Unacceptable);
        }
        match self.remembered(token, now) {
            Some(accepted) => Ok(accepted),
            None => Ok(self.remember(token, self.verify(token, now)?)),
        }
    }

    fn verify(&self, token: &str, now: UtcTime) -> Result<Accepted, Refused> {
        let header = decode_header(token).map_err(|_| Refused::Unacceptable)?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA || is_loaded(&header) {
            return Err(Refused::Unacceptable);
        }
        let kid = header.kid.ok_or(Refused::Unacceptable)?;
        let ring = self.keys.ring();
        let key = ring
            .verifying(&kid, now.unix_seconds())
            .ok_or(Refused::UnknownKey)?;
        let mut rules = rules(Algorithm::EdDSA, &[&self.issuer], &[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        let decoded = match decode::<Claims>(token, key, &rules) {
            Ok(decoded) => decoded,
            Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => {
                rules.validate_exp = false;
                let otherwise_good = decode::<Claims>(token, key, &rules).is_ok_and(|decoded| {
                    let claims = decoded.claims;
                    read(&claims).is_ok()
                });
                return Err(match otherwise_good {
                    true => Refused::Expired,
                    false => Refused::Unacceptable,
                });
            }
            Err(_) => return Err(Refused::Unacceptable),
        };
        read(&decoded.claims)
    }
}

/// What the claims of a well-signed token amount to.
fn read(claims: &Claims) -> Result<Accepted, Refused> {
    let subject = Id::parse(&claims.sub).ok_or(Refused::Unacceptable)?;
    let lasts = claims.exp.checked_sub(claims.iat).ok_or(Refused::Unacceptable)?;
    if !(0..=LIFETIME).contains(&lasts) || claims.jti.is_empty() {
        return Err(Refused::Unacceptable);
    }
    let session = match &claims.sid {
        Some(session) => Some(Id::parse(session).ok_or(Refused::Unacceptable)?),
        None => None,
    };
    let kind = match claims.client_id.as_str() {
        OWN_APP => CallerKind::User,
        client if client == claims.sub => CallerKind::Client,
        _ => return Err(Refused::Unacceptable),
    };
    let scopes = claims.scope.split_whitespace().map(str::to_owned).collect();
    Ok(Accepted {
        subject: Subject::Id(subject),
        kind,
        scopes,
        session,
        bounds: None,
        expires: claims.exp,
    })
}

/// Whether a header brings a key of its own, says where one is, or demands what is not known here.
pub fn is_loaded(header: &Header) -> bool {
    header.jku.is_some()
        || header.jwk.is_some()
        || header.x5u.is_some()
        || header.x5c.is_some()
        || header.crit.is_some()
}

/// What every token is held to, whoever made it.
pub fn rules(algorithm: Algorithm, issuers: &[&str], audiences: &[&str]) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.set_issuer(issuers);
    rules.set_audience(audiences);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.validate_nbf = true;
    rules.leeway = LEEWAY;
    rules
}
