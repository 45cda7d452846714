//! `/v1/approvals`.

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Approval, ApprovalKind, ApprovalState, AskedFor, deciding, table};
use crate::act::Act;
use crate::auth::sign_in::Nothing;
use crate::body::Body;
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{ApprovalPath, IfMatchHeader};
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::accounts;
use crate::policy::Role;
use crate::problem::Problem;
use crate::secrets::Once;

/// Something that a second person decides on.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority in which it is decided.
    pub authority: String,
    /// What it is about.
    pub kind: ApprovalKind,
    /// The account, client or team; of the rule itself the approval.
    pub resource_id: Id,
    /// What is asked for.
    pub asked_for: AskedFor,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who asked.
    pub asked_by: Id,
    /// When.
    pub asked_at: UtcTime,
    /// When it becomes void.
    pub expires_at: UtcTime,
    /// Who decided.
    pub decided_by: Option<Id>,
    /// When.
    pub decided_at: Option<UtcTime>,
    /// Why.
    pub reason: Option<String>,
    /// 1, and one more with every step.
    pub version: i64,
}

impl View for ApprovalView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        Some(self.state.as_str().to_owned())
    }
}

impl ApprovalView {
    /// An approval as it stands at this time.
    pub fn of(approval: Approval, now: UtcTime) -> Self {
        Self {
            state: approval.state_at(now),
            id: approval.id,
            authority: approval.authority,
            kind: approval.kind,
            resource_id: approval.resource_id,
            asked_for: approval.asked_for.0,
            asked_by: approval.asked_by,
            asked_at: approval.asked_at,
            expires_at: approval.expires_at,
            decided_by: approval.decided_by,
            decided_at: approval.decided_at,
            reason: approval.reason,
            version: approval.version,
        }
    }
}

/// What was asked for and is done, or the approval that it waits for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum DoneOrWaiting<V> {
    /// It is done.
    Done(V),
    /// It waits for a second person: 202, with the place of the approval.
    Waiting(Box<ApprovalView>),
}

impl<V: View> View for DoneOrWaiting<V> {
    fn version(&self) -> i64 {
        match self {
            Self::Done(view) => view.version(),
            Self::Waiting(approval) => approval.version,
        }
    }

    fn derived_mark(&self) -> Option<String> {
        match self {
            Self::Done(view) => view.derived_mark(),
            Self::Waiting(approval) => approval.derived_mark(),
        }
    }

    fn waits_at(&self) -> Option<String> {
        match self {
            Self::Done(_) => None,
            Self::Waiting(approval) => Some(format!("/v1/approvals/{}", approval.id)),
        }
    }
}

/// The answer about what this id names: the approval, or what `done` reads.
pub fn done_or_waiting<V>(
    act: &mut Act,
    id: Id,
    done: impl FnOnce(&mut Act, Id) -> Result<V, Problem>,
) -> Result<DoneOrWaiting<V>, Problem> {
    Ok(match super::find(act.conn, id)? {
        Some(approval) => DoneOrWaiting::Waiting(Box::new(ApprovalView::of(approval, act.now))),
        None => DoneOrWaiting::Done(done(act, id)?),
    })
}

crate::codes! {
    /// What the second person says.
    pub enum ApprovalAnswer {
        /// Yes.
        Approve = "approve",
        /// No.
        Refuse = "refuse",
    }
}

/// A second person's decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"decision": "approve", "reason": "Kim starts on Monday"}))]
pub struct ApprovalDecision {
    /// What you say.
    pub decision: ApprovalAnswer,
    /// Why. No names of adults.
    #[schema(min_length = 1, max_length = 500, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
}

/// What was fetched. A code or secret is shown this once.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Collected {
    /// The approval.
    pub approval_id: Id,
    /// The account or client that it is for.
    pub resource_id: Id,
    /// The one-time code, to be given to the person.
    pub code: Option<String>,
    /// How long the code is good for, in seconds.
    pub expires_in: Option<i64>,
    /// The secret of the client.
    pub secret: Option<String>,
    /// The approval's version.
    pub version: i64,
}

impl View for Collected {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What a list of approvals can be narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalFilter {
    /// `true`: those that wait for a second person.
    pub waiting: Option<bool>,
    /// Any of these kinds.
    #[serde(default)]
    pub kind: Vec<ApprovalKind>,
}

/// Administrators and auditors see all of their authorities, managers those about who acts.
fn visible(act: &Act) -> table::BoxedQuery<'static, crate::db::MultiBackend> {
    let all_of = act.caller.authorities_as(&[Role::Admin, Role::Auditor]);
    let managed = act.caller.authorities_as(&[Role::Manager]);
    let who_acts = table::authority
        .one_of(managed)
        .and(table::kind.one_of(ApprovalKind::OF_MANAGERS));
    table::table
        .filter(table::authority.one_of(all_of).or(who_acts))
        .into_boxed()
}

