//! What needs a second person: nobody gives a right over what cases hold, or over accounts, by themselves; and nobody is kept
//! from stopping what does harm.

use diesel::prelude::*;
use msp_api::clock;
use msp_api::ids::Id;
use msp_api::people::accounts::{self, AccountChange};
use msp_api::policy::Role;
use msp_api::schema::people::{approvals, users};
use serde_json::{Value, json};

use crate::administration::token;
use crate::support::{Actor, Answer, Server, decides};

fn account(server: &Server, name: &str) -> String {
    format!("/v1/users/{}", server.user_id(name))
}

fn change(who: &Actor, place: &str, body: &Value) -> Answer {
    who.patch(place, body).if_match(&who.tag(place)).send()
}

/// How many notices of this kind this caller reads.
fn told(who: &Actor, kind: &str) -> usize {
    let page = who.get(&format!("/v1/notices?kind={kind}&limit=100")).ok();
    page.body["items"].as_array().unwrap().len()
}

fn manager_of(authority: &str) -> Value {
    json!([{"role": "manager", "authority": authority}])
}

/// Somebody with this role who has been there for this many days.
fn user_since(server: &Server, name: &str, role: Role, authority: &str, days: i64) -> Actor {
    let actor = server.add_user(name, role, authority, None);
    let id = Id::parse(&actor.get("/v1/me").ok().id()).unwrap();
    server.database(move |conn| {
        diesel::update(users::table.find(id))
            .set(users::created_at.eq(clock::now().plus_seconds(-days * 86_400)))
            .execute(conn)?;
        Ok(())
    });
    actor
}

