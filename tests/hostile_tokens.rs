//! Access tokens that are none: all are refused alike. And what a change of the signing key means for those that are.

use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use msp_api::auth::keys::{self, Keys, Replaced};
use msp_api::clock;
use msp_api::db::Database;
use msp_api::ids::Id;
use msp_api::policy::CallerKind;
use msp_api::private_files;
use msp_api::schema::foundation::secrets as table;
use serde_json::{Value, json};

use crate::private_keys::{Key, openssl};
use crate::support::{Kind, Server, databases};

/// A place that nobody must connect to.
pub struct Trap(TcpListener);

impl Trap {
    pub fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub fn url(&self) -> String {
        format!("http://{}/keys", self.0.local_addr().unwrap())
    }

    pub fn is_untouched(&self) {
        let caught = self.0.accept().map(|(_, caller)| caller);
        assert_eq!(caught.unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}

fn good(server: &Server) -> String {
    good_for(server, &server.user_id("manager"))
}

fn good_for(server: &Server, user: &str) -> String {
    let manager = Id::parse(user).unwrap();
    let tokens = &server.app().tokens;
    tokens
        .issue(manager, CallerKind::User, &[], clock::now())
        .unwrap()
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Signed by the server's own key, whatever they say.
fn properly_signed(server: &Server, header: &Value, claims: &Value) -> Option<String> {
    let header: Header = serde_json::from_value(header.clone()).ok()?;
    encode(&header, claims, &server.app().keys.ring().signing).ok()
}

fn hostile(server: &Server, trap: &str) -> Vec<String> {
    let good = good(server);
    let (header, claims) = (part(&good, 0), part(&good, 1));
    let parts: Vec<&str> = good.split('.').collect();
    let now = clock::now().unix_seconds();
    let mut hostile = vec![
        "x".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        format!("{good}x"),
        format!("{good}."),
        format!(".{good}"),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        "a".repeat(5000),
        format!("{}.{}.{}", parts[1], parts[0], parts[2]),
        format!("{good} {good}"),
        format!("{good},{good}"),
        format!("{good}="),
        good.to_uppercase(),
    ];
    // Properly signed, with a claim missing, of another type, or wrong.
    let wrong_claims = [
        ("iss", json!(null)),
        ("iss", json!("https://elsewhere.example")),
        ("iss", json!(trap)),
        ("iss", json!(7)),
        ("iss", json!([claims["iss"]])),
        ("iss", json!({})),
        ("iss", json!("")),
        ("aud", json!(null)),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!(7)),
        ("aud", json!({})),
        ("aud", json!([])),
        ("sub", json!(null)),
        ("sub", json!("manager")),
        ("sub", json!(7)),
        ("sub", json!("")),
        ("sub", json!([claims["sub"]])),
        ("sub", json!(claims["sub"].as_str().unwrap().to_uppercase())),
        ("exp", json!(null)),
        ("exp", json!("tomorrow")),
        ("exp", json!(now + 86_400)),
        ("exp", json!(-1)),
        ("exp", json!({})),
        ("exp", json!(i64::MAX)),
        ("exp", json!(now.to_string())),
        ("nbf", json!(null)),
        ("nbf", json!(now + 300)),
        ("nbf", json!("now")),
        ("nbf", json!(i64::MAX)),
        ("iat", json!(null)),
        ("iat", json!("now")),
        ("iat", json!(now - 86_400)),
        ("iat", json!(i64::MIN)),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!(7)),
        ("client_id", json!(null)),
        ("client_id", json!("other")),
        ("client_id", json!("")),
        ("client_id", json!(7)),
        ("scope", json!(null)),
        ("scope", json!(["referrals:read"])),
        ("scope", json!(7)),
        ("sid", json!("current")),
        ("sid", json!(7)),
        ("sid", json!("")),
    ];
    for (name, value) in wrong_claims {
        let mut changed = claims.clone();
        match value.is_null() {
            true => drop(changed.as_object_mut().unwrap().remove(name)),
            false => changed[name] = value,
        }
        hostile.extend(properly_signed(server, &header, &changed));
        hostile.push(format!("{}.{}.{}", parts[0], encoded(&changed), parts[2]));
    }
    for claims in [json!({}), json!([]), json!("x"), json!(null)] {
        hostile.extend(properly_signed(server, &header, &claims));
    }
    // Properly signed, with another header.
    let stranger = Key::new(Algorithm::EdDSA, header["kid"].as_str().unwrap());
    let wrong_headers = [
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("typ", json!("at+JWT ")),
        ("typ", json!("application/at+jwt")),
        ("kid", json!(null)),
        ("kid", json!("other")),
        ("kid", json!("")),
        ("kid", json!("../../key.pem")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!(trap)),
        ("jku", json!(trap)),
        ("x5u", json!(trap)),
        ("jwk", stranger.published.clone()),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("HS512")),
        ("alg", json!("RS256")),
        ("alg", json!("ES256")),
        ("alg", json!("")),
        ("alg", json!(null)),
        ("alg", json!(7)),
    ];
    for (name, value) in wrong_headers {
        let mut changed = header.clone();
        match value.is_null() {
            true => drop(changed.as_object_mut().unwrap().remove(name)),
            false => changed[name] = value,
        }
        hostile.extend(properly_signed(server, &changed, &claims));
        hostile.push(format!("{}.{}.{}", encoded(&changed), parts[1], parts[2]));
        hostile.push(format!("{}.{}.", encoded(&changed), parts[1]));
    }
    // The server's own name on somebody else's signature, and HMAC with what is published.
    let mut own_name = stranger.header();
    own_name.typ = Some("at+jwt".to_owned());
    hostile.push(stranger.sign(&own_name, &claims));
    let published = serde_json::to_value(&server.app().keys.ring().published).unwrap();
    let x = published["keys"][0]["x"].as_str().unwrap().to_owned();
    for secret in [
        x.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(&x).unwrap(),
        published.to_string().into_bytes(),
        vec![],
    ] {
        let mut hmac = Header::new(Algorithm::HS256);
        hmac.typ = Some("at+jwt".to_owned());
        hmac.kid = header["kid"].as_str().map(str::to_owned);
        hostile.extend(encode(&hmac, &claims, &EncodingKey::from_secret(&secret)));
    }
    hostile
}

