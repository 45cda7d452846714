//! Invitations to an app: a one-time code, handed over in person or by a safe contact. One person has one good code for a
//! case; what is done with it is in [`redemption`].

use actix_web::{get, post};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::app_access::{self, AppPerson, Person};
use super::redemption;
use crate::act::Act;
use crate::auth::sign_in::Nothing;
use crate::body::Body;
use crate::casework::advocacy::independence;
use crate::casework::cases::access::{self, Holder};
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::cases::store as case_store;
use crate::casework::record::{Head, row, rows, write_new, write_over};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::http::answer::{Reply, View};
use crate::http::call::Call;
use crate::http::extract::Ids;
use crate::http::list::NoFilter;
use crate::http::params::{CasePath, IfMatchHeader, InvitationPath};
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::page::{Page, PageParams, PageRequest, Rows};
use crate::people::advocates;
use crate::policy::{Role, Standing};
use crate::problem::{Code, Fault, Problem};
use crate::schema::access::invitations;
use crate::secrets::{self, Once};

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
        /// The account that it made, or that was linked with it.
        redeemed_by: Option<Id>,
        /// When it was taken back.
        revoked_at: Option<UtcTime>,
        /// As what somebody made it.
        made_by_role: Role,
        /// Whether the person had a code, an app or a login for the case before.
        replaces_earlier: bool,
    }
}

impl Invitation {
    /// Who is invited.
    pub fn person(&self) -> Person {
        Person {
            who: self.who,
            representative_id: self.representative_id,
            advocate_id: self.advocate_id,
        }
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
    /// Its id: a UUID, which sorts by when it was made.
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
    /// As what somebody made it: `manager` or `practitioner`.
    pub made_by_role: Role,
    /// Whether the person had a code, an app or a login for the case before: their page says so for 30 days.
    pub replaces_earlier: bool,
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
            made_by_role: row.made_by_role,
            replaces_earlier: row.replaces_earlier,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Makes an invitation; its code is left for the answer. One person has one code for a case: another ends the one before.
pub fn invite(act: &mut Act, case: Id, body: &Body<NewInvitation>, shown: &Once) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let named = |new: &NewInvitation| Person {
        who: new.who,
        representative_id: new.representative_id,
        advocate_id: new.advocate_id,
    };
    let found = match body.value() {
        Some(new) => faults(act, &case, &named(new))?,
        None => vec![],
    };
    let new = body.checked(|_| found)?.clone();
    let holder = named(&new).holder();
    case_store::hold(act.conn, case.row.id)?;
    let decision = app_access::latest(act.conn, case.row.id, holder)?;
    let decision = decision
        .filter(|decided| decided.decision.permits())
        .ok_or_else(|| {
            Problem::new(Code::Conflict).saying("First decide that this person may use an app: app-access.")
        })?;
    let replaces_earlier = take_back_earlier(act, &case, holder)? || has_account(act, &case, holder)?;
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
        made_by_role: match case.standing {
            Standing::Manager => Role::Manager,
            _ => Role::Practitioner,
        },
        replaces_earlier,
    };
    let id = write_new(act, &Invitation::of(Head::new(act, &case), content), "made")?;
    if replaces_earlier {
        let notice = Notice {
            authority: &case.row.authority,
            kind: NoticeKind::InvitationReplaced,
            resource_id: id,
            case_id: Some(case.row.id),
            author: act.caller.id,
        };
        notices::leave(act.conn, notice, act.now)?;
    }
    shown.put(code);
    Ok(id)
}

/// An advocate is asked to act before they are invited: a case of an advocate whom nobody asked is nobody's to open.
fn faults(act: &mut Act, case: &Reached, person: &Person) -> Result<Vec<Fault>, Problem> {
    let mut faults = app_access::faults_of_person(act, case, person, true)?;
    if let Some(entry) = person.holder().advocate()
        && faults.is_empty()
        && !independence::acts_for_the_adult(act.conn, case.row.id, entry)?
    {
        let detail = "This advocate was not asked to act on this case: advocacy-assignments.";
        faults.push(Fault::at("/advocateId", "not_asked", detail));
    }
    Ok(faults)
}

/// Takes back the code that is good for this person; whether there was one.
fn take_back_earlier(act: &mut Act, case: &Reached, holder: Holder) -> Result<bool, Problem> {
    let unused: Vec<Invitation> = invitations::table
        .filter(invitations::case_id.eq(case.row.id))
        .filter(
            invitations::redeemed_at
                .is_null()
                .and(invitations::revoked_at.is_null()),
        )
        .select(Invitation::as_select())
        .load(act.conn)?;
    let mut earlier = false;
    for mut invitation in unused {
        if invitation.person().holder() == holder {
            earlier |= invitation.expires_at > act.now;
            invitation.revoked_at = Some(act.now);
            write_over(act, &mut invitation, "revoked")?;
        }
    }
    Ok(earlier)
}

fn has_account(act: &mut Act, case: &Reached, holder: Holder) -> Result<bool, Problem> {
    let login = match holder.advocate() {
        Some(entry) => advocates::find(act.conn, &case.row.authority, entry)?,
        None => None,
    };
    Ok(login.is_some_and(|entry| entry.user_id.is_some())
        || !access::accounts(act.conn, case.row.id, holder)?.is_empty())
}

/// The codes that were made for a person who had one or an app before, so long ago at most, newest first.
pub fn replacing(
    conn: &mut Connection,
    case: Id,
    holder: Holder,
    since: UtcTime,
) -> QueryResult<Vec<Invitation>> {
    let made: Vec<Invitation> = invitations::table
        .filter(
            invitations::case_id
                .eq(case)
                .and(invitations::created_at.ge(since)),
        )
        .filter(invitations::replaces_earlier.eq(true))
        .order(invitations::id.desc())
        .select(Invitation::as_select())
        .load(conn)?;
    Ok(made
        .into_iter()
        .filter(|invitation| invitation.person().holder() == holder)
        .collect())
}

/// Digest of a code, however it was typed.
pub(super) fn digest_of(code: &str) -> String {
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

/// Registers the operations.
pub fn operations(config: &mut ServiceConfig) {
    config
        .service(list_invitations)
        .service(make_invitation)
        .service(get_invitation)
        .service(revoke_invitation)
        .service(redemption::redeem_invitation)
        .service(redemption::accept_invitation)
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
/// contact that is safe. A second code ends the first at once; the person's page says for 30 days that it was made and by
/// whom, and the authority gets a notice. Where an app is in unsafe hands, decide `not_safe` before making another code.
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
