//! Stories of drafts: what somebody has begun to write and not sent is theirs alone, and is forgotten in time.

use chrono::{DateTime, FixedOffset};
use diesel::prelude::*;
use msp_api::audit::Entry;
use msp_api::clock;
use msp_api::db::types::Json;
use msp_api::ids::Id;
use msp_api::schema::drafts::drafts as table;
use msp_api::schema::foundation::{audit_entries, events};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Server};

fn keys(actor: &Actor) -> Vec<String> {
    let list = actor.get("/v1/drafts?sort=createdAt").ok();
    let items = list.body["items"].as_array().unwrap().iter();
    items
        .map(|item| item["key"].as_str().unwrap().to_owned())
        .collect()
}

fn instant(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn rows(server: &Server) -> i64 {
    server.database(|conn| Ok(table::table.count().get_result(conn)?))
}

/// As if thirty days had passed since this one was saved.
fn expire(server: &Server, key: &str) {
    let key = key.to_owned();
    server.database(move |conn| {
        let past = clock::now().plus_seconds(-1);
        let named = table::table.filter(table::key.eq(&key));
        assert_eq!(
            diesel::update(named)
                .set(table::expires_at.eq(past))
                .execute(conn)?,
            1
        );
        Ok(())
    });
}

on_both_databases! {
    fn a_draft_is_its_owners_alone(server) {
        let practitioner = server.as_("practitioner");
        let path = "/v1/drafts/visit-note-12";
        let begun = json!({"text": "She was at home", "priority": null, "nested": {"list": [1, 2.5, -3, null, true]},
            "until": "2026-12-02", "notAField": "ü €\n"});
        let saved = practitioner.put(path, &begun).ok();
        assert_eq!((saved.tag().as_str(), &saved.body["version"]), ("W/\"1\"", &json!(1)));
        assert_eq!((saved.text("/key").as_str(), &saved.body["content"]), ("visit-note-12", &begun));
        assert_eq!(practitioner.get(path).ok().body, saved.body, "as it was saved, nulls and all");
        let (updated, expires) = (saved.text("/updatedAt"), saved.text("/expiresAt"));
        assert_eq!(instant(&expires) - instant(&updated), chrono::TimeDelta::days(30));
        for other in ["practitioner2", "manager", "admin", "auditor", "adult", "advocate", "police-intake"] {
            let other = server.as_(other);
            other.get(path).expect(404).is_problem("not_found");
            other.request("DELETE", path, None).expect(404);
            assert_eq!(keys(&other), Vec::<String>::new());
        }
        let own = json!({"text": "mine"});
        server.as_("police-intake").put(path, &own).ok();
        assert_eq!(server.as_("police-intake").get(path).ok().body["content"], own);
        assert_eq!(practitioner.get(path).ok().body["content"], begun, "the same key is another draft");
        let list = practitioner.get("/v1/drafts").ok();
        assert_eq!(list.body["items"], json!([{"key": "visit-note-12", "updatedAt": updated, "expiresAt": expires}]));
    }

    fn a_draft_is_replaced_only_over_the_version_that_was_read(server) {
        let adult = server.as_("adult");
        let path = "/v1/drafts/my-words";
        let words = |text: &str| json!({"ownWords": text});
        adult.put(path, &words("I want")).if_match("W/\"1\"").expect(412).is_problem("stale");
        let first = adult.put(path, &words("I want")).ok();
        adult.put(path, &words("x")).expect(428).is_problem("precondition_required");
        let second = adult.put(path, &words("I want to")).if_match(&first.tag()).ok();
        assert_eq!(second.tag(), "W/\"2\"");
        let until = |draft: &Answer| instant(&draft.text("/expiresAt"));
        assert!(until(&second) > until(&first), "kept from the last save on");
        adult.put(path, &words("x")).if_match(&first.tag()).expect(412);
        adult.get(path).header("If-None-Match", &second.tag()).expect(304);
        adult.request("DELETE", path, None).if_match(&first.tag()).expect(412);
        let gone = adult.request("DELETE", path, None).expect(204);
        assert_eq!(gone.text, "");
        adult.get(path).expect(404);
        adult.request("DELETE", path, None).expect(404);
        assert_eq!(adult.put(path, &words("again")).ok().tag(), "W/\"1\"");
        let answers: Vec<u16> = std::thread::scope(|scope| {
            let save = || adult.put("/v1/drafts/at-once", &words("I")).send().status;
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(save)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [200, 412, 428].contains(status)), "{answers:?}");
    }

    fn an_expired_draft_is_not_there_and_goes_when_its_owner_comes_by(server) {
        let (practitioner, manager) = (server.as_("practitioner"), server.as_("manager"));
        for key in ["old", "older", "kept"] {
            practitioner.put(&format!("/v1/drafts/{key}"), &json!({"a": 1})).ok();
        }
        manager.put("/v1/drafts/managers", &json!({"a": 1})).ok();
        for key in ["old", "older", "managers"] {
            expire(server, key);
        }
        practitioner.get("/v1/drafts/old").expect(404);
        practitioner.request("DELETE", "/v1/drafts/old", None).expect(404);
        assert_eq!(rows(server), 4, "nobody has come by yet");
        assert_eq!(keys(&practitioner), ["kept"]);
        assert_eq!(rows(server), 2, "listing forgets one's own");
        expire(server, "kept");
        let again = practitioner.put("/v1/drafts/kept", &json!({"a": 2})).ok();
        assert_eq!(again.tag(), "W/\"1\"", "a new one");
        manager.put("/v1/drafts/another", &json!({})).ok();
        assert_eq!(rows(server), 2, "saving forgets one's own");
    }

    fn a_draft_has_a_limit_and_a_key_a_form(server) {
        let practitioner = server.as_("practitioner");
        let of_size = |size: usize| json!({"text": "a".repeat(size - r#"{"text":""}"#.len())});
        practitioner.put("/v1/drafts/large", &of_size(64 * 1024)).ok();
        practitioner.put("/v1/drafts/larger", &of_size(64 * 1024 + 1)).expect(413).is_problem("too_large");
        let longest = format!("/v1/drafts/{}", "k".repeat(100));
        practitioner.put(&longest, &json!({})).ok();
        for wrong in [&"k".repeat(101), "Visit", "visit_note", "-visit", "visit-", "visit--note", "vis%20it", "%C3%BC"] {
            practitioner.put(&format!("/v1/drafts/{wrong}"), &json!({})).expect(404);
        }
        let bad = practitioner.put("/v1/drafts/bad", &json!({"deep": {"text": "a\u{0}"}})).expect(422);
        assert_eq!(bad.pointers("errors"), ["/deep/text"]);
        practitioner.put("/v1/drafts/list", &json!(["not", "an", "object"])).expect(400);
        assert_eq!(rows(server), 2, "what was refused was not kept");
        let owner = Id::parse(&server.user_id("practitioner")).unwrap();
        server.database(move |conn| {
            let now = clock::now();
            for number in 0..498 {
                diesel::insert_into(table::table).values((
                    table::id.eq(Id::new()), table::owner_id.eq(owner), table::key.eq(format!("many-{number}")),
                    table::version.eq(1), table::created_at.eq(now), table::updated_at.eq(now),
                    table::expires_at.eq(now.plus_seconds(60)), table::content.eq(Json(json!({}))),
                )).execute(conn)?;
            }
            Ok(())
        });
        practitioner.put("/v1/drafts/one-too-many", &json!({})).expect(409).is_problem("conflict");
        practitioner.put("/v1/drafts/many-1", &json!({"still": 1})).if_match("W/\"1\"").ok();
    }

    fn a_draft_leaves_no_word_in_the_audit_and_no_event(server) {
        let practitioner = server.as_("practitioner");
        let told = |server: &Server| -> i64 { server.database(|conn| Ok(events::table.count().get_result(conn)?)) };
        let before = told(server);
        let path = "/v1/drafts/marked";
        practitioner.put(path, &json!({"wombat": "quokka", "text": "quokka"})).ok();
        practitioner.get(path).ok();
        practitioner.get("/v1/drafts").ok();
        practitioner.put(path, &json!({"wombat": "quokka"})).expect(428);
        practitioner.request("DELETE", path, None).expect(204);
        let entries: Vec<Entry> = server.database(|conn| {
            Ok(audit_entries::table.order(audit_entries::id).select(Entry::as_select()).load(conn)?)
        });
        let about: Vec<(&str, i32)> = entries.iter().filter(|entry| entry.resource.as_deref() == Some("Drafts"))
            .map(|entry| (entry.operation.as_str(), entry.status)).collect();
        let expected =
            [("saveDraft", 200), ("getDraft", 200), ("saveDraft", 428), ("deleteDraft", 204)];
        assert!(expected.iter().all(|one| about.contains(one)), "{about:?}");
        let whole = entries.iter().map(|entry| format!("{entry:?}")).collect::<String>();
        assert!(!whole.contains("quokka") && !whole.contains("wombat") && !whole.contains("marked"));
        assert_eq!(told(server), before);
        let body: Value = practitioner.put(path, &json!({"notAField": "quokka", "x": "\u{1}"})).expect(422).body;
        assert!(!body.to_string().contains("quokka"));
    }
}
