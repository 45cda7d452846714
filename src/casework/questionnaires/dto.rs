//! Questionnaires as they are sent and read.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::model::{QuestionWords, Questionnaire, QuestionnaireStatus};
use crate::clock::UtcTime;
use crate::http::answer::View;
use crate::ids::Id;

/// A new questionnaire, or the next version of one.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "template": "after-a-meeting", "title": "How was the meeting?",
    "questions": [{
        "code": "understood_the_meeting", "adultWording": "Did you understand what was said at the meeting?",
        "representativeWording": "Did they understand what was said at the meeting?",
        "easyRead": "Did you understand what we said?"
    }]
}))]
pub struct NewQuestionnaire {
    /// Whose it is. Whoever keeps the questionnaires of one authority only may leave it out.
    #[schema(min_length = 1, max_length = 60)]
    pub authority: Option<String>,
    /// The template that this is the next version of, or a new one. `msp-six` is what is asked where nothing else is
    /// said: its versions begin with the six questions, and further ones may follow.
    #[schema(max_length = 60, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub template: String,
    /// Its title.
    #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
    pub title: String,
    /// Its questions, in their order.
    #[schema(min_items = 1, max_items = 40)]
    pub questions: Vec<QuestionWords>,
}

/// A step of a questionnaire.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"to": "retired", "reason": "The next version asks more plainly"}))]
pub struct QuestionnaireStep {
    /// There is one step: `retired`.
    pub to: QuestionnaireStatus,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
}

/// A version of a questionnaire.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuestionnaireView {
    /// Its id: `questionnaireId` of feedback.
    pub id: Id,
    /// Whose it is; absent: everybody's.
    pub authority: Option<String>,
    /// The template it is a version of.
    pub template: String,
    /// Which version of the template: 1, 2, …
    pub template_version: i32,
    /// Its title.
    pub title: String,
    /// Its questions, in their order.
    pub questions: Vec<QuestionWords>,
    /// Whether it is in use.
    pub status: QuestionnaireStatus,
    /// When it was retired.
    pub retired_at: Option<UtcTime>,
    /// Why.
    pub retired_reason: Option<String>,
    /// Whether its questions and title can still be changed: not once it was answered, and not the six.
    pub changeable: bool,
    /// 1, and one more with every change of this record.
    pub version: i64,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// When it was last changed.
    pub updated_at: UtcTime,
}

impl View for QuestionnaireView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<Questionnaire> for QuestionnaireView {
    fn from(row: Questionnaire) -> Self {
        Self {
            id: row.id,
            changeable: row.is_changeable(),
            authority: row.authority,
            template: row.template,
            template_version: row.number,
            title: row.title,
            questions: row.questions.0,
            status: row.status,
            retired_at: row.retired_at,
            retired_reason: row.retired_reason,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
