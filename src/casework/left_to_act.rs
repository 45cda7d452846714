//! Who is left to act: no act leaves a case, a referral that waits or an authority to nobody but its author. What protects
//! somebody (an exclusion, a stop) is never refused: whom the authority names for it gets the record, a notice tells of it,
//! and the gap stands until somebody else can act again. Any other act is refused.

use diesel::prelude::*;

use crate::act::Act;
use crate::casework::cases::kept_away;
use crate::casework::cases::model::CaseState;
use crate::casework::cases::reachable;
use crate::casework::referrals::model::Status;
use crate::casework::referrals::store as referrals_store;
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::people::{authorities, users};
use crate::policy::{Action, CASEWORK, Caller, Role, scope};
use crate::problem::{Code, Problem};
use crate::schema::access::{case_grants, escalations, exclusions};
use crate::schema::casework::{cases, referrals};

/// What somebody must be left to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// An open case.
    Case(Id),
    /// A referral that waits to be triaged.
    Referral(Id),
}

impl On {
    fn id(self) -> Id {
        match self {
            Self::Case(id) | Self::Referral(id) => id,
        }
    }

    fn case(self) -> Option<Id> {
        match self {
            Self::Case(id) => Some(id),
            Self::Referral(_) => None,
        }
    }

    fn referral(self) -> Option<Id> {
        match self {
            Self::Case(_) => None,
            Self::Referral(id) => Some(id),
        }
    }
}

/// Who has what nobody else is left for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = escalations)]
struct Escalation {
    id: Id,
    user_id: Option<Id>,
    caused_by: Id,
}

/// The authority of a record that somebody must be able to act on: none where it is settled, or went elsewhere.
fn authority_of(conn: &mut Connection, on: On) -> QueryResult<Option<String>> {
    match on {
        On::Case(id) => cases::table
            .find(id)
            .filter(cases::state.one_of(CaseState::OPEN))
            .filter(cases::transferred_to.is_null())
            .select(cases::authority)
            .first(conn)
            .optional(),
        On::Referral(id) => referrals::table
            .find(id)
            .filter(referrals::status.one_of(Status::WAITING))
            .select(referrals::authority)
            .first(conn)
            .optional(),
    }
}

/// Whether this member of staff can decide on the case, or triage the referral, without having been named for it because
/// nobody else was left.
fn can_act(conn: &mut Connection, on: On, caller: Caller) -> QueryResult<bool> {
    let by_themselves = Caller {
        escalated: false,
        ..caller
    };
    Ok(match on {
        On::Case(id) => reachable::find(conn, &scope(&by_themselves, Action::CasesMove), id)?.is_some(),
        On::Referral(id) => {
            referrals_store::find(conn, &scope(&by_themselves, Action::ReferralsTriage), id)?.is_some()
        }
    })
}

