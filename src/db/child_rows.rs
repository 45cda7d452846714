//! The rows of another table that belong to a row, as a JSON list that is read with it in one statement.
//!
//! Roles, scopes and the like are rows, so that the database holds them to their codes and finds by them; whoever reads
//! an account wants them with it. The two databases write such a list differently, so it is no expression of diesel's own.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;

use super::connection::MultiBackend;
use super::types::Document;

/// Which rows of which table belong to a row of a table, and how each stands in the list.
pub trait Children: Send + Sync + 'static {
    /// The key of the table that they belong to.
    type Parent;
    /// Their table.
    const TABLE: &'static str;
    /// Their condition, with the key of the parent as `table.id`.
    const WHERE: &'static str;
    /// The members of each by the columns that they are kept in; one without a name is the value itself.
    const MEMBERS: &'static [(&'static str, &'static str)];
    /// The columns that they are in order of.
    const ORDER: &'static str;
}

/// The list, as an expression to select.
#[derive(Debug, Clone, Copy)]
pub struct ChildRows<C>(PhantomData<C>);

impl<C> ChildRows<C> {
    /// The list of these rows.
    pub const fn list() -> Self {
        Self(PhantomData)
    }
}

impl<C: Children> ChildRows<C> {
    fn item<DB: Backend>(out: &mut AstPass<'_, '_, DB>, (value, object): (&str, &str)) {
        if let [("", column)] = C::MEMBERS {
            out.push_sql(value);
            out.push_sql(column);
            return out.push_sql(")");
        }
        out.push_sql(object);
        for (place, (member, column)) in C::MEMBERS.iter().enumerate() {
            out.push_sql(if place == 0 { "'" } else { ", '" });
            out.push_sql(member);
            out.push_sql("', ");
            out.push_sql(column);
        }
        out.push_sql(")");
    }

    fn source<DB: Backend>(out: &mut AstPass<'_, '_, DB>) {
        out.push_sql(" FROM ");
        out.push_sql(C::TABLE);
        out.push_sql(" WHERE ");
        out.push_sql(C::WHERE);
    }
}

impl<C: Children> QueryFragment<Pg> for ChildRows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(SELECT COALESCE(jsonb_agg(");
        Self::item(&mut out, ("to_jsonb(", "jsonb_build_object("));
        out.push_sql(" ORDER BY ");
        out.push_sql(C::ORDER);
        out.push_sql("), '[]')");
        Self::source(&mut out);
        out.push_sql(")");
        Ok(())
    }
}

impl<C: Children> QueryFragment<Sqlite> for ChildRows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("(SELECT json_group_array(");
        Self::item(&mut out, ("(", "json_object("));
        out.push_sql(") FROM (SELECT *");
        Self::source(&mut out);
        out.push_sql(" ORDER BY ");
        out.push_sql(C::ORDER);
        out.push_sql("))");
        Ok(())
    }
}

impl<C: Children> QueryFragment<MultiBackend> for ChildRows<C> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

/// Its text is always the same: a query with it stays prepared.
impl<C: Children> QueryId for ChildRows<C> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> Expression for ChildRows<C> {
    type SqlType = Document;
}

impl<C: Children, Source> AppearsOnTable<Source> for ChildRows<C> where C::Parent: AppearsOnTable<Source> {}

impl<C: Children, Source> SelectableExpression<Source> for ChildRows<C> where
    C::Parent: SelectableExpression<Source>
{
}

impl<C, GroupBy> ValidGrouping<GroupBy> for ChildRows<C> {
    type IsAggregate = is_aggregate::Never;
}

/// Names a list of child rows.
#[macro_export]
macro_rules! child_rows {
    ($(#[doc = $doc:literal])+ $vis:vis struct $name:ident of $parent:ty {
        from $table:literal where $condition:literal order by $order:literal, [$($member:literal: $column:literal),+]
    }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        $vis struct $name;

        impl $crate::db::child_rows::Children for $name {
            type Parent = $parent;
            const TABLE: &'static str = $table;
            const WHERE: &'static str = $condition;
            const MEMBERS: &'static [(&'static str, &'static str)] = &[$(($member, $column)),+];
            const ORDER: &'static str = $order;
        }
    };
}
