//! A caller, its requests, and what it is answered.

use std::collections::HashMap;

use msp_api::ids::Id;
use serde_json::Value;

/// Somebody who calls.
#[derive(Clone)]
pub struct Actor {
    base: String,
    token: Option<String>,
    agent: ureq::Agent,
}

impl Actor {
    pub fn new(base: &str, token: Option<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            base: base.to_owned(),
            token,
            agent,
        }
    }

    /// The same caller, reaching the server another way.
    pub fn at(self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self
        }
    }

    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Request {
        self.request("POST", path, Some(body.to_string()))
            .header("Idempotency-Key", &Id::new().to_string())
    }

    pub fn put(&self, path: &str, body: &Value) -> Request {
        self.request("PUT", path, Some(body.to_string()))
    }

    pub fn patch(&self, path: &str, body: &Value) -> Request {
        self.request("PATCH", path, Some(body.to_string()))
    }

    pub fn request(&self, method: &str, path: &str, body: Option<String>) -> Request {
        let mut headers = HashMap::new();
        if let Some(token) = &self.token {
            headers.insert("Authorization".to_owned(), format!("Bearer {token}"));
        }
        if body.is_some() {
            headers.insert("Content-Type".to_owned(), "application/json".to_owned());
        }
        Request {
            agent: self.agent.clone(),
            method: method.to_owned(),
            url: format!("{}{path}", self.base),
            headers,
            body: body.map(String::into_bytes),
        }
    }

    /// Reads a record and the tag for changing it.
    pub fn tag(&self, path: &str) -> String {
        self.get(path).ok().header("etag")
    }
}

/// A request that is being put together.
pub struct Request {
    agent: ureq::Agent,
    method: String,
    url: String,
    headers: HashMap<String, String>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    pub fn if_match(self, tag: &str) -> Self {
        self.header("If-Match", tag)
    }

    pub fn raw(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    pub fn send(self) -> Answer {
        let described = format!("{} {}", self.method, self.url);
        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(self.url.as_str());
        for (name, value) in &self.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let response = match self.body {
            Some(body) => self.agent.run(request.body(body).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut response = response.unwrap_or_else(|error| panic!("{described}: {error}"));
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
        let (status, headers) = (response.status().as_u16(), headers.collect());
        let text = response.body_mut().read_to_string().unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer {
            described,
            status,
            headers,
            text,
            body,
        }
    }

    /// Sends, and expects this status.
    pub fn expect(self, status: u16) -> Answer {
        let answer = self.send();
        assert_eq!(answer.status, status, "{}: {}", answer.described, answer.text);
        answer
    }

    pub fn ok(self) -> Answer {
        self.expect(200)
    }

    pub fn created(self) -> Answer {
        self.expect(201)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub described: String,
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub text: String,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).cloned().unwrap_or_default()
    }

    pub fn tag(&self) -> String {
        self.header("etag")
    }

    /// A text in the body.
    pub fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("{} has no text {pointer}: {}", self.described, self.text))
            .to_owned()
    }

    pub fn id(&self) -> String {
        self.text("/id")
    }

    /// The pointers named in `errors` or `missing`.
    pub fn pointers(&self, list: &str) -> Vec<String> {
        let faults = self
            .body
            .get(list)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        faults
            .iter()
            .filter_map(|fault| fault["pointer"].as_str().map(str::to_owned))
            .collect()
    }

    /// A problem with this code, whole.
    pub fn is_problem(&self, code: &str) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}: {}",
            self.described,
            self.text
        );
        assert_eq!(self.text("/code"), code, "{}: {}", self.described, self.text);
        assert_eq!(self.text("/type"), format!("/problems/{code}"));
        assert_eq!(self.body["status"], self.status);
        assert_eq!(self.text("/requestId"), self.header("x-request-id"));
        assert!(
            self.body["errors"].is_array()
                && self.body["title"].is_string()
                && self.body["detail"].is_string()
        );
    }
}
