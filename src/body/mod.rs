//! Reading a request body by the contract.
//!
//! The schema that the contract publishes for a type is the schema its bodies are held to: lengths, codes,
//! formats and required members stand once, on the type, and every fault is found in one pass.

mod check;
mod patch;

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::problem::{Code, Fault, Problem};
use crate::secrets;
pub use check::known_place;
use check::{faults_of, validator};
pub use patch::Patch;

/// An agency's own message, kept as it came: its nulls mean what the agency says they mean.
const VERBATIM: &str = "agencyPayload";
/// Bodies whose nulls stay: in a patch they clear; a draft is kept as it came.
const WITH_NULLS: [&str; 2] = [patch::NAME, "DraftContent"];

/// A body that was read: its value where it can be built, and every fault that was found.
#[derive(Debug, Clone)]
pub struct Body<T> {
    value: Option<T>,
    faults: Vec<Fault>,
    wrong_shape: bool,
    unused: Vec<Unused>,
    stated: BTreeMap<&'static str, String>,
    digest: String,
}

/// Members that say for whom a body is and which it is: known of a refused one too, so that somebody can ask what it was.
const STATED: [&str; 2] = ["authority", "agencyReference"];

/// Something that was received, cannot be used, and is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Unused {
    /// Where it stood.
    pub pointer: String,
    /// Why it cannot be used.
    pub code: String,
    /// What was received.
    pub received: Value,
}

impl<T: DeserializeOwned + ToSchema + 'static> Body<T> {
    /// Reads JSON text.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let keeps_nulls = WITH_NULLS.contains(&T::name().as_ref());
        let read = read_by(validator::<T>(), keeps_nulls, bytes)?;
        Ok(Self {
            value: read.value.and_then(|json| serde_json::from_value(json).ok()),
            faults: read.faults,
            wrong_shape: read.wrong_shape,
            unused: read.unused,
            stated: read.stated,
            digest: read.digest,
        })
    }

    /// Reads JSON text whose one member is a list of bodies. Each is read by itself, so that what is wrong with one
    /// does not touch the others.
    pub fn read_each(bytes: &[u8], list: &str, most: usize) -> Result<Vec<Result<Self, Problem>>, Problem> {
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_slice(bytes).map_err(|_| Problem::new(Code::MalformedJson))?;
        let unknown = members.keys().filter(|name| *name != list).map(|name| {
            let name = name.replace('~', "~0").replace('/', "~1");
            Fault::at(format!("/{name}"), "unknown_field", "There is no such field.")
        });
        let mut faults: Vec<Fault> = unknown.collect();
        let at = format!("/{list}");
        let items: Option<Result<Vec<&RawValue>, _>> =
            members.get(list).map(|items| serde_json::from_str(items.get()));
        let items = match items {
            Some(Ok(items)) => items,
            Some(Err(_)) => {
                faults.push(Fault::at(&at, "type", "This has the wrong JSON type."));
                vec![]
            }
            None => {
                faults.push(Fault::required(&at, "This is needed."));
                vec![]
            }
        };
        if faults.is_empty() && !(1..=most).contains(&items.len()) {
            let code = if items.is_empty() { "too_few" } else { "too_many" };
            faults.push(Fault::at(&at, code, format!("From 1 to {most} items are taken.")));
        }
        match faults.is_empty() {
            true => Ok(items
                .iter()
                .map(|item| Self::read(item.get().as_bytes()))
                .collect()),
            false => Err(Problem::invalid(faults)),
        }
    }

    /// A value made here rather than received.
    pub fn of(value: T) -> Self {
        Self {
            value: Some(value),
            faults: vec![],
            wrong_shape: false,
            unused: vec![],
            stated: BTreeMap::new(),
            digest: String::new(),
        }
    }

    /// Digest of the body as canonical JSON.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The text of one of the members that say for whom a body is and which it is, whatever is wrong with the rest.
    pub fn stated(&self, name: &str) -> Option<&str> {
        self.stated.get(name).map(String::as_str)
    }

    /// Refuses unknown fields and wrong types: known before any record is looked at.
    pub fn well_shaped(self) -> Result<Self, Problem> {
        match self.wrong_shape {
            true => Err(Problem::invalid(self.faults)),
            false => Ok(self),
        }
    }

    /// What could be read of it, whatever else is wrong.
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The value, if nothing at all is wrong with it.
    pub fn valid(&self) -> Result<&T, Problem> {
        self.checked(|_| vec![])
    }

    /// The value, if neither the schema nor `rules` find a fault; otherwise all faults of both.
    pub fn checked(&self, rules: impl FnOnce(&T) -> Vec<Fault>) -> Result<&T, Problem> {
        let mut faults = self.faults.clone();
        if let Some(value) = &self.value {
            let places: Vec<_> = faults.iter().map(|fault| fault.pointer.clone()).collect();
            faults.extend(
                rules(value)
                    .into_iter()
                    .filter(|fault| !places.contains(&fault.pointer)),
            );
        }
        match &self.value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => Err(Problem::invalid(faults)),
        }
    }

    /// The value without what cannot be used, and that part as it was received; refused only when what is
    /// left is not enough.
    pub fn lenient(&self, rules: impl FnOnce(&T) -> Vec<Fault>) -> Result<(&T, Vec<Unused>), Problem> {
        match &self.value {
            Some(value) => match rules(value) {
                faults if faults.is_empty() => Ok((value, self.unused.clone())),
                faults => Err(Problem::invalid(faults)),
            },
            None => Err(Problem::invalid(self.faults.clone())),
        }
    }
}

