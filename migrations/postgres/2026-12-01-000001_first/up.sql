-- The whole schema of a new database. migrations/README.md says which type stands for what, and how it is changed.

-- Authorities, and what an instance keeps for itself
-- ==================================================

-- The councils that share this database. Everything belongs to one of them, and most of it says so itself.
CREATE TABLE authorities (
    code text PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 40),
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    settings jsonb NOT NULL DEFAULT '{}'
);

-- What the first instance makes and all need, such as the key that signs tokens where no file has it.
CREATE TABLE secrets (
    name text PRIMARY KEY,
    value text NOT NULL,
    created_at timestamptz NOT NULL
);

-- An answer is given again, and nothing is done again, to who sends the same key again.
CREATE TABLE idempotency_keys (
    caller_id uuid NOT NULL,
    target text NOT NULL,
    key text NOT NULL,
    body_digest text NOT NULL,
    resource_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (caller_id, target, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- Which instance does what only one may do, and until when without a word from it.
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    until timestamptz NOT NULL,
    mark text
);

-- Readiness writes here, and takes it back.
CREATE TABLE write_probes (
    id smallint PRIMARY KEY CHECK (id = 1),
    filler text NOT NULL
);
INSERT INTO write_probes (id, filler) VALUES (1, '');

-- What an invented database says of itself, so that production does not start on it.
CREATE TABLE invented_data (
    made_by text PRIMARY KEY CHECK (made_by IN ('demo', 'seed')),
    made_at timestamptz NOT NULL
);

CREATE SEQUENCE case_numbers;
CREATE SEQUENCE referral_numbers;

-- People and programs
-- ===================

CREATE TABLE agencies (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    agency_type text NOT NULL CHECK (agency_type IN ('police', 'nhs_acute', 'nhs_mental_health', 'nhs_community',
        'ambulance', 'gp', 'care_home', 'home_care', 'housing', 'fire', 'dwp', 'cqc', 'probation', 'voluntary',
        'advocacy', 'local_authority', 'family', 'self', 'public', 'other')),
    ods_code text,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    registered_by_authority text REFERENCES authorities (code)
);

-- An agency belongs to the authorities that know it, and has an agreement with each by itself.
CREATE TABLE agency_authorities (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    authority text NOT NULL REFERENCES authorities (code),
    agreement_from date,
    agreement_until date,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (agency_id, authority)
);
CREATE INDEX agency_authorities_authority ON agency_authorities (authority, agency_id);

-- `registered_by_authority` keeps an account, also while it has no role. All accounts of one member of staff have one
-- staff number.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    name text NOT NULL,
    enabled boolean NOT NULL,
    password_hash text,
    agency_id uuid REFERENCES agencies (id),
    public_contact text,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    staff_number text,
    date_of_birth date,
    registered_by_authority text REFERENCES authorities (code)
);
CREATE UNIQUE INDEX users_username_in_any_case ON users (lower(username));
CREATE INDEX users_staff_number ON users (staff_number) WHERE staff_number IS NOT NULL;
CREATE INDEX users_born ON users (date_of_birth) WHERE date_of_birth IS NOT NULL;

CREATE TABLE user_roles (
    user_id uuid NOT NULL REFERENCES users (id),
    authority text NOT NULL REFERENCES authorities (code),
    role text NOT NULL CHECK (role IN ('admin', 'manager', 'practitioner', 'delegated_practitioner', 'advocate',
        'adult', 'representative', 'board', 'analyst', 'auditor')),
    PRIMARY KEY (user_id, authority, role)
);
CREATE INDEX user_roles_authority ON user_roles (authority, role, user_id);

-- Who made an account, or gave it what opens it: whoever did is not held by it.
CREATE TABLE account_changes (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    kind text NOT NULL CHECK (kind IN ('named_on_console', 'made', 'given_rights', 'given_password_code',
        'authenticator_taken')),
    changed_by uuid,
    changed_at timestamptz NOT NULL
);
CREATE INDEX account_changes_user ON account_changes (user_id, id);

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('duty', 'triage', 'casework', 'professional_standards')),
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    UNIQUE (authority, name)
);
CREATE INDEX teams_authority ON teams (authority, id);

CREATE TABLE team_members (
    user_id uuid NOT NULL REFERENCES users (id),
    team_id uuid NOT NULL REFERENCES teams (id),
    PRIMARY KEY (user_id, team_id)
);

CREATE TABLE api_clients (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    default_authority text REFERENCES authorities (code),
    enabled boolean NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    jwks jsonb,
    jwks_uri text
);

CREATE TABLE api_client_scopes (
    client_id uuid NOT NULL REFERENCES api_clients (id),
    scope text NOT NULL CHECK (scope IN ('referrals:submit', 'referrals:read', 'enquiries:write', 'actions:write',
        'events:read', 'webhooks:write', 'reports:read')),
    PRIMARY KEY (client_id, scope)
);

-- Where its referrals may go, and whose it may read.
CREATE TABLE api_client_authorities (
    client_id uuid NOT NULL REFERENCES api_clients (id),
    authority text NOT NULL REFERENCES authorities (code),
    PRIMARY KEY (client_id, authority)
);
CREATE INDEX api_client_authorities_authority ON api_client_authorities (authority, client_id);

CREATE TABLE client_secrets (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES api_clients (id),
    digest text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

-- What waits for a second person, and what became of it.
CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    authority text NOT NULL REFERENCES authorities (code),
    kind text NOT NULL CHECK (kind IN ('account_rights', 'password_code', 'authenticator_reset', 'client_rights',
        'client_secret', 'team', 'escalation', 'second_person')),
    resource_id uuid NOT NULL,
    asked_for jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'collected', 'void')),
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    reason text
);
CREATE INDEX approvals_authority ON approvals (authority, id);
CREATE INDEX approvals_resource ON approvals (resource_id, id);

-- The register of advocates that each authority keeps.
CREATE TABLE advocates (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    name text NOT NULL,
    organisation text NOT NULL,
    kinds jsonb NOT NULL,
    user_id uuid REFERENCES users (id),
    independence_declared_on date,
    available boolean NOT NULL,
    authority text NOT NULL REFERENCES authorities (code)
);
CREATE INDEX advocates_user ON advocates (user_id);

