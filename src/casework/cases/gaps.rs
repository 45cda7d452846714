//! What is owed to the adult and not done yet. It shows, and blocks nothing.

use super::model::{CaseState, Gap};
use super::store::Surroundings;
use crate::casework::advocacy::model::{AssignmentKind, NeedConclusion};

/// What is owed to the adult. Shown, and never in the way of anything.
pub fn gaps(state: CaseState, has_adult: bool, around: &Surroundings) -> Vec<Gap> {
    let mut gaps = Vec::new();
    if has_adult && !around.has_outcomes && !around.adult_asked && CaseState::OPEN.contains(&state) {
        gaps.push(Gap::AdultNotAsked);
    }
    if around.need == Some(NeedConclusion::Duty) && around.advocates.is_empty() {
        gaps.push(Gap::NobodyToSupport);
    }
    let on_paper = |kind: AssignmentKind, has_need: bool| kind != AssignmentKind::CareActS68 || has_need;
    if !around
        .advocates
        .iter()
        .all(|assignment| on_paper(assignment.kind, assignment.has_need))
    {
        gaps.push(Gap::AdvocacyBasisIncomplete);
    }
    if around
        .advocates
        .iter()
        .any(|assignment| assignment.kind.is_imca())
        && !around.capacity_assessed
    {
        gaps.push(Gap::CapacityAssessmentPending);
    }
    if has_adult && !around.adult_told && CaseState::OPEN.contains(&state) {
        gaps.push(Gap::AdultNotTold);
    }
    if !around.allocated && CaseState::OPEN.contains(&state) {
        gaps.push(Gap::NotAllocated);
    }
    if around.caused_unanswered {
        gaps.push(Gap::CausedEnquiryUnanswered);
    }
    if around.court_applied_to && !around.family_told_of_court {
        gaps.push(Gap::FamilyNotToldBeforeCourt);
    }
    if around.telling_is_due {
        gaps.push(Gap::LookAgainAtTelling);
    }
    let died = around
        .adult
        .as_ref()
        .is_some_and(|adult| adult.date_of_death.is_some());
    if died && !around.review_considered {
        gaps.push(Gap::ReviewNotConsidered);
    }
    if around.nobody_left {
        gaps.push(Gap::NobodyLeftToAct);
    }
    gaps
}
