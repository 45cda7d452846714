//! The HTTP server around the operations: what its requests share, who may pass, the list of routes, and the contract.

pub mod app;
pub mod connections;
pub mod contract;
pub mod cors;
pub mod gate;
pub mod router;
pub mod system;

use std::net::TcpListener;
use std::sync::Mutex;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Data};
use actix_web::{App as ActixApp, HttpResponse, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config as DocsConfig, SwaggerUi};

use crate::casework::referrals::store::oldest_unread;
use crate::clock::{self, UtcTime};
use crate::db::limits;
use app::App;
use connections::Connections;
use gate::gate;

/// Connections that are served at one time, per thread.
const CONNECTIONS: usize = 10_000;
/// And where descriptors are scarce.
const FEWEST_CONNECTIONS: usize = 16;

/// Serves the API on a listener.
pub fn serve(app: &Data<App>, listener: TcpListener) -> std::io::Result<Server> {
    let config = &app.config;
    let (workers, stop_within) = (usize::from(config.workers), config.shutdown_seconds);
    let open_files = connections::raise_open_files();
    let threads = match workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        some => some,
    };
    let within = connections::connections_within(open_files, config.pool_size) / threads;
    let of_each = within.clamp(FEWEST_CONNECTIONS, CONNECTIONS);
    let all = Connections::within(of_each * threads, open_files, config.proxies().clone());
    let app = app.clone();
    let mut server = HttpServer::new(move || {
        let (service, _) = ActixApp::new()
            .app_data(app.clone())
            .into_utoipa_app()
            .configure(router::operations)
            .split_for_parts();
        service
            .service(SwaggerUi::new("/docs/{_:.*}").config(DocsConfig::from("/openapi.json")))
            .default_service(web::to(system::nothing_here))
            .wrap(from_fn(gate))
    })
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(Duration::from_secs(75))
    .max_connections(of_each)
    .on_connect(move |connection, data| {
        if let Some(stream) = connection.downcast_ref::<TcpStream>() {
            all.opened(stream, data);
        }
    })
    .shutdown_timeout(stop_within)
    .shutdown_signal(std::future::pending());
    if workers > 0 {
        server = server.workers(workers);
    }
    Ok(server.listen(listener)?.run())
}

/// Serves the metrics on an address of their own.
pub fn serve_metrics(
    handle: PrometheusHandle,
    app: Data<App>,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let scraped = Data::new(Scraped {
        handle,
        authorities: Mutex::default(),
    });
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(scraped.clone())
            .app_data(app.clone())
            .route("/metrics", web::get().to(metrics))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// What the metrics are made from.
struct Scraped {
    handle: PrometheusHandle,
    /// The authorities that were told last.
    authorities: Mutex<Vec<String>>,
}

async fn metrics(scraped: Data<Scraped>, app: Data<App>) -> HttpResponse {
    let unread = app.database.read(|conn| Ok(oldest_unread(conn)?));
    let unread = limits::in_a_request(unread).await;
    metrics::gauge!("database_up").set(if unread.is_ok() { 1.0 } else { 0.0 });
    metrics::counter!("audit_write_failures_total").increment(0);
    if let Ok(mut authorities) = scraped.authorities.lock() {
        let now = clock::now().unix_seconds();
        let age = |since: Option<UtcTime>| {
            let seconds = since.map_or(0, |since| now - since.unix_seconds());
            f64::from(i32::try_from(seconds).unwrap_or(i32::MAX))
        };
        let ages: Vec<(String, f64)> = match unread {
            Ok(unread) => unread
                .into_iter()
                .map(|(code, since)| (code, age(since)))
                .collect(),
            // No value rather than one that calls off an alarm: nobody knows how long a concern waits.
            Err(_) => authorities.iter().map(|code| (code.clone(), f64::NAN)).collect(),
        };
        for (code, seconds) in &ages {
            metrics::gauge!("referrals_oldest_unread_seconds", "authority" => code.clone()).set(*seconds);
        }
        *authorities = ages.into_iter().map(|(code, _)| code).collect();
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(scraped.handle.render())
}
