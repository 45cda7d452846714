//! What somebody writes is read by those who may, and stands nowhere else. Every text of every change gets a word of its
//! own; who reads it is in one committed table.
//!
//! `MSP_BLESS=1` writes the table anew; then read every changed cell against the design before it is committed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

mod places;
mod seeding;
mod withheld;

use crate::conventions::examples::{actor_tag, setting_for};
use crate::conventions::{Operation, World, example_of, operations};
use crate::expected_status::blessing;
use crate::expected_status::readers::{self, COLUMNS, Stage};
use crate::support::{Actor, Answer, Server};
use seeding::Marker;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/markers.txt");

/// A change that was recorded with markers, and where it can be read.
struct Seeded<'a> {
    operation: &'a Operation,
    path: String,
    body: Value,
    markers: Vec<Marker>,
    created: Option<String>,
}

on_both_databases! {
    fn what_is_written_is_read_by_those_who_may_and_stands_nowhere_else(server) {
        places::listen();
        let world = World::of(server);
        let readers: Vec<_> = readers::of(server, &world)
            .into_iter()
            .filter(|(name, _)| Stage::of(name) == Stage::AsItIs)
            .collect();
        let (contract, operations) = operations(server);
        let seeded = seed_all(server, &contract, &operations, &world);
        assert!(seeded.len() > 90, "only {} operations took markers", seeded.len());
        the_emergency_is_over(server);
        let paths = paths_to_read(&operations, &world, &seeded);
        let words: Vec<(&str, String)> = seeded
            .iter()
            .flat_map(|one| one.markers.iter().map(|marker| (marker.word.as_str(), row_name(one, marker))))
            .collect();
        let found = read_all(&readers, &paths, &words);
        refusals_repeat_nothing(&readers, &seeded);
        for (place, text) in places::all(server) {
            for (word, row) in &words {
                assert!(!text.contains(word), "{row} stands in {place}");
            }
        }
        compare(&written(&readers, &words, &found));
    }

    fn ids_that_one_agency_has_seen_open_nothing_for_another(server) {
        let (police, nhs) = (server.as_("police-intake"), server.as_("nhs-intake"));
        let world = World::of(server);
        let (_, operations) = operations(server);
        let guarded = operations.iter().filter(|operation| operation.is_guarded());
        let of_one = |operation: &&Operation| operation.template.contains("Id}");
        let guarded: Vec<&Operation> = guarded.filter(of_one).collect();
        let mut seen = BTreeSet::new();
        for operation in guarded.iter().filter(|operation| operation.method == "GET" && operation.template.starts_with("/v1/referrals/")) {
            let answer = police.get(&world.path(&operation.template)).send();
            if answer.status == 200 {
                ids_in(&answer.body, &mut seen);
            }
        }
        assert!(seen.len() >= 5, "{seen:?}");
        let mut asked = 0;
        for operation in guarded {
            let own = world.path(&operation.template);
            let theirs = seen.iter().map(|id| {
                let parts = operation.template.split('/').map(|part| match part.starts_with('{') && part.ends_with("Id}") {
                    true => id.clone(),
                    false => world.path(part),
                });
                parts.collect::<Vec<_>>().join("/")
            });
            let of_referrals = operation.template.starts_with("/v1/referrals/").then_some(own);
            for path in theirs.chain(of_referrals) {
                let body = operation.takes_json().then(|| "{}".to_owned());
                let request = nhs.request(&operation.method, &path, body).key("replayed").if_match("W/\"1\"");
                let answer = request.send();
                assert!([403, 404].contains(&answer.status), "{}: {} {}", answer.described, answer.status, answer.text);
                asked += 1;
            }
        }
        assert!(asked > 500, "{asked}");
    }

    fn a_withheld_part_shows_in_no_way_to_the_adult_the_representative_and_the_referrer(server) {
        withheld::shows_in_no_way(server);
    }
}

fn row_name(one: &Seeded, marker: &Marker) -> String {
    format!("{} {}", one.operation.id(), marker.pointer)
}

