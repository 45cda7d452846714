//! Issuers that the operator trusts to say who a person is (OpenID Connect): their tokens are taken as those of the user
//! whose sign-in name they carry. Which issuers, their keys, their audience and of whom they may speak are configuration; a
//! token chooses nothing but which of them to be held to.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwks;
use super::key_sets::{self, Reach};
use super::tokens::{self, Accepted, LONGEST, Refused, Subject, Tokens, is_loaded};
use crate::clock::{self, UtcTime};
use crate::policy::{CallerKind, Role, RoleGrant};

/// Signatures that are taken from issuers.
const TAKEN: [Algorithm; 7] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Media types of the tokens that are taken.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];
/// A token that is to last longer than a day is not taken.
const LONGEST_LIFE: i64 = 86_400;
/// Seconds between two fetches of an issuer's keys, whoever asks.
const FETCHED_AGAIN_AFTER: i64 = 60;
/// Keys older than this are fetched again when a token comes.
const STALE_AFTER: i64 = 3_600;

/// An issuer as the file has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configured {
    issuer: String,
    audience: String,
    jwks_url: Option<String>,
    jwks_file: Option<PathBuf>,
    username_claim: String,
    authorities: Vec<String>,
    roles: Option<Vec<Role>>,
}

/// Of whom an issuer may say that a token is theirs: an authority's own identity provider knows its own people, and whoever
/// runs it is not thereby anybody anywhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    authorities: Vec<String>,
    roles: Vec<Role>,
}

impl Bounds {
    fn of(authorities: &[String], roles: Option<&[Role]>) -> Result<Self, String> {
        if authorities.is_empty() || authorities.iter().any(String::is_empty) {
            return Err("authorities: at least one is needed, each by its code".to_owned());
        }
        let but_admin = || Role::ALL.iter().copied().filter(|role| *role != Role::Admin);
        Ok(Self {
            authorities: authorities.to_vec(),
            roles: roles.map_or_else(|| but_admin().collect(), <[Role]>::to_vec),
        })
    }

    /// Whether an account lies within them whole: one role elsewhere, or one that is not listed, and it is not this issuer's to
    /// name. Of an account without a role the authority that keeps it counts.
    pub fn hold(&self, roles: &[RoleGrant], kept_by: Option<&str>) -> bool {
        let within = |authority: &str| self.authorities.iter().any(|one| one == authority);
        let listed = |grant: &RoleGrant| within(&grant.authority) && self.roles.contains(&grant.role);
        match roles.is_empty() {
            true => kept_by.is_some_and(within),
            false => roles.iter().all(listed),
        }
    }
}

struct Issuer {
    name: String,
    audience: String,
    username_claim: String,
    bounds: Arc<Bounds>,
    url: Option<String>,
    keys: RwLock<Arc<JwkSet>>,
    fetched_at: AtomicI64,
}

/// The trusted issuers.
#[derive(Default)]
pub struct Issuers(Vec<Arc<Issuer>>);

impl Issuers {
    /// Reads the file; the keys of issuers that publish them are fetched, and again later where that fails.
    pub fn load(path: Option<&Path>, own: &str) -> Result<Self, String> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let wrong = |why: String| format!("MSP_OIDC_ISSUERS {}: {why}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let configured: Vec<Configured> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let mut issuers: Vec<Arc<Issuer>> = Vec::new();
        for entry in configured {
            let name = entry.issuer.clone();
            if name == own || issuers.iter().any(|known| known.name == name) {
                return Err(wrong(format!("{name} is there twice, or is this server")));
            }
            issuers.push(Arc::new(
                Issuer::of(entry).map_err(|why| wrong(format!("{name}: {why}")))?,
            ));
        }
        Ok(Self(issuers))
    }

    /// Checks a token of one of the issuers.
    pub fn accept(&self, token: &str, tokens: &Arc<Tokens>, now: UtcTime) -> Result<Accepted, Refused> {
        #[derive(Deserialize)]
        struct Claimed {
            iss: String,
        }
        if self.0.is_empty() || token.len() > LONGEST {
            return Err(Refused::Unacceptable);
        }
        let claimed: Claimed = insecure_decode_claims(token).map_err(|_| Refused::Unacceptable)?;
        let issuer = self.0.iter().find(|known| known.name == claimed.iss);
        let issuer = issuer.ok_or(Refused::Unacceptable)?;
        let answer = issuer.verify(token);
        let seconds = now.unix_seconds();
        let waited = seconds - issuer.fetched_at.load(Ordering::Relaxed);
        let unknown = matches!(answer, Err(Refused::UnknownKey));
        if (unknown && waited >= FETCHED_AGAIN_AFTER) || waited >= STALE_AFTER {
            issuer.fetch_aside(tokens, seconds);
        }
        answer
    }
}

