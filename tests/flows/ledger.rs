//! What the calls that succeeded say about who may see what: the second opinion. It reads no table and asks no policy.

use std::collections::{BTreeMap, HashSet};

pub use super::records::*;

/// The calls that succeeded.
#[derive(Default)]
pub struct Ledger {
    pub people: Vec<Person>,
    pub adults: Vec<AdultRecord>,
    pub cases: Vec<Case>,
    pub referrals: Vec<Referral>,
    pub merges: Vec<Merge>,
    pub namings: Vec<Naming>,
    pub exclusions: Vec<Exclusion>,
    pub representatives: Vec<Representative>,
    pub advocates: Vec<Advocate>,
    pub assignments: Vec<Assignment>,
    pub codes: Vec<Code>,
    pub joined: Vec<Joined>,
    /// Whether the ward's agreement is in force.
    pub agreement: bool,
    /// The last of each person on each case.
    pub decided: Vec<((usize, For), Decided)>,
    pub emergencies: Vec<(Who, usize)>,
    /// By the number in their word.
    pub texts: BTreeMap<usize, Text>,
}

impl Ledger {
    /// The records of one person, as far as merges and, with `travels`, transfers say so.
    pub fn same_person(&self, adult: usize, travels: bool) -> HashSet<usize> {
        let merged = self.merges.iter().filter(|merge| merge.stands);
        let mut ties: Vec<(usize, usize)> = merged.map(|merge| (merge.from, merge.to)).collect();
        if travels {
            let went = self
                .cases
                .iter()
                .filter_map(|case| Some((case.adult, case.went_to?)));
            ties.extend(went.map(|(adult, there)| (adult, self.cases[there].adult)));
        }
        let mut known = HashSet::from([adult]);
        loop {
            let before = known.len();
            for (one, other) in &ties {
                if known.contains(one) || known.contains(other) {
                    known.extend([*one, *other]);
                }
            }
            if known.len() == before {
                return known;
            }
        }
    }

