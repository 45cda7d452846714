ALTER TABLE agencies ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE agencies ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE teams ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_clients ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE api_clients ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_clients ADD COLUMN jwks TEXT;
ALTER TABLE api_clients ADD COLUMN jwks_uri TEXT;
UPDATE agencies SET updated_at = created_at;
UPDATE users SET updated_at = created_at;
UPDATE teams SET updated_at = created_at;
UPDATE api_clients SET updated_at = created_at;
CREATE INDEX teams_authority ON teams (authority, id);

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
    ended_because TEXT CHECK (ended_because IN ('signed_out', 'token_reused', 'password_changed', 'app_paused'))
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, expires_at);

CREATE TABLE used_assertions (
    client_id BLOB NOT NULL REFERENCES api_clients (id),
    digest TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, digest)
) STRICT;
CREATE INDEX used_assertions_expiry ON used_assertions (client_id, expires_at);

CREATE TABLE guesses (
    kind TEXT NOT NULL CHECK (kind IN ('account', 'address', 'known')),
    subject TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX guesses_age ON guesses (last_at);

CREATE TABLE known_addresses (
    user_id BLOB NOT NULL REFERENCES users (id),
    digest TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, digest)
) STRICT;

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
