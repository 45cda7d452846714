//! Users: people with an account, their roles and teams.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::Serialize;
use utoipa::ToSchema;

use super::adults::compared;
use super::agencies;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::child_rows::ChildRows;
use crate::db::fragment::sql;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::{CASEWORK, Caller, CallerKind, Role, RoleGrant, Team, TeamKind};
use crate::schema::identity::sessions;
use crate::schema::people::{team_members, teams, user_roles, users as table};

crate::child_rows! {
    /// The roles of an account.
    pub struct Roles of table::id {
        from "user_roles" where "user_roles.user_id = users.id" order by "authority, role",
        ["role": "role", "authority": "authority"]
    }
}

/// A person with an account.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct User {
    /// Its id: a UUID, which sorts by when it was made.
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
    /// Roles, each in an authority; rows of their own.
    #[diesel(skip_insertion, select_expression = ChildRows::list(), select_expression_type = ChildRows<Roles>)]
    pub roles: Json<Vec<RoleGrant>>,
    /// How the public reaches this person, for the adult's booklet.
    pub public_contact: Option<String>,
    /// When the account was made.
    pub created_at: UtcTime,
}

diesel::joinable!(team_members -> teams (team_id));
diesel::joinable!(team_members -> table (user_id));
diesel::allow_tables_to_appear_in_same_query!(table, team_members, teams, user_roles);

#[diesel::declare_sql_function]
extern "SQL" {
    /// A text in lower case, as the database's unique index has it.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The user of this id.
pub fn find(conn: &mut Connection, id: Id) -> QueryResult<Option<User>> {
    table::table
        .find(id)
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// The user of this sign-in name, in whatever case it is written.
pub fn named(conn: &mut Connection, username: &str) -> QueryResult<Option<User>> {
    table::table
        .filter(lower(table::username).eq(lower(username)))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// Makes an account.
pub fn insert(conn: &mut Connection, user: &User) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((
            user,
            table::updated_at.eq(user.created_at),
            table::registered_by_authority.eq(user.roles.0.first().map(|grant| &grant.authority)),
        ))
        .execute(conn)?;
    add_roles(conn, user.id, &user.roles.0)
}

/// Gives an account these roles, and no others.
pub fn set_roles(conn: &mut Connection, user: Id, roles: &[RoleGrant]) -> QueryResult<()> {
    diesel::delete(user_roles::table.filter(user_roles::user_id.eq(user))).execute(conn)?;
    add_roles(conn, user, roles)
}

fn add_roles(conn: &mut Connection, user: Id, roles: &[RoleGrant]) -> QueryResult<()> {
    for grant in roles {
        let row = (
            user_roles::user_id.eq(user),
            user_roles::authority.eq(&grant.authority),
            user_roles::role.eq(grant.role),
        );
        crate::insert_unless_there!(&mut *conn, user_roles, row)?;
    }
    Ok(())
}

/// Gives an account a role besides those it has.
pub fn give_role(conn: &mut Connection, user: Id, given: RoleGrant, now: UtcTime) -> QueryResult<()> {
    let account = table::table.find(user);
    diesel::update(account)
        .set((table::version.eq(table::version + 1), table::updated_at.eq(now)))
        .execute(conn)?;
    add_roles(conn, user, &[given])
}

/// A user with one of their teams, and whether anything was given to them because nobody else was left for it.
type UserAndTeam = (User, Option<(Id, String, TeamKind)>, bool);

/// The user as the policy sees them.
pub fn caller(conn: &mut Connection, id: Id, now: UtcTime) -> QueryResult<Option<Caller>> {
    caller_in(conn, id, None, now)
}

/// The user as the policy sees them for one request, unless the session they call in has ended; in one statement.
pub fn caller_in(
    conn: &mut Connection,
    id: Id,
    session: Option<Id>,
    now: UtcTime,
) -> QueryResult<Option<Caller>> {
    let of_team = (teams::id, teams::authority, teams::kind).nullable();
    // A subquery on another table is no column of a join to diesel.
    let escalated =
        sql::<Bool>("EXISTS (SELECT 1 FROM escalations AS one WHERE one.ended_at IS NULL AND one.user_id = ")
            .bind(id)
            .sql(")");
    let query = table::table
        .left_join(team_members::table.inner_join(teams::table))
        .filter(table::id.eq(id).and(table::enabled.eq(true)))
        .select((User::as_select(), of_team, escalated))
        .into_boxed();
    let query = match session {
        Some(session) => query.filter(exists(
            sessions::table
                .find(session)
                .filter(sessions::user_id.eq(id).and(sessions::ended_at.is_null())),
        )),
        None => query,
    };
    let rows: Vec<UserAndTeam> = query.load(conn)?;
    let teams = rows.iter().filter_map(|(_, team, ..)| team.clone());
    let teams = teams
        .map(|(id, authority, kind)| Team { id, authority, kind })
        .collect();
    let Some((user, _, escalated)) = rows.into_iter().next() else {
        return Ok(None);
    };
    let agreements = match user.agency_id {
        Some(agency) => shared_with(conn, &user, agency, now)?,
        None => vec![],
    };
    Ok(Some(Caller {
        id: user.id,
        kind: CallerKind::User,
        name: user.name,
        agency_id: user.agency_id,
        roles: user.roles.0,
        teams,
        scopes: vec![],
        default_authority: None,
        authorities: vec![],
        agreements,
        escalated,
        at: now,
    }))
}

/// The authorities that share with the agency of this person: of those in which they have a role, and of the one that
/// registered them. What the agency agreed elsewhere was not agreed about them.
fn shared_with(conn: &mut Connection, user: &User, agency: Id, now: UtcTime) -> QueryResult<Vec<String>> {
    let registered_by = registered_by(conn, user.id)?;
    let mut agreed = agencies::agreed_with(conn, agency, now.date())?;
    agreed.retain(|authority| {
        let mut held = user.roles.0.iter();
        registered_by.as_ref() == Some(authority) || held.any(|grant| grant.authority == *authority)
    });
    Ok(agreed)
}

/// The authority that keeps this account.
pub fn registered_by(conn: &mut Connection, id: Id) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = table::table
        .find(id)
        .select(table::registered_by_authority)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The authorities that have to do with this account: in which it has a role, or that keep it.
pub fn authorities_of(conn: &mut Connection, id: Id) -> QueryResult<Vec<String>> {
    let roles = find(conn, id)?.map(|user| user.roles.0).unwrap_or_default();
    let mut all: Vec<String> = roles.into_iter().map(|grant| grant.authority).collect();
    all.extend(registered_by(conn, id)?);
    all.sort();
    all.dedup();
    Ok(all)
}

/// Says which authority keeps this account.
pub fn register(conn: &mut Connection, id: Id, authority: &str) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set(table::registered_by_authority.eq(authority))
        .execute(conn)
        .map(drop)
}

/// The accounts that can be used and hold one of these roles in an authority.
pub fn holders(conn: &mut Connection, authority: &str, roles: &[Role]) -> QueryResult<Vec<Id>> {
    let those = user_roles::table
        .filter(user_roles::authority.eq(authority))
        .filter(user_roles::role.one_of(roles))
        .select(user_roles::user_id);
    table::table
        .filter(table::enabled.eq(true))
        .filter(table::id.eq_any(those))
        .order(table::id)
        .select(table::id)
        .load(conn)
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
            teams::updated_at.eq(now),
        ))
        .execute(conn)?;
    join_team(conn, team.id, members)
}

