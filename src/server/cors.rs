//! Apps in browsers that were loaded from elsewhere: refused, unless `MSP_CORS_ORIGINS` names where from. Who calls is
//! told by a token in a header and there are no cookies, so credentials are never allowed.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
/// Headers an app may send.
const SENT: &str = "Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match, Prefer, \
    X-Access-Purpose, X-Correlation-ID, X-Request-ID, NHSD-End-User-Organisation-ODS, traceparent";
/// Headers an app may read.
const READ: &str = "Content-Language, Deprecation, ETag, Idempotency-Replayed, Link, Location, Preference-Applied, \
    RateLimit, RateLimit-Policy, Retry-After, Sunset, WWW-Authenticate, X-Correlation-ID, X-Request-ID";
/// Seconds for which a browser need not ask again.
const REMEMBERED: &str = "600";

/// The origin of a request, where it is one of those that may call.
pub fn origin<'a>(headers: &'a HeaderMap, named: &[String]) -> Option<&'a HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN);
    match (origins.next(), origins.next()) {
        (Some(origin), None) => Some(origin).filter(|origin| named.iter().any(|named| *origin == named)),
        _ => None,
    }
}

/// Answers a browser that asks before it sends what its app wants to send. Without an answer it does not.
pub fn preflight(method: &Method, headers: &HeaderMap, named: &[String]) -> Option<HttpResponse> {
    let asks = method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    origin(headers, named).filter(|_| asks)?;
    Some(
        HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, SENT))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED))
            .finish(),
    )
}

/// Writes who may read an answer.
pub fn dress(answer: &mut HeaderMap, origin: Option<HeaderValue>, named: &[String]) {
    if named.is_empty() {
        return;
    }
    let mut set = |name: HeaderName, value: HeaderValue| answer.insert(name, value);
    set(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(READ),
        );
    }
}
