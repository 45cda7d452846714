//! Sessions of people, and the refresh token that renews one.
//!
//! A refresh token is `session | generation | secret | tag`. The tag says that this deployment made it, so that an
//! old one is told from an invented one although only digests of the last two are kept. The secret of a successor is
//! derived from the token it follows, so that a lost answer can be repeated although nothing secret is kept.

use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::identity::sessions as table;
use crate::secrets;

/// How long a refresh token is good for: 90 days.
pub const LIFETIME: i64 = 90 * 86_400;
/// The same token again within so many seconds gets the same successor.
const REPEATABLE_FOR: i64 = 60;

crate::codes! {
    /// Why a session ended.
    pub enum EndedBecause {
        /// Its user signed out.
        SignedOut = "signed_out",
        /// A refresh token was used again after its successor: somebody has a copy.
        TokenReused = "token_reused",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// The app was paused, or found not safe.
        AppPaused = "app_paused",
        /// An authenticator was set up: the session was started without one.
        AuthenticatorSetUp = "authenticator_set_up",
    }
}

/// A session with the refresh token for it.
#[derive(Debug)]
pub struct Renewable {
    /// The session.
    pub session: Id,
    /// Whose.
    pub user: Id,
    /// Renews it, once.
    pub refresh_token: String,
}

#[derive(Queryable)]
struct Kept {
    user_id: Id,
    generation: i32,
    digest: String,
    previous_digest: Option<String>,
    renewed_at: UtcTime,
}

/// A token taken apart.
struct Parts {
    session: Id,
    generation: i32,
    bytes: Vec<u8>,
}

impl Parts {
    /// Reads a token that this deployment made; none for any other text.
    fn read(token: &str, key: &hmac::Key) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .filter(|bytes| bytes.len() == 68)?;
        let (said, tag) = bytes.split_at_checked(52)?;
        constant_time::verify_slices_are_equal(&tag_of(said, key), tag).ok()?;
        let (session, rest) = said.split_at_checked(16)?;
        let generation = rest.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes))?;
        let session = uuid::Uuid::from_slice(session).ok()?.into();
        Some(Self {
            session,
            generation,
            bytes,
        })
    }

    fn successor(&self, key: &hmac::Key) -> String {
        let mut said = b"successor".to_vec();
        said.extend_from_slice(&self.bytes);
        let secret = hmac::sign(key, &said);
        token_of(
            self.session,
            self.generation.saturating_add(1),
            secret.as_ref(),
            key,
        )
    }
}

fn tag_of(said: &[u8], key: &hmac::Key) -> Vec<u8> {
    let mut tagged = b"tag".to_vec();
    tagged.extend_from_slice(said);
    let mut tag = hmac::sign(key, &tagged).as_ref().to_vec();
    tag.truncate(16);
    tag
}

