//! Use cases of plans. Whoever writes one waits for whoever does so already: the adult answers without naming a
//! version, and being slower must not refuse them.

use super::model::{self, AgreementGiven, PlanRow, PlanStatus, PlanVersion};
use super::{
    NewPlan, NewPlanStep, NewPlanVersion, PlanAgreement, PlanAnswer, PlanStep, PlanVersionView, faults,
};
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::model::{Agreement, Case};
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::outcomes::model::Party;
use crate::casework::outcomes::store::one_at_a_time;
use crate::casework::record::{Head, OwnedRow, Record, row, write_new, write_over};
use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::problem::{Code, Fault, Problem};

/// Makes a plan: a draft.
pub fn make(act: &mut Act, case: Id, body: &Body<NewPlan>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let plan = PlanRow::new(Head::new(act, &case), body.checked(faults)?.clone());
    write_first(act, plan)
}

fn write_first(act: &mut Act, mut plan: PlanRow) -> Result<Id, Problem> {
    told_by_the_writer(act, &mut plan);
    let id = write_new(act, &plan, "made")?;
    append_version(act, &plan, Id::new(), None)?;
    Ok(id)
}

/// Notes what the writer says the adult thinks of the version in force.
fn told_by_the_writer(act: &Act, plan: &mut PlanRow) {
    if let Some(agrees) = plan.content.0.adult_agrees {
        plan.agreements.0.push(AgreementGiven {
            plan_version: plan.plan_version,
            agrees,
            words: None,
            told_by: Party::Practitioner,
            at: act.now,
        });
    }
}

fn append_version(act: &mut Act, plan: &PlanRow, id: Id, reason: Option<String>) -> Result<(), Problem> {
    let version = PlanVersion {
        id,
        plan_id: plan.id,
        case_id: plan.case_id,
        authority: plan.authority.clone(),
        number: plan.plan_version,
        reason,
        content: plan.content.clone(),
        created_at: act.now,
        created_by: act.caller.id,
    };
    Ok(model::append(act.conn, &version)?)
}

fn held(act: &mut Act, case: Id, plan: Id) -> Result<(Reached, PlanRow), Problem> {
    let case = reach(act, case)?;
    one_at_a_time(act.conn, case.row.id)?;
    let plan = row(act, &case, plan)?;
    Ok((case, plan))
}

/// Appends a version; answers its id.
pub fn revise(act: &mut Act, case: Id, plan: Id, body: &Body<NewPlanVersion>) -> Result<Id, Problem> {
    let (_, mut plan) = held(act, case, plan)?;
    act.expect_version(plan.version)?;
    let new = body.checked(|new| {
        let below = |fault: Fault| Fault {
            pointer: fault.pointer.map(|pointer| format!("/plan{pointer}")),
            ..fault
        };
        faults(&new.plan).into_iter().map(below).collect()
    })?;
    if plan.status == PlanStatus::Ended {
        let detail = "This plan has ended: make another.";
        return Err(Problem::new(Code::Conflict).saying(detail));
    }
    plan.plan_version += 1;
    plan.content = Json(new.plan.clone());
    plan.adult_agrees = new.plan.adult_agrees.unwrap_or(Agreement::NotKnown);
    told_by_the_writer(act, &mut plan);
    let id = act.new_id;
    write_over(act, &mut plan, "revised")?;
    append_version(act, &plan, id, Some(new.reason.clone()))?;
    Ok(id)
}

/// Takes down what the adult says to a plan: whatever its state, and whatever version they read.
pub fn agree(act: &mut Act, case: Id, plan: Id, body: &Body<PlanAgreement>) -> Result<Id, Problem> {
    let (_, mut plan) = held(act, case, plan)?;
    let said = body.valid()?;
    plan.adult_agrees = match said.agrees {
        PlanAnswer::Yes => Agreement::Yes,
        PlanAnswer::No => Agreement::No,
        PlanAnswer::Partly => Agreement::Partly,
    };
    plan.agreements.0.push(AgreementGiven {
        plan_version: plan.plan_version,
        agrees: plan.adult_agrees,
        words: said.words.clone(),
        told_by: Party::Adult,
        at: act.now,
    });
    write_over(act, &mut plan, "answered")
}

