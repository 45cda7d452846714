ALTER TABLE adults ADD COLUMN date_of_birth_estimated boolean;
ALTER TABLE adults ADD COLUMN gender text CHECK (gender IN ('male', 'female', 'not_known'));
ALTER TABLE adults ADD COLUMN ethnicity text CHECK (ethnicity IN ('white_british', 'white_irish',
    'white_gypsy_or_irish_traveller', 'white_roma', 'white_other', 'mixed_white_and_black_caribbean',
    'mixed_white_and_black_african', 'mixed_white_and_asian', 'mixed_other', 'asian_indian', 'asian_pakistani',
    'asian_bangladeshi', 'asian_chinese', 'asian_other', 'black_african', 'black_caribbean', 'black_other', 'arab',
    'other', 'refused', 'not_known'));
ALTER TABLE adults ADD COLUMN primary_support_reason text CHECK (primary_support_reason IN ('physical_support',
    'sensory_support', 'memory_and_cognition', 'learning_disability', 'mental_health', 'social_support',
    'no_support_reason', 'not_known'));
ALTER TABLE adults ADD COLUMN health_conditions text;
ALTER TABLE adults ADD COLUMN nhs_number_status text CHECK (nhs_number_status IN ('verified', 'supplied', 'not_known'));
ALTER TABLE adults ADD COLUMN first_language text;
ALTER TABLE adults ADD COLUMN interpreter_needed text CHECK (interpreter_needed IN ('yes', 'no', 'not_known'));
ALTER TABLE adults ADD COLUMN placing_authority text;
ALTER TABLE adults ADD COLUMN external_ids jsonb NOT NULL DEFAULT '[]';
ALTER TABLE adults ADD COLUMN name_key text;
ALTER TABLE adults ADD COLUMN postcode_key text;
ALTER TABLE adults ADD COLUMN merged_into uuid;
CREATE INDEX adults_name ON adults (authority, name_key);
CREATE INDEX adults_born ON adults (authority, date_of_birth);
CREATE INDEX adults_postcode ON adults (authority, postcode_key);
CREATE INDEX adults_page ON adults (authority, id);

CREATE TABLE adult_external_ids (
    adult_id uuid NOT NULL REFERENCES adults (id),
    authority text NOT NULL,
    system text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (adult_id, system, value)
);
CREATE INDEX adult_external_ids_value ON adult_external_ids (authority, system, value);

CREATE TABLE adult_contact_points (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL REFERENCES adults (id),
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
    shared_with jsonb NOT NULL
);
CREATE INDEX adult_contact_points_adult ON adult_contact_points (adult_id, id);

CREATE TABLE adult_communication_needs (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL REFERENCES adults (id),
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
    ended_on date
);
CREATE INDEX adult_communication_needs_adult ON adult_communication_needs (adult_id, id);

CREATE TABLE adult_representatives (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL REFERENCES adults (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('representative', 'supporter')),
    name text NOT NULL,
    user_id uuid REFERENCES users (id),
    relationship text,
    legal_authority text NOT NULL CHECK (legal_authority IN ('none', 'lpa_health_welfare', 'lpa_property_finance',
        'deputy', 'appointee', 'litigation_friend', 'other')),
    evidence_seen text,
    chosen_by_adult text NOT NULL CHECK (chosen_by_adult IN ('yes', 'no', 'not_known')),
    conflict text NOT NULL CHECK (conflict IN ('none', 'possible', 'implicated')),
    conflict_detail text,
    starts_on date,
    ends_on date,
    may_receive jsonb NOT NULL
);
CREATE INDEX adult_representatives_adult ON adult_representatives (adult_id, id);
CREATE INDEX adult_representatives_user ON adult_representatives (user_id);

CREATE TABLE adult_merges (
    id uuid PRIMARY KEY,
    adult_id uuid NOT NULL REFERENCES adults (id),
    authority text NOT NULL,
    duplicate_id uuid NOT NULL REFERENCES adults (id),
    reason text NOT NULL,
    moved_cases jsonb NOT NULL,
    merged_at timestamptz NOT NULL,
    merged_by uuid NOT NULL,
    unmerged_at timestamptz,
    unmerged_by uuid,
    unmerged_reason text
);
CREATE INDEX adult_merges_adult ON adult_merges (adult_id, id);
