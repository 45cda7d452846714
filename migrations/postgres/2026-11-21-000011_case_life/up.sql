ALTER TABLE cases ADD COLUMN case_group_id uuid;
ALTER TABLE cases ADD COLUMN transferred_from uuid;
ALTER TABLE cases ADD COLUMN transferred_to uuid;
ALTER TABLE cases ADD COLUMN transfer jsonb;
CREATE INDEX cases_group ON cases (case_group_id, id);

ALTER TABLE authorities ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE authorities ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

CREATE TABLE caused_enquiries (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    scope text NOT NULL,
    agreed_on date,
    shared_information text,
    adult_view text,
    status text NOT NULL CHECK (status IN ('requested', 'accepted', 'declined', 'reported', 'satisfied', 'not_satisfied')),
    status_reason text,
    answered_at timestamptz,
    reported_at timestamptz,
    questions jsonb NOT NULL,
    report jsonb
);
CREATE INDEX caused_enquiries_case ON caused_enquiries (case_id, id);
CREATE INDEX caused_enquiries_agency ON caused_enquiries (agency_id, id);
