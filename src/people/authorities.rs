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
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Key;
use crate::http::params::{AuthorityPath, IfMatchHeader};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::people::approvals::{self, ApprovalKind, AskedFor, PendingApproval};
use crate::people::users;
use crate::policy::{Action, Role};
use crate::problem::{Fault, Problem, repeated};
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
    "localResponseOptions": [{"code": "walking_group", "label": "A walking group"}],
    "publicContact": "Northbank adult social care, 01632 960001"
}))]
pub struct Settings {
    /// What the authority calls each state; the states themselves are the same everywhere.
    pub stage_labels: StageLabels,
    /// Whether a referral that is linked to a case counts as a concern of its own (SG1).
    pub link_counts_as_concern: Option<bool>,
    /// Responses that this authority offers beyond the list; a record names them in `localOption`.
    #[schema(max_items = 50)]
    pub local_response_options: Vec<LocalCode>,
    /// What people here often want, beyond the nine statements; an outcome names them in `localSuggestionCodes`.
    #[schema(max_items = 50)]
    pub local_suggestions: Vec<LocalCode>,
    /// Whom the public reaches, for the booklet.
    #[schema(min_length = 1, max_length = 300)]
    pub public_contact: Option<String>,
    /// Who is given a case or referral on which nobody else is left to act: the first of these members of staff, outside the
    /// line, who is not kept away from it. Changing it waits for a second person.
    #[schema(max_items = 5)]
    pub escalate_to: Vec<Id>,
    /// Whether a second person decides on rights over case content and accounts; absent: yes. Switching it off itself waits
    /// for one.
    pub second_person: Option<SecondPerson>,
}

/// Whether a second person decides.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecondPerson {
    /// Whether one is needed.
    pub required: bool,
    /// Why not; needed to switch it off.
    #[schema(min_length = 1, max_length = 500, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: Option<String>,
}

fn is_off(settings: &Settings) -> bool {
    settings.second_person.as_ref().is_some_and(|rule| !rule.required)
}

/// A code of an authority's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalCode {
    /// The code, as records name it.
    #[schema(min_length = 1, max_length = 60, example = "walking_group")]
    pub code: String,
    /// What people read.
    #[schema(min_length = 1, max_length = 200, example = "A walking group")]
    pub label: String,
}

/// The faults of codes that an authority does not have; `pointer` says where each stands.
pub fn unknown_codes(known: &[LocalCode], used: &[String], pointer: impl Fn(usize) -> String) -> Vec<Fault> {
    let unknown = |code: &String| !known.iter().any(|local| local.code == *code);
    let found = used.iter().enumerate().filter(|(_, code)| unknown(code));
    found
        .map(|(index, _)| {
            Fault::at(
                pointer(index),
                "unknown",
                "The authority of the case has no such code.",
            )
        })
        .collect()
}

/// The settings of one authority.
pub fn settings_of(conn: &mut Connection, code: &str) -> QueryResult<Settings> {
    let found = settings(conn, &[code.to_owned()])?.remove(code);
    Ok(found.unwrap_or_default())
}

/// Lets nobody else take away who can act in this authority until the transaction ends: of two at once the second sees what
/// the first left.
pub fn hold(conn: &mut Connection, code: &str) -> QueryResult<()> {
    crate::hold_rows!(conn, table::table.find(code.to_owned()))
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
        .filter(table::code.one_of(codes))
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
    /// What of it waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_approval: Option<PendingApproval>,
    /// 1, and one more with every change.
    pub version: i64,
}

impl View for SettingsView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        self.pending_approval
            .as_ref()
            .map(|pending| pending.id.to_string())
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
        pending_approval: approvals::pending_of_settings(act.conn, code, act.now)?,
        version: found.version,
    })
}

