//! Casework: referrals, cases, and everything recorded about a case.

pub mod advocacy;
pub mod cases;
pub mod feedback;
pub mod meetings;
pub mod outcomes;
pub mod record;
pub mod referrals;
pub mod singleton;
