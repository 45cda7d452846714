//! The small world of one sequence: its own people, adults and cases on a server that others use before and after it.

use std::sync::atomic::{AtomicUsize, Ordering};

use msp_api::clock;
use msp_api::ids::Id;
use msp_api::policy::{CallerKind, Role};
use serde_json::{Value, json};

use super::ledger::{AdultRecord, Advocate, Case, Kind, Ledger, Person, Place, Text, Who, Whom};
use super::tally::Tally;
use crate::graph::dice::Dice;
use crate::support::{Actor, Answer, Server};

pub const MANAGER: Who = 0;
pub const PRACTITIONER: Who = 2;
pub const EASTMOOR_MANAGER: Who = 5;
pub const ADVOCATE: Who = 7;
pub const KIN: Who = 8;
pub const ADMIN: Who = 9;
pub const NURSE: Who = 10;
const DUTY: Who = 11;
/// The people of a sequence, in one of its two authorities: the eastern one, or the northern.
const OWN: [(&str, Role, bool); 15] = [
    ("manager", Role::Manager, false),
    ("second-manager", Role::Manager, false),
    ("practitioner", Role::Practitioner, false),
    ("other-practitioner", Role::Practitioner, false),
    ("delegated", Role::DelegatedPractitioner, false),
    ("eastern-manager", Role::Manager, true),
    ("eastern-practitioner", Role::Practitioner, true),
    ("advocate", Role::Advocate, false),
    ("kin", Role::Representative, false),
    ("admin", Role::Admin, false),
    ("nurse", Role::Analyst, false),
    ("duty", Role::Practitioner, false),
    ("auditor", Role::Auditor, false),
    ("second-eastern-manager", Role::Manager, true),
    ("second-admin", Role::Admin, false),
];
const SECOND_ADMIN: Who = 14;
pub const WARD: Who = 15;
pub const POLICE: Who = 16;

/// Invented people whom referrals are about: none is known before.
pub const HUMANS: usize = 3;

/// A server, and how many sequences began on it.
pub struct Site {
    pub server: Server,
    begun: AtomicUsize,
}

impl Site {
    pub fn open(kind: crate::support::Kind) -> Self {
        Self {
            server: Server::start(kind),
            begun: AtomicUsize::new(0),
        }
    }
}

/// A rule that was broken, where, and how.
pub struct Violation {
    pub rule: String,
    pub told: String,
}

pub struct World<'a> {
    pub site: &'a Site,
    /// Begins every name of its own; its authorities are `…-north` and `…-east`.
    pub name: String,
    pub ledger: Ledger,
    pub actors: Vec<Actor>,
    /// An auditor of each authority, who reads the notices and does nothing.
    pub auditors: Vec<Actor>,
    pub story: Vec<String>,
    pub violations: Vec<Violation>,
    pub tally: Tally,
    /// The case that the step was about, and who took it.
    pub touched: (usize, Who),
    ward: String,
    words: usize,
}

/// A text of an answer, if it is there.
pub fn text(answer: &Answer, pointer: &str) -> Option<String> {
    answer
        .body
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
}

