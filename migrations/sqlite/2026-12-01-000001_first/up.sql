-- The whole schema of a new database. migrations/README.md says which type stands for what, and how it is changed.

-- Authorities, and what an instance keeps for itself
-- ==================================================

-- The councils that share this database. Everything belongs to one of them, and most of it says so itself.
CREATE TABLE authorities (
    code TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 40),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    settings TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- What the first instance makes and all need, such as the key that signs tokens where no file has it.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- An answer is given again, and nothing is done again, to who sends the same key again.
CREATE TABLE idempotency_keys (
    caller_id BLOB NOT NULL,
    target TEXT NOT NULL,
    key TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    resource_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (caller_id, target, key)
) STRICT;
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- Which instance does what only one may do, and until when without a word from it.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    until INTEGER NOT NULL,
    mark TEXT
) STRICT;

-- Readiness writes here, and takes it back.
CREATE TABLE write_probes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    filler TEXT NOT NULL
) STRICT;
INSERT INTO write_probes (id, filler) VALUES (1, '');

-- What an invented database says of itself, so that production does not start on it.
CREATE TABLE invented_data (
    made_by TEXT PRIMARY KEY CHECK (made_by IN ('demo', 'seed')),
    made_at INTEGER NOT NULL
) STRICT;

-- PostgreSQL has sequences for these.
CREATE TABLE reference_counters (
    series TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;
INSERT INTO reference_counters (series, last) VALUES ('case_numbers', 0), ('referral_numbers', 0);

-- People and programs
-- ===================

CREATE TABLE agencies (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    agency_type TEXT NOT NULL CHECK (agency_type IN ('police', 'nhs_acute', 'nhs_mental_health', 'nhs_community',
        'ambulance', 'gp', 'care_home', 'home_care', 'housing', 'fire', 'dwp', 'cqc', 'probation', 'voluntary',
        'advocacy', 'local_authority', 'family', 'self', 'public', 'other')),
    ods_code TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL DEFAULT 0,
    registered_by_authority TEXT REFERENCES authorities (code)
) STRICT;

-- An agency belongs to the authorities that know it, and has an agreement with each by itself.
CREATE TABLE agency_authorities (
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    authority TEXT NOT NULL REFERENCES authorities (code),
    agreement_from TEXT,
    agreement_until TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (agency_id, authority)
) STRICT;
CREATE INDEX agency_authorities_authority ON agency_authorities (authority, agency_id);

-- `registered_by_authority` keeps an account, also while it has no role. All accounts of one member of staff have one
-- staff number.
CREATE TABLE users (
    id BLOB PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    password_hash TEXT,
    agency_id BLOB REFERENCES agencies (id),
    public_contact TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL DEFAULT 0,
    staff_number TEXT,
    date_of_birth TEXT,
    registered_by_authority TEXT REFERENCES authorities (code)
) STRICT;
CREATE UNIQUE INDEX users_username_in_any_case ON users (lower(username));
CREATE INDEX users_staff_number ON users (staff_number) WHERE staff_number IS NOT NULL;
CREATE INDEX users_born ON users (date_of_birth) WHERE date_of_birth IS NOT NULL;

CREATE TABLE user_roles (
    user_id BLOB NOT NULL REFERENCES users (id),
    authority TEXT NOT NULL REFERENCES authorities (code),
    role TEXT NOT NULL CHECK (role IN ('admin', 'manager', 'practitioner', 'delegated_practitioner', 'advocate',
        'adult', 'representative', 'board', 'analyst', 'auditor')),
    PRIMARY KEY (user_id, authority, role)
) STRICT;
CREATE INDEX user_roles_authority ON user_roles (authority, role, user_id);

-- Who made an account, or gave it what opens it: whoever did is not held by it.
CREATE TABLE account_changes (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('named_on_console', 'made', 'given_rights', 'given_password_code',
        'authenticator_taken')),
    changed_by BLOB,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX account_changes_user ON account_changes (user_id, id);

CREATE TABLE teams (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('duty', 'triage', 'casework', 'professional_standards')),
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (authority, name)
) STRICT;
CREATE INDEX teams_authority ON teams (authority, id);

CREATE TABLE team_members (
    user_id BLOB NOT NULL REFERENCES users (id),
    team_id BLOB NOT NULL REFERENCES teams (id),
    PRIMARY KEY (user_id, team_id)
) STRICT;

CREATE TABLE api_clients (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    default_authority TEXT REFERENCES authorities (code),
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL DEFAULT 0,
    jwks TEXT,
    jwks_uri TEXT
) STRICT;

CREATE TABLE api_client_scopes (
    client_id BLOB NOT NULL REFERENCES api_clients (id),
    scope TEXT NOT NULL CHECK (scope IN ('referrals:submit', 'referrals:read', 'enquiries:write', 'actions:write',
        'events:read', 'webhooks:write', 'reports:read')),
    PRIMARY KEY (client_id, scope)
) STRICT;

-- Where its referrals may go, and whose it may read.
CREATE TABLE api_client_authorities (
    client_id BLOB NOT NULL REFERENCES api_clients (id),
    authority TEXT NOT NULL REFERENCES authorities (code),
    PRIMARY KEY (client_id, authority)
) STRICT;
CREATE INDEX api_client_authorities_authority ON api_client_authorities (authority, client_id);

CREATE TABLE client_secrets (
    id BLOB PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES api_clients (id),
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX client_secrets_client ON client_secrets (client_id);

-- What waits for a second person, and what became of it.
CREATE TABLE approvals (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    authority TEXT NOT NULL REFERENCES authorities (code),
    kind TEXT NOT NULL CHECK (kind IN ('account_rights', 'password_code', 'authenticator_reset', 'client_rights',
        'client_secret', 'team', 'escalation', 'second_person')),
    resource_id BLOB NOT NULL,
    asked_for TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'collected', 'void')),
    asked_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX approvals_authority ON approvals (authority, id);
CREATE INDEX approvals_resource ON approvals (resource_id, id);

