//! Stories of a case among others: caused enquiries, transfer, groups, allocation, and everything that happened.

use serde_json::json;

use crate::stories::accepted_case;
use crate::support::Server;

fn agency_of(server: &Server, client: &str) -> String {
    server.as_(client).get("/v1/me").ok().text("/agencyId")
}

on_both_databases! {
    fn reopening_as_a_section_42_enquiry_asks_for_the_three_parts_unless_they_were_met_before(server) {
        let manager = server.as_("manager");
        let (_, case) = accepted_case(server, "PPN-REOPEN-OTHER");
        let path = format!("/v1/cases/{case}");
        let step = |body: &serde_json::Value| {
            manager.post(&format!("{path}/transitions"), body).if_match(&manager.tag(&path)).send()
        };
        let closed = step(&json!({"to": "closed_no_enquiry", "dispositions": ["information_advice"],
            "narrative": "Advice given", "adultView": "Content", "feedbackToReferrer": {"withheldReason": "Anonymous"}}));
        assert_eq!(closed.status, 200, "{}", closed.text);
        let part = |answer: &str| json!({"answer": answer, "reasoning": "seen"});
        let other = step(&json!({"to": "enquiry", "reason": "More came to light", "enquiryType": "other",
            "otherEnquiryReason": "No care needs, and yet", "adultView": "Look into it",
            "threePartTest": {"careAndSupportNeeds": part("no"), "experiencingOrAtRisk": part("yes"), "unableToProtect": part("yes")}}));
        assert_eq!(other.status, 200, "{}", other.text);
        let conclusion = json!({"risks": [{"type": "physical", "location": "own_home", "source": "not_known"}],
            "riskAssessmentOutcome": "no_risk_no_action", "capacity": "not_known", "asked": "not_known",
            "reason": "Nothing found", "adultView": "Fine"});
        let draft = format!("{path}/conclusion");
        manager.put(&draft, &conclusion).if_match(&manager.tag(&draft)).ok();
        let concluded = step(&json!({"to": "concluded"}));
        assert_eq!(concluded.status, 200, "{}", concluded.text);
        let refused = step(&json!({"to": "enquiry", "reason": "Again", "enquiryType": "section_42"}));
        assert_eq!(refused.status, 409);
        assert!(refused.pointers("missing").contains(&"/threePartTest/careAndSupportNeeds".to_owned()), "{}", refused.text);
        let as_before = step(&json!({"to": "enquiry", "reason": "Again"}));
        assert_eq!(as_before.status, 200, "{}", as_before.text);
    }

    fn adults_of_one_organisational_concern_are_grouped_at_triage(server) {
        let manager = server.as_("manager");
        let (_, first) = accepted_case(server, "PPN-HOME-1");
        let mut second = crate::stories::referral("PPN-HOME-2");
        second["adult"] = json!({"familyName": "Second-Resident"});
        let sent = server.as_("police-intake").post("/v1/referrals", &second).created();
        let triage = |with: &str| {
            let body = json!({"decision": "accept", "allocateTo": server.user_id("practitioner"), "groupWithCaseId": with});
            manager.post(&format!("/v1/referrals/{}/triage", sent.id()), &body).if_match("W/\"1\"").send()
        };
        let eastmoor = server.as_("manager-eastmoor").get("/v1/cases").ok().text("/items/0/id");
        assert_eq!(triage(&eastmoor).pointers("errors"), ["/groupWithCaseId"]);
        let accepted = triage(&first);
        assert_eq!(accepted.status, 200, "{}", accepted.text);
        let group = |case: &str| manager.get(&format!("/v1/cases/{case}")).ok().text("/caseGroupId");
        assert_eq!(group(&first), group(&accepted.text("/caseId")));
    }

    fn the_day_to_look_again_at_telling_somebody_shows_until_they_are_told(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-LOOK-AGAIN");
        let list = format!("/v1/cases/{case}/informed");
        let due = || practitioner.get(&format!("/v1/cases/{case}")).ok().text.contains("look_again_at_telling");
        let not_yet = |day: &str| json!({"who": "family", "about": "concern", "notToldReason": "She is thinking about it",
            "lookAgainOn": day});
        practitioner.post(&list, &not_yet("2126-01-01")).created();
        assert!(!due());
        practitioner.post(&list, &not_yet("2026-11-01")).created();
        assert!(due());
        let told = json!({"who": "family", "about": "concern", "toldAt": "2026-11-20T10:00:00Z"});
        practitioner.post(&list, &told).created();
        assert!(!due());
    }

    fn a_caused_enquiry_is_reported_and_the_manager_is_not_satisfied(server) {
        let (practitioner, manager, nhs) = (server.as_("practitioner"), server.as_("manager"), server.as_("nhs-intake"));
        let (_, case) = accepted_case(server, "PPN-CAUSED");
        let list = format!("/v1/cases/{case}/caused-enquiries");
        let gaps = || manager.get(&format!("/v1/cases/{case}")).ok().body["gaps"].to_string();
        nhs.get(&list).expect(404);
        let request = json!({"agencyId": agency_of(server, "nhs-intake"), "scope": "The night visits",
            "questions": ["Were all made?"], "sharedInformation": "Nobody came on two nights", "adultView": "Look into it"});
        let asked = practitioner.post(&list, &request).created();
        assert!(gaps().contains("caused_enquiry_unanswered"));
        let one = format!("{list}/{}", asked.id());
        let theirs = nhs.get(&one).ok();
        assert_eq!(theirs.text("/sharedInformation"), "Nobody came on two nights");
        assert!(theirs.body.get("adultView").is_none(), "the adult's view is not for the agency");
        // Its own request and nothing else.
        for (path, status) in [("", 403), ("/summary", 403), ("/desired-outcomes", 403), ("/contacts", 403), ("/timeline", 403)] {
            assert_eq!(nhs.get(&format!("/v1/cases/{case}{path}")).send().status, status, "{path}");
        }
        server.as_("police-intake").get(&one).expect(404);
        let step = |to: &str| json!({"to": to, "reason": "because"});
        let accepted = nhs.post(&format!("{one}/transitions"), &step("accepted")).key("a").if_match(&asked.tag()).ok();
        let early = manager.post(&format!("{one}/transitions"), &step("satisfied")).if_match(&accepted.tag());
        early.expect(409).is_problem("invalid_transition");
        let report = json!({"findings": "Two of three visits were not made", "whatNext": "A new rota"});
        let reported = nhs.post(&format!("{one}/report"), &report).key("r").if_match(&accepted.tag()).ok();
        assert!(!gaps().contains("caused_enquiry_unanswered"));
        let judge = |who: &str, to: &str, tag: &str| {
            server.as_(who).post(&format!("{one}/transitions"), &step(to)).key(to).if_match(tag).send()
        };
        assert_eq!(judge("practitioner", "satisfied", &reported.tag()).status, 403, "only a manager is satisfied");
        assert_eq!(judge("nhs-intake", "satisfied", &reported.tag()).status, 403);
        let unhappy = judge("manager", "not_satisfied", &reported.tag());
        assert_eq!(unhappy.status, 200, "{}", unhappy.text);
        let again = nhs.post(&format!("{one}/report"), &report).key("r2").if_match(&unhappy.tag()).ok();
        assert_eq!(judge("manager", "satisfied", &again.tag()).text("/status"), "satisfied");
    }

    fn an_agency_without_an_api_is_answered_for_by_staff_and_may_decline(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-DECLINED");
        let list = format!("/v1/cases/{case}/caused-enquiries");
        let unknown = json!({"agencyId": case, "scope": "x"});
        assert_eq!(practitioner.post(&list, &unknown).expect(422).pointers("errors"), ["/agencyId"]);
        let request = json!({"agencyId": agency_of(server, "police-intake"), "scope": "The thefts"});
        let asked = practitioner.post(&list, &request).created();
        let step = format!("{list}/{}/transitions", asked.id());
        let missing = practitioner.post(&step, &json!({"to": "declined"})).if_match(&asked.tag()).expect(409);
        assert_eq!(missing.pointers("missing"), ["/reason"]);
        let declined = json!({"to": "declined", "reason": "No officer free"});
        practitioner.post(&step, &declined).if_match(&asked.tag()).ok();
        let gaps = practitioner.get(&format!("/v1/cases/{case}")).ok().body["gaps"].to_string();
        assert!(!gaps.contains("caused_enquiry_unanswered"));
    }

    fn a_transferred_case_goes_on_elsewhere_with_her_words_and_stays_here_as_history(server) {
        let (practitioner, manager) = (server.as_("practitioner"), server.as_("manager"));
        let (_, case) = accepted_case(server, "PPN-MOVED");
        let here = format!("/v1/cases/{case}");
        let words = json!({"ownWords": "I want to sleep safely", "expressedBy": "adult", "priority": 1});
        practitioner.post(&format!("{here}/desired-outcomes"), &words).created();
        let adult = manager.get(&here).ok().text("/adult/id");
        let secret = json!({"kind": "address", "value": "The refuge", "confidential": true});
        practitioner.post(&format!("/v1/adults/{adult}/contact-points"), &secret).created();
        let needs = format!("/v1/adults/{adult}/communication-needs");
        for (need, shared) in [("Large print", "yes"), ("A sign for the letters from her sister", "no")] {
            practitioner.post(&needs, &json!({"need": need, "mayBeShared": shared})).created();
        }
        let transfer = |body: serde_json::Value| manager.post(&format!("{here}/transfer"), &body).if_match(&manager.tag(&here)).send();
        let refused = transfer(json!({"toAuthority": "atlantis", "reason": "x"}));
        assert_eq!(refused.pointers("errors"), ["/toAuthority", "/adultView"], "{}", refused.text);
        practitioner.post(&format!("{here}/transfer"), &json!({})).if_match("W/\"1\"").expect(403);
        let moved = transfer(json!({"toAuthority": "eastmoor", "reason": "She moved", "adultView": "Content"}));
        assert_eq!(moved.status, 200, "{}", moved.text);
        let there = format!("/v1/cases/{}", moved.text("/transferredTo"));
        manager.get(&there).expect(404);
        let eastmoor = server.as_("manager-eastmoor");
        eastmoor.get(&here).expect(404);
        let arrived = eastmoor.get(&there).ok();
        assert_eq!(arrived.body["transferredFrom"], json!(case));
        assert!(arrived.body["gaps"].to_string().contains("not_allocated"));
        assert_ne!(arrived.text("/adult/id"), adult, "the same human in two authorities is two records");
        let outcomes = eastmoor.get(&format!("{there}/desired-outcomes")).ok();
        assert_eq!(outcomes.text("/items/0/ownWords"), "I want to sleep safely");
        let points = eastmoor.get(&format!("/v1/adults/{}/contact-points", arrived.text("/adult/id"))).ok();
        assert_eq!(points.body["items"], json!([]), "a safe address is shared by decision, not by transfer");
        // How to communicate with her goes along, as records; not what she does not want told.
        let record = format!("/v1/adults/{}", arrived.text("/adult/id"));
        assert_eq!(arrived.body["adult"]["communicationNeeds"], json!(["Large print"]));
        eastmoor.post(&format!("{record}/communication-needs"), &json!({"need": "A hearing loop"})).created();
        assert_eq!(eastmoor.get(&record).ok().body["communicationNeeds"], json!(["Large print", "A hearing loop"]));
        practitioner.get(&format!("{here}/summary")).ok();
        practitioner.post(&format!("{here}/wishes"), &json!({"kind": "want", "text": "x", "saidBy": "adult"})).expect(409);
        let step = json!({"to": "closed_no_enquiry"});
        manager.post(&format!("{here}/transitions"), &step).if_match(&manager.tag(&here)).expect(409).is_problem("conflict");
    }

    fn an_allocation_is_changed_by_whoever_decides_and_holds_on_the_next_request(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let (_, case) = accepted_case(server, "PPN-ALLOCATE");
        let team = format!("/v1/cases/{case}/team");
        let before = practitioner.get(&team).ok();
        assert_eq!(before.text("/members/0/role"), "allocated");
        server.as_("practitioner2").get(&team).expect(404);
        let to = |user: String| json!({"allocateTo": user});
        let stranger = manager.put(&team, &to(server.user_id("manager-eastmoor"))).if_match(&before.tag()).expect(422);
        assert_eq!(stranger.pointers("errors"), ["/allocateTo"]);
        practitioner.put(&team, &to(server.user_id("practitioner2"))).if_match(&before.tag()).expect(403);
        manager.put(&team, &to(server.user_id("practitioner2"))).if_match(&before.tag()).ok();
        practitioner.get(&team).expect(404);
        server.as_("practitioner2").get(&team).ok();
    }

    fn an_authority_names_the_stages_and_the_states_stay_the_same(server) {
        let (admin, manager) = (server.as_("admin"), server.as_("manager"));
        let (_, case) = accepted_case(server, "PPN-STAGES");
        let path = "/v1/authorities/northbank/settings";
        let settings = json!({"stageLabels": {"concern": "First stage"}, "linkCountsAsConcern": true});
        manager.put(path, &settings).if_match("W/\"1\"").expect(403);
        server.as_("manager-eastmoor").get(path).expect(404);
        admin.put("/v1/authorities/eastmoor/settings", &settings).if_match("W/\"1\"").expect(404);
        admin.put(path, &settings).if_match(&admin.tag(path)).ok();
        let read = manager.get(&format!("/v1/cases/{case}")).ok();
        assert_eq!((read.text("/stageLabel"), read.text("/state")), ("First stage".to_owned(), "concern".to_owned()));
        let sent = server.as_("police-intake").post("/v1/referrals", &crate::stories::referral("PPN-LINKED")).created();
        let link = json!({"decision": "link", "caseId": case});
        let linked = manager.post(&format!("/v1/referrals/{}/triage", sent.id()), &link).if_match("W/\"1\"").ok();
        assert_eq!(linked.body["countsAsConcern"], true, "as this authority counts");
    }

    fn cases_of_one_organisational_concern_stand_together(server) {
        let manager = server.as_("manager");
        let cases: Vec<String> = (0..3).map(|number| accepted_case(server, &format!("PPN-GROUP-{number}")).1).collect();
        for other in &cases[1..] {
            let path = format!("/v1/cases/{other}");
            manager.post(&format!("{path}/group"), &json!({"caseId": cases[0]})).if_match(&manager.tag(&path)).ok();
        }
        let group = manager.get(&format!("/v1/cases/{}", cases[0])).ok().text("/caseGroupId");
        let listed = manager.get(&format!("/v1/cases?caseGroupId={group}&sort=createdAt")).ok();
        let found: Vec<&str> = listed.body["items"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()).collect();
        assert_eq!(found, cases);
        let path = format!("/v1/cases/{}", cases[0]);
        let unknown = manager.post(&format!("{path}/group"), &json!({"caseId": group})).if_match(&manager.tag(&path)).expect(422);
        assert_eq!(unknown.pointers("errors"), ["/caseId"]);
    }

    fn the_timeline_has_everything_in_the_order_of_recording_and_only_what_the_reader_may_read(server) {
        let (practitioner, advocate) = (server.as_("practitioner"), server.as_("advocate"));
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let path = format!("/v1/cases/{case}/timeline?limit=100&sort=createdAt");
        let all = practitioner.get(&path).ok();
        let items = all.body["items"].as_array().unwrap();
        let kinds: Vec<&str> = items.iter().map(|item| item["resource"].as_str().unwrap()).collect();
        for kind in ["transition", "contact", "desired_outcome", "revision", "wish", "risk", "person_of_concern", "action", "meeting"] {
            assert!(kinds.contains(&kind), "{kind} is missing: {kinds:?}");
        }
        let ids: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert!(ids.is_sorted());
        let theirs = advocate.get(&path).ok().body["items"].to_string();
        assert!(theirs.contains("\"wish\"") && !theirs.contains("person_of_concern") && !theirs.contains("\"contact\""));
        for item in items.iter().filter_map(|item| item["href"].as_str()) {
            if !item.contains("/feedback/") {
                practitioner.get(item).ok();
            }
        }
        server.as_("practitioner2").get(&path).expect(404);
        server.as_("adult").get(&path).expect(403);
    }
}
