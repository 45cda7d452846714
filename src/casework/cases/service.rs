//! Use cases of a case: open one, read, list, take a step.

use serde_json::{Value, json};

use super::closing::{ClosureChecklist, Conclusion};
use super::dto::{CaseFilterParams, CaseView, EnquiryView, Expand, NewTransition};
use super::gaps;
use super::model::{Case, CaseState, Enquiry, EnquiryContent, EnquiryType, Transition};
use super::protections;
use super::reach::{Reached, reach, reach_for};
use super::reachable::{self, Allocated, CaseFilter};
use super::rules::{self, Facts, Step};
use super::store;
use super::surroundings::{Surroundings, surroundings};
use crate::act::Act;
use crate::body::Body;
use crate::casework::contacts::model as contacts;
use crate::casework::outcomes;
use crate::casework::plans::service as plans;
use crate::casework::record::{self, Head, OwnedRow};
use crate::casework::referrals::model::Status;
use crate::casework::referrals::telling;
use crate::casework::singleton::{self, Kind};
use crate::clock::UtcTime;
use crate::db::numbering::{Series, next_reference};
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::people::adults::AdultBrief;
use crate::policy::{Action, Standing};
use crate::problem::{Code, Problem};

/// A case to be opened from a referral.
pub struct Opening {
    /// The authority that owns it.
    pub authority: String,
    /// The adult, where one is identified.
    pub adult: Option<Id>,
    /// The practitioner it is allocated to.
    pub allocated_to: Option<Id>,
    /// The team it is allocated to.
    pub allocated_team: Option<Id>,
    /// The group it belongs to.
    pub group: Option<Id>,
    /// The case of another authority that it goes on from.
    pub transferred_from: Option<Id>,
}

/// Opens a case: a concern that was accepted.
pub fn open(act: &mut Act, opening: Opening) -> Result<Case, Problem> {
    let mut case = Case {
        id: Id::new(),
        authority: opening.authority,
        version: 1,
        created_at: act.now,
        created_by: act.caller.id,
        updated_at: act.now,
        updated_by: act.caller.id,
        reference: next_reference(act.conn, Series::Cases, act.now)?,
        state: CaseState::Concern,
        enquiry_type: None,
        adult_id: opening.adult,
        allocated_to: opening.allocated_to,
        allocated_team: opening.allocated_team,
        restricted: false,
        case_group_id: opening.group,
        transferred_from: opening.transferred_from,
        transferred_to: None,
        transfer: None,
    };
    store::insert(act.conn, &case)?;
    protections::take_over(act, &mut case)?;
    act.emit(
        "case",
        "opened",
        case.id,
        case.version,
        &case.authority,
        Some(case.id),
    )?;
    Ok(case)
}

/// Reads a case.
pub fn get(act: &mut Act, id: Id) -> Result<CaseView, Problem> {
    let case = reach(act, id)?;
    view(act, case)
}

