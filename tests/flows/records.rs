//! What the ledger keeps: people, records and texts as the calls that succeeded made them, and what somebody is to a case.

/// Somebody who calls, by place in `Ledger::people`.
pub type Who = usize;

/// Somebody as the ledger knows them.
pub struct Person {
    pub name: String,
    pub id: String,
    /// Role and authority, as the account said when it was last made or changed.
    pub roles: Vec<(String, String)>,
    pub enabled: bool,
    pub on_duty: bool,
    pub agency: Option<String>,
    /// Accounts with the same one are of one human.
    pub staff_number: Option<String>,
    pub is_client: bool,
}

impl Person {
    pub fn is(&self, role: &str, authority: &str) -> bool {
        let held = |(held, at): &(String, String)| held == role && at == authority;
        self.roles.iter().any(held)
    }

    pub fn is_staff(&self, authority: &str) -> bool {
        ["manager", "delegated_practitioner", "practitioner"]
            .iter()
            .any(|role| self.is(role, authority))
    }

    /// Whether they reach what each is given: the adult, representatives and advocates.
    pub fn is_given_cases(&self) -> bool {
        let given =
            |(role, _): &(String, String)| ["adult", "representative", "advocate"].contains(&role.as_str());
        self.roles.iter().any(given)
    }

    pub fn is_made_by_a_code(&self) -> bool {
        self.name.starts_with("app-")
    }

    /// An administrator or an auditor sees no case content, whatever else somebody gives them.
    pub fn never_sees_cases(&self) -> bool {
        let apart = |(role, _): &(String, String)| ["admin", "auditor"].contains(&role.as_str());
        self.roles.iter().any(apart)
    }
}

/// A record of an adult.
pub struct AdultRecord {
    pub id: String,
    pub authority: String,
    /// Which of the invented people it is of, as the first referral said.
    pub human: usize,
}

pub struct Case {
    pub id: String,
    /// As people read it out.
    pub reference: String,
    pub authority: String,
    pub adult: usize,
    pub allocated: Option<Who>,
    pub restricted: bool,
    pub closed: bool,
    /// The case that a transfer made of it: this one is history.
    pub went_to: Option<usize>,
    pub group: Option<usize>,
    pub outcomes: Vec<String>,
}

pub struct Referral {
    pub id: String,
    pub authority: String,
    pub human: usize,
    pub sender: Who,
    /// Who must not see it, as it says.
    pub hidden_from: Vec<Whom>,
    pub case: Option<usize>,
}

/// One record went into another, with the cases that moved.
pub struct Merge {
    pub from: usize,
    pub to: usize,
    pub moved: Vec<usize>,
    pub stands: bool,
}

/// Somebody named on a case: an adviser, or an agency with its sections.
pub struct Naming {
    pub id: String,
    pub case: usize,
    pub user: Option<Who>,
    pub agency: Option<String>,
    pub sections: Vec<String>,
    pub stands: bool,
}

/// A human or an agency, as somebody named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    Account(Who),
    Agency(String),
    StaffNumber(String),
}

/// Whom a conflict keeps away.
pub struct Exclusion {
    /// Its path; empty where the answer that wrote it does not say.
    pub id: String,
    pub case: usize,
    pub whom: Whom,
    pub stands: bool,
}

pub struct Representative {
    pub id: String,
    pub adult: usize,
    pub may_receive: Vec<String>,
    pub implicated: bool,
}

pub struct Assignment {
    pub id: String,
    pub case: usize,
    pub advocate: usize,
    pub works: bool,
    pub ended: bool,
}

/// An entry of the register of advocates.
pub struct Advocate {
    pub id: String,
    pub authority: String,
    /// Their own login, which reaches every case that asks for them.
    pub account: Option<Who>,
}

/// For whom an app is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    Adult,
    Representative(usize),
    Advocate(usize),
}

pub struct Code {
    pub code: String,
    pub case: usize,
    pub whose: For,
    /// Redeemed, or ended by a later invitation of the same person.
    pub spent: bool,
}

