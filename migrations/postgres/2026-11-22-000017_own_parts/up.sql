-- Who keeps an entry of the register of advocates. Which agency an action is for and what was shared with: it reads its own. The restricted part of minutes by itself, so
-- that a change of it shows to nobody who may not know of it.
CREATE INDEX case_conflicts_user ON case_conflicts (user_id, case_id);
CREATE INDEX case_conflicts_agency ON case_conflicts (agency_id, case_id);
ALTER TABLE advocates ADD COLUMN authority text NOT NULL DEFAULT '';
UPDATE advocates SET authority = COALESCE(
    (SELECT authority FROM advocacy_assignments WHERE advocate_id = advocates.id ORDER BY id LIMIT 1),
    (SELECT MIN(code) FROM authorities),
    ''
);
ALTER TABLE actions ADD COLUMN agency_id uuid REFERENCES agencies (id);
ALTER TABLE sharing_decisions ADD COLUMN agency_id uuid REFERENCES agencies (id);

ALTER TABLE singletons DROP CONSTRAINT singletons_kind_check;
ALTER TABLE singletons ADD CONSTRAINT singletons_kind_check CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist', 'minutes', 'restricted_minutes'));
INSERT INTO singletons (owner_id, kind, case_id, authority, version, updated_at, updated_by, content)
    SELECT owner_id, 'restricted_minutes', case_id, authority, 2, updated_at, updated_by, content -> 'restrictedPart'
    FROM singletons WHERE kind = 'minutes' AND content ->> 'restrictedPart' IS NOT NULL;
UPDATE singletons SET content = COALESCE(content -> 'text', 'null') WHERE kind = 'minutes';
