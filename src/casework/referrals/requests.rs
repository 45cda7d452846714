//! Information requests: what staff ask the referrer, and the answers. While one is open the receipt says so.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Referral, WrittenBy};
use super::reach::{Reached, reach, reach_to_add, reach_to_read, reads_need_an_agreement};
use super::{rules, service, store};
use crate::act::Act;
use crate::body::Body;
use crate::casework::owner::Owner;
use crate::casework::record::{Head, OwnedRow, row};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{ReferralAnswerPath, ReferralPath, ReferralRequestPath};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::problem::Problem;
use crate::schema::referral_life::{referral_answers, referral_requests};

crate::codes! {
    /// Where an information request stands.
    pub enum RequestStatus {
        /// It waits for an answer.
        Open = "open",
        /// There is an answer; more may follow.
        Answered = "answered",
        /// The referral was decided without.
        NoLongerNeeded = "no_longer_needed",
    }
}

/// What the referrer is asked.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "question": "Which ward was she on that night?", "neededFor": "To see who was there" }))]
pub struct NewInformationRequest {
    /// The question; tell nothing in it that the referrer may not know.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub question: String,
    /// What the answer is needed for.
    #[schema(min_length = 1, max_length = 1000)]
    pub needed_for: Option<String>,
}

crate::case_row! {
    /// A request as it is kept.
    InformationRequest (InformationRequestContent) in referral_requests of referral_id (Reached) as "referral_request" {
        /// The question.
        question: String,
        /// What the answer is needed for.
        needed_for: Option<String>,
        /// Where it stands.
        status: RequestStatus,
        /// When it was first answered.
        answered_at: Option<UtcTime>,
    }
}

/// An information request.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InformationRequestView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The question.
    pub question: String,
    /// What the answer is needed for.
    pub needed_for: Option<String>,
    /// Where it stands.
    pub status: RequestStatus,
    /// When it was first answered.
    pub answered_at: Option<UtcTime>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was asked.
    pub created_at: UtcTime,
}

impl View for InformationRequestView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<InformationRequest> for InformationRequestView {
    fn from(row: InformationRequest) -> Self {
        Self {
            id: row.id,
            question: row.question,
            needed_for: row.needed_for,
            status: row.status,
            answered_at: row.answered_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// An answer to a request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "text": "Ward 7, from Friday to Monday" }))]
pub struct NewReferralAnswer {
    /// In words.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub text: String,
}

/// A request that was reached through its referral.
pub struct Asked {
    referral: Reached,
    request: InformationRequest,
}

impl Owner for Asked {
    fn reach(act: &mut Act, id: Id) -> Result<Self, Problem> {
        let found: Option<InformationRequest> = referral_requests::table
            .find(id)
            .select(InformationRequest::as_select())
            .first(act.conn)
            .optional()?;
        let request = found.ok_or_else(Problem::not_found)?;
        let referral = reach(act, request.referral_id)?;
        Ok(Self { referral, request })
    }

    fn id(&self) -> Id {
        self.request.id
    }

    fn authority(&self) -> &str {
        &self.request.authority
    }

    fn case_of(_: Id) -> Option<Id> {
        None
    }
}

crate::case_row! {
    /// An answer as it is kept.
    ReferralAnswerRow (ReferralAnswerContent) in referral_answers of request_id (Asked) as "referral_answer" {
        /// In words.
        text: String,
        /// Who wrote it down.
        written_by: WrittenBy,
    }
}

/// An answer.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferralAnswerView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// In words; withheld while the referral's content is.
    pub text: Option<String>,
    /// Who wrote it down.
    pub written_by: WrittenBy,
    /// For staff: fields that are withheld from this reader.
    pub withheld: Option<Vec<String>>,
    /// Always 1: an answer is never changed.
    pub version: i64,
    /// When it was received.
    pub created_at: UtcTime,
}

impl View for ReferralAnswerView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        self.text.is_none().then(|| "withheld".to_owned())
    }
}

fn view(answer: ReferralAnswerRow, referral: &Reached) -> ReferralAnswerView {
    let is_withheld = referral.is_withheld();
    let withheld = if is_withheld {
        vec!["text".to_owned()]
    } else {
        vec![]
    };
    ReferralAnswerView {
        id: answer.id,
        text: (!is_withheld).then_some(answer.text),
        written_by: answer.written_by,
        withheld: referral.standing.is_staff().then_some(withheld),
        version: answer.version,
        created_at: answer.created_at,
    }
}

