//! Random sequences of real operations by random callers over HTTP, against a ledger of the calls that succeeded. It reads
//! no table and knows nothing of the policy: whatever answers the same contract can be held against it.
//!
//! `MSP_TEST_FLOWS=N`: sequences for each database. `MSP_TEST_FLOWS_SEED`: where to begin, as a failure prints it.

mod access;
mod checks;
mod intake;
mod ledger;
mod words;
mod world;

use std::collections::BTreeMap;

use world::{Site, Violation, World};

use crate::graph::dice::Dice;
use crate::support::{Kind, Server};

const SEED: u64 = 20_261_125;
const SEQUENCES: u64 = 100;
const LONGEST: usize = 30;
/// Sequences on one server: its lists stay short enough to be read whole.
const ON_ONE_SERVER: u64 = 50;
/// How many times a broken rule is run again to make its story shorter.
const RERUNS: usize = 60;

type Doing = fn(&mut World, &mut Dice) -> Option<()>;

/// What may happen, and how often.
const STEPS: &[(&str, u64, Doing)] = &[
    ("refer", 5, intake::refer),
    ("triage", 7, intake::triage),
    ("allocate", 2, intake::allocate),
    ("restrict", 3, intake::restrict),
    ("transfer", 3, intake::transfer),
    ("merge", 3, intake::merge),
    ("unmerge", 1, intake::unmerge),
    ("group", 1, intake::group),
    ("close", 1, intake::close),
    ("make a record", 2, intake::make_a_record),
    ("note", 4, words::note),
    ("say an outcome", 5, words::say_an_outcome),
    ("say a wish", 4, words::say_a_wish),
    ("propose", 3, words::propose),
    ("judge", 3, words::judge),
    ("hide an address", 4, words::hide_an_address),
    ("mark as an error", 3, words::mark_as_an_error),
    ("look around", 2, words::look_around),
    ("name", 4, access::name),
    ("end a naming", 1, access::end_a_naming),
    ("exclude", 7, access::exclude),
    ("end an exclusion", 1, access::end_an_exclusion),
    ("record a representative", 4, access::record_a_representative),
    (
        "implicate a representative",
        1,
        access::implicate_a_representative,
    ),
    ("decide about an app", 2, access::decide_about_an_app),
    ("invite", 7, access::invite),
    ("redeem", 6, access::redeem),
    ("accept", 3, access::accept),
    ("pause", 1, access::pause),
    ("ask for an advocate", 2, access::ask_for_an_advocate),
    ("move an assignment", 4, access::move_an_assignment),
    ("use emergency access", 2, access::use_emergency_access),
    ("amend an account", 3, access::amend_an_account),
    ("amend the agency", 1, access::amend_the_agency),
];

/// A step before it is taken: what kind, and the dice that it will roll. Others can be left out without changing them.
#[derive(Debug, Clone, Copy)]
struct Step {
    kind: usize,
    seed: u64,
}

/// The steps of a sequence.
fn sequence(seed: u64) -> Vec<Step> {
    let mut dice = Dice { seed, deep: false };
    let all: u64 = STEPS.iter().map(|(_, weight, _)| weight).sum();
    let step = |_| {
        let mut left = dice.roll() % all;
        let kind = STEPS
            .iter()
            .position(|(_, weight, _)| match left.checked_sub(*weight) {
                Some(less) => {
                    left = less;
                    false
                }
                None => true,
            });
        Step {
            kind: kind.unwrap(),
            seed: dice.roll(),
        }
    };
    (0..LONGEST).map(step).collect()
}

/// What came of a sequence.
struct Ran {
    violations: Vec<Violation>,
    story: Vec<String>,
    /// How many steps did something.
    done: BTreeMap<&'static str, u64>,
}

fn run(site: &mut Site, steps: &[Step], seed: u64) -> Ran {
    let mut done = BTreeMap::new();
    let mut world = World::begin(site);
    for step in steps {
        let (name, _, doing) = STEPS[step.kind];
        let mut dice = Dice {
            seed: step.seed,
            deep: false,
        };
        world.story.push(format!("— {name}"));
        *done.entry(name).or_default() += u64::from(doing(&mut world, &mut dice).is_some());
        world.look_after_a_step(&mut dice);
    }
    world.story.push("— at the end".to_owned());
    world.look_at_the_end(&mut Dice { seed, deep: false });
    let story = world.story.iter().map(|line| world.told(line)).collect();
    let managers =
        [world::MANAGER, world::MANAGER + 1, world::EASTMOOR_MANAGER].map(|who| world.actors[who].clone());
    let violations = std::mem::take(&mut world.violations);
    site.managers.extend(managers);
    Ran {
        violations,
        story,
        done,
    }
}

