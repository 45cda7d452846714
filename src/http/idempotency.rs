//! Repeating a POST safely. The row is written in the transaction of its effect: both are there, or neither.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::{Caller, CallerKind};
use crate::problem::{Code, Problem};
use crate::schema::foundation::idempotency_keys as table;

/// How long a client's key is kept: 72 hours.
const CLIENT_SECONDS: i64 = 72 * 3600;
/// How long a person's key is kept: 30 days, for apps that were offline.
const PERSON_SECONDS: i64 = 30 * 24 * 3600;

/// A request that may be repeated under its key.
#[derive(Debug, Clone)]
pub struct Repeatable {
    /// The key.
    pub key: String,
    /// Method and path.
    pub target: String,
    /// Digest of the canonical body.
    pub body_digest: String,
}

/// Whether the request is new.
pub enum Claim {
    /// Do it.
    Fresh,
    /// It was done, with this record.
    Done(Id),
}

/// Reads the header's value: bare or quoted, 1 to 255 printable characters.
pub fn parse_key(value: &str) -> Option<String> {
    let bare = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value);
    let printable = bare
        .chars()
        .all(|character| character.is_ascii_graphic() || character == ' ');
    (printable && (1..=255).contains(&bare.len())).then(|| bare.to_owned())
}

/// Claims the key for this transaction. A twin in flight is waited for: the unique index makes its claim stand
/// in the way until it is committed or undone.
pub fn claim(
    conn: &mut Connection,
    caller: &Caller,
    request: &Repeatable,
    resource: Id,
    now: UtcTime,
) -> Result<Claim, Problem> {
    let seconds = if caller.kind == CallerKind::Client {
        CLIENT_SECONDS
    } else {
        PERSON_SECONDS
    };
    let row = (
        table::caller_id.eq(caller.id),
        table::target.eq(&request.target),
        table::key.eq(&request.key),
        table::body_digest.eq(&request.body_digest),
        table::resource_id.eq(resource),
        table::expires_at.eq(now.plus_seconds(seconds)),
    );
    if crate::insert_unless_there!(&mut *conn, table, row)? == 1 {
        return Ok(Claim::Fresh);
    }
    let place = (caller.id, &request.target, &request.key);
    let (digest, resource_id, expires_at): (String, Id, UtcTime) = table::table
        .find(place)
        .select((table::body_digest, table::resource_id, table::expires_at))
        .first(conn)?;
    if expires_at < now {
        diesel::update(table::table.find(place))
            .set((
                table::body_digest.eq(&request.body_digest),
                table::resource_id.eq(resource),
                table::expires_at.eq(now.plus_seconds(seconds)),
            ))
            .execute(conn)?;
        return Ok(Claim::Fresh);
    }
    match digest == request.body_digest {
        true => Ok(Claim::Done(resource_id)),
        false => Err(Problem::new(Code::KeyReused)),
    }
}

/// Notes that the effect ended up with another record than the one that was reserved.
pub fn settle(conn: &mut Connection, caller: &Caller, request: &Repeatable, resource: Id) -> QueryResult<()> {
    diesel::update(table::table.find((caller.id, &request.target, &request.key)))
        .set(table::resource_id.eq(resource))
        .execute(conn)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_bare_or_quoted_and_printable() {
        assert_eq!(parse_key("abc-1"), Some("abc-1".to_owned()));
        assert_eq!(parse_key("\"abc-1\""), Some("abc-1".to_owned()));
        for wrong in ["", "\"\"", "a\u{7f}", "ü", &"k".repeat(256)] {
            assert_eq!(parse_key(wrong), None, "{wrong}");
        }
    }
}
