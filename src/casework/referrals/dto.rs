//! What callers send: a referral, and what becomes of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::{AbuseType, AgreesToShare, ConcernKind, Location, TriageDecision};
use crate::casework::cases::dto::FeedbackToReferrer;
use crate::casework::cases::model::Disposition;
use crate::facts::YesNoNotKnown;
use crate::ids::Id;
use crate::people::adults::{Adult, Likeness, MatchedOn};
use crate::people::agencies::AgencyType;

/// Who refers.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Referrer {
    /// Name.
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// Role or rank.
    #[schema(max_length = 200)]
    pub role: Option<String>,
    /// What kind of organisation or person.
    pub agency_type: Option<AgencyType>,
    /// What the referrer is to the adult.
    #[schema(max_length = 200)]
    pub relationship: Option<String>,
    /// The referrer stays unnamed: beside `true` no name is taken, nor kept.
    pub anonymous: Option<bool>,
    /// Whether the referrer wants to hear what came of it.
    pub wants_feedback: Option<bool>,
    /// How to reach the referrer safely.
    #[schema(max_length = 500)]
    pub contact: Option<String>,
}

/// A way to reach the adult, and whether it is safe.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReferredContact {
    /// Telephone, e-mail, address …
    #[schema(min_length = 1, max_length = 40)]
    pub kind: String,
    /// Number or address.
    #[schema(min_length = 1, max_length = 500)]
    pub value: String,
    /// Whether it is safe to use.
    pub safe_to_use: Option<YesNoNotKnown>,
    /// Whether a message may be left.
    pub safe_to_leave_message: Option<YesNoNotKnown>,
}

/// The adult, as far as known.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReferredAdult {
    /// Family name.
    #[schema(min_length = 1, max_length = 200)]
    pub family_name: Option<String>,
    /// Given names.
    #[schema(max_items = 10)]
    pub given_names: Vec<GivenName>,
    /// What the adult likes to be called.
    #[schema(min_length = 1, max_length = 200)]
    pub preferred_name: Option<String>,
    /// Date of birth.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub date_of_birth: Option<NaiveDate>,
    /// NHS number; never needed.
    #[schema(extensions(("x-rule" = json!("nhs_number"))), example = "9434765919")]
    pub nhs_number: Option<String>,
    /// Postcode.
    #[schema(min_length = 2, max_length = 10)]
    pub postcode: Option<String>,
    /// Address.
    #[schema(min_length = 1, max_length = 500)]
    pub address: Option<String>,
    /// Where the adult is now.
    #[schema(min_length = 1, max_length = 500)]
    pub whereabouts_now: Option<String>,
    /// A description, where there is no name.
    #[schema(min_length = 1, max_length = 1000)]
    pub description: Option<String>,
    /// How to communicate with the adult.
    #[schema(max_items = 20)]
    pub communication_needs: Vec<CommunicationNeed>,
    /// Ways to reach the adult.
    #[schema(max_items = 20)]
    pub contact_points: Vec<ReferredContact>,
}

impl ReferredAdult {
    /// What the adult may be known by.
    pub fn likeness(&self) -> Likeness {
        Likeness {
            nhs_number: self.nhs_number.clone(),
            family_name: self.family_name.clone(),
            date_of_birth: self.date_of_birth,
            postcode: self.postcode.clone(),
            external_ids: vec![],
        }
    }
}

/// A given name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 100, example = "Ada")]
pub struct GivenName(pub String);

/// A need in communication (Accessible Information Standard).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "large print")]
pub struct CommunicationNeed(pub String);

/// What the worry is.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Concern {
    /// About one adult, or an organisation.
    pub kind: Option<ConcernKind>,
    /// What happened, factually.
    #[schema(min_length = 1, max_length = 16000, extensions(("x-rule" = json!("not_blank"))))]
    pub summary: String,
    /// First day.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub occurred_from: Option<NaiveDate>,
    /// Last day.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub occurred_to: Option<NaiveDate>,
    /// Whether it goes on.
    pub ongoing: Option<YesNoNotKnown>,
    /// Types of abuse, as far as they can be told.
    #[serde(default)]
    #[schema(max_items = 12)]
    pub abuse_types: Vec<AbuseType>,
    /// Where.
    pub location: Option<Location>,
    /// What care and support the adult needs.
    #[schema(min_length = 1, max_length = 4000)]
    pub care_and_support_needs: Option<String>,
    /// Why the adult cannot protect themselves.
    #[schema(min_length = 1, max_length = 4000)]
    pub unable_to_protect_reason: Option<String>,
    /// Injuries.
    #[schema(min_length = 1, max_length = 4000)]
    pub injuries: Option<String>,
    /// Whether the adult is in danger now.
    pub immediate_danger: Option<YesNoNotKnown>,
    /// What was done about it.
    #[schema(min_length = 1, max_length = 4000)]
    pub actions_taken: Option<String>,
}

