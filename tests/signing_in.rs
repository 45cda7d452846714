//! Getting a token, and every token that is not one.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use msp_api::auth::{passwords, secrets};
use msp_api::db::types::Json;
use msp_api::ids::Id;
use msp_api::people::clients::{self, ApiClient};
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

    fn hostile_tokens_are_all_401(server) {
        let good = server.app().tokens.issue(
            server.user_id("manager").parse_id(), msp_api::policy::CallerKind::User, &[], msp_api::clock::now(),
        ).unwrap();
        server.with_token(&good).get("/v1/me").ok();
        let parts: Vec<&str> = good.split('.').collect();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let decode = |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
        let (header, claims) = (decode(parts[0]), decode(parts[1]));
        let mut hostile = vec![
            String::new(), "x".to_owned(), "a.b.c".to_owned(), "..".to_owned(), format!("{good}x"),
            format!("{}.{}.", parts[0], parts[1]), "a".repeat(5000),
        ];
        for (name, value) in [("alg", json!("none")), ("alg", json!("HS256")), ("typ", json!("JWT")), ("kid", json!("other")),
            ("jku", json!("https://example.org/keys")), ("kid", json!(null))] {
            let mut changed = header.clone();
            changed[name] = value;
            hostile.push(format!("{}.{}.{}", encode(&changed), parts[1], parts[2]));
        }
        for name in ["sub", "iss", "aud", "exp"] {
            let mut changed = claims.clone();
            changed[name] = json!("other");
            hostile.push(format!("{}.{}.{}", parts[0], encode(&changed), parts[2]));
        }
        for at in (0..good.len()).step_by(7) {
            let mut flipped = good.clone().into_bytes();
            flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
            let flipped = String::from_utf8(flipped).unwrap();
            // The last character of base64 may carry bits that mean nothing.
            if flipped != good && at + 1 < good.len() {
                hostile.push(flipped);
            }
        }
        for token in hostile {
            let refused = server.with_token(&token).get("/v1/me").send();
            assert_eq!(refused.status, 401, "{token}");
            refused.is_problem("unauthenticated");
        }
        let past = msp_api::clock::now().plus_seconds(-3600);
        let subject = server.user_id("manager").parse_id();
        let old = server.app().tokens.issue(subject, msp_api::policy::CallerKind::User, &[], past).unwrap();
        server.with_token(&old).get("/v1/me").expect(401).is_problem("token_expired");
    }

    fn the_keys_are_published_and_the_documents_agree(server) {
        let keys = server.nobody().get("/.well-known/jwks.json").ok();
        assert_eq!(keys.text("/keys/0/alg"), "EdDSA");
        assert!(keys.body.pointer("/keys/0/d").is_none(), "the private part stays here");
        let metadata = server.nobody().get("/.well-known/oauth-authorization-server").ok();
        let issuer = metadata.text("/issuer");
        assert_eq!(metadata.text("/token_endpoint"), format!("{issuer}/oauth2/token"));
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

trait ParseId {
    fn parse_id(&self) -> Id;
}

impl ParseId for String {
    fn parse_id(&self) -> Id {
        Id::parse(self).expect("an id")
    }
}
