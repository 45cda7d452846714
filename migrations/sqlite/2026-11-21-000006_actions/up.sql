CREATE TABLE actions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    text TEXT NOT NULL,
    responsible TEXT NOT NULL,
    agency TEXT,
    due_on TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'done', 'cancelled')),
    adult_agrees TEXT CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    overrides_wish_id BLOB REFERENCES wishes (id),
    override_reason TEXT,
    linked_outcomes TEXT NOT NULL,
    due_history TEXT NOT NULL
) STRICT;
CREATE INDEX actions_case ON actions (case_id, id);
CREATE INDEX actions_status ON actions (case_id, status);
