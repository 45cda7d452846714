//! `serve` and `health`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::web::Data;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::signal::unix::{SignalKind, signal};

use super::made;
use crate::audit::Sealer;
use crate::config::Config;
use crate::db::{Database, Target};
use crate::purge::Purger;
use crate::server::app::App;
use crate::{demo, logs, private_files, server};

/// Upper bounds of the durations that are told apart, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const SORTED_EVERY: Duration = Duration::from_secs(5);
/// For what is done after the last request: the batch at hand of what is purged, counted refusals, seals, log lines.
const AFTER_REQUESTS: Duration = Duration::from_secs(5);

/// Serves until asked to stop; then finishes what runs.
pub async fn serve(config: Config, with_demo: bool) -> Result<(), String> {
    if with_demo && config.production {
        return Err("demo data is refused with MSP_PRODUCTION=true".to_owned());
    }
    logs::start(&config)?;
    let database = made(&config).await?;
    let _only_server = claim_file(database.target())?;
    refuse_invented(&config, &database).await?;
    if with_demo {
        let credentials = demo::fill(&database).await?;
        say(credentials
            .as_deref()
            .unwrap_or("The demo data is there already; its passwords were printed once."));
    }
    let metrics = start_metrics(SORTED_EVERY)?;
    let (bind, metrics_bind) = (config.bind, config.metrics_bind);
    let stop_within = Duration::from_secs(config.shutdown_seconds) + AFTER_REQUESTS;
    let app = Data::new(App::start(config, database).await?);
    let (listener, bind) = listen(bind)?;
    let server = server::serve(&app, listener).map_err(|error| error.to_string())?;
    let handle = server.handle();
    let mut metrics_at = String::new();
    if let Some(address) = metrics_bind {
        let (listener, address) = listen(address)?;
        metrics_at = format!("\n  metrics http://{address}/metrics");
        let metrics =
            server::serve_metrics(metrics, app.clone(), listener).map_err(|error| error.to_string())?;
        actix_web::rt::spawn(metrics);
    }
    say(&format!(
        "msp-api {} on {}: http://{bind}{metrics_at}\n  documentation http://{bind}/docs/   contract http://{bind}/openapi.json",
        env!("CARGO_PKG_VERSION"),
        app.database.target().kind()
    ));
    let sealer = Sealer::start(&app.database, Arc::clone(&app.signer));
    let running = app.clone();
    let purger = Purger::start(app.database.for_background());
    actix_web::rt::spawn(async move {
        stop_signal().await;
        app.draining.store(true, Ordering::Relaxed);
        end_within(stop_within);
        tracing::info!("stopping: running requests are finished");
        handle.stop(true).await;
    });
    let served = server.await.map_err(|error| error.to_string());
    purger.stop().await;
    running.audit.flush().await;
    sealer.stop().await;
    logs::flush();
    served
}

/// Passwords and secrets of invented people were printed, and nobody may take their cases for real ones.
async fn refuse_invented(config: &Config, database: &Database) -> Result<(), String> {
    match demo::invented(database).await? {
        Some(by) if config.production => Err(format!(
            "this database holds invented people and cases (made by `{}`), which MSP_PRODUCTION=true refuses: name an empty one \
             in DATABASE_URL",
            by.as_str()
        )),
        Some(_) | None => Ok(()),
    }
}

/// Ends the program also where something is never answered: a database that is gone without a word, a disk that hangs.
/// What was acknowledged is committed; what was not is as after a crash.
fn end_within(time: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(time);
        tracing::error!("ended with work that did not come to an end in time");
        logs::flush();
        std::process::exit(1);
    });
}

async fn stop_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Starts counting. Durations are kept in buckets, which can be added up over instances, and are sorted into them every
/// few seconds, so that memory does not grow where nobody reads the metrics.
fn start_metrics(sorted_every: Duration) -> Result<PrometheusHandle, String> {
    let metrics = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| error.to_string())?;
    let kept = metrics.clone();
    actix_web::rt::spawn(async move {
        loop {
            tokio::time::sleep(sorted_every).await;
            kept.run_upkeep();
        }
    });
    Ok(metrics)
}

/// What the terminal is told. Whoever read it may be gone; the server goes on.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Keeps a second server off the same SQLite file; short commands do not take this lock.
fn claim_file(target: &Target) -> Result<Option<std::fs::File>, String> {
    let Target::Sqlite(path) = target else {
        return Ok(None);
    };
    let place = path.with_extension("server.lock");
    let file = private_files::open(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    file.try_lock()
        .map_err(|_| format!("another server uses {}", path.display()))?;
    Ok(Some(file))
}

/// Listens, and says where: port 0 is any that is free.
fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let failed = |error: std::io::Error| format!("cannot listen on {wanted}: {error}");
    let listener = TcpListener::bind(wanted).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Asks the server on `MSP_BIND` whether it is ready.
pub fn health(config: &Config) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("not ready: {error}");
    let mut address = config.bind;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2)).map_err(failed)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(3)))
        .map_err(failed)?;
    write!(
        stream,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    match answer.starts_with("HTTP/1.1 200") {
        true => Ok(()),
        false => Err("not ready".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What this process holds in memory, in MiB.
    fn memory() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }

    /// R6: ten million durations would be 160 MiB.
    #[test]
    fn requests_that_nobody_scrapes_keep_no_memory() {
        actix_web::rt::System::new().block_on(async {
            let told = start_metrics(Duration::from_millis(2)).unwrap();
            let took = metrics::histogram!("http_request_seconds");
            let before = memory();
            for _ in 0..200 {
                for _ in 0..50_000 {
                    took.record(0.001);
                }
                tokio::time::sleep(Duration::from_millis(4)).await;
            }
            let after = memory();
            assert!(after < before + 80, "{before} MiB before, {after} after");
            assert!(told.render().contains("http_request_seconds_count 10000000"));
        });
    }
}
