DROP INDEX notices_waiting;
ALTER TABLE notices DROP COLUMN handled_by;
ALTER TABLE notices DROP COLUMN handled_at;
ALTER TABLE notices DROP COLUMN version;
ALTER TABLE notices DROP COLUMN created_by;
DELETE FROM notices WHERE case_id IS NULL OR kind NOT IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult');
ALTER TABLE notices ALTER COLUMN case_id SET NOT NULL;
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult'));
