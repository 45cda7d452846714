//! The plans of the SQL that the code issues, for every list, filter and kind of caller, with many cases in the database.
//! What is planned badly stands in a committed list, which may only shrink: `MSP_BLESS=1` writes it anew, unless it would grow.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Json;
use msp_api::db::Connection;
use serde_json::Value;

use super::{Step, filling};
use crate::conventions::{Operation, World, operations};
use crate::expected_status::{blessing, readers};
use crate::support::issued::Watch;
use crate::support::{Actor, Kind, Server, databases};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plans.txt");
/// Tables with many rows, with the names they have in subqueries.
const LARGE: [&str; 6] = [
    "cases",
    "adults",
    "referrals",
    "case_grants",
    "about",
    "exclusions",
];
/// Rows that may be sorted.
const FEW: u64 = 500;
/// Whatever values are bound; and with so few rows sorting or reading them all would often seem cheap. What is still done so has
/// no index to do it otherwise.
const AS_IF_LARGE: &str =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_sort = off";
/// Readers of the lists that are not of one case.
const READERS: [&str; 15] = [
    "practitioner, allocated",
    "manager",
    "delegated practitioner",
    "duty",
    "adviser named",
    "practitioner with emergency access",
    "member of the allocated team",
    "manager in conflict",
    "advocate, active",
    "adult",
    "representative who may receive some",
    "client of the agency that referred",
    "client of an agency that enquires",
    "user of a partner agency, all sections",
    "client of a partner agency, all sections",
];
/// Readers of the lists of one case: what they read is found by the case.
const OF_A_CASE: [&str; 3] = [
    "practitioner, allocated",
    "adult",
    "user of a partner agency, all sections",
];
const EVERYWHERE: [&str; 3] = [
    "?limit=50",
    "?limit=50&sort=createdAt",
    "?limit=50&updatedSince=2026-01-01T00:00:00Z",
];
const OF_CASES: [&str; 8] = [
    "?limit=50&state=enquiry",
    "?limit=50&state=enquiry&state=plan",
    "?limit=50&allocatedTo=me",
    "?limit=50&allocatedTo=none",
    "?limit=50&reference=FILLED-7",
    "?limit=50&adultId=01990001-0000-0000-0000-000000000007",
    "?limit=50&authority=northbank",
    "?limit=50&authority=northbank&state=concern",
];
const OF_REFERRALS: [&str; 4] = [
    "?limit=50&status=received",
    "?limit=50&agencyReference=FILLED-7",
    "?limit=50&needsAttention=true",
    "?limit=50&unread=true",
];

/// What is wrong with a plan, by list, filter, reader and database.
type Failures = BTreeSet<String>;

#[test]
fn the_plans_of_what_is_issued_are_no_worse_than_the_list_says() {
    let found: Failures = std::thread::scope(|scope| {
        let looking = Kind::BOTH.map(|kind| scope.spawn(move || failures(kind)));
        looking
            .into_iter()
            .flat_map(|looking| looking.join().expect("every list is asked"))
            .collect()
    });
    let text = std::fs::read_to_string(TABLE).unwrap_or_default();
    let listed: Failures = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    if blessing() && (listed.is_empty() || new.is_empty()) {
        let lines: Vec<&str> = found.iter().map(String::as_str).collect();
        let head = "# Lists that are planned badly: database, list, reader, what. tests/plans/issued.rs compares; nothing may be added.";
        std::fs::write(TABLE, format!("{head}\n{}\n", lines.join("\n"))).unwrap();
        return;
    }
    assert!(new.is_empty(), "these are planned badly: {new:#?}");
    assert!(
        gone.is_empty(),
        "these are no longer planned badly, MSP_BLESS=1 takes them out: {gone:#?}"
    );
}

