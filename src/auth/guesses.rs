//! Guessing is slowed: after a few failures each further one makes the next attempt wait longer, per account and per
//! address, on every instance alike. Nobody is locked out: the delay has an end, and whoever signed in from an address
//! before waits only for failures from that very address.
//!
//! An attempt is counted before it is evaluated, so that many at one time are no more than one after the other, and is
//! taken back when it succeeds. A name that nobody has is counted like any other.

use std::net::IpAddr;

use actix_web::HttpRequest;
use diesel::prelude::*;

use super::secrets;
use crate::clock::UtcTime;
use crate::db::{Connection, Database};
use crate::ids::Id;
use crate::problem::{Code, Problem};
use crate::schema::identity::{guesses as table, known_addresses};

/// An address is known for so long after a sign-in: a year.
const KNOWN_FOR: i64 = 365 * 86_400;

crate::codes! {
    /// What failures are counted by.
    pub enum CountedBy {
        /// The account.
        Account = "account",
        /// The address.
        Address = "address",
        /// The account from an address it signed in from before.
        Known = "known",
    }
}

impl CountedBy {
    /// Failures that cost nothing, the longest delay in seconds, and after how long a time without one all is forgotten.
    const fn patience(self) -> (i32, i64, i64) {
        match self {
            Self::Account => (5, 900, 86_400),
            Self::Address => (30, 900, 3_600),
            Self::Known => (5, 60, 3_600),
        }
    }

    fn delay(self, failures: i32) -> i64 {
        let (free, longest, _) = self.patience();
        match u32::try_from(failures - free) {
            Ok(over @ 1..) => 2_i64.saturating_pow(over.min(20)).min(longest),
            _ => 0,
        }
    }
}

/// Where a sign-in comes from, as a digest: addresses are not kept.
#[derive(Debug, Clone)]
pub struct Origin(String);

impl Origin {
    /// Of a request. What a proxy says counts only where the operator named that proxy.
    pub fn of(request: &HttpRequest, trusted: &[IpAddr]) -> Self {
        let peer = request.peer_addr().map(|address| address.ip());
        let through_proxy = peer.is_some_and(|peer| trusted.contains(&peer.to_canonical()));
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|address| address.trim().parse::<IpAddr>().ok())
            .filter(|address| !trusted.contains(&address.to_canonical()))
            .last();
        let origin = forwarded.filter(|_| through_proxy).or(peer);
        let text = origin.map(|origin| network_of(origin.to_canonical()));
        Self(secrets::digest_of(text.unwrap_or_default().as_bytes()))
    }
}

/// A household's whole IPv6 network counts as one address.
fn network_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

/// One attempt to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    account: String,
    origin: Origin,
    known: bool,
}

