//! The audit trail is sealed, and whatever is done to it afterwards shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use jsonwebtoken::jwk::JwkSet;
use msp_api::audit::chain::{Mark, Seal, Signer, to_cover};
use msp_api::audit::database::{self, Rows};
use msp_api::audit::verify::{Anchor, Head, Report, Source, TrailFinding, verify};
use msp_api::audit::{self, AuditOutcome, Entry, erase_personal, sealer, store};
use msp_api::clock;
use msp_api::db::types::Json;
use msp_api::db::{Connection, Database};
use msp_api::ids::Id;
use msp_api::problem::{Code, Problem};
use serde_json::json;

use crate::support::{Kind, Server};

fn entry(number: u32) -> Entry {
    let (personal_digest, personal) =
        audit::salted(&json!({"address": format!("192.0.2.{}", number % 250)})).unzip();
    Entry {
        id: Id::new(),
        occurred_at: clock::now(),
        request_id: Id::new(),
        actor_id: Id::new(),
        actor_kind: "user".to_owned(),
        agency_id: Some(Id::new()),
        authority: Some("northbank".to_owned()),
        operation: "getCase".to_owned(),
        outcome: AuditOutcome::Done,
        status: 200,
        resource: Some("Cases".to_owned()),
        resource_id: Some(Id::new()),
        case_id: Some(Id::new()),
        purpose: number.is_multiple_of(3).then(|| "direct_care".to_owned()),
        on_behalf_of: None,
        returned: Json(json!({"fields": ["id", "reference", "state"], "rows": []})),
        personal_digest,
        personal,
        role: Some("practitioner".to_owned()),
        relationship: Some("allocated".to_owned()),
        count: 1,
    }
}

fn verified(server: &Server, expected: Option<Anchor>) -> Report {
    server
        .wait(database::verify(
            &server.app().database,
            &server.app().signer,
            2,
            expected,
        ))
        .unwrap()
}

fn last(report: &Report) -> Anchor {
    let last = report.last_seal.as_ref().unwrap();
    Anchor {
        number: last.number,
        digest: last.digest.clone(),
    }
}

/// Does something to the database, verifies, and undoes it: what the verification found.
fn tampered(
    server: &Server,
    tamper: impl Fn(&mut Connection) -> QueryResult<usize> + Send + 'static,
) -> Vec<TrailFinding> {
    let (signer, (sender, found)) = (Arc::clone(&server.app().signer), std::sync::mpsc::channel());
    let undone = server.wait(server.app().database.write(move |conn| -> Result<(), Problem> {
        assert!(tamper(conn)? > 0, "nothing was tampered with");
        let report = verify(&mut Rows(conn), &signer, None)?;
        sender
            .send(report.faults.iter().map(|fault| fault.code).collect())
            .unwrap();
        Err(Problem::new(Code::Conflict))
    }));
    undone.unwrap_err();
    found.recv().unwrap()
}

fn run_sql(conn: &mut Connection, statement: &str) -> QueryResult<usize> {
    match conn {
        Connection::Postgres(postgres) => diesel::sql_query(statement).execute(postgres),
        Connection::Sqlite(sqlite) => diesel::sql_query(statement).execute(sqlite),
    }
}

