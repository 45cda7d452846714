//! The graph of a case against a small model of it: random sequences of steps by random people, on both databases.
//!
//! The model is written from the domain's table of steps and knows nothing of the program: states, steps, who takes
//! them, what must be recorded. A failure prints its sequence in full, with the seed that makes it again.

pub mod dice;
mod model;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dice::{Dice, any_checklist, any_conclusion, any_step};
use diesel::prelude::*;
use model::{Model, STATES};
use msp_api::casework::cases::closing;
use msp_api::casework::cases::model::{CaseState, EnquiryType};
use msp_api::casework::cases::service::{self, Opening};
use msp_api::casework::outcomes::service as outcomes;
use msp_api::clock;
use msp_api::db::types::Json;
use msp_api::db::{Connection, Database};
use msp_api::demo::scene::{body, perform};
use msp_api::ids::Id;
use msp_api::people::adults::{self, Adult};
use msp_api::people::users;
use msp_api::policy::{Action, Caller, Role};
use msp_api::problem::Problem;
use msp_api::schema::casework::{case_transitions, cases, enquiries};
use serde_json::{Value, json};

use crate::support::{Kind, databases, how_many};

const SEED: u64 = 0x4D53_5031_0042;
/// Unless `MSP_TEST_GRAPH` says how many, in whole batches.
const SEQUENCES: u64 = 2_000;
/// Sequences in one transaction.
const BATCH: u64 = 500;
const LONGEST: u64 = 12;

/// Who takes part; the adult stands in every case that has one.
struct Cast {
    people: BTreeMap<&'static str, Caller>,
    adult: Id,
}

impl Cast {
    fn of(conn: &mut Connection) -> Result<Self, Problem> {
        let mut people = BTreeMap::new();
        for name in [
            "manager",
            "practitioner",
            "practitioner2",
            "duty",
            "manager-eastmoor",
        ] {
            let user = users::named(conn, name)?.ok_or_else(Problem::not_found)?;
            people.extend(users::caller(conn, user.id, msp_api::clock::now())?.map(|caller| (name, caller)));
        }
        let mut delegated = people["practitioner2"].clone();
        delegated.roles[0].role = Role::DelegatedPractitioner;
        people.insert("delegated", delegated);
        let adult = Adult::new(Id::new(), "northbank", people["manager"].id, clock::now());
        adults::insert(conn, &adult)?;
        let adult = adult.id;
        Ok(Self { people, adult })
    }
}

type KeptEnquiry = (EnquiryType, Option<NaiveDate>, Option<Json<Value>>);

/// One case and the model of it.
struct Play<'a> {
    conn: &'a mut Connection,
    cast: &'a Cast,
    dice: Dice,
    case: Id,
    model: Model,
    told: Vec<String>,
}

impl<'a> Play<'a> {
    fn open(conn: &'a mut Connection, cast: &'a Cast, number: u64) -> Result<Self, Problem> {
        let mut dice = Dice {
            seed: SEED ^ number,
            deep: false,
        };
        dice.deep = dice.percent(12);
        let (has_adult, allocated) = (dice.percent(85), dice.percent(85));
        let manager = &cast.people["manager"];
        let opening = Opening {
            authority: "northbank".to_owned(),
            adult: has_adult.then_some(cast.adult),
            allocated_to: allocated.then_some(cast.people["practitioner"].id),
            allocated_team: None,
            group: None,
            transferred_from: None,
        };
        let case = perform(conn, manager, Action::ReferralsTriage, 1, |act| {
            service::open(act, opening)
        })?;
        let model = Model {
            has_adult,
            allocated,
            state: "concern",
            version: 1,
            enquiries: vec![],
            steps: vec![],
            conclusion: json!({}),
            checklist: json!({}),
            drafts: [1, 1],
            outcomes: vec![],
        };
        let told = vec![format!("adult: {has_adult}, allocated: {allocated}")];
        Ok(Self {
            conn,
            cast,
            dice,
            case: case.id,
            model,
            told,
        })
    }

