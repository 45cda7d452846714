//! Guessing is slowed: after a few failures each further one makes the next attempt wait longer, per account and per
//! address, on every instance alike. Nobody is locked out: the delay has an end, and whoever signed in from an address
//! before waits only for failures from that very address.
//!
//! An attempt is counted before it is evaluated, so that many at one time are no more than one after the other, and is
//! taken back when it succeeds. A name that nobody has is counted like any other.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::{Connection, Database};
use crate::http::client_address::{self, TrustedProxies};
use crate::ids::Id;
use crate::problem::{Code, Problem};
use crate::schema::identity::{guesses as table, known_addresses};
use crate::secrets;

/// An address is known for so long after a sign-in: a year.
const KNOWN_FOR: i64 = 365 * 86_400;
/// Longer than a password takes to be compared, also behind a few others.
const ANSWERED_AFTER: Duration = Duration::from_secs(1);

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
    /// Of a request.
    pub fn of(request: &HttpRequest, trusted: &TrustedProxies) -> Self {
        let address = client_address::of(request.peer_addr(), request.headers(), trusted);
        let text = address.map(network_of);
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
    begun: Instant,
    account: String,
    origin: Origin,
    known: bool,
    shared: bool,
    /// Until when one that is not known would have to wait: what a failure is answered with.
    held_until: Option<UtcTime>,
    counted: Vec<(CountedBy, String)>,
}

/// Counts an attempt, or says how long to wait.
pub async fn begin(
    database: &Database,
    username: &str,
    user: Id,
    origin: Origin,
    now: UtcTime,
) -> Result<Attempt, Problem> {
    let fresh = Attempt {
        begun: Instant::now(),
        // One account, however its name is written.
        account: secrets::digest_of(username.to_lowercase().as_bytes()),
        origin,
        known: false,
        shared: false,
        held_until: None,
        counted: vec![],
    };
    // A flood that must wait anyway takes no turn at writing.
    let looked = database.read(move |conn| {
        let mut attempt = fresh.clone();
        attempt.known = is_known(conn, user, &attempt.origin, now)?;
        attempt.shared = attempt.known || somebody_came_from(conn, &attempt.origin)?;
        for (kind, subject) in attempt.counters() {
            let until = blocked_until(conn, kind, &subject)?.filter(|until| now < *until);
            attempt.held_until = attempt.held_until.max(until);
        }
        let until = match attempt.known {
            true => blocked_until(conn, CountedBy::Known, &attempt.pair())?.filter(|until| now < *until),
            false => attempt.held_until,
        };
        Ok((attempt, until))
    });
    let (attempt, until) = looked.await?;
    if let Some(until) = until {
        return Err(attempt.has_to_wait(until, now).await);
    }
    let counting = attempt.clone();
    let counted = database.write(move |conn| {
        let old = now.plus_seconds(-86_400);
        diesel::delete(table::table.filter(table::last_at.lt(old))).execute(conn)?;
        let mut attempt = counting.clone();
        if attempt.known {
            let pair = attempt.pair();
            wait_for(count(conn, CountedBy::Known, &pair, now)?, now)?;
            attempt.counted.push((CountedBy::Known, pair));
        }
        for (kind, subject) in attempt.counters() {
            match count(conn, kind, &subject, now)? {
                None => attempt.counted.push((kind, subject)),
                // Whoever is known goes on, and waits for none but failures from that very address.
                Some(until) if attempt.known => attempt.held_until = attempt.held_until.max(Some(until)),
                Some(until) => wait_for(Some(until), now)?,
            }
        }
        Ok(attempt)
    });
    counted.await
}

impl Attempt {
    /// What every attempt is counted by, always in the same order, so that two never wait for each other. One from a
    /// known address counts like any other, or the answers to guesses would tell which names are known there.
    fn counters(&self) -> [(CountedBy, String); 2] {
        [
            (CountedBy::Account, self.account.clone()),
            (CountedBy::Address, self.origin.0.clone()),
        ]
    }

