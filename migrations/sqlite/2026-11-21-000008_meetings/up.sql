ALTER TABLE meetings ADD COLUMN next_meeting INTEGER;
ALTER TABLE meetings ADD COLUMN invitees TEXT NOT NULL DEFAULT '[]';
ALTER TABLE meetings ADD COLUMN cancelled_at INTEGER;
ALTER TABLE meetings ADD COLUMN planned_history TEXT NOT NULL DEFAULT '[]';
ALTER TABLE meetings ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;

-- SQLite changes no CHECK: the table is made anew and its rows are moved.
CREATE TABLE singletons_new (
    owner_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist', 'minutes')),
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

CREATE TABLE meeting_discussions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    meeting_id BLOB NOT NULL REFERENCES meetings (id),
    side TEXT NOT NULL CHECK (side IN ('before', 'after')),
    at INTEGER NOT NULL,
    written_by TEXT NOT NULL CHECK (written_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    text TEXT NOT NULL,
    wants_changed TEXT,
    help_needed TEXT,
    prompts_covered TEXT NOT NULL,
    next_steps TEXT NOT NULL,
    produced TEXT NOT NULL
) STRICT;
CREATE INDEX meeting_discussions_meeting ON meeting_discussions (meeting_id, id);
