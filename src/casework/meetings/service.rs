//! Use cases of meetings: schedule one, amend it.

use super::{Invitee, Meeting, MeetingRow, MeetingStatus, faults};
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::record::{Head, OwnedRow, Record, row, write_new, write_over, write_over_withheld};
use crate::casework::wishes;
use crate::ids::Id;
use crate::people::agencies;
use crate::problem::{Code, Fault, Problem};

/// Schedules a meeting, or records one that was held.
pub fn schedule(act: &mut Act, case: Id, body: &Body<Meeting>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let inviting = match body.value() {
        Some(meeting) => faults_of_inviting(act, &case, &meeting.invitees, &[])?,
        None => vec![],
    };
    let meeting = body.checked(|meeting| [faults(meeting), inviting].concat())?;
    let row = MeetingRow::new(Head::new(act, &case), meeting.clone());
    let verb = match row.status() {
        MeetingStatus::Held => "held",
        _ => "scheduled",
    };
    write_new(act, &row, verb)
}

/// Amends a meeting by a merge patch. Another planned time counts as planning it anew.
pub fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<Meeting>>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let before: MeetingRow = row(act, &case, id)?;
    act.expect_version(before.version)?;
    let body = patch.valid()?.applied_to(&before.body())?;
    let inviting = faults_of_inviting(act, &case, &body.invitees, &before.invitees.0)?;
    let faults = [faults(&body), inviting].concat();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let moved = (body.planned_start, body.planned_end) != (before.planned_start, before.planned_end);
    let cancelled = before.cancelled_at.is_some();
    if cancelled && (moved || body.held_start.is_some()) {
        let detail = "The meeting was cancelled: plan it again first.";
        return Err(Problem::new(Code::Conflict).saying(detail));
    }
    let only_withheld = without_withheld(&body) == without_withheld(&before.body());
    let mut amended = MeetingRow::new(before.head(), body);
    amended.cancelled_at = before.cancelled_at;
    amended.sequence = before.sequence;
    if moved {
        let earlier = before.until_now(MeetingStatus::Planned, None, act.now);
        amended.planned_history.0 = [before.planned_history.0.clone(), vec![earlier]].concat();
        // What was planned for a meeting that took place is no news to anybody's calendar.
        amended.sequence += i32::from(amended.status() == MeetingStatus::Planned);
    } else {
        amended.planned_history = before.planned_history.clone();
    }
    let verb = match (before.status(), amended.status()) {
        (MeetingStatus::Planned, MeetingStatus::Held) => "held",
        _ => "amended",
    };
    match only_withheld {
        true => write_over_withheld(act, &mut amended),
        false => write_over(act, &mut amended, verb),
    }
}

/// What shows of a meeting to whoever does not see why somebody is invited against the adult's wish.
fn without_withheld(meeting: &Meeting) -> Meeting {
    let mut meeting = meeting.clone();
    for invitee in &mut meeting.invitees {
        invitee.override_reason = None;
    }
    meeting
}

fn faults_of_inviting(
    act: &mut Act,
    case: &Reached,
    invitees: &[Invitee],
    before: &[Invitee],
) -> Result<Vec<Fault>, Problem> {
    let mut faults = unwanted(act, case, invitees, before)?;
    for (index, invitee) in invitees.iter().enumerate() {
        let pointer = format!("/invitees/{index}/agencyId");
        faults.extend(agencies::fault_of(act.conn, invitee.agency_id, &pointer)?);
    }
    Ok(faults)
}

/// Invitees, new ones, whom the adult has said should not be involved, and for whom no reason is given.
fn unwanted(
    act: &mut Act,
    case: &Reached,
    invitees: &[Invitee],
    before: &[Invitee],
) -> Result<Vec<Fault>, Problem> {
    let is_new = |invitee: &Invitee| !before.iter().any(|known| known.name == invitee.name);
    if !invitees.iter().any(is_new) {
        return Ok(vec![]);
    }
    let wishes = wishes::about_involvement(act.conn, case.row.id)?;
    let unexplained = |invitee: &Invitee| {
        is_new(invitee) && invitee.override_reason.is_none() && wishes::is_unwanted(&wishes, &invitee.name)
    };
    let faults = invitees
        .iter()
        .enumerate()
        .filter(|(_, invitee)| unexplained(invitee))
        .map(|(index, _)| {
            Fault::required(
                format!("/invitees/{index}/overrideReason"),
                "The adult does not want this person involved: say why they are invited all the same.",
            )
        });
    Ok(faults.collect())
}
