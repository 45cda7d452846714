//! Drafts: what somebody began to write in an app and has not sent, so that a session that times out or a phone that
//! breaks loses nothing. They are nobody's record yet: their owner's alone, kept for 30 days, never an event.

use actix_web::{delete, get, put};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::act::{Act, IfMatch, guarded};
use crate::body::Body;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Key;
use crate::http::list::NoFilter;
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::problem::{Code, Problem};
use crate::schema::drafts::drafts as table;

/// Seconds that a draft is kept after it was last saved: 30 days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;
/// Largest content, as JSON without white space.
const LARGEST: usize = 64 * 1024;
/// Drafts that one caller may have, so that an app that never sends cannot fill the database.
const MOST: i64 = 500;

// Without `Debug`, so that no log line can ever hold what somebody has not sent.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
struct Draft {
    id: Id,
    owner_id: Id,
    key: String,
    version: i64,
    created_at: UtcTime,
    updated_at: UtcTime,
    expires_at: UtcTime,
    content: Json<Map<String, Value>>,
}

/// Whatever an app wants to keep: any JSON object, 64 KiB at most, kept as it came.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DraftContent(Map<String, Value>);

impl utoipa::PartialSchema for DraftContent {
    #[expect(
        deprecated,
        reason = "every request body of the contract has its example under this name"
    )]
    fn schema() -> RefOr<Schema> {
        let example = json!({ "ownWords": "I want my nephew to", "expressedBy": "adult", "priority": null });
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Any JSON object, 64 KiB at most, kept as it came."))
            .example(Some(example))
            .into()
    }
}
impl ToSchema for DraftContent {}

/// A draft.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    /// Its name.
    pub key: String,
    /// What was kept.
    #[schema(value_type = DraftContent)]
    pub content: Map<String, Value>,
    /// 1, and one more with every save.
    pub version: i64,
    /// When it was last saved.
    pub updated_at: UtcTime,
    /// When it is forgotten, unless it is saved again before.
    pub expires_at: UtcTime,
}

impl View for DraftView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Draft> for DraftView {
    fn from(row: Draft) -> Self {
        Self {
            key: row.key,
            content: row.content.0,
            version: row.version,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
        }
    }
}

/// A draft in a list, without its content.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftSummary {
    /// Its name.
    pub key: String,
    /// When it was last saved.
    pub updated_at: UtcTime,
    /// When it is forgotten, unless it is saved again before.
    pub expires_at: UtcTime,
}

/// `{key}`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DraftPath {
    /// Any name the app gives it, in kebab-case: `outcome-019a4c3e-8f00-7000-8000-000000000001`.
    #[param(
        max_length = 100,
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        example = "visit-note"
    )]
    pub key: String,
}

/// The version that was read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchWhereItExists {
    /// The `ETag` of the version that was read, where the draft exists; a new one needs none.
    #[serde(rename = "If-Match")]
    #[param(example = "W/\"1\"")]
    pub if_match: Option<String>,
}

type OwnDrafts = table::BoxedQuery<'static, crate::db::MultiBackend>;

/// The caller's drafts that have not expired: the only ones there are to anybody.
fn own(act: &Act) -> OwnDrafts {
    let mine = table::owner_id.eq(act.caller.id);
    table::table
        .filter(mine.and(table::expires_at.gt(act.now)))
        .into_boxed()
}

fn find(act: &mut Act, key: &str) -> Result<Option<Draft>, Problem> {
    let named = own(act).filter(table::key.eq(key.to_owned()));
    Ok(named.select(Draft::as_select()).first(act.conn).optional()?)
}

fn read(act: &mut Act, key: &str) -> Result<DraftView, Problem> {
    find(act, key)?
        .map(DraftView::from)
        .ok_or_else(Problem::not_found)
}

