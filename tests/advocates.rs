//! Stories of advocates: independence, conflict, what they are told before they accept, and what they put forward.

use msp_api::policy::{Role, RoleGrant};
use serde_json::json;

use crate::stories::accepted_case;
use crate::support::Server;

fn entry(server: &Server, body: &serde_json::Value) -> String {
    server.as_("manager").post("/v1/advocates", body).created().id()
}

on_both_databases! {
    fn only_want_of_independence_and_a_conflict_refuse_an_advocate_never_want_of_paper(server) {
        let (practitioner, manager) = (server.as_("practitioner"), server.as_("manager"));
        let (_, case) = accepted_case(server, "PPN-INDEPENDENT");
        let list = format!("/v1/cases/{case}/advocacy-assignments");
        let ask = |advocate: &str| {
            let body = json!({"kind": "care_act_s68", "basis": "power", "advocateId": advocate,
                "covers": ["meetings", "records"]});
            practitioner.post(&list, &body).send()
        };
        let refused_for = |advocate: &str, code: &str| {
            let refused = ask(advocate);
            assert_eq!(refused.status, 422, "{}", refused.text);
            assert_eq!(refused.text("/errors/0/code"), code);
            assert_eq!(refused.pointers("errors"), ["/advocateId"]);
        };
        let of_the_council = json!({"name": "Ida Inside", "organisation": "northbank council", "kinds": ["care_act_s68"]});
        refused_for(&entry(server, &of_the_council), "not_independent");
        let two_hats = server.add_user("two-hats", Role::Advocate, "northbank", None);
        let on_the_staff = json!({"name": "Paula Payroll", "organisation": "Northbank Voices", "kinds": ["care_act_s68"]});
        let on_the_staff = entry(server, &on_the_staff);
        server.make_login(&two_hats, &on_the_staff);
        server.database(|conn| {
            use msp_api::people::users;
            let both = [Role::Advocate, Role::Practitioner]
                .map(|role| RoleGrant { role, authority: "northbank".to_owned() });
            let user = users::named(conn, "two-hats")?.expect("made above");
            Ok(users::set_roles(conn, user.id, &both)?)
        });
        refused_for(&on_the_staff, "not_independent");
        // Another side of the matter.
        let other = entry(server, &json!({"name": "Otto Other", "organisation": "Eastmoor Voices", "kinds": ["care_act_s68"]}));
        let persons = format!("/v1/cases/{case}/persons-of-concern");
        let his = practitioner.post(&persons, &json!({"relationship": "nephew", "advocateId": other})).created();
        refused_for(&other, "conflict_of_interest");
        let one = format!("{persons}/{}", his.id());
        practitioner.patch(&one, &json!({"advocateId": null})).if_match(&his.tag()).ok();
        // Nothing declared, no need recorded: asked all the same.
        let asked = ask(&other);
        assert_eq!(asked.status, 201, "{}", asked.text);
        assert_eq!(asked.body["covers"], json!(["meetings", "records"]));
        let tag = practitioner.tag(&one);
        let back = practitioner.patch(&one, &json!({"advocateId": other})).if_match(&tag).expect(422);
        assert_eq!(back.text("/errors/0/code"), "conflict_of_interest");
        // Implicated: named in a conflict of the case.
        let theirs = manager.get("/v1/advocates").ok();
        let all = theirs.body["items"].as_array().unwrap();
        let rosa = all.iter().find(|one| one["userId"] == server.user_id("advocate")).unwrap();
        let conflict = json!({"userId": server.user_id("advocate"), "kind": "related", "detail": "His sister"});
        manager.post(&format!("/v1/cases/{case}/conflicts"), &conflict).created();
        refused_for(rosa["id"].as_str().unwrap(), "conflict_of_interest");
    }

    fn before_accepting_an_advocate_reads_how_to_reach_the_adult_safely_and_nothing_of_the_case(server) {
        let (practitioner, manager, advocate) =
            (server.as_("practitioner"), server.as_("manager"), server.as_("advocate"));
        let (_, case) = accepted_case(server, "PPN-SAFE-CONTACT");
        let adult = manager.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let points = format!("/v1/adults/{adult}/contact-points");
        for (value, safe, confidential) in
            [("01632 960111", "yes", false), ("01632 960222", "no", false), ("01632 960333", "yes", true)]
        {
            let point = json!({"kind": "phone", "value": value, "safeToUse": safe, "confidential": confidential,
                "safeTimes": "mornings"});
            practitioner.post(&points, &point).created();
        }
        let entries = manager.get("/v1/advocates").ok();
        let rosa = entries.body["items"].as_array().unwrap().iter()
            .find(|one| one["userId"] == server.user_id("advocate")).unwrap()["id"].clone();
        let list = format!("/v1/cases/{case}/advocacy-assignments");
        let body = json!({"kind": "care_act_s68", "basis": "power", "advocateId": rosa});
        let asked = practitioner.post(&list, &body).created();
        let theirs = advocate.get(&format!("{list}/{}", asked.id())).ok();
        assert_eq!(theirs.text("/safeContact/0/value"), "01632 960111");
        assert_eq!(theirs.body["safeContact"].as_array().unwrap().len(), 1);
        assert_eq!(theirs.body["knownConflict"], false);
        advocate.get(&format!("/v1/cases/{case}")).expect(404);
    }

    fn what_an_advocate_puts_forward_is_answered_once_by_the_authority(server) {
        let (practitioner, advocate, adult) =
            (server.as_("practitioner"), server.as_("advocate"), server.as_("adult"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let assignments = advocate.get(&format!("/v1/cases/{case}/advocacy-assignments")).ok();
        let list = format!("/v1/cases/{case}/advocacy-assignments/{}/representations", assignments.text("/items/0/id"));
        let challenge = json!({"kind": "representation", "text": "She was not asked before her nephew was told"});
        let made = advocate.post(&list, &challenge).created();
        let one = format!("{list}/{}", made.id());
        assert_eq!(adult.get(&one).ok().text("/kind"), "representation");
        server.as_("representative").get(&one).expect(403);
        let answer = json!({"response": "She will be asked first from now on"});
        advocate.post(&format!("{one}/response"), &answer).if_match(&made.tag()).expect(403);
        let answered = practitioner.post(&format!("{one}/response"), &answer).if_match(&made.tag()).ok();
        assert_eq!(answered.text("/response"), "She will be asked first from now on");
        practitioner.post(&format!("{one}/response"), &answer).if_match(&answered.tag()).expect(409);
        assert!(advocate.get(&list).ok().text.contains("asked first from now on"));
    }
}
