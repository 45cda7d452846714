//! Use cases of contacts.

use super::dto::{ContactView, NewContact, OutcomesAsked};
use super::model::{Contact, ContactContent};
use crate::act::Act;
use crate::body::Body;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::meetings::checklist::MeetingItem;
use crate::casework::produced::Known;
use crate::casework::record::{Head, row, rows, write_new};
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::problem::{Fault, Problem, repeated};

/// Records a contact, and in the same transaction what it produced.
pub fn record(act: &mut Act, case: Id, body: &Body<NewContact>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let known = match body.value() {
        Some(new) => new.linked().known(act, &case)?,
        None => Known::default(),
    };
    let new = body.checked(|new| [faults(new), new.linked().faults(case.standing, &known)].concat())?;
    let contact = Head::new(act, &case);
    let produced = new.linked().record(act, &case)?;
    let (asked_result, not_asked_reason) = OutcomesAsked::kept(new.outcomes_asked.as_ref());
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
        checklist: Json(new.checklist.clone()),
        produced: Json(produced),
    };
    write_new(act, &Contact::of(contact, content), "recorded")
}

fn faults(new: &NewContact) -> Vec<Fault> {
    let items: Vec<MeetingItem> = new.checklist.iter().map(|answer| answer.item).collect();
    let pointer = |index: usize| format!("/checklist/{index}/item");
    let asked = new.outcomes_asked.as_ref().map(OutcomesAsked::faults);
    [
        asked.unwrap_or_default(),
        repeated(&items, pointer, "Each item is answered once."),
    ]
    .concat()
}

/// Reads a contact.
pub fn get(act: &mut Act, case: Id, id: Id) -> Result<ContactView, Problem> {
    let case = reach(act, case)?;
    let contact: Contact = row(act, &case, id)?;
    Ok(ContactView::of(contact, case.sees_restricted()))
}

/// Lists the contacts of a case.
pub fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<ContactView>, Problem> {
    let case = reach(act, case)?;
    page_of(act, &case, page)
}

/// A page of the contacts of a case that was reached.
pub fn page_of(act: &mut Act, case: &Reached, page: &PageRequest) -> Result<Rows<ContactView>, Problem> {
    Ok(rows::<Contact>(act, case, page)?.map(|row| ContactView::of(row, case.sees_restricted())))
}