impl Issuer {
    fn of(entry: Configured) -> Result<Self, String> {
        let bounds = Arc::new(Bounds::of(&entry.authorities, entry.roles.as_deref())?);
        let (url, keys) = match (entry.jwks_url, entry.jwks_file) {
            (Some(url), None) => {
                key_sets::faults_of_url(&url, Reach::Anywhere).map_err(|why| format!("jwksUrl: {why}"))?;
                let fetching = url.clone();
                let fetched = std::thread::spawn(move || key_sets::fetch(&fetching, Reach::Anywhere)).join();
                let keys = match fetched.unwrap_or_else(|_| Err("the fetch broke off".to_owned())) {
                    Ok(keys) => keys,
                    Err(why) => {
                        tracing::warn!(
                            issuer = entry.issuer,
                            why,
                            "no keys yet; tried again when a token comes"
                        );
                        JwkSet::default()
                    }
                };
                (Some(url), keys)
            }
            (None, Some(file)) => {
                let text =
                    std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                (
                    None,
                    serde_json::from_str(&text).map_err(|error| error.to_string())?,
                )
            }
            _ => return Err("either jwksUrl or jwksFile is needed".to_owned()),
        };
        Ok(Self {
            name: entry.issuer,
            audience: entry.audience,
            username_claim: entry.username_claim,
            bounds,
            url,
            keys: RwLock::new(Arc::new(keys)),
            fetched_at: AtomicI64::new(clock::now().unix_seconds()),
        })
    }

    fn verify(&self, token: &str) -> Result<Accepted, Refused> {
        let header = decode_header(token).map_err(|_| Refused::Unacceptable)?;
        let kind = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
        if is_loaded(&header) || !TYPES.contains(&kind.as_str()) || !TAKEN.contains(&header.alg) {
            return Err(Refused::Unacceptable);
        }
        let keys = Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner));
        let kid = header.kid.as_deref().unwrap_or_default();
        if keys.find(kid).is_none() {
            return Err(Refused::UnknownKey);
        }
        let key = jwks::key_for(&keys, &header, &TAKEN).ok_or(Refused::Unacceptable)?;
        let mut rules = tokens::rules(header.alg, &[&self.name], &[&self.audience]);
        let read = |rules: &Validation| {
            decode::<Map<String, Value>>(token, &key, rules).map(|decoded| self.read(&decoded.claims))
        };
        match read(&rules) {
            Ok(accepted) => accepted.ok_or(Refused::Unacceptable),
            Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => {
                rules.validate_exp = false;
                let otherwise_good = read(&rules).is_ok_and(|accepted| accepted.is_some());
                Err(match otherwise_good {
                    true => Refused::Expired,
                    false => Refused::Unacceptable,
                })
            }
            Err(_) => Err(Refused::Unacceptable),
        }
    }

    fn read(&self, claims: &Map<String, Value>) -> Option<Accepted> {
        let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
        let (expires, issued) = (seconds("exp")?, seconds("iat")?);
        let lasts = expires.checked_sub(issued)?;
        let username = claims.get(&self.username_claim).and_then(Value::as_str)?;
        let good = (0..=LONGEST_LIFE).contains(&lasts) && (1..=100).contains(&username.len());
        good.then(|| Accepted {
            subject: Subject::Username(username.to_owned()),
            kind: CallerKind::User,
            scopes: vec![],
            session: None,
            bounds: Some(Arc::clone(&self.bounds)),
            expires,
        })
    }

    /// Fetches the keys on a thread of its own: no request waits for it.
    fn fetch_aside(self: &Arc<Self>, tokens: &Arc<Tokens>, now: i64) {
        let last = self.fetched_at.load(Ordering::Relaxed);
        let mine = self
            .fetched_at
            .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed);
        let (Some(url), Ok(_)) = (self.url.clone(), mine) else {
            return;
        };
        let (issuer, tokens) = (Arc::clone(self), Arc::clone(tokens));
        std::thread::spawn(move || match key_sets::fetch(&url, Reach::Anywhere) {
            Ok(keys) => {
                *issuer.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                // What was accepted by a key that is withdrawn is looked at again.
                tokens.forget();
            }
            Err(why) => tracing::warn!(
                issuer = issuer.name,
                why,
                "the keys of an issuer could not be fetched"
            ),
        });
    }
}
