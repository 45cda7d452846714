//! How many statements each GET costs, and how many of them are prepared anew each time: a committed table that may only
//! fall.
//!
//! `MSP_BLESS=1` writes the table anew, unless a number in it would rise. What reads or writes rows counts; beginning and ending a
//! transaction and the audit row, which many requests write together, do not.

use std::collections::{BTreeMap, HashSet};

use crate::conventions::{Operation, World, operations};
use crate::expected_status::blessing;
use crate::support::issued::{Statement, Watch};
use crate::support::{Kind, Server, databases};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/statements.txt");
const READERS: [&str; 6] = [
    "practitioner",
    "manager",
    "adult",
    "police-intake",
    "admin",
    "auditor",
];
/// What is not the request's own reading and writing.
const BESIDE: [&str; 7] = [
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "SET ",
    "SELECT 1",
];

/// Each connection keeps every text that it has met, 10 to 40 KB of memory each.
const MOST_TEXTS: usize = 400;

/// Statements and preparations, by operation, reader and database.
type Counts = BTreeMap<(String, String, &'static str), (usize, usize)>;

#[test]
fn no_get_costs_more_statements_than_the_table_says() {
    let found = std::thread::scope(|scope| {
        let counting = Kind::BOTH.map(|kind| scope.spawn(move || counts(kind)));
        let mut found = Counts::new();
        for counting in counting {
            found.extend(counting.join().expect("every GET is counted"));
        }
        found
    });
    let committed = read(&std::fs::read_to_string(TABLE).unwrap_or_default());
    let risen: Vec<String> = found
        .iter()
        .filter_map(|(place, now)| {
            let before = committed.get(place)?;
            (now.0 > before.0 || now.1 > before.1)
                .then(|| format!("{place:?}: {before:?} before, {now:?} now"))
        })
        .collect();
    assert!(
        risen.is_empty(),
        "these cost more than before:\n{}",
        risen.join("\n")
    );
    if blessing() {
        std::fs::write(TABLE, written(&found)).unwrap();
        return;
    }
    assert_eq!(
        written(&found),
        written(&committed),
        "tests/statements.txt is not what is counted now: MSP_BLESS=1 writes what fell or is new"
    );
}

fn counts(kind: Kind) -> Counts {
    let url = databases::filled(kind);
    let watch = Watch::begin(&url);
    let server = Server::on(&url, &["--pool-size=2"]);
    let world = World::of(&server);
    let (_, operations) = operations(&server);
    let gets = operations
        .iter()
        .filter(|operation| operation.method == "GET" && operation.is_guarded());
    let mut found = Counts::new();
    let mut kept = HashSet::new();
    for (operation, reader) in gets.flat_map(|operation| READERS.map(|reader| (operation, reader))) {
        if let Some((count, texts)) = count(&server, &watch, operation, (reader, &world)) {
            kept.extend(texts);
            let name = if kind == Kind::Sqlite {
                "SQLite"
            } else {
                "PostgreSQL"
            };
            found.insert((operation.id().to_owned(), reader.to_owned(), name), count);
        }
    }
    assert!(kept.len() <= MOST_TEXTS, "{} texts are kept prepared", kept.len());
    found
}

/// The count, and the texts that a connection keeps prepared for it; none where this reader is refused.
fn count(
    server: &Server,
    watch: &Watch,
    operation: &Operation,
    (reader, world): (&str, &World),
) -> Option<((usize, usize), Vec<String>)> {
    let path = world.path(&operation.template);
    let actor = server.as_(reader);
    // What is prepared once is prepared now.
    if actor.get(&path).send().status != 200 {
        return None;
    }
    actor.get(&path).ok();
    watch.take();
    actor.get(&path).ok();
    let issued: Vec<Statement> = watch.take().into_iter().filter(is_its_own).collect();
    let anew = issued.iter().filter(|statement| !statement.was_prepared).count();
    let texts = issued.iter().map(|statement| statement.text.clone());
    Some(((issued.len(), anew), texts.collect()))
}

fn is_its_own(statement: &Statement) -> bool {
    let writes_the_trail = statement.text.starts_with("INSERT") && statement.text.contains("audit_");
    !writes_the_trail && !BESIDE.iter().any(|beside| statement.text.starts_with(beside))
}

fn written(counts: &Counts) -> String {
    let mut text = String::from(
        "# What each GET costs: statements / of these prepared anew each time. tests/statements.rs compares; no number may rise.\n",
    );
    let mut lines: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for ((operation, reader, database), (statements, prepared)) in counts {
        let cell = format!("{database} {statements}/{prepared}");
        lines.entry((operation, reader)).or_default().push(cell);
    }
    for ((operation, reader), cells) in lines {
        text.push_str(&format!("{operation} {reader} {}\n", cells.join(" ")));
    }
    text
}

fn read(text: &str) -> Counts {
    let mut counts = Counts::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        for cell in words[2..].chunks(2) {
            let database = if cell[0] == "SQLite" {
                "SQLite"
            } else {
                "PostgreSQL"
            };
            let (statements, prepared) = cell[1].split_once('/').expect("statements/prepared");
            let count = (statements.parse().unwrap(), prepared.parse().unwrap());
            counts.insert((words[0].to_owned(), words[1].to_owned(), database), count);
        }
    }
    counts
}
