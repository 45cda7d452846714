//! Verifying the chain: every change, removal, insertion, reordering and cut of what was sealed shows.
//!
//! What can be found: whatever differs from what a seal covers; an entry that no seal covers and that does not wait for
//! one; seals that are missing, changed, in another order or signed by others; a cut at the end, since the last seal is
//! also in a signed mark kept apart. What cannot: a change within the second before an entry is sealed, by someone who
//! writes to the database; and the whole trail put back to an older state, seals and mark together, unless its end is
//! held against one that was printed or logged before. A trail that is gone whole shows as long as there are cases.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::canonical::{DIGEST, digest_of, personal_digest};
use super::chain::{Mark, Seal, Signer};
use super::{ERASURE, Entry};
use crate::clock::UtcTime;
use crate::ids::Id;
use crate::problem::Problem;

/// Entries that are looked up in one statement.
const TOGETHER: usize = 1_000;
/// Seals that are walked in one go.
pub const STRETCH: i64 = 64;
/// Faults that are named; all are counted.
const NAMED: usize = 100;

crate::codes! {
    /// What is wrong with the trail.
    pub enum TrailFinding {
        /// An entry is not what was sealed.
        EntryChanged = "entry_changed",
        /// An entry that was sealed is gone.
        EntryMissing = "entry_missing",
        /// An entry is there that no seal covers and that does not wait for one.
        EntryInserted = "entry_inserted",
        /// Personal detail is not what was recorded.
        PersonalChanged = "personal_changed",
        /// Personal detail is gone without an erasure that was recorded.
        PersonalErasedUnrecorded = "personal_erased_unrecorded",
        /// An entry is gone that waited for a seal.
        WaitingMissing = "waiting_missing",
        /// An entry waits for a seal that it has.
        WaitingSealed = "waiting_sealed",
        /// A seal is gone.
        SealMissing = "seal_missing",
        /// A seal is not what was sealed.
        SealChanged = "seal_changed",
        /// A seal does not stand on the one before it.
        LinkBroken = "link_broken",
        /// A seal's signature is wrong.
        SignatureWrong = "signature_wrong",
        /// The last seals are signed by a key that is not ours.
        KeyUnknown = "key_unknown",
        /// The mark of the last seal is gone, or not ours.
        MarkWrong = "mark_wrong",
        /// The chain ends before the seal that was marked as the last, or goes on after it.
        EndDiffers = "end_differs",
        /// There are cases and no entry at all.
        TrailEmpty = "trail_empty",
        /// The chain does not hold the seal that it is held against.
        ExpectedDiffers = "expected_differs",
    }
}

/// One thing that is wrong.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrailFault {
    /// What.
    pub code: TrailFinding,
    /// At which seal.
    pub seal: Option<i64>,
    /// At which entry.
    pub entry: Option<Id>,
}

/// A seal by its number and digest: all it takes to find later whether the chain still holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Its number.
    pub number: i64,
    /// Its digest.
    pub digest: String,
}

/// Where the chain begins to be verified and how it ends.
#[derive(Debug, Clone)]
pub struct Head {
    /// The last seal.
    pub last: Option<Seal>,
    /// The mark of the last seal.
    pub mark: Option<String>,
    /// How many seals there are.
    pub seals: i64,
}

/// Where the trail is read from.
pub trait Source {
    /// How the chain ends.
    fn head(&mut self) -> Result<Head, Problem>;
    /// The seals with these numbers, both ends included, in their order.
    fn seals(&mut self, from: i64, to: i64) -> Result<Vec<Seal>, Problem>;
    /// These entries, as far as they are there.
    fn entries(&mut self, ids: &[Id]) -> Result<Vec<Entry>, Problem>;
    /// Ids that wait for a seal, each with whether its entry is there.
    fn waiting(&mut self) -> Result<Vec<(Id, bool)>, Problem>;
    /// Entries, those that seals cover, those that wait; all at one moment.
    fn totals(&mut self) -> Result<(i64, i64, i64), Problem>;
    /// Whether there are cases, none of which could be there without an entry.
    fn has_cases(&mut self) -> Result<bool, Problem>;
    /// A page of the ids of all entries, in order.
    fn entry_ids(&mut self, after: Option<Id>) -> Result<Vec<Id>, Problem>;
}

