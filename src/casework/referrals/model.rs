//! Codes and rows of referrals.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::dto::NewReferral;
use crate::body::Unused;
use crate::clock::UtcTime;
use crate::db::child_rows::ChildRows;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::casework::{intake_refusals, referrals};

crate::codes! {
    /// Where it stands; `withdrawn` on receipts only, since a withdrawal ends nothing here.
    pub enum Status {
        /// It was received.
        Received = "received",
        /// More was asked.
        InformationRequested = "information_requested",
        /// It was accepted.
        Accepted = "accepted",
        /// It went another way.
        AnotherRoute = "another_route",
        /// The referrer withdrew it; closes nothing.
        Withdrawn = "withdrawn",
        /// What it led to is closed.
        Closed = "closed",
    }
}

impl Status {
    /// Those in which it waits for a decision; a withdrawal closes nothing.
    pub const WAITING: [Self; 3] = [Self::Received, Self::InformationRequested, Self::Withdrawn];
}

crate::codes! {
    /// Type of abuse or risk.
    pub enum AbuseType {
        /// Physical Abuse.
        Physical = "physical",
        /// Sexual Abuse.
        Sexual = "sexual",
        /// Psychological Abuse.
        Psychological = "psychological",
        /// Financial or Material Abuse.
        FinancialOrMaterial = "financial_or_material",
        /// Discriminatory Abuse.
        Discriminatory = "discriminatory",
        /// Organisational Abuse.
        Organisational = "organisational",
        /// Neglect and Acts of Omission.
        NeglectAndActsOfOmission = "neglect_and_acts_of_omission",
        /// Domestic Abuse.
        Domestic = "domestic",
        /// Sexual Exploitation.
        SexualExploitation = "sexual_exploitation",
        /// Modern Slavery.
        ModernSlavery = "modern_slavery",
        /// Self-Neglect.
        SelfNeglect = "self_neglect",
        /// Not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// Where it happened.
    pub enum Location {
        /// Own Home.
        OwnHome = "own_home",
        /// In the Community.
        InTheCommunity = "in_the_community",
        /// Community Service.
        CommunityService = "community_service",
        /// Care Home - Nursing.
        CareHomeNursing = "care_home_nursing",
        /// Care Home - Residential.
        CareHomeResidential = "care_home_residential",
        /// Hospital - Acute.
        HospitalAcute = "hospital_acute",
        /// Hospital - Mental Health.
        HospitalMentalHealth = "hospital_mental_health",
        /// Hospital - Community.
        HospitalCommunity = "hospital_community",
        /// Other.
        Other = "other",
        /// Not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// What the concern is about.
    pub enum ConcernKind {
        /// One adult.
        Individual = "individual",
        /// An organisation; there may be no identified adult.
        Organisational = "organisational",
    }
}

crate::codes! {
    /// Whether the adult agrees that this is shared.
    pub enum AgreesToShare {
        /// Yes.
        Yes = "yes",
        /// No; sharing goes on with a reason.
        No = "no",
        /// Not known.
        NotKnown = "not_known",
        /// Lacks capacity for this decision.
        LacksCapacityForThisDecision = "lacks_capacity_for_this_decision",
    }
}

crate::codes! {
    /// What becomes of a referral.
    pub enum TriageDecision {
        /// It becomes a case.
        Accept = "accept",
        /// It joins a case.
        Link = "link",
        /// It becomes a case that is closed without an enquiry.
        NoEnquiry = "no_enquiry",
        /// More is asked of the referrer.
        MoreInformation = "more_information",
        /// It goes to another authority.
        OtherAuthority = "other_authority",
        /// It is no safeguarding matter.
        NotSafeguarding = "not_safeguarding",
        /// It repeats another referral.
        Duplicate = "duplicate",
    }
}

crate::codes! {
    /// Who wrote it down.
    pub enum WrittenBy {
        /// The referrer.
        Referrer = "referrer",
        /// Staff who took the referral, for whoever told them.
        Staff = "staff",
    }
}

crate::codes! {
    /// What the referrer is told came of it.
    pub enum FeedbackCode {
        /// It was accepted.
        Accepted = "accepted",
        /// It ended without an enquiry.
        NoEnquiry = "no_enquiry",
        /// It went another way.
        AnotherRoute = "another_route",
        /// What it led to is closed.
        Closed = "closed",
        /// Something else; the text says what.
        Other = "other",
    }
}

crate::codes! {
    /// Why someone must look at a referral.
    pub enum TaskKind {
        /// The referrer says that it names the wrong person.
        WrongPerson = "wrong_person",
    }
}

/// Something about a referral that a manager must settle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Why.
    pub kind: TaskKind,
    /// Since when.
    pub opened_at: UtcTime,
    /// The update that opened it.
    pub update_id: Id,
    /// What the referrer said.
    pub reason: String,
    /// How it was settled.
    pub resolution: Option<Resolution>,
}

/// How a task was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: UtcTime,
    /// By whom.
    pub by: Id,
    /// What was done.
    pub note: String,
    /// Whether the content may be read again.
    pub content_shown_again: bool,
}

/// What was decided about a referral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriageRecord {
    /// The decision.
    pub decision: TriageDecision,
    /// Its reasons.
    pub narrative: Option<String>,
    /// By whom.
    pub by: Id,
}

