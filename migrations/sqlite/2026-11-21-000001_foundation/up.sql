CREATE TABLE authorities (
    code TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 40),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

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
    personal TEXT
) STRICT;
CREATE INDEX audit_entries_resource ON audit_entries (resource_id, id);
CREATE INDEX audit_entries_case ON audit_entries (case_id, id);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id);

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

-- PostgreSQL has sequences for these.
CREATE TABLE reference_counters (
    series TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;
INSERT INTO reference_counters (series, last) VALUES ('case_numbers', 0), ('referral_numbers', 0);