-- Neither an authority's nor a case's: their owner's alone.
CREATE TABLE drafts (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    content jsonb NOT NULL
);
CREATE UNIQUE INDEX drafts_key ON drafts (owner_id, key);
CREATE INDEX drafts_owner ON drafts (owner_id, id);
CREATE INDEX drafts_expiry ON drafts (expires_at);

-- Signing in
-- ==========

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    generation integer NOT NULL,
    digest text NOT NULL,
    previous_digest text,
    renewed_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_because text CHECK (ended_because IN ('signed_out', 'token_reused', 'password_changed', 'app_paused',
        'authenticator_set_up'))
);
CREATE INDEX sessions_user ON sessions (user_id, expires_at);
CREATE INDEX sessions_over ON sessions (COALESCE(ended_at, expires_at));

CREATE TABLE password_codes (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    digest text NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE authenticators (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL
);

-- Wrong passwords are counted by account and by address.
CREATE TABLE guesses (
    kind text NOT NULL CHECK (kind IN ('account', 'address', 'known')),
    subject text NOT NULL,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX guesses_age ON guesses (last_at);

-- From where an account has signed in: it is not locked out there by guesses made elsewhere.
CREATE TABLE known_addresses (
    user_id uuid NOT NULL REFERENCES users (id),
    digest text NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, digest)
);
CREATE INDEX known_addresses_digest ON known_addresses (digest);
CREATE INDEX known_addresses_age ON known_addresses (last_at);

-- A signed assertion of a client is good once.
CREATE TABLE used_assertions (
    client_id uuid NOT NULL REFERENCES api_clients (id),
    digest text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, digest)
);
CREATE INDEX used_assertions_expiry ON used_assertions (client_id, expires_at);
CREATE INDEX used_assertions_age ON used_assertions (expires_at);

-- Adults
-- ======

CREATE TABLE adults (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    family_name text,
    given_names jsonb NOT NULL,
    preferred_name text,
    date_of_birth date,
    date_of_death date,
    nhs_number text,
    postcode text,
    alerts jsonb NOT NULL,
    date_of_birth_estimated boolean,
    gender text CHECK (gender IN ('male', 'female', 'not_known')),
    ethnicity text CHECK (ethnicity IN ('white_british', 'white_irish', 'white_gypsy_or_irish_traveller', 'white_roma',
        'white_other', 'mixed_white_and_black_caribbean', 'mixed_white_and_black_african', 'mixed_white_and_asian',
        'mixed_other', 'asian_indian', 'asian_pakistani', 'asian_bangladeshi', 'asian_chinese', 'asian_other',
        'black_african', 'black_caribbean', 'black_other', 'arab', 'other', 'refused', 'not_known')),
    primary_support_reason text CHECK (primary_support_reason IN ('physical_support', 'sensory_support',
        'memory_and_cognition', 'learning_disability', 'mental_health', 'social_support', 'no_support_reason',
        'not_known')),
    health_conditions text,
    nhs_number_status text CHECK (nhs_number_status IN ('verified', 'supplied', 'not_known')),
    first_language text,
    interpreter_needed text CHECK (interpreter_needed IN ('yes', 'no', 'not_known')),
    placing_authority text,
    name_key text,
    postcode_key text,
    merged_into uuid,
    UNIQUE (authority, id),
    FOREIGN KEY (authority, merged_into) REFERENCES adults (authority, id)
);
CREATE INDEX adults_nhs_number ON adults (authority, nhs_number);
CREATE INDEX adults_name ON adults (authority, name_key);
CREATE INDEX adults_born ON adults (authority, date_of_birth);
CREATE INDEX adults_postcode ON adults (authority, postcode_key);
CREATE INDEX adults_merged_into ON adults (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX adults_known_by_number ON adults (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX adults_known_by_name ON adults (name_key, date_of_birth);

CREATE TABLE adult_external_ids (
    adult_id uuid NOT NULL,
    authority text NOT NULL,
    system text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (adult_id, system, value),
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
);
CREATE INDEX adult_external_ids_value ON adult_external_ids (authority, system, value);

CREATE TABLE adult_contact_points (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('address', 'phone', 'mobile', 'email', 'other')),
    address_use text CHECK (address_use IN ('home', 'current', 'no_fixed_abode')),
    value text NOT NULL,
    postcode text,
    safe_to_use text NOT NULL CHECK (safe_to_use IN ('yes', 'no', 'not_known')),
    safe_to_leave_message text CHECK (safe_to_leave_message IN ('yes', 'no', 'not_known')),
    safe_times text,
    confidential boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('current', 'kept_shared', 'retired')),
    shared_with jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
);
CREATE INDEX adult_contact_points_adult ON adult_contact_points (adult_id, id);

CREATE TABLE adult_communication_needs (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    need text NOT NULL,
    how_to_meet text,
    may_be_shared text CHECK (may_be_shared IN ('yes', 'no', 'not_known')),
    review_on date,
    ended_on date,
    entered_in_error text,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
);
CREATE INDEX adult_communication_needs_adult ON adult_communication_needs (adult_id, id);

CREATE TABLE adult_representatives (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('representative', 'supporter')),
    name text NOT NULL,
    relationship text,
    legal_authority text NOT NULL CHECK (legal_authority IN ('none', 'lpa_health_welfare', 'lpa_property_finance',
        'deputy', 'appointee', 'litigation_friend', 'other')),
    evidence_seen text,
    chosen_by_adult text NOT NULL CHECK (chosen_by_adult IN ('yes', 'no', 'not_known')),
    conflict text NOT NULL CHECK (conflict IN ('none', 'possible', 'implicated')),
    conflict_detail text,
    starts_on date,
    ends_on date,
    may_receive integer NOT NULL CHECK (may_receive BETWEEN 0 AND 127),
    entered_in_error text,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
);
CREATE INDEX adult_representatives_adult ON adult_representatives (adult_id, id);

CREATE TABLE adult_merges (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL,
    authority text NOT NULL,
    duplicate_id uuid NOT NULL,
    reason text NOT NULL,
    moved_cases jsonb NOT NULL,
    merged_at timestamptz NOT NULL,
    merged_by uuid NOT NULL,
    unmerged_at timestamptz,
    unmerged_by uuid,
    unmerged_reason text,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id),
    FOREIGN KEY (authority, duplicate_id) REFERENCES adults (authority, id)
);
CREATE INDEX adult_merges_adult ON adult_merges (adult_id, id);

