//! Safeguarding plans: what is done to keep the adult as safe as they want to be (Care and Support Statutory Guidance
//! 14.111). A plan changes by a new version with its reason; every earlier version stays readable, and so does every
//! answer of the adult to one of them.

pub mod model;
pub mod routes;
pub mod service;

use actix_web::{get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use self::model::{AgreementGiven, PlanContent, PlanRow, PlanStatus, PlanVersion};
use super::cases::model::Agreement;
use super::record::{Head, Record};
use crate::clock::{PastTime, UtcTime};
use crate::db::types::Json;
use crate::http::answer::View;
use crate::ids::Id;
use crate::problem::Fault;

/// A safeguarding plan. Each part may be left out, as long as there is one.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "safetySteps": "A key safe, and a visit each morning", "support": "Someone beside her when she rings the bank",
    "riskManagement": "She sees him on Sundays, with her purse at her niece's", "lead": "Priya Nair",
    "contingency": "Her niece comes the same day", "reviewOn": "2027-01-15", "adultAgrees": "partly"
}))]
pub struct NewPlan {
    /// The whole of it, where it is not told by its parts.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub content: Option<String>,
    /// What will be done to assure the adult's safety.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub safety_steps: Option<String>,
    /// Support, treatment or therapy, and advocacy.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub support: Option<String>,
    /// Changes to the way services are provided.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub service_changes: Option<String>,
    /// How the adult is supported to seek justice or redress.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub help_to_seek_justice: Option<String>,
    /// How risk is managed from now on.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub risk_management: Option<String>,
    /// What is done about the person or organisation of concern.
    #[schema(min_length = 1, max_length = 8000, extensions(("x-rule" = json!("not_blank"))))]
    pub person_of_concern_action: Option<String>,
    /// Who leads.
    #[schema(min_length = 1, max_length = 200)]
    pub lead: String,
    /// What is done if it does not work.
    #[schema(min_length = 1, max_length = 4000)]
    pub contingency: Option<String>,
    /// When it is looked at again; agreed, never a gate.
    pub review_on: Option<NaiveDate>,
    /// Whether the adult agrees, as they told the writer; any answer is taken. Not known, if absent.
    pub adult_agrees: Option<Agreement>,
}

impl From<super::cases::dto::PlanContent> for NewPlan {
    /// The plan of a case's step, which tells it as a whole.
    fn from(told: super::cases::dto::PlanContent) -> Self {
        Self {
            content: Some(told.content),
            safety_steps: None,
            support: None,
            service_changes: None,
            help_to_seek_justice: None,
            risk_management: None,
            person_of_concern_action: None,
            lead: told.lead,
            contingency: None,
            review_on: None,
            adult_agrees: Some(told.adult_agrees),
        }
    }
}

/// A new version of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "reason": "The morning visits were too early for her",
    "plan": {"safetySteps": "A key safe, and a visit at eleven", "lead": "Priya Nair", "adultAgrees": "yes"}
}))]
pub struct NewPlanVersion {
    /// Why it changes.
    #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
    /// The whole plan as it now is.
    pub plan: NewPlan,
}

crate::codes! {
    /// What the adult says to a plan.
    pub enum PlanAnswer {
        /// Agrees.
        Yes = "yes",
        /// Does not.
        No = "no",
        /// In part.
        Partly = "partly",
    }
}

/// What the adult says to the plan as it now is.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"agrees": "partly", "words": "Yes, but not on Sundays"}))]
pub struct PlanAgreement {
    /// Whether they agree.
    pub agrees: PlanAnswer,
    /// In their own words.
    #[schema(min_length = 1, max_length = 4000)]
    pub words: Option<String>,
}

crate::codes! {
    /// Where a plan can go to.
    pub enum PlanStep {
        /// In force.
        Active = "active",
        /// No longer in force.
        Ended = "ended",
    }
}

/// What becomes of a plan.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"to": "ended", "reason": "She is as safe as she wants to be without it"}))]
pub struct NewPlanStep {
    /// What becomes of it.
    pub to: PlanStep,
    /// Why; needed with `ended`.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
    /// When it happened; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub effective_at: Option<UtcTime>,
}

