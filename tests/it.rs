//! Every integration test in one binary: each further one would link the whole crate again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, as it should"
)]

#[macro_use]
mod support;

mod access;
mod administration;
mod adults;
mod advocates;
mod agencies;
mod approvals;
mod apps;
mod architecture;
mod audit_complete;
mod audit_seal;
mod audit_trail;
mod bad_input;
mod browser;
mod case_life;
mod casework;
mod commands;
mod concurrency;
mod contract;
mod conventions;
mod drafts;
mod exclusions;
mod expected_status;
mod feedback;
mod floods;
mod flows;
mod graph;
mod guessing;
mod hostile_tokens;
mod intake;
mod invitations;
mod issuers;
mod layers;
mod left_to_act;
mod licences;
mod markers;
mod meetings;
mod mistakes;
mod my_page;
mod naive_policy;
mod not_shown;
mod outages;
mod own_view;
mod planning;
mod plans;
mod private_keys;
mod production;
mod purge;
mod reference;
mod referral_life;
mod referral_sending;
mod relationships;
mod schema;
mod sessions;
mod signing_in;
mod staff_guide;
mod stalls;
mod statements;
mod stories;
mod who_may_see;
