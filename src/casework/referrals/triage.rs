//! Triage: what becomes of a referral. Spans referral, adult and case in one transaction.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::dto::{Candidate, NewReferral, NewTriage, ReferredAdult};
use super::model::{Referral, Status, TriageDecision, TriageRecord};
use super::reach::{Reached, reach};
use super::requests::{self, NewInformationRequest};
use super::service::tell;
use super::{hidden_from, rules, store, telling};
use crate::act::Act;
use crate::body::Body;
use crate::casework::adults::service as adult_records;
use crate::casework::adults::store as adult_store;
use crate::casework::cases::dto::NewTransition;
use crate::casework::cases::exclusions;
use crate::casework::cases::model::CaseState;
use crate::casework::cases::reach::reach_for;
use crate::casework::cases::service::{self as cases, Opening};
use crate::casework::cases::team::{excluded, faults_of_allocation};
use crate::casework::cases::transfer;
use crate::db::types::Json;
use crate::http::answer::View;
use crate::ids::Id;
use crate::people::adults::{self, Adult, Likeness, MatchedOn, NhsNumberStatus};
use crate::people::authorities;
use crate::policy::{Action, Standing};
use crate::problem::{Code, Fault, Problem};

/// What triage did.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TriageView {
    /// The referral.
    pub id: Id,
    /// What was decided.
    pub decision: Option<TriageDecision>,
    /// Where the referral stands.
    pub status: Status,
    /// The case it led to.
    pub case_id: Option<Id>,
    /// Whether it counts as a concern in the national collection.
    pub counts_as_concern: Option<bool>,
    /// The referral's version.
    pub version: i64,
}

impl View for TriageView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Reads what was decided.
pub fn outcome(act: &mut Act, id: Id) -> Result<TriageView, Problem> {
    let row = reach(act, id)?.row;
    Ok(TriageView {
        id: row.id,
        decision: row.triage.map(|triage| triage.0.decision),
        status: row.status,
        case_id: row.case_id,
        counts_as_concern: row.counts_as_concern,
        version: row.version,
    })
}

/// Decides what becomes of a referral.
pub fn triage(act: &mut Act, id: Id, body: &Body<NewTriage>) -> Result<Id, Problem> {
    let Reached {
        row: mut referral,
        standing,
    } = reach(act, id)?;
    if referral.is_hidden() && standing != Standing::Manager {
        return Err(Problem::new(Code::Forbidden)
            .saying("It may name the wrong person: a manager settles that, or decides."));
    }
    act.expect_version(referral.version)?;
    let wanted = body.checked(rules::faults_of_triage)?.clone();
    if !rules::can_be_triaged(referral.status) {
        return Err(Problem::invalid_transition(
            "This referral was decided already.",
            &[],
        ));
    }
    let content = referral.content.0.clone();
    let has_adult = wanted.adult_id.is_some() || content.adult != ReferredAdult::default();
    let missing = rules::missing_for_triage(&wanted, has_adult);
    if !missing.is_empty() {
        return Err(Problem::invalid_transition(
            "Something that must be recorded for this is missing.",
            &missing,
        ));
    }
    referral.case_id = match wanted.decision {
        TriageDecision::Accept => Some(accept(act, &referral, &content, &wanted)?),
        TriageDecision::NoEnquiry => Some(end_without_enquiry(act, &referral, &content, &wanted)?),
        TriageDecision::Link => Some(link(act, &referral, &wanted)?),
        _ => None,
    };
    act.found.case_id = referral.case_id;
    settle(act, &mut referral, wanted)
}

fn settle(act: &mut Act, referral: &mut Referral, wanted: NewTriage) -> Result<Id, Problem> {
    referral.status = rules::status_after(wanted.decision);
    let settings = authorities::settings(act.conn, std::slice::from_ref(&referral.authority))?;
    let settings = settings.get(&referral.authority);
    let links_count = settings.is_some_and(|settings| settings.link_counts_as_concern == Some(true));
    referral.counts_as_concern = rules::counts_as_concern(wanted.decision, links_count);
    referral.triaged_at = Some(act.now);
    referral.triage = Some(Json(TriageRecord {
        decision: wanted.decision,
        narrative: wanted.narrative,
        by: act.caller.id,
    }));
    telling::acknowledged(act, referral, wanted.acknowledgement_withheld_reason);
    let is_asked = wanted.question.is_some();
    match wanted.question {
        Some(question) => {
            let needed_for = wanted.needed_for;
            let request = NewInformationRequest { question, needed_for };
            requests::open(act, referral, Id::new(), request)?;
        }
        None if wanted.decision == TriageDecision::MoreInformation => {}
        None => requests::lapse(act, referral)?,
    }
    let feedback = wanted.feedback_to_referrer;
    if let Some(feedback) = feedback.clone() {
        let code = rules::feedback_code(wanted.decision);
        telling::record(act, referral, Id::new(), feedback, code)?;
    }
    store::save(act, referral)?;
    tell(act, referral, "status_changed")?;
    if is_asked {
        tell(act, referral, "information_requested")?;
    }
    telling::tell_given(act, referral, feedback.as_ref())?;
    Ok(referral.id)
}

