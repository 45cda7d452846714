UPDATE sessions SET ended_because = 'password_changed' WHERE ended_because = 'authenticator_set_up';
CREATE TABLE sessions_old (
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
INSERT INTO sessions_old SELECT * FROM sessions;
DROP TABLE sessions;
ALTER TABLE sessions_old RENAME TO sessions;
CREATE INDEX sessions_user ON sessions (user_id, expires_at);
DROP INDEX known_addresses_age;
DROP INDEX used_assertions_age;
DROP INDEX drafts_expiry;
DROP INDEX known_addresses_digest;
DROP INDEX users_username_in_any_case;
ALTER TABLE audit_entries DROP COLUMN count;
DROP TABLE invented_data;
