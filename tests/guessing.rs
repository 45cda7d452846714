//! Whoever guesses passwords is slowed by where they really are, and learns nothing from how they are slowed.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use msp_api::auth::guesses::CountedBy;
use msp_api::clock;
use msp_api::policy::Role;
use msp_api::schema::identity::guesses;
use serde_json::json;

use crate::sessions::{PASSWORD, password_for};
use crate::support::{Answer, Kind, Server, databases};

fn behind_a_proxy(kind: Kind) -> Server {
    Server::on(&databases::filled(kind), &["--trusted-proxies=127.0.0.1"])
}

/// Both at once, since most of the time is spent waiting.
fn on_each_database(story: impl Fn(&Server) + Sync) {
    std::thread::scope(|scope| {
        for kind in Kind::BOTH {
            let story = &story;
            scope.spawn(move || story(&behind_a_proxy(kind)));
        }
    });
}

fn sign_in(server: &Server, forwarded: &str, name: &str, password: &str) -> Answer {
    let body = json!({"username": name, "password": password});
    let request = server.nobody().post("/v1/sessions", &body);
    request.header("X-Forwarded-For", forwarded).send()
}

/// S13.
#[test]
fn a_made_up_address_before_a_real_one_with_a_port_is_not_believed() {
    on_each_database(|server| {
        let guess = |number: usize| {
            let forwarded = format!("192.0.2.{number}, 203.0.113.9:{}", 50_000 + number);
            sign_in(server, &forwarded, &format!("nobody-{number}"), "wrong").status
        };
        let statuses: Vec<u16> = (0..34).map(guess).collect();
        assert!(statuses[..30].iter().all(|status| *status == 401), "{statuses:?}");
        assert!(statuses[32..].iter().all(|status| *status == 429), "{statuses:?}");
        assert_eq!(
            sign_in(server, "198.51.100.1", "nobody", "wrong").status,
            401,
            "others are not"
        );
    });
}

/// S14, C-A3.
#[test]
fn the_audit_trail_tells_the_client_and_not_the_proxy() {
    for kind in Kind::BOTH {
        let server = behind_a_proxy(kind);
        password_for(&server, "practitioner");
        let session = sign_in(&server, "192.0.2.1, 203.0.113.9:5678", "practitioner", PASSWORD);
        assert_eq!(session.status, 200, "{}", session.text);
        let practitioner = server.with_token(&session.text("/accessToken"));
        let forwarded = |address: &'static str| ("X-Forwarded-For", address);
        for (name, address) in [forwarded("192.0.2.1, 203.0.113.9"), forwarded("203.0.113.9, ?")] {
            practitioner.get("/v1/cases").header(name, address).ok();
        }
        practitioner
            .get("/v1/users?colour=blue")
            .header("X-Forwarded-For", "203.0.113.77")
            .expect(400);
        let theirs = format!("/v1/audit-events?actorId={}", session.text("/userId"));
        let found = server.as_("auditor").get(&theirs).ok().body["items"].clone();
        let addresses: Vec<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["address"].as_str().unwrap())
            .collect();
        assert_eq!(
            addresses,
            ["203.0.113.77", "127.0.0.1", "203.0.113.9", "203.0.113.9"]
        );
    }
}

fn seconds_to_wait(answer: &Answer) -> u64 {
    answer.header("retry-after").parse().unwrap()
}

/// S12: a colleague at the same address, or a stranger behind the same proxy.
#[test]
fn names_that_are_known_at_an_address_are_slowed_like_names_that_nobody_has() {
    on_each_database(|server| {
        let office = "203.0.113.9";
        for name in ["manager", "practitioner", "duty"] {
            password_for(server, name);
            assert_eq!(sign_in(server, office, name, PASSWORD).status, 200);
        }
        // One name after the other, until each has to wait: the same answers in the same order.
        let guess = |name: &str| -> Vec<u16> {
            (0..7)
                .map(|_| sign_in(server, office, name, "wrong").status)
                .collect()
        };
        let (known, unknown) = at_once(|| guess("manager"), || guess("nobody-here"));
        assert_eq!(known, unknown);
        assert_eq!(known.last(), Some(&429));
        // The whole address: nobody's wrong password is evaluated any more, whoever is meant.
        server.database(|conn| {
            let of_addresses = guesses::table.filter(guesses::kind.eq(CountedBy::Address.as_str()));
            let after_many = (
                guesses::failures.eq(36),
                guesses::blocked_until.eq(clock::now().plus_seconds(64)),
            );
            assert_eq!(diesel::update(of_addresses).set(after_many).execute(conn)?, 1);
            Ok(())
        });
        let timed = |name: &str| {
            let begun = Instant::now();
            (sign_in(server, office, name, "wrong"), begun.elapsed())
        };
        let ((known, took), (unknown, as_long)) = at_once(|| timed("duty"), || timed("nobody-at-all"));
        assert_eq!((known.status, unknown.status), (429, 429), "{}", known.text);
        assert!(seconds_to_wait(&known).abs_diff(seconds_to_wait(&unknown)) <= 3);
        for body in [&known.body, &unknown.body] {
            assert_eq!(body["code"], "rate_limited");
        }
        // One password was compared and the other not; both are answered only when that cannot be seen any more.
        let least = Duration::from_secs(1);
        assert!(took >= least && as_long >= least, "{took:?} {as_long:?}");
        // Whoever knows the password and signed in from there before does not pay for any of this.
        assert_eq!(sign_in(server, office, "practitioner", PASSWORD).status, 200);
    });
}

