//! A set of codes of one list, kept as one number.

use std::fmt::Debug;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Integer;

/// A code list of which sets are kept. Each code is the bit of its place, so that a new code goes to the end of the list, and
/// none ever moves: a test holds them to their places.
pub trait KeptAsBits: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// Every code, each at its place.
    const PLACES: &'static [Self];

    /// The bit of this code, for conditions on what is kept.
    fn bit(self) -> i32 {
        let place = Self::PLACES.iter().position(|one| *one == self);
        place.map_or(0, |place| 1 << place)
    }
}

/// A set of them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = Integer)]
pub struct CodeSet<C: KeptAsBits> {
    bits: i32,
    of: PhantomData<C>,
}

impl<C: KeptAsBits> CodeSet<C> {
    /// All of them.
    pub fn all() -> Self {
        C::PLACES.iter().copied().collect()
    }

    /// As they are kept.
    pub const fn bits(self) -> i32 {
        self.bits
    }

    /// Whether this one is among them.
    pub fn contains(self, code: C) -> bool {
        self.bits & code.bit() != 0
    }

    /// Those that are in it, in the order of the list.
    pub fn codes(self) -> impl Iterator<Item = C> {
        C::PLACES.iter().copied().filter(move |code| self.contains(*code))
    }
}

impl<C: KeptAsBits> FromIterator<C> for CodeSet<C> {
    fn from_iter<I: IntoIterator<Item = C>>(codes: I) -> Self {
        Self {
            bits: codes.into_iter().map(C::bit).fold(0, |all, bit| all | bit),
            of: PhantomData,
        }
    }
}

impl<C: KeptAsBits, DB: Backend> ToSql<Integer, DB> for CodeSet<C>
where
    i32: ToSql<Integer, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.bits.to_sql(out)
    }
}

impl<C: KeptAsBits, DB: Backend> FromSql<Integer, DB> for CodeSet<C>
where
    i32: FromSql<Integer, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bits = <i32 as FromSql<Integer, DB>>::from_sql(value)?;
        Ok(Self {
            bits,
            of: PhantomData,
        })
    }
}
