//! The key that signs access tokens, and the key that seals cursors.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::secrets;
use crate::clock;
use crate::config::Config;
use crate::db::{self, Connection, Database};
use crate::problem::Problem;
use crate::schema::foundation::secrets as table;

/// Keys of this deployment, shared by all its instances.
pub struct Keys {
    /// Name of the signing key in tokens.
    pub kid: String,
    /// Signs.
    pub signing: EncodingKey,
    /// Verifies.
    pub verifying: DecodingKey,
    /// What is published.
    pub published: JwkSet,
    /// Seals list cursors.
    pub cursor: aws_lc_rs::hmac::Key,
}

impl Keys {
    /// Loads the keys: the signing key from the file, or made once and kept in the database.
    pub async fn load(database: &Database, config: &Config) -> Result<Self, String> {
        let from_file = match &config.signing_key_file {
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .map_err(|error| format!("MSP_SIGNING_KEY_FILE {}: {error}", path.display()))?,
            ),
            None => None,
        };
        let failed = |problem: Problem| problem.for_operator();
        let pem = match from_file {
            Some(pem) => pem,
            None => kept(database, "signing_key", new_signing_key()?)
                .await
                .map_err(failed)?,
        };
        let cursor = kept(database, "cursor_key", secrets::random().map_err(failed)?)
            .await
            .map_err(failed)?;
        Self::from_pem(&pem, &cursor)
            .map_err(|error| format!("the signing key is not an Ed25519 key in PKCS#8 PEM: {error}"))
    }

    fn from_pem(pem: &str, cursor: &str) -> Result<Self, jsonwebtoken::errors::Error> {
        let signing = EncodingKey::from_ed_pem(pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::EdDSA)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let verifying = DecodingKey::from_jwk(&jwk)?;
        let cursor = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, cursor.as_bytes());
        Ok(Self {
            kid,
            signing,
            verifying,
            published: JwkSet { keys: vec![jwk] },
            cursor,
        })
    }
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
            let find = |conn: &mut Connection| {
                table::table
                    .find(name)
                    .select(table::value)
                    .first::<String>(conn)
                    .optional()
            };
            if let Some(value) = find(conn)? {
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
                    Ok(find(conn)?.unwrap_or_else(|| fresh.clone()))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
}