on_both_databases! {
    fn what_was_done_is_sealed_and_found_valid(server) {
        let demo = server.seal();
        let first = verified(server, None);
        assert!(first.valid, "{:?}", first.faults);
        assert_eq!((first.seals, first.unsealed, first.entries), (1.min(i64::try_from(demo).unwrap()), 0, demo as u64));
        for _ in 0..3 {
            server.as_("manager").get("/v1/cases").ok();
        }
        server.as_("board").get("/v1/cases").expect(403);
        let with_tail = verified(server, None);
        assert!(with_tail.valid, "an unsealed tail is reported and no fault: {:?}", with_tail.faults);
        assert_eq!((with_tail.unsealed, with_tail.entries), (4, demo as u64));
        assert_eq!(server.seal(), 4);
        assert_eq!(server.seal(), 0);
        let second = verified(server, None);
        assert!(second.valid);
        assert_eq!((second.seals, second.unsealed, second.entries), (first.seals + 1, 0, demo as u64 + 4));
    }

    fn each_tampering_in_the_database_is_found(server) {
        for _ in 0..4 {
            server.as_("manager").get("/v1/cases?limit=1").ok();
            server.as_("manager").get("/v1/me").ok();
            server.seal();
        }
        server.as_("manager").get("/v1/me").ok();
        assert!(verified(server, None).valid);
        let of_a_seal = "(SELECT min(number) + 1 FROM audit_seals)";
        let an_entry = "(SELECT id FROM audit_entries WHERE operation = 'listCases' ORDER BY id LIMIT 1)";
        let some_id = "(SELECT id FROM audit_entries WHERE operation = 'getMe' ORDER BY id LIMIT 1)";
        let mut expected: Vec<(String, &[TrailFinding])> = Vec::new();
        for change in [
            "status = 500", "outcome = 'failed'", "operation = 'getMe'", "authority = NULL", "authority = 'eastmoor'",
            "purpose = 'care'", "on_behalf_of = 'X26'", "role = NULL", "relationship = 'adult'", "returned = '{}'",
            "personal_digest = NULL", "actor_kind = 'client'", "resource = NULL",
        ] {
            expected.push((format!("UPDATE audit_entries SET {change} WHERE id = {an_entry}"), &[TrailFinding::EntryChanged]));
        }
        for column in ["actor_id", "request_id", "agency_id", "resource_id", "case_id"] {
            let statement = format!("UPDATE audit_entries SET {column} = {some_id} WHERE id = {an_entry}");
            expected.push((statement, &[TrailFinding::EntryChanged]));
        }
        expected.extend::<[(String, &[TrailFinding]); 12]>([
            (format!("UPDATE audit_entries SET personal = '{{}}' WHERE id = {an_entry}"), &[TrailFinding::PersonalChanged]),
            (format!("UPDATE audit_entries SET personal = NULL WHERE id = {an_entry}"), &[TrailFinding::PersonalErasedUnrecorded]),
            (format!("DELETE FROM audit_entries WHERE id = {an_entry}"), &[TrailFinding::EntryMissing]),
            ("DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_unsealed)".to_owned(), &[TrailFinding::WaitingMissing]),
            ("DELETE FROM audit_unsealed".to_owned(), &[TrailFinding::EntryInserted]),
            (format!("INSERT INTO audit_unsealed (entry_id) VALUES ({an_entry})"), &[TrailFinding::WaitingSealed]),
            (format!("DELETE FROM audit_seals WHERE number = {of_a_seal}"), &[TrailFinding::SealMissing, TrailFinding::LinkBroken]),
            (format!("UPDATE audit_seals SET signature = previous WHERE number = {of_a_seal}"),
                &[TrailFinding::SignatureWrong, TrailFinding::LinkBroken]),
            (format!("UPDATE audit_seals SET entries = entries + 1 WHERE number = {of_a_seal}"), &[TrailFinding::SealChanged]),
            ("DELETE FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals)".to_owned(),
                &[TrailFinding::SealMissing, TrailFinding::EndDiffers]),
            ("UPDATE leases SET mark = NULL".to_owned(), &[TrailFinding::MarkWrong]),
            ("DELETE FROM audit_seals".to_owned(), &[TrailFinding::SealMissing, TrailFinding::EndDiffers, TrailFinding::EntryInserted]),
        ]);
        for (statement, findings) in expected {
            let named = statement.clone();
            let found = tampered(server, move |conn| run_sql(conn, &statement));
            for finding in findings {
                assert!(found.contains(finding), "{named}: {found:?}");
            }
        }
        let inserted = tampered(server, |conn| {
            use msp_api::schema::foundation::audit_entries;
            diesel::insert_into(audit_entries::table).values(&entry(1)).execute(conn)
        });
        assert_eq!(inserted, [TrailFinding::EntryInserted]);
        assert!(verified(server, None).valid, "and each was undone");
    }

    fn no_seal_is_put_on_a_chain_that_ends_wrongly(server) {
        for _ in 0..2 {
            server.as_("manager").get("/v1/me").ok();
            server.seal();
        }
        server.as_("manager").get("/v1/me").ok();
        server.database(|conn| {
            Ok(run_sql(conn, "DELETE FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals)")?)
        });
        let holder = server.database(|conn| {
            use msp_api::schema::audit::leases;
            Ok(leases::table.select(leases::holder).first::<Id>(conn)?)
        });
        let refused = server.wait(sealer::seal_waiting(&server.app().database, &server.app().signer, holder));
        assert!(refused.unwrap_err().for_operator().contains("audit verify"));
    }

    fn a_trail_put_back_whole_is_found_against_a_seal_that_was_noted(server) {
        server.as_("manager").get("/v1/me").ok();
        server.seal();
        let before = server.database(|conn| {
            use msp_api::schema::audit::leases;
            Ok(leases::table.select(leases::mark).first::<Option<String>>(conn)?.unwrap())
        });
        let older = last(&verified(server, None));
        server.as_("manager").get("/v1/cases").ok();
        server.seal();
        let noted = last(&verified(server, None));
        server.database(move |conn| {
            use msp_api::schema::audit::leases;
            let newest = "(SELECT max(id) FROM audit_entries)";
            let newest = if matches!(conn, Connection::Postgres(_)) {
                "(SELECT id FROM audit_entries ORDER BY id DESC LIMIT 1)"
            } else { newest };
            run_sql(conn, &format!("DELETE FROM audit_entries WHERE id = {newest}"))?;
            run_sql(conn, "DELETE FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals)")?;
            diesel::update(leases::table).set(leases::mark.eq(&before)).execute(conn)?;
            Ok(())
        });
        assert!(verified(server, None).valid, "by itself an older state is whole");
        assert!(verified(server, Some(older)).valid);
        let found = verified(server, Some(noted));
        assert_eq!(found.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [TrailFinding::ExpectedDiffers]);
    }

    fn personal_detail_is_erased_and_the_chain_holds(server) {
        let manager = server.as_("manager");
        let id = Id::parse(&server.user_id("manager")).unwrap();
        for _ in 0..5 {
            manager.get("/v1/cases").ok();
        }
        server.as_("practitioner").get("/v1/cases").ok();
        server.seal();
        let kept = move |conn: &mut Connection| {
            use msp_api::schema::foundation::audit_entries as table;
            let all = table::table.filter(table::personal.is_not_null());
            let theirs: i64 = all.filter(table::actor_id.eq(id)).count().get_result(conn)?;
            let others: i64 = all.filter(table::actor_id.ne(id)).count().get_result(conn)?;
            Ok((theirs, others))
        };
        let (theirs, others) = server.database(kept);
        assert!(theirs >= 6 && others >= 1, "{theirs} {others}");
        let erased = server.wait(erase_personal(&server.app().database, id)).unwrap();
        assert_eq!(i64::try_from(erased).unwrap(), theirs);
        assert_eq!(server.database(kept), (0, others));
        let report = verified(server, None);
        assert!(report.valid, "{:?}", report.faults);
        assert_eq!(report.erased, theirs);
        server.seal();
        assert!(verified(server, None).valid);
        let unrecorded = tampered(server, |conn| run_sql(conn, "UPDATE audit_entries SET personal = NULL"));
        assert_eq!(unrecorded, [TrailFinding::PersonalErasedUnrecorded]);
    }

    fn one_sealer_at_a_time_and_another_when_it_is_gone(server) {
        let (first, second) = (Id::new(), Id::new());
        let seal = |holder| {
            server.as_("manager").get("/v1/me").ok();
            server.wait(sealer::seal_waiting(&server.app().database, &server.app().signer, holder)).unwrap()
        };
        assert!(seal(first) >= 1);
        assert_eq!(seal(second), 0, "the lease is held");
        assert_eq!(seal(first), 2);
        server.database(move |conn| Ok(msp_api::leases::release(conn, sealer::LEASE, first, clock::now())?));
        assert_eq!(seal(second), 1);
        assert_eq!(seal(first), 0);
        assert!(verified(server, None).valid);
    }
}

