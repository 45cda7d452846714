//! What a browser, and what stands between it and the server, may do with answers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

mod cache;

use cache::{Manners, SharedCache};
use msp_api::ids::Id;
use serde_json::json;

use crate::support::{Actor, Answer, Kind, Server, databases};

const APP: &str = "https://app.example.org";
const OTHER_APP: &str = "http://localhost:3000";

fn preflight(actor: &Actor, path: &str, origin: &str) -> Answer {
    actor
        .request("OPTIONS", path, None)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header(
            "Access-Control-Request-Headers",
            "authorization,content-type,if-match",
        )
        .send()
}

fn allows_nothing(answer: &Answer) {
    for name in answer.headers.keys() {
        assert!(
            !name.starts_with("access-control-"),
            "{}: {name}",
            answer.described
        );
    }
}

fn says_nothing_is_kept(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.described);
    assert!(!answer.headers.contains_key("set-cookie"), "{}", answer.described);
    assert_ne!(
        answer.header("access-control-allow-origin"),
        "*",
        "{}",
        answer.described
    );
    assert!(
        !answer.headers.contains_key("access-control-allow-credentials"),
        "{}",
        answer.described
    );
}

/// Every path of the contract, with ids of nothing in it, and the pages beside it.
fn paths(server: &Server) -> Vec<String> {
    let contract = server.nobody().get("/openapi.json").ok().body;
    let of_the_contract = contract["paths"].as_object().unwrap().keys().map(|template| {
        let parts = template.split('/').map(|part| match part {
            "{code}" => "stale",
            part if part.starts_with('{') => "019a4c3e-8f00-7000-8000-000000000001",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    });
    let pages = [
        "/",
        "/nothing",
        "/v1/nothing",
        "/docs/",
        "/docs/swagger-ui.css",
        "/docs/nothing",
    ];
    of_the_contract.chain(pages.map(str::to_owned)).collect()
}

/// A server that lets its answers be kept.
fn one_that_lets_keep(vary: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let vary = vary.to_owned();
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let body = number.to_string();
            let head = format!(
                "cache-control: public, max-age=60\r\nvary: {vary}\r\nconnection: close\r\ncontent-length: {}",
                body.len()
            );
            let _ = (&client).write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes());
        }
    });
    base
}

#[test]
fn the_cache_of_these_tests_does_keep_what_it_may() {
    let cache = SharedCache::before(&one_that_lets_keep("Accept-Language"), Manners::Standard);
    let (first, second) = (
        Actor::new(&cache.base, Some("a".to_owned())),
        Actor::new(&cache.base, Some("b".to_owned())),
    );
    assert_eq!(first.get("/page").ok().text, "0");
    assert_eq!(
        second.get("/page").ok().text,
        "0",
        "kept from the first and given to the second"
    );
    assert_eq!(second.get("/page").header("Accept-Language", "cy").ok().text, "1");
    assert_eq!(second.get("/other").ok().text, "2");
    assert_eq!((cache.hits(), cache.stored()), (1, 3));
}

