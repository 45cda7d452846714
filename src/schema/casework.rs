//! Referrals, cases and everything recorded about a case.
//! Mirrors the migrations of the same name; a test compares the two.

#![allow(
    missing_docs,
    reason = "table definitions: the migrations say what each column is"
)]

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    cases (id) {
        id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        reference -> Text,
        state -> Text,
        enquiry_type -> Nullable<Text>,
        adult_id -> Nullable<Key>,
        allocated_to -> Nullable<Key>,
        allocated_team -> Nullable<Key>,
        restricted -> Bool,
        case_group_id -> Nullable<Key>,
        transferred_from -> Nullable<Key>,
        transferred_to -> Nullable<Key>,
        transfer -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_access (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        user_id -> Key,
        relationship -> Text,
        representative_id -> Nullable<Key>,
        advocate_id -> Nullable<Key>,
        starts_at -> Moment,
        ended_at -> Nullable<Moment>,
        created_by -> Key,
        view -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_transitions (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        from_state -> Text,
        to_state -> Text,
        effective_at -> Moment,
        recorded_at -> Moment,
        recorded_by -> Key,
        content -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    enquiries (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        enquiry_type -> Text,
        started_on -> Date,
        concluded_on -> Nullable<Date>,
        lead -> Text,
        decision -> Document,
        conclusion -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    singletons (owner_id, kind) {
        owner_id -> Key,
        meeting_id -> Nullable<Key>,
        kind -> Text,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        updated_at -> Moment,
        updated_by -> Key,
        content -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    referrals (id) {
        id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        reference -> Text,
        agency_id -> Nullable<Key>,
        agency_reference -> Nullable<Text>,
        body_digest -> Text,
        status -> Text,
        urgent -> Bool,
        agreement_lapsed -> Bool,
        childrens_route -> Bool,
        case_id -> Nullable<Key>,
        triage -> Nullable<Document>,
        triaged_at -> Nullable<Moment>,
        counts_as_concern -> Nullable<Bool>,
        content -> Document,
        warnings -> Document,
        receipt_only -> Bool,
        receipt_status -> Text,
        receipt_version -> BigInt,
        receipt_changed_at -> Moment,
        unread_since -> Nullable<Moment>,
        acknowledged_at -> Nullable<Moment>,
        withdrawn_at -> Nullable<Moment>,
        open_requests -> Integer,
        needs_attention -> Bool,
        tasks -> Document,
        told -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    intake_refusals (id) {
        id -> Key,
        agency_id -> Nullable<Key>,
        actor_id -> Key,
        refused_at -> Moment,
        code -> Text,
        pointers -> Document,
        reference_digest -> Nullable<Text>,
        version -> BigInt,
        handled_at -> Nullable<Moment>,
        handled_by -> Nullable<Key>,
        referral_id -> Nullable<Key>,
        called_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    desired_outcomes (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        own_words -> Text,
        expressed_by -> Text,
        communicated_by -> Nullable<Text>,
        suggestion_codes -> Document,
        how_we_can_help -> Nullable<Text>,
        priority -> Nullable<SmallInt>,
        status -> Text,
        said_at -> Moment,
        best_interests_decision_id -> Nullable<Key>,
        local_suggestion_codes -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    outcome_revisions (id) {
        id -> Key,
        outcome_id -> Key,
        case_id -> Key,
        authority -> Text,
        number -> Integer,
        standing -> Text,
        own_words -> Text,
        priority -> Nullable<SmallInt>,
        change_kind -> Text,
        change_reason -> Nullable<Text>,
        what_was_explained -> Nullable<Text>,
        alternatives_offered -> Nullable<Text>,
        initiated_by -> Text,
        adult_agrees -> Text,
        confirmed_by -> Text,
        said_at -> Moment,
        created_at -> Moment,
        created_by -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    outcome_achievements (id) {
        id -> Key,
        outcome_id -> Key,
        case_id -> Key,
        authority -> Text,
        achieved -> Text,
        not_judged_because -> Nullable<Text>,
        judged_by -> Text,
        reason -> Text,
        adult_view -> Nullable<Text>,
        practitioner_view -> Nullable<Text>,
        how_we_could_have_done_better -> Nullable<Text>,
        compared_with -> Text,
        #[sql_name = "final"]
        final_ -> Bool,
        created_at -> Moment,
        created_by -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    advocacy_needs (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        difficulties -> Document,
        appropriate_person -> Document,
        conclusion -> Text,
        adult_view -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    advocacy_assignments (id) {
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
        basis -> Text,
        advocate_id -> Key,
        need_id -> Nullable<Key>,
        state -> Text,
        accepted_at -> Nullable<Moment>,
        first_contact_at -> Nullable<Moment>,
        ended_at -> Nullable<Moment>,
        reason -> Nullable<Text>,
        covers -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    meetings (id) {
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
        planned_start -> Nullable<Moment>,
        planned_end -> Nullable<Moment>,
        held_start -> Nullable<Moment>,
        held_end -> Nullable<Moment>,
        mode -> Nullable<Text>,
        place -> Nullable<Text>,
        place_chosen_by_adult -> Nullable<Bool>,
        chair -> Nullable<Text>,
        purpose -> Nullable<Text>,
        decisions -> Document,
        next_meeting -> Nullable<Moment>,
        invitees -> Document,
        cancelled_at -> Nullable<Moment>,
        planned_history -> Document,
        sequence -> Integer,
        shown_version -> BigInt,
        shown_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    feedback (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        respondent -> Text,
        asked_by -> Text,
        answers -> Document,
        how_we_could_have_done_better -> Nullable<Text>,
        given_at -> Nullable<Moment>,
        support_used -> Nullable<Text>,
        questionnaire_id -> Nullable<Key>,
        status -> Nullable<Text>,
        how -> Nullable<Text>,
        not_offered_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    advocacy_representations (id) {
        id -> Key,
        case_id -> Key,
        authority -> Text,
        version -> BigInt,
        created_at -> Moment,
        created_by -> Key,
        updated_at -> Moment,
        updated_by -> Key,
        entered_in_error -> Nullable<Text>,
        assignment_id -> Key,
        kind -> Text,
        text -> Text,
        made_at -> Moment,
        response -> Nullable<Text>,
        responded_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    intake_refusal_authorities (refusal_id, authority) {
        refusal_id -> Key,
        authority -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::{Document, Key, Moment};

    case_groups (id) {
        id -> Key,
        authority -> Text,
        created_at -> Moment,
        created_by -> Key,
    }
}
