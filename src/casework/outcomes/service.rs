//! Use cases of desired outcomes.

use super::dto::{
    AchievementView, NewAchievement, NewOutcome, NewRevision, OutcomeView, Priorities, PrioritiesView,
    RevisionView,
};
use super::model::{
    Achievement, AdultAgrees, ChangeKind, ComparedWith, ConfirmedBy, ExpressedBy, Outcome, OutcomeContent,
    OutcomeStatus, Party, Revision, RevisionStanding,
};
use super::rules::Judges;
use super::{rules, store};
use crate::act::{Act, guarded};
use crate::body::Body;
use crate::casework::capacity::decisions;
use crate::casework::cases::reach::{Reached, reach};
use crate::casework::record::{self, EnteredInError, Head, OwnedRow, row, rows, write_new, write_over};
use crate::db::error::Cause;
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::people::authorities;
use crate::policy::Standing;
use crate::problem::{Code, Fault, Problem};

/// Records an outcome with its first revision.
pub fn record(act: &mut Act, case: Id, body: &Body<NewOutcome>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let decision = body.value().and_then(|new| new.best_interests_decision_id);
    let covered = decisions::covers(act, case.row.id, decision)?;
    let unknown = match body.value() {
        Some(new) => unknown_suggestions(act, &case, new)?,
        None => vec![],
    };
    let new = body.checked(|new| {
        let expressed = rules::faults_of_expression(case.standing, new.expressed_by, covered);
        [expressed, unknown].concat()
    })?;
    append(act, &case, new)
}

/// Suggestions that the authority does not have.
pub fn unknown_suggestions(act: &mut Act, case: &Reached, new: &NewOutcome) -> Result<Vec<Fault>, Problem> {
    if new.local_suggestion_codes.is_empty() {
        return Ok(vec![]);
    }
    let known = authorities::settings_of(act.conn, &case.row.authority)?.local_suggestions;
    let used: Vec<String> = new
        .local_suggestion_codes
        .iter()
        .map(|code| code.0.clone())
        .collect();
    let pointer = |index| format!("/localSuggestionCodes/{index}");
    Ok(authorities::unknown_codes(&known, &used, pointer))
}

/// Appends an outcome that was judged already, with its first revision.
pub fn append(act: &mut Act, case: &Reached, new: &NewOutcome) -> Result<Id, Problem> {
    store::one_at_a_time(act.conn, case.row.id)?;
    let said_at = new.said_at.unwrap_or(act.now);
    let content = OutcomeContent {
        own_words: new.own_words.clone(),
        expressed_by: new.expressed_by,
        communicated_by: new.communicated_by,
        suggestion_codes: Json(new.suggestion_codes.clone()),
        local_suggestion_codes: Json(new.local_suggestion_codes.clone()),
        how_we_can_help: new.how_we_can_help.clone(),
        priority: new.priority,
        status: OutcomeStatus::Current,
        said_at,
        best_interests_decision_id: new.best_interests_decision_id,
    };
    let outcome = Outcome::of(Head::new(act, case), content);
    let initiated_by = party_of(new.expressed_by);
    let id = priority_is_free(write_new(act, &outcome, "recorded"))?;
    let first = Change {
        kind: ChangeKind::Initial,
        initiated_by,
        agrees: if initiated_by == Party::Adult {
            AdultAgrees::Yes
        } else {
            AdultAgrees::NotKnown
        },
        confirmed_by: confirmation(case.standing, None),
        standing: RevisionStanding::InForce,
    };
    let revision = revision_of(
        act,
        &outcome,
        1,
        &first,
        &NewRevision {
            said_at: new.said_at,
            ..NewRevision::default()
        },
    );
    store::append_revision(act.conn, &revision)?;
    Ok(id)
}

fn party_of(expressed_by: ExpressedBy) -> Party {
    match expressed_by {
        ExpressedBy::Adult => Party::Adult,
        ExpressedBy::Representative => Party::Representative,
        ExpressedBy::Advocate => Party::Advocate,
        ExpressedBy::BestInterests => Party::Practitioner,
    }
}

