//! Case notes.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    contacts (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        kind -> Text,
        at -> Moment,
        with_adult -> Bool,
        with_whom -> Nullable<Text>,
        minutes -> Nullable<Integer>,
        basis -> Text,
        text -> Text,
        restricted_part -> Nullable<Text>,
        adult_chose -> Nullable<Text>,
        asked_result -> Nullable<Text>,
        not_asked_reason -> Nullable<Text>,
        options_discussed -> Document,
        next_steps -> Document,
        produced -> Document,
        checklist -> Document,
    }
}
