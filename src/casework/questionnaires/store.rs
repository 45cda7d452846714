//! Queries over questionnaires. Every reader's begin from the authorities whose questionnaires they may know.

use diesel::prelude::*;

use super::model::{Questionnaire, QuestionnaireStatus, THE_SIX, first_version_of_the_six};
use crate::clock::UtcTime;
use crate::db::one_of::OneOfMethods as _;
use crate::db::{Connection, MultiBackend};
use crate::ids::Id;
use crate::page::PageRequest;
use crate::schema::questionnaires::questionnaires as table;

/// Those of these authorities, and everybody's.
fn visible(authorities: &[String]) -> table::BoxedQuery<'static, MultiBackend> {
    let theirs = table::authority.assume_not_null().one_of(authorities.to_vec());
    table::table
        .filter(table::authority.is_null().or(theirs))
        .into_boxed()
}

/// The one of this id.
pub fn find(conn: &mut Connection, authorities: &[String], id: Id) -> QueryResult<Option<Questionnaire>> {
    visible(authorities)
        .filter(table::id.eq(id))
        .select(Questionnaire::as_select())
        .first(conn)
        .optional()
}

/// A page of them, with one to spare.
pub fn page(
    conn: &mut Connection,
    authorities: &[String],
    page: &PageRequest,
) -> QueryResult<Vec<Questionnaire>> {
    let query = visible(authorities);
    crate::paged!(query, table, page)
        .select(Questionnaire::as_select())
        .load(conn)
}

/// The first version of the six questions.
pub fn the_six(conn: &mut Connection) -> QueryResult<Questionnaire> {
    table::table
        .find(first_version_of_the_six())
        .select(Questionnaire::as_select())
        .first(conn)
}

/// The newest version of the six that an authority has in use: its own, or everybody's.
pub fn newest_of_the_six(conn: &mut Connection, authority: &str) -> QueryResult<Questionnaire> {
    let own = table::table
        .filter(table::authority.eq(authority.to_owned()))
        .filter(table::template.eq(THE_SIX))
        .filter(table::status.eq(QuestionnaireStatus::Active))
        .order(table::number.desc())
        .select(Questionnaire::as_select())
        .first(conn)
        .optional()?;
    match own {
        Some(own) => Ok(own),
        None => the_six(conn),
    }
}

/// The number of the newest version an authority has of a template, in use or not.
pub fn newest_number(conn: &mut Connection, authority: &str, template: &str) -> QueryResult<Option<i32>> {
    table::table
        .filter(table::authority.eq(authority.to_owned()))
        .filter(table::template.eq(template.to_owned()))
        .order(table::number.desc())
        .select(table::number)
        .first(conn)
        .optional()
}

/// Writes a new one.
pub fn insert(conn: &mut Connection, row: &Questionnaire) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// Writes a changed one over the version before it; answers how many rows that changed.
pub fn save(conn: &mut Connection, row: &Questionnaire) -> QueryResult<usize> {
    let read = table::table
        .find(row.id)
        .filter(table::version.eq(row.version - 1));
    diesel::update(read).set(row).execute(conn)
}

/// Notes the first answer, if the questions are still those of this version; answers how many rows that changed.
pub fn mark_answered(conn: &mut Connection, row: &Questionnaire, now: UtcTime) -> QueryResult<usize> {
    let read = table::table
        .find(row.id)
        .filter(table::version.eq(row.version))
        .filter(table::answered_at.is_null());
    let set = (
        table::answered_at.eq(now),
        table::version.eq(row.version + 1),
        table::updated_at.eq(now),
    );
    diesel::update(read).set(set).execute(conn)
}
