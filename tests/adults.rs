//! Stories of the adult's own record: found, merged, reached safely, spoken to in the way they need.

use serde_json::json;

use crate::stories::{accepted_case, referral};
use crate::support::{Answer, Server};

/// The first demo case and its adult.
fn ada(server: &Server) -> (String, String) {
    let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
    let adult = server
        .as_("manager")
        .get(&format!("/v1/cases/{case}"))
        .ok()
        .text("/adult/id");
    (case, adult)
}

fn kinds(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["kind"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    fn an_adult_is_found_by_two_criteria_by_staff_of_the_authority_and_by_nobody_else(server) {
        let (_, adult) = ada(server);
        let manager = server.as_("manager");
        let search = |body| manager.post("/v1/adults/search", &body).send();
        assert_eq!(search(json!({"familyName": "Example"})).status, 422, "one name is not enough");
        assert_eq!(search(json!({"nhsNumber": "9434765919"})).status, 422);
        let found = search(json!({"familyName": "EXAMPLE", "dateOfBirth": "1948-02-03"}));
        assert_eq!(found.text("/items/0/id"), adult, "{}", found.text);
        assert_eq!(search(json!({"familyName": "Example", "dateOfBirth": "1948-02-04"})).body["items"], json!([]));
        let tag = manager.tag(&format!("/v1/adults/{adult}"));
        let ids = json!({"externalIds": [{"system": "mosaic", "value": "M-77"}, {"system": "paris", "value": "9"}]});
        manager.patch(&format!("/v1/adults/{adult}"), &ids).if_match(&tag).ok();
        assert_eq!(search(json!({"externalId": {"system": "mosaic", "value": "M-77"}})).text("/items/0/id"), adult);
        assert_eq!(search(json!({"externalId": {"system": "paris", "value": "M-77"}})).body["items"], json!([]));
        let wild = json!({"familyName": "%", "dateOfBirth": "1948-02-03"});
        assert_eq!(search(wild).body["items"], json!([]), "a wildcard is a letter like another");
        let everything = json!({"familyName": "Example", "dateOfBirth": "1948-02-03"});
        let eastmoor = server.as_("manager-eastmoor").post("/v1/adults/search", &everything).ok();
        assert_eq!(eastmoor.body["items"], json!([]), "the same human in two authorities is two records");
        for name in ["police-intake", "adult", "advocate", "practitioner", "admin", "board", "analyst", "auditor"] {
            server.as_(name).post("/v1/adults/search", &everything).key("find").expect(403);
        }
        server.as_("manager-eastmoor").get(&format!("/v1/adults/{adult}")).expect(404);
        server.as_("practitioner2").get(&format!("/v1/adults/{adult}")).expect(404);
        server.as_("practitioner").get(&format!("/v1/adults/{adult}")).ok();
        server.as_("adult").get(&format!("/v1/adults/{adult}")).ok();
    }

    fn possible_matches_say_why_and_two_records_of_one_person_are_merged_and_parted_again(server) {
        let (case, adult) = ada(server);
        let manager = server.as_("manager");
        let twin = json!({"adult": {"familyName": "Éxample", "givenNames": ["Ada"], "dateOfBirth": "1948-02-03"}});
        let refused = manager.post("/v1/adults", &twin).expect(409);
        refused.is_problem("possible_match");
        assert_eq!(refused.body["candidates"][0]["matchedOn"], json!(["family_name", "date_of_birth"]));
        let mut forced = twin;
        forced["newAdult"] = json!(true);
        let twin = manager.post("/v1/adults", &forced).created();
        let matches = manager.get(&format!("/v1/adults/{}/possible-matches", twin.id())).ok();
        assert_eq!(matches.text("/items/0/id"), adult);
        assert_eq!(matches.body["items"][0]["matchedOn"], json!(["family_name", "date_of_birth"]));
        // The case moves to the record that stays, and back.
        let path = format!("/v1/adults/{}", twin.id());
        let merge = json!({"duplicateId": adult, "reason": "One person under two spellings"});
        let merged = manager.post(&format!("{path}/merge"), &merge).if_match(&twin.tag()).ok();
        let about = |case: &str| manager.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        assert_eq!(about(&case), twin.id());
        assert_eq!(manager.get(&format!("/v1/adults/{adult}")).ok().text("/mergedInto"), twin.id());
        manager.post(&format!("{path}/merge"), &merge).if_match(&merged.tag()).expect(409).is_problem("conflict");
        let listed = manager.post("/v1/adults/search", &json!({"familyName": "Example", "dateOfBirth": "1948-02-03"})).ok();
        assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "a merged record is found under the other");
        let unmerge = json!({"duplicateId": adult, "reason": "Two sisters born on one day"});
        manager.post(&format!("{path}/unmerge"), &unmerge).if_match(&merged.tag()).ok();
        assert_eq!(about(&case), adult);
        let trail = manager.get(&format!("{path}/merge")).ok();
        assert_eq!(trail.body["items"][0]["movedCases"], json!([case]));
        assert_eq!(trail.text("/items/0/unmergedReason"), "Two sisters born on one day");
        for name in ["practitioner", "duty", "police-intake"] {
            let refused = server.as_(name).post(&format!("{path}/merge"), &merge).key("m").if_match("W/\"1\"");
            refused.expect(403);
        }
    }

    fn a_confidential_number_shows_to_the_adult_the_allocated_practitioner_and_the_manager_only(server) {
        let (case, adult) = ada(server);
        let path = format!("/v1/adults/{adult}/contact-points");
        let secret = json!({"kind": "address", "value": "The refuge in Linden Way", "postcode": "ZZ9 9ZZ", "confidential": true,
            "safeToUse": "yes"});
        let point = server.as_("practitioner").post(&path, &secret).created();
        let open = json!({"kind": "email", "value": "ada@example.invalid", "safeToUse": "no"});
        server.as_("practitioner").post(&path, &open).created();
        for name in ["practitioner", "manager", "adult"] {
            let read = server.as_(name).get(&format!("{path}/{}", point.id())).ok();
            assert_eq!(read.text("/value"), "The refuge in Linden Way", "{name}");
        }
        let confidential = json!({"confidential": true});
        for name in ["advocate", "duty"] {
            let listed = server.as_(name).get(&path).ok();
            assert!(!listed.text.contains("Linden") && !listed.text.contains("ZZ9"), "{name}: {}", listed.text);
            let one = server.as_(name).get(&format!("{path}/{}", point.id())).ok();
            assert_eq!(one.body["withheld"], json!(["value"]), "{name} is told that something is withheld");
            assert_eq!(one.body["confidential"], confidential["confidential"]);
            let core = server.as_(name).get(&format!("/v1/adults/{adult}")).ok();
            assert_eq!(core.body["withheld"], json!(["contactPoints", "postcode"]));
        }
        for name in ["practitioner2", "manager-eastmoor"] {
            server.as_(name).get(&path).expect(404);
        }
        for name in ["representative", "police-intake", "admin", "auditor"] {
            server.as_(name).get(&path).expect(403);
        }
        let summary = server.as_("practitioner").get(&format!("/v1/cases/{case}/summary")).ok();
        assert!(!summary.text.contains("Linden"), "an address stands in one place only");
    }

    fn changing_an_address_demands_a_decision_on_the_old_one(server) {
        let (_, adult) = ada(server);
        let (practitioner, path) = (server.as_("practitioner"), format!("/v1/adults/{adult}/contact-points"));
        let home = |value: &str| json!({"kind": "address", "use": "home", "value": value});
        let before = practitioner.get(&path).ok();
        assert!(!kinds(&before).contains(&"address".to_owned()), "{}", before.text);
        let old = practitioner.post(&path, &home("1 Invented Row")).created();
        let refused = practitioner.post(&path, &home("2 Invented Row")).expect(422);
        assert_eq!(refused.pointers("errors"), ["/replaces", "/oldAddress"]);
        let moved = practitioner.patch(&format!("{path}/{}", old.id()), &json!({"value": "2 Invented Row"}));
        assert_eq!(moved.if_match(&old.tag()).expect(422).pointers("errors"), ["/value"]);
        let mut new = home("2 Invented Row");
        new["replaces"] = json!(old.id());
        new["oldAddress"] = json!("keep_shared");
        practitioner.post(&path, &new).created();
        let kept = practitioner.get(&format!("{path}/{}", old.id())).ok();
        assert_eq!(kept.text("/status"), "kept_shared");
    }

    fn a_communication_need_stands_on_every_answer_about_the_adult_until_it_ends(server) {
        let (case, adult) = ada(server);
        let (practitioner, path) = (server.as_("practitioner"), format!("/v1/adults/{adult}/communication-needs"));
        let needs = || server.as_("advocate").get(&format!("/v1/cases/{case}")).ok().body["adult"]["communicationNeeds"].clone();
        let before = needs();
        let new = practitioner.post(&path, &json!({"need": "Easy read", "mayBeShared": "yes"})).created();
        assert!(needs().as_array().unwrap().contains(&json!("Easy read")));
        let one = format!("{path}/{}", new.id());
        practitioner.patch(&one, &json!({"endedOn": "2026-11-20"})).if_match(&new.tag()).ok();
        assert_eq!(needs(), before);
        practitioner.get(&one).ok();
    }

    fn an_implicated_representative_is_suspended_at_once(server) {
        let (_, adult) = ada(server);
        let (practitioner, representative) = (server.as_("practitioner"), server.as_("representative"));
        assert_eq!(representative.get("/v1/me").ok().body["cases"].as_array().unwrap().len(), 1);
        let path = format!("/v1/adults/{adult}/representatives");
        let hers = practitioner.get(&path).ok();
        let one = format!("{path}/{}", hers.text("/items/0/id"));
        let implicated = json!({"conflict": "implicated", "conflictDetail": "Named by the adult"});
        practitioner.patch(&one, &implicated).if_match(&practitioner.tag(&one)).ok();
        // On the next request: it was the only case of this account.
        representative.get("/v1/me").expect(401).is_problem("access_ended");
    }

    fn a_death_ends_nothing_and_prompts_a_review(server) {
        let (practitioner, manager) = (server.as_("practitioner"), server.as_("manager"));
        let (_, case) = accepted_case(server, "PPN-DEATH");
        let read = || practitioner.get(&format!("/v1/cases/{case}")).ok();
        let adult = read().text("/adult/id");
        let path = format!("/v1/adults/{adult}");
        let early = json!({"dateOfBirth": "1950-01-01", "dateOfDeath": "1949-12-31"});
        let refused = practitioner.patch(&path, &early).if_match(&practitioner.tag(&path)).expect(422);
        assert_eq!(refused.pointers("errors"), ["/dateOfDeath"]);
        let died = json!({"dateOfDeath": "2026-11-19"});
        practitioner.patch(&path, &died).if_match(&practitioner.tag(&path)).ok();
        assert_eq!(read().text("/state"), "concern");
        let gaps = || read().body["gaps"].as_array().unwrap().clone();
        assert!(gaps().contains(&json!("review_not_considered")));
        practitioner.post(&format!("/v1/cases/{case}/links"), &json!({"kind": "section_44_review", "status": "open"})).created();
        assert!(!gaps().contains(&json!("review_not_considered")));
        let wish = json!({"ownWords": "Nobody else is to go through this", "expressedBy": "representative"});
        practitioner.post(&format!("/v1/cases/{case}/desired-outcomes"), &wish).created();
        manager.get(&format!("/v1/cases/{case}")).ok();
    }

    fn the_family_hears_before_the_court_papers_come(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-COURT");
        let gaps = || practitioner.get(&format!("/v1/cases/{case}")).ok().body["gaps"].as_array().unwrap().clone();
        let planned = json!({"kind": "court_of_protection", "status": "planned"});
        practitioner.post(&format!("/v1/cases/{case}/links"), &planned).created();
        assert!(gaps().contains(&json!("family_not_told_before_court")));
        let told = json!({"who": "family", "about": "court_application", "toldAt": "2026-11-20T09:00:00Z", "how": "a visit"});
        practitioner.post(&format!("/v1/cases/{case}/informed"), &told).created();
        assert!(!gaps().contains(&json!("family_not_told_before_court")));
    }

    fn what_a_referral_says_of_safe_contact_is_there_when_the_case_opens(server) {
        let mut body = referral("PPN-SAFE");
        body["adult"] = json!({"familyName": "Safely", "givenNames": ["Ines"], "address": "3 Invented Row", "postcode": "ZZ1 1ZZ",
            "communicationNeeds": ["British Sign Language"],
            "contactPoints": [{"kind": "mobile", "value": "07700 900789", "safeToUse": "yes", "safeToLeaveMessage": "no"}]});
        let sent = server.as_("police-intake").post("/v1/referrals", &body).created();
        let manager = server.as_("manager");
        let accept = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        let path = format!("/v1/referrals/{}/triage", sent.id());
        let case = manager.post(&path, &accept).if_match(&sent.tag()).ok().text("/caseId");
        let case = server.as_("practitioner").get(&format!("/v1/cases/{case}")).ok();
        assert_eq!(case.body["adult"]["communicationNeeds"], json!(["British Sign Language"]));
        let path = format!("/v1/adults/{}/contact-points?sort=createdAt", case.text("/adult/id"));
        let points = server.as_("practitioner").get(&path).ok();
        assert_eq!(kinds(&points), ["mobile", "address"]);
        assert_eq!(points.body["items"][0]["safeToLeaveMessage"], "no");
    }
}
