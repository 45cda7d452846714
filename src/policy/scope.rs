//! The row filter of an action: the alternatives under which a case may be reached, and what denies it first.

use super::{Action, Caller, CallerKind, Part, Role, Standing};
use crate::clock::UtcTime;
use crate::ids::Id;

/// Which assignments give an advocate access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentAccess {
    /// Accepted or active: the advocate works on the case.
    Working,
    /// Requested: the advocate decides whether to accept.
    Asked,
}

/// How much somebody's app must show for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Everything that is theirs.
    Whole,
    /// What happens next is enough.
    NextSteps,
}

impl Seen {
    fn by(action: Action) -> Self {
        match action {
            Action::MyViewRead | Action::RequestsAsk => Self::NextSteps,
            _ => Self::Whole,
        }
    }
}

/// One alternative. A record is in scope when any clause holds; no clause, no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// Every record of these authorities; of restricted cases those that name the user.
    Authorities(Standing, Vec<String>),
    /// Records allocated to this user or to one of these teams, in these authorities; of restricted cases those allocated
    /// to the user or that name them.
    Allocated {
        /// The user.
        user: Id,
        /// Casework teams of the user.
        teams: Vec<Id>,
        /// Where the user is staff.
        authorities: Vec<String>,
    },
    /// Open unrestricted records of these authorities.
    OpenUnrestricted(Vec<String>),
    /// Records of these authorities that name this user as an adviser.
    Adviser(Id, Vec<String>),
    /// Records of these authorities to which this user has emergency access now.
    Emergency(Id, Vec<String>),
    /// Records of these authorities that were given to this user because nobody else is left to act on them.
    Escalated(Id, Vec<String>),
    /// Records of these authorities of which this user is the adult, until some time after the case is closed.
    Adult(Id, Vec<String>, Seen),
    /// Records of these authorities of whose adult this user is a representative or supporter who may receive this part of it
    /// and is not implicated.
    Representative(Id, Vec<String>, Option<Part>, Seen),
    /// Records of these authorities on which this user is an advocate.
    Advocate(AssignmentAccess, Id, Vec<String>),
    /// Cases of these authorities, which share with this agency, that name it as a partner, with this section.
    Partner(Id, Vec<String>, Option<Part>),
    /// Cases of these authorities, which share with this agency, on which it was asked to enquire.
    Enquiring(Id, Vec<String>),
    /// Records that came from a referral of this agency to one of these authorities, which share with it; to whichever, where
    /// it adds to what it sent.
    ReferredBy(Id, Option<Vec<String>>),
    /// Referrals that this user sent.
    SentBy(Id),
}

impl Clause {
    /// The standing that the clause stands for.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Authorities(standing, _) => *standing,
            Self::Escalated(..) => Standing::Manager,
            Self::Allocated { .. } => Standing::Allocated,
            Self::OpenUnrestricted(_) => Standing::OnDuty,
            Self::Adviser(..) => Standing::Adviser,
            Self::Emergency(..) => Standing::Emergency,
            Self::Adult(..) => Standing::Adult,
            Self::Representative(..) => Standing::Representative,
            Self::Advocate(AssignmentAccess::Working, ..) => Standing::Advocate,
            Self::Advocate(AssignmentAccess::Asked, ..) => Standing::AdvocateAsked,
            Self::Partner(..) => Standing::Partner,
            Self::ReferredBy(..) => Standing::ReferringAgency,
            Self::Enquiring(..) => Standing::EnquiringAgency,
            Self::SentBy(_) => Standing::Sender,
        }
    }
}

/// What a caller may reach: a record in none of whose conflicts the caller stands, and for which any clause holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The alternatives, strongest standing first; none, no record.
    pub clauses: Vec<Clause>,
    /// The user, whom a conflict may name.
    pub caller: Id,
    /// The agency, which a conflict may name.
    pub agency: Option<Id>,
    /// The authorities whose manager the user is: restricted cases that name nobody are theirs to take.
    pub managed: Vec<String>,
    /// When the caller was looked up, for what holds only until some day.
    pub at: UtcTime,
}

impl Scope {
    /// Whom conflicts may name: the account, and the agency it works for (or the account again).
    pub fn in_conflicts(&self) -> (Id, Id) {
        (self.caller, self.agency.unwrap_or(self.caller))
    }

    /// The same caller, with these alternatives alone.
    pub fn only(&self, clauses: Vec<Clause>) -> Self {
        Self {
            clauses,
            caller: self.caller,
            agency: self.agency,
            managed: self.managed.clone(),
            at: self.at,
        }
    }
}

/// What `caller` may reach for `action`.
pub fn scope(caller: &Caller, action: Action) -> Scope {
    let permitted = Standing::ALL.iter().filter(|standing| action.permits(**standing));
    let clauses = permitted.filter_map(|standing| clause(caller, *standing, action));
    Scope {
        clauses: escalated(caller, action).into_iter().chain(clauses).collect(),
        caller: caller.id,
        agency: caller.agency_id,
        managed: caller.authorities_as(&[Role::Manager]),
        at: caller.at,
    }
}

