//! Enquiries that the authority causes another agency to make (Care Act 2014 s.42(2)). That agency sees its own request
//! and what is shared for it, answers and reports; only a manager says that a report is enough.

use actix_web::{get, post};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::reach::{Reached, reach, reach_for};
use crate::act::Act;
use crate::body::Body;
use crate::casework::record::{Head, OwnedRow, row, write_new, write_over};
use crate::casework::referrals::reach::reads_need_an_agreement;
use crate::clock::{PastTime, UtcTime};
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, CausedEnquiryPath, IfMatchHeader};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::agencies;
use crate::policy::{Action, CallerKind, Standing};
use crate::problem::{Fault, Problem};
use crate::schema::case_life::caused_enquiries;

crate::codes! {
    /// Where an enquiry of another agency stands.
    pub enum CausedStatus {
        /// The agency was asked.
        Requested = "requested",
        /// It will enquire.
        Accepted = "accepted",
        /// It will not.
        Declined = "declined",
        /// It has reported.
        Reported = "reported",
        /// The report is enough.
        Satisfied = "satisfied",
        /// The report is not enough.
        NotSatisfied = "not_satisfied",
    }
}

/// A question that the enquiry is to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 1000, example = "Who was on the ward that night?")]
pub struct EnquiryQuestion(pub String);

/// What another agency found.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"findings": "Two of three night visits were not made", "whatNext": "The rota was changed", "adultView": "Glad somebody looked"}))]
pub struct CausedReport {
    /// What was found.
    #[schema(min_length = 1, max_length = 16000, extensions(("x-rule" = json!("not_blank"))))]
    pub findings: String,
    /// What comes of it.
    #[schema(min_length = 1, max_length = 4000)]
    pub what_next: Option<String>,
    /// What the adult says to it.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
    /// When it was made, if earlier than now.
    #[schema(value_type = Option<PastTime>)]
    pub effective_at: Option<UtcTime>,
}

crate::case_row! {
    /// An enquiry that another agency makes.
    CausedEnquiry (CausedEnquiryContent) in caused_enquiries as "caused_enquiry" {
        /// The agency.
        agency_id: Id,
        /// What it is asked to look into.
        scope: String,
        /// When the report was agreed to come; nothing is late by it.
        agreed_on: Option<NaiveDate>,
        /// What the agency is told for it.
        shared_information: Option<String>,
        /// What the adult says to it.
        adult_view: Option<String>,
        /// Where it stands.
        status: CausedStatus,
        /// Why it was declined, or why the report is or is not enough.
        status_reason: Option<String>,
        /// When the agency accepted or declined.
        answered_at: Option<UtcTime>,
        /// When it reported.
        reported_at: Option<UtcTime>,
        /// What is asked.
        questions: Json<Vec<EnquiryQuestion>>,
        /// The last report.
        report: Option<Json<CausedReport>>,
    }
}

/// A request to another agency to enquire.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "agencyId": "01890000-0000-7000-8000-000000000001", "scope": "The night visits in October",
    "questions": ["Were all of them made?"], "agreedOn": "2026-12-10",
    "sharedInformation": "Ada says nobody came on two nights", "adultView": "She wants it looked into"
}))]
pub struct NewCausedEnquiry {
    /// The agency.
    pub agency_id: Id,
    /// What it is asked to look into.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub scope: String,
    /// What is asked.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub questions: Vec<EnquiryQuestion>,
    /// When the report was agreed to come; nothing is late by it.
    pub agreed_on: Option<NaiveDate>,
    /// What the agency is told for it, no more than it needs.
    #[schema(min_length = 1, max_length = 8000)]
    pub shared_information: Option<String>,
    /// What the adult says to it; not for the agency.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
}

/// A step of it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"to": "accepted"}))]
pub struct NewCausedStep {
    /// Where it goes: `accepted`, `declined`, `satisfied` or `not_satisfied`.
    pub to: CausedStatus,
    /// Why; needed to decline, and to say that a report is not enough.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
}

/// An enquiry that another agency makes.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CausedEnquiryView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The agency.
    pub agency_id: Id,
    /// What it is asked to look into.
    pub scope: String,
    /// What is asked.
    pub questions: Vec<EnquiryQuestion>,
    /// When the report was agreed to come.
    pub agreed_on: Option<NaiveDate>,
    /// What the agency is told for it.
    pub shared_information: Option<String>,
    /// What the adult says to it; not for the agency.
    pub adult_view: Option<String>,
    /// Where it stands.
    pub status: CausedStatus,
    /// Why.
    pub status_reason: Option<String>,
    /// When the agency accepted or declined.
    pub answered_at: Option<UtcTime>,
    /// When it reported.
    pub reported_at: Option<UtcTime>,
    /// The last report.
    pub report: Option<CausedReport>,
    /// 1, and one more with every step.
    pub version: i64,
    /// When the agency was asked.
    pub created_at: UtcTime,
    /// When it last changed.
    pub updated_at: UtcTime,
}