fn is_refused(server: &Server, token: &str, alike: &Value) {
    let request = server
        .nobody()
        .get("/v1/me")
        .header("Authorization", &format!("Bearer {token}"));
    let mut refused = request.send();
    assert_eq!(refused.status, 401, "{token}");
    assert_eq!(refused.header("www-authenticate"), "Bearer", "{token}");
    refused.body["requestId"] = Value::Null;
    assert_eq!(&refused.body, alike, "{token}");
}

fn without_any(server: &Server) -> Value {
    let mut refused = server.nobody().get("/v1/me").expect(401);
    refused.is_problem("unauthenticated");
    refused.body["requestId"] = Value::Null;
    refused.body
}

on_both_databases! {
    fn hostile_tokens_are_all_refused_alike(server) {
        let alike = without_any(server);
        let trap = Trap::set();
        let hostile = hostile(server, &trap.url());
        assert!(hostile.len() >= 120, "only {}", hostile.len());
        for token in &hostile {
            is_refused(server, token, &alike);
        }
        trap.is_untouched();
        server.with_token(&good(server)).get("/v1/me").ok();
        let past = clock::now().plus_seconds(-3600);
        let subject = Id::parse(&server.user_id("manager")).unwrap();
        let old = server.app().tokens.issue(subject, CallerKind::User, &[], past).unwrap();
        server.with_token(&old).get("/v1/me").expect(401).is_problem("token_expired");
        let gone = server.app().tokens.issue(Id::new(), CallerKind::User, &[], clock::now()).unwrap();
        server.with_token(&gone).get("/v1/me").expect(401).is_problem("access_ended");
        let nowhere = server.app().tokens.issue_in(Some(Id::new()), subject, CallerKind::User, &[], clock::now()).unwrap();
        server.with_token(&nowhere).get("/v1/me").expect(401).is_problem("access_ended");
    }
}

