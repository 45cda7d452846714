//! Reading path ids and bodies from a request.

use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::answer::Refusal;
use crate::body::Body;
use crate::ids::Id;
use crate::problem::{Code, Problem};
use crate::server::app::App;

/// Largest body of a single request.
pub const LARGEST_BODY: usize = 256 * 1024;

/// Largest body of a batch.
pub const LARGEST_BATCH: usize = 1024 * 1024;

/// Most items of a batch.
pub const MOST_IN_A_BATCH: usize = 100;

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>>>>;

/// The ids in a path, in their order. A malformed one is 404: no such thing can exist.
#[derive(Debug, Clone, Copy)]
pub struct Ids<const N: usize>(pub [Id; N]);

impl<const N: usize> FromRequest for Ids<N> {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let ids: Option<Vec<Id>> = request
            .match_info()
            .iter()
            .map(|(_, text)| Id::parse(text))
            .collect();
        let ids = ids.and_then(|ids| <[Id; N]>::try_from(ids).ok());
        std::future::ready(ids.map(Self).ok_or_else(|| Problem::not_found().into()))
    }
}

/// The name in a path that callers give to what is theirs, where others have an id: kebab-case. A malformed one is 404
/// like a malformed id.
#[derive(Debug, Clone)]
pub struct Key(pub String);

impl FromRequest for Key {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = request
            .match_info()
            .iter()
            .next()
            .map(|(_, key)| key)
            .filter(|key| is_key(key));
        std::future::ready(key.map(|key| Self(key.to_owned())).ok_or_else(|| {
            let form =
                "A key has 1 to 100 characters: lower-case letters and digits, in words joined by a hyphen.";
            Problem::not_found().saying(form).into()
        }))
    }
}

/// An id and then a key in a path; a malformed one is 404.
#[derive(Debug, Clone)]
pub struct IdAndKey(pub Id, pub String);

impl FromRequest for IdAndKey {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut parts = request.match_info().iter().map(|(_, text)| text);
        let id = parts.next().and_then(Id::parse);
        let key = parts.next().filter(|key| is_key(key));
        let both = id.zip(key).map(|(id, key)| Self(id, key.to_owned()));
        std::future::ready(both.ok_or_else(|| Problem::not_found().into()))
    }
}

fn is_key(text: &str) -> bool {
    let is_word = |word: &str| {
        let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        !word.is_empty() && word.bytes().all(fits)
    };
    text.len() <= 100 && text.split('-').all(is_word)
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Refusal;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(request, payload, LARGEST_BODY);
        Box::pin(async move { Ok(Self::read(&bytes.await?)?.well_shaped()?) })
    }
}

/// A referral's body: also one that cannot be used is looked at, so that no concern is lost at the door.
pub struct Intake<T>(pub Result<Body<T>, Problem>);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Intake<T> {
    type Error = Refusal;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(request, payload, LARGEST_BODY);
        Box::pin(async move {
            match bytes.await {
                Ok(bytes) => Ok(Self(Body::read(&bytes))),
                Err(Refusal(problem)) if problem.is_for_now() => Err(problem.into()),
                Err(Refusal(problem)) => Ok(Self(Err(problem))),
            }
        })
    }
}

/// A batch of such bodies under `items`, each read by itself.
pub struct IntakeBatch<T>(pub Result<Vec<Result<Body<T>, Problem>>, Problem>);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for IntakeBatch<T> {
    type Error = Refusal;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(request, payload, LARGEST_BATCH);
        Box::pin(async move {
            match bytes.await {
                Ok(bytes) => Ok(Self(Body::read_each(&bytes, "items", MOST_IN_A_BATCH))),
                Err(Refusal(problem)) if problem.is_for_now() => Err(problem.into()),
                Err(Refusal(problem)) => Ok(Self(Err(problem))),
            }
        })
    }
}

fn json_bytes(
    request: &HttpRequest,
    payload: &mut Payload,
    largest: usize,
) -> impl Future<Output = Result<Bytes, Refusal>> + use<> {
    let patch = request.method() == actix_web::http::Method::PATCH;
    let media_type = request.content_type().to_owned();
    let understood =
        media_type == "application/json" || (patch && media_type == "application/merge-patch+json");
    let encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    let deadline = request
        .app_data::<Data<App>>()
        .map_or(15, |app| app.config.body_seconds);
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut payload = payload.take();
    async move {
        if !understood || encoded {
            return Err(Problem::new(Code::UnsupportedMediaType).into());
        }
        if declared.is_some_and(|length: usize| length > largest) {
            return Err(Problem::new(Code::TooLarge).into());
        }
        let read = actix_web::body::to_bytes_limited(PayloadBody(&mut payload), largest);
        match timeout(Duration::from_secs(deadline), read).await {
            Ok(Ok(Ok(bytes))) => Ok(bytes),
            Ok(Ok(Err(PayloadError::EncodingCorrupted))) => Err(Problem::new(Code::MalformedJson)
                .saying("The chunks of the body cannot be read.")
                .into()),
            // A line that breaks is no fault of the body: senders take 400 as final, and the concern would be lost.
            Ok(Ok(Err(_))) => Err(Problem::new(Code::RequestTimeout)
                .saying("The body broke off.")
                .into()),
            Ok(Err(_)) => Err(Problem::new(Code::TooLarge).into()),
            Err(_) => {
                let late = format!("The whole body did not arrive within {deadline} seconds.");
                Err(Problem::new(Code::RequestTimeout).saying(late).into())
            }
        }
    }
}

/// Lets the library's bounded reader read a request as it reads a response.
struct PayloadBody<'a>(&'a mut Payload);

impl actix_web::body::MessageBody for PayloadBody<'_> {
    type Error = actix_web::error::PayloadError;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        futures_core::Stream::poll_next(Pin::new(&mut *self.0), context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kebab_case() {
        for right in [
            "a",
            "visit-note",
            "note-019a4c3e-8f00-7000-8000-000000000001",
            &"k".repeat(100),
        ] {
            assert!(is_key(right), "{right}");
        }
        for wrong in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "A",
            "a_b",
            "ä",
            "a b",
            &"k".repeat(101),
        ] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }
}
