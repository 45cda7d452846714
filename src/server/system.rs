//! Pages outside the resources: the contract itself, its documentation, explanations of problems, health.

use std::sync::atomic::Ordering;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, AcceptEncoding, ContentEncoding, ETag, Encoding, EntityTag, Header as _, IfNoneMatch,
};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde_json::json;

use crate::http::answer::{Refusal, Reply};
use crate::problem::{Code, Problem};
use crate::server::app::App;

/// The contract
///
/// OpenAPI 3.1, made from the handlers that serve it.
#[utoipa::path(
    operation_id = "getContract",
    tag = "Operations",
    responses((status = 200, description = "The contract", body = serde_json::Value)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/openapi.json")]
pub async fn contract(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let contract = &app.contract;
    let tag = EntityTag::new_strong(contract.digest.clone());
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("application/json")
        .insert_header(ETag(tag.clone()))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Items(known)) if known.iter().any(|one| one.weak_eq(&tag)) => {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        _ => {}
    }
    let taken = AcceptEncoding::parse(&request).ok();
    let offered = [Encoding::gzip(), Encoding::identity()];
    match taken.and_then(|taken| taken.negotiate(offered.iter())) {
        Some(chosen) if chosen == Encoding::gzip() => answer
            .insert_header(ContentEncoding::Gzip)
            .body(contract.gzip.clone()),
        _ => answer.body(contract.compact.clone()),
    }
}

/// Alive
///
/// Whether the process answers at all.
#[utoipa::path(
    operation_id = "getLiveness",
    tag = "Operations",
    responses((status = 200, description = "It does", body = serde_json::Value)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Ready
///
/// Whether the database answers and takes writes, and no shutdown is under way: 503 if not. (Every read is audited, so
/// without writes there are no reads either.)
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "Operations",
    responses((status = 200, description = "It is ready", body = serde_json::Value)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/health/ready")]
pub async fn ready(app: Data<App>) -> Reply {
    if app.draining.load(Ordering::Relaxed) {
        return Err(Problem::new(Code::Unavailable).into());
    }
    app.database.takes_writes().await?;
    Ok(HttpResponse::Ok().json(json!({ "status": "ready" })))
}

/// A kind of problem, explained
///
/// The page that `type` of a problem names.
#[utoipa::path(
    operation_id = "getProblemPage",
    tag = "Operations",
    params(("code" = String, Path, description = "The problem's code", example = "invalid")),
    responses((status = 200, description = "A page for people", content_type = "text/html", body = String)),
    extensions(("x-permission" = json!("open")))
)]
#[get("/problems/{code}")]
pub async fn problem_page(code: Path<String>) -> Reply {
    let known = Code::ALL.iter().find(|known| known.as_str() == code.as_str());
    let code = known.ok_or_else(|| Refusal(Problem::not_found()))?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\
         <h1>{0}</h1><p><code>{1}</code>, HTTP status {2}</p><p>{3}</p></html>\n",
        code.title(),
        code.as_str(),
        code.status(),
        code.explanation()
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page))
}

/// Where no route leads. (Where another method would have found something, the gate has said so.)
pub async fn nothing_here() -> Reply {
    Err(Problem::not_found().into())
}
