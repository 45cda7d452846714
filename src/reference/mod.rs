//! Reference data: every code in plain words and in Easy Read, the field's terms, what to ask at each stage, the
//! promise and the booklet. Apps show these words instead of inventing their own.

mod glossary;
mod prompts;
mod public;
mod routes;
mod words;

use std::sync::LazyLock;

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::casework::meetings::MeetingKind;
use crate::http::answer::View;
use crate::secrets;
pub use routes::operations;

/// The one language there is.
pub const LANGUAGE: &str = "en-GB";

/// Everything an app needs to put codes into words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReferenceData {
    /// Language of all texts.
    pub language: &'static str,
    /// Every code list.
    pub lists: Vec<CodeList>,
    /// The field's terms.
    pub glossary: Vec<Term>,
    /// What to talk about at each stage.
    pub prompts: Vec<StagePrompts>,
    /// What the adult is promised.
    pub promise: Vec<Promise>,
    /// The public information text.
    pub booklet: Booklet,
    /// The only texts that may be shown on a locked screen: they say nothing about anybody.
    pub notifications: Vec<Notification>,
}

/// A code list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeList {
    /// Its name; where the contract has a schema of the codes, the name of that schema.
    pub name: &'static str,
    /// What the list is about.
    pub title: &'static str,
    /// Its codes, in their order.
    pub codes: Vec<CodeWords>,
}

/// A code in words.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeWords {
    /// The code.
    pub code: &'static str,
    /// In plain words.
    pub plain: &'static str,
    /// In Easy Read.
    pub easy_read: &'static str,
    /// The label of the national Safeguarding Adults Collection, where it has one.
    pub national_label: Option<&'static str>,
}

/// A term of the field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// The term.
    pub term: &'static str,
    /// What it means.
    pub plain: &'static str,
    /// What it means, in Easy Read.
    pub easy_read: &'static str,
}

/// What to talk about at a stage. Nothing here has to be done in this order, or at all.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StagePrompts {
    /// The stage, as the kind of meeting it is.
    pub stage: MeetingKind,
    /// With the adult, before it.
    pub before: Vec<ConversationPrompt>,
    /// With the adult, at it.
    pub during: Vec<ConversationPrompt>,
    /// With the adult, after it.
    pub after: Vec<ConversationPrompt>,
}

/// Something to talk about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationPrompt {
    /// A reminder to the worker.
    pub plain: &'static str,
    /// A way of asking.
    pub easy_read: &'static str,
}

/// One of the promises.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Promise {
    /// As it is printed after "We will".
    pub text: &'static str,
    /// In Easy Read.
    pub easy_read: &'static str,
}

/// The public information text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Booklet {
    /// Its title.
    pub title: &'static str,
    /// Its sections, in their order.
    pub sections: Vec<BookletSection>,
    /// What stands in braces in the text and is filled in by the authority.
    pub placeholders: Vec<Placeholder>,
}

/// A section of the booklet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BookletSection {
    /// Its heading.
    pub heading: &'static str,
    /// Its paragraphs.
    pub paragraphs: Vec<&'static str>,
}

/// Something an authority fills in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Placeholder {
    /// As it stands in the text, without the braces.
    pub name: &'static str,
    /// What to put there.
    pub meaning: &'static str,
}

/// A neutral notification.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Its code.
    pub code: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The reference data, and the mark of its content.
static DATA: LazyLock<(ReferenceData, String)> = LazyLock::new(|| {
    let data = ReferenceData {
        language: LANGUAGE,
        lists: words::lists(),
        glossary: glossary::terms(),
        prompts: prompts::stages(),
        promise: public::promise(),
        booklet: public::booklet(),
        notifications: public::notifications(),
    };
    let json = serde_json::to_string(&data).unwrap_or_default();
    let mark = secrets::digest_of(json.as_bytes()).chars().take(16).collect();
    (data, mark)
});

/// The reference data as it is served.
#[derive(Serialize)]
#[serde(transparent)]
struct Served(&'static ReferenceData);

impl View for Served {
    fn version(&self) -> i64 {
        1
    }

    fn derived_mark(&self) -> Option<String> {
        Some(DATA.1.clone())
    }
}

fn served() -> Served {
    Served(&DATA.0)
}

/// The promise in Easy Read, for the adult's own page.
pub fn promise_in_easy_read() -> Vec<String> {
    public::promise()
        .into_iter()
        .map(|promise| promise.easy_read.to_owned())
        .collect()
}
