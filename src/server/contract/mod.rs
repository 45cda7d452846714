//! The contract: OpenAPI 3.1, made from the handlers that serve it and completed here with what is the same for
//! every operation of a kind. The router asks it which operations there are and what each needs.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON object inserts what is missing; the document is our own and built in every test run"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use utoipa_actix_web::AppExt;

use self::shared::{component, failure};
use super::router;
use crate::audit::AccessPurpose;
use crate::policy::{Action, Standing};
use crate::problem::Code;
use crate::secrets;

mod shared;

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// Its tag.
    pub tag: String,
    /// HTTP method in capitals.
    pub method: String,
    /// Path template.
    pub path: String,
    /// The permission it needs; none: open.
    pub action: Option<Action>,
    /// Media types of its answer.
    pub media: Vec<String>,
}

/// The served contract.
#[derive(Debug, Clone)]
pub struct Contract {
    /// As JSON text, to be read and compared.
    pub json: String,
    /// The same as it is served: without spaces.
    pub compact: Bytes,
    /// And compressed, for whoever takes gzip.
    pub gzip: Bytes,
    /// A digest of it: another contract has another.
    pub digest: String,
    /// What stands in the audit trail where a request met no operation.
    pub nothing: Arc<Operation>,
    operations: HashMap<String, Vec<Arc<Operation>>>,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const PERMISSION: &str = "x-permission";
const OPEN: &str = "open";
const JSON: &str = "application/json";

impl Contract {
    /// Makes the contract; fails when an operation states no permission or an unknown one.
    pub fn build() -> Result<Self, String> {
        let (_, api) = actix_web::App::new()
            .into_utoipa_app()
            .configure(router::operations)
            .split_for_parts();
        let mut document = serde_json::to_value(api).map_err(|error| error.to_string())?;
        let mut operations: HashMap<String, Vec<Arc<Operation>>> = HashMap::new();
        for operation in read_operations(&document)? {
            operations
                .entry(operation.path.clone())
                .or_default()
                .push(Arc::new(operation));
        }
        complete(&mut document);
        let json = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())? + "\n";
        let compact = document.to_string().into_bytes();
        let nothing = Operation {
            id: "nothing".to_owned(),
            tag: "Nothing".to_owned(),
            method: String::new(),
            path: String::new(),
            action: None,
            media: vec![],
        };
        Ok(Self {
            json,
            digest: secrets::digest_of(&compact),
            gzip: compressed(&compact).map_err(|error| error.to_string())?.into(),
            compact: compact.into(),
            nothing: Arc::new(nothing),
            operations,
        })
    }

    /// The contract of this program, made once: it is the same for every server.
    pub fn of_this_program() -> Result<&'static Self, String> {
        static MADE: OnceLock<Result<Contract, String>> = OnceLock::new();
        MADE.get_or_init(Self::build).as_ref().map_err(String::clone)
    }

    /// The operations at a path template.
    pub fn at(&self, template: &str) -> Option<&Vec<Arc<Operation>>> {
        self.operations.get(template)
    }

    /// Every operation, by path and method.
    pub fn operations(&self) -> Vec<Arc<Operation>> {
        let mut all: Vec<_> = self.operations.values().flatten().cloned().collect();
        all.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
        all
    }

    /// One line per operation: method, path, operationId, permission.
    pub fn listing(&self) -> String {
        self.operations()
            .iter()
            .fold(String::new(), |mut lines, operation| {
                let permission = operation.action.map_or(OPEN, Action::name);
                let _ = writeln!(
                    lines,
                    "{} {} {} {permission}",
                    operation.method, operation.path, operation.id
                );
                lines
            })
    }
}

fn compressed(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(text)?;
    gzip.finish()
}

fn read_operations(document: &Value) -> Result<Vec<Operation>, String> {
    let mut found = Vec::new();
    let paths = document
        .get("paths")
        .and_then(Value::as_object)
        .ok_or("the contract has no paths")?;
    for (path, item) in paths {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let text = |name: &str| {
                operation
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let action = match text(PERMISSION).as_str() {
                OPEN => None,
                name => Some(
                    Action::named(name)
                        .ok_or_else(|| format!("{method} {path} states no known permission: {name:?}"))?,
                ),
            };
            let tag = operation
                .pointer("/tags/0")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let (id, method) = (text("operationId"), method.to_uppercase());
            found.push(Operation {
                id,
                tag,
                method,
                path: path.clone(),
                action,
                media: media_of(operation).unwrap_or_else(|| vec![JSON.to_owned()]),
            });
        }
    }
    Ok(found)
}

