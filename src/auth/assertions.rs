//! `private_key_jwt` (RFC 7523): a client shows that it has its private key by a short-lived token it signed.

use diesel::prelude::*;
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{decode, decode_header};
use serde::Deserialize;

use super::jwks;
use super::tokens::{self, LEEWAY, LONGEST, is_loaded};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::identity::used_assertions as table;
use crate::secrets;

/// What `client_assertion_type` says.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion lasts at most five minutes.
const LONGEST_LIFE: i64 = 300;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    jti: String,
    exp: i64,
}

/// Where tokens are to be had, which an assertion may name as its audience.
pub fn token_url(issuer: &str) -> String {
    format!("{issuer}/oauth2/token")
}

/// The client an assertion says it is from, before anything is believed.
pub fn claimed(assertion: &str) -> Option<Id> {
    if assertion.len() > LONGEST {
        return None;
    }
    let claims: Claims = insecure_decode_claims(assertion).ok()?;
    Id::parse(&claims.iss)
}

/// The name of the key an assertion says it is signed with.
pub fn kid_of(assertion: &str) -> Option<String> {
    decode_header(assertion).ok()?.kid
}

/// Whether this client signed this assertion with one of its keys, and did not use it before. Uses it up: run in a
/// transaction.
pub fn is_good(
    conn: &mut Connection,
    assertion: &str,
    (client, keys): (Id, &JwkSet),
    issuer: &str,
    now: UtcTime,
) -> Result<bool, Problem> {
    let Some((jti, expires)) = verified(assertion, client, keys, issuer, now) else {
        return Ok(false);
    };
    let theirs = table::client_id.eq(client);
    diesel::delete(table::table.filter(theirs.and(table::expires_at.lt(now)))).execute(conn)?;
    let row = (
        table::client_id.eq(client),
        table::digest.eq(secrets::digest_of(jti.as_bytes())),
        table::expires_at.eq(expires),
    );
    Ok(crate::insert_unless_there!(&mut *conn, table, row)? == 1)
}

/// The name of a good assertion, and until when it must be remembered.
fn verified(
    assertion: &str,
    client: Id,
    keys: &JwkSet,
    issuer: &str,
    now: UtcTime,
) -> Option<(String, UtcTime)> {
    let header = decode_header(assertion).ok()?;
    if is_loaded(&header) {
        return None;
    }
    let key = jwks::key_for(keys, &header, &jwks::CLIENTS)?;
    let (client, url) = (client.to_string(), token_url(issuer));
    let rules = tokens::rules(header.alg, &[&client], &[&url, issuer]);
    let claims = decode::<Claims>(assertion, &key, &rules).ok()?.claims;
    let leeway = i64::try_from(LEEWAY).unwrap_or_default();
    let ahead = claims.exp.checked_sub(now.unix_seconds())?;
    let good = claims.sub == client
        && claims.iss == client
        && ahead <= LONGEST_LIFE + leeway
        && (1..=255).contains(&claims.jti.len());
    good.then(|| (claims.jti, now.plus_seconds(ahead + 2 * leeway)))
}
