//! Further records of a case.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    wishes (id) {
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
        text -> Text,
        said_by -> Text,
        said_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    capacity_assessments (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        decision -> Text,
        why_doubted -> Nullable<Text>,
        support_given -> Nullable<Text>,
        impairment -> Nullable<Text>,
        causal_link -> Nullable<Text>,
        conclusion -> Text,
        fluctuating -> Nullable<Text>,
        assessor -> Nullable<Text>,
        assessed_at -> Nullable<Moment>,
        functional_test -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    best_interests_decisions (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        assessment_id -> Key,
        decision -> Text,
        least_restrictive -> Nullable<Text>,
        wishes_and_feelings -> Nullable<Text>,
        attorneys_or_deputies_checked -> Nullable<Text>,
        imca_representations -> Nullable<Text>,
        regard_to_imca -> Nullable<Text>,
        outcome -> Text,
        disagreement -> Nullable<Text>,
        decided_at -> Nullable<Moment>,
        options -> Document,
        consulted -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    risks (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        risk_type -> Text,
        location -> Nullable<Text>,
        source -> Nullable<Text>,
        what_happened -> Text,
        impact_in_own_words -> Nullable<Text>,
        chosen_risk -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    disagreements (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        about -> Text,
        adult_view -> Nullable<Text>,
        what_was_tried -> Nullable<Text>,
        result -> Nullable<Text>,
        between_whom -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    persons_of_concern (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        name -> Nullable<Text>,
        relationship -> Nullable<Text>,
        works_with_adults -> Nullable<Text>,
        aware -> Nullable<Text>,
        own_needs -> Nullable<Text>,
        action_taken -> Nullable<Text>,
        advocate_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    sharing_decisions (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        what -> Text,
        with_whom -> Text,
        why -> Text,
        initiative -> Text,
        adult_told -> Text,
        adult_not_told_reason -> Nullable<Text>,
        minimum_necessary -> Text,
        decision -> Text,
        how -> Nullable<Text>,
        lawful_basis -> Document,
        override_reason -> Nullable<Text>,
        agency_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_links (id) {
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
        status -> Text,
        reference -> Nullable<Text>,
        status_since -> Nullable<Date>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    informed_records (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        who -> Text,
        about -> Text,
        told_at -> Nullable<Moment>,
        how -> Nullable<Text>,
        told_by -> Nullable<Text>,
        not_told_reason -> Nullable<Text>,
        look_again_on -> Nullable<Date>,
    }
}
