//! The main job as a story: from a police referral to "was it what you wanted?".

use msp_api::policy::Role;
use serde_json::{Value, json};

use crate::support::{Actor, Server};

/// The referral of the contract's own example, under this reference.
pub fn referral(reference: &str) -> Value {
    json!({
        "agencyReference": reference, "authority": "northbank",
        "referrer": {"name": "PC 1234 Okafor", "role": "police officer", "agencyType": "police", "wantsFeedback": true},
        "adult": {"familyName": "Fairweather", "givenNames": ["Winifred"], "dateOfBirth": "1948-02-03",
            "nhsNumber": "4010232137", "postcode": "SW1A 1AA", "whereaboutsNow": "at home",
            "communicationNeeds": ["large print"], "contactPoints": []},
        "concern": {"kind": "individual", "summary": "Money missing after visits", "occurredFrom": "2026-11-01",
            "ongoing": "yes", "abuseTypes": ["financial_or_material"], "location": "own_home",
            "careAndSupportNeeds": "Needs help with shopping", "unableToProtectReason": "Depends on him",
            "injuries": "none seen", "immediateDanger": "no", "actionsTaken": "Spoke to her alone"},
        "personsOfConcern": [{"name": "A Nephew", "relationship": "nephew", "worksWithAdults": "not_known", "aware": "no"}],
        "othersAtRisk": {"adults": "no", "children": "not_known", "childrensServicesTold": "not_known"},
        "adultAware": "yes", "adultAgreesToShare": "no", "reasonWithoutAgreement": "Others may be at risk",
        "capacityIndication": "not_known", "reportedViews": "She wants it to stop",
        "requestedRepresentative": {"name": "A Niece", "relationship": "niece"},
        "riskGrading": {"scheme": "BRAG", "value": "amber"},
        "externalReferences": [{"system": "police_urn", "value": "01AB/1234/26"}],
        "agencyPayload": {"schema": "ppn-v3", "body": {"urn": "01AB/1234/26", "note": null}}
    })
}

/// A case of a new referral, allocated to the practitioner: the referral's and the case's id.
pub fn accepted_case(server: &Server, reference: &str) -> (String, String) {
    let mut body = referral(reference);
    // Someone new each time.
    body["adult"] = json!({"familyName": format!("Person-{reference}")});
    let sent = server.as_("police-intake").post("/v1/referrals", &body).created();
    let triage = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
    let path = format!("/v1/referrals/{}/triage", sent.id());
    let accepted = server
        .as_("manager")
        .post(&path, &triage)
        .if_match("W/\"1\"")
        .ok();
    (sent.id(), accepted.text("/caseId"))
}

pub fn three_part_test() -> Value {
    let part = |reasoning: &str| json!({"answer": "yes", "reasoning": reasoning});
    json!({
        "careAndSupportNeeds": part("Needs help with shopping and money"),
        "experiencingOrAtRisk": part("Money was taken twice"),
        "unableToProtect": part("Depends on the person who takes it")
    })
}

fn closure_items() -> Vec<Value> {
    let items = [
        "agreement_with_adult",
        "referral_for_support",
        "advice_given",
        "organisations_updated",
        "feedback_to_referrer",
        "person_of_concern_action",
        "others_supported",
        "childrens_referral",
        "outcomes_evaluated",
        "review_considered",
        "lessons",
        "told_how_to_get_help_again",
    ];
    items
        .iter()
        .map(|item| json!({"item": item, "state": "done"}))
        .collect()
}

struct Story<'a> {
    server: &'a Server,
    manager: Actor,
    practitioner: Actor,
    police: Actor,
    case: String,
}

