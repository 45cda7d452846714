//! `/v1/intake-refusals`: what was refused at the door stays an open task of whoever it may have been meant for, until the
//! same thing lands, or somebody says which referral it became or that they spoke with the sender.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::NewReferral;
use super::model::{IntakeRefusal, Referral};
use super::store;
use crate::act::{Act, guarded};
use crate::body::{self, Body};
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, IntakeRefusalPath};
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::{Action, Caller, Role, scope};
use crate::problem::{Code, Fault, Problem};
use crate::schema::casework::{intake_refusal_authorities as meant, intake_refusals as table};

diesel::joinable!(meant -> table (refusal_id));
diesel::allow_tables_to_appear_in_same_query!(table, meant);
use crate::secrets;

/// Nobody is told of the same sender's next refusal within a day while the one before waits: a program that sends the same
/// mistake a thousand times is one thing to look at, and each of its rows is in the list.
const TOLD_AGAIN_AFTER: i64 = 86_400;

/// What is known of a refused body: for whom it was, and which it was.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    authority: Option<String>,
    reference: Option<String>,
}

impl Stated {
    /// What this body states, whatever else is wrong with it.
    pub fn in_body(body: Option<&Body<NewReferral>>) -> Self {
        let text = |name| body.and_then(|body| body.stated(name)).map(str::to_owned);
        Self {
            authority: text("authority"),
            reference: text("agencyReference"),
        }
    }
}

fn digest_of(reference: &str) -> String {
    secrets::digest_of(reference.as_bytes())
}

/// Notes a refusal at the door, without any of the content.
pub fn note(act: &mut Act, problem: &Problem, stated: &Stated) -> Result<(), Problem> {
    let body = problem.body("", "");
    let mut pointers: Vec<String> = body
        .errors
        .into_iter()
        .filter_map(|fault| fault.pointer)
        // A member that is not in the contract is free text of the sender.
        .map(|pointer| body::known_place::<NewReferral>(&pointer))
        .take(50)
        .collect();
    pointers.dedup();
    let refusal = IntakeRefusal {
        id: act.new_id,
        authorities: Json(meant_for(act.caller, stated.authority.as_deref())),
        agency_id: act.caller.agency_id,
        actor_id: act.caller.id,
        refused_at: act.now,
        code: body.code,
        pointers: Json(pointers),
        reference_digest: stated.reference.as_deref().map(digest_of),
        version: 1,
        handled_at: None,
        handled_by: None,
        referral_id: None,
        called_at: None,
    };
    let since = act.now.plus_seconds(-TOLD_AGAIN_AFTER);
    let told: Vec<String> = table::table
        .inner_join(meant::table)
        .filter(table::actor_id.eq(act.caller.id).and(table::handled_at.is_null()))
        .filter(table::refused_at.gt(since))
        .select(meant::authority)
        .load(act.conn)?;
    diesel::insert_into(table::table)
        .values(&refusal)
        .execute(act.conn)?;
    for authority in &refusal.authorities.0 {
        diesel::insert_into(meant::table)
            .values((meant::refusal_id.eq(refusal.id), meant::authority.eq(authority)))
            .execute(act.conn)?;
        if told.contains(authority) {
            continue;
        }
        let notice = Notice {
            authority,
            kind: NoticeKind::IntakeRefused,
            resource_id: refusal.id,
            case_id: None,
            author: act.caller.id,
        };
        notices::leave(act.conn, notice, act.now)?;
    }
    Ok(())
}

/// The authority that it named, if its sender serves it or works for it; or else all of those: no sender puts tasks before an
/// authority that has nothing to do with it.
fn meant_for(caller: &Caller, named: Option<&str>) -> Vec<String> {
    let mut served = served_by(caller);
    if let Some(named) = named.filter(|named| served.iter().any(|one| one == named)) {
        served.retain(|one| one == named);
    }
    served
}

fn served_by(caller: &Caller) -> Vec<String> {
    let mut served = caller.authorities.clone();
    served.extend(caller.default_authority.clone());
    served.extend(caller.roles.iter().map(|grant| grant.authority.clone()));
    served.sort();
    served.dedup();
    served
}

