//! The app of the adult, or of who represents them: giving it, pausing it, and until when it shows their case.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Case, CaseState};
use crate::clock::UtcTime;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::policy::Role;
use crate::problem::{Code, Problem};
use crate::schema::casework::{case_access, case_transitions, cases};

/// An app shows a case for so long after it was closed: 90 days, in seconds.
const AFTER_CLOSURE: i64 = 90 * 86_400;

crate::codes! {
    /// How much of a case an app shows.
    pub enum AppView {
        /// Everything that is theirs.
        Full = "full",
        /// What happens next, and nothing of what was said: for a device that others look at.
        NextStepsOnly = "next_steps_only",
    }
}

/// That a case is open, or was closed not long ago.
pub fn not_long_closed(
    now: UtcTime,
) -> Box<dyn BoxableExpression<cases::table, MultiBackend, SqlType = Bool>> {
    let recently = case_transitions::table
        .filter(case_transitions::case_id.eq(cases::id))
        .filter(case_transitions::recorded_at.ge(now.plus_seconds(-AFTER_CLOSURE)));
    let open = cases::state.ne_all([CaseState::Closed, CaseState::ClosedNoEnquiry]);
    Box::new(open.or(exists(recently)))
}

/// Whether an account that was given single cases still has one.
pub fn has_any(conn: &mut Connection, user: Id, now: UtcTime) -> QueryResult<bool> {
    let theirs = case_access::table
        .filter(case_access::user_id.eq(user))
        .filter(
            case_access::ended_at
                .is_null()
                .and(case_access::paused_at.is_null()),
        )
        .select(case_access::case_id);
    let open: cases::BoxedQuery<'static, MultiBackend> = cases::table
        .filter(cases::id.eq_any(theirs))
        .filter(not_long_closed(now))
        .into_boxed();
    let first: Option<Id> = open.select(cases::id).first(conn).optional()?;
    Ok(first.is_some())
}

/// Accounts that were given this case as the adult's or a representative's, also paused ones.
pub fn accounts(conn: &mut Connection, case: Id, relationship: &str) -> QueryResult<Vec<Id>> {
    case_access::table
        .filter(
            case_access::case_id
                .eq(case)
                .and(case_access::relationship.eq(relationship)),
        )
        .filter(case_access::ended_at.is_null())
        .select(case_access::user_id)
        .load(conn)
}

/// The cases that were given to this account, each with its relationship.
pub fn given_to(conn: &mut Connection, user: Id) -> QueryResult<Vec<(Id, String)>> {
    case_access::table
        .filter(case_access::user_id.eq(user).and(case_access::ended_at.is_null()))
        .select((case_access::case_id, case_access::relationship))
        .load(conn)
}

/// Pauses an account's app for a case, or lets it show the case again, with this view.
pub fn set(
    conn: &mut Connection,
    (case, user): (Id, Id),
    view: AppView,
    paused_at: Option<UtcTime>,
) -> QueryResult<()> {
    let given = case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::user_id.eq(user)))
        .filter(case_access::ended_at.is_null());
    diesel::update(given)
        .set((case_access::view.eq(view), case_access::paused_at.eq(paused_at)))
        .execute(conn)
        .map(drop)
}

/// How much of a case an account's app shows.
pub fn view_of(conn: &mut Connection, case: Id, user: Id) -> QueryResult<Option<AppView>> {
    case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::user_id.eq(user)))
        .filter(case_access::ended_at.is_null())
        .select(case_access::view)
        .first(conn)
        .optional()
}

/// Gives an account one case.
pub fn give(
    conn: &mut Connection,
    (case, authority): (Id, &str),
    user: Id,
    (relationship, view): (&str, AppView),
    (now, by): (UtcTime, Id),
) -> QueryResult<()> {
    diesel::insert_into(case_access::table)
        .values((
            case_access::id.eq(Id::new()),
            case_access::case_id.eq(case),
            case_access::authority.eq(authority),
            case_access::user_id.eq(user),
            case_access::relationship.eq(relationship),
            case_access::starts_at.eq(now),
            case_access::view.eq(view),
            case_access::created_by.eq(by),
        ))
        .execute(conn)
        .map(drop)
}

/// Whether this is the account of the adult whose case it is.
pub fn is_the_adults(conn: &mut Connection, case: Id, account: Id) -> QueryResult<bool> {
    let theirs = case_access::table
        .filter(
            case_access::case_id
                .eq(case)
                .and(case_access::user_id.eq(account)),
        )
        .filter(case_access::relationship.eq("adult"));
    diesel::select(diesel::dsl::exists(theirs)).get_result(conn)
}

/// Gives a user access to the case of this reference in this authority, as the adult or a representative.
pub fn grant(
    conn: &mut Connection,
    reference: &str,
    authority: &str,
    user: Id,
    role: Role,
    now: UtcTime,
) -> Result<(), Problem> {
    let relationship = match role {
        Role::Adult => "adult",
        Role::Representative => "representative",
        _ => {
            return Err(
                Problem::new(Code::Conflict).saying("only an adult or a representative is given one case")
            );
        }
    };
    let case: Option<Case> = cases::table
        .filter(cases::reference.eq(reference).and(cases::authority.eq(authority)))
        .select(Case::as_select())
        .first(conn)
        .optional()?;
    let case = case
        .ok_or_else(|| Problem::not_found().saying("there is no case of this reference in this authority"))?;
    let given = (relationship, AppView::Full);
    give(conn, (case.id, &case.authority), user, given, (now, user))?;
    Ok(())
}
