//! The two doors to the database, the same for SQLite and PostgreSQL.
//!
//! [`Database::read`] lends a connection for looking things up. [`Database::write`] lends one inside a
//! transaction that is committed when the work succeeds and rolled back when it does not; it may run the work
//! again when the database asks for a retry, so the work must have no effect outside the transaction.

pub mod branches;
pub mod child_rows;
pub mod code_set;
#[allow(missing_docs, reason = "most of it is written by the derive")]
mod connection;
pub mod error;
pub mod fragment;
mod health;
pub mod limits;
mod manager;
pub mod migrations;
pub mod numbering;
pub mod one_of;
mod pool;
mod readiness;
pub mod types;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use tokio::sync::Semaphore;

use crate::problem::Problem;
pub use connection::{DbConnection as Connection, MultiBackend};
use error::Cause;
use health::Trouble;
pub use manager::Target;
use pool::{Lender, Once};

/// Connections to SQLite at most. Each keeps its prepared statements, some megabytes; more of them answer no faster.
const SQLITE_CONNECTIONS: u32 = 8;
/// How long a write outside of requests may wait for its turn on SQLite.
const WRITE_TURN: Duration = Duration::from_secs(10);
/// How long a piece of background work may have a connection; PostgreSQL ends each statement of it before.
const BACKGROUND: Duration = Duration::from_secs(12);
/// How often work is run again after a serialization failure or deadlock.
const TRIES: u32 = 5;
/// How often work is run that waited in vain for a lock, or met a row that another wrote in the meantime. The second
/// time it reads what that other one left, and then says what is wrong: the version, the rule, or that it is done
/// already.
const TRIES_AFTER_ANOTHER: u32 = 2;

/// A pool of connections and what keeps its users orderly. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    lender: Lender,
    /// SQLite has one writer at a time; this fair queue is far kinder than its busy handler.
    writer: Option<Arc<Semaphore>>,
    /// For work that is not a request's: how long it may have a connection.
    limit: Option<Duration>,
    finding: readiness::Finding,
}

impl Database {
    /// Opens the pool and one connection to see that it works. Makes a SQLite database that is missing: for `serve` and
    /// `migrate`.
    pub fn open(url: &str, size: u32) -> Result<Self, String> {
        let target = Target::parse(url)?;
        target.prepare()?;
        let writer = target.is_sqlite().then(|| Arc::new(Semaphore::new(1)));
        let most = if target.is_sqlite() {
            SQLITE_CONNECTIONS
        } else {
            size
        };
        Ok(Self {
            lender: Lender::open(target, size.min(most))?,
            writer,
            limit: None,
            finding: readiness::Finding::default(),
        })
    }

    /// Opens a database that is there already: what a command does that must never make one.
    pub fn open_existing(url: &str, size: u32) -> Result<Self, String> {
        Target::parse(url)?.must_exist()?;
        Self::open(url, size)
    }

    /// Which database this is.
    pub fn target(&self) -> &Target {
        self.lender.target()
    }

    /// The same database for work with a limit of its own, as long pieces of it as need be: verification, reports.
    /// After that the connection is given up, since its server may be gone without a word.
    #[must_use]
    pub fn with_limit(&self, limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..self.clone()
        }
    }

    /// The same database for what goes on all the time beside requests (sealing, keys): a server that is silently gone
    /// is left behind within the same fifteen seconds as by requests.
    #[must_use]
    pub fn for_background(&self) -> Self {
        self.with_limit(BACKGROUND)
    }

    /// Runs `work` on a connection outside any transaction.
    pub async fn read<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection) -> Result<T, Problem> + Send + 'static,
    {
        let done = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&done);
        self.lend(None, Box::new(move |conn, _| put(&keep, work(conn)?)))
            .await?;
        take(&done)
    }

    /// Runs `work` in a write transaction; what it did is durable when this answers `Ok`.
    pub async fn write<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: Fn(&mut Connection) -> Result<T, Problem> + Send + 'static,
    {
        let done = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&done);
        let work: Repeatable = Box::new(move |conn| put(&keep, work(conn)?));
        let transaction: Work = Box::new(move |conn, until| in_transaction(conn, &work, until));
        self.lend(self.writer.as_ref(), transaction).await?;
        self.lender.health().worked(&[Trouble::NotWritable]);
        take(&done)
    }

    /// Lends a connection, after waiting for a turn in this queue.
    async fn lend(&self, queue: Option<&Arc<Semaphore>>, work: Work) -> Result<(), Problem> {
        let lent = async {
            let turn = match (queue, limits::left()) {
                (None, _) => None,
                (Some(queue), Some(left)) => Some(pool::place(left, queue).await?),
                (Some(queue), None) => Some(pool::place(WRITE_TURN, queue).await?),
            };
            let hurried = limits::left().is_some() && self.limit.is_none();
            let work: Once = Box::new(move |kept, until| {
                let _turn = turn;
                match hurried {
                    true => work(&mut kept.conn, until),
                    false => kept.unhurried(|conn| work(conn, until)),
                }
            });
            self.lender.lend(self.limit, work).await
        };
        match self.limit {
            Some(_) => lent.await,
            None => limits::patiently(lent).await?,
        }
    }
}