/// On SQLite nothing commits late: there is one writer.
#[test]
fn what_commits_late_is_sealed_later_and_not_lost() {
    let server = Server::start(Kind::Postgres);
    server.seal();
    let (written, is_written) = std::sync::mpsc::channel();
    let (go_on, may_commit) = std::sync::mpsc::channel::<()>();
    let may_commit = std::sync::Mutex::new(may_commit);
    let late = entry(1);
    let late_id = late.id;
    let database = server.app().database.clone();
    let slow = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(database.write(move |conn| {
            audit::insert(conn, std::slice::from_ref(&late))?;
            written.send(()).unwrap();
            may_commit.lock().unwrap().recv().unwrap();
            Ok(())
        }))
    });
    is_written.recv().unwrap();
    server.as_("manager").get("/v1/me").ok();
    assert_eq!(server.seal(), 1, "what is not committed is not seen");
    go_on.send(()).unwrap();
    slow.join().unwrap().unwrap();
    assert_eq!(server.seal(), 1);
    let last = server.database(|conn| Ok(store::last_seal(conn)?.unwrap()));
    assert_eq!(last.covered().map(|(id, _)| id).collect::<Vec<_>>(), [late_id]);
    let report = verified(&server, None);
    assert!(report.valid && report.unsealed == 0, "{:?}", report.faults);
}

