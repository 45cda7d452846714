//! Doing something as somebody, without a request.

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::act::{Act, Found, IfMatch};
use crate::body::Body;
use crate::clock::{self, UtcTime};
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::{Action, Caller};
use crate::problem::Problem;

/// Runs a use case as this caller, who has read this version.
pub fn perform<T>(
    conn: &mut Connection,
    caller: &Caller,
    action: Action,
    read: i64,
    work: impl FnOnce(&mut Act) -> Result<T, Problem>,
) -> Result<T, Problem> {
    perform_at(conn, caller, action, read, clock::now(), work)
}

/// The same, at a given time.
pub fn perform_at<T>(
    conn: &mut Connection,
    caller: &Caller,
    action: Action,
    read: i64,
    now: UtcTime,
    work: impl FnOnce(&mut Act) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let if_match = IfMatch::Versions(vec![read]);
    let mut act = Act {
        conn,
        caller,
        action,
        now,
        if_match: &if_match,
        new_id: Id::new(),
        found: Found::default(),
    };
    work(&mut act)
}

/// A body as it would be sent.
pub fn body<T: DeserializeOwned + ToSchema + 'static>(json: &Value) -> Result<Body<T>, Problem> {
    Body::read(json.to_string().as_bytes())
}
