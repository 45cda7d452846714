//! Enquiries caused to be made by others.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    caused_enquiries (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        agency_id -> Key,
        scope -> Text,
        agreed_on -> Nullable<Date>,
        shared_information -> Nullable<Text>,
        adult_view -> Nullable<Text>,
        status -> Text,
        status_reason -> Nullable<Text>,
        answered_at -> Nullable<Moment>,
        reported_at -> Nullable<Moment>,
        questions -> Document,
        report -> Nullable<Document>,
    }
}