/// Asks the referrer.
pub fn ask(act: &mut Act, referral: Id, body: &Body<NewInformationRequest>) -> Result<Id, Problem> {
    let mut reached = reach_to_add(act, referral)?;
    let new = body.valid()?.clone();
    let id = act.new_id;
    open(act, &mut reached.row, id, new)?;
    store::save(act, &mut reached.row)?;
    service::tell(act, &reached.row, "information_requested")?;
    Ok(id)
}

/// Opens a request on a referral that is saved after it.
pub fn open(
    act: &mut Act,
    referral: &mut Referral,
    id: Id,
    new: NewInformationRequest,
) -> Result<(), Problem> {
    let content = InformationRequestContent {
        question: new.question,
        needed_for: new.needed_for,
        status: RequestStatus::Open,
        answered_at: None,
    };
    let head = Head::of(act, id, (referral.id, &referral.authority));
    InformationRequest::of(head, content).insert(act.conn)?;
    rules::was_asked(referral);
    Ok(())
}

/// Lets the open requests of a referral lapse; it is saved after it.
pub fn lapse(act: &mut Act, referral: &mut Referral) -> Result<(), Problem> {
    if referral.open_requests == 0 {
        return Ok(());
    }
    let open = referral_requests::table
        .filter(referral_requests::referral_id.eq(referral.id))
        .filter(referral_requests::status.eq(RequestStatus::Open));
    diesel::update(open)
        .set((
            referral_requests::status.eq(RequestStatus::NoLongerNeeded),
            referral_requests::version.eq(referral_requests::version + 1),
            referral_requests::updated_at.eq(act.now),
            referral_requests::updated_by.eq(act.caller.id),
        ))
        .execute(act.conn)?;
    referral.open_requests = 0;
    Ok(())
}

/// Answers a request; staff have something new to read. Also one that was answered, or is no longer needed.
pub fn answer(
    act: &mut Act,
    referral: Id,
    request: Id,
    body: &Body<NewReferralAnswer>,
) -> Result<Id, Problem> {
    let referral = reach_to_add(act, referral)?;
    let request: InformationRequest = row(act, &referral, request)?;
    let new = body.valid()?.clone();
    let mut asked = Asked { referral, request };
    let content = ReferralAnswerContent {
        text: new.text,
        written_by: asked.referral.written_by(act),
    };
    let answer = ReferralAnswerRow::of(Head::new(act, &asked), content);
    answer.insert(act.conn)?;
    let referral = &mut asked.referral.row;
    if asked.request.status == RequestStatus::Open {
        asked.request.status = RequestStatus::Answered;
        asked.request.answered_at = Some(act.now);
        asked.request.touch(act);
        asked.request.save(act.conn)?;
        referral.open_requests -= 1;
        rules::was_told_more(referral);
    }
    referral.mark_unread(act.now);
    store::save(act, referral)?;
    service::tell(act, referral, "updated")?;
    Ok(answer.id)
}

/// Reads a request.
pub fn get(act: &mut Act, referral: Id, id: Id) -> Result<InformationRequestView, Problem> {
    let referral = reach(act, referral)?;
    row::<InformationRequest>(act, &referral, id).map(InformationRequestView::from)
}

/// Lists the requests of a referral.
pub fn list(
    act: &mut Act,
    referral: Id,
    page: &PageRequest,
) -> Result<Rows<InformationRequestView>, Problem> {
    let referral = reach_to_read(act, referral)?;
    let rows = InformationRequest::page(act.conn, referral.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(InformationRequestView::from))
}

fn asked(act: &mut Act, referral: Id, request: Id) -> Result<Asked, Problem> {
    let referral = reach(act, referral)?;
    let request = row(act, &referral, request)?;
    Ok(Asked { referral, request })
}

/// Reads an answer.
pub fn get_answer(act: &mut Act, referral: Id, request: Id, id: Id) -> Result<ReferralAnswerView, Problem> {
    let asked = asked(act, referral, request)?;
    let answer = row::<ReferralAnswerRow>(act, &asked, id)?;
    Ok(view(answer, &asked.referral))
}

/// Lists the answers to a request.
pub fn list_answers(
    act: &mut Act,
    referral: Id,
    request: Id,
    page: &PageRequest,
) -> Result<Rows<ReferralAnswerView>, Problem> {
    let asked = asked(act, referral, request)?;
    reads_need_an_agreement(act)?;
    let rows = ReferralAnswerRow::page(act.conn, asked.request.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|answer| view(answer, &asked.referral)))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_information_requests)
        .service(request_information)
        .service(get_information_request)
        .service(list_referral_answers)
        .service(answer_information_request)
        .service(get_referral_answer);
}

