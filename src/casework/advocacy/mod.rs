//! Advocacy: whether someone is needed to support and represent the adult, and who was asked.
//!
//! It has two legal bases that are not the same: Care Act 2014 s.68 (substantial difficulty, and no appropriate
//! person) and the IMCA of the Mental Capacity Act 2005 (lacks capacity for the protective measures).

pub mod independence;
pub mod model;
pub mod needs;
pub mod representations;
pub mod routes;
pub mod rules;
pub mod service;
