//! Contacts: the case note. A visit, a call, a message or a piece of information received, in one call and one
//! transaction with the outcomes and wishes it produced.
//!
//! Whether the adult was asked what they want, and what happens next, are read from here.

pub mod dto;
pub mod model;
pub mod routes;
pub mod service;
