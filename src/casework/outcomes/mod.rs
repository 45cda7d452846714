//! Desired outcomes: what the adult wants to happen, in their own words.
//!
//! At most three priorities; changeable at any time; every revision appended and none overwritten. The adult's
//! words cannot be displaced by anyone else's, and are never refused.

pub mod dto;
pub mod model;
pub mod routes;
pub mod rules;
pub mod service;
pub mod store;