/// What the same sender was refused before under the same reference is dealt with once that has landed.
pub fn landed(act: &mut Act, referral: &Referral) -> Result<(), Problem> {
    let Some(reference) = &referral.agency_reference else {
        return Ok(());
    };
    let waiting = table::table
        .filter(table::actor_id.eq(act.caller.id).and(table::handled_at.is_null()))
        .filter(table::reference_digest.eq(digest_of(reference)));
    diesel::update(waiting)
        .set((
            table::handled_at.eq(act.now),
            table::handled_by.eq(act.caller.id),
            table::referral_id.eq(referral.id),
            table::version.eq(table::version + 1),
        ))
        .execute(act.conn)?;
    Ok(())
}

/// A referral that was refused at the door, without its content.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntakeRefusalView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The agency that sent it.
    pub agency_id: Option<Id>,
    /// When.
    pub refused_at: UtcTime,
    /// Why.
    pub code: String,
    /// At which places of the body, as the contract names them.
    pub pointers: Vec<String>,
    /// When it was dealt with; absent while it waits.
    pub handled_at: Option<UtcTime>,
    /// By whom; by its sender, if it landed later.
    pub handled_by: Option<Id>,
    /// The referral that it became.
    pub referral_id: Option<Id>,
    /// When the sender was spoken with.
    pub called_at: Option<UtcTime>,
    /// 1, and 2 once it is dealt with.
    pub version: i64,
}

impl View for IntakeRefusalView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<IntakeRefusal> for IntakeRefusalView {
    fn from(row: IntakeRefusal) -> Self {
        Self {
            id: row.id,
            agency_id: row.agency_id,
            refused_at: row.refused_at,
            code: row.code,
            pointers: row.pointers.0,
            handled_at: row.handled_at,
            handled_by: row.handled_by,
            referral_id: row.referral_id,
            called_at: row.called_at,
            version: row.version,
        }
    }
}

/// What a list of refused intake can be narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IntakeRefusalFilter {
    /// `false`: those that nobody dealt with yet.
    pub handled: Option<bool>,
}

/// How a refused intake was dealt with: exactly one of the two.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"call": "2026-11-25T10:30:00Z"}))]
pub struct IntakeRefusalHandled {
    /// The referral that it became.
    pub referral_id: Option<Id>,
    /// When the sender was spoken with, and nothing more is to come.
    pub call: Option<UtcTime>,
}

fn visible(act: &Act) -> table::BoxedQuery<'static, crate::db::MultiBackend> {
    let theirs = act.caller.authorities_as(&[Role::Manager]);
    let meant_for_them = meant::table
        .filter(meant::authority.one_of(theirs))
        .select(meant::refusal_id);
    table::table.filter(table::id.eq_any(meant_for_them)).into_boxed()
}

fn list(
    act: &mut Act,
    filter: &IntakeRefusalFilter,
    page: &PageRequest,
) -> Result<Rows<IntakeRefusalView>, Problem> {
    let mut query = visible(act);
    match filter.handled {
        Some(true) => query = query.filter(table::handled_at.is_not_null()),
        Some(false) => query = query.filter(table::handled_at.is_null()),
        None => {}
    }
    let rows = crate::paged!(query, table, refused_at, page)
        .select(IntakeRefusal::as_select())
        .load(act.conn)?;
    Ok(Rows::cut(rows, page, |row: &IntakeRefusal| row.id).map(IntakeRefusalView::from))
}

fn find(act: &mut Act, id: Id) -> Result<IntakeRefusal, Problem> {
    let found: Option<IntakeRefusal> = visible(act)
        .filter(table::id.eq(id))
        .select(IntakeRefusal::as_select())
        .first(act.conn)
        .optional()?;
    let found = found.ok_or_else(Problem::not_found)?;
    act.found.authority = match found.authorities.0.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    Ok(found)
}

