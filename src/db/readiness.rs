//! Whether the database can do what requests need of it: answer, and take a write.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::sync::Mutex;

use super::{Connection, Database};
use crate::problem::{Code, Problem};
use crate::schema::foundation::write_probes;

/// How long a finding is good: anybody may ask, and must not keep the disk busy by it.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// What a probe writes, so that it needs pages that are free.
const FILLER: usize = 16 * 1024;

/// What was found last, and when.
pub(super) type Finding = Arc<Mutex<Option<(Instant, Result<(), Problem>)>>>;

impl Database {
    /// Whether it takes writes now (otherwise 503): found out by writing something, once a second at most.
    pub async fn takes_writes(&self) -> Result<(), Problem> {
        let mut last = self.finding.lock().await;
        if let Some((at, finding)) = last.as_ref()
            && at.elapsed() < GOOD_FOR
        {
            return finding.clone();
        }
        let finding = match self.write(probe).await {
            // A probe is small, and may fit where a record does not.
            Ok(()) if self.lender.health().writes_failed_lately() => {
                Err(Problem::new(Code::Unavailable).diagnosed("writes failed a moment ago"))
            }
            probed => probed,
        };
        *last = Some((Instant::now(), finding.clone()));
        finding
    }
}

/// Writes a row larger than a page and takes it back, so that nothing grows.
fn probe(conn: &mut Connection) -> Result<(), Problem> {
    for filler in ["x".repeat(FILLER), String::new()] {
        diesel::update(write_probes::table.find(1))
            .set(write_probes::filler.eq(filler))
            .execute(conn)?;
    }
    Ok(())
}
