//! Merge patches (RFC 7396).

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::check::{faults_of, validator};
use crate::problem::Problem;

/// Name of its schemas.
pub(super) const NAME: &str = "Patch";

/// A merge patch (RFC 7396) to what a caller may write of a `T`: absent leaves, `null` clears.
#[derive(Debug, Clone)]
pub struct Patch<T> {
    members: Map<String, Value>,
    of: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned + ToSchema + 'static> Patch<T> {
    /// What the record would be after the patch, held to the same schema as a new one.
    pub fn applied_to(&self, current: &T) -> Result<T, Problem> {
        let mut json = serde_json::to_value(current)
            .map_err(|error| Problem::caused("a record to be patched", &error))?;
        merge(&mut json, &self.members);
        let faults = faults_of(validator::<T>(), &json);
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        serde_json::from_value(json).map_err(|error| Problem::caused("a patched record", &error))
    }
}

fn merge(target: &mut Value, patch: &Map<String, Value>) {
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.remove(name)),
            Value::Object(inner) => merge(target.entry(name.clone()).or_insert_with(|| json!({})), inner),
            other => drop(target.insert(name.clone(), other.clone())),
        }
    }
}

impl<'de, T> serde::Deserialize<'de> for Patch<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            members: Map::deserialize(deserializer)?,
            of: PhantomData,
        })
    }
}

// utoipa composes the schema of a generic type through this trait.
impl<T: ToSchema> utoipa::__dev::ComposeSchema for Patch<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let relaxed = serde_json::to_value(T::schema()).ok().and_then(|mut schema| {
            let members = schema.as_object_mut()?;
            members.remove("required");
            members.remove("example");
            members.insert(
                "description".to_owned(),
                json!("A merge patch: absent leaves a field, null clears it."),
            );
            members
                .get_mut("properties")?
                .as_object_mut()?
                .values_mut()
                .for_each(nullable);
            serde_json::from_value(schema).ok()
        });
        relaxed.unwrap_or_else(T::schema)
    }
}

impl<T: ToSchema> ToSchema for Patch<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        NAME.into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

fn nullable(property: &mut Value) {
    let kind = property.get("type").cloned();
    match kind {
        Some(Value::String(one)) => property["type"] = json!([one, "null"]),
        Some(_) => {}
        None if property.get("oneOf").is_some() => {}
        None => *property = json!({ "oneOf": [{ "type": "null" }, property.clone()] }),
    }
}
