//! The connections, the threads that work on them, and what happens when one does not come back.
//!
//! A connection whose server is silently gone (a fail-over, a lost route) keeps its thread waiting for as long as the
//! operating system allows, and all that were open at that time do the same. So whatever is not back in time leaves
//! its place to another, and what was open then and has not answered since is not used again: one request finds out,
//! the next has a new connection.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tracing::Span;

use super::error::{self, Cause};
use super::health::{Health, Trouble};
use super::limits;
use super::manager::{Kept, Target};
use crate::problem::{Code, Problem};

/// How long work may wait for a connection before it is told to come back (503).
pub(super) const WAIT: Duration = Duration::from_secs(2);
/// How long a request's work may have a connection; PostgreSQL ends each statement of it before.
const REQUEST: Duration = Duration::from_secs(3);

/// What is done with a connection; whoever waits for it goes away at the given time.
pub(super) type Once = Box<dyn FnOnce(&mut Kept, Option<Instant>) -> Result<(), Problem> + Send>;

/// The connections and what keeps them going.
struct Connections {
    target: Target,
    /// Those that nobody uses at the moment; the one used last is last, and used next.
    idle: Mutex<Vec<Kept>>,
    /// When a connection answered last, whichever.
    answered_at: Mutex<Instant>,
    /// How many connections may be used at once.
    places: Arc<Semaphore>,
    /// How many may be left behind on connections that do not answer, before their places are not given to others.
    left_behind: Arc<Semaphore>,
    threads: Threads,
    health: Health,
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
    /// Opens one connection to see that it works.
    pub(super) fn open(target: Target, size: u32) -> Result<Self, String> {
        let places = usize::try_from(size).unwrap_or(1);
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(3 * places)
            .thread_name("database")
            .build()
            .map_err(|error| format!("cannot start threads: {error}"))?;
        let first = Kept::open(&target);
        let first = first.map_err(|error| format!("cannot connect to the database: {error}"))?;
        Ok(Self(Arc::new(Connections {
            idle: Mutex::new(vec![first]),
            answered_at: Mutex::new(Instant::now()),
            places: Arc::new(Semaphore::new(places)),
            left_behind: Arc::new(Semaphore::new(2 * places)),
            threads: Threads(Some(runtime)),
            health: Health::of(target.place()),
            target,
        })))
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
        let waited_for = limit.or(request);
        let limit = limit.or(request.map(|_| REQUEST));
        let until = waited_for.map(|time| Instant::now() + time);
        let permit = place(WAIT, &self.0.places).await?;
        let began = Instant::now();
        let place: Place = Arc::new(Mutex::new(Some(permit)));
        let (connections, held, span) = (Arc::clone(&self.0), Arc::clone(&place), Span::current());
        let mut running = self.0.threads.run(move || {
            let _here = span.entered();
            let _held = Held(held);
            connections.on_one(until, limit.map(|limit| began + limit), work)
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
                    connections.leave_behind(&place, began);
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
    /// `late` is when the connection was left behind: what comes of it after that is no news.
    fn on_one(&self, until: Option<Instant>, late: Option<Instant>, work: Once) -> Result<(), Problem> {
        let done = match self.take() {
            Ok(conn) if until.is_some_and(|until| Instant::now() > until) => {
                self.put_back(conn);
                return Err(Problem::new(Code::Unavailable).diagnosed("nobody waits for it any more"));
            }
            Ok(mut conn) => {
                let done = work(&mut conn, until);
                let trouble = trouble_in(&done);
                if trouble != Some(Trouble::Unreachable) {
                    conn.answered_at = Instant::now();
                    if let Ok(mut answered_at) = self.answered_at.lock() {
                        *answered_at = conn.answered_at;
                    }
                }
                // A server that takes no more writes may have been replaced by another: that needs a new connection.
                if trouble.is_none() || self.target.is_sqlite() {
                    self.put_back(conn);
                }
                done
            }
            Err(problem) => Err(problem),
        };
        if late.is_none_or(|late| Instant::now() < late) {
            match trouble_in(&done) {
                Some(trouble) => {
                    let why = done.as_ref().err().and_then(Problem::diagnosis);
                    self.health.failed(trouble, why.unwrap_or_default());
                }
                None => self.health.worked(&[Trouble::Unreachable]),
            }
        }
        done
    }

    /// One that is idle, or else a new one: there are as many places as connections.
    fn take(&self) -> Result<Kept, Problem> {
        while let Some(mut conn) = self.idle_one() {
            if conn.is_good() {
                return Ok(conn);
            }
        }
        Kept::open(&self.target).map_err(|failed| error::not_connected(&failed.to_string()))
    }

    fn idle_one(&self) -> Option<Kept> {
        self.idle.lock().ok()?.pop()
    }

    fn put_back(&self, mut conn: Kept) {
        if conn.may_be_used_again()
            && let Ok(mut idle) = self.idle.lock()
        {
            idle.push(conn);
        }
    }

    /// The work that began then did not come back in time. On SQLite the storage is stuck, and a new connection would
    /// be too. On PostgreSQL its place goes to another, and what has not answered since is doubted.
    fn leave_behind(&self, place: &Place, began: Instant) {
        if self.target.is_sqlite() {
            return;
        }
        let Ok(mut place) = place.lock() else { return };
        if place.is_none() {
            // It came back this very moment.
            return;
        }
        if let Ok(mark) = Arc::clone(&self.left_behind).try_acquire_owned() {
            *place = Some(mark);
        }
        drop(place);
        if let Ok(mut idle) = self.idle.lock() {
            idle.retain(|conn| conn.answered_at >= began);
        }
        // If others were answered, it is this work that is slow.
        if self.answered_at.lock().is_ok_and(|at| *at < began) {
            self.health
                .failed(Trouble::Unreachable, "no answer on an open connection");
        }
    }
}

/// What the work's failure says about the database itself.
fn trouble_in(done: &Result<(), Problem>) -> Option<Trouble> {
    let failed = done.as_ref().err();
    failed.and_then(Problem::cause).and_then(Cause::trouble)
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