#[test]
fn every_flipped_bit_of_a_good_token_is_refused() {
    let server = Server::start(Kind::Sqlite);
    let (alike, good) = (without_any(&server), good(&server));
    server.with_token(&good).get("/v1/me").ok();
    let (mut sent, mut looked_at) = (0, 0);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            // What no header may hold never gets this far, but is not accepted either.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(
                server.app().tokens.accept(&text, clock::now()).is_err(),
                "{at} {bit}"
            );
            looked_at += 1;
            if text.bytes().all(|byte| byte.is_ascii_graphic()) {
                is_refused(&server, &text, &alike);
                sent += 1;
            }
        }
    }
    assert!(looked_at == good.len() * 8 && sent > 500, "{looked_at} {sent}");
    server.with_token(&good).get("/v1/me").ok();
}

/// So many seconds pass since the last rotation, and the instances look as they do every minute.
fn pass(servers: &[&Server], seconds: i64) {
    servers[0].database(move |conn| {
        let rotated = table::table.find("signing_key_previous");
        let earlier = clock::now().plus_seconds(-seconds);
        diesel::update(rotated)
            .set(table::created_at.eq(earlier))
            .execute(conn)?;
        Ok(())
    });
    for server in servers {
        on_a_runtime(server, |keys, database| async move {
            keys.reload(&database).await.unwrap()
        });
    }
}

fn on_a_runtime<T: Send + 'static, F: Future<Output = T>>(
    server: &Server,
    work: impl FnOnce(Arc<Keys>, Database) -> F + Send + 'static,
) -> T {
    let (keys, database) = (Arc::clone(&server.app().keys), server.app().database.clone());
    let run = move || actix_web::rt::System::new().block_on(work(keys, database));
    std::thread::spawn(run).join().unwrap()
}