/// Reads JSON text by a schema. Not generic, so that it is compiled once and not for each type of body.
fn read_by(validator: &Validator, keeps_nulls: bool, bytes: &[u8]) -> Result<Body<Value>, Problem> {
    let mut json = parse(bytes)?;
    if !json.is_object() {
        return Err(Problem::new(Code::MalformedJson).saying("The body must be one JSON object."));
    }
    let digest = secrets::digest_of(canonical(&json).as_bytes());
    let text = |name| Some((name, json.get(name)?.as_str()?.to_owned()));
    let stated = STATED.into_iter().filter_map(text).collect();
    if !keeps_nulls {
        without_nulls(&mut json);
    }
    let mut faults = faults_of(validator, &json);
    let wrong_shape = faults
        .iter()
        .any(|fault| matches!(fault.code.as_str(), "type" | "unknown_field"));
    // What is wrong is taken out, so that the rules can look at the rest in the same answer.
    let mut unused = Vec::new();
    for _ in 0..4 {
        if !prune(&mut json, &faults, &mut unused) || validator.is_valid(&json) {
            break;
        }
        let more = faults_of(validator, &json);
        let named = |fault: &Fault| faults.iter().any(|known| known.pointer == fault.pointer);
        let new: Vec<Fault> = more.into_iter().filter(|fault| !named(fault)).collect();
        if new.is_empty() {
            break;
        }
        faults.extend(new);
    }
    Ok(Body {
        value: validator.is_valid(&json).then_some(json),
        faults,
        wrong_shape,
        unused,
        stated,
        digest,
    })
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: Result<Value, _> = serde_path_to_error::deserialize(&mut reader);
    match value {
        Ok(value) => match reader.end() {
            Ok(()) => Ok(value),
            Err(_) => Err(Problem::new(Code::MalformedJson)),
        },
        Err(error) if names_half_a_pair(error.inner()) => {
            let pointer: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
            let fault = Fault::at(
                pointer.replace(['[', ']'], ""),
                "text",
                "This text holds half of a surrogate pair.",
            );
            Err(Problem::invalid(vec![fault]))
        }
        Err(_) => Err(Problem::new(Code::MalformedJson)),
    }
}

fn names_half_a_pair(error: &serde_json::Error) -> bool {
    let message = error.to_string();
    message.contains("surrogate") || message.contains("hex escape")
}

/// `null` means absent, except inside an agency's own message; merge patches and drafts keep theirs.
fn without_nulls(json: &mut Value) {
    match json {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members
                .iter_mut()
                .filter(|(name, _)| *name != VERBATIM)
                .for_each(|(_, value)| without_nulls(value));
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Takes out what the faults point to; answers whether anything was taken.
fn prune(json: &mut Value, faults: &[Fault], unused: &mut Vec<Unused>) -> bool {
    let mut taken = false;
    // From the back, so that the places of earlier array items stay right.
    let mut places: Vec<&Fault> = faults.iter().collect();
    places.sort_by_key(|fault| std::cmp::Reverse(natural(fault)));
    for fault in places {
        let Some(pointer) = &fault.pointer else { continue };
        // Something missing makes its parent unusable, unless that is the whole body.
        let pointer = match fault.code.as_str() {
            "required" => pointer.rsplit_once('/').map_or("", |(parent, _)| parent),
            _ => pointer.as_str(),
        };
        let Some((parent, name)) = pointer.rsplit_once('/') else {
            continue;
        };
        let name = name.replace("~1", "/").replace("~0", "~");
        let received = match json.pointer_mut(parent) {
            Some(Value::Object(members)) => members.remove(&name),
            Some(Value::Array(items)) => name
                .parse()
                .ok()
                .filter(|index| *index < items.len())
                .map(|index: usize| items.remove(index)),
            _ => None,
        };
        if let Some(received) = received {
            unused.push(Unused {
                pointer: storable(pointer),
                code: fault.code.clone(),
                received: storable_value(received),
            });
            taken = true;
        }
    }
    taken
}

/// Text as a database can keep it: PostgreSQL keeps no NUL, in JSON neither.
pub fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn storable_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(storable(&text)),
        Value::Array(items) => items.into_iter().map(storable_value).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (storable(&name), storable_value(value)))
            .collect(),
        other => other,
    }
}