/// What was found so far.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The first faults.
    pub faults: Vec<TrailFault>,
    /// How many there are.
    pub count: u64,
    /// Entries that were compared with their seal.
    pub entries: u64,
    /// Entries without the personal detail they had.
    pub erased: i64,
    erasures_recorded: i64,
}

impl Found {
    fn add(&mut self, code: TrailFinding, seal: Option<i64>, entry: Option<Id>) {
        self.count += 1;
        if self.faults.len() < NAMED {
            self.faults.push(TrailFault { code, seal, entry });
        }
    }

    /// Takes in what was found elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.entries += other.entries;
        self.erased += other.erased;
        self.erasures_recorded += other.erasures_recorded;
        self.faults.extend(other.faults);
        self.faults
            .sort_by_key(|fault| (fault.seal.unwrap_or(i64::MAX), fault.entry));
        self.faults.truncate(NAMED);
    }

    fn erasure_recorded_in(&mut self, entry: &Entry) {
        if entry.operation == ERASURE {
            let erased = entry.returned.0.get("erased").and_then(serde_json::Value::as_i64);
            self.erasures_recorded += erased.unwrap_or_default();
        }
    }
}

/// What is known before the seals are walked.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The seal to go to.
    pub end: i64,
    /// The end of the chain.
    pub head: Head,
    mark: Option<Mark>,
    waiting: HashSet<Id>,
    missing: Vec<Id>,
}

/// Looks at the end of the chain and at what waits for a seal.
pub fn open(source: &mut impl Source, signer: &Signer) -> Result<Opening, Problem> {
    let head = source.head()?;
    // After the head: what is under a seal by then waits no more.
    let rows = source.waiting()?;
    let mark = head.mark.as_deref().and_then(Mark::read);
    let mark = mark.filter(|mark| mark.is_ours(signer));
    Ok(Opening {
        // Where a signature says; else as far as there are rows, or a forged number would make the walk endless.
        end: mark.as_ref().map_or(head.seals, |mark| mark.number),
        mark,
        head,
        missing: rows
            .iter()
            .filter(|(_, there)| !there)
            .map(|(id, _)| *id)
            .collect(),
        waiting: rows.into_iter().map(|(id, _)| id).collect(),
    })
}

/// Verifies the seals with these numbers, and every entry that they cover.
pub fn walk(
    source: &mut impl Source,
    signer: &Signer,
    opening: &Opening,
    from: i64,
    to: i64,
) -> Result<Found, Problem> {
    let mut found = Found::default();
    let seals = source.seals(from - 1, to)?;
    let mut before: Option<&Seal> = None;
    let mut expected = from;
    let mut walked = Vec::new();
    for seal in &seals {
        if seal.number >= from {
            for missing in (expected..seal.number).take(NAMED) {
                found.add(TrailFinding::SealMissing, Some(missing), None);
            }
            expected = seal.number + 1;
            if !seal.is_whole() {
                found.add(TrailFinding::SealChanged, Some(seal.number), None);
            }
            let stands_on = before.filter(|before| before.number + 1 == seal.number);
            let is_first = seal.number == 1;
            if stands_on.map_or_else(
                || !is_first || !seal.previous.is_empty(),
                |it| it.link() != seal.previous,
            ) {
                found.add(TrailFinding::LinkBroken, Some(seal.number), None);
            }
            walked.push(seal);
        }
        before = Some(seal);
    }
    for missing in (expected..=to).take(NAMED) {
        found.add(TrailFinding::SealMissing, Some(missing), None);
    }
    // A seal's digest covers the one before with its signature: one right signature at the end vouches for all of
    // an unbroken row. Where something is wrong, each is asked.
    let ask_each = found.count > 0;
    for (index, seal) in walked.iter().enumerate() {
        let is_last = index + 1 == walked.len();
        if (ask_each || is_last) && !seal.is_signed() {
            found.add(TrailFinding::SignatureWrong, Some(seal.number), None);
        }
        if seal.number == opening.end && !signer.knows(&seal.public_key) {
            found.add(TrailFinding::KeyUnknown, Some(seal.number), None);
        }
    }
    let covered: Vec<_> = walked
        .iter()
        .flat_map(|seal| seal.covered().map(|(id, digest)| (seal.number, id, digest)))
        .collect();
    for some in covered.chunks(TOGETHER) {
        compare(source, opening, some, &mut found)?;
    }
    Ok(found)
}