/// Puts a plan in force, or ends it.
pub fn step(act: &mut Act, case: Id, plan: Id, body: &Body<NewPlanStep>) -> Result<Id, Problem> {
    let (_, mut plan) = held(act, case, plan)?;
    act.expect_version(plan.version)?;
    let wanted = body.valid()?;
    let at = wanted.effective_at.unwrap_or(act.now);
    match (plan.status, wanted.to) {
        (PlanStatus::Draft, PlanStep::Active) => activate(act, &mut plan, at),
        (PlanStatus::Draft | PlanStatus::Active, PlanStep::Ended) => {
            if wanted.reason.is_none() {
                let missing = [Fault::required("/reason", "Say why it ends.")];
                return Err(Problem::invalid_transition(
                    "Something that must be recorded for this step is missing.",
                    &missing,
                ));
            }
            plan.status = PlanStatus::Ended;
            plan.ended_at = Some(at);
            plan.ended_reason = wanted.reason.clone();
            write_over(act, &mut plan, "ended")
        }
        (from, to) => {
            let detail = format!("There is no step from {} to {}.", from.as_str(), to.as_str());
            Err(Problem::invalid_transition(detail, &[]))
        }
    }
}

fn activate(act: &mut Act, plan: &mut PlanRow, at: UtcTime) -> Result<Id, Problem> {
    plan.status = PlanStatus::Active;
    plan.active_from = Some(at);
    write_over(act, plan, "activated")
}

/// Makes a plan that is in force at once, for a step of its case.
pub fn make_in_force(act: &mut Act, case: &Case, new: NewPlan, at: UtcTime) -> Result<Id, Problem> {
    let head = Head::of(act, Id::new(), (case.id, &case.authority));
    let mut plan = PlanRow::new(head, new);
    plan.status = PlanStatus::Active;
    plan.active_from = Some(at);
    write_first(act, plan)
}

/// Puts a plan in force for a step of its case that has judged it already; one that is in force stays so.
pub fn put_in_force(act: &mut Act, case: &Case, plan: Id, at: UtcTime) -> Result<(), Problem> {
    one_at_a_time(act.conn, case.id)?;
    let plan = PlanRow::find(act.conn, case.id, plan)?;
    let mut plan = plan.ok_or_else(|| Problem::internal("the plan of a step is gone"))?;
    match plan.status {
        PlanStatus::Draft => activate(act, &mut plan, at).map(drop),
        PlanStatus::Active => Ok(()),
        PlanStatus::Ended => Err(Problem::new(Code::Conflict)),
    }
}

/// Where the plan of this id on this case stands.
pub fn status_of(act: &mut Act, case: Id, plan: Id) -> Result<Option<PlanStatus>, Problem> {
    Ok(PlanRow::find(act.conn, case, plan)?.map(|plan| plan.status))
}

/// Reads a version.
pub fn version(act: &mut Act, case: Id, plan: Id, id: Id) -> Result<PlanVersionView, Problem> {
    let case = reach(act, case)?;
    let plan: PlanRow = row(act, &case, plan)?;
    let version = model::version(act.conn, plan.id, id)?.ok_or_else(Problem::not_found)?;
    Ok(PlanVersionView::of(version, plan.version))
}

/// Lists the versions of a plan.
pub fn versions(
    act: &mut Act,
    case: Id,
    plan: Id,
    page: &PageRequest,
) -> Result<Rows<PlanVersionView>, Problem> {
    let case = reach(act, case)?;
    let plan: PlanRow = row(act, &case, plan)?;
    let rows = model::versions(act.conn, plan.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| PlanVersionView::of(row, plan.version)))
}
