//! The table definitions, one file per area, and which tables may stand in one query.

pub mod actions;
pub mod casework;
pub mod contacts;
pub mod drafts;
pub mod foundation;
pub mod people;
pub mod questionnaires;
pub mod records;

use casework::{advocacy_assignments, case_access, cases, referrals};
use people::{adults, advocates};

diesel::allow_tables_to_appear_in_same_query!(
    adults,
    advocacy_assignments,
    advocates,
    case_access,
    cases,
    referrals,
);
diesel::joinable!(cases -> adults (adult_id));
