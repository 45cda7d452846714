CREATE TABLE case_grants (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    relationship TEXT NOT NULL CHECK (relationship IN ('adviser', 'partner')),
    user_id BLOB REFERENCES users (id),
    agency_id BLOB REFERENCES agencies (id),
    reason TEXT NOT NULL,
    ends_on TEXT,
    sections TEXT NOT NULL
) STRICT;
CREATE INDEX case_grants_case ON case_grants (case_id, id);
CREATE INDEX case_grants_user ON case_grants (user_id, case_id);
CREATE INDEX case_grants_agency ON case_grants (agency_id, case_id);

CREATE TABLE case_conflicts (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    user_id BLOB REFERENCES users (id),
    agency_id BLOB REFERENCES agencies (id),
    kind TEXT NOT NULL CHECK (kind IN ('is_person_of_concern', 'works_for', 'related', 'other')),
    detail TEXT NOT NULL,
    ended_on TEXT
) STRICT;
CREATE INDEX case_conflicts_case ON case_conflicts (case_id, id);

CREATE TABLE emergency_access (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    reason_code TEXT NOT NULL CHECK (reason_code IN ('immediate_danger', 'out_of_hours', 'worker_unavailable', 'other')),
    reason TEXT NOT NULL,
    until INTEGER NOT NULL,
    review_outcome TEXT CHECK (review_outcome IN ('justified', 'not_justified', 'needs_action')),
    review_note TEXT,
    reviewed_at INTEGER,
    reviewed_by BLOB
) STRICT;
CREATE INDEX emergency_access_case ON emergency_access (case_id, id);
CREATE INDEX emergency_access_user ON emergency_access (user_id, case_id);

CREATE TABLE notices (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    kind TEXT NOT NULL CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult')),
    resource_id BLOB NOT NULL,
    case_id BLOB NOT NULL REFERENCES cases (id),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_authority ON notices (authority, id);

CREATE TABLE case_requests (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('call_me', 'advocate', 'supporter', 'meeting_place', 'change_or_stop',
        'something_is_wrong', 'not_safe_now')),
    text TEXT,
    answer TEXT,
    answered_at INTEGER
) STRICT;
CREATE INDEX case_requests_case ON case_requests (case_id, id);

CREATE TABLE app_access_decisions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id BLOB REFERENCES adult_representatives (id),
    decision TEXT NOT NULL CHECK (decision IN ('allow', 'limited', 'not_safe', 'paused')),
    shared_device TEXT CHECK (shared_device IN ('yes', 'no', 'not_known')),
    safe_times TEXT,
    view TEXT NOT NULL CHECK (view IN ('full', 'next_steps_only')),
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX app_access_decisions_case ON app_access_decisions (case_id, id);

CREATE TABLE invitations (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    decision_id BLOB NOT NULL REFERENCES app_access_decisions (id),
    who TEXT NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id BLOB REFERENCES adult_representatives (id),
    code_digest TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    redeemed_by BLOB REFERENCES users (id),
    revoked_at INTEGER
) STRICT;
CREATE INDEX invitations_case ON invitations (case_id, id);
