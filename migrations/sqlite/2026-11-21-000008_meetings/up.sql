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

CREATE TABLE plans (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'ended')),
    plan_version INTEGER NOT NULL,
    adult_agrees TEXT NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    active_from INTEGER,
    ended_at INTEGER,
    ended_reason TEXT,
    content TEXT NOT NULL,
    agreements TEXT NOT NULL
) STRICT;
CREATE INDEX plans_case ON plans (case_id, id);

CREATE TABLE plan_versions (
    id BLOB PRIMARY KEY,
    plan_id BLOB NOT NULL REFERENCES plans (id),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    number INTEGER NOT NULL,
    reason TEXT,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    UNIQUE (plan_id, number)
) STRICT;
CREATE INDEX plan_versions_plan ON plan_versions (plan_id, id);

ALTER TABLE actions ADD COLUMN plan_id BLOB;

CREATE TABLE responses (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    option TEXT NOT NULL CHECK (option IN ('family_group_conference', 'mediation', 'restorative_justice',
        'circles_of_support', 'advocacy', 'imca', 'achieving_best_evidence', 'peer_support', 'counselling',
        'domestic_abuse_support', 'assertiveness_training', 'other')),
    description TEXT,
    offered_at INTEGER,
    adult_chose TEXT CHECK (adult_chose IN ('accepted', 'declined', 'undecided')),
    used INTEGER,
    effects TEXT NOT NULL
) STRICT;
CREATE INDEX responses_case ON responses (case_id, id);
