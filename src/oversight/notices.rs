//! `/v1/notices`: what somebody else than its author must come to know, and that somebody dealt with it.

use actix_web::{get, post};
use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::act::{Act, guarded};
use crate::auth::sign_in::Nothing;
use crate::body::Body;
use crate::casework::cases::kept_away;
use crate::clock::UtcTime;
use crate::db::MultiBackend;
use crate::db::one_of::OneOfMethods as _;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::params::{IfMatchHeader, NoticePath};
use crate::ids::Id;
use crate::notices::NoticeKind;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::policy::{Action, Role};
use crate::problem::{Code, Problem};
use crate::schema::access::notices;

/// A notice, without personal data.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[serde(rename_all = "camelCase")]
#[schema(as = Notice)]
#[diesel(table_name = notices)]
pub struct NoticeView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority.
    pub authority: String,
    /// What it is about.
    pub kind: NoticeKind,
    /// The record it is about.
    pub resource_id: Id,
    /// Its case, where it has one.
    pub case_id: Option<Id>,
    /// When it was left.
    pub created_at: UtcTime,
    /// When somebody said that they dealt with it.
    pub handled_at: Option<UtcTime>,
    /// Who said so.
    pub handled_by: Option<Id>,
    /// 1, and 2 once it is dealt with.
    pub version: i64,
}

impl View for NoticeView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What a list of notices can be narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeFilter {
    /// Any of these kinds.
    #[serde(default)]
    pub kind: Vec<NoticeKind>,
    /// `false`: those that nobody dealt with yet.
    pub handled: Option<bool>,
}

type Condition = Box<dyn BoxableExpression<notices::table, MultiBackend, SqlType = Bool>>;

/// The notices of a caller: all of the authorities in which they manage or audit, those about accounts where they
/// administer, and none about what an exclusion keeps them away from.
fn visible(act: &Act) -> notices::BoxedQuery<'static, MultiBackend> {
    let all_of = match act.action {
        Action::NoticesRead => act.caller.authorities_as(&[Role::Manager, Role::Auditor]),
        _ => act.caller.authorities_as(&[Role::Manager]),
    };
    let accounts_of = act.caller.authorities_as(&[Role::Admin]);
    let about_accounts = notices::authority
        .one_of(accounts_of)
        .and(notices::kind.one_of(NoticeKind::OF_ACCOUNTS));
    let mut theirs: Condition = Box::new(notices::authority.one_of(all_of).or(about_accounts));
    if act.caller.escalated {
        // Whoever was given what nobody else is left for is told of it, and of what comes of it.
        let user = (act.caller.id, act.caller.at);
        let of_case =
            kept_away::given_to::<notices::table>(("notices.case_id", "case_id"), "notices.authority", user);
        let of_referral = kept_away::given_to::<notices::table>(
            ("notices.resource_id", "referral_id"),
            "notices.authority",
            user,
        );
        theirs = Box::new(
            theirs
                .or(of_referral)
                .or(notices::case_id.is_not_null().and(of_case)),
        );
    }
    let kept = kept_away::from_notice(act.scope().in_conflicts());
    notices::table.filter(theirs).filter(not(kept)).into_boxed()
}

fn list(act: &mut Act, filter: &NoticeFilter, page: &PageRequest) -> Result<Rows<NoticeView>, Problem> {
    let mut query = visible(act);
    if !filter.kind.is_empty() {
        query = query.filter(notices::kind.one_of(filter.kind.clone()));
    }
    match filter.handled {
        Some(true) => query = query.filter(notices::handled_at.is_not_null()),
        Some(false) => query = query.filter(notices::handled_at.is_null()),
        None => {}
    }
    let rows = crate::paged!(query, notices, created_at, page)
        .select(NoticeView::as_select())
        .load(act.conn)?;
    Ok(Rows::cut(rows, page, |row: &NoticeView| row.id))
}

fn get(act: &mut Act, id: Id) -> Result<NoticeView, Problem> {
    let found: Option<NoticeView> = visible(act)
        .filter(notices::id.eq(id))
        .select(NoticeView::as_select())
        .first(act.conn)
        .optional()?;
    let found = found.ok_or_else(Problem::not_found)?;
    act.found.authority = Some(found.authority.clone());
    act.found.case_id = found.case_id;
    Ok(found)
}

fn handle(act: &mut Act, id: Id) -> Result<Id, Problem> {
    let notice = get(act, id)?;
    act.expect_version(notice.version)?;
    let author: Option<Id> = notices::table
        .find(id)
        .select(notices::created_by)
        .first(act.conn)?;
    if author == Some(act.caller.id) {
        return Err(
            Problem::new(Code::Forbidden).saying("Nobody puts aside a notice of what they did themselves.")
        );
    }
    if notice.handled_at.is_some() {
        return Err(Problem::new(Code::Conflict).saying("Somebody dealt with this already."));
    }
    let read = notices::table
        .find(id)
        .filter(notices::version.eq(notice.version));
    let changed = diesel::update(read)
        .set((
            notices::handled_at.eq(act.now),
            notices::handled_by.eq(act.caller.id),
            notices::version.eq(notice.version + 1),
        ))
        .execute(act.conn)?;
    guarded(changed)?;
    Ok(id)
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_notices)
        .service(get_notice)
        .service(handle_notice);
}

/// List notices
///
/// Without personal data: that emergency access was used, that an adult asks for something, that somebody was kept away
/// from a case, that roles were given. Administrators read those about accounts, clients and teams. `handled=false` are
/// those that wait.
#[utoipa::path(
    operation_id = "listNotices",
    tag = "Notices",
    params(NoticeFilter, PageParams),
    responses((status = 200, description = "A page of notices", body = Page<NoticeView>)),
    extensions(("x-permission" = json!("notices.read")))
)]
#[get("/v1/notices")]
pub async fn list_notices(call: Call) -> Reply {
    call.list(|act, filter: &NoticeFilter, page| list(act, filter, page))
        .await
}

/// Read a notice
///
/// What it is about, and whether somebody dealt with it.
#[utoipa::path(
    operation_id = "getNotice",
    tag = "Notices",
    params(NoticePath),
    responses((status = 200, description = "The notice", body = NoticeView)),
    extensions(("x-permission" = json!("notices.read")))
)]
#[get("/v1/notices/{noticeId}")]
pub async fn get_notice(call: Call, ids: Ids<1>) -> Reply {
    let Ids([notice]) = ids;
    call.read(move |act| get(act, notice)).await
}

/// Say that a notice was dealt with
///
/// By a manager, or an administrator where it is about accounts; never by whoever it tells of. It stays in the list, with
/// who said so; `handled=false` leaves it out.
#[utoipa::path(
    operation_id = "handleNotice",
    tag = "Notices",
    params(NoticePath, IfMatchHeader),
    responses((status = 200, description = "The notice", body = NoticeView)),
    extensions(("x-permission" = json!("notices.handle")))
)]
#[post("/v1/notices/{noticeId}/handled")]
pub async fn handle_notice(call: Call, ids: Ids<1>) -> Reply {
    let Ids([notice]) = ids;
    call.change(Body::of(Nothing {}), move |act, _| handle(act, notice), get)
        .await
}
