//! What callers send and read about a case.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

use super::model::{Agreement, CaseState, Disposition, Enquiry, EnquiryType, Gap, YesNoUnknown};
use super::reach::Reached;
use crate::casework::referrals::model::FeedbackCode;
use crate::clock::{PastTime, UtcTime};
use crate::http::answer::View;
use crate::ids::Id;
use crate::people::adults::AdultBrief;
use crate::secrets;

/// A case.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// For people to read out.
    #[schema(example = "MSP-2026-000123")]
    pub reference: String,
    /// Where it stands.
    pub state: CaseState,
    /// What the stage is called.
    #[schema(example = "Concern")]
    pub stage_label: String,
    /// Kind of the present or last enquiry.
    pub enquiry_type: Option<EnquiryType>,
    /// The authority that owns it.
    #[schema(example = "northbank")]
    pub authority: String,
    /// The adult; absent for an organisational concern without an identified adult.
    pub adult: Option<AdultBrief>,
    /// The practitioner it is allocated to.
    pub allocated_to: Option<Id>,
    /// The team it is allocated to.
    pub allocated_team: Option<Id>,
    /// What the cases of several adults of one organisational concern have in common.
    pub case_group_id: Option<Id>,
    /// The case of another authority that it goes on from.
    pub transferred_from: Option<Id>,
    /// The case of another authority that goes on from it; this one is then read only.
    pub transferred_to: Option<Id>,
    /// When the next meeting is planned.
    pub next_meeting: Option<UtcTime>,
    /// Actions still to be done.
    pub open_actions: Option<i64>,
    /// When the adult was last visited, rung or otherwise in contact.
    pub last_contact_with_adult_at: Option<UtcTime>,
    /// Until when the case can be read by emergency access.
    pub emergency_access_until: Option<UtcTime>,
    /// What is owed to the adult; blocks nothing. For staff and assigned advocates.
    pub gaps: Option<Vec<Gap>>,
    /// Desired outcomes, with `expand=desiredOutcomes`.
    pub desired_outcomes: Option<Vec<crate::casework::outcomes::dto::OutcomeView>>,
    /// 1, and one more with every change of the case itself.
    pub version: i64,
    /// When the concern became a case.
    pub created_at: UtcTime,
    /// When the case itself last changed.
    pub updated_at: UtcTime,
}

impl View for CaseView {
    fn version(&self) -> i64 {
        self.version
    }

    /// Of the whole view: a field that is left out here would be answered 304 when it changes.
    fn derived_mark(&self) -> Option<String> {
        let json = serde_json::to_string(self).unwrap_or_default();
        Some(secrets::digest_of(json.as_bytes()).chars().take(8).collect())
    }
}

/// Filters of the list of cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseFilterParams {
    /// Only cases in this state; repeat for "or".
    #[serde(default)]
    #[param(inline)]
    pub state: Vec<CaseState>,
    /// `me`, the id of a user, or `none`: allocated to nobody.
    #[param(example = "me")]
    pub allocated_to: Option<String>,
    /// Only cases of this authority.
    pub authority: Option<String>,
    /// Only cases of this group.
    pub case_group_id: Option<Id>,
    /// Only the case with this reference, as people say it.
    #[param(example = "MSP-2026-000123")]
    pub reference: Option<String>,
    /// Only cases about the adult with this record.
    pub adult_id: Option<Id>,
}

/// What `expand` can add to a case.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseExpansion {
    /// Adds records in full where the caller may read them.
    #[serde(default)]
    #[param(inline)]
    pub expand: Vec<Expand>,
}

crate::codes! {
    /// What can be expanded.
    pub enum Expand {
        /// The adult's desired outcomes.
        DesiredOutcomes = "desiredOutcomes",
    }
}

/// One part of the test in Care Act 2014 s.42(1).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestPart {
    /// Whether this part is met.
    pub answer: YesNoUnknown,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reasoning: String,
}

/// The three parts of Care Act 2014 s.42(1).
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThreePartTest {
    /// The adult has needs for care and support.
    pub care_and_support_needs: Option<TestPart>,
    /// The adult is experiencing, or at risk of, abuse or neglect.
    pub experiencing_or_at_risk: Option<TestPart>,
    /// Because of those needs the adult cannot protect themselves.
    pub unable_to_protect: Option<TestPart>,
}

