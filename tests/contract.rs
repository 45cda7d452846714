//! The contract that is committed is the contract that is served.

use msp_api::policy::{self, Action};
use msp_api::server::contract::Contract;
use serde_json::Value;

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

/// The contract as it was before the last change to it, where the history has one.
fn earlier_contract(now: &str) -> Option<Value> {
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").args(arguments).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let commits = git(&["log", "-n", "20", "--format=%H", "--", "openapi/openapi.json"])?;
    let versions = commits
        .lines()
        .filter_map(|commit| git(&["show", &format!("{commit}:openapi/openapi.json")]));
    let earlier = versions.into_iter().find(|version| version != now)?;
    serde_json::from_str(&earlier).ok()
}

/// What was taken out of the contract on purpose while nothing is released, until the next change of it: an account is
/// linked by its own token only, and is nothing that staff write into a record.
const TAKEN_OUT: [&str; 5] = [
    "AdvocateEntry.userId is gone",
    "NewRepresentative.userId is gone",
    "Patch_AdvocateEntry.userId is gone",
    "Patch_NewRepresentative.userId is gone",
    "RepresentativeView.userId is gone",
];

fn breaks(before: &Value, now: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in before["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let still = &now["paths"][path][method];
            if still.is_null() {
                found.push(format!("{method} {path} is gone"));
                continue;
            }
            for status in operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .filter(|status| status.starts_with('2'))
            {
                if still["responses"][status].is_null() {
                    found.push(format!("{method} {path} no longer answers {status}"));
                }
            }
            let required = |operation: &Value| -> Vec<String> {
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let required = parameters
                    .iter()
                    .filter(|parameter| parameter["required"] == true);
                required.map(|parameter| parameter["name"].to_string()).collect()
            };
            let (was, is) = (required(operation), required(still));
            found.extend(
                is.iter()
                    .filter(|name| !was.contains(name))
                    .map(|name| format!("{method} {path} needs {name}")),
            );
        }
    }
    let texts = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .map(|all| all.iter().map(Value::to_string).collect())
            .unwrap_or_default()
    };
    for (name, schema) in before["components"]["schemas"].as_object().unwrap() {
        let still = &now["components"]["schemas"][name];
        if still.is_null() {
            continue;
        }
        let properties = schema["properties"].as_object().into_iter().flatten();
        let gone = properties.filter(|(property, _)| still["properties"][property].is_null());
        found.extend(gone.map(|(property, _)| format!("{name}.{property} is gone")));
        let sent = schema["additionalProperties"] == false;
        let (was, is) = (texts(&schema["required"]), texts(&still["required"]));
        found.extend(
            is.iter()
                .filter(|one| sent && !was.contains(one))
                .map(|one| format!("{name} needs {one}")),
        );
        let (was, is) = (texts(&schema["enum"]), texts(&still["enum"]));
        found.extend(
            was.iter()
                .filter(|code| !is.contains(code))
                .map(|code| format!("{name} lost {code}")),
        );
    }
    found
}

#[test]
fn nothing_breaks_the_contract_that_was_committed_before() {
    let now = contract().json;
    let now_read: Value = serde_json::from_str(&now).unwrap();
    if let Some(before) = earlier_contract(&now) {
        let mut broken = breaks(&before, &now_read);
        broken.retain(|one| !TAKEN_OUT.contains(&one.as_str()));
        assert_eq!(broken, Vec::<String>::new());
    }
    let mut broken = now_read.clone();
    broken["paths"].as_object_mut().unwrap().remove("/v1/me");
    broken["components"]["schemas"]["NewOutcome"]["properties"]
        .as_object_mut()
        .unwrap()
        .remove("priority");
    broken["components"]["schemas"]["CaseState"]["enum"] = serde_json::json!(["concern"]);
    broken["components"]["schemas"]["NewSession"]["required"] =
        serde_json::json!(["username", "password", "code"]);
    assert_eq!(breaks(&now_read, &broken).len(), 1 + 1 + 5 + 1);
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
