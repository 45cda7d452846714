//! Use cases of assignments: asking an advocate, and what becomes of it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::{
    AdvocacyBasis, AdvocateCovers, Assignment, AssignmentContent, AssignmentKind, AssignmentState, is_theirs,
};
use super::needs::Need;
use super::{independence, rules};
use crate::act::Act;
use crate::body::Body;
use crate::casework::adults::contact_points::{self, SafeContact};
use crate::casework::cases::reach::{Reached, reach, reach_for};
use crate::casework::record::{Head, OwnedRow, row, write_new, write_over};
use crate::clock::{PastTime, UtcTime};
use crate::db::types::Json;
use crate::http::answer::View;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::people::adults::{self, AdultBrief};
use crate::people::advocates;
use crate::policy::{Action, Standing};
use crate::problem::{Code, Fault, Problem, repeated};

/// A request to an advocate.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "kind": "care_act_s68", "basis": "duty", "advocateId": "019a4c3e-8f00-7000-8000-000000000001"
}))]
pub struct NewAssignment {
    /// Kind of advocate.
    pub kind: AssignmentKind,
    /// Whether the authority must or may.
    pub basis: AdvocacyBasis,
    /// The advocate's entry in the register.
    pub advocate_id: Id,
    /// The need that stands behind it; without one the answer shows a gap.
    pub need_id: Option<Id>,
    /// What it covers.
    #[serde(default)]
    #[schema(max_items = 4)]
    pub covers: Vec<AdvocateCovers>,
}

/// What becomes of an assignment.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "to": "accepted" }))]
pub struct NewAssignmentStep {
    /// The state to go to.
    pub to: AssignmentState,
    /// Why; needed to decline, to end, and when not available.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// When it happened; now, if absent.
    #[schema(value_type = Option<PastTime>)]
    pub effective_at: Option<UtcTime>,
}

/// An assignment.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentView {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// Kind of advocate.
    pub kind: AssignmentKind,
    /// Whether the authority must or may.
    pub basis: AdvocacyBasis,
    /// The advocate's entry in the register.
    pub advocate_id: Id,
    /// The need that stands behind it.
    pub need_id: Option<Id>,
    /// Where it stands.
    pub state: AssignmentState,
    /// What it covers.
    pub covers: Vec<AdvocateCovers>,
    /// For an advocate who was asked: the adult's name and communication needs.
    pub adult: Option<AdultBrief>,
    /// For an advocate who was asked: how the adult can safely be reached.
    pub safe_contact: Option<Vec<SafeContact>>,
    /// For an advocate who was asked: whether the record knows of a conflict that would keep them away.
    pub known_conflict: Option<bool>,
    /// When the advocate accepted.
    pub accepted_at: Option<UtcTime>,
    /// When the advocate first met the adult.
    pub first_contact_at: Option<UtcTime>,
    /// When it ended, or was declined.
    pub ended_at: Option<UtcTime>,
    /// Why it was declined or ended.
    pub reason: Option<String>,
    /// 1, and one more with every step.
    pub version: i64,
    /// When the advocate was asked.
    pub created_at: UtcTime,
}

impl View for AssignmentView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn view(row: Assignment, adult: Option<AdultBrief>) -> AssignmentView {
    AssignmentView {
        id: row.id,
        kind: row.kind,
        basis: row.basis,
        advocate_id: row.advocate_id,
        need_id: row.need_id,
        state: row.state,
        covers: row.covers.0,
        adult,
        safe_contact: None,
        known_conflict: None,
        accepted_at: row.accepted_at,
        first_contact_at: row.first_contact_at,
        ended_at: row.ended_at,
        reason: row.reason,
        version: row.version,
        created_at: row.created_at,
    }
}

/// Asks an advocate.
pub fn request(act: &mut Act, case: Id, body: &Body<NewAssignment>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let new = body.valid()?;
    if new.kind.is_imca() {
        reach_for(act, case.row.id, Action::AssignmentsInstructImca)?;
    }
    let advocate = advocates::find(act.conn, &case.row.authority, new.advocate_id)?;
    let need = match new.need_id {
        Some(id) => Some(Need::find(act.conn, case.row.id, id)?),
        None => None,
    };
    let mut faults = repeated(
        &new.covers,
        |index| format!("/covers/{index}"),
        "Each stands here once.",
    );
    match &advocate {
        Some(advocate) => faults.extend(independence::fault(act, &case, advocate)?),
        None => faults.push(Fault::at(
            "/advocateId",
            "unknown",
            "There is no such entry in the register.",
        )),
    }
    if need.is_some_and(|found| found.is_none()) {
        faults.push(Fault::at(
            "/needId",
            "unknown",
            "There is no such need on this case.",
        ));
    }
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    advocates::hold(act.conn, new.advocate_id)?;
    let content = AssignmentContent {
        kind: new.kind,
        basis: new.basis,
        advocate_id: new.advocate_id,
        need_id: new.need_id,
        state: AssignmentState::Requested,
        accepted_at: None,
        first_contact_at: None,
        ended_at: None,
        reason: None,
        covers: Json(new.covers.clone()),
    };
    let assignment = Assignment::of(Head::new(act, &case), content);
    write_new(act, &assignment, "requested")
}