fn published(server: &Server) -> Vec<String> {
    let published = server.nobody().get("/.well-known/jwks.json").ok();
    let keys = published.body["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_signing_key_is_replaced_without_an_outage() {
    for kind in Kind::BOTH {
        let url = databases::filled(kind);
        let (one, two) = (Server::on(&url, &[]), Server::on(&url, &[]));
        let kid_of = |token: &str| part(token, 0)["kid"].as_str().unwrap().to_owned();
        let manager = one.user_id("manager");
        let first = good(&one);
        let new = on_a_runtime(&one, |_, database| async move {
            let new = keys::rotate(&database, Replaced::Retires).await.unwrap();
            let again = keys::rotate(&database, Replaced::Retires).await;
            assert!(again.is_err(), "the one before still verifies");
            new
        });
        let old = kid_of(&first);
        // Whoever starts now knows both, and signs with the one that all know.
        let three = Server::on(&url, &[]);
        assert_eq!(published(&three), [old.clone(), new.clone()]);
        let second = good(&three);
        assert_eq!(kid_of(&second), old);
        one.with_token(&second).get("/v1/me").ok();

        // One instance has looked already, the others not since before.
        pass(&[&one, &two, &three], 300);
        pass(&[&three], 370);
        let third = good(&three);
        assert_eq!((kid_of(&third), kid_of(&good(&one))), (new.clone(), old.clone()));
        let tokens = [&first, &second, &third];
        for server in [&one, &two, &three] {
            assert_eq!(published(server).len(), 2);
            for token in tokens {
                server.with_token(token).get("/v1/me").ok();
            }
        }
        pass(&[&one, &two, &three], 1_200);
        for server in [&one, &two, &three] {
            assert_eq!(published(server), std::slice::from_ref(&new));
            assert_eq!(kid_of(&good_for(server, &manager)), new);
        }
        let fresh = Server::on(&url, &[]);
        fresh.with_token(&third).get("/v1/me").ok();
        let gone = fresh.with_token(&first).get("/v1/me").expect(401);
        gone.is_problem("unauthenticated");
    }
}

#[test]
fn an_instance_that_missed_a_rotation_looks_the_new_key_up() {
    let url = databases::filled(Kind::Postgres);
    let one = Server::on(&url, &[]);
    on_a_runtime(&one, |_, database| async move {
        keys::rotate(&database, Replaced::Retires).await.unwrap()
    });
    let two = Server::on(&url, &[]);
    pass(&[&two], 370);
    let token = good(&two);
    on_a_runtime(&one, |keys, database| async move {
        let later = clock::now().plus_seconds(6);
        keys.look_again(&database, later).await.unwrap();
    });
    one.with_token(&token).get("/v1/me").ok();
}

#[test]
fn a_signing_key_that_somebody_else_may_have_is_good_for_nothing_once_it_is_withdrawn() {
    for kind in Kind::BOTH {
        let url = databases::filled(kind);
        let (one, two) = (Server::on(&url, &[]), Server::on(&url, &[]));
        let leaked = good(&one);
        for server in [&one, &two] {
            server.with_token(&leaked).get("/v1/me").ok();
        }
        let new = on_a_runtime(&one, |_, database| async move {
            keys::rotate(&database, Replaced::IsWithdrawn).await.unwrap()
        });
        let three = Server::on(&url, &[]);
        assert_eq!(published(&three), std::slice::from_ref(&new));
        let refused = three.with_token(&leaked).get("/v1/me").expect(401);
        refused.is_problem("unauthenticated");
        // The others find out by the first token of the new key, or within a minute.
        let fresh = good(&three);
        for server in [&one, &two] {
            let fresh = server.with_token(&fresh);
            let started = Instant::now();
            while fresh.get("/v1/me").send().status != 200 {
                assert!(started.elapsed().as_secs() < 30, "the new key is not found out");
                std::thread::sleep(Duration::from_millis(200));
            }
            let refused = server.with_token(&leaked).get("/v1/me").expect(401);
            refused.is_problem("unauthenticated");
            assert_eq!(published(server), std::slice::from_ref(&new));
        }
    }
}

#[test]
fn keys_in_files_are_replaced_without_an_outage() {
    let folder = std::env::temp_dir().join(format!("msp-api-keys-{}", Id::new()));
    std::fs::create_dir(&folder).unwrap();
    let file = |name: &str, text: &[u8]| {
        let path = folder.join(name);
        let mut file = private_files::open(&path).unwrap();
        file.write_all(text).unwrap();
        path.display().to_string()
    };
    let pem = || openssl(&["genpkey", "-algorithm", "ed25519"], b"");
    let public = |pem: &[u8]| openssl(&["pkey", "-pubout"], pem);
    let (old, new) = (pem(), pem());
    let setting = |own: &str, others: &[String]| {
        [
            format!("--signing-key-file={own}"),
            format!("--other-key-files={}", others.join(",")),
        ]
    };
    let url = databases::filled(Kind::Sqlite);
    let start = |settings: [String; 2]| Server::on(&url, &[&settings[0], &settings[1]]);
    // First every instance learns of the next key, then it signs: its public part is enough before and after.
    let before = start(setting(&file("old.pem", &old), &[file("new.pub", &public(&new))]));
    let after = start(setting(&file("new.pem", &new), &[file("old.pub", &public(&old))]));
    let tokens = [good(&before), good(&after)];
    assert_ne!(part(&tokens[0], 0)["kid"], part(&tokens[1], 0)["kid"]);
    for server in [&before, &after] {
        assert_eq!(published(server).len(), 2);
        for token in &tokens {
            server.with_token(token).get("/v1/me").ok();
        }
    }
}
