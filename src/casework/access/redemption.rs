//! What is done with an invitation's code. Whoever has nothing else redeems it: that makes a new account for the one case.
//! Whoever signs in already accepts it with their own token: that links their own account. A code never opens an account
//! that it did not make, and one person has one app for a case: the one before ends.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app_access::{self, AppAccess};
use super::invitations::{Invitation, digest_of};
use crate::act::Act;
use crate::audit;
use crate::auth::sessions::{self, Renewable};
use crate::auth::sign_in::{self, Session};
use crate::body::Body;
use crate::casework::adults::representatives::{self, RepresentativeConflict};
use crate::casework::advocacy::independence;
use crate::casework::cases::access::{self, Holder};
use crate::casework::cases::model::Case;
use crate::casework::cases::store as case_store;
use crate::casework::record::{OwnedRow, write_over};
use crate::casework::relationships;
use crate::clock::{self, UtcTime};
use crate::db::Connection;
use crate::db::types::Json;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::passed::Arrived;
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::people::users::{self, User};
use crate::people::{adults, advocates};
use crate::policy::{CallerKind, Role, RoleGrant};
use crate::problem::{Code, Problem};
use crate::schema::access::invitations;
use crate::server::app::App;

/// A code to redeem or to accept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"code": "7KQ2M-9TXRB-4HWCE-ZPN6F"}))]
pub struct Redemption {
    /// The code, with or without its hyphens.
    #[schema(min_length = 20, max_length = 40)]
    pub code: String,
}

/// A case that one's own account was linked to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkedCase {
    /// The case.
    pub case_id: Id,
    /// As what: `adult`, `representative` or `advocate`.
    pub relationship: String,
}

impl View for LinkedCase {
    fn version(&self) -> i64 {
        1
    }
}

/// One answer for every code that is not good.
fn refused() -> Problem {
    Problem::new(Code::InvitationInvalid)
}

/// An invitation that is good, and what it is for.
struct Good {
    invitation: Invitation,
    decision: AppAccess,
    case: Case,
    holder: Holder,
    /// The person's name, as it is recorded.
    name: String,
}

/// The invitation of this code, if it is good now. Its case is held, so that of two who use one code the second finds it used.
fn good(conn: &mut Connection, code: &str, now: UtcTime) -> Result<Good, Problem> {
    let digest = digest_of(code);
    let of_code = invitations::table.filter(invitations::code_digest.eq(&digest));
    let case: Option<Id> = of_code.select(invitations::case_id).first(conn).optional()?;
    let case = case.ok_or_else(refused)?;
    case_store::hold(conn, case)?;
    let invitation: Option<Invitation> = of_code
        .filter(
            invitations::redeemed_at
                .is_null()
                .and(invitations::revoked_at.is_null()),
        )
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?;
    let invitation = invitation.ok_or_else(refused)?;
    let holder = invitation.person().holder();
    let decision = app_access::latest(conn, case, holder)?;
    let decision = decision
        .filter(|decided| decided.decision.permits())
        .ok_or_else(refused)?;
    let case = case_store::find_any(conn, case)?.ok_or_else(refused)?;
    let name = name_of(conn, &case, holder)?.ok_or_else(refused)?;
    Ok(Good {
        invitation,
        decision,
        case,
        holder,
        name,
    })
}

/// The name of a person who may still have an app: a representative who is not implicated, an advocate who is still asked.
fn name_of(conn: &mut Connection, case: &Case, holder: Holder) -> QueryResult<Option<String>> {
    Ok(match (holder, case.adult_id) {
        (Holder::Adult, None) => Some("The adult".to_owned()),
        (Holder::Adult, Some(adult)) => {
            adults::find(conn, &case.authority, adult)?.map(|adult| adult.full_name())
        }
        (Holder::Representative(_), None) => None,
        (Holder::Representative(entry), Some(adult)) => representatives::find(conn, adult, entry)?
            .filter(|entry| entry.conflict != RepresentativeConflict::Implicated)
            .map(|entry| entry.name),
        (Holder::Advocate(entry), _) => match independence::acts_for_the_adult(conn, case.id, entry)? {
            true => advocates::find(conn, &case.authority, entry)?.map(|entry| entry.name),
            false => None,
        },
    })
}

/// Gives the account the case in the place of the person's app before.
fn give(conn: &mut Connection, good: &Good, account: Id, now: UtcTime) -> Result<(), Problem> {
    let case = &good.case;
    access::end(conn, case.id, good.holder, now)?;
    let given = (good.holder, good.decision.view);
    Ok(access::give(
        conn,
        (case.id, &case.authority),
        account,
        given,
        (now, account),
    )?)
}

/// Makes an account for the one case, whatever accounts the person has.
fn redeem(conn: &mut Connection, code: &str, now: UtcTime) -> Result<Id, Problem> {
    let mut good = good(conn, code, now)?;
    let id = Id::new();
    let user = User {
        id,
        // Nobody signs in with it: the app renews its session.
        username: format!("app-{id}"),
        name: good.name.clone(),
        enabled: true,
        password_hash: None,
        agency_id: None,
        roles: Json(vec![RoleGrant {
            role: good.holder.role(),
            authority: good.case.authority.clone(),
        }]),
        public_contact: None,
        created_at: now,
    };
    users::insert(conn, &user)?;
    give(conn, &good, id, now)?;
    let invitation = &mut good.invitation;
    invitation.redeemed_at = Some(now);
    invitation.redeemed_by = Some(id);
    invitation.version += 1;
    invitation.updated_at = now;
    invitation.updated_by = id;
    match invitation.save(conn)? {
        1 => Ok(id),
        _ => Err(refused()),
    }
}

