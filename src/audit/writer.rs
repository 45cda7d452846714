//! Entries of reads, many to a commit: each request hands in its entry and waits until it is durable.

use tokio::sync::{mpsc, oneshot};

use super::{Entry, insert, not_written};
use crate::db::{Database, limits};
use crate::problem::{Code, Problem};

/// Entries in one commit at most.
const BATCH: usize = 256;
/// Entries that may wait; beyond it requests are told to come back rather than pile up.
const QUEUE: usize = 4096;

type Waiting = (Entry, oneshot::Sender<Result<(), Problem>>);

/// Hands entries to the batch writer. Cheap to clone; the writer ends when the last handle is gone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
}

impl Writer {
    /// Starts the writer on the current runtime.
    pub fn start(database: Database) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        actix_web::rt::spawn(run(database, entries));
        Self { queue }
    }

    /// Answers once the entry is durable. An entry whose request waits no longer is written all the same.
    pub async fn record(&self, entry: Entry) -> Result<(), Problem> {
        let (done, waits) = oneshot::channel();
        let unavailable = |why: &str| Problem::new(Code::Unavailable).diagnosed(why);
        let queued = self.queue.try_send((entry, done));
        queued.map_err(|_| unavailable("too many entries wait to be written"))?;
        let written = limits::patiently(waits).await?;
        written.unwrap_or_else(|_| Err(unavailable("the audit writer has ended")))
    }
}

async fn run(database: Database, mut queue: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let (entries, waiting): (Vec<Entry>, Vec<_>) = batch.drain(..).unzip();
        let writing = database.write(move |conn| insert(conn, &entries).map_err(|error| not_written(&error)));
        // Requests wait for it, so it waits no longer than they do.
        let written = limits::in_a_request(writing).await;
        for done in waiting {
            // The request may have gone away; its entry stands all the same.
            let _ = done.send(written.clone());
        }
    }
}
