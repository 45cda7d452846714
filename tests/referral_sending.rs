//! Sending referrals: many at once, all that one may hold, anonymously, and about nobody in particular.

use diesel::prelude::*;
use msp_api::body::canonical;
use serde_json::{Value, json};

use crate::stories::{referral, three_part_test};
use crate::support::{Actor, Answer, Server};

fn about(reference: &str) -> Value {
    let mut body = referral(reference);
    body["adult"] = json!({"familyName": format!("Person-{reference}")});
    body
}

fn send(police: &Actor, items: &Value) -> Answer {
    police
        .post("/v1/referrals/batch", &json!({ "items": items }))
        .expect(207)
}

fn statuses(answer: &Answer) -> Vec<u64> {
    let items = answer.body["items"].as_array().unwrap();
    for (index, item) in items.iter().enumerate() {
        assert_eq!(item["index"], index, "in their order");
        assert_eq!(item.get("receipt").is_some(), item["status"] == 201);
        assert_eq!(item.get("problem").is_some(), item["status"] != 201);
    }
    items
        .iter()
        .map(|item| item["status"].as_u64().unwrap())
        .collect()
}

fn refusals(server: &Server) -> Vec<Value> {
    let page = server.as_("manager").get("/v1/intake-refusals?limit=100").ok();
    page.body["items"].as_array().unwrap().clone()
}

