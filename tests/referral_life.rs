//! A referral lives after it was sent: updates, questions and answers, and what the referrer is told, which is little.

use diesel::prelude::*;
use msp_api::policy::Role;
use msp_api::schema::foundation::events;
use msp_api::schema::people::agency_authorities;
use serde_json::{Value, json};

use crate::stories::{accepted_case, referral};
use crate::support::{Actor, Answer, Server};

const STALE: &str = "W/\"999\"";

/// The path of a new referral about somebody new.
fn sent(server: &Server, reference: &str) -> String {
    let mut body = referral(reference);
    body["adult"] = json!({"familyName": format!("Person-{reference}")});
    let receipt = server.as_("police-intake").post("/v1/referrals", &body).created();
    format!("/v1/referrals/{}", receipt.id())
}

fn update(actor: &Actor, path: &str, kind: &str) -> Answer {
    let body = json!({"kind": kind, "text": format!("{kind} in words")});
    actor.post(&format!("{path}/updates"), &body).created()
}

fn decide(server: &Server, path: &str, decision: &Value) -> Answer {
    let manager = server.as_("manager");
    manager
        .post(&format!("{path}/triage"), decision)
        .if_match(&manager.tag(path))
        .ok()
}

fn accept(server: &Server, path: &str) -> String {
    let decision = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
    decide(server, path, &decision).text("/caseId")
}

fn events_of(server: &Server, path: &str) -> Vec<String> {
    let id = msp_api::ids::Id::parse(path.rsplit('/').next().unwrap()).unwrap();
    server.database(move |conn| {
        Ok(events::table
            .filter(events::resource_id.eq(id))
            .order(events::id)
            .select(events::event_type)
            .load(conn)?)
    })
}

fn items(answer: &Answer) -> &Vec<Value> {
    answer.body["items"].as_array().unwrap()
}

