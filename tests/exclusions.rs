//! Stories of exclusions: whom a conflict names gets 404 on every case, likely referral and record of that adult and of those
//! merged with her, on every path, from the next request on; and of what else protects her wherever her case goes.

use msp_api::policy::Role;
use serde_json::{Value, json};

use crate::stories::{accepted_case, referral};
use crate::support::{Actor, Server};

/// What can be read of a case.
const OF_A_CASE: [&str; 14] = [
    "",
    "/summary",
    "/desired-outcomes",
    "/wishes",
    "/meetings",
    "/actions",
    "/timeline",
    "/team",
    "/contacts",
    "/risks",
    "/access-log",
    "/emergency-access",
    "/conflicts",
    "/persons-of-concern",
];

/// What can be read of an adult.
const OF_AN_ADULT: [&str; 6] = [
    "",
    "/contact-points",
    "/communication-needs",
    "/representatives",
    "/merge",
    "/possible-matches",
];

fn me(actor: &Actor) -> String {
    actor.get("/v1/me").ok().text("/id")
}

fn manager_of(server: &Server, name: &str, authority: &str) -> Actor {
    server.add_user(name, Role::Manager, authority, None)
}

fn adult_of(server: &Server, case: &str) -> String {
    server
        .as_("manager")
        .get(&format!("/v1/cases/{case}"))
        .ok()
        .text("/adult/id")
}

/// The answer is the one about a record that there is not: 404, or 403 where a role forbids the operation on any.
fn as_if_there_were_none(actor: &Actor, records: &str, id: &str, path: &str) {
    let nowhere = actor
        .get(&format!("{records}/{}{path}", msp_api::ids::Id::new()))
        .send();
    assert!([403, 404].contains(&nowhere.status), "{}", nowhere.text);
    assert!(
        !path.is_empty() || nowhere.status == 404,
        "{records}: {}",
        nowhere.text
    );
    let there = actor.get(&format!("{records}/{id}{path}")).send();
    assert_eq!(
        (there.status, &there.body["code"]),
        (nowhere.status, &nowhere.body["code"]),
        "{path}: {}",
        there.text
    );
}

/// Nothing of this adult and these cases is there for somebody: one by one, in lists and by searching.
fn knows_nothing(actor: &Actor, adult: &str, cases: &[&str]) {
    for case in cases {
        for path in OF_A_CASE {
            as_if_there_were_none(actor, "/v1/cases", case, path);
        }
        let glass = json!({"reasonCode": "other", "reason": "I would like to know"});
        actor
            .post(&format!("/v1/cases/{case}/emergency-access"), &glass)
            .expect(404);
        let listed = actor.get("/v1/cases?limit=100").ok();
        assert!(!listed.text.contains(case), "{}", listed.text);
    }
    for path in OF_AN_ADULT {
        as_if_there_were_none(actor, "/v1/adults", adult, path);
    }
    for path in [
        "/v1/adults?limit=100",
        "/v1/referrals?limit=100",
        "/v1/notices?limit=100",
    ] {
        let listed = actor.get(path).send();
        assert!(!listed.text.contains(adult), "{path}: {}", listed.text);
        assert!(
            cases.iter().all(|case| !listed.text.contains(case)),
            "{path}: {}",
            listed.text
        );
    }
}

/// Two words and a day of birth that nobody else has.
fn somebody(name: &str) -> Value {
    json!({"familyName": format!("Someone-{name}"), "givenNames": ["Una"], "dateOfBirth": "1950-05-05"})
}

fn refer(server: &Server, reference: &str, adult: &Value) -> String {
    refer_with(server, reference, adult, &json!({}))
}

fn refer_with(server: &Server, reference: &str, adult: &Value, more: &Value) -> String {
    let mut body = referral(reference);
    body["adult"] = adult.clone();
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    server
        .as_("police-intake")
        .post("/v1/referrals", &body)
        .created()
        .id()
}

fn triage(actor: &Actor, referral: &str, body: &Value) -> crate::support::Answer {
    let path = format!("/v1/referrals/{referral}");
    let read = actor.get(&path).send();
    let tag = if read.status == 200 {
        read.tag()
    } else {
        "W/\"1\"".to_owned()
    };
    actor.post(&format!("{path}/triage"), body).if_match(&tag).send()
}

