//! What has expired goes, in batches and by one instance at a time; what is a record stays.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use msp_api::db::Connection;
use msp_api::ids::Id;
use msp_api::purge::{BATCH, LEASE, purge};
use msp_api::schema::access::invitations;
use msp_api::{clock, leases};
use serde_json::json;

use crate::commands::{printed, run};
use crate::sessions::{PASSWORD, password_for};
use crate::support::{Kind, Server, databases};

const DAY: i64 = 86_400;
/// Longer ago than anything is kept.
const LONG_AGO: i64 = 500 * DAY;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn rows(server: &Server, table: &'static str) -> i64 {
    server.database(move |conn| {
        let query = sql_query(format!("SELECT COUNT(*) AS rows FROM {table}"));
        Ok(query.get_result::<Count>(conn)?.rows)
    })
}

/// Moves every row of a table into the past, as if it had been written so long ago.
fn age(server: &Server, table: &'static str, columns: &'static [&'static str], seconds: i64) {
    server.database(move |conn| {
        for column in columns {
            let statement = match conn {
                Connection::Sqlite(_) => {
                    format!("UPDATE {table} SET {column} = {column} - {seconds} * 1000000")
                }
                Connection::Postgres(_) => {
                    format!("UPDATE {table} SET {column} = {column} - interval '{seconds} seconds'")
                }
            };
            sql_query(statement).execute(conn)?;
        }
        Ok(())
    });
}

fn purged(server: &Server) -> Vec<(&'static str, usize)> {
    let done = purge(&server.app().database, Id::new(), clock::now());
    let done = server
        .wait(done)
        .expect("it works")
        .expect("nobody else is at it");
    done.into_iter().filter(|(_, rows)| *rows > 0).collect()
}

on_both_databases! {
    fn what_has_expired_goes_and_what_is_still_good_stays(server) {
        password_for(server, "manager");
        let sign_in = |password: &str| {
            let body = json!({"username": "manager", "password": password});
            server.nobody().post("/v1/sessions", &body).send()
        };
        let session = sign_in(PASSWORD);
        sign_in("wrong");
        let manager = server.with_token(&session.text("/accessToken"));
        manager.put("/v1/drafts/visit-note", &json!({"content": {"text": "half a"}})).send();
        server.as_("police-intake").post("/v1/referrals", &crate::stories::referral("PPN-P1")).created();
        let account = json!({"username": "kim.abara", "name": "Kim Abara",
            "roles": [{"role": "practitioner", "authority": "northbank"}]});
        let account = server.as_("admin").post("/v1/users", &account).created().id();
        server.as_("admin").post(&format!("/v1/users/{account}/password-code"), &json!({})).ok();
        let tables = ["idempotency_keys", "drafts", "sessions", "guesses", "password_codes", "known_addresses"];
        for table in tables {
            assert!(rows(server, table) > 0, "{table}");
        }
        let before: Vec<i64> = tables.iter().map(|table| rows(server, table)).collect();
        assert_eq!(purged(server), [], "nothing is old");
        assert_eq!(before, tables.map(|table| rows(server, table)));

        age(server, "idempotency_keys", &["expires_at"], LONG_AGO);
        age(server, "drafts", &["expires_at"], LONG_AGO);
        age(server, "sessions", &["expires_at"], LONG_AGO);
        age(server, "guesses", &["last_at"], LONG_AGO);
        age(server, "password_codes", &["expires_at"], LONG_AGO);
        age(server, "known_addresses", &["last_at"], LONG_AGO);
        let done: Vec<&str> = purged(server).into_iter().map(|(what, _)| what).collect();
        assert_eq!(done, ["idempotency_keys", "drafts", "sessions", "guesses", "password_codes", "known_addresses"]);
        for table in tables {
            assert_eq!(rows(server, table), 0, "{table}");
        }
        manager.get("/v1/me").expect(401);
        assert_eq!(purged(server), []);
        assert_eq!(sign_in(PASSWORD).status, 200);
    }

    fn more_than_a_batch_goes_in_one_round(server) {
        let many = i64::try_from(BATCH).unwrap() * 2 + 10;
        server.database(move |conn| {
            let statement = match conn {
                Connection::Sqlite(_) => format!(
                    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {many}) \
                     INSERT INTO idempotency_keys (caller_id, target, key, body_digest, resource_id, expires_at) \
                     SELECT randomblob(16), 'POST /v1/referrals', n, '', randomblob(16), 1 FROM n"
                ),
                Connection::Postgres(_) => format!(
                    "INSERT INTO idempotency_keys (caller_id, target, key, body_digest, resource_id, expires_at) \
                     SELECT gen_random_uuid(), 'POST /v1/referrals', n::text, '', gen_random_uuid(), 'epoch' \
                     FROM generate_series(1, {many}) AS n"
                ),
            };
            Ok(sql_query(statement).execute(conn)?)
        });
        assert_eq!(purged(server), [("idempotency_keys", usize::try_from(many).unwrap())]);
    }

    fn one_instance_at_a_time_purges(server) {
        let other = Id::new();
        server.database(move |conn| Ok(leases::claim(conn, LEASE, other, clock::now(), 60)?));
        let refused = server.wait(purge(&server.app().database, Id::new(), clock::now())).unwrap();
        assert_eq!(refused, None);
        server.database(move |conn| Ok(leases::release(conn, LEASE, other, clock::now())?));
        assert_eq!(purged(server), []);
    }

    fn of_a_spent_invitation_only_the_digest_of_its_code_goes(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let practitioner = server.as_("practitioner");
        let before = practitioner.get(&format!("/v1/cases/{case}/invitations")).ok().body["items"].clone();
        let made = json!({"who": "adult", "handedOver": "in_person"});
        let decision = json!({"who": "adult", "decision": "allow", "basis": "The adult asked for it"});
        practitioner.post(&format!("/v1/cases/{case}/app-access"), &decision).send();
        let made = practitioner.post(&format!("/v1/cases/{case}/invitations"), &made).send();
        let there = rows(server, "invitations");
        assert!(there > 0, "{before} {}", made.text);
        let digests = || server.database(|conn| {
            Ok(invitations::table.select(invitations::code_digest).load::<String>(conn)?)
        });
        assert!(digests().iter().all(|digest| !digest.starts_with("spent ")));
        age(server, "invitations", &["expires_at", "redeemed_at"], LONG_AGO);
        assert_eq!(purged(server), [("invitation_codes", usize::try_from(there).unwrap())]);
        assert!(digests().iter().all(|digest| digest.starts_with("spent ")));
        assert_eq!(rows(server, "invitations"), there, "the invitation is a record");
        assert_eq!(purged(server), []);
    }
}

#[test]
fn the_command_tells_how_many_rows_of_what() {
    for kind in Kind::BOTH {
        let database = databases::filled(kind);
        let told = printed(&run(&database, &["purge"]));
        assert!(
            told.lines().any(|line| line.starts_with("idempotency_keys ")),
            "{told}"
        );
        assert!(told.lines().any(|line| line.starts_with("sessions ")), "{told}");
    }
}
