//! Tables every part stands on: secrets, idempotency, audit, events.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    authorities (code) {
        code -> Text,
        name -> Text,
        created_at -> Moment,
        version -> BigInt,
        settings -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    secrets (name) {
        name -> Text,
        value -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::db::types::Moment;

    invented_data (made_by) {
        made_by -> Text,
        made_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    idempotency_keys (caller_id, target, key) {
        caller_id -> Key,
        target -> Text,
        key -> Text,
        body_digest -> Text,
        resource_id -> Key,
        expires_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    audit_entries (id) {
        id -> Key,
        occurred_at -> Moment,
        request_id -> Key,
        actor_id -> Key,
        actor_kind -> Text,
        agency_id -> Nullable<Key>,
        authority -> Nullable<Text>,
        operation -> Text,
        outcome -> Text,
        status -> Integer,
        resource -> Nullable<Text>,
        resource_id -> Nullable<Key>,
        case_id -> Nullable<Key>,
        purpose -> Nullable<Text>,
        on_behalf_of -> Nullable<Text>,
        returned -> Document,
        personal_digest -> Nullable<Text>,
        personal -> Nullable<Document>,
        role -> Nullable<Text>,
        relationship -> Nullable<Text>,
        count -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    events (id) {
        id -> Key,
        occurred_at -> Moment,
        #[sql_name = "type"]
        event_type -> Text,
        authority -> Text,
        resource -> Text,
        resource_id -> Key,
        case_id -> Nullable<Key>,
        version -> BigInt,
        position -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    write_probes (id) {
        id -> SmallInt,
        filler -> Text,
    }
}