fn compare(
    source: &mut impl Source,
    opening: &Opening,
    covered: &[(i64, Id, [u8; DIGEST])],
    found: &mut Found,
) -> Result<(), Problem> {
    let ids: Vec<Id> = covered.iter().map(|(_, id, _)| *id).collect();
    let entries: HashMap<Id, Entry> = source
        .entries(&ids)?
        .into_iter()
        .map(|entry| (entry.id, entry))
        .collect();
    for (seal, id, digest) in covered {
        let at = |found: &mut Found, code| found.add(code, Some(*seal), Some(*id));
        if opening.waiting.contains(id) {
            at(found, TrailFinding::WaitingSealed);
        }
        let Some(entry) = entries.get(id) else {
            at(found, TrailFinding::EntryMissing);
            continue;
        };
        found.entries += 1;
        if digest_of(entry) != *digest {
            at(found, TrailFinding::EntryChanged);
            continue;
        }
        match (&entry.personal_digest, &entry.personal) {
            (Some(recorded), Some(personal)) if personal_digest(&personal.0) != *recorded => {
                at(found, TrailFinding::PersonalChanged);
            }
            (None, Some(_)) => at(found, TrailFinding::PersonalChanged),
            (Some(_), None) => found.erased += 1,
            (Some(_), Some(_)) | (None, None) => {}
        }
        found.erasure_recorded_in(entry);
    }
    Ok(())
}

/// Verifies what no single seal shows: the end of the chain, what waits, and that there is nothing else.
pub fn close(
    source: &mut impl Source,
    opening: &Opening,
    expected: Option<&Anchor>,
    mut found: Found,
) -> Result<Report, Problem> {
    for id in &opening.missing {
        found.add(TrailFinding::WaitingMissing, None, Some(*id));
    }
    let last = opening.head.last.as_ref();
    match (last, &opening.mark) {
        (None, None) if opening.head.mark.is_none() => {}
        (Some(last), Some(mark)) if (last.number, &last.digest) == (mark.number, &mark.digest) => {}
        (_, Some(mark)) => found.add(TrailFinding::EndDiffers, Some(mark.number), None),
        (last, None) => found.add(TrailFinding::MarkWrong, last.map(|last| last.number), None),
    }
    if let Some(expected) = expected {
        let there = source.seals(expected.number, expected.number)?;
        if there.first().is_none_or(|seal| seal.digest != expected.digest) {
            found.add(TrailFinding::ExpectedDiffers, Some(expected.number), None);
        }
    }
    if found.erased > found.erasures_recorded {
        erasures_not_walked(source, opening, &mut found)?;
    }
    if found.erased > found.erasures_recorded {
        found.add(TrailFinding::PersonalErasedUnrecorded, None, None);
    }
    let (entries, sealed, waiting) = source.totals()?;
    if entries == 0 && sealed == 0 && waiting == 0 && source.has_cases()? {
        found.add(TrailFinding::TrailEmpty, None, None);
    }
    if entries != sealed + waiting || found.count > 0 {
        inserted(source, opening, &mut found)?;
    }
    Ok(Report {
        valid: found.count == 0,
        entries: found.entries,
        seals: opening.end,
        erased: found.erased,
        unsealed: waiting,
        last_seal: last.map(|last| LastSeal {
            number: last.number,
            digest: last.digest.clone(),
            sealed_at: last.sealed_at,
            public_key: last.public_key.clone(),
        }),
        fault_count: found.count,
        faults: found.faults,
    })
}

