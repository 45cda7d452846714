//! Every guarded operation, asked by somebody in every relation to a case: the answer is in one committed table.
//!
//! `MSP_BLESS=1` writes the table anew; then read every changed cell against the design before it is committed.

use std::collections::BTreeMap;

use msp_api::ids::Id;

pub mod readers;

use crate::conventions::{Operation, World, operations};
use crate::support::{Actor, Server};
use readers::{COLUMNS, Stage};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expected_status.txt");

/// Changes that ask for no version and need no value, so that whoever may make them does.
const NOTHING_TO_REFUSE: [(&str, &str); 7] = [
    ("saveDraft", "any object is a draft"),
    ("deleteDraft", "it is the caller's own"),
    ("makeCredential", "it has no body"),
    ("revokeCredential", "it has no body"),
    ("beginAuthenticator", "it has no body, and is the caller's own"),
    ("makePasswordCode", "it has no body"),
    ("resetAuthenticator", "it has no body"),
];
/// Whoever does this is known no more afterwards: it is asked last, and has nothing to refuse either.
const LAST: &str = "pauseMyApp";

on_both_databases! {
    fn every_operation_answers_every_reader_as_the_table_says(server) {
        let world = World::of(server);
        let readers = readers::of(server, &world);
        let (_, mut operations) = operations(server);
        operations.retain(Operation::is_guarded);
        // Reads before what changes, and last what takes away.
        let rank = |operation: &Operation| match operation.method.as_str() {
            "GET" => 0,
            "DELETE" => 2,
            _ => 1,
        };
        operations.sort_by_key(|operation| (rank(operation), operation.id().to_owned()));
        let (last, operations): (Vec<_>, Vec<_>) = operations.into_iter().partition(|operation| operation.id() == LAST);
        let mut found: BTreeMap<(&str, &str), char> = BTreeMap::new();
        for stage in Stage::ALL {
            stage.begin(server, world.id("caseId"));
            let asked: Vec<_> = readers.iter().filter(|(name, _)| Stage::of(name) == stage).collect();
            let (plain, writing): (Vec<_>, Vec<_>) = operations.iter().partition(|operation| !writes(operation.id()));
            let before = events(server);
            found.extend(ask_all(&asked, &plain, &world));
            assert_eq!(events(server), before, "a probe has written something, {stage:?}");
            found.extend(ask_all(&asked, &writing, &world));
        }
        let same = |name: &'static str| {
            let same = name.split_once(": ").map_or(name, |(_, same)| same);
            readers.iter().find(|(other, _)| *other == same).map_or(name, |(other, _)| *other)
        };
        let once: Vec<_> = readers.iter().filter(|(name, _)| same(name) == *name).collect();
        found.extend(ask_all(&once, &last.iter().collect::<Vec<_>>(), &world));
        for (name, _) in &readers {
            found.insert((LAST, *name), found[&(LAST, same(name))]);
        }
        let operations = [operations.as_slice(), last.as_slice()].concat();
        let table = written(&operations, &found);
        if blessing() {
            std::fs::write(TABLE, &table).unwrap();
            return;
        }
        let committed = std::fs::read_to_string(TABLE).expect("tests/expected_status.txt: write it with MSP_BLESS=1");
        let differences = differences(&committed, &table);
        assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    }
}

pub fn blessing() -> bool {
    blessing_as("1")
}

/// Whether `MSP_BLESS` says this.
pub fn blessing_as(wanted: &str) -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "whether a committed table is written is no setting of the program"
    )]
    let bless = std::env::var("MSP_BLESS");
    bless.is_ok_and(|value| value == wanted)
}

fn writes(operation: &str) -> bool {
    operation == LAST || NOTHING_TO_REFUSE.iter().any(|(listed, _)| *listed == operation)
}

fn events(server: &Server) -> i64 {
    server.database(|conn| {
        use diesel::prelude::*;
        use msp_api::schema::foundation::events;
        Ok(events::table.count().get_result(conn)?)
    })
}

