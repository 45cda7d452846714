//! The small world of one sequence: its own people, adults and cases on a server that others use before and after it.

use msp_api::clock;
use msp_api::ids::Id;
use msp_api::policy::{CallerKind, Role};
use serde_json::{Value, json};

use super::ledger::{AdultRecord, Advocate, Case, Kind, Ledger, Person, Place, Text, Who};
use crate::graph::dice::Dice;
use crate::support::{Actor, Answer, Server};

pub const MANAGER: Who = 0;
pub const PRACTITIONER: Who = 2;
pub const EASTMOOR_MANAGER: Who = 5;
pub const ADVOCATE: Who = 7;
pub const KIN: Who = 8;
pub const ADMIN: Who = 9;
pub const NURSE: Who = 10;
const OWN: [(&str, Role, &str); 11] = [
    ("manager", Role::Manager, "northbank"),
    ("second-manager", Role::Manager, "northbank"),
    ("practitioner", Role::Practitioner, "northbank"),
    ("other-practitioner", Role::Practitioner, "northbank"),
    ("delegated", Role::DelegatedPractitioner, "northbank"),
    ("eastmoor-manager", Role::Manager, "eastmoor"),
    ("eastmoor-practitioner", Role::Practitioner, "eastmoor"),
    ("advocate", Role::Advocate, "northbank"),
    ("kin", Role::Representative, "northbank"),
    ("admin", Role::Admin, "northbank"),
    ("nurse", Role::Analyst, "northbank"),
];
pub const WARD: Who = 11;
pub const POLICE: Who = 12;
/// Of the demo, and so of every sequence.
const SHARED: [&str; 4] = ["duty", "auditor", "manager", "manager-eastmoor"];

/// Invented people whom referrals are about: none is known before.
pub const HUMANS: usize = 3;

/// A server, and what all sequences on it share.
pub struct Site {
    pub server: Server,
    ward: String,
    ward_client: Option<String>,
    /// Managers of earlier sequences: they may act too.
    pub managers: Vec<Actor>,
    made: usize,
}

impl Site {
    pub fn open(server: Server) -> Self {
        let admin = server.as_("admin");
        let mut agency =
            json!({"name": "Willow Ward", "agencyType": "nhs_community", "agreementFrom": "2026-04-01"});
        let mut ward = admin.post("/v1/agencies", &agency).send();
        if ward.status == 422 {
            agency["authority"] = json!("northbank");
            ward = admin.post("/v1/agencies", &agency).created();
        }
        let client = json!({"name": "willow-ward", "agencyId": ward.id(), "defaultAuthority": "northbank",
            "scopes": ["referrals:submit", "referrals:read", "enquiries:write", "actions:write"], "authorities": ["northbank"]});
        let client = admin.post("/v1/api-clients", &client).send();
        Self {
            ward: ward.id(),
            ward_client: text(&client, "/id"),
            managers: vec![],
            made: 0,
            server,
        }
    }
}

/// A rule that was broken, where, and how.
pub struct Violation {
    pub rule: String,
    pub told: String,
}

pub struct World<'a> {
    pub site: &'a mut Site,
    pub name: String,
    pub ledger: Ledger,
    pub actors: Vec<Actor>,
    pub story: Vec<String>,
    pub violations: Vec<Violation>,
    /// The case that the step was about, and who took it.
    pub touched: (usize, Who),
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
    /// Its people, and one case: the police referred, the manager accepted and allocated it.
    pub fn begin(site: &'a mut Site) -> Self {
        site.made += 1;
        let name = format!("flow{}x", site.made);
        let mut world = Self {
            site,
            name,
            ledger: Ledger::default(),
            actors: vec![],
            story: vec![],
            violations: vec![],
            touched: (0, MANAGER),
            words: 0,
        };
        for (short, role, authority) in OWN {
            let actor = world
                .site
                .server
                .add_user(&format!("{}-{short}", world.name), role, authority, None);
            world.arrive(short, actor);
        }
        let ward = match world.site.ward_client.clone() {
            Some(client) => world.token_of(&client, &["referrals:read", "referrals:submit", "actions:write"]),
            None => world.site.server.as_("nhs-intake"),
        };
        world.arrive("ward", ward);
        let police = world.site.server.as_("police-intake");
        world.arrive("police", police);
        for shared in SHARED {
            let actor = world.site.server.as_(shared);
            let who = world.arrive(&format!("demo-{shared}"), actor);
            world.ledger.people[who].on_duty = shared == "duty";
        }
        world.ledger.people[WARD].agency = Some(world.site.ward.clone());
        world.employ_the_nurse();
        let mut entry = json!({"name": "Tova Newly", "organisation": "Northbank Voices", "kinds": ["care_act_s68"],
            "userId": world.ledger.people[ADVOCATE].id});
        let mut registered = world.send(MANAGER, "POST", "/v1/advocates", &entry);
        let linked = registered.status == 201;
        if !linked {
            entry.as_object_mut().unwrap().remove("userId");
            registered = world.send(MANAGER, "POST", "/v1/advocates", &entry);
        }
        let account = linked.then_some(ADVOCATE);
        world.ledger.advocates.push(Advocate {
            id: registered.id(),
            account,
        });
        super::intake::open_a_case(&mut world);
        world
    }

    fn token_of(&self, client: &str, scopes: &[&str]) -> Actor {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let id = Id::parse(client).expect("an id");
        let token = self
            .site
            .server
            .app()
            .tokens
            .issue(id, CallerKind::Client, &scopes, clock::now());
        self.site.server.with_token(&token.expect("a token"))
    }

    fn employ_the_nurse(&mut self) {
        let path = format!("/v1/users/{}", self.ledger.people[NURSE].id);
        let employed = json!({"agencyId": self.site.ward});
        self.change(ADMIN, "PATCH", &path, &employed, &path.clone());
        self.look_up(NURSE);
    }

    /// Somebody with a token of their own: who they are is asked, and must be nobody known already.
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
            agency: text(&me, "/agencyId").filter(|_| name != "police"),
        });
        self.actors.push(actor);
        self.actors.len() - 1
    }

    /// What an account is now, as its administrator reads it.
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
            in_error: false,
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
        line.replace(&self.site.ward, "willow-ward")
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

    /// Somebody who is a manager or has the case, so that most of what only they may do comes about.
    pub fn lead_of_a_case(&mut self, dice: &mut Dice) -> (Who, usize) {
        use super::ledger::Standing::{Allocated, Manager};
        let (any, case) = self.somebody_on_a_case(dice);
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
        (who, case)
    }

    /// Notes a case; its adult's record is read by whoever may.
    pub fn opened(&mut self, id: &str, authority: &str, human: usize, allocated: Option<Who>) -> usize {
        let path = format!("/v1/cases/{id}");
        let all = self.actors.iter().chain(&self.site.managers);
        let found = all
            .map(|actor| actor.get(&path).send())
            .find_map(|read| text(&read, "/adult/id"));
        let found = found.unwrap_or_default();
        let known = self
            .ledger
            .adults
            .iter()
            .position(|adult| !found.is_empty() && adult.id == found);
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
            authority: authority.to_owned(),
            adult,
            allocated,
            restricted: false,
            closed: false,
            outcomes: vec![],
        });
        self.ledger.cases.len() - 1
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
        self.site.ward.clone()
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
