//! `access verify` and `access rebuild`.

use std::time::Duration;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use crate::casework::relationships::verify::{self, Drift};
use crate::clock;
use crate::db::Database;

/// Cases that are named; more are counted.
const NAMED: usize = 20;

#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// Compare who may reach which case with the namings, apps and assignments behind it: exit code 0 when nothing
    /// differs. Works beside a running server
    #[command(after_help = "Example: msp-api access verify")]
    Verify,
    /// Write it anew where it differs, and print what differed: after an import, or a restore. Works beside a running
    /// server
    #[command(after_help = "Example: msp-api access rebuild")]
    Rebuild,
}

/// Runs a command about who may reach which case.
pub async fn access(database: &Database, command: AccessCommand) -> Result<(), String> {
    let mends = matches!(command, AccessCommand::Rebuild);
    let (cases, drifts) = every_case(database, mends)
        .await
        .map_err(|problem| problem.for_operator())?;
    for drift in drifts.iter().take(NAMED) {
        println!(
            "case {}: {} missing, {} left over",
            drift.case, drift.missing, drift.left_over
        );
    }
    if drifts.len() > NAMED {
        println!("and {} cases more", drifts.len() - NAMED);
    }
    match (drifts.len(), mends) {
        (0, _) => println!("{cases} cases: everything is as the records say"),
        (differed, true) => println!("{differed} of {cases} cases written anew"),
        (differed, false) => {
            return Err(format!(
                "{differed} of {cases} cases are not as the records say: find out why, then `msp-api access rebuild`"
            ));
        }
    }
    Ok(())
}

async fn every_case(
    database: &Database,
    mends: bool,
) -> Result<(usize, Vec<Drift>), crate::problem::Problem> {
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} cases, {per_sec}") {
        progress.set_style(style);
    }
    progress.enable_steady_tick(Duration::from_millis(200));
    let (mut after, mut drifts, mut cases) = (None, vec![], 0);
    loop {
        let mend = mends.then(clock::now);
        let found = database
            .write(move |conn| Ok(verify::step(conn, after, mend)?))
            .await?;
        let Some(last) = found.last else {
            progress.finish_and_clear();
            return Ok((cases, drifts));
        };
        cases += found.cases;
        drifts.extend(found.drifts);
        progress.set_position(u64::try_from(cases).unwrap_or(u64::MAX));
        after = Some(last);
    }
}