    /// Every account of the human of this one.
    fn accounts_of(&self, who: Who) -> impl Iterator<Item = Who> + '_ {
        let number = self.people[who].staff_number.as_ref();
        let same = move |other: &Who| {
            *other == who || (number.is_some() && self.people[*other].staff_number.as_ref() == number)
        };
        (0..self.people.len()).filter(same)
    }

    /// Whether somebody is meant: by this or another account of theirs.
    pub fn is_named(&self, whom: &Whom, who: Who) -> bool {
        self.accounts_of(who).any(|account| match whom {
            Whom::Account(named) => *named == account,
            Whom::Agency(named) => self.people[account].agency.as_ref() == Some(named),
            Whom::StaffNumber(named) => self.people[account].staff_number.as_ref() == Some(named),
        })
    }

    fn exclusions_of(&self, who: Who) -> impl Iterator<Item = &Exclusion> {
        let all = self.exclusions.iter();
        all.filter(move |one| one.stands && self.is_named(&one.whom, who))
    }

    /// The records of adults from whom somebody is excluded.
    pub fn excluded_from(&self, who: Who) -> HashSet<usize> {
        self.exclusions_of(who)
            .flat_map(|one| self.same_person(self.cases[one.case].adult, true))
            .collect()
    }

    /// The cases from which somebody is excluded: all about those adults, and those of one group with the conflict's.
    pub fn excluded_cases(&self, who: Who) -> HashSet<usize> {
        let adults = self.excluded_from(who);
        let mut cases: HashSet<usize> = self.cases_of(&adults).collect();
        for one in self.exclusions_of(who) {
            let group = self.cases[one.case].group;
            let of_one = |case: &usize| group.is_some() && self.cases[*case].group == group;
            cases.extend((0..self.cases.len()).filter(of_one));
        }
        cases
    }

    /// Whether a referral is kept from somebody: by what it says, by its case, or because it is of the name and birth of an
    /// adult from whom they are excluded.
    pub fn is_kept_from(&self, referral: &Referral, who: Who) -> bool {
        let adults = self.excluded_from(who);
        let of_the_same = |adult: &usize| self.adults[*adult].human == referral.human;
        referral.hidden_from.iter().any(|whom| self.is_named(whom, who))
            || adults.iter().any(of_the_same)
            || referral
                .case
                .is_some_and(|case| self.excluded_cases(who).contains(&case))
    }

    pub fn standings(&self, who: Who, at: usize) -> Vec<Standing> {
        match self.excluded_cases(who).contains(&at) {
            true => vec![],
            false => self.standings_but_for_exclusions(who, at),
        }
    }

    pub fn standings_but_for_exclusions(&self, who: Who, at: usize) -> Vec<Standing> {
        let (person, case) = (&self.people[who], &self.cases[at]);
        if !person.enabled || person.never_sees_cases() {
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
        let open = !case.restricted || named || allocated;
        // A restricted case that names nobody is for any manager, or nobody could take it.
        let lost = advisers().next().is_none() && case.allocated.is_none();
        add(
            (open || lost) && person.is("manager", &case.authority),
            Standing::Manager,
        );
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
        let partner = person.agency.is_some() && self.agreement;
        for naming in of_the_case().filter(|one| partner && one.agency == person.agency) {
            add(true, Standing::Partner(naming.sections.clone()));
        }
        for assignment in self.assignments.iter().filter(|one| one.case == at && one.works) {
            add(self.is_advocate_of(who, assignment), Standing::Advocate);
        }
        add(self.has_joined(who, at, For::Adult), Standing::Adult);
        let hers = self.same_person(case.adult, false);
        for (number, one) in self.representatives.iter().enumerate() {
            let suspended = one.implicated || !hers.contains(&one.adult);
            add(
                self.has_joined(who, at, For::Representative(number)) && !suspended,
                Standing::Representative(one.may_receive.clone()),
            );
        }
        found
    }

    /// Whether this is the account of an assignment's advocate, by their own login or an app.
    fn is_advocate_of(&self, who: Who, assignment: &Assignment) -> bool {
        let whose = For::Advocate(assignment.advocate);
        let login = self.advocates[assignment.advocate].account == Some(who);
        (login && !self.is_stopped(assignment.case, whose)) || self.has_joined(who, assignment.case, whose)
    }

    /// Whether somebody was asked to be her advocate and has not answered.
    pub fn is_asked(&self, who: Who, case: usize) -> bool {
        let mut asked = self.assignments.iter();
        self.people[who].enabled
            && !self.excluded_cases(who).contains(&case)
            && asked.any(|one| one.case == case && !one.works && !one.ended && self.is_advocate_of(who, one))
    }

    /// Whether somebody's app is stopped on a case.
    pub fn is_stopped(&self, case: usize, whose: For) -> bool {
        self.decision(case, whose)
            .is_some_and(|decided| decided != Decided::Allowed)
    }

    pub fn decision(&self, case: usize, whose: For) -> Option<Decided> {
        let mut all = self.decided.iter();
        all.find(|(of, _)| *of == (case, whose))
            .map(|(_, decided)| *decided)
    }

    pub fn decide(&mut self, case: usize, whose: For, decided: Decided) {
        self.decided.retain(|(of, _)| *of != (case, whose));
        self.decided.push(((case, whose), decided));
    }

    /// Whether somebody has this person's app on a case, and it is not stopped.
    pub fn has_joined(&self, who: Who, case: usize, whose: For) -> bool {
        let fits = |one: &Joined| one.who == who && one.case == case && one.whose == whose && !one.ended;
        self.joined.iter().any(fits) && !self.is_stopped(case, whose)
    }

    /// What protects her on any of her cases holds on these too, which somebody opened or brought together: restriction, and
    /// that an app is not safe. Who restricts a case is named on it, if they are staff there.
    pub fn protect(&mut self, adult: usize, these: &[usize], by: Who) {
        let adults = self.same_person(adult, true);
        let hers: Vec<usize> = self.cases_of(&adults).collect();
        let restricted = hers.iter().any(|case| self.cases[*case].restricted);
        for case in these {
            let here = &mut self.cases[*case];
            if restricted && !here.restricted && here.went_to.is_none() {
                here.restricted = true;
                let authority = here.authority.clone();
                if self.people[by].is_staff(&authority) {
                    self.name(*case, String::new(), Some(by), None, vec![]);
                }
            }
        }
        let not_safe: Vec<For> = self
            .decided
            .iter()
            .filter(|((case, _), decided)| hers.contains(case) && *decided == Decided::NotSafe)
            .map(|((_, whose), _)| *whose)
            .collect();
        for (whose, case) in not_safe
            .iter()
            .flat_map(|whose| these.iter().map(move |case| (*whose, *case)))
        {
            // An entry is known in the record and the authority that keep it.
            let known = match whose {
                For::Adult => true,
                For::Representative(one) => self.representatives[one].adult == self.cases[case].adult,
                For::Advocate(one) => self.advocates[one].authority == self.cases[case].authority,
            };
            if known {
                self.decide(case, whose, Decided::NotSafe);
            }
        }
        // Why an app is not safe is told with it.
        let told = self
            .texts
            .values_mut()
            .filter(|text| text.kind == Kind::AppReason);
        for text in told.filter(|_| !not_safe.is_empty()) {
            if hers.iter().any(|case| text.places.contains(&Place::Case(*case))) {
                text.places.extend(these.iter().map(|case| Place::Case(*case)));
            }
        }
    }

    /// Names somebody on a case.
    pub fn name(
        &mut self,
        case: usize,
        id: String,
        user: Option<Who>,
        agency: Option<String>,
        sections: Vec<String>,
    ) {
        self.namings.push(Naming {
            id,
            case,
            user,
            agency,
            sections,
            stands: true,
        });
    }

    /// The conflicts of her cases go along with a case that is transferred, where the other authority can end its own.
    pub fn take_conflicts_along(&mut self, there: usize) {
        let hers = self.same_person(self.cases[there].adult, true);
        let mut along: Vec<Whom> = vec![];
        for one in self.exclusions.iter().filter(|one| one.stands) {
            if hers.contains(&self.cases[one.case].adult) && !along.contains(&one.whom) {
                along.push(one.whom.clone());
            }
        }
        for whom in along {
            self.exclude(there, whom, String::new());
        }
        let cases: Vec<usize> = self.cases_of(&hers).collect();
        let details = self
            .texts
            .values_mut()
            .filter(|text| text.kind == Kind::ConflictDetail);
        for text in details {
            if cases.iter().any(|case| text.places.contains(&Place::Case(*case))) {
                text.places.push(Place::Case(there));
            }
        }
    }

    pub fn exclude(&mut self, case: usize, whom: Whom, id: String) {
        self.exclusions.push(Exclusion {
            id,
            case,
            whom,
            stands: true,
        });
    }

    /// Invariant 1: whether a role, a naming or a relationship lets somebody see this text.
    pub fn may_see(&self, who: Who, text: &Text) -> bool {
        text.places.iter().any(|place| match *place {
            Place::Case(case) => self.may_see_in(who, case, *place, text),
            Place::Adult(adult) => {
                let hers = self.same_person(adult, false);
                let person = &self.people[who];
                let keeps = person.enabled && person.is("manager", &self.adults[adult].authority);
                let (mut about, excluded) = (self.cases_of(&hers).peekable(), self.excluded_from(who));
                (about.peek().is_none() && keeps && !excluded.contains(&adult))
                    || about.any(|case| self.may_see_in(who, case, *place, text))
            }
            Place::Referral(at) => {
                let referral = &self.referrals[at];
                let person = &self.people[who];
                let roles = ["manager", "delegated_practitioner"];
                let triages = roles.iter().any(|role| person.is(role, &referral.authority));
                !self.is_kept_from(referral, who)
                    && match referral.case {
                        Some(case) => self.may_see_in(who, case, *place, text),
                        None => person.enabled && (referral.sender == who || triages),
                    }
            }
        })
    }

    /// Whether somebody may read an adult's record: staff who keep it, or by a case of hers.
    pub fn may_know_the_adult(&self, who: Who, adult: usize) -> bool {
        use Standing::{Partner, Representative};
        if self.excluded_from(who).contains(&adult) {
            return false;
        }
        let person = &self.people[who];
        let roles = ["manager", "delegated_practitioner"];
        let keeps = roles
            .iter()
            .any(|role| person.is(role, &self.adults[adult].authority));
        let hers = self.same_person(adult, false);
        let mut standings = self.cases_of(&hers).flat_map(|case| self.standings(who, case));
        person.enabled && (keeps || standings.any(|one| !matches!(one, Partner(_) | Representative(_))))
    }

    /// Whether somebody may read of a referral: whoever sent it a receipt, staff who triage, or by the case it led to.
    pub fn may_know_the_referral(&self, who: Who, referral: &Referral) -> bool {
        let (person, sender) = (&self.people[who], &self.people[referral.sender]);
        let same_agency = person.is_client && sender.is_client && person.agency == sender.agency;
        if referral.sender == who || same_agency {
            return true;
        }
        let roles = ["manager", "delegated_practitioner"];
        let triages = person.enabled && roles.iter().any(|role| person.is(role, &referral.authority));
        !self.is_kept_from(referral, who)
            && match referral.case {
                Some(case) => !self.standings(who, case).is_empty(),
                None => triages,
            }
    }

    fn may_see_in(&self, who: Who, case: usize, place: Place, text: &Text) -> bool {
        let in_error = text.in_error.contains(&place);
        let standings = self.standings(who, case);
        standings
            .iter()
            .any(|standing| standing.may_see(text.kind, in_error))
    }

    pub fn cases_of<'a>(&'a self, adults: &'a HashSet<usize>) -> impl Iterator<Item = usize> + 'a {
        let all = self.cases.iter().enumerate();
        all.filter(|(_, case)| adults.contains(&case.adult))
            .map(|(at, _)| at)
    }

    /// The ids and references that must not reach somebody: cases, records and referrals of those from whom they are
    /// excluded.
    pub fn hidden_ids(&self, who: Who) -> Vec<&str> {
        let cases = self.excluded_cases(who).into_iter();
        let cases =
            cases.flat_map(|case| [self.cases[case].id.as_str(), self.cases[case].reference.as_str()]);
        let records = self.excluded_from(who).into_iter();
        let records = records.map(|adult| self.adults[adult].id.as_str());
        // A receipt is all that whoever sent one reads of it.
        let referrals = self
            .referrals
            .iter()
            .filter(|one| one.sender != who && self.is_kept_from(one, who));
        let referrals = referrals.map(|one| one.id.as_str());
        cases
            .chain(records)
            .chain(referrals)
            .filter(|id| !id.is_empty())
            .collect()
    }
}
