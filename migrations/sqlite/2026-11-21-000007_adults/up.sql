ALTER TABLE adults ADD COLUMN date_of_birth_estimated INTEGER;
ALTER TABLE adults ADD COLUMN gender TEXT CHECK (gender IN ('male', 'female', 'not_known'));
ALTER TABLE adults ADD COLUMN ethnicity TEXT CHECK (ethnicity IN ('white_british', 'white_irish',
    'white_gypsy_or_irish_traveller', 'white_roma', 'white_other', 'mixed_white_and_black_caribbean',
    'mixed_white_and_black_african', 'mixed_white_and_asian', 'mixed_other', 'asian_indian', 'asian_pakistani',
    'asian_bangladeshi', 'asian_chinese', 'asian_other', 'black_african', 'black_caribbean', 'black_other', 'arab',
    'other', 'refused', 'not_known'));
ALTER TABLE adults ADD COLUMN primary_support_reason TEXT CHECK (primary_support_reason IN ('physical_support',
    'sensory_support', 'memory_and_cognition', 'learning_disability', 'mental_health', 'social_support',
    'no_support_reason', 'not_known'));
ALTER TABLE adults ADD COLUMN health_conditions TEXT;
ALTER TABLE adults ADD COLUMN nhs_number_status TEXT CHECK (nhs_number_status IN ('verified', 'supplied', 'not_known'));
ALTER TABLE adults ADD COLUMN first_language TEXT;
ALTER TABLE adults ADD COLUMN interpreter_needed TEXT CHECK (interpreter_needed IN ('yes', 'no', 'not_known'));
ALTER TABLE adults ADD COLUMN placing_authority TEXT;
ALTER TABLE adults ADD COLUMN external_ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE adults ADD COLUMN name_key TEXT;
ALTER TABLE adults ADD COLUMN postcode_key TEXT;
ALTER TABLE adults ADD COLUMN merged_into BLOB;
CREATE INDEX adults_name ON adults (authority, name_key);
CREATE INDEX adults_born ON adults (authority, date_of_birth);
CREATE INDEX adults_postcode ON adults (authority, postcode_key);
CREATE INDEX adults_page ON adults (authority, id);

CREATE TABLE adult_external_ids (
    adult_id BLOB NOT NULL REFERENCES adults (id),
    authority TEXT NOT NULL,
    system TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (adult_id, system, value)
) STRICT;
CREATE INDEX adult_external_ids_value ON adult_external_ids (authority, system, value);

CREATE TABLE adult_contact_points (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL REFERENCES adults (id),
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
    shared_with TEXT NOT NULL
) STRICT;
CREATE INDEX adult_contact_points_adult ON adult_contact_points (adult_id, id);

CREATE TABLE adult_communication_needs (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL REFERENCES adults (id),
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
    ended_on TEXT
) STRICT;
CREATE INDEX adult_communication_needs_adult ON adult_communication_needs (adult_id, id);

CREATE TABLE adult_representatives (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL REFERENCES adults (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('representative', 'supporter')),
    name TEXT NOT NULL,
    user_id BLOB REFERENCES users (id),
    relationship TEXT,
    legal_authority TEXT NOT NULL CHECK (legal_authority IN ('none', 'lpa_health_welfare', 'lpa_property_finance',
        'deputy', 'appointee', 'litigation_friend', 'other')),
    evidence_seen TEXT,
    chosen_by_adult TEXT NOT NULL CHECK (chosen_by_adult IN ('yes', 'no', 'not_known')),
    conflict TEXT NOT NULL CHECK (conflict IN ('none', 'possible', 'implicated')),
    conflict_detail TEXT,
    starts_on TEXT,
    ends_on TEXT,
    may_receive TEXT NOT NULL
) STRICT;
CREATE INDEX adult_representatives_adult ON adult_representatives (adult_id, id);
CREATE INDEX adult_representatives_user ON adult_representatives (user_id);

CREATE TABLE adult_merges (
    id BLOB PRIMARY KEY,
    adult_id BLOB NOT NULL REFERENCES adults (id),
    authority TEXT NOT NULL,
    duplicate_id BLOB NOT NULL REFERENCES adults (id),
    reason TEXT NOT NULL,
    moved_cases TEXT NOT NULL,
    merged_at INTEGER NOT NULL,
    merged_by BLOB NOT NULL,
    unmerged_at INTEGER,
    unmerged_by BLOB,
    unmerged_reason TEXT
) STRICT;
CREATE INDEX adult_merges_adult ON adult_merges (adult_id, id);