-- The register of advocates that each authority keeps.
CREATE TABLE advocates (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    name TEXT NOT NULL,
    organisation TEXT NOT NULL,
    kinds TEXT NOT NULL,
    user_id BLOB REFERENCES users (id),
    independence_declared_on TEXT,
    available INTEGER NOT NULL,
    authority TEXT NOT NULL REFERENCES authorities (code)
) STRICT;
CREATE INDEX advocates_user ON advocates (user_id);

-- Neither an authority's nor a case's: their owner's alone.
CREATE TABLE drafts (
    id BLOB PRIMARY KEY,
    owner_id BLOB NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX drafts_key ON drafts (owner_id, key);
CREATE INDEX drafts_owner ON drafts (owner_id, id);
CREATE INDEX drafts_expiry ON drafts (expires_at);

-- Signing in
-- ==========

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    digest TEXT NOT NULL,
    previous_digest TEXT,
    renewed_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_because TEXT CHECK (ended_because IN ('signed_out', 'token_reused', 'password_changed', 'app_paused',
        'authenticator_set_up'))
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, expires_at);
CREATE INDEX sessions_over ON sessions (COALESCE(ended_at, expires_at));

CREATE TABLE password_codes (
    user_id BLOB PRIMARY KEY REFERENCES users (id),
    digest TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE authenticators (
    user_id BLOB PRIMARY KEY REFERENCES users (id),
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL
) STRICT;

-- Wrong passwords are counted by account and by address.
CREATE TABLE guesses (
    kind TEXT NOT NULL CHECK (kind IN ('account', 'address', 'known')),
    subject TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX guesses_age ON guesses (last_at);

-- From where an account has signed in: it is not locked out there by guesses made elsewhere.
CREATE TABLE known_addresses (
    user_id BLOB NOT NULL REFERENCES users (id),
    digest TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, digest)
) STRICT;
CREATE INDEX known_addresses_digest ON known_addresses (digest);
CREATE INDEX known_addresses_age ON known_addresses (last_at);

-- A signed assertion of a client is good once.
CREATE TABLE used_assertions (
    client_id BLOB NOT NULL REFERENCES api_clients (id),
    digest TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, digest)
) STRICT;
CREATE INDEX used_assertions_expiry ON used_assertions (client_id, expires_at);
CREATE INDEX used_assertions_age ON used_assertions (expires_at);

-- Adults
-- ======

CREATE TABLE adults (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    family_name TEXT,
    given_names TEXT NOT NULL,
    preferred_name TEXT,
    date_of_birth TEXT,
    date_of_death TEXT,
    nhs_number TEXT,
    postcode TEXT,
    alerts TEXT NOT NULL,
    date_of_birth_estimated INTEGER,
    gender TEXT CHECK (gender IN ('male', 'female', 'not_known')),
    ethnicity TEXT CHECK (ethnicity IN ('white_british', 'white_irish', 'white_gypsy_or_irish_traveller', 'white_roma',
        'white_other', 'mixed_white_and_black_caribbean', 'mixed_white_and_black_african', 'mixed_white_and_asian',
        'mixed_other', 'asian_indian', 'asian_pakistani', 'asian_bangladeshi', 'asian_chinese', 'asian_other',
        'black_african', 'black_caribbean', 'black_other', 'arab', 'other', 'refused', 'not_known')),
    primary_support_reason TEXT CHECK (primary_support_reason IN ('physical_support', 'sensory_support',
        'memory_and_cognition', 'learning_disability', 'mental_health', 'social_support', 'no_support_reason',
        'not_known')),
    health_conditions TEXT,
    nhs_number_status TEXT CHECK (nhs_number_status IN ('verified', 'supplied', 'not_known')),
    first_language TEXT,
    interpreter_needed TEXT CHECK (interpreter_needed IN ('yes', 'no', 'not_known')),
    placing_authority TEXT,
    name_key TEXT,
    postcode_key TEXT,
    merged_into BLOB,
    UNIQUE (authority, id),
    FOREIGN KEY (authority, merged_into) REFERENCES adults (authority, id)
) STRICT;
CREATE INDEX adults_nhs_number ON adults (authority, nhs_number);
CREATE INDEX adults_name ON adults (authority, name_key);
CREATE INDEX adults_born ON adults (authority, date_of_birth);
CREATE INDEX adults_postcode ON adults (authority, postcode_key);
CREATE INDEX adults_merged_into ON adults (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX adults_known_by_number ON adults (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX adults_known_by_name ON adults (name_key, date_of_birth);

CREATE TABLE adult_external_ids (
    adult_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    system TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (adult_id, system, value),
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
) STRICT;
CREATE INDEX adult_external_ids_value ON adult_external_ids (authority, system, value);

CREATE TABLE adult_contact_points (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('address', 'phone', 'mobile', 'email', 'other')),
    address_use TEXT CHECK (address_use IN ('home', 'current', 'no_fixed_abode')),
    value TEXT NOT NULL,
    postcode TEXT,
    safe_to_use TEXT NOT NULL CHECK (safe_to_use IN ('yes', 'no', 'not_known')),
    safe_to_leave_message TEXT CHECK (safe_to_leave_message IN ('yes', 'no', 'not_known')),
    safe_times TEXT,
    confidential INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('current', 'kept_shared', 'retired')),
    shared_with TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
) STRICT;
CREATE INDEX adult_contact_points_adult ON adult_contact_points (adult_id, id);

CREATE TABLE adult_communication_needs (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    need TEXT NOT NULL,
    how_to_meet TEXT,
    may_be_shared TEXT CHECK (may_be_shared IN ('yes', 'no', 'not_known')),
    review_on TEXT,
    ended_on TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
) STRICT;
CREATE INDEX adult_communication_needs_adult ON adult_communication_needs (adult_id, id);

CREATE TABLE adult_representatives (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('representative', 'supporter')),
    name TEXT NOT NULL,
    relationship TEXT,
    legal_authority TEXT NOT NULL CHECK (legal_authority IN ('none', 'lpa_health_welfare', 'lpa_property_finance',
        'deputy', 'appointee', 'litigation_friend', 'other')),
    evidence_seen TEXT,
    chosen_by_adult TEXT NOT NULL CHECK (chosen_by_adult IN ('yes', 'no', 'not_known')),
    conflict TEXT NOT NULL CHECK (conflict IN ('none', 'possible', 'implicated')),
    conflict_detail TEXT,
    starts_on TEXT,
    ends_on TEXT,
    may_receive INTEGER NOT NULL CHECK (may_receive BETWEEN 0 AND 127),
    entered_in_error TEXT,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
) STRICT;
CREATE INDEX adult_representatives_adult ON adult_representatives (adult_id, id);

