//! The connections, the threads that work on them, and what happens when one does not come back.
//!
//! A connection whose server is silently gone (a fail-over, a lost route) keeps its thread waiting for as long as the
//! operating system allows, and all that were open at that time do the same. So whatever is not back in time leaves
//! its place to another, and the pool it came from is replaced by a new one: one request finds out, the next has a
//! new connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::r2d2::{NopErrorHandler, Pool, PooledConnection};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tracing::Span;

use super::error::{self, Cause};
use super::health::{Health, Trouble};
use super::limits;
use super::manager::{Kept, Manager, Target};
use crate::problem::{Code, Problem};

/// How long work may wait for a connection before it is told to come back (503).
pub(super) const WAIT: Duration = Duration::from_secs(2);
/// How long a request's work may have a connection; PostgreSQL ends each statement of it before.
const REQUEST: Duration = Duration::from_secs(3);
/// Connections are renewed after this time, so that a balancer in front of several servers can balance.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// What is done with a connection; whoever waits for it goes away at the given time.
pub(super) type Once = Box<dyn FnOnce(&mut Kept, Option<Instant>) -> Result<(), Problem> + Send>;

/// A pool that may be replaced by another.
struct Connections {
    target: Target,
    size: u32,
    current: Mutex<Arc<Generation>>,
    /// As many permits as connections: a short wait here instead of a long one inside the pool.
    places: Arc<Semaphore>,
    /// How many may be left behind on connections that do not answer, before their places are not given to others.
    left_behind: Arc<Semaphore>,
    threads: Threads,
    health: Health,
}

/// Connections that were opened under the same conditions, and are given up together.
struct Generation {
    pool: Pool<Manager>,
    /// Set when it is given up: none of its connections is used again, each is closed when it comes back.
    is_over: Arc<AtomicBool>,
}

impl Generation {
    fn new(target: &Target, size: u32) -> Arc<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(true)
            .connection_timeout(WAIT)
            .max_lifetime(Some(LIFETIME))
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(Manager::new(target.clone(), Arc::clone(&is_over)));
        Arc::new(Self { pool, is_over })
    }
}

/// Where the blocking work is done. Threads of their own, since one that waits for a server that is gone must not keep
/// a process from ending.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The door to the connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lender(Arc<Connections>);

/// The place of work that runs; empty once it was left behind or is done.
type Place = Arc<Mutex<Option<OwnedSemaphorePermit>>>;

/// Gives the place back when the work ends, also when it panics.
struct Held(Place);

impl Drop for Held {
    fn drop(&mut self) {
        if let Ok(mut place) = self.0.lock() {
            *place = None;
        }
    }
}

impl Lender {
    /// Opens the pool and one connection to see that it works.
    pub(super) fn open(target: Target, size: u32) -> Result<Self, String> {
        let places = usize::try_from(size).unwrap_or(1);
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(4 * places + 4)
            .thread_name("database")
            .build()
            .map_err(|error| format!("cannot start threads: {error}"))?;
        let connections = Connections {
            current: Mutex::new(Generation::new(&target, size)),
            places: Arc::new(Semaphore::new(places)),
            left_behind: Arc::new(Semaphore::new(2 * places)),
            threads: Threads(Some(runtime)),
            health: Health::of(target.place()),
            target,
            size,
        };
        let current = connections.current().map_err(|problem| problem.for_operator())?;
        let first = current.pool.get();
        drop(first.map_err(|error| format!("cannot connect to the database: {error}"))?);
        Ok(Self(Arc::new(connections)))
    }

    pub(super) fn target(&self) -> &Target {
        &self.0.target
    }

    pub(super) fn health(&self) -> &Health {
        &self.0.health
    }

