//! One call of an operation: runs its use case through a database door, audits it, and answers.
//!
//! A handler reads its path and body, and hands its use case to one of [`Call::read`], [`Call::document`],
//! [`Call::list`], [`Call::create`] and [`Call::change`]. Nothing else opens a door for a request.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Document, Refusal, Reply, View};
use super::headers::{if_match, text, wants_csv};
use super::idempotency::{self, Claim, Repeatable};
use super::list::{ListQuery, NoFilter, read_params};
use super::passed::{Passed, entry_of};
use crate::act::{Act, Found, IfMatch};
use crate::audit::{self, Entry};
use crate::body::Body;
use crate::clock::{self, UtcTime};
use crate::db::error::Cause;
use crate::db::types::Json;
use crate::db::{Connection, Database};
use crate::ids::Id;
use crate::page::{Page, PageRequest, Rows};
use crate::policy::CallerKind;
use crate::problem::{Code, Problem, ProblemBody};
use crate::server::app::App;

/// A call on its way to its use case.
#[derive(Clone)]
pub struct Call {
    app: Data<App>,
    shared: Arc<Shared>,
}

/// What does not change during a call.
struct Shared {
    passed: Passed,
    path: String,
    query: String,
    path_ids: Vec<(String, Id)>,
    if_match: IfMatch,
    if_none_match: Option<String>,
    idempotency_key: Option<String>,
    wants_csv: bool,
    method: String,
    now: UtcTime,
}

/// Writes a page of a list as CSV.
pub type Table<V> = fn(&[V]) -> Result<String, Problem>;

impl FromRequest for Call {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request).map_err(Refusal))
    }
}

