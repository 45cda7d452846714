//! What somebody is to one case by a record of it, as a decision sees it.

use super::Part;
use crate::clock::UtcTime;
use crate::db::code_set::{CodeSet, KeptAsBits};

crate::codes! {
    /// What somebody is to one case by a record of it: a naming, an app, an assignment.
    pub enum CaseRelationship {
        /// The case is allocated to them.
        Allocated = "allocated",
        /// The case is allocated to this team.
        Team = "team",
        /// A member of staff who is named on it.
        Adviser = "adviser",
        /// A member of staff who uses emergency access.
        Emergency = "emergency",
        /// A member of staff who has it because nobody else is left to act on it.
        Escalated = "escalated",
        /// Their assignment as an advocate was accepted and has not ended.
        Advocate = "advocate",
        /// They were asked to be its advocate and have not answered.
        AdvocateAsked = "advocate_asked",
        /// The adult it is about.
        Adult = "adult",
        /// Somebody who represents or supports the adult.
        Representative = "representative",
        /// A partner agency that is named on it.
        Partner = "partner",
        /// An agency that was asked to enquire (Care Act 2014 s.42(2)).
        EnquiringAgency = "enquiring_agency",
    }
}

impl CaseRelationship {
    /// What those are who are no staff and reach only the cases that each is given.
    pub const GIVEN: [Self; 4] = [
        Self::Adult,
        Self::Representative,
        Self::Advocate,
        Self::AdvocateAsked,
    ];
}

/// Parts of a case.
pub type Parts = CodeSet<Part>;

impl KeptAsBits for Part {
    const PLACES: &'static [Self] = Self::ALL;
}

crate::codes! {
    /// What a representative or supporter may receive.
    pub enum MayReceive {
        /// Desired outcomes.
        Outcomes = "outcomes",
        /// Wishes.
        Wishes = "wishes",
        /// Meetings.
        Meetings = "meetings",
        /// The plan.
        Plan = "plan",
        /// Next steps.
        NextSteps = "next_steps",
        /// Feedback.
        Feedback = "feedback",
        /// Decisions.
        Decisions = "decisions",
    }
}

impl KeptAsBits for MayReceive {
    const PLACES: &'static [Self] = Self::ALL;
}

impl MayReceive {
    /// The part of the case that it opens.
    pub const fn part(self) -> Part {
        match self {
            Self::Outcomes => Part::Outcomes,
            Self::Wishes => Part::Wishes,
            Self::Meetings => Part::Meetings,
            Self::Plan => Part::Plan,
            Self::NextSteps => Part::NextSteps,
            Self::Feedback => Part::Feedback,
            Self::Decisions => Part::Decisions,
        }
    }
}

/// One relationship of somebody to a case, with its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// What they are.
    pub relationship: CaseRelationship,
    /// Which parts of the case it opens, as bits.
    pub sections: i32,
    /// Whether it shows what happens next and nothing else.
    pub next_steps_only: bool,
    /// From when it holds; always, if nothing is said.
    pub starts_at: Option<UtcTime>,
    /// The instant from which it no longer holds.
    pub ends_at: Option<UtcTime>,
    /// Since when it is suspended, until somebody decides otherwise.
    pub suspended_at: Option<UtcTime>,
}

impl Held {
    /// Whether it holds at this time.
    pub fn holds(&self, now: UtcTime) -> bool {
        self.suspended_at.is_none()
            && self.starts_at.is_none_or(|from| from <= now)
            && self.ends_at.is_none_or(|until| until > now)
    }

    /// Whether it opens a part of the case; the case itself, if none is asked for.
    pub fn opens(&self, part: Option<Part>) -> bool {
        part.is_none_or(|part| self.sections & part.bit() != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(starts_at: Option<UtcTime>, ends_at: Option<UtcTime>) -> Held {
        Held {
            relationship: CaseRelationship::Partner,
            sections: Parts::from_iter([Part::Outcomes, Part::Capacity]).bits(),
            next_steps_only: false,
            starts_at,
            ends_at,
            suspended_at: None,
        }
    }

    #[test]
    fn it_holds_from_its_first_instant_until_before_its_last() {
        let now = crate::clock::now();
        let (before, after) = (now.plus_seconds(-1), now.plus_seconds(1));
        assert!(held(None, None).holds(now));
        assert!(held(Some(now), Some(after)).holds(now));
        assert!(!held(Some(after), None).holds(now));
        assert!(!held(Some(before), Some(now)).holds(now));
        let suspended = Held {
            suspended_at: Some(before),
            ..held(None, None)
        };
        assert!(!suspended.holds(now));
    }

    #[test]
    fn it_opens_its_own_parts_and_the_case_itself() {
        let some = held(None, None);
        assert!(some.opens(None) && some.opens(Some(Part::Capacity)));
        let others = Part::ALL
            .iter()
            .filter(|part| ![Part::Outcomes, Part::Capacity].contains(part));
        for part in others {
            assert!(!some.opens(Some(*part)), "{part:?}");
            assert!(
                Held {
                    sections: Parts::all().bits(),
                    ..some
                }
                .opens(Some(*part))
            );
        }
    }
}
