//! Partner agencies as administrators keep them.

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::clock::UtcTime;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{AgencyPath, IfMatchHeader};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::agencies::{self, Agency, AgencyType};
use crate::problem::{Code, Fault, Problem};
use crate::schema::people::agencies as table;

/// A partner agency and its information-sharing agreement: reading needs one in force, referrals always land.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Westshire Police", "agencyType": "police", "agreementFrom": "2026-04-01", "agreementUntil": "2029-03-31"
}))]
pub struct AgencyEntry {
    /// Name; no two agencies have the same.
    #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    #[schema(min_length = 1, max_length = 20)]
    pub ods_code: Option<String>,
    /// First day of the agreement.
    pub agreement_from: Option<NaiveDate>,
    /// Last day of it; absent: until further notice.
    pub agreement_until: Option<NaiveDate>,
}

/// A partner agency.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgencyView {
    /// Id.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    pub ods_code: Option<String>,
    /// First day of the agreement.
    pub agreement_from: Option<NaiveDate>,
    /// Last day of it.
    pub agreement_until: Option<NaiveDate>,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was registered.
    pub created_at: UtcTime,
}

impl View for AgencyView {
    fn version(&self) -> i64 {
        self.version
    }
}

type Row = (Agency, i64);

fn view((agency, version): Row) -> AgencyView {
    AgencyView {
        id: agency.id,
        name: agency.name,
        agency_type: agency.agency_type,
        ods_code: agency.ods_code,
        agreement_from: agency.agreement_from,
        agreement_until: agency.agreement_until,
        version,
        created_at: agency.created_at,
    }
}

fn find(act: &mut Act, id: Id) -> Result<Row, Problem> {
    let found: Option<Row> = table::table
        .find(id)
        .select((Agency::as_select(), table::version))
        .first(act.conn)
        .optional()?;
    found.ok_or_else(Problem::not_found)
}

fn faults(entry: &AgencyEntry) -> Vec<Fault> {
    let ends_early = entry
        .agreement_until
        .is_some_and(|until| entry.agreement_from.is_none_or(|from| until < from));
    match ends_early {
        true => {
            let why = "An agreement ends after its first day.";
            vec![Fault::at("/agreementUntil", "before_from", why)]
        }
        false => vec![],
    }
}

fn refuse_same_name(act: &mut Act, name: &str, but: Id) -> Result<(), Problem> {
    match agencies::named(act.conn, name)?.is_some_and(|there| there.id != but) {
        true => Err(Problem::new(Code::Conflict).saying("There is an agency of this name already.")),
        false => Ok(()),
    }
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<AgencyView>, Problem> {
    let query = table::table.into_boxed();
    let rows = crate::paged!(query, table, page)
        .select((Agency::as_select(), table::version))
        .load(act.conn)?;
    Ok(Rows::cut(rows, page, |(agency, _): &Row| agency.id).map(view))
}

fn register(act: &mut Act, body: &Body<AgencyEntry>) -> Result<Id, Problem> {
    let entry = body.checked(faults)?.clone();
    refuse_same_name(act, &entry.name, act.new_id)?;
    let agency = Agency {
        id: act.new_id,
        name: entry.name,
        agency_type: entry.agency_type,
        ods_code: entry.ods_code,
        agreement_from: entry.agreement_from,
        agreement_until: entry.agreement_until,
        created_at: act.now,
    };
    agencies::insert(act.conn, &agency)?;
    Ok(agency.id)
}

fn amend(act: &mut Act, id: Id, patch: &Body<Patch<AgencyEntry>>) -> Result<Id, Problem> {
    let (agency, version) = find(act, id)?;
    act.expect_version(version)?;
    let current = AgencyEntry {
        name: agency.name,
        agency_type: agency.agency_type,
        ods_code: agency.ods_code,
        agreement_from: agency.agreement_from,
        agreement_until: agency.agreement_until,
    };
    let entry = patch.valid()?.applied_to(&current)?;
    match faults(&entry) {
        faults if faults.is_empty() => {}
        faults => return Err(Problem::invalid(faults)),
    }
    refuse_same_name(act, &entry.name, id)?;
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::name.eq(entry.name),
            table::agency_type.eq(entry.agency_type),
            table::ods_code.eq(entry.ods_code),
            table::agreement_from.eq(entry.agreement_from),
            table::agreement_until.eq(entry.agreement_until),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    Ok(id)
}

fn read(act: &mut Act, id: Id) -> Result<AgencyView, Problem> {
    find(act, id).map(view)
}

/// List agencies
///
/// Partner agencies with their agreements.
#[utoipa::path(
    operation_id = "listAgencies",
    tag = "Administration",
    params(PageParams),
    responses((status = 200, description = "A page of agencies", body = Page<AgencyView>)),
    extensions(("x-permission" = json!("agencies.read")))
)]
#[get("/v1/agencies")]
pub async fn list_agencies(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

/// Register an agency
///
/// Agencies are known to every authority of the deployment.
#[utoipa::path(
    operation_id = "registerAgency",
    tag = "Administration",
    request_body = AgencyEntry,
    responses((status = 201, description = "The agency", body = AgencyView)),
    extensions(("x-permission" = json!("agencies.keep")))
)]
#[post("/v1/agencies")]
pub async fn register_agency(call: Call, body: Body<AgencyEntry>) -> Reply {
    call.create(body, register, read).await
}

/// Read an agency
///
/// One partner agency.
#[utoipa::path(
    operation_id = "getAgency",
    tag = "Administration",
    params(AgencyPath),
    responses((status = 200, description = "The agency", body = AgencyView)),
    extensions(("x-permission" = json!("agencies.read")))
)]
#[get("/v1/agencies/{agencyId}")]
pub async fn get_agency(call: Call, ids: Ids<1>) -> Reply {
    let Ids([agency]) = ids;
    call.read(move |act| read(act, agency)).await
}

/// Amend an agency
///
/// By a merge patch; a changed agreement holds on the next request.
#[utoipa::path(
    operation_id = "amendAgency",
    tag = "Administration",
    params(AgencyPath, IfMatchHeader),
    request_body = Patch<AgencyEntry>,
    responses((status = 200, description = "The agency", body = AgencyView)),
    extensions(("x-permission" = json!("agencies.keep")))
)]
#[patch("/v1/agencies/{agencyId}")]
pub async fn amend_agency(call: Call, ids: Ids<1>, body: Body<Patch<AgencyEntry>>) -> Reply {
    let Ids([agency]) = ids;
    call.change(body, move |act, body| amend(act, agency, body), read)
        .await
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_agencies)
        .service(register_agency)
        .service(get_agency)
        .service(amend_agency);
}
