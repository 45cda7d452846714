//! Somebody in each relation to the first demo case, and to it once restricted and once closed.

use diesel::prelude::*;
use msp_api::casework::cases::model::CaseState;
use msp_api::casework::meetings::Invitee;
use msp_api::clock;
use msp_api::db::Connection;
use msp_api::db::types::Json;
use msp_api::ids::Id;
use msp_api::people::users;
use msp_api::policy::{CallerKind, Role, Team, TeamKind};
use msp_api::schema::access::app_access_decisions as decisions;
use msp_api::schema::actions::actions;
use msp_api::schema::casework::{advocacy_assignments, case_access, cases, meetings};
use msp_api::schema::people::users as accounts;
use msp_api::schema::records::sharing_decisions;
use serde_json::{Value, json};

use crate::conventions::World;
use crate::support::{Actor, Server};

/// Groups of readers, in the order of the table's columns.
pub const COLUMNS: [&[&str]; 9] = [
    &[
        "nobody",
        "practitioner, allocated",
        "manager",
        "delegated practitioner",
        "practitioner of the authority, adviser until lately",
        "duty",
        "adviser named",
        "practitioner with emergency access",
        "practitioner whose emergency access ended",
        "member of the allocated team",
        "manager in conflict",
        "disabled manager",
        "manager of another authority",
    ],
    &["advocate, active", "advocate, only asked", "advocate, ended"],
    &[
        "adult",
        "representative who may receive everything, with authority to decide",
        "representative who may receive some",
        "representative who may receive nothing",
        "representative, implicated",
        "representative until lately",
        "adult of another case",
        "representative, paused here and not on another case",
    ],
    &[
        "client of the agency that referred",
        "client of an agency that enquires",
        "user of a partner agency, all sections",
        "user of a partner agency, all sections, these records its own",
        "user of a partner agency, no section",
        "user of a partner agency, ended",
        "client of a partner agency, all sections",
        "client of a partner agency, agreement lapsed",
    ],
    &["board", "analyst", "admin", "auditor"],
    &[
        "stopped: adult",
        "stopped: representative who may receive some",
        "stopped: advocate, active",
        "stopped: practitioner, allocated",
    ],
    &[
        "restricted: practitioner, allocated",
        "restricted: manager who restricted it",
        "restricted: another manager",
        "restricted: delegated practitioner",
        "restricted: duty",
        "restricted: adviser named",
        "restricted: practitioner with emergency access",
        "restricted: member of the allocated team",
        "restricted: advocate, active",
        "restricted: adult",
    ],
    &[
        "transferred: practitioner, allocated",
        "transferred: manager",
        "transferred: manager of another authority",
        "transferred: advocate, active",
        "transferred: adult",
        "transferred: user of a partner agency, all sections",
    ],
    &[
        "closed: practitioner, allocated",
        "closed: manager",
        "closed: duty",
        "closed: adviser named",
        "closed: member of the allocated team",
        "closed: adult",
        "closed: user of a partner agency, all sections",
    ],
];

/// What befalls the case between the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    AsItIs,
    /// Every app is found not to be safe.
    Stopped,
    Restricted,
    Transferred,
    Closed,
}

impl Stage {
    pub const ALL: [Self; 5] = [
        Self::AsItIs,
        Self::Stopped,
        Self::Restricted,
        Self::Transferred,
        Self::Closed,
    ];

    /// The stage in which a reader is asked.
    pub fn of(reader: &str) -> Self {
        match reader.split_once(": ") {
            Some(("stopped", _)) => Self::Stopped,
            Some(("restricted", _)) => Self::Restricted,
            Some(("transferred", _)) => Self::Transferred,
            Some(("closed", _)) => Self::Closed,
            _ => Self::AsItIs,
        }
    }

