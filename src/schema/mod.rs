//! The table definitions, one file per area, and which tables may stand in one query.

pub mod access;
pub mod actions;
pub mod adult_records;
pub mod audit;
pub mod case_life;
pub mod casework;
pub mod contacts;
pub mod drafts;
pub mod foundation;
pub mod identity;
pub mod meetings;
pub mod people;
pub mod questionnaires;
pub mod records;
pub mod referral_life;

use access::{case_conflicts, case_grants, case_relationships, emergency_access, notices};
use adult_records::{adult_external_ids, adult_representatives};
use case_life::caused_enquiries;
use casework::{advocacy_assignments, case_access, case_transitions, cases, referrals};
use people::{adults, advocates, agencies, agency_authorities};

diesel::allow_tables_to_appear_in_same_query!(
    adult_external_ids,
    adult_representatives,
    case_conflicts,
    case_grants,
    case_relationships,
    emergency_access,
    notices,
    adults,
    advocacy_assignments,
    advocates,
    case_access,
    case_transitions,
    caused_enquiries,
    cases,
    referrals,
);
diesel::allow_tables_to_appear_in_same_query!(agencies, agency_authorities);
diesel::joinable!(cases -> adults (adult_id));
