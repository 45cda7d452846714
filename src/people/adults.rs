//! Adults at risk. A record belongs to one authority; the same human in two authorities is two records.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::people::adults as table;

/// An adult as kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Adult {
    /// Id.
    pub id: Id,
    /// The authority the record belongs to.
    pub authority: String,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
    /// When it last changed.
    pub updated_at: UtcTime,
    /// By whom.
    pub updated_by: Id,
    /// Family name.
    pub family_name: Option<String>,
    /// Given names.
    pub given_names: Json<Vec<String>>,
    /// What the adult likes to be called.
    pub preferred_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Date of death; ends nothing by itself.
    pub date_of_death: Option<NaiveDate>,
    /// NHS number, valid by its check digit. Never a key, never in a URL or a log.
    pub nhs_number: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Communication needs (Accessible Information Standard).
    pub communication_needs: Json<Vec<String>>,
    /// Alerts for those who work with the adult.
    pub alerts: Json<Vec<String>>,
}

/// What stands about the adult on every answer about a case, for those who may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdultBrief {
    /// The adult's record.
    pub id: Id,
    /// What the adult likes to be called, or is called.
    pub preferred_name: String,
    /// How to communicate with the adult.
    pub communication_needs: Vec<String>,
    /// Alerts.
    pub alerts: Vec<String>,
}

/// Makes a record.
pub fn insert(conn: &mut Connection, adult: &Adult) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values(adult)
        .execute(conn)
        .map(drop)
}

/// The record of this id in this authority.
pub fn find(conn: &mut Connection, authority: &str, id: Id) -> QueryResult<Option<Adult>> {
    table::table
        .find(id)
        .filter(table::authority.eq(authority))
        .select(Adult::as_select())
        .first(conn)
        .optional()
}

/// Briefs of these adults.
pub fn briefs(conn: &mut Connection, ids: &[Id]) -> QueryResult<HashMap<Id, AdultBrief>> {
    let adults: Vec<Adult> = table::table
        .filter(table::id.eq_any(ids))
        .select(Adult::as_select())
        .load(conn)?;
    Ok(adults.into_iter().map(|adult| (adult.id, brief(adult))).collect())
}

fn brief(adult: Adult) -> AdultBrief {
    let called = adult.given_names.0.first().cloned().or(adult.family_name);
    AdultBrief {
        id: adult.id,
        preferred_name: adult
            .preferred_name
            .or(called)
            .unwrap_or_else(|| "Not known".to_owned()),
        communication_needs: adult.communication_needs.0,
        alerts: adult.alerts.0,
    }
}

/// Records in the authority that are very likely the same person: the same NHS number, or the same family name
/// and date of birth.
pub fn strong_matches(
    conn: &mut Connection,
    authority: &str,
    nhs_number: Option<&str>,
    birth: Option<(&str, NaiveDate)>,
) -> QueryResult<Vec<Adult>> {
    let mut found: Vec<Adult> = vec![];
    if let Some(number) = nhs_number {
        found = table::table
            .filter(table::authority.eq(authority).and(table::nhs_number.eq(number)))
            .order(table::id)
            .limit(10)
            .select(Adult::as_select())
            .load(conn)?;
    }
    if let Some((family_name, date)) = birth {
        let alike: Vec<Adult> = table::table
            .filter(table::authority.eq(authority))
            .filter(
                table::date_of_birth
                    .eq(date)
                    .and(table::family_name.eq(family_name)),
            )
            .order(table::id)
            .limit(10)
            .select(Adult::as_select())
            .load(conn)?;
        let new: Vec<Adult> = alike
            .into_iter()
            .filter(|adult| found.iter().all(|known| known.id != adult.id))
            .collect();
        found.extend(new);
    }
    Ok(found)
}
