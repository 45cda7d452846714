DROP INDEX invitations_good;
ALTER TABLE invitations DROP COLUMN replaces_earlier;
ALTER TABLE invitations DROP COLUMN made_by_role;
ALTER TABLE adult_representatives ADD COLUMN user_id BLOB REFERENCES users (id);
UPDATE adult_representatives SET user_id = (
    SELECT a.user_id FROM case_access AS a WHERE a.representative_id = adult_representatives.id ORDER BY a.id DESC LIMIT 1);
CREATE INDEX adult_representatives_user ON adult_representatives (user_id);
DROP INDEX case_access_representative;
CREATE TABLE old_case_access (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    relationship TEXT NOT NULL CHECK (relationship IN ('adult', 'representative')),
    starts_at INTEGER NOT NULL,
    ended_at INTEGER,
    created_by BLOB NOT NULL,
    view TEXT NOT NULL DEFAULT 'full' CHECK (view IN ('full', 'next_steps_only')),
    paused_at INTEGER
) STRICT;
INSERT INTO old_case_access (id, case_id, authority, user_id, relationship, starts_at, ended_at, created_by, view)
    SELECT id, case_id, authority, user_id, relationship, starts_at, ended_at, created_by, view
    FROM case_access WHERE relationship <> 'advocate';
DROP TABLE case_access;
ALTER TABLE old_case_access RENAME TO case_access;
CREATE INDEX case_access_user ON case_access (user_id, case_id);
CREATE INDEX case_access_case ON case_access (case_id);