/// The media types that an operation answers with when it is done.
fn media_of(operation: &Value) -> Option<Vec<String>> {
    let responses = operation.get("responses")?.as_object()?;
    let done = responses.iter().find(|(status, _)| status.starts_with('2'))?.1;
    Some(done.get("content")?.as_object()?.keys().cloned().collect())
}

fn complete(document: &mut Value) {
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "msp-api",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Making Safeguarding Personal as an API",
        "description": include_str!("contract.md"),
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
    });
    document["servers"] = json!([{ "url": "/", "description": "This server" }]);
    let scopes: Map<String, Value> = Action::ALL
        .iter()
        .filter_map(|action| action.client_scope())
        .map(|scope| (scope.to_owned(), json!(format!("Permits what needs {scope}"))))
        .collect();
    document["components"]["securitySchemes"] = json!({
        "accessToken": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token of a person (from POST /v1/sessions)." },
        "clientCredentials": { "type": "oauth2", "description": "An access token of an API client.",
            "flows": { "clientCredentials": { "tokenUrl": "/oauth2/token", "scopes": scopes } } }
    });
    flattened_types_are_written_out(document);
    no_nulls_in_answers(document);
    pages_refer_to_their_items(document);
    schemas_are_referred_to(document);
    problems_have_a_code_of_the_list(document);
    shared::add_components(document);
    let schemas = document
        .pointer("/components/schemas")
        .cloned()
        .unwrap_or_default();
    let mut tags: Vec<String> = Vec::new();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method) {
                    if let Some(tag) = operation.pointer("/tags/0").and_then(Value::as_str) {
                        tags.push(tag.to_owned());
                    }
                    complete_operation(operation, path, method, &schemas);
                }
            }
        }
    }
    shared::share_parameters(document);
    tags.sort();
    tags.dedup();
    document["tags"] = tags
        .iter()
        .map(|tag| json!({ "name": tag, "description": format!("{tag}.") }))
        .collect();
}

/// The codes of problems are a list of their own, so that a generated client has a type for them.
fn problems_have_a_code_of_the_list(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    let meanings = Code::ALL
        .iter()
        .map(|code| format!("- `{}`: {}", code.as_str(), code.explanation()));
    let described = format!(
        "What went wrong, for programs; `/problems/CODE` is a page about each.\n\n{}",
        meanings.collect::<Vec<_>>().join("\n")
    );
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    schemas["ProblemCode"] = json!({ "type": "string", "description": described, "enum": codes });
    schemas["Problem"]["properties"]["code"] = component("schemas", "ProblemCode");
}

/// A type that is flattened into another allows no members but its own, so the two are not both satisfied by one object:
/// the whole is written out as one.
fn flattened_types_are_written_out(document: &mut Value) {
    let before = document
        .pointer("/components/schemas")
        .cloned()
        .unwrap_or_default();
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for schema in schemas.values_mut() {
        let Some(parts) = schema.get("allOf").and_then(Value::as_array).cloned() else {
            continue;
        };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in &parts {
            let named = part.get("$ref").and_then(Value::as_str);
            let part = named
                .and_then(|path| path.rsplit('/').next())
                .map_or(part, |name| &before[name]);
            let members = part.get("properties").and_then(Value::as_object);
            properties.extend(members.cloned().unwrap_or_default());
            let needed = part.get("required").and_then(Value::as_array);
            required.extend(needed.cloned().unwrap_or_default());
        }
        let description = schema.get("description").cloned().unwrap_or_default();
        *schema = json!({ "type": "object", "description": description, "properties": properties, "required": required });
    }
}

/// An optional member of a request may be `null`; an answer leaves it out. Schemas that no request reaches say so.
fn no_nulls_in_answers(document: &mut Value) {
    let mut sent = Vec::new();
    let paths = document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object()).flatten();
    let mut found: Vec<String> = operations
        .filter_map(|(_, operation)| operation.get("requestBody"))
        .flat_map(references)
        .collect();
    while let Some(name) = found.pop() {
        if !sent.contains(&name) {
            found.extend(
                document
                    .pointer(&format!("/components/schemas/{name}"))
                    .map(references)
                    .unwrap_or_default(),
            );
            sent.push(name);
        }
    }
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (_, schema) in schemas.iter_mut().filter(|(name, _)| !sent.contains(name)) {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        for property in properties.values_mut() {
            if let Some(kinds) = property.get_mut("type").filter(|kinds| kinds.is_array()) {
                let other = kinds
                    .as_array()
                    .and_then(|kinds| kinds.iter().find(|kind| *kind != "null").cloned());
                *kinds = other.unwrap_or_default();
            }
            let branches = property
                .get("oneOf")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            if let [branch, null] = branches.as_slice()
                && null["type"] == "null"
            {
                *property = branch.clone();
            }
        }
    }
}