impl Call {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let defect = || Problem::internal("an operation was called past the gate");
        let app = request.app_data::<Data<App>>().ok_or_else(defect)?.clone();
        let passed = request.extensions().get::<Passed>().ok_or_else(defect)?.clone();
        let headers = request.headers();
        let path_ids = request.match_info().iter();
        let path_ids = path_ids
            .filter_map(|(name, value)| Some((name.to_owned(), Id::parse(value)?)))
            .collect();
        let shared = Shared {
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            path_ids,
            if_match: if_match(headers),
            if_none_match: text(headers, "if-none-match"),
            idempotency_key: text(headers, "idempotency-key"),
            wants_csv: text(headers, "accept").is_some_and(|accept| wants_csv(&accept)),
            method: request.method().to_string(),
            now: clock::now(),
            passed,
        };
        Ok(Self {
            app,
            shared: Arc::new(shared),
        })
    }

    /// Answers one record: 200 with its tag, or 304.
    pub async fn read<V, W>(self, work: W) -> Reply
    where
        V: View,
        W: FnOnce(&mut Act) -> Result<V, Problem> + Send + 'static,
    {
        self.read_with(move |act, _: &NoFilter| work(act)).await
    }

    /// Answers one record that query parameters say more about.
    pub async fn read_with<Q, V, W>(self, work: W) -> Reply
    where
        Q: DeserializeOwned + IntoParams + Send + 'static,
        V: View,
        W: FnOnce(&mut Act, &Q) -> Result<V, Problem> + Send + 'static,
    {
        let query: Q = read_params(&self.shared.query)?;
        let lookup = Box::new(move |act: &mut Act| {
            let shown = Shown::of(&work(act, &query)?)?;
            let names = shown.names();
            Ok((shown, names))
        });
        self.answer_record(lookup).await
    }

    async fn answer_record(self, work: Lookup<Shown>) -> Reply {
        let Shown { body, tag, .. } = self.look(&self.app.database, work).await?;
        Ok(self.answered(tag, |response| response.json(body)))
    }

    /// Answers one record as a document of another media type than JSON.
    pub async fn document<W>(self, work: W) -> Reply
    where
        W: FnOnce(&mut Act) -> Result<Document, Problem> + Send + 'static,
    {
        read_params::<NoFilter>(&self.shared.query)?;
        let lookup = Box::new(move |act: &mut Act| Ok((work(act)?, json!({}))));
        let document = self.look(&self.app.database, lookup).await?;
        Ok(self.answered(document.tag, |response| {
            response.content_type(document.media).body(document.text)
        }))
    }

    /// Reads something and audits the look, with what was returned.
    async fn look<T: Send + 'static>(&self, database: &Database, work: Lookup<T>) -> Result<T, Problem> {
        let shared = Arc::clone(&self.shared);
        let (seen, entry) = database
            .read(move |conn| {
                let mut act = shared.act(conn, Id::new());
                let (seen, returned) = work(&mut act)?;
                let entry = shared.entry(200, None, &act.found, returned);
                Ok((seen, entry))
            })
            .await?;
        self.app.audit.record(entry).await?;
        Ok(seen)
    }

    /// 200 with the tag, or 304 to whoever has it already.
    fn answered(
        &self,
        tag: String,
        write: impl FnOnce(&mut HttpResponseBuilder) -> HttpResponse,
    ) -> HttpResponse {
        let unchanged = self.shared.if_none_match.as_ref().is_some_and(|read| {
            read.split(',')
                .map(str::trim)
                .any(|one| one == tag || one == "*" || one == tag.trim_start_matches("W/"))
        });
        if unchanged {
            return HttpResponse::NotModified()
                .insert_header((header::ETAG, tag))
                .finish();
        }
        write(HttpResponse::Ok().insert_header((header::ETAG, tag)))
    }

    /// Answers a question too personal to stand in a URL, asked in a body: 200, nothing is changed.
    pub async fn ask<B, V, W>(self, body: Body<B>, work: W) -> Reply
    where
        B: DeserializeOwned + ToSchema + Send + Sync + 'static,
        V: serde::Serialize,
        W: FnOnce(&mut Act, &Body<B>) -> Result<V, Problem> + Send + 'static,
    {
        self.answer_question(Box::new(move |act| {
            let found = work(act, &body)?;
            let answer = serde_json::to_value(found).map_err(|error| Problem::caused("an answer", &error))?;
            let items = answer.get("items").and_then(Value::as_array);
            let returned = rows_of(items.map(Vec::as_slice).unwrap_or_default());
            Ok((answer, returned))
        }))
        .await
    }

    async fn answer_question(self, work: Lookup<Value>) -> Reply {
        self.can_begin()?;
        let answer = self.look(&self.app.database, work).await?;
        Ok(HttpResponse::Ok().json(answer))
    }

    /// Answers a page of a list.
    pub async fn list<F, V, W>(self, work: W) -> Reply
    where
        F: DeserializeOwned + IntoParams + Send + 'static,
        V: serde::Serialize + 'static,
        W: FnOnce(&mut Act, &F, &PageRequest) -> Result<Rows<V>, Problem> + Send + 'static,
    {
        self.page(work, None).await
    }

    /// Answers a page of a list, as CSV to whoever asks for that.
    pub async fn list_or_table<F, V, W>(self, work: W, table: Table<V>) -> Reply
    where
        F: DeserializeOwned + IntoParams + Send + 'static,
        V: serde::Serialize + 'static,
        W: FnOnce(&mut Act, &F, &PageRequest) -> Result<Rows<V>, Problem> + Send + 'static,
    {
        let table = self.shared.wants_csv.then_some(table);
        self.page(work, table).await
    }

    async fn page<F, V, W>(self, work: W, table: Option<Table<V>>) -> Reply
    where
        F: DeserializeOwned + IntoParams + Send + 'static,
        V: serde::Serialize + 'static,
        W: FnOnce(&mut Act, &F, &PageRequest) -> Result<Rows<V>, Problem> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let keys = Arc::clone(&self.app.keys);
        let caller = shared.passed.caller.id;
        let mut query = ListQuery::<F>::read(&shared.query, &shared.path, caller, &keys)?;
        let database = match table {
            Some(_) => self.app.database.with_limit(super::table::TIME),
            None => self.app.database.clone(),
        };
        if table.is_some() && !query.limit_given {
            query.page.limit = super::table::ROWS;
        }
        let lookup = Box::new(move |act: &mut Act| {
            let rows = work(act, &query.filter, &query.page)?;
            let next = rows
                .next_after
                .map(|after| query.next_url(&shared.path, after, &keys));
            let table = table.map(|table| table(&rows.items)).transpose()?;
            let items: Result<Vec<Value>, _> = rows.items.iter().map(serde_json::to_value).collect();
            let items = items.map_err(|error| Problem::caused("a list's items", &error))?;
            let returned = rows_of(&items);
            let page = Page { items, next };
            Ok((ShownPage { page, table }, returned))
        });
        self.answer_page(&database, lookup).await
    }

    async fn answer_page(self, database: &Database, work: Lookup<ShownPage>) -> Reply {
        let ShownPage { page, table } = self.look(database, work).await?;
        let mut response = HttpResponse::Ok();
        if let Some(next) = &page.next {
            response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
        }
        Ok(match table {
            Some(text) => response
                .content_type("text/csv; charset=utf-8; header=present")
                .body(text),
            None => response.json(page),
        })
    }

    /// Creates a record: 201 with its place and tag. `effect` answers the record's id, `render` its view.
    pub async fn create<B, V, E, R>(self, body: Body<B>, effect: E, render: R) -> Reply
    where
        B: DeserializeOwned + ToSchema + Send + Sync + 'static,
        V: View,
        E: Fn(&mut Act, &Body<B>) -> Result<Id, Problem> + Send + 'static,
        R: Fn(&mut Act, Id) -> Result<V, Problem> + Send + 'static,
    {
        let change = Change::of(body, effect, render);
        self.created(change).await
    }

    async fn created(self, change: Change) -> Reply {
        let key = self.key()?;
        let done = self.perform(201, key, change).await?;
        if done.shown.waits_at.is_some() {
            return Ok(done.into_response(&mut HttpResponse::Accepted()));
        }
        let place = format!("{}/{}", self.shared.path, done.id);
        let mut response = HttpResponse::Created();
        response.insert_header((header::LOCATION, place));
        Ok(done.into_response(&mut response))
    }

    /// Changes something that exists: 200 with the record as it now is.
    pub async fn change<B, V, E, R>(self, body: Body<B>, effect: E, render: R) -> Reply
    where
        B: DeserializeOwned + ToSchema + Send + Sync + 'static,
        V: View,
        E: Fn(&mut Act, &Body<B>) -> Result<Id, Problem> + Send + 'static,
        R: Fn(&mut Act, Id) -> Result<V, Problem> + Send + 'static,
    {
        let change = Change::of(body, effect, render);
        self.changed(change).await
    }

    async fn changed(self, change: Change) -> Reply {
        let key = self.key()?;
        let done = self.perform(200, key, change).await?;
        let mut response = match done.shown.waits_at {
            Some(_) => HttpResponse::Accepted(),
            None => HttpResponse::Ok(),
        };
        Ok(done.into_response(&mut response))
    }

    /// Creates one of several records that a request brings, each in a transaction of its own; answers its view.
    /// [`Self::can_begin`] comes first, and [`Self::refused`] answers what could not be done.
    pub async fn create_one_of<B, V, E, R>(
        &self,
        body: Body<B>,
        effect: E,
        render: R,
    ) -> Result<Value, Problem>
    where
        B: DeserializeOwned + ToSchema + Send + Sync + 'static,
        V: View,
        E: Fn(&mut Act, &Body<B>) -> Result<Id, Problem> + Send + 'static,
        R: Fn(&mut Act, Id) -> Result<V, Problem> + Send + 'static,
    {
        // With what it brings, so that repeating a batch in which one was put right does the others once.
        let key = self.shared.idempotency_key()?;
        let key = key.map(|key| format!("{key} {}", body.digest()));
        let done = self.perform(201, key, Change::of(body, effect, render)).await?;
        Ok(done.shown.body)
    }

    /// Whether the request itself can be looked at: it has no query, and a key where it needs one.
    pub fn can_begin(&self) -> Result<(), Problem> {
        self.key().map(drop)
    }

    /// Audits the refusal of one of several, and answers what the caller reads of it.
    pub async fn refused(&self, problem: &Problem) -> Result<ProblemBody, Problem> {
        problem.log_if_ours();
        let passed = &self.shared.passed;
        let entry = entry_of(passed, problem.code().status(), &self.shared.path_ids);
        self.app.audit.record(entry).await?;
        Ok(problem.body(&self.shared.path, &passed.request_id.to_string()))
    }

    /// Deletes what is configuration, or nobody's record yet: 204. `effect` answers the id of what is gone.
    pub async fn remove<E>(self, effect: E) -> Reply
    where
        E: Fn(&mut Act) -> Result<Id, Problem> + Send + 'static,
    {
        self.removed(Box::new(effect)).await
    }

    async fn removed(self, effect: Effect) -> Reply {
        read_params::<NoFilter>(&self.shared.query)?;
        let shared = Arc::clone(&self.shared);
        self.app
            .database
            .write(move |conn| {
                let mut act = shared.act(conn, Id::new());
                let id = effect(&mut act)?;
                let found = std::mem::take(&mut act.found);
                let entry = shared.entry(204, Some(id), &found, json!({}));
                audit::record(conn, &entry)?;
                Ok(())
            })
            .await?;
        Ok(HttpResponse::NoContent().finish())
    }

    /// The session that the caller's token belongs to.
    pub fn session(&self) -> Option<Id> {
        self.shared.passed.session
    }

    /// Runs work that is no answer to the caller (a note about a refusal) in a transaction of its own.
    pub async fn aside<W>(&self, work: W) -> Result<(), Problem>
    where
        W: Fn(&mut Act) -> Result<(), Problem> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        self.app
            .database
            .write(move |conn| work(&mut shared.act(conn, Id::new())))
            .await
    }

    async fn perform(&self, status: u16, key: Option<String>, change: Change) -> Result<Done, Problem> {
        let shared = Arc::clone(&self.shared);
        let repeatable = key.map(|key| Repeatable {
            key,
            target: format!("{} {}", shared.method, shared.path),
            body_digest: change.body_digest.clone(),
        });
        let work = move |conn: &mut Connection| {
            let reserved = Id::new();
            let caller = &shared.passed.caller;
            let claim = match &repeatable {
                Some(request) => idempotency::claim(conn, caller, request, reserved, shared.now)?,
                None => Claim::Fresh,
            };
            let mut act = shared.act(conn, reserved);
            let (id, replayed) = match claim {
                Claim::Done(id) => (id, true),
                Claim::Fresh => {
                    let id = (change.effect)(&mut act)?;
                    if let Some(request) = repeatable.as_ref().filter(|_| id != reserved) {
                        idempotency::settle(act.conn, caller, request, id)?;
                    }
                    (id, false)
                }
            };
            let shown = (change.render)(&mut act, id)?;
            let found = std::mem::take(&mut act.found);
            let status = if shown.waits_at.is_some() { 202 } else { status };
            let entry = shared.entry(status, Some(id), &found, shown.names());
            audit::record(conn, &entry)?;
            Ok(Done { id, shown, replayed })
        };
        let asked = Arc::clone(&self.shared);
        self.app
            .database
            .write(move |conn| work(conn).map_err(|problem| asked.perhaps_late(problem)))
            .await
    }

    /// The key of a request that has no query.
    fn key(&self) -> Result<Option<String>, Problem> {
        read_params::<NoFilter>(&self.shared.query)?;
        self.shared.idempotency_key()
    }
}

