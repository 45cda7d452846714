-- Notices also about accounts and intake, which have no case; somebody says that they dealt with one.
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult', 'conflict_recorded', 'case_restricted', 'app_paused', 'app_not_safe', 'advocate_ended', 'adults_merged', 'adult_died', 'other_authority', 'invitation_replaced', 'login_linked', 'intake_refused', 'nobody_left_to_act', 'roles_changed', 'account_disabled', 'password_code_made', 'authenticator_reset', 'client_stopped', 'agreement_changed', 'approval_asked', 'approval_decided', 'second_person_changed', 'duty_team_changed'));
ALTER TABLE notices ALTER COLUMN case_id DROP NOT NULL;
ALTER TABLE notices ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE notices ADD COLUMN created_by uuid;
ALTER TABLE notices ADD COLUMN handled_at timestamptz;
ALTER TABLE notices ADD COLUMN handled_by uuid;
CREATE INDEX notices_waiting ON notices (authority, id) WHERE handled_at IS NULL;