/// Records every example with markers in it, where it makes sense.
fn seed_all<'a>(
    server: &Server,
    contract: &Value,
    operations: &'a [Operation],
    world: &World,
) -> Vec<Seeded<'a>> {
    let (mut all, mut next) = (Vec::new(), 0);
    for operation in operations
        .iter()
        .filter(|operation| operation.is_guarded() && operation.takes_json())
    {
        // A search writes nothing, and a code of the authenticator app is no text; the others would make other readers.
        if [
            "searchAdults",
            "confirmAuthenticator",
            "amendAccount",
            "amendTeam",
        ]
        .contains(&operation.id())
        {
            continue;
        }
        let Some(example) = example_of(contract, operation) else {
            continue;
        };
        let schema = operation.spec["requestBody"]["content"]["application/json"]["schema"].clone();
        let (path, original, actor) = setting_for(server, world, operation, example);
        let (mut body, mut markers) = seeding::seed(contract, &schema, &original, &mut next);
        let mut answer = send(server, operation, &actor, &path, &body);
        for _ in 0..6 {
            let mut faults = answer.pointers("errors");
            faults.extend(answer.pointers("missing"));
            if answer.status != 422 || faults.is_empty() {
                break;
            }
            seeding::unseed(&mut body, &original, &faults, &mut markers);
            answer = send(server, operation, &actor, &path, &body);
        }
        assert!(
            (200..300).contains(&answer.status),
            "{}: {}\n{body}",
            operation.id(),
            answer.text
        );
        let created = (answer.status == 201).then(|| answer.header("location"));
        if !markers.is_empty() {
            all.push(Seeded {
                operation,
                path,
                body,
                markers,
                created,
            });
        }
    }
    all
}

fn send(server: &Server, operation: &Operation, actor: &Actor, path: &str, body: &Value) -> Answer {
    let tag = actor_tag(server, path, operation);
    let key = msp_api::ids::Id::new().to_string();
    let request = actor.request(&operation.method, path, Some(body.to_string()));
    request.key(&key).if_match(&tag).send()
}

/// An example uses emergency access: what that opens is another test's business.
fn the_emergency_is_over(server: &Server) {
    let duty = msp_api::ids::Id::parse(&server.user_id("duty")).unwrap();
    server.behind_its_back(move |conn| {
        use diesel::prelude::*;
        use msp_api::schema::access::emergency_access as table;
        diesel::update(table::table.filter(table::user_id.eq(duty)))
            .set(table::until.eq(msp_api::clock::now()))
            .execute(conn)?;
        Ok(())
    });
}

/// Every read there is of the first case, and the reads around every record that was written.
fn paths_to_read(operations: &[Operation], world: &World, seeded: &[Seeded]) -> Vec<String> {
    let reads: Vec<&Operation> = operations
        .iter()
        .filter(|operation| operation.method == "GET" && operation.is_guarded())
        // Its page names the organisations of whoever called last; that no record stands in it is asked of its rows.
        .filter(|operation| operation.id() != "listAuditEvents")
        .collect();
    let mut paths: BTreeSet<String> = reads.iter().map(|read| world.path(&read.template)).collect();
    for one in seeded {
        let mut around = vec![one.path.clone()];
        around.extend(one.created.clone());
        for written in around {
            let parts: Vec<&str> = written.split('/').collect();
            for read in &reads {
                let known: Vec<&str> = read.template.split('/').collect();
                // A read of what was written, or of anything above it, or of what is kept with that.
                let fits = known.len() <= parts.len() + 1
                    && known.len() > 2
                    && known
                        .iter()
                        .zip(&parts)
                        .all(|(known, part)| known.starts_with('{') || known == part)
                    && known
                        .iter()
                        .skip(parts.len())
                        .all(|known| !known.starts_with('{'));
                if fits {
                    let filled = known
                        .iter()
                        .enumerate()
                        .map(|(at, known)| parts.get(at).unwrap_or(known).to_string());
                    paths.insert(filled.collect::<Vec<_>>().join("/"));
                }
            }
            let of_case = parts.get(2) == Some(&"cases") && parts.len() > 3;
            if of_case {
                paths.extend(
                    ["summary", "my-view", "timeline", "enquiries"]
                        .map(|view| format!("/v1/cases/{}/{view}", parts[3])),
                );
            }
        }
    }
    let lists: BTreeSet<&str> = reads
        .iter()
        .filter(|read| read.is_list())
        .map(|read| read.template.as_str())
        .collect();
    let whole = paths.iter().map(|path| {
        let is_list = lists.iter().any(|list| {
            let (list, path) = (list.split('/'), path.split('/'));
            list.clone().count() == path.clone().count()
                && list
                    .zip(path)
                    .all(|(known, part)| known.starts_with('{') || known == part)
        });
        match is_list {
            true => format!("{path}?limit=100"),
            false => path.clone(),
        }
    });
    whole.collect()
}

