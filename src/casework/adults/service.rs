//! Use cases of the core of an adult's record.

use super::dto::{AdultCore, AdultSummary, AdultView, NewAdult};
use super::needs::{self, CommunicationNeedBody};
use super::reach::{ReachedAdult, reach_adult};
use super::{contact_points, store};
use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::casework::cases::exclusions;
use crate::casework::referrals::dto::{Candidate, ReferredAdult};
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::people::adults::{self, Adult, Likeness, MatchedOn};
use crate::policy::Role;
use crate::problem::{Code, Fault, Problem};

/// Reads an adult.
pub fn get(act: &mut Act, id: Id) -> Result<AdultView, Problem> {
    let reached = reach_adult(act, id)?;
    view(act, reached)
}

fn view(act: &mut Act, reached: ReachedAdult) -> Result<AdultView, Problem> {
    let confidential = !reached.confidential && store::has_confidential(act.conn, reached.row.id)?;
    Ok(AdultView::of(reached, confidential))
}

/// Lists the adults the caller may read.
pub fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<AdultSummary>, Problem> {
    let rows = store::page(act.conn, &act.scope(), page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(AdultSummary::of))
}

/// Makes a record outside triage.
pub fn create(act: &mut Act, body: &Body<NewAdult>) -> Result<Id, Problem> {
    let mine = act
        .caller
        .authorities_as(&[Role::Manager, Role::DelegatedPractitioner]);
    let new = body
        .checked(|new| {
            let mut faults = new.adult.faults();
            match &new.authority {
                Some(authority) if !mine.contains(authority) => faults.push(Fault::at(
                    "/authority",
                    "unknown",
                    "You keep no records for this authority.",
                )),
                None if mine.len() > 1 => {
                    faults.push(Fault::required(
                        "/authority",
                        "You work for several: say for which.",
                    ));
                }
                _ => {}
            }
            faults
        })?
        .clone();
    let authority = new.authority.or_else(|| mine.first().cloned());
    let authority = authority.ok_or_else(|| Problem::new(Code::Forbidden))?;
    let row = Adult::new(act.new_id, &authority, act.caller.id, act.now);
    let row = new.adult.write_to(row);
    if new.new_adult != Some(true) {
        let mut alike = candidates(act, &row)?;
        alike.retain(|candidate| Likeness::is_strong(&candidate.matched_on));
        if !alike.is_empty() {
            return Err(Problem::new(Code::PossibleMatch).with("candidates", alike));
        }
    }
    adults::insert(act.conn, &row)?;
    tell(act, &row, "recorded")?;
    Ok(row.id)
}

/// Makes the record of an adult who was referred, with what the referral says of needs and safe contact.
pub fn open(act: &mut Act, row: Adult, referred: &ReferredAdult) -> Result<Id, Problem> {
    let row = row.keyed();
    adults::insert(act.conn, &row)?;
    tell(act, &row, "recorded")?;
    let id = row.id;
    let adult = ReachedAdult {
        row,
        confidential: true,
        told_of_withheld: true,
        staff: true,
    };
    for need in &referred.communication_needs {
        needs::append(act, &adult, CommunicationNeedBody::plain(&need.0))?;
    }
    needs::tell(act, id, &[])?;
    contact_points::append_referred(act, &adult, referred)?;
    Ok(id)
}

/// Amends who the adult is.
pub fn amend(act: &mut Act, id: Id, patch: &Body<Patch<AdultCore>>) -> Result<Id, Problem> {
    let reached = reach_adult(act, id)?;
    act.expect_version(reached.row.version)?;
    let core = patch.valid()?.applied_to(&AdultCore::of(&reached.row))?;
    let faults = core.faults();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let mut row = core.write_to(reached.row);
    write_over(act, &mut row, "amended")?;
    exclusions::refresh_around(act, &[row.id], &[])?;
    Ok(row.id)
}

/// Writes a changed record over the version that was read, and tells.
pub fn write_over(act: &mut Act, row: &mut Adult, verb: &str) -> Result<(), Problem> {
    row.version += 1;
    row.updated_at = act.now;
    row.updated_by = act.caller.id;
    guarded(adults::save(act.conn, row)?)?;
    tell(act, row, verb)
}

fn tell(act: &mut Act, row: &Adult, verb: &str) -> Result<(), Problem> {
    act.emit("adult", verb, row.id, row.version, &row.authority, None)
}

/// Records that may be the same person, and what makes them alike.
pub fn possible_matches(act: &mut Act, id: Id) -> Result<Vec<Candidate>, Problem> {
    let reached = reach_adult(act, id)?;
    candidates(act, &reached.row)
}

fn candidates(act: &mut Act, row: &Adult) -> Result<Vec<Candidate>, Problem> {
    let alike = likely_matches(act, &row.authority, &Likeness::from(row))?;
    let others = alike.into_iter().filter(|(known, _)| known.id != row.id);
    Ok(others.map(|(known, on)| Candidate::of(&known, on)).collect())
}

/// Records of the authority that are likely the same person, without those that are kept from the caller: nothing says
/// that there are more.
pub fn likely_matches(
    act: &mut Act,
    authority: &str,
    likeness: &Likeness,
) -> Result<Vec<(Adult, Vec<MatchedOn>)>, Problem> {
    let mut alike = adults::likely_matches(act.conn, authority, likeness)?;
    let ids: Vec<Id> = alike.iter().map(|(known, _)| known.id).collect();
    let shown = store::unhidden_of(act.conn, &act.scope(), &ids)?;
    alike.retain(|(known, _)| shown.contains(&known.id));
    Ok(alike)
}
