//! Partner agencies as administrators keep them: one identity, kept by the authority that registered it, and the agreement of
//! each authority, kept by that authority.

use actix_web::{get, patch, post, put};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{administered, faults_of_authorities, refuse_others, seen};
use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::{IdAndKey, Ids};
use crate::http::list::NoFilter;
use crate::http::params::{AgencyPath, AgreementPath, IfMatchHeader};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::agencies::{self, Agency, AgencyType, Agreement};
use crate::people::approvals;
use crate::problem::{Code, Fault, Problem, repeated};
use crate::schema::people::{agencies as table, agency_authorities};

/// Who a partner agency is.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Westshire Police", "agencyType": "police"}))]
pub struct AgencyIdentity {
    /// Name; no two agencies have the same.
    #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    #[schema(min_length = 1, max_length = 20)]
    pub ods_code: Option<String>,
}

/// A partner agency to register.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Westshire Police", "agencyType": "police", "agreements": [{"authority": "northbank", "from": "2026-04-01"}]
}))]
pub struct NewAgency {
    /// Name; no two agencies have the same.
    #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    #[schema(min_length = 1, max_length = 20)]
    pub ods_code: Option<String>,
    /// The authorities that it works with, of those which the caller administers; the first keeps its name and kind from then
    /// on. May be left out by an administrator of one authority: that one, without an agreement yet.
    #[schema(min_items = 1, max_items = 200)]
    pub agreements: Option<Vec<AgreementWith>>,
}

/// An information-sharing agreement of an agency with an authority. The agency reads what is shared with it while one is in
/// force; its referrals always land.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgreementWith {
    /// The authority.
    #[schema(min_length = 1, max_length = 40, example = "northbank")]
    pub authority: String,
    /// First day; absent: they know each other and have no agreement.
    pub from: Option<NaiveDate>,
    /// Last day; absent: until further notice.
    pub until: Option<NaiveDate>,
}

/// The days of an information-sharing agreement.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"from": "2026-04-01", "until": "2029-03-31"}))]
pub struct AgreementDays {
    /// First day; absent: they know each other and have no agreement.
    pub from: Option<NaiveDate>,
    /// Last day; absent: until further notice.
    pub until: Option<NaiveDate>,
}

/// A partner agency.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartnerAgency {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Kind.
    pub agency_type: AgencyType,
    /// ODS code (NHS) or force code.
    pub ods_code: Option<String>,
    /// The authority that keeps its name and kind.
    pub registered_by_authority: Option<String>,
    /// What it agreed with the authorities of the caller.
    pub agreements: Vec<AgreementWith>,
    /// 1, and one more with every change of its name and kind.
    pub version: i64,
    /// When it was registered.
    pub created_at: UtcTime,
}

impl View for PartnerAgency {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(super::mark_of(&self.agreements))
    }
}

/// What an agency and an authority agreed.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreementView {
    /// The agency.
    pub agency_id: Id,
    /// The authority.
    #[schema(example = "northbank")]
    pub authority: String,
    /// First day; absent: there is no agreement.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Whether it covers today.
    pub in_force: bool,
    /// 1 where nothing was ever kept, and one more with every change.
    pub version: i64,
}

impl View for AgreementView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(super::mark_of(&self.in_force))
    }
}

type Row = (Agency, i64);

fn view(act: &mut Act, (agency, version): Row) -> Result<PartnerAgency, Problem> {
    let agreements = agencies::agreements(act.conn, agency.id, &seen(act))?;
    let agreements = agreements.into_iter().map(|agreement| AgreementWith {
        authority: agreement.authority,
        from: agreement.agreement_from,
        until: agreement.agreement_until,
    });
    Ok(PartnerAgency {
        id: agency.id,
        name: agency.name,
        agency_type: agency.agency_type,
        ods_code: agency.ods_code,
        registered_by_authority: agency.registered_by_authority,
        agreements: agreements.collect(),
        version,
        created_at: agency.created_at,
    })
}

fn find_any(act: &mut Act, id: Id) -> Result<Row, Problem> {
    let found: Option<Row> = table::table
        .find(id)
        .select((Agency::as_select(), table::version))
        .first(act.conn)
        .optional()?;
    found.ok_or_else(Problem::not_found)
}