/// Leaves out steps as long as the rule is still broken.
fn shortened(site: &mut Site, steps: &[Step], seed: u64, rule: &str) -> (Vec<Step>, Ran) {
    let mut kept = steps.to_vec();
    let mut last = run(site, &kept, seed);
    let (mut size, mut runs) = (kept.len().div_ceil(2), 0);
    while size > 0 {
        let mut at = 0;
        while at < kept.len() && runs < RERUNS {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + size).min(kept.len()));
            runs += 1;
            let ran = run(site, &fewer, seed);
            match ran.violations.iter().any(|one| one.rule == rule) {
                true => (kept, last) = (fewer, ran),
                false => at += size,
            }
        }
        size /= 2;
    }
    (kept, last)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long to test is no setting of the program"
)]
fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |number| number.parse().expect("a number"))
}

/// Two workers, each with servers of its own, so that one waits while the other's server works.
fn walk(kind: Kind) {
    let (sequences, first) = (
        asked("MSP_TEST_FLOWS", SEQUENCES),
        asked("MSP_TEST_FLOWS_SEED", SEED),
    );
    let part = |from: u64| {
        let mut broken: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut done: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut site = None;
        for (count, number) in (from..sequences).step_by(2).enumerate() {
            if (count as u64).is_multiple_of(ON_ONE_SERVER) {
                site = Some(Site::open(Server::start(kind)));
            }
            let seed = first + number;
            let ran = run(site.as_mut().unwrap(), &sequence(seed), seed);
            for (name, times) in ran.done {
                *done.entry(name).or_default() += times;
            }
            let rules: std::collections::BTreeSet<String> =
                ran.violations.into_iter().map(|one| one.rule).collect();
            for rule in rules {
                broken.entry(rule).or_default().push(seed);
            }
        }
        (broken, done)
    };
    let (mut broken, mut done) = std::thread::scope(|threads| {
        let other = threads.spawn(|| part(1));
        let mine = part(0);
        let (broken, done) = other.join().expect("the other worker");
        let mut all = mine;
        for (rule, seeds) in broken {
            all.0.entry(rule).or_default().extend(seeds);
        }
        for (name, times) in done {
            *all.1.entry(name).or_default() += times;
        }
        all
    });
    println!("{sequences} sequences on {kind:?} from seed {first}; steps that did something: {done:?}");
    if sequences >= SEQUENCES {
        let never: Vec<_> = STEPS
            .iter()
            .map(|(name, ..)| name)
            .filter(|name| done.remove(*name).unwrap_or(0) == 0)
            .collect();
        // Until there is the operation, nobody can.
        let never: Vec<_> = never.into_iter().filter(|name| **name != "accept").collect();
        assert!(never.is_empty(), "never done: {never:?}");
    }
    assert!(broken.is_empty(), "{}", report(kind, &mut broken, sequences));
}

fn report(kind: Kind, broken: &mut BTreeMap<String, Vec<u64>>, sequences: u64) -> String {
    let mut told = vec![format!("{} rules are broken, on {kind:?}:", broken.len())];
    for (rule, seeds) in broken.iter_mut() {
        seeds.sort_unstable();
        told.push(format!(
            "  in {} of {sequences} sequences: {rule} (seed {})",
            seeds.len(),
            seeds[0]
        ));
    }
    let mut site = Site::open(Server::start(kind));
    for (rule, seeds) in broken.iter().take(asked("MSP_TEST_FLOWS_STORIES", 3) as usize) {
        let (steps, ran) = shortened(&mut site, &sequence(seeds[0]), seeds[0], rule);
        told.push(format!(
            "\n{rule}\nMSP_TEST_FLOWS=1 MSP_TEST_FLOWS_SEED={}, {} steps left:",
            seeds[0],
            steps.len()
        ));
        told.extend(ran.story.iter().map(|line| format!("  {line}")));
        let violations = ran.violations.iter().filter(|one| one.rule == *rule);
        told.extend(violations.take(3).map(|one| format!("  !! {}", one.told)));
    }
    told.join("\n")
}

mod the_invariants_hold_whatever_is_done_in_which_order {
    use super::*;

    #[test]
    fn sqlite() {
        walk(Kind::Sqlite);
    }

    #[test]
    fn postgres() {
        walk(Kind::Postgres);
    }
}
