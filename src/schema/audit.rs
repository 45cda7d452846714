//! The seals on the audit trail, and who does what must be done once.
//! Mirrors the migration of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use crate::db::types::Key;

    audit_unsealed (entry_id) {
        entry_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Text};
    use crate::db::types::Moment;

    audit_seals (number) {
        number -> BigInt,
        sealed_at -> Moment,
        entries -> Integer,
        covers -> Binary,
        previous -> Text,
        digest -> Text,
        public_key -> Text,
        signature -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::{Key, Moment};

    leases (name) {
        name -> Text,
        holder -> Key,
        until -> Moment,
        mark -> Nullable<Text>,
    }
}
