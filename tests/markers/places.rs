//! Where nothing that somebody wrote may stand: logs, metrics, the audit trail, the outbox, notices.

use std::io::Write;
use std::sync::{Mutex, OnceLock};

use diesel::prelude::*;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use msp_api::audit::Entry;
use msp_api::clock::UtcTime;
use msp_api::db::types::Json;
use msp_api::ids::Id;
use msp_api::schema::access::notices;
use msp_api::schema::casework::intake_refusals;
use msp_api::schema::foundation::{audit_entries, events};
use serde_json::Value;

use crate::support::Server;

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, written: &[u8]) -> std::io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(written);
        Ok(written.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Takes down from now on what the process logs and counts: of all tests, since there is one of each in a process.
pub fn listen() -> &'static PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    METRICS.get_or_init(|| {
        tracing_subscriber::fmt()
            .with_env_filter("info,msp_api=debug")
            .with_writer(|| Log)
            .try_init()
            .expect("no other test takes the log down");
        PrometheusBuilder::new()
            .install_recorder()
            .expect("no other test counts")
    })
}

/// Everything there is in these places, by place.
pub fn all(server: &Server) -> Vec<(&'static str, String)> {
    let logged = String::from_utf8_lossy(&LOGGED.lock().unwrap()).into_owned();
    assert!(logged.contains("access"), "requests are logged");
    let metrics = listen().render();
    assert!(metrics.contains("http_requests_total"));
    let [audit, outbox, noticed, refused] = server.database(|conn| {
        let audit: Vec<Entry> = audit_entries::table.select(Entry::as_select()).load(conn)?;
        type Event = (Id, UtcTime, String, String, String, Id, Option<Id>, i64);
        let outbox: Vec<Event> = events::table
            .select((
                events::id,
                events::occurred_at,
                events::event_type,
                events::authority,
                events::resource,
                events::resource_id,
                events::case_id,
                events::version,
            ))
            .load(conn)?;
        let noticed: Vec<(String, String)> = notices::table
            .select((notices::authority, notices::kind))
            .load(conn)?;
        let refused: Vec<(String, Json<Value>)> = intake_refusals::table
            .select((intake_refusals::code, intake_refusals::pointers))
            .load(conn)?;
        assert!(audit.len() > 100 && outbox.len() > 100 && !noticed.is_empty());
        Ok([
            format!("{audit:?}"),
            format!("{outbox:?}"),
            format!("{noticed:?}"),
            format!("{refused:?}"),
        ])
    });
    vec![
        ("the log", logged),
        ("the metrics", metrics),
        ("the audit trail", audit),
        ("the outbox", outbox),
        ("notices", noticed),
        ("refusals at the door", refused),
    ]
}