/// Whoever was given what nobody else is left for decides on it as a manager.
fn escalated(caller: &Caller, action: Action) -> Option<Clause> {
    let staff_of = caller.staff_of();
    let given = caller.escalated && action.permits(Standing::Manager) && !staff_of.is_empty();
    given.then_some(Clause::Escalated(caller.id, staff_of))
}

fn clause(caller: &Caller, standing: Standing, action: Action) -> Option<Clause> {
    if !caller.could_be(standing) {
        return None;
    }
    // A client reaches nothing for which it has no scope.
    if caller.kind == CallerKind::Client
        && !action
            .client_scope()
            .is_some_and(|scope| caller.scopes.iter().any(|held| held == scope))
    {
        return None;
    }
    let some = |authorities: Vec<String>| (!authorities.is_empty()).then_some(authorities);
    // What somebody was given counts only beside a current role in the case's authority.
    let where_they_are = |role: Role| some(caller.authorities_as(&[role]));
    match standing {
        Standing::Manager => {
            some(caller.authorities_as(&[Role::Manager])).map(|in_| Clause::Authorities(standing, in_))
        }
        Standing::Delegated => some(caller.authorities_as(&[Role::DelegatedPractitioner]))
            .map(|in_| Clause::Authorities(standing, in_)),
        Standing::Allocated => some(caller.staff_of()).map(|authorities| Clause::Allocated {
            user: caller.id,
            teams: caller.teams.iter().map(|team| team.id).collect(),
            authorities,
        }),
        Standing::OnDuty => some(caller.duty_authorities()).map(Clause::OpenUnrestricted),
        Standing::Adviser => some(caller.staff_of()).map(|in_| Clause::Adviser(caller.id, in_)),
        Standing::Emergency => some(caller.staff_of()).map(|in_| Clause::Emergency(caller.id, in_)),
        Standing::Adult => {
            where_they_are(Role::Adult).map(|in_| Clause::Adult(caller.id, in_, Seen::by(action)))
        }
        Standing::Representative => where_they_are(Role::Representative)
            .map(|in_| Clause::Representative(caller.id, in_, action.part(), Seen::by(action))),
        Standing::Advocate => where_they_are(Role::Advocate)
            .map(|in_| Clause::Advocate(AssignmentAccess::Working, caller.id, in_)),
        Standing::AdvocateAsked => where_they_are(Role::Advocate)
            .map(|in_| Clause::Advocate(AssignmentAccess::Asked, caller.id, in_)),
        Standing::Partner => caller
            .agency_id
            .zip(some(caller.agreements.clone()))
            .map(|(agency, in_)| Clause::Partner(agency, in_, action.part())),
        Standing::ReferringAgency => caller.agency_id.and_then(|agency| match action {
            // What is sent always lands; only reading needs an agreement.
            Action::ReferralsSubmit | Action::ReferralsUpdate => Some(Clause::ReferredBy(agency, None)),
            _ => some(caller.agreements.clone()).map(|in_| Clause::ReferredBy(agency, Some(in_))),
        }),
        Standing::Sender if caller.kind == CallerKind::User => Some(Clause::SentBy(caller.id)),
        Standing::EnquiringAgency => caller
            .agency_id
            .zip(some(caller.agreements.clone()))
            .map(|(agency, in_)| Clause::Enquiring(agency, in_)),
        Standing::Sender
        | Standing::Staff
        | Standing::Board
        | Standing::Analyst
        | Standing::Admin
        | Standing::Auditor
        | Standing::Anyone => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::RoleGrant;

    fn user(role: Role) -> Caller {
        Caller {
            id: Id::new(),
            kind: CallerKind::User,
            name: "someone".to_owned(),
            agency_id: None,
            roles: vec![RoleGrant {
                role,
                authority: "northbank".to_owned(),
            }],
            teams: vec![],
            scopes: vec![],
            default_authority: None,
            authorities: vec![],
            agreements: vec![],
            escalated: false,
            at: crate::clock::now(),
        }
    }

    #[test]
    fn the_admin_the_board_the_analyst_and_the_auditor_reach_no_case() {
        for role in [Role::Admin, Role::Board, Role::Analyst, Role::Auditor] {
            for action in Action::ALL {
                let mut theirs = user(role);
                assert_eq!(scope(&theirs, *action).clauses, vec![], "{role:?} {action:?}");
                // Nor by working for an agency that everything is shared with.
                theirs.agency_id = Some(Id::new());
                theirs.agreements = vec!["northbank".to_owned()];
                assert_eq!(scope(&theirs, *action).clauses, vec![], "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn no_role_means_no_clause() {
        let mut nobody = user(Role::Manager);
        nobody.roles.clear();
        assert_eq!(scope(&nobody, Action::CasesRead).clauses, vec![]);
    }
}
