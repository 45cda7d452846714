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
-- A restricted case that names nobody is found by the managers of its authority.
CREATE INDEX cases_restricted ON cases (authority, id) WHERE restricted;

-- The agencies that a single record is of: who is to do an action, who is asked to a meeting, with whom something is shared.
-- It opens that record to an agency that is named on the case for its section, and not the case. What ended stays.
CREATE TABLE record_parties (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL REFERENCES authorities (code),
    record_kind text NOT NULL CHECK (record_kind IN ('action', 'meeting', 'sharing_decision')),
    record_id uuid NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX record_parties_once ON record_parties (record_id, agency_id) WHERE ended_at IS NULL;
CREATE INDEX record_parties_agency ON record_parties (case_id, agency_id, record_kind, record_id) WHERE ended_at IS NULL;
