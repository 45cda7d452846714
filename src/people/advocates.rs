//! The register of advocates: who can be asked, from which organisation, and for what.

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::casework::advocacy::model::AssignmentKind;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{AdvocatePath, IfMatchHeader};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::{CASEWORK, Role};
use crate::problem::{Code, Fault, Problem};
use crate::schema::people::advocates as table;

/// An entry as kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = table, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Advocate {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
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
    /// The authority that keeps the entry, and whose cases it is for.
    pub authority: String,
    /// Name.
    pub name: String,
    /// Organisation.
    pub organisation: String,
    /// Kinds.
    pub kinds: Json<Vec<AssignmentKind>>,
    /// The advocate's own login.
    pub user_id: Option<Id>,
    /// Independence declared.
    pub independence_declared_on: Option<NaiveDate>,
    /// Whether requests are taken at present.
    pub available: bool,
}

/// An entry of the register. The organisation is independent of the authority (Care Act 2014 s.67, and the
/// Independent Advocacy Support Regulations 2014).
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Rosa Lindqvist", "organisation": "Northbank Voices", "kinds": ["care_act_s68"],
    "independenceDeclaredOn": "2026-04-01"
}))]
pub struct AdvocateEntry {
    /// The authority that keeps the entry; needed from whoever manages or administers several.
    #[schema(min_length = 1, max_length = 60)]
    pub authority: Option<String>,
    /// Name.
    #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// Organisation.
    #[schema(min_length = 1, max_length = 200)]
    pub organisation: String,
    /// What the advocate can be asked to be.
    #[schema(min_items = 1, max_items = 5)]
    pub kinds: Vec<AssignmentKind>,
    /// When independence of the authority was declared.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub independence_declared_on: Option<NaiveDate>,
    /// Whether requests are taken at present.
    #[schema(default = true)]
    pub available: Option<bool>,
}

/// An entry of the register.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdvocateView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority that keeps the entry.
    pub authority: String,
    /// Name.
    pub name: String,
    /// Organisation.
    pub organisation: String,
    /// What the advocate can be asked to be.
    pub kinds: Vec<AssignmentKind>,
    /// The advocate's own login; it is linked by an invitation that its owner accepts, and by nobody else.
    pub user_id: Option<Id>,
    /// When independence of the authority was declared.
    pub independence_declared_on: Option<NaiveDate>,
    /// Whether requests are taken at present.
    pub available: bool,
    /// 1, and one more with every change.
    pub version: i64,
}

impl View for AdvocateView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Advocate> for AdvocateView {
    fn from(row: Advocate) -> Self {
        Self {
            id: row.id,
            authority: row.authority,
            name: row.name,
            organisation: row.organisation,
            kinds: row.kinds.0,
            user_id: row.user_id,
            independence_declared_on: row.independence_declared_on,
            available: row.available,
            version: row.version,
        }
    }
}

/// The entry of this id in the register of this authority: another's is unknown.
pub fn find(conn: &mut Connection, authority: &str, id: Id) -> QueryResult<Option<Advocate>> {
    table::table
        .find(id)
        .filter(table::authority.eq(authority))
        .select(Advocate::as_select())
        .first(conn)
        .optional()
}

/// Whether the entry belongs to this account.
pub fn is_entry_of(conn: &mut Connection, entry: Id, user: Id) -> QueryResult<bool> {
    let owner: Option<Option<Id>> = table::table
        .find(entry)
        .select(table::user_id)
        .first(conn)
        .optional()?;
    Ok(owner.flatten() == Some(user))
}

/// The entries whose login this account is.
pub fn entries_of(conn: &mut Connection, user: Id) -> QueryResult<Vec<Id>> {
    table::table
        .filter(table::user_id.eq(user))
        .order(table::id)
        .select(table::id)
        .load(conn)
}

/// Makes whoever links this entry to a login wait until the transaction ends: who may reach a case that asks for the advocate is
/// written from both.
pub fn hold(conn: &mut Connection, entry: Id) -> QueryResult<()> {
    crate::hold_rows!(conn, table::table.find(entry).select(table::id))
}

/// Links an entry to the login whose owner accepted an invitation for it.
pub fn link(conn: &mut Connection, entry: Id, account: Id) -> QueryResult<()> {
    diesel::update(table::table.find(entry))
        .set((table::user_id.eq(account), table::version.eq(table::version + 1)))
        .execute(conn)
        .map(drop)
}

/// Makes an account the login of an entry without one, from the server's console.
pub fn take_login(
    conn: &mut Connection,
    (entry, authority): (Id, &str),
    user: Id,
    role: Role,
) -> Result<(), Problem> {
    let found = find(conn, authority, entry)?.filter(|entry| entry.user_id.is_none());
    match found.filter(|_| role == Role::Advocate) {
        Some(entry) => Ok(link(conn, entry.id, user)?),
        None => Err(Problem::new(Code::Conflict).saying(
            "an account with the role advocate is linked to an entry of its authority that has no login",
        )),
    }
}

/// Writes an entry.
pub fn insert(conn: &mut Connection, entry: &Advocate) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values(entry)
        .execute(conn)
        .map(drop)
}

fn register(act: &mut Act, body: &Body<AdvocateEntry>) -> Result<Id, Problem> {
    let found = match body.value() {
        Some(entry) => faults(act, entry),
        None => vec![],
    };
    let entry = body.checked(|_| found)?.clone();
    let row = row_of((act.new_id, None), 1, (act.now, act.caller.id), act, entry);
    insert(act.conn, &row)?;
    Ok(row.id)
}

/// The authorities whose entries the caller keeps.
fn kept_by(act: &Act) -> Vec<String> {
    act.caller.authorities_as(&[Role::Manager, Role::Admin])
}

