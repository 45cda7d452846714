//! Sessions of people: renewing, ending, guessing at them, and the second factor.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use msp_api::auth::{authenticators, passwords};
use msp_api::clock;
use msp_api::schema::identity::sessions;
use msp_api::schema::people::users;
use serde_json::{Value, json};

use crate::support::{Answer, Kind, Server, databases};

pub const PASSWORD: &str = "correct horse battery";

/// Gives a demo user a password.
pub fn password_for(server: &Server, name: &str) {
    let (name, hash) = (name.to_owned(), passwords::hash(PASSWORD).unwrap());
    server.database(move |conn| {
        diesel::update(users::table.filter(users::username.eq(&name)))
            .set(users::password_hash.eq(&hash))
            .execute(conn)?;
        Ok(())
    });
}

/// The code that an authenticator shows, or will show some steps from now.
pub fn code_of(otpauth_uri: &str, steps: i64) -> String {
    let secret = otpauth_uri
        .split("secret=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == letter);
        held = held << 5 | u32::try_from(value.unwrap()).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    authenticators::code_at(&bytes, authenticators::step_at(clock::now()) + steps)
}

fn sign_in(server: &Server, name: &str, password: &str) -> Answer {
    let body = json!({"username": name, "password": password});
    server.nobody().post("/v1/sessions", &body).send()
}

fn form(server: &Server, path: &str, form: &str) -> Answer {
    let request = server.nobody().request("POST", path, Some(form.to_owned()));
    request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send()
}

fn renew(server: &Server, token: &str) -> Answer {
    form(
        server,
        "/oauth2/token",
        &format!("grant_type=refresh_token&refresh_token={token}"),
    )
}

fn access_has_ended(server: &Server, session: &Answer, pointer: &str) {
    let refused = server
        .with_token(&session.text(pointer))
        .get("/v1/me")
        .expect(401);
    refused.is_problem("access_ended");
}

/// Moves the last renewal of every session into the past.
fn a_minute_passes(server: &Server) {
    server.database(|conn| {
        diesel::update(sessions::table)
            .set(sessions::renewed_at.eq(clock::now().plus_seconds(-61)))
            .execute(conn)?;
        Ok(())
    });
}

on_both_databases! {
    fn a_session_is_renewed_and_a_lost_answer_can_be_asked_for_again(server) {
        password_for(server, "manager");
        let session = sign_in(server, "manager", PASSWORD);
        assert_eq!(session.status, 200, "{}", session.text);
        let first = session.text("/refreshToken");
        let renewed = renew(server, &first);
        assert_eq!(renewed.status, 200, "{}", renewed.text);
        assert_eq!(renewed.header("cache-control"), "no-store");
        let me = server.with_token(&renewed.text("/access_token")).get("/v1/me").ok();
        assert_eq!(me.text("/id"), session.text("/userId"));
        let second = renewed.text("/refresh_token");
        assert_ne!(first, second);
        // The answer was lost: the same again, within a minute, is answered alike.
        assert_eq!(renew(server, &first).text("/refresh_token"), second);
        let third = renew(server, &second).text("/refresh_token");
        assert_eq!(renew(server, &third).status, 200);
    }

    fn a_refresh_token_used_after_its_successor_ends_the_session(server) {
        password_for(server, "manager");
        let session = sign_in(server, "manager", PASSWORD);
        let other = sign_in(server, "manager", PASSWORD);
        let first = session.text("/refreshToken");
        let renewed = renew(server, &first);
        a_minute_passes(server);
        let stolen = renew(server, &first);
        assert_eq!((stolen.status, stolen.text("/error")), (400, "invalid_grant".to_owned()));
        assert_eq!(renew(server, &renewed.text("/refresh_token")).status, 400);
        access_has_ended(server, &session, "/accessToken");
        access_has_ended(server, &renewed, "/access_token");
        server.with_token(&other.text("/accessToken")).get("/v1/me").ok();
        // The one before the last is told from an invented one even within the minute.
        let tokens = [other.text("/refreshToken")];
        let second = renew(server, &tokens[0]).text("/refresh_token");
        let third = renew(server, &second).text("/refresh_token");
        assert_eq!(renew(server, &tokens[0]).status, 400);
        assert_eq!(renew(server, &third).status, 400);
    }

    fn a_token_that_was_never_given_ends_nothing(server) {
        password_for(server, "manager");
        let session = sign_in(server, "manager", PASSWORD);
        let token = session.text("/refreshToken");
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in [0, 16, 19, 20, 51, 52, 67] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(renew(server, &URL_SAFE_NO_PAD.encode(changed)).text("/error"), "invalid_grant");
        }
        for invented in ["", "x", &"A".repeat(91), &"A".repeat(5000)] {
            assert_eq!(renew(server, invented).status, 400, "{invented}");
        }
        assert_eq!(renew(server, &token).status, 200);
        server.database(move |conn| {
            let digests: Vec<String> = sessions::table.select(sessions::digest).load(conn)?;
            assert!(digests.iter().all(|digest| !token.contains(digest.as_str()) && digest.len() == 43));
            Ok(())
        });
    }

    fn signing_out_and_revoking_hold_on_the_next_request(server) {
        password_for(server, "practitioner");
        let here = sign_in(server, "practitioner", PASSWORD);
        let there = sign_in(server, "practitioner", PASSWORD);
        let caller = server.with_token(&here.text("/accessToken"));
        caller.get("/v1/me").ok();
        caller.request("DELETE", "/v1/sessions/current", None).expect(204);
        access_has_ended(server, &here, "/accessToken");
        assert_eq!(renew(server, &here.text("/refreshToken")).text("/error"), "invalid_grant");
        server.with_token(&there.text("/accessToken")).get("/v1/me").ok();
        let revoked = form(server, "/oauth2/revoke", &format!("token={}", there.text("/refreshToken")));
        assert_eq!(revoked.status, 200);
        access_has_ended(server, &there, "/accessToken");
        let third = sign_in(server, "practitioner", PASSWORD);
        let by_access = format!("token={}&token_type_hint=access_token", third.text("/accessToken"));
        assert_eq!(form(server, "/oauth2/revoke", &by_access).status, 200);
        access_has_ended(server, &third, "/accessToken");
        assert_eq!(form(server, "/oauth2/revoke", "token=nonsense").status, 200, "RFC 7009 §2.2");
        assert_eq!(form(server, "/oauth2/revoke", "x=y").text("/error"), "invalid_request");
        // A token outside any session, as `msp-api token` prints it.
        server.as_("manager").request("DELETE", "/v1/sessions/current", None).expect(409);
    }

    fn a_disabled_account_has_no_session_left(server) {
        password_for(server, "practitioner");
        let session = sign_in(server, "practitioner", PASSWORD);
        let id = session.text("/userId");
        let account = format!("/v1/users/{id}");
        let admin = server.as_("admin");
        admin.patch(&account, &json!({"enabled": false})).if_match(&admin.tag(&account)).ok();
        access_has_ended(server, &session, "/accessToken");
        assert_eq!(renew(server, &session.text("/refreshToken")).text("/error"), "invalid_grant");
        assert_eq!(sign_in(server, "practitioner", PASSWORD).status, 401);
    }

    fn guessing_is_slowed_for_known_and_unknown_names_alike(server) {
        password_for(server, "manager");
        let mut answers = Vec::new();
        for name in ["manager", "nobody-of-this-name"] {
            let (mut wrong, mut slowed) = (0, 0);
            for attempt in 0..40 {
                let mut answer = sign_in(server, name, &format!("guess number {attempt}"));
                match answer.status {
                    401 => wrong += 1,
                    429 => {
                        slowed += 1;
                        answer.is_problem("rate_limited");
                        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
                    }
                    other => panic!("{other}: {}", answer.text),
                }
                answer.body["requestId"] = Value::Null;
                answers.push((attempt, answer.status, answer.body));
            }
            assert!((6..12).contains(&wrong), "{wrong} of 40 guesses were evaluated");
            assert_eq!(wrong + slowed, 40);
        }
        let (known, unknown) = answers.split_at(40);
        assert_eq!(known[0].2, unknown[0].2);
        assert_eq!(known[5].2, unknown[5].2);
        // Somebody else, at the same address, is not held up.
        password_for(server, "practitioner");
        assert_eq!(sign_in(server, "practitioner", PASSWORD).status, 200);
    }

    fn many_guesses_at_once_are_no_more_than_one_after_the_other(server) {
        password_for(server, "manager");
        let evaluated: usize = std::thread::scope(|scope| {
            let guess = |number| move || sign_in(server, "manager", &format!("guess {number}")).status;
            let all: Vec<_> = (0..24).map(|number| scope.spawn(guess(number))).collect();
            all.into_iter().map(|one| usize::from(one.join().unwrap() == 401)).sum()
        });
        assert!((1..=8).contains(&evaluated), "{evaluated} of 24 were evaluated");
    }
}