impl<'a> World<'a> {
    /// Its people, and two cases: the police referred, the manager accepted and allocated them.
    pub fn begin(site: &'a Site) -> Self {
        let name = format!("flow{}x", site.begun.fetch_add(1, Ordering::Relaxed));
        let mut world = Self {
            site,
            name,
            ledger: Ledger::default(),
            actors: vec![],
            auditors: vec![],
            story: vec![],
            violations: vec![],
            tally: Tally::default(),
            touched: (0, MANAGER),
            ward: String::new(),
            words: 0,
        };
        for authority in [world.north(), world.east()] {
            let auditor = format!("{authority}-auditor");
            let server = &world.site.server;
            world
                .auditors
                .push(server.add_user(&auditor, Role::Auditor, &authority, None));
        }
        for (short, role, east) in OWN {
            let authority = if east { world.east() } else { world.north() };
            let username = format!("{}-{short}", world.name);
            let (id, actor) = world.site.server.add_account(&username, role, &authority, None);
            // Whoever works for an agency has no role in the authority; the second administrator is the console's.
            let has_role = short != "nurse";
            match short {
                "nurse" => world.site.server.take_roles(id),
                "second-admin" => world.site.server.name_on_console(id),
                _ => {}
            }
            world.ledger.people.push(Person {
                name: short.to_owned(),
                id: id.to_string(),
                roles: has_role
                    .then(|| (role.as_str().to_owned(), authority))
                    .into_iter()
                    .collect(),
                enabled: true,
                on_duty: false,
                agency: None,
                staff_number: None,
                is_client: false,
            });
            world.actors.push(actor);
        }
        world.agencies_come();
        let (authority, duty) = (world.north(), world.ledger.people[DUTY].id.clone());
        let team = json!({"authority": authority, "name": "Duty", "kind": "duty", "members": [duty]});
        world.send(ADMIN, "POST", "/v1/teams", &team);
        world.second_person_approves();
        world.ledger.people[DUTY].on_duty = true;
        let entry =
            json!({"name": "Tova Newly", "organisation": "Northern Voices", "kinds": ["care_act_s68"]});
        let registered = world.send(MANAGER, "POST", "/v1/advocates", &entry);
        world.ledger.advocates.push(Advocate {
            id: registered.id(),
            authority,
            account: None,
        });
        super::intake::open_cases(&mut world);
        world
    }

    pub fn north(&self) -> String {
        format!("{}-north", self.name)
    }

    pub fn east(&self) -> String {
        format!("{}-east", self.name)
    }

    /// The ward, which may be named on cases, with its program and a nurse who works there; and the police, who refer.
    fn agencies_come(&mut self) {
        self.ward = self.agency("ward", "nhs_community");
        self.program(
            "ward",
            &self.ward.clone(),
            &["referrals:read", "referrals:submit", "actions:write"],
        );
        let police = self.agency("police", "police");
        self.program("police", &police, &["referrals:read", "referrals:submit"]);
        let path = format!("/v1/users/{}", self.ledger.people[NURSE].id);
        let employed = json!({"agencyId": self.ward});
        self.change(ADMIN, "PATCH", &path, &employed, &path.clone());
        self.second_person_approves();
        self.look_up(NURSE);
        self.ledger.agreement = true;
    }

    /// The second administrator approves what waits, and finds out what became of the people it is about.
    pub fn second_person_approves(&mut self) {
        let waiting = self.read(SECOND_ADMIN, "/v1/approvals?waiting=true&limit=100");
        for one in waiting.body["items"].as_array().cloned().unwrap_or_default() {
            let [id, about] =
                ["id", "resourceId"].map(|name| one[name].as_str().unwrap_or_default().to_owned());
            let place = format!("/v1/approvals/{id}");
            let yes = json!({"decision": "approve", "reason": "I asked, and it is right"});
            self.change(SECOND_ADMIN, "POST", &format!("{place}/decision"), &yes, &place);
            if let Some(who) = self.ledger.people.iter().position(|person| person.id == about) {
                self.look_up(who);
            }
        }
    }

    fn agency(&mut self, short: &str, agency_type: &str) -> String {
        let agency = json!({"name": format!("{} {short}", self.name), "agencyType": agency_type,
            "agreements": [{"authority": self.north(), "from": "2026-04-01"}]});
        self.send(ADMIN, "POST", "/v1/agencies", &agency).id()
    }

    fn program(&mut self, short: &str, agency: &str, scopes: &[&str]) {
        // An administrator registers it for the authorities of their own; the police refer to both.
        let north = self.north();
        let body = json!({"name": format!("{}-{short}", self.name), "agencyId": agency, "defaultAuthority": north,
            "scopes": scopes, "authorities": [north]});
        let client = self.send(ADMIN, "POST", "/v1/api-clients", &body).id();
        self.second_person_approves();
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let actor = self.token_of(&client, CallerKind::Client, &scopes);
        let who = self.arrive(short, actor);
        self.ledger.people[who].is_client = true;
    }

