//! Whatever keeps a request waiting is not a refusal: senders take 409 and 400 as final, and a concern would be gone.
//! Here others hold real locks, a database goes silent, and bodies do not arrive.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use msp_api::db::Connection;
use msp_api::ids::Id;
use msp_api::policy::Role;
use serde_json::json;

use crate::conventions::examples::{actor_tag, setting_for};
use crate::conventions::{Operation, World, example_of, operations};
use crate::stories::{accepted_case, referral};
use crate::support::databases::{self, beside};
use crate::support::{Answer, Kind, Server};

/// A server that answers in time does so within this; the limit is three seconds, and this machine is busy.
const SOON: Duration = Duration::from_secs(6);

/// A judgement names the version of the words that it judges, and leaves them as they are.
const MOVES_NO_VERSION: &str = "judgeDesiredOutcome";

/// Somebody else's transaction, which keeps a table from being written, or on PostgreSQL from being read as well.
fn held(server: &Server, table: &str, mode: &str) -> Connection {
    let statements = match server.kind() {
        Kind::Postgres => format!("BEGIN; LOCK TABLE {table} IN {mode} MODE"),
        Kind::Sqlite => "BEGIN IMMEDIATE".to_owned(),
    };
    beside(server.database_url(), &statements)
}

fn ended(mut held: Connection, how: &str) {
    held.batch_execute(how).unwrap();
}

/// Told to come back, and in time.
fn is_to_come_back(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}: {}", answer.described, answer.text);
    answer.is_problem("unavailable");
    assert!(
        answer
            .header("retry-after")
            .parse::<u64>()
            .is_ok_and(|seconds| seconds >= 1),
        "{}",
        answer.described
    );
}

