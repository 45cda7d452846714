//! Use cases of contacts.

use super::dto::{ContactView, NewContact, OutcomesAsked};
use super::model::{AskedResult, Contact, ContactContent, Produced};
use crate::act::Act;
use crate::body::Body;
use crate::casework::capacity::decisions;
use crate::casework::cases::reach::{Reached, reach, reach_for};
use crate::casework::outcomes::{rules as outcome_rules, service as outcomes};
use crate::casework::record::{Head, OwnedRow, Record, row, write_new};
use crate::casework::wishes::{self, Wish};
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::{Action, Standing};
use crate::problem::{Fault, Problem};

/// Records a contact, and in the same transaction what it produced.
pub fn record(act: &mut Act, case: Id, body: &Body<NewContact>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let covered = covered(act, &case, body.value())?;
    let new = body.checked(|new| faults(case.standing, new, &covered))?;
    // What it produced needs the permissions of what it produced.
    if !new.outcomes.is_empty() {
        reach_for(act, case.row.id, Action::OutcomesRecord)?;
    }
    if !new.wishes.is_empty() {
        reach_for(act, case.row.id, Action::WishesRecord)?;
    }
    let contact = Head::new(act, &case);
    let produced = produce(act, &case, new)?;
    let (asked_result, not_asked_reason) = asked(new.outcomes_asked.as_ref());
    let content = ContactContent {
        kind: new.kind,
        at: new.at.unwrap_or(act.now),
        with_adult: new.with_adult,
        with_whom: new.with_whom.clone(),
        minutes: new.minutes,
        basis: new.basis,
        text: new.text.clone(),
        restricted_part: new.restricted_part.clone(),
        adult_chose: new.adult_chose.clone(),
        asked_result,
        not_asked_reason,
        options_discussed: Json(new.options_discussed.clone()),
        next_steps: Json(new.next_steps.clone()),
        produced: Json(produced),
    };
    write_new(act, &Contact::of(contact, content), "recorded")
}

fn produce(act: &mut Act, case: &Reached, new: &NewContact) -> Result<Produced, Problem> {
    let mut produced = Produced::default();
    for outcome in &new.outcomes {
        act.new_id = Id::new();
        let mut outcome = outcome.clone();
        outcome.said_at = outcome.said_at.or(new.at);
        produced.outcomes.push(outcomes::append(act, case, &outcome)?);
    }
    for wish in &new.wishes {
        act.new_id = Id::new();
        let mut wish = wish.clone();
        wish.said_at = wish.said_at.or(new.at);
        let row = Wish::new(Head::new(act, case), wish);
        produced.wishes.push(write_new(act, &row, "recorded")?);
    }
    Ok(produced)
}

fn asked(asked: Option<&OutcomesAsked>) -> (Option<AskedResult>, Option<String>) {
    match asked {
        None => (None, None),
        Some(asked) if asked.asked => (asked.result, None),
        Some(asked) => (Some(AskedResult::NotAsked), asked.why_not.clone()),
    }
}

/// Which of the outcomes a best-interests decision covers.
fn covered(act: &mut Act, case: &Reached, new: Option<&NewContact>) -> Result<Vec<bool>, Problem> {
    let outcomes = new.map(|new| new.outcomes.as_slice()).unwrap_or_default();
    let named = outcomes.iter().map(|outcome| outcome.best_interests_decision_id);
    named
        .map(|decision| decisions::covers(act, case.row.id, decision))
        .collect()
}

fn faults(standing: Standing, new: &NewContact, covered: &[bool]) -> Vec<Fault> {
    let mut faults = Vec::new();
    match &new.outcomes_asked {
        Some(asked) if asked.asked && asked.result.is_none_or(|result| result == AskedResult::NotAsked) => {
            faults.push(Fault::required(
                "/outcomesAsked/result",
                "Say what came of asking.",
            ));
        }
        Some(asked) if !asked.asked && asked.why_not.is_none() => {
            faults.push(Fault::required(
                "/outcomesAsked/whyNot",
                "Say why the adult was not asked.",
            ));
        }
        _ => {}
    }
    for (index, (outcome, covered)) in new.outcomes.iter().zip(covered).enumerate() {
        let found = outcome_rules::faults_of_expression(standing, outcome.expressed_by, *covered);
        faults.extend(below(&format!("/outcomes/{index}"), found));
    }
    for (index, wish) in new.wishes.iter().enumerate() {
        faults.extend(below(&format!("/wishes/{index}"), wishes::faults(standing, wish)));
    }
    faults
}

fn below(place: &str, faults: Vec<Fault>) -> Vec<Fault> {
    let moved = |fault: Fault| Fault {
        pointer: fault.pointer.map(|pointer| format!("{place}{pointer}")),
        ..fault
    };
    faults.into_iter().map(moved).collect()
}

fn sees_restricted(case: &Reached) -> bool {
    matches!(
        case.standing,
        Standing::Manager | Standing::Delegated | Standing::Allocated
    )
}

/// Reads a contact.
pub fn get(act: &mut Act, case: Id, id: Id) -> Result<ContactView, Problem> {
    let case = reach(act, case)?;
    let contact: Contact = row(act, &case, id)?;
    Ok(ContactView::of(contact, sees_restricted(&case)))
}

/// Lists the contacts of a case.
pub fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<ContactView>, Problem> {
    let case = reach(act, case)?;
    page_of(act, &case, page)
}

/// A page of the contacts of a case that was reached.
pub fn page_of(act: &mut Act, case: &Reached, page: &PageRequest) -> Result<Rows<ContactView>, Problem> {
    let rows = Contact::page(act.conn, case.row.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| ContactView::of(row, sees_restricted(case))))
}
