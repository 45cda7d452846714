//! Getting a token, and every token that is not one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use msp_api::auth::passwords;
use msp_api::db::types::Json;
use msp_api::ids::Id;
use msp_api::people::clients::{self, ApiClient};
use msp_api::secrets;
use serde_json::{Value, json};

use crate::support::{Server, databases};

fn new_client(server: &Server, secret: &str) -> String {
    let (id, secret) = (Id::new(), secret.to_owned());
    server.database(move |conn| {
        let known = clients::named(conn, "police-intake")?.expect("the demo's client");
        let client = ApiClient {
            id,
            name: "second".to_owned(),
            scopes: Json(vec!["referrals:read".to_owned()]),
            ..known
        };
        Ok(clients::insert(conn, &client, &secret)?)
    });
    id.to_string()
}

fn ask(server: &Server, form: &str, basic: Option<(&str, &str)>) -> crate::support::Answer {
    let mut request = server
        .nobody()
        .request("POST", "/oauth2/token", Some(form.to_owned()));
    request = request.header("Content-Type", "application/x-www-form-urlencoded");
    if let Some((id, secret)) = basic {
        request = request.header(
            "Authorization",
            &format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))),
        );
    }
    request.send()
}

on_both_databases! {
    fn a_client_gets_a_token_with_its_secret_and_no_wider_than_itself(server) {
        let secret = secrets::random().unwrap();
        let id = new_client(server, &secret);
        let granted = ask(server, "grant_type=client_credentials", Some((&id, &secret)));
        assert_eq!((granted.status, granted.text("/scope")), (200, "referrals:read".to_owned()));
        assert_eq!(granted.header("cache-control"), "no-store");
        let client = server.with_token(&granted.text("/access_token"));
        client.get("/v1/referrals").ok();
        client.post("/v1/referrals", &json!({})).expect(403);
        let in_form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        assert_eq!(ask(server, &in_form, None).status, 200);
        let refusals = [
            ("grant_type=client_credentials", Some((id.as_str(), "wrong")), 401, "invalid_client"),
            ("grant_type=client_credentials", Some(("nobody", secret.as_str())), 401, "invalid_client"),
            ("grant_type=client_credentials", None, 401, "invalid_client"),
            ("grant_type=password", Some((id.as_str(), secret.as_str())), 400, "unsupported_grant_type"),
            ("grant_type=client_credentials&scope=referrals:submit", Some((id.as_str(), secret.as_str())), 400, "invalid_scope"),
            ("", Some((id.as_str(), secret.as_str())), 400, "invalid_request"),
        ];
        for (form, basic, status, error) in refusals {
            let refused = ask(server, form, basic);
            assert_eq!((refused.status, refused.text("/error")), (status, error.to_owned()), "{form}");
        }
    }

    fn a_person_signs_in_and_a_wrong_name_is_answered_like_a_wrong_password(server) {
        let hash = passwords::hash("correct horse battery").unwrap();
        server.database(move |conn| {
            use diesel::prelude::*;
            use msp_api::schema::people::users;
            diesel::update(users::table.filter(users::username.eq("manager")))
                .set(users::password_hash.eq(&hash))
                .execute(conn)?;
            Ok(())
        });
        let sign_in = |name: &str, password: &str| {
            server.nobody().post("/v1/sessions", &json!({"username": name, "password": password})).send()
        };
        let session = sign_in("manager", "correct horse battery");
        assert_eq!(session.status, 200, "{}", session.text);
        let me = server.with_token(&session.text("/accessToken")).get("/v1/me").ok();
        assert_eq!(me.text("/roles/0/role"), "manager");
        let mut wrong = [sign_in("manager", "wrong"), sign_in("nobody", "wrong")];
        for answer in &mut wrong {
            answer.is_problem("unauthenticated");
            answer.body["requestId"] = Value::Null;
        }
        assert_eq!(wrong[0].body, wrong[1].body);
    }

    fn the_keys_are_published_and_the_documents_agree(server) {
        let keys = server.nobody().get("/.well-known/jwks.json").ok();
        assert_eq!(keys.text("/keys/0/alg"), "EdDSA");
        assert!(keys.body.pointer("/keys/0/d").is_none(), "the private part stays here");
        let metadata = server.nobody().get("/.well-known/oauth-authorization-server").ok();
        let issuer = metadata.text("/issuer");
        assert_eq!(metadata.text("/token_endpoint"), format!("{issuer}/oauth2/token"));
        assert_eq!(metadata.text("/revocation_endpoint"), format!("{issuer}/oauth2/revoke"));
        let ways = metadata.body["token_endpoint_auth_methods_supported"].to_string();
        assert!(ways.contains("private_key_jwt"), "{ways}");
        assert!(metadata.body["grant_types_supported"].to_string().contains("refresh_token"));
        assert_eq!(server.nobody().get("/.well-known/oauth-protected-resource").ok().text("/resource"), issuer);
    }
}

#[test]
fn limits_are_told_and_kept() {
    let server = Server::on(&databases::filled(databases::Kind::Sqlite), &["--rate-limit=5"]);
    let manager = server.as_("manager");
    let first = manager.get("/v1/me").ok();
    assert_eq!(first.header("ratelimit-policy"), "\"user\";q=5;w=60");
    assert!(
        first.header("ratelimit").starts_with("\"user\";r=4;t="),
        "{}",
        first.header("ratelimit")
    );
    for _ in 0..4 {
        manager.get("/v1/me").ok();
    }
    let limited = manager.get("/v1/me").expect(429);
    limited.is_problem("rate_limited");
    assert!(limited.header("retry-after").parse::<u64>().unwrap() >= 1);
    server.as_("practitioner").get("/v1/me").ok();
}