fn failures(kind: Kind) -> Failures {
    let url = databases::filled(kind);
    let watch = Watch::begin(&url);
    let server = Server::on(&url, &["--pool-size=2"]);
    let world = World::of(&server);
    let readers: BTreeMap<&str, Actor> = readers::of(&server, &world).into_iter().collect();
    filling::fill(&server);
    let (_, operations) = operations(&server);
    let lists: Vec<&Operation> = operations
        .iter()
        .filter(|operation| operation.method == "GET" && operation.is_list())
        .collect();
    watch.take();
    let mut issued: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for list in lists {
        let path = world.path(&list.template);
        let is_of_one = list.template.contains('{');
        let asking: &[&str] = if is_of_one { &OF_A_CASE } else { &READERS };
        let own: &[&str] = match list.id() {
            "listCases" => &OF_CASES,
            "listReferrals" => &OF_REFERRALS,
            _ => &[],
        };
        let filters = EVERYWHERE.iter().take(if is_of_one { 1 } else { 3 }).chain(own);
        for (filter, reader) in filters.flat_map(|filter| asking.iter().map(move |reader| (filter, *reader)))
        {
            let answer = readers[reader].get(&format!("{path}{filter}")).send();
            assert!(answer.status < 500, "{}: {}", answer.described, answer.text);
            for statement in watch.take() {
                let place = format!("{} {filter} {reader}", list.id());
                issued.entry(statement.text).or_default().insert(place);
            }
        }
    }
    let mut conn = databases::beside(server.database_url(), "");
    let mut found = Failures::new();
    for (text, places) in &issued {
        for what in explained(&mut conn, text) {
            found.extend(places.iter().map(|place| format!("{kind:?} {place}: {what}")));
        }
    }
    found
}

/// What is wrong with the plan of a statement, whatever values are bound.
fn explained(conn: &mut Connection, text: &str) -> BTreeSet<String> {
    if !text.starts_with("SELECT") {
        return BTreeSet::new();
    }
    match conn {
        Connection::Sqlite(sqlite) => {
            let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {text}"))
                .load(sqlite)
                .unwrap();
            let bad = |step: &Step| {
                let scanned = step.detail.strip_prefix("SCAN ")?.split(' ').next()?;
                LARGE.contains(&scanned).then(|| format!("SCAN {scanned}"))
            };
            let sorted = steps
                .iter()
                .any(|step| step.detail == "USE TEMP B-TREE FOR ORDER BY");
            let scans = steps.iter().filter_map(bad);
            scans.chain(sorted.then(|| "SORT".to_owned())).collect()
        }
        Connection::Postgres(postgres) => {
            let parameters = (1..100)
                .take_while(|number| text.contains(&format!("${number}")))
                .count();
            let nulls = vec!["NULL"; parameters].join(", ");
            let call = if parameters == 0 {
                String::new()
            } else {
                format!("({nulls})")
            };
            diesel::connection::SimpleConnection::batch_execute(
                postgres,
                &format!("DEALLOCATE ALL; {AS_IF_LARGE}; PREPARE issued AS {text}"),
            )
            .unwrap_or_else(|error| panic!("{text}: {error}"));
            let plan: Plan = sql_query(format!("EXPLAIN (FORMAT JSON) EXECUTE issued{call}"))
                .get_result(postgres)
                .unwrap();
            let mut found = BTreeSet::new();
            look_at(&plan.plan[0]["Plan"], &mut found);
            found
        }
    }
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Json, column_name = "QUERY PLAN")]
    plan: Value,
}

/// Whether everything below was cut to a page already: a bound limit is planned as a tenth of the table.
fn is_cut_below(node: &Value) -> bool {
    let mut below = node["Plans"].as_array().into_iter().flatten().peekable();
    below.peek().is_some() && below.all(|below| below["Node Type"] == "Limit" || is_cut_below(below))
}

fn look_at(node: &Value, found: &mut BTreeSet<String>) {
    let (kind, table) = (
        node["Node Type"].as_str().unwrap_or_default(),
        node["Relation Name"].as_str().unwrap_or_default(),
    );
    // Also an index that is walked from one end to the other.
    let reads_all = kind == "Seq Scan" || (kind.starts_with("Index") && node.get("Index Cond").is_none());
    if reads_all && LARGE.contains(&table) {
        found.insert(format!("SCAN {table}"));
    }
    if kind == "Sort" && node["Plan Rows"].as_u64().unwrap_or_default() > FEW && !is_cut_below(node) {
        found.insert("SORT".to_owned());
    }
    for below in node["Plans"].as_array().into_iter().flatten() {
        look_at(below, found);
    }
}
