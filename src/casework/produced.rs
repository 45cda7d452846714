//! What a conversation produced: outcomes, revisions and wishes, recorded in the transaction of its own record, so
//! that all of it is there or none.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::capacity::decisions;
use super::cases::reach::{Reached, reach_for};
use super::outcomes::dto::{NewOutcome, NewRevision};
use super::outcomes::model::Outcome;
use super::outcomes::{rules as outcome_rules, service as outcomes, store as outcome_store};
use super::record::{Head, OwnedRow, Record, row, write_new};
use super::wishes::{self, NewWish, Wish};
use crate::act::Act;
use crate::clock::UtcTime;
use crate::ids::Id;
use crate::policy::{Action, Standing};
use crate::problem::{Code, Fault, Problem};

/// A change of an outcome that was expressed before.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkedRevision {
    /// The outcome.
    pub outcome_id: Id,
    /// The version of the outcome that was read; 412 when it is another by now.
    #[schema(minimum = 1)]
    pub version: Option<i64>,
    /// The change.
    pub revision: NewRevision,
}

/// Ids of what was produced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Produced {
    /// Desired outcomes.
    pub outcomes: Vec<Id>,
    /// Revisions of outcomes.
    #[serde(default)]
    pub revisions: Vec<Id>,
    /// Wishes.
    pub wishes: Vec<Id>,
}

/// What is to be recorded with a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Linked<'a> {
    /// Desired outcomes.
    pub outcomes: &'a [NewOutcome],
    /// Changes of outcomes.
    pub revisions: &'a [LinkedRevision],
    /// Wishes.
    pub wishes: &'a [NewWish],
    /// When the conversation was: what does not say when it was said was said then.
    pub at: Option<UtcTime>,
}

/// What the rules need to know of the record.
#[derive(Debug, Default)]
pub struct Known {
    /// Of each outcome, whether a best-interests decision covers it, and what of it the authority does not know.
    outcomes: Vec<(bool, Vec<Fault>)>,
    /// Of each revision, whether a best-interests decision covers it; none where its outcome is not on this case.
    revisions: Vec<Option<bool>>,
}

impl Linked<'_> {
    /// Looks up what the rules need: 403 where the caller may not record such a thing, 412 where an outcome is no
    /// longer the version that was read.
    pub fn known(&self, act: &mut Act, case: &Reached) -> Result<Known, Problem> {
        let needed = [
            (!self.outcomes.is_empty(), Action::OutcomesRecord),
            (!self.revisions.is_empty(), Action::OutcomesRevise),
            (!self.wishes.is_empty(), Action::WishesRecord),
        ];
        for (_, action) in needed.into_iter().filter(|(produces, _)| *produces) {
            reach_for(act, case.row.id, action)?;
        }
        if !self.revisions.is_empty() {
            outcome_store::one_at_a_time(act.conn, case.row.id)?;
        }
        let mut known = Known::default();
        for linked in self.revisions {
            let outcome = Outcome::find(act.conn, case.row.id, linked.outcome_id)?;
            let read = linked.version;
            if outcome
                .as_ref()
                .is_some_and(|now| read.is_some_and(|read| read != now.version))
            {
                return Err(Problem::new(Code::Stale));
            }
            let decision = linked.revision.best_interests_decision_id;
            let covered = decisions::covers(act, case.row.id, decision)?;
            known.revisions.push(outcome.map(|_| covered));
        }
        for outcome in self.outcomes {
            let decision = outcome.best_interests_decision_id;
            let covered = decisions::covers(act, case.row.id, decision)?;
            let unknown = outcomes::unknown_suggestions(act, case, outcome)?;
            known.outcomes.push((covered, unknown));
        }
        Ok(known)
    }

    /// What is wrong with it, each fault where it stands in the body.
    pub fn faults(&self, standing: Standing, known: &Known) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, (outcome, (covered, unknown))) in self.outcomes.iter().zip(&known.outcomes).enumerate() {
            let mut found = outcome_rules::faults_of_expression(standing, outcome.expressed_by, *covered);
            found.extend(unknown.iter().cloned());
            faults.extend(below(&format!("/outcomes/{index}"), found));
        }
        for (index, (linked, covered)) in self.revisions.iter().zip(&known.revisions).enumerate() {
            match covered {
                Some(covered) => {
                    let found = outcome_rules::faults_of_revision(standing, &linked.revision, *covered);
                    faults.extend(below(&format!("/revisions/{index}/revision"), found));
                }
                None => faults.push(Fault::at(
                    format!("/revisions/{index}/outcomeId"),
                    "unknown",
                    "There is no such outcome on this case.",
                )),
            }
        }
        for (index, wish) in self.wishes.iter().enumerate() {
            faults.extend(below(&format!("/wishes/{index}"), wishes::faults(standing, wish)));
        }
        faults
    }

    /// Records it. The record of the conversation has taken its id already: each of these gets one of its own.
    pub fn record(&self, act: &mut Act, case: &Reached) -> Result<Produced, Problem> {
        let mut produced = Produced::default();
        for outcome in self.outcomes {
            act.new_id = Id::new();
            let mut outcome = outcome.clone();
            outcome.said_at = outcome.said_at.or(self.at);
            produced.outcomes.push(outcomes::append(act, case, &outcome)?);
        }
        for linked in self.revisions {
            act.new_id = Id::new();
            let outcome: Outcome = row(act, case, linked.outcome_id)?;
            let mut revision = linked.revision.clone();
            revision.said_at = revision.said_at.or(self.at);
            produced
                .revisions
                .push(outcomes::append_revision(act, case, outcome, &revision)?);
        }
        for wish in self.wishes {
            act.new_id = Id::new();
            let mut wish = wish.clone();
            wish.said_at = wish.said_at.or(self.at);
            let row = Wish::new(Head::new(act, case), wish);
            produced.wishes.push(write_new(act, &row, "recorded")?);
        }
        Ok(produced)
    }
}

fn below(place: &str, faults: Vec<Fault>) -> Vec<Fault> {
    let moved = |fault: Fault| Fault {
        pointer: fault.pointer.map(|pointer| format!("{place}{pointer}")),
        ..fault
    };
    faults.into_iter().map(moved).collect()
}
