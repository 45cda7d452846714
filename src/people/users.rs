//! Users: people with an account, their roles and teams.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::{Caller, CallerKind, Role, RoleGrant, Team, TeamKind};
use crate::schema::people::{team_members, teams, users as table};

/// A person with an account.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct User {
    /// Id.
    pub id: Id,
    /// The name to sign in with.
    pub username: String,
    /// The name people know.
    pub name: String,
    /// Whether the account may be used.
    pub enabled: bool,
    /// Hash of the password; none: the built-in sign-in is not open to this user.
    pub password_hash: Option<String>,
    /// The agency the person works for.
    pub agency_id: Option<Id>,
    /// Roles, each in an authority.
    pub roles: Json<Vec<RoleGrant>>,
    /// How the public reaches this person, for the adult's booklet.
    pub public_contact: Option<String>,
    /// When the account was made.
    pub created_at: UtcTime,
}

diesel::joinable!(team_members -> teams (team_id));
diesel::joinable!(team_members -> table (user_id));
diesel::allow_tables_to_appear_in_same_query!(table, team_members, teams);

/// The user of this id.
pub fn find(conn: &mut Connection, id: Id) -> QueryResult<Option<User>> {
    table::table
        .find(id)
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// The user of this sign-in name.
pub fn named(conn: &mut Connection, username: &str) -> QueryResult<Option<User>> {
    table::table
        .filter(table::username.eq(username))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// Makes an account.
pub fn insert(conn: &mut Connection, user: &User) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values(user)
        .execute(conn)
        .map(drop)
}

/// A user with one of their teams.
type UserAndTeam = (User, Option<(Id, String, TeamKind)>);

/// The user as the policy sees them, in one statement.
pub fn caller(conn: &mut Connection, id: Id) -> QueryResult<Option<Caller>> {
    let of_team = (teams::id, teams::authority, teams::kind).nullable();
    let rows: Vec<UserAndTeam> = table::table
        .left_join(team_members::table.inner_join(teams::table))
        .filter(table::id.eq(id).and(table::enabled.eq(true)))
        .select((User::as_select(), of_team))
        .load(conn)?;
    let teams = rows.iter().filter_map(|(_, team)| team.clone());
    let teams = teams
        .map(|(id, authority, kind)| Team { id, authority, kind })
        .collect();
    Ok(rows.into_iter().next().map(|(user, _)| Caller {
        id: user.id,
        kind: CallerKind::User,
        name: user.name,
        agency_id: user.agency_id,
        roles: user.roles.0,
        teams,
        scopes: vec![],
        default_authority: None,
        authorities: vec![],
        agreement_in_force: false,
        at: crate::clock::now(),
    }))
}

/// Sets up a team with its members.
pub fn insert_team(
    conn: &mut Connection,
    team: &Team,
    name: &str,
    members: &[Id],
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(teams::table)
        .values((
            teams::id.eq(team.id),
            teams::authority.eq(&team.authority),
            teams::name.eq(name),
            teams::kind.eq(team.kind),
            teams::created_at.eq(now),
        ))
        .execute(conn)?;
    for member in members {
        diesel::insert_into(team_members::table)
            .values((
                team_members::user_id.eq(member),
                team_members::team_id.eq(team.id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Whether this user does casework in this authority.
pub fn does_casework(conn: &mut Connection, user: Id, authority: &str) -> QueryResult<bool> {
    let user = find(conn, user)?.filter(|user| user.enabled);
    Ok(user.is_some_and(|user| {
        user.roles.0.iter().any(|grant| {
            let casework = matches!(
                grant.role,
                Role::Practitioner | Role::DelegatedPractitioner | Role::Manager
            );
            casework && grant.authority == authority
        })
    }))
}

/// Names of these users.
pub fn names(conn: &mut Connection, ids: &[Id]) -> QueryResult<Vec<(Id, String)>> {
    table::table
        .filter(table::id.eq_any(ids))
        .select((table::id, table::name))
        .load(conn)
}

/// The members of a team.
pub fn team_members(conn: &mut Connection, team: Id) -> QueryResult<Vec<(Id, String)>> {
    table::table
        .inner_join(team_members::table)
        .filter(team_members::team_id.eq(team).and(table::enabled.eq(true)))
        .order(table::name)
        .select((table::id, table::name))
        .load(conn)
}

/// The authority a team belongs to.
pub fn team_authority(conn: &mut Connection, team: Id) -> QueryResult<Option<String>> {
    teams::table
        .find(team)
        .select(teams::authority)
        .first(conn)
        .optional()
}

/// A page of the staff of these authorities to whom casework is allocated.
pub fn staff_page(
    conn: &mut Connection,
    authorities: &[String],
    page: &PageRequest,
) -> QueryResult<Rows<User>> {
    let works_there = |user: &User| {
        user.roles.0.iter().any(|grant| {
            authorities.contains(&grant.authority)
                && matches!(
                    grant.role,
                    Role::Manager | Role::Practitioner | Role::DelegatedPractitioner
                )
        })
    };
    let mut staff = Vec::new();
    let mut after = page.after;
    // Roles are a document, so rows are read on until the page is full.
    loop {
        let rows = page_of(conn, after, page)?;
        let last = rows.last().map(|user| user.id);
        let short = i64::try_from(rows.len()).unwrap_or(i64::MAX) < page.rows();
        staff.extend(rows.into_iter().filter(works_there));
        if short || i64::try_from(staff.len()).unwrap_or(i64::MAX) >= page.rows() {
            return Ok(Rows::cut(staff, page, |user| user.id));
        }
        after = last;
    }
}

fn page_of(conn: &mut Connection, after: Option<Id>, page: &PageRequest) -> QueryResult<Vec<User>> {
    let mut query = table::table
        .filter(table::enabled.eq(true))
        .limit(page.rows())
        .into_boxed();
    if let Some(since) = page.updated_since {
        query = query.filter(table::created_at.ge(since));
    }
    query = match (page.newest_first, after) {
        (true, Some(after)) => query.filter(table::id.lt(after)).order(table::id.desc()),
        (true, None) => query.order(table::id.desc()),
        (false, Some(after)) => query.filter(table::id.gt(after)).order(table::id.asc()),
        (false, None) => query.order(table::id.asc()),
    };
    query.select(User::as_select()).load(conn)
}

/// A member of staff, as a colleague sees them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// Give this in `allocateTo`.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Roles, each in an authority.
    pub roles: Vec<RoleGrant>,
}
