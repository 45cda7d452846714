//! What needs a second person: whoever gives a right over what cases hold, or over accounts, does not decide on it alone. The
//! first asks, another administrator of the authority decides, and only then it is done.

mod deciding;
pub mod routes;

pub use deciding::take_authenticator;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::{accounts, authorities, users};
use crate::act::Act;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::db::types::Json;
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::policy::{Caller, Role, RoleGrant, TeamKind};
use crate::problem::Problem;
use crate::schema::people::approvals as table;

/// What was asked for is void after fourteen days, and so is a code that nobody fetched.
const LASTS: i64 = 14 * 86_400;
/// An account decides as the second person once it is thirty days old, or at once if the server's console made it: whoever
/// makes accounts does not make their own second person.
const OLD_ENOUGH: i64 = 30 * 86_400;

crate::codes! {
    /// What a second person decides on.
    pub enum ApprovalKind {
        /// Roles of an account, its agency, or that it may be used again.
        AccountRights = "account_rights",
        /// A one-time code for somebody's password.
        PasswordCode = "password_code",
        /// Taking somebody's authenticator away.
        AuthenticatorReset = "authenticator_reset",
        /// That a client may be used, or what it may do, where, and with which keys.
        ClientRights = "client_rights",
        /// A new secret of a client.
        ClientSecret = "client_secret",
        /// Who is in a team, and what it is for.
        Team = "team",
        /// To whom goes what nobody else is left for.
        Escalation = "escalation",
        /// Switching off that a second person decides.
        SecondPerson = "second_person",
    }
}

impl ApprovalKind {
    /// Those about who acts on cases and referrals: managers decide on these too.
    pub const OF_MANAGERS: [Self; 2] = [Self::Team, Self::Escalation];
}

crate::codes! {
    /// Where an approval stands.
    pub enum ApprovalState {
        /// Nobody decided yet.
        Waiting = "waiting",
        /// It was approved: done, or to be fetched by who asked.
        Approved = "approved",
        /// It was refused.
        Refused = "refused",
        /// The code or secret was fetched.
        Collected = "collected",
        /// Nobody decided, or fetched it, within fourteen days.
        Void = "void",
    }
}

/// What is asked for: the difference that approving makes.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct AskedFor {
    /// Roles to give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub give_roles: Vec<RoleGrant>,
    /// Roles to take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub take_roles: Vec<RoleGrant>,
    /// The agency that a person is to work for.
    pub agency_id: Option<Id>,
    /// `true`: the person is to work for no agency.
    pub no_agency: Option<bool>,
    /// `true`: an account or client is to be usable.
    pub enable: Option<bool>,
    /// Scopes to give to a client.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Authorities that a client is to serve too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorities: Vec<String>,
    /// The public keys that a client is to have.
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// Where a client is to publish its keys.
    pub jwks_uri: Option<String>,
    /// Members to join a team.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<Id>,
    /// Members to leave a team.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leave: Vec<Id>,
    /// What a team is to be for.
    pub team_kind: Option<TeamKind>,
    /// To whom what nobody else is left for is to go.
    pub escalate_to: Option<Vec<Id>>,
    /// Why the second person is to be switched off.
    pub reason: Option<String>,
}

impl AskedFor {
    /// Whether nothing is asked for.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// An approval as it is kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Approval {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// 1, and one more with every step.
    pub version: i64,
    /// The authority in which it is decided.
    pub authority: String,
    /// What it is about.
    pub kind: ApprovalKind,
    /// The account, client or team; of the rule itself the approval.
    pub resource_id: Id,
    /// What is asked for.
    pub asked_for: Json<AskedFor>,
    /// Where it stands, as far as that does not follow from the time.
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
}

impl Approval {
    /// Where it stands at this time.
    pub fn state_at(&self, now: UtcTime) -> ApprovalState {
        let to_be_fetched = matches!(self.kind, ApprovalKind::PasswordCode | ApprovalKind::ClientSecret);
        match self.state {
            ApprovalState::Waiting if self.expires_at <= now => ApprovalState::Void,
            ApprovalState::Approved if to_be_fetched && self.expires_at <= now => ApprovalState::Void,
            state => state,
        }
    }
}

/// What of a change waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PendingApproval {
    /// At `/v1/approvals/{approvalId}`.
    pub id: Id,
    /// What it is about.
    pub what: ApprovalKind,
}

