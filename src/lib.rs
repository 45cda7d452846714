//! Making Safeguarding Personal as an API: cases, desired outcomes in the adult's own words, advocates, meetings
//! and feedback, with access by role and by relationship to the case.
//!
//! # How a request goes
//!
//! ```text
//! main → cli → server → server::gate → server::router → <slice>/routes → http::call
//!                                                              │
//!                  <slice>/service ←── a door: db.read / db.write
//!                      │  ├→ policy        may this caller do this to this record?
//!                      │  ├→ <slice>/rules what must be recorded, pure functions over facts
//!                      │  └→ <slice>/store the only SQL, beginning from the caller's scope
//!                      └→ outbox, audit    in the same transaction
//! ```
//!
//! - [`server::gate`] finds out who calls, whether there is such an operation and whether the caller's role could
//!   ever do it; on the way out it writes problems, headers, the access log and the audit entry of a refusal.
//! - [`http::call::Call`] runs a use case through a database door, audits it, and answers. A handler says only which
//!   use case and how its record is read again; idempotency, tags and paging are not its business.
//! - [`act::Act`] is what a use case is given: connection, caller, permission, time, the version the caller read.
//! - [`body::Body`] holds a request body to the schema that the contract publishes for its type, so that a limit or a
//!   code stands once, on the type, and every fault is found in one pass.
//! - [`policy`] is one table of actions and the standings that permit them. What a caller is by role is asked of the caller,
//!   what a case is (open, restricted, allocated) of the case; everything else that lets somebody in is a row of
//!   [`casework::relationships`], derived from what was recorded. [`policy::decide`] decides on one case from these three and the
//!   time, without a database; a list finds its rows along each way in, and has each decided on by the same function.
//! - [`casework::record`] is the life of a record of a case, written once; a plain record declares its fields with
//!   [`record!`], one with rules has a folder with the same file names each time.
//!
//! # Two databases
//!
//! One code for SQLite and PostgreSQL: diesel's `MultiConnection`, the type bridge in [`db::types`], two doors in
//! [`db`]. Every test that touches a database runs on both.
//!
//! # Layers
//!
//! Nothing lower names anything higher; `tests/layers.rs` has the order, and what still breaks it. `.clippy.toml` bans what must
//! live in one place: the clock, ids, the environment, transactions, blocking threads.

pub mod act;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod body;
pub mod casework;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod facts;
pub mod http;
pub mod ids;
pub mod leases;
pub mod logs;
pub mod my_view;
pub mod notices;
pub mod outbox;
pub mod oversight;
pub mod page;
pub mod people;
pub mod policy;
pub mod private_files;
pub mod problem;
pub mod purge;
pub mod reference;
pub mod schema;
pub mod secrets;
pub mod server;
