CREATE TABLE case_grants (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    relationship text NOT NULL CHECK (relationship IN ('adviser', 'partner')),
    user_id uuid REFERENCES users (id),
    agency_id uuid REFERENCES agencies (id),
    reason text NOT NULL,
    ends_on date,
    sections jsonb NOT NULL
);
CREATE INDEX case_grants_case ON case_grants (case_id, id);
CREATE INDEX case_grants_user ON case_grants (user_id, case_id);
CREATE INDEX case_grants_agency ON case_grants (agency_id, case_id);

CREATE TABLE case_conflicts (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    user_id uuid REFERENCES users (id),
    agency_id uuid REFERENCES agencies (id),
    kind text NOT NULL CHECK (kind IN ('is_person_of_concern', 'works_for', 'related', 'other')),
    detail text NOT NULL,
    ended_on date
);
CREATE INDEX case_conflicts_case ON case_conflicts (case_id, id);

CREATE TABLE emergency_access (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    reason_code text NOT NULL CHECK (reason_code IN ('immediate_danger', 'out_of_hours', 'worker_unavailable', 'other')),
    reason text NOT NULL,
    until timestamptz NOT NULL,
    review_outcome text CHECK (review_outcome IN ('justified', 'not_justified', 'needs_action')),
    review_note text,
    reviewed_at timestamptz,
    reviewed_by uuid
);
CREATE INDEX emergency_access_case ON emergency_access (case_id, id);
CREATE INDEX emergency_access_user ON emergency_access (user_id, case_id);

CREATE TABLE notices (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    kind text NOT NULL CHECK (kind IN ('emergency_access_used', 'adult_is_not_safe', 'request_from_adult')),
    resource_id uuid NOT NULL,
    case_id uuid NOT NULL REFERENCES cases (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX notices_authority ON notices (authority, id);

CREATE TABLE case_requests (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('call_me', 'advocate', 'supporter', 'meeting_place', 'change_or_stop',
        'something_is_wrong', 'not_safe_now')),
    text text,
    answer text,
    answered_at timestamptz
);
CREATE INDEX case_requests_case ON case_requests (case_id, id);

CREATE TABLE app_access_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    who text NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id uuid REFERENCES adult_representatives (id),
    decision text NOT NULL CHECK (decision IN ('allow', 'limited', 'not_safe', 'paused')),
    shared_device text CHECK (shared_device IN ('yes', 'no', 'not_known')),
    safe_times text,
    view text NOT NULL CHECK (view IN ('full', 'next_steps_only')),
    reason text NOT NULL
);
CREATE INDEX app_access_decisions_case ON app_access_decisions (case_id, id);

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    decision_id uuid NOT NULL REFERENCES app_access_decisions (id),
    who text NOT NULL CHECK (who IN ('adult', 'representative', 'supporter', 'advocate')),
    representative_id uuid REFERENCES adult_representatives (id),
    code_digest text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    redeemed_at timestamptz,
    redeemed_by uuid REFERENCES users (id),
    revoked_at timestamptz
);
CREATE INDEX invitations_case ON invitations (case_id, id);
