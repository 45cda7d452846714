//! Seals what waits: one sealer across all instances, each second and before the server stops.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use tokio::sync::oneshot;

use super::chain::{Mark, Seal, Signer, to_cover};
use super::store;
use crate::clock;
use crate::db::Database;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::leases;
use crate::problem::{Code, Problem};
use crate::schema::audit::{audit_seals, audit_unsealed};

/// Entries under one seal at most.
pub const BATCH: i64 = 1_000;
/// The lease under which is sealed.
pub const LEASE: &str = "audit-seal";
const LEASE_SECONDS: i64 = 30;
const PAUSE: Duration = Duration::from_secs(1);

/// The task that seals.
pub struct Sealer {
    stop: oneshot::Sender<()>,
    task: actix_web::rt::task::JoinHandle<()>,
}

impl Sealer {
    /// Starts it on the current runtime.
    pub fn start(database: &Database, signer: Arc<Signer>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = actix_web::rt::spawn(run(database.for_background(), signer, stopped));
        Self { stop, task }
    }

    /// Seals what still waits, then ends.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn run(database: Database, signer: Arc<Signer>, mut stopped: oneshot::Receiver<()>) {
    let holder = Id::new();
    let mut said = None;
    loop {
        let stopping = tokio::time::timeout(PAUSE, &mut stopped).await.is_ok();
        let failed = seal_waiting(&database, &signer, holder)
            .await
            .err()
            .map(|problem| problem.for_operator());
        if failed != said {
            if let Some(why) = &failed {
                tracing::error!(why, "the audit trail is not being sealed");
            }
            said = failed;
        }
        if stopping {
            let release = move |conn: &mut _| Ok(leases::release(conn, LEASE, holder, clock::now())?);
            if let Err(problem) = database.write(release).await {
                tracing::warn!(
                    why = problem.for_operator(),
                    "the sealer's lease runs out by itself"
                );
            }
            return;
        }
    }
}

/// Seals everything that waits now, unless another instance does; answers how many entries that were.
pub async fn seal_waiting(database: &Database, signer: &Arc<Signer>, holder: Id) -> Result<usize, Problem> {
    let mut sealed = 0;
    loop {
        let waiting = database
            .read(|conn| Ok(store::waiting_entries(conn, BATCH)?))
            .await?;
        if waiting.is_empty() {
            return Ok(sealed);
        }
        let entries: Vec<_> = waiting.iter().map(to_cover).collect();
        let (signer, count) = (Arc::clone(signer), entries.len());
        let done = database
            .write(move |conn| seal(conn, &entries, &signer, holder))
            .await?;
        if !done {
            return Ok(sealed);
        }
        sealed += count;
    }
}

/// Whether it was for us to seal.
fn seal(
    conn: &mut crate::db::Connection,
    entries: &[(Id, [u8; 32])],
    signer: &Signer,
    holder: Id,
) -> Result<bool, Problem> {
    let now = clock::now();
    if !leases::claim(conn, LEASE, holder, now, LEASE_SECONDS)? {
        return Ok(false);
    }
    let ids: Vec<Id> = entries.iter().map(|(id, _)| *id).collect();
    let taken =
        diesel::delete(audit_unsealed::table.filter(audit_unsealed::entry_id.one_of(ids))).execute(conn)?;
    if taken != entries.len() {
        return Err(Problem::new(Code::Conflict).saying("another instance sealed some of these entries"));
    }
    let last = store::last_seal(conn)?;
    may_stand_on(last.as_ref(), leases::mark(conn, LEASE)?.as_deref(), signer)?;
    let seal = Seal::of(entries, last.as_ref(), now, signer)?;
    diesel::insert_into(audit_seals::table)
        .values(&seal)
        .execute(conn)?;
    leases::set_mark(conn, LEASE, &Mark::at(&seal, signer)?.to_string())?;
    Ok(true)
}

/// A seal vouches for all before it, so none is put on a chain that ends wrongly.
fn may_stand_on(last: Option<&Seal>, mark: Option<&str>, signer: &Signer) -> Result<(), Problem> {
    let refused =
        |why: &str| Err(Problem::new(Code::Conflict).saying(format!("{why}: run `msp-api audit verify`")));
    match (last, mark.and_then(Mark::read)) {
        (None, None) if mark.is_none() => Ok(()),
        (Some(last), Some(mark)) => {
            if !signer.knows(&last.public_key) {
                return refused("the last seal is of a key that MSP_RETIRED_KEYS does not name");
            }
            let marked = (mark.number, &mark.digest) == (last.number, &last.digest) && mark.is_ours(signer);
            match marked && last.is_whole() && last.is_signed() {
                true => Ok(()),
                false => refused("the last seal is not what was sealed last"),
            }
        }
        (None, _) => refused("seals are missing"),
        (Some(_), None) => refused("the mark of the last seal is missing"),
    }
}
