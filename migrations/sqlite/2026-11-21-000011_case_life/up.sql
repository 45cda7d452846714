ALTER TABLE cases ADD COLUMN case_group_id BLOB;
ALTER TABLE cases ADD COLUMN transferred_from BLOB;
ALTER TABLE cases ADD COLUMN transferred_to BLOB;
ALTER TABLE cases ADD COLUMN transfer TEXT;
CREATE INDEX cases_group ON cases (case_group_id, id);

ALTER TABLE authorities ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE authorities ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

CREATE TABLE caused_enquiries (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    scope TEXT NOT NULL,
    agreed_on TEXT,
    shared_information TEXT,
    adult_view TEXT,
    status TEXT NOT NULL CHECK (status IN ('requested', 'accepted', 'declined', 'reported', 'satisfied', 'not_satisfied')),
    status_reason TEXT,
    answered_at INTEGER,
    reported_at INTEGER,
    questions TEXT NOT NULL,
    report TEXT
) STRICT;
CREATE INDEX caused_enquiries_case ON caused_enquiries (case_id, id);
CREATE INDEX caused_enquiries_agency ON caused_enquiries (agency_id, id);