CREATE TABLE adult_merges (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    duplicate_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    moved_cases TEXT NOT NULL,
    merged_at INTEGER NOT NULL,
    merged_by BLOB NOT NULL,
    unmerged_at INTEGER,
    unmerged_by BLOB,
    unmerged_reason TEXT,
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id),
    FOREIGN KEY (authority, duplicate_id) REFERENCES adults (authority, id)
) STRICT;
CREATE INDEX adult_merges_adult ON adult_merges (adult_id, id);

-- Cases
-- =====

-- Cases that are looked at together, of one authority.
CREATE TABLE case_groups (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    UNIQUE (authority, id)
) STRICT;

CREATE TABLE cases (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('concern', 'enquiry', 'plan', 'concluded', 'closed', 'closed_no_enquiry')),
    enquiry_type TEXT CHECK (enquiry_type IN ('section_42', 'other')),
    adult_id BLOB,
    allocated_to BLOB REFERENCES users (id),
    allocated_team BLOB REFERENCES teams (id),
    restricted INTEGER NOT NULL,
    case_group_id BLOB,
    transferred_from BLOB REFERENCES cases (id),
    transferred_to BLOB REFERENCES cases (id),
    transfer TEXT,
    FOREIGN KEY (authority, case_group_id) REFERENCES case_groups (authority, id),
    UNIQUE (authority, id),
    FOREIGN KEY (authority, adult_id) REFERENCES adults (authority, id)
) STRICT;
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
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    effective_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    content TEXT NOT NULL,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX case_transitions_case ON case_transitions (case_id, id);

CREATE TABLE enquiries (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    enquiry_type TEXT NOT NULL CHECK (enquiry_type IN ('section_42', 'other')),
    started_on TEXT NOT NULL,
    concluded_on TEXT,
    lead TEXT NOT NULL,
    decision TEXT NOT NULL,
    conclusion TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX enquiries_case ON enquiries (case_id, id);
CREATE UNIQUE INDEX enquiries_one_open ON enquiries (case_id) WHERE concluded_on IS NULL AND entered_in_error IS NULL;

CREATE TABLE questionnaires (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    authority TEXT REFERENCES authorities (code),
    template TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    questions TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'retired')),
    retired_at INTEGER,
    retired_reason TEXT,
    answered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX questionnaires_number ON questionnaires (authority, template, number);
CREATE INDEX questionnaires_authority ON questionnaires (authority, id);

-- The six questions belong to no authority. A test holds their words to those of the reference data.
INSERT INTO questionnaires (id, version, created_at, created_by, updated_at, updated_by, template, number, title, status,
    questions)
