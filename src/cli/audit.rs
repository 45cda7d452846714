//! `audit verify` and `audit erase-personal`.

use std::sync::Arc;

use clap::Subcommand;

use crate::audit::chain::Signer;
use crate::audit::verify::{Anchor, Report, TrailFault};
use crate::audit::{self, database};
use crate::auth::keys::Keys;
use crate::config::Config;
use crate::db::Database;
use crate::ids::Id;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify every entry and every seal: exit code 0 when nothing is wrong. Works beside a running server
    #[command(after_help = "Examples:\n  msp-api audit verify\n  \
        msp-api audit verify --empty-ok   (a database that nobody used yet)\n  \
        msp-api audit verify --expect 1024 MhW9…   (the number and digest that an earlier run printed)")]
    Verify {
        /// Number and digest of a seal that was noted elsewhere: finds a trail that was put back to an older state
        // One digest in sixty-four begins with a hyphen.
        #[arg(long, num_args = 2, allow_hyphen_values = true, value_names = ["NUMBER", "DIGEST"])]
        expect: Option<Vec<String>>,
        /// Also good is a trail without any entry, which otherwise says that this is the wrong database
        #[arg(long)]
        empty_ok: bool,
    },
    /// Erase the personal detail (address, program) of entries in which this id is the actor, the record or the case.
    /// The entries and their seals stay valid, and the erasure is recorded
    #[command(
        after_help = "Example: msp-api audit erase-personal --subject 019a4c3e-8f00-7000-8000-000000000001"
    )]
    ErasePersonal {
        /// Id of a user, client, adult or case
        #[arg(long, value_parser = id)]
        subject: Id,
    },
}

fn id(text: &str) -> Result<Id, String> {
    Id::parse(text).ok_or_else(|| "a UUID in lower case".to_owned())
}

/// Runs a command about the audit trail.
pub async fn audit(config: &Config, database: &Database, command: AuditCommand) -> Result<(), String> {
    match command {
        AuditCommand::Verify { expect, empty_ok } => {
            let expected = expect.as_deref().map(anchor).transpose()?;
            let keys = Keys::load(database, config).await?;
            let ring = &keys.sealing;
            let signer = Signer::new(
                &ring.kid,
                ring.signing.clone(),
                &ring.published,
                &config.retired_keys,
            )?;
            let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
            let report = database::verify(database, &Arc::new(signer), workers, expected)
                .await
                .map_err(|problem| problem.for_operator())?;
            print(&report);
            match report.valid {
                true if report.is_empty() && !empty_ok => Err(
                    "there is no entry at all: this is not the database that is served, or --empty-ok"
                        .to_owned(),
                ),
                true => Ok(()),
                false => Err(format!(
                    "the audit trail is not what was sealed: {} faults",
                    report.fault_count
                )),
            }
        }
        AuditCommand::ErasePersonal { subject } => {
            let erased = audit::erase_personal(database, subject)
                .await
                .map_err(|problem| problem.for_operator())?;
            println!("personal detail erased from {erased} entries");
            Ok(())
        }
    }
}

fn anchor(given: &[String]) -> Result<Anchor, String> {
    match given {
        [number, digest] => Ok(Anchor {
            number: number
                .parse()
                .map_err(|_| "--expect: NUMBER is the number of a seal".to_owned())?,
            digest: digest.clone(),
        }),
        _ => Err("--expect takes a number and a digest".to_owned()),
    }
}

fn print(report: &Report) {
    println!(
        "{} entries under {} seals; {} wait for a seal; personal detail erased from {}",
        report.entries, report.seals, report.unsealed, report.erased
    );
    if let Some(last) = &report.last_seal {
        println!(
            "last seal {} {} by key {}",
            last.number, last.digest, last.public_key
        );
    }
    for TrailFault { code, seal, entry } in &report.faults {
        let seal = seal
            .map(|number| format!(" at seal {number}"))
            .unwrap_or_default();
        let entry = entry.map(|id| format!(" at entry {id}")).unwrap_or_default();
        println!("{}{seal}{entry}", code.as_str());
    }
    if report.valid {
        println!("valid");
    }
}
