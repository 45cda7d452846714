//! What is looked at after each step and at the end, and the invariants it is held against.

use std::collections::HashSet;

use super::ledger::{Standing, Who};
use super::world::{HUMANS, World, text};
use crate::graph::dice::Dice;
use crate::support::Answer;

const OF_A_CASE: [&str; 14] = [
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
        let mut broken = Vec::new();
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
            if seen.insert(number) && !self.ledger.may_see(who, found) {
                let in_error = if found.in_error { ", entered in error" } else { "" };
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
            let leaked = hidden.iter().find(|id| !id.is_empty() && shown.contains(**id));
            if let Some(id) = leaked {
                let rule = format!("3: {} names what an exclusion hides", place(method, path));
                broken.push((rule, (*id).to_owned()));
            }
            let asked = hidden.iter().any(|id| !id.is_empty() && path.contains(*id));
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

    /// What the step touched, as who took it and as one random other.
    pub fn look_after_a_step(&mut self, dice: &mut Dice) {
        let (case, actor) = self.touched;
        let adult = self.ledger.cases[case].adult;
        let excluded: Vec<Who> = (0..self.actors.len())
            .filter(|who| self.ledger.excluded_from(*who).contains(&adult))
            .collect();
        let other = match !excluded.is_empty() && dice.percent(50) {
            true => dice.pick(&excluded),
            false => self.somebody(dice),
        };
        for who in [actor, other] {
            let path = self.case_path(case) + dice.pick(&OF_A_CASE);
            self.read(who, &path);
            let path = match dice.roll() % 3 {
                0 => self.case_path(case) + dice.pick(&OF_A_CASE),
                1 => self.adult_path(adult) + dice.pick(&OF_AN_ADULT),
                _ => dice.pick(&LISTS).to_owned(),
            };
            self.read(who, &path);
        }
    }

    /// All readers × all cases, and who can still act.
    pub fn look_at_the_end(&mut self, dice: &mut Dice) {
        for who in 0..self.actors.len() {
            let me = self.read(who, "/v1/me");
            if text(&me, "/id").is_some_and(|id| id != self.ledger.people[who].id) {
                self.broke("2: a token is of another account", &me.text.clone());
            }
            // Of no authority, or not allowed in: all that follows would say so again.
            if me.status != 200 {
                continue;
            }
            for case in 0..self.ledger.cases.len() {
                let path = self.case_path(case);
                let seen = self.read(who, &path).status == 200;
                let excluded = self
                    .ledger
                    .excluded_from(who)
                    .contains(&self.ledger.cases[case].adult);
                for part in &OF_A_CASE[1..] {
                    let always =
                        excluded || seen && ["/summary", "/timeline?limit=100", "/my-view"].contains(part);
                    if always || dice.percent(if seen { 25 } else { 5 }) {
                        self.read(who, &format!("{path}{part}"));
                    }
                }
            }
            for adult in 0..self.ledger.adults.len() {
                let path = self.adult_path(adult) + OF_AN_ADULT[0];
                self.read(who, &path);
                let path = self.adult_path(adult) + dice.pick(&OF_AN_ADULT);
                self.read(who, &path);
            }
            for referral in 0..self.ledger.referrals.len() {
                let path = format!("/v1/referrals/{}", self.ledger.referrals[referral].id);
                self.read(who, &path);
            }
            for list in LISTS {
                self.read(who, list);
            }
            self.search(who, dice);
        }
        self.somebody_can_act();
    }

    /// Somebody searches for one of the adults by two criteria.
    pub fn search(&mut self, who: Who, dice: &mut Dice) {
        let human = self.human(super::world::at_most(dice, HUMANS));
        let answer = self.actors[who].post("/v1/adults/search", &human).send();
        self.judge(who, "POST", "/v1/adults/search", &answer);
    }

    /// Invariant 6: each case and each received referral has somebody who can act and is not excluded.
    fn somebody_can_act(&mut self) {
        for case in 0..self.ledger.cases.len() {
            let path = self.case_path(case);
            let acts = |who: &Who| {
                let standings = self.ledger.standings(*who, case);
                standings.contains(&Standing::Manager) || standings.contains(&Standing::Allocated)
            };
            let own = (0..self.actors.len()).filter(acts).map(|who| &self.actors[who]);
            let able = own
                .chain(&self.site.managers)
                .any(|actor| actor.get(&path).send().status == 200);
            let id = &self.ledger.cases[case].id;
            let told = || {
                let notices = "/v1/notices?kind=nobody_left_to_act&limit=100";
                let mut people = self.actors.iter().chain(&self.site.managers);
                people.any(|actor| actor.get(notices).send().text.contains(id))
            };
            if !able && !told() {
                self.broke(
                    "6: nobody is left who can act in a case, and nobody is told",
                    &path,
                );
            }
        }
        for referral in 0..self.ledger.referrals.len() {
            let one = &self.ledger.referrals[referral];
            let path = format!("/v1/referrals/{}", one.id);
            let manages = |who: &Who| self.ledger.people[*who].is("manager", &one.authority);
            let own = (0..self.actors.len())
                .filter(manages)
                .map(|who| &self.actors[who]);
            let can_read = |read: Answer| read.status == 200 && read.body.get("content").is_some();
            let able = own
                .chain(&self.site.managers)
                .any(|actor| can_read(actor.get(&path).send()));
            if one.case.is_none() && !able {
                self.broke("6: no manager can read a received referral", &path);
            }
        }
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
            let whose = match self.ledger.people[known].name.as_str() {
                name if name.starts_with("app-") => "an account of an earlier code",
                _ => "an account that no code made",
            };
            let told = format!("{} of {me}", session.described);
            self.broke(&format!("2: redeeming a code opened {whose}"), &told);
            return Some(known);
        }
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
