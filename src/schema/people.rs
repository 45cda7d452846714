//! Agencies, users, teams, clients, adults and advocates.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    agencies (id) {
        id -> Key,
        name -> Text,
        agency_type -> Text,
        ods_code -> Nullable<Text>,
        created_at -> Moment,
        version -> BigInt,
        updated_at -> Moment,
        registered_by_authority -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    agency_authorities (agency_id, authority) {
        agency_id -> Key,
        authority -> Text,
        agreement_from -> Nullable<Date>,
        agreement_until -> Nullable<Date>,
        created_at -> Moment,
        version -> BigInt,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    users (id) {
        id -> Key,
        username -> Text,
        name -> Text,
        enabled -> Bool,
        password_hash -> Nullable<Text>,
        agency_id -> Nullable<Key>,
        public_contact -> Nullable<Text>,
        created_at -> Moment,
        version -> BigInt,
        updated_at -> Moment,
        staff_number -> Nullable<Text>,
        date_of_birth -> Nullable<Date>,
        registered_by_authority -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    teams (id) {
        id -> Key,
        authority -> Text,
        name -> Text,
        kind -> Text,
        created_at -> Moment,
        version -> BigInt,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    team_members (user_id, team_id) {
        user_id -> Key,
        team_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    api_clients (id) {
        id -> Key,
        name -> Text,
        agency_id -> Key,
        default_authority -> Nullable<Text>,
        enabled -> Bool,
        created_at -> Moment,
        version -> BigInt,
        updated_at -> Moment,
        jwks -> Nullable<Document>,
        jwks_uri -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    client_secrets (id) {
        id -> Key,
        client_id -> Key,
        digest -> Text,
        created_at -> Moment,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    adults (id) {
        id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        family_name -> Nullable<Text>,
        given_names -> Document,
        preferred_name -> Nullable<Text>,
        date_of_birth -> Nullable<Date>,
        date_of_death -> Nullable<Date>,
        nhs_number -> Nullable<Text>,
        postcode -> Nullable<Text>,
        alerts -> Document,
        date_of_birth_estimated -> Nullable<Bool>,
        gender -> Nullable<Text>,
        ethnicity -> Nullable<Text>,
        primary_support_reason -> Nullable<Text>,
        health_conditions -> Nullable<Text>,
        nhs_number_status -> Nullable<Text>,
        first_language -> Nullable<Text>,
        interpreter_needed -> Nullable<Text>,
        placing_authority -> Nullable<Text>,
        name_key -> Nullable<Text>,
        postcode_key -> Nullable<Text>,
        merged_into -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    advocates (id) {
        id -> Key,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        authority -> Text,
        name -> Text,
        organisation -> Text,
        kinds -> Document,
        user_id -> Nullable<Key>,
        independence_declared_on -> Nullable<Date>,
        available -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    account_changes (id) {
        id -> Key,
        user_id -> Key,
        kind -> Text,
        changed_by -> Nullable<Key>,
        changed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    approvals (id) {
        id -> Key,
        version -> BigInt,
        authority -> Text,
        kind -> Text,
        resource_id -> Key,
        asked_for -> Document,
        state -> Text,
        asked_by -> Key,
        asked_at -> Moment,
        expires_at -> Moment,
        decided_by -> Nullable<Key>,
        decided_at -> Nullable<Moment>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    user_roles (user_id, authority, role) {
        user_id -> Key,
        authority -> Text,
        role -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    api_client_scopes (client_id, scope) {
        client_id -> Key,
        scope -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    api_client_authorities (client_id, authority) {
        client_id -> Key,
        authority -> Text,
    }
}
