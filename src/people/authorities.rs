//! Local authorities: each case belongs to exactly one.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::Connection;
use crate::schema::foundation::authorities as table;

/// A local authority with its safeguarding duty (Care Act 2014 s.42).
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct Authority {
    /// Its code in the API: `northbank`.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// When it was set up.
    pub created_at: UtcTime,
}

/// Sets one up, unless it is there.
pub fn ensure(conn: &mut Connection, authority: &Authority) -> QueryResult<()> {
    if !exists(conn, &authority.code)? {
        diesel::insert_into(table::table)
            .values(authority)
            .execute(conn)?;
    }
    Ok(())
}

/// Whether this deployment serves it.
pub fn exists(conn: &mut Connection, code: &str) -> QueryResult<bool> {
    let found = table::table
        .find(code)
        .select(table::code)
        .first::<String>(conn)
        .optional()?;
    Ok(found.is_some())
}

impl Authority {
    /// An authority known by its code, with a name made of it.
    pub fn new(code: &str, now: UtcTime) -> Self {
        let mut letters = code.chars();
        let name: String = letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        Self {
            code: code.to_owned(),
            name: format!("{name} Council"),
            created_at: now,
        }
    }
}
