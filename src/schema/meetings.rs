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
        entered_in_error -> Nullable<Text>,
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
        asked_result -> Nullable<Text>,
        not_asked_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    plans (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        status -> Text,
        plan_version -> Integer,
        adult_agrees -> Text,
        active_from -> Nullable<Moment>,
        ended_at -> Nullable<Moment>,
        ended_reason -> Nullable<Text>,
        content -> Document,
        agreements -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    plan_versions (id) {
        id -> Key,
        plan_id -> Key,
        case_id -> Key,
        authority -> Text,
        number -> Integer,
        reason -> Nullable<Text>,
        content -> Document,
        created_at -> Moment,
        created_by -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    responses (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        option -> Text,
        description -> Nullable<Text>,
        offered_at -> Nullable<Moment>,
        adult_chose -> Nullable<Text>,
        used -> Nullable<Bool>,
        effects -> Document,
        local_option -> Nullable<Text>,
    }
}
