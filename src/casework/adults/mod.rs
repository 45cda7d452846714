//! Adults at risk as a resource: who they are, how to reach them safely, how to communicate with them, who represents
//! or supports them, and that two records are one person.

pub mod contact_points;
pub mod dto;
pub mod merging;
pub mod needs;
pub mod reach;
pub mod representatives;
pub mod routes;
pub mod search;
pub mod service;
pub mod store;
