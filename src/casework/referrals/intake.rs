//! Sending referrals, one or many: what cannot be taken leaves a note, so that no concern is lost at the door.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

use super::dto::NewReferral;
use super::service;
use super::views::Receipt;
use crate::body::Body;
use crate::db::limits;
use crate::http::answer::{Refusal, Reply};
use crate::http::call::Call;
use crate::http::extract::{Intake, IntakeBatch};
use crate::problem::{Code, Problem, ProblemBody};

/// How strictly a referral is read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct PreferHeader {
    /// `handling=lenient`: what cannot be used is kept and answered as a warning instead of a refusal.
    #[serde(rename = "Prefer")]
    #[param(example = "handling=lenient")]
    pub prefer: Option<String>,
}

fn is_lenient(request: &HttpRequest) -> bool {
    let preference = request
        .headers()
        .get("prefer")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    preference
        .split([',', ';'])
        .any(|part| part.trim() == "handling=lenient")
}

fn applied(mut response: HttpResponse, lenient: bool) -> HttpResponse {
    if lenient {
        let applied = HeaderValue::from_static("handling=lenient");
        let name = HeaderName::from_static("preference-applied");
        response.headers_mut().insert(name, applied);
    }
    response
}

fn usable(body: Result<Body<NewReferral>, Problem>, lenient: bool) -> Result<Body<NewReferral>, Problem> {
    match lenient {
        true => body,
        false => body?.well_shaped(),
    }
}

/// Notes what was refused, and gives the refusal back. What the sender sends again by itself was not refused: nobody
/// need ask for it.
async fn noted(call: &Call, problem: Problem) -> Problem {
    if problem.is_for_now() {
        return problem;
    }
    let refusal = problem.clone();
    match call.aside(move |act| service::note_refusal(act, &refusal)).await {
        Ok(()) => problem,
        Err(worse) => worse,
    }
}

/// Send a referral
///
/// The same body under the same agency reference gives the first referral back, for ever; another body under it is
/// a conflict that names the first. Consent, an NHS number and a date of birth are never needed.
#[utoipa::path(
    operation_id = "submitReferral",
    tag = "Referrals",
    params(PreferHeader),
    request_body = NewReferral,
    responses((status = 201, description = "The receipt", body = Receipt)),
    extensions(("x-permission" = json!("referrals.submit")))
)]
#[post("/v1/referrals")]
pub async fn submit_referral(call: Call, request: HttpRequest, body: Intake<NewReferral>) -> Reply {
    let lenient = is_lenient(&request);
    let door = call.clone();
    let reply = match usable(body.0, lenient) {
        Err(problem) => Err(Refusal(problem)),
        Ok(body) => {
            call.create(
                body,
                move |act, body| service::submit(act, body, lenient),
                service::receipt,
            )
            .await
        }
    };
    match reply {
        Ok(response) => Ok(applied(response, lenient)),
        Err(Refusal(problem)) => Err(noted(&door, problem).await.into()),
    }
}

/// Referrals to be sent together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "items": [
    {"agencyReference": "PPN-2026-0043", "adult": {"familyName": "Example", "givenNames": ["Ada"]},
        "concern": {"summary": "Money missing after visits"}, "adultAgreesToShare": "yes"},
    {"agencyReference": "PPN-2026-0044", "adult": {"whereaboutsNow": "the bench by the library"},
        "concern": {"summary": "He has slept there for a week"}, "adultAgreesToShare": "not_known",
        "reasonWithoutAgreement": "He was asleep"}
] }))]
pub struct ReferralBatch {
    /// The referrals.
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<NewReferral>,
}

/// What became of one referral of a batch.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchItem {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// The status it would have had by itself: 201, or that of its problem.
    pub status: u16,
    /// Where it landed.
    #[schema(value_type = Option<Receipt>)]
    pub receipt: Option<Value>,
    /// Where it was refused; its pointers begin at the item.
    pub problem: Option<ProblemBody>,
}

/// What became of each referral, in their order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// One for each.
    pub items: Vec<BatchItem>,
}

/// Send many referrals
///
/// Up to 100 in 1 MiB, each taken or refused by itself as `POST /v1/referrals` would, in a transaction of its own:
/// what is wrong with one keeps none of the others from landing, and leaves its entry in the refused intake. `Prefer`
/// holds for each. Repeating a batch doubles nothing: the same referral under the same `Idempotency-Key`, and for API
/// clients under the same `agencyReference` for ever, gives its first receipt again, while what was put right in
/// between lands. Look at each `status`: the answer as a whole is always 207.
#[utoipa::path(
    operation_id = "submitReferrals",
    tag = "Referrals",
    params(PreferHeader),
    request_body = ReferralBatch,
    responses((status = 207, description = "What became of each", body = BatchAnswer)),
    extensions(("x-permission" = json!("referrals.submit")))
)]
#[post("/v1/referrals/batch")]
pub async fn submit_referrals(call: Call, request: HttpRequest, batch: IntakeBatch<NewReferral>) -> Reply {
    let lenient = is_lenient(&request);
    let bodies = match call.can_begin().and(batch.0) {
        Ok(bodies) => bodies,
        Err(problem) => return Err(noted(&call, problem).await.into()),
    };
    let mut items = Vec::new();
    // Once the database keeps one waiting the rest are not tried: a hundred would wait for minutes.
    let mut stalled = false;
    for (index, body) in bodies.into_iter().enumerate() {
        let body = match stalled {
            true => Err(Problem::new(Code::Unavailable)),
            false => body,
        };
        let item = limits::in_a_request(one_of_many(&call, index, body, lenient)).await?;
        stalled |= item.status == Code::Unavailable.status();
        items.push(item);
    }
    let response = HttpResponse::MultiStatus().json(BatchAnswer { items });
    Ok(applied(response, lenient))
}

async fn one_of_many(
    call: &Call,
    index: usize,
    body: Result<Body<NewReferral>, Problem>,
    lenient: bool,
) -> Result<BatchItem, Refusal> {
    let taken = match usable(body, lenient) {
        Err(problem) => Err(problem),
        Ok(body) => {
            call.create_one_of(
                body,
                move |act, body| service::submit(act, body, lenient),
                service::receipt,
            )
            .await
        }
    };
    Ok(match taken {
        Ok(receipt) => BatchItem {
            index,
            status: 201,
            receipt: Some(receipt),
            problem: None,
        },
        Err(problem) => {
            let problem = noted(call, problem).await;
            BatchItem {
                index,
                status: problem.code().status(),
                receipt: None,
                problem: Some(call.refused(&problem).await?),
            }
        }
    })
}
