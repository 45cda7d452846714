-- What somebody sees in an app, and whether it is paused; who was invited.
ALTER TABLE case_access ADD COLUMN view TEXT NOT NULL DEFAULT 'full' CHECK (view IN ('full', 'next_steps_only'));
ALTER TABLE case_access ADD COLUMN paused_at INTEGER;
ALTER TABLE app_access_decisions ADD COLUMN entered_in_error TEXT;
ALTER TABLE app_access_decisions ADD COLUMN override_reason TEXT;
ALTER TABLE app_access_decisions ADD COLUMN advocate_id BLOB REFERENCES advocates (id);
ALTER TABLE invitations ADD COLUMN entered_in_error TEXT;
ALTER TABLE invitations ADD COLUMN advocate_id BLOB REFERENCES advocates (id);
ALTER TABLE invitations ADD COLUMN handed_over TEXT NOT NULL DEFAULT 'in_person'
    CHECK (handed_over IN ('in_person', 'safe_contact'));