VALUES (x'019a9000000070008000000000000006', 1, 1795219200000000, x'019a9000000070008000000000000000',
    1795219200000000, x'019a9000000070008000000000000000', 'msp-six', 1, 'The six questions', 'active', '[
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
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    respondent TEXT NOT NULL CHECK (respondent IN ('adult', 'representative', 'advocate', 'carer')),
    asked_by TEXT NOT NULL CHECK (asked_by IN ('lead_worker', 'independent_person')),
    answers TEXT NOT NULL,
    how_we_could_have_done_better TEXT,
    given_at INTEGER,
    support_used TEXT,
    questionnaire_id BLOB REFERENCES questionnaires (id),
    status TEXT CHECK (status IN ('offered', 'completed', 'partial', 'declined', 'not_offered')),
    how TEXT,
    not_offered_reason TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX feedback_case ON feedback (case_id, id);

CREATE TABLE wishes (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('important_to_me', 'feel_safer', 'want', 'do_not_want', 'help_to_understand',
        'meeting_place', 'who_to_involve', 'who_not_to_involve', 'about_me', 'my_strengths', 'keeps_me_safe',
        'how_to_work_with_me', 'how_i_feel')),
    text TEXT NOT NULL,
    said_by TEXT NOT NULL CHECK (said_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    said_at INTEGER,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX wishes_case ON wishes (case_id, id);

CREATE TABLE capacity_assessments (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    decision TEXT NOT NULL,
    why_doubted TEXT,
    support_given TEXT,
    impairment TEXT,
    causal_link TEXT,
    conclusion TEXT NOT NULL CHECK (conclusion IN ('has_capacity', 'lacks_capacity', 'not_completed')),
    fluctuating TEXT CHECK (fluctuating IN ('yes', 'no', 'not_known')),
    assessor TEXT,
    assessed_at INTEGER,
    functional_test TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX capacity_assessments_case ON capacity_assessments (case_id, id);

CREATE TABLE best_interests_decisions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    assessment_id BLOB NOT NULL REFERENCES capacity_assessments (id),
    decision TEXT NOT NULL,
    least_restrictive TEXT,
    wishes_and_feelings TEXT,
    attorneys_or_deputies_checked TEXT CHECK (attorneys_or_deputies_checked IN ('yes', 'no', 'not_known')),
    imca_representations TEXT,
    regard_to_imca TEXT,
    outcome TEXT NOT NULL,
    disagreement TEXT,
    decided_at INTEGER,
    options TEXT NOT NULL,
    consulted TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX best_interests_decisions_case ON best_interests_decisions (case_id, id);

CREATE TABLE desired_outcomes (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    own_words TEXT NOT NULL,
    expressed_by TEXT NOT NULL CHECK (expressed_by IN ('adult', 'representative', 'advocate', 'best_interests')),
    communicated_by TEXT CHECK (communicated_by IN ('speech', 'writing', 'sign', 'symbols', 'behaviour',
        'through_advocate', 'other')),
    suggestion_codes TEXT NOT NULL,
    how_we_can_help TEXT,
    priority INTEGER CHECK (priority BETWEEN 1 AND 3),
    status TEXT NOT NULL CHECK (status IN ('current', 'withdrawn', 'superseded')),
    said_at INTEGER NOT NULL,
    best_interests_decision_id BLOB REFERENCES best_interests_decisions (id),
    entered_in_error TEXT,
    local_suggestion_codes TEXT NOT NULL DEFAULT '[]',
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX desired_outcomes_case ON desired_outcomes (case_id, id);
CREATE UNIQUE INDEX desired_outcomes_priority ON desired_outcomes (case_id, priority) WHERE priority IS NOT NULL AND
    status = 'current' AND entered_in_error IS NULL;

CREATE TABLE outcome_revisions (
    id BLOB PRIMARY KEY,
    outcome_id BLOB NOT NULL REFERENCES desired_outcomes (id),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    number INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('in_force', 'proposed')),
    own_words TEXT NOT NULL,
    priority INTEGER,
    change_kind TEXT NOT NULL CHECK (change_kind IN ('initial', 'reworded', 'priority_changed', 'widened', 'narrowed',
        'replaced', 'withdrawn', 'reinstated')),
    change_reason TEXT CHECK (change_reason IN ('adult_changed_mind', 'new_information', 'circumstances_changed',
        'negotiated', 'unrealistic_or_unlawful_discussed', 'clarified', 'other')),
    what_was_explained TEXT,
    alternatives_offered TEXT,
    initiated_by TEXT NOT NULL CHECK (initiated_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    adult_agrees TEXT NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'not_known', 'best_interests')),
    confirmed_by TEXT NOT NULL CHECK (confirmed_by IN ('adult_app', 'advocate', 'representative', 'none')),
    said_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    UNIQUE (outcome_id, number),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX outcome_revisions_outcome ON outcome_revisions (outcome_id, id);
CREATE INDEX outcome_revisions_case ON outcome_revisions (case_id, id);

CREATE TABLE outcome_achievements (
    id BLOB PRIMARY KEY,
    outcome_id BLOB NOT NULL REFERENCES desired_outcomes (id),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    achieved TEXT NOT NULL CHECK (achieved IN ('fully', 'partially', 'not', 'not_judged')),
    not_judged_because TEXT CHECK (not_judged_because IN ('adult_declined', 'could_not_be_asked', 'died', 'too_early',
        'other')),
    judged_by TEXT NOT NULL CHECK (judged_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    reason TEXT NOT NULL,
    adult_view TEXT,
    practitioner_view TEXT,
    how_we_could_have_done_better TEXT,
    compared_with TEXT NOT NULL CHECK (compared_with IN ('latest', 'first')),
    final INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX outcome_achievements_outcome ON outcome_achievements (outcome_id, id);
CREATE INDEX outcome_achievements_case ON outcome_achievements (case_id, id);

CREATE TABLE advocacy_needs (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    difficulties TEXT NOT NULL,
    appropriate_person TEXT NOT NULL,
    conclusion TEXT NOT NULL CHECK (conclusion IN ('duty', 'power', 'not_needed')),
    adult_view TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX advocacy_needs_case ON advocacy_needs (case_id, id);

-- `covers`: to what the assignment goes on. An advocate does not support both sides of one matter.
CREATE TABLE advocacy_assignments (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('care_act_s68', 'imca_safeguarding', 'imca_general', 'imha', 'non_statutory')),
    basis TEXT NOT NULL CHECK (basis IN ('duty', 'power')),
    advocate_id BLOB NOT NULL REFERENCES advocates (id),
    need_id BLOB REFERENCES advocacy_needs (id),
    state TEXT NOT NULL CHECK (state IN ('requested', 'accepted', 'active', 'declined', 'ended', 'unavailable')),
    accepted_at INTEGER,
    first_contact_at INTEGER,
    ended_at INTEGER,
    reason TEXT,
    entered_in_error TEXT,
    covers TEXT NOT NULL DEFAULT '[]',
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX advocacy_assignments_case ON advocacy_assignments (case_id, id);
CREATE INDEX advocacy_assignments_advocate ON advocacy_assignments (advocate_id, state, case_id);

CREATE TABLE advocacy_representations (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    entered_in_error TEXT,
    assignment_id BLOB NOT NULL REFERENCES advocacy_assignments (id),
    kind TEXT NOT NULL CHECK (kind IN ('representation', 'report')),
    text TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    response TEXT,
    responded_at INTEGER,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX advocacy_representations_assignment ON advocacy_representations (assignment_id, id);
CREATE INDEX advocacy_representations_case ON advocacy_representations (case_id, id);

-- `shown_version` and `shown_at` are what whoever does not see its withheld parts knows of a record: a change of one of
-- those alone moves nothing for them.
CREATE TABLE meetings (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('first_conversation', 'strategy_discussion', 'strategy_meeting',
        'family_group_meeting', 'case_conference', 'review', 'end_of_process', 'other')),
    planned_start INTEGER,
    planned_end INTEGER,
    held_start INTEGER,
    held_end INTEGER,
    mode TEXT CHECK (mode IN ('in_person', 'telephone', 'video', 'mixed')),
    place TEXT,
    place_chosen_by_adult INTEGER,
    chair TEXT,
    purpose TEXT,
    decisions TEXT NOT NULL,
    next_meeting INTEGER,
    invitees TEXT NOT NULL DEFAULT '[]',
    cancelled_at INTEGER,
    planned_history TEXT NOT NULL DEFAULT '[]',
    sequence INTEGER NOT NULL DEFAULT 0,
    entered_in_error TEXT,
    shown_version INTEGER NOT NULL DEFAULT 1,
    shown_at INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX meetings_case ON meetings (case_id, id);

-- Parts of a case or of a meeting of which there is one.
CREATE TABLE singletons (
    owner_id BLOB NOT NULL,
    meeting_id BLOB REFERENCES meetings (id),
    kind TEXT NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist',
        'minutes', 'restricted_minutes')),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (owner_id, kind),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK (owner_id = COALESCE(meeting_id, case_id)),
    CHECK ((kind IN ('conclusion', 'closure_checklist')) = (meeting_id IS NULL))
) STRICT;
CREATE INDEX singletons_case ON singletons (case_id, kind);

CREATE TABLE meeting_discussions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    meeting_id BLOB NOT NULL REFERENCES meetings (id),
    side TEXT NOT NULL CHECK (side IN ('before', 'after')),
    at INTEGER NOT NULL,
    written_by TEXT NOT NULL CHECK (written_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    text TEXT NOT NULL,
    wants_changed TEXT,
    help_needed TEXT,
    prompts_covered TEXT NOT NULL,
    next_steps TEXT NOT NULL,
    produced TEXT NOT NULL,
    entered_in_error TEXT,
    asked_result TEXT CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined',
        'not_asked')),
    not_asked_reason TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX meeting_discussions_meeting ON meeting_discussions (meeting_id, id);
CREATE INDEX meeting_discussions_case ON meeting_discussions (case_id, id);

CREATE TABLE contacts (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('visit', 'call', 'message', 'information_received', 'advice',
        'management_oversight', 'other')),
    at INTEGER NOT NULL,
    with_adult INTEGER NOT NULL,
    with_whom TEXT,
    minutes INTEGER CHECK (minutes BETWEEN 0 AND 1440),
    basis TEXT NOT NULL CHECK (basis IN ('seen', 'said', 'reported', 'opinion')),
    text TEXT NOT NULL,
    restricted_part TEXT,
    adult_chose TEXT,
    asked_result TEXT CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined',
        'not_asked')),
    not_asked_reason TEXT,
    options_discussed TEXT NOT NULL,
    next_steps TEXT NOT NULL,
    produced TEXT NOT NULL,
    entered_in_error TEXT,
    checklist TEXT NOT NULL DEFAULT '[]',
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX contacts_case ON contacts (case_id, id);
CREATE INDEX contacts_with_adult ON contacts (case_id, with_adult, at);

CREATE TABLE plans (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'ended')),
    plan_version INTEGER NOT NULL,
    adult_agrees TEXT NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    active_from INTEGER,
    ended_at INTEGER,
    ended_reason TEXT,
    content TEXT NOT NULL,
    agreements TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX plans_case ON plans (case_id, id);

CREATE TABLE plan_versions (
    id BLOB PRIMARY KEY,
    plan_id BLOB NOT NULL REFERENCES plans (id),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    number INTEGER NOT NULL,
    reason TEXT,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    UNIQUE (plan_id, number),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX plan_versions_plan ON plan_versions (plan_id, id);
CREATE INDEX plan_versions_case ON plan_versions (case_id, id);

-- `shown_version` and `shown_at` as of a meeting.
CREATE TABLE actions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    text TEXT NOT NULL,
    responsible TEXT NOT NULL,
    agency TEXT,
    due_on TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'done', 'cancelled')),
    adult_agrees TEXT CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    overrides_wish_id BLOB REFERENCES wishes (id),
    override_reason TEXT,
    linked_outcomes TEXT NOT NULL,
    due_history TEXT NOT NULL,
    plan_id BLOB REFERENCES plans (id),
    entered_in_error TEXT,
    agency_id BLOB REFERENCES agencies (id),
    shown_version INTEGER NOT NULL DEFAULT 1,
    shown_at INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX actions_case ON actions (case_id, id);
