//! Administration: agencies, users, teams and API clients. An administrator administers the authorities in which they
//! hold that role, and nothing beyond them; they see no case.

pub mod agencies;
pub mod api_clients;
pub mod client_rights;
pub mod credentials;
pub mod rights;
pub mod teams;
pub mod users;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::act::Act;
use crate::people::authorities;
use crate::policy::Role;
use crate::problem::{Code, Fault, Problem};

/// The authorities that the caller administers.
fn administered(act: &Act) -> Vec<String> {
    act.caller.authorities_as(&[Role::Admin])
}

/// The authorities whose agencies and teams the caller sees: where they work or administer.
fn seen(act: &Act) -> Vec<String> {
    let mut seen = act.caller.staff_of();
    seen.extend(administered(act));
    seen
}

/// Refuses a change of what belongs to authorities that the caller does not administer.
fn refuse_others<'a>(act: &Act, mut authorities: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    let own = administered(act);
    match authorities.all(|authority| own.contains(authority)) {
        true => Ok(()),
        false => Err(Problem::new(Code::Forbidden)
            .saying("This belongs to an authority that the caller does not administer.")),
    }
}

/// Faults of authorities that are not there, or not the caller's to give.
fn faults_of_authorities(
    act: &mut Act,
    named: &[String],
    pointer: impl Fn(usize) -> String,
) -> Result<Vec<Fault>, Problem> {
    let own = administered(act);
    let mut faults = Vec::new();
    for (index, code) in named.iter().enumerate() {
        if !authorities::exists(act.conn, code)? {
            let why = "There is no such authority.";
            faults.push(Fault::at(pointer(index), "unknown", why));
        } else if !own.contains(code) {
            let why = "The caller does not administer this authority.";
            faults.push(Fault::at(pointer(index), "not_administered", why));
        }
    }
    Ok(faults)
}

/// A mark that changes with a part of an answer that has no version of its own.
fn mark_of(part: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(part).unwrap_or_default();
    let digest = crate::secrets::digest_of(json.as_bytes());
    digest.chars().take(8).collect()
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    agencies::operations(config);
    users::operations(config);
    teams::operations(config);
    api_clients::operations(config);
    credentials::operations(config);
}
