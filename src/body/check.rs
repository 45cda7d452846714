//! Holding a body to the schema that the contract publishes for its type.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, Keyword, ValidationError, Validator};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::facts;
use crate::problem::Fault;

/// Levels of nesting that a body may have.
const DEEPEST: usize = 32;

static VALIDATORS: LazyLock<RwLock<HashMap<TypeId, &'static Validator>>> = LazyLock::new(RwLock::default);

/// The validator of a type, compiled once from the schema in the contract.
pub(super) fn validator<T: ToSchema + 'static>() -> &'static Validator {
    let key = TypeId::of::<T>();
    if let Some(known) = VALIDATORS.read().ok().and_then(|known| known.get(&key).copied()) {
        return known;
    }
    let compiled: &'static Validator = Box::leak(Box::new(compile(&schema_document::<T>())));
    if let Ok(mut known) = VALIDATORS.write() {
        known.insert(key, compiled);
    }
    compiled
}

fn schema_document<T: ToSchema>() -> Value {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    let schemas: Map<String, Value> = schemas
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect();
    json!({ "$ref": format!("#/components/schemas/{}", T::name()), "components": { "schemas": schemas } })
}

/// The part of a pointer that the contract of this type knows: what a sender called a member of its own is left out, and so is
/// everything below it.
pub fn known_place<T: ToSchema>(pointer: &str) -> String {
    let document = schema_document::<T>();
    let mut places = vec![&document];
    let mut known = String::new();
    for part in pointer.split('/').skip(1) {
        let next: Vec<&Value> = places
            .iter()
            .flat_map(|place| alternatives(&document, place))
            .filter_map(|schema| match part.bytes().all(|byte| byte.is_ascii_digit()) {
                true => schema.get("items"),
                false => schema.get("properties")?.get(part),
            })
            .collect();
        if next.is_empty() {
            break;
        }
        known.push('/');
        known.push_str(part);
        places = next;
    }
    known
}

/// A schema, or those that it names or chooses between.
fn alternatives<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let named = document.pointer(name.trim_start_matches('#'));
        return named
            .map(|named| alternatives(document, named))
            .unwrap_or_default();
    }
    let choices = ["oneOf", "anyOf", "allOf"]
        .iter()
        .filter_map(|kind| schema.get(kind)?.as_array());
    let mut all: Vec<&Value> = choices
        .flatten()
        .flat_map(|one| alternatives(document, one))
        .collect();
    all.push(schema);
    all
}

#[expect(
    clippy::expect_used,
    reason = "the schemas are ours and compiled by a test of the contract"
)]
fn compile(document: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .with_keyword("x-rule", |_, rule, _| {
            let rule = facts::ValueRule::named(rule.as_str().unwrap_or_default());
            rule.map(|rule| Box::new(RuleKeyword(rule)) as Box<dyn for<'i> Keyword<'i>>)
                .ok_or_else(|| ValidationError::schema("unknown x-rule"))
        })
        .build(document)
        .expect("a schema of the contract compiles")
}

struct RuleKeyword(facts::ValueRule);

impl<'i> Keyword<'i> for RuleKeyword {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.is_valid(instance) {
            true => Ok(()),
            false => Err(ValidationError::custom(self.0.name())),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.as_str().is_none_or(|text| self.0.holds_for(text))
    }
}

/// Every fault, each once.
pub(super) fn faults_of(validator: &Validator, json: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for error in validator.iter_errors(json) {
        collect(&error, &mut faults);
    }
    bad_text(json, &mut String::new(), 0, &mut faults);
    let mut seen = Vec::new();
    faults.retain(|fault| {
        let new = !seen.contains(&(fault.pointer.clone(), fault.code.clone()));
        seen.push((fault.pointer.clone(), fault.code.clone()));
        new
    });
    faults
}

fn collect(error: &ValidationError<'_>, faults: &mut Vec<Fault>) {
    use ValidationErrorKind as Kind;
    let at = error.instance_path().to_string();
    let (code, detail) = match error.kind() {
        // An optional member: `null` or the type. What does not fit the type is the fault.
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            let of_the_type = context.iter().find(|branch| !branch.iter().any(is_null_type));
            match of_the_type {
                Some(branch) => branch.iter().for_each(|error| collect(error, faults)),
                None => faults.push(Fault::at(
                    at,
                    "type",
                    "This does not have a form that is known here.",
                )),
            }
            return;
        }
        Kind::Required { property } => {
            let pointer = format!("{at}/{}", property.as_str().unwrap_or_default());
            faults.push(Fault::required(pointer, "This is needed."));
            return;
        }
        Kind::AdditionalProperties { unexpected } => {
            faults.extend(unexpected.iter().map(|name| {
                let name = name.replace('~', "~0").replace('/', "~1");
                Fault::at(format!("{at}/{name}"), "unknown_field", "There is no such field.")
            }));
            return;
        }
        Kind::Type { .. } => ("type", "This has the wrong JSON type.".to_owned()),
        Kind::Enum { options } => ("code", format!("This must be one of {options}.")),
        Kind::Constant { .. } => ("code", "This is not the expected value.".to_owned()),
        Kind::Format { format } => ("format", format!("This is not a valid {format}.")),
        Kind::Pattern { .. } => ("format", "This does not have the expected form.".to_owned()),
        Kind::MaxLength { limit } => ("too_long", format!("At most {limit} characters are taken.")),
        Kind::MinLength { limit } => ("too_short", format!("At least {limit} characters are needed.")),
        Kind::MaxItems { limit } => ("too_many", format!("At most {limit} items are taken.")),
        Kind::MinItems { limit } => ("too_few", format!("At least {limit} items are needed.")),
        Kind::UniqueItems => ("repeated", "Each item may stand here once.".to_owned()),
        Kind::Minimum { limit } => ("too_small", format!("The least value is {limit}.")),
        Kind::Maximum { limit } => ("too_large", format!("The greatest value is {limit}.")),
        Kind::Custom { message, .. } => match facts::ValueRule::named(message) {
            Some(rule) => (rule.name(), rule.detail().to_owned()),
            None => ("invalid", "This value cannot be taken.".to_owned()),
        },
        _ => ("invalid", "This value cannot be taken.".to_owned()),
    };
    faults.push(Fault::at(at, code, detail));
}

fn is_null_type(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::Type {
            kind: TypeKind::Single(JsonType::Null)
        }
    )
}

fn bad_text(json: &Value, at: &mut String, depth: usize, faults: &mut Vec<Fault>) {
    if depth > DEEPEST {
        faults.push(Fault::at(
            at.clone(),
            "too_deep",
            format!("At most {DEEPEST} levels are taken."),
        ));
        return;
    }
    let mut below = |name: &str, value: &Value| {
        let length = at.len();
        at.push('/');
        at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        if name.chars().any(is_refused) {
            faults.push(Fault::at(
                at.clone(),
                "text",
                "A name with control characters is not taken.",
            ));
        }
        bad_text(value, at, depth + 1, faults);
        at.truncate(length);
    };
    match json {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| below(&index.to_string(), item)),
        Value::String(text) if text.chars().any(is_refused) => {
            faults.push(Fault::at(
                at.clone(),
                "text",
                "Control characters other than tab and line ends are not taken.",
            ));
        }
        _ => {}
    }
}

fn is_refused(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r')
}
