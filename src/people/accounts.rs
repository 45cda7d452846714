//! What the sign-in knows of an account beyond the user: one-time codes and what comes with a change of password.

use diesel::prelude::*;

use crate::auth::sessions::{self, EndedBecause};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::notices::{self, Notice, NoticeKind};
use crate::people::users::authorities_of;
use crate::problem::Problem;
use crate::schema::identity::password_codes;
use crate::schema::people::{account_changes, users};
use crate::secrets;

/// How long a one-time code is good for: three days.
pub const CODE_LIFETIME: i64 = 3 * 86_400;

/// A new one-time code.
pub fn new_code() -> Result<String, Problem> {
    Ok(secrets::random()?.chars().take(24).collect())
}

/// Gives the account a one-time code in the place of any before; only its digest is kept.
pub fn give_code(conn: &mut Connection, user: Id, code: &str, now: UtcTime) -> QueryResult<UtcTime> {
    let expires_at = now.plus_seconds(CODE_LIFETIME);
    diesel::delete(password_codes::table.find(user)).execute(conn)?;
    diesel::insert_into(password_codes::table)
        .values((
            password_codes::user_id.eq(user),
            password_codes::digest.eq(secrets::digest_of(code.as_bytes())),
            password_codes::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(expires_at)
}

/// Digest of the account's one-time code, while it is good.
pub fn code_digest(conn: &mut Connection, user: Id, now: UtcTime) -> QueryResult<Option<String>> {
    password_codes::table
        .find(user)
        .filter(password_codes::expires_at.gt(now))
        .select(password_codes::digest)
        .first(conn)
        .optional()
}

/// Uses the code up; whether it was still there.
pub fn take_code(conn: &mut Connection, user: Id, digest: &str) -> QueryResult<bool> {
    let code = password_codes::table
        .find(user)
        .filter(password_codes::digest.eq(digest));
    Ok(diesel::delete(code).execute(conn)? == 1)
}

/// Sets the password, and ends every session of the account.
pub fn set_password(conn: &mut Connection, user: Id, hash: &str, now: UtcTime) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set((
            users::password_hash.eq(hash),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
        ))
        .execute(conn)?;
    sessions::end_all_of(conn, user, EndedBecause::PasswordChanged, now)
}

crate::codes! {
    /// What somebody did to an account that opens it, or that makes it theirs.
    pub enum AccountChange {
        /// It was made, or given a role, on the server's console.
        NamedOnConsole = "named_on_console",
        /// It was made.
        Made = "made",
        /// It was given roles or an agency, or may be used again.
        GivenRights = "given_rights",
        /// A one-time code for its password was made.
        GivenPasswordCode = "given_password_code",
        /// Its authenticator was taken away.
        AuthenticatorTaken = "authenticator_taken",
    }
}

/// Notes what somebody did to an account; `by` is absent for the server's console.
pub fn note(
    conn: &mut Connection,
    user: Id,
    kind: AccountChange,
    by: Option<Id>,
    now: UtcTime,
) -> QueryResult<()> {
    diesel::insert_into(account_changes::table)
        .values((
            account_changes::id.eq(Id::new()),
            account_changes::user_id.eq(user),
            account_changes::kind.eq(kind),
            account_changes::changed_by.eq(by),
            account_changes::changed_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Whether this account was made, reset, enabled or given a right by somebody since the server's console last named it.
pub fn is_creature_of(conn: &mut Connection, user: Id, by: Id) -> QueryResult<bool> {
    let changes: Vec<(AccountChange, Option<Id>)> = account_changes::table
        .filter(account_changes::user_id.eq(user))
        .order((account_changes::changed_at.desc(), account_changes::id.desc()))
        .select((account_changes::kind, account_changes::changed_by))
        .load(conn)?;
    let mut since = changes
        .iter()
        .take_while(|(kind, _)| *kind != AccountChange::NamedOnConsole);
    Ok(since.any(|(_, changed_by)| *changed_by == Some(by)))
}

/// Whether the server's console made this account, or gave it a role.
pub fn is_named_on_console(conn: &mut Connection, user: Id) -> QueryResult<bool> {
    let named = account_changes::user_id
        .eq(user)
        .and(account_changes::kind.eq(AccountChange::NamedOnConsole));
    diesel::select(diesel::dsl::exists(account_changes::table.filter(named))).get_result(conn)
}

/// Notes what the server's console did to an account, and tells every authority that has to do with it. The notice is not for
/// the person themselves to put aside.
pub fn note_on_console(
    conn: &mut Connection,
    user: Id,
    (change, kind): (AccountChange, NoticeKind),
    now: UtcTime,
) -> QueryResult<()> {
    note(conn, user, change, None, now)?;
    for authority in authorities_of(conn, user)? {
        let notice = Notice {
            authority: &authority,
            kind,
            resource_id: user,
            case_id: None,
            author: user,
        };
        notices::leave(conn, notice, now)?;
    }
    Ok(())
}
