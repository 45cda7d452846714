//! The caller as the policy sees it: loaded afresh for every request, so that a change holds on the next one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Standing;
use crate::clock::UtcTime;
use crate::ids::Id;

crate::codes! {
    /// A role a user holds. Staff hold theirs in an authority.
    pub enum Role {
        /// Users, clients and settings; no case content.
        Admin = "admin",
        /// Decides, concludes, closes.
        Manager = "manager",
        /// Does the casework allocated to them or their team.
        Practitioner = "practitioner",
        /// A practitioner to whom triage and the enquiry decision are delegated.
        DelegatedPractitioner = "delegated_practitioner",
        /// Speaks up for the adult on assigned cases.
        Advocate = "advocate",
        /// The adult at risk, in their own app.
        Adult = "adult",
        /// Represents or supports the adult.
        Representative = "representative",
        /// Safeguarding adults board member.
        Board = "board",
        /// Analyst.
        Analyst = "analyst",
        /// Auditor.
        Auditor = "auditor",
    }
}

crate::codes! {
    /// What a team is for.
    pub enum TeamKind {
        /// Covers every open unrestricted case of its authority.
        Duty = "duty",
        /// Looks at new referrals.
        Triage = "triage",
        /// Is allocated cases.
        Casework = "casework",
        /// Advises on cases it is named on.
        ProfessionalStandards = "professional_standards",
    }
}

impl Role {
    /// Roles of those who are no staff of anybody's, and reach only the cases that each is given.
    pub const GIVEN_CASES: [Self; 3] = [Self::Adult, Self::Representative, Self::Advocate];
}

/// Roles of those to whom casework is allocated: an authority's staff.
pub const CASEWORK: [Role; 3] = [Role::Manager, Role::Practitioner, Role::DelegatedPractitioner];

/// A role, and where it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleGrant {
    /// The role.
    pub role: Role,
    /// The authority in which it is held.
    pub authority: String,
}

/// A team the caller is a member of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// The team.
    pub id: Id,
    /// Its authority.
    pub authority: String,
    /// What it is for.
    pub kind: TeamKind,
}

/// A person, a program of an agency, or this program itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A person with an account.
    User,
    /// An API client of an agency.
    Client,
    /// A command run by the operator.
    System,
}

impl CallerKind {
    /// As the audit trail writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::System => "system",
        }
    }
}

/// Who is calling, with everything a decision needs.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user's or client's id.
    pub id: Id,
    /// What kind of caller.
    pub kind: CallerKind,
    /// Name of the user or client.
    pub name: String,
    /// The agency the caller works for or belongs to.
    pub agency_id: Option<Id>,
    /// Roles of a user.
    pub roles: Vec<RoleGrant>,
    /// Teams of a user.
    pub teams: Vec<Team>,
    /// Scopes of a client.
    pub scopes: Vec<String>,
    /// The authority a client's referrals go to when it names none.
    pub default_authority: Option<String>,
    /// Every authority a client may refer to.
    pub authorities: Vec<String>,
    /// The authorities that share with the caller's agency: their agreement with it is in force today, and the client
    /// serves them, or the person has a role or is registered there.
    pub agreements: Vec<String>,
    /// Whether something was given to them that nobody else is left to act on.
    pub escalated: bool,
    /// When the caller was looked up, for what holds only until some time.
    pub at: UtcTime,
}

impl Caller {
    /// The authorities in which the caller holds one of these roles.
    pub fn authorities_as(&self, roles: &[Role]) -> Vec<String> {
        let mut held: Vec<String> = self
            .roles
            .iter()
            .filter(|grant| roles.contains(&grant.role))
            .map(|grant| grant.authority.clone())
            .collect();
        held.sort();
        held.dedup();
        held
    }

    /// The authorities whose staff the caller is.
    pub fn staff_of(&self) -> Vec<String> {
        self.authorities_as(&CASEWORK)
    }

    /// The authority the caller belongs to, where it is only one.
    pub fn home(&self) -> Option<&str> {
        let held = self.roles.iter().map(|grant| grant.authority.as_str());
        let served = self.authorities.iter().map(String::as_str);
        let mut all = held.chain(served).chain(self.default_authority.as_deref());
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// The codes of the roles held in this authority, or anywhere.
    pub fn roles_in(&self, authority: Option<&str>) -> Option<String> {
        let there = |grant: &&RoleGrant| authority.is_none_or(|authority| grant.authority == authority);
        let mut roles: Vec<&str> = self
            .roles
            .iter()
            .filter(there)
            .map(|grant| grant.role.as_str())
            .collect();
        roles.sort_unstable();
        roles.dedup();
        (!roles.is_empty()).then(|| roles.join(","))
    }

    fn holds(&self, role: Role) -> bool {
        self.roles.iter().any(|grant| grant.role == role)
    }

    /// Whether the caller's roles allow this standing towards some record.
    pub fn could_be(&self, standing: Standing) -> bool {
        match standing {
            Standing::Anyone => true,
            Standing::ReferringAgency | Standing::EnquiringAgency => self.kind == CallerKind::Client,
            Standing::Sender => {
                let others = [Role::Advocate, Role::Adult, Role::Representative];
                !self.staff_of().is_empty() || others.into_iter().any(|role| self.holds(role))
            }
            Standing::Partner => {
                let apart = [Role::Admin, Role::Auditor, Role::Board, Role::Analyst];
                self.agency_id.is_some()
                    && self.staff_of().is_empty()
                    && !apart.into_iter().any(|role| self.holds(role))
            }
            Standing::Manager => self.holds(Role::Manager) || (self.escalated && !self.staff_of().is_empty()),
            Standing::Delegated => self.holds(Role::DelegatedPractitioner),
            Standing::Allocated | Standing::Staff | Standing::Adviser | Standing::Emergency => {
                !self.staff_of().is_empty()
            }
            Standing::OnDuty => {
                !self.staff_of().is_empty() && self.teams.iter().any(|team| team.kind == TeamKind::Duty)
            }
            Standing::Advocate | Standing::AdvocateAsked => self.holds(Role::Advocate),
            Standing::Adult => self.holds(Role::Adult),
            Standing::Representative => self.holds(Role::Representative),
            Standing::Board => self.holds(Role::Board),
            Standing::Analyst => self.holds(Role::Analyst),
            Standing::Admin => self.holds(Role::Admin),
            Standing::Auditor => self.holds(Role::Auditor),
        }
    }

    /// Teams on duty whose authority's staff the caller still is.
    pub(super) fn duty_authorities(&self) -> Vec<String> {
        let staff_of = self.staff_of();
        let on_duty = self.teams.iter().filter(|team| team.kind == TeamKind::Duty);
        on_duty
            .map(|team| team.authority.clone())
            .filter(|authority| staff_of.contains(authority))
            .collect()
    }
}
