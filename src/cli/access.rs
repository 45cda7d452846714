//! `access verify` and `access rebuild`.

use std::time::Duration;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use crate::casework::relationships::verify;
use crate::casework::who_may_read::{self, Found};
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
        match drift {
            Found::Relationships(drift) => println!(
                "case {}: {} relationships missing, {} left over",
                drift.case, drift.missing, drift.left_over
            ),
            Found::Parties(case, rows) => {
                println!("case {case}: {rows} records are not of the agencies they name")
            }
        }
    }
    if drifts.len() > NAMED {
        println!("and {} more", drifts.len() - NAMED);
    }
    match (drifts.len(), mends) {
        (0, _) => println!("{cases} cases: everything is as the records say"),
        (differed, true) => println!("{cases} cases: {differed} differed and are written anew"),
        (differed, false) => {
            return Err(format!(
                "{cases} cases: {differed} are not as the records say: find out why, then `msp-api access rebuild`"
            ));
        }
    }
    Ok(())
}

async fn every_case(
    database: &Database,
    mends: bool,
) -> Result<(usize, Vec<Found>), crate::problem::Problem> {
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} cases, {per_sec}") {
        progress.set_style(style);
    }
    progress.enable_steady_tick(Duration::from_millis(200));
    let (mut after, mut found, mut cases) = (None, vec![], 0);
    loop {
        let mend = mends.then(clock::now);
        let (of, more) = database
            .write(move |conn| {
                let of = verify::next_cases(conn, after)?;
                let found = who_may_read::check(conn, &of, mend)?;
                Ok((of, found))
            })
            .await?;
        let Some(last) = of.last() else {
            progress.finish_and_clear();
            return Ok((cases, found));
        };
        after = Some(*last);
        cases += of.len();
        found.extend(more);
        progress.set_position(u64::try_from(cases).unwrap_or(u64::MAX));
    }
}