#[test]
fn instances_that_seal_at_once_seal_each_entry_once() {
    for kind in Kind::BOTH {
        let server = Server::start(kind);
        server.as_("manager").get("/v1/me").ok();
        let before = server.seal();
        for number in 0..50 {
            server.database(move |conn| Ok(audit::insert(conn, &[entry(number)])?));
        }
        let sealed = AtomicUsize::new(0);
        let url = match server.app().database.target() {
            msp_api::db::Target::Sqlite(path) => format!("sqlite:{}", path.display()),
            msp_api::db::Target::Postgres(url) => url.clone(),
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let database = Database::open(&url, 2).unwrap();
                    let signer = Arc::clone(&server.app().signer);
                    let holder = server.database(|conn| {
                        use msp_api::schema::audit::leases;
                        Ok(leases::table.select(leases::holder).first::<Id>(conn)?)
                    });
                    // All with the lease in hand, as after a pause that outlasted it.
                    let done = actix_web::rt::System::new()
                        .block_on(sealer::seal_waiting(&database, &signer, holder));
                    sealed.fetch_add(done.unwrap_or(0), Ordering::Relaxed);
                });
            }
        });
        assert_eq!(sealed.load(Ordering::Relaxed), 50, "{kind:?}");
        let report = verified(&server, None);
        assert!(report.valid, "{:?}", report.faults);
        assert_eq!(report.entries, before as u64 + 50);
    }
}

/// The trail in memory: a verification takes no longer than its arithmetic.
#[derive(Clone)]
struct Memory {
    entries: Vec<Entry>,
    seals: Vec<Seal>,
    mark: Option<String>,
    waiting: Vec<Id>,
}

impl Source for Memory {
    fn head(&mut self) -> Result<Head, Problem> {
        let last = self.seals.iter().max_by_key(|seal| seal.number).cloned();
        Ok(Head {
            last,
            mark: self.mark.clone(),
            seals: self.seals.len() as i64,
        })
    }