// The ways through the doors take their work boxed, so that they are compiled once and not once for each operation.

/// Looks something up; also says what of it the audit trail names.
type Lookup<T> = Box<dyn FnOnce(&mut Act) -> Result<(T, Value), Problem> + Send>;
/// Does what was asked and answers the record's id. It may be run again after a rollback.
type Effect = Box<dyn Fn(&mut Act) -> Result<Id, Problem> + Send>;
/// Shows the record as it now is.
type Render = Box<dyn Fn(&mut Act, Id) -> Result<Shown, Problem> + Send>;

/// A change, and how its record is then shown.
struct Change {
    body_digest: String,
    effect: Effect,
    render: Render,
}

impl Change {
    fn of<B, V, E, R>(body: Body<B>, effect: E, render: R) -> Self
    where
        B: DeserializeOwned + ToSchema + Send + Sync + 'static,
        V: View,
        E: Fn(&mut Act, &Body<B>) -> Result<Id, Problem> + Send + 'static,
        R: Fn(&mut Act, Id) -> Result<V, Problem> + Send + 'static,
    {
        Self {
            body_digest: body.digest().to_owned(),
            effect: Box::new(move |act| effect(act, &body)),
            render: Box::new(move |act, id| Shown::of(&render(act, id)?)),
        }
    }
}

