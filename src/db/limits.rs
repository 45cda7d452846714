//! How long the database may keep somebody waiting. A sender takes silence for loss, so every request is answered
//! within three seconds, whatever the database does: what a request may wait for it is one sum, spent by each of its
//! steps (who calls, the work, the audit entry). Work outside requests (sealing, verification, commands) has limits
//! of its own.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::problem::{Code, Problem};

/// What a request may wait for the database in all.
const REQUEST: Duration = Duration::from_millis(2_500);
/// What is left for a last step, such as the audit entry of a failure, after the sum is spent.
const LAST_STEP: Duration = Duration::from_millis(250);

tokio::task_local! {
    static LEFT: Cell<Duration>;
}

/// Carries out a request, or one of several pieces that a request brings, with a sum of its own to wait.
pub async fn in_a_request<F: Future>(request: F) -> F::Output {
    LEFT.scope(Cell::new(REQUEST), request).await
}

/// What the request at hand may still wait; none outside of requests.
pub(super) fn left() -> Option<Duration> {
    LEFT.try_with(|left| left.get().max(LAST_STEP)).ok()
}

/// Waits for the database no longer than the request at hand may; after that it is not available (503). Outside of
/// requests it waits as long as it takes.
pub async fn patiently<F: Future>(waits: F) -> Result<F::Output, Problem> {
    let Some(limit) = left() else {
        return Ok(waits.await);
    };
    let began = Instant::now();
    let done = tokio::time::timeout(limit, waits).await;
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(began.elapsed())));
    done.map_err(|_| Problem::new(Code::Unavailable).diagnosed("the database did not answer in time"))
}
