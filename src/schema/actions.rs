//! Actions.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    actions (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        text -> Text,
        responsible -> Text,
        agency -> Nullable<Text>,
        due_on -> Nullable<Date>,
        status -> Text,
        adult_agrees -> Nullable<Text>,
        overrides_wish_id -> Nullable<Key>,
        override_reason -> Nullable<Text>,
        linked_outcomes -> Document,
        due_history -> Document,
        plan_id -> Nullable<Key>,
        agency_id -> Nullable<Key>,
        shown_version -> BigInt,
        shown_at -> Moment,
    }
}
