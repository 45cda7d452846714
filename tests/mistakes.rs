//! What should not have been recorded: it stays with its reason, counts nowhere, and shows to staff only.

use serde_json::json;

use crate::stories::accepted_case;
use crate::support::Server;

fn first_case(server: &Server) -> String {
    server.as_("adult").get("/v1/me").ok().text("/cases/0/id")
}

on_both_databases! {
    fn a_wish_written_into_the_wrong_case_stays_with_its_reason_and_shows_to_staff_only(server) {
        let (practitioner, manager, advocate) =
            (server.as_("practitioner"), server.as_("manager"), server.as_("advocate"));
        let case = first_case(server);
        let list = format!("/v1/cases/{case}/wishes");
        let wish = json!({"kind": "do_not_want", "text": "No letters to the Quillfeather address", "saidBy": "adult"});
        let wrong = practitioner.post(&list, &wish).created();
        let one = format!("{list}/{}", wrong.id());
        let mark = format!("{one}/entered-in-error");
        let reason = json!({"reason": "This was another person's wish"});
        let shows_to = |name: &str| {
            let told = server.as_(name).get(&list).ok().text.contains("Quillfeather");
            (told, server.as_(name).get(&one).send().status)
        };
        for name in ["adult", "advocate", "manager"] {
            assert_eq!(shows_to(name), (true, 200), "{name}");
        }
        advocate.post(&mark, &reason).if_match(&wrong.tag()).expect(403);
        practitioner.post(&mark, &reason).expect(428);
        practitioner.post(&mark, &json!({"reason": " "})).if_match(&wrong.tag()).expect(422);
        let marked = practitioner.post(&mark, &reason).if_match(&wrong.tag()).ok();
        assert_eq!(marked.text("/enteredInError"), "This was another person's wish");
        for name in ["adult", "advocate"] {
            assert_eq!(shows_to(name), (false, 404), "{name}");
        }
        assert_eq!(shows_to("manager"), (true, 200));
        assert!(!server.as_("adult").get(&format!("/v1/cases/{case}/my-view")).ok().text.contains("Quillfeather"));
        assert!(!manager.get(&format!("/v1/cases/{case}/summary")).ok().text.contains("Quillfeather"));
        manager.post(&mark, &reason).if_match(&marked.tag()).expect(409);
        // Nothing leans on it any more.
        let action = json!({"text": "Write to her", "responsible": "Priya Nair", "overridesWishId": wrong.id(),
            "overrideReason": "She must know"});
        let refused = practitioner.post(&format!("/v1/cases/{case}/actions"), &action).expect(422);
        assert_eq!(refused.pointers("errors"), ["/overridesWishId"]);
    }

    fn the_adults_own_words_are_only_theirs_to_take_back(server) {
        let (adult, manager) = (server.as_("adult"), server.as_("manager"));
        let case = first_case(server);
        let list = format!("/v1/cases/{case}/wishes");
        let own = adult.post(&list, &json!({"kind": "want", "text": "My key back", "saidBy": "adult"})).created();
        let mark = format!("{list}/{}/entered-in-error", own.id());
        manager.post(&mark, &json!({"reason": "Not what the plan says"})).if_match(&own.tag()).expect(403);
        let outcomes = format!("/v1/cases/{case}/desired-outcomes");
        let wanted = adult.post(&outcomes, &json!({"ownWords": "My key back", "expressedBy": "adult"})).created();
        let of_outcome = format!("{outcomes}/{}/entered-in-error", wanted.id());
        manager.post(&of_outcome, &json!({"reason": "Unrealistic"})).if_match(&wanted.tag()).expect(403);
        assert_eq!(adult.get(&format!("{outcomes}/{}", wanted.id())).ok().text("/ownWords"), "My key back");
        let taken_back = adult.post(&mark, &json!({"reason": "I pressed the wrong thing"})).if_match(&own.tag()).ok();
        assert_eq!(taken_back.text("/enteredInError"), "I pressed the wrong thing");
    }

    fn what_was_entered_in_error_counts_nowhere(server) {
        let (practitioner, manager) = (server.as_("practitioner"), server.as_("manager"));
        let (_, case) = accepted_case(server, "PPN-MISTAKES");
        let at = |list: &str| format!("/v1/cases/{case}/{list}");
        let gap = |name: &str| manager.get(&at("")[..at("").len() - 1]).ok().body["gaps"].to_string().contains(name);
        let mark = |list: &str, id: &str| {
            let one = format!("{}/{id}", at(list));
            let tag = manager.tag(&one);
            manager.post(&format!("{one}/entered-in-error"), &json!({"reason": "The wrong case"})).if_match(&tag).ok()
        };
        assert!(gap("adult_not_asked") && gap("adult_not_told"));
        let contact = json!({"kind": "visit", "withAdult": true, "basis": "said", "text": "At home",
            "outcomesAsked": {"asked": true, "result": "none_expressed"},
            "checklist": [{"item": "booklet_given", "state": "done"}]});
        let contact = practitioner.post(&at("contacts"), &contact).created();
        assert_eq!(contact.text("/checklist/0/item"), "booklet_given");
        let told = json!({"who": "adult", "about": "concern", "toldAt": "2026-11-20T10:00:00Z"});
        let told = practitioner.post(&at("informed"), &told).created();
        assert!(!gap("adult_not_asked") && !gap("adult_not_told"));
        mark("contacts", &contact.id());
        mark("informed", &told.id());
        assert!(gap("adult_not_asked") && gap("adult_not_told"));
        // What was said around a meeting of another case is no more of this one than the meeting.
        let meeting = practitioner.post(&at("meetings"), &json!({"kind": "review", "heldStart": "2026-11-20T10:00:00Z"})).created();
        let asked = json!({"when": "after", "text": "She wants her key back",
            "outcomesAsked": {"asked": true, "result": "none_expressed"}});
        practitioner.post(&format!("{}/{}/discussions", at("meetings"), meeting.id()), &asked).created();
        assert!(!gap("adult_not_asked"));
        mark("meetings", &meeting.id());
        assert!(gap("adult_not_asked"));
        // An outcome that was nobody's frees its place, and is not judged.
        let outcome = |words: &str| json!({"ownWords": words, "expressedBy": "adult", "priority": 1});
        let first = practitioner.post(&at("desired-outcomes"), &outcome("A dog")).created();
        practitioner.post(&at("desired-outcomes"), &outcome("A cat")).expect(409);
        let mark_first = format!("{}/{}/entered-in-error", at("desired-outcomes"), first.id());
        practitioner.post(&mark_first, &json!({"reason": "Wrong"})).if_match(&first.tag()).expect(403);
        mark("desired-outcomes", &first.id());
        assert!(gap("adult_not_asked"));
        practitioner.post(&at("desired-outcomes"), &outcome("A cat")).created();
        let revision = json!({"ownWords": "Two dogs", "changeKind": "widened", "changeReason": "other",
            "initiatedBy": "adult", "adultAgrees": "yes"});
        let one = format!("{}/{}", at("desired-outcomes"), first.id());
        let tag = manager.tag(&one);
        manager.post(&format!("{one}/revisions"), &revision).if_match(&tag).expect(409).is_problem("conflict");
        // The basis of an advocate's assignment goes with the need that was none.
        let need = practitioner.post(&at("advocacy-needs"), &json!({"difficulties": [], "conclusion": "duty"})).created();
        let advocate = manager.get("/v1/advocates").ok().text("/items/0/id");
        let asked = json!({"kind": "care_act_s68", "basis": "duty", "advocateId": advocate, "needId": need.id()});
        practitioner.post(&at("advocacy-assignments"), &asked).created();
        assert!(!gap("advocacy_basis_incomplete"));
        mark("advocacy-needs", &need.id());
        assert!(gap("advocacy_basis_incomplete"));
    }

    fn a_representative_recorded_by_mistake_loses_access_at_once(server) {
        let (practitioner, representative) = (server.as_("practitioner"), server.as_("representative"));
        let case = first_case(server);
        let adult = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        representative.get(&format!("/v1/cases/{case}")).ok();
        let list = practitioner.get(&format!("/v1/adults/{adult}/representatives")).ok();
        let items = list.body["items"].as_array().unwrap();
        let theirs = items.iter().find(|one| one["name"] == "Rosa Lind").unwrap();
        let one = format!("/v1/adults/{adult}/representatives/{}", theirs["id"].as_str().unwrap());
        let tag = practitioner.tag(&one);
        let mark = format!("{one}/entered-in-error");
        practitioner.post(&mark, &json!({"reason": "Another adult's niece"})).if_match(&tag).ok();
        // It was the only case of this account.
        representative.get(&format!("/v1/cases/{case}")).expect(401).is_problem("access_ended");
    }

    fn whom_the_adult_does_not_want_involved_is_told_and_named_only_for_a_reason(server) {
        let (practitioner, manager) = (server.as_("practitioner"), server.as_("manager"));
        let (_, case) = accepted_case(server, "PPN-INVOLVE");
        let agency = server.as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
        let wishes = format!("/v1/cases/{case}/wishes");
        let unwanted = json!({"kind": "who_not_to_involve", "text": "Not Marmaduke Vole, and not Dana Duty",
            "saidBy": "adult"});
        practitioner.post(&wishes, &unwanted).created();
        let sharing = |with: &str, reason: Option<&str>| {
            let mut body = json!({"what": "When money was taken", "withWhom": with, "why": "He asks",
                "initiative": "requested", "adultTold": "told", "minimumNecessary": "Dates only", "decision": "shared",
                "lawfulBasis": ["common_law"]});
            if let Some(reason) = reason {
                body["overrideReason"] = json!(reason);
            }
            practitioner.post(&format!("/v1/cases/{case}/sharing-decisions"), &body).send()
        };
        let refused = sharing("Mr Marmaduke Vole, her nephew", None);
        assert_eq!((refused.status, refused.pointers("errors")), (422, vec!["/overrideReason".to_owned()]));
        assert_eq!(sharing("Her bank", None).status, 201);
        assert_eq!(sharing("Mr Marmaduke Vole", Some("A court ordered it")).status, 201);
        let grants = format!("/v1/cases/{case}/grants");
        let partner = json!({"relationship": "partner", "agencyId": agency, "reason": "Visits"});
        manager.post(&grants, &partner).created();
        let me = server.as_("practitioner2").get("/v1/me").ok();
        let not_them = json!({"kind": "who_not_to_involve", "text": format!("Not {}", me.text("/name")), "saidBy": "adult"});
        practitioner.post(&wishes, &not_them).created();
        let mut adviser = json!({"relationship": "adviser", "userId": me.id(), "reason": "Knows the home"});
        assert_eq!(manager.post(&grants, &adviser).expect(422).pointers("errors"), ["/overrideReason"]);
        server.as_("practitioner2").get(&format!("/v1/cases/{case}")).expect(404);
        adviser["overrideReason"] = json!("Nobody else knows the home");
        manager.post(&grants, &adviser).created();
        server.as_("practitioner2").get(&format!("/v1/cases/{case}")).ok();
    }
}
