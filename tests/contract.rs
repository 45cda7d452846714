//! The contract that is committed is the contract that is served.

use std::collections::BTreeSet;

use msp_api::policy::{self, Action};
use msp_api::server::contract::Contract;
use serde_json::Value;

use crate::conventions::resolved;
use crate::expected_status::{blessing, blessing_as};
use crate::support::{Kind, Server};

const HOW: &str =
    "run `cargo run -- openapi > openapi/openapi.json` (`--operations`, `--permissions` for the others)";

fn contract() -> Contract {
    Contract::build().expect("every operation states a known permission")
}

#[test]
fn the_committed_contract_is_the_served_one() {
    assert!(
        include_str!("../openapi/openapi.json") == contract().json,
        "openapi/openapi.json is out of date: {HOW}"
    );
    assert_eq!(
        include_str!("../openapi/operations.txt"),
        contract().listing(),
        "openapi/operations.txt: {HOW}"
    );
    assert_eq!(
        include_str!("../openapi/permissions.txt"),
        policy::matrix(),
        "openapi/permissions.txt: {HOW}"
    );
}

#[test]
fn every_operation_explains_itself() {
    let document: Value = serde_json::from_str(&contract().json).unwrap();
    let mut ids = Vec::new();
    for operation in contract().operations() {
        let found = &document["paths"][&operation.path][operation.method.to_lowercase()];
        for member in ["summary", "description", "operationId"] {
            assert!(
                found[member].as_str().is_some_and(|text| text.len() > 2),
                "{}: {member}",
                operation.id
            );
        }
        assert!(!operation.tag.is_empty(), "{} has no tag", operation.id);
        assert!(
            found["responses"]["503"].is_object(),
            "{} does not say that it may be unavailable",
            operation.id
        );
        if operation.action.is_some() {
            assert!(found["responses"]["401"].is_object(), "{}", operation.id);
            assert!(
                !found["security"].as_array().unwrap().is_empty(),
                "{}",
                operation.id
            );
        }
        assert!(!ids.contains(&operation.id), "{} is there twice", operation.id);
        ids.push(operation.id.clone());
    }
}

#[test]
fn every_request_body_has_an_example_and_every_string_in_it_a_limit() {
    let document: Value = serde_json::from_str(&contract().json).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
                continue;
            };
            let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let component = &document["components"]["schemas"][name];
            let exempt = name.starts_with("Patch_");
            assert!(
                exempt || component["example"].is_object(),
                "{method} {path}: {name} has no example"
            );
            // A draft may be any JSON object; its size is limited as a whole.
            if name == "DraftContent" {
                continue;
            }
            assert_eq!(
                component["additionalProperties"], false,
                "{name} takes unknown fields"
            );
            for (field, property) in component["properties"].as_object().unwrap() {
                let is_text =
                    property["type"] == "string" || property["type"] == serde_json::json!(["string", "null"]);
                let free = is_text && property["format"].is_null() && property["enum"].is_null();
                let bounded = property["maxLength"].is_number() || property["x-rule"].is_string();
                assert!(!free || bounded, "{name}.{field} has no limit");
            }
        }
    }
}

#[test]
fn every_permission_is_used_by_an_operation_or_a_step() {
    let used: Vec<Action> = contract()
        .operations()
        .iter()
        .filter_map(|operation| operation.action)
        .collect();
    let by_steps = [
        Action::CasesDecide,
        Action::CasesPlan,
        Action::CasesConclude,
        Action::CasesClose,
        Action::CasesReopen,
        Action::AssignmentsInstructImca,
        Action::AssignmentsAnswer,
        Action::AssignmentsEnd,
        Action::AdultsConfidential,
        Action::CausedEnquiriesJudge,
        Action::WithheldSee,
    ];
    for action in Action::ALL {
        assert!(
            used.contains(action) || by_steps.contains(action),
            "{} is used by nothing",
            action.name()
        );
    }
}

/// What a client relies on, one line each: operations and how they succeed, what they ask for, members and codes.
fn relied_on(document: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{} {path}", method.to_uppercase());
            for status in operation["responses"].as_object().unwrap().keys() {
                if status.starts_with('2') {
                    lines.insert(format!("{place} answers {status}"));
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(document, parameter);
                let name = parameter["name"].as_str().unwrap();
                let need = if parameter["required"] == true {
                    NEEDS
                } else {
                    "takes"
                };
                lines.insert(format!("{place} {need} {name}"));
            }
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for member in schema["properties"].as_object().into_iter().flatten() {
            lines.insert(format!("{name} has {}", member.0));
        }
        let texts = |list: &str| -> Vec<String> {
            let all = schema[list].as_array().into_iter().flatten();
            all.map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
                .collect()
        };
        // What is sent may ask for no more than it did; what is answered may always have more.
        if schema["additionalProperties"] == false {
            lines.extend(
                texts("required")
                    .iter()
                    .map(|member| format!("{name} {NEEDS} {member}")),
            );
        }
        lines.extend(texts("enum").iter().map(|code| format!("{name} is {code}")));
    }
    lines
}

const NEEDS: &str = "needs";
const BASELINE: &str = "openapi/baseline.txt";

