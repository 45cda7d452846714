//! What is the same for every operation: how bodies, lists, versions and repeats are read, and what answers and errors
//! look like.

pub mod answer;
pub mod call;
pub mod client_address;
pub mod extract;
pub mod headers;
pub mod idempotency;
pub mod limits;
pub mod list;
pub mod params;
pub mod passed;
pub mod table;
