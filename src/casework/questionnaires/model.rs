//! Questionnaires as they are kept.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::UtcTime;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::questionnaires::questionnaires;

/// The template that everybody has.
pub const THE_SIX: &str = "msp-six";

/// Its first version, which belongs to no authority. The migration writes it.
pub fn first_version_of_the_six() -> Id {
    uuid::Uuid::from_u128(0x019a_9000_0000_7000_8000_0000_0000_0006).into()
}

crate::codes! {
    /// Whether a version of a questionnaire is in use.
    pub enum QuestionnaireStatus {
        /// It is.
        Active = "active",
        /// It is not asked any more.
        Retired = "retired",
    }
}

/// A question with its wordings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionWords {
    /// Its code, under which it is answered and counted.
    #[schema(max_length = 60, pattern = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    pub code: String,
    /// As the adult is asked.
    #[schema(min_length = 1, max_length = 500, extensions(("x-rule" = json!("not_blank"))))]
    pub adult_wording: String,
    /// As someone is asked who answers for the adult.
    #[schema(min_length = 1, max_length = 500, extensions(("x-rule" = json!("not_blank"))))]
    pub representative_wording: String,
    /// In Easy Read.
    #[schema(min_length = 1, max_length = 500, extensions(("x-rule" = json!("not_blank"))))]
    pub easy_read: String,
}

/// A version of a questionnaire.
#[derive(Debug, Clone, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = questionnaires, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Questionnaire {
    /// Its id: a UUID, which sorts by when it was made.
    pub id: Id,
    /// 1, and one more with every change of the record.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// By whom.
    pub created_by: Id,
    /// When it was last changed.
    pub updated_at: UtcTime,
    /// By whom.
    pub updated_by: Id,
    /// Whose it is; none: everybody's.
    pub authority: Option<String>,
    /// The template it is a version of.
    pub template: String,
    /// Which version: 1, 2, …
    pub number: i32,
    /// Its title.
    pub title: String,
    /// Its questions, in their order.
    pub questions: Json<Vec<QuestionWords>>,
    /// Whether it is in use.
    pub status: QuestionnaireStatus,
    /// When it was retired.
    pub retired_at: Option<UtcTime>,
    /// Why.
    pub retired_reason: Option<String>,
    /// When it was first answered; from then on it cannot be changed.
    pub answered_at: Option<UtcTime>,
}

impl Questionnaire {
    /// Whether its questions and title can still be changed.
    pub fn is_changeable(&self) -> bool {
        self.authority.is_some() && self.answered_at.is_none() && self.status == QuestionnaireStatus::Active
    }
}
