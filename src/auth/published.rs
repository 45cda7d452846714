//! Keys that API clients publish at an address they are registered with (`jwksUri`), kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::jwk::JwkSet;

use super::jwks;
use super::key_sets::{self, Reach};
use crate::clock::UtcTime;
use crate::ids::Id;

/// Seconds between two fetches for one client, whoever asks.
const FETCHED_AGAIN_AFTER: i64 = 60;
/// Seconds after which keys are fetched again: so long a key that its client took back is still good.
const STALE_AFTER: i64 = 600;
/// Seconds for which keys are good while they cannot be fetched.
const GOOD_WITHOUT: i64 = 3_600;

/// The key sets of clients, each fetched when the client asks for a token.
pub struct PublishedKeys {
    reach: Reach,
    known: Mutex<HashMap<Id, Arc<tokio::sync::Mutex<Known>>>>,
}

#[derive(Default)]
struct Known {
    url: String,
    keys: Option<(Arc<JwkSet>, i64)>,
    tried_at: Option<i64>,
}

impl PublishedKeys {
    /// None known yet.
    pub fn new(reach: Reach) -> Self {
        Self {
            reach,
            known: Mutex::default(),
        }
    }

    /// The keys of a client that publishes them there, among them one of this name if there is; of several requests at once one
    /// fetches them, and the others wait for it.
    pub async fn of(&self, client: Id, url: &str, kid: &str, now: UtcTime) -> Option<Arc<JwkSet>> {
        let now = now.unix_seconds();
        let known = {
            let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(client).or_default())
        };
        let mut known = known.lock().await;
        if known.url != url {
            *known = Known {
                url: url.to_owned(),
                ..Known::default()
            };
        }
        let serves =
            |(keys, got_at): &(Arc<JwkSet>, i64)| now - got_at < STALE_AFTER && keys.find(kid).is_some();
        let is_due = known
            .tried_at
            .is_none_or(|tried| now - tried >= FETCHED_AGAIN_AFTER);
        if is_due && !known.keys.as_ref().is_some_and(serves) {
            known.tried_at = Some(now);
            let (url, reach) = (url.to_owned(), self.reach);
            #[expect(clippy::disallowed_methods, reason = "a fetch waits for another machine")]
            let fetched = actix_web::web::block(move || fetch(&url, reach)).await;
            match fetched.unwrap_or_else(|_| Err("the fetch broke off".to_owned())) {
                Ok(keys) => known.keys = Some((Arc::new(keys), now)),
                Err(why) => tracing::warn!(%client, why, "the keys of a client could not be fetched"),
            }
        }
        let (keys, got_at) = known.keys.as_ref()?;
        (now - got_at < GOOD_WITHOUT).then(|| Arc::clone(keys))
    }
}

/// Fetches a set that is one a client may have.
fn fetch(url: &str, reach: Reach) -> Result<JwkSet, String> {
    let keys = key_sets::fetch(url, reach)?;
    let value = serde_json::to_value(&keys).map_err(|error| error.to_string())?;
    match jwks::faults_of(&value).as_slice() {
        [] => Ok(keys),
        [first, ..] => Err(first.detail.clone()),
    }
}
