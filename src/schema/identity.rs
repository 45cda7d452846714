//! How people and programs prove who they are: sessions, assertions, guesses, one-time codes, authenticators.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    sessions (id) {
        id -> Key,
        user_id -> Key,
        created_at -> Moment,
        expires_at -> Moment,
        generation -> Integer,
        digest -> Text,
        previous_digest -> Nullable<Text>,
        renewed_at -> Moment,
        ended_at -> Nullable<Moment>,
        ended_because -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    used_assertions (client_id, digest) {
        client_id -> Key,
        digest -> Text,
        expires_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    guesses (kind, subject) {
        kind -> Text,
        subject -> Text,
        failures -> Integer,
        last_at -> Moment,
        blocked_until -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    known_addresses (user_id, digest) {
        user_id -> Key,
        digest -> Text,
        last_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    password_codes (user_id) {
        user_id -> Key,
        digest -> Text,
        expires_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    authenticators (user_id) {
        user_id -> Key,
        id -> Key,
        created_at -> Moment,
        confirmed_at -> Nullable<Moment>,
        last_step -> BigInt,
    }
}

use crate::schema::people::{team_members, teams, users};

diesel::allow_tables_to_appear_in_same_query!(sessions, users);
diesel::allow_tables_to_appear_in_same_query!(sessions, teams);
diesel::allow_tables_to_appear_in_same_query!(sessions, team_members);
