//! What was done and seen over all sequences: a check that never had anything to look at has shown nothing.

use std::collections::BTreeMap;

use super::ledger::Kind;

/// Counts, of one sequence or of all.
#[derive(Debug, Default)]
pub struct Tally {
    pub sequences: u64,
    pub requests: u64,
    /// For each kind of step how often it was taken, and how often it did something.
    pub steps: BTreeMap<&'static str, (u64, u64)>,
    /// Reads that were answered, and those that were refused.
    pub allowed: u64,
    pub refused: u64,
    /// Reads of a case that nothing but an exclusion kept from somebody who is something to it.
    pub kept_away: u64,
    /// Reads of a case by somebody to whom the ledger gives a standing, that were refused all the same.
    pub refused_with_a_standing: u64,
    /// Texts that were shown to somebody else than who wrote them.
    pub shown: BTreeMap<Kind, u64>,
    /// Accounts that a code made.
    pub accounts_made: u64,
    /// Cases and referrals that were asked for somebody who can act.
    pub asked_for_somebody: u64,
    /// Those that have nobody.
    pub nobody: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.sequences += other.sequences;
        self.requests += other.requests;
        for (name, (taken, did)) in &other.steps {
            let mine = self.steps.entry(name).or_default();
            *mine = (mine.0 + taken, mine.1 + did);
        }
        self.allowed += other.allowed;
        self.refused += other.refused;
        self.kept_away += other.kept_away;
        self.refused_with_a_standing += other.refused_with_a_standing;
        for (kind, times) in &other.shown {
            *self.shown.entry(*kind).or_default() += times;
        }
        self.accounts_made += other.accounts_made;
        self.asked_for_somebody += other.asked_for_somebody;
        self.nobody += other.nobody;
    }

    /// A step of this kind was taken.
    pub fn took(&mut self, name: &'static str, did_something: bool) {
        let (taken, did) = self.steps.entry(name).or_default();
        *taken += 1;
        *did += u64::from(did_something);
    }

    /// What a long enough run must have seen, and this one did not.
    pub fn missing(&self, steps: impl Iterator<Item = &'static str>) -> Vec<String> {
        let done = |name: &&str| self.steps.get(name).map_or(0, |(_, did)| *did);
        let rare = steps.filter(|name| done(name) < AT_LEAST);
        let mut missing: Vec<String> = rare.map(|name| format!("step: {name}")).collect();
        let kinds = Kind::ALL.iter();
        let unseen = kinds.filter(|kind| self.shown.get(*kind).copied().unwrap_or(0) < AT_LEAST);
        missing.extend(unseen.map(|kind| format!("shown to somebody else: {kind:?}")));
        let counts = [
            ("reads that were answered", self.allowed),
            ("reads that were refused", self.refused),
            ("cases that only an exclusion kept from somebody", self.kept_away),
            ("accounts that a code made", self.accounts_made),
            (
                "cases and referrals that somebody can act on",
                self.asked_for_somebody - self.nobody,
            ),
        ];
        let few = counts.iter().filter(|(_, count)| *count < AT_LEAST);
        missing.extend(few.map(|(name, count)| format!("{name}: {count}")));
        missing
    }
}

/// How often each must have happened in a run of the usual length.
const AT_LEAST: u64 = 3;
