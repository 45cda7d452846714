DROP TABLE responses;
ALTER TABLE actions DROP COLUMN plan_id;
DROP TABLE plan_versions;
DROP TABLE plans;
DROP TABLE meeting_discussions;
DELETE FROM singletons WHERE kind IN ('meeting_checklist', 'minutes');
ALTER TABLE singletons DROP CONSTRAINT singletons_kind_check;
ALTER TABLE singletons ADD CONSTRAINT singletons_kind_check
    CHECK (kind IN ('conclusion', 'closure_checklist', 'participation'));
ALTER TABLE meetings DROP COLUMN sequence;
ALTER TABLE meetings DROP COLUMN planned_history;
ALTER TABLE meetings DROP COLUMN cancelled_at;
ALTER TABLE meetings DROP COLUMN invitees;
ALTER TABLE meetings DROP COLUMN next_meeting;