/// Someone the risk may come from.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReferredPersonOfConcern {
    /// Name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What this person is to the adult.
    #[schema(min_length = 1, max_length = 200)]
    pub relationship: Option<String>,
    /// Whether this person works with adults at risk.
    pub works_with_adults: Option<YesNoNotKnown>,
    /// Whether this person knows of the referral.
    pub aware: Option<YesNoNotKnown>,
    /// Staff number: the accounts that have it do not see the referral.
    #[schema(min_length = 1, max_length = 60)]
    pub staff_number: Option<String>,
    /// Date of birth: accounts of this name and date of birth do not see the referral.
    #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
    pub date_of_birth: Option<NaiveDate>,
}

/// Somebody who must not see a referral, known by account, staff number or name.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MustNotSee {
    /// By account, where the referrer knows it. An API client's keeps its whole agency away; one that nobody here has
    /// is answered with a warning, since it keeps nobody away.
    pub user_id: Option<Id>,
    /// By staff number.
    #[schema(min_length = 1, max_length = 60)]
    pub staff_number: Option<String>,
    /// By name: every account of this name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// Others who may be at risk.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OthersAtRisk {
    /// Other adults.
    pub adults: Option<YesNoNotKnown>,
    /// Children.
    pub children: Option<YesNoNotKnown>,
    /// Whether children's services know.
    pub childrens_services_told: Option<YesNoNotKnown>,
}

/// Someone the adult would like to have beside them.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestedRepresentative {
    /// Name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What this person is to the adult.
    #[schema(min_length = 1, max_length = 200)]
    pub relationship: Option<String>,
}

/// The referrer's own grading of risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskGrading {
    /// Which scheme.
    #[schema(min_length = 1, max_length = 40)]
    pub scheme: String,
    /// Its value.
    #[schema(min_length = 1, max_length = 40)]
    pub value: String,
}

/// A reference in another system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalReference {
    /// Which system.
    #[schema(min_length = 1, max_length = 40)]
    pub system: String,
    /// Its reference.
    #[schema(min_length = 1, max_length = 100)]
    pub value: String,
}

/// The agency's own message, kept as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgencyPayload {
    /// What kind of message it is.
    #[schema(min_length = 1, max_length = 200)]
    pub schema: String,
    /// The message; at most 32 levels deep.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// A referral. The least that is needed: a summary, something to identify the adult by (or
