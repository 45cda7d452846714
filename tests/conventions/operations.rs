//! The operations of the served contract, as tests walk them.

use serde_json::Value;

use crate::support::Server;

#[derive(Clone)]
pub struct Operation {
    pub method: String,
    pub template: String,
    pub spec: Value,
}

impl Operation {
    pub fn is_list(&self) -> bool {
        self.has_parameter("cursor")
    }

    pub fn has_parameter(&self, name: &str) -> bool {
        self.spec["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .any(|parameter| parameter["name"] == name)
    }

    pub fn is_guarded(&self) -> bool {
        self.spec["x-permission"] != "open"
    }

    pub fn takes_json(&self) -> bool {
        self.spec
            .pointer("/requestBody/content/application~1json")
            .is_some()
    }

    pub fn id(&self) -> &str {
        self.spec["operationId"].as_str().unwrap()
    }

    pub fn named(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// A part of the contract, or the component that it refers to.
pub fn resolved<'a>(contract: &'a Value, part: &'a Value) -> &'a Value {
    match part["$ref"].as_str() {
        Some(place) => contract.pointer(&place[1..]).expect("a component"),
        None => part,
    }
}

pub fn operations(server: &Server) -> (Value, Vec<Operation>) {
    let contract = server.nobody().get("/openapi.json").ok().body;
    let mut found = Vec::new();
    for (template, item) in contract["paths"].as_object().unwrap() {
        for (method, spec) in item.as_object().unwrap() {
            let mut spec = spec.clone();
            for parameter in spec["parameters"].as_array_mut().into_iter().flatten() {
                *parameter = resolved(&contract, parameter).clone();
            }
            found.push(Operation {
                method: method.to_uppercase(),
                template: template.clone(),
                spec,
            });
        }
    }
    (contract, found)
}
