//! The numbers in references that people read out: `MSP-2026-000123`. Unique, rising, with gaps allowed.

use chrono::Datelike;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::Connection;
use crate::clock::UtcTime;

/// What is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// `MSP-…`
    Cases,
    /// `REF-…`
    Referrals,
}

impl Series {
    fn prefix(self) -> &'static str {
        match self {
            Self::Cases => "MSP",
            Self::Referrals => "REF",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cases => "case_numbers",
            Self::Referrals => "referral_numbers",
        }
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The next reference. PostgreSQL takes it from a sequence, since a counter row would queue every intake behind
/// the one before it until its commit; SQLite has one writer anyway and counts in a row.
pub fn next_reference(conn: &mut Connection, series: Series, now: UtcTime) -> diesel::QueryResult<String> {
    let number = next_numbers(conn, series, 1)?.pop().ok_or(diesel::NotFound)?;
    Ok(reference(series, now, number))
}

/// Takes `count` numbers at once; for bulk loading.
pub fn next_numbers(conn: &mut Connection, series: Series, count: i64) -> diesel::QueryResult<Vec<i64>> {
    let name = series.name();
    match conn {
        Connection::Postgres(postgres) => {
            let sql = format!("SELECT nextval('{name}') AS number FROM generate_series(1, {count})");
            let numbers: Vec<Number> = sql_query(sql).load(postgres)?;
            Ok(numbers.into_iter().map(|row| row.number).collect())
        }
        Connection::Sqlite(sqlite) => {
            let sql = format!(
                "UPDATE reference_counters SET last = last + {count} WHERE series = '{name}' RETURNING last AS number"
            );
            let last: Number = sql_query(sql).get_result(sqlite)?;
            Ok((last.number - count + 1..=last.number).collect())
        }
    }
}

/// Writes a number as a reference.
pub fn reference(series: Series, now: UtcTime, number: i64) -> String {
    format!("{}-{}-{number:06}", series.prefix(), now.get().year())
}
