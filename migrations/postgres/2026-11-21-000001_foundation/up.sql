CREATE TABLE authorities (
    code text PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 40),
    name text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE secrets (
    name text PRIMARY KEY,
    value text NOT NULL,
    created_at timestamptz NOT NULL
);

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
    personal jsonb
);
CREATE INDEX audit_entries_resource ON audit_entries (resource_id, id);
CREATE INDEX audit_entries_case ON audit_entries (case_id, id);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id);

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

CREATE SEQUENCE case_numbers;
CREATE SEQUENCE referral_numbers;
