//! The conclusion set and the closure checklist: drafts that save what is known so far. What judges whether
//! they are complete is the step that needs them ([`super::rules`]).

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::reach::reach;
use crate::act::Act;
use crate::body::Body;
use crate::casework::contacts::model::asked_results;
use crate::casework::outcomes::model::{Achieved, AskedAnswer};
use crate::casework::outcomes::{rules as outcome_rules, store as outcome_store};
use crate::casework::referrals::model::{AbuseType, Location};
use crate::casework::singleton::{self, Draft, Kind};
use crate::clock::UtcTime;
use crate::http::answer::View;
use crate::ids::Id;
use crate::problem::{Fault, Problem, repeated};

use super::model::Agreement;

crate::codes! {
    /// Who the source of risk is to the adult (Safeguarding Adults Collection).
    pub enum RiskSource {
        /// A provider of social care.
        ServiceProvider = "service_provider",
        /// Someone else the adult knows.
        OtherKnown = "other_known",
        /// Someone the adult does not know.
        OtherUnknown = "other_unknown",
        /// Not known.
        NotKnown = "not_known",
    }
}

crate::codes! {
    /// Result of assessing the risk (Safeguarding Adults Collection).
    pub enum AssessmentOutcome {
        /// Risk identified and action taken.
        RiskIdentifiedActionTaken = "risk_identified_action_taken",
        /// Risk identified and no action taken.
        RiskIdentifiedNoAction = "risk_identified_no_action",
        /// Risk Assessment inconclusive and action taken.
        InconclusiveActionTaken = "inconclusive_action_taken",
        /// Risk Assessment inconclusive and no action taken.
        InconclusiveNoAction = "inconclusive_no_action",
        /// No risk identified and action taken.
        NoRiskActionTaken = "no_risk_action_taken",
        /// No risk identified and no action taken.
        NoRiskNoAction = "no_risk_no_action",
        /// Enquiry ceased at individual's request and no action taken.
        CeasedAtIndividualsRequest = "ceased_at_individuals_request",
    }
}

impl AssessmentOutcome {
    /// Whether a risk was identified, so that its outcome is asked for.
    pub fn risk_identified(self) -> bool {
        matches!(
            self,
            Self::RiskIdentifiedActionTaken | Self::RiskIdentifiedNoAction
        )
    }
}

crate::codes! {
    /// What became of an identified risk (Safeguarding Adults Collection).
    pub enum RiskOutcome {
        /// Risk remained.
        RiskRemained = "risk_remained",
        /// Risk reduced.
        RiskReduced = "risk_reduced",
        /// Risk removed.
        RiskRemoved = "risk_removed",
    }
}

crate::codes! {
    /// Whether the adult lacked capacity in the matter (SG3a). The codes say the polarity out loud.
    pub enum CapacityAnswer {
        /// Yes, they lacked capacity.
        LackedCapacity = "lacked_capacity",
        /// No, they did not lack capacity.
        DidNotLackCapacity = "did_not_lack_capacity",
        /// Don't know.
        NotKnown = "not_known",
        /// Not recorded.
        NotRecorded = "not_recorded",
        /// There is no identified adult.
        NotApplicable = "not_applicable",
    }
}

crate::codes! {
    /// Who supported the adult.
    pub enum SupportedBy {
        /// An advocate.
        Advocate = "advocate",
        /// Family.
        Family = "family",
        /// A friend.
        Friend = "friend",
        /// Nobody.
        None = "none",
    }
}

/// One risk that was looked into.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskItem {
    /// Type of risk.
    #[serde(rename = "type")]
    pub risk_type: AbuseType,
    /// Where.
    pub location: Location,
    /// Who the source is to the adult.
    pub source: RiskSource,
}

