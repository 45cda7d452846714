DROP INDEX sessions_over;
UPDATE sessions SET ended_because = 'password_changed' WHERE ended_because = 'authenticator_set_up';
ALTER TABLE sessions DROP CONSTRAINT sessions_ended_because_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_ended_because_check
    CHECK (ended_because IN ('signed_out', 'token_reused', 'password_changed', 'app_paused'));
DROP INDEX known_addresses_age;
DROP INDEX used_assertions_age;
DROP INDEX drafts_expiry;
DROP INDEX known_addresses_digest;
DROP INDEX users_username_in_any_case;
ALTER TABLE audit_entries DROP COLUMN count;
DROP TABLE invented_data;
