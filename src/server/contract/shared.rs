//! What many operations have alike stands once in the contract, in its components, and each operation refers to it: a generated
//! client then has one type for it, and the contract is half as long.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON object inserts what is missing; the document is our own and built in every test run"
)]

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::METHODS;

/// How an operation may fail: the status, the name that the answer has among the components, and when it is given.
pub const FAILURES: [(u16, &str, &str); 15] = [
    (
        400,
        "BadRequest",
        "A header or query parameter, or the JSON of the body, cannot be read.",
    ),
    (
        401,
        "Unauthenticated",
        "The token is missing, expired or not acceptable.",
    ),
    (
        403,
        "Forbidden",
        "The caller's role, scope or relationship does not allow this.",
    ),
    (404, "NotFound", "Missing, or not to be known about."),
    (
        405,
        "MethodNotAllowed",
        "The path does not have this method; see Allow.",
    ),
    (
        406,
        "NotAcceptable",
        "The Accept header excludes the media type of the answer.",
    ),
    (408, "Incomplete", "The whole body did not arrive; send it again."),
    (
        409,
        "Conflict",
        "In conflict with what is recorded, or a step that cannot be taken yet.",
    ),
    (412, "Changed", "The record has changed since it was read."),
    (413, "TooLarge", "The body is too large."),
    (415, "NotJson", "The body is not JSON."),
    (
        422,
        "Invalid",
        "Values that cannot be taken; every fault is named.",
    ),
    (428, "TagMissing", "If-Match is missing."),
    (429, "TooMany", "Too many requests; see Retry-After."),
    (503, "Unavailable", "Not available just now; see Retry-After."),
];

/// The failures, and the headers of answers, as components.
pub fn add_components(document: &mut Value) {
    for (_, name, description) in FAILURES {
        document["components"]["responses"][name] = json!({
            "description": description,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
        });
    }
    document["components"]["headers"] = json!({
        "RequestId": { "description": "The request's id.", "schema": { "type": "string", "format": "uuid" } },
        "Tag": { "description": "The version, for If-Match and If-None-Match.",
            "schema": { "type": "string", "examples": ["W/\"1\""] } },
        "Place": { "description": "Where the new record is.", "schema": { "type": "string" } },
    });
}

/// A reference to a component.
pub fn component(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// The answer of an operation that fails so.
pub fn failure(status: u16) -> Value {
    let known = FAILURES.iter().find(|(code, ..)| *code == status);
    known.map_or(Value::Null, |(_, name, _)| component("responses", name))
}

/// Parameters that several operations take alike are components. Where some take another of the same name, the one that most
/// take is, and the others stay with their operation.
pub fn share_parameters(document: &mut Value) {
    let mut counted: BTreeMap<String, (Value, usize)> = BTreeMap::new();
    each_parameter(document, |parameter| {
        let entry = counted.entry(parameter.to_string());
        entry.or_insert_with(|| (parameter.clone(), 0)).1 += 1;
    });
    let mut most: BTreeMap<String, (Value, usize)> = BTreeMap::new();
    for (parameter, count) in counted.into_values().filter(|(_, count)| *count > 1) {
        let name = name_of(&parameter);
        if most.get(&name).is_none_or(|(_, before)| *before < count) {
            most.insert(name, (parameter, count));
        }
    }
    let names: HashMap<String, &String> = most
        .iter()
        .map(|(name, (parameter, _))| (parameter.to_string(), name))
        .collect();
    each_parameter(document, |parameter| {
        if let Some(name) = names.get(&parameter.to_string()) {
            *parameter = component("parameters", name);
        }
    });
    for (name, (parameter, _)) in &most {
        document["components"]["parameters"][name] = parameter.clone();
    }
}

fn each_parameter(document: &mut Value, mut work: impl FnMut(&mut Value)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for item in paths.values_mut() {
        for method in METHODS {
            let parameters = item
                .get_mut(method)
                .and_then(|operation| operation.get_mut("parameters"));
            for parameter in parameters.and_then(Value::as_array_mut).into_iter().flatten() {
                work(parameter);
            }
        }
    }
}

/// `caseId` of a path is `CaseId`, the header `If-Match` is `IfMatch`; what narrows a list says so: `AuthorityFilter`.
fn name_of(parameter: &Value) -> String {
    let text = |member: &str| parameter[member].as_str().unwrap_or_default();
    let words = text("name").split(['-', '_']).map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    });
    let name = words.collect::<String>();
    let of_every_list = ["limit", "cursor", "sort", "updatedSince"].contains(&text("name"));
    match text("in") == "query" && !of_every_list {
        true => format!("{name}Filter"),
        false => name,
    }
}
