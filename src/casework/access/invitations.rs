//! Invitations to an app: a one-time code, handed over in person or by a safe contact, that makes an account for this
//! case and no other.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::app_access::{self, AppPerson, Person};
use crate::act::Act;
use crate::app::App;
use crate::audit;
use crate::auth::secrets::{self, Once};
use crate::auth::sessions;
use crate::auth::sign_in::{self, Nothing, Session};
use crate::body::Body;
use crate::casework::adults::representatives;
use crate::casework::cases::access;
use crate::casework::cases::model::Case;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::cases::store as case_store;
use crate::casework::record::{Head, OwnedRow, row, rows, write_new, write_over};
use crate::clock::{self, UtcTime};
use crate::db::Connection;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, IfMatchHeader, InvitationPath};
use crate::http::passed::Arrived;
use crate::ids::Id;
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::users::{self, User};
use crate::people::{adults, advocates};
use crate::policy::{Role, RoleGrant};
use crate::problem::{Code, Problem};
use crate::schema::access::invitations;

/// A code is good for seven days.
const GOOD_FOR: i64 = 7 * 86_400;

crate::codes! {
    /// How a code is handed over; never to an address or number that is not safe.
    pub enum HandedOver {
        /// In person.
        InPerson = "in_person",
        /// By a contact that is recorded as safe to use.
        SafeContact = "safe_contact",
    }
}

crate::case_row! {
    /// An invitation as it is kept: of the code only its digest.
    Invitation (InvitationContent) in invitations as "invitation" {
        /// The decision it rests on.
        decision_id: Id,
        /// Who is invited.
        who: AppPerson,
        /// Which representative or supporter.
        representative_id: Option<Id>,
        /// Which advocate.
        advocate_id: Option<Id>,
        /// How the code is handed over.
        handed_over: HandedOver,
        /// Digest of the code.
        code_digest: String,
        /// Until when it is good.
        expires_at: UtcTime,
        /// When it was used.
        redeemed_at: Option<UtcTime>,
        /// The account it made.
        redeemed_by: Option<Id>,
        /// When it was taken back.
        revoked_at: Option<UtcTime>,
    }
}

/// An invitation to make.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"who": "adult", "handedOver": "in_person"}))]
pub struct NewInvitation {
    /// Who is invited.
    pub who: AppPerson,
    /// With `representative` and `supporter`: which.
    pub representative_id: Option<Id>,
    /// With `advocate`: the entry in the register.
    pub advocate_id: Option<Id>,
    /// How the code is handed over.
    pub handed_over: HandedOver,
}

/// An invitation.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// Its id.
    pub id: Id,
    /// The code, shown this once: only a digest is kept.
    pub code: Option<String>,
    /// Who is invited.
    pub who: AppPerson,
    /// Which representative or supporter.
    pub representative_id: Option<Id>,
    /// Which advocate.
    pub advocate_id: Option<Id>,
    /// How the code is handed over.
    pub handed_over: HandedOver,
    /// Until when it is good.
    pub expires_at: UtcTime,
    /// When it was used.
    pub redeemed_at: Option<UtcTime>,
    /// When it was taken back.
    pub revoked_at: Option<UtcTime>,
    /// 1, and one more when it is used or taken back.
    pub version: i64,
    /// When it was made.
    pub created_at: UtcTime,
}

