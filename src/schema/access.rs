//! Who else may see a case, and what the adult asks for.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_grants (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        relationship -> Text,
        user_id -> Nullable<Key>,
        agency_id -> Nullable<Key>,
        reason -> Text,
        ends_on -> Nullable<Date>,
        sections -> Integer,
        override_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_conflicts (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        user_id -> Nullable<Key>,
        agency_id -> Nullable<Key>,
        kind -> Text,
        detail -> Text,
        ended_on -> Nullable<Date>,
        staff_number -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::{Key, Moment};

    case_relationships (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        principal_kind -> Text,
        principal_id -> Key,
        relationship -> Text,
        sections -> Integer,
        view -> Nullable<Text>,
        starts_at -> Nullable<Moment>,
        ends_at -> Nullable<Moment>,
        suspended_at -> Nullable<Moment>,
        as_of -> Nullable<Moment>,
        source_kind -> Text,
        source_id -> Key,
        via_id -> Nullable<Key>,
        recorded_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::{Key, Moment};

    record_parties (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        record_kind -> Text,
        record_id -> Key,
        agency_id -> Key,
        recorded_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::{Key, Moment};

    exclusions (id) {
        id -> Key,
        conflict_id -> Nullable<Key>,
        adult_id -> Nullable<Key>,
        case_id -> Nullable<Key>,
        referral_id -> Nullable<Key>,
        user_id -> Nullable<Key>,
        agency_id -> Nullable<Key>,
        staff_number -> Nullable<Text>,
        started_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::{Key, Moment};

    escalations (id) {
        id -> Key,
        authority -> Text,
        case_id -> Nullable<Key>,
        referral_id -> Nullable<Key>,
        user_id -> Nullable<Key>,
        caused_by -> Key,
        started_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Nullable, Text};
    use crate::db::types::Key;

    referral_keys (id) {
        id -> Key,
        referral_id -> Key,
        authority -> Text,
        nhs_number -> Nullable<Text>,
        name_key -> Nullable<Text>,
        date_of_birth -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    emergency_access (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        user_id -> Key,
        reason_code -> Text,
        reason -> Text,
        until -> Moment,
        review_outcome -> Nullable<Text>,
        review_note -> Nullable<Text>,
        reviewed_at -> Nullable<Moment>,
        reviewed_by -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    notices (id) {
        id -> Key,
        authority -> Text,
        kind -> Text,
        resource_id -> Key,
        case_id -> Nullable<Key>,
        created_at -> Moment,
        version -> BigInt,
        created_by -> Nullable<Key>,
        handled_at -> Nullable<Moment>,
        handled_by -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_requests (id) {
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
        text -> Nullable<Text>,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    app_access_decisions (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        who -> Text,
        representative_id -> Nullable<Key>,
        decision -> Text,
        shared_device -> Nullable<Text>,
        safe_times -> Nullable<Text>,
        view -> Text,
        reason -> Text,
        entered_in_error -> Nullable<Text>,
        override_reason -> Nullable<Text>,
        advocate_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    invitations (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        decision_id -> Key,
        who -> Text,
        representative_id -> Nullable<Key>,
        code_digest -> Text,
        expires_at -> Moment,
        redeemed_at -> Nullable<Moment>,
        redeemed_by -> Nullable<Key>,
        revoked_at -> Nullable<Moment>,
        entered_in_error -> Nullable<Text>,
        advocate_id -> Nullable<Key>,
        handed_over -> Text,
        made_by_role -> Text,
        replaces_earlier -> Bool,
    }
}
