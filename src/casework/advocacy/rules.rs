//! Rules of advocacy.

use super::model::AssignmentState;
use crate::policy::Action;

/// The permission a step of an assignment needs, if there is such a step.
pub fn step(from: AssignmentState, to: AssignmentState) -> Option<Action> {
    use AssignmentState as S;
    match (from, to) {
        (S::Requested, S::Accepted | S::Declined) => Some(Action::AssignmentsAnswer),
        (S::Accepted, S::Active) => Some(Action::AssignmentsEnd),
        (S::Requested | S::Accepted | S::Active, S::Ended | S::Unavailable) => Some(Action::AssignmentsEnd),
        _ => None,
    }
}

/// Whether a step needs a reason.
pub fn needs_reason(to: AssignmentState) -> bool {
    matches!(
        to,
        AssignmentState::Declined | AssignmentState::Ended | AssignmentState::Unavailable
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_ended_and_only_the_advocate_answers() {
        use AssignmentState as S;
        for ended in [S::Declined, S::Ended, S::Unavailable] {
            assert!(AssignmentState::ALL.iter().all(|to| step(ended, *to).is_none()));
        }
        assert_eq!(step(S::Requested, S::Accepted), Some(Action::AssignmentsAnswer));
        assert_eq!(step(S::Requested, S::Active), None);
    }
}