on_both_databases! {
    fn a_lock_is_503_with_retry_after_and_never_409(server) {
        let police = server.as_("police-intake");
        // What CREATE INDEX takes.
        let lock = held(server, "referrals", "SHARE");
        let began = Instant::now();
        let body = referral("PPN-LOCKED");
        is_to_come_back(&police.post("/v1/referrals", &body).key("locked").send());
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        let batch = json!({"items": [referral("PPN-LOCKED-1"), referral("PPN-LOCKED-2")]});
        let answer = police.post("/v1/referrals/batch", &batch).send();
        let items = answer.body["items"].as_array().cloned().unwrap_or_default();
        let statuses: Vec<_> = items.iter().map(|item| item["status"].as_u64()).collect();
        assert!(answer.status == 503 || statuses == [Some(503), Some(503)], "{}", answer.text);
        ended(lock, "ROLLBACK");
        let sent = police.post("/v1/referrals", &body).key("locked").created();
        assert_eq!(sent.header("idempotency-replayed"), "", "nothing was done before");
        // What is sent again by itself was not refused: nobody need ask for it.
        let refused = server.as_("manager").get("/v1/intake-refusals").ok();
        let codes: Vec<_> = refused.body["items"].as_array().unwrap().iter().map(|item| item["code"].clone()).collect();
        assert!(!codes.contains(&json!("conflict")) && !codes.contains(&json!("unavailable")), "{codes:?}");
        // Reading waits as well, for the table itself or for the audit entry.
        let lock = held(server, "cases", "ACCESS EXCLUSIVE");
        is_to_come_back(&server.as_("manager").get("/v1/cases").send());
        ended(lock, "ROLLBACK");
        server.as_("manager").get("/v1/cases").ok();
    }

    fn a_slow_twin_is_503_until_it_is_done(server) {
        let police = server.as_("police-intake");
        let body = referral("PPN-SLOW-TWIN");
        let first = police.post("/v1/referrals", &body).key("first").created();
        let twin = "INSERT INTO idempotency_keys (caller_id, target, key, body_digest, resource_id, expires_at) \
            SELECT caller_id, target, 'twin', body_digest, resource_id, expires_at FROM idempotency_keys WHERE key = 'first'";
        let begin = match server.kind() {
            Kind::Postgres => "BEGIN",
            Kind::Sqlite => "BEGIN IMMEDIATE",
        };
        let twin = beside(server.database_url(), &format!("{begin}; {twin}"));
        is_to_come_back(&police.post("/v1/referrals", &body).key("twin").send());
        ended(twin, "COMMIT");
        let again = police.post("/v1/referrals", &body).key("twin").created();
        assert_eq!((again.id(), again.header("idempotency-replayed").as_str()), (first.id(), "true"));
    }

    /// A lock that ends in time is no more than a wait: what waits for it is not told.
    fn a_short_lock_is_waited_for(server) {
        let lock = held(server, "referrals", "SHARE");
        let police = server.as_("police-intake");
        std::thread::scope(|scope| {
            let sent = scope.spawn(|| police.post("/v1/referrals", &referral("PPN-PATIENT")).send());
            if server.kind() == Kind::Postgres {
                waits_for_a_lock(server);
            }
            ended(lock, "ROLLBACK");
            assert_eq!(sent.join().unwrap().status, 201);
        });
    }

    /// Every operation, at once, while nothing can be written: each look and each refusal is audited, so each waits.
    fn no_operation_answers_a_stall_with_a_refusal(server) {
        let world = World::of(server);
        let (_, mut operations) = operations(server);
        operations.retain(Operation::is_guarded);
        assert!(operations.len() > 150);
        let manager = server.as_("manager");
        let mut answers = Vec::new();
        // Of one address more than 64 connections that have sent no whole head give way: not all at once.
        for some in operations.chunks(48) {
            let lock = held(server, "audit_entries", "ACCESS EXCLUSIVE");
            answers.extend(at_once(some, |operation| {
                let body = operation.takes_json().then(|| "{}".to_owned());
                let path = world.path(&operation.template);
                let began = Instant::now();
                let request = manager.request(&operation.method, &path, body).key("stalled").if_match("W/\"1\"");
                (operation.named(), request.send(), began.elapsed())
            }));
            ended(lock, "ROLLBACK");
        }
        let mut wrong = BTreeMap::new();
        for (named, answer, took) in answers {
            // A request that cannot be read waits for nothing but its audit entry, and that is 503 too.
            if answer.status != 503 || answer.header("retry-after").is_empty() || took > 2 * SOON {
                wrong.insert(named, (answer.status, took));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        manager.get("/v1/me").ok();
    }

    /// The reader's version is old, so it is 412 whatever else stands in the way: a unique index that a stale write
    /// meets before its version is compared says nothing about the rules.
    fn a_lost_race_on_a_version_is_412_and_nothing_else(server) {
        let (_, case) = accepted_case(server, "PPN-ENQUIRY-RACE");
        let case = format!("/v1/cases/{case}");
        let enquiry = json!({"to": "enquiry", "enquiryType": "section_42", "adultView": "Go on",
            "threePartTest": crate::stories::three_part_test()});
        let manager = server.as_("manager");
        let tag = manager.tag(&case);
        let path = format!("{case}/transitions");
        one_of_many(16, || manager.post(&path, &enquiry).if_match(&tag).send()).unwrap();
        // Whatever else asks for a version, with the contract's own example of it.
        let world = World::of(server);
        let (contract, operations) = operations(server);
        let (mut raced, mut wrong) = (0, Vec::new());
        let moving = |operation: &&Operation| operation.has_parameter("If-Match") && operation.id() != MOVES_NO_VERSION;
        for operation in operations.iter().filter(moving) {
            let Some(example) = example_of(&contract, operation) else { continue };
            let (path, body, actor) = setting_for(server, &world, operation, example);
            let tag = actor_tag(server, &path, operation);
            if tag.is_empty() {
                continue;
            }
            let body = body.to_string();
            let raced_for = one_of_many(6, || {
                let request = actor.request(&operation.method, &path, Some(body.clone()));
                request.key(&Id::new().to_string()).if_match(&tag).send()
            });
            wrong.extend(raced_for.err().map(|why| format!("{}: {why}", operation.named())));
            raced += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(raced >= 30, "only {raced} operations were raced");
    }

    /// A stranger holds nothing and waits for nothing: whether one may comes before the lock.
    fn who_may_not_is_refused_before_anything_is_locked(server) {
        let (sent, _) = accepted_case(server, "PPN-STRANGER");
        let path = format!("/v1/referrals/{sent}/updates");
        let update = json!({"kind": "additional_information", "text": "He was seen again"});
        let row = match server.kind() {
            Kind::Postgres => format!("BEGIN; SELECT id FROM referrals WHERE id = '{sent}' FOR UPDATE"),
            Kind::Sqlite => "BEGIN".to_owned(),
        };
        let lock = beside(server.database_url(), &row);
        server.as_("nhs-intake").post(&path, &update).expect(404);
        let elsewhere = server.add_user("manager-elsewhere", Role::Manager, "eastmoor", None);
        elsewhere.post(&path, &update).expect(404);
        ended(lock, "ROLLBACK");
        server.as_("police-intake").post(&path, &update).created();
    }

    /// The name of a stage is the authority's to choose, and stands in each answer.
    fn a_case_is_not_304_when_its_stages_are_renamed(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-STAGE");
        let path = format!("/v1/cases/{case}");
        let before = practitioner.get(&path).ok();
        practitioner.get(&path).header("If-None-Match", &before.tag()).expect(304);
        let admin = server.as_("admin");
        let settings = "/v1/authorities/northbank/settings";
        let now = admin.get(settings).ok();
        let labels = json!({"stageLabels": {before.text("/state"): "Renamed stage"}});
        admin.put(settings, &labels).if_match(&now.tag()).ok();
        let after = practitioner.get(&path).header("If-None-Match", &before.tag()).ok();
        assert_eq!(after.text("/stageLabel"), "Renamed stage");
    }
}

/// Of so many who write with the same version at once one does, and the others are told that theirs is old.
fn one_of_many(count: usize, write: impl Fn() -> Answer + Sync) -> Result<(), String> {
    let answers = at_once(&vec![(); count], |()| write());
    let won = answers.iter().filter(|answer| answer.status < 300).count();
    let wrong = answers
        .iter()
        .find(|answer| answer.status >= 300 && answer.status != 412);
    match wrong {
        None if won == 1 => Ok(()),
        None => Err(format!("{won} of {count} did it")),
        Some(wrong) => Err(wrong.text.clone()),
    }
}

fn waits_for_a_lock(server: &Server) {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let mut other = beside(server.database_url(), "");
    let count = "SELECT count(*) AS count FROM pg_locks JOIN pg_database ON oid = database \
        WHERE NOT granted AND datname = current_database()";
    until("somebody waits", || {
        diesel::sql_query(count)
            .get_result::<Waiting>(&mut other)
            .unwrap()
            .count
            > 0
    });
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
    began.elapsed()
}

fn at_once<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = items.iter().map(|item| scope.spawn(move || work(item))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// The last POST of a sender on a bad line: a part of the body comes, and then nothing or the end of the line.
fn begun(server: &Server, path: &str) -> TcpStream {
    let address = server.base.trim_start_matches("http://");
    let mut line = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Idempotency-Key: slow\r\nContent-Length: 100\r\n\r\n{{",
        server.token("police-intake")
    );
    line.write_all(head.as_bytes()).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    line
}

#[test]
fn a_body_that_does_not_arrive_is_408_and_no_refusal() {
    for kind in Kind::BOTH {
        let server = Server::on(&databases::filled(kind), &["--body-seconds=1"]);
        let refusals = || {
            let noted = server.as_("manager").get("/v1/intake-refusals").ok().body;
            noted["items"].as_array().unwrap().len()
        };
        let before = refusals();
        for path in ["/v1/referrals", "/v1/referrals/batch"] {
            for breaks_off in [false, true] {
                let mut line = begun(&server, path);
                if breaks_off {
                    line.shutdown(Shutdown::Write).unwrap();
                }
                let mut answer = String::new();
                // Up to the end: the line is closed, so that what still comes is not taken for a request.
                line.read_to_string(&mut answer).unwrap();
                let head = answer.to_lowercase();
                assert!(
                    head.starts_with("http/1.1 408"),
                    "{path}, breaks off: {breaks_off}: {answer}"
                );
                assert!(
                    head.contains("connection: close") && head.contains("\"request_timeout\""),
                    "{answer}"
                );
            }
        }
        assert_eq!(refusals(), before, "what is sent again was not refused");
    }
}