fn read_saved(act: &mut Act, id: Id) -> Result<DraftView, Problem> {
    let saved = own(act).filter(table::id.eq(id));
    let saved: Option<Draft> = saved.select(Draft::as_select()).first(act.conn).optional()?;
    saved.map(DraftView::from).ok_or_else(Problem::not_found)
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<DraftSummary>, Problem> {
    let query = own(act);
    let rows: Vec<(Id, String, UtcTime, UtcTime)> = crate::paged!(query, table, page)
        .select((table::id, table::key, table::updated_at, table::expires_at))
        .load(act.conn)?;
    let summary = |(_, key, updated_at, expires_at)| DraftSummary {
        key,
        updated_at,
        expires_at,
    };
    Ok(Rows::cut(rows, page, |row| row.0).map(summary))
}

fn forget_expired(conn: &mut Connection, owner: Id, now: UtcTime) -> QueryResult<()> {
    let mine = table::owner_id.eq(owner);
    diesel::delete(table::table.filter(mine.and(table::expires_at.le(now))))
        .execute(conn)
        .map(drop)
}

fn save(act: &mut Act, key: &str, body: &Body<DraftContent>) -> Result<Id, Problem> {
    forget_expired(act.conn, act.caller.id, act.now)?;
    match find(act, key)? {
        Some(draft) => replace(act, &draft, body),
        None => begin(act, key, body),
    }
}

fn replace(act: &mut Act, draft: &Draft, body: &Body<DraftContent>) -> Result<Id, Problem> {
    act.expect_version(draft.version)?;
    let content = Json(body.valid()?.0.clone());
    let read = table::table
        .find(draft.id)
        .filter(table::version.eq(draft.version));
    let set = (
        table::content.eq(content),
        table::version.eq(draft.version + 1),
        table::updated_at.eq(act.now),
        table::expires_at.eq(act.now.plus_seconds(KEPT_SECONDS)),
    );
    guarded(diesel::update(read).set(set).execute(act.conn)?)?;
    Ok(draft.id)
}

fn begin(act: &mut Act, key: &str, body: &Body<DraftContent>) -> Result<Id, Problem> {
    // Whoever read a version and finds none has to know that what was read is gone.
    if matches!(act.if_match, IfMatch::Versions(_)) {
        return Err(Problem::new(Code::Stale));
    }
    let content = Json(body.valid()?.0.clone());
    let there: i64 = own(act).count().get_result(act.conn)?;
    if there >= MOST {
        return Err(Problem::new(Code::Conflict).saying(format!(
            "There are {MOST} drafts already. Delete some of them first."
        )));
    }
    let draft = Draft {
        id: act.new_id,
        owner_id: act.caller.id,
        key: key.to_owned(),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
        expires_at: act.now.plus_seconds(KEPT_SECONDS),
        content,
    };
    guarded(crate::insert_unless_there!(&mut *act.conn, table, &draft)?)?;
    Ok(draft.id)
}

fn remove(act: &mut Act, key: &str) -> Result<Id, Problem> {
    let draft = find(act, key)?.ok_or_else(Problem::not_found)?;
    if matches!(act.if_match, IfMatch::Versions(_)) {
        act.expect_version(draft.version)?;
    }
    let read = table::table
        .find(draft.id)
        .filter(table::version.eq(draft.version));
    guarded(diesel::delete(read).execute(act.conn)?)?;
    Ok(draft.id)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_drafts)
        .service(save_draft)
        .service(get_draft)
        .service(delete_draft);
}

/// List one's drafts
///
/// The caller's own, by key, without their content. Expired ones are gone.
#[utoipa::path(
    operation_id = "listDrafts",
    tag = "Drafts",
    params(PageParams),
    responses((status = 200, description = "A page of drafts", body = Page<DraftSummary>)),
    extensions(("x-permission" = json!("drafts.keep")))
)]
#[get("/v1/drafts")]
pub async fn list_drafts(call: Call) -> Reply {
    call.aside(|act| Ok(forget_expired(act.conn, act.caller.id, act.now)?))
        .await?;
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

/// Save a draft
///
/// Any JSON object of at most 64 KiB, under a key of the app's choice. It is kept for 30 days after it was last saved.
/// A new one needs no `If-Match`; to replace one, send the tag that was read.
#[utoipa::path(
    operation_id = "saveDraft",
    tag = "Drafts",
    params(DraftPath, IfMatchWhereItExists),
    request_body = DraftContent,
    responses((status = 200, description = "The draft", body = DraftView)),
    extensions(("x-permission" = json!("drafts.keep")))
)]
#[put("/v1/drafts/{key}")]
pub async fn save_draft(call: Call, key: Key, body: Body<DraftContent>) -> Reply {
    let size = body.value().map(|content| serde_json::to_vec(&content.0));
    if size.is_some_and(|bytes| bytes.is_ok_and(|bytes| bytes.len() > LARGEST)) {
        return Err(Problem::new(Code::TooLarge)
            .saying("A draft may have 64 KiB.")
            .into());
    }
    let Key(key) = key;
    call.change(body, move |act, body| save(act, &key, body), read_saved)
        .await
}

/// Read a draft
///
/// The caller's own; anybody else's, and one that has expired, is not there.
#[utoipa::path(
    operation_id = "getDraft",
    tag = "Drafts",
    params(DraftPath),
    responses((status = 200, description = "The draft", body = DraftView)),
    extensions(("x-permission" = json!("drafts.keep")))
)]
#[get("/v1/drafts/{key}")]
pub async fn get_draft(call: Call, key: Key) -> Reply {
    let Key(key) = key;
    call.read(move |act| read(act, &key)).await
}

/// Delete a draft
///
/// Once it is sent, or no longer wanted. `If-Match` is not needed, but held to where it is sent.
#[utoipa::path(
    operation_id = "deleteDraft",
    tag = "Drafts",
    params(DraftPath),
    responses((status = 204, description = "It is gone")),
    extensions(("x-permission" = json!("drafts.keep")))
)]
#[delete("/v1/drafts/{key}")]
pub async fn delete_draft(call: Call, key: Key) -> Reply {
    let Key(key) = key;
    call.remove(move |act| remove(act, &key)).await
}