    fn turn(&mut self, number: u64) -> Result<(), Problem> {
        let (case, model) = (self.case, &mut self.model);
        let (manager, practitioner) = (&self.cast.people["manager"], &self.cast.people["practitioner"]);
        let ripe = model.step("concluded").is_some() && model.conclusion == json!({});
        let ripe_to_close = model.state == "concluded" && model.checklist == json!({});
        match self.dice.roll() % 100 {
            roll if roll < 8 || (ripe && roll < 60) => {
                let set = any_conclusion(&mut self.dice, model, number);
                self.told.push(format!("conclusion {set}"));
                let written = body(&set)?;
                perform(self.conn, manager, Action::ClosingDraft, model.drafts[0], |act| {
                    closing::save_conclusion(act, case, &written)
                })?;
                model.conclusion = set;
                model.drafts[0] += 1;
            }
            roll if roll < 14 || (ripe_to_close && roll < 60) => {
                let set = any_checklist(&mut self.dice);
                self.told.push(format!("checklist {set}"));
                let written = body(&set)?;
                perform(self.conn, manager, Action::ClosingDraft, model.drafts[1], |act| {
                    closing::save_checklist(act, case, &written)
                })?;
                model.checklist = set;
                model.drafts[1] += 1;
            }
            14..18 if model.has_adult && model.allocated => {
                let said = body(&json!({"ownWords": "I want to be left in peace", "expressedBy": "adult"}))?;
                let id = perform(self.conn, practitioner, Action::OutcomesRecord, 1, |act| {
                    outcomes::record(act, case, &said)
                })?;
                self.told.push("an outcome".to_owned());
                model.outcomes.push((id.to_string(), None));
            }
            18..26 if !model.outcomes.is_empty() => {
                let place = usize::try_from(self.dice.roll()).unwrap() % model.outcomes.len();
                let achieved = self
                    .dice
                    .pick(&["fully", "fully", "partially", "not", "not_judged"]);
                let mut judged = json!({"achieved": achieved, "judgedBy": "adult", "reason": "She says so"});
                if achieved == "not_judged" {
                    judged["notJudgedBecause"] = json!("too_early");
                }
                let (judged, id) = (body(&judged)?, Id::parse(&model.outcomes[place].0).unwrap());
                perform(self.conn, manager, Action::OutcomesJudge, 1, |act| {
                    outcomes::judge(act, case, id, &judged)
                })?;
                self.told.push(format!("outcome {place} {achieved}"));
                model.outcomes[place].1 = Some(achieved);
            }
            _ => self.step()?,
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), Problem> {
        let who = match self.dice.roll() % 100 {
            _ if self.dice.deep && self.dice.percent(70) => "manager",
            0..70 => "manager",
            70..80 => "delegated",
            80..90 => "practitioner",
            _ => self.dice.pick(&["duty", "practitioner2", "manager-eastmoor"]),
        };
        let read = self.model.version - i64::from(self.dice.percent(4));
        let wanted = any_step(&mut self.dice, &self.model);
        let expected = self.model.judge(who, read, &wanted);
        let (case, written) = (self.case, body(&wanted)?);
        let answer = perform(
            self.conn,
            &self.cast.people[who],
            Action::CasesMove,
            read,
            |act| service::transition(act, case, &written),
        );
        let answer = answer.err().map(|problem| (problem.code(), missing_in(&problem)));
        self.told.push(format!("{who} {wanted} at {read}: {answer:?}"));
        if answer != expected {
            self.told.push(format!("WRONG: the domain says {expected:?}"));
        }
        if answer.is_none() && expected.is_none() {
            self.model.take(&wanted);
        }
        Ok(())
    }

    /// What is kept is what the model says: looked at after each step that was taken, where what a refusal before it
    /// had left behind would show too, and at the end.
    fn compare(&mut self) -> Result<(), Problem> {
        let model = &self.model;
        let case: (CaseState, i64, Option<EnquiryType>) = cases::table
            .find(self.case)
            .select((cases::state, cases::version, cases::enquiry_type))
            .first(self.conn)?;
        let kept: Vec<KeptEnquiry> = enquiries::table
            .filter(enquiries::case_id.eq(self.case))
            .order(enquiries::id)
            .select((
                enquiries::enquiry_type,
                enquiries::concluded_on,
                enquiries::conclusion,
            ))
            .load(self.conn)?;
        let steps: Vec<CaseState> = case_transitions::table
            .filter(case_transitions::case_id.eq(self.case))
            .order(case_transitions::id)
            .select(case_transitions::to_state)
            .load(self.conn)?;
        let open = kept
            .iter()
            .filter(|(_, concluded, _)| concluded.is_none())
            .count();
        let ended = kept.iter().map(|(kind, _, conclusion)| {
            let reason = conclusion
                .as_ref()
                .and_then(|set| set.0.pointer("/conclusion/reason"));
            let reason = reason.and_then(Value::as_str).map(str::to_owned);
            (kind.as_str().to_owned(), reason)
        });
        let ended: Vec<(String, Option<String>)> = ended.collect();
        let steps: Vec<&str> = steps.into_iter().map(CaseState::as_str).collect();
        let last = model.enquiries.last().map(|(kind, _)| kind.as_str());
        let found = [
            ("state", case.0.as_str() == model.state),
            ("version", case.1 == model.version),
            ("type", case.2.map(EnquiryType::as_str) == last),
            (
                "one open enquiry, or none",
                open == usize::from(matches!(model.state, "enquiry" | "plan")),
            ),
            ("enquiries and their conclusions", ended == model.enquiries),
            ("steps", steps == model.steps),
        ];
        let wrong = found.iter().filter(|(_, right)| !right);
        self.told
            .extend(wrong.map(|(what, _)| format!("WRONG: {what}; kept {steps:?} {} {ended:?}", case.1)));
        Ok(())
    }

    /// The sequence in words that are the same on every database.
    fn story(self) -> String {
        let mut story = self.told.join("\n");
        for (place, (id, _)) in self.model.outcomes.iter().enumerate() {
            story = story.replace(id, &format!("outcome {place}"));
        }
        story
    }
}

fn missing_in(problem: &Problem) -> Vec<String> {
    let body = problem.body("", "");
    let listed = body
        .extra
        .get("missing")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut pointers: Vec<String> = listed
        .iter()
        .filter_map(|fault| fault["pointer"].as_str().map(str::to_owned))
        .collect();
    pointers.sort();
    pointers
}

fn play(conn: &mut Connection, cast: &Cast, number: u64) -> Result<String, Problem> {
    let mut play = Play::open(conn, cast, number)?;
    // Most are short, so that there can be many; the others go deep.
    let turns = match play.dice.deep {
        true => LONGEST - play.dice.roll() % 5,
        false => 1 + play.dice.roll() % 2,
    };
    for turn in 0..turns {
        let version = play.model.version;
        play.turn(number * 100 + turn)?;
        if play.model.version > version || turn + 1 == turns {
            play.compare()?;
        }
        if play.told.iter().any(|told| told.starts_with("WRONG")) {
            break;
        }
    }
    Ok(play.story())
}

/// Plays every sequence on one database: what happened in each.
fn stories(kind: Kind, sequences: u64) -> Vec<String> {
    let url = databases::filled(kind);
    actix_web::rt::System::new().block_on(async move {
        let database = Database::open(&url, 2).unwrap();
        let mut stories = Vec::new();
        for first in (0..sequences).step_by(usize::try_from(BATCH).unwrap()) {
            let batch = database.write(move |conn| {
                let cast = Cast::of(conn)?;
                (first..first + BATCH)
                    .map(|number| play(conn, &cast, number))
                    .collect::<Result<Vec<String>, Problem>>()
            });
            stories.extend(
                batch
                    .await
                    .unwrap_or_else(|problem| panic!("{kind:?}: {}", problem.for_operator())),
            );
        }
        stories
    })
}

#[test]
fn sequences_of_steps_go_as_the_domain_says_and_alike_on_both_databases() {
    let sequences = how_many("MSP_TEST_GRAPH", SEQUENCES).next_multiple_of(BATCH);
    let postgres = std::thread::spawn(move || stories(Kind::Postgres, sequences));
    let sqlite = stories(Kind::Sqlite, sequences);
    let postgres = postgres.join().unwrap();
    for (number, (here, there)) in sqlite.iter().zip(&postgres).enumerate() {
        assert!(
            !here.contains("WRONG"),
            "sequence {number} of seed {SEED:#x}:\n{here}"
        );
        assert_eq!(
            here, there,
            "sequence {number} of seed {SEED:#x} differs on PostgreSQL"
        );
    }
    let played = usize::try_from(sequences).unwrap();
    assert_eq!((sqlite.len(), postgres.len()), (played, played));
    // Both sides of every rule are met often, or the sequences would show nothing.
    let lines: Vec<&str> = sqlite.iter().flat_map(|story| story.lines()).collect();
    for state in STATES {
        let there = format!("\"to\":\"{state}\"");
        let steps = lines.iter().filter(|line| line.contains(&there));
        let (taken, refused): (Vec<&str>, Vec<&str>) = steps.partition(|line| line.ends_with(": None"));
        let listed = refused
            .iter()
            .filter(|line| line.contains("InvalidTransition, [\""))
            .count();
        assert!(
            taken.len() > played / 50 && listed > played / 500,
            "{state}: {} taken, {listed} with a list",
            taken.len()
        );
    }
}