/// Links the caller's own account.
fn accept(act: &mut Act, body: &Body<Redemption>) -> Result<Id, Problem> {
    let code = body.valid()?.code.clone();
    let caller = act.caller;
    if caller.kind != CallerKind::User {
        return Err(Problem::new(Code::Forbidden).saying("Only a person accepts an invitation."));
    }
    let given = |grant: &RoleGrant| Role::GIVEN_CASES.contains(&grant.role);
    if !caller.roles.iter().all(given) {
        let why =
            "Whoever works for an authority does not become the adult, a representative or an advocate.";
        return Err(Problem::new(Code::Forbidden).saying(why));
    }
    let mut good = good(act.conn, &code, act.now)?;
    let (case, authority) = (good.case.id, good.case.authority.clone());
    if case_store::is_excluded(act.conn, case, (caller.id, caller.agency_id))? {
        return Err(refused());
    }
    if speaks_as_somebody_else(act.conn, case, caller.id, good.holder)? {
        let why =
            "This account reads the case as somebody else: redeem the code, which makes another account.";
        return Err(Problem::new(Code::Conflict).saying(why));
    }
    act.found.authority = Some(authority.clone());
    act.found.case_id = Some(case);
    give(act.conn, &good, caller.id, act.now)?;
    if let Some(entry) = good.holder.advocate() {
        become_login(act.conn, (case, &authority), entry, (caller.id, act.now))?;
    }
    let role = RoleGrant {
        role: good.holder.role(),
        authority: authority.clone(),
    };
    users::give_role(act.conn, caller.id, role, act.now)?;
    let notice = Notice {
        authority: &authority,
        kind: NoticeKind::LoginLinked,
        resource_id: good.invitation.id,
        case_id: Some(case),
        author: caller.id,
    };
    notices::leave(act.conn, notice, act.now)?;
    good.invitation.redeemed_at = Some(act.now);
    good.invitation.redeemed_by = Some(caller.id);
    write_over(act, &mut good.invitation, "accepted")
}

/// An account speaks as one person on a case, and never becomes another: not after its access ended either.
fn speaks_as_somebody_else(
    conn: &mut Connection,
    case: Id,
    account: Id,
    holder: Holder,
) -> Result<bool, Problem> {
    if access::was_somebody_else(conn, case, account, holder)? {
        return Ok(true);
    }
    for entry in advocates::entries_of(conn, account)? {
        let asked = independence::acts_for_the_adult(conn, case, entry)?;
        if asked && holder != Holder::Advocate(entry) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the account the advocate's own login, which reaches every case that asks for them; unless the entry has one, or
/// is asked on another case: one invitation opens no case but its own.
fn become_login(
    conn: &mut Connection,
    (case, authority): (Id, &str),
    entry: Id,
    (account, now): (Id, UtcTime),
) -> Result<(), Problem> {
    let free = advocates::find(conn, authority, entry)?.is_some_and(|entry| entry.user_id.is_none());
    let elsewhere = independence::cases_of(conn, entry)?
        .into_iter()
        .any(|other| other != case);
    if free && !elsewhere {
        advocates::link(conn, entry, account)?;
        relationships::refresh_advocate(conn, entry, now)?;
    }
    Ok(())
}

fn linked(act: &mut Act, invitation: Id) -> Result<LinkedCase, Problem> {
    let accepted: Invitation = invitations::table
        .find(invitation)
        .select(Invitation::as_select())
        .first(act.conn)?;
    let holder = accepted.person().holder();
    Ok(LinkedCase {
        case_id: accepted.case_id,
        relationship: holder.relationship().as_str().to_owned(),
    })
}

/// Redeem an invitation
///
/// With the code alone; an unknown, used, expired and revoked code are answered alike. It always makes a new account, for the
/// one case, until 90 days after it is closed; an app that the person had for the case before ends. Whoever signs in already
/// accepts the code instead.
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
    let (account, session): (Id, Renewable) = app
        .database
        .write(move |conn| {
            let account = redeem(conn, &code, now)?;
            let caller = users::caller(conn, account, now)?.ok_or_else(refused)?;
            audit::record(conn, &arrived.clone().entry(caller))?;
            Ok((account, sessions::start(conn, &key, account, now)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(sign_in::answer(&app, account, Some(session))?))
}

/// Accept an invitation
///
/// With the code and one's own token: the account of the token is linked to the case, or to the register of advocates, and is
/// given the role for it. It opens no session; an app that the person had for the case before ends. A code that is not good
/// is 401 `invitation_invalid`, as when it is redeemed. An account whose every case is over is refused as always
/// (`access_ended`): redeem the code instead.
#[utoipa::path(
    operation_id = "acceptInvitation",
    tag = "Apps",
    request_body = Redemption,
    responses((status = 200, description = "What the account was linked to", body = LinkedCase)),
    extensions(("x-permission" = json!("invitations.accept")))
)]
#[post("/v1/invitations/accept")]
pub async fn accept_invitation(call: Call, body: Body<Redemption>) -> Reply {
    call.change(body, accept, linked).await
}