fn faults(
    act: &mut Act,
    refusal: &IntakeRefusal,
    handled: &IntakeRefusalHandled,
) -> Result<Vec<Fault>, Problem> {
    Ok(match (handled.referral_id, handled.call) {
        (None, None) => vec![Fault::required(
            "/referralId",
            "Say which referral it became, or when you called.",
        )],
        (Some(_), Some(_)) => {
            vec![Fault::at(
                "/call",
                "contradiction",
                "It became a referral, or you called: give one.",
            )]
        }
        (None, Some(call)) if call > act.now => {
            vec![Fault::at(
                "/call",
                "in_the_future",
                "A call that is yet to come answers nothing.",
            )]
        }
        (None, Some(_)) => vec![],
        (Some(referral), None) => {
            let readable = scope(act.caller, Action::ReferralsRead);
            let found = store::find(act.conn, &readable, referral)?;
            let fits = found.is_some_and(|row| {
                refusal.authorities.0.contains(&row.authority) && row.created_at >= refusal.refused_at
            });
            match fits {
                true => vec![],
                false => vec![Fault::at(
                    "/referralId",
                    "unknown",
                    "There is no later referral with this id.",
                )],
            }
        }
    })
}

fn handle(act: &mut Act, id: Id, body: &Body<IntakeRefusalHandled>) -> Result<Id, Problem> {
    let refusal = find(act, id)?;
    act.expect_version(refusal.version)?;
    if refusal.handled_at.is_some() {
        return Err(Problem::new(Code::Conflict).saying("This was dealt with already."));
    }
    let found = match body.value() {
        Some(handled) => faults(act, &refusal, handled)?,
        None => vec![],
    };
    let handled = body.checked(|_| found)?;
    let read = table::table.find(id).filter(table::version.eq(refusal.version));
    let changed = diesel::update(read)
        .set((
            table::handled_at.eq(act.now),
            table::handled_by.eq(act.caller.id),
            table::referral_id.eq(handled.referral_id),
            table::called_at.eq(handled.call),
            table::version.eq(refusal.version + 1),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    Ok(id)
}

fn read(act: &mut Act, id: Id) -> Result<IntakeRefusalView, Problem> {
    find(act, id).map(IntakeRefusalView::from)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_intake_refusals)
        .service(get_intake_refusal)
        .service(handle_intake_refusal);
}

/// List refused intake
///
/// So that no concern is lost at the door: who sent something that could not be taken, when, and why. Of the authority that
/// it named, or else of those that its sender serves. `handled=false` are those that wait.
#[utoipa::path(
    operation_id = "listIntakeRefusals",
    tag = "Referrals",
    params(IntakeRefusalFilter, PageParams),
    responses((status = 200, description = "A page of refusals", body = Page<IntakeRefusalView>)),
    extensions(("x-permission" = json!("intake_refusals.read")))
)]
#[get("/v1/intake-refusals")]
pub async fn list_intake_refusals(call: Call) -> Reply {
    call.list(|act, filter: &IntakeRefusalFilter, page| list(act, filter, page))
        .await
}

/// Read a refused intake
///
/// Who sent it, why it was refused, and whether somebody dealt with it.
#[utoipa::path(
    operation_id = "getIntakeRefusal",
    tag = "Referrals",
    params(IntakeRefusalPath),
    responses((status = 200, description = "The refusal", body = IntakeRefusalView)),
    extensions(("x-permission" = json!("intake_refusals.read")))
)]
#[get("/v1/intake-refusals/{refusalId}")]
pub async fn get_intake_refusal(call: Call, ids: Ids<1>) -> Reply {
    let Ids([refusal]) = ids;
    call.read(move |act| read(act, refusal)).await
}

/// Say how a refused intake was dealt with
///
/// Which referral it became, or when you spoke with the sender. The same client sending the same `agencyReference` so that it
/// lands says so by itself.
#[utoipa::path(
    operation_id = "handleIntakeRefusal",
    tag = "Referrals",
    params(IntakeRefusalPath, IfMatchHeader),
    request_body = IntakeRefusalHandled,
    responses((status = 200, description = "The refusal", body = IntakeRefusalView)),
    extensions(("x-permission" = json!("intake_refusals.handle")))
)]
#[post("/v1/intake-refusals/{refusalId}/handled")]
pub async fn handle_intake_refusal(call: Call, ids: Ids<1>, body: Body<IntakeRefusalHandled>) -> Reply {
    let Ids([refusal]) = ids;
    call.change(body, move |act, body| handle(act, refusal, body), read)
        .await
}
