//! Stories of safeguarding plans and of the responses that were offered.

use serde_json::{Value, json};

use crate::stories::{accepted_case, three_part_test};
use crate::support::{Answer, Server};

/// A case of the manager and the practitioner with an open enquiry: its path.
fn enquiry(server: &Server, reference: &str) -> String {
    let case = format!("/v1/cases/{}", accepted_case(server, reference).1);
    let step = json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(), "adultView": "Go on"});
    server
        .as_("manager")
        .post(&format!("{case}/transitions"), &step)
        .if_match("W/\"1\"")
        .ok();
    case
}

fn items(answer: &Answer) -> Vec<Value> {
    answer.body["items"].as_array().unwrap().clone()
}

on_both_databases! {
    fn an_authority_adds_responses_and_suggestions_of_its_own(server) {
        let (practitioner, admin) = (server.as_("practitioner"), server.as_("admin"));
        let (_, case) = accepted_case(server, "PPN-LOCAL-CODES");
        let case = format!("/v1/cases/{case}");
        let response = json!({"option": "other", "localOption": "walking_group"});
        let refused = practitioner.post(&format!("{case}/responses"), &response).expect(422);
        assert_eq!(refused.pointers("errors"), ["/localOption"]);
        let outcome = json!({"ownWords": "To see the children", "expressedBy": "adult",
            "localSuggestionCodes": ["see_grandchildren"]});
        let refused = practitioner.post(&format!("{case}/desired-outcomes"), &outcome).expect(422);
        assert_eq!(refused.pointers("errors"), ["/localSuggestionCodes/0"]);
        let settings = "/v1/authorities/northbank/settings";
        let mut kept = admin.get(settings).ok();
        for field in ["authority", "name", "version"] {
            kept.body.as_object_mut().unwrap().remove(field);
        }
        kept.body["localResponseOptions"] = json!([{"code": "walking_group", "label": "A walking group"}]);
        let twice = json!({"code": "see_grandchildren", "label": "See my grandchildren"});
        kept.body["localSuggestions"] = json!([twice, twice]);
        let tag = admin.tag(settings);
        let refused = admin.put(settings, &kept.body).if_match(&tag).expect(422);
        assert_eq!(refused.pointers("errors"), ["/localSuggestions/1/code"]);
        kept.body["localSuggestions"] = json!([twice]);
        admin.put(settings, &kept.body).if_match(&tag).ok();
        let taken = practitioner.post(&format!("{case}/responses"), &response).created();
        assert_eq!(taken.text("/localOption"), "walking_group");
        let taken = practitioner.post(&format!("{case}/desired-outcomes"), &outcome).created();
        assert_eq!(taken.body["localSuggestionCodes"], json!(["see_grandchildren"]));
    }

    fn a_plan_changes_by_versions_and_every_earlier_one_stays(server) {
        let practitioner = server.as_("practitioner");
        let case = enquiry(server, "PPN-PLAN");
        let plans = format!("{case}/plans");
        let empty = practitioner.post(&plans, &json!({"lead": "Priya Nair"})).expect(422);
        assert_eq!(empty.pointers("errors"), ["/safetySteps"]);
        let first = json!({"safetySteps": "A visit each morning", "helpToSeekJustice": "Someone beside her at the police",
            "lead": "Priya Nair", "contingency": "Her niece comes", "reviewOn": "2020-01-01", "adultAgrees": "no"});
        let made = practitioner.post(&plans, &first).created();
        assert_eq!((made.text("/status"), &made.body["planVersion"]), ("draft".to_owned(), &json!(1)));
        let plan = format!("{plans}/{}", made.id());
        let versions = format!("{plan}/versions");
        let second = json!({"reason": "The mornings are too early", "plan": {"safetySteps": "A visit at eleven", "lead": "Priya Nair"}});
        practitioner.post(&versions, &second).expect(428);
        let bare = practitioner.post(&versions, &json!({"plan": {"lead": "x"}})).if_match(&made.tag()).expect(422);
        assert_eq!(bare.pointers("errors"), ["/reason"]);
        let bare = practitioner.post(&versions, &json!({"reason": "x", "plan": {"lead": "x"}})).if_match(&made.tag()).expect(422);
        assert_eq!(bare.pointers("errors"), ["/plan/safetySteps"]);
        let written = practitioner.post(&versions, &second).if_match(&made.tag()).created();
        assert_eq!((written.tag(), &written.body["planVersion"]), (practitioner.tag(&plan), &json!(2)));
        practitioner.post(&versions, &second).if_match(&made.tag()).expect(412);
        let now = practitioner.get(&plan).ok();
        assert_eq!((now.text("/safetySteps"), now.text("/adultAgrees")), ("A visit at eleven".to_owned(), "not_known".to_owned()),
            "what she said to the first is no answer to the second");
        assert_eq!(now.body["agreements"].as_array().unwrap().len(), 1);
        assert!(now.body.get("contingency").is_none());
        let all = items(&practitioner.get(&format!("{versions}?sort=createdAt")).ok());
        assert_eq!((&all[0]["plan"], all[0].get("reason")), (&first, None));
        assert_eq!(all[1]["reason"], "The mornings are too early");
        let earlier = practitioner.get(&format!("{versions}/{}", all[0]["id"].as_str().unwrap())).ok();
        assert_eq!(earlier.text("/plan/safetySteps"), "A visit each morning");
        assert_eq!(practitioner.patch(&plan, &json!({})).if_match(&now.tag()).send().status, 405);
        let other = practitioner.post(&plans, &json!({"content": "Another", "lead": "x"})).created();
        practitioner.get(&format!("{plans}/{}/versions/{}", other.id(), written.id())).expect(404);
    }

    fn a_plan_comes_into_force_with_the_cases_step_or_by_its_own_and_ends_with_a_reason(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let case = enquiry(server, "PPN-PLAN-STEP");
        let plans = format!("{case}/plans");
        let step = |body: Value| {
            practitioner.post(&format!("{case}/transitions"), &body).if_match(&practitioner.tag(&case)).send()
        };
        let make = || practitioner.post(&plans, &json!({"riskManagement": "She rings at noon", "lead": "Priya Nair"})).created();
        let (plan, ended) = (make(), make());
        let own = |plan: &Answer, body: Value| {
            let path = format!("{plans}/{}", plan.id());
            practitioner.post(&format!("{path}/transitions"), &body).if_match(&practitioner.tag(&path)).send()
        };
        assert_eq!(own(&ended, json!({"to": "ended"})).pointers("missing"), ["/reason"]);
        assert_eq!(own(&ended, json!({"to": "ended", "reason": "She does not want it"})).text("/endedReason"), "She does not want it");
        own(&ended, json!({"to": "active"})).is_problem("invalid_transition");
        let late = json!({"reason": "x", "plan": {"content": "x", "lead": "x"}});
        let path = format!("{plans}/{}", ended.id());
        practitioner.post(&format!("{path}/versions"), &late).if_match(&practitioner.tag(&path)).expect(409).is_problem("conflict");
        assert_eq!(step(json!({"to": "plan"})).pointers("missing"), ["/plan"]);
        let content = json!({"content": "A visit each morning", "lead": "Priya Nair", "adultAgrees": "partly"});
        let elsewhere = enquiry(server, "PPN-PLAN-ELSEWHERE");
        let foreign = practitioner.post(&format!("{elsewhere}/plans"), &json!({"content": "x", "lead": "x"})).created();
        for (wanted, code) in [(json!({"to": "plan", "planId": foreign.id()}), "unknown"),
            (json!({"to": "plan", "planId": ended.id()}), "ended"),
            (json!({"to": "plan", "planId": plan.id(), "plan": content}), "one_of_two")] {
            let refused = step(wanted);
            assert_eq!((refused.pointers("missing"), refused.text("/missing/0/code")), (vec!["/planId".to_owned()], code.to_owned()));
        }
        let moved = step(json!({"to": "plan", "planId": plan.id(), "effectiveAt": "2026-11-19T10:00:00Z"}));
        assert_eq!(moved.text("/state"), "plan");
        let in_force = practitioner.get(&format!("{plans}/{}", plan.id())).ok();
        assert_eq!((in_force.text("/status"), in_force.text("/activeFrom")), ("active".to_owned(), "2026-11-19T10:00:00Z".to_owned()));
        // The plan told in the step itself becomes one of the case's plans, in the same transaction.
        let step = json!({"to": "plan", "plan": content});
        manager.post(&format!("{elsewhere}/transitions"), &step).if_match("W/\"999\"").expect(412);
        assert_eq!(items(&manager.get(&format!("{elsewhere}/plans")).ok()).len(), 1);
        manager.post(&format!("{elsewhere}/transitions"), &step).if_match(&manager.tag(&elsewhere)).ok();
        let made = items(&manager.get(&format!("{elsewhere}/plans")).ok());
        assert_eq!((&made[0]["status"], &made[0]["content"], &made[0]["adultAgrees"], &made[0]["planVersion"]),
            (&json!("active"), &content["content"], &json!("partly"), &json!(1)));
        let versions = format!("{elsewhere}/plans/{}/versions", made[0]["id"].as_str().unwrap());
        assert_eq!(items(&manager.get(&versions).ok()).len(), 1);
    }

    fn she_answers_to_a_plan_in_her_own_words_whatever_version_stands_and_is_never_refused(server) {
        let (adult, practitioner) = (server.as_("adult"), server.as_("practitioner"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let plans = format!("/v1/cases/{case}/plans");
        let plan = practitioner.post(&plans, &json!({"content": "He no longer visits", "lead": "Priya Nair", "adultAgrees": "yes"})).created();
        let path = format!("{plans}/{}", plan.id());
        let agreement = format!("{path}/agreement");
        let no = json!({"agrees": "no", "words": "I want him on Sundays"});
        let answered = adult.post(&agreement, &no).ok();
        assert_eq!((answered.text("/adultAgrees"), answered.text("/agreements/1/toldBy")), ("no".to_owned(), "adult".to_owned()));
        assert_eq!(answered.text("/agreements/0/toldBy"), "practitioner", "what was reported of her stays beside her own");
        let second = json!({"reason": "Sundays", "plan": {"content": "He visits on Sundays", "lead": "Priya Nair", "adultAgrees": "yes"}});
        practitioner.post(&format!("{path}/versions"), &second).if_match(&plan.tag()).expect(412);
        practitioner.post(&format!("{path}/versions"), &second).if_match(&answered.tag()).created();
        let read = practitioner.get(&path).ok();
        assert_eq!((read.text("/agreements/1/words"), &read.body["agreements"][1]["planVersion"]), ("I want him on Sundays".to_owned(), &json!(1)));
        let end = json!({"to": "ended", "reason": "She is safe"});
        practitioner.post(&format!("{path}/transitions"), &end).if_match(&read.tag()).ok();
        assert_eq!(adult.post(&agreement, &json!({"agrees": "partly"})).ok().text("/adultAgrees"), "partly");
        assert_eq!(adult.post(&agreement, &json!({"agrees": "best_interests"})).expect(422).pointers("errors"), ["/agrees"]);
        for who in ["practitioner", "manager", "advocate"] {
            server.as_(who).post(&agreement, &no).expect(403);
        }
        for (who, reads, writes) in [("manager", 200, 422), ("duty", 200, 403), ("advocate", 200, 403), ("adult", 200, 403),
            ("practitioner2", 404, 404), ("police-intake", 403, 403)] {
            assert_eq!(server.as_(who).get(&plans).send().status, reads, "{who}");
            assert_eq!(server.as_(who).post(&plans, &json!({"lead": "x"})).send().status, writes, "{who}");
        }
    }

    fn twenty_answers_at_once_are_all_kept(server) {
        let adult = server.as_("adult");
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let plans = format!("/v1/cases/{case}/plans");
        let plan = server.as_("practitioner").post(&plans, &json!({"content": "x", "lead": "x"})).created();
        let path = format!("{plans}/{}", plan.id());
        std::thread::scope(|scope| {
            for number in 0..20 {
                let (adult, path) = (adult.clone(), &path);
                scope.spawn(move || {
                    adult.post(&format!("{path}/agreement"), &json!({"agrees": "yes", "words": format!("{number}")})).ok();
                });
            }
        });
        let kept = adult.get(&path).ok();
        assert_eq!(kept.body["agreements"].as_array().unwrap().len(), 20);
        assert_eq!(kept.body["version"], 21);
    }

    fn must_not_force_agreement_or_a_review_date_for_a_plan_to_be_in_force(server) {
        let practitioner = server.as_("practitioner");
        let plans = format!("{}/plans", enquiry(server, "PPN-PLAN-FORCE"));
        let plan = practitioner.post(&plans, &json!({"support": "A lunch club", "lead": "Priya Nair", "adultAgrees": "no"})).created();
        let step = json!({"to": "active"});
        let active = practitioner.post(&format!("{plans}/{}/transitions", plan.id()), &step).if_match(&plan.tag()).ok();
        assert_eq!((active.text("/status"), active.text("/adultAgrees")), ("active".to_owned(), "no".to_owned()));
    }

    fn an_action_names_a_plan_of_its_own_case(server) {
        let practitioner = server.as_("practitioner");
        let case = enquiry(server, "PPN-PLAN-ACTION");
        let other = enquiry(server, "PPN-PLAN-ACTION-OTHER");
        let make = |case: &str| practitioner.post(&format!("{case}/plans"), &json!({"content": "x", "lead": "x"})).created().id();
        let (own, foreign) = (make(&case), make(&other));
        let act = |plan: &str| {
            let body = json!({"text": "Ring the bank", "responsible": "Priya Nair", "planId": plan});
            practitioner.post(&format!("{case}/actions"), &body).send()
        };
        assert_eq!(act(&foreign).pointers("errors"), ["/planId"]);
        let action = act(&own);
        assert_eq!(action.text("/planId"), own);
        let path = format!("{case}/actions/{}", action.id());
        let done = practitioner.patch(&path, &json!({"status": "done"})).if_match(&action.tag()).ok();
        assert_eq!(done.text("/planId"), own);
    }

    fn a_response_says_what_was_offered_chosen_and_used_and_what_it_did_to_which_outcome(server) {
        let practitioner = server.as_("practitioner");
        let case = enquiry(server, "PPN-RESPONSE");
        let other = enquiry(server, "PPN-RESPONSE-OTHER");
        let want = |case: &str| {
            let body = json!({"ownWords": "I want peace at home", "expressedBy": "adult"});
            practitioner.post(&format!("{case}/desired-outcomes"), &body).created().id()
        };
        let (own, foreign) = (want(&case), want(&other));
        let responses = format!("{case}/responses");
        let effect = |outcome: &str| json!({"outcomeId": outcome, "effect": "helped", "note": "They talk again"});
        let wrong = json!({"option": "other", "offeredAt": "2126-01-01T00:00:00Z", "effects": [effect(&own), effect(&foreign), effect(&own)]});
        let found = practitioner.post(&responses, &wrong).expect(422).pointers("errors");
        assert_eq!(found, ["/offeredAt", "/description", "/used", "/effects/2/outcomeId", "/effects/1/outcomeId"]);
        let offered = json!({"option": "mediation", "offeredAt": "2026-11-20T10:00:00Z", "adultChose": "undecided"});
        let offered = practitioner.post(&responses, &offered).created();
        let path = format!("{responses}/{}", offered.id());
        let bad = json!({"effects": [effect(&own)]});
        assert_eq!(practitioner.patch(&path, &bad).if_match(&offered.tag()).expect(422).pointers("errors"), ["/used"]);
        let used = json!({"adultChose": "accepted", "used": true, "effects": [effect(&own)]});
        let used = practitioner.patch(&path, &used).if_match(&offered.tag()).ok();
        assert_eq!((used.text("/adultChose"), used.text("/effects/0/effect")), ("accepted".to_owned(), "helped".to_owned()));
        for (who, reads, writes) in [("manager", 200, 201), ("duty", 200, 403), ("advocate", 404, 403), ("practitioner2", 404, 404)] {
            assert_eq!(server.as_(who).get(&responses).send().status, reads, "{who}");
            assert_eq!(server.as_(who).post(&responses, &json!({"option": "counselling"})).send().status, writes, "{who}");
        }
        assert_eq!(items(&server.as_("manager").get(&responses).ok()).len(), 2);
    }
}
