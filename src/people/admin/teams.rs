//! Teams of an authority as administrators keep them.

use actix_web::{get, patch, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{faults_of_authorities, refuse_others, seen};
use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{IfMatchHeader, TeamPath};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::approvals::{self, ApprovalKind, AskedFor, PendingApproval};
use crate::people::users;
use crate::policy::{Role, Team, TeamKind};
use crate::problem::{Code, Fault, Problem, repeated};
use crate::schema::people::{team_members, teams as table};

/// A team. Members of a duty team reach every open unrestricted case of its authority, members of a casework team what
/// is allocated to the team.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"authority": "northbank", "name": "East locality", "kind": "casework", "members": []}))]
pub struct TeamEntry {
    /// Its authority, which stays.
    #[schema(min_length = 1, max_length = 40)]
    pub authority: String,
    /// Name; no two teams of an authority have the same.
    #[schema(min_length = 1, max_length = 100, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// What it is for.
    pub kind: TeamKind,
    /// Ids of its members, all staff of the authority.
    #[schema(max_items = 200)]
    pub members: Vec<Id>,
}

/// A member of a team.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberOfTeam {
    /// The user.
    pub id: Id,
    /// Name.
    pub name: String,
}

/// A team.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamView {
    /// Give this in `allocateToTeam`.
    pub id: Id,
    /// Its authority.
    pub authority: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub kind: TeamKind,
    /// Its members whose account is enabled.
    pub members: Vec<MemberOfTeam>,
    /// What of it waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_approval: Option<PendingApproval>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was set up.
    pub created_at: UtcTime,
}

impl View for TeamView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(super::mark_of(&(&self.members, &self.pending_approval)))
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct Row {
    id: Id,
    authority: String,
    name: String,
    kind: TeamKind,
    created_at: UtcTime,
    version: i64,
}

fn find(act: &mut Act, id: Id) -> Result<Row, Problem> {
    let own = table::table.find(id).filter(table::authority.one_of(seen(act)));
    let found = own.select(Row::as_select()).first(act.conn).optional()?;
    let row: Row = found.ok_or_else(Problem::not_found)?;
    act.found.authority = Some(row.authority.clone());
    Ok(row)
}

fn view(act: &mut Act, row: Row) -> Result<TeamView, Problem> {
    let members = users::team_members(act.conn, row.id)?;
    Ok(TeamView {
        id: row.id,
        authority: row.authority,
        name: row.name,
        kind: row.kind,
        members: members
            .into_iter()
            .map(|(id, name)| MemberOfTeam { id, name })
            .collect(),
        pending_approval: approvals::pending(act.conn, row.id, act.now)?,
        version: row.version,
        created_at: row.created_at,
    })
}