/// The agency, if an authority of the caller knows it.
fn find(act: &mut Act, id: Id) -> Result<Row, Problem> {
    match agencies::is_known_to(act.conn, id, &seen(act))? {
        true => find_any(act, id),
        false => Err(Problem::not_found()),
    }
}

fn fault_of_days(from: Option<NaiveDate>, until: Option<NaiveDate>, pointer: String) -> Option<Fault> {
    let ends_early = until.is_some_and(|until| from.is_none_or(|from| until < from));
    ends_early.then(|| Fault::at(pointer, "before_from", "An agreement ends after its first day."))
}

fn refuse_same_name(act: &mut Act, name: &str, but: Id) -> Result<(), Problem> {
    match agencies::named(act.conn, name)?.filter(|there| there.id != but) {
        // One agency has one entry: whoever wants an agreement with it finds it here.
        Some(there) => Err(Problem::new(Code::Conflict)
            .saying("There is an agency of this name already. Keep your authority's agreement with it.")
            .with("existing", there.id)),
        None => Ok(()),
    }
}

fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<PartnerAgency>, Problem> {
    let known = agency_authorities::table
        .filter(agency_authorities::authority.one_of(seen(act)))
        .select(agency_authorities::agency_id);
    let query = table::table.filter(table::id.eq_any(known)).into_boxed();
    let rows = crate::paged!(query, table, page)
        .select((Agency::as_select(), table::version))
        .load(act.conn)?;
    let rows = Rows::cut(rows, page, |(agency, _): &Row| agency.id);
    let items: Result<Vec<_>, _> = rows.items.into_iter().map(|row| view(act, row)).collect();
    Ok(Rows {
        items: items?,
        next_after: rows.next_after,
    })
}

/// Where it is registered, when that is not said: in the one authority that the caller administers.
fn agreements_of(act: &Act, agreements: Option<&Vec<AgreementWith>>) -> Vec<AgreementWith> {
    let home = administered(act).into_iter().map(|authority| AgreementWith {
        authority,
        from: None,
        until: None,
    });
    agreements.cloned().unwrap_or_else(|| home.collect())
}

fn faults_of_new(act: &mut Act, agency: &NewAgency) -> Result<Vec<Fault>, Problem> {
    let Some(agreements) = &agency.agreements else {
        let several = administered(act).len() > 1;
        let why = "Say which of the authorities that you administer work with it.";
        return Ok(several
            .then(|| Fault::required("/agreements", why))
            .into_iter()
            .collect());
    };
    let at = |index: usize| format!("/agreements/{index}/authority");
    let named: Vec<String> = agreements
        .iter()
        .map(|agreement| agreement.authority.clone())
        .collect();
    let mut faults = faults_of_authorities(act, &named, at)?;
    faults.extend(repeated(&named, at, "This authority stands here already."));
    faults.extend(agreements.iter().enumerate().filter_map(|(index, agreement)| {
        fault_of_days(
            agreement.from,
            agreement.until,
            format!("/agreements/{index}/until"),
        )
    }));
    Ok(faults)
}

fn register(act: &mut Act, body: &Body<NewAgency>) -> Result<Id, Problem> {
    let found = match body.value() {
        Some(agency) => faults_of_new(act, agency)?,
        None => vec![],
    };
    let entry = body.checked(|_| found)?.clone();
    refuse_same_name(act, &entry.name, act.new_id)?;
    let agreements = agreements_of(act, entry.agreements.as_ref());
    let agency = Agency {
        id: act.new_id,
        name: entry.name,
        agency_type: entry.agency_type,
        ods_code: entry.ods_code,
        registered_by_authority: agreements.first().map(|first| first.authority.clone()),
        created_at: act.now,
    };
    act.found.authority = agency.registered_by_authority.clone();
    agencies::insert(act.conn, &agency)?;
    for agreement in &agreements {
        let days = (agreement.from, agreement.until);
        agencies::agree(
            act.conn,
            &Agreement::new(agency.id, &agreement.authority, days, act.now),
        )?;
        if agreement.from.is_some() {
            note_change(act, agency.id, &agreement.authority)?;
        }
    }
    Ok(agency.id)
}

