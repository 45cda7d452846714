//! What an advocate put forward for the adult, and what the authority answered (Care Act 2014 s.67; Mental Capacity
//! Act 2005 s.36): an advocate may challenge a decision, and the regard had to it is on record.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Representation, RepresentationContent, RepresentationKind, is_theirs};
use super::service::theirs;
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::reach::reach;
use crate::casework::record::{Head, row, write_new, write_over};
use crate::clock::{PastTime, UtcTime};
use crate::db::Connection;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{AssignmentPath, IfMatchHeader, RepresentationPath};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::Standing;
use crate::problem::{Code, Problem};
use crate::schema::casework::advocacy_representations;

/// What an advocate puts forward.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "kind": "representation", "text": "She wants to be asked before anybody speaks to her nephew"
}))]
pub struct NewRepresentation {
    /// Kind.
    pub kind: RepresentationKind,
    /// What is put forward.
    #[schema(min_length = 1, max_length = 16000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
    /// When; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub made_at: Option<UtcTime>,
}

/// What the authority answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"response": "Agreed: nobody speaks to him before she has said how"}))]
pub struct RepresentationResponse {
    /// The answer, and the regard that was had to what was put forward.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub response: String,
}

/// What an advocate put forward, and what the authority answered.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepresentationView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The assignment.
    pub assignment_id: Id,
    /// Kind.
    pub kind: RepresentationKind,
    /// What was put forward.
    pub text: String,
    /// When.
    pub made_at: UtcTime,
    /// What the authority answered.
    pub response: Option<String>,
    /// When.
    pub responded_at: Option<UtcTime>,
    /// 1, and one more with the answer.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
}

impl View for RepresentationView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Representation> for RepresentationView {
    fn from(row: Representation) -> Self {
        Self {
            id: row.id,
            assignment_id: row.assignment_id,
            kind: row.kind,
            text: row.text,
            made_at: row.made_at,
            response: row.response,
            responded_at: row.responded_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Records what an advocate puts forward.
pub fn make(act: &mut Act, case: Id, assignment: Id, body: &Body<NewRepresentation>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let assignment = theirs(act, &case, assignment)?;
    let own = is_theirs(act.conn, &assignment, act.caller.id)?;
    if case.standing == Standing::Advocate && !own {
        return Err(Problem::new(Code::Forbidden));
    }
    let new = body.valid()?;
    let content = RepresentationContent {
        assignment_id: assignment.id,
        kind: new.kind,
        text: new.text.clone(),
        made_at: new.made_at.unwrap_or(act.now),
        response: None,
        responded_at: None,
    };
    write_new(
        act,
        &Representation::of(Head::new(act, &case), content),
        "recorded",
    )
}

fn found(act: &mut Act, [case, assignment, id]: [Id; 3]) -> Result<Representation, Problem> {
    let case = reach(act, case)?;
    let found: Representation = row(act, &case, id)?;
    match found.assignment_id == assignment {
        true => Ok(found),
        false => Err(Problem::not_found()),
    }
}

fn answer(act: &mut Act, ids: [Id; 3], body: &Body<RepresentationResponse>) -> Result<Id, Problem> {
    let mut found = found(act, ids)?;
    act.expect_version(found.version)?;
    let answered = body.valid()?;
    if found.response.is_some() {
        return Err(Problem::new(Code::Conflict).saying("It was answered: what was said stays said."));
    }
    found.response = Some(answered.response.clone());
    found.responded_at = Some(act.now);
    write_over(act, &mut found, "answered")
}

fn list(
    act: &mut Act,
    case: Id,
    assignment: Id,
    page: &PageRequest,
) -> Result<Rows<RepresentationView>, Problem> {
    let case = reach(act, case)?;
    let assignment = theirs(act, &case, assignment)?;
    let rows = made_under(act.conn, assignment.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(RepresentationView::from))
}

fn made_under(conn: &mut Connection, assignment: Id, page: &PageRequest) -> QueryResult<Vec<Representation>> {
    let query = advocacy_representations::table
        .filter(advocacy_representations::assignment_id.eq(assignment))
        .into_boxed();
    crate::paged!(query, advocacy_representations, page)
        .select(Representation::as_select())
        .load(conn)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_representations)
        .service(make_representation)
        .service(get_representation)
        .service(answer_representation);
}

/// List what an advocate put forward
///
/// Newest first, each with what the authority answered.
#[utoipa::path(
    operation_id = "listRepresentations",
    tag = "Advocacy",
    params(AssignmentPath, PageParams),
    responses((status = 200, description = "A page", body = Page<RepresentationView>)),
    extensions(("x-permission" = json!("representations.read")))
)]
#[get("/v1/cases/{caseId}/advocacy-assignments/{assignmentId}/representations")]
pub async fn list_representations(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, assignment]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, assignment, page))
        .await
}

/// Record what an advocate puts forward
///
/// By the advocate, or written down by the worker. Nothing is asked of it but its words.
#[utoipa::path(
    operation_id = "makeRepresentation",
    tag = "Advocacy",
    params(AssignmentPath),
    request_body = NewRepresentation,
    responses((status = 201, description = "The representation", body = RepresentationView)),
    extensions(("x-permission" = json!("representations.make")))
)]
#[post("/v1/cases/{caseId}/advocacy-assignments/{assignmentId}/representations")]
pub async fn make_representation(call: Call, ids: Ids<2>, body: Body<NewRepresentation>) -> Reply {
    let Ids([case, assignment]) = ids;
    call.create(
        body,
        move |act, body| make(act, case, assignment, body),
        move |act, id| found(act, [case, assignment, id]).map(RepresentationView::from),
    )
    .await
}

/// Read what an advocate put forward
///
/// One representation or report, with the authority's answer.
#[utoipa::path(
    operation_id = "getRepresentation",
    tag = "Advocacy",
    params(RepresentationPath),
    responses((status = 200, description = "The representation", body = RepresentationView)),
    extensions(("x-permission" = json!("representations.read")))
)]
#[get("/v1/cases/{caseId}/advocacy-assignments/{assignmentId}/representations/{representationId}")]
pub async fn get_representation(call: Call, ids: Ids<3>) -> Reply {
    let Ids(ids) = ids;
    call.read(move |act| found(act, ids).map(RepresentationView::from))
        .await
}

/// Answer what an advocate put forward
///
/// Once, with the regard that was had to it.
#[utoipa::path(
    operation_id = "answerRepresentation",
    tag = "Advocacy",
    params(RepresentationPath, IfMatchHeader),
    request_body = RepresentationResponse,
    responses((status = 200, description = "The representation", body = RepresentationView)),
    extensions(("x-permission" = json!("representations.answer")))
)]
#[post("/v1/cases/{caseId}/advocacy-assignments/{assignmentId}/representations/{representationId}/response")]
pub async fn answer_representation(call: Call, ids: Ids<3>, body: Body<RepresentationResponse>) -> Reply {
    let Ids(ids) = ids;
    call.change(
        body,
        move |act, body| answer(act, ids, body),
        move |act, _| found(act, ids).map(RepresentationView::from),
    )
    .await
}
