//! Discussions around meetings, plans and responses.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    meeting_discussions (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        meeting_id -> Key,
        side -> Text,
        at -> Moment,
        written_by -> Text,
        text -> Text,
        wants_changed -> Nullable<Text>,
        help_needed -> Nullable<Text>,
        prompts_covered -> Document,
        next_steps -> Document,
        produced -> Document,
    }
}