on_both_databases! {
    fn of_a_batch_each_valid_referral_lands_and_each_other_is_refused_by_itself(server) {
        let police = server.as_("police-intake");
        let before = refusals(server).len();
        let mut nobody = about("PPN-B-1");
        nobody["adult"] = json!({});
        let mut unknown = about("PPN-B-2");
        unknown["shoeSize"] = json!(7);
        let items = json!([about("PPN-B-0"), nobody, unknown, 7, about("PPN-B-4")]);
        let answer = send(&police, &items);
        assert_eq!(statuses(&answer), [201, 422, 422, 400, 201]);
        assert_eq!(answer.text("/items/0/receipt/agencyReference"), "PPN-B-0");
        assert_eq!(answer.text("/items/1/problem/errors/0/pointer"), "/adult");
        assert_eq!(answer.text("/items/2/problem/errors/0/pointer"), "/shoeSize");
        assert_eq!(answer.text("/items/3/problem/code"), "malformed_json");
        assert_eq!(refusals(server).len(), before + 3);
        for index in [0, 4] {
            let landed = answer.text(&format!("/items/{index}/receipt/id"));
            server.as_("manager").get(&format!("/v1/referrals/{landed}")).ok();
        }
        let again = police.post("/v1/referrals/batch", &json!({"items": [items[2]]}));
        let lenient = again.header("Prefer", "handling=lenient").expect(207);
        assert_eq!(lenient.header("preference-applied"), "handling=lenient");
        assert_eq!(statuses(&lenient), [201]);
        assert_eq!(lenient.text("/items/0/receipt/warnings/0/pointer"), "/shoeSize");
    }

    fn what_no_reader_of_json_can_take_keeps_no_other_item_from_landing(server) {
        let police = server.as_("police-intake");
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        let surrogate = about("PPN-HALF").to_string().replace("Money missing", "\\ud800");
        let nul = about("PPN-NUL").to_string().replace("Money missing", "\\u0000");
        let body = format!("{{\"items\":[{deep},{surrogate},{nul},{}]}}", about("PPN-WHOLE"));
        let request = |lenient: &str| {
            police.request("POST", "/v1/referrals/batch", Some(body.clone())).key("odd").header("Prefer", lenient).expect(207)
        };
        let strict = request("handling=strict");
        assert_eq!(statuses(&strict), [400, 422, 422, 201]);
        assert_eq!(strict.text("/items/1/problem/errors/0/pointer"), "/concern/summary");
    }

    fn what_a_database_cannot_keep_is_a_warning_or_a_refusal_and_never_an_outage(server) {
        let police = server.as_("police-intake");
        let mut body = about("PPN-NULS");
        body["concern"]["injuries"] = json!("a\u{0}b");
        body["concern"]["od\u{0}d"] = json!({"x\u{0}": ["\u{0}"]});
        body["agencyPayload"]["body"]["fi\u{0}eld"] = json!(1);
        police.post("/v1/referrals", &body).expect(422);
        let landed = police.post("/v1/referrals", &body).header("Prefer", "handling=lenient").created();
        for place in ["/concern/injuries", "/concern/od\u{fffd}d", "/agencyPayload/body/fi\u{fffd}eld"] {
            assert!(landed.body["warnings"].to_string().contains(place), "{}", landed.text);
        }
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", landed.id())).ok();
        assert_eq!(read.body["content"]["agencyPayload"]["body"], json!({"urn": "01AB/1234/26", "note": null}));
        assert!(refusals(server).iter().any(|refusal| refusal["pointers"].to_string().contains("/concern/injuries")));
    }

    fn a_batch_as_a_whole_is_bounded_and_needs_a_key(server) {
        let police = server.as_("police-intake");
        let many: Vec<Value> = (0..101).map(|number| about(&format!("PPN-MANY-{number}"))).collect();
        let whole = |body: Value, status: u16| police.post("/v1/referrals/batch", &body).expect(status);
        assert_eq!(whole(json!({"items": many}), 422).text("/errors/0/code"), "too_many");
        assert_eq!(whole(json!({"items": []}), 422).text("/errors/0/code"), "too_few");
        assert_eq!(whole(json!({"items": {}}), 422).text("/errors/0/code"), "type");
        assert_eq!(whole(json!({}), 422).text("/errors/0/code"), "required");
        assert_eq!(whole(json!({"items": [], "more": 1}), 422).text("/errors/0/pointer"), "/more");
        let keyless = json!({"items": [about("PPN-KEY")]}).to_string();
        police.request("POST", "/v1/referrals/batch", Some(keyless)).expect(400).is_problem("idempotency_key_missing");
        let mut large = about("PPN-LARGE");
        large["agencyPayload"]["body"]["note"] = json!("a".repeat(300 * 1024));
        police.post("/v1/referrals", &large).expect(413);
        assert_eq!(statuses(&send(&police, &json!([large]))), [201], "1 MiB are taken");
        large["agencyPayload"]["body"]["note"] = json!("a".repeat(1024 * 1024));
        whole(json!({"items": [large]}), 413).is_problem("too_large");
    }

    fn repeating_a_batch_doubles_nothing_and_lands_what_was_put_right(server) {
        let (police, practitioner) = (server.as_("police-intake"), server.as_("practitioner"));
        let mut by_staff = about("x");
        by_staff.as_object_mut().unwrap().remove("agencyReference");
        for (caller, item) in [(&police, about("PPN-AGAIN")), (&practitioner, by_staff)] {
            let mut wrong = item.clone();
            wrong["adultAgreesToShare"] = json!("perhaps");
            wrong["agencyReference"] = json!("PPN-AGAIN-2");
            let send = |items: Value| caller.post("/v1/referrals/batch", &json!({"items": items})).key("again").expect(207);
            let first = send(json!([item, wrong]));
            assert_eq!(statuses(&first), [201, 422]);
            let count = || server.as_("manager").get("/v1/referrals?limit=100").ok().body["items"].as_array().unwrap().len();
            let before = count();
            wrong["adultAgreesToShare"] = json!("yes");
            if caller.get("/v1/me").ok().text("/kind") == "user" {
                wrong.as_object_mut().unwrap().remove("agencyReference");
            }
            let second = send(json!([wrong, item]));
            assert_eq!(statuses(&second), [201, 201]);
            assert_eq!(second.text("/items/1/receipt/id"), first.text("/items/0/receipt/id"));
            assert_eq!(count(), before + 1);
        }
    }

    fn every_look_of_a_batch_is_audited_item_by_item(server) {
        let police = server.as_("police-intake");
        send(&police, &json!([about("PPN-AUDIT"), {}]));
        let rows: Vec<(String, i32)> = server.database(|conn| {
            use msp_api::schema::foundation::audit_entries as table;
            Ok(table::table.filter(table::operation.eq("submitReferrals")).order(table::id)
                .select((table::outcome, table::status)).load(conn)?)
        });
        assert_eq!(rows, [("done".to_owned(), 201), ("refused".to_owned(), 422)]);
    }

    fn staff_read_back_every_field_that_was_sent(server) {
        let body = json!({"agencyReference":"PPN-2026-0042","authority":"northbank",
            "referrer":{"name":"PC 1234 Okafor","role":"police officer","agencyType":"police","relationship":"none",
                "anonymous":false,"wantsFeedback":true,"contact":"the front desk"},
            "adult":{"familyName":"Examplary","givenNames":["Ada","Jane"],"preferredName":"Addie","dateOfBirth":"1948-02-03","nhsNumber":"4010232137",
                "postcode":"SW1A 1AA","address":"14 Mill Lane","description":"a red coat","whereaboutsNow":"at home","communicationNeeds":["large print"],
                "contactPoints":[{"kind":"telephone","value":"01632 960001","safeToUse":"no","safeToLeaveMessage":"not_known"}]},
            "concern":{"kind":"individual","summary":"Money missing after visits","occurredFrom":"2026-11-01","occurredTo":"2026-11-02","ongoing":"yes",
                "abuseTypes":["financial_or_material"],"location":"own_home","careAndSupportNeeds":"Needs help with shopping",
                "unableToProtectReason":"…","injuries":"none seen","immediateDanger":"no","actionsTaken":"…"},
            "personsOfConcern":[{"name":"…","relationship":"nephew","worksWithAdults":"not_known","aware":"no"}],
            "othersAtRisk":{"adults":"no","children":"not_known","childrensServicesTold":"not_known"},
            "adultAware":"yes","adultAgreesToShare":"no","reasonWithoutAgreement":"Others may be at risk","capacityIndication":"not_known",
            "reportedViews":"She wants it to stop","requestedRepresentative":{"name":"…","relationship":"niece"},
            "riskGrading":{"scheme":"BRAG","value":"amber"},
            "externalReferences":[{"system":"police_urn","value":"01AB/1234/26"}],"agencyPayload":{"schema":"…","body":{}}});
        let sent = server.as_("police-intake").post("/v1/referrals", &body).created();
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok();
        let members = body.as_object().unwrap();
        for (name, value) in members {
            assert_eq!(&read.body["content"][name], value, "{name}");
        }
        assert_eq!(read.body["content"].as_object().unwrap().len(), members.len());
    }

    fn an_agencys_own_message_is_kept_verbatim_with_the_name_of_its_schema(server) {
        let message = r#"{"schema":"ppn/v3 \"draft\"","body":{"urn":null,"list":[null,[],{},""," \t\n",false],"":{"":0},"a/b~c":"~1",
            "numbers":[0,-1,1.0,0.1,1e-7,123456789.125,9007199254740993,18446744073709551615,-9223372036854775808],
            "text":"naïve 𝄞 \u202e \\ \" / é","agencyPayload":{"nested":null},"id":1,"deep":[[[[[[[[["x"]]]]]]]]]}}"#;
        let message: Value = serde_json::from_str(message).unwrap();
        for (reference, lenient) in [("PPN-VERBATIM", "handling=strict"), ("PPN-VERBATIM-2", "handling=lenient")] {
            let mut body = about(reference);
            body["agencyPayload"] = message.clone();
            let sent = server.as_("police-intake").post("/v1/referrals", &body).header("Prefer", lenient).created();
            assert_eq!(sent.body["warnings"], json!([]));
            let read = server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok();
            let kept = read.body.pointer("/content/agencyPayload").unwrap();
            assert_eq!(canonical(kept), canonical(&message));
        }
    }

    fn an_anonymous_referral_carries_no_name(server) {
        let police = server.as_("police-intake");
        let mut body = about("PPN-ANON");
        body["referrer"] = json!({"name": "Zebedee Quill", "anonymous": true, "agencyType": "public"});
        let refused = police.post("/v1/referrals", &body).expect(422);
        assert_eq!(refused.pointers("errors"), ["/referrer/name"]);
        let sent = police.post("/v1/referrals", &body).header("Prefer", "handling=lenient").created();
        assert_eq!(sent.body["warnings"], json!([{"pointer": "/referrer/name", "code": "anonymous"}]));
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok();
        assert!(!read.text.contains("Zebedee"), "not among what could not be used either: {}", read.text);
        assert_eq!(read.body["content"]["referrer"], json!({"anonymous": true, "agencyType": "public"}));
    }

    fn an_organisational_concern_without_an_adult_goes_to_its_end(server) {
        let (manager, police) = (server.as_("manager"), server.as_("police-intake"));
        let body = json!({"agencyReference": "PPN-HOME", "concern": {"kind": "organisational", "summary": "Call bells unplugged at night",
            "abuseTypes": ["organisational"], "location": "care_home_nursing"}, "adultAgreesToShare": "not_known",
            "reasonWithoutAgreement": "Nobody in particular"});
        let sent = police.post("/v1/referrals", &body).created();
        let accept = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        let accepted = manager.post(&format!("/v1/referrals/{}/triage", sent.id()), &accept).if_match(&sent.tag()).ok();
        let case = format!("/v1/cases/{}", accepted.text("/caseId"));
        let step = |body: &Value| manager.post(&format!("{case}/transitions"), body).if_match(&manager.tag(&case)).send();
        let draft = |part: &str, body: &Value| {
            let path = format!("{case}/{part}");
            manager.put(&path, body).if_match(&manager.tag(&path)).ok();
        };
        let read = manager.get(&case).ok();
        assert!(read.body.get("adult").is_none() && read.body["gaps"] == json!([]));
        manager.get(&format!("{case}/summary")).ok();
        let opened = step(&json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test()}));
        assert_eq!(opened.text("/state"), "enquiry");
        let mut conclusion = json!({"risks": [{"type": "organisational", "location": "care_home_nursing", "source": "service_provider"}],
            "riskAssessmentOutcome": "risk_identified_action_taken", "riskOutcome": "risk_reduced", "capacity": "not_known",
            "asked": "not_recorded", "reason": "The home was inspected"});
        draft("conclusion", &conclusion);
        let refused = step(&json!({"to": "concluded"}));
        assert_eq!(refused.pointers("missing"), ["/conclusion/capacity", "/conclusion/asked"]);
        conclusion["capacity"] = json!("not_applicable");
        conclusion["asked"] = json!("not_applicable");
        draft("conclusion", &conclusion);
        assert_eq!(step(&json!({"to": "concluded"})).text("/state"), "concluded");
        let items: Vec<Value> = step(&json!({"to": "closed"})).pointers("missing").iter()
            .map(|pointer| json!({"item": pointer.rsplit('/').next().unwrap(), "state": "not_applicable"})).collect();
        draft("closure-checklist", &json!({"items": items}));
        assert_eq!(step(&json!({"to": "closed"})).text("/state"), "closed");
        assert_eq!(police.get(&format!("/v1/referrals/{}", sent.id())).ok().text("/status"), "closed");
    }

    fn not_applicable_is_no_answer_about_an_adult(server) {
        let (manager, (_, case)) = (server.as_("manager"), crate::stories::accepted_case(server, "PPN-NOT-APPLICABLE"));
        let case = format!("/v1/cases/{case}");
        let step = |body: &Value| manager.post(&format!("{case}/transitions"), body).if_match(&manager.tag(&case)).send();
        step(&json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(), "adultView": "Yes"}));
        let conclusion = json!({"risks": [{"type": "physical", "location": "other", "source": "other_known"}],
            "riskAssessmentOutcome": "no_risk_no_action", "capacity": "not_applicable", "asked": "not_applicable",
            "reason": "x", "adultView": "x"});
        let path = format!("{case}/conclusion");
        manager.put(&path, &conclusion).if_match(&manager.tag(&path)).ok();
        let refused = step(&json!({"to": "concluded"}));
        assert_eq!(refused.pointers("missing"), ["/conclusion/capacity", "/conclusion/asked"]);
    }
}
