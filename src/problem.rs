//! Every way a request can fail, in one table: code, status, title, and what it means for the caller.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::error::Cause;

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal, $code:literal, $title:literal, $explanation:literal;)+) => {
        /// The code of a problem: stable, for programs to act on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $variant),+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it stands in `code` and at the end of `type`.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $code),+ } }

            /// The HTTP status.
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }

            /// A short title, the same for every occurrence.
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }

            /// What it means and what to do about it.
            pub const fn explanation(self) -> &'static str { match self { $(Self::$variant => $explanation),+ } }
        }
    };
}

problem_codes! {
    MalformedJson = 400, "malformed_json", "The body is not JSON",
        "The request body could not be read as one JSON object in UTF-8. Nothing was changed.";
    BadParameter = 400, "bad_parameter", "A query parameter is wrong",
        "A query parameter is unknown, repeated where it may not be, or has a value it cannot have. `errors` names it.";
    BadHeader = 400, "bad_header", "A header is wrong",
        "A request header has a value that cannot be read. `errors` names it.";
    BadCursor = 400, "bad_cursor", "The cursor cannot be used",
        "A cursor is only good for the list, filters and caller it was given to. Start again without it.";
    IdempotencyKeyMissing = 400, "idempotency_key_missing", "An Idempotency-Key is needed",
        "API clients send an Idempotency-Key with every POST, so that a request can be repeated safely after a lost answer.";
    Unauthenticated = 401, "unauthenticated", "Who is calling?",
        "There is no access token, or it cannot be accepted. Get a new one.";
    TokenExpired = 401, "token_expired", "The access token has expired",
        "The token was good and is now too old. Get a new one and repeat the request.";
    AccessEnded = 401, "access_ended", "Access has ended",
        "The token was good but the account or client behind it is disabled. An app should remove what it holds.";
    InvitationInvalid = 401, "invitation_invalid", "The invitation's code is not good",
        "The code is unknown, used, expired or taken back, or the app may not be used now: these are not told apart. Ask for a new one.";
    Forbidden = 403, "forbidden", "Not allowed",
        "The caller's role, scope or relationship to this record does not allow this action.";
    NotFound = 404, "not_found", "Not found",
        "There is nothing here, or nothing the caller may know about. The two are not told apart.";
    MethodNotAllowed = 405, "method_not_allowed", "Method not allowed",
        "The path exists but not with this method. `Allow` lists the methods it has.";
    NotAcceptable = 406, "not_acceptable", "Not acceptable",
        "The Accept header excludes the media type that this path answers with: JSON, unless the contract says otherwise.";
    RequestTimeout = 408, "request_timeout", "The body did not arrive",
        "The whole body did not arrive in time, or broke off. Nothing was changed. Send the request again, on a new connection; repeat a POST with the same Idempotency-Key.";
    Conflict = 409, "conflict", "In conflict with what is recorded",
        "The request contradicts what is recorded. Read it again, then decide.";
    InvalidTransition = 409, "invalid_transition", "This step cannot be taken yet",
        "The step is not possible from the present state, or something that must be recorded is missing. `missing` lists all of it.";
    AgencyReferenceConflict = 409, "agency_reference_conflict", "This agency reference is taken",
        "The agency already sent a different referral under this reference. `existing` names it. Use a new reference, or send an update.";
    PriorityTaken = 409, "priority_taken", "This priority is taken",
        "Another current outcome has this priority, or three have one already. Reorder with PUT …/desired-outcomes/priorities.";
    PossibleMatch = 409, "possible_match", "This may be a person already recorded",
        "Strong matches are listed in `candidates`. Repeat the request with `adultId`, or with `newAdult: true`.";
    Stale = 412, "stale", "The record has changed",
        "If-Match names an older version. Read the record again, look at the difference, then repeat.";
    TooLarge = 413, "too_large", "The body is too large",
        "A body may have 256 KiB (1 MiB for batches).";
    UnsupportedMediaType = 415, "unsupported_media_type", "This media type is not taken",
        "Send JSON as application/json; a PATCH also as application/merge-patch+json.";
    Invalid = 422, "invalid", "Something in the body is wrong",
        "`errors` names every fault by JSON pointer. Nothing was changed.";
    KeyReused = 422, "idempotency_key_reused", "This Idempotency-Key was used for another body",
        "The same caller sent a different body to this path with this key. Use a new key for a new request.";
    PreconditionRequired = 428, "precondition_required", "If-Match is needed",
        "Send the ETag of the version you have read in If-Match (`*` is not taken), so that nobody's change is lost.";
    RateLimited = 429, "rate_limited", "Too many requests",
        "Wait for the number of seconds in Retry-After, then go on.";
    Internal = 500, "internal", "Something went wrong here",
        "The fault is ours. Nothing was changed. Quote `requestId` when reporting it.";
    Unavailable = 503, "unavailable", "Not available just now",
        "Try again after the seconds in Retry-After. Repeat a POST with the same Idempotency-Key: it will not be done twice.";
}

/// One fault of a request, or one thing that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Where in the body, as an RFC 6901 JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which query parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What kind of fault.
    pub code: String,
    /// The fault in plain English. Never repeats what was sent.
    pub detail: String,
}

impl Fault {
    /// A fault at a place in the body.
    pub fn at(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            code: code.to_owned(),
            detail: detail.into(),
        }
    }

    /// Something that must be there and is not.
    pub fn required(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::at(pointer, "required", detail)
    }

    /// A fault of a query parameter or header.
    pub fn parameter(name: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}