/// Asks several readers at a time; the answers do not depend on each other.
fn ask_all<'a>(
    readers: &[&(&'static str, Actor)],
    operations: &[&'a Operation],
    world: &World,
) -> BTreeMap<(&'a str, &'static str), char> {
    let paths: Vec<String> = operations
        .iter()
        .map(|operation| world.path(&operation.template))
        .collect();
    let ask = |share: &[&(&'static str, Actor)]| {
        let mut answers = Vec::new();
        for (name, actor) in share.iter().copied() {
            for (operation, path) in operations.iter().zip(&paths) {
                answers.push(((operation.id(), *name), answer(actor, operation, path)));
            }
        }
        answers
    };
    let share = readers.len().div_ceil(4).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = readers
            .chunks(share)
            .map(|share| scope.spawn(move || ask(share)))
            .collect();
        let answers = threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("every probe is answered"));
        answers.collect()
    })
}

/// `-` 401, `x` 403, `.` 404, `o` permitted: read, or refused for the version or the values alone.
fn answer(actor: &Actor, operation: &Operation, path: &str) -> char {
    let body = operation.takes_json().then(|| "{}".to_owned());
    let request = actor
        .request(&operation.method, path, body)
        .key(&Id::new().to_string());
    let answer = request.if_match("W/\"999999\"").send();
    let reads = operation.method == "GET";
    match answer.status {
        401 => '-',
        403 => 'x',
        404 => '.',
        200 | 304 if reads => 'o',
        400 | 409 | 412 | 422 | 428 if !reads => 'o',
        // A search reads, and a batch answers for each of its referrals.
        200..300 if writes(operation.id()) => 'o',
        status => panic!("{} is answered {status}: {}", operation.id(), answer.text),
    }
}

fn written(operations: &[Operation], found: &BTreeMap<(&str, &str), char>) -> String {
    let mut text = String::from(
        "# What each reader is answered by every guarded operation: - 401, x 403, . 404, o permitted.\n\
         # tests/expected_status.rs compares; MSP_BLESS=1 writes it. The readers, in the order of the characters:\n",
    );
    let mut number = 0;
    for (group, names) in COLUMNS.iter().enumerate() {
        for name in *names {
            number += 1;
            text += &format!("# {number:>2} (group {}) {name}\n", group + 1);
        }
    }
    let mut lines: Vec<String> = operations
        .iter()
        .map(|operation| {
            let groups = COLUMNS.iter().map(|names| {
                names
                    .iter()
                    .map(|name| found[&(operation.id(), *name)])
                    .collect::<String>()
            });
            format!(
                "{:<38} {}\n",
                operation.id(),
                groups.collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    lines.sort();
    text + &lines.concat()
}

fn differences(committed: &str, found: &str) -> Vec<String> {
    let lines = |text: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once(' '))
            .map(|(operation, cells)| (operation.to_owned(), cells.replace(' ', "")))
            .collect()
    };
    let comments = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    let (expected, actual) = (lines(committed), lines(found));
    let names: Vec<&str> = COLUMNS.iter().flat_map(|names| names.iter().copied()).collect();
    let mut all = Vec::new();
    if comments(committed) != comments(found) {
        all.push("the readers in the table's head are others".to_owned());
    }
    for (operation, cells) in &actual {
        let Some(row) = expected.get(operation) else {
            all.push(format!("{operation} is not in the table"));
            continue;
        };
        if row.len() != cells.len() {
            all.push(format!("{operation}: the table has {} readers", row.len()));
        }
        for ((expected, actual), name) in row.chars().zip(cells.chars()).zip(&names) {
            if expected != actual {
                all.push(format!(
                    "{operation}, {name}: expected {expected}, found {actual}"
                ));
            }
        }
    }
    let gone = expected
        .keys()
        .filter(|operation| !actual.contains_key(*operation));
    all.extend(gone.map(|operation| format!("{operation} is in the table and not in the contract")));
    all
}
