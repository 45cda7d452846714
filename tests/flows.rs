//! Random sequences of real operations by random callers over HTTP, against a ledger of the calls that succeeded. It reads
//! no table and knows nothing of the policy: whatever answers the same contract can be held against it. Only at the end of each
//! sequence the program is asked whether its relationships are as what was recorded says.
//!
//! `MSP_TEST_FLOWS=N`: sequences for each database. `MSP_TEST_FLOWS_SEED`: where to begin, as a failure prints it.

mod access;
mod administration;
mod checks;
mod intake;
mod ledger;
mod records;
mod tally;
mod words;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tally::Tally;
use world::{Site, Violation, World};

use crate::graph::dice::Dice;
use crate::support::{Kind, how_many};

const SEED: u64 = 20_261_125;
const SEQUENCES: u64 = 100;
const LONGEST: usize = 30;
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
    ("group", 2, intake::group),
    ("close", 1, intake::close),
    ("make a record", 2, intake::make_a_record),
    ("note", 4, words::note),
    ("say an outcome", 5, words::say_an_outcome),
    ("say a wish", 4, words::say_a_wish),
    ("plan a meeting", 2, words::plan_a_meeting),
    ("propose", 4, words::propose),
    ("judge", 4, words::judge),
    ("hide an address", 4, words::hide_an_address),
    ("mark as an error", 3, words::mark_as_an_error),
    ("look around", 2, words::look_around),
    ("name", 4, access::name),
    ("end a naming", 2, access::end_a_naming),
    ("exclude", 7, access::exclude),
    ("end an exclusion", 2, access::end_an_exclusion),
    ("record a representative", 4, access::record_a_representative),
    (
        "implicate a representative",
        2,
        access::implicate_a_representative,
    ),
    ("decide about an app", 2, access::decide_about_an_app),
    ("invite", 7, access::invite),
    ("redeem", 6, access::redeem),
    ("accept", 4, access::accept),
    ("pause", 1, access::pause),
    ("ask for an advocate", 2, access::ask_for_an_advocate),
    ("move an assignment", 4, access::move_an_assignment),
    ("use emergency access", 2, access::use_emergency_access),
    ("amend an account", 3, administration::amend_an_account),
    ("amend the agency", 1, administration::amend_the_agency),
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
    /// Told only where a rule was broken, or of a sequence that is run alone.
    story: Vec<String>,
    tally: Tally,
}

fn run(site: &Site, steps: &[Step], seed: u64) -> Ran {
    let mut world = World::begin(site);
    world.tally.sequences = 1;
    for step in steps {
        let (name, _, doing) = STEPS[step.kind];
        let mut dice = Dice {
            seed: step.seed,
            deep: false,
        };
        world.story.push(format!("— {name}"));
        let did_something = doing(&mut world, &mut dice).is_some();
        world.tally.took(name, did_something);
        world.look_after_a_step(&mut dice);
    }
    world.story.push("— at the end".to_owned());
    world.look_at_the_end(&mut Dice { seed, deep: false });
    let wanted = !world.violations.is_empty() || how_many("MSP_TEST_FLOWS", SEQUENCES) == 1;
    let story = match wanted {
        true => world.story.iter().map(|line| world.told(line)).collect(),
        false => vec![],
    };
    Ran {
        violations: std::mem::take(&mut world.violations),
        story,
        tally: std::mem::take(&mut world.tally),
    }
}

/// Leaves out steps as long as the rule is still broken.
fn shortened(site: &Site, steps: &[Step], seed: u64, rule: &str) -> (Vec<Step>, Ran) {
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

#[expect(clippy::print_stdout, reason = "a run says what it did")]
fn say(told: &str) {
    println!("{told}");
}

/// The rules that were broken, each with the seeds of the sequences that broke it.
type Broken = BTreeMap<String, Vec<u64>>;

/// Two workers on one server, so that one reads what came while the server answers the other.
fn walk(kind: Kind) {
    let (sequences, first) = (
        how_many("MSP_TEST_FLOWS", SEQUENCES),
        how_many("MSP_TEST_FLOWS_SEED", SEED),
    );
    let began = std::time::Instant::now();
    let site = Site::open(kind);
    let next = AtomicU64::new(0);
    let all: Mutex<(Broken, Tally)> = Mutex::default();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= sequences {
                return;
            }
            let seed = first + number;
            let ran = run(&site, &sequence(seed), seed);
            if sequences == 1 {
                say(&ran.story.join("\n"));
            }
            let rules: BTreeSet<String> = ran.violations.into_iter().map(|one| one.rule).collect();
            let (broken, tally) = &mut *all.lock().expect("no worker failed");
            tally.add(&ran.tally);
            for rule in rules {
                broken.entry(rule).or_default().push(seed);
            }
        }
    };
    std::thread::scope(|threads| {
        threads.spawn(work);
        threads.spawn(work);
    });
    let (mut broken, tally) = all.into_inner().expect("no worker failed");
    let seconds = began.elapsed().as_secs();
    say(&format!(
        "from seed {first} on {kind:?} in {seconds} s: {tally:?}"
    ));
    assert!(broken.is_empty(), "{}", report(&site, &mut broken, sequences));
    if sequences >= SEQUENCES {
        let missing = tally.missing(STEPS.iter().map(|(name, ..)| *name));
        assert!(missing.is_empty(), "too seldom to show anything: {missing:#?}");
    }
}

fn report(site: &Site, broken: &mut Broken, sequences: u64) -> String {
    let kind = site.server.kind();
    let mut told = vec![format!("{} rules are broken, on {kind:?}:", broken.len())];
    for (rule, seeds) in broken.iter_mut() {
        seeds.sort_unstable();
        told.push(format!(
            "  in {} of {sequences} sequences: {rule} (seed {})",
            seeds.len(),
            seeds[0]
        ));
    }
    let stories = usize::try_from(how_many("MSP_TEST_FLOWS_STORIES", 3)).unwrap();
    for (rule, seeds) in broken.iter().take(stories) {
        let (steps, ran) = shortened(site, &sequence(seeds[0]), seeds[0], rule);
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