/// Reads an assignment. An advocate who was only asked sees their own, with what is needed to decide.
pub fn get(act: &mut Act, case: Id, id: Id) -> Result<AssignmentView, Problem> {
    let case = reach(act, case)?;
    let assignment = theirs(act, &case, id)?;
    shown(act, &case, assignment)
}

fn shown(act: &mut Act, case: &Reached, assignment: Assignment) -> Result<AssignmentView, Problem> {
    let decides = case.standing == Standing::AdvocateAsked;
    let adult = match case.row.adult_id.filter(|_| decides) {
        // Alerts are case content: they come with acceptance.
        Some(id) => adults::briefs(act.conn, &[id])?
            .remove(&id)
            .map(|brief| AdultBrief {
                alerts: vec![],
                ..brief
            }),
        None => None,
    };
    let mut shown = view(assignment, adult);
    if decides {
        shown.safe_contact = match case.row.adult_id {
            Some(adult) => Some(contact_points::safe(act.conn, adult)?),
            None => Some(vec![]),
        };
        let entry = advocates::find(act.conn, &case.row.authority, shown.advocate_id)?;
        let entry = entry.ok_or_else(Problem::not_found)?;
        shown.known_conflict = Some(independence::fault(act, case, &entry)?.is_some());
    }
    Ok(shown)
}

pub(super) fn theirs(act: &mut Act, case: &Reached, id: Id) -> Result<Assignment, Problem> {
    let assignment: Assignment = row(act, case, id)?;
    let own_only = case.standing == Standing::AdvocateAsked;
    if own_only && !is_theirs(act.conn, &assignment, act.caller.id)? {
        return Err(Problem::not_found());
    }
    Ok(assignment)
}

/// Lists the assignments of a case; for an advocate who was only asked, their own.
pub fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<AssignmentView>, Problem> {
    let case = reach(act, case)?;
    if case.standing != Standing::AdvocateAsked {
        return page_of(act, &case, page);
    }
    let rows = Rows::cut(Assignment::page(act.conn, case.row.id, page)?, page, |row| row.id);
    let mut views = Vec::new();
    for assignment in rows.items {
        if is_theirs(act.conn, &assignment, act.caller.id)? {
            views.push(shown(act, &case, assignment)?);
        }
    }
    Ok(Rows {
        items: views,
        next_after: rows.next_after,
    })
}

/// A page of the assignments of a case whose every record the caller reads.
pub fn page_of(act: &mut Act, case: &Reached, page: &PageRequest) -> Result<Rows<AssignmentView>, Problem> {
    let rows = Assignment::page(act.conn, case.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| view(row, None)))
}

/// Moves an assignment along.
pub fn step(act: &mut Act, case: Id, id: Id, body: &Body<NewAssignmentStep>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let mut assignment = theirs(act, &case, id)?;
    act.expect_version(assignment.version)?;
    let wanted = body.valid()?;
    let (from, to) = (assignment.state, wanted.to);
    let Some(action) = rules::step(from, to) else {
        let detail = format!("There is no step from {} to {}.", from.as_str(), to.as_str());
        return Err(Problem::invalid_transition(detail, &[]));
    };
    let reached = reach_for(act, case.row.id, action)?;
    let advocates_own = matches!(reached.standing, Standing::Advocate | Standing::AdvocateAsked);
    if advocates_own && !is_theirs(act.conn, &assignment, act.caller.id)? {
        return Err(Problem::new(Code::Forbidden));
    }
    if rules::needs_reason(to) && wanted.reason.is_none() {
        let missing = [Fault::required("/reason", "Say why.")];
        return Err(Problem::invalid_transition(
            "Something that must be recorded for this step is missing.",
            &missing,
        ));
    }
    let at = wanted.effective_at.unwrap_or(act.now);
    assignment.state = to;
    assignment.reason = wanted.reason.clone().or(assignment.reason);
    match to {
        AssignmentState::Accepted => assignment.accepted_at = Some(at),
        AssignmentState::Active => assignment.first_contact_at = Some(at),
        AssignmentState::Declined | AssignmentState::Ended | AssignmentState::Unavailable => {
            assignment.ended_at = Some(at);
        }
        AssignmentState::Requested => {}
    }
    write_over(act, &mut assignment, to.as_str())
}

/// The assignment after a step, for whoever took it: one's own last step may be what ended one's access.
pub fn after_step(act: &mut Act, case: Id, id: Id) -> Result<AssignmentView, Problem> {
    let assignment = Assignment::find(act.conn, case, id)?.ok_or_else(Problem::not_found)?;
    let own = is_theirs(act.conn, &assignment, act.caller.id)?;
    match own {
        true => Ok(view(assignment, None)),
        false => get(act, case, id),
    }
}
