CREATE TABLE agencies (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    agency_type text NOT NULL CHECK (agency_type IN ('police', 'nhs_acute', 'nhs_mental_health', 'nhs_community',
        'ambulance', 'gp', 'care_home', 'home_care', 'housing', 'fire', 'dwp', 'cqc', 'probation', 'voluntary',
        'advocacy', 'local_authority', 'family', 'self', 'public', 'other')),
    ods_code text,
    agreement_from date,
    agreement_until date,
    created_at timestamptz NOT NULL
);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    username text NOT NULL UNIQUE,
    name text NOT NULL,
    enabled boolean NOT NULL,
    password_hash text,
    agency_id uuid REFERENCES agencies (id),
    roles jsonb NOT NULL,
    public_contact text,
    created_at timestamptz NOT NULL
);

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('duty', 'triage', 'casework', 'professional_standards')),
    created_at timestamptz NOT NULL,
    UNIQUE (authority, name)
);

CREATE TABLE team_members (
    user_id uuid NOT NULL REFERENCES users (id),
    team_id uuid NOT NULL REFERENCES teams (id),
    PRIMARY KEY (user_id, team_id)
);

CREATE TABLE api_clients (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    scopes jsonb NOT NULL,
    default_authority text REFERENCES authorities (code),
    authorities jsonb NOT NULL,
    enabled boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE client_secrets (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES api_clients (id),
    digest text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

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
    communication_needs jsonb NOT NULL,
    alerts jsonb NOT NULL
);
CREATE INDEX adults_nhs_number ON adults (authority, nhs_number);
CREATE INDEX adults_birth ON adults (authority, date_of_birth, family_name);

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
    available boolean NOT NULL
);
CREATE INDEX advocates_user ON advocates (user_id);
