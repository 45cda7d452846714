//! Access tokens: JWT, `typ: at+jwt` (RFC 9068), EdDSA, ten minutes.

use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::keys::Keys;
use super::secrets;
use crate::clock::UtcTime;
use crate::ids::Id;
use crate::policy::CallerKind;
use crate::problem::{Code, Problem};

/// How long an access token is good for, in seconds.
pub const LIFETIME: i64 = 600;
/// Clocks may differ by so many seconds.
const LEEWAY: u64 = 5;
/// A longer token is not even looked at.
const LONGEST: usize = 4096;
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
}

/// A token that was accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The user or client.
    pub subject: Id,
    /// Which of the two.
    pub kind: CallerKind,
    /// Scopes the token is limited to.
    pub scopes: Vec<String>,
    expires: i64,
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

    /// A token for a user or client.
    pub fn issue(
        &self,
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
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.keys.kid.clone());
        encode(&header, &claims, &self.keys.signing).map_err(|_| Problem::new(Code::Internal))
    }

    /// Checks a token: `token_expired` when only its time is over, `unauthenticated` for everything else alike.
    pub fn accept(&self, token: &str, now: UtcTime) -> Result<Arc<Accepted>, Problem> {
        if token.len() > LONGEST {
            return Err(Problem::new(Code::Unauthenticated));
        }
        let digest = secrets::digest_of(token.as_bytes());
        if let Some(accepted) = self.verified.get(&digest) {
            if now.unix_seconds() < accepted.expires {
                return Ok(accepted);
            }
            self.verified.remove(&digest);
        }
        let accepted = Arc::new(self.verify(token).map_err(Problem::new)?);
        self.verified.insert(digest, Arc::clone(&accepted));
        Ok(accepted)
    }

    fn verify(&self, token: &str) -> Result<Accepted, Code> {
        let header = decode_header(token).map_err(|_| Code::Unauthenticated)?;
        let own_kid = header.kid.as_deref() == Some(self.keys.kid.as_str());
        let carries_a_key = header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some();
        if header.typ.as_deref() != Some("at+jwt") || !own_kid || carries_a_key || header.crit.is_some() {
            return Err(Code::Unauthenticated);
        }
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_audience(&[&self.issuer]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        rules.validate_nbf = true;
        rules.leeway = LEEWAY;
        let decoded = match decode::<Claims>(token, &self.keys.verifying, &rules) {
            Ok(decoded) => decoded,
            Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => {
                rules.validate_exp = false;
                let otherwise_good = decode::<Claims>(token, &self.keys.verifying, &rules).is_ok();
                return Err(if otherwise_good {
                    Code::TokenExpired
                } else {
                    Code::Unauthenticated
                });
            }
            Err(_) => return Err(Code::Unauthenticated),
        };
        let claims = decoded.claims;
        let subject = Id::parse(&claims.sub).ok_or(Code::Unauthenticated)?;
        if claims.exp - claims.iat > LIFETIME {
            return Err(Code::Unauthenticated);
        }
        let kind = if claims.client_id == claims.sub {
            CallerKind::Client
        } else {
            CallerKind::User
        };
        let scopes = claims.scope.split_whitespace().map(str::to_owned).collect();
        Ok(Accepted {
            subject,
            kind,
            scopes,
            expires: claims.exp,
        })
    }
}
