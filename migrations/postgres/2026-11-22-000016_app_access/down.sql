ALTER TABLE invitations DROP COLUMN handed_over;
ALTER TABLE invitations DROP COLUMN advocate_id;
ALTER TABLE invitations DROP COLUMN entered_in_error;
ALTER TABLE app_access_decisions DROP COLUMN advocate_id;
ALTER TABLE app_access_decisions DROP COLUMN override_reason;
ALTER TABLE app_access_decisions DROP COLUMN entered_in_error;
ALTER TABLE case_access DROP COLUMN paused_at;
ALTER TABLE case_access DROP COLUMN view;
