//! The trail as it is in the database: read for verification, on several connections at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::chain::{Seal, Signer};
use super::sealer::LEASE;
use super::verify::{self, Anchor, Found, Head, Report, STRETCH, Source};
use super::{Entry, store};
use crate::db::{Connection, Database};
use crate::ids::Id;
use crate::leases;
use crate::problem::{Code, Problem};

const IDS: i64 = 10_000;
const TRIES: usize = 10;
/// How long one piece of a verification may take.
const PIECE: Duration = Duration::from_secs(60);

/// The trail as one connection sees it.
pub struct Rows<'a>(
    /// The connection.
    pub &'a mut Connection,
);

impl Source for Rows<'_> {
    fn head(&mut self) -> Result<Head, Problem> {
        // Two statements: between them a sealer may have gone on.
        let mut mark = leases::mark(self.0, LEASE)?;
        for _ in 0..TRIES {
            let last = store::last_seal(self.0)?;
            let again = leases::mark(self.0, LEASE)?;
            if again == mark {
                let seals = store::seal_count(self.0)?;
                return Ok(Head { last, mark, seals });
            }
            mark = again;
        }
        Err(Problem::new(Code::Unavailable))
    }

    fn seals(&mut self, from: i64, to: i64) -> Result<Vec<Seal>, Problem> {
        Ok(store::seals(self.0, from, to)?)
    }

    fn entries(&mut self, ids: &[Id]) -> Result<Vec<Entry>, Problem> {
        Ok(store::entries(self.0, ids)?)
    }

    fn waiting(&mut self) -> Result<Vec<(Id, bool)>, Problem> {
        Ok(store::waiting(self.0)?)
    }

    fn totals(&mut self) -> Result<(i64, i64, i64), Problem> {
        Ok(store::totals(self.0)?)
    }

    fn has_cases(&mut self) -> Result<bool, Problem> {
        Ok(store::has_cases(self.0)?)
    }

    fn entry_ids(&mut self, after: Option<Id>) -> Result<Vec<Id>, Problem> {
        Ok(store::entry_ids(self.0, after, IDS)?)
    }
}

/// Verifies the whole trail on as many connections as `workers`, in pieces that each take a moment.
pub async fn verify(
    database: &Database,
    signer: &Arc<Signer>,
    workers: usize,
    expected: Option<Anchor>,
) -> Result<Report, Problem> {
    let judge = Arc::clone(signer);
    let database = &database.with_limit(PIECE);
    let opening = database
        .read(move |conn| verify::open(&mut Rows(conn), &judge))
        .await?;
    let opening = Arc::new(opening);
    let next = Arc::new(AtomicI64::new(1));
    let tasks: Vec<_> = (0..workers.max(1))
        .map(|_| {
            let (database, signer) = (database.clone(), Arc::clone(signer));
            let (opening, next) = (Arc::clone(&opening), Arc::clone(&next));
            tokio::spawn(async move {
                let mut found = Found::default();
                loop {
                    let from = next.fetch_add(STRETCH, Ordering::Relaxed);
                    if from > opening.end {
                        return Ok::<_, Problem>(found);
                    }
                    let to = opening.end.min(from + STRETCH - 1);
                    let (opening, signer) = (Arc::clone(&opening), Arc::clone(&signer));
                    let walked = database
                        .read(move |conn| verify::walk(&mut Rows(conn), &signer, &opening, from, to))
                        .await?;
                    found.merge(walked);
                }
            })
        })
        .collect();
    let mut found = Found::default();
    for task in tasks {
        found.merge(
            task.await
                .map_err(|error| Problem::caused("verification", &error))??,
        );
    }
    database
        .read(move |conn| verify::close(&mut Rows(conn), &opening, expected.as_ref(), found))
        .await
}
