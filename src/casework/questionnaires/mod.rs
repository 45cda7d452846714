//! Questionnaires: the questions that adults are asked about how it went, as versioned templates. Everybody has the
//! six (`msp-six`); an authority may ask further ones after them, or have a template of its own. What was answered is
//! never changed under the answers.

pub mod dto;
pub mod model;
pub mod routes;
pub mod rules;
pub mod service;
pub mod store;