    /// Runs work on a connection, on a thread that may block. Boxed, so that this machinery is compiled once and not
    /// anew for each of some hundred operations. `limit` is how long it may have the connection; without one it is
    /// as a request's, or outside of requests for as long as it takes.
    pub(super) async fn lend(&self, limit: Option<Duration>, work: Once) -> Result<(), Problem> {
        let request = limits::left();
        let limit = limit.or(request.map(|_| REQUEST));
        let until = request.map(|left| Instant::now() + left);
        let permit = place(WAIT, &self.0.places).await?;
        let place: Place = Arc::new(Mutex::new(Some(permit)));
        let from = self.0.current()?;
        let (connections, held, span) = (Arc::clone(&self.0), Arc::clone(&place), Span::current());
        let pool = from.pool.clone();
        let mut running = self.0.threads.run(move || {
            let _here = span.entered();
            let _held = Held(held);
            connections.on_one(&pool, until, work)
        })?;
        let (done, waits) = oneshot::channel();
        let connections = Arc::clone(&self.0);
        // A task of its own: whoever waits may go away, the connection must be looked after all the same.
        tokio::spawn(async move {
            let joined = match limit {
                None => Some((&mut running).await),
                Some(limit) => tokio::time::timeout(limit, &mut running).await.ok(),
            };
            let _ = done.send(match joined {
                Some(Ok(done)) => done,
                // The only way to fail is a panic in the work: a fault of ours, and no more than this request's.
                Some(Err(_)) => Err(Problem::internal("the work on the database panicked")),
                None => {
                    connections.leave_behind(&place, &from);
                    Err(Problem::new(Code::Unavailable).diagnosed("the database did not answer in time"))
                }
            });
        });
        waits
            .await
            .unwrap_or_else(|_| Err(Problem::new(Code::Unavailable).diagnosed("the server is stopping")))
    }
}

/// Waits for a place in a queue.
pub(super) async fn place(wait: Duration, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    match tokio::time::timeout(wait, Arc::clone(places).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => {
            Err(Problem::new(Code::Unavailable).diagnosed("too many wait for the database"))
        }
    }
}

impl Connections {
    fn current(&self) -> Result<Arc<Generation>, Problem> {
        let current = self.current.lock();
        current
            .map(|current| Arc::clone(&current))
            .map_err(|_| Problem::internal("the pool was left locked"))
    }

    fn on_one(&self, pool: &Pool<Manager>, until: Option<Instant>, work: Once) -> Result<(), Problem> {
        let mut conn = self.checked_out(pool)?;
        if until.is_some_and(|until| Instant::now() > until) {
            // Nobody waits for it any more.
            return Err(Problem::new(Code::Unavailable));
        }
        let done = work(&mut conn, until);
        let failed = done.as_ref().err();
        match failed.and_then(Problem::cause).and_then(Cause::trouble) {
            Some(trouble) => {
                conn.is_suspect |= trouble == Trouble::Unreachable;
                let why = failed.and_then(Problem::diagnosis);
                self.health.failed(trouble, why.unwrap_or_default());
            }
            None => self.health.worked(&[Trouble::Unreachable]),
        }
        done
    }

    fn checked_out(&self, pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Problem> {
        pool.get().map_err(|failed| {
            let problem = error::not_connected(&failed.to_string());
            self.health
                .failed(Trouble::Unreachable, problem.diagnosis().unwrap_or_default());
            problem
        })
    }

    /// The work did not come back in time. On SQLite the storage is stuck, and a new connection would be too. On
    /// PostgreSQL its place goes to another on a new connection, and those that were open at the same time are not
    /// trusted either.
    fn leave_behind(&self, place: &Place, from: &Generation) {
        if self.target.is_sqlite() {
            return;
        }
        let Ok(mut place) = place.lock() else { return };
        if place.is_none() {
            return;
        }
        if let Ok(mark) = Arc::clone(&self.left_behind).try_acquire_owned() {
            *place = Some(mark);
        }
        drop(place);
        self.health
            .failed(Trouble::Unreachable, "no answer on an open connection");
        if from.is_over.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Ok(mut current) = self.current.lock() {
            *current = Generation::new(&self.target, self.size);
        }
        // Those that are not in use are closed now, the others when they come back.
        let rest = from.pool.clone();
        let closing = self.threads.run(move || {
            drop(rest.try_get());
            Ok(())
        });
        drop(closing);
    }
}

impl Threads {
    fn run(
        &self,
        work: impl FnOnce() -> Result<(), Problem> + Send + 'static,
    ) -> Result<tokio::task::JoinHandle<Result<(), Problem>>, Problem> {
        let runtime = self
            .0
            .as_ref()
            .ok_or_else(|| Problem::internal("the threads are gone"))?;
        Ok(runtime.handle().spawn_blocking(work))
    }
}