    /// Brings the case there.
    pub fn begin(self, server: &Server, case: &str) {
        let (case, stage) = (Id::parse(case).unwrap(), self);
        server.behind_its_back(move |conn| {
            let restricted = stage == Self::Restricted;
            let this = cases::table.find(case);
            let elsewhere = cases::table
                .filter(cases::authority.eq("eastmoor"))
                .select(cases::id);
            let elsewhere: Option<Id> = match stage {
                Self::Transferred => Some(elsewhere.first(conn)?),
                _ => None,
            };
            diesel::update(this)
                .set((
                    cases::restricted.eq(restricted),
                    cases::transferred_to.eq(elsewhere),
                ))
                .execute(conn)?;
            match stage {
                Self::Stopped => stop_every_app(conn, case)?,
                _ => allow_every_app(conn, case)?,
            }
            if stage == Self::Closed {
                diesel::update(this)
                    .set(cases::state.eq(CaseState::Closed))
                    .execute(conn)?;
            }
            Ok(())
        });
    }
}

const NOT_SAFE: &str = "Every app of the case is stopped";

/// Finds the apps of the adult, of each representative of theirs and of each advocate not to be safe.
fn stop_every_app(conn: &mut Connection, case: Id) -> QueryResult<()> {
    let given: Vec<(Option<Id>, Option<Id>)> = case_access::table
        .filter(case_access::case_id.eq(case))
        .select((case_access::representative_id, case_access::advocate_id))
        .distinct()
        .load(conn)?;
    let asked: Vec<Id> = advocacy_assignments::table
        .filter(advocacy_assignments::case_id.eq(case))
        .select(advocacy_assignments::advocate_id)
        .distinct()
        .load(conn)?;
    let of_advocates = asked.into_iter().map(|entry| (None, Some(entry)));
    for (representative, advocate) in given.into_iter().chain(of_advocates) {
        let who = match (representative, advocate) {
            (Some(_), _) => "representative",
            (None, Some(_)) => "advocate",
            (None, None) => "adult",
        };
        let now = clock::now();
        diesel::insert_into(decisions::table)
            .values((
                (
                    decisions::id.eq(Id::new()),
                    decisions::case_id.eq(case),
                    decisions::authority.eq("northbank"),
                    decisions::version.eq(1),
                ),
                (
                    decisions::created_at.eq(now),
                    decisions::created_by.eq(case),
                    decisions::updated_at.eq(now),
                    decisions::updated_by.eq(case),
                ),
                (
                    decisions::who.eq(who),
                    decisions::representative_id.eq(representative),
                    decisions::advocate_id.eq(advocate),
                ),
                (
                    decisions::decision.eq("not_safe"),
                    decisions::view.eq("full"),
                    decisions::reason.eq(NOT_SAFE),
                ),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn allow_every_app(conn: &mut Connection, case: Id) -> QueryResult<()> {
    let stops = decisions::table
        .filter(decisions::case_id.eq(case))
        .filter(decisions::reason.eq(NOT_SAFE));
    diesel::update(stops)
        .set(decisions::entered_in_error.eq("The probe is over"))
        .execute(conn)
        .map(drop)
}

/// Makes everybody and brings them into their relation; the order is that of [`COLUMNS`].
pub fn of(server: &Server, world: &World) -> Vec<(&'static str, Actor)> {
    let making = Making::new(server, world);
    let named = COLUMNS.iter().flat_map(|group| group.iter());
    let mut made: Vec<(&'static str, Actor)> = Vec::new();
    for name in named {
        let same = name.split_once(": ").map(|(_, same)| same);
        let before = same.and_then(|same| made.iter().find(|(other, _)| *other == same));
        let actor = match before {
            Some((_, actor)) => actor.clone(),
            None => making.somebody(name),
        };
        made.push((name, actor));
    }
    made
}

struct Making<'a> {
    server: &'a Server,
    manager: Actor,
    case: String,
    reference: String,
    /// Of another case of the authority.
    other: String,
    adult: String,
    advocate_of_demo: String,
    /// The action, the sharing decision and the meeting that are asked for.
    records: [Id; 3],
}

impl<'a> Making<'a> {
    fn new(server: &'a Server, world: &World) -> Self {
        let manager = server.as_("manager");
        let case = world.id("caseId").to_owned();
        let reference = manager.get(&format!("/v1/cases/{case}")).ok().text("/reference");
        Self {
            server,
            manager,
            case,
            reference,
            other: server
                .as_("practitioner2")
                .get("/v1/cases")
                .ok()
                .text("/items/0/reference"),
            records: ["actionId", "sharingId", "meetingId"].map(|name| Id::parse(world.id(name)).unwrap()),
            adult: world.id("adultId").to_owned(),
            advocate_of_demo: world.id("advocateId").to_owned(),
        }
    }

    fn somebody(&self, name: &str) -> Actor {
        let demo = |name: &str| self.server.as_(name);
        match name {
            "nobody" => self.server.nobody(),
            "practitioner, allocated" => demo("practitioner"),
            "practitioner of the authority, adviser until lately" => demo("practitioner2"),
            "manager of another authority" => demo("manager-eastmoor"),
            "advocate, active" => demo("advocate"),
            "representative who may receive some" => demo("representative"),
            "client of the agency that referred" => demo("police-intake"),
            "client of an agency that enquires" => demo("nhs-intake"),
            "restricted: manager who restricted it" => {
                let manager = self.staff("restricting-manager", Role::Manager);
                self.on_case("grants", &adviser(&id_of(&manager)));
                manager
            }
            "restricted: another manager" => self.staff("manager-two", Role::Manager),
            "delegated practitioner" => self.staff("delegated", Role::DelegatedPractitioner),
            "adviser named" => {
                let named = self.staff("adviser", Role::Practitioner);
                self.on_case("grants", &adviser(&id_of(&named)));
                named
            }
            "practitioner with emergency access" => self.with_emergency_access("breaks-glass", true),
            "practitioner whose emergency access ended" => self.with_emergency_access("broke-glass", false),
            "member of the allocated team" => self.team_member(),
            "manager in conflict" => {
                let against = self.staff("conflicted", Role::Manager);
                let cousin = json!({"userId": id_of(&against), "kind": "related", "detail": "A cousin"});
                self.on_case("conflicts", &cousin);
                against
            }
            "disabled manager" => {
                let gone = self.staff("gone", Role::Manager);
                let id = Id::parse(&id_of(&gone)).unwrap();
                self.server.database(move |conn| {
                    diesel::update(accounts::table.find(id))
                        .set(accounts::enabled.eq(false))
                        .execute(conn)?;
                    Ok(())
                });
                gone
            }
            "advocate, only asked" => self.advocate("asked", &[]),
            "advocate, ended" => self.advocate("left", &["accepted", "active", "ended"]),
            "representative who may receive everything, with authority to decide" => {
                let all = [
                    "outcomes",
                    "wishes",
                    "meetings",
                    "plan",
                    "next_steps",
                    "feedback",
                    "decisions",
                ];
                self.representative("deputy", &json!({"legalAuthority": "deputy", "mayReceive": all}))
            }
            "representative who may receive nothing" => self.representative("told-nothing", &json!({})),
            "representative, implicated" => {
                let implicated = json!({"conflict": "implicated", "mayReceive": ["outcomes", "wishes"]});
                self.representative("implicated", &implicated)
            }
            "representative until lately" => {
                let ended = json!({"endsOn": "2026-01-31", "mayReceive": ["outcomes", "wishes"]});
                self.representative("former", &ended)
            }
            "adult of another case" => {
                self.server
                    .add_user("other-adult", Role::Adult, "northbank", Some(&self.other))
            }
            "representative, paused here and not on another case" => {
                let may = json!({"mayReceive": ["outcomes", "wishes"]});
                let (friend, entry) = self.representative_with("friend-paused", &may);
                self.pause(&friend, &entry);
                friend
            }
            "user of a partner agency, all sections, these records its own" => {
                let (user, agency) = self.partner("Ward", &sections(), None);
                self.make_own(&agency);
                user
            }
            "user of a partner agency, all sections" => self.partner("Hospice", &sections(), None).0,
            "user of a partner agency, no section" => self.partner("Housing", &json!([]), None).0,
            "user of a partner agency, ended" => self.partner("Former", &sections(), Some("2026-01-31")).0,
            "client of a partner agency, all sections" => self.client(
                "Pharmacy",
                &json!({"authority": "northbank", "from": "2026-01-01"}),
            ),
            "client of a partner agency, agreement lapsed" => self.client(
                "Transport",
                &json!({"authority": "northbank", "from": "2025-01-01", "until": "2026-01-01"}),
            ),
            other => demo(other),
        }
    }

    /// Pauses a representative's app for the case; the account was given another adult's case too, by an entry of hers.
    fn pause(&self, actor: &Actor, entry: &str) {
        let paused = json!({"who": "representative", "representativeId": entry, "decision": "paused", "view": "full",
            "reason": "The phone is lost"});
        let other = self.other.clone();
        let adult = self.server.database(move |conn| {
            let of_case = cases::table.filter(cases::reference.eq(&other));
            let adult: Option<Id> = of_case.select(cases::adult_id).first(conn)?;
            Ok(adult.expect("a case about somebody"))
        });
        let body = json!({"kind": "representative", "name": "A friend of hers too", "relationship": "friend",
            "legalAuthority": "none", "chosenByAdult": "yes", "conflict": "none", "mayReceive": []});
        let list = format!("/v1/adults/{adult}/representatives");
        let of_hers = self.manager.post(&list, &body).created().id();
        self.server
            .give_case(actor, &self.other, (Role::Representative, Some(&of_hers)));
        self.on_case("app-access", &paused);
    }

    /// The records that are asked for concern this agency.
    fn make_own(&self, agency: &str) {
        let (agency, records) = (Id::parse(agency).unwrap(), self.records);
        self.server.behind_its_back(move |conn| {
            let [action, sharing, meeting] = records;
            diesel::update(actions::table.find(action))
                .set(actions::agency_id.eq(agency))
                .execute(conn)?;
            diesel::update(sharing_decisions::table.find(sharing))
                .set(sharing_decisions::agency_id.eq(agency))
                .execute(conn)?;
            let attended: Vec<Invitee> = serde_json::from_value(json!([
                {"name": "Sister Amara", "agencyId": agency, "attended": "attended_all"}
            ]))
            .expect("an invitee");
            diesel::update(meetings::table.find(meeting))
                .set(meetings::invitees.eq(Json(attended)))
                .execute(conn)?;
            Ok(())
        });
    }

    fn staff(&self, name: &str, role: Role) -> Actor {
        self.server.add_user(name, role, "northbank", None)
    }

    fn on_case(&self, list: &str, body: &Value) -> String {
        let path = format!("/v1/cases/{}/{list}", self.case);
        self.manager.post(&path, body).created().id()
    }

    fn with_emergency_access(&self, name: &str, now: bool) -> Actor {
        let user = self.staff(name, Role::Practitioner);
        let path = format!("/v1/cases/{}/emergency-access", self.case);
        let glass = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
        let used = Id::parse(&user.post(&path, &glass).created().id()).unwrap();
        if !now {
            self.server.behind_its_back(move |conn| {
                use msp_api::schema::access::emergency_access as table;
                diesel::update(table::table.find(used))
                    .set(table::until.eq(clock::now()))
                    .execute(conn)?;
                Ok(())
            });
        }
        user
    }

    fn team_member(&self) -> Actor {
        let member = self.staff("team-member", Role::Practitioner);
        let (member_id, case) = (
            Id::parse(&id_of(&member)).unwrap(),
            Id::parse(&self.case).unwrap(),
        );
        self.server.behind_its_back(move |conn| {
            let team = Team {
                id: Id::new(),
                authority: "northbank".to_owned(),
                kind: TeamKind::Casework,
            };
            users::insert_team(conn, &team, "North team", &[member_id], clock::now())?;
            diesel::update(cases::table.find(case))
                .set(cases::allocated_team.eq(team.id))
                .execute(conn)?;
            Ok(())
        });
        member
    }

    /// An advocate who was asked, and took these steps.
    fn advocate(&self, name: &str, steps: &[&str]) -> Actor {
        let user = self.staff(name, Role::Advocate);
        let manager = &self.manager;
        let of_demo = manager
            .get(&format!("/v1/advocates/{}", self.advocate_of_demo))
            .ok();
        let entry = json!({"name": name, "organisation": of_demo.text("/organisation"), "kinds": ["care_act_s68"],
            "independenceDeclaredOn": "2026-04-01"});
        let entry = manager.post("/v1/advocates", &entry).created().id();
        self.server.make_login(&user, &entry);
        let asked = json!({"kind": "care_act_s68", "basis": "power", "advocateId": entry});
        let assignment = self.on_case("advocacy-assignments", &asked);
        let one = format!("/v1/cases/{}/advocacy-assignments/{assignment}", self.case);
        for (step, version) in steps.iter().zip(1..) {
            let step = json!({"to": step, "reason": "As it went"});
            let step = match step["to"] == "ended" {
                true => step,
                false => json!({"to": step["to"]}),
            };
            let moved = user.post(&format!("{one}/transitions"), &step);
            moved.if_match(&format!("W/\"{version}\"")).ok();
        }
        user
    }

    fn representative(&self, name: &str, more: &Value) -> Actor {
        self.representative_with(name, more).0
    }

    /// A representative who has the case, and their entry; what keeps them away is recorded afterwards.
    fn representative_with(&self, name: &str, more: &Value) -> (Actor, String) {
        let user = self
            .server
            .add_user(name, Role::Representative, "northbank", None);
        let body = json!({"kind": "representative", "name": name, "relationship": "friend",
            "legalAuthority": "none", "chosenByAdult": "yes", "conflict": "none", "mayReceive": []});
        let list = format!("/v1/adults/{}/representatives", self.adult);
        let entry = self.manager.post(&list, &body).created();
        self.server
            .give_case(&user, &self.reference, (Role::Representative, Some(&entry.id())));
        let amend = self.manager.patch(&format!("{list}/{}", entry.id()), more);
        amend.if_match(&entry.tag()).ok();
        (user, entry.id())
    }

    /// A user of an agency of this name that is named on the case, and the agency.
    fn partner(&self, agency: &str, sections: &Value, ends_on: Option<&str>) -> (Actor, String) {
        let agreement = json!({"authority": "northbank", "from": "2026-01-01"});
        self.partner_with(agency, &agreement, sections, ends_on)
    }

    fn partner_with(
        &self,
        agency: &str,
        agreement: &Value,
        sections: &Value,
        ends_on: Option<&str>,
    ) -> (Actor, String) {
        let mut entry = json!({"name": agency, "agencyType": "other"});
        entry["agreements"] = json!([agreement]);
        let registered = self
            .server
            .as_("admin")
            .post("/v1/agencies", &entry)
            .created()
            .id();
        let mut grant = json!({"relationship": "partner", "agencyId": registered, "reason": "Visits twice a week",
            "sections": sections});
        if let Some(day) = ends_on {
            grant["endsOn"] = json!(day);
        }
        self.on_case("grants", &grant);
        let user = self.staff(&format!("user-of-{agency}"), Role::Analyst);
        let (user_id, agency) = (Id::parse(&id_of(&user)).unwrap(), Id::parse(&registered).unwrap());
        self.server.database(move |conn| {
            diesel::update(accounts::table.find(user_id))
                .set(accounts::agency_id.eq(agency))
                .execute(conn)?;
            Ok(msp_api::people::users::set_roles(conn, user_id, &[])?)
        });
        (user, registered)
    }

    /// A client, of an agency with this agreement, that is named on the case for everything.
    fn client(&self, agency: &str, agreement: &Value) -> Actor {
        let (_, agency_id) = self.partner_with(agency, agreement, &sections(), None);
        let scopes = [
            "referrals:submit",
            "referrals:read",
            "enquiries:write",
            "actions:write",
        ];
        let entry = json!({"name": format!("client-of-{agency}"), "agencyId": agency_id, "scopes": scopes,
            "authorities": ["northbank"], "defaultAuthority": "northbank"});
        let client = self
            .server
            .as_("admin")
            .post("/v1/api-clients", &entry)
            .created()
            .id();
        self.server.second_person_approves();
        let tokens = &self.server.app().tokens;
        let scopes = scopes.map(str::to_owned);
        let token = tokens.issue(
            Id::parse(&client).unwrap(),
            CallerKind::Client,
            &scopes,
            clock::now(),
        );
        self.server.with_token(&token.unwrap())
    }
}

fn id_of(actor: &Actor) -> String {
    actor.get("/v1/me").ok().text("/id")
}

fn adviser(user: &str) -> Value {
    json!({"relationship": "adviser", "userId": user, "reason": "Knows the bank's own team"})
}

fn sections() -> Value {
    json!(msp_api::policy::Part::ALL)
}