/// A case of this adult, allocated to the practitioner.
fn case_of(server: &Server, reference: &str, adult: &Value, with: &Value) -> String {
    let sent = refer(server, reference, adult);
    let mut body = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
    for (name, value) in with.as_object().unwrap() {
        body[name] = value.clone();
    }
    let accepted = triage(&server.as_("manager"), &sent, &body);
    assert_eq!(accepted.status, 200, "{}", accepted.text);
    accepted.text("/caseId")
}

fn exclude(actor: &Actor, case: &str, whom: &Value) -> crate::support::Answer {
    let mut body = json!({"kind": "is_person_of_concern", "detail": "She says it is him"});
    for (name, value) in whom.as_object().unwrap() {
        body[name] = value.clone();
    }
    actor
        .post(&format!("/v1/cases/{case}/conflicts"), &body)
        .created()
}

fn give_staff_number(server: &Server, user: &str, number: &str) {
    let admin = server.as_("admin");
    let path = format!("/v1/users/{user}");
    let tag = admin.get(&path).ok().tag();
    admin
        .patch(&path, &json!({"staffNumber": number}))
        .if_match(&tag)
        .ok();
}

on_both_databases! {
    fn s17_a_conflict_follows_the_adult_into_every_case_about_her(server) {
        let (manager, eve) = (server.as_("manager"), manager_of(server, "eve", "northbank"));
        let una = somebody("s17");
        let first = case_of(server, "PPN-S17-1", &una, &json!({}));
        let adult = adult_of(server, &first);
        let before = case_of(server, "PPN-S17-2", &una, &json!({"adultId": adult}));
        for case in [&first, &before] {
            eve.get(&format!("/v1/cases/{case}")).ok();
        }
        let conflict = exclude(&manager, &first, &json!({"userId": me(&eve)}));
        // From the next request on, on the case before, and on one that is opened after it.
        let after = case_of(server, "PPN-S17-3", &una, &json!({"adultId": adult}));
        knows_nothing(&eve, &adult, &[&first, &before, &after]);
        let words = json!({"familyName": "Someone-s17", "dateOfBirth": "1950-05-05"});
        assert_eq!(eve.post("/v1/adults/search", &words).ok().body["items"], json!([]));
        // Nobody hands her one of the cases either.
        let team = format!("/v1/cases/{after}/team");
        let to_her = json!({"allocateTo": me(&eve)});
        let refused = manager.put(&team, &to_her).if_match(&manager.tag(&team)).expect(422);
        assert_eq!(refused.pointers("errors"), ["/allocateTo"]);
        let named = json!({"relationship": "adviser", "userId": me(&eve), "reason": "Knows the home"});
        let refused = manager.post(&format!("/v1/cases/{before}/grants"), &named).expect(422);
        assert_eq!(refused.pointers("errors"), ["/userId"]);
        let sent = refer(server, "PPN-S17-4", &una);
        let refused = triage(&manager, &sent, &json!({"decision": "accept", "adultId": adult, "allocateTo": me(&eve)}));
        assert_eq!((refused.status, refused.pointers("errors")), (422, vec!["/allocateTo".to_owned()]));
        // Whom it names stays; ending it opens everything again.
        let one = format!("/v1/cases/{first}/conflicts/{}", conflict.id());
        let moved = json!({"userId": server.user_id("duty")});
        let refused = manager.patch(&one, &moved).if_match(&conflict.tag()).expect(422);
        assert_eq!(refused.pointers("errors"), ["/userId"]);
        manager.patch(&one, &json!({"endedOn": "2026-11-20"})).if_match(&conflict.tag()).ok();
        for case in [&first, &before, &after] {
            eve.get(&format!("/v1/cases/{case}")).ok();
        }
        eve.get(&format!("/v1/adults/{adult}")).ok();
        eve.get(&format!("/v1/referrals/{sent}")).ok();
    }

    fn s17_a_practitioner_whom_a_conflict_names_does_not_keep_the_adult_through_another_case(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let una = somebody("through");
        let first = case_of(server, "PPN-THROUGH-1", &una, &json!({}));
        let adult = adult_of(server, &first);
        let second = case_of(server, "PPN-THROUGH-2", &una, &json!({"adultId": adult}));
        practitioner.get(&format!("/v1/adults/{adult}/contact-points")).ok();
        exclude(&manager, &second, &json!({"userId": server.user_id("practitioner")}));
        knows_nothing(&practitioner, &adult, &[&first, &second]);
    }

    fn s17_who_one_is_names_no_case_that_is_kept_from_ones_app(server) {
        let manager = server.as_("manager");
        let case = case_of(server, "PPN-APP", &somebody("app"), &json!({}));
        let path = format!("/v1/cases/{case}");
        let named = json!({"kind": "supporter", "name": "Nia Invented", "legalAuthority": "none", "chosenByAdult": "yes",
            "conflict": "none", "mayReceive": ["wishes"]});
        let list = format!("/v1/adults/{}/representatives", adult_of(server, &case));
        let entry = manager.post(&list, &named).created().id();
        let app = json!({"who": "supporter", "representativeId": entry, "decision": "allow", "view": "full",
            "sharedDevice": "no", "reason": "She asked for it"});
        manager.post(&format!("{path}/app-access"), &app).created();
        let code = json!({"who": "supporter", "representativeId": entry, "handedOver": "in_person"});
        let code = manager.post(&format!("{path}/invitations"), &code).created().text("/code");
        let session = server.nobody().post("/v1/invitations/redeem", &json!({"code": code})).ok();
        let supporter = server.with_token(&session.text("/accessToken"));
        assert_eq!(supporter.get("/v1/me").ok().text("/cases/0/id"), case);
        exclude(&manager, &case, &json!({"userId": me(&supporter)}));
        supporter.get(&path).expect(404);
        let told = supporter.get("/v1/me").ok();
        assert_eq!(told.body["cases"], json!([]), "{}", told.text);
    }

    fn s03_triage_and_matching_hand_over_no_adult_who_is_kept_from_the_caller(server) {
        let (manager, eve) = (server.as_("manager"), manager_of(server, "eve", "northbank"));
        let una = somebody("s03");
        let case = case_of(server, "PPN-S03-1", &una, &json!({}));
        let adult = adult_of(server, &case);
        let refuge = json!({"kind": "address", "value": "The refuge, 7 Hidden Lane", "confidential": true});
        server.as_("practitioner").post(&format!("/v1/adults/{adult}/contact-points"), &refuge).created();
        exclude(&manager, &case, &json!({"userId": me(&eve)}));
        // Her own referral of the same name and day of birth stays hers to see as a receipt, and no more.
        let mut own = referral("unused");
        own["adult"] = una.clone();
        own.as_object_mut().unwrap().remove("agencyReference");
        let sent = eve.post("/v1/referrals", &own).created().id();
        assert!(eve.get(&format!("/v1/referrals/{sent}")).ok().body.get("content").is_none());
        assert_ne!(triage(&eve, &sent, &json!({"decision": "accept", "adultId": adult, "allocateTo": me(&eve)})).status, 200);
        // One that names somebody else, with the id that she once knew.
        let other = refer(server, "PPN-S03-2", &somebody("s03-other"));
        let body = json!({"decision": "accept", "adultId": adult, "allocateTo": me(&eve)});
        let refused = triage(&eve, &other, &body);
        assert_eq!((refused.status, refused.pointers("errors")), (422, vec!["/adultId".to_owned()]), "{}", refused.text);
        let unknown = triage(&eve, &other, &json!({"decision": "accept", "adultId": me(&eve), "allocateTo": me(&eve)}));
        assert_eq!(refused.body["errors"], unknown.body["errors"], "as an adult that there is not");
        let joined = triage(&eve, &other, &json!({"decision": "link", "caseId": case}));
        assert_eq!((joined.status, joined.pointers("errors")), (422, vec!["/caseId".to_owned()]));
        let grouped = triage(&eve, &other, &json!({"decision": "accept", "allocateTo": me(&eve), "groupWithCaseId": case}));
        assert_eq!((grouped.status, grouped.pointers("errors")), (422, vec!["/groupWithCaseId".to_owned()]));
        // A record of the same name is made without a word of the other; she is not offered the one she may not know.
        let made = eve.post("/v1/adults", &json!({"adult": una})).created();
        let alike = eve.get(&format!("/v1/adults/{}/possible-matches", made.id())).ok();
        assert!(!alike.text.contains(&adult), "{}", alike.text);
        let merge = json!({"duplicateId": adult, "reason": "To read her"});
        let path = format!("/v1/adults/{}", made.id());
        let refused = eve.post(&format!("{path}/merge"), &merge).if_match(&made.tag()).expect(422);
        assert_eq!(refused.pointers("errors"), ["/duplicateId"]);
        knows_nothing(&eve, &adult, &[&case]);
        let told = manager.post("/v1/adults", &json!({"adult": una})).expect(409);
        assert!(told.text.contains(&adult), "another manager is offered her: {}", told.text);
    }

    fn s03_a_restricted_case_is_not_opened_by_triage_or_by_matching(server) {
        let (manager, other) = (server.as_("manager"), manager_of(server, "manager-two", "northbank"));
        let una = somebody("restricted");
        let case = case_of(server, "PPN-S03-R1", &una, &json!({}));
        let adult = adult_of(server, &case);
        let team = format!("/v1/cases/{case}/team");
        let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
        manager.put(&team, &restrict).if_match(&manager.tag(&team)).ok();
        let sent = refer(server, "PPN-S03-R2", &una);
        let body = json!({"decision": "accept", "adultId": adult, "allocateTo": me(&other)});
        let refused = triage(&other, &sent, &body);
        assert_eq!((refused.status, refused.pointers("errors")), (422, vec!["/adultId".to_owned()]), "{}", refused.text);
        let read = other.get(&format!("/v1/referrals/{sent}")).ok();
        assert_eq!(read.body["earlierReferrals"]["count"], json!(0), "{}", read.text);
        let made = other.post("/v1/adults", &json!({"adult": una})).created();
        assert!(!other.get(&format!("/v1/adults/{}/possible-matches", made.id())).ok().text.contains(&adult));
        // Whoever is named opens another case of hers: it is restricted too, and names them.
        let next = triage(&manager, &sent, &json!({"decision": "accept", "adultId": adult, "allocateTo": server.user_id("practitioner")}));
        let next = next.text("/caseId");
        manager.get(&format!("/v1/cases/{next}")).ok();
        server.as_("practitioner").get(&format!("/v1/cases/{next}")).ok();
        other.get(&format!("/v1/cases/{next}")).expect(404);
        server.as_("duty").get(&format!("/v1/cases/{next}")).expect(404);
        let notices = manager.get("/v1/notices?kind=case_restricted").ok();
        assert!(notices.text.contains(&next) && notices.text.contains(&case), "{}", notices.text);
    }

    fn s04_what_protects_her_goes_along_when_her_case_is_transferred(server) {
        let (manager, eastmoor) = (server.as_("manager"), server.as_("manager-eastmoor"));
        let (eve, twin) = (manager_of(server, "eve", "northbank"), manager_of(server, "eve-there", "eastmoor"));
        let second = manager_of(server, "eastmoor-two", "eastmoor");
        let number = json!({"staffNumber": "SW-4711"});
        server.database(|conn| {
            use diesel::prelude::*;
            use msp_api::schema::people::users;
            diesel::update(users::table.filter(users::username.eq_any(["eve", "eve-there"])))
                .set(users::staff_number.eq("SW-4711"))
                .execute(conn)?;
            Ok(())
        });
        let una = somebody("s04");
        let case = case_of(server, "PPN-S04", &una, &json!({}));
        let adult = adult_of(server, &case);
        let here = format!("/v1/cases/{case}");
        let app = json!({"who": "adult", "decision": "not_safe", "view": "full", "reason": "He has her phone"});
        server.as_("practitioner").post(&format!("{here}/app-access"), &app).created();
        exclude(&manager, &case, &number);
        exclude(&manager, &case, &json!({"userId": server.user_id("duty")}));
        let team = format!("{here}/team");
        let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
        manager.put(&team, &restrict).if_match(&manager.tag(&team)).ok();
        let transfer = json!({"toAuthority": "eastmoor", "reason": "She moved", "adultView": "Content"});
        let moved = manager.post(&format!("{here}/transfer"), &transfer).if_match(&manager.tag(&here)).ok().text("/transferredTo");
        let there = format!("/v1/cases/{moved}");
        // The person of concern is a manager there too, under another account: nothing is there for either.
        let record = eastmoor.get(&there).ok().text("/adult/id");
        knows_nothing(&twin, &record, &[&moved, &case]);
        knows_nothing(&eve, &adult, &[&moved, &case]);
        // The restricted case names nobody there: any manager who is not excluded takes it, until one of them names somebody.
        second.get(&there).ok();
        assert_eq!(eastmoor.get(&format!("{there}/team")).ok().body["restricted"], json!(true));
        let named = json!({"relationship": "adviser", "userId": me(&eastmoor), "reason": "Takes it"});
        let grant = eastmoor.post(&format!("{there}/grants"), &named).created();
        second.get(&there).expect(404);
        second.get(&format!("/v1/adults/{record}")).expect(404);
        eastmoor.get(&there).ok();
        // The conflicts and the judgement of her app went along, and permissions did not.
        let conflicts = eastmoor.get(&format!("{there}/conflicts")).ok();
        assert_eq!(conflicts.body["items"].as_array().unwrap().len(), 2, "{}", conflicts.text);
        let apps = eastmoor.get(&format!("{there}/app-access")).ok();
        assert_eq!(apps.text("/items/0/decision"), "not_safe", "{}", apps.text);
        let grants = eastmoor.get(&format!("{there}/grants")).ok();
        assert_eq!(grants.body["items"].as_array().unwrap().len(), 1, "{}", grants.text);
        assert_eq!(grants.text("/items/0/id"), grant.id());
        // Each authority ends its own; while one stands, the exclusion does.
        let by_number = conflicts.body["items"].as_array().unwrap().iter().find(|one| one["staffNumber"] == "SW-4711").unwrap();
        let one = format!("{there}/conflicts/{}", by_number["id"].as_str().unwrap());
        eastmoor.patch(&one, &json!({"endedOn": "2026-11-20"})).if_match(&eastmoor.tag(&one)).ok();
        knows_nothing(&twin, &record, &[&moved, &case]);
        let kept = manager.get(&format!("{here}/conflicts")).ok();
        let first = kept.body["items"].as_array().unwrap().iter().find(|one| one["staffNumber"] == "SW-4711").unwrap().clone();
        let one = format!("{here}/conflicts/{}", first["id"].as_str().unwrap());
        manager.patch(&one, &json!({"endedOn": "2026-11-20"})).if_match(&manager.tag(&one)).ok();
        let named = json!({"relationship": "adviser", "userId": me(&twin), "reason": "Covers"});
        eastmoor.post(&format!("{there}/grants"), &named).created();
        twin.get(&there).ok();
    }

    fn s04_a_merge_brings_what_protects_either_record_to_both(server) {
        let (manager, eve) = (server.as_("manager"), manager_of(server, "eve", "northbank"));
        let one = case_of(server, "PPN-MERGE-1", &somebody("merge-a"), &json!({}));
        let two = case_of(server, "PPN-MERGE-2", &somebody("merge-b"), &json!({}));
        let (adult, duplicate) = (adult_of(server, &one), adult_of(server, &two));
        exclude(&manager, &two, &json!({"userId": me(&eve)}));
        let other = manager_of(server, "manager-two", "northbank");
        exclude(&manager, &one, &json!({"userId": me(&other)}));
        eve.get(&format!("/v1/cases/{one}")).ok();
        other.get(&format!("/v1/cases/{two}")).ok();
        // Whoever may not know one of the two does not merge them.
        let path = format!("/v1/adults/{adult}");
        let merge = json!({"duplicateId": duplicate, "reason": "One person"});
        let refused = eve.post(&format!("{path}/merge"), &merge).if_match(&manager.tag(&path)).expect(422);
        assert_eq!(refused.pointers("errors"), ["/duplicateId"]);
        manager.post(&format!("{path}/merge"), &merge).if_match(&manager.tag(&path)).ok();
        for actor in [&eve, &other] {
            knows_nothing(actor, &adult, &[&one, &two]);
            knows_nothing(actor, &duplicate, &[]);
        }
        let unmerge = json!({"duplicateId": duplicate, "reason": "Two sisters"});
        eve.post(&format!("{path}/unmerge"), &unmerge).if_match(&manager.tag(&path)).expect(404);
        manager.post(&format!("{path}/unmerge"), &unmerge).if_match(&manager.tag(&path)).ok();
        eve.get(&format!("/v1/cases/{one}")).ok();
        knows_nothing(&eve, &duplicate, &[&two]);
        other.get(&format!("/v1/cases/{two}")).ok();
        knows_nothing(&other, &adult, &[&one]);
    }

    fn s04_a_merge_with_a_restricted_case_restricts_the_others(server) {
        let (manager, other) = (server.as_("manager"), manager_of(server, "manager-two", "northbank"));
        let one = case_of(server, "PPN-MERGE-R1", &somebody("merge-ra"), &json!({}));
        let two = case_of(server, "PPN-MERGE-R2", &somebody("merge-rb"), &json!({}));
        let (adult, duplicate) = (adult_of(server, &one), adult_of(server, &two));
        let team = format!("/v1/cases/{two}/team");
        let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
        manager.put(&team, &restrict).if_match(&manager.tag(&team)).ok();
        other.get(&format!("/v1/cases/{one}")).ok();
        let path = format!("/v1/adults/{adult}");
        let merge = json!({"duplicateId": duplicate, "reason": "One person"});
        manager.post(&format!("{path}/merge"), &merge).if_match(&manager.tag(&path)).ok();
        for case in [&one, &two] {
            other.get(&format!("/v1/cases/{case}")).expect(404);
            manager.get(&format!("/v1/cases/{case}")).ok();
        }
        other.get(&path).expect(404);
    }

    fn a_conflict_holds_for_the_cases_of_one_group(server) {
        let (manager, eve) = (server.as_("manager"), manager_of(server, "eve", "northbank"));
        let first = case_of(server, "PPN-GROUP-1", &somebody("group-a"), &json!({}));
        exclude(&manager, &first, &json!({"userId": me(&eve)}));
        let at_triage = case_of(server, "PPN-GROUP-2", &somebody("group-b"), &json!({"groupWithCaseId": first}));
        eve.get(&format!("/v1/cases/{at_triage}")).expect(404);
        let later = case_of(server, "PPN-GROUP-3", &somebody("group-c"), &json!({}));
        eve.get(&format!("/v1/cases/{later}")).ok();
        let path = format!("/v1/cases/{later}");
        manager.post(&format!("{path}/group"), &json!({"caseId": first})).if_match(&manager.tag(&path)).ok();
        knows_nothing(&eve, &adult_of(server, &later), &[&later]);
    }

    fn an_exclusion_names_a_human_by_staff_number_in_every_account(server) {
        let (manager, eve) = (server.as_("manager"), manager_of(server, "eve", "northbank"));
        let second = server.add_user("eve-too", Role::Practitioner, "northbank", None);
        let case = case_of(server, "PPN-HUMAN", &somebody("human"), &json!({}));
        let named = json!({"relationship": "adviser", "userId": me(&second), "reason": "Covers"});
        manager.post(&format!("/v1/cases/{case}/grants"), &named).created();
        second.get(&format!("/v1/cases/{case}")).ok();
        give_staff_number(server, &me(&eve), "SW-1");
        exclude(&manager, &case, &json!({"userId": me(&eve)}));
        second.get(&format!("/v1/cases/{case}")).ok();
        // Known to be the same person from the next request on.
        give_staff_number(server, &me(&second), "SW-1");
        knows_nothing(&second, &adult_of(server, &case), &[&case]);
        give_staff_number(server, &server.user_id("manager"), "SW-2");
        let own = json!({"staffNumber": "SW-2", "kind": "other", "detail": "x"});
        let refused = manager.post(&format!("/v1/cases/{case}/conflicts"), &own).expect(422);
        assert_eq!(refused.pointers("errors"), ["/staffNumber"]);
        let two = json!({"staffNumber": "SW-3", "userId": me(&eve), "kind": "other", "detail": "x"});
        manager.post(&format!("/v1/cases/{case}/conflicts"), &two).expect(422);
        let noticed = manager.get("/v1/notices?kind=conflict_recorded").ok();
        assert!(noticed.text.contains(&case), "{}", noticed.text);
        assert!(!eve.get("/v1/notices?limit=100").ok().text.contains(&case));
    }

    fn a_referral_that_likely_is_about_her_is_hidden_from_receipt_on(server) {
        let (manager, eve) = (server.as_("manager"), manager_of(server, "eve", "northbank"));
        let una = somebody("likely");
        let early = refer(server, "PPN-LIKELY-0", &una);
        eve.get(&format!("/v1/referrals/{early}")).ok();
        let case = case_of(server, "PPN-LIKELY-1", &una, &json!({"newAdult": true}));
        let hidden = |sent: &str, status: u16| {
            eve.get(&format!("/v1/referrals/{sent}")).expect(status);
            for path in ["/updates", "/information-requests"] {
                eve.get(&format!("/v1/referrals/{sent}{path}")).expect(status);
            }
            assert_eq!(eve.get("/v1/referrals?limit=100").ok().text.contains(sent), status == 200);
            manager.get(&format!("/v1/referrals/{sent}")).ok();
        };
        hidden(&early, 200);
        let conflict = exclude(&manager, &case, &json!({"userId": me(&eve)}));
        hidden(&early, 404);
        let next = refer(server, "PPN-LIKELY-2", &una);
        hidden(&next, 404);
        // Somebody else of another name, until a correction says that it is her.
        let slip = refer(server, "PPN-LIKELY-3", &somebody("likelly"));
        hidden(&slip, 200);
        let correction = json!({"kind": "correction", "text": "Misspelt",
            "correctedFields": [{"field": "adult.familyName", "value": "Someone-likely"}]});
        server.as_("police-intake").post(&format!("/v1/referrals/{slip}/updates"), &correction).created();
        hidden(&slip, 404);
        // Or until her own record is put right.
        let maiden = refer(server, "PPN-LIKELY-4", &somebody("maiden"));
        hidden(&maiden, 200);
        let record = format!("/v1/adults/{}", adult_of(server, &case));
        let renamed = json!({"familyName": "Someone-maiden"});
        manager.patch(&record, &renamed).if_match(&manager.tag(&record)).ok();
        hidden(&maiden, 404);
        // The referrer's receipt tells nothing of all this.
        let police = server.as_("police-intake");
        assert_eq!(police.get(&format!("/v1/referrals/{next}")).ok().text("/status"), "received");
        let one = format!("/v1/cases/{case}/conflicts/{}", conflict.id());
        let reason = json!({"reason": "The wrong person"});
        manager.post(&format!("{one}/entered-in-error"), &reason).if_match(&conflict.tag()).ok();
        for sent in [&early, &next, &slip, &maiden] {
            hidden(sent, 200);
        }
    }

    fn a_referral_says_who_must_not_see_it_and_its_case_keeps_them_away_too(server) {
        let manager = server.as_("manager");
        let (eve, finn) = (manager_of(server, "eve", "northbank"), manager_of(server, "finn", "northbank"));
        let (gale, hale) = (manager_of(server, "gale.invented", "northbank"), manager_of(server, "hale.invented", "northbank"));
        give_staff_number(server, &me(&finn), "SW-88");
        let path = format!("/v1/users/{}", me(&hale));
        let born = json!({"dateOfBirth": "1980-01-02"});
        server.as_("admin").patch(&path, &born).if_match(&server.as_("admin").tag(&path)).ok();
        let more = json!({
            "mustNotSee": [{"userId": me(&eve), "reason": "His wife"}, {"name": "GALE.INVENTED", "reason": "His friend"}],
            "personsOfConcern": [{"name": "A Colleague", "staffNumber": "SW-88"}, {"name": "Hale.Invented", "dateOfBirth": "1980-01-02"}]
        });
        let sent = refer_with(server, "PPN-MUST-NOT", &somebody("must-not"), &more);
        for actor in [&eve, &finn, &gale, &hale] {
            actor.get(&format!("/v1/referrals/{sent}")).expect(404);
            assert!(!actor.get("/v1/referrals?limit=100").ok().text.contains(&sent));
        }
        let read = manager.get(&format!("/v1/referrals/{sent}")).ok();
        assert_eq!(read.text("/content/mustNotSee/0/reason"), "His wife");
        let receipt = server.as_("police-intake").get(&format!("/v1/referrals/{sent}")).ok();
        assert!(!receipt.text.contains("mustNotSee") && !receipt.text.contains("His wife"), "{}", receipt.text);
        let to_eve = triage(&manager, &sent, &json!({"decision": "accept", "allocateTo": me(&eve)}));
        assert_eq!((to_eve.status, to_eve.pointers("errors")), (422, vec!["/allocateTo".to_owned()]));
        let accepted = triage(&manager, &sent, &json!({"decision": "accept", "allocateTo": server.user_id("practitioner")}));
        assert_eq!(accepted.status, 200, "{}", accepted.text);
        let case = accepted.text("/caseId");
        let adult = adult_of(server, &case);
        for actor in [&eve, &finn, &gale, &hale] {
            knows_nothing(actor, &adult, &[&case]);
        }
        assert_eq!(manager.get(&format!("/v1/cases/{case}/conflicts")).ok().body["items"].as_array().unwrap().len(), 4);
        let nobody = refer_body("PPN-MUST-NOT-2", &json!({"mustNotSee": [{"reason": "His wife"}]}));
        let refused = server.as_("police-intake").post("/v1/referrals", &nobody).expect(422);
        assert_eq!(refused.pointers("errors"), ["/mustNotSee/0"]);
    }

    fn a_referral_that_must_not_be_seen_by_a_program_keeps_its_agency_away_and_an_unknown_account_is_warned_of(server) {
        let manager = server.as_("manager");
        let nhs = server.as_("nhs-intake").get("/v1/me").ok();
        let more = json!({"mustNotSee": [{"userId": nhs.id()}, {"userId": msp_api::ids::Id::new(), "name": "Nobody Invented"}]});
        let body = refer_body("PPN-PROGRAM", &more);
        let sent = server.as_("police-intake").post("/v1/referrals", &body).expect(201);
        assert_eq!(sent.pointers("warnings"), ["/mustNotSee/1/userId"]);
        assert_eq!(sent.text("/warnings/0/code"), "unknown");
        let allocate = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        let accepted = triage(&manager, &sent.id(), &allocate);
        assert_eq!(accepted.status, 200, "{}", accepted.text);
        let case = accepted.text("/caseId");
        let conflicts = manager.get(&format!("/v1/cases/{case}/conflicts")).ok();
        assert_eq!(conflicts.text("/items/0/agencyId"), nhs.text("/agencyId"));
    }

    fn s24_a_partner_is_an_agency_and_an_adviser_is_a_member_of_staff(server) {
        let manager = server.as_("manager");
        let (_, case) = accepted_case(server, "PPN-S24");
        let other = manager_of(server, "manager-two", "northbank");
        let list = format!("/v1/cases/{case}/grants");
        let agency = server.as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
        let partner = json!({"relationship": "partner", "agencyId": agency, "userId": me(&other), "reason": "Visits"});
        assert_eq!(manager.post(&list, &partner).expect(422).pointers("errors"), ["/userId"]);
        let adviser = json!({"relationship": "adviser", "agencyId": agency, "userId": me(&other), "reason": "Covers"});
        assert_eq!(manager.post(&list, &adviser).expect(422).pointers("errors"), ["/agencyId"]);
    }

    fn c_a2_a_naming_holds_until_the_end_of_its_last_day(server) {
        let manager = server.as_("manager");
        let adviser = server.as_("practitioner2");
        let (_, case) = accepted_case(server, "PPN-LAST-DAY");
        let list = format!("/v1/cases/{case}/grants");
        let today = msp_api::clock::now().date();
        let day = |days: i64| (today + chrono::Duration::days(days)).to_string();
        let named = |ends: String| json!({"relationship": "adviser", "userId": me(&adviser), "reason": "Covers", "endsOn": ends});
        let read = |status: u16| {
            adviser.get(&format!("/v1/cases/{case}")).expect(status);
            assert_eq!(adviser.get("/v1/cases?limit=100").ok().text.contains(&case), status == 200);
        };
        read(404);
        let grant = manager.post(&list, &named(day(400))).created();
        read(200);
        let one = format!("{list}/{}", grant.id());
        manager.patch(&one, &json!({"endsOn": day(0)})).if_match(&manager.tag(&one)).ok();
        read(200);
        manager.patch(&one, &json!({"endsOn": day(-1)})).if_match(&manager.tag(&one)).ok();
        read(404);
    }
}

fn refer_body(reference: &str, more: &Value) -> Value {
    let mut body = referral(reference);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
