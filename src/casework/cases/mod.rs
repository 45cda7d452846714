//! The case: one adult, one concern, from the first conversation to "was it what you wanted?".
//!
//! Its states form a permissive graph ([`rules::step`]): not every stage happens, dates never block, and a
//! refused step names everything that is missing.

pub mod access;
pub mod caused;
pub mod closing;
pub mod dto;
pub mod exclusions;
pub mod gaps;
pub mod kept_away;
pub mod model;
pub mod protections;
pub mod reach;
pub mod reachable;
pub mod routes;
pub mod rules;
pub mod service;
pub mod store;
pub mod surroundings;
pub mod team;
pub mod timeline;
pub mod transfer;
mod ways_in;