    fn seals(&mut self, from: i64, to: i64) -> Result<Vec<Seal>, Problem> {
        let mut found: Vec<Seal> = self
            .seals
            .iter()
            .filter(|seal| (from..=to).contains(&seal.number))
            .cloned()
            .collect();
        found.sort_by_key(|seal| seal.number);
        Ok(found)
    }

    fn entries(&mut self, ids: &[Id]) -> Result<Vec<Entry>, Problem> {
        let wanted: std::collections::HashSet<&Id> = ids.iter().collect();
        Ok(self
            .entries
            .iter()
            .filter(|entry| wanted.contains(&entry.id))
            .cloned()
            .collect())
    }

    fn waiting(&mut self) -> Result<Vec<(Id, bool)>, Problem> {
        let there = |id: &Id| self.entries.iter().any(|entry| entry.id == *id);
        Ok(self.waiting.iter().map(|id| (*id, there(id))).collect())
    }

    fn totals(&mut self) -> Result<(i64, i64, i64), Problem> {
        let sealed = self.seals.iter().map(|seal| i64::from(seal.entries)).sum();
        Ok((self.entries.len() as i64, sealed, self.waiting.len() as i64))
    }

    fn has_cases(&mut self) -> Result<bool, Problem> {
        Ok(true)
    }

    fn entry_ids(&mut self, after: Option<Id>) -> Result<Vec<Id>, Problem> {
        let mut ids: Vec<Id> = self.entries.iter().map(|entry| entry.id).collect();
        ids.sort();
        Ok(ids
            .into_iter()
            .filter(|id| after.is_none_or(|after| *id > after))
            .collect())
    }
}

fn signer() -> Signer {
    let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
    let document = aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der>::as_der(&pair).unwrap();
    let key = jsonwebtoken::EncodingKey::from_ed_der(document.as_ref());
    let mut jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, jsonwebtoken::Algorithm::EdDSA).unwrap();
    jwk.common.key_id = Some("test".to_owned());
    Signer::new("test", key, &JwkSet { keys: vec![jwk] }, &[]).unwrap()
}

fn chain_of(entries: &[Entry], each: usize, signer: &Signer) -> (Vec<Seal>, Mark) {
    let mut seals: Vec<Seal> = Vec::new();
    for some in entries.chunks(each) {
        let covered: Vec<_> = some.iter().map(to_cover).collect();
        seals.push(Seal::of(&covered, seals.last(), clock::now(), signer).unwrap());
    }
    let mark = Mark::at(seals.last().unwrap(), signer).unwrap();
    (seals, mark)
}

/// Small, fast, and the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }
}

