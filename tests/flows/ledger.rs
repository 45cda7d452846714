//! What the calls that succeeded say about who may see what: the second opinion. It reads no table and asks no policy.

use std::collections::{BTreeMap, HashSet};

/// Somebody who calls, by place in [`Ledger::people`].
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

    /// An administrator or an auditor sees no case content, whatever else somebody gives them.
    fn never_sees_cases(&self) -> bool {
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
    pub authority: String,
    pub adult: usize,
    pub allocated: Option<Who>,
    pub restricted: bool,
    pub closed: bool,
    pub outcomes: Vec<String>,
}

pub struct Referral {
    pub id: String,
    pub authority: String,
    pub human: usize,
    pub sender: Who,
    pub case: Option<usize>,
}

/// Two records are of one person: merged, or one made from the other by a transfer.
pub struct Tie {
    pub from: usize,
    pub to: usize,
    pub moved: Vec<usize>,
    pub merge: bool,
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

/// Whom a conflict keeps away.
pub struct Exclusion {
    pub id: String,
    pub case: usize,
    pub user: Option<Who>,
    pub agency: Option<String>,
    pub stands: bool,
}

pub struct Representative {
    pub id: String,
    pub adult: usize,
    pub may_receive: Vec<String>,
    /// The account that staff named, where that is taken.
    pub account: Option<Who>,
    pub implicated: bool,
}

pub struct Assignment {
    pub id: String,
    pub case: usize,
    pub advocate: usize,
    pub works: bool,
}

/// An entry of the register of advocates.
pub struct Advocate {
    pub id: String,
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
    pub paused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub in_error: bool,
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
            (Kind::Outcome | Kind::Judgement | Kind::Wish, _) => true,
        }
    }
}

/// The calls that succeeded.
#[derive(Default)]
pub struct Ledger {
    pub people: Vec<Person>,
    pub adults: Vec<AdultRecord>,
    pub cases: Vec<Case>,
    pub referrals: Vec<Referral>,
    pub ties: Vec<Tie>,
    pub namings: Vec<Naming>,
    pub exclusions: Vec<Exclusion>,
    pub representatives: Vec<Representative>,
    pub advocates: Vec<Advocate>,
    pub assignments: Vec<Assignment>,
    pub codes: Vec<Code>,
    pub joined: Vec<Joined>,
    pub emergencies: Vec<(Who, usize)>,
    /// By the number in their word.
    pub texts: BTreeMap<usize, Text>,
}

impl Ledger {
    /// The records of one person, as far as merges and, with `travels`, transfers say so.
    pub fn same_person(&self, adult: usize, travels: bool) -> HashSet<usize> {
        let mut known = HashSet::from([adult]);
        loop {
            let before = known.len();
            for tie in self
                .ties
                .iter()
                .filter(|tie| tie.stands && (tie.merge || travels))
            {
                if known.contains(&tie.from) || known.contains(&tie.to) {
                    known.extend([tie.from, tie.to]);
                }
            }
            if known.len() == before {
                return known;
            }
        }
    }

    fn names(&self, exclusion: &Exclusion, who: Who) -> bool {
        let agency = self.people[who].agency.is_some() && exclusion.agency == self.people[who].agency;
        exclusion.stands && (exclusion.user == Some(who) || agency)
    }

    /// The records of adults from whom somebody is excluded.
    pub fn excluded_from(&self, who: Who) -> HashSet<usize> {
        let cases = self
            .exclusions
            .iter()
            .filter(|one| self.names(one, who))
            .map(|one| one.case);
        cases
            .flat_map(|case| self.same_person(self.cases[case].adult, true))
            .collect()
    }

    /// Whether a referral is one that an exclusion from these records hides: matched, or of the same name and birth.
    pub fn is_about(&self, referral: &Referral, adults: &HashSet<usize>) -> bool {
        match referral.case {
            Some(case) => adults.contains(&self.cases[case].adult),
            None => adults
                .iter()
                .any(|adult| self.adults[*adult].human == referral.human),
        }
    }