#[test]
fn an_unknown_name_takes_as_long_as_a_wrong_password() {
    let server = Server::on(&databases::filled(Kind::Sqlite), &["--trusted-proxies=127.0.0.1"]);
    for name in ["manager", "practitioner"] {
        password_for(&server, name);
    }
    server.database(|conn| {
        diesel::update(users::table.filter(users::username.eq("practitioner")))
            .set(users::enabled.eq(false))
            .execute(conn)?;
        Ok(())
    });
    // A password, a disabled account, no password, nobody.
    let names = ["manager", "practitioner", "auditor", "nobody-of-this-name"];
    let mut shortest = [Duration::MAX; 4];
    for attempt in 0..5 {
        for (name, shortest) in names.iter().zip(&mut shortest) {
            let begun = Instant::now();
            let address = format!("198.51.100.{attempt}");
            assert_eq!(from(&server, &address, name, "wrong"), 401);
            *shortest = begun.elapsed().min(*shortest);
        }
    }
    let [known, others @ ..] = shortest;
    for other in others {
        assert!(other * 2 > known && known * 2 > other, "{known:?} {others:?}");
    }
}

fn from(server: &Server, address: &str, name: &str, password: &str) -> u16 {
    let body = json!({"username": name, "password": password});
    let request = server.nobody().post("/v1/sessions", &body);
    request.header("X-Forwarded-For", address).send().status
}

