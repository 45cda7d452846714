//! Codes and rows of plans, and the queries for their versions.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::NewPlan;
use crate::casework::cases::model::Agreement;
use crate::casework::outcomes::model::Party;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::PageRequest;
use crate::schema::meetings::{plan_versions, plans};

crate::codes! {
    /// Where a plan stands.
    pub enum PlanStatus {
        /// Being made.
        Draft = "draft",
        /// In force.
        Active = "active",
        /// No longer in force.
        Ended = "ended",
    }
}

/// An answer to a version of a plan.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreementGiven {
    /// The version that was answered.
    pub plan_version: i32,
    /// The answer.
    pub agrees: Agreement,
    /// In the adult's own words.
    pub words: Option<String>,
    /// Whose account it is: the adult's from their app, or the practitioner's.
    pub told_by: Party,
    /// When.
    pub at: UtcTime,
}

crate::case_row! {
    /// A plan as it is kept.
    PlanRow (PlanContent) in plans as "plan" {
        /// Where it stands.
        status: PlanStatus,
        /// The number of the version in `content`.
        plan_version: i32,
        /// The last answer to that version.
        adult_agrees: Agreement,
        /// Since when it is in force.
        active_from: Option<UtcTime>,
        /// When it ended.
        ended_at: Option<UtcTime>,
        /// Why it ended.
        ended_reason: Option<String>,
        /// The plan.
        content: Json<NewPlan>,
        /// Every answer to any version.
        agreements: Json<Vec<AgreementGiven>>,
    }
}

/// A version of a plan; append-only.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = plan_versions)]
pub struct PlanVersion {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The plan.
    pub plan_id: Id,
    /// The case.
    pub case_id: Id,
    /// The authority that owns the case.
    pub authority: String,
    /// 1 for the first.
    pub number: i32,
    /// Why it came.
    pub reason: Option<String>,
    /// The plan as it was written.
    pub content: Json<NewPlan>,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
}

/// Appends a version.
pub fn append(conn: &mut Connection, version: &PlanVersion) -> QueryResult<()> {
    diesel::insert_into(plan_versions::table)
        .values(version)
        .execute(conn)
        .map(drop)
}

/// A page of a plan's versions.
pub fn versions(conn: &mut Connection, plan: Id, page: &PageRequest) -> QueryResult<Vec<PlanVersion>> {
    let query = plan_versions::table
        .filter(plan_versions::plan_id.eq(plan))
        .into_boxed();
    crate::paged!(query, plan_versions, created_at, page)
        .select(PlanVersion::as_select())
        .load(conn)
}

/// One version of a plan.
pub fn version(conn: &mut Connection, plan: Id, id: Id) -> QueryResult<Option<PlanVersion>> {
    plan_versions::table
        .find(id)
        .filter(plan_versions::plan_id.eq(plan))
        .select(PlanVersion::as_select())
        .first(conn)
        .optional()
}
