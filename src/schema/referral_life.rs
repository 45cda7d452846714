//! What becomes of a referral after it was sent.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::{Document, Key, Moment};

    referral_updates (id) {
        id -> Key,
        referral_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        kind -> Text,
        text -> Text,
        written_by -> Text,
        corrected_fields -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::{Document, Key, Moment};

    referral_requests (id) {
        id -> Key,
        referral_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        question -> Text,
        needed_for -> Nullable<Text>,
        status -> Text,
        answered_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::{Document, Key, Moment};

    referral_answers (id) {
        id -> Key,
        request_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        text -> Text,
        written_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::{Document, Key, Moment};

    referral_feedback (id) {
        id -> Key,
        referral_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        code -> Nullable<Text>,
        text -> Nullable<Text>,
        withheld_reason -> Nullable<Text>,
    }
}
