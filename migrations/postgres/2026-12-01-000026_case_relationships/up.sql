-- What somebody is to a case by a record of it (a naming, an app, an assignment): derived from those records and written in
-- the transaction of each change of them. A row says when it begins and ends, never whether it holds now. One whose cause is
-- gone gets ended_at and stays: it says what somebody could read then. What an account is by its role, and what the case
-- itself says (restricted, on duty), is in no row, and neither are exclusions, which have a table of their own.
CREATE TABLE case_relationships (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL REFERENCES authorities (code),
    principal_kind text NOT NULL CHECK (principal_kind IN ('user', 'team', 'agency')),
    principal_id uuid NOT NULL,
    relationship text NOT NULL CHECK (relationship IN ('allocated', 'team', 'adviser', 'emergency', 'escalated', 'advocate',
        'advocate_asked', 'adult', 'representative', 'partner', 'enquiring_agency')),
    sections integer NOT NULL,
    view text CHECK (view IN ('full', 'next_steps_only')),
    starts_at timestamptz,
    ends_at timestamptz,
    suspended_at timestamptz,
    as_of timestamptz,
    source_kind text NOT NULL CHECK (source_kind IN ('case', 'naming', 'emergency_access', 'escalation', 'app',
        'assignment', 'caused_enquiry')),
    source_id uuid NOT NULL,
    via_id uuid,
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (principal_kind = CASE WHEN relationship = 'team' THEN 'team'
        WHEN relationship IN ('partner', 'enquiring_agency') THEN 'agency' ELSE 'user' END)
);
CREATE UNIQUE INDEX case_relationships_once ON case_relationships
    (case_id, principal_id, relationship, source_id, COALESCE(via_id, source_id)) WHERE ended_at IS NULL;
CREATE INDEX case_relationships_principal ON case_relationships (principal_id, relationship, case_id) WHERE ended_at IS NULL;
