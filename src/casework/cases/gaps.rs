//! What is owed to the adult and not done yet. It shows, and blocks nothing.

use super::model::{CaseState, Gap};
use super::surroundings::Surroundings;
use crate::casework::advocacy::model::NeedConclusion;

/// What is owed to the adult. Shown, and never in the way of anything.
pub fn gaps(state: CaseState, has_adult: bool, around: &Surroundings) -> Vec<Gap> {
    let (case, advocacy, telling) = (&around.facts.case, &around.facts.advocacy, &around.facts.telling);
    let is_open = CaseState::OPEN.contains(&state);
    let adult = around.adult.as_ref();
    let died = adult.is_some_and(|adult| adult.date_of_death.is_some());
    let owed = [
        (
            Gap::AdultNotAsked,
            has_adult && !case.has_outcomes && !case.adult_asked && is_open,
        ),
        (
            Gap::NobodyToSupport,
            advocacy.need == Some(NeedConclusion::Duty) && !advocacy.has_advocate,
        ),
        (Gap::AdvocacyBasisIncomplete, advocacy.basis_incomplete),
        (
            Gap::CapacityAssessmentPending,
            advocacy.has_imca && !case.capacity_assessed,
        ),
        (Gap::AdultNotTold, has_adult && !telling.adult_told && is_open),
        (Gap::NotAllocated, !around.allocated && is_open),
        (Gap::CausedEnquiryUnanswered, case.caused_unanswered),
        (
            Gap::FamilyNotToldBeforeCourt,
            telling.court_applied_to && !telling.family_told_of_court,
        ),
        (Gap::LookAgainAtTelling, telling.telling_is_due),
        (Gap::ReviewNotConsidered, died && !case.review_considered),
        (Gap::NobodyLeftToAct, case.nobody_left),
    ];
    owed.into_iter()
        .filter(|(_, owed)| *owed)
        .map(|(gap, _)| gap)
        .collect()
}