impl View for CausedEnquiryView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn shown(act: &Act, row: CausedEnquiry) -> CausedEnquiryView {
    let for_staff = act.caller.kind != CallerKind::Client;
    CausedEnquiryView {
        id: row.id,
        agency_id: row.agency_id,
        scope: row.scope,
        questions: row.questions.0,
        agreed_on: row.agreed_on,
        shared_information: row.shared_information,
        adult_view: row.adult_view.filter(|_| for_staff),
        status: row.status,
        status_reason: row.status_reason,
        answered_at: row.answered_at,
        reported_at: row.reported_at,
        report: row.report.map(|report| report.0),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

fn own_agency(act: &Act, case: &Reached) -> Option<Id> {
    act.caller
        .agency_id
        .filter(|_| case.standing == Standing::EnquiringAgency)
}

fn reached(act: &mut Act, case: Id) -> Result<Reached, Problem> {
    reads_need_an_agreement(act)?;
    reach(act, case)
}

fn theirs(act: &mut Act, case: &Reached, id: Id) -> Result<CausedEnquiry, Problem> {
    let found: CausedEnquiry = row(act, case, id)?;
    match own_agency(act, case) {
        Some(agency) if agency != found.agency_id => Err(Problem::not_found()),
        _ => Ok(found),
    }
}

fn get(act: &mut Act, case: Id, id: Id) -> Result<CausedEnquiryView, Problem> {
    let case = reached(act, case)?;
    let found = theirs(act, &case, id)?;
    Ok(shown(act, found))
}

fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<CausedEnquiryView>, Problem> {
    let case = reached(act, case)?;
    let rows = match own_agency(act, &case) {
        None => CausedEnquiry::page(act.conn, case.row.id, page)?,
        Some(agency) => {
            let query = caused_enquiries::table
                .filter(
                    caused_enquiries::case_id
                        .eq(case.row.id)
                        .and(caused_enquiries::agency_id.eq(agency)),
                )
                .into_boxed();
            crate::paged!(query, caused_enquiries, page)
                .select(CausedEnquiry::as_select())
                .load(act.conn)?
        }
    };
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| shown(act, row)))
}

/// Asks another agency to enquire.
pub fn request(act: &mut Act, case: Id, body: &Body<NewCausedEnquiry>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let unknown = match body.value() {
        Some(new) => !agencies::exists(act.conn, new.agency_id)?,
        None => false,
    };
    let new = body
        .checked(|_| match unknown {
            true => vec![Fault::at("/agencyId", "unknown", "There is no such agency.")],
            false => vec![],
        })?
        .clone();
    let content = CausedEnquiryContent {
        agency_id: new.agency_id,
        scope: new.scope,
        agreed_on: new.agreed_on,
        shared_information: new.shared_information,
        adult_view: new.adult_view,
        status: CausedStatus::Requested,
        status_reason: None,
        answered_at: None,
        reported_at: None,
        questions: Json(new.questions),
        report: None,
    };
    write_new(
        act,
        &CausedEnquiry::of(Head::new(act, &case), content),
        "requested",
    )
}

/// The permission that a step needs, if there is one from here to there.
fn step_of(from: CausedStatus, to: CausedStatus) -> Option<Action> {
    use CausedStatus::{Accepted, Declined, NotSatisfied, Reported, Requested, Satisfied};
    match (from, to) {
        (Requested, Accepted | Declined) | (Accepted, Declined) => Some(Action::CausedEnquiriesAnswer),
        (Reported | NotSatisfied, Satisfied) | (Reported, NotSatisfied) => Some(Action::CausedEnquiriesJudge),
        _ => None,
    }
}

fn step(act: &mut Act, case: Id, id: Id, body: &Body<NewCausedStep>) -> Result<Id, Problem> {
    let case = reached(act, case)?;
    let mut enquiry = theirs(act, &case, id)?;
    act.expect_version(enquiry.version)?;
    let wanted = body.valid()?;
    let Some(action) = step_of(enquiry.status, wanted.to) else {
        let detail = format!(
            "There is no step from {} to {}.",
            enquiry.status.as_str(),
            wanted.to.as_str()
        );
        return Err(Problem::invalid_transition(detail, &[]));
    };
    reach_for(act, case.row.id, action)?;
    let needs_reason = matches!(wanted.to, CausedStatus::Declined | CausedStatus::NotSatisfied);
    if needs_reason && wanted.reason.is_none() {
        return Err(Problem::invalid_transition(
            "Something that must be recorded for this step is missing.",
            &[Fault::required("/reason", "Say why.")],
        ));
    }
    enquiry.status = wanted.to;
    enquiry.status_reason = wanted.reason.clone();
    if action == Action::CausedEnquiriesAnswer {
        enquiry.answered_at = Some(act.now);
    }
    write_over(act, &mut enquiry, wanted.to.as_str())
}