fn confirmation(standing: Standing, stated: Option<ConfirmedBy>) -> ConfirmedBy {
    match standing {
        Standing::Adult => ConfirmedBy::AdultApp,
        Standing::Advocate => ConfirmedBy::Advocate,
        // Staff cannot confirm in the adult's app; what they state of others stands as stated.
        _ => stated
            .filter(|by| *by != ConfirmedBy::AdultApp)
            .unwrap_or(ConfirmedBy::None),
    }
}

/// The index that keeps priorities distinct has the last word, whoever else is writing.
fn priority_is_free<T>(written: Result<T, Problem>) -> Result<T, Problem> {
    written.map_err(|problem| match problem.cause() {
        // With its cause: the work is run again, and then says that the version has moved, if it has.
        Some(Cause::Unique) => Problem::new(Code::PriorityTaken).because(Cause::Unique),
        _ => problem,
    })
}

/// Reads an outcome.
pub fn get(act: &mut Act, case: Id, id: Id) -> Result<OutcomeView, Problem> {
    let case = reach(act, case)?;
    let outcome: Outcome = row(act, &case, id)?;
    let judgements = store::latest_judgements(act.conn, case.row.id, Judges::shown_to(case.standing))?;
    let achieved = judgements.get(&outcome.id).copied();
    Ok(OutcomeView::of(outcome, achieved))
}

/// Marks an outcome as entered in error; its priority is free again.
pub fn mark(act: &mut Act, case: Id, id: Id, body: &Body<EnteredInError>) -> Result<Id, Problem> {
    record::mark_with::<Outcome>(act, case, id, body, |outcome, _| outcome.priority = None)
}

/// Lists the outcomes of a case.
pub fn list(act: &mut Act, case: Id, page: &PageRequest) -> Result<Rows<OutcomeView>, Problem> {
    let case = reach(act, case)?;
    let rows = rows::<Outcome>(act, &case, page)?;
    let judgements = store::latest_judgements(act.conn, case.row.id, Judges::shown_to(case.standing))?;
    Ok(rows.map(|row| {
        let achieved = judgements.get(&row.id).copied();
        OutcomeView::of(row, achieved)
    }))
}

/// Every outcome of a case that was reached, for its expanded answer.
pub fn all(act: &mut Act, case: &Reached) -> Result<Vec<OutcomeView>, Problem> {
    let judgements = store::latest_judgements(act.conn, case.row.id, Judges::shown_to(case.standing))?;
    let rows = store::all(act.conn, case.row.id)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let achieved = judgements.get(&row.id).copied();
            OutcomeView::of(row, achieved)
        })
        .collect())
}

struct Change {
    kind: ChangeKind,
    initiated_by: Party,
    agrees: AdultAgrees,
    confirmed_by: ConfirmedBy,
    standing: RevisionStanding,
}

/// Revises an outcome. The adult's own revision is taken as it comes; anyone else's is held to the version they
/// read, and is only proposed until the adult agrees.
pub fn revise(act: &mut Act, case: Id, outcome: Id, body: &Body<NewRevision>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    store::one_at_a_time(act.conn, case.row.id)?;
    let outcome: Outcome = row(act, &case, outcome)?;
    if case.standing != Standing::Adult {
        act.expect_version(outcome.version)?;
    }
    let decision = body.value().and_then(|new| new.best_interests_decision_id);
    let covered = decisions::covers(act, case.row.id, decision)?;
    let new = body.checked(|new| rules::faults_of_revision(case.standing, new, covered))?;
    append_revision(act, &case, outcome, new)
}

/// Appends a revision that was judged already to the outcome as it was read.
pub fn append_revision(
    act: &mut Act,
    case: &Reached,
    mut outcome: Outcome,
    new: &NewRevision,
) -> Result<Id, Problem> {
    let change = change_of(case.standing, new);
    if let Some(words) = new
        .own_words
        .clone()
        .filter(|_| change.standing == RevisionStanding::InForce)
    {
        outcome.own_words = words;
    }
    if change.standing == RevisionStanding::InForce {
        outcome.status = rules::status_after(outcome.status, change.kind);
        outcome.priority = match outcome.status {
            OutcomeStatus::Current => new.priority.or(outcome.priority),
            OutcomeStatus::Withdrawn | OutcomeStatus::Superseded => None,
        };
        outcome.said_at = new.said_at.unwrap_or(act.now);
    }
    let number = store::next_revision_number(act.conn, outcome.id)?;
    let revision = revision_of(act, &outcome, number, &change, new);
    priority_is_free(write_over(act, &mut outcome, "revised"))?;
    store::append_revision(act.conn, &revision)?;
    Ok(revision.id)
}

