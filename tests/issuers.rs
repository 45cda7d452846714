//! Tokens of issuers that the operator trusts, against an issuer with a listener of its own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;
use msp_api::clock;
use serde_json::{Value, json};

use crate::commands::{printed, program, serve};
use crate::private_keys::Key;
use crate::support::{Actor, Kind, Server, databases};

/// Publishes keys, and counts who asks for them.
pub struct Publisher {
    pub base: String,
    keys: Arc<Mutex<Value>>,
    asked: mpsc::Receiver<()>,
}

impl Publisher {
    pub fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let keys = Arc::new(Mutex::new(set(keys)));
        let (asking, asked) = mpsc::channel();
        let published = Arc::clone(&keys);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 2048];
                let _ = stream.read(&mut request);
                let body = published.lock().unwrap().to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
                let _ = asking.send(());
            }
        });
        Self { base, keys, asked }
    }

    /// Waits until it was asked for its keys.
    pub fn was_asked(&self) {
        self.asked
            .recv_timeout(Duration::from_secs(10))
            .expect("the keys are asked for");
    }

    /// Whether it was asked since, by what has been answered already.
    pub fn was_asked_again(&self) -> bool {
        self.asked.try_recv().is_ok()
    }

    /// Publishes other keys from now on.
    pub fn publish(&self, keys: &[&Key]) {
        *self.keys.lock().unwrap() = set(keys);
    }
}

fn set(keys: &[&Key]) -> Value {
    let keys: Vec<&Value> = keys.iter().map(|key| &key.published).collect();
    json!({"keys": keys})
}

fn server_trusting(kind: Kind, issuers: &Value) -> Server {
    let file = std::env::temp_dir().join(format!("msp-api-issuers-{}.json", msp_api::ids::Id::new()));
    std::fs::write(&file, issuers.to_string()).unwrap();
    let setting = format!("--oidc-issuers={}", file.display());
    Server::on(&databases::filled(kind), &[&setting])
}

fn claims(issuer: &str) -> Value {
    let now = clock::now().unix_seconds();
    json!({"iss": issuer, "aud": "msp", "sub": "7f3a", "preferred_username": "manager", "iat": now, "exp": now + 600})
}

#[test]
fn a_token_of_a_trusted_issuer_is_the_users_own_and_anything_else_is_refused() {
    for kind in Kind::BOTH {
        let key = Key::new(Algorithm::ES256, "a");
        let issuer = Publisher::start(&[&key]);
        let entry = json!({"issuer": issuer.base, "audience": "msp", "jwksUrl": format!("{}/keys", issuer.base),
            "usernameClaim": "preferred_username", "authorities": ["northbank"]});
        let server = server_trusting(kind, &json!([entry]));
        issuer.was_asked();
        let good = key.sign(&key.header(), &claims(&issuer.base));
        let me = server.with_token(&good).get("/v1/me").ok();
        assert_eq!(me.text("/id"), server.user_id("manager"));
        server.with_token(&good).get("/v1/cases").ok();

        let now = clock::now().unix_seconds();
        for (name, value) in [
            ("iss", json!("https://elsewhere.example")),
            ("iss", json!(null)),
            ("iss", json!([issuer.base])),
            ("aud", json!("another")),
            ("aud", json!(null)),
            ("aud", json!(7)),
            ("sub", json!(null)),
            ("preferred_username", json!(null)),
            ("preferred_username", json!("")),
            ("preferred_username", json!(7)),
            ("preferred_username", json!("nobody-here")),
            ("exp", json!(null)),
            ("exp", json!(now + 900_000)),
            ("exp", json!("soon")),
            ("iat", json!(null)),
            ("nbf", json!(now + 600)),
        ] {
            let mut wrong = claims(&issuer.base);
            wrong[name] = value;
            let refused = server
                .with_token(&key.sign(&key.header(), &wrong))
                .get("/v1/me")
                .expect(401);
            refused.is_problem("unauthenticated");
        }
        let mut expired = claims(&issuer.base);
        (expired["iat"], expired["exp"]) = (json!(now - 700), json!(now - 100));
        let refused = server
            .with_token(&key.sign(&key.header(), &expired))
            .get("/v1/me")
            .expect(401);
        refused.is_problem("token_expired");
        let stranger = Key::new(Algorithm::ES256, "a");
        let forged = stranger.sign(&stranger.header(), &claims(&issuer.base));
        server
            .with_token(&forged)
            .get("/v1/me")
            .expect(401)
            .is_problem("unauthenticated");
        let mut header = key.header();
        header.jku = Some(format!("{}/keys", issuer.base));
        server
            .with_token(&key.sign(&header, &claims(&issuer.base)))
            .get("/v1/me")
            .expect(401);
        // A client's name is no person's.
        let mut client = claims(&issuer.base);
        client["preferred_username"] = json!("police-intake");
        server
            .with_token(&key.sign(&key.header(), &client))
            .get("/v1/me")
            .expect(401);
        assert!(
            issuer.asked.try_recv().is_err(),
            "nothing of this made the server connect anywhere"
        );

        let account = format!("/v1/users/{}", me.text("/id"));
        let admin = server.as_("admin");
        admin
            .patch(&account, &json!({"enabled": false}))
            .if_match(&admin.tag(&account))
            .ok();
        server
            .with_token(&good)
            .get("/v1/me")
            .expect(401)
            .is_problem("access_ended");
    }
}

