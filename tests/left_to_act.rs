//! Stories of what nobody is left for: no act leaves a case, a referral, a duty team or an authority to nobody but its author.
//! What protects is never refused, and somebody outside the line gets the case; everything else is.

use std::thread;

use serde_json::{Value, json};

use crate::stories::{accepted_case, referral};
use crate::support::{Actor, Answer, Server, decides};

const SETTINGS: &str = "/v1/authorities/northbank/settings";

fn change(who: &Actor, place: &str, body: &Value) -> Answer {
    who.patch(place, body).if_match(&who.tag(place)).send()
}

fn put(who: &Actor, place: &str, body: &Value) -> Answer {
    who.put(place, body).if_match(&who.tag(place)).send()
}

/// Northbank names these for what nobody else is left for, with a second person.
fn escalate_to(server: &Server, names: &[&str]) {
    let ids: Vec<String> = names.iter().map(|name| server.user_id(name)).collect();
    let asked = put(&server.as_("admin"), SETTINGS, &json!({"escalateTo": ids}));
    assert_eq!(
        (asked.status, asked.text("/pendingApproval/what")),
        (200, "escalation".to_owned())
    );
    assert_eq!(server.second_person_approves(), 1);
}

/// What the notices of this kind that this caller reads are about.
fn told(who: &Actor, kind: &str) -> Vec<String> {
    let page = who.get(&format!("/v1/notices?kind={kind}&limit=100")).ok();
    let items = page.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["resourceId"].as_str().unwrap().to_owned())
        .collect()
}

fn conflict(who: &Actor, case: &str, user: &str) -> Answer {
    let body = json!({"userId": user, "kind": "related", "detail": "A cousin of the person named"});
    who.post(&format!("/v1/cases/{case}/conflicts"), &body).created()
}

/// A referral to Northbank that says who must not see it.
fn refer(server: &Server, reference: &str, must_not_see: &[&str]) -> String {
    let mut body = referral(reference);
    body["adult"] = json!({"familyName": format!("Person-{reference}")});
    let hidden = must_not_see
        .iter()
        .map(|name| json!({"userId": server.user_id(name), "reason": "Works there"}));
    body["mustNotSee"] = hidden.collect();
    server
        .as_("police-intake")
        .post("/v1/referrals", &body)
        .created()
        .id()
}

fn triage(who: &Actor, referral: &str, body: &Value) -> Answer {
    let place = format!("/v1/referrals/{referral}");
    who.post(&format!("{place}/triage"), body)
        .if_match(&who.tag(&place))
        .send()
}

/// A case that is allocated to the manager.
fn of_the_manager(server: &Server, reference: &str) -> String {
    let sent = refer(server, reference, &[]);
    triage(
        &server.as_("manager"),
        &sent,
        &json!({"decision": "accept", "allocateTo": server.user_id("manager")}),
    )
    .text("/caseId")
}

fn gaps(who: &Actor, case: &str) -> Value {
    who.get(&format!("/v1/cases/{case}")).ok().body["gaps"].clone()
}

fn has_gap(who: &Actor, case: &str) -> bool {
    gaps(who, case)
        .as_array()
        .unwrap()
        .contains(&json!("nobody_left_to_act"))
}

fn second_manager(server: &Server) -> Actor {
    let new = json!({"username": "second.manager", "name": "Second Manager", "roles": [{"role": "manager", "authority": "northbank"}]});
    let made = server.as_("admin").post("/v1/users", &new).created();
    assert_eq!(server.second_person_approves(), 1);
    let coded = server
        .as_("admin")
        .post(&format!("/v1/users/{}/password-code", made.id()), &json!({}))
        .expect(202);
    let code = server.approved(&coded).text("/code");
    let signed_in =
        json!({"username": "second.manager", "password": code, "newPassword": "a long enough pass phrase"});
    let session = server.nobody().post("/v1/sessions", &signed_in).send();
    assert!(session.status < 300, "{}", session.text);
    server.with_token(&session.text("/accessToken"))
}

