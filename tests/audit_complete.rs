//! As many audit rows as requests of callers who are known, whatever they ask and whatever comes of it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use msp_api::audit::Entry;
use msp_api::db::Connection;
use msp_api::ids::Id;
use msp_api::schema::foundation::audit_entries as table;
use serde_json::{Value, json};

use crate::support::{Kind, Server, databases, how_many};

const EVERYBODY: [&str; 14] = [
    "admin",
    "manager",
    "practitioner",
    "practitioner2",
    "duty",
    "advocate",
    "adult",
    "representative",
    "board",
    "analyst",
    "auditor",
    "manager-eastmoor",
    "police-intake",
    "nhs-intake",
];
const PURPOSES: [&str; 3] = ["case_work", "supervision", "audit"];

fn entries(server: &Server) -> Vec<Entry> {
    server.database(|conn| {
        Ok(table::table
            .order(table::id)
            .select(Entry::as_select())
            .load(conn)?)
    })
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

struct Operation {
    method: String,
    template: String,
    example: Option<Value>,
}

fn operations(contract: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (template, item) in contract["paths"].as_object().unwrap() {
        for (method, spec) in item.as_object().unwrap() {
            // Whoever pauses their own app is not known any more afterwards.
            if spec["x-permission"] == "open" || spec["x-permission"] == "me.pause" {
                continue;
            }
            let schema = spec.pointer("/requestBody/content/application~1json/schema/$ref");
            let example = schema.and_then(Value::as_str).map(|path| {
                let name = path.rsplit('/').next().unwrap().trim_start_matches("Patch_");
                contract["components"]["schemas"][name]["example"].clone()
            });
            found.push(Operation {
                method: method.to_uppercase(),
                template: template.clone(),
                example,
            });
        }
    }
    found
}

/// What a request looked like: who, its purpose, and the status it was answered with.
type Sent = BTreeMap<String, (String, Option<&'static str>, u16)>;

fn send_some(
    server: &Server,
    operations: &[Operation],
    ids: &[String],
    mut dice: Dice,
    count: usize,
) -> Sent {
    let mut sent = Sent::new();
    for _ in 0..count {
        let who = *dice.of(&EVERYBODY);
        let operation = dice.of(operations);
        let path: Vec<String> = operation
            .template
            .split('/')
            .map(|part| match part {
                "{key}" => "visit-note".to_owned(),
                // The first is the case that most of them may see.
                "{caseId}" if dice.below(3) > 0 => ids[0].clone(),
                part if part.starts_with('{') => dice.of(ids).clone(),
                part => part.to_owned(),
            })
            .collect();
        let (mut method, mut path) = (operation.method.clone(), path.join("/"));
        match dice.below(40) {
            0 => path.push_str("/nothing-here"),
            1 => path = format!("/v1/{}", dice.below(100)),
            2 => method = "DELETE".to_owned(),
            3 => path.push_str("?colour=blue"),
            4 => path.push_str("?limit=2"),
            _ => {}
        }
        let is_batch = path.ends_with("/batch");
        let body = operation.example.as_ref().map(|example| match dice.below(6) {
            0 => "{".to_owned(),
            1 => "{\"notAField\":1}".to_owned(),
            _ if is_batch => "{}".to_owned(),
            _ => example.to_string(),
        });
        let request_id = Id::new().to_string();
        let mut request = server
            .as_(who)
            .request(&method, &path, body)
            .header("X-Request-ID", &request_id);
        let purpose = (dice.below(2) == 0).then(|| *dice.of(&PURPOSES));
        if let Some(purpose) = purpose {
            request = request.header("X-Access-Purpose", purpose);
        }
        if dice.below(3) > 0 {
            request = request.if_match(dice.of::<&str>(&["W/\"1\"", "W/\"2\"", "*", "nonsense"]));
        }
        if dice.below(3) > 0 {
            request = request.key(&request_id);
        }
        if dice.below(20) == 0 {
            request = request.header("Accept", "text/html");
        }
        let answer = request.send();
        // One verification at a time; who comes meanwhile is told to come back.
        let is_busy = answer.status == 503 && path.contains("/audit-events/verification");
        assert!(
            answer.status < 500 || is_busy,
            "{}: {} {}",
            answer.described,
            answer.status,
            answer.text
        );
        sent.insert(request_id, (who.to_owned(), purpose, answer.status));
    }
    sent
}

on_both_databases! {
    fn every_request_of_a_known_caller_leaves_one_row_with_who_why_and_what(server) {
        let contract = server.nobody().get("/openapi.json").ok().body;
        let operations = operations(&contract);
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let mut ids = vec![case.clone(), "019a4c3e-8f00-7000-8000-000000000001".to_owned(), "nonsense".to_owned()];
        for list in [
            "/v1/cases".to_owned(), "/v1/referrals".to_owned(), "/v1/adults".to_owned(),
            format!("/v1/cases/{case}/desired-outcomes"), format!("/v1/cases/{case}/meetings"),
        ] {
            let page = server.as_("manager").get(&list).ok();
            ids.extend(page.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        }
        let before = entries(server).len();
        let wanted = usize::try_from(how_many("MSP_TEST_MIXED", 2_000)).unwrap();
        let mut sent = Sent::new();
        std::thread::scope(|scope| {
            let (operations, ids) = (&operations, &ids);
            let senders: Vec<_> = (1..=4_u64)
                .map(|seed| scope.spawn(move || send_some(server, operations, ids, Dice(seed), wanted / 4)))
                .collect();
            for sender in senders {
                sent.extend(sender.join().unwrap());
            }
        });
        for path in ["/v1/cases", "/v1/me", "/v1/nothing"] {
            server.nobody().get(path).expect(401);
        }
        server.wait(server.app().audit.flush());
        let written = entries(server).split_off(before);
        let counted: i64 = written.iter().map(|entry| i64::from(entry.count)).sum();
        assert_eq!(counted, i64::try_from(sent.len()).unwrap(), "each request is in a row");
        // Some of many equal refusals share one.
        let written: Vec<Entry> = written.into_iter().filter(|entry| entry.count == 1).collect();
        let mut statuses = BTreeSet::new();
        let names = every_name(&contract);
        for entry in &written {
            let (who, purpose, status) = &sent[&entry.request_id.to_string()];
            assert_eq!(i32::from(*status), entry.status, "{entry:?}");
            assert_eq!(purpose.map(str::to_owned), entry.purpose, "{who}");
            statuses.insert(*status);
            match entry.actor_kind.as_str() {
                "user" => assert!(entry.role.is_some(), "{entry:?}"),
                _ => assert!(entry.agency_id.is_some(), "{entry:?}"),
            }
            assert!(entry.personal.is_some() && entry.personal_digest.is_some());
            for (member, value) in entry.returned.0.as_object().unwrap() {
                let texts = value.as_array().unwrap().iter().map(|text| text.as_str().unwrap());
                for text in texts {
                    match member.as_str() {
                        "fields" => assert!(names.contains(text), "{text} is no name of a field: {entry:?}"),
                        "rows" => assert!(Id::parse(text).is_some(), "{text} is no id: {entry:?}"),
                        other => panic!("{other}: {entry:?}"),
                    }
                }
            }
        }
        assert_eq!(written.iter().map(|entry| entry.request_id).collect::<BTreeSet<_>>().len(), written.len());
        for expected in [200, 400, 403, 404, 405, 406, 422] {
            assert!(statuses.contains(&expected), "no request was answered {expected}: {statuses:?}");
        }
        server.seal();
    }

    fn each_part_of_a_batch_leaves_a_row(server) {
        let police = server.as_("police-intake");
        let good = |reference: &str| crate::stories::referral(reference);
        let batch = json!({"items": [good("PPN-B1"), {"agencyReference": "PPN-B2"}, good("PPN-B3")]});
        let before = entries(server).len();
        police.post("/v1/referrals/batch", &batch).expect(207);
        let written = entries(server).split_off(before);
        let statuses: Vec<i32> = written.iter().map(|entry| entry.status).collect();
        assert_eq!(statuses, [201, 422, 201]);
        assert_eq!(written.iter().map(|entry| entry.request_id).collect::<BTreeSet<_>>().len(), 1);
    }

    fn without_an_audit_row_there_is_no_answer(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let practitioner = server.as_("practitioner");
        let outcomes = format!("/v1/cases/{case}/desired-outcomes");
        let before = practitioner.get(&outcomes).ok().body["items"].as_array().unwrap().len();
        let rename = |from: &'static str, to: &'static str| {
            server.database(move |conn| {
                let statement = format!("ALTER TABLE {from} RENAME TO {to}");
                match conn {
                    Connection::Postgres(postgres) => diesel::sql_query(statement).execute(postgres)?,
                    Connection::Sqlite(sqlite) => diesel::sql_query(statement).execute(sqlite)?,
                };
                Ok(())
            });
        };
        for lost in ["audit_entries", "audit_unsealed"] {
            rename(lost, "put_away");
            let wish = json!({"ownWords": "I want to be heard", "expressedBy": "adult"});
            let looked = practitioner.get(&format!("/v1/cases/{case}")).expect(503);
            let listed = practitioner.get(&outcomes).expect(503);
            let changed = practitioner.post(&outcomes, &wish).expect(503);
            let refused = server.as_("board").get("/v1/cases").expect(503);
            for answer in [looked, listed, changed, refused] {
                answer.is_problem("unavailable");
                assert_eq!(answer.header("retry-after"), "1");
                for told in ["reference", "heard", "MSP-2026", "ownWords"] {
                    assert!(!answer.text.contains(told), "{}", answer.text);
                }
            }
            rename("put_away", lost);
        }
        let after = practitioner.get(&outcomes).ok().body["items"].as_array().unwrap().len();
        assert_eq!(after, before, "what could not be audited was not done");
    }
}

/// Names of all properties in the contract.
fn every_name(contract: &Value) -> BTreeSet<String> {
    fn gather(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(properties) = members.get("properties").and_then(Value::as_object) {
                    names.extend(properties.keys().cloned());
                }
                members.values().for_each(|member| gather(member, names));
            }
            Value::Array(items) => items.iter().for_each(|item| gather(item, names)),
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    gather(contract, &mut names);
    names
}

/// S11.
#[test]
fn a_request_beyond_the_limit_is_counted_and_leaves_no_row() {
    for kind in Kind::BOTH {
        let server = Server::on(&databases::filled(kind), &["--rate-limit=5"]);
        let before = entries(&server).len();
        let manager = server.as_("manager");
        let statuses: Vec<u16> = (0..100)
            .flat_map(|_| {
                [
                    manager.get("/v1/me").send().status,
                    manager.get("/v1/nothing").send().status,
                ]
            })
            .collect();
        server.wait(server.app().audit.flush());
        let audited = statuses.iter().filter(|status| **status != 429);
        let written: Vec<u16> = entries(&server)
            .split_off(before)
            .iter()
            .map(|entry| u16::try_from(entry.status).unwrap())
            .collect();
        assert_eq!(written, audited.copied().collect::<Vec<_>>());
        assert!(written.contains(&404) && written.contains(&200));
        assert!(written.len() < 20, "{} of 200", written.len());
    }
}

on_both_databases! {
    /// S11: a program that is refused again and again does not fill the disk, and no refusal is lost.
    fn from_the_sixty_first_equal_refusal_on_one_row_counts_them(server) {
        let before = entries(server).len();
        let (board, practitioner) = (server.as_("board"), server.as_("practitioner"));
        for _ in 0..200 {
            board.get("/v1/cases").expect(403);
            practitioner.get(&format!("/v1/cases/{}", Id::new())).expect(404);
        }
        practitioner.get("/v1/cases?colour=blue").expect(400);
        server.wait(server.app().audit.flush());
        let written = entries(server).split_off(before);
        let of = |status: i32| written.iter().filter(move |entry| entry.status == status).collect::<Vec<_>>();
        for status in [403, 404] {
            let rows = of(status);
            assert_eq!(rows.len(), 61, "{status}");
            assert_eq!(rows.iter().map(|entry| entry.count).sum::<i32>(), 200, "{status}");
            let last = rows.last().unwrap();
            assert_eq!(last.count, 140, "the counting row comes last");
            assert!(last.personal.is_some());
        }
        assert_eq!(of(404).last().unwrap().resource_id, None, "each was another case");
        assert_eq!(of(400).len(), 1);
        assert_eq!(of(400)[0].count, 1);

        // The auditor reads how many there were, on the screen and in the table; and the seal covers the number.
        let auditor = server.as_("auditor");
        let found = "/v1/audit-events?operation=listCases&outcome=refused&limit=100";
        let items = auditor.get(found).ok().body["items"].as_array().unwrap().clone();
        let counts: Vec<i64> = items.iter().map(|item| item["count"].as_i64().unwrap()).collect();
        assert_eq!(counts.iter().sum::<i64>(), 201);
        assert!(counts.contains(&140));
        let table = auditor.get(found).header("Accept", "text/csv").ok().text;
        let column = table.lines().next().unwrap().split(',').position(|name| name.contains("count")).unwrap();
        assert!(table.lines().any(|line| line.split(',').nth(column) == Some("140")), "{table}");
        server.seal();
        let verified = || auditor.get("/v1/audit-events/verification").ok().body["valid"] == true;
        assert!(verified());
        server.database(|conn| {
            diesel::update(table::table.filter(table::count.eq(140))).set(table::count.eq(14)).execute(conn)?;
            Ok(())
        });
        assert!(!verified(), "a smaller number is a change like any other");
    }
}
