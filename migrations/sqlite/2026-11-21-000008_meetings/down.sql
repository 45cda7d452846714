DROP TABLE responses;
ALTER TABLE actions DROP COLUMN plan_id;
DROP TABLE plan_versions;
DROP TABLE plans;
DROP TABLE meeting_discussions;
DELETE FROM singletons WHERE kind IN ('meeting_checklist', 'minutes');
-- SQLite changes no CHECK: the table is made anew and its rows are moved.
CREATE TABLE singletons_new (
    owner_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation')),
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (owner_id, kind)
) STRICT;
INSERT INTO singletons_new (owner_id, kind, case_id, authority, version, updated_at, updated_by, content)
    SELECT owner_id, kind, case_id, authority, version, updated_at, updated_by, content FROM singletons;
DROP TABLE singletons;
ALTER TABLE singletons_new RENAME TO singletons;
CREATE INDEX singletons_case ON singletons (case_id, kind);
ALTER TABLE meetings DROP COLUMN sequence;
ALTER TABLE meetings DROP COLUMN planned_history;
ALTER TABLE meetings DROP COLUMN cancelled_at;
ALTER TABLE meetings DROP COLUMN invitees;
ALTER TABLE meetings DROP COLUMN next_meeting;
