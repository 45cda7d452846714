//! Drafts.
//! Mirrors the migrations; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::db::types::{Document, Key, Moment};

    drafts (id) {
        id -> Key,
        owner_id -> Key,
        key -> Text,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        expires_at -> Moment,
        content -> Document,
    }
}