fn natural(fault: &Fault) -> Vec<(usize, String)> {
    let pointer = fault.pointer.as_deref().unwrap_or_default();
    pointer
        .split('/')
        .map(|part| (part.parse().unwrap_or_default(), part.to_owned()))
        .collect()
}

/// JSON with its members in order, so that equal documents have equal digests.
pub fn canonical(json: &Value) -> String {
    match json {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let members: Vec<String> = sorted
                .iter()
                .map(|(name, value)| format!("{}:{}", json!(name), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Sample {
        #[schema(min_length = 1, max_length = 5)]
        word: String,
        #[schema(extensions(("x-rule" = json!("nhs_number"))))]
        nhs_number: Option<String>,
        kind: Option<Kind>,
        born: Option<chrono::NaiveDate>,
        #[serde(default)]
        list: Vec<Kind>,
    }

    crate::codes! {
        /// Kinds.
        enum Kind {
            /// Good.
            Good = "good",
            /// Better.
            Better = "better",
        }
    }

    fn codes(body: &Value) -> Vec<(String, String)> {
        let body = Body::<Sample>::read(body.to_string().as_bytes()).unwrap();
        body.faults
            .into_iter()
            .map(|fault| (fault.pointer.unwrap_or_default(), fault.code))
            .collect()
    }

    #[test]
    fn every_wrong_value_is_named_at_once() {
        let found = codes(&json!({
            "word": "too long", "nhsNumber": "1234567890", "kind": "bad", "born": "2026-02-30", "list": ["good", "x"]
        }));
        let expected = [
            ("/born", "format"),
            ("/kind", "code"),
            ("/list/1", "code"),
            ("/nhsNumber", "nhs_number"),
            ("/word", "too_long"),
        ];
        let mut found: Vec<(&str, &str)> = found
            .iter()
            .map(|(at, code)| (at.as_str(), code.as_str()))
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn null_is_absent_and_an_unknown_field_is_a_wrong_shape() {
        assert!(codes(&json!({"word": "ok", "kind": null, "list": null})).is_empty());
        assert!(codes(&json!({"word": "ok", "list": Kind::ALL})).is_empty());
        let unknown = Body::<Sample>::read(br#"{"word":"ok","wrod":1}"#).unwrap();
        assert!(unknown.well_shaped().is_err());
    }

    #[test]
    fn lenient_reading_keeps_the_rest_and_what_was_received() {
        let body =
            Body::<Sample>::read(br#"{"word":"ok","nhsNumber":"1","x":{"y":1},"list":["good","bad"]}"#)
                .unwrap();
        let (value, unused) = body.lenient(|_| vec![]).unwrap();
        assert_eq!(
            (value.word.as_str(), &value.nhs_number, &value.list),
            ("ok", &None, &vec![Kind::Good])
        );
        let places: Vec<&str> = unused.iter().map(|unused| unused.pointer.as_str()).collect();
        assert_eq!(places.len(), 3, "{places:?}");
        assert!(
            Body::<Sample>::read(br#"{"list":[]}"#)
                .unwrap()
                .lenient(|_| vec![])
                .is_err()
        );
    }

    #[test]
    fn text_that_a_database_cannot_keep_is_refused_on_its_field() {
        assert_eq!(
            codes(&json!({"word": "a\u{0}"})),
            [("/word".to_owned(), "text".to_owned())]
        );
        let lone = Body::<Sample>::read(br#"{"word":"\ud800"}"#).unwrap_err();
        assert_eq!(lone.code(), Code::Invalid);
        assert!(lone.body("", "").errors[0].pointer.as_deref() == Some("/word"));
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(
            Body::<Sample>::read(deep.as_bytes()).unwrap_err().code(),
            Code::MalformedJson
        );
    }

    #[test]
    fn a_patch_leaves_what_is_absent_and_clears_what_is_null() {
        let current = Sample {
            word: "ok".to_owned(),
            nhs_number: Some("9434765919".to_owned()),
            kind: Some(Kind::Good),
            born: None,
            list: vec![],
        };
        let patch = Body::<Patch<Sample>>::read(br#"{"kind":null,"list":["better"]}"#).unwrap();
        let patched = patch.valid().unwrap().applied_to(&current).unwrap();
        assert_eq!(
            (patched.kind, patched.list, patched.nhs_number.is_some()),
            (None, vec![Kind::Better], true)
        );
        let broken = Body::<Patch<Sample>>::read(br#"{"word":null}"#).unwrap();
        assert!(broken.valid().unwrap().applied_to(&current).is_err());
    }
}
