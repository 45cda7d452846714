//! Administration over HTTP: accounts, agencies, teams, clients and their secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use msp_api::people::users;
use msp_api::policy::{Role, RoleGrant};
use serde_json::json;

use crate::support::Server;

pub fn token(server: &Server, client: &str, secret: &str) -> crate::support::Answer {
    let basic = STANDARD.encode(format!("{client}:{secret}"));
    let form = "grant_type=client_credentials".to_owned();
    let request = server.nobody().request("POST", "/oauth2/token", Some(form));
    request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Authorization", &format!("Basic {basic}"))
        .send()
}

on_both_databases! {
    fn an_administrator_makes_an_account_whose_owner_sets_the_password(server) {
        let admin = server.as_("admin");
        let new = json!({"username": "kim.abara", "name": "Kim Abara", "roles": [{"role": "practitioner", "authority": "northbank"}]});
        let account = admin.post("/v1/users", &new).created();
        admin.post("/v1/users", &new).expect(409);
        assert_eq!(account.body["hasPassword"], false);
        let place = format!("/v1/users/{}", account.id());
        assert_eq!((account.body["roles"].clone(), server.second_person_approves()), (json!([]), 1));
        let asked = admin.post(&format!("{place}/password-code"), &json!({})).send();
        let code = server.approved(&asked).text("/code");
        admin.post(&format!("{}/collect", asked.header("location")), &json!({})).expect(409);

        let session = |password: &str, new: Option<&str>| {
            let body = json!({"username": "kim.abara", "password": password, "newPassword": new});
            server.nobody().post("/v1/sessions", &body).send()
        };
        assert_eq!(session(&code, None).pointers("errors"), ["/newPassword"]);
        assert_eq!(session(&code, Some("short")).status, 422);
        let signed_in = session(&code, Some("a long enough one"));
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        session(&code, Some("another long one")).is_problem("unauthenticated");
        let kim = server.with_token(&signed_in.text("/accessToken"));
        kim.get("/v1/cases").ok();
        // A new password ends the sessions there were.
        assert_eq!(session("a long enough one", Some("yet another one")).status, 200);
        kim.get("/v1/cases").expect(401).is_problem("access_ended");

        let listed = admin.get("/v1/users?limit=100").ok();
        assert!(listed.text.contains("kim.abara"));
        assert!(!server.as_("practitioner").get("/v1/users?limit=100").ok().text.contains("kim.abara"));
    }

    fn roles_hold_on_the_next_request_and_only_where_one_administers(server) {
        let admin = server.as_("admin");
        let place = |name: &str| format!("/v1/users/{}", server.user_id(name));
        let practitioner = place("practitioner");
        let roles = |list: serde_json::Value| json!({"roles": list});
        let change = |path: &str, body: &serde_json::Value| admin.patch(path, body).if_match(&admin.tag(path)).send();
        let none = roles(json!([]));
        admin.patch(&practitioner, &none).expect(428);
        admin.patch(&practitioner, &none).if_match("W/\"9\"").expect(412);
        let practitioner_role = json!([{"role": "practitioner", "authority": "northbank"}]);
        for (given, before, after) in [(json!([]), 200, 403), (practitioner_role, 403, 200)] {
            let asked = change(&practitioner, &roles(given.clone()));
            assert_eq!((asked.status, asked.text("/pendingApproval/what")), (200, "account_rights".to_owned()));
            server.as_("practitioner").get("/v1/cases").expect(before);
            assert_eq!(server.second_person_approves(), 1);
            server.as_("practitioner").get("/v1/cases").expect(after);
            assert_eq!(admin.get(&practitioner).ok().body["roles"], given);
        }

        let elsewhere = roles(json!([{"role": "manager", "authority": "eastmoor"}]));
        let refused = change(&practitioner, &elsewhere);
        assert_eq!((refused.status, refused.pointers("errors")), (422, vec!["/roles/0/authority".to_owned()]));
        admin.get(&place("manager-eastmoor")).expect(404);
        let myself = place("admin");
        let more = roles(json!([{"role": "admin", "authority": "northbank"}, {"role": "manager", "authority": "northbank"}]));
        assert_eq!(change(&myself, &more).status, 403, "nobody gives themselves a role");
        for name in ["manager", "practitioner", "auditor", "adult", "police-intake"] {
            server.as_(name).get(&practitioner).expect(403);
            server.as_(name).post("/v1/users", &json!({})).expect(403);
        }

        // Whoever works in two authorities is stopped by either, and nobody's alone to enable, move or let in.
        let other = server.add_user("admin-eastmoor", Role::Admin, "eastmoor", None);
        other.get(&practitioner).expect(404);
        server.database(|conn| {
            let mut user = users::named(conn, "practitioner")?.expect("the demo's practitioner");
            let there = RoleGrant { role: Role::Practitioner, authority: "eastmoor".to_owned() };
            user.roles.0.push(there);
            Ok(users::set_roles(conn, user.id, &user.roles.0)?)
        });
        other.get(&practitioner).ok();
        assert_eq!(change(&practitioner, &json!({"enabled": false})).status, 200);
        server.as_("practitioner").get("/v1/me").expect(401).is_problem("access_ended");
        assert_eq!(change(&practitioner, &json!({"enabled": true})).status, 403);
        for who in [&admin, &other] {
            who.post(&format!("{practitioner}/password-code"), &json!({})).expect(403);
            who.post(&format!("{practitioner}/totp-reset"), &json!({})).expect(403);
        }
        let both_gone = change(&practitioner, &none);
        assert_eq!((both_gone.status, both_gone.pointers("errors")), (422, vec!["/roles".to_owned()]));
    }

    fn teams_are_kept_where_one_administers(server) {
        let admin = server.as_("admin");
        let worker = server.user_id("practitioner");
        let new = json!({"authority": "northbank", "name": "East locality", "kind": "duty", "members": [worker]});
        let team = admin.post("/v1/teams", &new).created();
        assert_eq!(team.body["members"], json!([]));
        assert_eq!(server.second_person_approves(), 1);
        admin.post("/v1/teams", &new).expect(409);
        let place = format!("/v1/teams/{}", team.id());
        let team = admin.get(&place).ok();
        assert_eq!(team.text("/members/0/name"), "Priya Nair");
        server.as_("manager").get(&place).ok();
        server.as_("manager-eastmoor").get(&place).expect(404);
        let outsider = json!({"members": [server.user_id("manager-eastmoor")]});
        let refused = admin.patch(&place, &outsider).if_match(&team.tag()).expect(422);
        assert_eq!(refused.pointers("errors"), ["/members/0"]);
        admin.patch(&place, &json!({"members": []})).if_match(&team.tag()).ok();
        assert_eq!(server.second_person_approves(), 1);
        let emptied = admin.get(&place).ok();
        assert_eq!((emptied.body["members"].clone(), emptied.body["version"].clone()), (json!([]), json!(4)));
        let elsewhere = json!({"authority": "eastmoor", "name": "Theirs", "kind": "duty", "members": []});
        admin.post("/v1/teams", &elsewhere).expect(422);
    }

    fn an_agency_and_its_agreement(server) {
        let admin = server.as_("admin");
        let new = json!({"name": "Westshire Police", "agencyType": "police"});
        let agency = admin.post("/v1/agencies", &new).created();
        admin.post("/v1/agencies", &new).expect(409);
        let place = format!("/v1/agencies/{}", agency.id());
        let agreement = format!("{place}/agreements/northbank");
        let early = json!({"from": "2026-04-01", "until": "2026-03-01"});
        let refused = admin.put(&agreement, &early).if_match(&admin.tag(&agreement)).expect(422);
        assert_eq!(refused.pointers("errors"), ["/until"]);
        let police = server.as_("police-intake");
        let theirs = format!("/v1/agencies/{}/agreements/northbank", police.get("/v1/me").ok().text("/agencyId"));
        let told = |in_force: bool| json!([{"authority": "eastmoor", "inForce": true}, {"authority": "northbank", "inForce": in_force}]);
        assert_eq!(police.get("/v1/me").ok().body["agreement"], told(true));
        let ended = json!({"from": "2020-01-01", "until": "2020-12-31"});
        admin.put(&theirs, &ended).expect(428);
        admin.put(&theirs, &ended).if_match(&admin.tag(&theirs)).ok();
        assert_eq!(police.get("/v1/me").ok().body["agreement"], told(false), "what it agreed with eastmoor stands");
        let noticed = server.as_("auditor").get("/v1/notices?kind=agreement_changed").ok();
        assert_eq!(noticed.text("/items/0/resourceId"), police.get("/v1/me").ok().text("/agencyId"));
    }

    fn two_secrets_of_a_client_live_and_none_is_shown_twice(server) {
        let admin = server.as_("admin");
        let agency = admin.get("/v1/agencies").ok().text("/items/0/id");
        let new = json!({"name": "westshire-intake", "agencyId": agency, "scopes": ["referrals:read"],
            "defaultAuthority": "northbank", "authorities": ["northbank"]});
        let client = admin.post("/v1/api-clients", &new).created();
        let id = client.id();
        let place = format!("/v1/api-clients/{id}");
        assert_eq!(server.second_person_approves(), 1);
        let ask = |key: &str| admin.post(&format!("{place}/credentials"), &json!({})).key(key).send();
        let make = |key: &str| server.approved(&ask(key));
        let (first, second) = (make("1"), make("2"));
        assert_eq!((ask("1").header("idempotency-replayed"), server.second_person_approves()), ("true".to_owned(), 0));
        let collect = format!("/v1/approvals/{}/collect", first.text("/approvalId"));
        admin.post(&collect, &json!({})).expect(409);
        let of_second = admin.get(&place).ok().text("/credentials/1/id");
        assert_eq!(token(server, &id, &first.text("/secret")).status, 200);
        let granted = token(server, &id, &second.text("/secret"));
        let third = make("3");
        assert_eq!(token(server, &id, &first.text("/secret")).status, 401, "the oldest goes");
        assert_eq!(token(server, &id, &second.text("/secret")).status, 200);
        assert_eq!(token(server, &id, &third.text("/secret")).status, 200);
        admin.request("DELETE", &format!("{place}/credentials/{of_second}"), None).expect(204);
        assert_eq!(token(server, &id, &second.text("/secret")).status, 401);
        let read = admin.get(&place).ok();
        assert_eq!(read.body["credentials"].as_array().unwrap().len(), 1);
        assert!(!read.text.contains(&third.text("/secret")));

        let intake = server.with_token(&granted.text("/access_token"));
        intake.get("/v1/referrals").ok();
        let fewer = json!({"scopes": ["events:read"]});
        admin.patch(&place, &fewer).if_match(&admin.tag(&place)).ok();
        intake.get("/v1/referrals").ok();
        assert_eq!(server.second_person_approves(), 1);
        admin.patch(&place, &fewer).if_match(&admin.tag(&place)).ok();
        intake.get("/v1/referrals").expect(403);
        assert_eq!(server.second_person_approves(), 0, "what takes away holds at once");
        admin.patch(&place, &json!({"enabled": false})).if_match(&admin.tag(&place)).ok();
        intake.get("/v1/me").expect(401).is_problem("access_ended");
        assert_eq!(token(server, &id, &third.text("/secret")).status, 401);

        let other = server.add_user("admin-eastmoor", Role::Admin, "eastmoor", None);
        other.get(&place).expect(404);
        let not_theirs = json!({"name": "x", "agencyId": agency, "scopes": ["referrals:read"], "authorities": ["northbank"]});
        other.post("/v1/api-clients", &not_theirs).expect(422);
        server.as_("manager").get("/v1/api-clients").expect(403);
    }

    fn keys_that_cannot_be_used_are_refused_when_they_are_registered(server) {
        let admin = server.as_("admin");
        let agency = admin.get("/v1/agencies").ok().text("/items/0/id");
        let with = |jwks: serde_json::Value| {
            let new = json!({"name": "keyed", "agencyId": agency, "scopes": ["referrals:read"], "authorities": ["northbank"], "jwks": jwks});
            admin.post("/v1/api-clients", &new).send()
        };
        let good = json!({"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let changed = |name: &str, value: serde_json::Value| {
            let mut key = good.clone();
            key[name] = value;
            json!({"keys": [key]})
        };
        for wrong in [
            json!({}),
            json!({"keys": []}),
            json!({"keys": [{}]}),
            changed("d", json!("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")),
            changed("kid", json!(null)),
            changed("kid", json!("")),
            changed("alg", json!("HS256")),
            changed("use", json!("enc")),
            changed("kty", json!("oct")),
            json!({"keys": [good, good]}),
            json!({"keys": [{"kty": "RSA", "kid": "a", "e": "AQAB", "n": "short"}]}),
        ] {
            let refused = with(wrong.clone());
            assert_eq!(refused.status, 422, "{wrong}: {}", refused.text);
            assert!(refused.pointers("errors")[0].starts_with("/jwks"), "{wrong}");
        }
        assert_eq!(with(json!({"keys": [good]})).status, 201);
    }
}
