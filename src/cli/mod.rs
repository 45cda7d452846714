//! The commands.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks on its terminal"
)]

mod access;
mod accounts;
mod audit;
mod serve;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::clock;
use crate::config::Config;
use crate::db::Database;
use crate::ids::Id;
use crate::policy;
use crate::server::contract::Contract;

/// Making Safeguarding Personal as an API.
#[derive(Debug, Parser)]
#[command(
    name = "msp-api",
    version,
    about,
    after_help = "Settings come from the environment: see `msp-api config`."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    #[command(after_help = "Example: msp-api serve --demo --bind 127.0.0.1:8080")]
    Serve {
        /// Fill an empty database with invented cases and print how to sign in
        #[arg(long)]
        demo: bool,
        /// Address to listen on; port 0 is any that is free, and is printed
        #[arg(long)]
        bind: Option<SocketAddr>,
    },
    /// Bring the database schema up to date; makes a SQLite database that is missing
    #[command(after_help = "Example: DATABASE_URL=postgres://msp@localhost/msp msp-api migrate")]
    Migrate,
    /// Print the contract (OpenAPI 3.1); needs no database
    #[command(after_help = "Example: msp-api openapi > openapi/openapi.json")]
    Openapi {
        /// Print one line per operation instead: method, path, operationId, permission
        #[arg(long, conflicts_with = "permissions")]
        operations: bool,
        /// Print who may do what instead
        #[arg(long)]
        permissions: bool,
    },
    /// Print an access token for a user or client and nothing else, for local use
    #[command(
        after_help = "Example: curl -H \"Authorization: Bearer $(msp-api token manager)\" localhost:8080/v1/me"
    )]
    Token {
        /// Sign-in name of a user, or name of a client
        name: String,
    },
    /// Manage accounts of people
    User {
        #[command(subcommand)]
        command: accounts::UserCommand,
    },
    /// Manage API clients of partner agencies
    Client {
        #[command(subcommand)]
        command: accounts::ClientCommand,
    },
    /// Replace the key in the database that signs access tokens, without an outage: the new one signs in six minutes,
    /// the one before verifies until its tokens have expired
    #[command(after_help = "Example: msp-api rotate-key")]
    RotateKey {
        /// Withdraw the one before at once, because somebody else may have it: everybody signs in or renews their session anew
        #[arg(long)]
        withdraw: bool,
    },
    /// Verify the audit trail, or erase personal detail from it
    Audit {
        #[command(subcommand)]
        command: audit::AuditCommand,
    },
    /// Check who may reach which case against the records behind it, or write it anew
    Access {
        #[command(subcommand)]
        command: access::AccessCommand,
    },
    /// Print every setting with its value and meaning
    #[command(after_help = "Example: MSP_RATE_LIMIT=0 msp-api config")]
    Config,
    /// Ask a running server whether it is ready: exit code 0 or 1, for container health checks
    #[command(after_help = "Example: msp-api health")]
    Health,
    /// Fill the database with invented cases in bulk
    #[command(after_help = "Example: msp-api seed --cases 100000")]
    Seed {
        /// How many cases
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
        cases: u32,
        /// Practitioners the cases are spread over
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        practitioners: u32,
    },
    /// Delete what has expired and is no record: keys of repeatable requests, drafts, sessions, counters of guesses, spent
    /// codes. A server does it by itself every five minutes
    #[command(after_help = "Example: msp-api purge")]
    Purge,
    /// Write a copy of a SQLite database beside a running server, check it and print what it holds
    #[command(after_help = "Example: msp-api backup msp-2026-11-21.db")]
    Backup {
        /// The file to write; must not exist
        file: PathBuf,
    },
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Openapi { operations: true, .. } => {
            Contract::build().map(|contract| print!("{}", contract.listing()))
        }
        Command::Openapi {
            permissions: true, ..
        } => {
            print!("{}", policy::matrix());
            Ok(())
        }
        Command::Openapi { .. } => Contract::build().map(|contract| print!("{}", contract.json)),
        Command::Config => Config::from_environment().map(|config| println!("{}", config.listing())),
        command => Config::from_environment()
            .and_then(|config| actix_web::rt::System::new().block_on(with_config(command, config))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Whoever read it may be gone.
            let _ = writeln!(std::io::stderr(), "msp-api: {}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

async fn with_config(command: Command, mut config: Config) -> Result<(), String> {
    match command {
        Command::Serve { demo, bind } => {
            config.bind = bind.unwrap_or(config.bind);
            serve::serve(config, demo).await
        }
        Command::Migrate => {
            let database = Database::open(&config.database_url, config.pool_size)?;
            let applied = database.migrate().await?;
            println!("{applied} migrations applied");
            Ok(())
        }
        Command::Token { name } => accounts::token(&config, &migrated(&config).await?, name).await,
        Command::User { command } => accounts::user(&migrated(&config).await?, command).await,
        Command::Client { command } => accounts::client(&migrated(&config).await?, command).await,
        Command::RotateKey { withdraw } => {
            accounts::rotate_key(&config, &migrated(&config).await?, withdraw).await
        }
        Command::Audit { command } => audit::audit(&config, &migrated(&config).await?, command).await,
        Command::Access { command } => access::access(&migrated(&config).await?, command).await,
        Command::Seed { .. } if config.production => {
            Err("invented cases are refused with MSP_PRODUCTION=true".to_owned())
        }
        Command::Seed { cases, practitioners } => {
            crate::demo::seed::run(&migrated(&config).await?, cases, practitioners).await
        }
        Command::Backup { file } => {
            println!("{}", crate::backup::run(&open(&config)?, &file).await?);
            Ok(())
        }
        Command::Purge => purge(&migrated(&config).await?).await,
        Command::Health => serve::health(&config),
        Command::Openapi { .. } | Command::Config => Ok(()),
    }
}

fn open(config: &Config) -> Result<Database, String> {
    Database::open_existing(&config.database_url, config.pool_size)
}

/// The database, made if it is missing: for `serve`, and `migrate` does the same.
async fn made(config: &Config) -> Result<Database, String> {
    let database = Database::open(&config.database_url, config.pool_size)?;
    database.migrate().await?;
    Ok(database)
}

/// A database that is there, brought up to date.
async fn migrated(config: &Config) -> Result<Database, String> {
    let database = open(config)?;
    database.must_be_set_up().await?;
    database.migrate().await?;
    Ok(database)
}

async fn purge(database: &Database) -> Result<(), String> {
    let purged = crate::purge::purge(database, Id::new(), clock::now()).await;
    let purged = purged.map_err(|problem| problem.for_operator())?;
    for (what, rows) in purged.ok_or("a server is purging at this moment")? {
        println!("{what} {rows}");
    }
    Ok(())
}
