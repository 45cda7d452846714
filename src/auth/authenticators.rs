//! Authenticator apps (RFC 6238): a second factor of people with a built-in account. The secret is derived from a key
//! of the deployment and the row's id, so that no row holds one.

use aws_lc_rs::hmac;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::schema::identity::authenticators as table;

/// How long a code is shown, in seconds.
const STEP: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A user's authenticator.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Authenticator {
    /// Whose.
    pub user_id: Id,
    /// What its secret is derived from.
    pub id: Id,
    /// When it was begun.
    pub created_at: UtcTime,
    /// When its first code was given; before that it is not in force.
    pub confirmed_at: Option<UtcTime>,
    /// The step of the last code that was taken: each is taken once.
    pub last_step: i64,
}

impl Authenticator {
    /// Its secret.
    pub fn secret(&self, key: &hmac::Key) -> Vec<u8> {
        let mut said = self.user_id.as_bytes().to_vec();
        said.extend_from_slice(self.id.as_bytes());
        let mut secret = hmac::sign(key, &said).as_ref().to_vec();
        secret.truncate(20);
        secret
    }

    /// The step of a code that is right now, the clocks being at most one step apart, and was not taken before.
    pub fn step_of(&self, code: &str, key: &hmac::Key, now: UtcTime) -> Option<i64> {
        let (secret, step) = (self.secret(key), step_at(now));
        let near = [step - 1, step, step + 1];
        near.into_iter()
            .filter(|step| *step > self.last_step)
            .find(|step| crate::secrets::same(&code_at(&secret, *step), code))
    }
}

/// The step of an instant.
pub fn step_at(now: UtcTime) -> i64 {
    now.unix_seconds() / STEP
}

/// The six digits of a step.
pub fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = bytes.last().map_or(0, |last| usize::from(last & 0x0f));
    let four = bytes.iter().skip(offset).take(4);
    let number = four.fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// As authenticator apps read it.
pub fn base32(secret: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
    for byte in secret {
        held = (held << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = usize::try_from(held >> bits & 31).unwrap_or_default();
            text.extend(BASE32.get(index).map(|letter| char::from(*letter)));
        }
    }
    text
}

/// The user's authenticator, in force or not.
pub fn of(conn: &mut Connection, user: Id) -> QueryResult<Option<Authenticator>> {
    table::table
        .find(user)
        .select(Authenticator::as_select())
        .first(conn)
        .optional()
}

/// Begins a new one in the place of one that is not in force.
pub fn begin(conn: &mut Connection, user: Id, id: Id, now: UtcTime) -> QueryResult<()> {
    remove(conn, user)?;
    let begun = Authenticator {
        user_id: user,
        id,
        created_at: now,
        confirmed_at: None,
        last_step: 0,
    };
    diesel::insert_into(table::table)
        .values(&begun)
        .execute(conn)
        .map(drop)
}

/// Puts it in force by its first code.
pub fn confirm(conn: &mut Connection, user: Id, step: i64, now: UtcTime) -> QueryResult<()> {
    diesel::update(table::table.find(user))
        .set((table::confirmed_at.eq(now), table::last_step.eq(step)))
        .execute(conn)
        .map(drop)
}

/// Takes a code; whether it was the first to.
pub fn take(conn: &mut Connection, user: Id, step: i64) -> QueryResult<bool> {
    let first = diesel::update(table::table.find(user).filter(table::last_step.lt(step)))
        .set(table::last_step.eq(step))
        .execute(conn)?;
    Ok(first == 1)
}

/// Takes it out of force, the phone being lost.
pub fn remove(conn: &mut Connection, user: Id) -> QueryResult<()> {
    diesel::delete(table::table.find(user)).execute(conn).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = b"12345678901234567890";
        let expected = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (at, code) in expected {
            assert_eq!(code_at(secret, at / STEP), code);
        }
        assert_eq!(base32(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