/// A page of a resource repeats the whole schema of its items; a reference says the same.
fn pages_refer_to_their_items(document: &mut Value) {
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (name, schema) in schemas.iter_mut() {
        if let (Some(item), Some(items)) = (
            name.strip_prefix("Page_"),
            schema.pointer_mut("/properties/items/items"),
        ) {
            *items = json!({ "$ref": format!("#/components/schemas/{item}") });
        }
    }
}

/// A type that bodies only ever patch is collected beside its patch, and no operation names it.
fn schemas_are_referred_to(document: &mut Value) {
    loop {
        let used = references(document);
        let schemas = document
            .pointer_mut("/components/schemas")
            .and_then(Value::as_object_mut);
        let Some(schemas) = schemas.filter(|schemas| schemas.keys().any(|name| !used.contains(name))) else {
            return;
        };
        schemas.retain(|name, _| used.contains(name));
    }
}

/// Names of the schemas that a part of the document refers to.
fn references(part: &Value) -> Vec<String> {
    match part {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value.as_str()) {
                ("$ref", Some(path)) => path.rsplit('/').next().map(str::to_owned).into_iter().collect(),
                _ => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => vec![],
    }
}

fn complete_operation(operation: &mut Value, path: &str, method: &str, schemas: &Value) {
    let permission = operation
        .get(PERMISSION)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let action = Action::named(&permission);
    operation["security"] = match action {
        None => json!([]),
        Some(action) => match action.client_scope() {
            Some(scope) => json!([{ "accessToken": [] }, { "clientCredentials": [scope] }]),
            None if action.permits(Standing::Anyone) => {
                json!([{ "accessToken": [] }, { "clientCredentials": [] }])
            }
            None => json!([{ "accessToken": [] }]),
        },
    };
    let has_body = operation.get("requestBody").is_some();
    let has_parameter = |wanted: &str| parameter_names(operation).iter().any(|name| name == wanted);
    let (needs_tag, is_list) = (has_parameter("If-Match"), has_parameter("cursor"));
    let parameters = operation["parameters"].take();
    let mut parameters = parameters.as_array().cloned().unwrap_or_default();
    if action.is_some() {
        parameters.push(header_parameter(
            "X-Request-ID",
            "A UUID that names this request; answered in any case.",
        ));
        let mut purpose = header_parameter(
            "X-Access-Purpose",
            "What the record is needed for, where that is not what the caller is to it.",
        );
        let purposes = AccessPurpose::ALL.iter().map(|purpose| purpose.as_str());
        purpose["schema"]["enum"] = purposes.collect();
        parameters.push(purpose);
        if method == "post" {
            parameters.push(header_parameter(
                "Idempotency-Key",
                "Makes the request safe to repeat. Required from API clients; 1 to 255 printable characters.",
            ));
        }
        if method == "get" && !is_list {
            parameters.push(header_parameter(
                "If-None-Match",
                "A tag that was read: 304 when nothing changed.",
            ));
        }
    }
    operation["parameters"] = Value::Array(parameters);
    let mut failures: Vec<u16> = vec![405, 503];
    if action.is_some() {
        failures.extend([400, 401, 403, 406, 429]);
    }
    if path.contains('{') {
        failures.push(404);
    }
    if has_body && action.is_some() {
        failures.extend([408, 409, 413, 415, 422]);
    }
    if needs_tag {
        failures.extend([412, 428]);
    }
    for status in failures {
        operation["responses"][status.to_string()] = failure(status);
    }
    complete_successes(operation, schemas);
}

fn complete_successes(operation: &mut Value, schemas: &Value) {
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
        return;
    };
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        let is_document =
            response["content"].is_object() && response.pointer("/content/application~1json").is_none();
        // Whatever is not JSON is one record written in another way.
        let schema = response.pointer("/content/application~1json/schema");
        let versioned = is_document || schema.is_some_and(|schema| has_version(schema, schemas));
        let mut headers = json!({ "X-Request-ID": component("headers", "RequestId") });
        if versioned {
            headers["ETag"] = component("headers", "Tag");
        }
        if status == "201" {
            headers["Location"] = component("headers", "Place");
        }
        response["headers"] = headers;
    }
}

fn parameter_names(operation: &Value) -> Vec<String> {
    let parameters = operation
        .get("parameters")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    parameters
        .iter()
        .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
        .collect()
}

fn header_parameter(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" } })
}

/// Whether what a schema describes says its version.
fn has_version(schema: &Value, schemas: &Value) -> bool {
    let named = schema.get("$ref").and_then(Value::as_str);
    let named = named.and_then(|path| path.rsplit('/').next());
    let schema = named.map_or(schema, |name| &schemas[name]);
    schema.pointer("/properties/version").is_some()
}