fn faults_of_escalation(act: &mut Act, code: &str, named: &[Id]) -> Result<Vec<Fault>, Problem> {
    let at = |index: usize| format!("/escalateTo/{index}");
    let mut faults = repeated(named, at, "This person stands here already.");
    for (index, user) in named.iter().enumerate() {
        if !users::does_casework(act.conn, *user, code)? {
            let why = "There is no member of staff of the authority with this id.";
            faults.push(Fault::at(at(index), "unknown", why));
        }
    }
    Ok(faults)
}

fn keep(act: &mut Act, code: &str, body: &Body<Settings>) -> Result<Id, Problem> {
    let found = reached(act, code)?;
    act.expect_version(found.version)?;
    let mut faults = match body.value() {
        Some(wanted) => faults_of_escalation(act, code, &wanted.escalate_to)?,
        None => vec![],
    };
    let settings = body.checked(|settings| {
        let twice = |codes: &[LocalCode], list: &str| {
            let codes: Vec<String> = codes.iter().map(|local| local.code.clone()).collect();
            repeated(
                &codes,
                |index| format!("/{list}/{index}/code"),
                "Each code stands here once.",
            )
        };
        let unreasoned = is_off(settings)
            && settings
                .second_person
                .as_ref()
                .is_none_or(|rule| rule.reason.is_none());
        let why = "Say why no second person is to decide.";
        let unreasoned = unreasoned.then(|| Fault::required("/secondPerson/reason", why));
        faults.extend(twice(&settings.local_response_options, "localResponseOptions"));
        faults.extend(twice(&settings.local_suggestions, "localSuggestions"));
        faults.extend(unreasoned);
        faults
    })?;
    let before = found.settings.0.clone();
    let mut settings = settings.clone();
    match (is_off(&before), is_off(&settings)) {
        (false, true) => {
            let reason = settings.second_person.take().and_then(|rule| rule.reason);
            settings.second_person.clone_from(&before.second_person);
            let asked = AskedFor {
                reason,
                ..AskedFor::default()
            };
            approvals::ask(act, (code, ApprovalKind::SecondPerson), act.new_id, asked)?;
        }
        // Switching it on again protects, and holds at once.
        (true, false) => {
            approvals::tell(act, code, NoticeKind::SecondPersonChanged, act.new_id)?;
        }
        _ => {}
    }
    if settings.escalate_to != before.escalate_to {
        match approvals::is_needed(act.conn, code)? {
            true => {
                let asked = AskedFor {
                    escalate_to: Some(settings.escalate_to.clone()),
                    ..AskedFor::default()
                };
                settings.escalate_to.clone_from(&before.escalate_to);
                approvals::ask(act, (code, ApprovalKind::Escalation), act.new_id, asked)?;
            }
            false => approvals::tell(act, code, NoticeKind::EscalationChanged, act.new_id)?,
        }
    }
    guarded(save(act.conn, &found, &settings)?)?;
    Ok(act.new_id)
}

/// Sets to whom goes what nobody else is left for, and tells the authority.
pub fn set_escalation(act: &mut Act, code: &str, to: Vec<Id>) -> Result<(), Problem> {
    let found = find(act.conn, code)?.ok_or_else(Problem::not_found)?;
    let settings = Settings {
        escalate_to: to,
        ..found.settings.0.clone()
    };
    guarded(save(act.conn, &found, &settings)?)?;
    approvals::tell(act, code, NoticeKind::EscalationChanged, act.new_id)?;
    Ok(())
}

/// Sets whether a second person decides in this authority, and tells it.
pub fn set_second_person(act: &mut Act, code: &str, rule: SecondPerson) -> Result<(), Problem> {
    let found = find(act.conn, code)?.ok_or_else(Problem::not_found)?;
    let settings = Settings {
        second_person: Some(rule),
        ..found.settings.0.clone()
    };
    guarded(save(act.conn, &found, &settings)?)?;
    approvals::tell(act, code, NoticeKind::SecondPersonChanged, act.new_id)?;
    Ok(())
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
/// By an administrator of that authority; switching off that a second person decides, and another `escalateTo`, wait for one (`pendingApproval`). The states of a case are the same everywhere; what they are called is not.
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
