//! Questionnaires.
//! Mirrors the migrations; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::{Document, Key, Moment};

    questionnaires (id) {
        id -> Key,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        authority -> Nullable<Text>,
        template -> Text,
        number -> Integer,
        title -> Text,
        questions -> Document,
        status -> Text,
        retired_at -> Nullable<Moment>,
        retired_reason -> Nullable<Text>,
        answered_at -> Nullable<Moment>,
    }
}
