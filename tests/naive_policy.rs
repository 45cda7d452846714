//! The policy and a second, naive one decide the same: random cases and callers, every permission.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use msp_api::act::{Act, Found, IfMatch};
use msp_api::auth::callers;
use msp_api::casework::cases::reach;
use msp_api::casework::cases::reachable::{self, CaseFilter};
use msp_api::clock;
use msp_api::db::Connection;
use msp_api::ids::Id;
use msp_api::page::PageRequest;
use msp_api::people::users;
use msp_api::policy::{self, Action, Caller, CallerKind};
use msp_api::problem::Problem;
use msp_api::schema::access::case_relationships as rows;

mod again;
mod insertion;
mod situations;

use crate::graph::dice::Dice;
use again::{STANDINGS, decide, matrix};
use situations::{Situation, World};

const SEED: u64 = 20_261_122;
const USERS: usize = 60;
const CLIENTS: usize = 14;
const CASES: usize = 150;
/// All of them on one page.
const ALL: PageRequest = PageRequest {
    limit: 1_000,
    after: None,
    newest_first: true,
    updated_since: None,
};

/// How one case was reached, one by one: as what, or why not.
type Reached = Result<String, String>;

/// What a caller was let see with a permission.
struct Seen {
    action: Action,
    /// The cases that are listed, and as what.
    listed: HashMap<Id, String>,
    one_by_one: Vec<(usize, Reached)>,
}

on_both_databases! {
    fn a_naive_policy_decides_the_same(server) {
        let rows = matrix();
        let names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
        let unknown: Vec<_> = rows.keys().filter(|name| !names.contains(&name.as_str())).collect();
        assert!(unknown.is_empty(), "no such permissions: {unknown:?}");
        let mut dice = Dice { seed: SEED, deep: false };
        let world = Arc::new(World::random(&mut dice, USERS, CLIENTS, CASES));
        let written = Arc::clone(&world);
        server.behind_its_back(move |conn| written.insert(conn));
        let (mut decisions, mut denied_by_conflict) = (0, 0);
        let mut permitted_as: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, caller) in world.callers.iter().enumerate() {
            let asked = Arc::clone(&world);
            let seen = server.database(move |conn| look(conn, &asked, number));
            for Seen { action, listed, one_by_one } in &seen {
                let row = rows.get(action.name()).unwrap_or_else(|| panic!("{} is in no row", action.name()));
                let told = |case: &Situation| {
                    format!("seed {SEED}, {}, {caller:#?}\n{}", action.name(), world.around(case))
                };
                for case in &world.cases {
                    let expected = decide(&world, row, caller, case);
                    assert_eq!(listed.get(&case.id).map(String::as_str), expected, "{}", told(case));
                    decisions += 1;
                    *permitted_as.entry(expected.unwrap_or("nothing")).or_default() += 1;
                    denied_by_conflict += usize::from(world.excluded.contains(&(caller.id, case.id)));
                }
                for (at, found) in one_by_one {
                    let case = &world.cases[*at];
                    let expected = match decide(&world, row, caller, case) {
                        Some(standing) => Ok(standing.to_owned()),
                        None if decide(&world, &rows["cases.read"], caller, case).is_some() => Err("Forbidden".to_owned()),
                        None => Err("NotFound".to_owned()),
                    };
                    assert_eq!(*found, expected, "{}", told(case));
                }
            }
        }
        assert!(decisions >= 100_000, "only {decisions} decisions");
        for (_, standing) in STANDINGS {
            let times = permitted_as.get(standing).copied().unwrap_or_default();
            assert!(times >= 50, "{standing} permitted only {times} of {decisions}: {permitted_as:?}");
        }
        assert!(denied_by_conflict > 5_000, "{denied_by_conflict}");
    }
}