    fn token_of(&self, id: &str, kind: CallerKind, scopes: &[String]) -> Actor {
        let id = Id::parse(id).expect("an id");
        let token = self
            .site
            .server
            .app()
            .tokens
            .issue(id, kind, scopes, clock::now());
        self.site.server.with_token(&token.expect("a token"))
    }

    /// Somebody with a login of their own signs in anew.
    pub fn sign_in_again(&mut self, who: Who) {
        self.actors[who] = self.token_of(&self.ledger.people[who].id, CallerKind::User, &[]);
    }

    /// Somebody with a token: who they are is asked.
    pub fn arrive(&mut self, name: &str, actor: Actor) -> Who {
        let me = actor.get("/v1/me").send();
        let roles = me.body["roles"].as_array().cloned().unwrap_or_default();
        let part = |grant: &Value, name: &str| grant[name].as_str().unwrap_or_default().to_owned();
        self.ledger.people.push(Person {
            name: name.to_owned(),
            id: text(&me, "/id").unwrap_or_default(),
            roles: roles
                .iter()
                .map(|grant| (part(grant, "role"), part(grant, "authority")))
                .collect(),
            enabled: me.status == 200,
            on_duty: false,
            agency: text(&me, "/agencyId"),
            staff_number: None,
            is_client: false,
        });
        self.actors.push(actor);
        self.actors.len() - 1
    }

    /// What an account is now, as its administrator reads it; those of others stay as they are.
    pub fn look_up(&mut self, who: Who) {
        let read = self.actors[ADMIN]
            .get(&format!("/v1/users/{}", self.ledger.people[who].id))
            .send();
        let Some(roles) = read.body["roles"].as_array() else {
            return;
        };
        let part = |grant: &Value, name: &str| grant[name].as_str().unwrap_or_default().to_owned();
        let person = &mut self.ledger.people[who];
        person.roles = roles
            .iter()
            .map(|grant| (part(grant, "role"), part(grant, "authority")))
            .collect();
        person.enabled = read.body["enabled"] == true;
        person.agency = text(&read, "/agencyId");
        person.staff_number = text(&read, "/staffNumber");
    }

    /// A word that stands in no other text, and its number.
    pub fn word(&mut self) -> (usize, String) {
        self.words += 1;
        (self.words, format!("{}t{}z", self.name, self.words))
    }

    /// Notes a text that was taken.
    pub fn wrote(&mut self, number: usize, kind: Kind, place: Place, by: Who, path: String) {
        let text = Text {
            kind,
            places: vec![place],
            by,
            path,
            in_error: vec![],
        };
        self.ledger.texts.insert(number, text);
    }

    /// Reads as somebody, and looks at what is shown.
    pub fn read(&mut self, who: Who, path: &str) -> Answer {
        let answer = self.actors[who].get(path).send();
        self.judge(who, "GET", path, &answer);
        answer
    }

    /// Changes something as somebody, and notes it in the story.
    pub fn send(&mut self, who: Who, method: &str, path: &str, body: &Value) -> Answer {
        self.sent(who, method, path, body, None)
    }

    /// Changes a record whose tag stands at `tagged`.
    pub fn change(&mut self, who: Who, method: &str, path: &str, body: &Value, tagged: &str) -> Answer {
        let read = self.read(who, tagged);
        let tag = match read.status {
            200 => read.tag(),
            _ => "W/\"1\"".to_owned(),
        };
        self.sent(who, method, path, body, Some(&tag))
    }

