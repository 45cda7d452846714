//! Who did what: the audit trail for auditors, and who saw a record for those it is about.

pub mod access_log;
pub mod events;
mod names;
pub mod notices;