/// How an enquiry ended.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "risks": [{"type": "financial_or_material", "location": "own_home", "source": "other_known"}],
    "riskAssessmentOutcome": "risk_identified_action_taken", "riskOutcome": "risk_reduced",
    "capacity": "did_not_lack_capacity", "supportedBy": ["advocate"], "asked": "asked_and_expressed",
    "overallAchievement": "partially", "overrideReason": "She counts the second outcome more",
    "reason": "The bank and a new carer keep her money safe", "adultView": "It is better now"
}))]
pub struct Conclusion {
    /// Types, places and sources of risk.
    #[schema(max_items = 50)]
    pub risks: Vec<RiskItem>,
    /// Result of assessing the risk.
    pub risk_assessment_outcome: Option<AssessmentOutcome>,
    /// What became of an identified risk.
    pub risk_outcome: Option<RiskOutcome>,
    /// Whether the adult lacked capacity in the matter.
    pub capacity: Option<CapacityAnswer>,
    /// Who supported the adult.
    #[schema(max_items = 4)]
    pub supported_by: Vec<SupportedBy>,
    /// Whether the adult was asked what they want: the recorded answer confirmed, or another with a reason.
    pub asked: Option<AskedAnswer>,
    /// How far the outcomes were achieved altogether: the derived answer confirmed, or another with a reason.
    pub overall_achievement: Option<Achieved>,
    /// Why an answer differs from the derived one, or was given by hand.
    #[schema(min_length = 1, max_length = 4000)]
    pub override_reason: Option<String>,
    /// Why the enquiry is concluded.
    #[schema(min_length = 1, max_length = 8000)]
    pub reason: Option<String>,
    /// What the adult thinks of the conclusion.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view: Option<String>,
    /// Why the adult was not asked.
    #[schema(min_length = 1, max_length = 4000)]
    pub adult_view_not_sought_reason: Option<String>,
}

/// What the record says by itself.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Derived {
    /// Whether the adult was asked; absent where the record does not say.
    pub asked: Option<AskedAnswer>,
    /// How far the outcomes were achieved; absent where there is no derivation.
    pub overall_achievement: Option<Achieved>,
}

/// The conclusion set with what the record derives.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConclusionView {
    /// The draft.
    pub conclusion: Conclusion,
    /// What the record says by itself.
    pub derived: Derived,
    /// 1, and one more with every replacement.
    pub version: i64,
    /// When it was last replaced.
    pub updated_at: Option<UtcTime>,
}

impl View for ConclusionView {
    fn version(&self) -> i64 {
        self.version
    }

    fn derived_mark(&self) -> Option<String> {
        let asked = self.derived.asked.map_or("-", AskedAnswer::as_str);
        let achieved = self.derived.overall_achievement.map_or("-", Achieved::as_str);
        Some(format!("{asked}.{achieved}"))
    }
}

crate::codes! {
    /// What is looked at before a case is closed.
    pub enum ClosureItem {
        /// Agreement with the adult.
        AgreementWithAdult = "agreement_with_adult",
        /// Referral for assessment and support.
        ReferralForSupport = "referral_for_support",
        /// Advice given.
        AdviceGiven = "advice_given",
        /// Organisations updated.
        OrganisationsUpdated = "organisations_updated",
        /// Feedback to the referrer.
        FeedbackToReferrer = "feedback_to_referrer",
        /// Action about the person of concern.
        PersonOfConcernAction = "person_of_concern_action",
        /// Support for others using the service.
        OthersSupported = "others_supported",
        /// Children's referral if needed.
        ChildrensReferral = "childrens_referral",
        /// Outcomes evaluated by the adult.
        OutcomesEvaluated = "outcomes_evaluated",
        /// A safeguarding adults review considered (Care Act 2014 s.44).
        ReviewConsidered = "review_considered",
        /// Lessons.
        Lessons = "lessons",
        /// Told how and whom to contact if worried again.
        ToldHowToGetHelpAgain = "told_how_to_get_help_again",
    }
}

crate::codes! {
    /// State of a checklist item; none of them blocks.
    pub enum ItemState {
        /// Done.
        Done = "done",
        /// Does not apply.
        NotApplicable = "not_applicable",
        /// Not done.
        NotDone = "not_done",
    }
}

/// An answered item.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChecklistItem {
    /// Which.
    pub item: ClosureItem,
    /// Its state.
    pub state: ItemState,
    /// A note.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

crate::codes! {
    /// Whether feedback was offered to the adult.
    pub enum Offered {
        /// It was.
        Yes = "yes",
        /// It was not.
        No = "no",
    }
}

