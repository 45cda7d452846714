//! What callers read: staff the referral, its referrer a receipt.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

use super::dto::NewReferral;
use super::model::{ReceiptFeedback, Referral, Status, Task, TaskKind, TriageDecision};
use crate::clock::UtcTime;
use crate::http::answer::View;
use crate::ids::Id;
use crate::policy::Standing;

/// Something that was received and could not be used.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Where it stood.
    pub pointer: String,
    /// Why.
    pub code: String,
}

/// What a referrer reads, and all of it: nothing tells whether the person is known.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Id of the referral.
    pub id: Id,
    /// For people to read out.
    #[schema(example = "REF-2026-000123")]
    pub reference: String,
    /// Where it stands; always `received` for a referrer who is no agency.
    pub status: Status,
    /// When it was received.
    pub received_at: UtcTime,
    /// The agency's own reference.
    pub agency_reference: Option<String>,
    /// When someone looked at it.
    pub acknowledged_at: Option<UtcTime>,
    /// What the referrer is told came of it.
    pub feedback: Option<ReceiptFeedback>,
    /// What happens next.
    pub what_happens_next: String,
    /// What to do now, where there is danger.
    pub if_urgent: Option<String>,
    /// What was received and could not be used.
    pub warnings: Vec<Warning>,
    /// 1, and one more with every change of the receipt.
    pub version: i64,
}

impl View for Receipt {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Referral> for Receipt {
    fn from(row: Referral) -> Self {
        let next = match row.receipt_status {
            Status::Received => "A safeguarding manager will look at this and decide what is done.",
            Status::InformationRequested => "We need to know more from you before we can decide.",
            Status::Accepted => "We are talking with the person and those who can help.",
            Status::AnotherRoute => "This is being dealt with in another way.",
            Status::Withdrawn => "You withdrew this. What we know already we still look at.",
            Status::Closed => "Our work on this has ended.",
        };
        let urgent = "If someone is in danger now, ring 999. Do not wait for us.";
        Self {
            id: row.id,
            status: row.receipt_status,
            received_at: row.created_at,
            acknowledged_at: row.acknowledged_at,
            feedback: row.told.0.feedback,
            what_happens_next: next.to_owned(),
            if_urgent: row.urgent.then(|| urgent.to_owned()),
            version: row.receipt_version,
            reference: row.reference,
            agency_reference: row.agency_reference,
            warnings: row
                .warnings
                .0
                .into_iter()
                .map(|unused| Warning {
                    pointer: unused.pointer,
                    code: unused.code,
                })
                .collect(),
        }
    }
}

/// Something about a referral that a manager must settle, or has.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Why.
    pub kind: TaskKind,
    /// Since when.
    pub opened_at: UtcTime,
    /// The update that opened it.
    pub update_id: Id,
    /// What the referrer said; for the manager.
    pub reason: Option<String>,
    /// When it was settled; absent while it is not.
    pub resolved_at: Option<UtcTime>,
    /// By whom.
    pub resolved_by: Option<Id>,
    /// What was done; for the manager.
    pub note: Option<String>,
    /// Whether the content may be read again.
    pub content_shown_again: Option<bool>,
}

impl TaskView {
    fn of(task: Task, to_the_manager: bool) -> Self {
        let done = task.resolution;
        Self {
            id: task.id,
            kind: task.kind,
            opened_at: task.opened_at,
            update_id: task.update_id,
            reason: to_the_manager.then_some(task.reason),
            resolved_at: done.as_ref().map(|done| done.at),
            resolved_by: done.as_ref().map(|done| done.by),
            content_shown_again: done.as_ref().map(|done| done.content_shown_again),
            note: done.filter(|_| to_the_manager).map(|done| done.note),
        }
    }
}

/// Why nobody but the manager reads what was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hidden {
    /// Since when.
    pub since: UtcTime,
    /// What the referrer said.
    pub reason: String,
}

/// Referrals about the same adult in the twelve months before.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlierReferrals {
    /// How many.
    pub count: usize,
    /// Which, newest first.
    pub ids: Vec<Id>,
}

/// A referral as the authority's staff read it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferralView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// For people to read out.
    #[schema(example = "REF-2026-000123")]
    pub reference: String,
    /// The authority it went to.
    pub authority: String,
    /// Where it stands.
    pub status: Status,
    /// Immediate danger was reported.
    pub urgent: bool,
    /// The agency's information-sharing agreement was not in force.
    pub agreement_lapsed: bool,
    /// The person is under 18: pass it to children's services.
    pub childrens_route: bool,
    /// When it was received.
    pub received_at: UtcTime,
    /// Since when there is something that nobody has looked at.
    pub unread_since: Option<UtcTime>,
    /// A task is unsettled.
    pub needs_attention: bool,
    /// What a manager must settle, or has.
    pub tasks: Vec<TaskView>,
    /// When the referrer withdrew it; that ends nothing here.
    pub withdrawn_at: Option<UtcTime>,
    /// Information requests that were not answered yet.
    pub open_requests: i32,
    /// The case it led to.
    pub case_id: Option<Id>,
    /// What was decided.
    pub decision: Option<TriageDecision>,
    /// The reasons.
    pub narrative: Option<String>,
    /// When it was decided.
    pub triaged_at: Option<UtcTime>,
    /// Whether it counts as a concern in the national collection.
    pub counts_as_concern: Option<bool>,
    /// The status that the referrer reads.
    pub receipt_status: Status,
    /// When the referrer was told that someone looked at it.
    pub acknowledged_at: Option<UtcTime>,
    /// Why the referrer is not told.
    pub acknowledgement_withheld_reason: Option<String>,
    /// What the referrer was last told came of it.
    pub feedback: Option<ReceiptFeedback>,
    /// Referrals about the same adult in the twelve months before, on the referral itself; for those who decide.
    pub earlier_referrals: Option<EarlierReferrals>,
    /// What was sent.
    pub content: Option<NewReferral>,
    /// What was received and could not be used, as it was received.
    #[schema(value_type = Vec<Object>)]
    pub unused: Vec<Value>,
    /// For the manager: nobody else reads the content, and why.
    pub hidden: Option<Hidden>,
    /// Fields that are withheld from this reader.
    pub withheld: Vec<String>,
    /// 1, and one more with every change.
    pub version: i64,
}

