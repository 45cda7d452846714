//! Referrals: how a worry about an adult comes in, from a partner agency's system or a member of staff.
//!
//! It lands: a lapsed agreement or a slip of the pen never makes a concern disappear unseen. And it says little:
//! the referrer reads a receipt, never whether the person is known.

pub mod dto;
pub mod hidden_from;
pub mod intake;
pub mod model;
pub mod reach;
pub mod refusals;
pub mod requests;
pub mod routes;
pub mod rules;
pub mod service;
pub mod store;
pub mod tasks;
pub mod telling;
pub mod triage;
pub mod updates;
pub mod views;
pub mod ways_in;
