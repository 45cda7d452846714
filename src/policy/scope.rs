//! The row filter of an action: the alternatives under which a case may be reached.

use super::{Action, Caller, CallerKind, Role, Standing};
use crate::ids::Id;

/// Which assignments give an advocate access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentAccess {
    /// Accepted or active: the advocate works on the case.
    Working,
    /// Requested: the advocate decides whether to accept.
    Asked,
}

/// One alternative. A record is in scope when any clause holds; no clause, no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// Every record of these authorities.
    Authorities(Standing, Vec<String>),
    /// Records allocated to this user or to one of these teams, in these authorities.
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
    /// Records this user was given access to in this relationship.
    Granted(Standing, Id),
    /// Records on which this user is an advocate.
    Advocate(AssignmentAccess, Id),
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
            Self::Authorities(standing, _) | Self::Granted(standing, _) => *standing,
            Self::Allocated { .. } => Standing::Allocated,
            Self::OpenUnrestricted(_) => Standing::OnDuty,
            Self::Advocate(AssignmentAccess::Working, _) => Standing::Advocate,
            Self::Advocate(AssignmentAccess::Asked, _) => Standing::AdvocateAsked,
            Self::ReferredBy(_) => Standing::ReferringAgency,
            Self::Enquiring(_) => Standing::EnquiringAgency,
            Self::SentBy(_) => Standing::Sender,
        }
    }
}

/// The alternatives, strongest standing first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope(pub Vec<Clause>);

/// What `caller` may reach for `action`.
pub fn scope(caller: &Caller, action: Action) -> Scope {
    let permitted = Standing::ALL.iter().filter(|standing| action.permits(**standing));
    Scope(
        permitted
            .filter_map(|standing| clause(caller, *standing))
            .collect(),
    )
}

fn clause(caller: &Caller, standing: Standing) -> Option<Clause> {
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
        Standing::Adult | Standing::Representative => caller
            .could_be(standing)
            .then_some(Clause::Granted(standing, caller.id)),
        Standing::Advocate => caller
            .could_be(standing)
            .then_some(Clause::Advocate(AssignmentAccess::Working, caller.id)),
        Standing::AdvocateAsked => caller
            .could_be(standing)
            .then_some(Clause::Advocate(AssignmentAccess::Asked, caller.id)),
        Standing::Sender => caller.could_be(standing).then_some(Clause::SentBy(caller.id)),
        Standing::ReferringAgency if caller.kind == CallerKind::Client => {
            caller.agency_id.map(Clause::ReferredBy)
        }
        Standing::EnquiringAgency if caller.kind == CallerKind::Client => {
            caller.agency_id.map(Clause::Enquiring)
        }
        Standing::ReferringAgency
        | Standing::EnquiringAgency
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
        }
    }

    #[test]
    fn the_admin_the_board_the_analyst_and_the_auditor_reach_no_case() {
        for role in [Role::Admin, Role::Board, Role::Analyst, Role::Auditor] {
            for action in Action::ALL {
                assert_eq!(
                    scope(&user(role), *action),
                    Scope::default(),
                    "{role:?} {action:?}"
                );
            }
        }
    }

    #[test]
    fn no_role_means_no_clause() {
        let mut nobody = user(Role::Manager);
        nobody.roles.clear();
        assert_eq!(scope(&nobody, Action::CasesRead), Scope::default());
    }
}
