//! Stories of invitations: a code opens no account that it did not make, one person has one app for a case, an account that
//! was there before is linked by its own token only, and what was stopped stays stopped.

use msp_api::ids::Id;
use msp_api::policy::{CallerKind, Role};
use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Actor, Answer, Server};

/// What is written where it is decided about somebody's app.
fn decision(person: &Value, decision: &str) -> Value {
    let mut body = person.clone();
    body["decision"] = json!(decision);
    body["view"] = json!("full");
    body["sharedDevice"] = json!("no");
    body["reason"] = json!("We talked about it");
    body
}

/// The practitioner allows somebody's app on a case and makes a code for it.
fn invited(server: &Server, case: &str, person: &Value) -> Answer {
    let practitioner = server.as_("practitioner");
    let decisions = format!("/v1/cases/{case}/app-access");
    practitioner
        .post(&decisions, &decision(person, "allow"))
        .created();
    let mut invitation = person.clone();
    invitation["handedOver"] = json!("in_person");
    let invitations = format!("/v1/cases/{case}/invitations");
    practitioner.post(&invitations, &invitation).created()
}

fn redeem(server: &Server, code: &str) -> Answer {
    server
        .nobody()
        .post("/v1/invitations/redeem", &json!({"code": code}))
        .send()
}

fn accept(actor: &Actor, code: &str) -> Answer {
    actor
        .post("/v1/invitations/accept", &json!({"code": code}))
        .send()
}

/// Whoever redeems, with the account that it made.
fn joined(server: &Server, invited: &Answer) -> (Actor, String) {
    let session = redeem(server, &invited.text("/code"));
    assert_eq!(session.status, 200, "{}", session.text);
    (
        server.with_token(&session.text("/accessToken")),
        session.text("/userId"),
    )
}

fn items(answer: &Answer) -> &Vec<Value> {
    answer.body["items"].as_array().unwrap()
}

/// The ids of everybody who has a login in the demo.
fn logins(server: &Server) -> Vec<String> {
    let names = [
        "admin",
        "manager",
        "practitioner",
        "practitioner2",
        "duty",
        "advocate",
        "adult",
        "representative",
        "board",
        "analyst",
        "auditor",
    ];
    names.iter().map(|name| server.user_id(name)).collect()
}

/// The first case of the demo, which has an adult, a representative and an advocate with accounts.
fn first_case(server: &Server) -> String {
    server.as_("adult").get("/v1/me").ok().text("/cases/0/id")
}

/// The entry of the demo's advocate in the register.
fn entry_of_the_advocate(server: &Server) -> String {
    let id = server.user_id("advocate");
    let register = server.as_("manager").get("/v1/advocates?limit=100").ok();
    let entry = items(&register).iter().find(|entry| entry["userId"] == json!(id));
    entry.unwrap()["id"].as_str().unwrap().to_owned()
}

/// A notice of this kind about this case that the manager reads.
fn is_told(server: &Server, kind: &str, case: &str) {
    let notices = server
        .as_("manager")
        .get(&format!("/v1/notices?kind={kind}&limit=100"))
        .ok();
    assert!(
        items(&notices)
            .iter()
            .any(|notice| notice["caseId"] == json!(case)),
        "{kind}: {}",
        notices.text
    );
}