/// Feedback to whoever referred.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "given": true, "code": "accepted", "text": "We are talking with her; thank you" }))]
pub struct FeedbackToReferrer {
    /// Whether it was given.
    pub given: Option<bool>,
    /// What came of it; where a step gives feedback, what the step says.
    pub code: Option<FeedbackCode>,
    /// What the referrer may read.
    #[schema(max_length = 2000)]
    pub text: Option<String>,
    /// Why it is withheld.
    #[schema(max_length = 2000)]
    pub withheld_reason: Option<String>,
}

/// A safeguarding plan, as far as the step into it needs one.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanContent {
    /// What will be done to keep the adult as safe as they want to be.
    #[schema(min_length = 1, max_length = 8000)]
    pub content: String,
    /// Who leads.
    #[schema(min_length = 1, max_length = 200)]
    pub lead: String,
    /// Whether the adult agrees; any answer is taken.
    pub adult_agrees: Agreement,
}

/// A step of a case: where to, and what must be recorded for it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "to": "enquiry", "enquiryType": "section_42",
    "threePartTest": {
        "careAndSupportNeeds": {"answer": "yes", "reasoning": "Needs help with shopping and money"},
        "experiencingOrAtRisk": {"answer": "yes", "reasoning": "Money was taken twice"},
        "unableToProtect": {"answer": "yes", "reasoning": "Depends on the person who takes it"}
    },
    "adultView": "She wants it to stop without her nephew getting into trouble"
}))]
pub struct NewTransition {
    /// The state to go to.
    pub to: CaseState,
    /// When it happened; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub effective_at: Option<UtcTime>,
    /// To `enquiry`: its kind.
    pub enquiry_type: Option<EnquiryType>,
    /// To `enquiry` from `concern`: the decision under s.42(1).
    pub three_part_test: Option<ThreePartTest>,
    /// For an `other` enquiry: which part is not met and why it is still proportionate.
    #[schema(min_length = 1, max_length = 4000)]
    pub other_enquiry_reason: Option<String>,
    /// Who leads the enquiry; the authority, if absent.
    #[schema(min_length = 1, max_length = 200)]
    pub lead: Option<String>,
    /// What the adult thinks of it.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
    /// Why the adult was not asked.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view_not_sought_reason: Option<String>,
    /// To `closed_no_enquiry`: what was done instead.
    #[schema(max_items = 11)]
    #[serde(default)]
    pub dispositions: Vec<Disposition>,
    /// To `closed_no_enquiry`: the reasons in words.
    #[schema(min_length = 1, max_length = 8000)]
    pub narrative: Option<String>,
    /// To `closed_no_enquiry`: what the referrer was told, or why nothing.
    pub feedback_to_referrer: Option<FeedbackToReferrer>,
    /// To `plan`: the plan, which is then among the case's plans and in force.
    pub plan: Option<PlanContent>,
    /// To `plan`: instead of `plan`, one of the case's plans that has not ended.
    pub plan_id: Option<Id>,
    /// For a change of the enquiry's type, and for reopening.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
}

/// An enquiry under Care Act 2014 s.42, or another one.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnquiryView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Its kind.
    pub enquiry_type: EnquiryType,
    /// When it began.
    pub started_on: NaiveDate,
    /// When it was concluded; absent while it is open.
    pub concluded_on: Option<NaiveDate>,
    /// Who leads it.
    pub lead: String,
    /// The decision to begin it.
    #[schema(value_type = Object)]
    pub decision: Value,
    /// The conclusion set it ended with; kept when the case is reopened. For staff and advocates.
    #[schema(value_type = Option<Object>)]
    pub conclusion: Option<Value>,
    /// 1, and one more with every change.
    pub version: i64,
}

impl View for EnquiryView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl EnquiryView {
    /// An enquiry as whoever reached its case reads it.
    pub fn of(row: Enquiry, case: &Reached) -> Self {
        let conclusion = row.conclusion.filter(|_| case.sees_what_is_withheld());
        Self {
            id: row.id,
            enquiry_type: row.enquiry_type,
            started_on: row.started_on,
            concluded_on: row.concluded_on,
            lead: row.lead,
            decision: row.decision.0,
            conclusion: conclusion.map(|conclusion| conclusion.0),
            version: row.version,
        }
    }
}
