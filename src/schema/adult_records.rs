//! What is recorded about an adult besides the core.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    adult_external_ids (adult_id, system, value) {
        adult_id -> Key,
        authority -> Text,
        system -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    adult_contact_points (id) {
        id -> Key,
        adult_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        kind -> Text,
        address_use -> Nullable<Text>,
        value -> Text,
        postcode -> Nullable<Text>,
        safe_to_use -> Text,
        safe_to_leave_message -> Nullable<Text>,
        safe_times -> Nullable<Text>,
        confidential -> Bool,
        status -> Text,
        shared_with -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    adult_communication_needs (id) {
        id -> Key,
        adult_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        need -> Text,
        how_to_meet -> Nullable<Text>,
        may_be_shared -> Nullable<Text>,
        review_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    adult_representatives (id) {
        id -> Key,
        adult_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        kind -> Text,
        name -> Text,
        relationship -> Nullable<Text>,
        legal_authority -> Text,
        evidence_seen -> Nullable<Text>,
        chosen_by_adult -> Text,
        conflict -> Text,
        conflict_detail -> Nullable<Text>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        may_receive -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    adult_merges (id) {
        id -> Key,
        adult_id -> Key,
        authority -> Text,
        duplicate_id -> Key,
        reason -> Text,
        moved_cases -> Document,
        merged_at -> Moment,
        merged_by -> Key,
        unmerged_at -> Nullable<Moment>,
        unmerged_by -> Nullable<Key>,
        unmerged_reason -> Nullable<Text>,
    }
}
