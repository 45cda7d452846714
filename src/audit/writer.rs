//! Entries of reads and refusals, many to a commit: each request hands in its entry and waits until it is durable.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::repeats::{Key, Repeats};
use super::{Entry, insert, not_written};
use crate::db::{Database, limits};
use crate::problem::{Code, Problem};

/// Entries in one commit at most.
const BATCH: usize = 256;
/// Entries that may wait; beyond it requests are told to come back rather than pile up.
const QUEUE: usize = 4096;
/// How often is looked whether counted refusals are due.
const LOOK: Duration = Duration::from_secs(1);

type Waiting = (Entry, oneshot::Sender<Result<(), Problem>>);

/// Hands entries to the batch writer. Cheap to clone; the writer ends when the last handle is gone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
    repeats: Arc<Repeats>,
}

impl Writer {
    /// Starts the writer on the current runtime.
    pub fn start(database: Database) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        actix_web::rt::spawn(run(database, entries));
        let repeats = Arc::new(Repeats::default());
        actix_web::rt::spawn(write_counted(queue.downgrade(), Arc::downgrade(&repeats)));
        Self { queue, repeats }
    }

    /// Answers once the entry is durable. An entry whose request waits no longer is written all the same.
    pub async fn record(&self, entry: Entry) -> Result<(), Problem> {
        let (done, waits) = oneshot::channel();
        let queued = self.queue.try_send((entry, done));
        queued.map_err(|_| unavailable("too many entries wait to be written"))?;
        let written = limits::patiently(waits).await?;
        written.unwrap_or_else(|_| Err(unavailable("the audit writer has ended")))
    }

    /// Records a refusal. One of many equal ones is only counted, and written with them.
    pub async fn record_refusal(&self, entry: Entry, code: &'static str) -> Result<(), Problem> {
        match self.repeats.take(Key::of(&entry, code), entry, Instant::now()) {
            Some(entry) => self.record(entry).await,
            None => Ok(()),
        }
    }

    /// Writes the refusals that are counted so far: before the server stops.
    pub async fn flush(&self) {
        write(&self.queue, &self.repeats, true).await;
    }
}

fn unavailable(why: &str) -> Problem {
    Problem::new(Code::Unavailable).diagnosed(why)
}

async fn write_counted(queue: mpsc::WeakSender<Waiting>, repeats: Weak<Repeats>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let (Some(queue), Some(repeats)) = (queue.upgrade(), repeats.upgrade()) else {
            return;
        };
        write(&queue, &repeats, false).await;
    }
}

/// Hands in all that is due and then waits for it; what could not be written is tried again later.
async fn write(queue: &mpsc::Sender<Waiting>, repeats: &Repeats, at_the_end: bool) {
    let mut waiting = Vec::new();
    for (key, entry) in repeats.due(Instant::now(), at_the_end) {
        let (done, waits) = oneshot::channel();
        match queue.send((entry.clone(), done)).await {
            Ok(()) => waiting.push((key, entry, waits)),
            Err(_) => repeats.put_back(key, entry, Instant::now()),
        }
    }
    for (key, entry, waits) in waiting {
        if !matches!(waits.await, Ok(Ok(()))) {
            repeats.put_back(key, entry, Instant::now());
        }
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