CREATE INDEX actions_status ON actions (case_id, status);

CREATE TABLE responses (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    option TEXT NOT NULL CHECK (option IN ('family_group_conference', 'mediation', 'restorative_justice',
        'circles_of_support', 'advocacy', 'imca', 'achieving_best_evidence', 'peer_support', 'counselling',
        'domestic_abuse_support', 'assertiveness_training', 'other')),
    description TEXT,
    offered_at INTEGER,
    adult_chose TEXT CHECK (adult_chose IN ('accepted', 'declined', 'undecided')),
    used INTEGER,
    effects TEXT NOT NULL,
    entered_in_error TEXT,
    local_option TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX responses_case ON responses (case_id, id);

CREATE TABLE risks (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    risk_type TEXT NOT NULL CHECK (risk_type IN ('physical', 'sexual', 'psychological', 'financial_or_material',
        'discriminatory', 'organisational', 'neglect_and_acts_of_omission', 'domestic', 'sexual_exploitation',
        'modern_slavery', 'self_neglect', 'not_known')),
    location TEXT CHECK (location IN ('own_home', 'in_the_community', 'community_service', 'care_home_nursing',
        'care_home_residential', 'hospital_acute', 'hospital_mental_health', 'hospital_community', 'other',
        'not_known')),
    source TEXT CHECK (source IN ('service_provider', 'other_known', 'other_unknown', 'not_known')),
    what_happened TEXT NOT NULL,
    impact_in_own_words TEXT,
    chosen_risk TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX risks_case ON risks (case_id, id);

CREATE TABLE disagreements (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    about TEXT NOT NULL,
    adult_view TEXT,
    what_was_tried TEXT,
    result TEXT,
    between_whom TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX disagreements_case ON disagreements (case_id, id);

CREATE TABLE persons_of_concern (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    name TEXT,
    relationship TEXT,
    works_with_adults TEXT CHECK (works_with_adults IN ('yes', 'no', 'not_known')),
    aware TEXT CHECK (aware IN ('yes', 'no', 'not_known')),
    own_needs TEXT,
    action_taken TEXT,
    entered_in_error TEXT,
    advocate_id BLOB REFERENCES advocates (id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX persons_of_concern_case ON persons_of_concern (case_id, id);

-- Involving somebody whom the adult does not want involved needs `override_reason`.
CREATE TABLE sharing_decisions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    what TEXT NOT NULL,
    with_whom TEXT NOT NULL,
    why TEXT NOT NULL,
    initiative TEXT NOT NULL CHECK (initiative IN ('requested', 'offered')),
    adult_told TEXT NOT NULL CHECK (adult_told IN ('asked_and_agreed', 'asked_and_refused', 'told', 'not_told')),
    adult_not_told_reason TEXT,
    minimum_necessary TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('shared', 'partly', 'refused')),
    how TEXT,
    lawful_basis TEXT NOT NULL,
    entered_in_error TEXT,
    override_reason TEXT,
    agency_id BLOB REFERENCES agencies (id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX sharing_decisions_case ON sharing_decisions (case_id, id);

CREATE TABLE case_links (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('police_investigation', 'provider', 'cqc', 'dbs', 'dols', 'court_of_protection',
        'marac', 'complaint', 'section_44_review', 'other')),
    status TEXT NOT NULL CHECK (status IN ('considered', 'planned', 'issued', 'order', 'open', 'closed')),
    reference TEXT,
    status_since TEXT,
    note TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX case_links_case ON case_links (case_id, id);

CREATE TABLE informed_records (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('adult', 'representative', 'family', 'person_of_concern', 'provider')),
    about TEXT NOT NULL CHECK (about IN ('concern', 'enquiry', 'capacity_assessment', 'court_application', 'closure')),
    told_at INTEGER,
    how TEXT,
    told_by TEXT,
    not_told_reason TEXT,
    look_again_on TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX informed_records_case ON informed_records (case_id, id);

CREATE TABLE caused_enquiries (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    scope TEXT NOT NULL,
    agreed_on TEXT,
    shared_information TEXT,
    adult_view TEXT,
    status TEXT NOT NULL CHECK (status IN ('requested', 'accepted', 'declined', 'reported', 'satisfied',
        'not_satisfied')),
    status_reason TEXT,
    answered_at INTEGER,
    reported_at INTEGER,
    questions TEXT NOT NULL,
    report TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX caused_enquiries_case ON caused_enquiries (case_id, id);
CREATE INDEX caused_enquiries_agency ON caused_enquiries (agency_id, id);

-- What the adult asks for in the app.
CREATE TABLE case_requests (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('call_me', 'advocate', 'supporter', 'meeting_place', 'change_or_stop',
        'something_is_wrong', 'not_safe_now')),
    text TEXT,
    answer TEXT,
    answered_at INTEGER,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX case_requests_case ON case_requests (case_id, id);

-- Referrals
-- =========

-- `receipt_*` is what its referrer knows of it. `told` is what they were last told came of it ({"givenAt", "code",
-- "text"} as "feedback"), or why they are not told that somebody looked at it ("acknowledgementWithheldReason"): read
-- with the referral and never searched. Each feedback has a row of its own.
CREATE TABLE referrals (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    agency_id BLOB REFERENCES agencies (id),
    agency_reference TEXT,
    body_digest TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('received', 'information_requested', 'accepted', 'another_route',
        'withdrawn', 'closed')),
    urgent INTEGER NOT NULL,
    agreement_lapsed INTEGER NOT NULL,
    childrens_route INTEGER NOT NULL,
    case_id BLOB,
    triage TEXT,
    triaged_at INTEGER,
    counts_as_concern INTEGER,
    content TEXT NOT NULL,
    warnings TEXT NOT NULL,
    receipt_only INTEGER NOT NULL DEFAULT 0,
    receipt_status TEXT NOT NULL DEFAULT 'received' CHECK (receipt_status IN ('received', 'information_requested',
        'accepted', 'another_route', 'withdrawn', 'closed')),
    receipt_version INTEGER NOT NULL DEFAULT 1,
    receipt_changed_at INTEGER NOT NULL DEFAULT 0,
    unread_since INTEGER,
    acknowledged_at INTEGER,
    withdrawn_at INTEGER,
    open_requests INTEGER NOT NULL DEFAULT 0,
    needs_attention INTEGER NOT NULL DEFAULT 0,
    tasks TEXT NOT NULL DEFAULT '[]',
    told TEXT NOT NULL DEFAULT '{}',
    UNIQUE (authority, id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
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
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    nhs_number TEXT,
    name_key TEXT,
    date_of_birth TEXT,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
) STRICT;
CREATE INDEX referral_keys_referral ON referral_keys (referral_id);
CREATE INDEX referral_keys_nhs_number ON referral_keys (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX referral_keys_name ON referral_keys (name_key, date_of_birth);

CREATE TABLE referral_updates (
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('additional_information', 'correction', 'wrong_person', 'withdrawal')),
    text TEXT NOT NULL,
    written_by TEXT NOT NULL CHECK (written_by IN ('referrer', 'staff')),
    corrected_fields TEXT NOT NULL,
    entered_in_error TEXT,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
) STRICT;
CREATE INDEX referral_updates_referral ON referral_updates (referral_id, id);

CREATE TABLE referral_requests (
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    question TEXT NOT NULL,
    needed_for TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'no_longer_needed')),
    answered_at INTEGER,
    entered_in_error TEXT,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
) STRICT;
CREATE INDEX referral_requests_referral ON referral_requests (referral_id, id);

CREATE TABLE referral_answers (
    id BLOB PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES referral_requests (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    text TEXT NOT NULL,
    written_by TEXT NOT NULL CHECK (written_by IN ('referrer', 'staff')),
    entered_in_error TEXT
) STRICT;
CREATE INDEX referral_answers_request ON referral_answers (request_id, id);

CREATE TABLE referral_feedback (
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    code TEXT CHECK (code IN ('accepted', 'no_enquiry', 'another_route', 'closed', 'other')),
    text TEXT,
    withheld_reason TEXT,
    entered_in_error TEXT,
    FOREIGN KEY (authority, referral_id) REFERENCES referrals (authority, id)
) STRICT;
CREATE INDEX referral_feedback_referral ON referral_feedback (referral_id, id);

-- A refused referral is an open task of the authorities that it may have been meant for. Nothing of its content is
-- kept.
CREATE TABLE intake_refusals (
    id BLOB PRIMARY KEY,
    agency_id BLOB,
    actor_id BLOB NOT NULL,
    refused_at INTEGER NOT NULL,
    code TEXT NOT NULL,
    pointers TEXT NOT NULL,
    reference_digest TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    handled_at INTEGER,
    handled_by BLOB,
    referral_id BLOB REFERENCES referrals (id),
    called_at INTEGER
) STRICT;
CREATE INDEX intake_refusals_refused ON intake_refusals (refused_at, id);
CREATE INDEX intake_refusals_waiting ON intake_refusals (actor_id, reference_digest) WHERE handled_at IS NULL;

CREATE TABLE intake_refusal_authorities (
    refusal_id BLOB NOT NULL REFERENCES intake_refusals (id),
    authority TEXT NOT NULL REFERENCES authorities (code),
    PRIMARY KEY (refusal_id, authority)
) STRICT;
CREATE INDEX intake_refusal_authorities_authority ON intake_refusal_authorities (authority, refusal_id);

-- Who may read
-- ============

-- Who is named on a case: an adviser, or a partner agency.
CREATE TABLE case_grants (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    relationship TEXT NOT NULL CHECK (relationship IN ('adviser', 'partner')),
    user_id BLOB REFERENCES users (id),
    agency_id BLOB REFERENCES agencies (id),
    reason TEXT NOT NULL,
    ends_on TEXT,
    sections INTEGER NOT NULL CHECK (sections BETWEEN 0 AND 511),
    entered_in_error TEXT,
    override_reason TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK ((relationship = 'adviser') = (user_id IS NOT NULL)),
    CHECK ((relationship = 'partner') = (agency_id IS NOT NULL))
) STRICT;
CREATE INDEX case_grants_case ON case_grants (case_id, id);
CREATE INDEX case_grants_user ON case_grants (user_id, case_id);
CREATE INDEX case_grants_agency ON case_grants (agency_id, case_id);

CREATE TABLE case_conflicts (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    user_id BLOB REFERENCES users (id),
    agency_id BLOB REFERENCES agencies (id),
    kind TEXT NOT NULL CHECK (kind IN ('is_person_of_concern', 'works_for', 'related', 'other')),
    detail TEXT NOT NULL,
    ended_on TEXT,
    entered_in_error TEXT,
    staff_number TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK ((user_id IS NOT NULL) + (agency_id IS NOT NULL) + (staff_number IS NOT NULL) = 1)
) STRICT;
CREATE INDEX case_conflicts_case ON case_conflicts (case_id, id);
CREATE INDEX case_conflicts_user ON case_conflicts (user_id, case_id);
CREATE INDEX case_conflicts_agency ON case_conflicts (agency_id, case_id);

-- Whom an exclusion keeps away, and from which adult, case and referral: derived from the conflicts and from what a
-- referral says, written in the transaction of their cause. It names a human: an account, a staff number, or an agency.
CREATE TABLE exclusions (
    id BLOB PRIMARY KEY,
    conflict_id BLOB REFERENCES case_conflicts (id),
    adult_id BLOB REFERENCES adults (id),
    case_id BLOB REFERENCES cases (id),
    referral_id BLOB REFERENCES referrals (id),
    user_id BLOB REFERENCES users (id),
    agency_id BLOB REFERENCES agencies (id),
    staff_number TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK ((adult_id IS NOT NULL) + (case_id IS NOT NULL) + (referral_id IS NOT NULL) = 1),
    CHECK ((user_id IS NOT NULL) + (agency_id IS NOT NULL) + (staff_number IS NOT NULL) = 1)
) STRICT;
CREATE INDEX exclusions_user ON exclusions (user_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_agency ON exclusions (agency_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_staff_number ON exclusions (staff_number) WHERE ended_at IS NULL;
CREATE INDEX exclusions_conflict ON exclusions (conflict_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_adult ON exclusions (adult_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_referral ON exclusions (referral_id) WHERE ended_at IS NULL;

CREATE TABLE emergency_access (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    reason_code TEXT NOT NULL CHECK (reason_code IN ('immediate_danger', 'out_of_hours', 'worker_unavailable',
        'other')),
    reason TEXT NOT NULL,
    until INTEGER NOT NULL,
    review_outcome TEXT CHECK (review_outcome IN ('justified', 'not_justified', 'needs_action')),
    review_note TEXT,
    reviewed_at INTEGER,
    reviewed_by BLOB,
    entered_in_error TEXT,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX emergency_access_case ON emergency_access (case_id, id);
CREATE INDEX emergency_access_user ON emergency_access (user_id, case_id);

-- Cases and referrals on which a protective act left nobody to act but its author, and whom the authority names for
-- such cases. With neither a case nor a referral it is everything of the authority: its last manager was disabled.
CREATE TABLE escalations (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    case_id BLOB REFERENCES cases (id),
    referral_id BLOB REFERENCES referrals (id),
    user_id BLOB REFERENCES users (id),
    caused_by BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK (case_id IS NULL OR referral_id IS NULL)
) STRICT;
CREATE INDEX escalations_user ON escalations (user_id) WHERE ended_at IS NULL;
CREATE INDEX escalations_authority ON escalations (authority) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_case ON escalations (case_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_referral ON escalations (referral_id) WHERE ended_at IS NULL;

CREATE TABLE app_access_decisions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id BLOB REFERENCES adult_representatives (id),
    decision TEXT NOT NULL CHECK (decision IN ('allow', 'limited', 'not_safe', 'paused')),
    shared_device TEXT CHECK (shared_device IN ('yes', 'no', 'not_known')),
    safe_times TEXT,
    view TEXT NOT NULL CHECK (view IN ('full', 'next_steps_only')),
    reason TEXT NOT NULL,
    entered_in_error TEXT,
    override_reason TEXT,
    advocate_id BLOB REFERENCES advocates (id),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX app_access_decisions_case ON app_access_decisions (case_id, id);

-- `invitations_good`: one code is good at a time for a person on a case. The adult's person is the case itself.
CREATE TABLE invitations (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    decision_id BLOB NOT NULL REFERENCES app_access_decisions (id),
    who TEXT NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id BLOB REFERENCES adult_representatives (id),
    code_digest TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    redeemed_by BLOB REFERENCES users (id),
    revoked_at INTEGER,
    entered_in_error TEXT,
    advocate_id BLOB REFERENCES advocates (id),
    handed_over TEXT NOT NULL DEFAULT 'in_person' CHECK (handed_over IN ('in_person', 'safe_contact')),
    made_by_role TEXT NOT NULL DEFAULT 'practitioner' CHECK (made_by_role IN ('manager', 'practitioner')),
    replaces_earlier INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE INDEX invitations_case ON invitations (case_id, id);
CREATE UNIQUE INDEX invitations_good ON invitations (case_id, COALESCE(representative_id, advocate_id, case_id)) WHERE
    redeemed_at IS NULL AND revoked_at IS NULL;

-- An app belongs to one person on one case: the adult, an entry among her representatives, or one of the register of
-- advocates. Whether it is stopped stands in the decisions about it, and nowhere else.
CREATE TABLE case_access (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    relationship TEXT NOT NULL CHECK (relationship IN ('adult', 'representative', 'advocate')),
    representative_id BLOB REFERENCES adult_representatives (id),
    advocate_id BLOB REFERENCES advocates (id),
    starts_at INTEGER NOT NULL,
    ended_at INTEGER,
    created_by BLOB NOT NULL,
    view TEXT NOT NULL DEFAULT 'full' CHECK (view IN ('full', 'next_steps_only')),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id),
    CHECK ((relationship = 'representative') = (representative_id IS NOT NULL)),
    CHECK ((relationship = 'advocate') = (advocate_id IS NOT NULL))
) STRICT;
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
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL REFERENCES authorities (code),
    principal_kind TEXT NOT NULL CHECK (principal_kind IN ('user', 'team', 'agency')),
    principal_id BLOB NOT NULL,
    relationship TEXT NOT NULL CHECK (relationship IN ('allocated', 'team', 'adviser', 'emergency', 'escalated',
        'advocate', 'advocate_asked', 'adult', 'representative', 'partner', 'enquiring_agency')),
    sections INTEGER NOT NULL CHECK (sections BETWEEN 0 AND 511),
    view TEXT CHECK (view IN ('full', 'next_steps_only')),
    starts_at INTEGER,
    ends_at INTEGER,
    suspended_at INTEGER,
    as_of INTEGER,
    source_kind TEXT NOT NULL CHECK (source_kind IN ('case', 'naming', 'emergency_access', 'escalation', 'app',
        'assignment', 'caused_enquiry')),
    source_id BLOB NOT NULL,
    via_id BLOB,
    recorded_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK (principal_kind = CASE WHEN relationship = 'team' THEN 'team' WHEN relationship IN ('partner',
        'enquiring_agency') THEN 'agency' ELSE 'user' END),
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE UNIQUE INDEX case_relationships_once ON case_relationships (case_id, principal_id, relationship, source_id,
    COALESCE(via_id, source_id)) WHERE ended_at IS NULL;
CREATE INDEX case_relationships_principal ON case_relationships (principal_id, relationship, case_id) WHERE ended_at IS
    NULL;

-- The agencies that a single record is of: who is to do an action, who is asked to a meeting, with whom something is
-- shared. It opens that record to an agency that is named on the case for its section, and not the case. What ended
-- stays.
CREATE TABLE record_parties (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL REFERENCES authorities (code),
    record_kind TEXT NOT NULL CHECK (record_kind IN ('action', 'meeting', 'sharing_decision')),
    record_id BLOB NOT NULL,
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    recorded_at INTEGER NOT NULL,
    ended_at INTEGER,
    FOREIGN KEY (authority, case_id) REFERENCES cases (authority, id)
) STRICT;
CREATE UNIQUE INDEX record_parties_once ON record_parties (record_id, agency_id) WHERE ended_at IS NULL;
CREATE INDEX record_parties_agency ON record_parties (case_id, agency_id, record_kind, record_id) WHERE ended_at IS
    NULL;

-- What was done, and who is told
-- ==============================

-- One for each request. Many equal refusals of one caller in a minute share a row, which counts them.
CREATE TABLE audit_entries (
    id BLOB PRIMARY KEY,
    occurred_at INTEGER NOT NULL,
    request_id BLOB NOT NULL,
    actor_id BLOB NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'client', 'system')),
    agency_id BLOB,
    authority TEXT,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    status INTEGER NOT NULL,
    resource TEXT,
    resource_id BLOB,
    case_id BLOB,
    purpose TEXT,
    on_behalf_of TEXT,
    returned TEXT NOT NULL,
    personal_digest TEXT,
    personal TEXT,
    role TEXT,
    relationship TEXT,
    count INTEGER NOT NULL DEFAULT 1 CHECK (count > 0)
) STRICT;
CREATE INDEX audit_entries_resource ON audit_entries (resource_id, id);
CREATE INDEX audit_entries_case ON audit_entries (case_id, id);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id);
CREATE INDEX audit_entries_authority ON audit_entries (authority, id);

-- Entries that no seal covers yet, written in the transaction of the entry: one that commits late is still found.
CREATE TABLE audit_unsealed (
    entry_id BLOB PRIMARY KEY
) STRICT;

CREATE TABLE audit_seals (
    number INTEGER PRIMARY KEY,
    sealed_at INTEGER NOT NULL,
    entries INTEGER NOT NULL CHECK (entries > 0),
    -- For each entry its id (16 bytes) and the digest of its canonical form (32 bytes), in the order of ids.
    covers BLOB NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    public_key TEXT NOT NULL,
    signature TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    id BLOB PRIMARY KEY,
    occurred_at INTEGER NOT NULL,
    type TEXT NOT NULL,
    authority TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id BLOB NOT NULL,
    case_id BLOB,
    version INTEGER NOT NULL,
    position INTEGER
) STRICT;
CREATE UNIQUE INDEX events_position ON events (position) WHERE position IS NOT NULL;

-- What somebody in an authority is to look at, and whether somebody said that they dealt with it.
CREATE TABLE notices (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    kind TEXT NOT NULL CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult',
        'conflict_recorded', 'case_restricted', 'app_paused', 'app_not_safe', 'advocate_ended', 'adults_merged',
        'adult_died', 'other_authority', 'invitation_replaced', 'login_linked', 'intake_refused', 'nobody_left_to_act',
        'roles_changed', 'account_disabled', 'password_code_made', 'authenticator_reset', 'client_stopped',
        'agreement_changed', 'approval_asked', 'approval_decided', 'second_person_changed', 'escalation_changed',
        'duty_team_changed')),
    resource_id BLOB NOT NULL,
    case_id BLOB REFERENCES cases (id),
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_by BLOB,
    handled_at INTEGER,
    handled_by BLOB
) STRICT;
CREATE INDEX notices_authority ON notices (authority, id);
CREATE INDEX notices_waiting ON notices (authority, id) WHERE handled_at IS NULL;