on_both_databases! {
    // S01.
    fn a_practitioner_becomes_no_account_by_recording_and_inviting_a_representative(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-S01");
        let adult = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let representatives = format!("/v1/adults/{adult}/representatives");
        let mut body = json!({"kind": "representative", "name": "Nia Invented", "legalAuthority": "none", "chosenByAdult": "yes",
            "conflict": "none", "mayReceive": ["wishes"]});
        for name in ["manager", "admin", "representative"] {
            body["userId"] = json!(server.user_id(name));
            let refused = practitioner.post(&representatives, &body).expect(422);
            assert_eq!(refused.pointers("errors"), ["/userId"], "an account is nothing that staff write into a record");
        }
        body.as_object_mut().unwrap().remove("userId");
        let entry = practitioner.post(&representatives, &body).created();
        let one = format!("{representatives}/{}", entry.id());
        let patch = json!({"userId": server.user_id("manager")});
        practitioner.patch(&one, &patch).if_match(&entry.tag()).expect(422);
        let person = json!({"who": "representative", "representativeId": entry.id()});
        let (opened, account) = joined(server, &invited(server, &case, &person));
        assert!(!logins(server).contains(&account));
        let me = opened.get("/v1/me").ok();
        assert_eq!(me.body["roles"], json!([{"role": "representative", "authority": "northbank"}]));
        assert_eq!(me.body["cases"], json!([{"id": case, "relationship": "representative"}]));
        opened.get(&format!("/v1/cases/{case}/team")).expect(403);
    }

    // S01, on a case whose people have accounts already: the demo's.
    fn inviting_whoever_has_an_account_makes_another_and_opens_none_of_theirs(server) {
        let case = first_case(server);
        let practitioner = server.as_("practitioner");
        let adult = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let listed = practitioner.get(&format!("/v1/adults/{adult}/representatives")).ok();
        let entry = listed.text("/items/0/id");
        let people = [
            json!({"who": "adult"}),
            json!({"who": "representative", "representativeId": entry}),
            json!({"who": "advocate", "advocateId": entry_of_the_advocate(server)}),
        ];
        let before = logins(server);
        for person in &people {
            let (opened, account) = joined(server, &invited(server, &case, person));
            assert!(!before.contains(&account), "{person}");
            let me = opened.get("/v1/me").ok();
            let others: Vec<&Value> = me.body["cases"].as_array().unwrap().iter().filter(|one| one["id"] != json!(case)).collect();
            assert!(others.is_empty(), "{person}: {}", me.text);
            is_told(server, "invitation_replaced", &case);
        }
    }

    // S02.
    fn an_advocate_whom_nobody_asked_is_not_invited_and_another_authoritys_entry_is_unknown(server) {
        let (_, case) = accepted_case(server, "PPN-S02");
        let practitioner = server.as_("practitioner");
        let decisions = format!("/v1/cases/{case}/app-access");
        let invitations = format!("/v1/cases/{case}/invitations");
        let theirs = json!({"name": "Tova Newly", "organisation": "Eastmoor Voices", "kinds": ["care_act_s68"]});
        let eastmoor = server.as_("manager-eastmoor").post("/v1/advocates", &theirs).created();
        let there = json!({"who": "advocate", "advocateId": eastmoor.id()});
        assert_eq!(practitioner.post(&decisions, &decision(&there, "allow")).expect(422).pointers("errors"), ["/advocateId"]);
        practitioner.get(&format!("/v1/advocates/{}", eastmoor.id())).expect(404);
        let asked = json!({"kind": "care_act_s68", "basis": "power", "advocateId": eastmoor.id()});
        practitioner.post(&format!("/v1/cases/{case}/advocacy-assignments"), &asked).expect(422);
        let entry = entry_of_the_advocate(server);
        let known = json!({"who": "advocate", "advocateId": entry});
        practitioner.post(&decisions, &decision(&known, "allow")).created();
        let invitation = json!({"who": "advocate", "advocateId": entry, "handedOver": "in_person"});
        let refused = practitioner.post(&invitations, &invitation).expect(422);
        assert_eq!(refused.pointers("errors"), ["/advocateId"], "nobody asked her on this case");
        let mut linked = theirs;
        linked["userId"] = json!(server.user_id("practitioner"));
        assert_eq!(server.as_("manager").post("/v1/advocates", &linked).expect(422).pointers("errors"), ["/userId"]);
    }

    // S25.
    fn a_second_code_ends_the_first_and_the_adults_app_and_she_and_the_authority_are_told(server) {
        let (_, case) = accepted_case(server, "PPN-S25");
        let person = json!({"who": "adult"});
        let (adult, account) = joined(server, &invited(server, &case, &person));
        let page = format!("/v1/cases/{case}/my-view");
        assert_eq!(adult.get(&page).ok().body["newCodes"], json!([]));
        let second = invited(server, &case, &person);
        let told = adult.get(&page).ok();
        assert_eq!(told.body["newCodes"].as_array().unwrap().len(), 1, "{}", told.text);
        is_told(server, "invitation_replaced", &case);
        let third = invited(server, &case, &person);
        assert_eq!(redeem(server, &second.text("/code")).status, 401, "one code is good at a time");
        let (other, another) = joined(server, &third);
        assert_ne!(another, account);
        adult.get(&page).expect(401).is_problem("access_ended");
        assert_eq!(other.get(&page).ok().body["newCodes"].as_array().unwrap().len(), 2, "whoever comes next reads it too");
        // What the first account said stays the adult's: nobody marks it for her.
        assert_eq!(redeem(server, &third.text("/code")).status, 401);
    }

    // S19.
    fn what_is_not_safe_or_paused_lasts_also_after_signing_in_again_until_somebody_decides(server) {
        let case = first_case(server);
        let practitioner = server.as_("practitioner");
        let adult = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let entry = practitioner.get(&format!("/v1/adults/{adult}/representatives")).ok().text("/items/0/id");
        let people = [
            ("adult", json!({"who": "adult"})),
            ("representative", json!({"who": "representative", "representativeId": entry})),
            ("advocate", json!({"who": "advocate", "advocateId": entry_of_the_advocate(server)})),
        ];
        let decisions = format!("/v1/cases/{case}/app-access");
        let page = format!("/v1/cases/{case}/wishes");
        for stops in ["not_safe", "paused"] {
            for (name, person) in &people {
                practitioner.post(&decisions, &decision(person, "allow")).created();
                server.as_(name).get(&page).ok();
                practitioner.post(&decisions, &decision(person, stops)).created();
                // A token of a new sign-in.
                let id = Id::parse(&server_id(server, name)).unwrap();
                let again = server.app().tokens.issue(id, CallerKind::User, &[], msp_api::clock::now()).unwrap();
                let again = server.with_token(&again).get(&page).send();
                assert!([401, 404].contains(&again.status), "{name}, {stops}: {}", again.text);
                is_told(server, if stops == "paused" { "app_paused" } else { "app_not_safe" }, &case);
            }
        }
        // A pause of her own does not lift what staff found.
        for (_, person) in &people {
            practitioner.post(&decisions, &decision(person, "not_safe")).created();
        }
        server.as_("advocate").post("/v1/me/pause", &json!({})).ok();
        server.as_("advocate").get(&page).expect(404);
        practitioner.post(&decisions, &decision(&people[2].1, "allow")).created();
        server.as_("advocate").get(&page).ok();
    }

    fn an_account_that_is_there_is_linked_by_its_own_token_only_and_never_one_of_staff(server) {
        let (_, case) = accepted_case(server, "PPN-ACCEPT");
        let practitioner = server.as_("practitioner");
        let entry = json!({"name": "Tova Newly", "organisation": "Northbank Voices", "kinds": ["care_act_s68"]});
        let entry = server.as_("manager").post("/v1/advocates", &entry).created();
        let asked = json!({"kind": "care_act_s68", "basis": "power", "advocateId": entry.id()});
        let asked = practitioner.post(&format!("/v1/cases/{case}/advocacy-assignments"), &asked).created();
        let person = json!({"who": "advocate", "advocateId": entry.id()});
        let code = invited(server, &case, &person).text("/code");
        for staff in ["manager", "practitioner", "practitioner2", "admin", "board", "police-intake"] {
            assert_eq!(accept(&server.as_(staff), &code).status, 403, "{staff}");
        }
        assert_eq!(accept(&server.nobody(), &code).status, 401);
        let tova = server.add_user("tova", Role::Advocate, "northbank", None);
        let linked = accept(&tova, &code);
        assert_eq!(linked.status, 200, "{}", linked.text);
        assert_eq!(linked.body["caseId"], json!(case));
        assert!(linked.body.get("accessToken").is_none());
        for refused in [accept(&tova, &code), redeem(server, &code)] {
            assert_eq!((refused.status, refused.body["code"].as_str()), (401, Some("invitation_invalid")), "a code is good once");
        }
        is_told(server, "login_linked", &case);
        let step = format!("/v1/cases/{case}/advocacy-assignments/{}/transitions", asked.id());
        tova.post(&step, &json!({"to": "accepted"})).if_match(&asked.tag()).ok();
        tova.get(&format!("/v1/cases/{case}/wishes")).ok();
        // Whoever reads a case as one person does not become another on it.
        let as_the_adult = invited(server, &case, &json!({"who": "adult"})).text("/code");
        let refused = accept(&tova, &as_the_adult);
        assert_eq!(refused.status, 409, "{}", refused.text);
    }

    // S24.
    fn naming_an_agency_lets_no_member_of_staff_into_a_restricted_case(server) {
        let (_, case) = accepted_case(server, "PPN-S24");
        let manager = server.as_("manager");
        let path = format!("/v1/cases/{case}");
        let team = format!("{path}/team");
        let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
        manager.put(&team, &restrict).if_match(&manager.tag(&team)).ok();
        let agency = server.as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
        let named = json!({"relationship": "partner", "agencyId": agency, "userId": server.user_id("practitioner2"), "reason": "Visits"});
        let refused = manager.post(&format!("{path}/grants"), &named).expect(422);
        assert_eq!(refused.pointers("errors"), ["/userId"]);
        server.as_("practitioner2").get(&path).expect(404);
    }
}

/// The id of a demo user whose own token may be stopped.
fn server_id(server: &Server, name: &str) -> String {
    let users = server.as_("admin").get("/v1/users?limit=100").ok();
    let user = items(&users).iter().find(|user| user["username"] == json!(name));
    user.unwrap()["id"].as_str().unwrap().to_owned()
}