    fn pair(&self) -> String {
        format!("{} {}", self.account, self.origin.0)
    }

    /// How a wrong name, password or code is answered: as any other guess from there would be at this moment.
    pub async fn refused(&self, now: UtcTime) -> Problem {
        match self.held_until {
            Some(until) => self.has_to_wait(until, now).await,
            None => Problem::new(Code::Unauthenticated),
        }
    }

    /// Where people signed in from, names that are known there are evaluated when others are not: both are then answered
    /// after the same time.
    async fn has_to_wait(&self, until: UtcTime, now: UtcTime) -> Problem {
        if self.shared {
            tokio::time::sleep(ANSWERED_AFTER.saturating_sub(self.begun.elapsed())).await;
        }
        match wait_for(Some(self.held_until.unwrap_or(until)), now) {
            Err(problem) => problem,
            Ok(()) => Problem::new(Code::Unauthenticated),
        }
    }

    /// Takes the attempt back because it succeeded, and remembers where it came from.
    pub fn succeeded(&self, conn: &mut Connection, user: Id, now: UtcTime) -> QueryResult<()> {
        for (kind, subject) in &self.counted {
            let counter = table::table.find((kind.as_str(), subject));
            // Signing in to an account of one's own must not pay for guessing at others, nor signing in from where one is
            // known for what others guess from elsewhere.
            let forgets = match kind {
                CountedBy::Address => false,
                CountedBy::Account => !self.known,
                CountedBy::Known => true,
            };
            match forgets {
                true => diesel::delete(counter).execute(conn)?,
                false => diesel::update(counter.filter(table::failures.gt(0)))
                    .set((
                        table::failures.eq(table::failures - 1),
                        table::blocked_until.eq(blocks_nobody(now)),
                    ))
                    .execute(conn)?,
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

/// Whether anybody signed in from there before.
fn somebody_came_from(conn: &mut Connection, origin: &Origin) -> QueryResult<bool> {
    let there = known_addresses::table.filter(known_addresses::digest.eq(&origin.0));
    diesel::select(diesel::dsl::exists(there)).get_result(conn)
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

/// Long enough ago for another attempt that came a little earlier, or to an instance whose clock is behind: two colleagues
/// who sign in at once do not wait for each other.
fn blocks_nobody(now: UtcTime) -> UtcTime {
    now.plus_seconds(-3_600)
}

/// Adds one failure, or answers until when nothing counts. The update comes first: it makes others wait for this row on
/// PostgreSQL.
fn count(
    conn: &mut Connection,
    kind: CountedBy,
    subject: &str,
    now: UtcTime,
) -> QueryResult<Option<UtcTime>> {
    let counter = table::table.find((kind.as_str(), subject));
    let fresh = (
        table::kind.eq(kind.as_str()),
        table::subject.eq(subject),
        table::failures.eq(0),
        table::last_at.eq(now),
        table::blocked_until.eq(blocks_nobody(now)),
    );
    crate::insert_unless_there!(&mut *conn, table, fresh)?;
    diesel::update(counter)
        .set(table::failures.eq(table::failures + 1))
        .execute(conn)?;
    let (failures, last_at, until): (i32, UtcTime, UtcTime) = counter
        .select((table::failures, table::last_at, table::blocked_until))
        .first(conn)?;
    if now < until {
        diesel::update(counter)
            .set(table::failures.eq(failures - 1))
            .execute(conn)?;
        return Ok(Some(until));
    }
    let (_, _, forgotten_after) = kind.patience();
    let failures = match last_at.plus_seconds(forgotten_after) < now {
        true => 1,
        false => failures,
    };
    diesel::update(counter)
        .set((
            table::failures.eq(failures),
            table::last_at.eq(now),
            table::blocked_until.eq(match kind.delay(failures) {
                0 => blocks_nobody(now),
                delay => now.plus_seconds(delay),
            }),
        ))
        .execute(conn)?;
    Ok(None)
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