/// A view, written out.
struct Shown {
    body: Value,
    tag: String,
    waits_at: Option<String>,
}

impl Shown {
    fn of(view: &impl View) -> Result<Self, Problem> {
        Ok(Self {
            body: serde_json::to_value(view).map_err(|error| Problem::caused("a view", &error))?,
            tag: view.tag(),
            waits_at: view.waits_at(),
        })
    }

    /// What the audit trail says of it: which members, never their values.
    fn names(&self) -> Value {
        json!({ "fields": member_names([&self.body]) })
    }
}

struct ShownPage {
    page: Page<Value>,
    table: Option<String>,
}

struct Done {
    id: Id,
    shown: Shown,
    replayed: bool,
}

impl Done {
    fn into_response(self, response: &mut HttpResponseBuilder) -> HttpResponse {
        response.insert_header((header::ETAG, self.shown.tag));
        if let Some(place) = self.shown.waits_at {
            response.insert_header((header::LOCATION, place));
        }
        if self.replayed {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        response.json(self.shown.body)
    }
}

impl Shared {
    /// The key under which this request may be repeated; API clients must give one with every POST.
    fn idempotency_key(&self) -> Result<Option<String>, Problem> {
        let needed = self.method == "POST" && self.passed.caller.kind == CallerKind::Client;
        match &self.idempotency_key {
            Some(value) => idempotency::parse_key(value).map(Some).ok_or_else(|| {
                Problem::parameter(
                    Code::BadHeader,
                    "Idempotency-Key",
                    "A key has 1 to 255 printable characters.",
                )
            }),
            None if needed => Err(Problem::new(Code::IdempotencyKeyMissing)),
            None => Ok(None),
        }
    }

