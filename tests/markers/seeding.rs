//! A word of its own in every text that a request brings.

use serde_json::{Map, Value};

/// Members that are read as codes, names of places or identifiers, though the contract holds them to no list or pattern:
/// what is written there is looked up.
const NOT_PROSE: [&str; 16] = [
    "agencyReference",
    "authority",
    "authorities",
    "code",
    "defaultAuthority",
    "field",
    "kind",
    "localOption",
    "localSuggestionCodes",
    "nhsNumber",
    "postcode",
    "question",
    "schema",
    "staffNumber",
    "system",
    "toAuthority",
];

/// The shortest a text may be held to for a marker to fit.
const ROOM: u64 = 20;

/// A marker, and where it stands.
#[derive(Debug, Clone)]
pub struct Marker {
    pub word: String,
    pub pointer: String,
}

/// The number of a marker in letters, so that nothing takes it for a number.
pub fn word(number: usize) -> String {
    let letters = (0..4).rev().map(|place| {
        let digit = number / 26_usize.pow(place) % 26;
        char::from(b'a' + u8::try_from(digit).unwrap())
    });
    format!("quokka{}", letters.collect::<String>())
}

/// Puts a marker into every text of a body, and into the texts it leaves out.
pub fn seed(contract: &Value, schema: &Value, body: &Value, next: &mut usize) -> (Value, Vec<Marker>) {
    let mut markers = Vec::new();
    let seeded = walk(contract, schema, Some(body), ("", ""), next, &mut markers);
    (seeded.unwrap_or_else(|| body.clone()), markers)
}

fn walk(
    contract: &Value,
    schema: &Value,
    given: Option<&Value>,
    (pointer, name): (&str, &str),
    next: &mut usize,
    markers: &mut Vec<Marker>,
) -> Option<Value> {
    let schema = resolved(contract, schema);
    match given {
        Some(Value::Object(members)) => {
            let mut seeded = Map::new();
            let known = properties(contract, schema);
            for (member, value) in members {
                let below = known.get(member.as_str()).cloned().unwrap_or(Value::Null);
                let at = format!("{pointer}/{member}");
                let value = walk(contract, &below, Some(value), (&at, member), next, markers);
                seeded.extend(value.map(|value| (member.clone(), value)));
            }
            for (member, below) in &known {
                let at = format!("{pointer}/{member}");
                if !members.contains_key(member) {
                    let value = walk(contract, below, None, (&at, member), next, markers);
                    seeded.extend(value.map(|value| (member.clone(), value)));
                }
            }
            Some(Value::Object(seeded))
        }
        Some(Value::Array(items)) => {
            let below = schema.get("items").cloned().unwrap_or(Value::Null);
            let items = items.iter().enumerate().filter_map(|(place, item)| {
                let at = format!("{pointer}/{place}");
                walk(contract, &below, Some(item), (&at, name), next, markers)
            });
            Some(Value::Array(items.collect()))
        }
        Some(Value::String(text)) if is_prose(schema, name) => {
            Some(Value::String(marked(schema, text, pointer, next, markers)))
        }
        None if is_prose(schema, name) => Some(Value::String(marked(schema, "", pointer, next, markers))),
        other => other.cloned(),
    }
}

fn marked(schema: &Value, text: &str, pointer: &str, next: &mut usize, markers: &mut Vec<Marker>) -> String {
    let word = word(*next);
    *next += 1;
    markers.push(Marker {
        word: word.clone(),
        pointer: pointer.to_owned(),
    });
    let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    let whole = format!("{word} {text}");
    let kept = whole.chars().take(usize::try_from(most).unwrap_or(usize::MAX));
    kept.collect::<String>().trim_end().to_owned()
}

fn is_prose(schema: &Value, name: &str) -> bool {
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    let held = ["enum", "format", "pattern", "const"]
        .iter()
        .any(|held| schema.get(held).is_some());
    let room = schema["maxLength"].as_u64().is_none_or(|most| most >= ROOM);
    kinds.contains(&"string") && !held && room && !NOT_PROSE.contains(&name)
}

/// The schema that is meant: behind its reference, and the one that is not null.
fn resolved<'a>(contract: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = contract.pointer(reference.trim_start_matches('#'));
        return found.map_or(schema, |found| resolved(contract, found));
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        let mut meant = choices.filter(|one| one["type"] != "null");
        if let (Some(only), None) = (meant.next(), meant.next()) {
            return resolved(contract, only);
        }
    }
    schema
}

fn properties(contract: &Value, schema: &Value) -> Map<String, Value> {
    let mut all = schema["properties"].as_object().cloned().unwrap_or_default();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(properties(contract, resolved(contract, part)));
    }
    all
}

/// Takes the markers at these places out again: what stood there before stands there, or nothing.
pub fn unseed(body: &mut Value, original: &Value, faults: &[String], markers: &mut Vec<Marker>) {
    for fault in faults {
        markers.retain(|marker| {
            let here = marker.pointer == *fault || marker.pointer.starts_with(&format!("{fault}/"));
            if here {
                restore(body, original, &marker.pointer);
            }
            !here
        });
    }
}

fn restore(body: &mut Value, original: &Value, pointer: &str) {
    let (above, member) = pointer.rsplit_once('/').unwrap();
    let before = original.pointer(pointer).cloned();
    match body.pointer_mut(above) {
        Some(Value::Object(members)) => {
            members.remove(member);
            members.extend(before.map(|before| (member.to_owned(), before)));
        }
        Some(Value::Array(items)) => {
            let place: usize = member.parse().unwrap();
            if let Some(before) = before {
                items[place] = before;
            }
        }
        _ => {}
    }
}