impl View for InvitationView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Invitation> for InvitationView {
    fn from(row: Invitation) -> Self {
        Self {
            id: row.id,
            code: None,
            who: row.who,
            representative_id: row.representative_id,
            advocate_id: row.advocate_id,
            handed_over: row.handed_over,
            expires_at: row.expires_at,
            redeemed_at: row.redeemed_at,
            revoked_at: row.revoked_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Makes an invitation; its code is left for the answer.
pub fn invite(act: &mut Act, case: Id, body: &Body<NewInvitation>, shown: &Once) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let named = |new: &NewInvitation| Person {
        who: new.who,
        representative_id: new.representative_id,
        advocate_id: new.advocate_id,
    };
    let found = match body.value() {
        Some(new) => app_access::faults_of_person(act, &case, &named(new))?,
        None => vec![],
    };
    let new = body.checked(|_| found)?.clone();
    let decision = app_access::latest(act.conn, case.row.id, &named(&new))?;
    let decision = decision
        .filter(|decided| decided.decision.permits())
        .ok_or_else(|| {
            Problem::new(Code::Conflict).saying("First decide that this person may use an app: app-access.")
        })?;
    let code = secrets::code()?;
    let content = InvitationContent {
        decision_id: decision.id,
        who: new.who,
        representative_id: new.representative_id,
        advocate_id: new.advocate_id,
        handed_over: new.handed_over,
        code_digest: digest_of(&code),
        expires_at: act.now.plus_seconds(GOOD_FOR),
        redeemed_at: None,
        redeemed_by: None,
        revoked_at: None,
    };
    let id = write_new(act, &Invitation::of(Head::new(act, &case), content), "made")?;
    shown.put(code);
    Ok(id)
}

/// Digest of a code, however it was typed.
fn digest_of(code: &str) -> String {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secrets::digest_of(typed.to_ascii_uppercase().as_bytes())
}

fn get(act: &mut Act, case: Id, id: Id) -> Result<InvitationView, Problem> {
    let case = reach(act, case)?;
    row::<Invitation>(act, &case, id).map(InvitationView::from)
}

fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<InvitationView>, Problem> {
    let case = reach(act, case)?;
    Ok(rows::<Invitation>(act, &case, page)?.map(InvitationView::from))
}

fn revoke(act: &mut Act, case: Id, id: Id) -> Result<Id, Problem> {
    let case: Reached = reach(act, case)?;
    let mut invitation: Invitation = row(act, &case, id)?;
    act.expect_version(invitation.version)?;
    if invitation.redeemed_at.is_some() {
        let detail = "It was used: pause the app instead (app-access).";
        return Err(Problem::new(Code::Conflict).saying(detail));
    }
    invitation.revoked_at = Some(act.now);
    write_over(act, &mut invitation, "revoked")
}

/// A code to redeem.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"code": "7KQ2M-9TXRB-4HWCE-ZPN6F"}))]
pub struct Redemption {
    /// The code, with or without its hyphens.
    #[schema(min_length = 20, max_length = 40)]
    pub code: String,
}

/// Makes the account, or takes the one that was made before, and gives it the case.
fn redeem(conn: &mut Connection, code: &str, now: UtcTime) -> Result<Id, Problem> {
    let refused = || Problem::new(Code::Unauthenticated);
    let invitation: Option<Invitation> = invitations::table
        .filter(invitations::code_digest.eq(digest_of(code)))
        .filter(
            invitations::redeemed_at
                .is_null()
                .and(invitations::revoked_at.is_null()),
        )
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?;
    let mut invitation = invitation.ok_or_else(refused)?;
    let person = Person {
        who: invitation.who,
        representative_id: invitation.representative_id,
        advocate_id: invitation.advocate_id,
    };
    let decision = app_access::latest(conn, invitation.case_id, &person)?;
    let decision = decision
        .filter(|decided| decided.decision.permits())
        .ok_or_else(refused)?;
    let case = case_store::find_any(conn, invitation.case_id)?.ok_or_else(refused)?;
    let account = account_of(conn, &case, &person, now)?;
    let relationship = match invitation.who {
        AppPerson::Adult => Some("adult"),
        AppPerson::Representative | AppPerson::Supporter => Some("representative"),
        AppPerson::Advocate => None,
    };
    if let Some(relationship) = relationship {
        match access::view_of(conn, case.id, account)? {
            Some(_) => access::set(conn, (case.id, account), decision.view, None)?,
            None => {
                let given = (relationship, decision.view);
                access::give(conn, (case.id, &case.authority), account, given, (now, account))?;
            }
        }
    }
    invitation.redeemed_at = Some(now);
    invitation.redeemed_by = Some(account);
    invitation.version += 1;
    invitation.updated_at = now;
    invitation.updated_by = account;
    // Of two who redeem one code at once, one was faster.
    match invitation.save(conn)? {
        1 => Ok(account),
        _ => Err(refused()),
    }
}

fn account_of(conn: &mut Connection, case: &Case, person: &Person, now: UtcTime) -> Result<Id, Problem> {
    let named = match (case.adult_id, person.representative_id) {
        (Some(adult), Some(id)) => representatives::Representative::find(conn, adult, id)?,
        _ => None,
    };
    let entry = match person.advocate_id {
        Some(advocate) => advocates::find(conn, advocate)?,
        None => None,
    };
    let before = match person.who {
        AppPerson::Adult => access::accounts(conn, case.id, "adult")?.into_iter().next(),
        AppPerson::Representative | AppPerson::Supporter => named.as_ref().and_then(|named| named.user_id),
        AppPerson::Advocate => entry.as_ref().and_then(|entry| entry.user_id),
    };
    if let Some(account) = before {
        return Ok(account);
    }
    let (role, name) = match (&named, &entry) {
        (Some(named), _) => (Role::Representative, named.name.clone()),
        (None, Some(entry)) => (Role::Advocate, entry.name.clone()),
        (None, None) => (Role::Adult, name_of_the_adult(conn, case)?),
    };
    let id = Id::new();
    let user = User {
        id,
        // Nobody signs in with it: the app renews its session.
        username: format!("app-{id}"),
        name,
        enabled: true,
        password_hash: None,
        agency_id: None,
        roles: Json(vec![RoleGrant {
            role,
            authority: case.authority.clone(),
        }]),
        public_contact: None,
        created_at: now,
    };
    users::insert(conn, &user)?;
    if let Some(named) = named {
        representatives::link(conn, named.id, id)?;
    }
    if let Some(entry) = entry {
        advocates::link(conn, entry.id, id)?;
    }
    Ok(id)
}

fn name_of_the_adult(conn: &mut Connection, case: &Case) -> Result<String, Problem> {
    let adult = match case.adult_id {
        Some(id) => adults::find(conn, &case.authority, id)?,
        None => None,
    };
    Ok(adult.map_or_else(|| "The adult".to_owned(), |adult| adult.full_name()))
}

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_invitations)
        .service(make_invitation)
        .service(get_invitation)
        .service(revoke_invitation)
        .service(redeem_invitation)
        .service(app_access::pause_my_app);
}

