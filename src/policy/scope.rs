//! The row filter of an action: the alternatives under which a case may be reached, and what denies it first.

use super::{Action, Caller, CallerKind, Exceptions, Part, Role, Standing};
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
    Emergency(Id, Vec<String>, UtcTime),
    /// Records of which this user is the adult, until some time after the case is closed.
    Adult(Id, Seen, UtcTime),
    /// Records of whose adult this user is a representative or supporter who may receive this part of it and is not
    /// implicated.
    Representative(Id, Option<Part>, Seen, UtcTime),
    /// Records on which this user is an advocate.
    Advocate(AssignmentAccess, Id),
    /// Cases that name this agency as a partner, with this section.
    Partner(Id, Option<Part>, UtcTime),
    /// Cases on which this agency was asked to enquire.
    Enquiring(Id),
    /// Records that came from a referral of this agency.
    ReferredBy(Id),
    /// Referrals that this user sent.
    SentBy(Id),
}

impl Clause {
    /// The standing that the clause stands for.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Authorities(standing, _) => *standing,
            Self::Allocated { .. } => Standing::Allocated,
            Self::OpenUnrestricted(_) => Standing::OnDuty,
            Self::Adviser(..) => Standing::Adviser,
            Self::Emergency(..) => Standing::Emergency,
            Self::Adult(..) => Standing::Adult,
            Self::Representative(..) => Standing::Representative,
            Self::Advocate(AssignmentAccess::Working, _) => Standing::Advocate,
            Self::Advocate(AssignmentAccess::Asked, _) => Standing::AdvocateAsked,
            Self::Partner(..) => Standing::Partner,
            Self::ReferredBy(_) => Standing::ReferringAgency,
            Self::Enquiring(_) => Standing::EnquiringAgency,
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
    /// Which exceptions there may be for them.
    pub exceptions: Exceptions,
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
            exceptions: self.exceptions,
            managed: self.managed.clone(),
            at: self.at,
        }
    }
}

/// What `caller` may reach for `action`.
pub fn scope(caller: &Caller, action: Action) -> Scope {
    let permitted = Standing::ALL.iter().filter(|standing| action.permits(**standing));
    Scope {
        clauses: permitted
            .filter_map(|standing| clause(caller, *standing, action))
            .collect(),
        caller: caller.id,
        agency: caller.agency_id,
        exceptions: caller.exceptions,
        managed: caller.authorities_as(&[Role::Manager]),
        at: caller.at,
    }
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
        Standing::Adviser if !caller.exceptions.named => None,
        Standing::Emergency if !caller.exceptions.emergency => None,
        Standing::Adviser => some(caller.staff_of()).map(|in_| Clause::Adviser(caller.id, in_)),
        Standing::Emergency => {
            some(caller.staff_of()).map(|in_| Clause::Emergency(caller.id, in_, caller.at))
        }
        Standing::Adult => Some(Clause::Adult(caller.id, Seen::by(action), caller.at)),
        Standing::Representative => {
            let seen = Seen::by(action);
            Some(Clause::Representative(caller.id, action.part(), seen, caller.at))
        }
        Standing::Advocate => Some(Clause::Advocate(AssignmentAccess::Working, caller.id)),
        Standing::AdvocateAsked => Some(Clause::Advocate(AssignmentAccess::Asked, caller.id)),
        Standing::Partner if caller.kind != CallerKind::Client || caller.agreement_in_force => caller
            .agency_id
            .map(|agency| Clause::Partner(agency, action.part(), caller.at)),
        Standing::ReferringAgency => caller.agency_id.map(Clause::ReferredBy),
        Standing::Sender if caller.kind == CallerKind::User => Some(Clause::SentBy(caller.id)),
        Standing::EnquiringAgency => caller.agency_id.map(Clause::Enquiring),
        Standing::Sender
        | Standing::Partner
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
            agreement_in_force: false,
            exceptions: Exceptions::ANY,
            at: crate::clock::now(),
        }
    }

    #[test]
    fn the_admin_the_board_the_analyst_and_the_auditor_reach_no_case() {
        for role in [Role::Admin, Role::Board, Role::Analyst, Role::Auditor] {
            for action in Action::ALL {
                assert_eq!(scope(&user(role), *action).clauses, vec![], "{role:?} {action:?}");
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
