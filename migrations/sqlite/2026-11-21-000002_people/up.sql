CREATE TABLE agencies (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    agency_type TEXT NOT NULL CHECK (agency_type IN ('police', 'nhs_acute', 'nhs_mental_health', 'nhs_community',
        'ambulance', 'gp', 'care_home', 'home_care', 'housing', 'fire', 'dwp', 'cqc', 'probation', 'voluntary',
        'advocacy', 'local_authority', 'family', 'self', 'public', 'other')),
    ods_code TEXT,
    agreement_from TEXT,
    agreement_until TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id BLOB PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    password_hash TEXT,
    agency_id BLOB REFERENCES agencies (id),
    roles TEXT NOT NULL,
    public_contact TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE teams (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('duty', 'triage', 'casework', 'professional_standards')),
    created_at INTEGER NOT NULL,
    UNIQUE (authority, name)
) STRICT;

CREATE TABLE team_members (
    user_id BLOB NOT NULL REFERENCES users (id),
    team_id BLOB NOT NULL REFERENCES teams (id),
    PRIMARY KEY (user_id, team_id)
) STRICT;

CREATE TABLE api_clients (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    scopes TEXT NOT NULL,
    default_authority TEXT REFERENCES authorities (code),
    authorities TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE client_secrets (
    id BLOB PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES api_clients (id),
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX client_secrets_client ON client_secrets (client_id);

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
    communication_needs TEXT NOT NULL,
    alerts TEXT NOT NULL
) STRICT;
CREATE INDEX adults_nhs_number ON adults (authority, nhs_number);
CREATE INDEX adults_birth ON adults (authority, date_of_birth, family_name);

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
    available INTEGER NOT NULL
) STRICT;
CREATE INDEX advocates_user ON advocates (user_id);