/// The authority that is to keep an entry: the one it names, or the caller's only one.
fn keeper(act: &Act, entry: &AdvocateEntry) -> Option<String> {
    let own = kept_by(act);
    match (&entry.authority, own.as_slice()) {
        (Some(named), own) => own.contains(named).then(|| named.clone()),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

/// An entry with what was written; its login is never written.
fn row_of(
    (id, user_id): (Id, Option<Id>),
    version: i64,
    created: (UtcTime, Id),
    act: &Act,
    entry: AdvocateEntry,
) -> Advocate {
    Advocate {
        id,
        version,
        created_at: created.0,
        created_by: created.1,
        updated_at: act.now,
        updated_by: act.caller.id,
        authority: keeper(act, &entry).unwrap_or_default(),
        name: entry.name,
        organisation: entry.organisation,
        kinds: Json(entry.kinds),
        user_id,
        independence_declared_on: entry.independence_declared_on,
        available: entry.available.unwrap_or(true),
    }
}

fn faults(act: &Act, entry: &AdvocateEntry) -> Vec<Fault> {
    match keeper(act, entry) {
        Some(_) => vec![],
        None => {
            let why = "Say which of the authorities you manage or administer keeps this entry.";
            vec![Fault::at("/authority", "unknown", why)]
        }
    }
}

/// The entry of this id, if the caller works for the authority that keeps it.
fn known(act: &mut Act, id: Id) -> Result<Advocate, Problem> {
    let own = read_by(act);
    let entry = table::table
        .find(id)
        .filter(table::authority.one_of(own))
        .select(Advocate::as_select())
        .first(act.conn)
        .optional()?;
    entry.ok_or_else(Problem::not_found)
}

/// The authorities whose registers the caller reads.
fn read_by(act: &Act) -> Vec<String> {
    let roles: Vec<Role> = CASEWORK.into_iter().chain([Role::Admin]).collect();
    act.caller.authorities_as(&roles)
}

fn read(act: &mut Act, id: Id) -> Result<AdvocateView, Problem> {
    known(act, id).map(AdvocateView::from)
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<AdvocateView>, Problem> {
    let query = table::table
        .filter(table::authority.one_of(read_by(act)))
        .into_boxed();
    let rows = crate::paged!(query, table, page)
        .select(Advocate::as_select())
        .load(act.conn)?;
    Ok(Rows::cut(rows, page, |row: &Advocate| row.id).map(AdvocateView::from))
}

fn amend(act: &mut Act, id: Id, patch: &Body<Patch<AdvocateEntry>>) -> Result<Id, Problem> {
    let row = known(act, id)?;
    if !kept_by(act).contains(&row.authority) {
        return Err(Problem::new(Code::Forbidden)
            .saying("You neither manage nor administer the authority that keeps it."));
    }
    act.expect_version(row.version)?;
    let current = AdvocateEntry {
        authority: Some(row.authority.clone()),
        name: row.name.clone(),
        organisation: row.organisation.clone(),
        kinds: row.kinds.0.clone(),
        independence_declared_on: row.independence_declared_on,
        available: Some(row.available),
    };
    let entry = patch.valid()?.applied_to(&current)?;
    let faults = faults(act, &entry);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let amended = row_of(
        (row.id, row.user_id),
        row.version + 1,
        (row.created_at, row.created_by),
        act,
        entry,
    );
    let read = table::table.find(row.id).filter(table::version.eq(row.version));
    guarded(diesel::update(read).set(&amended).execute(act.conn)?)?;
    Ok(row.id)
}

/// List the register of advocates
///
/// Who can be asked to act, in the registers of the caller's authorities.
#[utoipa::path(
    operation_id = "listAdvocates",
    tag = "Advocacy",
    params(PageParams),
    responses((status = 200, description = "A page of entries", body = Page<AdvocateView>)),
    extensions(("x-permission" = json!("advocates.read")))
)]
#[get("/v1/advocates")]
pub async fn list_advocates(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

/// Register an advocate
///
/// Whoever is asked for a case reads it with an app or login of their own: invite them (`invitations`).
#[utoipa::path(
    operation_id = "registerAdvocate",
    tag = "Advocacy",
    request_body = AdvocateEntry,
    responses((status = 201, description = "The entry", body = AdvocateView)),
    extensions(("x-permission" = json!("advocates.keep")))
)]
#[post("/v1/advocates")]
pub async fn register_advocate(call: Call, body: Body<AdvocateEntry>) -> Reply {
    call.create(body, register, read).await
}

/// Read an entry of the register
///
/// One advocate.
#[utoipa::path(
    operation_id = "getAdvocate",
    tag = "Advocacy",
    params(AdvocatePath),
    responses((status = 200, description = "The entry", body = AdvocateView)),
    extensions(("x-permission" = json!("advocates.read")))
)]
#[get("/v1/advocates/{advocateId}")]
pub async fn get_advocate(call: Call, ids: Ids<1>) -> Reply {
    let Ids([advocate]) = ids;
    call.read(move |act| read(act, advocate)).await
}

/// Amend an entry of the register
///
/// By a merge patch.
#[utoipa::path(
    operation_id = "amendAdvocate",
    tag = "Advocacy",
    params(AdvocatePath, IfMatchHeader),
    request_body = Patch<AdvocateEntry>,
    responses((status = 200, description = "The entry", body = AdvocateView)),
    extensions(("x-permission" = json!("advocates.keep")))
)]
#[patch("/v1/advocates/{advocateId}")]
pub async fn amend_advocate(call: Call, ids: Ids<1>, body: Body<Patch<AdvocateEntry>>) -> Reply {
    let Ids([advocate]) = ids;
    call.change(body, move |act, body| amend(act, advocate, body), read)
        .await
}