#[test]
fn guessing_from_elsewhere_does_not_lock_the_real_user_out() {
    for kind in Kind::BOTH {
        let url = databases::filled(kind);
        let [server, another] = [(); 2].map(|()| Server::on(&url, &["--trusted-proxies=127.0.0.1"]));
        password_for(&server, "manager");
        assert_eq!(from(&server, "192.0.2.1", "manager", PASSWORD), 200);
        // What the caller itself puts before the proxy's entry is not believed.
        let guess = |server: &Server, number: usize| {
            let password = format!("guess {number}");
            from(server, "192.0.2.1, 198.51.100.7", "manager", &password) == 401
        };
        let evaluated: usize = std::thread::scope(|scope| {
            let guessers: Vec<_> = [&server, &another, &server, &another]
                .into_iter()
                .map(|server| scope.spawn(move || (0..2_500).filter(|number| guess(server, *number)).count()))
                .collect();
            guessers.into_iter().map(|guesser| guesser.join().unwrap()).sum()
        });
        assert!(evaluated < 16, "{evaluated} of 10,000 were evaluated");
        assert_eq!(
            from(&server, "203.0.113.9", "manager", PASSWORD),
            429,
            "from a third place it has to wait"
        );
        assert_eq!(
            from(&another, "192.0.2.1", "manager", PASSWORD),
            200,
            "from where one signed in before"
        );
    }
}

#[test]
fn one_address_cannot_try_one_password_on_every_account() {
    let server = Server::on(&databases::filled(Kind::Sqlite), &["--trusted-proxies=127.0.0.1"]);
    let tried =
        (0..60).map(|number| from(&server, "198.51.100.7", &format!("user-{number}"), "Password1234"));
    let evaluated = tried.filter(|status| *status == 401).count();
    assert!((30..45).contains(&evaluated), "{evaluated} of 60 were evaluated");
    password_for(&server, "manager");
    assert_eq!(from(&server, "192.0.2.1", "manager", PASSWORD), 200);
}

