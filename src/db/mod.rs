//! The two doors to the database, the same for SQLite and PostgreSQL.
//!
//! [`Database::read`] lends a connection for looking things up. [`Database::write`] lends one inside a
//! transaction that is committed when the work succeeds and rolled back when it does not; it may run the work
//! again when the database asks for a retry, so the work must have no effect outside the transaction.

pub mod backup;
#[allow(missing_docs, reason = "most of it is written by the derive")]
mod connection;
pub mod error;
mod manager;
pub mod migrations;
pub mod numbering;
pub mod types;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::{Pool, PooledConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Code, Problem};
pub use connection::{DbConnection as Connection, MultiBackend};
use error::Cause;
use manager::Manager;
pub use manager::Target;

/// How long a request may wait for a connection before it is told to come back (503).
const WAIT: Duration = Duration::from_secs(2);
/// How long a write may wait for its turn on SQLite.
const WRITE_TURN: Duration = Duration::from_secs(10);
/// How often work is run again after a serialization failure or deadlock.
const TRIES: u32 = 5;

/// A pool of connections and what keeps its users orderly. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Manager>,
    target: Target,
    /// As many permits as connections: a short wait here instead of a long one inside the pool.
    places: Arc<Semaphore>,
    /// SQLite has one writer at a time; this fair queue is far kinder than its busy handler.
    writer: Option<Arc<Semaphore>>,
}

impl Database {
    /// Opens the pool and one connection to see that it works. Makes a SQLite database that is missing: for `serve` and
    /// `migrate`.
    pub fn open(url: &str, size: u32) -> Result<Self, String> {
        let target = Target::parse(url)?;
        target.prepare()?;
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(WAIT)
            .build(Manager::new(target.clone()))
            .map_err(|error| format!("cannot connect to the database: {error}"))?;
        let writer = target.is_sqlite().then(|| Arc::new(Semaphore::new(1)));
        let places = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1)));
        Ok(Self {
            pool,
            target,
            places,
            writer,
        })
    }

    /// Opens a database that is there already: what a command does that must never make one.
    pub fn open_existing(url: &str, size: u32) -> Result<Self, String> {
        Target::parse(url)?.must_exist()?;
        Self::open(url, size)
    }

    /// Which database this is.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Runs `work` on a connection outside any transaction.
    pub async fn read<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection) -> Result<T, Problem> + Send + 'static,
    {
        let done = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&done);
        self.lend(Box::new(move |conn| put(&keep, work(conn)?))).await?;
        take(&done)
    }

    /// Runs `work` in a write transaction; what it did is durable when this answers `Ok`.
    pub async fn write<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: Fn(&mut Connection) -> Result<T, Problem> + Send + 'static,
    {
        let turn = match &self.writer {
            Some(writer) => Some(self.place(WRITE_TURN, writer).await?),
            None => None,
        };
        let done = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&done);
        let work: Repeatable = Box::new(move |conn| put(&keep, work(conn)?));
        self.lend(Box::new(move |conn| {
            let _turn = turn;
            in_transaction(conn, &work)
        }))
        .await?;
        take(&done)
    }

    /// Runs boxed work on a thread that may block. Boxed, so that this machinery is compiled once and not anew for
    /// each of some hundred operations.
    async fn lend(&self, work: Once) -> Result<(), Problem> {
        let place = self.place(WAIT, &self.places).await?;
        let pool = self.pool.clone();
        blocking(Box::new(move || {
            let _place = place;
            work(&mut *checked_out(&pool)?)
        }))
        .await
    }

    async fn place(&self, wait: Duration, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
        match tokio::time::timeout(wait, Arc::clone(places).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Problem::new(Code::Unavailable)),
        }
    }
}

fn checked_out(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Problem> {
    pool.get().map_err(|_| Problem::new(Code::Unavailable))
}

/// Keeps what the work answered; the last try counts.
fn put<T>(place: &Mutex<Option<T>>, value: T) -> Result<(), Problem> {
    *place.lock().map_err(|_| Problem::new(Code::Internal))? = Some(value);
    Ok(())
}

fn take<T>(place: &Mutex<Option<T>>) -> Result<T, Problem> {
    let value = place.lock().ok().and_then(|mut value| value.take());
    value.ok_or_else(|| Problem::new(Code::Internal))
}

type Once = Box<dyn FnOnce(&mut Connection) -> Result<(), Problem> + Send>;
type Repeatable = Box<dyn Fn(&mut Connection) -> Result<(), Problem> + Send>;

#[expect(clippy::disallowed_methods, reason = "these are the doors the lint points to")]
async fn blocking(work: Box<dyn FnOnce() -> Result<(), Problem> + Send>) -> Result<(), Problem> {
    // The only way to fail is a panic in the work: a fault of ours, and no more than this request's.
    actix_web::web::block(work)
        .await
        .unwrap_or_else(|_| Err(Problem::new(Code::Internal)))
}

fn in_transaction(conn: &mut Connection, work: &Repeatable) -> Result<(), Problem> {
    let mut tries = 0;
    loop {
        tries += 1;
        begin(conn)?;
        let done = work(conn);
        let done = match done {
            Ok(()) => match Connection::commit_transaction(conn) {
                Ok(()) => return Ok(()),
                Err(error) => Err(error.into()),
            },
            Err(problem) => Err(problem),
        };
        // After a failed COMMIT the connection may already be outside the transaction.
        let _ = Connection::rollback_transaction(conn);
        match done {
            Err(problem) if problem.cause() == Some(Cause::Retry) && tries < TRIES => {}
            other => return other,
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
