//! Refusals that repeat: a program that asks the same again and again and is refused must not fill the disk.
//!
//! The first sixty equal refusals (caller, operation, code) in a minute are entries like any other. From then on they are
//! counted here and become one entry a minute, for as long as there are more than sixty a minute. What is counted and
//! not yet written is lost if the process is killed; a server that is asked to stop writes it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Entry;
use crate::clock;
use crate::ids::Id;

/// Equal refusals in a minute that each have an entry.
const EACH: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);
/// Kinds of refusal that are looked at together. Beyond it every refusal has its entry.
const MOST: usize = 10_000;

/// What makes two refusals equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    caller: Id,
    operation: String,
    status: i32,
    code: &'static str,
}

impl Key {
    /// Of a refusal with this problem code; the status stands for an answer without one.
    pub fn of(entry: &Entry, code: &'static str) -> Self {
        Self {
            caller: entry.actor_id,
            operation: entry.operation.clone(),
            status: entry.status,
            code,
        }
    }
}

struct Run {
    since: Instant,
    seen: u32,
    goes_on: bool,
    held: Option<Entry>,
}

/// The refusals of the last minute.
#[derive(Default)]
pub struct Repeats(Mutex<HashMap<Key, Run>>);

impl Repeats {
    /// Takes a refusal, and gives it back if it is to have its own entry.
    pub fn take(&self, key: Key, entry: Entry, now: Instant) -> Option<Entry> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.len() >= MOST && !runs.contains_key(&key) {
            return Some(entry);
        }
        let run = runs.entry(key).or_insert(Run {
            since: now,
            seen: 0,
            goes_on: false,
            held: None,
        });
        run.seen = run.seen.saturating_add(1);
        if !run.goes_on && run.seen <= EACH {
            return Some(entry);
        }
        hold(run, entry);
        None
    }

    /// What is to be written by now; all that is counted, at the end.
    pub fn due(&self, now: Instant, at_the_end: bool) -> Vec<(Key, Entry)> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        runs.retain(|key, run| {
            let is_over = now.saturating_duration_since(run.since) >= MINUTE;
            if is_over || at_the_end {
                due.extend(run.held.take().map(|held| (key.clone(), written_now(held))));
            }
            if !is_over {
                return true;
            }
            run.goes_on = run.seen > EACH;
            (run.since, run.seen) = (now, 0);
            run.goes_on
        });
        due
    }

    /// Takes back what could not be written.
    pub fn put_back(&self, key: Key, entry: Entry, now: Instant) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let run = runs.entry(key).or_insert(Run {
            since: now,
            seen: 0,
            goes_on: true,
            held: None,
        });
        hold(run, entry);
    }
}

/// Its id and time are those of its writing: whoever follows the trail has read past the minute before.
fn written_now(held: Entry) -> Entry {
    Entry {
        id: Id::new(),
        occurred_at: clock::now(),
        ..held
    }
}

/// Adds a refusal to those that are held. What differs between them stays unsaid.
fn hold(run: &mut Run, entry: Entry) {
    run.held = Some(match run.held.take() {
        None => entry,
        Some(held) => Entry {
            count: held.count.saturating_add(entry.count),
            agency_id: same(held.agency_id, &entry.agency_id),
            authority: same(held.authority, &entry.authority),
            resource_id: same(held.resource_id, &entry.resource_id),
            case_id: same(held.case_id, &entry.case_id),
            purpose: same(held.purpose, &entry.purpose),
            on_behalf_of: same(held.on_behalf_of, &entry.on_behalf_of),
            role: same(held.role, &entry.role),
            ..held
        },
    });
}

fn same<T: PartialEq>(one: Option<T>, other: &Option<T>) -> Option<T> {
    if one == *other { one } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(caller: Id, operation: &str, record: Id) -> Entry {
        Entry {
            actor_id: caller,
            status: 404,
            resource_id: Some(record),
            case_id: Some(caller),
            ..Entry::of_the_system(operation, None, json!({}))
        }
    }

    /// So many refusals at one moment: how many of them have an entry of their own.
    fn refuse(repeats: &Repeats, caller: Id, operation: &str, count: usize, at: Instant) -> usize {
        let taken = (0..count).filter_map(|_| {
            let entry = refusal(caller, operation, Id::new());
            repeats.take(Key::of(&entry, "not_found"), entry, at)
        });
        taken.count()
    }

    #[test]
    fn from_the_sixty_first_on_there_is_one_entry_a_minute_until_it_ends() {
        let (repeats, caller, start) = (Repeats::default(), Id::new(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(refuse(&repeats, caller, "getCase", 200, start), 60);
        assert_eq!(
            refuse(&repeats, caller, "getAdult", 60, start),
            60,
            "each operation by itself"
        );
        assert_eq!(
            refuse(&repeats, Id::new(), "getCase", 60, start),
            60,
            "each caller by itself"
        );
        assert!(repeats.due(after(59), false).is_empty());
        let due = repeats.due(after(60), false);
        let [(_, entry)] = due.as_slice() else {
            panic!("{due:?}")
        };
        assert_eq!(
            (entry.count, entry.resource_id, entry.case_id),
            (140, None, Some(caller))
        );
        assert_eq!(
            refuse(&repeats, caller, "getCase", 100, after(61)),
            0,
            "it goes on"
        );
        assert_eq!(repeats.due(after(121), false)[0].1.count, 100);
        assert_eq!(refuse(&repeats, caller, "getCase", 5, after(122)), 0);
        assert_eq!(repeats.due(after(182), false)[0].1.count, 5);
        assert_eq!(
            refuse(&repeats, caller, "getCase", 5, after(183)),
            5,
            "it is over"
        );
    }

    #[test]
    fn nothing_is_lost_at_the_end_or_when_it_cannot_be_written() {
        let (repeats, caller, now) = (Repeats::default(), Id::new(), Instant::now());
        assert_eq!(refuse(&repeats, caller, "getCase", 70, now), 60);
        for (key, entry) in repeats.due(now, true) {
            repeats.put_back(key, entry, now);
        }
        assert_eq!(refuse(&repeats, caller, "getCase", 3, now), 0);
        let due = repeats.due(now, true);
        assert_eq!(due.iter().map(|(_, entry)| entry.count).sum::<i32>(), 13);
        assert!(repeats.due(now, true).is_empty());
    }

    #[test]
    fn its_memory_has_an_end() {
        let (repeats, now) = (Repeats::default(), Instant::now());
        for number in 0..MOST {
            refuse(&repeats, Id::new(), &format!("operation {number}"), 1, now);
        }
        assert_eq!(
            refuse(&repeats, Id::new(), "one more", 100, now),
            100,
            "each has its entry"
        );
        assert_eq!(repeats.0.lock().unwrap().len(), MOST);
        repeats.due(now + MINUTE, false);
        assert!(repeats.0.lock().unwrap().is_empty());
    }
}
