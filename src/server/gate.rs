//! What every request passes on its way in and out: its id, who calls, whether there is such an operation,
//! how many requests are left, and whether the caller's role could ever do this. On the way out: problems,
//! headers, the access log, metrics, and the audit entry of a refusal.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use serde_json::{Value, json};
use tracing::Instrument;

use super::connections::Connection;
use super::contract::Operation;
use super::cors;
use crate::audit::AccessPurpose;
use crate::auth::bearer;
use crate::db::limits;
use crate::http::answer::{Refusal, problem_response};
use crate::http::client_address;
use crate::http::limits::Allowance;
use crate::http::passed::{Arrived, Passed, entry_of};
use crate::ids::Id;
use crate::policy::{Action, Caller, could_permit};
use crate::problem::{Code, Problem};
use crate::server::app::App;

/// Paths below this need a token, unless the contract says they are open.
const GUARDED: &str = "/v1";

/// The middleware. Whatever is logged for a request has its id and its operation, and what it may wait for the
/// database is limited.
pub async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let connection = request.request().conn_data::<Arc<Connection>>().cloned();
    if let Some(connection) = &connection {
        connection.is_idle();
    }
    let route = request.resource_map().match_pattern(request.path());
    let request_id = request_id(&request);
    let operation = format!("{} {}", request.method(), route.as_deref().unwrap_or("-"));
    let span = tracing::error_span!("request", %request_id, operation);
    limits::in_a_request(pass(request, next, (route, request_id), connection))
        .instrument(span)
        .await
}

async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    (route, request_id): (Option<String>, Id),
    connection: Option<Arc<Connection>>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(Refusal(Problem::internal("the server has no parts")).into());
    };
    let correlation_id = request
        .headers()
        .get("x-correlation-id")
        .cloned()
        .filter(|value| value.len() <= 100);
    let method = method_name(request.method());
    let path = request.path().to_owned();

    let origins = &app.config.cors_origins;
    let origin = cors::origin(request.headers(), origins).cloned();
    if let Some(answer) = cors::preflight(request.method(), request.headers(), origins) {
        let mut response = ServiceResponse::new(request.request().clone(), answer);
        dress(&mut response, request_id, correlation_id, None);
        cors::dress(response.headers_mut(), origin, origins);
        report(
            method,
            route.as_deref(),
            response.status().as_u16(),
            request_id,
            started,
        );
        return Ok(response);
    }
    let admitted = admit(&app, &request, route.as_deref(), request_id).await;
    let (mut allowance, mut passed) = (None, None);
    let mut response = match admitted {
        Ok(admitted) => {
            allowance = admitted.allowance;
            if let Some(arrived) = admitted.arrived {
                request.extensions_mut().insert(arrived);
            }
            if let Some(by) = &admitted.passed {
                request.extensions_mut().insert(by.clone());
            }
            passed = admitted.passed;
            if let Some(connection) = connection.as_ref().filter(|_| passed.is_some()) {
                connection.is_needed();
            }
            outgoing(next.call(request).await?, &path, request_id)
        }
        Err(refusal) => {
            passed = refusal.passed.or(passed);
            refused(request.request().clone(), &refusal.problem, &path, request_id)
        }
    };
    // Done is audited where it is done; what was refused is audited here, but for what was too much.
    let status = response.status();
    let audited = status.as_u16() >= 400 && status != StatusCode::TOO_MANY_REQUESTS;
    if let Some(passed) = passed.filter(|_| audited) {
        let ids = response.request().match_info().iter();
        let ids: Vec<_> = ids
            .filter_map(|(name, value)| Some((name.to_owned(), Id::parse(value)?)))
            .collect();
        let entry = entry_of(&passed, status.as_u16(), &ids);
        let code = response.response().extensions().get::<Code>().copied();
        let code = code.map_or("", Code::as_str);
        if let Err(problem) = app.audit.record_refusal(entry, code).await {
            response = refused(response.request().clone(), &problem, &path, request_id);
        }
    }
    dress(&mut response, request_id, correlation_id, allowance);
    cors::dress(response.headers_mut(), origin, origins);
    report(
        method,
        route.as_deref(),
        response.status().as_u16(),
        request_id,
        started,
    );
    if let Some(connection) = &connection {
        connection.is_idle();
    }
    Ok(response)
}