fn at_once<T: Send>(one: impl FnOnce() -> T + Send, other: impl FnOnce() -> T + Send) -> (T, T) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap(), other)
    })
}

on_both_databases! {
    /// S, seen without a script: `Manager` beside `manager`.
    fn a_name_is_one_account_however_it_is_written(server) {
        password_for(server, "manager");
        let signed_in = |name: &str, password: &str| {
            server.nobody().post("/v1/sessions", &json!({"username": name, "password": password})).send()
        };
        for name in ["manager", "Manager", "MANAGER"] {
            assert_eq!(signed_in(name, PASSWORD).status, 200, "{name}");
        }
        let account = |name: &str| json!({"username": name, "name": "Kim Abara",
            "roles": [{"role": "practitioner", "authority": "northbank"}]});
        let admin = server.as_("admin");
        admin.post("/v1/users", &account("kim.abara")).created();
        for again in ["Kim.Abara", "KIM.ABARA", "kim.abara", "Manager"] {
            admin.post("/v1/users", &account(again)).expect(409);
        }
        let second = server.database(|conn| {
            let first = msp_api::people::users::named(conn, "mAnAgEr")?.expect("whatever the case");
            let again = msp_api::people::users::User {
                id: msp_api::ids::Id::new(),
                username: "Manager".to_owned(),
                created_at: clock::now(),
                ..first
            };
            Ok(msp_api::db::savepoint(conn, |conn| msp_api::people::users::insert(conn, &again)).is_err())
        });
        assert!(second, "the database refuses it by itself");
        // Writing it otherwise gives no further guesses.
        let names = ["practitioner", "Practitioner", "PRACTITIONER", "pRactitioner"];
        let evaluated = (0..10).filter(|number| signed_in(names[number % 4], "wrong").status == 401).count();
        assert!(evaluated <= 8, "{evaluated} of 10 were evaluated");
    }

    /// S, seen without a script: sessions from before.
    fn setting_up_an_authenticator_ends_the_sessions_from_before(server) {
        password_for(server, "manager");
        let start = || {
            let body = json!({"username": "manager", "password": PASSWORD});
            server.nobody().post("/v1/sessions", &body).ok()
        };
        let (thief, own) = (start(), start());
        let manager = server.with_token(&own.text("/accessToken"));
        let uri = manager.post("/v1/me/totp", &json!({})).ok().text("/otpauthUri");
        server.with_token(&thief.text("/accessToken")).get("/v1/me").ok();
        let code = crate::sessions::code_of(&uri, 0);
        manager.post("/v1/me/totp/confirmation", &json!({"code": code})).ok();
        server.with_token(&thief.text("/accessToken")).get("/v1/me").expect(401);
        let renew = |session: &Answer| {
            let form = format!("grant_type=refresh_token&refresh_token={}", session.text("/refreshToken"));
            server.nobody().request("POST", "/oauth2/token", Some(form))
                .header("Content-Type", "application/x-www-form-urlencoded").send().status
        };
        assert_eq!(renew(&thief), 400);
        manager.get("/v1/me").ok();
        assert_eq!(renew(&own), 200, "the session in which it was set up goes on");
    }
}

#[test]
fn a_name_made_on_the_console_is_like_one_made_by_an_administrator() {
    for kind in Kind::BOTH {
        let database = databases::filled(kind);
        let add = |name: &str| {
            let arguments = [
                "user",
                "add",
                name,
                "--role",
                Role::Manager.as_str(),
                "--authority",
                "northbank",
            ];
            crate::commands::run(&database, &arguments)
        };
        for refused in ["Manager", "MANAGER", "two words", "", "näme"] {
            assert!(!add(refused).status.success(), "{refused:?} was accepted");
        }
        crate::commands::printed(&add("Morgan.Second"));
        assert!(!add("morgan.second").status.success());
    }
}