/// What of the baseline a client can no longer rely on, and what it must send that it did not have to.
fn breaks(baseline: &BTreeSet<String>, now: &BTreeSet<String>) -> Vec<String> {
    let needs = format!(" {NEEDS} ");
    let known = |place: &str| {
        let of_it = format!("{place} ");
        baseline.iter().any(|line| line.starts_with(&of_it))
    };
    let gone = baseline
        .difference(now)
        .filter(|line| {
            // What was taken and is now needed is told below; what was needed and is now taken harms nobody.
            !now.contains(&line.replacen(" takes ", &needs, 1)) && !line.contains(&needs)
        })
        .map(|line| format!("gone: {line}"));
    let needed = now.difference(baseline).filter_map(|line| {
        let (place, _) = line.split_once(&needs)?;
        known(place).then(|| format!("new: {line}"))
    });
    gone.chain(needed).collect()
}

/// The baseline is committed, so that the check needs no history. What is added is noted with `MSP_BLESS=1`; until the first
/// release `MSP_BLESS=breaking` notes what is taken away, and the commit says so.
#[test]
fn nothing_breaks_what_clients_rely_on() {
    let document: Value = serde_json::from_str(&contract().json).unwrap();
    let now = relied_on(&document);
    let text = std::fs::read_to_string(BASELINE).unwrap_or_default();
    let baseline: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let broken = breaks(&baseline, &now);
    if blessing_as("breaking") || (blessing() && broken.is_empty()) {
        let lines: Vec<&str> = now.iter().map(String::as_str).collect();
        std::fs::write(BASELINE, lines.join("\n") + "\n").unwrap();
        return;
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(
        baseline == now,
        "{BASELINE} does not say all that there is: MSP_BLESS=1 tests/run contract"
    );
}

#[test]
fn what_breaks_a_client_is_seen() {
    let document: Value = serde_json::from_str(&contract().json).unwrap();
    let mut broken = document.clone();
    broken["paths"].as_object_mut().unwrap().remove("/v1/me");
    broken["components"]["schemas"]["NewOutcome"]["properties"]
        .as_object_mut()
        .unwrap()
        .remove("priority");
    broken["components"]["schemas"]["CaseState"]["enum"] = serde_json::json!(["concern"]);
    broken["components"]["schemas"]["NewSession"]["required"] =
        serde_json::json!(["username", "password", "code"]);
    let found = breaks(&relied_on(&document), &relied_on(&broken));
    let seen = |what: &str| found.iter().filter(|line| line.contains(what)).count();
    assert!(seen("gone: GET /v1/me ") >= 1, "{found:?}");
    assert_eq!(seen("gone: NewOutcome has priority"), 1);
    assert_eq!(seen("gone: CaseState is "), 5);
    assert_eq!(seen("new: NewSession needs code"), 1);
    assert_eq!(found.len(), 7 + seen("gone: GET /v1/me "));
    assert_eq!(
        breaks(&relied_on(&broken), &relied_on(&broken)),
        Vec::<String>::new()
    );
}

/// Half of what there was before it was shared: 5.2 kB an operation, as it is served.
#[test]
fn the_contract_is_short_and_says_what_is_alike_once() {
    let contract = contract();
    let operations = contract.operations().len();
    assert!(
        contract.compact.len() < 3_200 * operations,
        "{}",
        contract.compact.len()
    );
    assert!(contract.gzip.len() < 300_000, "{}", contract.gzip.len());
    let document: Value = serde_json::from_str(&contract.json).unwrap();
    let failures = document["components"]["responses"].as_object().unwrap();
    let mut alike: Vec<String> = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                let alike = failures.values().any(|failure| failure == response);
                assert!(!alike, "{}: {response}", operation["operationId"]);
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            alike.extend(
                parameters
                    .filter(|one| one["name"].is_string())
                    .map(Value::to_string),
            );
        }
    }
    let all = alike.len();
    alike.sort();
    alike.dedup();
    assert_eq!(
        alike.len(),
        all,
        "a parameter of several operations is a component"
    );
}

#[test]
fn the_contract_is_served_without_spaces_compressed_and_not_twice() {
    let server = Server::start(Kind::Sqlite);
    let nobody = server.nobody();
    let plain = nobody.get("/openapi.json").ok();
    assert_eq!(plain.text.len(), contract().compact.len());
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "Accept-Encoding");
    let gzip = nobody
        .get("/openapi.json")
        .header("Accept-Encoding", "br;q=1, gzip;q=0.5")
        .ok();
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.header("content-length"), contract().gzip.len().to_string());
    let refused = nobody
        .get("/openapi.json")
        .header("Accept-Encoding", "gzip;q=0")
        .ok();
    assert_eq!(refused.header("content-encoding"), "");
    let tag = plain.header("etag");
    nobody
        .get("/openapi.json")
        .header("If-None-Match", &tag)
        .expect(304);
    nobody
        .get("/openapi.json")
        .header("If-None-Match", "\"another\"")
        .ok();
}

/// Types of one name would overwrite each other in the contract.
#[test]
fn every_type_of_the_contract_has_a_name_of_its_own() {
    fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut files = Vec::new();
    sources(std::path::Path::new("src"), &mut files);
    let mut names: Vec<String> = Vec::new();
    for file in &files {
        let mut described = false;
        for line in file.lines().map(str::trim) {
            described |=
                (line.starts_with("#[derive(") && line.contains("ToSchema")) || line == "crate::codes! {";
            let declared = line
                .strip_prefix("pub struct ")
                .or_else(|| line.strip_prefix("pub enum "));
            if let Some(rest) = declared {
                let name: String = rest
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric())
                    .collect();
                if std::mem::take(&mut described) && !name.is_empty() {
                    names.push(name);
                }
            }
        }
    }
    assert!(names.len() > 150, "only {} were found", names.len());
    names.sort();
    let twice: Vec<&String> = names
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| &pair[0])
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}
