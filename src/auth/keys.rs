//! The keys of a deployment: those that sign and verify access tokens, and those that seal what callers carry.
//!
//! A new signing key is published and verifies before it signs, so long that every instance and whoever keeps the
//! published keys knows it by then; the one before goes on verifying until the last token it signed has expired.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::tokens;
use crate::clock::{self, UtcTime};
use crate::config::Config;
use crate::db::{self, Connection, Database};
use crate::private_files;
use crate::problem::{Code, Problem};
use crate::schema::foundation::secrets as table;
use crate::secrets;

/// Seconds between two looks whether the key in the database was rotated.
pub const RELOADED_EVERY: i64 = 60;
/// Seconds for which others may keep the published keys.
pub const CACHED_FOR: i64 = 300;
/// Seconds between the rotation and the first signature of the new key.
const SIGNS_AFTER: i64 = CACHED_FOR + RELOADED_EVERY;
/// Seconds for which a key that was replaced still verifies: an instance signs with it until it looks again.
const RETIRED_FOR: i64 = SIGNS_AFTER + RELOADED_EVERY + tokens::LIFETIME + 60;
/// Seconds between two looks because of tokens whose key is not known.
const LOOKED_AGAIN_AFTER: i64 = 5;
/// What a PEM file of a whole key says of itself.
const PRIVATE: &str = "PRIVATE KEY";
const CURRENT: &str = "signing_key";
const SEALING: &str = "sealing_key";
const PREVIOUS: &str = "signing_key_previous";

/// Keys of this deployment, shared by all its instances.
pub struct Keys {
    ring: RwLock<Arc<Ring>>,
    in_database: bool,
    looked_at: AtomicI64,
    /// Seals the audit trail: the file's key, or one of its own in the database, which is not rotated.
    pub sealing: Arc<Ring>,
    /// Seals list cursors.
    pub cursor: hmac::Key,
    /// Makes refresh tokens, and tells which are ours.
    pub refresh: hmac::Key,
    /// Makes the secrets of authenticators.
    pub authenticators: hmac::Key,
}

/// The keys that sign and verify access tokens.
pub struct Ring {
    /// Name of the signing key in tokens.
    pub kid: String,
    /// Signs.
    pub signing: EncodingKey,
    /// What is published.
    pub published: JwkSet,
    verifying: Vec<Verifying>,
}

struct Verifying {
    kid: String,
    key: DecodingKey,
    until: Option<i64>,
}

impl Ring {
    /// The key of this name, if it still verifies.
    pub fn verifying(&self, kid: &str, now: i64) -> Option<&DecodingKey> {
        let found = self.verifying.iter().find(|known| known.kid == kid)?;
        found.until.is_none_or(|until| now < until).then_some(&found.key)
    }

    fn of(signing_pem: &str, others: &[(String, Option<i64>)]) -> Result<Self, String> {
        let wrong = |error: jsonwebtoken::errors::Error| format!("not an Ed25519 key in PEM: {error}");
        let signing = EncodingKey::from_ed_pem(signing_pem.as_bytes()).map_err(wrong)?;
        let own = public_part(signing_pem).map_err(wrong)?;
        let kid = own.common.key_id.clone().unwrap_or_default();
        let mut verifying = vec![Verifying {
            kid: kid.clone(),
            key: DecodingKey::from_jwk(&own).map_err(wrong)?,
            until: None,
        }];
        let mut keys = vec![own];
        for (pem, until) in others {
            let other = public_part(pem).map_err(wrong)?;
            let name = other.common.key_id.clone().unwrap_or_default();
            if verifying.iter().all(|known| known.kid != name) {
                verifying.push(Verifying {
                    kid: name,
                    key: DecodingKey::from_jwk(&other).map_err(wrong)?,
                    until: *until,
                });
                keys.push(other);
            }
        }
        Ok(Self {
            kid,
            signing,
            published: JwkSet { keys },
            verifying,
        })
    }
}