/// List the information requests of a referral
///
/// What staff asked the referrer, who lists those of its own referrals.
#[utoipa::path(
    operation_id = "listInformationRequests",
    tag = "Referrals",
    params(ReferralPath, PageParams),
    responses((status = 200, description = "A page of requests", body = Page<InformationRequestView>)),
    extensions(("x-permission" = json!("referrals.follow")))
)]
#[get("/v1/referrals/{referralId}/information-requests")]
pub async fn list_information_requests(call: Call, ids: Ids<1>) -> Reply {
    let Ids([referral]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, referral, page))
        .await
}

/// Ask the referrer
///
/// While a request is open the receipt says `information_requested`; deciding the referral without an answer makes it
/// `no_longer_needed`.
#[utoipa::path(
    operation_id = "requestInformation",
    tag = "Referrals",
    params(ReferralPath),
    request_body = NewInformationRequest,
    responses((status = 201, description = "The request", body = InformationRequestView)),
    extensions(("x-permission" = json!("referrals.ask")))
)]
#[post("/v1/referrals/{referralId}/information-requests")]
pub async fn request_information(call: Call, ids: Ids<1>, body: Body<NewInformationRequest>) -> Reply {
    let Ids([referral]) = ids;
    call.create(
        body,
        move |act, body| ask(act, referral, body),
        move |act, id| get(act, referral, id),
    )
    .await
}

/// Read an information request
///
/// One question, and whether it was answered.
#[utoipa::path(
    operation_id = "getInformationRequest",
    tag = "Referrals",
    params(ReferralRequestPath),
    responses((status = 200, description = "The request", body = InformationRequestView)),
    extensions(("x-permission" = json!("referrals.follow")))
)]
#[get("/v1/referrals/{referralId}/information-requests/{requestId}")]
pub async fn get_information_request(call: Call, ids: Ids<2>) -> Reply {
    let Ids([referral, request]) = ids;
    call.read(move |act| {
        let request = get(act, referral, request)?;
        reads_need_an_agreement(act)?;
        Ok(request)
    })
    .await
}

/// List the answers to an information request
///
/// Several are possible; none replaces another.
#[utoipa::path(
    operation_id = "listReferralAnswers",
    tag = "Referrals",
    params(ReferralRequestPath, PageParams),
    responses((status = 200, description = "A page of answers", body = Page<ReferralAnswerView>)),
    extensions(("x-permission" = json!("referrals.follow")))
)]
#[get("/v1/referrals/{referralId}/information-requests/{requestId}/answers")]
pub async fn list_referral_answers(call: Call, ids: Ids<2>) -> Reply {
    let Ids([referral, request]) = ids;
    call.list(move |act, _: &NoFilter, page| list_answers(act, referral, request, page))
        .await
}

/// Answer an information request
///
/// By the agency that sent the referral, or by the member of staff who took it; as often as there is more to say.
#[utoipa::path(
    operation_id = "answerInformationRequest",
    tag = "Referrals",
    params(ReferralRequestPath),
    request_body = NewReferralAnswer,
    responses((status = 201, description = "The answer", body = ReferralAnswerView)),
    extensions(("x-permission" = json!("referrals.update")))
)]
#[post("/v1/referrals/{referralId}/information-requests/{requestId}/answers")]
pub async fn answer_information_request(call: Call, ids: Ids<2>, body: Body<NewReferralAnswer>) -> Reply {
    let Ids([referral, request]) = ids;
    call.create(
        body,
        move |act, body| answer(act, referral, request, body),
        move |act, id| get_answer(act, referral, request, id),
    )
    .await
}

/// Read an answer
///
/// One answer to one question.
#[utoipa::path(
    operation_id = "getReferralAnswer",
    tag = "Referrals",
    params(ReferralAnswerPath),
    responses((status = 200, description = "The answer", body = ReferralAnswerView)),
    extensions(("x-permission" = json!("referrals.follow")))
)]
#[get("/v1/referrals/{referralId}/information-requests/{requestId}/answers/{answerId}")]
pub async fn get_referral_answer(call: Call, ids: Ids<3>) -> Reply {
    let Ids([referral, request, answer]) = ids;
    call.read(move |act| {
        let answer = get_answer(act, referral, request, answer)?;
        reads_need_an_agreement(act)?;
        Ok(answer)
    })
    .await
}