/// Counts the erasures that are recorded where nothing was walked: in what waits, and in what was sealed meanwhile.
fn erasures_not_walked(
    source: &mut impl Source,
    opening: &Opening,
    found: &mut Found,
) -> Result<(), Problem> {
    // In this order: an entry waits, or else has its seal by now.
    let mut ids: Vec<Id> = source.waiting()?.into_iter().map(|(id, _)| id).collect();
    let mut next = opening.end + 1;
    while let seals = source.seals(next, next + STRETCH - 1)?
        && let Some(last) = seals.last()
    {
        next = last.number + 1;
        ids.extend(seals.iter().flat_map(|seal| seal.covered().map(|(id, _)| id)));
    }
    ids.sort();
    ids.dedup();
    for some in ids.chunks(TOGETHER) {
        for entry in source.entries(some)? {
            found.erasure_recorded_in(&entry);
        }
    }
    Ok(())
}

/// Names the entries that no seal covers and that do not wait for one. Holds all ids, but only when some are wrong.
fn inserted(source: &mut impl Source, opening: &Opening, found: &mut Found) -> Result<(), Problem> {
    let mut known: HashSet<Id> = opening.waiting.clone();
    let mut next = 1;
    let mut after = None;
    loop {
        let ids = source.entry_ids(after)?;
        let Some(last) = ids.last() else {
            return Ok(());
        };
        after = Some(*last);
        // In this order: an entry waits, or else has its seal by now.
        known.extend(source.waiting()?.into_iter().map(|(id, _)| id));
        loop {
            let seals = source.seals(next, next + 255)?;
            known.extend(seals.iter().flat_map(|seal| seal.covered().map(|(id, _)| id)));
            match seals.last() {
                Some(last) => next = last.number + 1,
                None if next <= opening.end => next += 256,
                None => break,
            }
        }
        for id in ids.into_iter().filter(|id| !known.contains(id)) {
            found.add(TrailFinding::EntryInserted, None, Some(id));
        }
    }
}

/// Verifies everything, seal by seal.
pub fn verify(
    source: &mut impl Source,
    signer: &Signer,
    expected: Option<&Anchor>,
) -> Result<Report, Problem> {
    let opening = open(source, signer)?;
    let mut found = Found::default();
    let mut from = 1;
    while from <= opening.end {
        let to = opening.end.min(from + STRETCH - 1);
        found.merge(walk(source, signer, &opening, from, to)?);
        from = to + 1;
    }
    close(source, &opening, expected, found)
}

/// The last seal. Keep its number and digest where the database's keepers cannot change them: with the two a later
/// verification finds even a trail that was put back whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastSeal {
    /// Its number.
    pub number: i64,
    /// Its digest.
    pub digest: String,
    /// When it was made.
    pub sealed_at: UtcTime,
    /// The Ed25519 key that signed it.
    pub public_key: String,
}

impl Report {
    /// Whether there was nothing to verify.
    pub fn is_empty(&self) -> bool {
        self.entries == 0 && self.seals == 0 && self.unsealed == 0
    }
}

/// What a verification found.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing is wrong.
    pub valid: bool,
    /// Entries that are sealed and were compared.
    pub entries: u64,
    /// Seals.
    pub seals: i64,
    /// Entries whose personal detail was erased; the chain holds without it.
    pub erased: i64,
    /// Entries that wait for the next seal.
    pub unsealed: i64,
    /// The end of the chain.
    pub last_seal: Option<LastSeal>,
    /// How much is wrong.
    pub fault_count: u64,
    /// What is wrong, the first hundred.
    pub faults: Vec<TrailFault>,
}