on_both_databases! {
    fn a_cache_in_between_never_mixes_users(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let case = format!("/v1/cases/{case}");
        let outcomes = format!("{case}/desired-outcomes");
        let everybody = ["manager", "practitioner", "practitioner2", "adult", "advocate", "manager-eastmoor", "police-intake"];
        for manners in [Manners::Standard, Manners::Careless] {
            let cache = SharedCache::before(&server.base, manners);
            let through = |who: &str| server.as_(who).at(&cache.base);
            for round in 0..2 {
                for path in ["/v1/me", "/v1/cases", &case, &outcomes, "/v1/reference-data", "/v1/nothing"] {
                    for who in everybody {
                        let asked = Id::new().to_string();
                        let got = through(who).get(path).header("X-Request-ID", &asked).send();
                        assert_eq!(got.header("x-request-id"), asked, "{manners:?} {round}: {who} got another's {path}");
                        let direct = server.as_(who).get(path).header("X-Request-ID", &asked).send();
                        assert_eq!((got.status, got.text), (direct.status, direct.text), "{manners:?} {round}: {who} {path}");
                    }
                    server.nobody().at(&cache.base).get(path).expect(401);
                }
            }
            let wish = json!({"ownWords": format!("I want to be asked, {manners:?}"), "expressedBy": "adult"});
            through("adult").post(&outcomes, &wish).created();
            let seen = through("practitioner").get(&outcomes).ok();
            assert!(seen.text.contains(&format!("asked, {manners:?}")), "{}", seen.text);
            assert_eq!((cache.hits(), cache.stored()), (0, 0), "{manners:?}");
        }
    }

    fn no_answer_is_kept_and_none_sets_a_cookie(server) {
        for path in paths(server) {
            for actor in [server.nobody(), server.as_("manager")] {
                for method in ["GET", "OPTIONS", "DELETE", "POST"] {
                    let answer = actor.request(method, &path, None).header("Origin", APP).header("Cookie", "a=b").send();
                    says_nothing_is_kept(&answer);
                    allows_nothing(&answer);
                }
            }
        }
        let signed_in = server.nobody().post("/v1/sessions", &json!({"username": "manager", "password": "wrong"})).send();
        says_nothing_is_kept(&signed_in);
    }

    fn without_a_named_origin_a_browser_app_from_elsewhere_is_refused(server) {
        for path in ["/v1/cases", "/v1/sessions", "/oauth2/token", "/v1/nothing", "/openapi.json"] {
            for actor in [server.nobody(), server.as_("manager")] {
                let answer = preflight(&actor, path, APP);
                assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
                allows_nothing(&answer);
            }
        }
        let answer = server.as_("manager").get("/v1/cases").header("Origin", APP).ok();
        allows_nothing(&answer);
        assert!(!answer.headers.contains_key("vary"));
    }
}

#[test]
fn a_browser_app_of_a_named_origin_may_call_and_no_other() {
    for kind in Kind::BOTH {
        let named = format!("--cors-origins={APP},{OTHER_APP}");
        let server = Server::on(&databases::filled(kind), &[&named]);
        let manager = server.as_("manager");
        for origin in [APP, OTHER_APP] {
            for path in ["/v1/cases", "/v1/sessions", "/oauth2/token", "/v1/nothing"] {
                let answer = preflight(&server.nobody(), path, origin);
                assert_eq!(answer.status, 204, "{path}");
                says_nothing_is_kept(&answer);
                assert_eq!(answer.header("access-control-allow-origin"), origin);
                assert_eq!(answer.header("vary"), "Origin");
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                    assert!(answer.header("access-control-allow-methods").contains(method));
                }
                let headers = answer.header("access-control-allow-headers").to_lowercase();
                for header in ["authorization", "content-type", "if-match", "idempotency-key"] {
                    assert!(headers.split(", ").any(|named| named == header), "{header}");
                }
            }
            let refused = server
                .nobody()
                .get("/v1/cases")
                .header("Origin", origin)
                .expect(401);
            for answer in [manager.get("/v1/cases").header("Origin", origin).ok(), refused] {
                says_nothing_is_kept(&answer);
                assert_eq!(
                    answer.header("access-control-allow-origin"),
                    origin,
                    "an app reads why, too"
                );
                assert_eq!(answer.header("vary"), "Origin");
                assert!(answer.header("access-control-expose-headers").contains("ETag"));
            }
        }
        for origin in [
            "https://other.example.org",
            "https://app.example.org.evil.example",
            "https://evil.example/app.example.org",
            "http://app.example.org",
            "https://app.example.org:8443",
            "https://APP.example.org",
            "http://localhost:3000, https://app.example.org",
            "null",
            "*",
            "",
        ] {
            let asked = preflight(&server.nobody(), "/v1/cases", origin);
            assert!((400..500).contains(&asked.status), "{origin}: {}", asked.status);
            for answer in [asked, manager.get("/v1/cases").header("Origin", origin).ok()] {
                says_nothing_is_kept(&answer);
                allows_nothing(&answer);
                assert_eq!(
                    answer.header("vary"),
                    "Origin",
                    "another origin would be answered otherwise"
                );
            }
        }
        // Not every OPTIONS is a preflight.
        let plain = server
            .nobody()
            .request("OPTIONS", "/v1/cases", None)
            .header("Origin", APP)
            .send();
        assert_eq!(plain.status, 401);
        assert!(
            databases::config("sqlite:unused.db", &[])
                .listing()
                .contains("MSP_CORS_ORIGINS=- (default)")
        );
    }
}
