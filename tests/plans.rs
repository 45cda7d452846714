//! Bounded work: every list has an index that serves its filter and its order.

mod filling;
mod issued;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use msp_api::db::Connection;

use crate::support::{Kind, Server};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite says in words whether it scans a table or sorts; the indexes are the same on PostgreSQL, whose planner
/// rightly prefers a scan while tables are as small as in a test.
#[test]
fn every_list_is_served_by_an_index_in_its_order() {
    let server = Server::start(Kind::Sqlite);
    let newest = "ORDER BY id DESC LIMIT 26";
    let of_a_case = [
        "desired_outcomes",
        "advocacy_needs",
        "advocacy_assignments",
        "meetings",
        "feedback",
        "enquiries",
        "wishes",
        "capacity_assessments",
        "best_interests_decisions",
        "risks",
        "disagreements",
        "persons_of_concern",
        "sharing_decisions",
        "case_links",
        "informed_records",
        "contacts",
        "actions",
        "plans",
        "responses",
        "case_transitions",
        "caused_enquiries",
        "case_grants",
        "case_requests",
        "case_conflicts",
        "app_access_decisions",
        "invitations",
        "emergency_access",
    ];
    let mut queries: Vec<String> = of_a_case
        .iter()
        .map(|table| format!("SELECT * FROM {table} WHERE case_id = x'00' AND id < x'01' {newest}"))
        .collect();
    let of_an_adult = [
        "adult_contact_points",
        "adult_communication_needs",
        "adult_representatives",
    ];
    queries.extend(
        of_an_adult
            .iter()
            .map(|table| format!("SELECT * FROM {table} WHERE adult_id = x'00' AND id < x'01' {newest}")),
    );
    queries.extend([
        format!("SELECT * FROM adults WHERE authority = 'a' AND merged_into IS NULL AND id < x'01' {newest}"),
        format!("SELECT * FROM cases WHERE authority = 'a' AND id < x'01' {newest}"),
        format!("SELECT * FROM cases WHERE authority = 'a' AND state = 'enquiry' AND id < x'01' {newest}"),
        format!("SELECT * FROM cases WHERE authority = 'a' AND allocated_to = x'00' AND id < x'01' {newest}"),
        format!(
            "SELECT * FROM cases WHERE allocated_to = x'00' AND state = 'enquiry' AND id < x'01' {newest}"
        ),
        format!("SELECT * FROM cases WHERE case_group_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM notices WHERE authority = 'a' AND id < x'01' {newest}"),
        format!("SELECT * FROM caused_enquiries WHERE agency_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM referrals WHERE authority = 'a' AND id < x'01' {newest}"),
        format!(
            "SELECT * FROM referrals WHERE authority = 'a' AND status = 'received' AND id < x'01' {newest}"
        ),
        format!("SELECT * FROM referrals WHERE agency_id = x'00' AND id < x'01' {newest}"),
        "SELECT * FROM referrals WHERE agency_id = x'00' AND agency_reference = 'x'".to_owned(),
        format!("SELECT * FROM referrals WHERE authority = 'a' AND needs_attention AND id < x'01' {newest}"),
        format!(
            "SELECT * FROM referrals WHERE authority = 'a' AND unread_since IS NOT NULL AND id < x'01' {newest}"
        ),
        "SELECT * FROM referrals WHERE unread_since IS NOT NULL ORDER BY unread_since LIMIT 1".to_owned(),
        "SELECT id FROM referrals WHERE case_id IN (SELECT id FROM cases WHERE adult_id IN (x'00')) AND id < x'01'"
            .to_owned(),
        format!("SELECT * FROM referral_updates WHERE referral_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM referral_requests WHERE referral_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM referral_answers WHERE request_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM referral_feedback WHERE referral_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE case_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE resource_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE authority = 'a' AND id >= x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE authority IS NULL AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE authority = 'a' AND operation = 'x' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE authority = 'a' AND outcome = 'refused' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE authority = 'a' AND actor_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE authority = 'a' AND case_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM audit_entries WHERE case_id = x'00' AND outcome = 'done' AND id < x'01' {newest}"),
        "SELECT * FROM audit_entries WHERE id IN (x'00', x'01', x'02')".to_owned(),
        "SELECT * FROM audit_seals WHERE number BETWEEN 1 AND 64 ORDER BY number".to_owned(),
        format!("SELECT * FROM questionnaires WHERE authority = 'a' AND id < x'01' {newest}"),
        "SELECT * FROM questionnaires WHERE authority = 'a' AND template = 'msp-six' ORDER BY number DESC"
            .to_owned(),
        "SELECT case_id FROM exclusions WHERE ended_at IS NULL AND user_id = x'00'".to_owned(),
        "SELECT case_id FROM exclusions WHERE ended_at IS NULL AND agency_id = x'00'".to_owned(),
        "SELECT case_id FROM exclusions WHERE ended_at IS NULL AND staff_number = 'x'".to_owned(),
        "SELECT id FROM exclusions WHERE ended_at IS NULL AND conflict_id = x'00'".to_owned(),
        "SELECT id FROM exclusions WHERE ended_at IS NULL AND adult_id IN (x'00', x'01')".to_owned(),
        "SELECT id FROM exclusions WHERE ended_at IS NULL AND referral_id = x'00'".to_owned(),
        "SELECT id FROM users WHERE staff_number = 'x'".to_owned(),
        "SELECT id FROM users WHERE date_of_birth = 'x'".to_owned(),
        "SELECT referral_id FROM referral_keys WHERE nhs_number = 'x'".to_owned(),
        "SELECT referral_id FROM referral_keys WHERE name_key = 'x' AND date_of_birth = 'x'".to_owned(),
        "SELECT id FROM adults WHERE nhs_number = 'x'".to_owned(),
        "SELECT id FROM adults WHERE name_key = 'x' AND date_of_birth = 'x'".to_owned(),
        "SELECT id FROM adults WHERE merged_into = x'00'".to_owned(),
        "SELECT id FROM cases WHERE transferred_from = x'00'".to_owned(),
        format!("SELECT * FROM teams WHERE authority = 'a' AND id < x'01' {newest}"),
        format!("SELECT * FROM agencies WHERE id < x'01' {newest}"),
        format!("SELECT * FROM api_clients WHERE id < x'01' {newest}"),
        "SELECT * FROM sessions WHERE user_id = x'00' AND expires_at < 1".to_owned(),
        "SELECT * FROM used_assertions WHERE client_id = x'00' AND expires_at < 1".to_owned(),
        "SELECT * FROM guesses WHERE last_at < 1".to_owned(),
        format!("SELECT * FROM drafts WHERE owner_id = x'00' AND id < x'01' {newest}"),
        "SELECT * FROM drafts WHERE owner_id = x'00' AND key = 'x' AND expires_at > 0".to_owned(),
        format!("SELECT * FROM outcome_revisions WHERE outcome_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM plan_versions WHERE plan_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM meeting_discussions WHERE meeting_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM advocacy_representations WHERE assignment_id = x'00' AND id < x'01' {newest}"),
        format!("SELECT * FROM outcome_achievements WHERE outcome_id = x'00' AND id < x'01' {newest}"),
    ]);
    for query in queries {
        let explained = format!("EXPLAIN QUERY PLAN {query}");
        let steps: Vec<String> = server.database(move |conn| {
            let Connection::Sqlite(sqlite) = conn else {
                return Ok(vec![]);
            };
            let steps: Vec<Step> = sql_query(&explained).load(sqlite)?;
            Ok(steps.into_iter().map(|step| step.detail).collect())
        });
        let plan = steps.join("; ");
        assert!(
            plan.contains("SEARCH") && (plan.contains("INDEX") || plan.contains("PRIMARY KEY")),
            "{query}: {plan}"
        );
        assert!(
            !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
            "{query}: {plan}"
        );
    }
}