on_both_databases! {
    fn from_a_police_referral_to_was_it_what_you_wanted(server) {
        let police = server.as_("police-intake");
        let sent = the_police_refer_once(&police);
        let case = the_manager_accepts(server, &sent);
        let story = Story {
            server,
            manager: server.as_("manager"),
            practitioner: server.as_("practitioner"),
            police,
            case,
        };
        let outcome = story.she_says_what_she_wants();
        story.an_advocate_is_found();
        story.a_conference_is_held();
        story.an_enquiry_is_opened();
        story.it_is_concluded(&outcome);
        story.she_answers_and_it_closes();
        story.the_police_see_their_receipt_and_nothing_else(&sent);
    }

    fn a_revision_by_others_is_only_proposed_until_the_adult_agrees(server) {
        let practitioner = server.as_("practitioner");
        let adult = server.as_("adult");
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let outcomes = format!("/v1/cases/{case}/desired-outcomes");
        let first = adult.post(&outcomes, &json!({"ownWords": "I want my key back", "expressedBy": "adult"})).created();
        let path = format!("{outcomes}/{}", first.id());
        let revise = |agrees: &str, tag: &str| {
            let body = json!({"ownWords": "She is content with a spare key", "changeKind": "narrowed",
                "changeReason": "negotiated", "initiatedBy": "practitioner", "adultAgrees": agrees});
            practitioner.post(&format!("{path}/revisions"), &body).if_match(tag).created()
        };
        for agrees in ["no", "not_known"] {
            let proposed = revise(agrees, &practitioner.tag(&path));
            assert_eq!(proposed.text("/standing"), "proposed");
            assert_eq!(practitioner.get(&path).ok().text("/ownWords"), "I want my key back");
        }
        let agreed = revise("yes", &practitioner.tag(&path));
        assert_eq!(agreed.text("/standing"), "in_force");
        assert_eq!(practitioner.get(&path).ok().text("/ownWords"), "She is content with a spare key");
        // Her own words need no version and no reason, and stand at once.
        let own = adult.post(&format!("{path}/revisions"), &json!({"ownWords": "No: my own key"})).created();
        assert_eq!(own.text("/confirmedBy"), "adult_app");
        assert_eq!(own.text("/initiatedBy"), "adult");
        assert_eq!(practitioner.get(&path).ok().text("/ownWords"), "No: my own key");
        let all = practitioner.get(&format!("{path}/revisions?sort=createdAt")).ok();
        let numbers: Vec<i64> =
            all.body["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
    }

    fn priorities_are_at_most_three_and_distinct_and_reordered_in_one_step(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-PRIORITIES");
        let outcomes = format!("/v1/cases/{case}/desired-outcomes");
        let say = |words: &str, priority: Option<i64>| {
            practitioner.post(&outcomes, &json!({"ownWords": words, "expressedBy": "adult", "priority": priority})).send()
        };
        let ids: Vec<String> = (1..=3).map(|priority| say("a wish", Some(priority)).id()).collect();
        say("another", Some(2)).is_problem("priority_taken");
        assert_eq!(say("a fourth", Some(4)).pointers("errors"), ["/priority"]);
        let unranked = say("and one without", None).id();
        let order = json!({"order": [ids[2], unranked]});
        let answer = practitioner.put(&format!("{outcomes}/priorities"), &order).ok();
        let now: Vec<(String, i64)> = answer.body["items"].as_array().unwrap().iter()
            .map(|item| (item["id"].as_str().unwrap().to_owned(), item["priority"].as_i64().unwrap())).collect();
        assert_eq!(now, [(ids[2].clone(), 1), (unranked, 2)]);
        let wrong = json!({"order": [ids[0], ids[0], "019a4c3e-8f00-7000-8000-000000000001"]});
        let refused = practitioner.put(&format!("{outcomes}/priorities"), &wrong).expect(422);
        assert_eq!(refused.pointers("errors"), ["/order/1", "/order/2"]);
    }

    fn a_case_that_ended_goes_on_and_keeps_its_earlier_conclusion(server) {
        let manager = server.as_("manager");
        let concluded = manager.get("/v1/cases?state=concluded").ok();
        let case = format!("/v1/cases/{}", concluded.text("/items/0/id"));
        let reopen = |body: &Value| {
            manager.post(&format!("{case}/transitions"), body).if_match(&manager.tag(&case)).send()
        };
        let refused = reopen(&json!({"to": "enquiry"}));
        refused.is_problem("invalid_transition");
        assert_eq!(refused.pointers("missing"), ["/reason"]);
        assert_eq!(reopen(&json!({"to": "enquiry", "reason": "It happened again"})).status, 200);
        let enquiries = manager.get(&format!("{case}/enquiries?sort=createdAt")).ok();
        assert!(enquiries.body.pointer("/items/0/conclusion").is_some());
        assert!(enquiries.body.pointer("/items/1/concludedOn").is_none());
        let other = reopen(&json!({"to": "enquiry", "enquiryType": "other", "reason": "Not all parts are met"}));
        assert_eq!(other.text("/enquiryType"), "other");
        let nowhere = reopen(&json!({"to": "closed"}));
        nowhere.is_problem("invalid_transition");
    }

    fn a_decision_of_last_friday_counts_for_friday(server) {
        let manager = server.as_("manager");
        let (_, case) = accepted_case(server, "PPN-FRIDAY");
        let path = format!("/v1/cases/{case}/transitions");
        let mut step = json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(),
            "adultViewNotSoughtReason": "in hospital, asleep", "effectiveAt": "2126-01-01T00:00:00Z"});
        let refused = manager.post(&path, &step).if_match("W/\"1\"").expect(422);
        assert_eq!(refused.pointers("errors"), ["/effectiveAt"]);
        step["effectiveAt"] = json!("2026-11-13T16:00:00Z");
        manager.post(&path, &step).if_match("W/\"1\"").ok();
        let enquiries = manager.get(&format!("/v1/cases/{case}/enquiries")).ok();
        assert_eq!(enquiries.text("/items/0/startedOn"), "2026-11-13");
    }
}