/// Whether this authority has a second person decide: it does unless it switched that off.
pub fn is_needed(conn: &mut Connection, authority: &str) -> QueryResult<bool> {
    let settings = authorities::settings_of(conn, authority)?;
    Ok(settings.second_person.is_none_or(|rule| rule.required))
}

/// Asks for a second person, and tells the authority; answers the approval's id.
pub fn ask(
    act: &mut Act,
    (authority, kind): (&str, ApprovalKind),
    resource: Id,
    asked_for: AskedFor,
) -> Result<Id, Problem> {
    let id = Id::new();
    let approval = Approval {
        id,
        version: 1,
        authority: authority.to_owned(),
        kind,
        resource_id: match kind {
            ApprovalKind::SecondPerson | ApprovalKind::Escalation => id,
            _ => resource,
        },
        asked_for: Json(asked_for),
        state: ApprovalState::Waiting,
        asked_by: act.caller.id,
        asked_at: act.now,
        expires_at: act.now.plus_seconds(LASTS),
        decided_by: None,
        decided_at: None,
        reason: None,
    };
    diesel::insert_into(table::table)
        .values(&approval)
        .execute(act.conn)?;
    tell(act, authority, NoticeKind::ApprovalAsked, id)?;
    Ok(id)
}

/// Tells an authority what the caller did that is about no case.
pub fn tell(act: &mut Act, authority: &str, kind: NoticeKind, resource_id: Id) -> QueryResult<()> {
    let notice = Notice {
        authority,
        kind,
        resource_id,
        case_id: None,
        author: act.caller.id,
    };
    notices::leave(act.conn, notice, act.now)
}

/// What waits for a second person about this account, client or team: the oldest of it.
pub fn pending(conn: &mut Connection, resource: Id, now: UtcTime) -> QueryResult<Option<PendingApproval>> {
    let found: Option<(Id, ApprovalKind)> = table::table
        .filter(table::resource_id.eq(resource))
        .filter(
            table::state
                .eq(ApprovalState::Waiting)
                .and(table::expires_at.gt(now)),
        )
        .order(table::id)
        .select((table::id, table::kind))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, what)| PendingApproval { id, what }))
}

/// What waits for a second person about the settings of this authority: the oldest of it.
pub fn pending_of_settings(
    conn: &mut Connection,
    authority: &str,
    now: UtcTime,
) -> QueryResult<Option<PendingApproval>> {
    let kinds = [ApprovalKind::SecondPerson, ApprovalKind::Escalation];
    let found: Option<(Id, ApprovalKind)> = table::table
        .filter(table::authority.eq(authority).and(table::kind.one_of(kinds)))
        .filter(
            table::state
                .eq(ApprovalState::Waiting)
                .and(table::expires_at.gt(now)),
        )
        .order(table::id)
        .select((table::id, table::kind))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, what)| PendingApproval { id, what }))
}

/// The approval of this id.
pub fn find(conn: &mut Connection, id: Id) -> QueryResult<Option<Approval>> {
    table::table
        .find(id)
        .select(Approval::as_select())
        .first(conn)
        .optional()
}

/// Why this caller may not be the second person for it; none: they may.
fn objection(
    conn: &mut Connection,
    approval: &Approval,
    caller: &Caller,
    now: UtcTime,
) -> Result<Option<&'static str>, Problem> {
    let administers = caller
        .authorities_as(&[Role::Admin])
        .contains(&approval.authority);
    let leads = ApprovalKind::OF_MANAGERS.contains(&approval.kind)
        && caller
            .authorities_as(&[Role::Manager])
            .contains(&approval.authority);
    if !administers && !leads {
        return Ok(Some("This is for an administrator of the authority."));
    }
    if approval.asked_by == caller.id {
        return Ok(Some("What one asks for, another decides."));
    }
    let about_self = approval.resource_id == caller.id || approval.asked_for.0.join.contains(&caller.id);
    if about_self {
        return Ok(Some("What is about oneself, another decides."));
    }
    let Some(user) = users::find(conn, caller.id)? else {
        return Ok(Some("The second person is somebody with an account here."));
    };
    if accounts::is_creature_of(conn, caller.id, approval.asked_by)? {
        return Ok(Some(
            "Whoever asked has made this account, or given what opens it.",
        ));
    }
    let old = user.created_at.plus_seconds(OLD_ENOUGH) <= now;
    if !old && !accounts::is_named_on_console(conn, caller.id)? {
        return Ok(Some(
            "This account is too new, and was not made on the server's console.",
        ));
    }
    Ok(None)
}
