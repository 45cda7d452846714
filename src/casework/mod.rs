//! Casework: referrals, cases, and everything recorded about a case.

pub mod actions;
pub mod adults;
pub mod advocacy;
pub mod capacity;
pub mod cases;
pub mod contacts;
pub mod disagreements;
pub mod feedback;
pub mod informed;
pub mod links;
pub mod meetings;
pub mod operations;
pub mod outcomes;
pub mod persons_of_concern;
pub mod plans;
pub mod produced;
pub mod questionnaires;
pub mod record;
pub mod referrals;
pub mod responses;
pub mod risks;
pub mod sharing_decisions;
pub mod singleton;
pub mod summary;
pub mod wishes;
