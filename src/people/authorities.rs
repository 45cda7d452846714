//! Local authorities: each case belongs to exactly one.

use std::collections::HashMap;

use actix_web::{get, put};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::act::{Act, guarded};
use crate::body::Body;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Key;
use crate::http::params::{AuthorityPath, IfMatchHeader};
use crate::ids::Id;
use crate::policy::{Action, Role};
use crate::problem::Problem;
use crate::schema::foundation::authorities as table;

/// A local authority with its safeguarding duty (Care Act 2014 s.42).
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Authority {
    /// Its code in the API: `northbank`.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// When it was set up.
    pub created_at: UtcTime,
    /// 1, and one more with every change of its settings.
    pub version: i64,
    /// How it works.
    pub settings: Json<Settings>,
}

/// How an authority works, as far as it differs between them.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "stageLabels": {"concern": "First stage", "enquiry": "Strategy planning"}, "linkCountsAsConcern": true,
    "publicContact": "Northbank adult social care, 01632 960001"
}))]
pub struct Settings {
    /// What the authority calls each state; the states themselves are the same everywhere.
    pub stage_labels: StageLabels,
    /// Whether a referral that is linked to a case counts as a concern of its own (SG1).
    pub link_counts_as_concern: Option<bool>,
    /// Whom the public reaches, for the booklet.
    #[schema(min_length = 1, max_length = 300)]
    pub public_contact: Option<String>,
}

/// What an authority calls each state.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StageLabels {
    /// `concern`.
    #[schema(min_length = 1, max_length = 60)]
    pub concern: Option<String>,
    /// `enquiry`.
    #[schema(min_length = 1, max_length = 60)]
    pub enquiry: Option<String>,
    /// `plan`.
    #[schema(min_length = 1, max_length = 60)]
    pub plan: Option<String>,
    /// `concluded`.
    #[schema(min_length = 1, max_length = 60)]
    pub concluded: Option<String>,
    /// `closed`.
    #[schema(min_length = 1, max_length = 60)]
    pub closed: Option<String>,
    /// `closed_no_enquiry`.
    #[schema(min_length = 1, max_length = 60)]
    pub closed_no_enquiry: Option<String>,
}

/// The settings of these authorities.
pub fn settings(conn: &mut Connection, codes: &[String]) -> QueryResult<HashMap<String, Settings>> {
    let rows: Vec<(String, Json<Settings>)> = table::table
        .filter(table::code.eq_any(codes))
        .select((table::code, table::settings))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(code, settings)| (code, settings.0))
        .collect())
}

/// One authority.
pub fn find(conn: &mut Connection, code: &str) -> QueryResult<Option<Authority>> {
    table::table
        .find(code)
        .select(Authority::as_select())
        .first(conn)
        .optional()
}

/// Writes settings over the version before; answers how many rows that changed.
pub fn save(conn: &mut Connection, authority: &Authority, settings: &Settings) -> QueryResult<usize> {
    let read = table::table
        .find(&authority.code)
        .filter(table::version.eq(authority.version));
    diesel::update(read)
        .set((
            table::version.eq(authority.version + 1),
            table::settings.eq(Json(settings.clone())),
        ))
        .execute(conn)
}

/// Sets one up, unless it is there.
pub fn ensure(conn: &mut Connection, authority: &Authority) -> QueryResult<()> {
    if !exists(conn, &authority.code)? {
        diesel::insert_into(table::table)
            .values(authority)
            .execute(conn)?;
    }
    Ok(())
}

/// Whether this deployment serves it.
pub fn exists(conn: &mut Connection, code: &str) -> QueryResult<bool> {
    let found = table::table
        .find(code)
        .select(table::code)
        .first::<String>(conn)
        .optional()?;
    Ok(found.is_some())
}

impl Authority {
    /// An authority known by its code, with a name made of it.
    pub fn new(code: &str, now: UtcTime) -> Self {
        let mut letters = code.chars();
        let name: String = letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        Self {
            code: code.to_owned(),
            name: format!("{name} Council"),
            created_at: now,
            version: 1,
            settings: Json(Settings::default()),
        }
    }
}

/// An authority's settings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// The authority's code.
    #[schema(example = "northbank")]
    pub authority: String,
    /// Its name.
    pub name: String,
    /// How it works.
    #[serde(flatten)]
    pub settings: Settings,
    /// 1, and one more with every change.
    pub version: i64,
}

impl View for SettingsView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn reached(act: &mut Act, code: &str) -> Result<Authority, Problem> {
    let theirs = act.caller.roles.iter().any(|grant| {
        let permitted = act.action == Action::AuthoritiesRead || grant.role == Role::Admin;
        permitted && grant.authority == code
    });
    let found = find(act.conn, code)?
        .filter(|_| theirs)
        .ok_or_else(Problem::not_found)?;
    act.found.authority = Some(found.code.clone());
    Ok(found)
}

fn read(act: &mut Act, code: &str) -> Result<SettingsView, Problem> {
    let found = reached(act, code)?;
    Ok(SettingsView {
        authority: found.code,
        name: found.name,
        settings: found.settings.0,
        version: found.version,
    })
}

fn keep(act: &mut Act, code: &str, body: &Body<Settings>) -> Result<Id, Problem> {
    let found = reached(act, code)?;
    act.expect_version(found.version)?;
    let settings = body.valid()?;
    guarded(save(act.conn, &found, settings)?)?;
    Ok(act.new_id)
}

/// Read an authority's settings
///
/// What it calls the stages, what it counts, and whom the public reaches.
#[utoipa::path(
    operation_id = "getAuthoritySettings",
    tag = "Administration",
    params(AuthorityPath),
    responses((status = 200, description = "The settings", body = SettingsView)),
    extensions(("x-permission" = json!("authorities.read")))
)]
#[get("/v1/authorities/{authority}/settings")]
pub async fn get_authority_settings(call: Call, authority: Key) -> Reply {
    call.read(move |act| read(act, &authority.0)).await
}

/// Keep an authority's settings
///
/// By an administrator of that authority. The states of a case are the same everywhere; what they are called is not.
#[utoipa::path(
    operation_id = "keepAuthoritySettings",
    tag = "Administration",
    params(AuthorityPath, IfMatchHeader),
    request_body = Settings,
    responses((status = 200, description = "The settings", body = SettingsView)),
    extensions(("x-permission" = json!("authorities.keep")))
)]
#[put("/v1/authorities/{authority}/settings")]
pub async fn keep_authority_settings(call: Call, authority: Key, body: Body<Settings>) -> Reply {
    let again = authority.0.clone();
    call.change(
        body,
        move |act, body| keep(act, &authority.0, body),
        move |act, _| read(act, &again),
    )
    .await
}
