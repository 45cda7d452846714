//! Apps: which account was given which case, as whom, and until when it shows there. Whether an app is stopped stands in
//! the decisions about it (`app-access`) and is asked of them with every request, however somebody signed in.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::kept_away::Whom;
use super::model::Case;
use super::store;
use crate::casework::relationships;
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::policy::{CaseRelationship, Role};
use crate::problem::{Code, Problem};
use crate::schema::casework::{case_access, cases};
use crate::schema::people::advocates;

crate::codes! {
    /// How much of a case an app shows.
    pub enum AppView {
        /// Everything that is theirs.
        Full = "full",
        /// What happens next, and nothing of what was said: for a device that others look at.
        NextStepsOnly = "next_steps_only",
    }
}

crate::codes! {
    /// What the holder of an app is to the case.
    pub enum Relationship {
        /// The adult it is about.
        Adult = "adult",
        /// A representative or supporter of theirs.
        Representative = "representative",
        /// Their advocate.
        Advocate = "advocate",
    }
}

/// A person who may have an app for a case, whatever account they have: one has at most one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The adult the case is about.
    Adult,
    /// This entry among the adult's representatives and supporters.
    Representative(Id),
    /// This entry of the register of advocates.
    Advocate(Id),
}

impl Holder {
    /// What they are to the case.
    pub fn relationship(self) -> Relationship {
        match self {
            Self::Adult => Relationship::Adult,
            Self::Representative(_) => Relationship::Representative,
            Self::Advocate(_) => Relationship::Advocate,
        }
    }

    /// The entry among the representatives.
    pub fn representative(self) -> Option<Id> {
        match self {
            Self::Representative(id) => Some(id),
            Self::Adult | Self::Advocate(_) => None,
        }
    }

    /// The entry in the register of advocates.
    pub fn advocate(self) -> Option<Id> {
        match self {
            Self::Advocate(id) => Some(id),
            Self::Adult | Self::Representative(_) => None,
        }
    }

    /// The role an account needs for it.
    pub fn role(self) -> Role {
        match self {
            Self::Adult => Role::Adult,
            Self::Representative(_) => Role::Representative,
            Self::Advocate(_) => Role::Advocate,
        }
    }
}

/// One case that an account was given and has not lost.
#[derive(Debug, Clone, Queryable)]
pub struct GivenCase {
    /// The case.
    pub case_id: Id,
    /// What its holder is to it.
    pub relationship: Relationship,
    /// The entry among the adult's representatives, where the app is one's.
    pub representative_id: Option<Id>,
    /// The entry of the register of advocates, where the app is an advocate's.
    pub advocate_id: Option<Id>,
    /// How much of it is shown.
    pub view: AppView,
}

impl GivenCase {
    /// Whose app it is; nobody's, where a representative's account was never linked to an entry.
    pub fn holder(&self) -> Option<Holder> {
        match self.relationship {
            Relationship::Adult => Some(Holder::Adult),
            Relationship::Representative => self.representative_id.map(Holder::Representative),
            Relationship::Advocate => self.advocate_id.map(Holder::Advocate),
        }
    }
}

type Given = case_access::BoxedQuery<'static, MultiBackend>;

/// Whether all that an account was ever given is over: every case ended, is stopped, or was closed long ago. An account
/// that was given none, and an advocate's own login, have nothing to lose in this way.
pub fn is_over(conn: &mut Connection, user: Id, now: UtcTime) -> QueryResult<bool> {
    let given = case_access::table.filter(case_access::user_id.eq(user));
    let login = advocates::table.filter(advocates::user_id.eq(user));
    let open = relationships::cases_of(user, CaseRelationship::GIVEN.to_vec(), now);
    let asked = diesel::select((exists(given), exists(login), exists(open)));
    let (given, login, open): (bool, bool, bool) = asked.get_result(conn)?;
    Ok(given && !login && !open)
}

/// The cases that an account's apps show now, oldest first; none from which the account is excluded.
pub fn shown_to(
    conn: &mut Connection,
    whom: Whom,
    (now, most): (UtcTime, i64),
) -> QueryResult<Vec<GivenCase>> {
    let (user, _) = whom;
    let open = relationships::cases_of(user, CaseRelationship::GIVEN.to_vec(), now);
    let given: Vec<GivenCase> = case_access::table
        .filter(case_access::user_id.eq(user).and(case_access::ended_at.is_null()))
        .filter(case_access::case_id.eq_any(open))
        .order(case_access::id)
        .limit(most)
        .select(COLUMNS)
        .load(conn)?;
    let ids: Vec<Id> = given.iter().map(|given| given.case_id).collect();
    let kept = store::excluded_of(conn, &ids, whom)?;
    let shown = given.into_iter().filter(|given| !kept.contains(&given.case_id));
    Ok(shown.collect())
}

/// The cases that were given to this account and not taken away, also where its app is stopped.
pub fn given_to(conn: &mut Connection, user: Id) -> QueryResult<Vec<GivenCase>> {
    case_access::table
        .filter(case_access::user_id.eq(user).and(case_access::ended_at.is_null()))
        .order(case_access::id)
        .select(COLUMNS)
        .load(conn)
}

type Columns = (
    case_access::case_id,
    case_access::relationship,
    case_access::representative_id,
    case_access::advocate_id,
    case_access::view,
);
const COLUMNS: Columns = (
    case_access::case_id,
    case_access::relationship,
    case_access::representative_id,
    case_access::advocate_id,
    case_access::view,
);

/// As whom this account reads this case.
pub fn given(conn: &mut Connection, case: Id, user: Id) -> QueryResult<Option<GivenCase>> {
    case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::user_id.eq(user)))
        .filter(case_access::ended_at.is_null())
        .order(case_access::id.desc())
        .select(COLUMNS)
        .first(conn)
        .optional()
}