fn accept(
    act: &mut Act,
    referral: &Referral,
    content: &NewReferral,
    wanted: &NewTriage,
) -> Result<Id, Problem> {
    let allocated = (wanted.allocate_to, wanted.allocate_to_team);
    let faults = faults_of_allocation(act, &referral.authority, allocated)?;
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    open_case(act, referral, content, wanted)
}

fn open_case(
    act: &mut Act,
    referral: &Referral,
    content: &NewReferral,
    wanted: &NewTriage,
) -> Result<Id, Problem> {
    let adult = adult_of(act, referral, content, wanted)?;
    let group = match wanted.group_with_case_id {
        Some(case) => Some(transfer::group_of(
            act,
            case,
            &referral.authority,
            "/groupWithCaseId",
        )?),
        None => None,
    };
    let opening = Opening {
        authority: referral.authority.clone(),
        adult,
        allocated_to: wanted.allocate_to,
        allocated_team: wanted.allocate_to_team,
        group,
        transferred_from: None,
    };
    let case = cases::open(act, opening)?;
    hidden_from::keep_from(act, referral, &case)?;
    if let Some(user) = wanted.allocate_to
        && exclusions::keeps_from_case(act.conn, case.id, user)?
    {
        return Err(Problem::invalid(vec![excluded("/allocateTo")]));
    }
    Ok(case.id)
}

/// The case of a concern that ends at once, so that it is counted and found again.
fn end_without_enquiry(
    act: &mut Act,
    referral: &Referral,
    content: &NewReferral,
    wanted: &NewTriage,
) -> Result<Id, Problem> {
    let case = open_case(act, referral, content, wanted)?;
    let transition = NewTransition {
        to: CaseState::ClosedNoEnquiry,
        effective_at: None,
        enquiry_type: None,
        three_part_test: None,
        other_enquiry_reason: None,
        lead: None,
        adult_view: wanted.adult_view.clone(),
        adult_view_not_sought_reason: wanted.adult_view_not_sought_reason.clone(),
        dispositions: wanted.dispositions.clone(),
        narrative: wanted.narrative.clone(),
        feedback_to_referrer: wanted.feedback_to_referrer.clone(),
        plan: None,
        plan_id: None,
        reason: None,
    };
    cases::take_step(act, case, &transition)?;
    Ok(case)
}

fn link(act: &mut Act, referral: &Referral, wanted: &NewTriage) -> Result<Id, Problem> {
    let fault = || {
        Problem::invalid(vec![Fault::at(
            "/caseId",
            "unknown",
            "There is no such case in this authority.",
        )])
    };
    let id = wanted.case_id.ok_or_else(fault)?;
    let case = reach_for(act, id, Action::CasesDecide).map_err(|problem| problem.if_hidden(fault))?;
    if case.row.authority != referral.authority {
        return Err(fault());
    }
    hidden_from::keep_from(act, referral, &case.row)?;
    Ok(case.row.id)
}

/// The adult's record: the one named, a new one, or none where the concern identifies nobody.
fn adult_of(
    act: &mut Act,
    referral: &Referral,
    content: &NewReferral,
    wanted: &NewTriage,
) -> Result<Option<Id>, Problem> {
    if let Some(id) = wanted.adult_id {
        // Whoever may not know of an adult does not get a case about them either.
        let shown = adult_store::unhidden_of(act.conn, &act.scope(), &[id])?;
        return match adults::find(act.conn, &referral.authority, id)? {
            Some(adult) if shown.contains(&adult.id) => Ok(Some(adult.id)),
            _ => Err(Problem::invalid(vec![Fault::at(
                "/adultId",
                "unknown",
                "There is no such adult here.",
            )])),
        };
    }
    let adult = &content.adult;
    if *adult == ReferredAdult::default() {
        return Ok(None);
    }
    if wanted.new_adult != Some(true) {
        let candidates = candidates(act, referral)?;
        if !candidates.is_empty() {
            return Err(Problem::new(Code::PossibleMatch).with("candidates", candidates));
        }
    }
    let row = Adult {
        family_name: adult.family_name.clone(),
        given_names: Json(adult.given_names.iter().map(|name| name.0.clone()).collect()),
        preferred_name: adult.preferred_name.clone(),
        date_of_birth: adult.date_of_birth,
        nhs_number: adult.nhs_number.clone(),
        nhs_number_status: adult.nhs_number.as_ref().map(|_| NhsNumberStatus::Supplied),
        postcode: adult.postcode.clone(),
        ..Adult::new(Id::new(), &referral.authority, act.caller.id, act.now)
    };
    let row = adult_records::open(act, row, adult)?;
    Ok(Some(row))
}

/// Known adults who are very likely the one referred, and what they have in common; without those that are kept from the
/// caller.
pub fn strong_matches(act: &mut Act, referral: &Referral) -> Result<Vec<(Adult, Vec<MatchedOn>)>, Problem> {
    let likeness = referral.content.0.adult.likeness();
    let mut found = adult_records::likely_matches(act, &referral.authority, &likeness)?;
    found.retain(|(_, on)| Likeness::is_strong(on));
    Ok(found)
}

fn candidates(act: &mut Act, referral: &Referral) -> Result<Vec<Candidate>, Problem> {
    Ok(strong_matches(act, referral)?
        .into_iter()
        .map(|(known, on)| Candidate::of(&known, on))
        .collect())
}
