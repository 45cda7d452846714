//! The bytes of an entry that a seal vouches for. Personal detail is in them only by its digest, so that erasing it
//! changes nothing here.

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Entry;
use crate::db::types::Json;

/// Bytes of a SHA-256 digest.
pub const DIGEST: usize = 32;

/// The digest of an entry's canonical form. A field that is not there takes no bytes, so that a column added later
/// leaves the digests of older entries as they are.
pub fn digest_of(entry: &Entry) -> [u8; DIGEST] {
    let mut bytes = Vec::with_capacity(512);
    let mut put = |tag: u8, field: &[u8]| {
        bytes.push(tag);
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    };
    let text = |field: &Option<String>| field.as_ref().map(|text| text.as_bytes().to_vec());
    put(1, entry.id.as_bytes());
    put(2, &entry.occurred_at.get().timestamp_micros().to_be_bytes());
    put(3, entry.request_id.as_bytes());
    put(4, entry.actor_id.as_bytes());
    put(5, entry.actor_kind.as_bytes());
    put(6, entry.operation.as_bytes());
    put(7, entry.outcome.as_str().as_bytes());
    put(8, &entry.status.to_be_bytes());
    let mut returned = Vec::with_capacity(256);
    canonical_json(&entry.returned.0, &mut returned);
    put(9, &returned);
    let optional = [
        (10, entry.agency_id.map(|id| id.as_bytes().to_vec())),
        (11, text(&entry.authority)),
        (12, text(&entry.resource)),
        (13, entry.resource_id.map(|id| id.as_bytes().to_vec())),
        (14, entry.case_id.map(|id| id.as_bytes().to_vec())),
        (15, text(&entry.purpose)),
        (16, text(&entry.on_behalf_of)),
        (17, text(&entry.personal_digest)),
        (18, text(&entry.role)),
        (19, text(&entry.relationship)),
        (20, (entry.count != 1).then(|| entry.count.to_be_bytes().to_vec())),
    ];
    for (tag, field) in optional {
        if let Some(field) = field {
            put(tag, &field);
        }
    }
    sha256(&bytes)
}

/// Personal detail with a salt, without which its digest could be guessed after it is erased; and that digest.
pub fn salted(detail: &Value) -> Option<(String, Json<Value>)> {
    let mut salt = [0_u8; 16];
    rand::fill(&mut salt).ok()?;
    let personal = json!({ "salt": URL_SAFE_NO_PAD.encode(salt), "detail": detail });
    Some((personal_digest(&personal), Json(personal)))
}

/// The digest under which personal detail stands in an entry.
pub fn personal_digest(personal: &Value) -> String {
    let mut bytes = Vec::with_capacity(256);
    canonical_json(personal, &mut bytes);
    URL_SAFE_NO_PAD.encode(sha256(&bytes))
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; DIGEST] {
    let mut out = [0_u8; DIGEST];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// One spelling for one document, whatever order a database keeps its members in.
fn canonical_json(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push(b'{');
            for (name, member) in members {
                scalar_json(name, out);
                out.push(b':');
                canonical_json(member, out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                canonical_json(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        scalar => scalar_json(scalar, out),
    }
}

/// Straight into the bytes: a verification does this tens of millions of times.
fn scalar_json(scalar: &impl serde::Serialize, out: &mut Vec<u8>) {
    // A string, number, boolean or null always has a spelling, and a vector takes all of it.
    let _ = serde_json::to_writer(out, scalar);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_members_is_no_difference_and_their_values_are() {
        let spelled = |text: &str| personal_digest(&serde_json::from_str(text).unwrap());
        assert_eq!(
            spelled(r#"{"b":1,"a":[true,null]}"#),
            spelled(r#"{"a": [true, null], "b": 1}"#)
        );
        assert_ne!(spelled(r#"{"a":["b,c"]}"#), spelled(r#"{"a":["b","c"]}"#));
        assert_ne!(spelled(r#"{"a":1}"#), spelled(r#"{"a":"1"}"#));
    }
}