impl ReferralView {
    /// A referral as somebody of this standing reads it.
    pub fn of(row: Referral, standing: Standing, earlier_referrals: Option<EarlierReferrals>) -> Self {
        let is_manager = standing == Standing::Manager;
        let is_advocate = standing == Standing::Advocate;
        let is_hidden = row.is_hidden();
        let readable = is_manager || !is_hidden;
        let first_task = row.tasks.0.first().filter(|_| is_hidden && is_manager);
        let hidden = first_task.map(|task| Hidden {
            since: task.opened_at,
            reason: task.reason.clone(),
        });
        let told = row.told.0;
        let triage = row.triage.map(|triage| triage.0);
        let unused = row.warnings.0.iter().filter(|_| readable && !is_advocate);
        Self {
            id: row.id,
            reference: row.reference,
            authority: row.authority,
            status: row.status,
            urgent: row.urgent,
            agreement_lapsed: row.agreement_lapsed,
            childrens_route: row.childrens_route,
            received_at: row.created_at,
            unread_since: row.unread_since,
            needs_attention: row.needs_attention,
            withdrawn_at: row.withdrawn_at,
            open_requests: row.open_requests,
            case_id: row.case_id,
            decision: triage.as_ref().map(|triage| triage.decision),
            narrative: triage.and_then(|triage| triage.narrative),
            triaged_at: row.triaged_at,
            counts_as_concern: row.counts_as_concern,
            receipt_status: row.receipt_status,
            acknowledged_at: row.acknowledged_at,
            acknowledgement_withheld_reason: told.acknowledgement_withheld_reason,
            feedback: told.feedback,
            earlier_referrals,
            unused: unused
                .filter_map(|unused| serde_json::to_value(unused).ok())
                .collect(),
            content: readable.then_some(match is_advocate {
                true => for_advocate(row.content.0),
                false => row.content.0,
            }),
            hidden,
            withheld: match (readable, is_advocate) {
                (true, false) => vec![],
                (true, true) => WITHHELD_FROM_ADVOCATES.map(str::to_owned).to_vec(),
                (false, _) => vec!["content".to_owned(), "unused".to_owned()],
            },
            tasks: row
                .tasks
                .0
                .into_iter()
                .map(|task| TaskView::of(task, is_manager))
                .collect(),
            version: row.version,
        }
    }
}

/// Parts of a referral that an advocate does not read: who referred, the person of concern, where the adult may be reached
/// (the adult's record has what is safe), and what was sent in a form that nobody looked through.
const WITHHELD_FROM_ADVOCATES: [&str; 9] = [
    "content.referrer",
    "content.adult.postcode",
    "content.adult.address",
    "content.adult.whereaboutsNow",
    "content.adult.contactPoints",
    "content.personsOfConcern",
    "content.mustNotSee",
    "content.agencyPayload",
    "unused",
];

fn for_advocate(mut content: NewReferral) -> NewReferral {
    content.referrer = None;
    content.adult.postcode = None;
    content.adult.address = None;
    content.adult.whereabouts_now = None;
    content.adult.contact_points.clear();
    content.persons_of_concern.clear();
    content.must_not_see.clear();
    content.agency_payload = None;
    content
}

/// A referral, as much of it as the reader may know.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ReferralAnswer {
    /// To the authority's staff, and to the adult's advocate without what is withheld from them.
    Whole(Box<ReferralView>),
    /// To the referrer.
    Referrer(Box<Receipt>),
}

impl View for ReferralAnswer {
    fn version(&self) -> i64 {
        match self {
            Self::Whole(view) => view.version,
            Self::Referrer(receipt) => receipt.version,
        }
    }

    fn derived_mark(&self) -> Option<String> {
        match self {
            // Others come and join the adult's record without any change of this one.
            Self::Whole(view) => view
                .earlier_referrals
                .as_ref()
                .map(|earlier| earlier.count.to_string()),
            Self::Referrer(_) => None,
        }
    }
}

/// Filters of the list of referrals.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReferralFilter {
    /// Only referrals with this status; repeat for "or".
    #[serde(default)]
    #[param(inline)]
    pub status: Vec<Status>,
    /// The one with this reference of one's own agency.
    pub agency_reference: Option<String>,
    /// For staff and the adult's advocate: only those that led to this case.
    pub case_id: Option<Id>,
    /// For staff: only those with an unsettled task, or without.
    pub needs_attention: Option<bool>,
    /// For staff: only those with something that nobody has looked at, or without.
    pub unread: Option<bool>,
}