/// What is published of a key that is given whole, or only by its public part.
fn public_part(pem: &str) -> Result<Jwk, jsonwebtoken::errors::Error> {
    let mut jwk = match pem.contains(PRIVATE) {
        true => Jwk::from_encoding_key(&EncodingKey::from_ed_pem(pem.as_bytes())?, Algorithm::EdDSA)?,
        false => Jwk::from_decoding_key(&DecodingKey::from_ed_pem(pem.as_bytes())?, Some(Algorithm::EdDSA))?,
    };
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256)?);
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}

impl Keys {
    /// Loads the keys: the signing key from the file, or made once and kept in the database.
    pub async fn load(database: &Database, config: &Config) -> Result<Self, String> {
        let failed = |problem: Problem| problem.for_operator();
        let (ring, sealing) = match &config.signing_key_file {
            Some(path) => {
                let mut others = Vec::new();
                for other in &config.other_key_files {
                    others.push((read(other, "MSP_OTHER_KEY_FILES")?, None));
                }
                let signing = read(path, "MSP_SIGNING_KEY_FILE")?;
                let ring = Ring::of(&signing, &others);
                let ring = Arc::new(ring.map_err(|error| format!("MSP_SIGNING_KEY_FILE: {error}"))?);
                (Arc::clone(&ring), ring)
            }
            None => {
                kept(database, CURRENT, new_signing_key()?)
                    .await
                    .map_err(failed)?;
                let sealing = kept(database, SEALING, new_signing_key()?)
                    .await
                    .map_err(failed)?;
                let ring = Arc::new(ring_in(database).await.map_err(failed)?);
                (ring, Arc::new(Ring::of(&sealing, &[])?))
            }
        };
        let mut made = Vec::new();
        for name in ["cursor_key", "refresh_key", "authenticator_key"] {
            let fresh = secrets::random().map_err(failed)?;
            let value = kept(database, name, fresh).await.map_err(failed)?;
            made.push(hmac::Key::new(hmac::HMAC_SHA256, value.as_bytes()));
        }
        let mut made = made.into_iter();
        let mut next = || made.next().ok_or("a key is missing");
        Ok(Self {
            ring: RwLock::new(ring),
            sealing,
            in_database: config.signing_key_file.is_none(),
            looked_at: AtomicI64::new(clock::now().unix_seconds()),
            cursor: next()?,
            refresh: next()?,
            authenticators: next()?,
        })
    }

    /// The keys as they are known now.
    pub fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether the key in the database was rotated, and answers whether a key that verified does so no longer. Where the keys
    /// are files nothing changes before a restart.
    pub async fn reload(&self, database: &Database) -> Result<bool, Problem> {
        if !self.in_database {
            return Ok(false);
        }
        let fresh = Arc::new(ring_in(database).await?);
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let is_there = |known: &Verifying| fresh.verifying.iter().any(|key| key.kid == known.kid);
        let withdrawn = !ring.verifying.iter().all(is_there);
        *ring = fresh;
        Ok(withdrawn)
    }

    /// Looks again because of a token whose key is not known: so seldom that a flood of them costs nothing.
    pub async fn look_again(&self, database: &Database, now: UtcTime) -> Result<bool, Problem> {
        let (now, last) = (now.unix_seconds(), self.looked_at.load(Ordering::Relaxed));
        let mine = now - last >= LOOKED_AGAIN_AFTER
            && self
                .looked_at
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        match mine {
            true => self.reload(database).await,
            false => Ok(false),
        }
    }
}

fn read(path: &std::path::Path, setting: &str) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{setting} {}: {error}", path.display());
    let pem = std::fs::read_to_string(path).map_err(failed)?;
    if pem.contains(PRIVATE) && private_files::is_open_to_others(path).map_err(failed)? {
        return Err(format!(
            "{setting} {}: others than its owner may read this key; run `chmod 600` on it, and make a new one if somebody \
             else had access",
            path.display()
        ));
    }
    Ok(pem)
}

fn no_key() -> Problem {
    Problem::internal("there is no signing key in the database")
}

