//! Stories of the records around a case: capacity and best interests beside the adult's own words, wishes, who was
//! told, whom the risk comes from.

use serde_json::json;

use crate::stories::accepted_case;

on_both_databases! {
    fn best_interests_outcomes_stand_beside_her_own_words_and_need_an_assessment_and_a_decision(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-CAPACITY");
        let path = |rest: &str| format!("/v1/cases/{case}{rest}");
        let wish = |decision: Option<&str>| {
            let body = json!({"ownWords": "That she is safe at night", "expressedBy": "best_interests",
                "bestInterestsDecisionId": decision});
            practitioner.post(&path("/desired-outcomes"), &body).send()
        };
        assert_eq!(wish(None).pointers("errors"), ["/expressedBy"], "no decision, no best interests");
        let has = json!({"decision": "Where she sleeps", "conclusion": "has_capacity"});
        let has = practitioner.post(&path("/capacity-assessments"), &has).created();
        let decide = |assessment: &str| {
            let body = json!({"assessmentId": assessment, "decision": "Where she sleeps", "outcome": "At her niece's"});
            practitioner.post(&path("/best-interests-decisions"), &body).send()
        };
        assert_eq!(decide(&has.id()).pointers("errors"), ["/assessmentId"], "who has capacity decides");
        let bare = json!({"decision": "Where she sleeps", "conclusion": "lacks_capacity"});
        let refused = practitioner.post(&path("/capacity-assessments"), &bare).expect(422);
        assert_eq!(refused.pointers("errors"), ["/functionalTest", "/impairment", "/causalLink", "/supportGiven"]);
        let pending = json!({"decision": "Where she sleeps", "conclusion": "not_completed"});
        let pending = practitioner.post(&path("/capacity-assessments"), &pending).created();
        let concluded = json!({"conclusion": "lacks_capacity", "impairment": "Dementia", "causalLink": "Because of it",
            "supportGiven": "Pictures", "functionalTest": {"retain": {"able": "not_able", "evidence": "Asked anew"}}});
        let assessment = path(&format!("/capacity-assessments/{}", pending.id()));
        practitioner.patch(&assessment, &concluded).if_match(&pending.tag()).ok();
        let decision = decide(&pending.id());
        assert_eq!(decision.status, 201, "{}", decision.text);
        assert_eq!(wish(Some(&decision.id())).text("/expressedBy"), "best_interests");
        let own = json!({"ownWords": "I want my own bed", "expressedBy": "adult", "priority": 1});
        practitioner.post(&path("/desired-outcomes"), &own).created();
        let others = accepted_case(server, "PPN-OTHER-CASE").1;
        let stolen = json!({"ownWords": "x", "expressedBy": "best_interests", "bestInterestsDecisionId": decision.id()});
        practitioner.post(&format!("/v1/cases/{others}/desired-outcomes"), &stolen).expect(422);
    }

    fn a_relatives_wish_is_never_listed_as_the_adults(server) {
        let (adult, advocate) = (server.as_("adult"), server.as_("advocate"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let path = format!("/v1/cases/{case}/wishes");
        let wish = |said_by: &str| json!({"kind": "who_not_to_involve", "text": "Not my nephew", "saidBy": said_by});
        assert_eq!(adult.post(&path, &wish("representative")).expect(422).pointers("errors"), ["/saidBy"]);
        assert_eq!(advocate.post(&path, &wish("practitioner")).expect(422).pointers("errors"), ["/saidBy"]);
        let own = adult.post(&path, &wish("adult")).created();
        advocate.post(&path, &wish("advocate")).created();
        let one = format!("{path}/{}", own.id());
        assert_eq!(server.as_("practitioner").patch(&one, &json!({})).if_match("W/\"1\"").send().status, 405);
        assert_eq!(server.as_("practitioner").get(&one).ok().text("/saidBy"), "adult");
    }

    fn whom_the_risk_comes_from_is_for_staff_on_the_case_only(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let path = format!("/v1/cases/{case}/persons-of-concern");
        let nobody = server.as_("practitioner").post(&path, &json!({"aware": "no"})).expect(422);
        assert_eq!(nobody.pointers("errors"), ["/name"]);
        let named = json!({"name": "Marmaduke Vole", "relationship": "nephew"});
        server.as_("practitioner").post(&path, &named).created();
        for (who, expected) in [("manager", 200), ("practitioner", 200), ("duty", 403), ("advocate", 403), ("adult", 403),
            ("practitioner2", 404), ("manager-eastmoor", 404), ("police-intake", 403)] {
            let answer = server.as_(who).get(&path).send();
            assert_eq!(answer.status, expected, "{who}");
            assert_eq!(answer.text.contains("Vole"), expected == 200, "{who}");
        }
    }

    fn what_is_owed_shows_and_blocks_nothing(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-OWED");
        let path = format!("/v1/cases/{case}");
        let gaps = || practitioner.get(&path).ok().body["gaps"].as_array().unwrap().clone();
        assert_eq!(gaps(), ["adult_not_asked", "adult_not_told"]);
        let before = practitioner.tag(&path);
        let told = format!("{path}/informed");
        let neither = practitioner.post(&told, &json!({"who": "adult", "about": "concern"})).expect(422);
        assert_eq!(neither.pointers("errors"), ["/toldAt"]);
        let not_yet = json!({"who": "adult", "about": "concern", "notToldReason": "Not alone yet", "lookAgainOn": "2126-01-01"});
        let not_yet = practitioner.post(&told, &not_yet).created();
        assert!(gaps().contains(&json!("adult_not_told")), "a reason is recorded, and it is still owed");
        let done = json!({"toldAt": "2026-11-20T10:00:00Z", "how": "in person"});
        practitioner.patch(&format!("{told}/{}", not_yet.id()), &done).if_match(&not_yet.tag()).ok();
        assert_eq!(gaps(), ["adult_not_asked"]);
        let after = practitioner.tag(&path);
        assert_ne!(before, after, "whatever changes an answer changes its tag");
        assert_eq!(before.split('.').next(), after.split('.').next(), "and the case itself has not changed");
    }

    fn a_decision_to_share_says_why_and_what_the_least_is(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-SHARING");
        let path = format!("/v1/cases/{case}/sharing-decisions");
        let body = json!({"what": "x", "withWhom": "The bank", "why": "y", "initiative": "requested", "adultTold": "not_told",
            "minimumNecessary": "z", "decision": "refused", "lawfulBasis": ["common_law"]});
        assert_eq!(practitioner.post(&path, &body).expect(422).pointers("errors"), ["/adultNotToldReason"]);
        let mut bare = body;
        for member in ["why", "minimumNecessary"] {
            bare.as_object_mut().unwrap().remove(member);
        }
        bare["lawfulBasis"] = json!([]);
        let mut found = practitioner.post(&path, &bare).expect(422).pointers("errors");
        found.sort();
        assert_eq!(found, ["/lawfulBasis", "/minimumNecessary", "/why"]);
        let link = json!({"kind": "cqc", "status": "issued"});
        let wrong = practitioner.post(&format!("/v1/cases/{case}/links"), &link).expect(422);
        assert_eq!(wrong.pointers("errors"), ["/status"]);
    }

    fn a_visit_is_one_call_and_one_transaction_with_what_it_produced(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-VISIT");
        let path = |rest: &str| format!("/v1/cases/{case}{rest}");
        let count = |list: &str| practitioner.get(&path(list)).ok().body["items"].as_array().unwrap().len();
        let mut visit = json!({"kind": "visit", "at": "2026-11-19T10:00:00Z", "withAdult": true, "basis": "said",
            "text": "She was alone and pleased to talk", "restrictedPart": "A second key hangs by the door",
            "outcomesAsked": {"asked": true},
            "outcomes": [{"ownWords": "I want my purse to stay where I put it", "expressedBy": "adult", "priority": 1},
                {"ownWords": "Be safe", "expressedBy": "best_interests"}],
            "wishes": [{"kind": "do_not_want", "text": "No police car at the door", "saidBy": "adult"}],
            "nextSteps": [{"text": "Ring the bank", "by": "practitioner", "when": "2026-12-02"}]});
        let refused = practitioner.post(&path("/contacts"), &visit).expect(422);
        assert_eq!(refused.pointers("errors"), ["/outcomesAsked/result", "/outcomes/1/expressedBy"]);
        assert_eq!((count("/contacts"), count("/desired-outcomes"), count("/wishes")), (0, 0, 0), "all or nothing");
        visit["outcomesAsked"]["result"] = json!("expressed");
        visit["outcomes"].as_array_mut().unwrap().pop();
        let recorded = practitioner.post(&path("/contacts"), &visit).created();
        assert_eq!((count("/desired-outcomes"), count("/wishes")), (1, 1));
        let outcome = practitioner.get(&path(&format!("/desired-outcomes/{}", recorded.text("/outcomeIds/0")))).ok();
        assert_eq!(outcome.text("/saidAt"), "2026-11-19T10:00:00Z", "said when the visit was");
        let shown = practitioner.get(&path("")).ok();
        assert_eq!(shown.text("/lastContactWithAdultAt"), "2026-11-19T10:00:00Z");
        let duty = server.as_("duty").get(&path("/contacts")).ok();
        assert!(duty.body["items"][0].get("restrictedPart").is_none() && !duty.text.contains("second key"));
        let by_duty = json!({"kind": "call", "withAdult": false, "basis": "reported", "text": "A neighbour rang"});
        server.as_("duty").post(&path("/contacts"), &by_duty).created();
        server.as_("duty").post(&path("/contacts"), &visit).expect(403);
    }

    fn asked_and_nothing_wanted_is_an_answer_and_not_asking_needs_a_reason(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-ASKED");
        let contacts = format!("/v1/cases/{case}/contacts");
        let call = |asked: serde_json::Value| json!({"kind": "call", "withAdult": true, "basis": "said", "text": "x",
            "outcomesAsked": asked});
        let silent = practitioner.post(&contacts, &call(json!({"asked": false}))).expect(422);
        assert_eq!(silent.pointers("errors"), ["/outcomesAsked/whyNot"]);
        let derived = || {
            let conclusion = practitioner.get(&format!("/v1/cases/{case}/conclusion")).ok();
            conclusion.body["derived"]["asked"].clone()
        };
        practitioner.post(&contacts, &call(json!({"asked": false, "whyNot": "He stood beside her"}))).created();
        assert_eq!(derived(), "not_asked");
        practitioner.post(&contacts, &call(json!({"asked": true, "result": "none_expressed"}))).created();
        assert_eq!(derived(), "asked_none_expressed");
        assert_eq!(practitioner.get(&format!("/v1/cases/{case}")).ok().body["gaps"], json!(["adult_not_told"]));
    }

    fn an_action_against_a_do_not_want_names_it_and_an_earlier_due_date_is_kept(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-ACTION");
        let path = |rest: &str| format!("/v1/cases/{case}{rest}");
        let wish = |kind: &str| {
            let body = json!({"kind": kind, "text": "No police car at the door", "saidBy": "adult"});
            practitioner.post(&path("/wishes"), &body).created().id()
        };
        let (wanted, not_wanted) = (wish("want"), wish("do_not_want"));
        let act = |wish: &str, reason: Option<&str>| {
            let body = json!({"text": "The police call on her", "responsible": "PC 1234 Okafor", "agency": "police",
                "dueOn": "2026-11-25", "overridesWishId": wish, "overrideReason": reason,
                "linkedOutcomes": ["019a4c3e-8f00-7000-8000-000000000001"]});
            practitioner.post(&path("/actions"), &body).send()
        };
        let all = act(&wanted, None).pointers("errors");
        assert_eq!(all, ["/linkedOutcomes/0", "/overridesWishId", "/overrideReason"]);
        assert_eq!(act(&not_wanted, None).pointers("errors"), ["/linkedOutcomes/0", "/overrideReason"]);
        let body = json!({"text": "The police call on her", "responsible": "PC 1234 Okafor", "dueOn": "2026-11-25",
            "overridesWishId": not_wanted, "overrideReason": "Two others are at risk"});
        let action = practitioner.post(&path("/actions"), &body).created();
        assert_eq!(practitioner.get(&path("")).ok().body["openActions"], 1);
        let one = path(&format!("/actions/{}", action.id()));
        let moved = practitioner.patch(&one, &json!({"dueOn": "2026-12-09"})).if_match(&action.tag()).ok();
        assert_eq!(moved.text("/dueHistory/0/dueOn"), "2026-11-25");
        let done = practitioner.patch(&one, &json!({"status": "done"})).if_match(&moved.tag()).ok();
        assert_eq!(done.body["dueHistory"].as_array().unwrap().len(), 1);
        assert_eq!(practitioner.get(&path("")).ok().body["openActions"], 0);
    }

    fn a_summary_costs_a_fixed_number_of_statements_and_its_tag_moves_with_any_part(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-SUMMARY");
        let path = |rest: &str| format!("/v1/cases/{case}{rest}");
        let statements = || statements_of_a_summary(server, &case);
        let (empty, first_tag) = (statements(), practitioner.tag(&path("/summary")));
        for number in 0..30 {
            let said = json!({"ownWords": format!("wish {number}"), "expressedBy": "adult"});
            practitioner.post(&path("/desired-outcomes"), &said).created();
            let risk = json!({"riskType": "physical", "whatHappened": "x"});
            practitioner.post(&path("/risks"), &risk).created();
            let note = json!({"kind": "call", "withAdult": true, "basis": "said", "text": "x"});
            practitioner.post(&path("/contacts"), &note).created();
        }
        assert_eq!(statements(), empty, "however much it holds");
        assert!(empty <= 25, "{empty}");
        let full = practitioner.get(&path("/summary")).ok();
        assert_ne!(full.tag(), first_tag);
        assert_eq!(full.body["risks"].as_array().unwrap().len(), 30);
        practitioner.get(&path("/summary")).header("If-None-Match", &full.tag()).expect(304);
        let adults = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let seen = server.as_("adult").get(&format!("/v1/cases/{adults}/summary")).ok();
        assert!(seen.body.get("contacts").is_none() && seen.body["desiredOutcomes"].is_array());
    }
}

fn statements_of_a_summary(server: &crate::support::Server, case: &str) -> usize {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{Connection as _, InstrumentationEvent};
    use msp_api::demo::scene::perform;
    use msp_api::ids::Id;
    use msp_api::people::users;

    let (case, reader) = (
        Id::parse(case).unwrap(),
        Id::parse(&server.user_id("practitioner")).unwrap(),
    );
    server.database(move |conn| {
        let caller = users::caller(conn, reader, msp_api::clock::now())?.expect("the practitioner");
        let counted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&counted);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        perform(conn, &caller, msp_api::policy::Action::CasesRead, 1, |act| {
            msp_api::casework::summary::read(act, case)
        })?;
        conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        Ok(counted.load(Ordering::Relaxed))
    })
}