fn token_of(session: Id, generation: i32, secret: &[u8], key: &hmac::Key) -> String {
    let mut bytes = session.as_bytes().to_vec();
    bytes.extend_from_slice(&generation.to_be_bytes());
    bytes.extend_from_slice(secret);
    let tag = tag_of(&bytes, key);
    bytes.extend_from_slice(&tag);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn digest(token: &str) -> String {
    secrets::digest_of(token.as_bytes())
}

/// Starts a session; what is left of expired ones goes.
pub fn start(conn: &mut Connection, key: &hmac::Key, user: Id, now: UtcTime) -> Result<Renewable, Problem> {
    let over = table::user_id.eq(user).and(table::expires_at.lt(now));
    diesel::delete(table::table.filter(over)).execute(conn)?;
    let session = Id::new();
    let secret = URL_SAFE_NO_PAD
        .decode(secrets::random()?)
        .map_err(|error| Problem::caused("a new secret", &error))?;
    let refresh_token = token_of(session, 0, &secret, key);
    diesel::insert_into(table::table)
        .values((
            table::id.eq(session),
            table::user_id.eq(user),
            table::created_at.eq(now),
            table::expires_at.eq(now.plus_seconds(LIFETIME)),
            table::generation.eq(0),
            table::digest.eq(digest(&refresh_token)),
            table::renewed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(Renewable {
        session,
        user,
        refresh_token,
    })
}

/// Renews a session; none where the token is no longer good. A token that was followed by another ends the session.
pub fn renew(
    conn: &mut Connection,
    key: &hmac::Key,
    token: &str,
    now: UtcTime,
) -> QueryResult<Option<Renewable>> {
    let Some(parts) = Parts::read(token, key) else {
        return Ok(None);
    };
    let given = digest(token);
    // Of two that renew at once the slower finds on its second look what the faster one did.
    for _ in 0..2 {
        let live = table::ended_at.is_null().and(table::expires_at.gt(now));
        let kept: Option<Kept> = table::table
            .find(parts.session)
            .filter(live)
            .select((
                table::user_id,
                table::generation,
                table::digest,
                table::previous_digest,
                table::renewed_at,
            ))
            .first(conn)
            .optional()?;
        let Some(kept) = kept else { return Ok(None) };
        let refresh_token = parts.successor(key);
        let renewed = Renewable {
            session: parts.session,
            user: kept.user_id,
            refresh_token,
        };
        let is_current = kept.generation == parts.generation && secrets::same(&kept.digest, &given);
        let was_last = kept
            .previous_digest
            .is_some_and(|previous| secrets::same(&previous, &given));
        if is_current {
            let changed = diesel::update(table::table.find(parts.session))
                .filter(
                    table::generation
                        .eq(kept.generation)
                        .and(table::ended_at.is_null()),
                )
                .set((
                    table::generation.eq(kept.generation + 1),
                    table::digest.eq(digest(&renewed.refresh_token)),
                    table::previous_digest.eq(&given),
                    table::renewed_at.eq(now),
                    table::expires_at.eq(now.plus_seconds(LIFETIME)),
                ))
                .execute(conn)?;
            if changed == 1 {
                return Ok(Some(renewed));
            }
        } else if was_last && now <= kept.renewed_at.plus_seconds(REPEATABLE_FOR) {
            return Ok(Some(renewed));
        } else {
            end(conn, parts.session, EndedBecause::TokenReused, now)?;
            return Ok(None);
        }
    }
    Ok(None)
}

/// The session that a refresh token of ours belongs to.
pub fn of_refresh_token(token: &str, key: &hmac::Key) -> Option<Id> {
    Parts::read(token, key).map(|parts| parts.session)
}

/// Whose session it is.
pub fn user_of(conn: &mut Connection, session: Id) -> QueryResult<Option<Id>> {
    table::table
        .find(session)
        .select(table::user_id)
        .first(conn)
        .optional()
}

/// Ends a session: its tokens are refused from the next request on, on every instance.
pub fn end(conn: &mut Connection, session: Id, because: EndedBecause, now: UtcTime) -> QueryResult<()> {
    diesel::update(table::table.find(session).filter(table::ended_at.is_null()))
        .set((table::ended_at.eq(now), table::ended_because.eq(because)))
        .execute(conn)
        .map(drop)
}

/// Ends every session of a user.
pub fn end_all_of(conn: &mut Connection, user: Id, because: EndedBecause, now: UtcTime) -> QueryResult<()> {
    end_others_of(conn, user, None, because, now)
}

/// Ends every session of a user but the one they call in.
pub fn end_others_of(
    conn: &mut Connection,
    user: Id,
    present: Option<Id>,
    because: EndedBecause,
    now: UtcTime,
) -> QueryResult<()> {
    let theirs = table::user_id.eq(user).and(table::ended_at.is_null());
    // A new id is that of no session.
    let others = theirs.and(table::id.ne(present.unwrap_or_default()));
    diesel::update(table::table.filter(others))
        .set((table::ended_at.eq(now), table::ended_because.eq(because)))
        .execute(conn)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_tag_and_has_one_successor() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key");
        let token = token_of(Id::new(), 7, &[3; 32], &key);
        let parts = Parts::read(&token, &key).unwrap();
        assert_eq!(parts.generation, 7);
        assert_eq!(parts.successor(&key), parts.successor(&key));
        let next = Parts::read(&parts.successor(&key), &key).unwrap();
        assert_eq!((next.session, next.generation), (parts.session, 8));
        let other = hmac::Key::new(hmac::HMAC_SHA256, b"another key");
        assert!(Parts::read(&token, &other).is_none());
        for at in 0..68 {
            let mut bytes = parts.bytes.clone();
            bytes[at] ^= 1;
            assert!(Parts::read(&URL_SAFE_NO_PAD.encode(bytes), &key).is_none());
        }
    }
}
