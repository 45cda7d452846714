//! What the adult asks for from their own page. None of it is ever refused, and staff are noticed at once.

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::cases::reach::reach;
use super::record::{Head, OwnedRow, row, write_new, write_over};
use crate::act::Act;
use crate::body::Body;
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, IfMatchHeader, RequestPath};
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::problem::Problem;
use crate::schema::access::case_requests;

crate::codes! {
    /// What the adult asks for.
    pub enum RequestKind {
        /// To be rung.
        CallMe = "call_me",
        /// An advocate.
        Advocate = "advocate",
        /// A supporter.
        Supporter = "supporter",
        /// Another place to meet.
        MeetingPlace = "meeting_place",
        /// That something changes or stops.
        ChangeOrStop = "change_or_stop",
        /// That something written is put right.
        SomethingIsWrong = "something_is_wrong",
        /// Help: not safe now.
        NotSafeNow = "not_safe_now",
    }
}

crate::case_row! {
    /// A request as it is kept.
    CaseRequest (CaseRequestContent) in case_requests as "request" {
        /// What for.
        kind: RequestKind,
        /// In the adult's words.
        text: Option<String>,
        /// What the worker answers.
        answer: Option<String>,
        /// When.
        answered_at: Option<UtcTime>,
    }
}

/// What the adult asks for.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"kind": "call_me", "text": "In the morning, please"}))]
pub struct NewCaseRequest {
    /// What for.
    pub kind: RequestKind,
    /// In their own words.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: Option<String>,
}

/// What the worker answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"text": "I will ring you on Tuesday at ten"}))]
pub struct NewRequestAnswer {
    /// In plain words.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
}

/// A request, and what came of it.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseRequestView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// What for.
    pub kind: RequestKind,
    /// In the adult's words.
    pub text: Option<String>,
    /// What to do now, where somebody is not safe.
    pub if_urgent: Option<String>,
    /// What the worker answers.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<UtcTime>,
    /// 1, and one more with an answer.
    pub version: i64,
    /// When it was asked.
    pub created_at: UtcTime,
}

impl View for CaseRequestView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What is said to who is not safe.
pub const IF_URGENT: &str = "If you are in danger now, call 999. We may not see this at once.";

impl From<CaseRequest> for CaseRequestView {
    fn from(row: CaseRequest) -> Self {
        Self {
            id: row.id,
            if_urgent: (row.kind == RequestKind::NotSafeNow).then(|| IF_URGENT.to_owned()),
            kind: row.kind,
            text: row.text,
            answer: row.answer,
            answered_at: row.answered_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Asks for something.
pub fn ask(act: &mut Act, case: Id, body: &Body<NewCaseRequest>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let new = body.valid()?.clone();
    let kind = match new.kind {
        RequestKind::NotSafeNow => NoticeKind::AdultIsNotSafe,
        _ => NoticeKind::RequestFromAdult,
    };
    let content = CaseRequestContent {
        kind: new.kind,
        text: new.text,
        answer: None,
        answered_at: None,
    };
    let request = CaseRequest::of(Head::new(act, &case), content);
    let notice = Notice {
        authority: &case.row.authority,
        kind,
        resource_id: request.id,
        case_id: Some(case.row.id),
        author: act.caller.id,
    };
    notices::leave(act.conn, notice, act.now)?;
    write_new(act, &request, "asked")
}

fn answer(act: &mut Act, case: Id, id: Id, body: &Body<NewRequestAnswer>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let mut request: CaseRequest = row(act, &case, id)?;
    act.expect_version(request.version)?;
    request.answer = Some(body.valid()?.text.clone());
    request.answered_at = Some(act.now);
    write_over(act, &mut request, "answered")
}

fn get(act: &mut Act, case: Id, id: Id) -> Result<CaseRequestView, Problem> {
    let case = reach(act, case)?;
    row::<CaseRequest>(act, &case, id).map(CaseRequestView::from)
}

fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<CaseRequestView>, Problem> {
    let case = reach(act, case)?;
    let rows = CaseRequest::page(act.conn, case.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(CaseRequestView::from))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_requests)
        .service(ask_for_something)
        .service(get_request)
        .service(answer_request);
}

/// List what the adult asks for
///
/// With the answers.
#[utoipa::path(
    operation_id = "listRequests",
    tag = "The adult's page",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of requests", body = Page<CaseRequestView>)),
    extensions(("x-permission" = json!("requests.read")))
)]
#[get("/v1/cases/{caseId}/requests")]
pub async fn list_requests(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, page))
        .await
}

/// Ask for something
///
/// By the adult: to be rung, an advocate, that something stops. The worker and the manager are noticed at once; `not_safe_now`
/// answers with what to do now.
#[utoipa::path(
    operation_id = "askForSomething",
    tag = "The adult's page",
    params(CasePath),
    request_body = NewCaseRequest,
    responses((status = 201, description = "The request", body = CaseRequestView)),
    extensions(("x-permission" = json!("requests.ask")))
)]
#[post("/v1/cases/{caseId}/requests")]
pub async fn ask_for_something(call: Call, ids: Ids<1>, body: Body<NewCaseRequest>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| ask(act, case, body),
        move |act, id| get(act, case, id),
    )
    .await
}

/// Read a request
///
/// With its answer.
#[utoipa::path(
    operation_id = "getRequest",
    tag = "The adult's page",
    params(RequestPath),
    responses((status = 200, description = "The request", body = CaseRequestView)),
    extensions(("x-permission" = json!("requests.read")))
)]
#[get("/v1/cases/{caseId}/requests/{askedId}")]
pub async fn get_request(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, id]) = ids;
    call.read(move |act| get(act, case, id)).await
}

/// Answer a request
///
/// In plain words, which the adult reads on their page.
#[utoipa::path(
    operation_id = "answerRequest",
    tag = "The adult's page",
    params(RequestPath, IfMatchHeader),
    request_body = NewRequestAnswer,
    responses((status = 200, description = "The request", body = CaseRequestView)),
    extensions(("x-permission" = json!("requests.answer")))
)]
#[post("/v1/cases/{caseId}/requests/{askedId}/answer")]
pub async fn answer_request(call: Call, ids: Ids<2>, body: Body<NewRequestAnswer>) -> Reply {
    let Ids([case, id]) = ids;
    call.change(
        body,
        move |act, body| answer(act, case, id, body),
        move |act, id| get(act, case, id),
    )
    .await
}