fn change_of(standing: Standing, new: &NewRevision) -> Change {
    let by_the_adult = standing == Standing::Adult;
    let (initiated_by, agrees) = match standing {
        Standing::Adult => (Party::Adult, AdultAgrees::Yes),
        // That the adult agrees is not a representative's to say: what they change stays a proposal.
        Standing::Representative => (Party::Representative, AdultAgrees::NotKnown),
        _ => (
            new.initiated_by.unwrap_or(Party::Practitioner),
            new.adult_agrees.unwrap_or(AdultAgrees::NotKnown),
        ),
    };
    Change {
        kind: new.change_kind.unwrap_or(ChangeKind::Reworded),
        initiated_by,
        agrees,
        confirmed_by: confirmation(standing, new.confirmed_by),
        standing: rules::standing_of(by_the_adult, agrees),
    }
}

fn revision_of(act: &Act, outcome: &Outcome, number: i32, change: &Change, new: &NewRevision) -> Revision {
    Revision {
        id: if number == 1 { Id::new() } else { act.new_id },
        outcome_id: outcome.id,
        case_id: outcome.case_id,
        authority: outcome.authority.clone(),
        number,
        standing: change.standing,
        own_words: new.own_words.clone().unwrap_or_else(|| outcome.own_words.clone()),
        priority: new.priority.or(outcome.priority),
        change_kind: change.kind,
        change_reason: new.change_reason,
        what_was_explained: new.what_was_explained.clone(),
        alternatives_offered: new.alternatives_offered.clone(),
        initiated_by: change.initiated_by,
        adult_agrees: change.agrees,
        confirmed_by: change.confirmed_by,
        said_at: new.said_at.unwrap_or(act.now),
        created_at: act.now,
        created_by: act.caller.id,
    }
}

/// Reads a revision.
pub fn revision(act: &mut Act, case: Id, outcome: Id, id: Id) -> Result<RevisionView, Problem> {
    let case = reach(act, case)?;
    let outcome: Outcome = row(act, &case, outcome)?;
    let revision = store::revision(act.conn, outcome.id, id)?.ok_or_else(Problem::not_found)?;
    Ok(RevisionView::of(revision, outcome.version))
}

/// Lists the revisions of an outcome.
pub fn revisions(
    act: &mut Act,
    case: Id,
    outcome: Id,
    page: &PageRequest,
) -> Result<Rows<RevisionView>, Problem> {
    let case = reach(act, case)?;
    let outcome: Outcome = row(act, &case, outcome)?;
    let rows = store::revisions(act.conn, outcome.id, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| RevisionView::of(row, outcome.version)))
}

/// Judges how far an outcome was achieved.
pub fn judge(act: &mut Act, case: Id, outcome: Id, body: &Body<NewAchievement>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    let outcome: Outcome = row(act, &case, outcome)?;
    if case.standing != Standing::Adult {
        act.expect_version(outcome.version)?;
    }
    let new = body.checked(|new| rules::faults_of_achievement(case.standing, new))?;
    let achievement = Achievement {
        id: act.new_id,
        outcome_id: outcome.id,
        case_id: outcome.case_id,
        authority: outcome.authority.clone(),
        achieved: new.achieved,
        not_judged_because: new.not_judged_because,
        judged_by: new.judged_by,
        reason: new.reason.clone(),
        adult_view: new.adult_view.clone(),
        practitioner_view: new.practitioner_view.clone(),
        how_we_could_have_done_better: new.how_we_could_have_done_better.clone(),
        compared_with: new.compared_with.unwrap_or(ComparedWith::Latest),
        is_final: new.is_final.unwrap_or(true),
        created_at: act.now,
        created_by: act.caller.id,
    };
    store::append_achievement(act.conn, &achievement)?;
    act.emit(
        "desired_outcome",
        "achieved",
        outcome.id,
        outcome.version,
        &outcome.authority,
        Some(outcome.case_id),
    )?;
    Ok(achievement.id)
}

