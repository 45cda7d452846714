CREATE TABLE contacts (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('visit', 'call', 'message', 'information_received', 'advice',
        'management_oversight', 'other')),
    at INTEGER NOT NULL,
    with_adult INTEGER NOT NULL,
    with_whom TEXT,
    minutes INTEGER CHECK (minutes BETWEEN 0 AND 1440),
    basis TEXT NOT NULL CHECK (basis IN ('seen', 'said', 'reported', 'opinion')),
    text TEXT NOT NULL,
    restricted_part TEXT,
    adult_chose TEXT,
    asked_result TEXT CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined',
        'not_asked')),
    not_asked_reason TEXT,
    options_discussed TEXT NOT NULL,
    next_steps TEXT NOT NULL,
    produced TEXT NOT NULL
) STRICT;
CREATE INDEX contacts_case ON contacts (case_id, id);
CREATE INDEX contacts_with_adult ON contacts (case_id, with_adult, at);