    pub fn standings(&self, who: Who, at: usize) -> Vec<Standing> {
        let (person, case) = (&self.people[who], &self.cases[at]);
        if !person.enabled || person.never_sees_cases() || self.excluded_from(who).contains(&case.adult) {
            return vec![];
        }
        let mut found = Vec::new();
        let mut add = |holds: bool, standing: Standing| found.extend(holds.then_some(standing));
        let staff = person.is_staff(&case.authority);
        let of_the_case = || {
            self.namings
                .iter()
                .filter(|naming| naming.case == at && naming.stands)
        };
        let advisers = || of_the_case().filter(|naming| naming.user.is_some());
        let named = staff && advisers().any(|naming| naming.user == Some(who));
        let allocated = staff && case.allocated == Some(who);
        // A restricted case that names nobody is for any manager, or nobody could take it.
        let open = !case.restricted
            || named
            || allocated
            || (advisers().next().is_none() && case.allocated.is_none());
        add(open && person.is("manager", &case.authority), Standing::Manager);
        add(
            open && person.is("delegated_practitioner", &case.authority),
            Standing::Delegated,
        );
        add(allocated, Standing::Allocated);
        add(
            staff && person.on_duty && !case.restricted && !case.closed,
            Standing::OnDuty,
        );
        add(named, Standing::Adviser);
        add(
            staff && self.emergencies.contains(&(who, at)),
            Standing::Emergency,
        );
        for naming in of_the_case().filter(|one| one.agency.is_some() && one.agency == person.agency) {
            add(true, Standing::Partner(naming.sections.clone()));
        }
        for assignment in self.assignments.iter().filter(|one| one.case == at && one.works) {
            let account = self.advocates[assignment.advocate].account == Some(who);
            let joined = self.has_joined(who, None, For::Advocate(assignment.advocate));
            add(account || joined, Standing::Advocate);
        }
        add(self.has_joined(who, Some(at), For::Adult), Standing::Adult);
        let hers = self.same_person(case.adult, false);
        for (number, one) in self.representatives.iter().enumerate() {
            let joined =
                one.account == Some(who) || self.has_joined(who, Some(at), For::Representative(number));
            let suspended = one.implicated || !hers.contains(&one.adult);
            add(
                joined && !suspended,
                Standing::Representative(one.may_receive.clone()),
            );
        }
        found
    }

    fn has_joined(&self, who: Who, case: Option<usize>, whose: For) -> bool {
        let fits =
            |one: &Joined| one.who == who && one.whose == whose && case.is_none_or(|case| one.case == case);
        self.joined.iter().any(|one| fits(one) && !one.paused)
    }

    /// Invariant 1: whether a role, a naming or a relationship lets somebody see this text.
    pub fn may_see(&self, who: Who, text: &Text) -> bool {
        text.places.iter().any(|place| match *place {
            Place::Case(case) => self.may_see_in(who, case, text),
            Place::Adult(adult) => {
                let hers = self.same_person(adult, false);
                let keeps =
                    self.people[who].enabled && self.people[who].is("manager", &self.adults[adult].authority);
                let (mut about, excluded) = (self.cases_of(&hers).peekable(), self.excluded_from(who));
                (about.peek().is_none() && keeps && !excluded.contains(&adult))
                    || about.any(|case| self.may_see_in(who, case, text))
            }
            Place::Referral(at) => {
                let referral = &self.referrals[at];
                let person = &self.people[who];
                let roles = ["manager", "delegated_practitioner"];
                let triages = roles.iter().any(|role| person.is(role, &referral.authority));
                let kept_away = self.is_about(referral, &self.excluded_from(who));
                person.enabled
                    && !kept_away
                    && (referral.sender == who || (referral.case.is_none() && triages))
                    || referral.case.is_some_and(|case| self.may_see_in(who, case, text))
            }
        })
    }

    fn may_see_in(&self, who: Who, case: usize, text: &Text) -> bool {
        let standings = self.standings(who, case);
        standings
            .iter()
            .any(|standing| standing.may_see(text.kind, text.in_error))
    }

    pub fn cases_of<'a>(&'a self, adults: &'a HashSet<usize>) -> impl Iterator<Item = usize> + 'a {
        let all = self.cases.iter().enumerate();
        all.filter(|(_, case)| adults.contains(&case.adult))
            .map(|(at, _)| at)
    }

    /// The ids that must not reach somebody: cases, records and referrals of those from whom they are excluded.
    pub fn hidden_ids(&self, who: Who) -> Vec<&str> {
        let adults = self.excluded_from(who);
        if adults.is_empty() {
            return vec![];
        }
        let cases = self.cases_of(&adults).map(|case| self.cases[case].id.as_str());
        let records = adults.iter().map(|adult| self.adults[*adult].id.as_str());
        let referrals = self
            .referrals
            .iter()
            .filter(|one| one.sender != who && self.is_about(one, &adults));
        cases
            .chain(records)
            .chain(referrals.map(|one| one.id.as_str()))
            .collect()
    }
}
