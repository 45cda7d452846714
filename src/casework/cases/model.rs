//! States and codes of a case, and its row.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;

use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::ids::Id;
use crate::people::authorities::StageLabels;
use crate::schema::casework::{case_transitions, cases, enquiries};

crate::codes! {
    /// Where a case stands.
    pub enum CaseState {
        /// The referral was accepted; information is gathered.
        Concern = "concern",
        /// An enquiry is open.
        Enquiry = "enquiry",
        /// A safeguarding plan is in force and under review.
        Plan = "plan",
        /// The enquiry is concluded.
        Concluded = "concluded",
        /// The closure checklist is done.
        Closed = "closed",
        /// Ended without an enquiry.
        ClosedNoEnquiry = "closed_no_enquiry",
    }
}

impl CaseState {
    /// States in which work goes on.
    pub const OPEN: [Self; 4] = [Self::Concern, Self::Enquiry, Self::Plan, Self::Concluded];

    /// What an authority calls it, where it has a name of its own for it.
    pub fn label_in(self, labels: &StageLabels) -> Option<String> {
        match self {
            Self::Concern => labels.concern.clone(),
            Self::Enquiry => labels.enquiry.clone(),
            Self::Plan => labels.plan.clone(),
            Self::Concluded => labels.concluded.clone(),
            Self::Closed => labels.closed.clone(),
            Self::ClosedNoEnquiry => labels.closed_no_enquiry.clone(),
        }
    }

    /// What the stage is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Concern => "Concern",
            Self::Enquiry => "Enquiry",
            Self::Plan => "Safeguarding plan",
            Self::Concluded => "Concluded",
            Self::Closed => "Closed",
            Self::ClosedNoEnquiry => "Closed without an enquiry",
        }
    }
}

crate::codes! {
    /// What kind of enquiry.
    pub enum EnquiryType {
        /// All three parts of Care Act 2014 s.42(1) are met.
        Section42 = "section_42",
        /// Not all are met, and an enquiry is still necessary and proportionate.
        Other = "other",
    }
}

crate::codes! {
    /// A fact that may be unknown.
    pub enum YesNoUnknown {
        /// It is so.
        Yes = "yes",
        /// It is not so.
        No = "no",
        /// Not known.
        Unknown = "unknown",
    }
}

crate::codes! {
    /// Whether the adult agrees.
    pub enum Agreement {
        /// Agrees.
        Yes = "yes",
        /// Does not.
        No = "no",
        /// In part.
        Partly = "partly",
        /// Decided in the adult's best interests (Mental Capacity Act 2005 s.4).
        BestInterests = "best_interests",
        /// Not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// How a concern ended that did not become an enquiry.
    pub enum Disposition {
        /// Information and advice.
        InformationAdvice = "information_advice",
        /// Assessment of care needs.
        CareNeedsAssessment = "care_needs_assessment",
        /// Review of the care plan.
        CarePlanReview = "care_plan_review",
        /// Carer's assessment.
        CarerAssessment = "carer_assessment",
        /// Police.
        Police = "police",
        /// Domestic abuse service.
        DomesticAbuseService = "domestic_abuse_service",
        /// Provider quality.
        ProviderQuality = "provider_quality",
        /// Complaint.
        Complaint = "complaint",
        /// NHS incident.
        NhsIncident = "nhs_incident",
        /// Other authority.
        OtherAuthority = "other_authority",
        /// Nothing further.
        NoFurtherAction = "no_further_action",
    }
}

crate::codes! {
    /// Something that is owed to the adult and does not block anything.
    pub enum Gap {
        /// Nobody has recorded what the adult wants.
        AdultNotAsked = "adult_not_asked",
        /// There is a duty to provide an advocate, and nobody was asked.
        NobodyToSupport = "nobody_to_support",
        /// An advocate acts without the reason being complete on paper.
        AdvocacyBasisIncomplete = "advocacy_basis_incomplete",
        /// An IMCA acts on a belief about capacity that is still to be assessed.
        CapacityAssessmentPending = "capacity_assessment_pending",
        /// Nothing says that the adult was told of the concern.
        AdultNotTold = "adult_not_told",
        /// The case is allocated to nobody.
        NotAllocated = "not_allocated",
        /// Another agency was asked to enquire, and has neither reported nor declined.
        CausedEnquiryUnanswered = "caused_enquiry_unanswered",
        /// An application to court is planned or made, and nothing says that the family was told before.
        FamilyNotToldBeforeCourt = "family_not_told_before_court",
        /// The day has come to look again at why somebody was not told.
        LookAgainAtTelling = "look_again_at_telling",
        /// The adult has died, and nothing says that a review was considered (Care Act 2014 s.44).
        ReviewNotConsidered = "review_not_considered",
        /// Nobody is left who can act on the case, but whoever the authority names for that.
        NobodyLeftToAct = "nobody_left_to_act",
    }
}

/// A case as it is kept.
#[derive(Debug, Clone, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Case {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The authority that owns it.
    #[diesel(skip_update)]
    pub authority: String,
    /// 1, and one more with every change of the case itself.
    pub version: i64,
    /// When the concern became a case.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
    /// When it last changed.
    pub updated_at: UtcTime,
    /// By whom.
    pub updated_by: Id,
    /// For people: `MSP-2026-000123`.
    pub reference: String,
    /// Where it stands.
    pub state: CaseState,
    /// Kind of the present or last enquiry.
    pub enquiry_type: Option<EnquiryType>,
    /// The adult; none for an organisational concern without an identified adult.
    pub adult_id: Option<Id>,
    /// The practitioner it is allocated to.
    pub allocated_to: Option<Id>,
    /// The team it is allocated to.
    pub allocated_team: Option<Id>,
    /// Named access only.
    pub restricted: bool,
    /// What the cases of several adults of one organisational concern have in common.
    pub case_group_id: Option<Id>,
    /// The case of another authority that it goes on from.
    pub transferred_from: Option<Id>,
    /// The case of another authority that goes on from it; this one is then read only.
    pub transferred_to: Option<Id>,
    /// Why it was transferred, and what the adult says to it.
    pub transfer: Option<Json<Value>>,
}

/// A step a case took; append-only.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = case_transitions, treat_none_as_default_value = false)]
pub struct Transition {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The case.
    pub case_id: Id,
    /// The authority.
    pub authority: String,
    /// From.
    pub from_state: CaseState,
    /// To.
    pub to_state: CaseState,
    /// When it happened.
    pub effective_at: UtcTime,
    /// When it was recorded.
    pub recorded_at: UtcTime,
    /// By whom.
    pub recorded_by: Id,
    /// What was decided and why.
    pub content: Json<Value>,
}

crate::case_row! {
    /// An enquiry; one open at a time, several in turn.
    Enquiry (EnquiryContent) in enquiries as "enquiry" {
        /// Its kind.
        enquiry_type: EnquiryType,
        /// When it began.
        started_on: NaiveDate,
        /// When it was concluded.
        concluded_on: Option<NaiveDate>,
        /// Who leads it.
        lead: String,
        /// The decision to begin it.
        decision: Json<Value>,
        /// The conclusion set.
        conclusion: Option<Json<Value>>,
    }
}
