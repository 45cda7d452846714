UPDATE singletons AS open SET content = jsonb_build_object('text', open.content, 'restrictedPart', (
    SELECT content FROM singletons WHERE owner_id = open.owner_id AND kind = 'restricted_minutes'
)) WHERE kind = 'minutes';
DELETE FROM singletons WHERE kind = 'restricted_minutes';
ALTER TABLE singletons DROP CONSTRAINT singletons_kind_check;
ALTER TABLE singletons ADD CONSTRAINT singletons_kind_check
    CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist', 'minutes'));
ALTER TABLE sharing_decisions DROP COLUMN agency_id;
ALTER TABLE actions DROP COLUMN agency_id;
ALTER TABLE advocates DROP COLUMN authority;
DROP INDEX case_conflicts_agency;
DROP INDEX case_conflicts_user;