async fn ring_in(database: &Database) -> Result<Ring, Problem> {
    database
        .read(|conn| {
            let (current, _) = find(conn, CURRENT)?.ok_or_else(no_key)?;
            let now = clock::now();
            let ring = match find(conn, PREVIOUS)? {
                Some((previous, rotated)) if now < rotated.plus_seconds(SIGNS_AFTER) => {
                    Ring::of(&previous, &[(current, None)])
                }
                Some((previous, rotated)) if now < rotated.plus_seconds(RETIRED_FOR) => {
                    let until = rotated.unix_seconds() + RETIRED_FOR;
                    Ring::of(&current, &[(previous, Some(until))])
                }
                _ => Ring::of(&current, &[]),
            };
            ring.map_err(|why| Problem::internal("the signing keys").diagnosed(why))
        })
        .await
}

fn find(conn: &mut Connection, name: &str) -> QueryResult<Option<(String, UtcTime)>> {
    table::table
        .find(name)
        .select((table::value, table::created_at))
        .first(conn)
        .optional()
}

/// What becomes of the key that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It signs until the new one is known everywhere, and verifies until its tokens have expired.
    Retires,
    /// It is good for nothing any more, nor is one that was replaced before: somebody else may have it.
    IsWithdrawn,
}

/// Puts a new signing key in the place of the one in the database.
pub async fn rotate(database: &Database, replaced: Replaced) -> Result<String, String> {
    let failed = |problem: Problem| problem.for_operator();
    kept(database, CURRENT, new_signing_key()?)
        .await
        .map_err(failed)?;
    let fresh = new_signing_key()?;
    let kid = public_part(&fresh)
        .map_err(|error| error.to_string())?
        .common
        .key_id;
    let done = database.write(move |conn| {
        let now = clock::now();
        let before = find(conn, PREVIOUS)?.map(|(_, retired)| retired);
        let retires = replaced == Replaced::Retires;
        if retires && before.is_some_and(|retired| now < retired.plus_seconds(RETIRED_FOR)) {
            let why = "the key that was replaced last still verifies tokens: wait twenty minutes";
            return Err(Problem::new(Code::Conflict).saying(why));
        }
        let (current, _) = find(conn, CURRENT)?.ok_or_else(no_key)?;
        diesel::delete(table::table.find(PREVIOUS)).execute(conn)?;
        if retires {
            diesel::insert_into(table::table)
                .values((
                    table::name.eq(PREVIOUS),
                    table::value.eq(current),
                    table::created_at.eq(now),
                ))
                .execute(conn)?;
        }
        diesel::update(table::table.find(CURRENT))
            .set((table::value.eq(&fresh), table::created_at.eq(now)))
            .execute(conn)?;
        Ok(())
    });
    done.await.map_err(failed)?;
    Ok(kid.unwrap_or_default())
}

fn new_signing_key() -> Result<String, String> {
    let key = Ed25519KeyPair::generate()
        .and_then(|pair| pair.to_pkcs8v1())
        .map_err(|_| "no signing key could be made".to_owned())?;
    Ok(format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(key.as_ref())
    ))
}

/// The secret of this name, or `fresh` if there is none yet; of several instances that start together one wins.
async fn kept(database: &Database, name: &'static str, fresh: String) -> Result<String, Problem> {
    database
        .write(move |conn| {
            if let Some((value, _)) = find(conn, name)? {
                return Ok(value);
            }
            let row = (
                table::name.eq(name),
                table::value.eq(&fresh),
                table::created_at.eq(clock::now()),
            );
            match db::savepoint(conn, |conn| {
                diesel::insert_into(table::table).values(row).execute(conn)
            }) {
                Ok(_) => Ok(fresh.clone()),
                Err(error) if db::error::cause_of(&error) == db::error::Cause::Unique => {
                    let found = find(conn, name)?.map(|(value, _)| value);
                    Ok(found.unwrap_or_else(|| fresh.clone()))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
}