/// `concern.kind: organisational`), and whether the adult agrees to sharing, with a reason unless they do.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "agencyReference": "PPN-2026-0042", "authority": "northbank",
    "referrer": {"name": "PC 1234 Okafor", "role": "police officer", "agencyType": "police", "wantsFeedback": true},
    "adult": {"familyName": "Example", "givenNames": ["Ada"], "dateOfBirth": "1948-02-03", "nhsNumber": "9434765919",
        "postcode": "SW1A 1AA", "whereaboutsNow": "at home", "communicationNeeds": ["large print"], "contactPoints": []},
    "concern": {"kind": "individual", "summary": "Money missing after visits", "occurredFrom": "2026-11-01",
        "ongoing": "yes", "abuseTypes": ["financial_or_material"], "location": "own_home",
        "careAndSupportNeeds": "Needs help with shopping", "unableToProtectReason": "Depends on her nephew",
        "injuries": "none seen", "immediateDanger": "no", "actionsTaken": "Spoke to her alone"},
    "personsOfConcern": [{"name": "A Nephew", "relationship": "nephew", "worksWithAdults": "not_known", "aware": "no"}],
    "othersAtRisk": {"adults": "no", "children": "not_known", "childrensServicesTold": "not_known"},
    "adultAware": "yes", "adultAgreesToShare": "no", "reasonWithoutAgreement": "Others may be at risk",
    "capacityIndication": "not_known", "reportedViews": "She wants it to stop",
    "requestedRepresentative": {"name": "A Niece", "relationship": "niece"},
    "riskGrading": {"scheme": "BRAG", "value": "amber"},
    "externalReferences": [{"system": "police_urn", "value": "01AB/1234/26"}]
}))]
pub struct NewReferral {
    /// The agency's own reference of this message about this adult; needed from API clients.
    #[schema(min_length = 1, max_length = 100)]
    pub agency_reference: Option<String>,
    /// The authority it goes to; the client's default, if absent.
    #[schema(min_length = 1, max_length = 40)]
    pub authority: Option<String>,
    /// Who refers.
    pub referrer: Option<Referrer>,
    /// The adult, as far as known.
    #[serde(default)]
    pub adult: ReferredAdult,
    /// What the worry is.
    pub concern: Concern,
    /// Whom the risk may come from.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub persons_of_concern: Vec<ReferredPersonOfConcern>,
    /// Who must not see this: it is hidden from them, from receipt on, and from the case it leads to. Whom nobody is found
    /// for is for staff to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub must_not_see: Vec<MustNotSee>,
    /// Others who may be at risk.
    #[serde(default)]
    pub others_at_risk: OthersAtRisk,
    /// Whether the adult knows of the referral.
    pub adult_aware: Option<YesNoNotKnown>,
    /// Whether the adult agrees that this is shared; never a gate.
    pub adult_agrees_to_share: AgreesToShare,
    /// Why it is shared without; needed unless the adult agrees.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason_without_agreement: Option<String>,
    /// Whether there are signs that the adult lacks capacity in the matter.
    pub capacity_indication: Option<YesNoNotKnown>,
    /// What the adult wants, as the referrer reports it; not yet the adult's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub reported_views: Option<String>,
    /// Whom the adult would like to have beside them.
    pub requested_representative: Option<RequestedRepresentative>,
    /// The referrer's own grading of risk.
    pub risk_grading: Option<RiskGrading>,
    /// References in other systems: an incident, a call.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub external_references: Vec<ExternalReference>,
    /// The agency's own message.
    pub agency_payload: Option<AgencyPayload>,
}

/// What becomes of a referral.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "decision": "accept", "allocateTo": "019a4c3e-8f00-7000-8000-000000000001" }))]
pub struct NewTriage {
    /// The decision.
    pub decision: TriageDecision,
    /// With `accept`: the practitioner it is allocated to.
    pub allocate_to: Option<Id>,
    /// With `accept`: the team it is allocated to.
    pub allocate_to_team: Option<Id>,
    /// With `accept` and `no_enquiry`: the known adult it is about.
    pub adult_id: Option<Id>,
    /// With `accept` and `no_enquiry`: it is about someone new, though a known adult looks alike.
    pub new_adult: Option<bool>,
    /// With `link`: the case it joins.
    pub case_id: Option<Id>,
    /// With `accept` and `no_enquiry`: the case of another adult of the same organisational concern.
    pub group_with_case_id: Option<Id>,
    /// With `no_enquiry`: what was done instead.
    #[serde(default)]
    #[schema(max_items = 11)]
    pub dispositions: Vec<Disposition>,
    /// The reasons; needed for every decision but `accept` and `link`.
    #[schema(min_length = 1, max_length = 8000)]
    pub narrative: Option<String>,
    /// With `no_enquiry`: what the adult thinks of it.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
    /// With `no_enquiry`: why the adult was not asked.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view_not_sought_reason: Option<String>,
    /// What the referrer is told, or why nothing.
    pub feedback_to_referrer: Option<FeedbackToReferrer>,
    /// Why the referrer is not told that someone looked at it; else triage acknowledges the referral.
    #[schema(min_length = 1, max_length = 2000)]
    pub acknowledgement_withheld_reason: Option<String>,
    /// With `more_information`: what the referrer is asked; opens an information request.
    #[schema(min_length = 1, max_length = 4000)]
    pub question: Option<String>,
    /// With `question`: what the answer is needed for.
    #[schema(min_length = 1, max_length = 1000)]
    pub needed_for: Option<String>,
}

/// A known adult who may be the one referred.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The adult's record.
    pub id: Id,
    /// The name it is under.
    pub name: String,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// What is the same.
    pub matched_on: Vec<MatchedOn>,
}

impl Candidate {
    /// A known record, and what it has in common.
    pub fn of(known: &Adult, matched_on: Vec<MatchedOn>) -> Self {
        Self {
            id: known.id,
            name: known.full_name(),
            date_of_birth: known.date_of_birth,
            matched_on,
        }
    }
}
