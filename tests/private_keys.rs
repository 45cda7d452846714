//! Clients that show who they are by a key of theirs (`private_key_jwt`).

use std::io::Write;
use std::process::{Command, Stdio};

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use msp_api::clock;
use msp_api::ids::Id;
use serde_json::{Value, json};

use crate::hostile_tokens::Trap;
use crate::issuers::Publisher;
use crate::support::{Answer, Kind, Server, databases};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A private key, its algorithm and the public part that is registered.
pub struct Key {
    signing: EncodingKey,
    algorithm: Algorithm,
    pub published: Value,
}

pub fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is there");
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().stdout
}

impl Key {
    pub fn new(algorithm: Algorithm, kid: &str) -> Self {
        let rsa = ["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"];
        let signing = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => {
                let curve = if algorithm == Algorithm::ES256 {
                    "P-256"
                } else {
                    "P-384"
                };
                let curve = format!("ec_paramgen_curve:{curve}");
                EncodingKey::from_ec_pem(&openssl(
                    &["genpkey", "-algorithm", "ec", "-pkeyopt", &curve],
                    b"",
                ))
            }
            Algorithm::EdDSA => {
                EncodingKey::from_ed_pem(&openssl(&["genpkey", "-algorithm", "ed25519"], b""))
            }
            _ => EncodingKey::from_rsa_pem(&openssl(&rsa, b"")),
        };
        let signing = signing.expect("a key");
        let mut published =
            serde_json::to_value(Jwk::from_encoding_key(&signing, algorithm).unwrap()).unwrap();
        published["kid"] = json!(kid);
        Self {
            signing,
            algorithm,
            published,
        }
    }

    pub fn header(&self) -> Header {
        let mut header = Header::new(self.algorithm);
        header.kid = self.published["kid"].as_str().map(str::to_owned);
        header
    }

    pub fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.signing).expect("a token")
    }
}

fn client_with(server: &Server, keys: &[&Key]) -> String {
    let admin = server.as_("admin");
    let agency = admin.get("/v1/agencies").ok().text("/items/0/id");
    let keys: Vec<&Value> = keys.iter().map(|key| &key.published).collect();
    let name = format!("client-{}", Id::new());
    let new = json!({"name": name, "agencyId": agency, "scopes": ["referrals:read"], "authorities": ["northbank"], "jwks": {"keys": keys}});
    let client = admin.post("/v1/api-clients", &new).created().id();
    server.second_person_approves();
    client
}

fn claims(server: &Server, client: &str) -> Value {
    let url = server
        .nobody()
        .get("/.well-known/oauth-authorization-server")
        .ok()
        .text("/token_endpoint");
    json!({"iss": client, "sub": client, "aud": url, "jti": Id::new(), "exp": clock::now().unix_seconds() + 240})
}

fn ask(server: &Server, assertion: &str) -> Answer {
    let form =
        format!("grant_type=client_credentials&client_assertion_type={TYPE}&client_assertion={assertion}");
    let request = server.nobody().request("POST", "/oauth2/token", Some(form));
    request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send()
}

fn is_refused(server: &Server, assertion: &str, why: &str) {
    let refused = ask(server, assertion);
    assert_eq!(
        (refused.status, refused.text("/error")),
        (401, "invalid_client".to_owned()),
        "{why}"
    );
}