/// Faults of the values that stand in a list more than once, each where `pointer` places it.
pub fn repeated<T: PartialEq>(values: &[T], pointer: impl Fn(usize) -> String, detail: &str) -> Vec<Fault> {
    let again = values
        .iter()
        .enumerate()
        .filter(|(index, value)| values.iter().take(*index).any(|earlier| earlier == *value));
    again
        .map(|(index, _)| Fault::at(pointer(index), "repeated", detail))
        .collect()
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    faults: Vec<Fault>,
    extra: serde_json::Map<String, serde_json::Value>,
    cause: Option<Cause>,
    diagnosis: Option<Box<str>>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem that its code alone explains.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            faults: vec![],
            extra: serde_json::Map::new(),
            cause: None,
            diagnosis: None,
            retry_after: None,
        }
    }

    /// A fault of ours (500). `what` tells the operator which; nobody else reads it.
    pub fn internal(what: &'static str) -> Self {
        Self::new(Code::Internal).diagnosed(what)
    }

    /// A fault of ours (500) that showed in an error of a library. Of the error the operator reads what cannot hold
    /// anybody's data: the kind of an input or output error, what [`crate::db::error`] keeps of a database error, and
    /// of others the name of their type.
    pub fn caused<E: std::error::Error + 'static>(what: &'static str, error: &E) -> Self {
        let error: &(dyn std::error::Error + 'static) = error;
        let kept = match (error.downcast_ref::<std::io::Error>(), error.downcast_ref()) {
            (Some(error), _) => error.kind().to_string(),
            (_, Some(error)) => crate::db::error::diagnosis(error),
            (None, None) => std::any::type_name::<E>().to_owned(),
        };
        Self::new(Code::Internal).diagnosed(format!("{what}: {kept}"))
    }

    /// Missing, or not to be known about: one answer for both.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// Wrong values, all of them.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::new(Code::Invalid)
        }
    }

    /// One wrong parameter or header.
    pub fn parameter(code: Code, name: &str, detail: impl Into<String>) -> Self {
        Self {
            faults: vec![Fault::parameter(name, code.as_str(), detail)],
            ..Self::new(code)
        }
    }

    /// A step that cannot be taken, with everything that is missing for it.
    pub fn invalid_transition(detail: impl Into<String>, missing: &[Fault]) -> Self {
        Self::new(Code::InvalidTransition)
            .saying(detail)
            .with("missing", missing)
    }

    /// Adds a sentence about this occurrence; without personal data.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a member to the answer.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.extra.insert(name.to_owned(), value);
        }
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// Adds what the operator needs to find the cause: never a value, since it goes to the log.
    #[must_use]
    pub(crate) fn diagnosed(mut self, diagnosis: impl Into<Box<str>>) -> Self {
        self.diagnosis = Some(diagnosis.into());
        self
    }

    /// What the operator reads of the cause.
    pub(crate) fn diagnosis(&self) -> Option<&str> {
        self.diagnosis.as_deref()
    }

    /// Logs a fault of ours, where its answer goes out: once, in the span of its request.
    pub(crate) fn log_if_ours(&self) {
        if self.code == Code::Internal {
            tracing::error!(cause = self.diagnosis().unwrap_or("unknown"), "a fault of ours");
        }
    }

    /// What the database said, where it was the database.
    pub fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence about this occurrence.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// In a line for the operator of a command.
    pub fn for_operator(&self) -> String {
        let missing = self.extra.get("missing").map(ToString::to_string);
        let faults = self.faults.iter().map(|fault| {
            let place = fault
                .pointer
                .as_deref()
                .or(fault.parameter.as_deref())
                .unwrap_or_default();
            format!("{place} {}: {}", fault.code, fault.detail)
        });
        // What callers are told in general helps an operator only where nothing better is known.
        let said = self.detail.clone().or_else(|| match self.diagnosis {
            Some(_) => None,
            None => Some(self.code.explanation().to_owned()),
        });
        said.into_iter()
            .chain(faults)
            .chain(missing)
            .chain(self.diagnosis().map(str::to_owned))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Whether the sender will send the same again by itself: nothing was judged, so nothing was refused.
    pub fn is_for_now(&self) -> bool {
        matches!(
            self.code,
            Code::RequestTimeout | Code::RateLimited | Code::Unavailable
        )
    }

    /// Puts another refusal in the place of "not to be known about", where something was named in a body. A stall or a
    /// fault of ours stays what it is.
    #[must_use]
    pub fn if_hidden(self, refusal: impl FnOnce() -> Self) -> Self {
        match self.code {
            Code::NotFound | Code::Forbidden => refusal(),
            _ => self,
        }
    }

    /// Seconds after which to try again: given, or one second for an outage.
    pub fn seconds_to_wait(&self) -> Option<u64> {
        self.retry_after.or((self.code == Code::Unavailable).then_some(1))
    }

    /// The body of the answer (RFC 9457).
    pub fn body(&self, instance: &str, request_id: &str) -> ProblemBody {
        ProblemBody {
            problem_type: format!("/problems/{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self
                .detail
                .clone()
                .unwrap_or_else(|| self.code.explanation().to_owned()),
            instance: instance.to_owned(),
            code: self.code.as_str().to_owned(),
            request_id: request_id.to_owned(),
            errors: self.faults.clone(),
            extra: self.extra.clone(),
        }
    }
}

/// What every error looks like (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A page this server serves about this kind of problem.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// A short title, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence, in plain English.
    pub detail: String,
    /// The path that was called, without its query.
    pub instance: String,
    /// A stable code for programs.
    pub code: String,
    /// Quote this when reporting a problem.
    pub request_id: String,
    /// Every fault that was found.
    pub errors: Vec<Fault>,
    /// `missing`, `candidates` or `existing`, where the code says so.
    #[serde(flatten)]
    #[schema(inline, additional_properties)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}
