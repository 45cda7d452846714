//! Bad input gets a clear problem that names every fault, and changes nothing; the same on both databases.

use serde_json::{Value, json};

use crate::stories::referral;
use crate::support::{Actor, Server, databases};

fn count_of_referrals(server: &Server) -> usize {
    server.as_("manager").get("/v1/referrals?limit=100").ok().body["items"]
        .as_array()
        .unwrap()
        .len()
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = referral("PPN-BAD");
    change(&mut body);
    body
}

fn refused(police: &Actor, body: &Value) -> Vec<(String, String)> {
    let answer = police.post("/v1/referrals", body).expect(422);
    answer.is_problem("invalid");
    let faults = answer.body["errors"].as_array().unwrap().clone();
    faults
        .iter()
        .map(|fault| {
            (
                fault["pointer"].as_str().unwrap().to_owned(),
                fault["code"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

on_both_databases! {
    fn every_fault_of_a_referral_is_named_at_once(server) {
        let police = server.as_("police-intake");
        let before = count_of_referrals(server);
        let body = with(|body| {
            body["adult"]["nhsNumber"] = json!("1234567890");
            body["adult"]["dateOfBirth"] = json!("2126-01-01");
            body["concern"]["occurredFrom"] = json!("2026-02-30");
            body["concern"]["abuseTypes"] = json!(["physical", "bad_luck"]);
            body["concern"]["location"] = json!("the moon");
            body["concern"]["injuries"] = json!("a".repeat(4001));
            body["personsOfConcern"][0]["aware"] = json!("perhaps");
            body.as_object_mut().unwrap().remove("reasonWithoutAgreement");
            body.as_object_mut().unwrap().remove("agencyReference");
        });
        let mut found = refused(&police, &body);
        found.sort();
        let expected = [
            ("/adult/dateOfBirth", "not_in_the_future"), ("/adult/nhsNumber", "nhs_number"),
            ("/agencyReference", "required"), ("/concern/abuseTypes/1", "code"), ("/concern/injuries", "too_long"),
            ("/concern/location", "code"), ("/concern/occurredFrom", "format"),
            ("/personsOfConcern/0/aware", "code"), ("/reasonWithoutAgreement", "required"),
        ];
        assert_eq!(found, expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
        assert_eq!(count_of_referrals(server), before, "nothing was changed");
    }

    fn each_single_fault_is_found_where_it_is(server) {
        let police = server.as_("police-intake");
        let before = count_of_referrals(server);
        type Change = fn(&mut Value);
        let faults: [(&str, &str, Change); 12] = [
            ("/concern/summary", "text", |body| body["concern"]["summary"] = json!("a\u{0}b")),
            ("/concern/summary", "text", |body| body["concern"]["summary"] = json!("a\u{7}b")),
            ("/concern/summary", "not_blank", |body| body["concern"]["summary"] = json!(" \t ")),
            ("/concern/summary", "too_short", |body| body["concern"]["summary"] = json!("")),
            ("/concern/summary", "type", |body| body["concern"]["summary"] = json!(7)),
            ("/concern/summary", "required", |body| drop(body["concern"].as_object_mut().unwrap().remove("summary"))),
            ("/adult/nhsNumber", "nhs_number", |body| body["adult"]["nhsNumber"] = json!("9999999999")),
            ("/adult/dateOfBirth", "childrens_route", |body| body["adult"]["dateOfBirth"] = json!("2015-05-05")),
            ("/adult/favouriteColour", "unknown_field", |body| body["adult"]["favouriteColour"] = json!("blue")),
            ("/agencyPayload/body", "text", |body| body["agencyPayload"]["body"] = json!("a\u{1b}")),
            ("/authority", "unknown", |body| body["authority"] = json!("westvale")),
            ("/adult", "required", |body| body["adult"] = json!({})),
        ];
        for (pointer, code, change) in faults {
            let found = refused(&police, &with(change));
            assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code}: {found:?}");
        }
        assert_eq!(count_of_referrals(server), before);
        let refusals = server.as_("manager").get("/v1/intake-refusals?limit=100").ok();
        assert!(refusals.body["items"].as_array().unwrap().len() >= 12, "managers see what was refused");
        assert!(!refusals.text.contains("Fairweather"), "but none of its content");
    }

    fn text_is_kept_byte_for_byte(server) {
        let police = server.as_("police-intake");
        let nasty = "Ünïcode 👩🏽‍🦽 \u{202e}right-to-left\u{202c} '; DROP TABLE cases; -- %_\\ <b>&amp;</b>\r\n\ttab =1+1";
        let body = with(|body| {
            body["agencyReference"] = json!("PPN-NASTY");
            body["concern"]["summary"] = json!(nasty);
            body["adult"]["familyName"] = json!("O'Brien%_");
        });
        let sent = police.post("/v1/referrals", &body).created();
        let read = server.as_("manager").get(&format!("/v1/referrals/{}", sent.id())).ok();
        assert_eq!(read.text("/content/concern/summary"), nasty);
        let wildcard = police.get("/v1/referrals?agencyReference=PPN-%25").ok();
        assert_eq!(wildcard.body["items"], json!([]), "a wildcard is taken literally");
    }

    fn an_agencys_own_message_may_be_deep_but_not_endless(server) {
        let police = server.as_("police-intake");
        let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "x": inner }));
        let send = |levels: usize| {
            let body = with(|body| {
                body["agencyReference"] = json!(format!("PPN-DEEP-{levels}"));
                body["agencyPayload"]["body"] = nested(levels);
            });
            police.post("/v1/referrals", &body).send().status
        };
        assert_eq!(send(25), 201);
        assert_eq!(send(60), 422);
    }
}

/// A body that trickles in holds a place for so long and no longer; others are served meanwhile.
#[test]
fn a_body_that_does_not_arrive_in_time_is_given_up() {
    use std::io::{Read, Write};
    let server = Server::on(&databases::filled(databases::Kind::Sqlite), &["--body-seconds=1"]);
    let address = server.base.trim_start_matches("http://").to_owned();
    let token = server.app().tokens.issue(
        msp_api::ids::Id::parse(&server.user_id("manager")).unwrap(),
        msp_api::policy::CallerKind::User,
        &[],
        msp_api::clock::now(),
    );
    let mut slow = std::net::TcpStream::connect(&address).unwrap();
    let head = format!(
        "POST /v1/referrals HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{",
        token.unwrap()
    );
    slow.write_all(head.as_bytes()).unwrap();
    slow.set_read_timeout(Some(std::time::Duration::from_secs(20)))
        .unwrap();
    server.as_("manager").get("/v1/me").ok();
    let mut answer = [0_u8; 4096];
    let length = slow.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("within 1 seconds"),
        "{answer}"
    );
}