on_both_databases! {
    fn the_list_and_the_decision_agree_to_the_microsecond_at_which_something_ends(server) {
        let mut dice = Dice { seed: SEED, deep: false };
        let world = Arc::new(World::random(&mut dice, USERS, CLIENTS, CASES));
        let written = Arc::clone(&world);
        server.behind_its_back(move |conn| written.insert(conn));
        let (asked, ended) = server.database(move |conn| at_each_end(conn, &world));
        assert!(asked > 1_000 && ended > 50, "{asked} asked, {ended} ended");
    }
}

/// Asks for each case that somebody has something to do with until some time, a microsecond before that time, at it and after
/// it. Answers how often that was, and how often it was the end of what they could read.
fn at_each_end(conn: &mut Connection, world: &World) -> Result<(usize, usize), Problem> {
    let (mut asked, mut ended) = (0, 0);
    let rows: Vec<(Id, Id, Option<clock::UtcTime>)> = rows::table
        .filter(rows::ended_at.is_null().and(rows::ends_at.is_not_null()))
        .select((rows::principal_id, rows::case_id, rows::ends_at))
        .load(conn)?;
    for (principal, case, end) in rows {
        let Some(caller) = world.callers.iter().find(|caller| caller.id == principal) else {
            continue;
        };
        let end = end.expect("it has one");
        for action in [Action::CasesRead, Action::MyViewRead] {
            let mut before = false;
            for step in [-1, 0, 1] {
                let at = end.plus_micros(step);
                let scope = policy::scope(&Caller { at, ..caller.clone() }, action);
                let listed = reachable::list(conn, &scope, &CaseFilter::default(), &ALL)?.items;
                let listed = listed
                    .iter()
                    .find(|(row, _)| row.id == case)
                    .map(|(_, as_what)| *as_what);
                let known = reachable::to_decide(conn, &scope, case)?.expect("the case is there");
                let decided = scope.standing(&known.facts);
                assert_eq!(listed, decided, "{action:?} {case:?} {step} from {end}");
                asked += 1;
                before |= step < 0 && decided.is_some();
                ended += usize::from(step == 0 && before && decided.is_none());
            }
        }
    }
    Ok((asked, ended))
}

/// What this caller sees with every permission; and a few cases one by one.
fn look(conn: &mut Connection, world: &World, number: usize) -> Result<Vec<Seen>, Problem> {
    let caller = &world.callers[number];
    // What the server finds out about agreements must add none.
    let loaded = match caller.kind {
        CallerKind::Client => callers::client(conn, caller.id, &caller.scopes, caller.at)?,
        _ => users::caller_in(conn, caller.id, None, caller.at)?,
    };
    let loaded = loaded.expect("everybody is enabled");
    let caller = &Caller {
        agreements: loaded.agreements,
        ..caller.clone()
    };
    let mut all = Vec::new();
    for (place, action) in Action::ALL.iter().copied().enumerate() {
        let scope = policy::scope(caller, action);
        let listed = reachable::list(conn, &scope, &CaseFilter::default(), &ALL)?.items;
        let listed: HashMap<Id, String> = listed
            .into_iter()
            .map(|(case, standing)| (case.id, format!("{standing:?}")))
            .collect();
        let mut one_by_one = Vec::new();
        let chosen = world.cases.iter().enumerate().filter(|(at, case)| {
            let rarely = if listed.contains_key(&case.id) { 12 } else { 400 };
            (at * 7 + place * 31 + number * 13).is_multiple_of(rarely)
        });
        for (at, case) in chosen {
            one_by_one.push((at, reached(conn, caller, action, case.id)));
        }
        all.push(Seen {
            action,
            listed,
            one_by_one,
        });
    }
    Ok(all)
}

fn reached(conn: &mut Connection, caller: &Caller, action: Action, case: Id) -> Reached {
    let mut act = Act {
        conn,
        caller,
        action,
        now: clock::now(),
        if_match: &IfMatch::Missing,
        new_id: Id::new(),
        found: Found::default(),
    };
    match reach::reach(&mut act, case) {
        Ok(reached) => Ok(format!("{:?}", reached.standing)),
        Err(problem) => Err(format!("{:?}", problem.code())),
    }
}