/// Whether anybody of the authority but this author can act.
fn is_anyone_left(
    conn: &mut Connection,
    on: On,
    (authority, author): (&str, Id),
    now: UtcTime,
) -> QueryResult<bool> {
    for user in users::holders(conn, authority, &CASEWORK)? {
        if user == author || users::are_one_human(conn, user, author)? {
            continue;
        }
        if let Some(caller) = users::caller_in(conn, user, None, now)?
            && can_act(conn, on, caller)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first of those whom the authority names for it who is not kept away; the author only if nobody else is.
fn next_person(
    conn: &mut Connection,
    on: Option<On>,
    (authority, author): (&str, Id),
) -> QueryResult<Option<Id>> {
    let mut own = None;
    for user in authorities::settings_of(conn, authority)?.escalate_to {
        if !users::does_casework(conn, user, authority)? {
            continue;
        }
        let kept_away = match on {
            Some(on) => is_kept_away(conn, on, user)?,
            None => false,
        };
        if kept_away {
            continue;
        }
        if user == author || users::are_one_human(conn, user, author)? {
            own = own.or(Some(user));
            continue;
        }
        return Ok(Some(user));
    }
    Ok(own)
}

fn is_kept_away(conn: &mut Connection, on: On, user: Id) -> QueryResult<bool> {
    let agency = users::find(conn, user)?.and_then(|user| user.agency_id);
    let whom = (user, agency.unwrap_or(user));
    let found: Option<Id> = match on {
        On::Case(id) => cases::table
            .find(id)
            .filter(kept_away::from_case(whom))
            .select(cases::id)
            .first(conn)
            .optional()?,
        On::Referral(id) => referrals::table
            .find(id)
            .filter(kept_away::from_referral(whom))
            .select(referrals::id)
            .first(conn)
            .optional()?,
    };
    Ok(found.is_some())
}

fn escalated(conn: &mut Connection, on: On) -> QueryResult<Option<Escalation>> {
    let live = escalations::table
        .filter(escalations::ended_at.is_null())
        .select(Escalation::as_select());
    match on {
        On::Case(id) => live
            .filter(escalations::case_id.assume_not_null().eq(id))
            .first(conn),
        On::Referral(id) => live
            .filter(escalations::referral_id.assume_not_null().eq(id))
            .first(conn),
    }
    .optional()
}

fn end(act: &mut Act, escalation: Id, on: Option<On>) -> QueryResult<()> {
    diesel::update(escalations::table.find(escalation))
        .set(escalations::ended_at.eq(act.now))
        .execute(act.conn)?;
    follow(act, on)
}

/// Whoever has the case because nobody else is left reads it by that.
fn follow(act: &mut Act, on: Option<On>) -> QueryResult<()> {
    match on.and_then(On::case) {
        Some(case) => relationships::refresh(act.conn, &[case], act.now),
        None => Ok(()),
    }
}

fn begin(
    act: &mut Act,
    authority: &str,
    on: Option<On>,
    (to, author): (Option<Id>, Id),
) -> Result<(), Problem> {
    let id = Id::new();
    let case = on.and_then(On::case);
    diesel::insert_into(escalations::table)
        .values((
            escalations::id.eq(id),
            escalations::authority.eq(authority),
            escalations::case_id.eq(case),
            escalations::referral_id.eq(on.and_then(On::referral)),
            escalations::user_id.eq(to),
            escalations::caused_by.eq(author),
            escalations::started_at.eq(act.now),
        ))
        .execute(act.conn)?;
    follow(act, on)?;
    let notice = Notice {
        authority,
        kind: NoticeKind::NobodyLeftToAct,
        resource_id: on.map_or(id, On::id),
        case_id: case,
        author,
    };
    Ok(notices::leave(act.conn, notice, act.now)?)
}

/// After an act that is never refused: gives the record to whom the authority names, if nobody but the author is left, and
/// takes it back once somebody is.
pub fn settle(act: &mut Act, on: On) -> Result<(), Problem> {
    let before = escalated(act.conn, on)?;
    let Some(authority) = authority_of(act.conn, on)? else {
        if let Some(before) = before {
            end(act, before.id, Some(on))?;
        }
        return Ok(());
    };
    authorities::hold(act.conn, &authority)?;
    let author = before.as_ref().map_or(act.caller.id, |before| before.caused_by);
    let whose = (authority.as_str(), author);
    if is_anyone_left(act.conn, on, whose, act.now)? {
        if let Some(before) = before {
            end(act, before.id, Some(on))?;
        }
        return Ok(());
    }
    let to = next_person(act.conn, Some(on), whose)?;
    if let Some(before) = before {
        if before.user_id == to {
            return Ok(());
        }
        end(act, before.id, Some(on))?;
    }
    begin(act, &authority, Some(on), (to, author))
}

/// After any other act: refuses it if it left nobody but its author. Where nobody was left before it makes nothing worse.
///
/// # Errors
///
/// 409 `nobody_left_to_act`.
pub fn refuse_nobody(act: &mut Act, on: On) -> Result<(), Problem> {
    let Some(authority) = authority_of(act.conn, on)? else {
        return Ok(());
    };
    if escalated(act.conn, on)?.is_some() {
        return settle(act, on);
    }
    authorities::hold(act.conn, &authority)?;
    match is_anyone_left(act.conn, on, (&authority, act.caller.id), act.now)? {
        true => Ok(()),
        false => Err(Problem::new(Code::NobodyLeftToAct).saying(
            "Nobody but you would be left who can act on it. Name or allocate it to somebody else first.",
        )),
    }
}

/// An account that lost what let it act, and who took it.
#[derive(Debug, Clone, Copy)]
pub struct Lost {
    /// Whose account.
    pub user: Id,
    /// Who did it: no use to those it leaves behind.
    pub author: Id,
}

/// After an account was disabled, which is never refused.
pub fn settle_disabled(act: &mut Act, authority: &str, lost: Lost) -> Result<(), Problem> {
    authorities::hold(act.conn, authority)?;
    if !is_managed(act.conn, authority, lost.author)? && whole(act.conn, authority)?.is_none() {
        let to = next_person(act.conn, None, (authority, lost.author))?;
        begin(act, authority, None, (to, lost.author))?;
    }
    for on in depending_on(act.conn, authority, lost, act.now)? {
        settle(act, on)?;
    }
    Ok(())
}

/// After a role was taken: refuses it if that left the authority without a manager, or one of its records to nobody.
///
/// # Errors
///
/// 409 `nobody_left_to_act`.
pub fn refuse_taken(act: &mut Act, authority: &str, lost: Lost) -> Result<(), Problem> {
    authorities::hold(act.conn, authority)?;
    if !is_managed(act.conn, authority, lost.author)? {
        return Err(Problem::new(Code::NobodyLeftToAct)
            .saying("This is the last manager of the authority. Give the role to another first."));
    }
    for on in depending_on(act.conn, authority, lost, act.now)? {
        let left = is_anyone_left(act.conn, on, (authority, lost.author), act.now)?;
        if !left && escalated(act.conn, on)?.is_none() {
            return Err(Problem::new(Code::NobodyLeftToAct).saying(
                "Nobody would be left who can act on a case or referral that is kept from others. Give it to somebody first.",
            ));
        }
    }
    Ok(())
}

/// After somebody was given a role, or may use their account again: takes back what they can act on now.
pub fn settle_given(act: &mut Act, authority: &str) -> Result<(), Problem> {
    type Row = (Id, Option<Id>, Option<Id>, Id);
    let live: Vec<Row> = escalations::table
        .filter(
            escalations::authority
                .eq(authority)
                .and(escalations::ended_at.is_null()),
        )
        .select((
            escalations::id,
            escalations::case_id,
            escalations::referral_id,
            escalations::caused_by,
        ))
        .load(act.conn)?;
    for (id, case, referral, author) in live {
        match (case, referral) {
            (Some(case), _) => settle(act, On::Case(case))?,
            (None, Some(referral)) => settle(act, On::Referral(referral))?,
            (None, None) => {
                if is_managed(act.conn, authority, author)? {
                    end(act, id, None)?;
                }
            }
        }
    }
    Ok(())
}

/// What everything of an authority was given to somebody by, if it was.
fn whole(conn: &mut Connection, authority: &str) -> QueryResult<Option<Id>> {
    escalations::table
        .filter(
            escalations::authority
                .eq(authority)
                .and(escalations::ended_at.is_null()),
        )
        .filter(
            escalations::case_id
                .is_null()
                .and(escalations::referral_id.is_null()),
        )
        .select(escalations::id)
        .first(conn)
        .optional()
}

fn is_managed(conn: &mut Connection, authority: &str, author: Id) -> QueryResult<bool> {
    let managers = users::holders(conn, authority, &[Role::Manager])?;
    Ok(managers.iter().any(|manager| *manager != author))
}

/// The records of an authority that may have hung on this account alone. Everything else is any manager's; so, where one of
/// them is kept from nothing, is what is kept from others and not restricted.
fn depending_on(conn: &mut Connection, authority: &str, lost: Lost, now: UtcTime) -> QueryResult<Vec<On>> {
    let named = case_grants::table
        .filter(case_grants::user_id.assume_not_null().eq(lost.user))
        .filter(case_grants::relationship.eq("adviser"))
        .filter(case_grants::entered_in_error.is_null())
        .select(case_grants::case_id);
    let open = || {
        cases::table
            .filter(cases::authority.eq(authority.to_owned()))
            .filter(cases::state.one_of(CaseState::OPEN))
    };
    let restricted = open().filter(cases::restricted.eq(true)).filter(
        cases::allocated_to
            .assume_not_null()
            .eq(lost.user)
            .or(cases::id.eq_any(named)),
    );
    let mut found: Vec<On> = restricted
        .select(cases::id)
        .load(conn)?
        .into_iter()
        .map(On::Case)
        .collect();
    for manager in users::holders(conn, authority, &[Role::Manager])? {
        let Some(caller) = users::caller_in(conn, manager, None, now)? else {
            continue;
        };
        let whom = (caller.id, caller.agency_id.unwrap_or(caller.id));
        if manager != lost.author && !kept_away::is_from_anything(conn, whom)? {
            return Ok(found);
        }
    }
    type Kept = (Option<Id>, Option<Id>, Option<Id>);
    let of: Vec<Kept> = exclusions::table
        .filter(exclusions::ended_at.is_null())
        .select((exclusions::case_id, exclusions::adult_id, exclusions::referral_id))
        .load(conn)?;
    let all = |pick: fn(&Kept) -> Option<Id>| -> Vec<Id> { of.iter().filter_map(pick).collect() };
    let excluded: Vec<Id> = open()
        .filter(
            cases::id
                .one_of(all(|kept| kept.0))
                .or(cases::adult_id.assume_not_null().one_of(all(|kept| kept.1))),
        )
        .select(cases::id)
        .load(conn)?;
    found.extend(excluded.into_iter().map(On::Case));
    let waiting: Vec<Id> = referrals::table
        .filter(referrals::authority.eq(authority))
        .filter(referrals::id.one_of(all(|kept| kept.2)))
        .filter(referrals::status.one_of(Status::WAITING))
        .select(referrals::id)
        .load(conn)?;
    found.extend(waiting.into_iter().map(On::Referral));
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