/// Counts an attempt, or says how long to wait.
pub async fn begin(
    database: &Database,
    username: &str,
    user: Id,
    origin: Origin,
    now: UtcTime,
) -> Result<Attempt, Problem> {
    let account = secrets::digest_of(username.as_bytes());
    let look = (account.clone(), origin.clone());
    // A flood that must wait anyway takes no turn at writing.
    let known = database
        .read(move |conn| {
            let (account, origin) = look;
            let known = is_known(conn, user, &origin, now)?;
            let attempt = Attempt {
                account,
                origin,
                known,
            };
            for (kind, subject) in attempt.counters() {
                wait_for(blocked_until(conn, kind, &subject)?, now)?;
            }
            Ok(known)
        })
        .await?;
    let attempt = Attempt {
        account,
        origin,
        known,
    };
    let counted = attempt.clone();
    database
        .write(move |conn| {
            let old = now.plus_seconds(-86_400);
            diesel::delete(table::table.filter(table::last_at.lt(old))).execute(conn)?;
            for (kind, subject) in counted.counters() {
                count(conn, kind, &subject, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(attempt)
}

impl Attempt {
    /// What this attempt is counted by, always in the same order, so that two never wait for each other.
    fn counters(&self) -> Vec<(CountedBy, String)> {
        match self.known {
            true => vec![(CountedBy::Known, format!("{} {}", self.account, self.origin.0))],
            false => vec![
                (CountedBy::Account, self.account.clone()),
                (CountedBy::Address, self.origin.0.clone()),
            ],
        }
    }

    /// Takes the attempt back because it succeeded, and remembers where it came from.
    pub fn succeeded(&self, conn: &mut Connection, user: Id, now: UtcTime) -> QueryResult<()> {
        for (kind, subject) in self.counters() {
            let counter = table::table.find((kind.as_str(), &subject));
            // Signing in to an account of one's own must not pay for guessing at others.
            match kind {
                CountedBy::Address => diesel::update(counter.filter(table::failures.gt(0)))
                    .set((
                        table::failures.eq(table::failures - 1),
                        table::blocked_until.eq(now),
                    ))
                    .execute(conn)?,
                CountedBy::Account | CountedBy::Known => diesel::delete(counter).execute(conn)?,
            };
        }
        let there = known_addresses::table.find((user, &self.origin.0));
        let updated = diesel::update(there)
            .set(known_addresses::last_at.eq(now))
            .execute(conn)?;
        if updated == 0 {
            let forgotten = known_addresses::last_at.lt(now.plus_seconds(-KNOWN_FOR));
            let theirs = known_addresses::user_id.eq(user);
            diesel::delete(known_addresses::table.filter(theirs.and(forgotten))).execute(conn)?;
            let row = (
                known_addresses::user_id.eq(user),
                known_addresses::digest.eq(&self.origin.0),
                known_addresses::last_at.eq(now),
            );
            crate::insert_unless_there!(&mut *conn, known_addresses, row)?;
        }
        Ok(())
    }
}

fn is_known(conn: &mut Connection, user: Id, origin: &Origin, now: UtcTime) -> QueryResult<bool> {
    let last: Option<UtcTime> = known_addresses::table
        .find((user, &origin.0))
        .select(known_addresses::last_at)
        .first(conn)
        .optional()?;
    Ok(last.is_some_and(|last| now < last.plus_seconds(KNOWN_FOR)))
}

fn blocked_until(conn: &mut Connection, kind: CountedBy, subject: &str) -> QueryResult<Option<UtcTime>> {
    table::table
        .find((kind.as_str(), subject))
        .select(table::blocked_until)
        .first(conn)
        .optional()
}

fn wait_for(until: Option<UtcTime>, now: UtcTime) -> Result<(), Problem> {
    match until.filter(|until| now < *until) {
        Some(until) => {
            let seconds = until.unix_seconds() - now.unix_seconds() + 1;
            Err(Problem::new(Code::RateLimited).retry_after(u64::try_from(seconds).unwrap_or(1)))
        }
        None => Ok(()),
    }
}

/// Adds one failure. The update comes first: it makes others wait for this row on PostgreSQL.
fn count(conn: &mut Connection, kind: CountedBy, subject: &str, now: UtcTime) -> Result<(), Problem> {
    let counter = table::table.find((kind.as_str(), subject));
    let fresh = (
        table::kind.eq(kind.as_str()),
        table::subject.eq(subject),
        table::failures.eq(0),
        table::last_at.eq(now),
        table::blocked_until.eq(now),
    );
    crate::insert_unless_there!(&mut *conn, table, fresh)?;
    diesel::update(counter)
        .set(table::failures.eq(table::failures + 1))
        .execute(conn)?;
    let (failures, last_at, until): (i32, UtcTime, UtcTime) = counter
        .select((table::failures, table::last_at, table::blocked_until))
        .first(conn)?;
    wait_for(Some(until), now)?;
    let (_, _, forgotten_after) = kind.patience();
    let failures = match last_at.plus_seconds(forgotten_after) < now {
        true => 1,
        false => failures,
    };
    diesel::update(counter)
        .set((
            table::failures.eq(failures),
            table::last_at.eq(now),
            table::blocked_until.eq(now.plus_seconds(kind.delay(failures))),
        ))
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failures_cost_nothing_and_the_delay_has_an_end() {
        let delays: Vec<i64> = (4..10)
            .map(|failures| CountedBy::Account.delay(failures))
            .collect();
        assert_eq!(delays, [0, 0, 2, 4, 8, 16]);
        assert_eq!(CountedBy::Account.delay(i32::MAX), 900);
        assert_eq!(CountedBy::Known.delay(1_000), 60);
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::2"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