fn read(act: &mut Act, id: Id) -> Result<TeamView, Problem> {
    let row = find(act, id)?;
    view(act, row)
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<TeamView>, Problem> {
    let query = table::table
        .filter(table::authority.one_of(seen(act)))
        .into_boxed();
    let rows = crate::paged!(query, table, page)
        .select(Row::as_select())
        .load(act.conn)?;
    let rows = Rows::cut(rows, page, |row: &Row| row.id);
    let items: Result<Vec<_>, _> = rows.items.into_iter().map(|row| view(act, row)).collect();
    Ok(Rows {
        items: items?,
        next_after: rows.next_after,
    })
}

fn faults(act: &mut Act, entry: &TeamEntry) -> Result<Vec<Fault>, Problem> {
    let at = |index: usize| format!("/members/{index}");
    let mut faults = repeated(&entry.members, at, "This member stands here already.");
    for (index, member) in entry.members.iter().enumerate() {
        let user = users::find(act.conn, *member)?;
        let staff = [Role::Manager, Role::Practitioner, Role::DelegatedPractitioner];
        let works_there = user.is_some_and(|user| {
            let mut grants = user.roles.0.iter();
            grants.any(|grant| staff.contains(&grant.role) && grant.authority == entry.authority)
        });
        if !works_there {
            let why = "There is no member of staff of the authority with this id.";
            faults.push(Fault::at(at(index), "unknown", why));
        }
    }
    Ok(faults)
}

fn refuse_same_name(act: &mut Act, entry: &TeamEntry, but: Id) -> Result<(), Problem> {
    let there: Option<Id> = table::table
        .filter(
            table::authority
                .eq(&entry.authority)
                .and(table::name.eq(&entry.name)),
        )
        .select(table::id)
        .first(act.conn)
        .optional()?;
    match there.is_some_and(|there| there != but) {
        true => Err(Problem::new(Code::Conflict).saying("There is a team of this name already.")),
        false => Ok(()),
    }
}

fn set_up(act: &mut Act, body: &Body<TeamEntry>) -> Result<Id, Problem> {
    let found = match body.value() {
        Some(entry) => {
            let at = |_| "/authority".to_owned();
            let mut found = faults_of_authorities(act, std::slice::from_ref(&entry.authority), at)?;
            found.extend(faults(act, entry)?);
            found
        }
        None => vec![],
    };
    let entry = body.checked(|_| found)?;
    refuse_same_name(act, entry, act.new_id)?;
    let team = Team {
        id: act.new_id,
        authority: entry.authority.clone(),
        kind: entry.kind,
    };
    let waits = approvals::is_needed(act.conn, &team.authority)? && !entry.members.is_empty();
    let members: &[Id] = if waits { &[] } else { &entry.members };
    users::insert_team(act.conn, &team, &entry.name, members, act.now)?;
    match waits {
        true => {
            let asked = AskedFor {
                join: entry.members.clone(),
                ..AskedFor::default()
            };
            approvals::ask(act, (&team.authority, ApprovalKind::Team), team.id, asked)?;
        }
        false => tell_duty(act, &team, team.kind)?,
    }
    Ok(team.id)
}

fn amend(act: &mut Act, id: Id, patch: &Body<Patch<TeamEntry>>) -> Result<Id, Problem> {
    let row = find(act, id)?;
    refuse_others(act, std::iter::once(&row.authority))?;
    act.expect_version(row.version)?;
    let members: Vec<Id> = team_members::table
        .filter(team_members::team_id.eq(id))
        .select(team_members::user_id)
        .load(act.conn)?;
    let current = TeamEntry {
        authority: row.authority.clone(),
        name: row.name,
        kind: row.kind,
        members,
    };
    let entry = patch.valid()?.applied_to(&current)?;
    let mut found = faults(act, &entry)?;
    if entry.authority != current.authority {
        let why = "A team stays with its authority.";
        found.push(Fault::at("/authority", "fixed", why));
    }
    if !found.is_empty() {
        return Err(Problem::invalid(found));
    }
    refuse_same_name(act, &entry, id)?;
    let not_in = |these: &[Id], those: &[Id]| -> Vec<Id> {
        these.iter().copied().filter(|one| !those.contains(one)).collect()
    };
    let asked = AskedFor {
        join: not_in(&entry.members, &current.members),
        leave: not_in(&current.members, &entry.members),
        team_kind: (entry.kind != current.kind).then_some(entry.kind),
        ..AskedFor::default()
    };
    let read = table::table.find(id).filter(table::version.eq(row.version));
    let changed = diesel::update(read)
        .set((
            table::name.eq(&entry.name),
            table::version.eq(row.version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    if asked.is_nothing() {
        return Ok(id);
    }
    match approvals::is_needed(act.conn, &row.authority)? {
        true => approvals::ask(act, (&row.authority, ApprovalKind::Team), id, asked).map(drop)?,
        false => apply(act, id, &asked)?,
    }
    Ok(id)
}

/// Tells the authority that those on duty are others than before.
fn tell_duty(act: &mut Act, team: &Team, before: TeamKind) -> Result<(), Problem> {
    if team.kind == TeamKind::Duty || before == TeamKind::Duty {
        approvals::tell(act, &team.authority, NoticeKind::DutyTeamChanged, team.id)?;
    }
    Ok(())
}

/// Makes a team what a second person approved. Who is no member of staff any more does not join.
pub fn apply(act: &mut Act, id: Id, asked: &AskedFor) -> Result<(), Problem> {
    let found: Option<Row> = table::table
        .find(id)
        .select(Row::as_select())
        .first(act.conn)
        .optional()?;
    let row = found.ok_or_else(Problem::not_found)?;
    let kind = asked.team_kind.unwrap_or(row.kind);
    let was_on_duty = row.kind == TeamKind::Duty && !users::team_members(act.conn, id)?.is_empty();
    let read = table::table.find(id).filter(table::version.eq(row.version));
    let changed = diesel::update(read)
        .set((
            table::kind.eq(kind),
            table::version.eq(row.version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    let moving: Vec<Id> = asked.leave.iter().chain(&asked.join).copied().collect();
    let members = team_members::table.filter(team_members::team_id.eq(id));
    diesel::delete(members.filter(team_members::user_id.one_of(moving))).execute(act.conn)?;
    let mut joining = Vec::new();
    for member in &asked.join {
        if users::does_casework(act.conn, *member, &row.authority)? {
            joining.push(*member);
        }
    }
    users::join_team(act.conn, id, &joining)?;
    let still_on_duty = kind == TeamKind::Duty && !users::team_members(act.conn, id)?.is_empty();
    if was_on_duty && !still_on_duty && !users::anyone_on_duty(act.conn, &row.authority)? {
        return Err(Problem::new(Code::NobodyLeftToAct)
            .saying("Nobody would be left on duty in this authority. Let somebody else join first."));
    }
    let team = Team {
        id,
        authority: row.authority,
        kind,
    };
    tell_duty(act, &team, row.kind)
}

/// List teams
///
/// Of the authorities where the caller works or which they administer.
#[utoipa::path(
    operation_id = "listTeams",
    tag = "Administration",
    params(PageParams),
    responses((status = 200, description = "A page of teams", body = Page<TeamView>)),
    extensions(("x-permission" = json!("teams.read")))
)]
#[get("/v1/teams")]
pub async fn list_teams(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

/// Set up a team
///
/// In an authority that the caller administers. Its members join once a second person approved (`pendingApproval`).
#[utoipa::path(
    operation_id = "setUpTeam",
    tag = "Administration",
    request_body = TeamEntry,
    responses((status = 201, description = "The team", body = TeamView)),
    extensions(("x-permission" = json!("teams.keep")))
)]
#[post("/v1/teams")]
pub async fn set_up_team(call: Call, body: Body<TeamEntry>) -> Reply {
    call.create(body, set_up, read).await
}

/// Read a team
///
/// With its members.
#[utoipa::path(
    operation_id = "getTeam",
    tag = "Administration",
    params(TeamPath),
    responses((status = 200, description = "The team", body = TeamView)),
    extensions(("x-permission" = json!("teams.read")))
)]
#[get("/v1/teams/{teamId}")]
pub async fn get_team(call: Call, ids: Ids<1>) -> Reply {
    let Ids([team]) = ids;
    call.read(move |act| read(act, team)).await
}

/// Amend a team
///
/// By a merge patch; `members` is replaced whole. Who joins or leaves, and what the team is for, waits for a second person, an
/// administrator or manager (`pendingApproval`), and then holds on the next request.
#[utoipa::path(
    operation_id = "amendTeam",
    tag = "Administration",
    params(TeamPath, IfMatchHeader),
    request_body = Patch<TeamEntry>,
    responses((status = 200, description = "The team", body = TeamView)),
    extensions(("x-permission" = json!("teams.keep")))
)]
#[patch("/v1/teams/{teamId}")]
pub async fn amend_team(call: Call, ids: Ids<1>, body: Body<Patch<TeamEntry>>) -> Reply {
    let Ids([team]) = ids;
    call.change(body, move |act, body| amend(act, team, body), read)
        .await
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_teams)
        .service(set_up_team)
        .service(get_team)
        .service(amend_team);
}
