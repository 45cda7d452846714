//! What a running server shares between requests.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::audit;
use crate::auth::issuers::Issuers;
use crate::auth::key_sets::Reach;
use crate::auth::keys::{Keys, RELOADED_EVERY};
use crate::auth::published::PublishedKeys;
use crate::auth::tokens::Tokens;
use crate::config::Config;
use crate::db::Database;
use crate::http::limits::Limits;
use crate::server::contract::Contract;

/// The parts of a running server.
pub struct App {
    /// The database.
    pub database: Database,
    /// Keys of the deployment.
    pub keys: Arc<Keys>,
    /// Makes and checks access tokens.
    pub tokens: Arc<Tokens>,
    /// Issuers that may say who a person is.
    pub issuers: Issuers,
    /// Keys that API clients publish.
    pub published_keys: PublishedKeys,
    /// Batch writer of the audit trail.
    pub audit: audit::Writer,
    /// Seals the audit trail.
    pub signer: Arc<audit::chain::Signer>,
    /// Held while the trail is verified on request: one at a time, since each reads all of it.
    pub verifying: Mutex<()>,
    /// The contract that is served, and the operations in it.
    pub contract: &'static Contract,
    /// Request limits for each caller.
    pub limits: Limits,
    /// Settings.
    pub config: Config,
    /// Set when the server is asked to stop: it finishes what runs and takes nothing new.
    pub draining: AtomicBool,
}

impl App {
    /// Puts the parts together. Must run on the runtime that serves, since the audit writer lives there.
    pub async fn start(config: Config, database: Database) -> Result<Self, String> {
        let keys = Arc::new(Keys::load(&database, &config).await?);
        let contract = Contract::of_this_program()?;
        let tokens = Arc::new(Tokens::new(Arc::clone(&keys), config.public_url.clone()));
        let (watched, watching, accepted) =
            (Arc::clone(&keys), database.for_background(), Arc::clone(&tokens));
        let every = Duration::from_secs(RELOADED_EVERY.unsigned_abs());
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match watched.reload(&watching).await {
                    // What was accepted by a key that is withdrawn is looked at again.
                    Ok(true) => accepted.forget(),
                    Ok(false) => {}
                    Err(problem) => {
                        tracing::warn!(why = problem.for_operator(), "the keys could not be looked at");
                    }
                }
            }
        });
        let signer = audit::chain::Signer::new(
            &keys.sealing.kid,
            keys.sealing.signing.clone(),
            &keys.sealing.published,
            &config.retired_keys,
        )?;
        Ok(Self {
            tokens,
            issuers: Issuers::load(config.oidc_issuers.as_deref(), &config.public_url)?,
            published_keys: PublishedKeys::new(match config.production {
                true => Reach::PublicOnly,
                false => Reach::Anywhere,
            }),
            audit: audit::Writer::start(database.clone()),
            signer: Arc::new(signer),
            verifying: Mutex::new(()),
            limits: Limits::per_minute(config.rate_limit),
            draining: AtomicBool::new(false),
            database,
            keys,
            contract,
            config,
        })
    }
}