-- Cases
-- =====

-- Cases that are looked at together, of one authority.
CREATE TABLE case_groups (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (authority, id)
);

CREATE TABLE cases (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    reference text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('concern', 'enquiry', 'plan', 'concluded', 'closed', 'closed_no_enquiry')),
    enquiry_type text CHECK (enquiry_type IN ('section_42', 'other')),
    adult_id uuid,
    allocated_to uuid REFERENCES users (id),
    allocated_team uuid REFERENCES teams (id),
    restricted boolean NOT NULL,
    case_group_id uuid,
    transferred_from uuid REFERENCES cases (id),
    transferred_to uuid REFERENCES cases (id),
    transfer jsonb,
    FOREIGN KEY (authority, case_group_id) REFERENCES case_groups (authority, id),
    UNIQUE (authority, id),
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
);
CREATE INDEX cases_authority_state ON cases (authority, state, id);
CREATE INDEX cases_allocated ON cases (allocated_to, id);
CREATE INDEX cases_unallocated ON cases (authority, id) WHERE allocated_to IS NULL;
CREATE INDEX cases_allocated_state ON cases (allocated_to, state, id);
-- Of columns that are mostly NULL only what stands is indexed: SQLite would take the many NULLs for one common value, and scan.
CREATE INDEX cases_team ON cases (allocated_team, id) WHERE allocated_team IS NOT NULL;
CREATE INDEX cases_updated ON cases (authority, updated_at);
CREATE INDEX cases_adult ON cases (adult_id, id);
CREATE INDEX cases_authority_adult ON cases (authority, adult_id, id);
CREATE INDEX cases_group ON cases (case_group_id, id) WHERE case_group_id IS NOT NULL;
CREATE INDEX cases_transferred_from ON cases (transferred_from) WHERE transferred_from IS NOT NULL;
CREATE INDEX cases_restricted ON cases (authority, id) WHERE restricted;

CREATE TABLE case_transitions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    content jsonb NOT NULL,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX case_transitions_case ON case_transitions (case_id, id);

CREATE TABLE enquiries (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    enquiry_type text NOT NULL CHECK (enquiry_type IN ('section_42', 'other')),
    started_on date NOT NULL,
    concluded_on date,
    lead text NOT NULL,
    decision jsonb NOT NULL,
    conclusion jsonb,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX enquiries_case ON enquiries (case_id, id);
CREATE UNIQUE INDEX enquiries_one_open ON enquiries (case_id) WHERE concluded_on IS NULL AND entered_in_error IS NULL;

CREATE TABLE questionnaires (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    authority text REFERENCES authorities (code),
    template text NOT NULL,
    number integer NOT NULL,
    title text NOT NULL,
    questions jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'retired')),
    retired_at timestamptz,
    retired_reason text,
    answered_at timestamptz
);
CREATE UNIQUE INDEX questionnaires_number ON questionnaires (authority, template, number);
CREATE INDEX questionnaires_authority ON questionnaires (authority, id);

-- The six questions belong to no authority. A test holds their words to those of the reference data.
INSERT INTO questionnaires (id, version, created_at, created_by, updated_at, updated_by, template, number, title, status,
    questions)
VALUES ('019a9000-0000-7000-8000-000000000006', 1, '2026-11-21T00:00:00Z', '019a9000-0000-7000-8000-000000000000',
    '2026-11-21T00:00:00Z', '019a9000-0000-7000-8000-000000000000', 'msp-six', 1, 'The six questions', 'active', '[
        {"code": "got_outcomes", "adultWording": "Have you got the outcomes you wanted?",
         "representativeWording": "Have they got the outcomes they wanted?", "easyRead": "Did you get what you wanted to happen?"},
        {"code": "chance_to_say", "adultWording": "Did we give you chance to say what you wanted to happen?",
         "representativeWording": "Did we give them chance to say what they wanted to happen?", "easyRead": "Did we let you say what you wanted?"},
        {"code": "listened_to", "adultWording": "Did you feel that you were listened to?",
         "representativeWording": "Did they feel that they were listened to?", "easyRead": "Did we listen to you?"},
        {"code": "acted_on_wishes", "adultWording": "Did we act on your wishes and views?",
         "representativeWording": "Did we act on their wishes and views?", "easyRead": "Did we do what you asked for?"},
        {"code": "feel_safe", "adultWording": "Do you feel as safe as you want to feel?",
         "representativeWording": "Do they feel as safe as they want to feel?", "easyRead": "Do you feel as safe as you want to?"},
        {"code": "feel_happier", "adultWording": "Do you feel happier as a result of the support about your concerns?",
         "representativeWording": "Do they feel happier as a result of the support about their concerns?", "easyRead": "Did our help make you feel happier?"}
    ]');

