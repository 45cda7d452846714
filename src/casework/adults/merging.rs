//! Two records of one person become one, with a trail, and can be parted again.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::reach::{ReachedAdult, reach_adult};
use super::service;
use super::store::{self, MergeRow};
use crate::act::{Act, guarded};
use crate::body::Body;
use crate::casework::cases::{exclusions, protections};
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::ids::Id;
use crate::people::adults::Adult;
use crate::problem::{Code, Fault, Problem};

/// That another record is of the same person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"duplicateId": "01890000-0000-7000-8000-000000000001", "reason": "Same person under her maiden name"}))]
pub struct Merge {
    /// The record that goes into this one.
    pub duplicate_id: Id,
    /// Why they are one person.
    #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
}

/// That a merge was a mistake.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"duplicateId": "01890000-0000-7000-8000-000000000001", "reason": "Two sisters born on one day"}))]
pub struct Unmerge {
    /// The record that becomes one of its own again.
    pub duplicate_id: Id,
    /// Why they are two.
    #[schema(min_length = 1, max_length = 2000, extensions(("x-rule" = json!("not_blank"))))]
    pub reason: String,
}

/// One merge.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergeView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// The record that stays.
    pub adult_id: Id,
    /// The record that went into it.
    pub duplicate_id: Id,
    /// Why.
    pub reason: String,
    /// The cases that moved.
    pub moved_cases: Vec<Id>,
    /// When.
    pub merged_at: UtcTime,
    /// By whom.
    pub merged_by: Id,
    /// When it was taken back.
    pub unmerged_at: Option<UtcTime>,
    /// By whom.
    pub unmerged_by: Option<Id>,
    /// Why.
    pub unmerged_reason: Option<String>,
}

/// The trail of merges of an adult.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Merges {
    /// Oldest first.
    pub items: Vec<MergeView>,
}

/// Reads the trail.
pub fn trail(act: &mut Act, id: Id) -> Result<Merges, Problem> {
    let adult = reach_adult(act, id)?;
    let rows = store::merges_of(act.conn, adult.row.id)?;
    let items = rows.into_iter().map(|row| MergeView {
        id: row.id,
        adult_id: row.adult_id,
        duplicate_id: row.duplicate_id,
        reason: row.reason,
        moved_cases: row.moved_cases.0,
        merged_at: row.merged_at,
        merged_by: row.merged_by,
        unmerged_at: row.unmerged_at,
        unmerged_by: row.unmerged_by,
        unmerged_reason: row.unmerged_reason,
    });
    Ok(Merges {
        items: items.collect(),
    })
}

/// Merges a duplicate into this record: its cases move, it stays readable and says where it went.
pub fn merge(act: &mut Act, id: Id, body: &Body<Merge>) -> Result<Id, Problem> {
    let mut adult = reach_adult(act, id)?;
    act.expect_version(adult.row.version)?;
    let wanted = body.valid()?.clone();
    let mut duplicate = other_of(act, &adult, wanted.duplicate_id)?;
    if adult.row.merged_into.is_some() || duplicate.merged_into.is_some() {
        return Err(Problem::new(Code::Conflict).saying("One of the two was merged already."));
    }
    let moved = store::cases_of(act.conn, duplicate.id)?;
    store::move_cases(act.conn, &moved, adult.row.id, (act.now, act.caller.id))?;
    let merge = MergeRow {
        id: Id::new(),
        adult_id: adult.row.id,
        authority: adult.row.authority.clone(),
        duplicate_id: duplicate.id,
        reason: wanted.reason,
        moved_cases: Json(moved),
        merged_at: act.now,
        merged_by: act.caller.id,
        unmerged_at: None,
        unmerged_by: None,
        unmerged_reason: None,
    };
    store::append_merge(act.conn, &merge)?;
    duplicate.merged_into = Some(adult.row.id);
    service::write_over(act, &mut duplicate, "merged")?;
    service::write_over(act, &mut adult.row, "merged")?;
    protections::share(act, adult.row.id)?;
    Ok(adult.row.id)
}

/// Takes a merge back: exactly the cases that moved then move back.
pub fn unmerge(act: &mut Act, id: Id, body: &Body<Unmerge>) -> Result<Id, Problem> {
    let mut adult = reach_adult(act, id)?;
    act.expect_version(adult.row.version)?;
    let wanted = body.valid()?.clone();
    let mut duplicate = other_of(act, &adult, wanted.duplicate_id)?;
    let trail = store::merges_of(act.conn, adult.row.id)?;
    let standing = trail.into_iter().find(|merge| {
        merge.adult_id == adult.row.id && merge.duplicate_id == duplicate.id && merge.unmerged_at.is_none()
    });
    let merge = standing
        .ok_or_else(|| Problem::new(Code::Conflict).saying("That record is not merged into this one."))?;
    guarded(store::end_merge(
        act.conn,
        merge.id,
        (act.now, act.caller.id, &wanted.reason),
    )?)?;
    store::move_cases(
        act.conn,
        &merge.moved_cases.0,
        duplicate.id,
        (act.now, act.caller.id),
    )?;
    duplicate.merged_into = None;
    service::write_over(act, &mut duplicate, "unmerged")?;
    service::write_over(act, &mut adult.row, "unmerged")?;
    exclusions::refresh_around(act, &[adult.row.id, duplicate.id], &[])?;
    Ok(adult.row.id)
}

fn other_of(act: &mut Act, adult: &ReachedAdult, duplicate: Id) -> Result<Adult, Problem> {
    let found = store::find(act.conn, &act.scope(), duplicate)?;
    let same_authority = found.filter(|row| row.authority == adult.row.authority && row.id != adult.row.id);
    same_authority.ok_or_else(|| {
        Problem::invalid(vec![Fault::at(
            "/duplicateId",
            "unknown",
            "There is no such other adult in this authority.",
        )])
    })
}