/// List who was invited
///
/// Newest first, without the codes.
#[utoipa::path(
    operation_id = "listInvitations",
    tag = "Apps",
    params(CasePath, PageParams),
    responses((status = 200, description = "A page of invitations", body = Page<InvitationView>)),
    extensions(("x-permission" = json!("app_access.read")))
)]
#[get("/v1/cases/{caseId}/invitations")]
pub async fn list_invitations(call: Call, ids: Ids<1>) -> Reply {
    let Ids([case]) = ids;
    call.list(move |act, _: &NoFilter, page| list(act, case, page))
        .await
}

/// Invite somebody to an app
///
/// After the decision that they may (`app-access`). The answer has the code, this once: hand it over in person or by a
/// contact that is safe.
#[utoipa::path(
    operation_id = "makeInvitation",
    tag = "Apps",
    params(CasePath),
    request_body = NewInvitation,
    responses((status = 201, description = "The invitation, with its code", body = InvitationView)),
    extensions(("x-permission" = json!("invitations.keep")))
)]
#[post("/v1/cases/{caseId}/invitations")]
pub async fn make_invitation(call: Call, ids: Ids<1>, body: Body<NewInvitation>) -> Reply {
    let Ids([case]) = ids;
    let (shown, show) = Once::pair();
    call.create(
        body,
        move |act, body| invite(act, case, body, &shown),
        move |act, id| {
            let found = get(act, case, id)?;
            Ok(InvitationView {
                code: show.take(),
                ..found
            })
        },
    )
    .await
}

/// Read an invitation
///
/// Whether it was used or taken back; the code is never shown again.
#[utoipa::path(
    operation_id = "getInvitation",
    tag = "Apps",
    params(InvitationPath),
    responses((status = 200, description = "The invitation", body = InvitationView)),
    extensions(("x-permission" = json!("app_access.read")))
)]
#[get("/v1/cases/{caseId}/invitations/{invitationId}")]
pub async fn get_invitation(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, invitation]) = ids;
    call.read(move |act| get(act, case, invitation)).await
}

/// Take an invitation back
///
/// Its code is good for nothing from now on. One that was used is not taken back: the app is paused.
#[utoipa::path(
    operation_id = "revokeInvitation",
    tag = "Apps",
    params(InvitationPath, IfMatchHeader),
    responses((status = 200, description = "The invitation", body = InvitationView)),
    extensions(("x-permission" = json!("invitations.keep")))
)]
#[post("/v1/cases/{caseId}/invitations/{invitationId}/revocation")]
pub async fn revoke_invitation(call: Call, ids: Ids<2>) -> Reply {
    let Ids([case, invitation]) = ids;
    call.change(
        Body::of(Nothing {}),
        move |act, _| revoke(act, case, invitation),
        move |act, id| get(act, case, id),
    )
    .await
}

/// Redeem an invitation
///
/// With the code alone; an unknown, used, expired and revoked code are answered alike. The tokens reach the one case
/// they were made for, until 90 days after it is closed.
#[utoipa::path(
    operation_id = "redeemInvitation",
    tag = "Apps",
    request_body = Redemption,
    responses(
        (status = 200, description = "Tokens for this case", body = Session),
        (status = 401, description = "The code is not good", content_type = "application/problem+json", body = crate::problem::ProblemBody),
        (status = 422, description = "No code", content_type = "application/problem+json", body = crate::problem::ProblemBody)
    ),
    extensions(("x-permission" = json!("open")))
)]
#[post("/v1/invitations/redeem")]
pub async fn redeem_invitation(app: Data<App>, request: HttpRequest, body: Body<Redemption>) -> Reply {
    let code = body.valid()?.code.clone();
    let arrived = Arrived::of(&request)?;
    let (now, key) = (clock::now(), app.keys.refresh.clone());
    let (account, session) = app
        .database
        .write(move |conn| {
            let account = redeem(conn, &code, now)?;
            let caller = users::caller(conn, account, now)?;
            let caller = caller.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
            audit::record(conn, &arrived.clone().entry(caller))?;
            Ok((account, sessions::start(conn, &key, account, now)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(sign_in::answer(&app, account, Some(session))?))
}