CREATE TABLE feedback (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    respondent text NOT NULL CHECK (respondent IN ('adult', 'representative', 'advocate', 'carer')),
    asked_by text NOT NULL CHECK (asked_by IN ('lead_worker', 'independent_person')),
    answers jsonb NOT NULL,
    how_we_could_have_done_better text,
    given_at timestamptz,
    support_used text,
    questionnaire_id uuid REFERENCES questionnaires (id),
    status text CHECK (status IN ('offered', 'completed', 'partial', 'declined', 'not_offered')),
    how text,
    not_offered_reason text,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX feedback_case ON feedback (case_id, id);

CREATE TABLE wishes (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('important_to_me', 'feel_safer', 'want', 'do_not_want', 'help_to_understand',
        'meeting_place', 'who_to_involve', 'who_not_to_involve', 'about_me', 'my_strengths', 'keeps_me_safe',
        'how_to_work_with_me', 'how_i_feel')),
    text text NOT NULL,
    said_by text NOT NULL CHECK (said_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    said_at timestamptz,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX wishes_case ON wishes (case_id, id);

CREATE TABLE capacity_assessments (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    decision text NOT NULL,
    why_doubted text,
    support_given text,
    impairment text,
    causal_link text,
    conclusion text NOT NULL CHECK (conclusion IN ('has_capacity', 'lacks_capacity', 'not_completed')),
    fluctuating text CHECK (fluctuating IN ('yes', 'no', 'not_known')),
    assessor text,
    assessed_at timestamptz,
    functional_test jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX capacity_assessments_case ON capacity_assessments (case_id, id);

CREATE TABLE best_interests_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    assessment_id uuid NOT NULL REFERENCES capacity_assessments (id),
    decision text NOT NULL,
    least_restrictive text,
    wishes_and_feelings text,
    attorneys_or_deputies_checked text CHECK (attorneys_or_deputies_checked IN ('yes', 'no', 'not_known')),
    imca_representations text,
    regard_to_imca text,
    outcome text NOT NULL,
    disagreement text,
    decided_at timestamptz,
    options jsonb NOT NULL,
    consulted jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX best_interests_decisions_case ON best_interests_decisions (case_id, id);

CREATE TABLE desired_outcomes (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    own_words text NOT NULL,
    expressed_by text NOT NULL CHECK (expressed_by IN ('adult', 'representative', 'advocate', 'best_interests')),
    communicated_by text CHECK (communicated_by IN ('speech', 'writing', 'sign', 'symbols', 'behaviour',
        'through_advocate', 'other')),
    suggestion_codes jsonb NOT NULL,
    how_we_can_help text,
    priority smallint CHECK (priority BETWEEN 1 AND 3),
    status text NOT NULL CHECK (status IN ('current', 'withdrawn', 'superseded')),
    said_at timestamptz NOT NULL,
    best_interests_decision_id uuid REFERENCES best_interests_decisions (id),
    entered_in_error text,
    local_suggestion_codes jsonb NOT NULL DEFAULT '[]',
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX desired_outcomes_case ON desired_outcomes (case_id, id);
CREATE UNIQUE INDEX desired_outcomes_priority ON desired_outcomes (case_id, priority) WHERE priority IS NOT NULL AND
    status = 'current' AND entered_in_error IS NULL;

CREATE TABLE outcome_revisions (
    id uuid PRIMARY KEY,
    outcome_id uuid NOT NULL REFERENCES desired_outcomes (id),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    number integer NOT NULL,
    standing text NOT NULL CHECK (standing IN ('in_force', 'proposed')),
    own_words text NOT NULL,
    priority smallint,
    change_kind text NOT NULL CHECK (change_kind IN ('initial', 'reworded', 'priority_changed', 'widened', 'narrowed',
        'replaced', 'withdrawn', 'reinstated')),
    change_reason text CHECK (change_reason IN ('adult_changed_mind', 'new_information', 'circumstances_changed',
        'negotiated', 'unrealistic_or_unlawful_discussed', 'clarified', 'other')),
    what_was_explained text,
    alternatives_offered text,
    initiated_by text NOT NULL CHECK (initiated_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    adult_agrees text NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'not_known', 'best_interests')),
    confirmed_by text NOT NULL CHECK (confirmed_by IN ('adult_app', 'advocate', 'representative', 'none')),
    said_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (outcome_id, number),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX outcome_revisions_outcome ON outcome_revisions (outcome_id, id);
CREATE INDEX outcome_revisions_case ON outcome_revisions (case_id, id);

CREATE TABLE outcome_achievements (
    id uuid PRIMARY KEY,
    outcome_id uuid NOT NULL REFERENCES desired_outcomes (id),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    achieved text NOT NULL CHECK (achieved IN ('fully', 'partially', 'not', 'not_judged')),
    not_judged_because text CHECK (not_judged_because IN ('adult_declined', 'could_not_be_asked', 'died', 'too_early',
        'other')),
    judged_by text NOT NULL CHECK (judged_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    reason text NOT NULL,
    adult_view text,
    practitioner_view text,
    how_we_could_have_done_better text,
    compared_with text NOT NULL CHECK (compared_with IN ('latest', 'first')),
    final boolean NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX outcome_achievements_outcome ON outcome_achievements (outcome_id, id);
CREATE INDEX outcome_achievements_case ON outcome_achievements (case_id, id);

CREATE TABLE advocacy_needs (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    difficulties jsonb NOT NULL,
    appropriate_person jsonb NOT NULL,
    conclusion text NOT NULL CHECK (conclusion IN ('duty', 'power', 'not_needed')),
    adult_view text,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX advocacy_needs_case ON advocacy_needs (case_id, id);

-- `covers`: to what the assignment goes on. An advocate does not support both sides of one matter.
CREATE TABLE advocacy_assignments (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('care_act_s68', 'imca_safeguarding', 'imca_general', 'imha', 'non_statutory')),
    basis text NOT NULL CHECK (basis IN ('duty', 'power')),
    advocate_id uuid NOT NULL REFERENCES advocates (id),
    need_id uuid REFERENCES advocacy_needs (id),
    state text NOT NULL CHECK (state IN ('requested', 'accepted', 'active', 'declined', 'ended', 'unavailable')),
    accepted_at timestamptz,
    first_contact_at timestamptz,
    ended_at timestamptz,
    reason text,
    entered_in_error text,
    covers jsonb NOT NULL DEFAULT '[]',
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX advocacy_assignments_case ON advocacy_assignments (case_id, id);
CREATE INDEX advocacy_assignments_advocate ON advocacy_assignments (advocate_id, state, case_id);

CREATE TABLE advocacy_representations (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    entered_in_error text,
    assignment_id uuid NOT NULL REFERENCES advocacy_assignments (id),
    kind text NOT NULL CHECK (kind IN ('representation', 'report')),
    text text NOT NULL,
    made_at timestamptz NOT NULL,
    response text,
    responded_at timestamptz,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX advocacy_representations_assignment ON advocacy_representations (assignment_id, id);
CREATE INDEX advocacy_representations_case ON advocacy_representations (case_id, id);

-- `shown_version` and `shown_at` are what whoever does not see its withheld parts knows of a record: a change of one of
-- those alone moves nothing for them.
CREATE TABLE meetings (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('first_conversation', 'strategy_discussion', 'strategy_meeting',
        'family_group_meeting', 'case_conference', 'review', 'end_of_process', 'other')),
    planned_start timestamptz,
    planned_end timestamptz,
    held_start timestamptz,
    held_end timestamptz,
    mode text CHECK (mode IN ('in_person', 'telephone', 'video', 'mixed')),
    place text,
    place_chosen_by_adult boolean,
    chair text,
    purpose text,
    decisions jsonb NOT NULL,
    next_meeting timestamptz,
    invitees jsonb NOT NULL DEFAULT '[]',
    cancelled_at timestamptz,
    planned_history jsonb NOT NULL DEFAULT '[]',
    sequence integer NOT NULL DEFAULT 0,
    entered_in_error text,
    shown_version bigint NOT NULL DEFAULT 1,
    shown_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX meetings_case ON meetings (case_id, id);

-- Parts of a case or of a meeting of which there is one.
CREATE TABLE singletons (
    owner_id uuid NOT NULL,
    meeting_id uuid REFERENCES meetings (id),
    kind text NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist',
        'minutes', 'restricted_minutes')),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    content jsonb NOT NULL,
    PRIMARY KEY (owner_id, kind),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK (owner_id = COALESCE(meeting_id, case_id)),
    CHECK ((kind IN ('conclusion', 'closure_checklist')) = (meeting_id IS NULL))
);
CREATE INDEX singletons_case ON singletons (case_id, kind);

CREATE TABLE meeting_discussions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    meeting_id uuid NOT NULL REFERENCES meetings (id),
    side text NOT NULL CHECK (side IN ('before', 'after')),
    at timestamptz NOT NULL,
    written_by text NOT NULL CHECK (written_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    text text NOT NULL,
    wants_changed text,
    help_needed text,
    prompts_covered jsonb NOT NULL,
    next_steps jsonb NOT NULL,
    produced jsonb NOT NULL,
    entered_in_error text,
    asked_result text CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined',
        'not_asked')),
    not_asked_reason text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX meeting_discussions_meeting ON meeting_discussions (meeting_id, id);
CREATE INDEX meeting_discussions_case ON meeting_discussions (case_id, id);

CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('visit', 'call', 'message', 'information_received', 'advice',
        'management_oversight', 'other')),
    at timestamptz NOT NULL,
    with_adult boolean NOT NULL,
    with_whom text,
    minutes integer CHECK (minutes BETWEEN 0 AND 1440),
    basis text NOT NULL CHECK (basis IN ('seen', 'said', 'reported', 'opinion')),
    text text NOT NULL,
    restricted_part text,
    adult_chose text,
    asked_result text CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined',
        'not_asked')),
    not_asked_reason text,
    options_discussed jsonb NOT NULL,
    next_steps jsonb NOT NULL,
    produced jsonb NOT NULL,
    entered_in_error text,
    checklist jsonb NOT NULL DEFAULT '[]',
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX contacts_case ON contacts (case_id, id);
CREATE INDEX contacts_with_adult ON contacts (case_id, with_adult, at);

CREATE TABLE plans (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'active', 'ended')),
    plan_version integer NOT NULL,
    adult_agrees text NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    active_from timestamptz,
    ended_at timestamptz,
    ended_reason text,
    content jsonb NOT NULL,
    agreements jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX plans_case ON plans (case_id, id);

CREATE TABLE plan_versions (
    id uuid PRIMARY KEY,
    plan_id uuid NOT NULL REFERENCES plans (id),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    number integer NOT NULL,
    reason text,
    content jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (plan_id, number),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX plan_versions_plan ON plan_versions (plan_id, id);
CREATE INDEX plan_versions_case ON plan_versions (case_id, id);

-- `shown_version` and `shown_at` as of a meeting.
CREATE TABLE actions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    text text NOT NULL,
    responsible text NOT NULL,
    agency text,
    due_on date,
    status text NOT NULL CHECK (status IN ('open', 'done', 'cancelled')),
    adult_agrees text CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    overrides_wish_id uuid REFERENCES wishes (id),
    override_reason text,
    linked_outcomes jsonb NOT NULL,
    due_history jsonb NOT NULL,
    plan_id uuid REFERENCES plans (id),
    entered_in_error text,
    agency_id uuid REFERENCES agencies (id),
    shown_version bigint NOT NULL DEFAULT 1,
    shown_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX actions_case ON actions (case_id, id);
CREATE INDEX actions_status ON actions (case_id, status);

CREATE TABLE responses (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    option text NOT NULL CHECK (option IN ('family_group_conference', 'mediation', 'restorative_justice',
        'circles_of_support', 'advocacy', 'imca', 'achieving_best_evidence', 'peer_support', 'counselling',
        'domestic_abuse_support', 'assertiveness_training', 'other')),
    description text,
    offered_at timestamptz,
    adult_chose text CHECK (adult_chose IN ('accepted', 'declined', 'undecided')),
    used boolean,
    effects jsonb NOT NULL,
    entered_in_error text,
    local_option text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX responses_case ON responses (case_id, id);

CREATE TABLE risks (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    risk_type text NOT NULL CHECK (risk_type IN ('physical', 'sexual', 'psychological', 'financial_or_material',
        'discriminatory', 'organisational', 'neglect_and_acts_of_omission', 'domestic', 'sexual_exploitation',
        'modern_slavery', 'self_neglect', 'not_known')),
    location text CHECK (location IN ('own_home', 'in_the_community', 'community_service', 'care_home_nursing',
        'care_home_residential', 'hospital_acute', 'hospital_mental_health', 'hospital_community', 'other',
        'not_known')),
    source text CHECK (source IN ('service_provider', 'other_known', 'other_unknown', 'not_known')),
    what_happened text NOT NULL,
    impact_in_own_words text,
    chosen_risk jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX risks_case ON risks (case_id, id);

CREATE TABLE disagreements (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    about text NOT NULL,
    adult_view text,
    what_was_tried text,
    result text,
    between_whom jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX disagreements_case ON disagreements (case_id, id);

CREATE TABLE persons_of_concern (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    name text,
    relationship text,
    works_with_adults text CHECK (works_with_adults IN ('yes', 'no', 'not_known')),
    aware text CHECK (aware IN ('yes', 'no', 'not_known')),
    own_needs text,
    action_taken text,
    entered_in_error text,
    advocate_id uuid REFERENCES advocates (id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX persons_of_concern_case ON persons_of_concern (case_id, id);

-- Involving somebody whom the adult does not want involved needs `override_reason`.
CREATE TABLE sharing_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    what text NOT NULL,
    with_whom text NOT NULL,
    why text NOT NULL,
    initiative text NOT NULL CHECK (initiative IN ('requested', 'offered')),
    adult_told text NOT NULL CHECK (adult_told IN ('asked_and_agreed', 'asked_and_refused', 'told', 'not_told')),
    adult_not_told_reason text,
    minimum_necessary text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('shared', 'partly', 'refused')),
    how text,
    lawful_basis jsonb NOT NULL,
    entered_in_error text,
    override_reason text,
    agency_id uuid REFERENCES agencies (id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX sharing_decisions_case ON sharing_decisions (case_id, id);

CREATE TABLE case_links (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('police_investigation', 'provider', 'cqc', 'dbs', 'dols', 'court_of_protection',
        'marac', 'complaint', 'section_44_review', 'other')),
    status text NOT NULL CHECK (status IN ('considered', 'planned', 'issued', 'order', 'open', 'closed')),
    reference text,
    status_since date,
    note text,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX case_links_case ON case_links (case_id, id);

CREATE TABLE informed_records (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    who text NOT NULL CHECK (who IN ('adult', 'representative', 'family', 'person_of_concern', 'provider')),
    about text NOT NULL CHECK (about IN ('concern', 'enquiry', 'capacity_assessment', 'court_application', 'closure')),
    told_at timestamptz,
    how text,
    told_by text,
    not_told_reason text,
    look_again_on date,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX informed_records_case ON informed_records (case_id, id);

CREATE TABLE caused_enquiries (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    scope text NOT NULL,
    agreed_on date,
    shared_information text,
    adult_view text,
    status text NOT NULL CHECK (status IN ('requested', 'accepted', 'declined', 'reported', 'satisfied',
        'not_satisfied')),
    status_reason text,
    answered_at timestamptz,
    reported_at timestamptz,
    questions jsonb NOT NULL,
    report jsonb,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX caused_enquiries_case ON caused_enquiries (case_id, id);
CREATE INDEX caused_enquiries_agency ON caused_enquiries (agency_id, id);

-- What the adult asks for in the app.
CREATE TABLE case_requests (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('call_me', 'advocate', 'supporter', 'meeting_place', 'change_or_stop',
        'something_is_wrong', 'not_safe_now')),
    text text,
    answer text,
    answered_at timestamptz,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX case_requests_case ON case_requests (case_id, id);

-- Referrals
-- =========

-- `receipt_*` is what its referrer knows of it. `told` is what they were last told came of it ({"givenAt", "code",
-- "text"} as "feedback"), or why they are not told that somebody looked at it ("acknowledgementWithheldReason"): read
-- with the referral and never searched. Each feedback has a row of its own.
CREATE TABLE referrals (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    reference text NOT NULL UNIQUE,
    agency_id uuid REFERENCES agencies (id),
    agency_reference text,
    body_digest text NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'information_requested', 'accepted', 'another_route',
        'withdrawn', 'closed')),
    urgent boolean NOT NULL,
    agreement_lapsed boolean NOT NULL,
    childrens_route boolean NOT NULL,
    case_id uuid,
    triage jsonb,
    triaged_at timestamptz,
    counts_as_concern boolean,
    content jsonb NOT NULL,
    warnings jsonb NOT NULL,
    receipt_only boolean NOT NULL DEFAULT false,
    receipt_status text NOT NULL DEFAULT 'received' CHECK (receipt_status IN ('received', 'information_requested',
        'accepted', 'another_route', 'withdrawn', 'closed')),
    receipt_version bigint NOT NULL DEFAULT 1,
    receipt_changed_at timestamptz NOT NULL DEFAULT to_timestamp(0),
    unread_since timestamptz,
    acknowledged_at timestamptz,
    withdrawn_at timestamptz,
    open_requests integer NOT NULL DEFAULT 0,
    needs_attention boolean NOT NULL DEFAULT false,
    tasks jsonb NOT NULL DEFAULT '[]',
    told jsonb NOT NULL DEFAULT '{}',
    UNIQUE (authority, id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE UNIQUE INDEX referrals_agency_reference ON referrals (agency_id, agency_reference) WHERE agency_reference IS NOT
    NULL;
CREATE INDEX referrals_authority_status ON referrals (authority, status, id);
CREATE INDEX referrals_agency ON referrals (agency_id, id);
CREATE INDEX referrals_sender ON referrals (created_by, id);
CREATE INDEX referrals_case ON referrals (case_id, id);
CREATE INDEX referrals_attention ON referrals (authority, id) WHERE needs_attention;
CREATE INDEX referrals_unread ON referrals (unread_since) WHERE unread_since IS NOT NULL;

-- What a referral may be about somebody known by: one row as it was sent, one for each correction.
CREATE TABLE referral_keys (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    authority text NOT NULL,
    nhs_number text,
    name_key text,
    date_of_birth date,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
);
CREATE INDEX referral_keys_referral ON referral_keys (referral_id);
CREATE INDEX referral_keys_nhs_number ON referral_keys (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX referral_keys_name ON referral_keys (name_key, date_of_birth);

CREATE TABLE referral_updates (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('additional_information', 'correction', 'wrong_person', 'withdrawal')),
    text text NOT NULL,
    written_by text NOT NULL CHECK (written_by IN ('referrer', 'staff')),
    corrected_fields jsonb NOT NULL,
    entered_in_error text,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
);
CREATE INDEX referral_updates_referral ON referral_updates (referral_id, id);

CREATE TABLE referral_requests (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    question text NOT NULL,
    needed_for text,
    status text NOT NULL CHECK (status IN ('open', 'answered', 'no_longer_needed')),
    answered_at timestamptz,
    entered_in_error text,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
);
CREATE INDEX referral_requests_referral ON referral_requests (referral_id, id);

CREATE TABLE referral_answers (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES referral_requests (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    text text NOT NULL,
    written_by text NOT NULL CHECK (written_by IN ('referrer', 'staff')),
    entered_in_error text
);
CREATE INDEX referral_answers_request ON referral_answers (request_id, id);

CREATE TABLE referral_feedback (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    code text CHECK (code IN ('accepted', 'no_enquiry', 'another_route', 'closed', 'other')),
    text text,
    withheld_reason text,
    entered_in_error text,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
);
CREATE INDEX referral_feedback_referral ON referral_feedback (referral_id, id);

-- A refused referral is an open task of the authorities that it may have been meant for. Nothing of its content is
-- kept.
CREATE TABLE intake_refusals (
    id uuid PRIMARY KEY,
    agency_id uuid,
    actor_id uuid NOT NULL,
    refused_at timestamptz NOT NULL,
    code text NOT NULL,
    pointers jsonb NOT NULL,
    reference_digest text,
    version bigint NOT NULL DEFAULT 1,
    handled_at timestamptz,
    handled_by uuid,
    referral_id uuid REFERENCES referrals (id),
    called_at timestamptz
);
CREATE INDEX intake_refusals_refused ON intake_refusals (refused_at, id);
CREATE INDEX intake_refusals_waiting ON intake_refusals (actor_id, reference_digest) WHERE handled_at IS NULL;

CREATE TABLE intake_refusal_authorities (
    refusal_id uuid NOT NULL REFERENCES intake_refusals (id),
    authority text NOT NULL REFERENCES authorities (code),
    PRIMARY KEY (refusal_id, authority)
);
CREATE INDEX intake_refusal_authorities_authority ON intake_refusal_authorities (authority, refusal_id);

-- Who may read
-- ============

-- Who is named on a case: an adviser, or a partner agency.
CREATE TABLE case_grants (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    relationship text NOT NULL CHECK (relationship IN ('adviser', 'partner')),
    user_id uuid REFERENCES users (id),
    agency_id uuid REFERENCES agencies (id),
    reason text NOT NULL,
    ends_on date,
    sections integer NOT NULL CHECK (sections BETWEEN 0 AND 511),
    entered_in_error text,
    override_reason text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK ((relationship = 'adviser') = (user_id IS NOT NULL)),
    CHECK ((relationship = 'partner') = (agency_id IS NOT NULL))
);
CREATE INDEX case_grants_case ON case_grants (case_id, id);
CREATE INDEX case_grants_user ON case_grants (user_id, case_id);
CREATE INDEX case_grants_agency ON case_grants (agency_id, case_id);

CREATE TABLE case_conflicts (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    user_id uuid REFERENCES users (id),
    agency_id uuid REFERENCES agencies (id),
    kind text NOT NULL CHECK (kind IN ('is_person_of_concern', 'works_for', 'related', 'other')),
    detail text NOT NULL,
    ended_on date,
    entered_in_error text,
    staff_number text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK (num_nonnulls(user_id, agency_id, staff_number) = 1)
);
CREATE INDEX case_conflicts_case ON case_conflicts (case_id, id);
CREATE INDEX case_conflicts_user ON case_conflicts (user_id, case_id);
CREATE INDEX case_conflicts_agency ON case_conflicts (agency_id, case_id);

-- Whom an exclusion keeps away, and from which adult, case and referral: derived from the conflicts and from what a
-- referral says, written in the transaction of their cause. It names a human: an account, a staff number, or an agency.
CREATE TABLE exclusions (
    id uuid PRIMARY KEY,
    conflict_id uuid REFERENCES case_conflicts (id),
    adult_id uuid REFERENCES adults (id),
    case_id uuid REFERENCES cases (id),
    referral_id uuid REFERENCES referrals (id),
    user_id uuid REFERENCES users (id),
    agency_id uuid REFERENCES agencies (id),
    staff_number text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (num_nonnulls(adult_id, case_id, referral_id) = 1),
    CHECK (num_nonnulls(user_id, agency_id, staff_number) = 1)
);
CREATE INDEX exclusions_user ON exclusions (user_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_agency ON exclusions (agency_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_staff_number ON exclusions (staff_number) WHERE ended_at IS NULL;
CREATE INDEX exclusions_conflict ON exclusions (conflict_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_adult ON exclusions (adult_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_referral ON exclusions (referral_id) WHERE ended_at IS NULL;

CREATE TABLE emergency_access (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    reason_code text NOT NULL CHECK (reason_code IN ('immediate_danger', 'out_of_hours', 'worker_unavailable',
        'other')),
    reason text NOT NULL,
    until timestamptz NOT NULL,
    review_outcome text CHECK (review_outcome IN ('justified', 'not_justified', 'needs_action')),
    review_note text,
    reviewed_at timestamptz,
    reviewed_by uuid,
    entered_in_error text,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX emergency_access_case ON emergency_access (case_id, id);
CREATE INDEX emergency_access_user ON emergency_access (user_id, case_id);

-- Cases and referrals on which a protective act left nobody to act but its author, and whom the authority names for
-- such cases. With neither a case nor a referral it is everything of the authority: its last manager was disabled.
CREATE TABLE escalations (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    case_id uuid REFERENCES cases (id),
    referral_id uuid REFERENCES referrals (id),
    user_id uuid REFERENCES users (id),
    caused_by uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (case_id IS NULL OR referral_id IS NULL)
);
CREATE INDEX escalations_user ON escalations (user_id) WHERE ended_at IS NULL;
CREATE INDEX escalations_authority ON escalations (authority) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_case ON escalations (case_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_referral ON escalations (referral_id) WHERE ended_at IS NULL;

CREATE TABLE app_access_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    who text NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id uuid REFERENCES adult_representatives (id),
    decision text NOT NULL CHECK (decision IN ('allow', 'limited', 'not_safe', 'paused')),
    shared_device text CHECK (shared_device IN ('yes', 'no', 'not_known')),
    safe_times text,
    view text NOT NULL CHECK (view IN ('full', 'next_steps_only')),
    reason text NOT NULL,
    entered_in_error text,
    override_reason text,
    advocate_id uuid REFERENCES advocates (id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX app_access_decisions_case ON app_access_decisions (case_id, id);

-- `invitations_good`: one code is good at a time for a person on a case. The adult's person is the case itself.
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    decision_id uuid NOT NULL REFERENCES app_access_decisions (id),
    who text NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id uuid REFERENCES adult_representatives (id),
    code_digest text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    redeemed_at timestamptz,
    redeemed_by uuid REFERENCES users (id),
    revoked_at timestamptz,
    entered_in_error text,
    advocate_id uuid REFERENCES advocates (id),
    handed_over text NOT NULL DEFAULT 'in_person' CHECK (handed_over IN ('in_person', 'safe_contact')),
    made_by_role text NOT NULL DEFAULT 'practitioner' CHECK (made_by_role IN ('manager', 'practitioner')),
    replaces_earlier boolean NOT NULL DEFAULT false,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE INDEX invitations_case ON invitations (case_id, id);
CREATE UNIQUE INDEX invitations_good ON invitations (case_id, COALESCE(representative_id, advocate_id, case_id)) WHERE
    redeemed_at IS NULL AND revoked_at IS NULL;

-- An app belongs to one person on one case: the adult, an entry among her representatives, or one of the register of
-- advocates. Whether it is stopped stands in the decisions about it, and nowhere else.
CREATE TABLE case_access (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    relationship text NOT NULL CHECK (relationship IN ('adult', 'representative', 'advocate')),
    representative_id uuid REFERENCES adult_representatives (id),
    advocate_id uuid REFERENCES advocates (id),
    starts_at timestamptz NOT NULL,
    ended_at timestamptz,
    created_by uuid NOT NULL,
    view text NOT NULL DEFAULT 'full' CHECK (view IN ('full', 'next_steps_only')),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK ((relationship = 'representative') = (representative_id IS NOT NULL)),
    CHECK ((relationship = 'advocate') = (advocate_id IS NOT NULL))
);
CREATE INDEX case_access_user ON case_access (user_id, case_id);
CREATE INDEX case_access_case ON case_access (case_id);
CREATE INDEX case_access_representative ON case_access (representative_id);
CREATE UNIQUE INDEX case_access_live ON case_access (case_id, user_id) WHERE ended_at IS NULL;

-- What somebody is to a case by a record of it (a naming, an app, an assignment): derived from those records and
-- written in the transaction of each change of them. A row says when it begins and ends, never whether it holds now.
-- One whose cause is gone gets ended_at and stays: it says what somebody could read then. What an account is by its
-- role, and what the case itself says (restricted, on duty), is in no row, and neither are exclusions, which have a
-- table of their own.
CREATE TABLE case_relationships (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL REFERENCES authorities (code),
    principal_kind text NOT NULL CHECK (principal_kind IN ('user', 'team', 'agency')),
    principal_id uuid NOT NULL,
    relationship text NOT NULL CHECK (relationship IN ('allocated', 'team', 'adviser', 'emergency', 'escalated',
        'advocate', 'advocate_asked', 'adult', 'representative', 'partner', 'enquiring_agency')),
    sections integer NOT NULL CHECK (sections BETWEEN 0 AND 511),
    view text CHECK (view IN ('full', 'next_steps_only')),
    starts_at timestamptz,
    ends_at timestamptz,
    suspended_at timestamptz,
    as_of timestamptz,
    source_kind text NOT NULL CHECK (source_kind IN ('case', 'naming', 'emergency_access', 'escalation', 'app',
        'assignment', 'caused_enquiry')),
    source_id uuid NOT NULL,
    via_id uuid,
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (principal_kind = CASE WHEN relationship = 'team' THEN 'team' WHEN relationship IN ('partner',
        'enquiring_agency') THEN 'agency' ELSE 'user' END),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE UNIQUE INDEX case_relationships_once ON case_relationships (case_id, principal_id, relationship, source_id,
    COALESCE(via_id, source_id)) WHERE ended_at IS NULL;
CREATE INDEX case_relationships_principal ON case_relationships (principal_id, relationship, case_id) WHERE ended_at IS
    NULL;

-- The agencies that a single record is of: who is to do an action, who is asked to a meeting, with whom something is
-- shared. It opens that record to an agency that is named on the case for its section, and not the case. What ended
-- stays.
CREATE TABLE record_parties (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    authority text NOT NULL REFERENCES authorities (code),
    record_kind text NOT NULL CHECK (record_kind IN ('action', 'meeting', 'sharing_decision')),
    record_id uuid NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
);
CREATE UNIQUE INDEX record_parties_once ON record_parties (record_id, agency_id) WHERE ended_at IS NULL;
CREATE INDEX record_parties_agency ON record_parties (case_id, agency_id, record_kind, record_id) WHERE ended_at IS
    NULL;

-- What was done, and who is told
-- ==============================

-- One for each request. Many equal refusals of one caller in a minute share a row, which counts them.
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    request_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'client', 'system')),
    agency_id uuid,
    authority text,
    operation text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    status integer NOT NULL,
    resource text,
    resource_id uuid,
    case_id uuid,
    purpose text,
    on_behalf_of text,
    returned jsonb NOT NULL,
    personal_digest text,
    personal jsonb,
    role text,
    relationship text,
    count integer NOT NULL DEFAULT 1 CHECK (count > 0)
);
CREATE INDEX audit_entries_resource ON audit_entries (resource_id, id);
CREATE INDEX audit_entries_case ON audit_entries (case_id, id);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id);
CREATE INDEX audit_entries_authority ON audit_entries (authority, id);

-- Entries that no seal covers yet, written in the transaction of the entry: one that commits late is still found.
CREATE TABLE audit_unsealed (
    entry_id uuid PRIMARY KEY
);

CREATE TABLE audit_seals (
    number bigint PRIMARY KEY,
    sealed_at timestamptz NOT NULL,
    entries integer NOT NULL CHECK (entries > 0),
    -- For each entry its id (16 bytes) and the digest of its canonical form (32 bytes), in the order of ids.
    covers bytea NOT NULL,
    previous text NOT NULL,
    digest text NOT NULL,
    public_key text NOT NULL,
    signature text NOT NULL
);

CREATE TABLE events (
    id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    type text NOT NULL,
    authority text NOT NULL,
    resource text NOT NULL,
    resource_id uuid NOT NULL,
    case_id uuid,
    version bigint NOT NULL,
    position bigint
);
CREATE UNIQUE INDEX events_position ON events (position) WHERE position IS NOT NULL;

-- What somebody in an authority is to look at, and whether somebody said that they dealt with it.
CREATE TABLE notices (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    kind text NOT NULL CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult',
        'conflict_recorded', 'case_restricted', 'app_paused', 'app_not_safe', 'advocate_ended', 'adults_merged',
        'adult_died', 'other_authority', 'invitation_replaced', 'login_linked', 'intake_refused', 'nobody_left_to_act',
        'roles_changed', 'account_disabled', 'password_code_made', 'authenticator_reset', 'client_stopped',
        'agreement_changed', 'approval_asked', 'approval_decided', 'second_person_changed', 'escalation_changed',
        'duty_team_changed')),
    resource_id uuid NOT NULL,
    case_id uuid REFERENCES cases (id),
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_by uuid,
    handled_at timestamptz,
    handled_by uuid
);
CREATE INDEX notices_authority ON notices (authority, id);
CREATE INDEX notices_waiting ON notices (authority, id) WHERE handled_at IS NULL;
