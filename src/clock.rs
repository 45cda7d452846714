//! The one place where time is read.

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use chrono_tz::Europe::London;
use serde::{Deserialize, Serialize};

use crate::db::types::Moment;

/// An instant in UTC, cut to microseconds because PostgreSQL keeps no more: what is answered on creation
/// is then byte for byte what is read later, on either database. On the wire RFC 3339 with `Z`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = Moment)]
#[serde(from = "DateTime<Utc>")]
pub struct UtcTime(DateTime<Utc>);

impl UtcTime {
    /// The instant as chrono knows it.
    pub fn get(self) -> DateTime<Utc> {
        self.0
    }

    /// This instant moved by a number of seconds (negative: earlier).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + chrono::TimeDelta::seconds(seconds))
    }

    /// This instant moved by a number of microseconds, the smallest step there is.
    pub fn plus_micros(self, micros: i64) -> Self {
        Self(self.0 + chrono::TimeDelta::microseconds(micros))
    }

    /// Whole seconds since the Unix epoch, as tokens count them.
    pub fn unix_seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The calendar date in London, where the authorities of England keep their day.
    pub fn date(self) -> NaiveDate {
        self.0.with_timezone(&London).date_naive()
    }

    /// The instant at which a day has ended in London: what lasts to its end holds before it.
    pub fn end_of(day: NaiveDate) -> Self {
        let next = day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN);
        // The clocks change at one in the morning, so midnight is there every day, and once.
        let midnight = next.and_local_timezone(London).earliest();
        midnight
            .map_or_else(|| next.and_utc(), |at| at.with_timezone(&Utc))
            .into()
    }
}

impl From<DateTime<Utc>> for UtcTime {
    fn from(at: DateTime<Utc>) -> Self {
        let whole_micros = at.nanosecond() / 1_000 * 1_000;
        Self(at.with_nanosecond(whole_micros).unwrap_or(at))
    }
}

impl Serialize for UtcTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%Y-%m-%dT%H:%M:%S%.fZ"))
    }
}

impl std::fmt::Display for UtcTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.fZ"))
    }
}

impl utoipa::PartialSchema for UtcTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom(
                "date-time".to_owned(),
            )))
            .into()
    }
}
impl utoipa::ToSchema for UtcTime {}

/// How the contract writes an instant that must have come. An offline app says with one when something was said.
pub struct PastTime;

impl utoipa::__dev::ComposeSchema for PastTime {
    fn compose(
        _: Vec<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>,
    ) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        let rule = utoipa::openapi::extensions::Extensions::builder()
            .add("x-rule", "not_in_the_future")
            .build();
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom(
                "date-time".to_owned(),
            )))
            .extensions(Some(rule))
            .into()
    }
}
impl utoipa::ToSchema for PastTime {}

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the place the lint points to")]
pub fn now() -> UtcTime {
    Utc::now().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_london_in_summer_and_in_winter() {
        let ends = |day: &str| UtcTime::end_of(day.parse().unwrap()).to_string();
        assert_eq!(ends("2026-06-30"), "2026-06-30T23:00:00Z");
        assert_eq!(ends("2026-12-01"), "2026-12-02T00:00:00Z");
        // The days on which the clocks change.
        assert_eq!(ends("2026-03-28"), "2026-03-29T00:00:00Z");
        assert_eq!(ends("2026-03-29"), "2026-03-29T23:00:00Z");
        assert_eq!(ends("2026-10-24"), "2026-10-24T23:00:00Z");
        assert_eq!(ends("2026-10-25"), "2026-10-26T00:00:00Z");
        for day in ["2026-06-30", "2026-12-01", "2026-03-29", "2026-10-25"] {
            let day: NaiveDate = day.parse().unwrap();
            let midnight = UtcTime::end_of(day);
            assert_eq!(midnight.plus_micros(-1).date(), day);
            assert_eq!(midnight.date(), day.succ_opt().unwrap());
        }
    }

    #[test]
    fn an_instant_is_kept_to_the_microsecond_and_written_with_z() {
        let at: UtcTime = serde_json::from_str("\"2026-11-21T10:00:00.123456789+01:00\"").unwrap();
        assert_eq!(
            serde_json::to_string(&at).unwrap(),
            "\"2026-11-21T09:00:00.123456Z\""
        );
        let whole: UtcTime = serde_json::from_str("\"2026-11-21T10:00:00Z\"").unwrap();
        assert_eq!(whole.to_string(), "2026-11-21T10:00:00Z");
    }
}