/// Reads a case with some of its records.
pub fn get_with(act: &mut Act, id: Id, expand: &[Expand]) -> Result<CaseView, Problem> {
    let case = reach(act, id)?;
    let mut answer = view(act, case.clone())?;
    if expand.contains(&Expand::DesiredOutcomes) {
        // Whoever may read the case and not its outcomes gets the case without them.
        let readable = match Action::OutcomesRead.permits(case.standing) {
            true => Ok(case),
            false => reach_for(act, id, Action::OutcomesRead),
        };
        match readable {
            Ok(case) => answer.desired_outcomes = Some(outcomes::service::all(act, &case)?),
            Err(problem) if problem.code() == Code::Forbidden => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(answer)
}

/// A case does not name the one it was transferred from or to, where the caller is excluded from that one.
fn hide_moves(act: &mut Act, rows: &mut [Case]) -> Result<(), Problem> {
    let moves = rows
        .iter()
        .flat_map(|case| [case.transferred_from, case.transferred_to]);
    let moves: Vec<Id> = moves.flatten().collect();
    let hidden = store::excluded_of(act.conn, &moves, act.scope().in_conflicts())?;
    for case in rows {
        case.transferred_from = case.transferred_from.filter(|id| !hidden.contains(id));
        case.transferred_to = case.transferred_to.filter(|id| !hidden.contains(id));
    }
    Ok(())
}

/// A case that was reached, as this caller reads it.
pub fn view(act: &mut Act, mut case: Reached) -> Result<CaseView, Problem> {
    hide_moves(act, std::slice::from_mut(&mut case.row))?;
    let mut around = surroundings(act.conn, std::slice::from_ref(&case.row), act.now)?;
    let around = around.remove(&case.row.id).unwrap_or_default();
    let until = match case.standing {
        Standing::Emergency => store::emergency_until(act.conn, case.row.id, act.caller.id)?,
        _ => None,
    };
    let answer = shown(case.row, around, case.standing);
    Ok(CaseView {
        emergency_access_until: until,
        ..answer
    })
}

/// Lists the cases in the caller's scope.
pub fn list(act: &mut Act, params: &CaseFilterParams, page: &PageRequest) -> Result<Rows<CaseView>, Problem> {
    let allocated = match params.allocated_to.as_deref() {
        None => None,
        Some("me") => Some(Allocated::To(act.caller.id)),
        Some("none") => Some(Allocated::ToNobody),
        Some(text) => Some(Allocated::To(Id::parse(text).ok_or_else(|| {
            Problem::parameter(
                Code::BadParameter,
                "allocatedTo",
                "This must be `me`, `none` or the id of a user.",
            )
        })?)),
    };
    let filter = CaseFilter {
        states: params.state.clone(),
        allocated,
        authority: params.authority.clone(),
        group: params.case_group_id,
        reference: params.reference.clone(),
        adult: params.adult_id,
    };
    let page = reachable::list(act.conn, &act.scope(), &filter, page)?;
    let (mut rows, standings): (Vec<Case>, Vec<Standing>) = page.items.into_iter().unzip();
    hide_moves(act, &mut rows)?;
    let mut around = surroundings(act.conn, &rows, act.now)?;
    let each = rows.into_iter().zip(standings).map(|(case, standing)| {
        let around = around.remove(&case.id).unwrap_or_default();
        shown(case, around, standing)
    });
    Ok(Rows {
        items: each.collect(),
        next_after: page.next_after,
    })
}

fn shown(case: Case, around: Surroundings, standing: Standing) -> CaseView {
    // To those who have parts of the case its other parts show in no way.
    let in_parts = standing.has_only_parts();
    let sees_gaps = standing.is_staff() || standing == Standing::Advocate;
    let owed = sees_gaps.then(|| gaps::gaps(case.state, case.adult_id.is_some(), &around));
    CaseView {
        id: case.id,
        reference: case.reference,
        state: case.state,
        stage_label: around
            .stage_label
            .unwrap_or_else(|| case.state.label().to_owned()),
        enquiry_type: case.enquiry_type,
        authority: case.authority,
        // Alerts are for those who work with the adult.
        adult: around.adult.map(|adult| {
            if sees_gaps {
                adult
            } else {
                AdultBrief {
                    alerts: vec![],
                    ..adult
                }
            }
        }),
        allocated_to: case.allocated_to.filter(|_| standing != Standing::Partner),
        allocated_team: case.allocated_team.filter(|_| standing != Standing::Partner),
        case_group_id: case.case_group_id,
        transferred_from: case.transferred_from,
        transferred_to: case.transferred_to,
        next_meeting: around.facts.figures.next_meeting.filter(|_| !in_parts),
        open_actions: (!in_parts).then_some(around.facts.figures.open_actions),
        last_contact_with_adult_at: around
            .facts
            .figures
            .last_contact_with_adult_at
            .filter(|_| !in_parts),
        emergency_access_until: None,
        gaps: owed,
        desired_outcomes: None,
        version: case.version,
        created_at: case.created_at,
        updated_at: case.updated_at,
    }
}

/// Lists a case's enquiries.
pub fn enquiries(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<EnquiryView>, Problem> {
    let case = reach(act, case)?;
    let rows = Enquiry::page(act.conn, case.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| EnquiryView::of(row, &case)))
}

/// Reads one enquiry.
pub fn enquiry(act: &mut Act, case: Id, id: Id) -> Result<EnquiryView, Problem> {
    let case = reach(act, case)?;
    let enquiry = record::row::<Enquiry>(act, &case, id)?;
    Ok(EnquiryView::of(enquiry, &case))
}

/// Takes a step.
pub fn transition(act: &mut Act, id: Id, body: &Body<NewTransition>) -> Result<Id, Problem> {
    let mut case = reach(act, id)?.row;
    act.expect_version(case.version)?;
    let wanted = body.valid()?;
    let Some(step) = rules::step(case.state, wanted.to) else {
        let detail = format!(
            "There is no step from {} to {}.",
            case.state.as_str(),
            wanted.to.as_str()
        );
        return Err(Problem::invalid_transition(detail, &[]));
    };
    reach_for(act, id, step.action())?;
    let facts = facts(act, &case, step, wanted)?;
    let missing = rules::missing_for(step, wanted, &facts);
    if !missing.is_empty() {
        return Err(Problem::invalid_transition(
            "Something that must be recorded for this step is missing.",
            &missing,
        ));
    }
    let effective_at = wanted.effective_at.unwrap_or(act.now);
    take(act, &mut case, step, wanted, &facts, effective_at)?;
    Ok(id)
}

/// Takes a step as part of a larger use case that has judged it already.
pub fn take_step(act: &mut Act, id: Id, wanted: &NewTransition) -> Result<(), Problem> {
    let defect = || Problem::internal("the case of a step cannot take it");
    let mut case = store::find_any(act.conn, id)?.ok_or_else(defect)?;
    let step = rules::step(case.state, wanted.to).ok_or_else(defect)?;
    let facts = facts(act, &case, step, wanted)?;
    let effective_at = wanted.effective_at.unwrap_or(act.now);
    take(act, &mut case, step, wanted, &facts, effective_at)
}

fn facts(act: &mut Act, case: &Case, step: Step, wanted: &NewTransition) -> Result<Facts, Problem> {
    let mut facts = Facts {
        has_adult: case.adult_id.is_some(),
        enquiry_type: case.enquiry_type,
        ..Facts::default()
    };
    match step {
        Step::Conclude => {
            facts.conclusion = singleton::load::<Conclusion>(act.conn, case.id, Kind::Conclusion)?.content;
            facts.outcomes = outcomes::store::judged(act.conn, case.id)?;
            facts.came_of_asking = contacts::asked_results(act.conn, case.id)?;
        }
        Step::Close => {
            facts.checklist =
                singleton::load::<ClosureChecklist>(act.conn, case.id, Kind::ClosureChecklist)?.content;
        }
        Step::Reopen => facts.enquiry_type = store::last_enquiry_type(act.conn, case.id)?,
        Step::PutPlanInForce => {
            if let Some(plan) = wanted.plan_id {
                facts.named_plan = plans::status_of(act, case.id, plan)?;
            }
        }
        Step::OpenEnquiry | Step::EndWithoutEnquiry | Step::ChangeType => {}
    }
    Ok(facts)
}

fn take(
    act: &mut Act,
    case: &mut Case,
    step: Step,
    wanted: &NewTransition,
    facts: &Facts,
    effective_at: UtcTime,
) -> Result<(), Problem> {
    let from_state = case.state;
    let mut content = serde_json::to_value(wanted).map_err(|error| Problem::caused("a step", &error))?;
    match step {
        Step::OpenEnquiry => open_enquiry(
            act,
            case,
            wanted,
            wanted.enquiry_type,
            effective_at,
            content.clone(),
        )?,
        Step::ChangeType => change_type(act, case, wanted.enquiry_type)?,
        Step::Conclude => conclude(act, case, facts, effective_at)?,
        Step::Close => {
            if let Some(content) = content.as_object_mut() {
                content.insert("closureChecklist".to_owned(), json!(facts.checklist));
            }
        }
        Step::Reopen => {
            begin_anew(act, case)?;
            if wanted.to == CaseState::Enquiry {
                let kind = wanted.enquiry_type.or(facts.enquiry_type);
                open_enquiry(act, case, wanted, kind, effective_at, content.clone())?;
            }
        }
        Step::PutPlanInForce => put_plan_in_force(act, case, wanted, effective_at)?,
        Step::EndWithoutEnquiry => {}
    }
    case.state = wanted.to;
    store::save(act, case)?;
    let transition = Transition {
        id: Id::new(),
        case_id: case.id,
        authority: case.authority.clone(),
        from_state,
        to_state: wanted.to,
        effective_at,
        recorded_at: act.now,
        recorded_by: act.caller.id,
        content: Json(content),
    };
    store::append_transition(act.conn, &transition)?;
    let (verb, referral_status) = match step {
        Step::Close | Step::EndWithoutEnquiry => ("closed", Some(Status::Closed)),
        Step::Reopen => ("state_changed", Some(Status::Accepted)),
        _ => ("state_changed", None),
    };
    if let Some(status) = referral_status {
        let feedback = wanted.feedback_to_referrer.as_ref();
        let feedback = feedback.filter(|_| step == Step::EndWithoutEnquiry);
        telling::follow_case(act, case.id, status, feedback)?;
    }
    act.emit(
        "case",
        verb,
        case.id,
        case.version,
        &case.authority,
        Some(case.id),
    )
}

fn open_enquiry(
    act: &mut Act,
    case: &mut Case,
    wanted: &NewTransition,
    kind: Option<EnquiryType>,
    effective_at: UtcTime,
    decision: Value,
) -> Result<(), Problem> {
    let enquiry_type = kind.ok_or_else(|| Problem::internal("an enquiry without its type"))?;
    let lead = wanted.lead.clone().unwrap_or_else(|| case.authority.clone());
    case.enquiry_type = Some(enquiry_type);
    let head = Head::of(act, Id::new(), (case.id, &case.authority));
    let content = EnquiryContent {
        enquiry_type,
        started_on: effective_at.date(),
        concluded_on: None,
        lead,
        decision: Json(decision),
        conclusion: None,
    };
    record::write_new(act, &Enquiry::of(head, content), "opened").map(drop)
}

/// The next enquiry needs a conclusion of its own, and the next closing a checklist: those of before stay with the
/// enquiry and the step they belong to, and are not taken for the new ones.
fn begin_anew(act: &mut Act, case: &Case) -> Result<(), Problem> {
    let place = (case.id, case.authority.as_str());
    if matches!(case.state, CaseState::Concluded | CaseState::Closed) {
        singleton::begin_anew::<Conclusion>(act, place, Kind::Conclusion)?;
    }
    if case.state == CaseState::Closed {
        singleton::begin_anew::<ClosureChecklist>(act, place, Kind::ClosureChecklist)?;
    }
    Ok(())
}

fn put_plan_in_force(
    act: &mut Act,
    case: &Case,
    wanted: &NewTransition,
    effective_at: UtcTime,
) -> Result<(), Problem> {
    match (&wanted.plan, wanted.plan_id) {
        (Some(plan), _) => plans::make_in_force(act, case, plan.clone().into(), effective_at).map(drop),
        (None, Some(plan)) => plans::put_in_force(act, case, plan, effective_at),
        (None, None) => Err(Problem::internal("a step without its plan")),
    }
}

fn change_type(act: &mut Act, case: &mut Case, kind: Option<EnquiryType>) -> Result<(), Problem> {
    let (Some(mut enquiry), Some(kind)) = (store::open_enquiry(act.conn, case.id)?, kind) else {
        return Err(Problem::internal("no open enquiry to change the type of"));
    };
    enquiry.enquiry_type = kind;
    case.enquiry_type = Some(kind);
    record::write_over(act, &mut enquiry, "type_changed").map(drop)
}

fn conclude(act: &mut Act, case: &Case, facts: &Facts, effective_at: UtcTime) -> Result<(), Problem> {
    let Some(mut enquiry) = store::open_enquiry(act.conn, case.id)? else {
        return Err(Problem::internal("no open enquiry to conclude"));
    };
    enquiry.concluded_on = Some(effective_at.date());
    let derived = json!({
        "asked": outcomes::rules::asked(&facts.outcomes, &facts.came_of_asking),
        "overallAchievement": outcomes::rules::overall(&facts.outcomes),
    });
    enquiry.conclusion = Some(Json(
        json!({ "conclusion": facts.conclusion, "derived": derived }),
    ));
    record::write_over(act, &mut enquiry, "concluded").map(drop)
}
