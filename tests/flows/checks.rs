//! What is looked at after each step and at the end, and the invariants it is held against.

use std::collections::HashSet;

use msp_api::casework::who_may_read;
use msp_api::ids::Id;

use super::ledger::{Standing, Who};
use super::world::{HUMANS, World, text};
use crate::graph::dice::Dice;
use crate::support::Answer;

/// Parts that show texts of many kinds at once.
const SAYS_MOST: [&str; 3] = ["/summary", "/timeline?limit=100", "/my-view"];
const OF_A_CASE: [&str; 15] = [
    "",
    "/summary",
    "/timeline?limit=100",
    "/my-view",
    "/desired-outcomes",
    "/wishes",
    "/contacts",
    "/conflicts",
    "/grants",
    "/app-access",
    "/team",
    "/access-log",
    "/emergency-access",
    "/invitations",
    "/meetings",
];
const OF_AN_ADULT: [&str; 5] = [
    "/contact-points",
    "",
    "/representatives",
    "/possible-matches",
    "/merge",
];
const LISTS: [&str; 4] = [
    "/v1/cases?limit=100",
    "/v1/referrals?limit=100",
    "/v1/adults?limit=100",
    "/v1/notices?limit=100",
];

impl World<'_> {
    /// Invariants 1 and 3, on one answer to somebody.
    pub fn judge(&mut self, who: Who, method: &str, path: &str, answer: &Answer) {
        let name = self.ledger.people[who].name.clone();
        let mut broken: Vec<(String, String)> = Vec::new();
        self.count(who, method, path, answer);
        if answer.status < 300 {
            broken.extend(self.reached_by_nobody(who, method, path, answer));
        }
        if answer.status >= 500 {
            broken.push(("0: the server failed".to_owned(), answer.text.clone()));
        }
        let start = format!("{}t", self.name);
        let mut seen = HashSet::new();
        for (at, _) in answer.text.match_indices(&start) {
            let digits = answer.text[at + start.len()..]
                .split('z')
                .next()
                .unwrap_or_default();
            let Ok(number) = digits.parse::<usize>() else {
                continue;
            };
            let Some(found) = self.ledger.texts.get(&number) else {
                continue;
            };
            if !seen.insert(number) {
                continue;
            }
            *self.tally.shown.entry(found.kind).or_default() += u64::from(found.by != who);
            if !self.ledger.may_see(who, found) {
                let in_error = if found.in_error.is_empty() {
                    ""
                } else {
                    ", entered in error"
                };
                let rule = format!(
                    "1: {:?}{in_error} is shown to somebody who is nothing to it",
                    found.kind
                );
                let by = &self.ledger.people[found.by].name;
                broken.push((rule, format!("word {number}, written by {by}")));
            }
        }
        let hidden = self.ledger.hidden_ids(who);
        if !hidden.is_empty() {
            let mut body = answer.body.clone();
            if let Some(body) = body.as_object_mut() {
                body.remove("instance");
            }
            let shown = body.to_string();
            let leaked = hidden.iter().find(|id| shown.contains(**id));
            if let Some(id) = leaked {
                let rule = format!("3: {} names what an exclusion hides", place(method, path));
                broken.push((rule, (*id).to_owned()));
            }
            let asked = hidden.iter().any(|id| path.contains(*id));
            if asked && answer.status < 400 {
                let rule = format!("3: {} answers whom an exclusion names", place(method, path));
                broken.push((rule, answer.status.to_string()));
            }
            let bare = method == "GET" && hidden.iter().any(|id| path == format!("/v1/cases/{id}"));
            if bare && ![401, 404].contains(&answer.status) && answer.status >= 400 {
                let nowhere = self.actors[who]
                    .get(&format!("/v1/cases/{}", msp_api::ids::Id::new()))
                    .send();
                if nowhere.status != answer.status {
                    broken.push((
                        "3: a hidden case answers unlike a missing one".to_owned(),
                        answer.text.clone(),
                    ));
                }
            }
        }
        for (rule, what) in broken {
            let told = format!("{name} {method} {path}: {what}");
            self.broke(&rule, &told);
        }
    }

    /// Invariant 1 on the records themselves: what was answered, or changed, that this caller is nothing to.
    fn reached_by_nobody(
        &self,
        who: Who,
        method: &str,
        path: &str,
        answer: &Answer,
    ) -> Option<(String, String)> {
        let (ledger, bare) = (&self.ledger, path.split('?').next().unwrap_or_default());
        let nothing = |case: &usize| ledger.standings(who, *case).is_empty();
        let of = |records: &str, id: &str| !id.is_empty() && bare.starts_with(&format!("/v1/{records}/{id}"));
        let broke = |what: &str| {
            let rule = format!(
                "1: {} answers somebody who is nothing to the {what}",
                place(method, path)
            );
            Some((rule, answer.text.chars().take(300).collect()))
        };
        if bare == "/v1/cases" {
            let listed = |case: &usize| {
                let mut items = answer.body["items"].as_array().into_iter().flatten();
                items.any(|item| item["id"] == ledger.cases[*case].id.as_str())
            };
            return (0..ledger.cases.len())
                .filter(listed)
                .find(nothing)
                .and_then(|_| broke("case"));
        }
        let mut cases = 0..ledger.cases.len();
        if let Some(case) = cases.find(|case| of("cases", &ledger.cases[*case].id)) {
            // Emergency access is what gives a standing; an advocate who was asked reads that, and answers.
            let answers = bare.contains("/advocacy-assignments") && ledger.is_asked(who, case);
            return (nothing(&case) && !answers && !bare.ends_with("/emergency-access"))
                .then(|| broke("case"))
                .flatten();
        }
        let mut adults = 0..ledger.adults.len();
        if let Some(adult) = adults.find(|adult| of("adults", &ledger.adults[*adult].id)) {
            return (!ledger.may_know_the_adult(who, adult))
                .then(|| broke("adult"))
                .flatten();
        }
        let mut referrals = ledger.referrals.iter();
        let referral = referrals.find(|one| of("referrals", &one.id))?;
        (!ledger.may_know_the_referral(who, referral))
            .then(|| broke("referral"))
            .flatten()
    }

    fn count(&mut self, who: Who, method: &str, path: &str, answer: &Answer) {
        self.tally.requests += 1;
        if method != "GET" {
            return;
        }
        match answer.status {
            200 => self.tally.allowed += 1,
            _ => self.tally.refused += 1,
        }
        let of_a_case = (0..self.ledger.cases.len()).find(|case| path == self.case_path(*case));
        if let Some(case) = of_a_case.filter(|_| answer.status != 200) {
            let excluded = self.ledger.excluded_cases(who).contains(&case);
            let is_something = !self.ledger.standings_but_for_exclusions(who, case).is_empty();
            self.tally.kept_away += u64::from(excluded && is_something);
            self.tally.refused_with_a_standing += u64::from(!excluded && is_something);
        }
    }

    /// What the step touched, as who took it and as one random other.
    pub fn look_after_a_step(&mut self, dice: &mut Dice) {
        let (case, actor) = self.touched;
        let adult = self.ledger.cases[case].adult;
        let excluded: Vec<Who> = (0..self.actors.len())
            .filter(|who| self.ledger.excluded_cases(*who).contains(&case))
            .collect();
        let other = match !excluded.is_empty() && dice.percent(50) {
            true => dice.pick(&excluded),
            false => self.somebody(dice),
        };
        for who in [actor, other] {
            let path = match dice.roll() % 6 {
                0 => self.adult_path(adult) + dice.pick(&OF_AN_ADULT),
                1 => dice.pick(&LISTS).to_owned(),
                _ => self.part_of(case, dice),
            };
            self.read(who, &path);
        }
    }

    /// Something that is recorded about a case.
    fn part_of(&self, case: usize, dice: &mut Dice) -> String {
        let path = self.case_path(case);
        match self.ledger.cases[case].outcomes.last() {
            Some(outcome) if dice.percent(40) => {
                let part = dice.pick(&["achievement", "achievement", "revisions"]);
                format!("{path}/desired-outcomes/{outcome}/{part}")
            }
            _ => path + dice.pick(&OF_A_CASE),
        }
    }

    /// All readers × all cases, and who can still act.
    pub fn look_at_the_end(&mut self, dice: &mut Dice) {
        for who in 0..self.actors.len() {
            let person = &self.ledger.people[who];
            if person.is_given_cases() || dice.percent(20) {
                let mut me = self.read(who, "/v1/me");
                if me.status == 401 && !self.ledger.people[who].is_made_by_a_code() {
                    self.sign_in_again(who);
                    me = self.read(who, "/v1/me");
                }
                self.is_who_they_are(who, &me);
                // Not allowed in: all that follows would say so again.
                if me.status != 200 {
                    continue;
                }
            }
            self.reads_everything(who, dice);
        }
        self.somebody_can_act();
        self.relationships_are_as_recorded();
    }

    /// Every change of a cause was followed, whatever the order.
    fn relationships_are_as_recorded(&mut self) {
        let cases = self.ledger.cases.iter();
        let cases: Vec<Id> = cases.filter_map(|case| Id::parse(&case.id)).collect();
        let drifts = self
            .site
            .server
            .database(move |conn| Ok(who_may_read::check(conn, &cases, None)?));
        for drift in drifts {
            let rule = "7: who may reach a case is not as what was recorded says";
            self.broke(rule, &format!("{drift:?}"));
        }
    }

    fn reads_everything(&mut self, who: Who, dice: &mut Dice) {
        // All cases at once; one by one those that are theirs or kept from them, and some of the others.
        self.read(who, LISTS[0]);
        let excluded_cases = self.ledger.excluded_cases(who);
        for case in 0..self.ledger.cases.len() {
            let excluded = excluded_cases.contains(&case);
            let theirs = !self.ledger.standings(who, case).is_empty();
            if !excluded && dice.percent(if theirs { 60 } else { 80 }) {
                continue;
            }
            let path = self.case_path(case);
            self.read(who, &path);
            for part in &OF_A_CASE[1..] {
                let chance = match theirs {
                    true if SAYS_MOST.contains(part) => 30,
                    true => 8,
                    false => 2,
                };
                if dice.percent(if excluded { 10 } else { chance }) {
                    self.read(who, &format!("{path}{part}"));
                }
            }
        }
        // Most of the others would be told again that they may not.
        let reads_staff_records = self.ledger.people[who]
            .roles
            .iter()
            .any(|(role, _)| role != "analyst");
        let chance = if !excluded_cases.is_empty() || reads_staff_records {
            70
        } else {
            20
        };
        for adult in 0..self.ledger.adults.len() {
            let part = if dice.percent(50) {
                OF_AN_ADULT[0]
            } else {
                dice.pick(&OF_AN_ADULT)
            };
            if dice.percent(chance) {
                self.read(who, &(self.adult_path(adult) + part));
            }
        }
        for referral in 0..self.ledger.referrals.len() {
            let path = format!("/v1/referrals/{}", self.ledger.referrals[referral].id);
            if dice.percent(chance) {
                self.read(who, &path);
            }
        }
        let lists = if excluded_cases.is_empty() { 10 } else { 40 };
        for list in &LISTS[1..] {
            if dice.percent(lists) {
                self.read(who, list);
            }
        }
        if dice.percent(lists) {
            self.search(who, dice);
        }
    }

    /// Invariant 2: a token is of the account it was given for, which has the cases of its codes and no other.
    fn is_who_they_are(&mut self, who: Who, me: &Answer) {
        if text(me, "/id").is_some_and(|id| id != self.ledger.people[who].id) {
            self.broke("2: a token is of another account", &me.text.clone());
        }
        for case in me.body["cases"].as_array().into_iter().flatten() {
            let id = case["id"].as_str().unwrap_or_default();
            let theirs = self
                .ledger
                .joined
                .iter()
                .filter(|one| one.who == who && !one.ended);
            let mut theirs = theirs.map(|one| self.ledger.cases[one.case].id.as_str());
            if theirs.all(|own| own != id) {
                let told = format!("{} has {id}", self.ledger.people[who].name);
                self.broke("2: an account has a case that no code of its own gave it", &told);
            }
        }
    }

    /// Somebody searches for one of the adults by two criteria.
    pub fn search(&mut self, who: Who, dice: &mut Dice) {
        let human = self.human(super::world::at_most(dice, HUMANS));
        let answer = self.actors[who].post("/v1/adults/search", &human).send();
        self.judge(who, "POST", "/v1/adults/search", &answer);
    }

    /// Invariant 6: each case and each received referral has somebody who can act and is not excluded, or somebody is told
    /// that nobody is left. A case that went to another authority is history.
    fn somebody_can_act(&mut self) {
        let mut left = Vec::new();
        for (case, kept) in self.ledger.cases.iter().enumerate() {
            let acts = |who: &Who| {
                let standings = self.ledger.standings(*who, case);
                standings.contains(&Standing::Manager) || standings.contains(&Standing::Allocated)
            };
            let path = self.case_path(case);
            let can_read = |read: Answer| read.status == 200;
            if kept.went_to.is_none() && !kept.closed {
                left.push((
                    "6: nobody is left who can act on a case",
                    path,
                    kept.id.clone(),
                    self.any(acts, can_read, &self.case_path(case)),
                ));
            }
        }
        for one in self.ledger.referrals.iter().filter(|one| one.case.is_none()) {
            let triages = |who: &Who| {
                let roles = ["manager", "delegated_practitioner"];
                roles
                    .iter()
                    .any(|role| self.ledger.people[*who].is(role, &one.authority))
            };
            let path = format!("/v1/referrals/{}", one.id);
            let can_read = |read: Answer| read.status == 200 && read.body.get("content").is_some();
            let able = self.any(triages, can_read, &path);
            left.push((
                "6: nobody is left who can decide about a referral",
                path,
                one.id.clone(),
                able,
            ));
        }
        for (rule, path, id, able) in left {
            self.tally.asked_for_somebody += 1;
            if able {
                continue;
            }
            self.tally.nobody += 1;
            // Of the record, or of all of the authority: then it is about none that is known.
            let known: Vec<String> = self.ledger.referrals.iter().map(|one| one.id.clone()).collect();
            let told = |read: Answer| {
                let items = read.body["items"].as_array().cloned().unwrap_or_default();
                items.iter().any(|one| {
                    let about = one["resourceId"].as_str().unwrap_or_default();
                    about == id || (one.get("caseId").is_none() && !known.iter().any(|id| id == about))
                })
            };
            let notices = "/v1/notices?kind=nobody_left_to_act&limit=100";
            let auditors = || {
                self.auditors
                    .iter()
                    .any(|auditor| told(auditor.get(notices).send()))
            };
            if !self.any(|_| true, told, notices) && !auditors() {
                self.broke(rule, &path);
            }
        }
    }

    /// Whether anybody of these is answered so.
    fn any(&self, of: impl Fn(&Who) -> bool, so: impl Fn(Answer) -> bool, path: &str) -> bool {
        let mut people = (0..self.actors.len()).filter(of);
        people.any(|who| so(self.actors[who].get(path).send()))
    }

    /// Invariant 2: a code makes an account, or none; `me` is what the new token says it is.
    pub fn made_an_account(&mut self, session: &Answer, is_spent: bool) -> Option<Who> {
        let actor = self.site.server.with_token(&text(session, "/accessToken")?);
        if is_spent {
            self.broke(
                "2: a code that was used or ended opened a session",
                &session.described.clone(),
            );
        }
        let me = text(&actor.get("/v1/me").send(), "/id")?;
        if let Some(known) = self.ledger.people.iter().position(|person| person.id == me) {
            let whose = match self.ledger.people[known].is_made_by_a_code() {
                true => "an account of an earlier code",
                false => "an account that no code made",
            };
            let told = format!("{} of {me}", session.described);
            self.broke(&format!("2: redeeming a code opened {whose}"), &told);
            return Some(known);
        }
        self.tally.accounts_made += 1;
        let name = format!("app-{}", self.actors.len());
        Some(self.arrive(&name, actor))
    }
}

/// An operation, without the ids in its path.
fn place(method: &str, path: &str) -> String {
    let parts = path.split('?').next().unwrap_or_default().split('/');
    let parts: Vec<&str> = parts
        .map(|part| if part.len() == 36 { "…" } else { part })
        .collect();
    format!("{method} {}", parts.join("/"))
}