#[test]
fn s07_an_issuer_speaks_only_of_people_of_its_authorities_and_roles() {
    for kind in Kind::BOTH {
        let (east, north) = (Key::new(Algorithm::EdDSA, "e"), Key::new(Algorithm::EdDSA, "n"));
        let entry = |name: &str, key: &Key, bounds: Value| {
            let file = std::env::temp_dir().join(format!("msp-api-keys-{}.json", msp_api::ids::Id::new()));
            std::fs::write(&file, set(&[key]).to_string()).unwrap();
            let mut entry = json!({"issuer": name, "audience": "msp", "jwksFile": file, "usernameClaim": "preferred_username"});
            for (member, value) in bounds.as_object().unwrap() {
                entry[member] = value.clone();
            }
            entry
        };
        let admins = Key::new(Algorithm::EdDSA, "a");
        let server = server_trusting(
            kind,
            &json!([
                entry(
                    "https://east.example",
                    &east,
                    json!({"authorities": ["eastmoor"]})
                ),
                entry(
                    "https://north.example",
                    &north,
                    json!({"authorities": ["northbank", "westvale"]})
                ),
                entry(
                    "https://admins.example",
                    &admins,
                    json!({"authorities": ["northbank"], "roles": ["admin", "auditor"]})
                ),
            ]),
        );
        let signs = |issuer: &str, key: &Key, name: &str| {
            let mut said = claims(issuer);
            said["preferred_username"] = json!(name);
            let answer = server
                .with_token(&key.sign(&key.header(), &said))
                .get("/v1/me")
                .send();
            if answer.status != 200 {
                assert_eq!(answer.status, 401);
                answer.is_problem("unauthenticated");
            }
            answer.status == 200
        };
        // Somebody who works in two authorities is neither's alone to name.
        server.add_user("both", msp_api::policy::Role::Practitioner, "northbank", None);
        server.add_user("nobody", msp_api::policy::Role::Practitioner, "northbank", None);
        server.database(|conn| {
            use msp_api::people::users;
            use msp_api::policy::{Role, RoleGrant};
            let role = |authority: &str| RoleGrant {
                role: Role::Practitioner,
                authority: authority.to_owned(),
            };
            for (name, roles) in [
                ("both", vec![role("northbank"), role("eastmoor")]),
                ("nobody", vec![]),
            ] {
                let user = users::named(conn, name)?.expect("made above");
                users::set_roles(conn, user.id, &roles)?;
            }
            Ok(())
        });
        for name in [
            "manager",
            "practitioner",
            "duty",
            "advocate",
            "adult",
            "representative",
            "board",
            "analyst",
            "auditor",
        ] {
            assert!(
                !signs("https://east.example", &east, name),
                "eastmoor's signs {name}"
            );
            assert!(
                signs("https://north.example", &north, name),
                "northbank's signs {name}"
            );
            assert_eq!(
                signs("https://admins.example", &admins, name),
                name == "auditor",
                "{name}"
            );
        }
        assert!(signs("https://east.example", &east, "manager-eastmoor"));
        for name in ["both", "manager-eastmoor"] {
            assert!(!signs("https://north.example", &north, name), "{name}");
        }
        assert!(!signs("https://east.example", &east, "both"));
        assert!(
            signs("https://north.example", &north, "nobody"),
            "registered by northbank"
        );
        assert!(!signs("https://east.example", &east, "nobody"));
        for name in ["admin", "admin2"] {
            assert!(
                !signs("https://north.example", &north, name),
                "never an administrator unless that is named"
            );
            assert!(!signs("https://east.example", &east, name));
            assert!(signs("https://admins.example", &admins, name));
        }
    }
}