on_both_databases! {
    fn s20_an_administrator_becomes_no_manager_without_a_second_person(server) {
        let (admin, auditor, manager) = (server.as_("admin"), server.as_("auditor"), server.as_("manager"));
        // A manager of their own making.
        let new = json!({"username": "made.manager", "name": "Made Manager", "roles": manager_of("northbank")});
        let made = admin.post("/v1/users", &new).created();
        assert_eq!((made.body["roles"].clone(), made.text("/pendingApproval/what")), (json!([]), "account_rights".to_owned()));
        // The manager's own account: a code for the password, and the authenticator.
        let theirs = account(server, "manager");
        for way in ["password-code", "totp-reset"] {
            let asked = admin.post(&format!("{theirs}/{way}"), &json!({})).expect(202);
            assert_eq!(asked.header("location"), format!("/v1/approvals/{}", asked.id()));
            assert!(asked.body.get("code").is_none());
            admin.post(&format!("{}/collect", asked.header("location")), &json!({})).expect(409);
            decides(&admin, &asked.header("location"), "approve").expect(403);
        }
        // Another administrator of their own making, who would give them the role, or decide.
        let new = json!({"username": "made.admin", "name": "Made Admin", "roles": [{"role": "admin", "authority": "northbank"}]});
        let second = admin.post("/v1/users", &new).created();
        let waits = format!("/v1/approvals/{}", second.text("/pendingApproval/id"));
        let id = Id::parse(&second.id()).unwrap();
        let token = server.app().tokens.issue(id, msp_api::policy::CallerKind::User, &[], clock::now()).unwrap();
        let made_admin = server.with_token(&token);
        made_admin.get("/v1/users").expect(403);
        decides(&admin, &waits, "approve").expect(403);
        assert_eq!((told(&manager, "approval_asked"), told(&auditor, "approval_asked"), told(&admin, "approval_asked")), (4, 4, 4));
        // What was asked for says what it is, and to nobody else.
        let read = auditor.get(&waits).ok();
        assert_eq!(read.body["askedFor"], json!({"giveRoles": [{"role": "admin", "authority": "northbank"}]}));
        server.add_user("admin-eastmoor", Role::Admin, "eastmoor", None).get(&waits).expect(404);
        manager.get(&waits).expect(404);
        server.as_("practitioner").get(&waits).expect(403);
        // Even once it is approved: a second person of one's own making is none.
        decides(&server.as_("admin2"), &waits, "approve").ok();
        made_admin.get("/v1/users").ok();
        let give = change(&made_admin, &account(server, "admin"), &json!({"roles": [
            {"role": "admin", "authority": "northbank"}, {"role": "manager", "authority": "northbank"}]}));
        assert_eq!(give.status, 200, "{}", give.text);
        let for_admin = format!("/v1/approvals/{}", give.text("/pendingApproval/id"));
        decides(&admin, &for_admin, "approve").expect(403);
        let of_manager = format!("/v1/approvals/{}", admin.get(&format!("/v1/users/{}", made.id())).ok().text("/pendingApproval/id"));
        decides(&made_admin, &of_manager, "approve").expect(403);
        admin.get("/v1/cases").expect(403);
        // The second person says no, and that is that.
        for place in [&for_admin, &of_manager] {
            let refused = decides(&server.as_("admin2"), place, "refuse").ok();
            assert_eq!((refused.text("/state"), refused.text("/decidedBy")), ("refused".to_owned(), server.user_id("admin2")));
            decides(&server.as_("admin2"), place, "approve").expect(409);
        }
        assert_eq!(admin.get(&format!("/v1/users/{}", made.id())).ok().body["roles"], json!([]));
        assert_eq!(admin.get("/v1/me").ok().body["roles"].as_array().unwrap().len(), 1);
        assert_eq!(told(&manager, "approval_decided"), 3);
    }

    fn s20_a_code_is_made_for_who_asked_once_and_everybody_is_told(server) {
        let (admin, second) = (server.as_("admin"), server.as_("admin2"));
        let code = format!("{}/password-code", account(server, "practitioner"));
        let asked = admin.post(&code, &json!({})).key("one").expect(202);
        let place = asked.header("location");
        second.post(&format!("{place}/decision"), &json!({"decision": "approve", "reason": "She rang me"})).expect(428);
        let body = json!({"decision": "perhaps", "reason": " "});
        let refused = second.post(&format!("{place}/decision"), &body).if_match(&second.tag(&place)).expect(422);
        assert_eq!(refused.pointers("errors"), ["/decision", "/reason"]);
        let decided = decides(&second, &place, "approve").ok();
        assert_eq!((decided.text("/state"), decided.body.get("code")), ("approved".to_owned(), None));
        second.post(&format!("{place}/collect"), &json!({})).expect(403);
        assert_eq!(told(&server.as_("auditor"), "password_code_made"), 0);
        let collected = admin.post(&format!("{place}/collect"), &json!({})).key("two").ok();
        assert_eq!(collected.text("/code").len(), 24);
        assert_eq!(told(&server.as_("auditor"), "password_code_made"), 1);
        let again = admin.post(&format!("{place}/collect"), &json!({})).key("two").ok();
        assert_eq!((again.header("idempotency-replayed"), again.body.get("code")), ("true".to_owned(), None));
        admin.post(&format!("{place}/collect"), &json!({})).expect(409);
        assert_eq!(admin.get(&place).ok().text("/state"), "collected");
        let again = admin.post(&code, &json!({})).key("one").expect(202);
        assert_eq!(again.id(), asked.id());
    }

    fn s05_nobody_changes_their_own_agency_roles_or_authenticator(server) {
        let admin = server.as_("admin");
        let own = account(server, "admin");
        let agency = server.as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
        let more = json!([{"role": "admin", "authority": "northbank"}, {"role": "practitioner", "authority": "northbank"}]);
        for body in [json!({"agencyId": agency}), json!({"roles": more}), json!({"roles": []}), json!({"enabled": false}),
            json!({"name": "A. Stone", "agencyId": agency})] {
            assert_eq!(change(&admin, &own, &body).status, 403, "{body}");
        }
        for way in ["password-code", "totp-reset"] {
            admin.post(&format!("{own}/{way}"), &json!({})).expect(403);
        }
        assert_eq!(change(&admin, &own, &json!({"publicContact": "01632 960 000"})).status, 200);
        assert_eq!(server.second_person_approves(), 0);
        // Another gives them an agency with which a case is shared: who looks after accounts reads none of it.
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let grant = json!({"relationship": "partner", "agencyId": agency, "reason": "Works with us", "sections": msp_api::policy::Part::ALL});
        server.as_("manager").post(&format!("/v1/cases/{case}/grants"), &grant).created();
        let second = server.as_("admin2");
        let moved = change(&second, &own, &json!({"agencyId": agency}));
        let waits = format!("/v1/approvals/{}", moved.text("/pendingApproval/id"));
        decides(&admin, &waits, "approve").expect(403);
        let third = user_since(server, "third", Role::Admin, "northbank", 31);
        decides(&third, &waits, "approve").ok();
        assert_eq!(second.get(&own).ok().text("/agencyId"), agency);
        for path in ["", "/desired-outcomes", "/wishes", "/contacts"] {
            let answered = admin.get(&format!("/v1/cases/{case}{path}")).send().status;
            assert!([403, 404].contains(&answered), "{path}: {answered}");
        }
        assert_eq!(told(&server.as_("auditor"), "roles_changed"), 1);
    }

    fn s20_a_second_person_is_neither_new_nor_made_nor_reset_by_who_asks(server) {
        let admin = server.as_("admin");
        let code = format!("{}/password-code", account(server, "practitioner"));
        let place = admin.post(&code, &json!({})).expect(202).header("location");
        let decision = |who: &Actor| decides(who, &place, "refuse").send().status;
        let young = user_since(server, "young", Role::Admin, "northbank", 29);
        let elsewhere = user_since(server, "elsewhere", Role::Admin, "eastmoor", 400);
        let old = user_since(server, "old", Role::Admin, "northbank", 31);
        assert_eq!((decision(&young), decision(&elsewhere), decision(&server.as_("manager"))), (403, 404, 404));
        for name in ["auditor", "practitioner", "adult", "police-intake"] {
            assert_eq!(decision(&server.as_(name)), 403, "{name}");
        }
        // Each thing that whoever asks did to an account makes it theirs, until the server's console names it again.
        let ids = ["admin", "old"].map(|name| match name {
            "old" => Id::parse(&old.get("/v1/me").ok().id()).unwrap(),
            _ => Id::parse(&server.user_id(name)).unwrap(),
        });
        let did = |change: AccountChange, by: Option<Id>| {
            server.database(move |conn| Ok(accounts::note(conn, ids[1], change, by, clock::now())?));
        };
        for change in AccountChange::ALL.iter().filter(|change| **change != AccountChange::NamedOnConsole) {
            did(*change, Some(ids[0]));
            assert_eq!(decision(&old), 403, "{change:?}");
            did(AccountChange::NamedOnConsole, None);
        }
        assert_eq!(decision(&old), 200);
    }

    fn s20_a_team_waits_for_a_manager_or_administrator_who_does_not_join_it(server) {
        let (admin, manager) = (server.as_("admin"), server.as_("manager"));
        let duty = admin.get("/v1/teams").ok().text("/items/0/id");
        let team = format!("/v1/teams/{duty}");
        let members = json!({"members": [server.user_id("practitioner2"), server.user_id("manager")]});
        let before = admin.get(&team).ok().body["members"].clone();
        let asked = change(&admin, &team, &members);
        assert_eq!((asked.status, asked.body["members"].clone()), (200, before));
        let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
        decides(&manager, &waits, "approve").expect(403);
        assert_eq!(decides(&server.as_("admin2"), &waits, "refuse").ok().text("/state"), "refused");
        // The managers are told who is to be on duty, and one of them may decide on it.
        let members = json!({"members": [server.user_id("practitioner2")]});
        user_since(server, "lead", Role::Manager, "northbank", 31);
        let waits = format!("/v1/approvals/{}", change(&admin, &team, &members).text("/pendingApproval/id"));
        assert_eq!(told(&manager, "duty_team_changed"), 0);
        decides(&manager, &waits, "approve").ok();
        assert_eq!(admin.get(&team).ok().text("/members/0/id"), server.user_id("practitioner2"));
        assert_eq!(told(&server.as_("auditor"), "duty_team_changed"), 1);
        server.as_("practitioner2").get("/v1/cases").ok();
    }

    fn s20_what_waits_is_void_after_fourteen_days_or_when_who_asked_is_stopped(server) {
        let (admin, second) = (server.as_("admin"), server.as_("admin2"));
        let code = format!("{}/password-code", account(server, "practitioner"));
        let ask = || admin.post(&code, &json!({})).expect(202).header("location");
        let (old, fetched_late, stopped) = (ask(), ask(), ask());
        let late = |place: &str| {
            let id = Id::parse(place.rsplit('/').next().unwrap()).unwrap();
            server.database(move |conn| {
                diesel::update(approvals::table.find(id))
                    .set(approvals::expires_at.eq(clock::now()))
                    .execute(conn)?;
                Ok(())
            });
        };
        late(&old);
        assert_eq!(admin.get(&old).ok().text("/state"), "void");
        decides(&second, &old, "approve").expect(409);
        decides(&second, &fetched_late, "approve").ok();
        late(&fetched_late);
        admin.post(&format!("{fetched_late}/collect"), &json!({})).expect(409);
        let listed = second.get("/v1/approvals?waiting=true").ok();
        assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
        assert_eq!(change(&second, &account(server, "admin"), &json!({"enabled": false})).status, 200);
        decides(&second, &stopped, "approve").expect(409);
        assert_eq!(told(&server.as_("auditor"), "password_code_made"), 0);
    }

    fn s20_switching_the_second_person_off_takes_one_and_switching_it_on_none(server) {
        let admin = server.as_("admin");
        let settings = "/v1/authorities/northbank/settings";
        let keep = |body: &Value| admin.put(settings, body).if_match(&admin.tag(settings)).send();
        assert_eq!(keep(&json!({"secondPerson": {"required": false}})).pointers("errors"), ["/secondPerson/reason"]);
        let off = json!({"secondPerson": {"required": false, "reason": "There is one of us until May"}});
        let asked = keep(&off);
        assert_eq!((asked.status, asked.text("/pendingApproval/what")), (200, "second_person".to_owned()));
        let code = format!("{}/password-code", account(server, "practitioner"));
        let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
        decides(&admin, &waits, "approve").expect(403);
        admin.post(&code, &json!({})).expect(202);
        decides(&server.as_("admin2"), &waits, "approve").ok();
        assert_eq!(admin.get(settings).ok().body["secondPerson"], off["secondPerson"]);
        assert_eq!(admin.post(&code, &json!({})).ok().text("/code").len(), 24);
        assert_eq!(told(&server.as_("manager"), "second_person_changed"), 1);
        assert_eq!(told(&server.as_("auditor"), "password_code_made"), 1, "the notice is not switched off");
        admin.post(&format!("{}/password-code", account(server, "admin")), &json!({})).expect(403);
        assert_eq!(keep(&json!({})).status, 200);
        admin.post(&code, &json!({})).expect(202);
        assert_eq!(told(&server.as_("manager"), "second_person_changed"), 2);
    }

    fn s10_a_leaked_client_is_stopped_by_either_authority_and_both_are_told(server) {
        let (north, east) = (server.as_("admin"), user_since(server, "admin-eastmoor", Role::Admin, "eastmoor", 31));
        let police = server.as_("police-intake");
        let client = police.get("/v1/me").ok().text("/id");
        let place = format!("/v1/api-clients/{client}");
        // It gets nothing more from one of them, whoever approves.
        for body in [json!({"scopes": ["referrals:submit", "reports:read"]}), json!({"name": "other"}),
            json!({"jwksUri": "https://keys.example.org/jwks"}), json!({"authorities": ["eastmoor"]})] {
            assert_eq!(change(&east, &place, &body).status, 403, "{body}");
        }
        north.post(&format!("{place}/credentials"), &json!({})).expect(403);
        // Eastmoor's administrator stops it at once, for both.
        assert_eq!(change(&east, &place, &json!({"enabled": false})).status, 200);
        police.get("/v1/me").expect(401).is_problem("access_ended");
        for who in [&north, &east, &server.as_("auditor"), &server.as_("manager"), &server.as_("manager-eastmoor")] {
            assert_eq!(told(who, "client_stopped"), 1);
        }
        // Neither lets it in again alone, nor both as one and the other: it is the other's too.
        for who in [&north, &east] {
            assert_eq!(change(who, &place, &json!({"enabled": true})).status, 403);
        }
        // So is each secret, by either.
        let nhs = server.as_("nhs-intake").get("/v1/me").ok().text("/id");
        let place = format!("/v1/api-clients/{nhs}");
        let secret = north.get(&place).ok().text("/credentials/0/id");
        north.request("DELETE", &format!("{place}/credentials/{secret}"), None).expect(204);
        assert_eq!((told(&north, "client_stopped"), told(&east, "client_stopped")), (2, 2));
        // And one authority takes itself out without the other; then it is the other's alone.
        let left = change(&east, &place, &json!({"authorities": ["northbank"]}));
        assert_eq!((left.status, left.body["authorities"].clone()), (200, json!(["northbank"])), "{}", left.text);
        east.get(&place).expect(404);
        assert_eq!((told(&north, "client_stopped"), told(&east, "client_stopped")), (3, 3));
        let asked = north.post(&format!("{place}/credentials"), &json!({})).send();
        let secret = server.approved(&asked).text("/secret");
        assert_eq!(token(server, &nhs, &secret).status, 200);
    }

    fn s10_a_key_that_was_taken_away_does_not_come_back_with_what_was_asked_before(server) {
        let admin = server.as_("admin");
        let agency = admin.get("/v1/agencies").ok().text("/items/0/id");
        let key = |kid: &str| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let new = json!({"name": "keyed", "agencyId": agency, "scopes": ["referrals:read"], "authorities": ["northbank"],
            "jwks": {"keys": [key("leaked")]}});
        let client = admin.post("/v1/api-clients", &new).created();
        assert_eq!((client.body["enabled"].clone(), client.text("/pendingApproval/what")), (json!(false), "client_rights".to_owned()));
        assert_eq!(server.second_person_approves(), 1);
        let place = format!("/v1/api-clients/{}", client.id());
        assert_eq!(admin.get(&place).ok().body["enabled"], true);
        let both = change(&admin, &place, &json!({"jwks": {"keys": [key("leaked"), key("next")]}, "scopes": ["referrals:read", "reports:read"]}));
        assert_eq!(both.body["jwks"], json!({"keys": [key("leaked")]}));
        let none = change(&admin, &place, &json!({"jwks": null}));
        assert!(none.body.get("jwks").is_none(), "{}", none.text);
        assert_eq!(server.second_person_approves(), 1);
        let read = admin.get(&place).ok();
        assert_eq!((read.body["jwks"].clone(), read.body["scopes"].clone()),
            (json!({"keys": [key("next")]}), json!(["referrals:read", "reports:read"])));
        assert_eq!(told(&server.as_("auditor"), "client_stopped"), 1);
    }

    fn an_authority_keeps_a_manager_and_stopping_the_last_one_is_told(server) {
        let (admin, manager) = (server.as_("admin"), account(server, "manager"));
        // A manager whose account cannot be used is none.
        let other = user_since(server, "stopped", Role::Manager, "northbank", 31).get("/v1/me").ok().id();
        assert_eq!(change(&admin, &format!("/v1/users/{other}"), &json!({"enabled": false})).status, 200);
        assert_eq!(told(&server.as_("auditor"), "nobody_left_to_act"), 0);
        let asked = change(&admin, &manager, &json!({"roles": []}));
        let waits = format!("/v1/approvals/{}", asked.text("/pendingApproval/id"));
        decides(&server.as_("admin2"), &waits, "approve").expect(409).is_problem("nobody_left_to_act");
        assert_eq!(admin.get(&waits).ok().text("/state"), "waiting");
        server.as_("manager").get("/v1/cases").ok();
        // Stopping protects, and is never refused.
        assert_eq!(change(&admin, &manager, &json!({"enabled": false})).status, 200);
        server.as_("manager").get("/v1/me").expect(401);
        assert_eq!(told(&server.as_("auditor"), "nobody_left_to_act"), 1);
        user_since(server, "next", Role::Manager, "northbank", 31);
        decides(&server.as_("admin2"), &waits, "approve").ok();
    }

    fn what_protects_needs_no_second_person(server) {
        let admin = server.as_("admin");
        let own = account(server, "practitioner");
        assert_eq!(change(&admin, &own, &json!({"enabled": false})).status, 200);
        server.as_("practitioner").get("/v1/me").expect(401).is_problem("access_ended");
        assert_eq!(told(&server.as_("manager"), "account_disabled"), 1);
        let again = change(&admin, &own, &json!({"enabled": true}));
        assert_eq!((again.body["enabled"].clone(), again.text("/pendingApproval/what")), (json!(false), "account_rights".to_owned()));
        assert_eq!(server.second_person_approves(), 1);
        server.as_("practitioner").get("/v1/me").ok();
        assert_eq!(told(&server.as_("manager"), "account_disabled"), 2);
        // Who counts figures reads no case: that takes nobody else.
        let analyst = json!({"username": "counts", "name": "Counts", "roles": [{"role": "analyst", "authority": "northbank"}]});
        let made = admin.post("/v1/users", &analyst).created();
        assert_eq!(made.body["roles"][0]["role"], "analyst");
        assert!(made.body.get("pendingApproval").is_none());
    }
}