fn the_police_refer_once(police: &Actor) -> String {
    let body = referral("PPN-2026-0042");
    let first = police.post("/v1/referrals", &body).key("first").created();
    assert_eq!(first.text("/status"), "received");
    assert_eq!(first.header("location"), format!("/v1/referrals/{}", first.id()));
    let again = police.post("/v1/referrals", &body).key("first").created();
    assert_eq!(
        (again.id(), again.header("idempotency-replayed")),
        (first.id(), "true".to_owned())
    );
    let same_content = police.post("/v1/referrals", &body).key("second").created();
    assert_eq!(same_content.id(), first.id());
    let mut other = body;
    other["concern"]["summary"] = json!("Something else");
    let conflict = police.post("/v1/referrals", &other).key("third").expect(409);
    conflict.is_problem("agency_reference_conflict");
    assert_eq!(conflict.text("/existing/id"), first.id());
    police
        .post("/v1/referrals", &other)
        .key("first")
        .expect(422)
        .is_problem("idempotency_key_reused");
    first.id()
}

fn the_manager_accepts(server: &Server, referral: &str) -> String {
    let manager = server.as_("manager");
    let read = manager.get(&format!("/v1/referrals/{referral}")).ok();
    assert_eq!(read.text("/content/adult/familyName"), "Fairweather");
    assert_eq!(
        read.body.pointer("/content/agencyPayload/body/note"),
        Some(&Value::Null),
        "kept as it came"
    );
    let triage = format!("/v1/referrals/{referral}/triage");
    let nobody = manager
        .post(&triage, &json!({"decision": "accept"}))
        .if_match(&read.tag())
        .expect(409);
    assert_eq!(nobody.pointers("missing"), ["/allocateTo"]);
    let accept = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
    manager
        .post(&triage, &accept)
        .expect(428)
        .is_problem("precondition_required");
    let accepted = manager.post(&triage, &accept).if_match(&read.tag()).ok();
    manager
        .post(&triage, &accept)
        .if_match(&read.tag())
        .expect(412)
        .is_problem("stale");
    accepted.text("/caseId")
}

