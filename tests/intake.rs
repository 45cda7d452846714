//! A concern always lands: bad form, a lapsed agreement or a typing slip never makes a worry disappear unseen.

use diesel::prelude::*;
use msp_api::schema::people::agency_authorities;
use serde_json::json;

use crate::stories::{accepted_case, referral};

on_both_databases! {
    fn must_not_force_anything_but_a_summary_an_identifier_and_whether_the_adult_agrees(server) {
        let least = json!({"agencyReference": "PPN-LEAST", "adult": {"whereaboutsNow": "the bench by the library"},
            "concern": {"summary": "He has slept there for a week"}, "adultAgreesToShare": "yes"});
        let sent = server.as_("police-intake").post("/v1/referrals", &least).created();
        let team = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        let path = format!("/v1/referrals/{}/triage", sent.id());
        server.as_("manager").post(&path, &team).if_match("W/\"1\"").ok();
    }

    fn a_lenient_referral_lands_with_warnings_and_keeps_what_it_could_not_use(server) {
        let police = server.as_("police-intake");
        let mut body = referral("PPN-LENIENT");
        body["adult"]["nhsNumber"] = json!("1234567890");
        body["adult"]["shoeSize"] = json!(7);
        body["concern"]["occurredFrom"] = json!("2026-02-30");
        body["concern"]["abuseTypes"] = json!(["physical", "bad_luck"]);
        police.post("/v1/referrals", &body).expect(422);
        let sent = police.post("/v1/referrals", &body).header("Prefer", "handling=lenient").created();
        assert_eq!(sent.header("preference-applied"), "handling=lenient");
        let mut warned: Vec<String> =
            sent.body["warnings"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap().to_owned()).collect();
        warned.sort();
        assert_eq!(warned, ["/adult/nhsNumber", "/adult/shoeSize", "/concern/abuseTypes/1", "/concern/occurredFrom"]);
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok();
        assert_eq!(read.body["content"]["concern"]["abuseTypes"], json!(["physical"]));
        let kept = read.body["unused"].as_array().unwrap();
        assert!(kept.iter().any(|unused| unused["received"] == "1234567890"));
        let mut elsewhere = referral("PPN-ELSEWHERE");
        elsewhere["authority"] = json!("northbnak");
        police.post("/v1/referrals", &elsewhere).expect(422);
        let landed = police.post("/v1/referrals", &elsewhere).header("Prefer", "handling=lenient").created();
        assert_eq!(landed.text("/warnings/0/pointer"), "/authority");
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", landed.id())).ok();
        assert_eq!(read.text("/authority"), "northbank", "where this client's referrals usually go");
        let child = json!({"agencyReference": "PPN-CHILD", "adult": {"familyName": "Young", "dateOfBirth": "2015-05-05"},
            "concern": {"summary": "Left alone"}, "adultAgreesToShare": "yes"});
        let child = police.post("/v1/referrals", &child).header("Prefer", "handling=lenient").created();
        assert_eq!(child.text("/warnings/0/code"), "childrens_route");
    }

    fn two_hundred_malformed_referrals_are_each_landed_or_listed_as_refused(server) {
        let police = server.as_("police-intake");
        let mut landed = 0;
        for number in 0..200 {
            let mut body = referral(&format!("PPN-MAL-{number}"));
            let members: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
            let member = &members[number % members.len()];
            body[member] = match number % 5 {
                0 => json!(null),
                1 => json!(number),
                2 => json!([[]]),
                3 => json!({"nonsense": true}),
                _ => json!("\u{1}"),
            };
            let answer = police.post("/v1/referrals", &body).header("Prefer", "handling=lenient").send();
            assert!(answer.status == 201 || answer.status == 422, "{member} {number}: {}", answer.text);
            landed += usize::from(answer.status == 201);
        }
        let manager = server.as_("manager");
        let (mut refused, mut next) = (0, "/v1/intake-refusals?limit=100".to_owned());
        loop {
            let page = manager.get(&next).ok();
            refused += page.body["items"].as_array().unwrap().len();
            let Some(following) = page.body["next"].as_str() else { break };
            next = following.to_owned();
        }
        assert_eq!(landed + refused, 200);
        assert!(landed > 100, "most of them are good enough: {landed}");
    }

    fn a_lapsed_agreement_flags_a_referral_and_stops_only_reads(server) {
        let police = server.as_("police-intake");
        let earlier = police.post("/v1/referrals", &referral("PPN-BEFORE")).created();
        server.database(|conn| {
            diesel::update(agency_authorities::table)
                .set(agency_authorities::agreement_until.eq(chrono::NaiveDate::from_ymd_opt(2026, 1, 1)))
                .execute(conn)?;
            Ok(())
        });
        let sent = police.post("/v1/referrals", &referral("PPN-LAPSED")).created();
        police.get(&format!("/v1/referrals/{}", earlier.id())).expect(403);
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok();
        assert_eq!(read.body["agreementLapsed"], true);
        assert_eq!(police.get("/v1/me").ok().body["agreement"][0]["inForce"], false);
    }

    fn immediate_danger_is_urgent_and_says_what_to_do_now(server) {
        let mut body = referral("PPN-DANGER");
        body["concern"]["immediateDanger"] = json!("yes");
        let sent = server.as_("police-intake").post("/v1/referrals", &body).created();
        assert!(sent.text("/ifUrgent").contains("999"));
        assert_eq!(server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok().body["urgent"], true);
    }

    fn a_person_who_is_known_is_shown_to_staff_and_never_to_the_referrer(server) {
        let mut body = referral("PPN-KNOWN");
        body["adult"] = json!({"familyName": "Example", "givenNames": ["Ada"], "nhsNumber": "9434765919"});
        let unknown = server.as_("nhs-intake").post("/v1/referrals", &{ let mut other = referral("NGH-NEW"); other["adult"] = json!({"familyName": "Nobody"}); other }).created();
        let known = server.as_("nhs-intake").post("/v1/referrals", &body).created();
        let shape = |answer: &crate::support::Answer| answer.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(shape(&unknown), shape(&known));
        let manager = server.as_("manager");
        let path = format!("/v1/referrals/{}/triage", known.id());
        let accept = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        let match_found = manager.post(&path, &accept).if_match("W/\"1\"").expect(409);
        match_found.is_problem("possible_match");
        assert_eq!(match_found.body["candidates"][0]["matchedOn"][0], "nhs_number");
        let mut chosen = accept;
        chosen["adultId"] = match_found.body["candidates"][0]["id"].clone();
        let accepted = manager.post(&path, &chosen).if_match("W/\"1\"").ok();
        let case = manager.get(&format!("/v1/cases/{}", accepted.text("/caseId"))).ok();
        assert_eq!(case.body["adult"]["id"], chosen["adultId"]);
    }

    fn each_triage_decision_leaves_what_it_says(server) {
        let (manager, police) = (server.as_("manager"), server.as_("police-intake"));
        let (_, case) = accepted_case(server, "PPN-JOINED");
        let feedback = json!({"given": true, "text": "She was offered advice"});
        let decisions = [
            (json!({"decision": "link", "caseId": case}), "accepted", json!(false)),
            (json!({"decision": "no_enquiry", "dispositions": ["information_advice"], "narrative": "Settled",
                "adultView": "Content", "feedbackToReferrer": feedback}), "closed", json!(true)),
            (json!({"decision": "more_information", "narrative": "Where is she now?"}), "information_requested", json!(null)),
            (json!({"decision": "other_authority", "narrative": "Lives in Westvale"}), "another_route", json!(false)),
            (json!({"decision": "not_safeguarding", "narrative": "A parking matter"}), "another_route", json!(false)),
            (json!({"decision": "duplicate", "narrative": "The same call"}), "another_route", json!(false)),
        ];
        for (number, (decision, status, counts)) in decisions.into_iter().enumerate() {
            let mut body = referral(&format!("PPN-DECIDE-{number}"));
            body["adult"] = json!({"familyName": format!("Decided-{number}")});
            let sent = police.post("/v1/referrals", &body).created();
            let path = format!("/v1/referrals/{}", sent.id());
            let bare = json!({"decision": decision["decision"]});
            let refused = manager.post(&format!("{path}/triage"), &bare).if_match(&sent.tag()).expect(409);
            assert!(!refused.pointers("missing").is_empty());
            let triaged = manager.post(&format!("{path}/triage"), &decision).if_match(&sent.tag()).ok();
            assert_eq!(triaged.text("/status"), status);
            assert_eq!(triaged.body.get("countsAsConcern").cloned().unwrap_or_default(), counts);
            let receipt = police.get(&path).ok();
            assert_eq!(receipt.text("/status"), status);
            assert_eq!(receipt.body.get("feedback").is_some(), decision.get("feedbackToReferrer").is_some());
        }
    }

    fn s15_a_refusal_is_an_open_task_of_the_authority_it_named_and_shows_no_text_of_its_sender(server) {
        let (north, east) = (server.as_("manager"), server.as_("manager-eastmoor"));
        let waiting = |manager: &crate::support::Actor| {
            let page = manager.get("/v1/intake-refusals?handled=false&limit=100").ok();
            page.body["items"].as_array().unwrap().clone()
        };
        let told = |who: &crate::support::Actor| {
            let page = who.get("/v1/notices?kind=intake_refused&limit=100").ok();
            page.body["items"].as_array().unwrap().len()
        };
        // A member of staff names no authority: her own reads of it, and nobody else.
        let mut body = json!({"adult": {"familyName": "Fixture", "Ada Fixture lives at 7 Hidden Lane": {"x": 1}},
            "Ada/Fixture~s secret": "y", "agencyPayload": {"Ada": {"Fixture": "\u{1}"}}, "concern": {"summary": "", "abuseTypes": ["Ada"]}});
        server.as_("practitioner").post("/v1/referrals", &body).expect(422);
        let row = waiting(&north).remove(0);
        assert_eq!((waiting(&north).len(), waiting(&east).len()), (1, 0));
        let text = north.get("/v1/intake-refusals?limit=100").ok().text;
        assert!(!text.contains("Ada") && !text.contains("Hidden") && !text.contains("Fixture"), "{text}");
        assert!(row["pointers"].as_array().unwrap().contains(&json!("/concern/abuseTypes/0")), "{text}");
        assert_eq!((told(&north), told(&east), told(&server.as_("auditor"))), (1, 0, 1));
        // A client serves both, and so both have the task; where it names one, that one has it.
        server.as_("police-intake").post("/v1/referrals", &body).expect(422);
        assert_eq!((waiting(&north).len(), waiting(&east).len()), (2, 1));
        body["authority"] = json!("eastmoor");
        server.as_("police-intake").post("/v1/referrals", &body).expect(422);
        assert_eq!((waiting(&north).len(), waiting(&east).len()), (2, 2));
        assert_eq!((told(&north), told(&east)), (2, 1), "once a day of the same sender, while one waits");
        let place = format!("/v1/intake-refusals/{}", row["id"].as_str().unwrap());
        north.get(&place).ok();
        for who in [&east, &server.as_("manager-eastmoor")] {
            who.get(&place).expect(404);
            who.post(&format!("{place}/handled"), &json!({"call": "2026-01-01T10:00:00Z"})).if_match("W/\"1\"").expect(404);
        }
        for who in ["admin", "auditor", "practitioner", "police-intake"] {
            server.as_(who).post(&format!("{place}/handled"), &json!({"call": "2026-01-01T10:00:00Z"})).if_match("W/\"1\"").expect(403);
        }
    }

    fn s15_a_refusal_waits_until_it_lands_or_somebody_says_what_became_of_it(server) {
        let (police, manager) = (server.as_("police-intake"), server.as_("manager"));
        let waiting = || {
            let page = manager.get("/v1/intake-refusals?handled=false&limit=100").ok();
            page.body["items"].as_array().unwrap().clone()
        };
        let mut wrong = referral("PPN-AGAIN");
        wrong["concern"]["summary"] = json!("");
        police.post("/v1/referrals", &wrong).expect(422);
        assert_eq!(waiting().len(), 1);
        // Another client's referral under the same reference is another thing; the sender's own ends the task.
        server.as_("nhs-intake").post("/v1/referrals", &referral("PPN-AGAIN")).created();
        assert_eq!(waiting().len(), 1);
        let landed = police.post("/v1/referrals", &referral("PPN-AGAIN")).created().id();
        assert!(waiting().is_empty());
        let done = manager.get("/v1/intake-refusals?handled=true").ok();
        assert_eq!(done.text("/items/0/referralId"), landed);
        // What names no reference is dealt with by somebody.
        for _ in 0..2 {
            police.post("/v1/referrals", &json!({"authority": "northbank"})).expect(422);
        }
        let [first, second] = [0, 1].map(|at| format!("/v1/intake-refusals/{}", waiting()[at]["id"].as_str().unwrap()));
        let handled = |place: &str, body: &serde_json::Value| {
            let tag = manager.tag(place);
            manager.post(&format!("{place}/handled"), body).if_match(&tag).send()
        };
        manager.post(&format!("{first}/handled"), &json!({"call": "2026-01-01T10:00:00Z"})).expect(428);
        for (wrong, pointer) in [(json!({}), "/referralId"), (json!({"referralId": landed}), "/referralId"),
            (json!({"call": "2999-01-01T10:00:00Z"}), "/call"), (json!({"call": "2026-01-01T10:00:00Z", "referralId": landed}), "/call")] {
            assert_eq!(handled(&first, &wrong).pointers("errors"), [pointer], "{wrong}");
        }
        let later = police.post("/v1/referrals", &referral("PPN-LATER")).created().id();
        let by_referral = handled(&first, &json!({"referralId": later}));
        assert_eq!((by_referral.status, by_referral.text("/referralId")), (200, later));
        assert_eq!(by_referral.text("/handledBy"), server.user_id("manager"));
        let by_call = handled(&second, &json!({"call": "2026-01-01T10:00:00Z"}));
        assert_eq!(by_call.status, 200, "{}", by_call.text);
        assert_eq!(handled(&second, &json!({"call": "2026-01-01T10:00:00Z"})).status, 409);
        assert!(waiting().is_empty());
    }
}
