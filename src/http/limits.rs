//! How many requests a caller may make: smooth over a minute, with the whole minute's worth at once.

use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::ids::Id;
use crate::policy::{Caller, CallerKind};
use crate::problem::{Code, Problem};

type Limiter = RateLimiter<Id, DashMapStateStore<Id>, DefaultClock, StateInformationMiddleware>;

/// Limits for each client and each user.
pub struct Limits(Option<(NonZeroU32, Limiter)>);

/// What a caller has left, for the `RateLimit` headers.
pub struct Allowance {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub left: String,
}

impl Limits {
    /// So many requests a minute; zero is no limit.
    pub fn per_minute(requests: u32) -> Self {
        Self(NonZeroU32::new(requests).map(|requests| {
            let limiter = RateLimiter::dashmap(Quota::per_minute(requests)).with_middleware();
            (requests, limiter)
        }))
    }

    /// Counts one request of the caller.
    pub fn count(&self, caller: &Caller) -> Result<Option<Allowance>, Problem> {
        let Some((requests, limiter)) = &self.0 else {
            return Ok(None);
        };
        let name = match caller.kind {
            CallerKind::Client => "client",
            CallerKind::User | CallerKind::System => "user",
        };
        match limiter.check_key(&caller.id) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let full_again = u64::from(requests.get() - left) * 60 / u64::from(requests.get());
                Ok(Some(Allowance {
                    policy: format!("\"{name}\";q={requests};w=60"),
                    left: format!("\"{name}\";r={left};t={full_again}"),
                }))
            }
            Err(too_soon) => {
                let wait = too_soon.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                Err(Problem::new(Code::RateLimited).retry_after(wait))
            }
        }
    }
}
