//! People and organisations: authorities, agencies, users and their teams, API clients, adults, advocates.

pub mod accounts;
pub mod admin;
pub mod adults;
pub mod advocates;
pub mod agencies;
pub mod approvals;
pub mod authorities;
pub mod clients;
pub mod colleagues;
pub mod drafts;
pub mod users;