fn amend(act: &mut Act, id: Id, patch: &Body<Patch<AgencyIdentity>>) -> Result<Id, Problem> {
    let (agency, version) = find(act, id)?;
    // What it is called is the same for everybody, and kept by whoever registered it.
    let keeper = agency.registered_by_authority.unwrap_or_default();
    refuse_others(act, std::iter::once(&keeper))?;
    act.found.authority = Some(keeper);
    act.expect_version(version)?;
    let current = AgencyIdentity {
        name: agency.name,
        agency_type: agency.agency_type,
        ods_code: agency.ods_code,
    };
    let entry = patch.valid()?.applied_to(&current)?;
    refuse_same_name(act, &entry.name, id)?;
    let read = table::table.find(id).filter(table::version.eq(version));
    let changed = diesel::update(read)
        .set((
            table::name.eq(entry.name),
            table::agency_type.eq(entry.agency_type),
            table::ods_code.eq(entry.ods_code),
            table::version.eq(version + 1),
            table::updated_at.eq(act.now),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    Ok(id)
}

fn read(act: &mut Act, id: Id) -> Result<PartnerAgency, Problem> {
    let row = find(act, id)?;
    view(act, row)
}

fn note_change(act: &mut Act, agency: Id, authority: &str) -> Result<(), Problem> {
    Ok(approvals::tell(
        act,
        authority,
        NoticeKind::AgreementChanged,
        agency,
    )?)
}

/// What is kept of an agency and one of the caller's authorities, if anything is.
fn find_agreement(act: &mut Act, agency: Id, authority: &str) -> Result<Option<Agreement>, Problem> {
    if !seen(act).iter().any(|theirs| theirs == authority) {
        return Err(Problem::not_found());
    }
    find_any(act, agency)?;
    act.found.authority = Some(authority.to_owned());
    let found = agencies::agreements(act.conn, agency, &[authority.to_owned()])?;
    Ok(found.into_iter().next())
}

fn read_agreement(act: &mut Act, agency: Id, authority: &str) -> Result<AgreementView, Problem> {
    let found = find_agreement(act, agency, authority)?;
    let (from, until) = found.as_ref().map_or((None, None), |found| {
        (found.agreement_from, found.agreement_until)
    });
    let in_force = agencies::agreed_with(act.conn, agency, act.now.date())?;
    Ok(AgreementView {
        agency_id: agency,
        authority: authority.to_owned(),
        from,
        until,
        in_force: in_force.iter().any(|agreed| agreed == authority),
        version: found.map_or(1, |found| found.version),
    })
}

fn keep_agreement(
    act: &mut Act,
    agency: Id,
    authority: &str,
    body: &Body<AgreementDays>,
) -> Result<Id, Problem> {
    let found = find_agreement(act, agency, authority)?;
    refuse_others(act, std::iter::once(&authority.to_owned()))?;
    act.expect_version(found.as_ref().map_or(1, |found| found.version))?;
    let until = || "/until".to_owned();
    let days = body.checked(|days| {
        fault_of_days(days.from, days.until, until())
            .into_iter()
            .collect()
    })?;
    match found {
        Some(found) => {
            let read = agency_authorities::table
                .find((agency, authority))
                .filter(agency_authorities::version.eq(found.version));
            let changed = diesel::update(read)
                .set((
                    agency_authorities::agreement_from.eq(days.from),
                    agency_authorities::agreement_until.eq(days.until),
                    agency_authorities::version.eq(found.version + 1),
                    agency_authorities::updated_at.eq(act.now),
                ))
                .execute(act.conn)?;
            guarded(changed)?;
        }
        None => {
            let agreement = Agreement {
                version: 2,
                ..Agreement::new(agency, authority, (days.from, days.until), act.now)
            };
            // Whoever else kept one meanwhile was faster.
            guarded(usize::from(agencies::agree(act.conn, &agreement)?))?;
        }
    }
    note_change(act, agency, authority)?;
    Ok(agency)
}

/// List agencies
///
/// The partner agencies that the caller's authorities know, with what they agreed with them.
#[utoipa::path(
    operation_id = "listAgencies",
    tag = "Administration",
    params(PageParams),
    responses((status = 200, description = "A page of agencies", body = Page<PartnerAgency>)),
    extensions(("x-permission" = json!("agencies.read")))
)]
#[get("/v1/agencies")]
pub async fn list_agencies(call: Call) -> Reply {
    call.list(|act, _: &NoFilter, page| list(act, page)).await
}