#[derive(Default)]
struct Admitted {
    passed: Option<Passed>,
    arrived: Option<Arrived>,
    allowance: Option<Allowance>,
}

struct Turned {
    passed: Option<Passed>,
    problem: Problem,
}

impl From<Problem> for Turned {
    fn from(problem: Problem) -> Self {
        Self {
            passed: None,
            problem,
        }
    }
}

/// The order of these checks is part of the contract: 401, then route and method, then 403.
async fn admit(
    app: &App,
    request: &ServiceRequest,
    route: Option<&str>,
    request_id: Id,
) -> Result<Admitted, Turned> {
    let operations = route.and_then(|route| app.contract.at(route));
    let method = request.method().as_str();
    let operation =
        operations.and_then(|operations| operations.iter().find(|operation| operation.method == method));
    let guarded = request.path() == GUARDED || request.path().starts_with("/v1/");
    let open = !guarded || operation.is_some_and(|operation| operation.action.is_none());
    let bearer = match open {
        true => None,
        false => Some(bearer::authenticate(app, request.headers()).await?),
    };
    let short = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.filter(|value| value.len() <= 40).map(str::to_owned)
    };
    let stated = request.headers().get("x-access-purpose");
    let purpose = stated.and_then(|value| AccessPurpose::parse(value.to_str().ok()?));
    let asked =
        |caller: Arc<Caller>, session: Option<Id>, operation: &Arc<Operation>, action: Action| Passed {
            caller,
            session,
            operation: Arc::clone(operation),
            action,
            request_id,
            purpose,
            on_behalf_of: short("nhsd-end-user-organisation-ods"),
            origin: Arc::new(origin(app, request)),
        };
    let Some(operation) = operation else {
        let problem = match operations {
            Some(others) => {
                let allow: Vec<&str> = others.iter().map(|operation| operation.method.as_str()).collect();
                Problem::new(Code::MethodNotAllowed).with("allow", allow.join(", "))
            }
            // Pages outside the contract (documentation, health) find their own way.
            None if !guarded => {
                return Ok(Admitted::default());
            }
            None => Problem::not_found(),
        };
        // Whoever is known leaves a trace, also where there is nothing; it needs no permission to find that out.
        let passed = bearer.map(|bearer| {
            let session = bearer.token.session;
            asked(
                Arc::new(bearer.caller),
                session,
                &app.contract.nothing,
                Action::MeRead,
            )
        });
        let counted = passed.as_ref().map(|passed| app.limits.count(&passed.caller));
        let problem = counted.and_then(Result::err).unwrap_or(problem);
        return Err(Turned { passed, problem });
    };
    let (Some(bearer), Some(action)) = (bearer, operation.action) else {
        let arrived = Arrived {
            operation: Arc::clone(operation),
            request_id,
            on_behalf_of: short("nhsd-end-user-organisation-ods"),
            origin: Arc::new(origin(app, request)),
        };
        return Ok(Admitted {
            arrived: Some(arrived),
            ..Admitted::default()
        });
    };
    let token_permits = bearer.permits(action);
    let passed = asked(Arc::new(bearer.caller), bearer.token.session, operation, action);
    let turned = |problem| Turned {
        passed: Some(passed.clone()),
        problem,
    };
    let allowance = app.limits.count(&passed.caller).map_err(turned)?;
    if !token_permits || !could_permit(&passed.caller, action) {
        return Err(turned(Problem::new(Code::Forbidden)));
    }
    if !operation.media.iter().any(|media| accepts(request, media)) {
        return Err(turned(Problem::new(Code::NotAcceptable)));
    }
    if stated.is_some() && purpose.is_none() {
        let codes = "It has no such code; the contract lists them.";
        let problem = Problem::parameter(Code::BadHeader, "X-Access-Purpose", codes);
        return Err(turned(problem));
    }
    Ok(Admitted {
        passed: Some(passed),
        arrived: None,
        allowance,
    })
}

