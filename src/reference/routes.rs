//! `/v1/reference-data`.

use actix_web::get;
use actix_web::http::header::{self, HeaderValue};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{LANGUAGE, ReferenceData, served};
use crate::http::answer::Reply;
use crate::http::call::Call;

/// Registers the operation.
pub fn operations(config: &mut ServiceConfig) {
    config.service(read_reference_data);
}

/// The languages the caller would like.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "it is in the contract; with one language nothing is chosen by it"
)]
pub struct LanguageHeader {
    /// As RFC 9110 has it. There is only English: it is what any other language gets too, never a 406.
    #[param(rename = "Accept-Language", example = "en-GB")]
    accept_language: Option<String>,
}

/// Read the reference data
///
/// Every code in plain words, in Easy Read and, where the national collection has one, with its label; the field's
/// terms, prompts for conversations, the promise, the booklet, and neutral texts for notifications. The ETag is that of
/// the content: with `If-None-Match` an app fetches it again only when it has changed.
#[utoipa::path(
    operation_id = "getReferenceData",
    tag = "Reference data",
    params(LanguageHeader),
    responses((status = 200, description = "All lists and texts", body = ReferenceData)),
    extensions(("x-permission" = json!("reference_data.read")))
)]
#[get("/v1/reference-data")]
pub async fn read_reference_data(call: Call) -> Reply {
    let mut answer = call.read(|_| Ok(served())).await?;
    let language = HeaderValue::from_static(LANGUAGE);
    answer.headers_mut().insert(header::CONTENT_LANGUAGE, language);
    Ok(answer)
}