impl Story<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/v1/cases/{}{rest}", self.case)
    }

    fn she_says_what_she_wants(&self) -> String {
        let case = self.practitioner.get(&self.path("")).ok();
        assert_eq!(case.text("/state"), "concern");
        assert_eq!(case.text("/adult/preferredName"), "Winifred");
        assert_eq!(case.text("/adult/communicationNeeds/0"), "large print");
        assert_eq!(case.text("/gaps/0"), "adult_not_asked");
        let outcomes = self.path("/desired-outcomes");
        let wish = json!({"ownWords": "I want my nephew to stop taking my money", "expressedBy": "adult",
            "communicatedBy": "speech", "priority": 1, "suggestionCodes": ["stop_safer"],
            "howWeCanHelp": "Talk to the bank with me"});
        let first = self.practitioner.post(&outcomes, &wish).created();
        let second = json!({"ownWords": "I still want to see him", "expressedBy": "adult", "priority": 2});
        self.practitioner.post(&outcomes, &second).created();
        let path = format!("{outcomes}/{}", first.id());
        let revision = json!({"ownWords": "I want him to ask before he uses my card", "changeKind": "reworded",
            "changeReason": "clarified", "initiatedBy": "adult", "adultAgrees": "yes"});
        let revisions = format!("{path}/revisions");
        let bare = self
            .practitioner
            .post(&revisions, &json!({"ownWords": "x"}))
            .if_match(&first.tag())
            .expect(422);
        assert_eq!(
            bare.pointers("errors"),
            ["/changeKind", "/changeReason", "/initiatedBy", "/adultAgrees"]
        );
        let revised = self
            .practitioner
            .post(&revisions, &revision)
            .if_match(&first.tag())
            .created();
        assert_eq!(revised.tag(), "W/\"2\"", "the outcome's new tag");
        let expanded = self.practitioner.get(&self.path("?expand=desiredOutcomes")).ok();
        assert_eq!(expanded.body["desiredOutcomes"].as_array().unwrap().len(), 2);
        first.id()
    }

    fn an_advocate_is_found(&self) {
        let need = json!({"difficulties": ["understanding", "communicating"],
            "appropriatePerson": {"available": "no", "reason": "Her only relative is the person of concern"},
            "conclusion": "duty", "adultView": "She would like someone beside her"});
        let need = self
            .practitioner
            .post(&self.path("/advocacy-needs"), &need)
            .created();
        assert_eq!(
            self.practitioner.get(&self.path("")).ok().text("/gaps/0"),
            "nobody_to_support"
        );
        let entry = json!({"name": "Rosa Lindqvist", "organisation": "Northbank Voices", "kinds": ["care_act_s68"],
            "independenceDeclaredOn": "2026-04-01"});
        let entry = self.manager.post("/v1/advocates", &entry).created();
        let advocate = self.server.as_("advocate");
        self.server.make_login(&advocate, &entry.id());
        advocate.get(&self.path("")).expect(404);
        let request =
            json!({"kind": "care_act_s68", "basis": "duty", "advocateId": entry.id(), "needId": need.id()});
        let asked = self
            .practitioner
            .post(&self.path("/advocacy-assignments"), &request)
            .created();
        advocate.get(&self.path("")).expect(404);
        let assignment = self.path(&format!("/advocacy-assignments/{}", asked.id()));
        let seen = advocate.get(&assignment).ok();
        assert_eq!(seen.text("/adult/preferredName"), "Winifred");
        let accept = json!({"to": "accepted"});
        self.practitioner
            .post(&format!("{assignment}/transitions"), &accept)
            .if_match(&asked.tag())
            .expect(403);
        let accepted = advocate
            .post(&format!("{assignment}/transitions"), &accept)
            .if_match(&seen.tag())
            .ok();
        assert_eq!(accepted.text("/state"), "accepted");
        advocate.get(&self.path("")).ok();
        assert_eq!(
            advocate.get(&self.path("/desired-outcomes")).ok().body["items"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
    }

    fn a_conference_is_held(&self) {
        let meeting = json!({"kind": "case_conference", "plannedStart": "2126-12-01T10:00:00Z",
            "plannedEnd": "2126-12-01T11:00:00Z", "place": "Her home", "placeChosenByAdult": true});
        let planned = self
            .practitioner
            .post(&self.path("/meetings"), &meeting)
            .created();
        assert_eq!(
            self.practitioner.get(&self.path("")).ok().text("/nextMeeting"),
            "2126-12-01T10:00:00Z"
        );
        let path = self.path(&format!("/meetings/{}", planned.id()));
        let held = json!({"heldStart": "2026-11-20T10:00:00Z", "heldEnd": "2026-11-20T11:00:00Z", "plannedEnd": null,
            "decisions": [{"text": "The bank sets a daily limit"}]});
        let held = self
            .practitioner
            .patch(&path, &held)
            .if_match(&planned.tag())
            .ok();
        assert_eq!(
            held.text("/place"),
            "Her home",
            "a merge patch leaves what it does not name"
        );
        assert!(
            held.body.get("plannedEnd").is_none(),
            "and clears what it sets to null"
        );
        let took_part = format!("{path}/participation");
        let empty = self.practitioner.get(&took_part).ok();
        let absent = json!({"adult": {"invited": true, "attendance": "declined"}});
        let refused = self
            .practitioner
            .put(&took_part, &absent)
            .if_match(&empty.tag())
            .expect(422);
        assert_eq!(
            refused.pointers("errors"),
            ["/adult/viewsPutForwardBy", "/adult/viewsPutForward"]
        );
        let heard = json!({"adult": {"invited": true, "knowsWhatToExpect": true, "supportOffered": ["transport"],
            "attendance": "declined", "viewsPutForwardBy": "advocate", "viewsPutForward": "She wants to stay at home"}});
        self.practitioner
            .put(&took_part, &heard)
            .if_match(&empty.tag())
            .ok();
    }

    fn an_enquiry_is_opened(&self) {
        let path = self.path("/transitions");
        let tag = self.manager.tag(&self.path(""));
        let bare = self
            .manager
            .post(&path, &json!({"to": "enquiry"}))
            .if_match(&tag)
            .expect(409);
        bare.is_problem("invalid_transition");
        let expected = [
            "/threePartTest/careAndSupportNeeds",
            "/threePartTest/experiencingOrAtRisk",
            "/threePartTest/unableToProtect",
            "/enquiryType",
            "/adultView",
        ];
        assert_eq!(bare.pointers("missing"), expected);
        let step = json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(),
            "adultView": "She wants it to stop without him getting into trouble"});
        self.practitioner.post(&path, &step).if_match(&tag).expect(403);
        let opened = self.manager.post(&path, &step).if_match(&tag).ok();
        assert_eq!(
            (opened.text("/state"), opened.text("/enquiryType")),
            ("enquiry".to_owned(), "section_42".to_owned())
        );
    }

    fn it_is_concluded(&self, outcome: &str) {
        let path = self.path("/transitions");
        let conclude = json!({"to": "concluded"});
        let tag = self.manager.tag(&self.path(""));
        let bare = self.manager.post(&path, &conclude).if_match(&tag).expect(409);
        let missing = bare.pointers("missing");
        for pointer in [
            "/conclusion/risks",
            "/conclusion/riskAssessmentOutcome",
            "/conclusion/capacity",
            "/conclusion/reason",
            "/conclusion/adultView",
            "/conclusion/asked",
            &format!("/desiredOutcomes/{outcome}/achievement"),
        ] {
            assert!(
                missing.iter().any(|found| found == pointer),
                "{pointer} is not among {missing:?}"
            );
        }
        self.each_outcome_is_judged();
        let draft = self.path("/conclusion");
        let empty = self.manager.get(&draft).ok();
        assert_eq!(empty.text("/derived/overallAchievement"), "partially");
        let mut conclusion = json!({
            "risks": [{"type": "financial_or_material", "location": "own_home", "source": "other_known"}],
            "riskAssessmentOutcome": "risk_identified_action_taken", "riskOutcome": "risk_reduced",
            "capacity": "did_not_lack_capacity", "supportedBy": ["advocate"], "asked": "asked_and_expressed",
            "overallAchievement": "fully", "reason": "The bank and a new carer keep her money safe",
            "adultView": "It is better now"
        });
        let saved = self.manager.put(&draft, &conclusion).if_match(&empty.tag()).ok();
        let kinder = self.manager.post(&path, &conclude).if_match(&tag).expect(409);
        assert_eq!(
            kinder.pointers("missing"),
            ["/conclusion/overrideReason"],
            "kinder than the record"
        );
        conclusion["overallAchievement"] = json!("partially");
        self.manager.put(&draft, &conclusion).if_match(&saved.tag()).ok();
        let concluded = self.manager.post(&path, &conclude).if_match(&tag).ok();
        assert_eq!(concluded.text("/state"), "concluded");
        let enquiry = self.manager.get(&self.path("/enquiries")).ok();
        assert_eq!(
            enquiry.text("/items/0/conclusion/derived/overallAchievement"),
            "partially"
        );
    }

    fn each_outcome_is_judged(&self) {
        let list = self
            .practitioner
            .get(&self.path("/desired-outcomes?sort=createdAt"))
            .ok();
        for (index, achieved) in ["partially", "fully"].iter().enumerate() {
            let outcome = list.text(&format!("/items/{index}/id"));
            let path = self.path(&format!("/desired-outcomes/{outcome}"));
            let judgement = json!({"achieved": achieved, "judgedBy": "adult", "reason": "He asks now, not every time",
                "practitionerView": "The limit works", "howWeCouldHaveDoneBetter": "Ring before you come",
                "comparedWith": "latest", "final": true});
            let tag = self.practitioner.tag(&path);
            let without_reason = json!({"achieved": achieved, "judgedBy": "adult"});
            let judge = format!("{path}/achievement");
            let refused = self
                .practitioner
                .post(&judge, &without_reason)
                .if_match(&tag)
                .expect(422);
            assert_eq!(refused.pointers("errors"), ["/reason"]);
            self.practitioner
                .post(&judge, &judgement)
                .if_match(&tag)
                .created();
        }
    }

    fn she_answers_and_it_closes(&self) {
        let reference = self.manager.get(&self.path("")).ok().text("/reference");
        let adult = self
            .server
            .add_user("winifred", Role::Adult, "northbank", Some(&reference));
        let questions = [
            "got_outcomes",
            "chance_to_say",
            "listened_to",
            "acted_on_wishes",
            "feel_safe",
            "feel_happier",
        ];
        let answers: Vec<Value> = questions
            .iter()
            .map(|question| json!({"question": question, "answer": "partly"}))
            .collect();
        let feedback = json!({"respondent": "adult", "askedBy": "independent_person", "answers": answers,
            "howWeCouldHaveDoneBetter": "Come on the day you said"});
        adult.post(&self.path("/feedback"), &feedback).created();
        assert_eq!(
            self.manager
                .get(&self.path("/feedback"))
                .ok()
                .text("/items/0/answers/0/answer"),
            "partly"
        );
        let path = self.path("/transitions");
        let close = json!({"to": "closed"});
        let tag = self.manager.tag(&self.path(""));
        let bare = self.manager.post(&path, &close).if_match(&tag).expect(409);
        assert_eq!(bare.pointers("missing").len(), 14);
        let checklist = json!({"items": closure_items(), "adultAgrees": "yes", "feedbackOffered": "yes"});
        let draft = self.path("/closure-checklist");
        self.manager
            .put(&draft, &checklist)
            .if_match(&self.manager.tag(&draft))
            .ok();
        let closed = self.manager.post(&path, &close).if_match(&tag).ok();
        assert_eq!(closed.text("/state"), "closed");
        assert_eq!(
            adult.get(&self.path("")).ok().text("/state"),
            "closed",
            "she can still read it"
        );
    }

    fn the_police_see_their_receipt_and_nothing_else(&self, referral: &str) {
        let receipt = self.police.get(&format!("/v1/referrals/{referral}")).ok();
        let mut members: Vec<&String> = receipt.body.as_object().unwrap().keys().collect();
        members.sort();
        let expected = [
            "acknowledgedAt",
            "agencyReference",
            "id",
            "receivedAt",
            "reference",
            "status",
            "version",
            "warnings",
            "whatHappensNext",
        ];
        assert_eq!(members, expected);
        assert_eq!(receipt.text("/status"), "closed");
        assert!(!receipt.text.contains("Fairweather") && !receipt.text.contains(&self.case));
        self.police.get(&self.path("")).expect(403);
        let others = self.server.as_("nhs-intake");
        others.get(&format!("/v1/referrals/{referral}")).expect(404);
        let own = others.get("/v1/referrals?agencyReference=PPN-2026-0042").ok();
        assert_eq!(own.body["items"], json!([]));
    }
}
