//! Notices: what somebody else than its author must come to know, without personal data. Left in the transaction of what
//! they are about; read at `/v1/notices` ([`crate::oversight::notices`]).

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::schema::access::notices;

crate::codes! {
    /// What a notice is about.
    pub enum NoticeKind {
        /// Emergency access was used.
        EmergencyAccessUsed = "emergency_access_used",
        /// An adult says they are not safe now.
        AdultIsNotSafe = "adult_is_not_safe",
        /// An adult asks for something.
        RequestFromAdult = "request_from_adult",
        /// A conflict keeps somebody away from a case.
        ConflictRecorded = "conflict_recorded",
        /// A case was restricted to those who are named, or opened again.
        CaseRestricted = "case_restricted",
        /// Somebody's app was paused.
        AppPaused = "app_paused",
        /// Somebody's app was found not to be safe.
        AppNotSafe = "app_not_safe",
        /// An advocate's assignment was ended.
        AdvocateEnded = "advocate_ended",
        /// Two records of adults were merged, or parted again.
        AdultsMerged = "adults_merged",
        /// An adult's death was recorded.
        AdultDied = "adult_died",
        /// A referral or a case went to another authority.
        OtherAuthority = "other_authority",
        /// A second invitation to somebody's app ended the one before.
        InvitationReplaced = "invitation_replaced",
        /// An account that was there already was linked to a case or to the register of advocates.
        LoginLinked = "login_linked",
        /// A referral was refused at the door.
        IntakeRefused = "intake_refused",
        /// Nobody is left who can act on a case, a team, or for an authority.
        NobodyLeftToAct = "nobody_left_to_act",
        /// Roles were given or taken.
        RolesChanged = "roles_changed",
        /// An account was disabled or enabled.
        AccountDisabled = "account_disabled",
        /// A one-time code for somebody's password was made.
        PasswordCodeMade = "password_code_made",
        /// Somebody's authenticator was taken away.
        AuthenticatorReset = "authenticator_reset",
        /// An API client, or one of its keys, was stopped.
        ClientStopped = "client_stopped",
        /// An agency's agreement with an authority was changed.
        AgreementChanged = "agreement_changed",
        /// Something waits for a second person.
        ApprovalAsked = "approval_asked",
        /// A second person decided.
        ApprovalDecided = "approval_decided",
        /// The rule that a second person decides was switched off or on.
        SecondPersonChanged = "second_person_changed",
        /// Who is in a duty team was changed.
        DutyTeamChanged = "duty_team_changed",
    }
}

impl NoticeKind {
    /// Those about accounts, clients and teams: administrators read these and no others.
    pub const OF_ACCOUNTS: [Self; 10] = [
        Self::RolesChanged,
        Self::AccountDisabled,
        Self::PasswordCodeMade,
        Self::AuthenticatorReset,
        Self::ClientStopped,
        Self::AgreementChanged,
        Self::ApprovalAsked,
        Self::ApprovalDecided,
        Self::SecondPersonChanged,
        Self::DutyTeamChanged,
    ];
}

/// What a notice says.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// The authority whose manager and auditor read it.
    pub authority: &'a str,
    /// What it is about.
    pub kind: NoticeKind,
    /// The record it is about.
    pub resource_id: Id,
    /// Its case, where it has one: whom a conflict keeps away from the case does not read the notice.
    pub case_id: Option<Id>,
    /// Who did it: a notice is for others, and not theirs to put aside.
    pub author: Id,
}

/// Leaves a notice in the transaction at hand.
pub fn leave(conn: &mut Connection, notice: Notice, now: UtcTime) -> QueryResult<()> {
    diesel::insert_into(notices::table)
        .values((
            notices::id.eq(Id::new()),
            notices::authority.eq(notice.authority),
            notices::kind.eq(notice.kind),
            notices::resource_id.eq(notice.resource_id),
            notices::case_id.eq(notice.case_id),
            notices::created_at.eq(now),
            notices::created_by.eq(notice.author),
        ))
        .execute(conn)
        .map(drop)
}