/// Whether the caller takes what the operation answers with. An error is a problem whatever was asked for.
fn accepts(request: &ServiceRequest, answered: &str) -> bool {
    let Some(accept) = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
    else {
        return true;
    };
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let family = answered.split('/').next().unwrap_or_default();
        let excluded = parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !excluded
            && (matches!(media, "*/*" | "application/problem+json")
                || media == answered
                || media.strip_suffix("/*") == Some(family))
    })
}

/// Where the request came from, as far as it shows; cut, since a program may call itself anything.
fn origin(app: &App, request: &ServiceRequest) -> Value {
    let proxies = app.config.proxies();
    let address = client_address::of(request.peer_addr(), request.headers(), proxies);
    let address = address.map(|address| address.to_string());
    let program = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let program: Option<String> = program.map(|text| text.chars().take(100).collect());
    json!({ "address": address, "userAgent": program })
}

fn request_id(request: &ServiceRequest) -> Id {
    let given = request
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok());
    given
        .and_then(|text| Id::parse(&text.to_ascii_lowercase()))
        .unwrap_or_default()
}

fn problem_of(error: &Error) -> Problem {
    if let Some(refusal) = error.as_error::<Refusal>() {
        return refusal.0.clone();
    }
    match error.as_response_error().status_code().as_u16() {
        404 => Problem::not_found(),
        408 => Problem::new(Code::RequestTimeout),
        413 => Problem::new(Code::TooLarge),
        400..=499 => Problem::new(Code::MalformedJson).saying("The request cannot be read."),
        _ => Problem::internal("the framework failed"),
    }
}

/// A response as it goes out: one that carries an error gets the body of its problem.
fn outgoing<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    path: &str,
    request_id: Id,
) -> ServiceResponse {
    match response.response().error().map(problem_of) {
        Some(problem) => refused(response.request().clone(), &problem, path, request_id),
        None => response.map_into_boxed_body(),
    }
}

fn refused(
    request: actix_web::HttpRequest,
    problem: &Problem,
    path: &str,
    request_id: Id,
) -> ServiceResponse {
    problem.log_if_ours();
    let mut response: HttpResponse = problem_response(problem, path, &request_id.to_string());
    response.extensions_mut().insert(problem.code());
    ServiceResponse::new(request, response)
}

fn dress(
    response: &mut ServiceResponse,
    request_id: Id,
    correlation_id: Option<HeaderValue>,
    allowance: Option<Allowance>,
) {
    let documentation = response.request().path().starts_with("/docs");
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-request-id", request_id.to_string());
    match correlation_id {
        Some(id) => set("x-correlation-id", id.to_str().unwrap_or_default().to_owned()),
        None => set("x-correlation-id", request_id.to_string()),
    }
    set("x-content-type-options", "nosniff".to_owned());
    set("referrer-policy", "no-referrer".to_owned());
    let policy = match documentation {
        true => {
            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
        }
        false => "default-src 'none'; frame-ancestors 'none'",
    };
    set("content-security-policy", policy.to_owned());
    if let Some(allowance) = allowance {
        set("ratelimit-policy", allowance.policy);
        set("ratelimit", allowance.left);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// A method in logs and metrics. Callers may make up others, each of which would be another series.
fn method_name(method: &Method) -> &'static str {
    let usual = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let found = usual.into_iter().find(|usual| method.as_str() == *usual);
    found.unwrap_or("other")
}

/// The access log and the metrics: route templates only, never a path, a query or a body.
fn report(method: &'static str, route: Option<&str>, status: u16, request_id: Id, started: Instant) {
    let route = route.unwrap_or("-").to_owned();
    let took = started.elapsed();
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(),
        "status" => status.to_string())
    .increment(1);
    metrics::histogram!("http_request_seconds", "method" => method, "route" => route.clone())
        .record(took.as_secs_f64());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(target: "access", parent: None, %request_id, method, route, status, micros);
}