fn tamper(trail: &mut Memory, dice: &mut Dice, other: &Signer) -> String {
    let (one, two) = (dice.below(trail.entries.len()), dice.below(trail.entries.len()));
    let seal = dice.below(trail.seals.len());
    let kind = dice.below(32);
    let flipped = |text: &mut String, dice: &mut Dice| {
        let at = dice.below(text.len());
        let letter = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        text.replace_range(at..=at, letter);
    };
    let entry_at = &mut trail.entries[one];
    match kind {
        0 => entry_at.occurred_at = entry_at.occurred_at.plus_seconds(1),
        1 => entry_at.request_id = Id::new(),
        2 => entry_at.actor_id = Id::new(),
        3 => entry_at.actor_kind = "client".to_owned(),
        4 => entry_at.agency_id = None,
        5 => entry_at.authority = Some("northban".to_owned()),
        6 => entry_at.operation.push('s'),
        7 => entry_at.outcome = AuditOutcome::Refused,
        8 => entry_at.status += 1,
        9 => entry_at.resource = None,
        10 => entry_at.resource_id = Some(Id::new()),
        11 => entry_at.case_id = None,
        12 => entry_at.purpose = Some("curiosity".to_owned()),
        13 => entry_at.on_behalf_of = Some("X26".to_owned()),
        14 => entry_at.returned = Json(json!({"fields": ["id", "reference"], "rows": []})),
        15 => entry_at.personal_digest = None,
        16 => entry_at.personal = Some(Json(json!({"salt": "", "detail": {"address": "198.51.100.1"}}))),
        17 => entry_at.role = Some("manager".to_owned()),
        18 => entry_at.relationship = None,
        19 => entry_at.id = Id::new(),
        20 => {
            trail.entries.remove(one);
        }
        21 => {
            let copy = Entry {
                id: Id::new(),
                ..trail.entries[one].clone()
            };
            trail.entries.push(copy);
        }
        22 => {
            let two = if one == two {
                (one + 1) % trail.entries.len()
            } else {
                two
            };
            let (first, second) = (trail.entries[one].id, trail.entries[two].id);
            (trail.entries[one].id, trail.entries[two].id) = (second, first);
        }
        23 => {
            let keep = dice.below(trail.entries.len());
            trail.entries.truncate(keep);
        }
        24 => {
            trail.seals.remove(seal);
        }
        25 => {
            let next = (seal + 1) % trail.seals.len();
            let (first, second) = (trail.seals[seal].number, trail.seals[next].number);
            (trail.seals[seal].number, trail.seals[next].number) = (second, first);
        }
        26 => {
            // The last seals with everything they cover: only the mark is left of them.
            let gone: Vec<Id> = trail.seals[seal..]
                .iter()
                .flat_map(Seal::covered)
                .map(|(id, _)| id)
                .collect();
            trail.seals.truncate(seal);
            trail.entries.retain(|entry| !gone.contains(&entry.id));
        }
        27 => {
            let at = dice.below(trail.seals[seal].covers.len());
            trail.seals[seal].covers[at] ^= 1;
        }
        28 => match dice.below(5) {
            0 => flipped(&mut trail.seals[seal].digest, dice),
            1 => flipped(&mut trail.seals[seal].signature, dice),
            2 => flipped(&mut trail.seals[seal].public_key, dice),
            3 => trail.seals[seal].sealed_at = trail.seals[seal].sealed_at.plus_seconds(-1),
            _ => trail.seals[seal].entries += 1,
        },
        29 => trail.seals[seal].number += 1_000,
        30 => {
            let mut mark = trail.mark.clone().unwrap();
            flipped(&mut mark, dice);
            trail.mark = Some(mark);
        }
        _ => {
            // Everything from here on made anew, rightly but for the key.
            trail.entries[one].purpose = Some("curiosity".to_owned());
            let (seals, mark) = chain_of(&trail.entries, 10, other);
            (trail.seals, trail.mark) = (seals, Some(mark.to_string()));
        }
    }
    format!("kind {kind} at entry {one}, seal {seal}")
}

#[test]
fn ten_thousand_random_tamperings_are_each_found() {
    let (ours, other) = (signer(), signer());
    let entries: Vec<Entry> = (0..100).map(entry).collect();
    let (seals, mark) = chain_of(&entries, 10, &ours);
    let mut whole = Memory {
        entries,
        seals,
        mark: Some(mark.to_string()),
        waiting: vec![],
    };
    let report = verify(&mut whole, &ours, None).unwrap();
    assert!(report.valid && report.entries == 100, "{:?}", report.faults);
    std::thread::scope(|scope| {
        for half in 0..2_u64 {
            let (whole, ours, other) = (&whole, &ours, &other);
            scope.spawn(move || {
                let mut dice = Dice(half + 1);
                for _ in 0..5_000 {
                    let mut trail = whole.clone();
                    let what = tamper(&mut trail, &mut dice, other);
                    let report = verify(&mut trail, ours, None).unwrap();
                    assert!(!report.valid, "{what} was not found");
                    assert!(report.fault_count > 0 && !report.faults.is_empty());
                }
            });
        }
    });
}