#[test]
fn keys_in_a_file_and_a_file_that_is_wrong() {
    let key = Key::new(Algorithm::RS256, "a");
    let file = std::env::temp_dir().join(format!("msp-api-keys-{}.json", msp_api::ids::Id::new()));
    std::fs::write(&file, set(&[&key]).to_string()).unwrap();
    let entry = json!({"issuer": "https://login.example.org", "audience": "msp", "jwksFile": file, "usernameClaim": "preferred_username", "authorities": ["northbank"]});
    let server = server_trusting(Kind::Sqlite, &json!([entry]));
    let good = key.sign(&key.header(), &claims("https://login.example.org"));
    server.with_token(&good).get("/v1/me").ok();
    let plain = json!([{"issuer": "x", "audience": "msp", "jwksUrl": "http://login.example.org/keys", "usernameClaim": "sub", "authorities": ["northbank"]}]);
    let without = |name: &str| {
        let mut entry = entry.clone();
        entry.as_object_mut().unwrap().remove(name);
        json!([entry]).to_string()
    };
    let with = |name: &str, value: Value| {
        let mut entry = entry.clone();
        entry[name] = value;
        json!([entry]).to_string()
    };
    // The keys stay where they are: it is the entry that is wrong.
    let issuers = file.with_extension("issuers");
    std::fs::write(&issuers, json!([entry]).to_string()).unwrap();
    assert!(msp_api::auth::issuers::Issuers::load(Some(&issuers), "https://api.example.org").is_ok());
    for wrong in [
        without("authorities"),
        with("authorities", json!([])),
        with("authorities", json!([""])),
        with("roles", json!(["governor"])),
    ] {
        std::fs::write(&issuers, &wrong).unwrap();
        let loaded = msp_api::auth::issuers::Issuers::load(Some(&issuers), "https://api.example.org");
        assert!(loaded.is_err(), "{wrong}");
    }
    for wrong in [
        plain.to_string(),
        "{}".to_owned(),
        json!([{"issuer": "x"}]).to_string(),
    ] {
        std::fs::write(&file, wrong).unwrap();
        assert!(msp_api::auth::issuers::Issuers::load(Some(&file), "https://api.example.org").is_err());
    }
}