    /// On PostgreSQL each statement sees what others committed before it, so that a rule may refuse what another did
    /// since the version was compared. The work is run again, and says so if the version is old by now (412): 409 is
    /// for rules.
    fn perhaps_late(&self, problem: Problem) -> Problem {
        match (&self.if_match, problem.code().status()) {
            (IfMatch::Versions(_), 409) => problem.because(Cause::PerhapsLate),
            _ => problem,
        }
    }

    fn act<'a>(&'a self, conn: &'a mut Connection, new_id: Id) -> Act<'a> {
        Act {
            conn,
            caller: &self.passed.caller,
            action: self.passed.action,
            now: self.now,
            if_match: &self.if_match,
            new_id,
            found: Found::default(),
        }
    }

    fn entry(&self, status: u16, resource: Option<Id>, found: &Found, returned: Value) -> Entry {
        let entry = entry_of(&self.passed, status, &self.path_ids);
        let reached = found.authority.as_deref();
        Entry {
            resource_id: resource.or(entry.resource_id),
            case_id: found.case_id.or(entry.case_id),
            authority: found.authority.clone().or(entry.authority),
            role: self.passed.caller.roles_in(reached).or(entry.role),
            relationship: found.relationship.map(|standing| standing.as_str().to_owned()),
            returned: Json(returned),
            ..entry
        }
    }
}

/// Names of the members of what is answered, never their values.
fn member_names<'a>(bodies: impl IntoIterator<Item = &'a Value>) -> Vec<&'a String> {
    let bodies = bodies.into_iter().filter_map(Value::as_object);
    let mut names: Vec<&String> = bodies.flat_map(serde_json::Map::keys).collect();
    names.sort();
    names.dedup();
    names
}

/// Ids of the rows that are answered, and names of their members; of a long table its ends.
fn rows_of(items: &[Value]) -> Value {
    let ids: Vec<&Value> = items.iter().filter_map(|item| item.get("id")).collect();
    match ids.as_slice() {
        [first, .., last] if ids.len() > 100 => {
            json!({ "count": ids.len(), "rows": [first, last], "fields": member_names(items) })
        }
        ids => json!({ "rows": ids, "fields": member_names(items) }),
    }
}
