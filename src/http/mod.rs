//! Everything that is the same for every operation: who may pass, how bodies, lists, versions and repeats
//! are read, what answers and errors look like, and the contract.

pub mod answer;
pub mod call;
pub mod client_address;
pub mod connections;
pub mod contract;
pub mod cors;
pub mod extract;
pub mod gate;
pub mod headers;
pub mod idempotency;
pub mod limits;
pub mod list;
pub mod params;
pub mod passed;
pub mod router;
pub mod system;
pub mod table;