fn of_holder(case: Id, holder: Holder) -> Given {
    let of_case = case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::ended_at.is_null()))
        .into_boxed();
    match holder {
        Holder::Adult => of_case.filter(case_access::relationship.eq(Relationship::Adult)),
        Holder::Representative(entry) => of_case.filter(case_access::representative_id.eq(entry)),
        Holder::Advocate(entry) => of_case.filter(case_access::advocate_id.eq(entry)),
    }
}

/// Accounts with which a person has this case, also where their app is stopped.
pub fn accounts(conn: &mut Connection, case: Id, holder: Holder) -> QueryResult<Vec<Id>> {
    of_holder(case, holder).select(case_access::user_id).load(conn)
}

/// Says how much of a case a person's app shows.
pub fn show(
    conn: &mut Connection,
    case: Id,
    holder: Holder,
    (view, now): (AppView, UtcTime),
) -> QueryResult<()> {
    let rows: Vec<Id> = of_holder(case, holder).select(case_access::id).load(conn)?;
    diesel::update(case_access::table.filter(case_access::id.one_of(rows)))
        .set(case_access::view.eq(view))
        .execute(conn)?;
    relationships::refresh(conn, &[case], now)
}

/// Ends a person's apps for a case: another one takes their place.
pub fn end(conn: &mut Connection, case: Id, holder: Holder, now: UtcTime) -> QueryResult<()> {
    let rows: Vec<Id> = of_holder(case, holder).select(case_access::id).load(conn)?;
    diesel::update(case_access::table.filter(case_access::id.one_of(rows)))
        .set(case_access::ended_at.eq(now))
        .execute(conn)?;
    relationships::refresh(conn, &[case], now)
}

/// Ends what a representative or supporter was given, on every case of the adult.
pub fn end_of_representative(conn: &mut Connection, entry: Id, now: UtcTime) -> QueryResult<()> {
    let theirs = case_access::table
        .filter(case_access::representative_id.eq(entry))
        .filter(case_access::ended_at.is_null());
    let of: Vec<Id> = theirs.select(case_access::case_id).distinct().load(conn)?;
    diesel::update(theirs)
        .set(case_access::ended_at.eq(now))
        .execute(conn)?;
    relationships::refresh(conn, &of, now)
}

/// Gives an account one case, as this person; what it had of the case before ends.
pub fn give(
    conn: &mut Connection,
    (case, authority): (Id, &str),
    user: Id,
    (holder, view): (Holder, AppView),
    (now, by): (UtcTime, Id),
) -> QueryResult<()> {
    let before = case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::user_id.eq(user)))
        .filter(case_access::ended_at.is_null());
    diesel::update(before)
        .set(case_access::ended_at.eq(now))
        .execute(conn)?;
    diesel::insert_into(case_access::table)
        .values((
            case_access::id.eq(Id::new()),
            case_access::case_id.eq(case),
            case_access::authority.eq(authority),
            case_access::user_id.eq(user),
            case_access::relationship.eq(holder.relationship()),
            case_access::representative_id.eq(holder.representative()),
            case_access::advocate_id.eq(holder.advocate()),
            case_access::starts_at.eq(now),
            case_access::view.eq(view),
            case_access::created_by.eq(by),
        ))
        .execute(conn)?;
    relationships::refresh(conn, &[case], now)
}

/// Whether this account was ever given the case as somebody else than this person.
pub fn was_somebody_else(conn: &mut Connection, case: Id, user: Id, holder: Holder) -> QueryResult<bool> {
    let before: Vec<GivenCase> = case_access::table
        .filter(case_access::case_id.eq(case).and(case_access::user_id.eq(user)))
        .select(COLUMNS)
        .load(conn)?;
    Ok(before
        .iter()
        .any(|given| given.holder().is_some_and(|other| other != holder)))
}

/// Whether this is, or was, the account of the adult whose case it is.
pub fn is_the_adults(conn: &mut Connection, case: Id, account: Id) -> QueryResult<bool> {
    let theirs = case_access::table
        .filter(
            case_access::case_id
                .eq(case)
                .and(case_access::user_id.eq(account)),
        )
        .filter(case_access::relationship.eq(Relationship::Adult));
    diesel::select(exists(theirs)).get_result(conn)
}

/// Gives an account the case of this reference in this authority, from the server's console: as the adult, or as this
/// representative of theirs.
pub fn grant(
    conn: &mut Connection,
    (reference, authority): (&str, &str),
    user: Id,
    (role, representative): (Role, Option<Id>),
    now: UtcTime,
) -> Result<(), Problem> {
    let refused = |why: &str| Problem::new(Code::Conflict).saying(why.to_owned());
    let holder = match (role, representative) {
        (Role::Adult, None) => Holder::Adult,
        (Role::Representative, Some(entry)) => Holder::Representative(entry),
        _ => {
            return Err(refused(
                "a case is given to the adult, or to a representative: name the entry",
            ));
        }
    };
    let case: Option<Case> = cases::table
        .filter(cases::reference.eq(reference).and(cases::authority.eq(authority)))
        .select(Case::as_select())
        .first(conn)
        .optional()?;
    let case = case
        .ok_or_else(|| Problem::not_found().saying("there is no case of this reference in this authority"))?;
    if let (Holder::Representative(entry), Some(adult)) = (holder, case.adult_id)
        && crate::casework::adults::representatives::find(conn, adult, entry)?.is_none()
    {
        return Err(refused("this is no representative or supporter of that adult"));
    }
    give(
        conn,
        (case.id, &case.authority),
        user,
        (holder, AppView::Full),
        (now, user),
    )?;
    Ok(())
}