on_both_databases! {
    fn a_referral_that_is_hidden_from_all_who_triage_goes_to_whom_the_authority_names(server) {
        escalate_to(server, &["practitioner", "practitioner2"]);
        let (manager, outside, other) = (server.as_("manager"), server.as_("practitioner2"), server.as_("duty"));
        let open = refer(server, "PPN-L1", &["practitioner"]);
        outside.get(&format!("/v1/referrals/{open}")).expect(404);
        assert_eq!(told(&server.as_("auditor"), "nobody_left_to_act"), Vec::<String>::new());
        // The first whom the authority names is named by the referral too.
        let hidden = refer(server, "PPN-L2", &["manager", "practitioner"]);
        manager.get(&format!("/v1/referrals/{hidden}")).expect(404);
        assert_eq!(told(&manager, "nobody_left_to_act"), Vec::<String>::new());
        for who in [&outside, &server.as_("auditor")] {
            assert_eq!(told(who, "nobody_left_to_act"), std::slice::from_ref(&hidden));
        }
        outside.get(&format!("/v1/referrals/{hidden}")).ok();
        let listed = outside.get("/v1/referrals").ok().text;
        assert!(listed.contains(&hidden) && !listed.contains(&open), "{listed}");
        for none in [&other, &server.as_("practitioner"), &server.as_("manager-eastmoor")] {
            let status = none.get(&format!("/v1/referrals/{hidden}")).send().status;
            assert!([403, 404].contains(&status), "{status}");
        }
        outside.get(&format!("/v1/referrals/{open}")).expect(404);
        // They decide, and the case is theirs to give to somebody.
        let case = triage(&outside, &hidden, &json!({"decision": "accept", "allocateTo": server.user_id("practitioner2")})).text("/caseId");
        assert!(has_gap(&outside, &case));
        manager.get(&format!("/v1/cases/{case}")).expect(404);
        let team = format!("/v1/cases/{case}/team");
        assert_eq!(put(&outside, &team, &json!({"allocateTo": server.user_id("duty")})).status, 200);
        assert!(!has_gap(&other, &case), "the one it is allocated to can act");
        outside.get(&format!("/v1/cases/{case}")).expect(404);
    }

    fn where_the_authority_names_nobody_the_notice_stands(server) {
        let hidden = refer(server, "PPN-L3", &["manager"]);
        let auditor = server.as_("auditor");
        assert_eq!(told(&auditor, "nobody_left_to_act"), std::slice::from_ref(&hidden));
        for name in ["practitioner", "practitioner2", "duty", "manager"] {
            let status = server.as_(name).get(&format!("/v1/referrals/{hidden}")).send().status;
            assert!([403, 404].contains(&status), "{name}: {status}");
        }
        second_manager(server).get(&format!("/v1/referrals/{hidden}")).ok();
    }

    fn a_conflict_that_leaves_only_its_author_gives_the_case_to_somebody_else_until_another_can_act(server) {
        escalate_to(server, &["practitioner2"]);
        let (manager, outside) = (server.as_("manager"), server.as_("practitioner2"));
        let (_, case) = accepted_case(server, "PPN-L4");
        let place = format!("/v1/cases/{case}");
        outside.get(&place).expect(404);
        conflict(&manager, &case, &server.user_id("practitioner"));
        assert!(has_gap(&manager, &case));
        assert!(has_gap(&outside, &case));
        assert_eq!(told(&outside, "nobody_left_to_act"), std::slice::from_ref(&case));
        // Not the author's to put aside, nor to keep to themselves.
        let notice = server.as_("auditor").get("/v1/notices?kind=nobody_left_to_act").ok().text("/items/0/id");
        let notice = format!("/v1/notices/{notice}");
        manager.post(&format!("{notice}/handled"), &json!({})).if_match(&manager.tag(&notice)).expect(403);
        let audited = format!("{place}/access-log");
        outside.get(&audited).ok();
        let added = second_manager(server);
        assert!(!has_gap(&added, &case));
        outside.get(&place).expect(404);
    }

    fn whoever_an_exclusion_names_gets_nothing_by_being_named_for_it(server) {
        escalate_to(server, &["practitioner2"]);
        let case = of_the_manager(server, "PPN-L5");
        conflict(&server.as_("manager"), &case, &server.user_id("practitioner2"));
        server.as_("practitioner2").get(&format!("/v1/cases/{case}")).expect(404);
        server.as_("practitioner2").get("/v1/notices").expect(403);
        assert!(has_gap(&server.as_("manager"), &case));
        assert_eq!(told(&server.as_("auditor"), "nobody_left_to_act"), [case]);
    }

    fn a_restricted_case_is_kept_by_two(server) {
        let manager = server.as_("manager");
        let case = of_the_manager(server, "PPN-L6");
        let team = format!("/v1/cases/{case}/team");
        // To oneself alone: the manager is who restricts it.
        let own = json!({"allocateTo": server.user_id("manager"), "restricted": true});
        let refused = put(&manager, &team, &own);
        refused.is_problem("nobody_left_to_act");
        assert_eq!((refused.status, manager.get(&team).ok().body["restricted"].clone()), (409, json!(false)));
        let theirs = json!({"allocateTo": server.user_id("duty"), "restricted": true});
        assert_eq!(put(&manager, &team, &theirs).status, 200);
        // Nor taken back from the only other one, by whatever way.
        put(&manager, &team, &own).is_problem("nobody_left_to_act");
        let duty = format!("/v1/users/{}", server.user_id("duty"));
        let asked = change(&server.as_("admin"), &duty, &json!({"roles": []}));
        let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
        // The manager is named on it, and did not ask for this.
        decides(&server.as_("admin2"), &waits, "approve").ok();
        assert!(server.as_("duty").get(&format!("/v1/cases/{case}")).send().status >= 400);
        manager.get(&format!("/v1/cases/{case}")).ok();
    }

    fn a_case_goes_only_where_somebody_is(server) {
        let manager = server.as_("manager");
        let (_, case) = accepted_case(server, "PPN-L7");
        let place = format!("/v1/cases/{case}");
        let to = |authority: &str| json!({"toAuthority": authority, "reason": "She moved", "adultView": "Content"});
        let refused = manager.post(&format!("{place}/transfer"), &to("westvale")).if_match(&manager.tag(&place)).expect(409);
        refused.is_problem("nobody_left_to_act");
        assert!(manager.get(&place).ok().body.get("transferredTo").is_none());
        manager.post(&format!("{place}/transfer"), &to("eastmoor")).if_match(&manager.tag(&place)).ok();
    }

    fn stopping_the_last_manager_holds_and_whom_the_authority_names_decides_until_there_is_one(server) {
        escalate_to(server, &["practitioner2"]);
        let (admin, outside) = (server.as_("admin"), server.as_("practitioner2"));
        let (sent, case) = accepted_case(server, "PPN-L8");
        let manager = format!("/v1/users/{}", server.user_id("manager"));
        assert_eq!(change(&admin, &manager, &json!({"enabled": false})).status, 200);
        assert_eq!(told(&server.as_("auditor"), "nobody_left_to_act").len(), 1);
        outside.get(&format!("/v1/cases/{case}")).ok();
        outside.get(&format!("/v1/referrals/{sent}")).ok();
        let waiting = refer(server, "PPN-L9", &[]);
        let asked = triage(&outside, &waiting, &json!({"decision": "more_information", "question": "Where is she now?", "narrative": "The address is not hers"}));
        assert_eq!(asked.status, 200, "{}", asked.text);
        assert_eq!(change(&admin, &manager, &json!({"enabled": true})).status, 200);
        assert_eq!(server.second_person_approves(), 1);
        outside.get(&format!("/v1/cases/{case}")).expect(404);
        server.as_("manager").get(&format!("/v1/cases/{case}")).ok();
    }

    fn nobody_takes_the_role_of_the_last_who_can_act_on_a_case_kept_from_others(server) {
        let second = second_manager(server);
        let second_id = second.get("/v1/me").ok().id();
        let case = of_the_manager(server, "PPN-L10");
        conflict(&server.as_("manager"), &case, &second_id);
        // Only the author was left, which stands as it is; somebody else is let in.
        let team = format!("/v1/cases/{case}/team");
        assert_eq!(put(&server.as_("manager"), &team, &json!({"allocateTo": server.user_id("duty")})).status, 200);
        assert!(!has_gap(&server.as_("manager"), &case));
        for (name, refused) in [("manager", false), ("duty", true)] {
            let account = format!("/v1/users/{}", server.user_id(name));
            let asked = change(&server.as_("admin"), &account, &json!({"roles": []}));
            let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
            let decided = decides(&server.as_("admin2"), &waits, "approve").send();
            assert_eq!(decided.status, if refused { 409 } else { 200 }, "{name}: {}", decided.text);
        }
        assert_eq!(told(&server.as_("auditor"), "nobody_left_to_act"), [case]);
    }

    fn of_two_who_take_the_last_two_managers_at_once_one_is_refused(server) {
        let second = second_manager(server).get("/v1/me").ok().id();
        let admin = server.as_("admin");
        let waits: Vec<String> = [server.user_id("manager"), second].iter().map(|user| {
            let asked = change(&admin, &format!("/v1/users/{user}"), &json!({"roles": []}));
            format!("/v1/approvals/{}", asked.text("/pendingApproval/id"))
        }).collect();
        let statuses: Vec<u16> = thread::scope(|scope| {
            let both: Vec<_> = waits.iter().map(|place| {
                let who = server.as_("admin2");
                scope.spawn(move || decides(&who, place, "approve").send().status)
            }).collect();
            both.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let mut sorted = statuses.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [200, 409], "{statuses:?}");
    }

    fn somebody_stays_on_duty(server) {
        let admin = server.as_("admin");
        let teams = admin.get("/v1/teams?limit=100").ok();
        let duty = teams.body["items"].as_array().unwrap().iter().find(|team| team["kind"] == "duty").unwrap();
        let place = format!("/v1/teams/{}", duty["id"].as_str().unwrap());
        for emptied in [json!({"members": []}), json!({"kind": "casework"})] {
            let asked = change(&admin, &place, &emptied);
            let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
            decides(&server.as_("admin2"), &waits, "approve").expect(409).is_problem("nobody_left_to_act");
        }
        let other = json!({"members": [server.user_id("practitioner2")]});
        assert_eq!(change(&admin, &place, &other).status, 200);
    }

    fn whom_it_goes_to_is_changed_by_two_and_told(server) {
        let (admin, manager) = (server.as_("admin"), server.as_("manager"));
        let named = json!({"escalateTo": [server.user_id("practitioner2")]});
        put(&manager, SETTINGS, &named).is_problem("forbidden");
        let unknown = json!({"escalateTo": [server.user_id("manager-eastmoor"), server.user_id("adult")]});
        assert_eq!(put(&admin, SETTINGS, &unknown).pointers("errors"), ["/escalateTo/0", "/escalateTo/1"]);
        let asked = put(&admin, SETTINGS, &named);
        assert_eq!(asked.body["escalateTo"], json!([]));
        let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
        assert_eq!(manager.get(&waits).ok().body["askedFor"], named);
        decides(&admin, &waits, "approve").expect(403);
        // A manager may be the second person for who acts on cases.
        decides(&manager, &waits, "approve").ok();
        assert_eq!(admin.get(SETTINGS).ok().body["escalateTo"], named["escalateTo"]);
        assert_eq!(told(&server.as_("auditor"), "escalation_changed").len(), 1);
    }
}