/// Keeps what the work answered; the last try counts.
fn put<T>(place: &Mutex<Option<T>>, value: T) -> Result<(), Problem> {
    let mut place = place
        .lock()
        .map_err(|_| Problem::internal("the work's answer was left locked"))?;
    *place = Some(value);
    Ok(())
}

fn take<T>(place: &Mutex<Option<T>>) -> Result<T, Problem> {
    let value = place.lock().ok().and_then(|mut value| value.take());
    value.ok_or_else(|| Problem::internal("the work left no answer"))
}

/// Work on a connection; whoever waits for it goes away at the given time.
type Work = Box<dyn FnOnce(&mut Connection, Option<Instant>) -> Result<(), Problem> + Send>;
type Repeatable = Box<dyn Fn(&mut Connection) -> Result<(), Problem> + Send>;

fn in_transaction(conn: &mut Connection, work: &Repeatable, until: Option<Instant>) -> Result<(), Problem> {
    let mut tries = 0;
    loop {
        tries += 1;
        let done = match begin(conn).and_then(|()| work(conn)) {
            Ok(()) => match Connection::commit_transaction(conn) {
                Ok(()) => return Ok(()),
                Err(error) => Err(error.into()),
            },
            Err(problem) => Err(problem),
        };
        // After a failed BEGIN or COMMIT the connection may already be outside the transaction.
        let _ = Connection::rollback_transaction(conn);
        let most = match done.as_ref().err().and_then(Problem::cause) {
            Some(Cause::Retry) => TRIES,
            Some(Cause::LockTimeout | Cause::Unique | Cause::PerhapsLate) => TRIES_AFTER_ANOTHER,
            _ => 0,
        };
        if tries >= most || until.is_some_and(|until| Instant::now() > until) {
            return done;
        }
    }
}

fn begin(conn: &mut Connection) -> Result<(), Problem> {
    match conn {
        // A plain BEGIN that turns into a write fails at once when another connection writes.
        Connection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?
        }
        Connection::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres)?,
    }
    Ok(())
}

/// Runs `work` under a savepoint of the open transaction, so that a refused statement (a unique violation)
/// leaves the transaction usable on PostgreSQL too.
pub fn savepoint<T>(
    conn: &mut Connection,
    work: impl FnOnce(&mut Connection) -> diesel::QueryResult<T>,
) -> diesel::QueryResult<T> {
    Connection::begin_transaction(conn)?;
    match work(conn) {
        Ok(value) => Connection::commit_transaction(conn).map(|()| value),
        Err(error) => Connection::rollback_transaction(conn).and(Err(error)),
    }
}

/// Narrows a boxed query to a page: keyset on the id, which is in the order of creation. Append-only tables name
/// the column that `updatedSince` compares.
#[macro_export]
macro_rules! paged {
    ($query:expr, $table:ident, $page:expr) => {
        $crate::paged!($query, $table, updated_at, $page)
    };
    ($query:expr, $table:ident, $changed_at:ident, $page:expr) => {{
        let page: &$crate::page::PageRequest = $page;
        let mut query = $query.limit(page.rows());
        if let Some(since) = page.updated_since {
            query = query.filter($table::$changed_at.ge(since));
        }
        match (page.newest_first, page.after) {
            (true, Some(after)) => query.filter($table::id.lt(after)).order($table::id.desc()),
            (true, None) => query.order($table::id.desc()),
            (false, Some(after)) => query.filter($table::id.gt(after)).order($table::id.asc()),
            (false, None) => query.order($table::id.asc()),
        }
    }};
}

/// Holds rows against others who would change or hold them, until the transaction ends; whoever holds them already is
/// waited for. Nothing is written. On SQLite the transaction is the only writer anyway. Authorise first: a stranger must
/// hold nothing.
#[macro_export]
macro_rules! hold_rows {
    ($conn:expr, $rows:expr) => {
        match $conn {
            // What refers to the rows can still be added: that takes no more than FOR KEY SHARE.
            $crate::db::Connection::Postgres(postgres) => {
                $rows.for_no_key_update().execute(postgres).map(drop)
            }
            $crate::db::Connection::Sqlite(_) => Ok(()),
        }
    };
}

/// Inserts a row unless a unique index has one like it; answers how many rows that wrote. On PostgreSQL it waits
/// for a transaction that is about to write the same. (`ON CONFLICT` is not known to the enum of connections.)
#[macro_export]
macro_rules! insert_unless_there {
    ($conn:expr, $table:ident, $row:expr) => {{
        let insert = diesel::insert_into($table::table)
            .values($row)
            .on_conflict_do_nothing();
        match $conn {
            $crate::db::Connection::Postgres(postgres) => insert.execute(postgres),
            $crate::db::Connection::Sqlite(sqlite) => insert.execute(sqlite),
        }
    }};
}
