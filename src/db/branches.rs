//! A list along several ways in: a statement for each, with its own order and limit, so that an index serves each whatever the
//! others are. Put together with UNION ALL, ordered and limited again. One condition with OR would have the database walk
//! the whole table as soon as one of its parts looks somewhere else.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType};

use super::fragment::{Fragment, Value, sql};

/// That a column holds this value, for a branch that is ordered by the column and then by id. It is named twice: a single one
/// would be a constant to PostgreSQL, which would then leave it out of the order, walk the whole table by its ids, and take a
/// hundred times as long for a small authority.
pub fn named_twice<V: Into<Value> + Clone>(column: &str, value: V) -> Fragment<Bool> {
    sql::<Bool>(format!("{column} IN ("))
        .bind(value.clone())
        .sql(", ")
        .bind(value)
        .sql(")")
}

/// That an id is among the first of those that any of the statements gives.
#[derive(Debug, Clone)]
pub struct Branches<Q> {
    begin: Fragment<Bool>,
    each: Vec<Q>,
    /// The order, and how many; none: all, in any.
    cut: Option<(&'static str, i64)>,
}

impl<Q> Branches<Q> {
    /// `begin` ends in the bracket in which the ids are to stand, such as `cases.id IN (`. Each statement gives a column `id`,
    /// in the order of the page and no more than its rows. Without a statement there is no id.
    pub fn new(begin: Fragment<Bool>, each: Vec<Q>, (newest_first, rows): (bool, i64)) -> Self {
        let direction = if newest_first { "DESC" } else { "ASC" };
        Self {
            begin,
            each,
            cut: Some((direction, rows)),
        }
    }

    /// Whether there is no way in: the list is empty without a statement.
    pub const fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// The same where each statement gives no more than one.
    pub fn of_one(begin: Fragment<Bool>, each: Vec<Q>) -> Self {
        Self {
            begin,
            each,
            cut: None,
        }
    }
}

impl<DB: Backend + HasSqlType<BigInt>, Q: QueryFragment<DB>> QueryFragment<DB> for Branches<Q>
where
    Fragment<Bool>: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.each.is_empty() {
            out.push_sql("1 = 0");
            return Ok(());
        }
        self.begin.walk_ast(out.reborrow())?;
        out.push_sql("SELECT k.id FROM (");
        for (number, branch) in self.each.iter().enumerate() {
            out.push_sql(if number == 0 {
                "SELECT * FROM ("
            } else {
                " UNION ALL SELECT * FROM ("
            });
            branch.walk_ast(out.reborrow())?;
            out.push_sql(") AS branch");
        }
        out.push_sql(") AS k");
        if let Some((direction, rows)) = &self.cut {
            out.push_sql(" GROUP BY k.id ORDER BY k.id ");
            out.push_sql(direction);
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(rows)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// Two may be of as many statements as there are: a query with one is kept by its text.
impl<Q> QueryId for Branches<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Expression for Branches<Q> {
    type SqlType = Bool;
}

impl<Q, Source> AppearsOnTable<Source> for Branches<Q> {}

impl<Q, Source> SelectableExpression<Source> for Branches<Q> {}

impl<Q, GroupBy> ValidGrouping<GroupBy> for Branches<Q> {
    type IsAggregate = is_aggregate::Never;
}
