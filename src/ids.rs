//! Identifiers: UUIDv7, so that their order is the order of creation and lists page on them alone.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::UtcTime;
use crate::db::types::Key;

/// The identifier of any record.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = Key)]
#[serde(transparent)]
pub struct Id(Uuid);

impl Id {
    /// A new identifier, later in order than every one made before it by this process.
    #[expect(clippy::disallowed_methods, reason = "this is the place the lint points to")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// Reads the one accepted spelling: lower-case, hyphenated.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Uuid::try_parse(text).ok()?;
        (id.as_hyphenated().to_string() == text).then_some(Self(id))
    }

    /// The lowest identifier that could be made at this instant: bounds by time become bounds by id.
    pub fn earliest_at(at: UtcTime) -> Self {
        let millis = u128::try_from(at.get().timestamp_millis()).unwrap_or_default();
        Self(Uuid::from_u128(millis << 80))
    }

    /// The sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Uuid> for Id {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl utoipa::PartialSchema for Id {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom("uuid".to_owned())))
            .into()
    }
}
impl utoipa::ToSchema for Id {}