/// The server's console stands in where there is only one administrator.
#[test]
fn the_first_administrator_alone_starts_an_authority_with_the_servers_console() {
    use crate::commands::{printed, run, serve};
    use crate::support::{Kind, databases};

    for kind in Kind::BOTH {
        let database = databases::empty(kind);
        let served = serve(&database, &[], &[]);
        let add = |name: &str, role: &str| {
            printed(&run(
                &database,
                &["user", "add", name, "--role", role, "--authority", "northbank"],
            ))
        };
        let sign_in = |name: &str, code: &str| {
            let session = json!({"username": name, "password": code, "newPassword": "correct horse battery"});
            let session = Actor::new(&served.base, None).post("/v1/sessions", &session).ok();
            Actor::new(&served.base, Some(session.text("/accessToken")))
        };
        let code = |name: &str| printed(&run(&database, &["user", "code", name]));
        add("first-admin", "admin");
        let first = sign_in("first-admin", &code("first-admin"));
        // Alone: accounts are made, and nobody decides on what they open.
        let account = |name: &str, role: &str| json!({"username": name, "name": name, "roles": [{"role": role, "authority": "northbank"}]});
        let lead = first.post("/v1/users", &account("lead", "manager")).created();
        let kim = first.post("/v1/users", &account("kim", "admin")).created();
        let waits = |of: &Answer| format!("/v1/approvals/{}", of.text("/pendingApproval/id"));
        decides(&first, &waits(&lead), "approve").expect(403);
        // The console makes the second administrator of somebody who is there, and that is told.
        assert!(
            !run(
                &database,
                &[
                    "user",
                    "role",
                    "nobody",
                    "--role",
                    "admin",
                    "--authority",
                    "northbank"
                ]
            )
            .status
            .success()
        );
        assert!(
            !run(
                &database,
                &["user", "role", "kim", "--role", "admin", "--authority", "nowhere"]
            )
            .status
            .success()
        );
        assert_eq!(
            printed(&run(
                &database,
                &[
                    "user",
                    "role",
                    "kim",
                    "--role",
                    "admin",
                    "--authority",
                    "northbank"
                ]
            )),
            kim.id()
        );
        let kim_signs_in = sign_in("kim", &code("kim"));
        let own = kim_signs_in
            .get("/v1/notices?kind=password_code_made&limit=100")
            .ok();
        let notice = format!("/v1/notices/{}", own.text("/items/0/id"));
        kim_signs_in
            .post(&format!("{notice}/handled"), &json!({}))
            .if_match("W/\"1\"")
            .expect(403);
        decides(&kim_signs_in, &waits(&lead), "approve").ok();
        let asked = first
            .post(&format!("/v1/users/{}/password-code", lead.id()), &json!({}))
            .expect(202);
        decides(&kim_signs_in, &asked.header("location"), "approve").ok();
        let collected = first
            .post(&format!("{}/collect", asked.header("location")), &json!({}))
            .ok();
        let lead = sign_in("lead", &collected.text("/code"));
        lead.get("/v1/cases").ok();
        assert_eq!(
            (told(&lead, "roles_changed"), told(&lead, "password_code_made")),
            (3, 3)
        );
        assert_eq!(told(&lead, "approval_decided"), 2);
        served.stop();
    }
}
