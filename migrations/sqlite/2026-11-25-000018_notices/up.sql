CREATE TABLE notices_new (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    kind TEXT NOT NULL CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult', 'conflict_recorded', 'case_restricted', 'app_paused', 'app_not_safe', 'advocate_ended', 'adults_merged', 'adult_died', 'other_authority', 'invitation_replaced', 'login_linked', 'intake_refused', 'nobody_left_to_act', 'roles_changed', 'account_disabled', 'password_code_made', 'authenticator_reset', 'client_stopped', 'agreement_changed', 'approval_asked', 'approval_decided', 'second_person_changed', 'duty_team_changed')),
    resource_id BLOB NOT NULL,
    case_id BLOB REFERENCES cases (id),
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_by BLOB,
    handled_at INTEGER,
    handled_by BLOB
) STRICT;
INSERT INTO notices_new (id, authority, kind, resource_id, case_id, created_at)
    SELECT id, authority, kind, resource_id, case_id, created_at FROM notices;
DROP TABLE notices;
ALTER TABLE notices_new RENAME TO notices;
CREATE INDEX notices_authority ON notices (authority, id);
CREATE INDEX notices_waiting ON notices (authority, id) WHERE handled_at IS NULL;