fn list(act: &mut Act, filter: &ApprovalFilter, page: &PageRequest) -> Result<Rows<ApprovalView>, Problem> {
    let mut query = visible(act);
    if !filter.kind.is_empty() {
        query = query.filter(table::kind.one_of(filter.kind.clone()));
    }
    let now = act.now;
    let waits = table::state
        .eq(ApprovalState::Waiting)
        .and(table::expires_at.gt(now));
    match filter.waiting {
        Some(true) => query = query.filter(waits),
        Some(false) => query = query.filter(diesel::dsl::not(waits)),
        None => {}
    }
    let rows = crate::paged!(query, table, asked_at, page)
        .select(Approval::as_select())
        .load(act.conn)?;
    Ok(Rows::cut(rows, page, |row: &Approval| row.id).map(|row| ApprovalView::of(row, now)))
}

fn find(act: &mut Act, id: Id) -> Result<Approval, Problem> {
    let found: Option<Approval> = visible(act)
        .filter(table::id.eq(id))
        .select(Approval::as_select())
        .first(act.conn)
        .optional()?;
    let found = found.ok_or_else(Problem::not_found)?;
    act.found.authority = Some(found.authority.clone());
    Ok(found)
}

fn read(act: &mut Act, id: Id) -> Result<ApprovalView, Problem> {
    let approval = find(act, id)?;
    Ok(ApprovalView::of(approval, act.now))
}

fn decide(act: &mut Act, id: Id, body: &Body<ApprovalDecision>) -> Result<Id, Problem> {
    let approval = find(act, id)?;
    act.expect_version(approval.version)?;
    let said = body.valid()?;
    let yes = said.decision == ApprovalAnswer::Approve;
    deciding::decide(act, &approval, yes, &said.reason)?;
    Ok(id)
}

fn collect(act: &mut Act, id: Id, shown: &Once) -> Result<Id, Problem> {
    let approval = find(act, id)?;
    shown.put(deciding::collect(act, &approval)?);
    Ok(id)
}

fn collected(act: &mut Act, id: Id, secret: Option<String>) -> Result<Collected, Problem> {
    let approval = find(act, id)?;
    let of_account = approval.kind == ApprovalKind::PasswordCode;
    Ok(Collected {
        approval_id: id,
        resource_id: approval.resource_id,
        expires_in: of_account.then_some(accounts::CODE_LIFETIME),
        code: secret.clone().filter(|_| of_account),
        secret: secret.filter(|_| !of_account),
        version: approval.version,
    })
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_approvals)
        .service(get_approval)
        .service(decide_approval)
        .service(collect_approval);
}

/// List what a second person decides on
///
/// Roles and agencies of accounts, one-time codes, authenticators, clients, teams, and the rule itself. `waiting=true` are
/// those that wait.
#[utoipa::path(
    operation_id = "listApprovals",
    tag = "Administration",
    params(ApprovalFilter, PageParams),
    responses((status = 200, description = "A page of approvals", body = Page<ApprovalView>)),
    extensions(("x-permission" = json!("approvals.read")))
)]
#[get("/v1/approvals")]
pub async fn list_approvals(call: Call) -> Reply {
    call.list(|act, filter: &ApprovalFilter, page| list(act, filter, page))
        .await
}

/// Read an approval
///
/// What is asked for, by whom, and where it stands.
#[utoipa::path(
    operation_id = "getApproval",
    tag = "Administration",
    params(ApprovalPath),
    responses((status = 200, description = "The approval", body = ApprovalView)),
    extensions(("x-permission" = json!("approvals.read")))
)]
#[get("/v1/approvals/{approvalId}")]
pub async fn get_approval(call: Call, ids: Ids<1>) -> Reply {
    let Ids([approval]) = ids;
    call.read(move |act| read(act, approval)).await
}

/// Decide as the second person
///
/// Never on what one asked for or what is about oneself, and not by an account that whoever asked has made, reset or given a
/// right, nor by one younger than thirty days unless the server's console made it. What is approved is done at once; a code or
/// secret is fetched by who asked (`/collect`).
#[utoipa::path(
    operation_id = "decideApproval",
    tag = "Administration",
    params(ApprovalPath, IfMatchHeader),
    request_body = ApprovalDecision,
    responses((status = 200, description = "The approval", body = ApprovalView)),
    extensions(("x-permission" = json!("approvals.decide")))
)]
#[post("/v1/approvals/{approvalId}/decision")]
pub async fn decide_approval(call: Call, ids: Ids<1>, body: Body<ApprovalDecision>) -> Reply {
    let Ids([approval]) = ids;
    call.change(body, move |act, body| decide(act, approval, body), read)
        .await
}

/// Fetch what was approved
///
/// The one-time code or the secret, once, by who asked. A repeated request does not show it again.
#[utoipa::path(
    operation_id = "collectApproval",
    tag = "Administration",
    params(ApprovalPath),
    responses((status = 200, description = "The code or secret", body = Collected)),
    extensions(("x-permission" = json!("approvals.collect")))
)]
#[post("/v1/approvals/{approvalId}/collect")]
pub async fn collect_approval(call: Call, ids: Ids<1>) -> Reply {
    let Ids([approval]) = ids;
    let (shown, show) = Once::pair();
    let effect = move |act: &mut Act, _: &Body<Nothing>| collect(act, approval, &shown);
    call.change(Body::of(Nothing {}), effect, move |act, id| {
        collected(act, id, show.take())
    })
    .await
}