/// Which reader is shown which marker.
fn read_all(
    readers: &[(&'static str, Actor)],
    paths: &[String],
    words: &[(&str, String)],
) -> BTreeMap<String, BTreeSet<&'static str>> {
    // The access log names the organisations of who called, in the order in which they came: with many at once its first
    // page is another each time, so it is read last, and to its end.
    let (logs, others): (Vec<&String>, Vec<&String>) =
        paths.iter().partition(|path| path.contains("/access-log"));
    let ask = |share: &[(&'static str, Actor)], paths: &[&String]| {
        let mut shown = Vec::new();
        for (name, actor) in share {
            let mut all = String::new();
            let mut left: Vec<String> = paths.iter().rev().map(ToString::to_string).collect();
            while let Some(path) = left.pop() {
                let answer = actor.get(&path).send();
                if path.contains("/access-log") {
                    left.extend(answer.body["next"].as_str().map(str::to_owned));
                }
                let headers = format!("{:?}", answer.headers);
                assert!(!headers.contains("quokka"), "{}: {headers}", answer.described);
                assert!(
                    answer.status < 400 || !answer.text.contains("quokka"),
                    "{}",
                    answer.text
                );
                all.push_str(&answer.text);
            }
            let seen = words.iter().filter(|(word, _)| all.contains(word));
            shown.extend(seen.map(|(_, row)| (row.clone(), *name)));
        }
        shown
    };
    let mut shown = Vec::new();
    std::thread::scope(|scope| {
        let share = readers.len().div_ceil(4);
        let threads: Vec<_> = readers
            .chunks(share)
            .map(|share| scope.spawn(|| ask(share, &others)))
            .collect();
        for thread in threads {
            shown.extend(thread.join().expect("every read is answered"));
        }
    });
    shown.extend(ask(readers, &logs));
    let mut found: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (row, reader) in shown {
        found.entry(row).or_default().insert(reader);
    }
    found
}

/// The same bodies with a member too many: whatever the answer says is wrong, it repeats nothing of them.
fn refusals_repeat_nothing(readers: &[(&'static str, Actor)], seeded: &[Seeded]) {
    let share = readers.len().div_ceil(4);
    let ask = |share: &[(&'static str, Actor)]| {
        for (_, actor) in share {
            for one in seeded {
                let mut body = one.body.clone();
                body["notAField"] = json!("quokka");
                let request = actor.request(&one.operation.method, &one.path, Some(body.to_string()));
                let answer = request.key("refused").if_match("W/\"999999\"").send();
                let headers = format!("{:?}", answer.headers);
                assert!(!headers.contains("quokka"), "{}: {headers}", answer.described);
                let is_error = answer.status >= 400;
                assert!(
                    !is_error || !answer.text.contains("quokka"),
                    "{}: {}",
                    answer.described,
                    answer.text
                );
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = readers
            .chunks(share)
            .map(|share| scope.spawn(move || ask(share)))
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().expect("no refusal repeats what it refuses"));
    });
}

fn written(
    readers: &[(&'static str, Actor)],
    words: &[(&str, String)],
    found: &BTreeMap<String, BTreeSet<&'static str>>,
) -> String {
    let mut text = String::from(
        "# Who is shown, by any read, a text that an operation wrote: o shown, . not. tests/markers.rs compares;\n\
         # MSP_BLESS=1 writes it. The readers, in the order of the characters:\n",
    );
    for ((name, _), number) in readers.iter().zip(1..) {
        text += &format!("# {number:>2} {name}\n");
    }
    let groups: Vec<Vec<&str>> = COLUMNS
        .iter()
        .map(|group| {
            group
                .iter()
                .copied()
                .filter(|name| Stage::of(name) == Stage::AsItIs)
                .collect()
        })
        .filter(|group: &Vec<&str>| !group.is_empty())
        .collect();
    let mut lines: Vec<String> = words
        .iter()
        .map(|(_, row)| {
            let cell = |name: &&str| match found.get(row).is_some_and(|shown| shown.contains(name)) {
                true => 'o',
                false => '.',
            };
            let cells = groups
                .iter()
                .map(|group| group.iter().map(cell).collect::<String>());
            format!("{row:<72} {}\n", cells.collect::<Vec<_>>().join(" "))
        })
        .collect();
    lines.sort();
    text + &lines.concat()
}

fn compare(table: &str) {
    if blessing() {
        std::fs::write(TABLE, table).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(TABLE).expect("tests/markers.txt: write it with MSP_BLESS=1");
    let (expected, found): (BTreeSet<&str>, BTreeSet<&str>) =
        (committed.lines().collect(), table.lines().collect());
    let gone: Vec<_> = expected.difference(&found).collect();
    let new: Vec<_> = found.difference(&expected).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "in the table:\n{gone:#?}\nfound:\n{new:#?}"
    );
}

fn ids_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("id").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| ids_in(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| ids_in(item, found)),
        _ => {}
    }
}
