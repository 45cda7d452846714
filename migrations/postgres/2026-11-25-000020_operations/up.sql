-- What an invented database says of itself, so that production does not start on it.
CREATE TABLE invented_data (
    made_by text PRIMARY KEY CHECK (made_by IN ('demo', 'seed')),
    made_at timestamptz NOT NULL
);
INSERT INTO invented_data (made_by, made_at)
    SELECT 'demo', MIN(created_at) FROM users WHERE username = 'practitioner2'
        AND EXISTS (SELECT 1 FROM api_clients WHERE name = 'police-intake') HAVING COUNT(*) > 0;
INSERT INTO invented_data (made_by, made_at)
    SELECT 'seed', MIN(created_at) FROM users WHERE username = 'seed-practitioner-1' HAVING COUNT(*) > 0;

-- Many equal refusals of one caller in a minute share a row.
ALTER TABLE audit_entries ADD COLUMN count integer NOT NULL DEFAULT 1 CHECK (count > 0);

-- Nobody signs in as `Manager` to whom `manager` is somebody else. The older account keeps its name.
UPDATE users SET username = username || '.' || id::text WHERE EXISTS (
    SELECT 1 FROM users AS older WHERE lower(older.username) = lower(users.username) AND older.id < users.id
);
CREATE UNIQUE INDEX users_username_in_any_case ON users (lower(username));

-- Whether anybody ever signed in from an address.
CREATE INDEX known_addresses_digest ON known_addresses (digest);

-- What is purged by its age.
CREATE INDEX drafts_expiry ON drafts (expires_at);
CREATE INDEX used_assertions_age ON used_assertions (expires_at);
CREATE INDEX known_addresses_age ON known_addresses (last_at);

-- Setting up an authenticator ends the sessions from before.
ALTER TABLE sessions DROP CONSTRAINT sessions_ended_because_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_ended_because_check
    CHECK (ended_because IN ('signed_out', 'token_reused', 'password_changed', 'app_paused', 'authenticator_set_up'));
CREATE INDEX sessions_over ON sessions (COALESCE(ended_at, expires_at));
