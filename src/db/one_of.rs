//! "One of these values" as one bound value.
//!
//! `eq_any` writes a placeholder for each value on SQLite, so that a query with it is prepared anew each time. Here the list
//! is one value on both databases (JSON, or an array), and the query stays prepared however long it is.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bool, Text};
use diesel::sqlite::Sqlite;

use super::connection::MultiBackend;
use super::types::Key;
use crate::ids::Id;

/// That an expression is one of some values.
#[derive(Debug, Clone)]
pub struct OneOf<E> {
    left: E,
    values: Values,
}

/// The values, and the same as JSON.
#[derive(Debug, Clone)]
pub enum Values {
    /// Ids.
    Ids(Vec<Id>, String),
    /// Texts and codes.
    Texts(Vec<String>, String),
}

/// What there may be lists of.
pub trait Listed: Sized {
    /// The list as it is bound.
    fn listed(all: impl Iterator<Item = Self>) -> Values;
}

impl Listed for Id {
    fn listed(all: impl Iterator<Item = Self>) -> Values {
        let ids: Vec<Self> = all.collect();
        let hex: Vec<String> = ids
            .iter()
            .map(|id| format!("\"{:032x}\"", u128::from_be_bytes(*id.as_bytes())))
            .collect();
        Values::Ids(ids, format!("[{}]", hex.join(",")))
    }
}

impl Listed for String {
    fn listed(all: impl Iterator<Item = Self>) -> Values {
        let texts: Vec<Self> = all.collect();
        let json = serde_json::json!(texts).to_string();
        Values::Texts(texts, json)
    }
}

impl Listed for &str {
    fn listed(all: impl Iterator<Item = Self>) -> Values {
        String::listed(all.map(str::to_owned))
    }
}

impl<T: Listed + Clone> Listed for &T {
    fn listed(all: impl Iterator<Item = Self>) -> Values {
        T::listed(all.cloned())
    }
}

/// `column.one_of(values)`.
pub trait OneOfMethods: Expression + Sized {
    /// That this is one of these values; never, if there are none.
    fn one_of<V: Listed>(self, values: impl IntoIterator<Item = V>) -> OneOf<Self> {
        OneOf {
            left: self,
            values: V::listed(values.into_iter()),
        }
    }
}

impl<E: Expression> OneOfMethods for E {}

/// `= ANY(…)`, or `IN (…)`: what follows the expression.
impl QueryFragment<Pg> for Values {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" = ANY(");
        match self {
            Self::Ids(ids, _) => out.push_bind_param::<Array<Key>, _>(ids)?,
            Self::Texts(texts, _) => out.push_bind_param::<Array<Text>, _>(texts)?,
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Values {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let (begin, json) = match self {
            Self::Ids(_, json) => (" IN (SELECT unhex(value) FROM json_each(", json),
            Self::Texts(_, json) => (" IN (SELECT value FROM json_each(", json),
        };
        out.push_sql(begin);
        out.push_bind_param::<Text, _>(json)?;
        out.push_sql("))");
        Ok(())
    }
}

impl QueryFragment<MultiBackend> for Values {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

impl<DB: Backend, E: QueryFragment<DB>> QueryFragment<DB> for OneOf<E>
where
    Values: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.left.walk_ast(out.reborrow())?;
        self.values.walk_ast(out)
    }
}

impl<E> QueryId for OneOf<E> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<E: Expression> Expression for OneOf<E> {
    type SqlType = Bool;
}

impl<E: AppearsOnTable<Source>, Source> AppearsOnTable<Source> for OneOf<E> {}

impl<E: SelectableExpression<Source>, Source> SelectableExpression<Source> for OneOf<E> {}

impl<E: ValidGrouping<GroupBy>, GroupBy> ValidGrouping<GroupBy> for OneOf<E> {
    type IsAggregate = E::IsAggregate;
}