on_both_databases! {
    fn an_update_is_kept_as_it_came_and_makes_the_referral_unread_again(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let path = sent(server, "PPN-U-1");
        let first = manager.get(&path).ok();
        assert!(first.body.get("unreadSince").is_some());
        accept(server, &path);
        assert!(manager.get(&path).ok().body.get("unreadSince").is_none(), "triage is a look");
        let correction = json!({"kind": "correction", "text": "The house number was wrong",
            "correctedFields": [{"field": "adult.address", "value": "14 Mill Lane"}]});
        let added = police.post(&format!("{path}/updates"), &correction).key("one").created();
        let again = police.post(&format!("{path}/updates"), &correction).key("one").created();
        assert_eq!((again.id(), again.header("idempotency-replayed")), (added.id(), "true".to_owned()));
        let read = police.get(&added.header("location")).ok();
        assert_eq!(read.body["correctedFields"], correction["correctedFields"]);
        assert_eq!(read.text("/writtenBy"), "referrer");
        assert!(read.body.get("withheld").is_none());
        let staff = manager.get(&path).ok();
        assert!(staff.body.get("unreadSince").is_some());
        assert!(staff.body.pointer("/content/adult/address").is_none(), "what was sent stays as it was sent");
        assert_eq!(items(&server.as_("practitioner").get(&format!("{path}/updates")).ok()).len(), 1);
        let unread = |wanted: bool| {
            let list = manager.get(&format!("/v1/referrals?limit=100&unread={wanted}")).ok();
            items(&list).iter().any(|item| path.ends_with(item["id"].as_str().unwrap()))
        };
        assert!(unread(true) && !unread(false));
        assert_eq!(events_of(server, &path), ["referral.received", "referral.status_changed", "referral.updated"]);
        manager.post(&format!("{path}/acknowledgement"), &json!({})).if_match(&staff.tag()).ok();
        assert!(unread(false) && !unread(true));
    }

    fn whoever_decides_has_read_the_latest_update(server) {
        let path = sent(server, "PPN-U-2");
        let manager = server.as_("manager");
        let read = manager.tag(&path);
        update(&server.as_("police-intake"), &path, "additional_information");
        let decision = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        manager.post(&format!("{path}/triage"), &decision).if_match(&read).expect(412).is_problem("stale");
        manager.post(&format!("{path}/acknowledgement"), &json!({})).if_match(&read).expect(412);
        accept(server, &path);
    }

    fn updates_that_come_at_once_are_all_kept(server) {
        let path = sent(server, "PPN-U-3");
        let police = server.as_("police-intake");
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| update(&police, &path, "additional_information"));
            }
        });
        assert_eq!(items(&police.get(&format!("{path}/updates?limit=100")).ok()).len(), 16);
    }

    fn a_withdrawal_closes_nothing(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let path = sent(server, "PPN-W-1");
        update(&police, &path, "withdrawal");
        assert_eq!(police.get(&path).ok().text("/status"), "withdrawn");
        let staff = manager.get(&path).ok();
        assert_eq!(staff.text("/status"), "received", "it still waits for triage");
        assert!(staff.body["withdrawnAt"].is_string());
        let case = accept(server, &path);
        assert_eq!(manager.get(&format!("/v1/cases/{case}")).ok().text("/state"), "concern", "the case goes on");
        let later = sent(server, "PPN-W-2");
        let case = accept(server, &later);
        update(&police, &later, "withdrawal");
        assert_eq!(manager.get(&later).ok().text("/status"), "accepted");
        assert_eq!(manager.get(&format!("/v1/cases/{case}")).ok().text("/state"), "concern");
        for path in [&path, &later] {
            assert_eq!(police.get(path).ok().text("/status"), "withdrawn");
        }
        let found = |status: &str| items(&police.get(&format!("/v1/referrals?limit=100&status={status}")).ok())
            .iter().filter(|item| item["agencyReference"].as_str().unwrap().starts_with("PPN-W-")).count();
        assert_eq!((found("withdrawn"), found("accepted")), (2, 0), "the filter tells no more than the receipts");
    }

    fn a_wrong_person_is_hidden_from_everyone_but_the_manager_who_settles_it(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let practitioner = server.as_("practitioner");
        let delegated = server.add_user("deputy", Role::DelegatedPractitioner, "northbank", None);
        let path = sent(server, "PPN-WRONG");
        accept(server, &path);
        let question = json!({"question": "Where is she now?"});
        let asked = manager.post(&format!("{path}/information-requests"), &question).created();
        let answers = format!("{}/answers", asked.header("location"));
        police.post(&answers, &json!({"text": "With Mrs Somebody"})).created();
        let before = police.get(&path).ok();
        let wrong = update(&police, &path, "wrong_person");
        let receipt = police.get(&path).ok();
        assert_eq!((receipt.body, receipt.headers["etag"].clone()), (before.body.clone(), before.tag()), "the receipt stays");
        for who in [&practitioner, &delegated] {
            let read = who.get(&path).ok();
            assert!(read.body.get("content").is_none() && !read.text.contains("Person-PPN-WRONG"), "{}", read.text);
            assert_eq!(read.body["withheld"], json!(["content", "unused"]));
            assert_eq!(read.body["needsAttention"], true);
            assert!(read.body.get("hidden").is_none() && read.body["tasks"][0].get("reason").is_none());
            assert!(!read.text.contains("in words"));
            assert!(read.body.get("earlierReferrals").is_none());
            for list in [format!("{path}/updates"), answers.clone()] {
                let list = who.get(&list).ok();
                assert!(!list.text.contains("in words") && !list.text.contains("Somebody"), "{}", list.text);
                assert!(list.text.contains("withheld"));
            }
            let listed = who.get("/v1/referrals?limit=100&needsAttention=true").ok();
            assert_eq!(items(&listed).len(), 1);
            assert!(!listed.text.contains("Person-PPN-WRONG"));
        }
        let seen = manager.get(&path).ok();
        assert_eq!(seen.text("/content/adult/familyName"), "Person-PPN-WRONG");
        assert_eq!(seen.text("/hidden/reason"), "wrong_person in words");
        assert_eq!(seen.text("/tasks/0/updateId"), wrong.id());
        let settle = format!("{path}/tasks/{}/resolution", seen.text("/tasks/0/id"));
        let note = json!({"note": "Another patient's number; told the officer"});
        practitioner.post(&settle, &note).if_match(&seen.tag()).expect(403);
        police.post(&settle, &note).if_match(&seen.tag()).expect(403);
        manager.post(&settle, &note).expect(428);
        manager.post(&settle, &json!({"note": " "})).if_match(&seen.tag()).expect(422);
        let settled = manager.post(&settle, &note).if_match(&seen.tag()).ok();
        assert_eq!(settled.body["needsAttention"], false);
        assert_eq!(settled.body["tasks"][0]["note"], note["note"]);
        manager.post(&settle, &note).if_match(&settled.tag()).expect(409);
        assert!(practitioner.get(&path).ok().body.get("content").is_none(), "it stays hidden");
        assert_eq!(items(&manager.get("/v1/referrals?needsAttention=true").ok()).len(), 0);
        assert!(!events_of(server, &path).iter().any(|event| event.starts_with("referral.resolved")));
        assert_eq!(police.get(&path).ok().body, before.body);
    }

    fn nobody_but_the_manager_decides_about_what_may_be_the_wrong_person(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let delegated = server.add_user("deputy", Role::DelegatedPractitioner, "northbank", None);
        let path = sent(server, "PPN-WRONG-2");
        update(&police, &path, "wrong_person");
        let decision = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        delegated.post(&format!("{path}/triage"), &decision).if_match(&manager.tag(&path)).expect(403);
        let read = manager.get(&path).ok();
        let settle = format!("{path}/tasks/{}/resolution", read.text("/tasks/0/id"));
        let note = json!({"note": "It is her", "showContentAgain": true});
        manager.post(&settle, &note).if_match(&read.tag()).ok();
        assert!(delegated.get(&path).ok().body.get("content").is_some());
        delegated.post(&format!("{path}/triage"), &decision).if_match(&manager.tag(&path)).ok();
    }

    fn a_question_waits_for_its_answer_and_further_answers_are_taken(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let path = sent(server, "PPN-Q-1");
        let requests = format!("{path}/information-requests");
        let asked = manager.post(&requests, &json!({"question": "Which ward?", "neededFor": "To see who was there"})).created();
        assert_eq!(asked.text("/status"), "open");
        assert_eq!(police.get(&path).ok().text("/status"), "information_requested");
        let own = police.get(&requests).ok();
        assert_eq!(own.text("/items/0/question"), "Which ward?");
        assert_eq!(own.text("/items/0/neededFor"), "To see who was there");
        let request = asked.header("location");
        let answers = format!("{request}/answers");
        let answer = |text: &str| police.post(&answers, &json!({"text": text})).created();
        let first = answer("Ward 7");
        police.get(&first.header("location")).ok();
        assert_eq!(police.get(&path).ok().text("/status"), "received");
        let answered = police.get(&request).ok();
        assert_eq!((answered.text("/status"), answered.tag()), ("answered".to_owned(), "W/\"2\"".to_owned()));
        answer("And ward 9 before that");
        assert_eq!(items(&manager.get(&answers).ok()).len(), 2);
        assert_eq!(police.get(&request).ok().body, answered.body);
        let expected = ["referral.received", "referral.information_requested", "referral.updated", "referral.updated"];
        assert_eq!(events_of(server, &path), expected);
        let staff = manager.get(&path).ok();
        assert!(staff.body["unreadSince"].is_string() && staff.body["openRequests"] == 0);
        police.get(&format!("{path}/information-requests/{}", first.id())).expect(404);
        police.get(&format!("{}/{}", sent(server, "PPN-Q-2"), request.split_once("information").unwrap().1)).expect(404);
    }

    fn deciding_without_the_answer_makes_the_question_moot(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let path = sent(server, "PPN-Q-3");
        let asked = decide(server, &path, &json!({"decision": "more_information", "narrative": "Unclear", "question": "Where is she?"}));
        assert_eq!(asked.text("/status"), "information_requested");
        assert!(events_of(server, &path).contains(&"referral.information_requested".to_owned()));
        let request = police.get(&format!("{path}/information-requests")).ok();
        assert_eq!(request.text("/items/0/question"), "Where is she?");
        accept(server, &path);
        assert_eq!(police.get(&path).ok().text("/status"), "accepted");
        let request = format!("{path}/information-requests/{}", request.text("/items/0/id"));
        assert_eq!(police.get(&request).ok().text("/status"), "no_longer_needed");
        police.post(&format!("{request}/answers"), &json!({"text": "At her sister's"})).created();
        assert_eq!(police.get(&path).ok().text("/status"), "accepted");
        manager.post(&format!("{path}/information-requests"), &json!({"question": "And today?"})).created();
        assert_eq!(police.get(&path).ok().text("/status"), "information_requested");
        assert_eq!(manager.get(&path).ok().text("/status"), "accepted");
        let other = json!({"decision": "duplicate", "narrative": "x", "question": "Why?"});
        let next = sent(server, "PPN-Q-4");
        let refused = manager.post(&format!("{next}/triage"), &other).if_match("W/\"1\"").expect(422);
        assert_eq!(refused.pointers("errors"), ["/question"]);
        decide(server, &next, &json!({"decision": "more_information", "narrative": "Ring us"}));
        assert_eq!(police.get(&next).ok().text("/status"), "information_requested");
        update(&police, &next, "additional_information");
        assert_eq!(manager.get(&next).ok().text("/status"), "received", "what was waited for has come");
    }

    fn feedback_is_read_on_the_receipt_and_what_is_withheld_shows_in_no_way(server) {
        let (police, practitioner) = (server.as_("police-intake"), server.as_("practitioner"));
        let path = sent(server, "PPN-F-1");
        accept(server, &path);
        let feedback = format!("{path}/feedback-to-referrer");
        let (before, staff) = (police.get(&path).ok(), server.as_("manager").tag(&path));
        assert_eq!(before.tag(), "W/\"2\"", "triage changed the receipt once");
        let withheld = practitioner.post(&feedback, &json!({"withheldReason": "He may be told of it"})).created();
        assert_eq!(withheld.body["given"], false);
        let after = police.get(&path).ok();
        assert_eq!((after.body.clone(), after.tag()), (before.body.clone(), before.tag()));
        police.get(&path).header("If-None-Match", &before.tag()).expect(304);
        assert_ne!(server.as_("manager").tag(&path), staff, "staff see that something changed");
        assert!(!events_of(server, &path).contains(&"referral.feedback_given".to_owned()));
        for (wrong, pointer) in [
            (json!({"given": true, "text": "x"}), "/code"), (json!({"given": true, "code": "other"}), "/text"),
            (json!({"given": true, "code": "other", "text": "x", "withheldReason": "y"}), "/withheldReason"),
            (json!({}), "/withheldReason"), (json!({"given": false}), "/withheldReason"),
        ] {
            assert_eq!(practitioner.post(&feedback, &wrong).expect(422).pointers("errors"), [pointer]);
        }
        let given = json!({"given": true, "code": "accepted", "text": "We are talking with her"});
        let given = practitioner.post(&feedback, &given).created();
        practitioner.get(&given.header("location")).ok();
        let receipt = police.get(&path).ok();
        assert_eq!(receipt.text("/feedback/code"), "accepted");
        assert_eq!(receipt.text("/feedback/text"), "We are talking with her");
        assert_eq!(receipt.text("/feedback/givenAt"), given.text("/createdAt"));
        assert_eq!(receipt.tag(), "W/\"3\"");
        assert!(events_of(server, &path).contains(&"referral.feedback_given".to_owned()));
        practitioner.post(&feedback, &json!({"withheldReason": "Enough was said"})).created();
        assert_eq!(police.get(&path).ok().body, receipt.body);
        assert_eq!(items(&practitioner.get(&feedback).ok()).len(), 3);
    }

    fn a_list_of_receipts_changes_only_with_what_they_say(server) {
        let (police, practitioner) = (server.as_("police-intake"), server.as_("practitioner"));
        let path = sent(server, "PPN-F-2");
        accept(server, &path);
        let told = practitioner.post(&format!("{path}/feedback-to-referrer"), &json!({"withheldReason": "x"})).created();
        let since = |actor: &Actor| {
            let list = actor.get(&format!("/v1/referrals?limit=100&updatedSince={}", told.text("/createdAt"))).ok();
            items(&list).iter().filter(|item| path.ends_with(item["id"].as_str().unwrap())).count()
        };
        assert_eq!((since(&police), since(&practitioner)), (0, 1));
        let given = json!({"given": true, "code": "other", "text": "Thank you"});
        practitioner.post(&format!("{path}/feedback-to-referrer"), &given).created();
        assert_eq!((since(&police), since(&practitioner)), (1, 1));
    }

    fn ending_without_an_enquiry_gives_the_same_feedback_however_it_is_done(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let feedback = json!({"given": true, "text": "She was offered advice"});
        let ending = json!({"dispositions": ["information_advice"], "narrative": "Settled", "adultView": "Content",
            "feedbackToReferrer": feedback});
        let at_once = sent(server, "PPN-N-1");
        let mut decision = ending.clone();
        decision["decision"] = json!("no_enquiry");
        decide(server, &at_once, &decision);
        let later = sent(server, "PPN-N-2");
        let case = format!("/v1/cases/{}", accept(server, &later));
        let mut step = ending;
        step["to"] = json!("closed_no_enquiry");
        manager.post(&format!("{case}/transitions"), &step).if_match(&manager.tag(&case)).ok();
        for path in [at_once, later] {
            let receipt = police.get(&path).ok();
            let told = (receipt.text("/status"), receipt.text("/feedback/code"), receipt.text("/feedback/text"));
            assert_eq!(told, ("closed".to_owned(), "no_enquiry".to_owned(), "She was offered advice".to_owned()));
            let records = manager.get(&format!("{path}/feedback-to-referrer")).ok();
            assert_eq!((items(&records).len(), records.text("/items/0/code")), (1, "no_enquiry".to_owned()));
            assert!(events_of(server, &path).contains(&"referral.feedback_given".to_owned()));
        }
        let withheld = sent(server, "PPN-N-3");
        decision["feedbackToReferrer"] = json!({"withheldReason": "He is said to be the risk"});
        decide(server, &withheld, &decision);
        assert!(!police.get(&withheld).ok().text.contains("feedback"));
    }

    fn a_referral_is_acknowledged_by_triage_or_before_unless_that_is_withheld(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let acknowledged = |path: &str| police.get(path).ok().body.get("acknowledgedAt").cloned();
        let before = sent(server, "PPN-A-1");
        assert_eq!(acknowledged(&before), None);
        manager.post(&format!("{before}/acknowledgement"), &json!({})).if_match(STALE).expect(412);
        manager.post(&format!("{before}/acknowledgement"), &json!({})).if_match(&manager.tag(&before)).ok();
        let at = acknowledged(&before);
        assert!(at.is_some());
        assert_eq!(police.get(&before).ok().text("/status"), "received");
        accept(server, &before);
        assert_eq!(acknowledged(&before), at, "the first time counts");
        let by_triage = sent(server, "PPN-A-2");
        accept(server, &by_triage);
        assert!(acknowledged(&by_triage).is_some());
        let withheld = sent(server, "PPN-A-3");
        let decision = json!({"decision": "accept", "allocateTo": server.user_id("practitioner"),
            "acknowledgementWithheldReason": "It may be passed on"});
        decide(server, &withheld, &decision);
        assert_eq!(acknowledged(&withheld), None);
        assert_eq!(manager.get(&withheld).ok().text("/acknowledgementWithheldReason"), "It may be passed on");
        let quietly = sent(server, "PPN-A-4");
        let receipt = police.get(&quietly).ok();
        manager.post(&format!("{quietly}/acknowledgement"), &json!({"withheldReason": "x"})).if_match(&manager.tag(&quietly)).ok();
        assert!(manager.get(&quietly).ok().body.get("unreadSince").is_none());
        assert_eq!(police.get(&quietly).ok().text, receipt.text);
        assert_eq!(events_of(server, &quietly), ["referral.received"]);
    }

    fn a_referrer_who_is_no_agency_reads_received_whatever_comes_of_it(server) {
        let (police, advocate, manager) = (server.as_("police-intake"), server.as_("advocate"), server.as_("manager"));
        let mut from_a_relative = referral("PPN-R-1");
        from_a_relative["adult"] = json!({"familyName": "Relativeson"});
        from_a_relative["referrer"] = json!({"name": "A Son", "agencyType": "family"});
        let mut by_an_advocate = from_a_relative.clone();
        by_an_advocate.as_object_mut().unwrap().remove("agencyReference");
        by_an_advocate["referrer"] = json!({"name": "Rosa Lindqvist"});
        for (referrer, body) in [(&police, from_a_relative), (&advocate, by_an_advocate)] {
            let path = format!("/v1/referrals/{}", referrer.post("/v1/referrals", &body).created().id());
            let case = format!("/v1/cases/{}", accept(server, &path));
            let receipt = referrer.get(&path).ok();
            assert_eq!(receipt.text("/status"), "received");
            assert!(receipt.text("/whatHappensNext").contains("will look at this"));
            assert!(!receipt.text.contains("caseId") && !receipt.text.contains("content"));
            let ending = json!({"to": "closed_no_enquiry", "dispositions": ["no_further_action"], "narrative": "x",
                "adultView": "x", "feedbackToReferrer": {"given": true, "text": "Meant for others"}});
            manager.post(&format!("{case}/transitions"), &ending).if_match(&manager.tag(&case)).ok();
            assert_eq!(manager.get(&path).ok().text("/status"), "closed");
            assert_eq!(referrer.get(&path).ok().text, receipt.text);
            assert_eq!(items(&referrer.get("/v1/referrals?limit=100&status=closed").ok()).iter()
                .filter(|item| path.ends_with(item["id"].as_str().unwrap())).count(), 0);
        }
    }

    fn staff_add_to_the_referrals_they_took_and_to_no_others(server) {
        let (taker, other) = (server.as_("practitioner2"), server.as_("practitioner"));
        let mut body = referral("x");
        body.as_object_mut().unwrap().remove("agencyReference");
        body["adult"] = json!({"familyName": "Rung-in"});
        let path = format!("/v1/referrals/{}", taker.post("/v1/referrals", &body).created().id());
        let added = update(&taker, &path, "additional_information");
        assert_eq!(added.text("/writtenBy"), "staff");
        taker.get(&added.header("location")).ok();
        assert!(taker.get(&path).ok().body.get("content").is_none(), "whoever took it reads the receipt");
        let more = json!({"kind": "correction", "text": "x"});
        other.post(&format!("{path}/updates"), &more).expect(404);
        server.as_("manager").post(&format!("{path}/updates"), &more).expect(403);
        let asked = server.as_("manager").post(&format!("{path}/information-requests"), &json!({"question": "Her street?"})).created();
        let answered = taker.post(&format!("{}/answers", asked.header("location")), &json!({"text": "Mill Lane"})).created();
        assert_eq!(answered.text("/writtenBy"), "staff");
    }

    fn a_lapsed_agreement_stops_no_update_and_no_answer(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let path = sent(server, "PPN-L-1");
        let asked = manager.post(&format!("{path}/information-requests"), &json!({"question": "Where?"})).created();
        server.database(|conn| {
            diesel::update(agency_authorities::table)
                .set(agency_authorities::agreement_until.eq(chrono::NaiveDate::from_ymd_opt(2026, 1, 1)))
                .execute(conn)?;
            Ok(())
        });
        let added = update(&police, &path, "additional_information");
        let answers = format!("{}/answers", asked.header("location"));
        let answer = police.post(&answers, &json!({"text": "At home"})).created();
        for read in [path.clone(), format!("{path}/updates"), added.header("location"), format!("{path}/information-requests"),
            asked.header("location"), answers.clone(), answer.header("location")] {
            police.get(&read).expect(403);
        }
        assert_eq!(items(&manager.get(&answers).ok()).len(), 1);
    }

    fn another_agency_finds_none_of_it(server) {
        let (police, nhs, manager) = (server.as_("police-intake"), server.as_("nhs-intake"), server.as_("manager"));
        let path = sent(server, "PPN-X-1");
        let added = update(&police, &path, "wrong_person");
        let asked = manager.post(&format!("{path}/information-requests"), &json!({"question": "Where?"})).created();
        let answers = format!("{}/answers", asked.header("location"));
        let answer = police.post(&answers, &json!({"text": "At home"})).created();
        let reads = [path.clone(), format!("{path}/updates"), added.header("location"), format!("{path}/information-requests"),
            asked.header("location"), answers.clone(), answer.header("location")];
        for read in &reads {
            police.get(read).ok();
            nhs.get(read).expect(404);
            server.as_("manager-eastmoor").get(read).expect(404);
        }
        nhs.post(&format!("{path}/updates"), &json!({"kind": "withdrawal", "text": "x"})).expect(404);
        nhs.post(&answers, &json!({"text": "x"})).expect(404);
        assert_eq!(police.get(&path).ok().text("/status"), "received", "and could withdraw none of it");
        assert_eq!(items(&police.get(&answers).ok()).len(), 1);
    }

    fn the_agency_learns_nothing_else(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let (earlier, case) = accepted_case(server, "PPN-Z-0");
        let path = sent(server, "PPN-Z-1");
        update(&police, &path, "wrong_person");
        decide(server, &path, &json!({"decision": "link", "caseId": case}));
        let feedback = format!("{path}/feedback-to-referrer");
        manager.post(&feedback, &json!({"withheldReason": "x"})).created();
        let read = police.get(&path).ok();
        let known =
            ["id", "reference", "status", "receivedAt", "agencyReference", "acknowledgedAt", "whatHappensNext", "warnings", "version"];
        for name in read.body.as_object().unwrap().keys() {
            assert!(known.contains(&name.as_str()), "{name}");
        }
        let updates = police.get(&format!("{path}/updates")).ok();
        let list = police.get("/v1/referrals?limit=100").ok();
        for answer in [&read, &updates, &list] {
            let secrets =
                ["caseId", case.as_str(), "needsAttention", "tasks", "earlierReferrals", "hidden", "withheld", "unread", "Person-"];
            for secret in secrets {
                assert!(!answer.text.contains(secret), "{secret} in {}", answer.text);
            }
        }
        assert!(!read.text.contains(&earlier));
        for forbidden in [feedback.clone(), format!("/v1/cases/{case}")] {
            police.get(&forbidden).expect(403);
        }
        for filter in ["needsAttention=true", "needsAttention=false", "unread=true"] {
            police.get(&format!("/v1/referrals?{filter}")).expect(400).is_problem("bad_parameter");
        }
        let steps = [
            ("information-requests", json!({"question": "x"})), ("acknowledgement", json!({})),
            ("triage", json!({"decision": "accept"})),
        ];
        for (post, body) in steps {
            police.post(&format!("{path}/{post}"), &body).if_match("W/\"1\"").expect(403);
        }
        police.post(&feedback, &json!({"withheldReason": "x"})).expect(403);
    }

    fn repeat_referrals_about_the_same_adult_are_shown_to_those_who_decide(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let delegated = server.add_user("deputy", Role::DelegatedPractitioner, "northbank", None);
        let adult = json!({"familyName": "Againson", "givenNames": ["Mabel"], "nhsNumber": "6541003238"});
        let send = |reference: &str| {
            let mut body = referral(reference);
            body["adult"] = adult.clone();
            police.post("/v1/referrals", &body).created().id()
        };
        let first = send("PPN-AGAIN-1");
        let case = accept(server, &format!("/v1/referrals/{first}"));
        let second = send("PPN-AGAIN-2");
        let path = format!("/v1/referrals/{second}");
        let before = manager.get(&path).ok();
        assert_eq!(before.body["earlierReferrals"], json!({"count": 1, "ids": [first]}), "by the number, before it is decided");
        let third = send("PPN-AGAIN-3");
        decide(server, &path, &json!({"decision": "link", "caseId": case}));
        let path = format!("/v1/referrals/{third}");
        for who in [&manager, &delegated] {
            let read = who.get(&path).ok();
            assert_eq!(read.body["earlierReferrals"], json!({"count": 2, "ids": [second, first]}), "newest first");
        }
        let before = manager.get(&path).ok().tag();
        decide(server, &path, &json!({"decision": "link", "caseId": case}));
        assert_ne!(manager.get(&path).ok().tag(), before);
        assert!(server.as_("practitioner").get(&path).ok().body.get("earlierReferrals").is_none());
        assert!(!police.get(&path).ok().text.contains("earlier"));
        server.database(|conn| {
            use msp_api::schema::casework::referrals;
            let long_ago = msp_api::clock::now().plus_seconds(-370 * 86_400);
            diesel::update(referrals::table.filter(referrals::agency_reference.eq("PPN-AGAIN-1")))
                .set(referrals::created_at.eq(long_ago)).execute(conn)?;
            Ok(())
        });
        assert_eq!(manager.get(&path).ok().body["earlierReferrals"]["count"], 1, "of the last twelve months");
        assert_eq!(manager.get(&format!("/v1/referrals/{first}")).ok().body["earlierReferrals"]["count"], 0);
    }
}
