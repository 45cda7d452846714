//! Use cases of questionnaires.

use super::dto::{NewQuestionnaire, QuestionnaireStep, QuestionnaireView};
use super::model::{Questionnaire, QuestionnaireStatus, THE_SIX};
use super::{rules, store};
use crate::act::{Act, guarded};
use crate::body::{Body, Patch};
use crate::db::error::Cause;
use crate::db::types::Json;
use crate::ids::Id;
use crate::page::{PageRequest, Rows};
use crate::policy::{Caller, Role};
use crate::problem::{Code, Fault, Problem};

/// The authorities whose questionnaires a caller may read: nothing in them is about anybody.
fn read_by(caller: &Caller) -> Vec<String> {
    let of_roles = caller.roles.iter().map(|grant| &grant.authority);
    of_roles.chain(&caller.authorities).cloned().collect()
}

/// The authorities whose questionnaires a caller keeps.
fn kept_by(caller: &Caller) -> Vec<String> {
    caller.authorities_as(&[Role::Manager, Role::Admin])
}

/// Reads one.
pub fn get(act: &mut Act, id: Id) -> Result<QuestionnaireView, Problem> {
    Ok(found(act, id)?.into())
}

fn found(act: &mut Act, id: Id) -> Result<Questionnaire, Problem> {
    let found = store::find(act.conn, &read_by(act.caller), id)?.ok_or_else(Problem::not_found)?;
    act.found.authority.clone_from(&found.authority);
    Ok(found)
}

/// Lists them.
pub fn list(act: &mut Act, page: &PageRequest) -> Result<Rows<QuestionnaireView>, Problem> {
    let rows = store::page(act.conn, &read_by(act.caller), page)?;
    Ok(Rows::cut(rows, page, |row| row.id).map(QuestionnaireView::from))
}

/// Records a new one, or the next version of one.
pub fn record(act: &mut Act, body: &Body<NewQuestionnaire>) -> Result<Id, Problem> {
    let six = store::the_six(act.conn)?.questions.0;
    let kept = kept_by(act.caller);
    let new = body.checked(|new| {
        let mut faults = rules::faults(new, &six);
        faults.extend(chosen(&kept, new.authority.as_deref()).err());
        faults
    })?;
    let authority = chosen(&kept, new.authority.as_deref()).map_err(|fault| Problem::invalid(vec![fault]))?;
    let newest = store::newest_number(act.conn, &authority, &new.template)?;
    // The first version of the six is everybody's.
    let first = i32::from(new.template == THE_SIX);
    let row = Questionnaire {
        id: act.new_id,
        version: 1,
        created_at: act.now,
        created_by: act.caller.id,
        updated_at: act.now,
        updated_by: act.caller.id,
        authority: Some(authority),
        template: new.template.clone(),
        number: newest.unwrap_or(first) + 1,
        title: new.title.clone(),
        questions: Json(new.questions.clone()),
        status: QuestionnaireStatus::Active,
        retired_at: None,
        retired_reason: None,
        answered_at: None,
    };
    store::insert(act.conn, &row)?;
    tell(act, &row, "recorded")
}

/// The authority that is named, or the only one that may be.
fn chosen(kept: &[String], named: Option<&str>) -> Result<String, Fault> {
    match (named, kept) {
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Fault::required("/authority", "Say which authority it is for.")),
        (Some(named), kept) if kept.iter().any(|one| one == named) => Ok(named.to_owned()),
        (Some(_), _) => Err(Fault::at(
            "/authority",
            "unknown",
            "You keep no questionnaires of such an authority.",
        )),
    }
}

/// Changes one that nobody has answered yet.
pub fn amend(act: &mut Act, id: Id, patch: &Body<Patch<NewQuestionnaire>>) -> Result<Id, Problem> {
    let row = kept(act, id)?;
    act.expect_version(row.version)?;
    if !row.is_changeable() {
        return Err(Problem::new(Code::Conflict)
            .saying("What was answered, or is retired, stays as it is. Record the next version instead."));
    }
    let current = NewQuestionnaire {
        authority: row.authority.clone(),
        template: row.template.clone(),
        title: row.title.clone(),
        questions: row.questions.0.clone(),
    };
    let changed = patch.valid()?.applied_to(&current)?;
    let six = store::the_six(act.conn)?.questions.0;
    let mut faults = rules::faults(&changed, &six);
    let stays = |place: &str| {
        Fault::at(
            place,
            "fixed",
            "This stays as it is. Record another questionnaire.",
        )
    };
    faults.extend((changed.authority != current.authority).then(|| stays("/authority")));
    faults.extend((changed.template != current.template).then(|| stays("/template")));
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let amended = Questionnaire {
        title: changed.title,
        questions: Json(changed.questions),
        ..row
    };
    write_over(act, amended, "amended")
}

/// Takes one out of use.
pub fn step(act: &mut Act, id: Id, body: &Body<QuestionnaireStep>) -> Result<Id, Problem> {
    let row = kept(act, id)?;
    act.expect_version(row.version)?;
    let step = body.valid()?;
    if step.to != QuestionnaireStatus::Retired || row.status == QuestionnaireStatus::Retired {
        return Err(Problem::invalid_transition(
            "A questionnaire that is in use can be retired; there is no other step.",
            &[],
        ));
    }
    let retired = Questionnaire {
        status: QuestionnaireStatus::Retired,
        retired_at: Some(act.now),
        retired_reason: step.reason.clone(),
        ..row
    };
    write_over(act, retired, "retired")
}

/// One that the caller keeps: 403 for one that they only read.
fn kept(act: &mut Act, id: Id) -> Result<Questionnaire, Problem> {
    let row = found(act, id)?;
    match row
        .authority
        .as_ref()
        .is_some_and(|owner| kept_by(act.caller).contains(owner))
    {
        true => Ok(row),
        false => Err(Problem::new(Code::Forbidden)),
    }
}

fn write_over(act: &mut Act, mut row: Questionnaire, verb: &str) -> Result<Id, Problem> {
    row.version += 1;
    row.updated_at = act.now;
    row.updated_by = act.caller.id;
    guarded(store::save(act.conn, &row)?)?;
    tell(act, &row, verb)
}

fn tell(act: &mut Act, row: &Questionnaire, verb: &str) -> Result<Id, Problem> {
    let authority = row.authority.clone().unwrap_or_default();
    act.emit("questionnaire", verb, row.id, row.version, &authority, None)?;
    Ok(row.id)
}

/// What feedback on a case of this authority answers: the version that is named, or the newest of the six. None: there
/// is no such version.
pub fn to_answer(
    act: &mut Act,
    authority: &str,
    named: Option<Id>,
) -> Result<Option<Questionnaire>, Problem> {
    Ok(match named {
        Some(id) => store::find(act.conn, &[authority.to_owned()], id)?,
        None => Some(store::newest_of_the_six(act.conn, authority)?),
    })
}

/// Notes that it was answered, so that its questions stay what the answers were given to.
pub fn answered(act: &mut Act, asked: &Questionnaire) -> Result<(), Problem> {
    if asked.authority.is_none() || asked.answered_at.is_some() {
        return Ok(());
    }
    if store::mark_answered(act.conn, asked, act.now)? == 1 {
        return Ok(());
    }
    // Another respondent was first, which is fine. Or somebody changed it: then the answers are held to what it is now.
    let authority = asked.authority.clone().into_iter().collect::<Vec<_>>();
    let now = store::find(act.conn, &authority, asked.id)?;
    match now.is_some_and(|now| now.is_changeable()) {
        true => Err(Problem::new(Code::Conflict).because(Cause::Retry)),
        false => Ok(()),
    }
}
