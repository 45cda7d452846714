ALTER TABLE agencies ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE agencies ADD COLUMN updated_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE users ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN updated_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE teams ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE teams ADD COLUMN updated_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE api_clients ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE api_clients ADD COLUMN updated_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE api_clients ADD COLUMN jwks jsonb;
ALTER TABLE api_clients ADD COLUMN jwks_uri text;
UPDATE agencies SET updated_at = created_at;
UPDATE users SET updated_at = created_at;
UPDATE teams SET updated_at = created_at;
UPDATE api_clients SET updated_at = created_at;
CREATE INDEX teams_authority ON teams (authority, id);

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
    ended_because text CHECK (ended_because IN ('signed_out', 'token_reused', 'password_changed', 'app_paused'))
);
CREATE INDEX sessions_user ON sessions (user_id, expires_at);

CREATE TABLE used_assertions (
    client_id uuid NOT NULL REFERENCES api_clients (id),
    digest text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, digest)
);
CREATE INDEX used_assertions_expiry ON used_assertions (client_id, expires_at);

CREATE TABLE guesses (
    kind text NOT NULL CHECK (kind IN ('account', 'address', 'known')),
    subject text NOT NULL,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX guesses_age ON guesses (last_at);

CREATE TABLE known_addresses (
    user_id uuid NOT NULL REFERENCES users (id),
    digest text NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, digest)
);

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