/// Reads a judgement.
pub fn achievement(act: &mut Act, case: Id, outcome: Id, id: Id) -> Result<AchievementView, Problem> {
    let case = reach(act, case)?;
    let outcome: Outcome = row(act, &case, outcome)?;
    let judges = Judges::shown_to(case.standing);
    let achievement = store::achievement(act.conn, outcome.id, judges, id)?.ok_or_else(Problem::not_found)?;
    Ok(AchievementView::of(achievement, outcome.version, judges))
}

/// Lists the judgements of an outcome.
pub fn achievements(
    act: &mut Act,
    case: Id,
    outcome: Id,
    page: &PageRequest,
) -> Result<Rows<AchievementView>, Problem> {
    let case = reach(act, case)?;
    let outcome: Outcome = row(act, &case, outcome)?;
    let judges = Judges::shown_to(case.standing);
    let rows = store::achievements(act.conn, outcome.id, judges, page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(|row| AchievementView::of(row, outcome.version, judges)))
}

/// Puts the outcomes in order, in one step.
pub fn prioritise(act: &mut Act, case: Id, body: &Body<Priorities>) -> Result<Id, Problem> {
    let case = reach(act, case)?;
    if case.standing == Standing::Representative {
        return Err(Problem::new(Code::Forbidden).saying("What matters most is the adult's to say."));
    }
    store::one_at_a_time(act.conn, case.row.id)?;
    let outcomes = store::all(act.conn, case.row.id)?;
    let wanted = body.checked(|wanted| faults_of_order(wanted, &outcomes))?;
    store::clear_priorities(act.conn, case.row.id)?;
    let initiated_by = match case.standing {
        Standing::Adult => Party::Adult,
        Standing::Advocate => Party::Advocate,
        _ => Party::Practitioner,
    };
    let agrees = if initiated_by == Party::Adult {
        AdultAgrees::Yes
    } else {
        AdultAgrees::NotKnown
    };
    for mut outcome in outcomes
        .into_iter()
        .filter(|outcome| outcome.status == OutcomeStatus::Current)
    {
        let place = wanted.order.iter().position(|id| *id == outcome.id);
        let priority = place.and_then(|place| i16::try_from(place + 1).ok());
        let changed = priority != outcome.priority;
        outcome.priority = priority;
        if changed {
            let change = Change {
                kind: ChangeKind::PriorityChanged,
                initiated_by,
                agrees,
                confirmed_by: confirmation(case.standing, None),
                standing: RevisionStanding::InForce,
            };
            let number = store::next_revision_number(act.conn, outcome.id)?;
            let mut revision = revision_of(act, &outcome, number, &change, &NewRevision::default());
            revision.id = Id::new();
            store::append_revision(act.conn, &revision)?;
            write_over(act, &mut outcome, "revised")?;
        } else if priority.is_some() {
            // The same as before, after all were cleared.
            outcome.version += 1;
            guarded(outcome.save(act.conn)?)?;
        }
    }
    Ok(case.row.id)
}

fn faults_of_order(wanted: &Priorities, outcomes: &[Outcome]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, id) in wanted.order.iter().enumerate() {
        let pointer = format!("/order/{index}");
        let current = outcomes
            .iter()
            .any(|outcome| outcome.id == *id && outcome.status == OutcomeStatus::Current);
        if !current {
            faults.push(Fault::at(
                pointer,
                "unknown",
                "This is not a current outcome of this case.",
            ));
        } else if wanted.order.iter().take(index).any(|earlier| earlier == id) {
            faults.push(Fault::at(pointer, "repeated", "Each outcome stands here once."));
        }
    }
    faults
}

/// The outcomes that have a priority.
pub fn priorities(act: &mut Act, case: Id) -> Result<PrioritiesView, Problem> {
    let case = reach(act, case)?;
    let judgements = store::latest_judgements(act.conn, case.row.id, Judges::shown_to(case.standing))?;
    let rows = store::prioritised(act.conn, case.row.id)?;
    let items = rows.into_iter().map(|row| {
        let achieved = judgements.get(&row.id).copied();
        OutcomeView::of(row, achieved)
    });
    Ok(PrioritiesView {
        items: items.collect(),
    })
}
