//! SQL of ours inside a query of diesel's, such as a subquery on another table.
//!
//! `diesel::dsl::sql` does the same, but diesel has each query that holds one prepared anew every time, since its text could
//! be any. These texts are a closed set (values are always bound), so the queries stay prepared.

use std::borrow::Cow;
use std::marker::PhantomData;

use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, Date, HasSqlType, Text};
use diesel::{QueryResult, sql_types::SingleValue};

use super::branches::Branches;
use super::one_of::{Listed, Values};
use super::types::{Key, Moment};
use crate::clock::UtcTime;
use crate::ids::Id;

/// An expression that is written as SQL.
#[derive(Debug, Clone)]
pub struct Fragment<ST> {
    parts: Vec<Part>,
    of: PhantomData<ST>,
}

#[derive(Debug, Clone)]
enum Part {
    Sql(Cow<'static, str>),
    Value(Value),
    OneOf(Values),
    Branches(Box<Branches<Fragment<Bool>>>),
}

/// A value that is bound.
#[derive(Debug, Clone)]
pub enum Value {
    /// An id.
    Key(Id),
    /// An instant.
    Moment(UtcTime),
    /// A day.
    Date(NaiveDate),
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

/// Begins an expression with this text. Put no value into it: diesel keeps every text it has met.
pub fn sql<ST>(text: impl Into<Cow<'static, str>>) -> Fragment<ST> {
    Fragment {
        parts: vec![Part::Sql(text.into())],
        of: PhantomData,
    }
}

impl<ST> Fragment<ST> {
    /// Goes on with "is one of these values", however many they are; never, if there are none.
    #[must_use]
    pub fn one_of<V: Listed>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.parts.push(Part::OneOf(V::listed(values.into_iter())));
        self
    }

    /// Goes on with a value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.parts.push(Part::Value(value.into()));
        self
    }

    /// Goes on with text.
    #[must_use]
    pub fn sql(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.parts.push(Part::Sql(text.into()));
        self
    }
}

impl<ST> Fragment<ST> {
    /// Goes on with another expression.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }
}

impl From<Branches<Self>> for Fragment<Bool> {
    fn from(branches: Branches<Self>) -> Self {
        Self {
            parts: vec![Part::Branches(Box::new(branches))],
            of: PhantomData,
        }
    }
}

impl From<Id> for Value {
    fn from(id: Id) -> Self {
        Self::Key(id)
    }
}

impl From<UtcTime> for Value {
    fn from(at: UtcTime) -> Self {
        Self::Moment(at)
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Date(day)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<DB, ST> QueryFragment<DB> for Fragment<ST>
where
    DB: Backend
        + HasSqlType<Key>
        + HasSqlType<Moment>
        + HasSqlType<Date>
        + HasSqlType<Text>
        + HasSqlType<BigInt>,
    i64: ToSql<BigInt, DB>,
    Id: ToSql<Key, DB>,
    UtcTime: ToSql<Moment, DB>,
    NaiveDate: ToSql<Date, DB>,
    String: ToSql<Text, DB>,
    Values: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for part in &self.parts {
            match part {
                Part::Sql(text) => out.push_sql(text),
                Part::Value(Value::Key(id)) => out.push_bind_param::<Key, _>(id)?,
                Part::Value(Value::Moment(at)) => out.push_bind_param::<Moment, _>(at)?,
                Part::Value(Value::Date(day)) => out.push_bind_param::<Date, _>(day)?,
                Part::Value(Value::Text(text)) => out.push_bind_param::<Text, _>(text)?,
                Part::OneOf(values) => values.walk_ast(out.reborrow())?,
                Part::Branches(branches) => branches.walk_ast(out.reborrow())?,
                Part::Value(Value::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
            }
        }
        Ok(())
    }
}

/// Two of one type may have different texts: a query with one is kept by its text.
impl<ST> QueryId for Fragment<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST: TypedExpressionType> Expression for Fragment<ST> {
    type SqlType = ST;
}

impl<ST: SingleValue + TypedExpressionType, Source> AppearsOnTable<Source> for Fragment<ST> {}

impl<ST: SingleValue + TypedExpressionType, Source> SelectableExpression<Source> for Fragment<ST> {}

impl<ST, GroupBy> ValidGrouping<GroupBy> for Fragment<ST> {
    type IsAggregate = is_aggregate::Never;
}
