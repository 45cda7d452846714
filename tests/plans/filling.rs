//! A database with 20,000 cases: a large authority, a middling and a tiny one, an agency that is shared half of the large
//! one's cases and others that are shared one, a worker with fifty cases and one with all the others.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use msp_api::db::Connection;

use crate::support::{Kind, Server, databases};

pub const CASES: u32 = 20_000;
const AUTHORITY: &str =
    "CASE WHEN n.i % 1000 = 0 THEN 'westvale' WHEN n.i % 3 = 0 THEN 'eastmoor' ELSE 'northbank' END";
const STATE: &str =
    "CASE n.i % 10 WHEN 0 THEN 'concern' WHEN 1 THEN 'enquiry' WHEN 2 THEN 'plan' ELSE 'closed' END";
const ADULTS: u8 = 1;
const OWN: u8 = 2;
const REFERRALS: u8 = 3;
const SHARED: u8 = 4;
const NAMED: u8 = 5;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// What is copied: the first row of a table that is so, for these numbers, with other values in these columns.
type Copied<'a> = (&'a str, &'a str, &'a str, Vec<(&'a str, String)>);

/// Copies the first row of each kind, with other ids and owners.
pub fn fill(server: &Server) {
    let kind = server.kind();
    let mut conn = databases::beside(server.database_url(), "");
    let worker = key_of(kind, &server.user_id("practitioner"));
    let other = key_of(kind, &server.user_id("practitioner2"));
    let worked_by = format!("CASE WHEN n.i % 400 = 1 THEN {worker} ELSE {other} END");
    let (adult, case) = (key(kind, ADULTS), key(kind, OWN));
    let shared = "n.i % 2 = 0 AND n.i % 3 <> 0 AND n.i % 1000 <> 0";
    let tables: [Copied; 5] = [
        (
            "adults",
            "1 = 1",
            "1 = 1",
            vec![
                ("id", adult.clone()),
                ("authority", AUTHORITY.to_owned()),
                ("nhs_number", "NULL".to_owned()),
            ],
        ),
        (
            "cases",
            "1 = 1",
            "1 = 1",
            vec![
                ("id", case.clone()),
                ("authority", AUTHORITY.to_owned()),
                ("reference", "'FILLED-' || n.i".to_owned()),
                ("adult_id", adult),
                ("state", STATE.to_owned()),
                ("allocated_to", worked_by),
                (
                    "allocated_team",
                    "CASE WHEN n.i % 5 = 0 THEN t.allocated_team END".to_owned(),
                ),
            ],
        ),
        (
            "referrals",
            "agency_id IS NOT NULL",
            "1 = 1",
            vec![
                ("id", key(kind, REFERRALS)),
                ("authority", AUTHORITY.to_owned()),
                ("reference", "'FILLED-' || n.i".to_owned()),
                ("agency_reference", "'FILLED-' || n.i".to_owned()),
                ("case_id", case.clone()),
            ],
        ),
        (
            "case_grants",
            "relationship = 'partner'",
            shared,
            vec![
                ("id", key(kind, SHARED)),
                ("authority", AUTHORITY.to_owned()),
                ("case_id", case.clone()),
            ],
        ),
        (
            "case_grants",
            "relationship = 'adviser' AND ends_on IS NULL",
            "n.i < 300 AND n.i % 10 = 1",
            vec![
                ("id", key(kind, NAMED)),
                ("authority", AUTHORITY.to_owned()),
                ("case_id", case),
            ],
        ),
    ];
    for (table, of, only, other) in tables {
        if kind == Kind::Postgres {
            // What it finds out in between would change plans from run to run.
            let still = format!("ALTER TABLE {table} SET (autovacuum_enabled = off)");
            conn.batch_execute(&still).unwrap();
        }
        copy(&mut conn, kind, (table, of, only), &other);
    }
    conn.batch_execute("ANALYZE").unwrap();
}

fn copy(conn: &mut Connection, kind: Kind, (table, of, only): (&str, &str, &str), other: &[(&str, String)]) {
    let columns = match kind {
        Kind::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
        Kind::Postgres => format!(
            "SELECT CAST(column_name AS text) AS name FROM information_schema.columns WHERE table_name = '{table}'"
        ),
    };
    let columns: Vec<Name> = match conn {
        Connection::Sqlite(sqlite) => sql_query(columns).load(sqlite),
        Connection::Postgres(postgres) => sql_query(columns).load(postgres),
    }
    .unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let values: Vec<String> = names
        .iter()
        .map(|name| {
            let given = other.iter().find(|(column, _)| column == name);
            given.map_or_else(|| format!("t.{name}"), |(_, value)| value.clone())
        })
        .collect();
    let (before, numbers) = match kind {
        Kind::Sqlite => (
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CASES})"),
            "n".to_owned(),
        ),
        Kind::Postgres => (String::new(), format!("generate_series(1, {CASES}) AS n(i)")),
    };
    let text = format!(
        "{before} INSERT INTO {table} ({}) SELECT {} FROM {numbers} CROSS JOIN \
         (SELECT * FROM {table} WHERE {of} ORDER BY id LIMIT 1) AS t WHERE {only}",
        names.join(", "),
        values.join(", ")
    );
    conn.batch_execute(&text)
        .unwrap_or_else(|error| panic!("{table}: {error}"));
}

/// The id of the row of this number, as SQL.
fn key(kind: Kind, table: u8) -> String {
    match kind {
        Kind::Sqlite => format!("unhex(printf('0199{table:04x}%024x', n.i))"),
        Kind::Postgres => format!("CAST('0199{table:04x}' || lpad(to_hex(n.i), 24, '0') AS uuid)"),
    }
}

fn key_of(kind: Kind, id: &str) -> String {
    match kind {
        Kind::Sqlite => format!("x'{}'", id.replace('-', "")),
        Kind::Postgres => format!("CAST('{id}' AS uuid)"),
    }
}
