//! Answers: views with their tag, and problems.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::problem::{Code, Problem};

/// Something a caller reads.
pub trait View: Serialize {
    /// The version of the record behind it.
    fn version(&self) -> i64;

    /// A mark that changes with whatever in the answer does not come from the record itself.
    fn derived_mark(&self) -> Option<String> {
        None
    }

    /// Where it stands until a second person has decided: nothing is done yet, and the answer is 202.
    fn waits_at(&self) -> Option<String> {
        None
    }

    /// The entity tag: the version, and after a dot the mark of derived parts. Only the version counts in
    /// `If-Match`; the whole tag counts in `If-None-Match`.
    fn tag(&self) -> String {
        match self.derived_mark() {
            Some(mark) => format!("W/\"{}.{mark}\"", self.version()),
            None => format!("W/\"{}\"", self.version()),
        }
    }
}

/// An answer of another media type than JSON.
pub struct Document {
    /// Its media type, with parameters.
    pub media: String,
    /// Its text.
    pub text: String,
    /// Its entity tag.
    pub tag: String,
}

/// A refused request on its way out; [`crate::server::gate`] writes its body, where the request is known.
#[derive(Debug, Clone)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.code().as_str())
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// What a handler answers.
pub type Reply = Result<HttpResponse, Refusal>;

/// Writes a problem out.
pub fn problem_response(problem: &Problem, instance: &str, request_id: &str) -> HttpResponse {
    let code = problem.code();
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if code == Code::RequestTimeout {
        // What still comes of the body is not read as the next request.
        response.force_close();
    }
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = match code {
            // No token was wrong: there is none, or it is the code of an invitation.
            Code::Unauthenticated | Code::InvitationInvalid => "Bearer".to_owned(),
            _ => format!(
                "Bearer error=\"invalid_token\", error_description=\"{}\"",
                code.as_str()
            ),
        };
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    if let Some(seconds) = problem.seconds_to_wait() {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    if let Some(allow) = problem
        .body("", "")
        .extra
        .get("allow")
        .and_then(|allow| allow.as_str())
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        response.insert_header((header::ALLOW, allow));
    }
    response.json(problem.body(instance, request_id))
}