on_both_databases! {
    fn every_algorithm_of_the_contract_is_taken(server) {
        use Algorithm::{ES256, ES384, EdDSA, PS256, RS512};
        for algorithm in [RS512, PS256, ES256, ES384, EdDSA] {
            let key = Key::new(algorithm, "2026-11");
            let client = client_with(server, &[&key]);
            let granted = ask(server, &key.sign(&key.header(), &claims(server, &client)));
            assert_eq!(granted.status, 200, "{algorithm:?}: {}", granted.text);
            server.with_token(&granted.text("/access_token")).get("/v1/referrals").ok();
        }
    }

    fn an_assertion_is_good_once_and_for_five_minutes(server) {
        let key = Key::new(Algorithm::EdDSA, "a");
        let client = client_with(server, &[&key]);
        let good = claims(server, &client);
        let once = key.sign(&key.header(), &good);
        assert_eq!(ask(server, &once).status, 200);
        is_refused(server, &once, "the same jti again");
        let issuer = server.nobody().get("/.well-known/oauth-authorization-server").ok().text("/issuer");
        let changed = |name: &str, value: Value| {
            let mut claims = claims(server, &client);
            claims[name] = value;
            key.sign(&key.header(), &claims)
        };
        assert_eq!(ask(server, &changed("aud", json!(issuer))).status, 200);
        assert_eq!(ask(server, &changed("aud", json!([issuer]))).status, 200);
        let now = clock::now().unix_seconds();
        for (name, value) in [
            ("aud", json!("https://elsewhere.example/oauth2/token")),
            ("aud", json!(7)),
            ("aud", json!(null)),
            ("iss", json!(Id::new())),
            ("iss", json!([client])),
            ("sub", json!(Id::new())),
            ("sub", json!(null)),
            ("exp", json!(now - 60)),
            ("exp", json!(now + 400)),
            ("exp", json!(now + 86_400)),
            ("exp", json!("soon")),
            ("exp", json!(null)),
            ("jti", json!("")),
            ("jti", json!(null)),
            ("jti", json!(7)),
            ("jti", json!("j".repeat(256))),
            ("nbf", json!(now + 600)),
        ] {
            is_refused(server, &changed(name, value.clone()), &format!("{name} {value}"));
        }
    }

    fn only_the_registered_key_by_its_name_and_algorithm(server) {
        let (key, other) = (Key::new(Algorithm::RS512, "a"), Key::new(Algorithm::EdDSA, "b"));
        let client = client_with(server, &[&key, &other]);
        let stranger = Key::new(Algorithm::RS512, "a");
        let trap = Trap::set();
        is_refused(server, &stranger.sign(&stranger.header(), &claims(server, &client)), "somebody else's key");
        let with = |change: &dyn Fn(&mut Header)| {
            let mut header = key.header();
            change(&mut header);
            key.sign(&header, &claims(server, &client))
        };
        is_refused(server, &with(&|header| header.kid = Some("b".to_owned())), "another key's name");
        is_refused(server, &with(&|header| header.kid = Some("c".to_owned())), "an unknown name");
        is_refused(server, &with(&|header| header.kid = None), "no name");
        is_refused(server, &with(&|header| header.alg = Algorithm::RS256), "another algorithm");
        is_refused(server, &with(&|header| header.jku = Some(trap.url())), "jku");
        is_refused(server, &with(&|header| header.x5u = Some(trap.url())), "x5u");
        is_refused(server, &with(&|header| header.jwk = serde_json::from_value(stranger.published.clone()).ok()), "jwk");
        let by_secret = EncodingKey::from_secret(key.published["n"].as_str().unwrap().as_bytes());
        let mut hmac = Header::new(Algorithm::HS256);
        hmac.kid = Some("a".to_owned());
        is_refused(server, &encode(&hmac, &claims(server, &client), &by_secret).unwrap(), "HMAC with what is public");
        let mut padded = claims(server, &client);
        padded["padding"] = json!("x".repeat(5000));
        is_refused(server, &key.sign(&key.header(), &padded), "oversize");
        for nonsense in ["", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."] {
            is_refused(server, nonsense, nonsense);
        }
        assert_eq!(ask(server, &with(&|_| ())).status, 200);

        let good = with(&|_| ());
        let two_ways = format!("grant_type=client_credentials&client_secret=x&client_assertion_type={TYPE}&client_assertion={good}");
        let request = server.nobody().request("POST", "/oauth2/token", Some(two_ways));
        let refused = request.header("Content-Type", "application/x-www-form-urlencoded").send();
        assert_eq!(refused.text("/error"), "invalid_request");

        let place = format!("/v1/api-clients/{client}");
        let admin = server.as_("admin");
        admin.patch(&place, &json!({"jwks": {"keys": [other.published]}})).if_match(&admin.tag(&place)).ok();
        is_refused(server, &with(&|_| ()), "a key that was taken away");
        assert_eq!(ask(server, &other.sign(&other.header(), &claims(server, &client))).status, 200);
        admin.patch(&place, &json!({"enabled": false})).if_match(&admin.tag(&place)).ok();
        is_refused(server, &other.sign(&other.header(), &claims(server, &client)), "a disabled client");
        trap.is_untouched();
    }
}