/// Register an agency
///
/// With the agreements of authorities that the caller administers. An agency has one entry: where there is one of this name, 409
/// names it (`existing`), and its agreement with another authority is kept under `/agreements/{authority}`.
#[utoipa::path(
    operation_id = "registerAgency",
    tag = "Administration",
    request_body = NewAgency,
    responses((status = 201, description = "The agency", body = PartnerAgency)),
    extensions(("x-permission" = json!("agencies.keep")))
)]
#[post("/v1/agencies")]
pub async fn register_agency(call: Call, body: Body<NewAgency>) -> Reply {
    call.create(body, register, read).await
}

/// Read an agency
///
/// One partner agency that an authority of the caller knows.
#[utoipa::path(
    operation_id = "getAgency",
    tag = "Administration",
    params(AgencyPath),
    responses((status = 200, description = "The agency", body = PartnerAgency)),
    extensions(("x-permission" = json!("agencies.read")))
)]
#[get("/v1/agencies/{agencyId}")]
pub async fn get_agency(call: Call, ids: Ids<1>) -> Reply {
    let Ids([agency]) = ids;
    call.read(move |act| read(act, agency)).await
}

/// Amend an agency
///
/// Its name and kind, by a merge patch and an administrator of the authority that registered it.
#[utoipa::path(
    operation_id = "amendAgency",
    tag = "Administration",
    params(AgencyPath, IfMatchHeader),
    request_body = Patch<AgencyIdentity>,
    responses((status = 200, description = "The agency", body = PartnerAgency)),
    extensions(("x-permission" = json!("agencies.keep")))
)]
#[patch("/v1/agencies/{agencyId}")]
pub async fn amend_agency(call: Call, ids: Ids<1>, body: Body<Patch<AgencyIdentity>>) -> Reply {
    let Ids([agency]) = ids;
    call.change(body, move |act, body| amend(act, agency, body), read)
        .await
}

/// Read an agreement
///
/// What an authority of the caller agreed with an agency on sharing information.
#[utoipa::path(
    operation_id = "getAgreement",
    tag = "Administration",
    params(AgreementPath),
    responses((status = 200, description = "The agreement", body = AgreementView)),
    extensions(("x-permission" = json!("agencies.read")))
)]
#[get("/v1/agencies/{agencyId}/agreements/{authority}")]
pub async fn get_agreement(call: Call, path: IdAndKey) -> Reply {
    let IdAndKey(agency, authority) = path;
    call.read(move |act| read_agreement(act, agency, &authority))
        .await
}

/// Keep an agreement
///
/// By an administrator of that authority; it holds on the next request. From then on the authority knows the agency.
#[utoipa::path(
    operation_id = "keepAgreement",
    tag = "Administration",
    params(AgreementPath, IfMatchHeader),
    request_body = AgreementDays,
    responses((status = 200, description = "The agreement", body = AgreementView)),
    extensions(("x-permission" = json!("agencies.keep")))
)]
#[put("/v1/agencies/{agencyId}/agreements/{authority}")]
pub async fn keep_agreement_with(call: Call, path: IdAndKey, body: Body<AgreementDays>) -> Reply {
    let IdAndKey(agency, authority) = path;
    let again = authority.clone();
    call.change(
        body,
        move |act, body| keep_agreement(act, agency, &authority, body),
        move |act, agency| read_agreement(act, agency, &again),
    )
    .await
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_agencies)
        .service(register_agency)
        .service(get_agency)
        .service(amend_agency)
        .service(get_agreement)
        .service(keep_agreement_with);
}
