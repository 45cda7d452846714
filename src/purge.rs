//! Takes away what has served its time and is no record of anything: expired keys of repeatable requests, drafts,
//! sessions, counters of guesses, one-time codes, digests of assertions and of spent invitation codes.
//!
//! One instance at a time does it, every few minutes, in small transactions, so that nobody waits for it.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_query;
use tokio::sync::oneshot;

use crate::clock::{self, UtcTime};
use crate::db::types::Moment;
use crate::db::{Connection, Database};
use crate::ids::Id;
use crate::leases;
use crate::problem::Problem;

/// The lease under which is purged.
pub const LEASE: &str = "purge";
/// Rows in one transaction.
pub const BATCH: usize = 10_000;
const LEASE_SECONDS: i64 = 60;
/// From one round to the next.
const PAUSE: Duration = Duration::from_secs(300);
const DAY: i64 = 86_400;

/// Rows of one table that go when they are old enough.
struct Kind {
    /// The table, and how it is called in metrics and on the terminal.
    table: &'static str,
    /// Which rows, given an instant.
    old: &'static str,
    /// How long they stay after they are of no more use, in seconds.
    kept_for: i64,
}

/// Sessions, invitations and guesses stay a while longer than they work, for whoever looks into what happened.
const KINDS: [Kind; 7] = [
    Kind {
        table: "idempotency_keys",
        old: "expires_at < ",
        kept_for: 0,
    },
    Kind {
        table: "drafts",
        old: "expires_at < ",
        kept_for: 0,
    },
    Kind {
        table: "sessions",
        old: "COALESCE(ended_at, expires_at) < ",
        kept_for: 30 * DAY,
    },
    Kind {
        table: "guesses",
        old: "last_at < ",
        kept_for: DAY,
    },
    Kind {
        table: "used_assertions",
        old: "expires_at < ",
        kept_for: 0,
    },
    Kind {
        table: "password_codes",
        old: "expires_at < ",
        kept_for: 0,
    },
    Kind {
        table: "known_addresses",
        old: "last_at < ",
        kept_for: 365 * DAY,
    },
];

/// What stands for the digest of a code that is good for nothing any more. The invitation itself is a record and stays.
const SPENT_CODES: &str = "invitation_codes";

/// The tables that are purged.
pub fn tables() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.table).chain(["invitations"])
}

/// The task that purges.
pub struct Purger {
    stop: oneshot::Sender<()>,
    task: actix_web::rt::task::JoinHandle<()>,
}

impl Purger {
    /// Starts it on the current runtime.
    pub fn start(database: Database) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = actix_web::rt::spawn(run(database, stopped));
        Self { stop, task }
    }

    /// Ends it after the batch it is at.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn run(database: Database, mut stopped: oneshot::Receiver<()>) {
    let holder = Id::new();
    loop {
        tokio::select! {
            // The batch at hand is committed by itself.
            _ = &mut stopped => return,
            purged = purge(&database, holder, clock::now()) => if let Err(problem) = purged {
                tracing::warn!(why = problem.for_operator(), "what has expired was not purged");
            },
        }
        if tokio::time::timeout(PAUSE, &mut stopped).await.is_ok() {
            return;
        }
    }
}

/// Purges everything that is old enough now; answers how many rows of what. None: another instance is at it.
pub async fn purge(
    database: &Database,
    holder: Id,
    now: UtcTime,
) -> Result<Option<Vec<(&'static str, usize)>>, Problem> {
    let mut purged = Vec::new();
    let statements = KINDS.iter().map(|kind| {
        (
            kind.table,
            delete(database, kind),
            now.plus_seconds(-kind.kept_for),
        )
    });
    let codes = (SPENT_CODES, spend(database), now.plus_seconds(-30 * DAY));
    for (what, statement, before) in statements.chain([codes]) {
        let mut rows = 0;
        loop {
            let statement = statement.clone();
            let done = database
                .write(move |conn| {
                    let held = leases::claim(conn, LEASE, holder, clock::now(), LEASE_SECONDS)?;
                    Ok(match held {
                        true => Some(execute(conn, &statement, before)?),
                        false => None,
                    })
                })
                .await?;
            let Some(done) = done else { return Ok(None) };
            rows += done;
            metrics::counter!("purged_rows_total", "what" => what)
                .increment(u64::try_from(done).unwrap_or_default());
            if done < BATCH {
                break;
            }
        }
        purged.push((what, rows));
    }
    database
        .write(move |conn| Ok(leases::release(conn, LEASE, holder, clock::now())?))
        .await?;
    Ok(Some(purged))
}

/// How a database calls the place of a row. On PostgreSQL the place of a row that was renewed meanwhile is another, so
/// that it stays.
fn place(database: &Database) -> &'static str {
    match database.target().is_sqlite() {
        true => "rowid",
        false => "ctid",
    }
}

fn parameter(database: &Database) -> &'static str {
    match database.target().is_sqlite() {
        true => "?",
        false => "$1",
    }
}

fn some_of(database: &Database, table: &str, condition: &str) -> String {
    let place = place(database);
    let rows = format!("SELECT {place} FROM {table} WHERE {condition} LIMIT {BATCH}");
    match database.target().is_sqlite() {
        true => format!("{place} IN ({rows})"),
        // As an array it is looked up row by row, not by a walk through the whole table.
        false => format!("{place} = ANY (ARRAY({rows}))"),
    }
}

fn delete(database: &Database, kind: &Kind) -> String {
    let condition = format!("{}{}", kind.old, parameter(database));
    let some = some_of(database, kind.table, &condition);
    format!("DELETE FROM {} WHERE {some}", kind.table)
}

fn spend(database: &Database) -> String {
    let id = match database.target().is_sqlite() {
        true => "lower(hex(id))",
        false => "id::text",
    };
    let over = "COALESCE(redeemed_at, revoked_at, expires_at)";
    let condition = format!(
        "code_digest NOT LIKE 'spent %' AND {over} < {}",
        parameter(database)
    );
    let some = some_of(database, "invitations", &condition);
    format!("UPDATE invitations SET code_digest = 'spent ' || {id} WHERE {some}")
}

fn execute(conn: &mut Connection, statement: &str, before: UtcTime) -> QueryResult<usize> {
    sql_query(statement).bind::<Moment, _>(before).execute(conn)
}