/// A safeguarding plan as it now is.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Where it stands.
    pub status: PlanStatus,
    /// 1 for the first; one more with every new version.
    pub plan_version: i32,
    /// The whole of it, where it is not told by its parts.
    pub content: Option<String>,
    /// What will be done to assure the adult's safety.
    pub safety_steps: Option<String>,
    /// Support, treatment or therapy, and advocacy.
    pub support: Option<String>,
    /// Changes to the way services are provided.
    pub service_changes: Option<String>,
    /// How the adult is supported to seek justice or redress.
    pub help_to_seek_justice: Option<String>,
    /// How risk is managed from now on.
    pub risk_management: Option<String>,
    /// What is done about the person or organisation of concern.
    pub person_of_concern_action: Option<String>,
    /// Who leads.
    pub lead: String,
    /// What is done if it does not work.
    pub contingency: Option<String>,
    /// When it is looked at again.
    pub review_on: Option<NaiveDate>,
    /// Whether the adult agrees with this version: the last answer to it.
    pub adult_agrees: Agreement,
    /// Every answer to any of its versions, and whose account it is.
    pub agreements: Vec<AgreementGiven>,
    /// Since when it is in force.
    pub active_from: Option<UtcTime>,
    /// When it ended.
    pub ended_at: Option<UtcTime>,
    /// Why it ended.
    pub ended_reason: Option<String>,
    /// 1, and one more with every change, also with every answer.
    pub version: i64,
    /// When it was made.
    pub created_at: UtcTime,
    /// When it last changed.
    pub updated_at: UtcTime,
}

impl View for PlanView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A version of a plan.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanVersionView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The plan.
    pub plan_id: Id,
    /// 1 for the first.
    pub plan_version: i32,
    /// Why it came; absent for the first.
    pub reason: Option<String>,
    /// The plan as it was written.
    pub plan: NewPlan,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// The plan's version now: what its ETag says.
    #[serde(skip)]
    pub version_of_plan: i64,
}

impl PlanVersionView {
    /// From the row and the version of the plan's record.
    pub fn of(row: PlanVersion, version_of_plan: i64) -> Self {
        Self {
            id: row.id,
            plan_id: row.plan_id,
            plan_version: row.number,
            reason: row.reason,
            plan: row.content.0,
            created_at: row.created_at,
            version_of_plan,
        }
    }
}

impl View for PlanVersionView {
    fn version(&self) -> i64 {
        self.version_of_plan
    }
}

impl Record for PlanRow {
    type Body = NewPlan;
    type View = PlanView;

    fn new(head: Head, body: NewPlan) -> Self {
        let content = PlanContent {
            status: PlanStatus::Draft,
            plan_version: 1,
            adult_agrees: body.adult_agrees.unwrap_or(Agreement::NotKnown),
            active_from: None,
            ended_at: None,
            ended_reason: None,
            content: Json(body),
            agreements: Json(vec![]),
        };
        Self::of(head, content)
    }

    fn body(&self) -> NewPlan {
        self.content.0.clone()
    }

    fn view(self) -> PlanView {
        let plan = self.content.0;
        PlanView {
            id: self.id,
            status: self.status,
            plan_version: self.plan_version,
            content: plan.content,
            safety_steps: plan.safety_steps,
            support: plan.support,
            service_changes: plan.service_changes,
            help_to_seek_justice: plan.help_to_seek_justice,
            risk_management: plan.risk_management,
            person_of_concern_action: plan.person_of_concern_action,
            lead: plan.lead,
            contingency: plan.contingency,
            review_on: plan.review_on,
            adult_agrees: self.adult_agrees,
            agreements: self.agreements.0,
            active_from: self.active_from,
            ended_at: self.ended_at,
            ended_reason: self.ended_reason,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A plan says something: as a whole, or in one of the parts that the guidance asks for.
fn faults(plan: &NewPlan) -> Vec<Fault> {
    let parts = [
        &plan.content,
        &plan.safety_steps,
        &plan.support,
        &plan.service_changes,
        &plan.help_to_seek_justice,
        &plan.risk_management,
        &plan.person_of_concern_action,
    ];
    match parts.iter().any(|part| part.is_some()) {
        true => vec![],
        false => vec![Fault::required(
            "/safetySteps",
            "Say what will be done, here or in another part of the plan.",
        )],
    }
}

crate::record_operations! {
    PlanRow, NewPlan, PlanView, tag "Plans", at "/v1/cases/{caseId}/plans",
    one "/v1/cases/{caseId}/plans/{planId}" (PlanPath), read "plans.read", write "plans.record",
    list list_plans "listPlans" "List safeguarding plans" "Drafts, those in force, and those that have ended.",
    create make_plan "makePlan" "Make a safeguarding plan"
        "A draft, version 1. It comes into force by its own step, or with the case's step to `plan`." by service::make,
    get get_plan "getPlan" "Read a safeguarding plan" "As it now is, with every answer of the adult.",
}
