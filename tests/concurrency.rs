//! Many at once.

use std::collections::HashSet;

use serde_json::json;

use crate::stories::{accepted_case, referral};
use crate::support::Answer;

fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                scope.spawn({
                    let work = &work;
                    move || work(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

on_both_databases! {
    fn sixty_four_that_read_and_then_write_all_succeed(server) {
        let (_, case) = accepted_case(server, "PPN-MANY");
        let path = format!("/v1/cases/{case}/desired-outcomes");
        let practitioner = server.as_("practitioner");
        let answers = at_once(64, |number| {
            practitioner.get(&path).ok();
            practitioner.post(&path, &json!({"ownWords": format!("wish {number}"), "expressedBy": "adult"})).send()
        });
        for answer in &answers {
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        let all = practitioner.get(&format!("{path}?limit=100")).ok();
        assert_eq!(all.body["items"].as_array().unwrap().len(), 64);
    }

    fn one_key_many_times_at_once_makes_one_record(server) {
        let police = server.as_("police-intake");
        let body = referral("PPN-TWIN");
        let answers = at_once(40, |_| police.post("/v1/referrals", &body).key("twin").send());
        for answer in &answers {
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        let ids: HashSet<String> = answers.iter().map(Answer::id).collect();
        assert_eq!(ids.len(), 1);
        let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count();
        assert_eq!(replayed, 39);
        let other_keys = at_once(20, |_| police.post("/v1/referrals", &body).send().id());
        assert_eq!(other_keys.into_iter().collect::<HashSet<_>>(), ids, "the same message under other keys");
    }

    fn of_many_who_read_the_same_version_one_writes(server) {
        let (_, case) = accepted_case(server, "PPN-VERSION");
        let practitioner = server.as_("practitioner");
        let need = json!({"difficulties": [], "conclusion": "power"});
        let need = practitioner.post(&format!("/v1/cases/{case}/advocacy-needs"), &need).created();
        let path = format!("/v1/cases/{case}/advocacy-needs/{}", need.id());
        let answers = at_once(16, |number| {
            let patch = json!({"adultView": format!("view {number}")});
            practitioner.patch(&path, &patch).if_match("W/\"1\"").send().status
        });
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [200, 412].contains(status)), "{answers:?}");
        assert_eq!(practitioner.get(&path).ok().body["version"], 2);
    }

    fn priorities_stay_distinct_whoever_writes(server) {
        let (_, case) = accepted_case(server, "PPN-RACE");
        let path = format!("/v1/cases/{case}/desired-outcomes");
        let practitioner = server.as_("practitioner");
        let answers = at_once(12, |number| {
            let body = json!({"ownWords": "a wish", "expressedBy": "adult", "priority": number % 3 + 1});
            practitioner.post(&path, &body).send()
        });
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(created, 3);
        answers.iter().filter(|answer| answer.status != 201).for_each(|answer| answer.is_problem("priority_taken"));
    }

    fn putting_the_outcomes_in_order_is_never_refused_for_being_slower(server) {
        let (_, case) = accepted_case(server, "PPN-ORDER");
        let path = format!("/v1/cases/{case}/desired-outcomes");
        let practitioner = server.as_("practitioner");
        let wish = json!({"ownWords": "a wish", "expressedBy": "adult"});
        let ids: Vec<String> = (0..3).map(|_| practitioner.post(&path, &wish).created().id()).collect();
        let answers = at_once(6, |number| {
            let mut order = ids.clone();
            order.rotate_left(number % 3);
            practitioner.put(&format!("{path}/priorities"), &json!({"order": order})).send()
        });
        for answer in &answers {
            assert!(answer.status == 200, "{}", answer.text);
        }
        let drafts = at_once(8, |number| {
            let draft = json!({"reason": format!("draft {number}")});
            practitioner.put(&format!("/v1/cases/{case}/conclusion"), &draft).if_match("W/\"1\"").send().status
        });
        assert_eq!(drafts.iter().filter(|status| **status == 200).count(), 1, "{drafts:?}");
        assert!(drafts.iter().all(|status| [200, 412].contains(status)), "{drafts:?}");
    }

    fn a_disabled_account_ends_on_the_next_request(server) {
        let practitioner = server.as_("practitioner");
        practitioner.get("/v1/cases").ok();
        server.database(|conn| {
            use diesel::prelude::*;
            use msp_api::schema::people::users;
            diesel::update(users::table.filter(users::username.eq("practitioner")))
                .set(users::enabled.eq(false))
                .execute(conn)?;
            Ok(())
        });
        let refused = practitioner.get("/v1/cases").expect(401);
        refused.is_problem("access_ended");
    }
}