/// A referral as kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = referrals, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Referral {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority it went to.
    #[diesel(skip_update)]
    pub authority: String,
    /// 1, and one more with every change.
    pub version: i64,
    /// When it was received.
    pub created_at: UtcTime,
    /// By whom it was sent.
    pub created_by: Id,
    /// When it last changed.
    pub updated_at: UtcTime,
    /// By whom.
    pub updated_by: Id,
    /// For people: `REF-2026-000123`.
    pub reference: String,
    /// The agency that sent it.
    pub agency_id: Option<Id>,
    /// The agency's own reference.
    pub agency_reference: Option<String>,
    /// Digest of the body, to know a repetition.
    pub body_digest: String,
    /// Where it stands.
    pub status: Status,
    /// Immediate danger was reported.
    pub urgent: bool,
    /// The agency's agreement was not in force; flags, and never stops.
    pub agreement_lapsed: bool,
    /// The person is under 18: to be passed to children's services.
    pub childrens_route: bool,
    /// The case it led to.
    pub case_id: Option<Id>,
    /// What was decided.
    pub triage: Option<Json<TriageRecord>>,
    /// When.
    pub triaged_at: Option<UtcTime>,
    /// Whether it counts as a concern in the national collection (SG1).
    pub counts_as_concern: Option<bool>,
    /// What was sent.
    pub content: Json<NewReferral>,
    /// What was received and could not be used.
    pub warnings: Json<Vec<Unused>>,
    /// The referrer is no agency: the status on the receipt stays `received`, whatever comes of it.
    pub receipt_only: bool,
    /// The status on the receipt.
    pub receipt_status: Status,
    /// 1, and one more with every change of what the receipt says: the row's own version would tell of others.
    pub receipt_version: i64,
    /// When the receipt last changed.
    pub receipt_changed_at: UtcTime,
    /// Since when there is something that nobody has looked at.
    pub unread_since: Option<UtcTime>,
    /// When the referrer was first told that someone looked at it.
    pub acknowledged_at: Option<UtcTime>,
    /// When the referrer withdrew it.
    pub withdrawn_at: Option<UtcTime>,
    /// Information requests without an answer.
    pub open_requests: i32,
    /// Whether a task is unsettled; kept for the list of those.
    pub needs_attention: bool,
    /// What a manager must settle, or has.
    pub tasks: Json<Vec<Task>>,
    /// What the referrer was told, or why not.
    pub told: Json<ReferrerTold>,
}

/// What the referrer was last told, or why not. The rows of the feedback itself are kept apart.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferrerTold {
    /// Why the referrer is not told that somebody looked at it.
    pub acknowledgement_withheld_reason: Option<String>,
    /// What was last said to have come of it.
    pub feedback: Option<ReceiptFeedback>,
}

/// What the referrer was told came of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptFeedback {
    /// When.
    pub given_at: UtcTime,
    /// What came of it.
    pub code: FeedbackCode,
    /// In words.
    pub text: String,
}

impl Referral {
    /// The referrer says that this is about someone else, and no manager has found otherwise.
    pub fn is_hidden(&self) -> bool {
        let shown_again = |task: &Task| {
            task.resolution
                .as_ref()
                .is_some_and(|done| done.content_shown_again)
        };
        self.tasks.0.iter().any(|task| !shown_again(task))
    }

    /// There is something new in it for staff.
    pub fn mark_unread(&mut self, now: UtcTime) {
        self.unread_since.get_or_insert(now);
    }

    /// The receipt says something new from now on; saving it gives it the next version.
    pub fn tells(&mut self, now: UtcTime) {
        self.receipt_changed_at = now;
    }

    /// The referrer is told that someone looked at it, once.
    pub fn acknowledge(&mut self, now: UtcTime) {
        if self.acknowledged_at.is_none() {
            self.acknowledged_at = Some(now);
            self.told.0.acknowledgement_withheld_reason = None;
            self.tells(now);
        }
    }
}

crate::child_rows! {
    /// The authorities that a refused intake may have been meant for.
    pub struct MeantFor of intake_refusals::id {
        from "intake_refusal_authorities" where "intake_refusal_authorities.refusal_id = intake_refusals.id"
        order by "authority", ["": "authority"]
    }
}

/// A refused intake, without its content: an open task until somebody knows what it was.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = intake_refusals, treat_none_as_default_value = false)]
pub struct IntakeRefusal {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority that it named, or else those that its sender serves or works for; rows of their own.
    #[diesel(skip_insertion, select_expression = ChildRows::list(), select_expression_type = ChildRows<MeantFor>)]
    pub authorities: Json<Vec<String>>,
    /// The agency that sent it.
    pub agency_id: Option<Id>,
    /// Who sent it.
    pub actor_id: Id,
    /// When.
    pub refused_at: UtcTime,
    /// Why.
    pub code: String,
    /// At which places; each is a member of the contract.
    pub pointers: Json<Vec<String>>,
    /// Digest of the agency's own reference: the same reference landing later ends the task.
    pub reference_digest: Option<String>,
    /// 1, and 2 once it is dealt with.
    pub version: i64,
    /// When it was dealt with.
    pub handled_at: Option<UtcTime>,
    /// By whom; by its sender, if it landed later.
    pub handled_by: Option<Id>,
    /// The referral that it became.
    pub referral_id: Option<Id>,
    /// When the sender was spoken with instead.
    pub called_at: Option<UtcTime>,
}