/// What is looked at before a case is closed.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "items": [{"item": "feedback_to_referrer", "state": "done", "note": "Rang PC Okafor"}],
    "adultAgrees": "yes", "feedbackOffered": "yes"
}))]
pub struct ClosureChecklist {
    /// Answered items, each once.
    #[schema(max_items = 12)]
    pub items: Vec<ChecklistItem>,
    /// Whether the adult agrees with closing.
    pub adult_agrees: Option<Agreement>,
    /// In what the adult disagrees, and why.
    #[schema(min_length = 1, max_length = 4000)]
    pub disagreement: Option<String>,
    /// Whether the adult was offered to give feedback.
    pub feedback_offered: Option<Offered>,
    /// Why not.
    #[schema(min_length = 1, max_length = 4000)]
    pub feedback_not_offered_reason: Option<String>,
}

/// The closure checklist.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClosureChecklistView {
    /// Answered items.
    pub items: Vec<ChecklistItem>,
    /// Whether the adult agrees with closing.
    pub adult_agrees: Option<Agreement>,
    /// In what the adult disagrees, and why.
    pub disagreement: Option<String>,
    /// Whether the adult was offered to give feedback.
    pub feedback_offered: Option<Offered>,
    /// Why not.
    pub feedback_not_offered_reason: Option<String>,
    /// 1, and one more with every replacement.
    pub version: i64,
    /// When it was last replaced.
    pub updated_at: Option<UtcTime>,
}

impl View for ClosureChecklistView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Reads the conclusion set.
pub fn conclusion(act: &mut Act, case: Id) -> Result<ConclusionView, Problem> {
    let case = reach(act, case)?;
    let draft: Draft<Conclusion> = singleton::load(act.conn, case.row.id, Kind::Conclusion)?;
    let outcomes = outcome_store::judged(act.conn, case.row.id)?;
    let asked = asked_results(act.conn, case.row.id)?;
    Ok(ConclusionView {
        conclusion: draft.content,
        derived: Derived {
            asked: outcome_rules::asked(&outcomes, &asked),
            overall_achievement: outcome_rules::overall(&outcomes),
        },
        version: draft.version,
        updated_at: draft.updated_at,
    })
}

/// Replaces the conclusion set.
pub fn save_conclusion(act: &mut Act, case: Id, body: &Body<Conclusion>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let draft: Draft<Conclusion> = singleton::load(act.conn, case.row.id, Kind::Conclusion)?;
    act.expect_version(draft.version)?;
    let content = body.valid()?.clone();
    singleton::replace(act, &case, (case.row.id, Kind::Conclusion), &draft, content)?;
    Ok(case.row.id)
}

/// Reads the closure checklist.
pub fn checklist(act: &mut Act, case: Id) -> Result<ClosureChecklistView, Problem> {
    let case = reach(act, case)?;
    let draft: Draft<ClosureChecklist> = singleton::load(act.conn, case.row.id, Kind::ClosureChecklist)?;
    let ClosureChecklist {
        items,
        adult_agrees,
        disagreement,
        feedback_offered,
        feedback_not_offered_reason,
    } = draft.content;
    Ok(ClosureChecklistView {
        items,
        adult_agrees,
        disagreement,
        feedback_offered,
        feedback_not_offered_reason,
        version: draft.version,
        updated_at: draft.updated_at,
    })
}

/// Replaces the closure checklist.
pub fn save_checklist(act: &mut Act, case: Id, body: &Body<ClosureChecklist>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let draft: Draft<ClosureChecklist> = singleton::load(act.conn, case.row.id, Kind::ClosureChecklist)?;
    act.expect_version(draft.version)?;
    let content = body.checked(repeated_items)?.clone();
    singleton::replace(act, &case, (case.row.id, Kind::ClosureChecklist), &draft, content)?;
    Ok(case.row.id)
}

fn repeated_items(checklist: &ClosureChecklist) -> Vec<Fault> {
    let items: Vec<ClosureItem> = checklist.items.iter().map(|answered| answered.item).collect();
    let pointer = |index| format!("/items/{index}/item");
    repeated(&items, pointer, "Each item is answered once.")
}