/// Makes these users members of a team.
pub fn join_team(conn: &mut Connection, team: Id, members: &[Id]) -> QueryResult<()> {
    for member in members {
        diesel::insert_into(team_members::table)
            .values((team_members::user_id.eq(member), team_members::team_id.eq(team)))
            .execute(conn)?;
    }
    Ok(())
}

/// The staff number of this user, which all accounts of one member of staff have.
pub fn staff_number(conn: &mut Connection, id: Id) -> QueryResult<Option<String>> {
    let found: Option<Option<String>> = table::table
        .find(id)
        .select(table::staff_number)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The accounts of somebody of this name, in whatever order and with whatever capitals and accents it is written; only those
/// with this date of birth, where it is given.
pub fn of_name(conn: &mut Connection, name: &str, born: Option<NaiveDate>) -> QueryResult<Vec<Id>> {
    let words = |name: &str| {
        let mut words: Vec<String> = name.split([' ', ',']).map(compared).collect();
        words.retain(|word| !word.is_empty());
        words.sort();
        words
    };
    let mut accounts = table::table.select((table::id, table::name)).into_boxed();
    if let Some(born) = born {
        accounts = accounts.filter(table::date_of_birth.assume_not_null().eq(born));
    }
    let accounts: Vec<(Id, String)> = accounts.load(conn)?;
    let wanted = words(name);
    let same = accounts.into_iter().filter(|(_, name)| words(name) == wanted);
    Ok(same.map(|(id, _)| id).collect())
}

/// Whether two accounts are of one member of staff.
pub fn are_one_human(conn: &mut Connection, one: Id, other: Id) -> QueryResult<bool> {
    let number = staff_number(conn, one)?;
    Ok(number.is_some() && number == staff_number(conn, other)?)
}

/// Whether this user does casework in this authority.
pub fn does_casework(conn: &mut Connection, user: Id, authority: &str) -> QueryResult<bool> {
    let user = find(conn, user)?.filter(|user| user.enabled);
    Ok(user.is_some_and(|user| {
        user.roles
            .0
            .iter()
            .any(|grant| CASEWORK.contains(&grant.role) && grant.authority == authority)
    }))
}

/// Names of these users.
pub fn names(conn: &mut Connection, ids: &[Id]) -> QueryResult<Vec<(Id, String)>> {
    table::table
        .filter(table::id.one_of(ids))
        .select((table::id, table::name))
        .load(conn)
}

/// Whether somebody whose account can be used is in a duty team of this authority.
pub fn anyone_on_duty(conn: &mut Connection, authority: &str) -> QueryResult<bool> {
    let found: Option<Id> = team_members::table
        .inner_join(teams::table)
        .inner_join(table::table)
        .filter(teams::authority.eq(authority).and(teams::kind.eq(TeamKind::Duty)))
        .filter(table::enabled.eq(true))
        .select(table::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
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

/// A page of the people with a role in these authorities; of those to whom casework is allocated, if that is asked.
pub fn page_in(
    conn: &mut Connection,
    authorities: &[String],
    casework: bool,
    page: &PageRequest,
) -> QueryResult<Rows<User>> {
    let roles = if casework { &CASEWORK[..] } else { Role::ALL };
    let those = user_roles::table
        .filter(user_roles::authority.one_of(authorities))
        .filter(user_roles::role.one_of(roles))
        .select(user_roles::user_id);
    let mut query = table::table.filter(table::id.eq_any(those)).into_boxed();
    if casework {
        query = query.filter(table::enabled.eq(true));
    }
    let rows = crate::paged!(query, table, page)
        .select(User::as_select())
        .load(conn)?;
    Ok(Rows::cut(rows, page, |user: &User| user.id))
}

/// A member of staff, as a colleague sees them; an account, as an administrator does.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// Give this in `allocateTo`.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Roles, each in an authority.
    pub roles: Vec<RoleGrant>,
    /// Name to sign in with; for administrators.
    pub username: Option<String>,
    /// Whether the account may be used; for administrators.
    pub enabled: Option<bool>,
}
