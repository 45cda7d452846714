//! The decision about one case, as a pure function of the caller, the case, what the caller is to it, and the time.

use super::{Action, AssignmentAccess, Caller, CaseRelationship, Clause, Held, Scope, Seen, Standing, scope};
use crate::ids::Id;

/// What a decision needs to know of a case.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// The authority that keeps it.
    pub authority: String,
    /// Whether work goes on.
    pub is_open: bool,
    /// Whether it is only for those it names.
    pub restricted: bool,
    /// Whom it is allocated to.
    pub allocated_to: Option<Id>,
    /// The team it is allocated to.
    pub allocated_team: Option<Id>,
    /// Everything that the caller and the caller's agency are to it, holding or not.
    pub held: Vec<Held>,
    /// Whether any member of staff is named on it now.
    pub names_somebody: bool,
    /// Whether everything of its authority was given to the caller, because nobody else is left there.
    pub authority_was_given: bool,
    /// Whether an exclusion keeps the caller away: nothing permits then.
    pub excluded: bool,
}

/// As what a caller may do this to a case: the strongest standing that permits it; none, if they may not.
pub fn decide(caller: &Caller, action: Action, case: &CaseFacts) -> Option<Standing> {
    scope(caller, action).standing(case)
}

impl Scope {
    /// The strongest standing by which this scope reaches a case.
    pub fn standing(&self, case: &CaseFacts) -> Option<Standing> {
        if case.excluded {
            return None;
        }
        let holds = self.clauses.iter().find(|clause| self.reaches(clause, case));
        holds.map(Clause::standing)
    }

    fn reaches(&self, clause: &Clause, case: &CaseFacts) -> bool {
        let is = |relationship: CaseRelationship| {
            case.held
                .iter()
                .any(|held| held.relationship == relationship && held.holds(self.at))
        };
        let has_app = |relationship: CaseRelationship, part, seen| {
            case.held.iter().any(|held| {
                held.relationship == relationship
                    && held.holds(self.at)
                    && held.opens(part)
                    && (seen == Seen::NextSteps || !held.next_steps_only)
            })
        };
        let within = |authorities: &[String]| authorities.contains(&case.authority);
        match clause {
            Clause::Authorities(standing, authorities) => {
                // A restricted case that names nobody must not be lost to everybody: a manager takes it.
                let lost = case.allocated_to.is_none() && !case.names_somebody;
                let takes = *standing == Standing::Manager && lost;
                within(authorities) && (!case.restricted || takes || is(CaseRelationship::Adviser))
            }
            Clause::Allocated {
                user,
                teams,
                authorities,
            } => {
                let to_team = case.allocated_team.is_some_and(|team| teams.contains(&team));
                within(authorities) && (case.allocated_to == Some(*user) || (to_team && !case.restricted))
            }
            Clause::OpenUnrestricted(authorities) => within(authorities) && case.is_open && !case.restricted,
            Clause::Adviser(_, authorities) => within(authorities) && is(CaseRelationship::Adviser),
            Clause::Emergency(_, authorities) => within(authorities) && is(CaseRelationship::Emergency),
            Clause::Escalated(_, authorities) => {
                within(authorities) && (case.authority_was_given || is(CaseRelationship::Escalated))
            }
            Clause::Adult(_, authorities, seen) => {
                within(authorities) && has_app(CaseRelationship::Adult, None, *seen)
            }
            Clause::Representative(_, authorities, part, seen) => {
                within(authorities) && has_app(CaseRelationship::Representative, *part, *seen)
            }
            Clause::Advocate(AssignmentAccess::Working, _, authorities) => {
                within(authorities) && is(CaseRelationship::Advocate)
            }
            Clause::Advocate(AssignmentAccess::Asked, _, authorities) => {
                within(authorities) && is(CaseRelationship::AdvocateAsked)
            }
            Clause::Partner(_, authorities, part) => {
                within(authorities) && has_app(CaseRelationship::Partner, *part, Seen::NextSteps)
            }
            Clause::Enquiring(_, authorities) => within(authorities) && is(CaseRelationship::EnquiringAgency),
            // A referrer reads its referrals, never the case that came of them.
            Clause::ReferredBy(..) | Clause::SentBy(_) => false,
        }
    }
}
