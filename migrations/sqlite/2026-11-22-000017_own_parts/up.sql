-- Who keeps an entry of the register of advocates. Which agency an action is for and what was shared with: it reads its own. The restricted part of minutes by itself, so
-- that a change of it shows to nobody who may not know of it.
CREATE INDEX case_conflicts_user ON case_conflicts (user_id, case_id);
CREATE INDEX case_conflicts_agency ON case_conflicts (agency_id, case_id);
ALTER TABLE advocates ADD COLUMN authority TEXT NOT NULL DEFAULT '';
UPDATE advocates SET authority = COALESCE(
    (SELECT authority FROM advocacy_assignments WHERE advocate_id = advocates.id ORDER BY id LIMIT 1),
    (SELECT MIN(code) FROM authorities),
    ''
);
ALTER TABLE actions ADD COLUMN agency_id BLOB REFERENCES agencies (id);
ALTER TABLE sharing_decisions ADD COLUMN agency_id BLOB REFERENCES agencies (id);

-- SQLite changes no CHECK: the table is made anew and its rows are moved.
CREATE TABLE singletons_new (
    owner_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist', 'minutes', 'restricted_minutes')),
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
INSERT INTO singletons_new (owner_id, kind, case_id, authority, version, updated_at, updated_by, content)
    SELECT owner_id, 'restricted_minutes', case_id, authority, 2, updated_at, updated_by, json_quote(content ->> 'restrictedPart')
    FROM singletons WHERE kind = 'minutes' AND content ->> 'restrictedPart' IS NOT NULL;
UPDATE singletons_new SET content = json_quote(content ->> 'text') WHERE kind = 'minutes';
DROP TABLE singletons;
ALTER TABLE singletons_new RENAME TO singletons;
CREATE INDEX singletons_case ON singletons (case_id, kind);
