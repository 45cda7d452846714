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
    SELECT owner_id, kind, case_id, authority, version, updated_at, updated_by, content FROM singletons
    WHERE kind <> 'restricted_minutes';
UPDATE singletons_new SET content = json_object('text', content ->> '$') WHERE kind = 'minutes';
UPDATE singletons_new SET content = json_set(content, '$.restrictedPart', (
    SELECT content ->> '$' FROM singletons WHERE owner_id = singletons_new.owner_id AND kind = 'restricted_minutes'
)) WHERE kind = 'minutes';
DROP TABLE singletons;
ALTER TABLE singletons_new RENAME TO singletons;
CREATE INDEX singletons_case ON singletons (case_id, kind);
ALTER TABLE sharing_decisions DROP COLUMN agency_id;
ALTER TABLE actions DROP COLUMN agency_id;
ALTER TABLE advocates DROP COLUMN authority;
DROP INDEX case_conflicts_agency;
DROP INDEX case_conflicts_user;
