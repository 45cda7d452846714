//! Making Safeguarding Personal as an API.

pub mod act;
pub mod app;
pub mod audit;
pub mod auth;
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
pub mod outbox;
pub mod page;
pub mod people;
pub mod policy;
pub mod problem;
pub mod schema;
pub mod server;