#[test]
fn an_unknown_key_is_looked_for_once_a_minute_and_no_request_waits_for_it() {
    let (old, new) = (Key::new(Algorithm::EdDSA, "a"), Key::new(Algorithm::EdDSA, "b"));
    let issuer = Publisher::start(&[&old]);
    let entry = json!({"issuer": issuer.base, "audience": "msp", "jwksUrl": issuer.base, "usernameClaim": "preferred_username", "authorities": ["northbank"]});
    let file = std::env::temp_dir().join(format!("msp-api-issuers-{}.json", msp_api::ids::Id::new()));
    std::fs::write(&file, json!([entry]).to_string()).unwrap();
    let trusted = msp_api::auth::issuers::Issuers::load(Some(&file), "https://api.example.org").unwrap();
    issuer.was_asked();
    let server = Server::start(Kind::Sqlite);
    let tokens = &server.app().tokens;
    let (now, later) = (clock::now(), clock::now().plus_seconds(61));
    let token = |key: &Key| key.sign(&key.header(), &claims(&issuer.base));
    assert!(trusted.accept(&token(&old), tokens, now).is_ok());
    *issuer.keys.lock().unwrap() = set(&[&new]);
    // Within the minute nobody is asked, however many tokens of unknown keys there are.
    for _ in 0..20 {
        assert!(trusted.accept(&token(&new), tokens, now).is_err());
    }
    assert!(issuer.asked.try_recv().is_err());
    assert!(
        trusted.accept(&token(&new), tokens, later).is_err(),
        "this request does not wait"
    );
    issuer.was_asked();
    let patience = Instant::now();
    while trusted.accept(&token(&new), tokens, later).is_err() {
        assert!(
            patience.elapsed() < Duration::from_secs(10),
            "the new key is never known"
        );
        std::thread::yield_now();
    }
    assert!(
        trusted.accept(&token(&old), tokens, later).is_err(),
        "the old one is withdrawn"
    );
    assert!(issuer.asked.try_recv().is_err(), "and nobody was asked again");
}

#[test]
fn an_issuer_in_a_process_of_its_own_says_who_somebody_is_until_it_withdraws_its_key() {
    // This very program, as another organisation would run it: it publishes its keys, and its tokens name their user in `sub`.
    let theirs = databases::empty(Kind::Sqlite);
    let name = ("MSP_PUBLIC_URL", "https://login.example.org");
    let said = |arguments: &[&str]| {
        let output = program(&theirs)
            .env(name.0, name.1)
            .args(arguments)
            .output()
            .unwrap();
        printed(&output)
    };
    let issuer = serve(&theirs, &[], &[name]);
    said(&[
        "user",
        "add",
        "jo",
        "--role",
        "practitioner",
        "--authority",
        "northbank",
    ]);
    let token = said(&["token", "jo"]);
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&token).unwrap();
    let subject = claims["sub"].as_str().unwrap();
    let entry = json!({"issuer": name.1, "audience": name.1, "usernameClaim": "sub", "authorities": ["northbank"],
        "jwksUrl": format!("{}/.well-known/jwks.json", issuer.base)});
    let trusting = |kind: Kind| {
        let server = server_trusting(kind, &json!([entry]));
        server.with_token(&token).get("/v1/me").expect(401);
        server.add_user(subject, msp_api::policy::Role::Manager, "northbank", None);
        server
    };
    for kind in Kind::BOTH {
        let server = trusting(kind);
        let me = server.with_token(&token).get("/v1/me").ok();
        assert_eq!(
            me.text("/roles/0/role"),
            "manager",
            "roles are given here, whoever says who it is"
        );
        server.with_token(&token).get("/v1/cases").ok();
    }
    said(&["rotate-key", "--withdraw"]);
    // The process looks for a new key every minute, and when it is shown a token of one.
    let renewed = said(&["token", "jo"]);
    let jo = Actor::new(&issuer.base, Some(renewed.clone()));
    let started = Instant::now();
    while jo.get("/v1/me").send().status != 200 {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "the issuer has not found its new key"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    let later = trusting(Kind::Sqlite);
    later.with_token(&renewed).get("/v1/me").ok();
    later.with_token(&token).get("/v1/me").expect(401);
    issuer.stop();
}