/// An account that came to a case by a code.
pub struct Joined {
    pub who: Who,
    pub case: usize,
    pub whose: For,
    /// Another app of the same person took its place, or the person lost it.
    pub ended: bool,
}

/// What was decided last about somebody's app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Allowed,
    Paused,
    NotSafe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    CaseNote,
    Outcome,
    Wish,
    Judgement,
    PractitionersView,
    ConfidentialAddress,
    Referral,
    PersonOfConcern,
    ConflictDetail,
    NamingReason,
    AppReason,
    Meeting,
    /// To which the ward is invited.
    MeetingWithTheWard,
}

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::CaseNote,
        Self::Outcome,
        Self::Wish,
        Self::Judgement,
        Self::PractitionersView,
        Self::ConfidentialAddress,
        Self::Referral,
        Self::PersonOfConcern,
        Self::ConflictDetail,
        Self::NamingReason,
        Self::AppReason,
        Self::Meeting,
        Self::MeetingWithTheWard,
    ];
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Case(usize),
    Adult(usize),
    Referral(usize),
}

/// A text with a word of its own.
pub struct Text {
    pub kind: Kind,
    pub places: Vec<Place>,
    pub by: Who,
    /// Its path, for marking it as entered in error.
    pub path: String,
    /// Where it was marked as entered in error: a copy elsewhere is that one's own record.
    pub in_error: Vec<Place>,
}

/// What somebody is to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Manager,
    Delegated,
    Allocated,
    OnDuty,
    Adviser,
    Emergency,
    Advocate,
    Adult,
    Representative(Vec<String>),
    Partner(Vec<String>),
}

impl Standing {
    fn is_staff(&self) -> bool {
        use Standing::{Adviser, Allocated, Delegated, Emergency, Manager, OnDuty};
        matches!(
            self,
            Manager | Delegated | Allocated | OnDuty | Adviser | Emergency
        )
    }

    /// Whether a text of this kind may be shown to somebody with this standing.
    pub fn may_see(&self, kind: Kind, in_error: bool) -> bool {
        use Standing::{
            Adult, Advocate, Allocated, Delegated, Emergency, Manager, OnDuty, Partner, Representative,
        };
        if in_error && !self.is_staff() {
            return false;
        }
        let has = |parts: &[String], part: &str| parts.iter().any(|held| held == part);
        match (kind, self) {
            (Kind::ConfidentialAddress, _) => matches!(self, Manager | Allocated | Emergency | Adult),
            (Kind::PersonOfConcern, Partner(parts)) => has(parts, "persons_of_concern"),
            (Kind::PersonOfConcern, _) => matches!(self, Manager | Delegated | Allocated | Emergency),
            (Kind::ConflictDetail | Kind::NamingReason, _) => matches!(self, Manager | Delegated | Allocated),
            (Kind::AppReason, _) => matches!(self, Manager | Delegated | Allocated | OnDuty),
            (Kind::CaseNote | Kind::PractitionersView, _) => self.is_staff(),
            (Kind::Referral, _) => matches!(self, Manager | Delegated | Allocated | Advocate),
            (Kind::Outcome, Representative(parts) | Partner(parts)) => has(parts, "outcomes"),
            (Kind::Judgement, Representative(parts)) => has(parts, "outcomes"),
            (Kind::Judgement, Partner(_)) => false,
            (Kind::Wish, Representative(parts) | Partner(parts)) => has(parts, "wishes"),
            (Kind::Meeting, Partner(_)) => false,
            (Kind::Meeting | Kind::MeetingWithTheWard, Representative(parts)) => has(parts, "meetings"),
            (Kind::MeetingWithTheWard, Partner(parts)) => has(parts, "meetings"),
            (Kind::Outcome | Kind::Judgement | Kind::Wish | Kind::Meeting | Kind::MeetingWithTheWard, _) => {
                true
            }
        }
    }
}
