//! What has expired goes, in batches and by one instance at a time; what is a record stays.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use msp_api::db::Connection;
use msp_api::ids::Id;
use msp_api::purge::{BATCH, LEASE, purge};
use msp_api::schema::access::invitations;
use msp_api::schema::identity::used_assertions;
use msp_api::schema::people::api_clients;
use msp_api::{clock, leases};
use serde_json::json;

use crate::commands::{printed, run, serve};
use crate::sessions::{PASSWORD, password_for};
use crate::support::{Actor, Kind, Server, databases};

const DAY: i64 = 86_400;
/// Longer ago than anything is kept.
const LONG_AGO: i64 = 500 * DAY;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
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
        assert_eq!(server.second_person_approves(), 1);
        let coded = server.as_("admin").post(&format!("/v1/users/{account}/password-code"), &json!({})).send();
        server.approved(&coded);
        server.database(|conn| {
            let client: Id = api_clients::table.select(api_clients::id).first(conn)?;
            let row = (
                used_assertions::client_id.eq(client),
                used_assertions::digest.eq("of a jti"),
                used_assertions::expires_at.eq(clock::now().plus_seconds(60)),
            );
            Ok(diesel::insert_into(used_assertions::table).values(row).execute(conn)?)
        });
        let tables = [
            "idempotency_keys",
            "drafts",
            "sessions",
            "guesses",
            "used_assertions",
            "password_codes",
            "known_addresses",
        ];
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
        age(server, "used_assertions", &["expires_at"], LONG_AGO);
        age(server, "password_codes", &["expires_at"], LONG_AGO);
        age(server, "known_addresses", &["last_at"], LONG_AGO);
        let done: Vec<&str> = purged(server).into_iter().map(|(what, _)| what).collect();
        assert_eq!(done, tables);
        for table in tables {
            assert_eq!(rows(server, table), 0, "{table}");
        }
        manager.get("/v1/me").expect(401);
        assert_eq!(purged(server), []);
        assert_eq!(sign_in(PASSWORD).status, 200);
    }

    /// C-A7: whatever says when it expires goes some time, or is named here with the reason why it stays.
    fn no_table_with_an_expiry_is_forgotten(server) {
        // Who asked for a right, and who decided, is a record.
        let stay = ["approvals"];
        let expiring = server.database(|conn| {
            let query = match conn {
                Connection::Sqlite(_) => {
                    "SELECT m.name AS name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
                     WHERE m.type = 'table' AND c.name LIKE '%expires%' ORDER BY 1"
                }
                Connection::Postgres(_) => {
                    "SELECT table_name::text AS name FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND column_name LIKE '%expires%' ORDER BY 1"
                }
            };
            Ok(sql_query(query).load::<Table>(conn)?)
        });
        assert!(expiring.len() >= 6);
        let purged: Vec<&str> = msp_api::purge::tables().chain(stay).collect();
        for table in expiring {
            assert!(purged.contains(&table.name.as_str()), "{} only grows", table.name);
        }
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

    // Used, expired, or taken back by the one that was made after it.
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
        age(server, "invitations", &["expires_at", "redeemed_at", "revoked_at"], LONG_AGO);
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

/// C-A7: a server purges by itself, and its metrics say how much.
#[test]
fn a_server_purges_by_itself_and_counts_it() {
    for kind in Kind::BOTH {
        let database = databases::filled(kind);
        {
            let server = Server::on(&database, &[]);
            let intake = server.as_("police-intake");
            intake
                .post("/v1/referrals", &crate::stories::referral("PPN-P2"))
                .created();
            age(&server, "idempotency_keys", &["expires_at"], LONG_AGO);
        }
        let server = serve(&database, &[], &[("MSP_METRICS_BIND", "127.0.0.1:0")]);
        let metrics = Actor::new(&server.metrics, None);
        let begun = Instant::now();
        loop {
            let told = metrics.get("/metrics").ok().text;
            if told.contains("purged_rows_total{what=\"idempotency_keys\"} 1\n") {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{told}");
            std::thread::sleep(Duration::from_millis(50));
        }
        server.stop();
    }
}
