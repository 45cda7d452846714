CREATE TABLE notices_old (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    kind TEXT NOT NULL CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult')),
    resource_id BLOB NOT NULL,
    case_id BLOB NOT NULL REFERENCES cases (id),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO notices_old (id, authority, kind, resource_id, case_id, created_at)
    SELECT id, authority, kind, resource_id, case_id, created_at FROM notices
    WHERE case_id IS NOT NULL AND kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult');
DROP TABLE notices;
ALTER TABLE notices_old RENAME TO notices;
CREATE INDEX notices_authority ON notices (authority, id);