fn report(act: &mut Act, case: Id, id: Id, body: &Body<CausedReport>) -> Result<Id, Problem> {
    let case = reached(act, case)?;
    let mut enquiry = theirs(act, &case, id)?;
    act.expect_version(enquiry.version)?;
    let new = body.valid()?.clone();
    if matches!(enquiry.status, CausedStatus::Declined | CausedStatus::Satisfied) {
        return Err(Problem::invalid_transition("This enquiry has ended.", &[]));
    }
    enquiry.status = CausedStatus::Reported;
    enquiry.reported_at = Some(new.effective_at.unwrap_or(act.now));
    enquiry.report = Some(Json(new));
    write_over(act, &mut enquiry, "reported")
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_caused_enquiries)
        .service(cause_enquiry)
        .service(get_caused_enquiry)
        .service(move_caused_enquiry)
        .service(report_caused_enquiry);
}

/// List enquiries by other agencies
///
/// Enquiries that the authority caused. An agency reads the requests to it, and nothing else of the case.
#[utoipa::path(
    operation_id = "listCausedEnquiries",
    tag = "Cases",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of requests", body = Page<CausedEnquiryView>)),
    extensions(("x-permission" = json!("caused_enquiries.read")))
)]
#[get("/v1/cases/{caseId}/caused-enquiries")]
pub async fn list_caused_enquiries(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, page))
        .await
}

/// Cause another agency to enquire
///
/// With what it is to look into and what it is told for it. Until it reports or declines, the case shows a gap.
#[utoipa::path(
    operation_id = "causeEnquiry",
    tag = "Cases",
    params(CasePath),
    request_body = NewCausedEnquiry,
    responses((status = 201, description = "The request", body = CausedEnquiryView)),
    extensions(("x-permission" = json!("caused_enquiries.request")))
)]
#[post("/v1/cases/{caseId}/caused-enquiries")]
pub async fn cause_enquiry(call: Call, ids: Ids<1>, body: Body<NewCausedEnquiry>) -> Reply {
    let Ids([case]) = ids;
    call.create(
        body,
        move |act, body| request(act, case, body),
        move |act, id| get(act, case, id),
    )
    .await
}

/// Read an enquiry by another agency
///
/// What was asked, where it stands, and the report.
#[utoipa::path(
    operation_id = "getCausedEnquiry",
    tag = "Cases",
    params(CausedEnquiryPath),
    responses((status = 200, description = "The request", body = CausedEnquiryView)),
    extensions(("x-permission" = json!("caused_enquiries.read")))
)]
#[get("/v1/cases/{caseId}/caused-enquiries/{causedEnquiryId}")]
pub async fn get_caused_enquiry(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, enquiry]) = ids;
    call.read(move |act| get(act, case, enquiry)).await
}

/// Move an enquiry by another agency along
///
/// The agency accepts or declines; a manager alone says whether the report is enough.
#[utoipa::path(
    operation_id = "moveCausedEnquiry",
    tag = "Cases",
    params(CausedEnquiryPath, IfMatchHeader),
    request_body = NewCausedStep,
    responses((status = 200, description = "The request", body = CausedEnquiryView)),
    extensions(("x-permission" = json!("caused_enquiries.answer")))
)]
#[post("/v1/cases/{caseId}/caused-enquiries/{causedEnquiryId}/transitions")]
pub async fn move_caused_enquiry(call: Call, ids: Ids<2>, body: Body<NewCausedStep>) -> Reply {
    let Ids([case, enquiry]) = ids;
    call.change(
        body,
        move |act, body| step(act, case, enquiry, body),
        move |act, id| get(act, case, id),
    )
    .await
}

/// Report on an enquiry
///
/// By the agency, or written down by staff for one without an API. A further report takes the place of one that was not
/// enough.
#[utoipa::path(
    operation_id = "reportCausedEnquiry",
    tag = "Cases",
    params(CausedEnquiryPath, IfMatchHeader),
    request_body = CausedReport,
    responses((status = 200, description = "The request", body = CausedEnquiryView)),
    extensions(("x-permission" = json!("caused_enquiries.answer")))
)]
#[post("/v1/cases/{caseId}/caused-enquiries/{causedEnquiryId}/report")]
pub async fn report_caused_enquiry(call: Call, ids: Ids<2>, body: Body<CausedReport>) -> Reply {
    let Ids([case, enquiry]) = ids;
    call.change(
        body,
        move |act, body| report(act, case, enquiry, body),
        move |act, id| get(act, case, id),
    )
    .await
}