    fn sent(&mut self, who: Who, method: &str, path: &str, body: &Value, tag: Option<&str>) -> Answer {
        let mut request = match method {
            "POST" => self.actors[who].post(path, body),
            _ => self.actors[who].request(method, path, Some(body.to_string())),
        };
        if let Some(tag) = tag {
            request = request.if_match(tag);
        }
        let answer = request.send();
        let code = answer.body["code"].as_str().unwrap_or_default();
        let pointers = answer.pointers("errors").join(" ");
        let person = &self.ledger.people[who].name;
        self.story.push(format!(
            "{person} {method} {path} {body} -> {} {code} {pointers}",
            answer.status
        ));
        self.judge(who, method, path, &answer);
        answer
    }

    /// The story so far with names in the place of ids.
    pub fn told(&self, line: &str) -> String {
        let mut line = line.to_owned();
        let people = self
            .ledger
            .people
            .iter()
            .map(|one| (one.id.clone(), one.name.clone()));
        let numbered = |kind: &str, ids: Vec<&String>| -> Vec<(String, String)> {
            ids.into_iter()
                .enumerate()
                .map(|(at, id)| (id.clone(), format!("{kind}{at}")))
                .collect()
        };
        let cases = numbered("case", self.ledger.cases.iter().map(|one| &one.id).collect());
        let adults = numbered("adult", self.ledger.adults.iter().map(|one| &one.id).collect());
        let referrals = numbered(
            "referral",
            self.ledger.referrals.iter().map(|one| &one.id).collect(),
        );
        let others = numbered(
            "representative",
            self.ledger.representatives.iter().map(|one| &one.id).collect(),
        );
        for (id, name) in people.chain(cases).chain(adults).chain(referrals).chain(others) {
            if !id.is_empty() {
                line = line.replace(&id, &name);
            }
        }
        line.replace(&self.ward, "the-ward")
    }

    pub fn broke(&mut self, rule: &str, told: &str) {
        let told = format!("after line {}: {}", self.story.len(), self.told(told));
        self.violations.push(Violation {
            rule: rule.to_owned(),
            told,
        });
    }

    pub fn somebody(&self, dice: &mut Dice) -> Who {
        at_most(dice, self.actors.len())
    }

    /// A case, and somebody who will do something in it: mostly one of those who work on it.
    pub fn somebody_on_a_case(&mut self, dice: &mut Dice) -> (Who, usize) {
        let case = at_most(dice, self.ledger.cases.len());
        let standing: Vec<Who> = (0..self.actors.len())
            .filter(|who| !self.ledger.standings(*who, case).is_empty())
            .collect();
        let who = match !standing.is_empty() && dice.percent(80) {
            true => dice.pick(&standing),
            false => self.somebody(dice),
        };
        self.touched = (case, who);
        (who, case)
    }

    /// Somebody whose words are taken down: mostly who has the case, or she and those who speak for her.
    pub fn speaker_on_a_case(&mut self, dice: &mut Dice) -> (Who, usize) {
        use super::ledger::Standing::{Adult, Advocate, Allocated, Representative};
        let (any, case) = self.somebody_on_a_case(dice);
        let speaks = |who: &Who| {
            let standings = self.ledger.standings(*who, case);
            let mut standings = standings.iter();
            standings.any(|one| matches!(one, Adult | Advocate | Allocated | Representative(_)))
        };
        let speakers: Vec<Who> = (0..self.actors.len()).filter(speaks).collect();
        let who = match !speakers.is_empty() && dice.percent(85) {
            true => dice.pick(&speakers),
            false => any,
        };
        self.touched = (case, who);
        (who, case)
    }

    /// Somebody who is a manager or has the case, so that most of what only they may do comes about.
    pub fn lead_of_a_case(&mut self, dice: &mut Dice) -> (Who, usize) {
        let (any, case) = self.somebody_on_a_case(dice);
        let who = self.lead_of(dice, case, any);
        (who, case)
    }