on_both_databases! {
    fn the_keys_a_client_publishes_are_fetched_when_it_asks_and_again_for_one_that_is_not_known(server) {
        let (first, second) = (Key::new(Algorithm::RS512, "a"), Key::new(Algorithm::RS512, "b"));
        let publisher = Publisher::start(&[&first]);
        let client = client_with(server, &[&first]);
        publishes(server, &client, &format!("{}/keys", publisher.base));
        let asks = |key: &Key| ask(server, &key.sign(&key.header(), &claims(server, &client))).status;
        assert_eq!((asks(&first), asks(&first)), (200, 200));
        publisher.was_asked();
        publisher.publish(&[&second]);
        // A key that is not known is looked for once a minute at most, whoever asks.
        assert_eq!((asks(&second), asks(&second), asks(&first)), (401, 401, 200));
        assert!(!publisher.was_asked_again());
        let (id, place, later) = (Id::parse(&client).unwrap(), format!("{}/keys", publisher.base), clock::now().plus_seconds(61));
        let fetched = server.wait(server.app().published_keys.of(id, &place, "b", later));
        assert_eq!(fetched.expect("the new set").keys.len(), 1);
        assert_eq!((asks(&second), asks(&first)), (200, 401));
        publisher.was_asked();
        is_refused(server, &second.sign(&first.header(), &claims(server, &client)), "a key under another's name");
    }

    fn where_a_client_publishes_its_keys_is_said_by_an_administrator_and_by_tls(server) {
        let key = Key::new(Algorithm::ES256, "a");
        let client = client_with(server, &[&key]);
        let (admin, place) = (server.as_("admin"), format!("/v1/api-clients/{client}"));
        let change = |body: Value| admin.patch(&place, &body).if_match(&admin.tag(&place));
        let both = change(json!({"jwksUri": "https://keys.example.org/jwks"})).expect(422);
        assert_eq!(both.pointers("errors"), ["/jwksUri"]);
        let plain = change(json!({"jwks": null, "jwksUri": "http://127.0.0.1:1/jwks"})).expect(422);
        assert_eq!(plain.pointers("errors"), ["/jwksUri"]);
        change(json!({"jwks": null, "jwksUri": "https://127.0.0.1:1/jwks"})).ok();
        assert_eq!(server.second_person_approves(), 1);
        let published = admin.get(&place).ok();
        assert_eq!(published.text("/jwksUri"), "https://127.0.0.1:1/jwks");
        assert!(published.body.get("jwks").is_none());
        is_refused(server, &key.sign(&key.header(), &claims(server, &client)), "keys that cannot be fetched");
    }
}

#[test]
fn a_token_that_names_another_place_for_its_key_makes_nobody_ask_there() {
    let (server, trap) = (Server::start(Kind::Sqlite), Trap::set());
    let key = Key::new(Algorithm::RS512, "a");
    let publisher = Publisher::start(&[&key]);
    let client = client_with(&server, &[&key]);
    publishes(&server, &client, &publisher.base);
    for member in ["jku", "x5u", "jwk"] {
        let mut header = key.header();
        match member {
            "jku" => header.jku = Some(trap.url()),
            "x5u" => header.x5u = Some(trap.url()),
            _ => header.jwk = serde_json::from_value(key.published.clone()).ok(),
        }
        is_refused(&server, &key.sign(&header, &claims(&server, &client)), member);
    }
    trap.is_untouched();
}

/// The client has its keys at this address from now on; the API itself takes none without TLS.
fn publishes(server: &Server, client: &str, url: &str) {
    let (client, url) = (Id::parse(client).unwrap(), url.to_owned());
    server.database(move |conn| {
        use diesel::prelude::*;
        use msp_api::db::types::Json;
        use msp_api::schema::people::api_clients as table;
        diesel::update(table::table.find(client))
            .set((table::jwks.eq(None::<Json<Value>>), table::jwks_uri.eq(&url)))
            .execute(conn)?;
        Ok(())
    });
}

#[test]
fn an_assertion_used_at_one_instance_is_used_at_all() {
    let url = databases::filled(Kind::Postgres);
    let (one, two) = (Server::on(&url, &[]), Server::on(&url, &[]));
    let key = Key::new(Algorithm::ES256, "a");
    let client = client_with(&one, &[&key]);
    let assertion = key.sign(&key.header(), &claims(&one, &client));
    let granted: usize = std::thread::scope(|scope| {
        let servers = [&one, &two, &one, &two];
        let all = servers.map(|server| scope.spawn(|| ask(server, &assertion).status));
        all.into_iter()
            .map(|one| usize::from(one.join().unwrap() == 200))
            .sum()
    });
    assert_eq!(granted, 1);
}