on_both_databases! {
    fn an_authenticator_is_asked_for_once_it_is_confirmed_and_takes_each_code_once(server) {
        password_for(server, "manager");
        let session = sign_in(server, "manager", PASSWORD);
        let manager = server.with_token(&session.text("/accessToken"));
        let begin = || manager.post("/v1/me/totp", &json!({})).key("one");
        let begun = begin().ok();
        let uri = begun.text("/otpauthUri");
        assert!(begin().ok().body.get("otpauthUri").is_none(), "a secret is never shown twice");
        assert_eq!(sign_in(server, "manager", PASSWORD).status, 200, "it is not in force yet");
        let wrong = json!({"code": if code_of(&uri, 0) == "000000" { "000001" } else { "000000" }});
        manager.post("/v1/me/totp/confirmation", &wrong).expect(422);
        manager.post("/v1/me/totp/confirmation", &json!({"code": code_of(&uri, -1)})).ok();
        manager.post("/v1/me/totp/confirmation", &json!({"code": code_of(&uri, 0)})).expect(409);
        manager.post("/v1/me/totp", &json!({})).expect(409);

        let without = sign_in(server, "manager", PASSWORD);
        assert_eq!((without.status, without.pointers("errors")), (422, vec!["/code".to_owned()]));
        let with = |code: String| {
            let body = json!({"username": "manager", "password": PASSWORD, "code": code});
            server.nobody().post("/v1/sessions", &body).send()
        };
        let code = code_of(&uri, 0);
        assert_eq!(with(code.clone()).status, 200);
        with(code).is_problem("unauthenticated");
        assert_eq!(with(code_of(&uri, 1)).status, 200);
        let wrong_password = json!({"username": "manager", "password": "no", "code": "000000"});
        server.nobody().post("/v1/sessions", &wrong_password).expect(401).is_problem("unauthenticated");
        server.as_("police-intake").post("/v1/me/totp", &json!({})).expect(403);

        // The phone is lost.
        let account = format!("/v1/users/{}/totp-reset", session.text("/userId"));
        server.as_("admin").post(&account, &json!({})).expect(202);
        assert_eq!(sign_in(server, "manager", PASSWORD).status, 422, "the code is asked for until a second person decided");
        assert_eq!(server.second_person_approves(), 1);
        assert_eq!(sign_in(server, "manager", PASSWORD).status, 200);
    }
}

#[test]
fn in_production_staff_get_nothing_but_an_authenticator_until_they_have_one() {
    let folder = std::env::temp_dir().join(format!("msp-api-key-{}", std::process::id()));
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "ed25519", "-out"])
        .arg(&folder)
        .output()
        .expect("openssl makes a key");
    assert!(made.status.success());
    let key = format!("--signing-key-file={}", folder.display());
    let settings = [
        "--production=true",
        "--public-url=https://api.example.org",
        key.as_str(),
    ];
    let server = Server::on(&databases::filled(Kind::Sqlite), &settings);
    password_for(&server, "manager");
    password_for(&server, "adult");
    let session = sign_in(&server, "manager", PASSWORD);
    assert_eq!(session.body["enrolmentOnly"], true, "{}", session.text);
    assert!(session.body.get("refreshToken").is_none());
    let limited = server.with_token(&session.text("/accessToken"));
    for path in ["/v1/cases", "/v1/drafts", "/v1/reference-data", "/v1/users"] {
        limited.get(path).expect(403);
    }
    limited.get("/v1/me").ok();
    let uri = limited.post("/v1/me/totp", &json!({})).ok().text("/otpauthUri");
    let confirmation = json!({"code": code_of(&uri, 0)});
    limited.post("/v1/me/totp/confirmation", &confirmation).ok();
    limited.get("/v1/cases").expect(403);
    let body = json!({"username": "manager", "password": PASSWORD, "code": code_of(&uri, 1)});
    let whole = server.nobody().post("/v1/sessions", &body).ok();
    server
        .with_token(&whole.text("/accessToken"))
        .get("/v1/cases")
        .ok();
    // The adult needs none.
    let adult = sign_in(&server, "adult", PASSWORD);
    server
        .with_token(&adult.text("/accessToken"))
        .get("/v1/cases")
        .ok();
}