    /// Somebody who leads this case mostly, or else whoever is meant.
    pub fn lead_of(&mut self, dice: &mut Dice, case: usize, any: Who) -> Who {
        use super::ledger::Standing::{Allocated, Manager};
        let leads = |who: &Who| {
            let standings = self.ledger.standings(*who, case);
            standings.contains(&Manager) || standings.contains(&Allocated)
        };
        let leads: Vec<Who> = (0..self.actors.len()).filter(leads).collect();
        let who = match !leads.is_empty() && dice.percent(85) {
            true => dice.pick(&leads),
            false => any,
        };
        self.touched = (case, who);
        who
    }

    /// Notes a case; its adult's record is read by whoever may.
    pub fn opened(&mut self, id: &str, authority: &str, human: usize, allocated: Option<Who>) -> usize {
        let path = format!("/v1/cases/{id}");
        let mut all = self.actors.iter().map(|actor| actor.get(&path).send());
        let read = all.find(|read| read.status == 200);
        let part = |pointer| {
            read.as_ref()
                .and_then(|read| text(read, pointer))
                .unwrap_or_default()
        };
        let (found, reference) = (part("/adult/id"), part("/reference"));
        let mut adults = self.ledger.adults.iter();
        let known = adults.position(|adult| !found.is_empty() && adult.id == found);
        let adult = known.unwrap_or_else(|| {
            self.ledger.adults.push(AdultRecord {
                id: found,
                authority: authority.to_owned(),
                human,
            });
            self.ledger.adults.len() - 1
        });
        self.ledger.cases.push(Case {
            id: id.to_owned(),
            reference,
            authority: authority.to_owned(),
            adult,
            allocated,
            restricted: false,
            closed: false,
            went_to: None,
            group: None,
            outcomes: vec![],
        });
        self.ledger.cases.len() - 1
    }

    /// Where the conflicts stand that came to a case by a referral or a transfer, as whoever may read them says.
    pub fn learn_conflicts(&mut self, case: usize) {
        let list = format!("{}/conflicts", self.case_path(case));
        let mut all = self.actors.iter().map(|actor| actor.get(&list).send());
        let Some(read) = all.find(|read| read.status == 200) else {
            return;
        };
        for item in read.body["items"].as_array().into_iter().flatten() {
            let part = |name: &str| item[name].as_str().unwrap_or_default();
            let is = |whom: &Whom| match whom {
                Whom::Account(who) => part("userId") == self.ledger.people[*who].id,
                Whom::Agency(agency) => part("agencyId") == agency,
                Whom::StaffNumber(number) => part("staffNumber") == number,
            };
            let mut exclusions = self.ledger.exclusions.iter();
            let known = exclusions.position(|one| one.case == case && one.id.is_empty() && is(&one.whom));
            if let Some(known) = known {
                self.ledger.exclusions[known].id = format!("{list}/{}", part("id"));
            }
        }
    }

    pub fn case_path(&self, case: usize) -> String {
        format!("/v1/cases/{}", self.ledger.cases[case].id)
    }

    pub fn adult_path(&self, adult: usize) -> String {
        format!("/v1/adults/{}", self.ledger.adults[adult].id)
    }

    /// Who an invented person is, as referrals and searches say it.
    pub fn human(&self, human: usize) -> Value {
        json!({"familyName": format!("Person{}{}", self.name, ["A", "B", "C"][human]), "dateOfBirth": format!("195{human}-05-05")})
    }

    /// The agency that is named on cases.
    pub fn ward(&self) -> String {
        self.ward.clone()
    }
}

/// A place in something of this size; 0 where it is empty.
pub fn at_most(dice: &mut Dice, size: usize) -> usize {
    usize::try_from(dice.roll() % size.max(1) as u64).unwrap()
}

/// A place in something of this size, mostly one of the last.
pub fn lately(dice: &mut Dice, size: usize) -> Option<usize> {
    let back = match dice.percent(70) {
        true => 0,
        false => at_most(dice, size),
    };
    size.checked_sub(1 + back)
}
