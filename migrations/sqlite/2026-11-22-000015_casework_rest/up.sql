-- Records are never deleted: one that is entered in error says why, and is shown to staff only.
ALTER TABLE actions ADD COLUMN entered_in_error TEXT;
ALTER TABLE adult_communication_needs ADD COLUMN entered_in_error TEXT;
ALTER TABLE adult_contact_points ADD COLUMN entered_in_error TEXT;
ALTER TABLE adult_representatives ADD COLUMN entered_in_error TEXT;
ALTER TABLE advocacy_assignments ADD COLUMN entered_in_error TEXT;
ALTER TABLE advocacy_needs ADD COLUMN entered_in_error TEXT;
ALTER TABLE best_interests_decisions ADD COLUMN entered_in_error TEXT;
ALTER TABLE capacity_assessments ADD COLUMN entered_in_error TEXT;
ALTER TABLE case_conflicts ADD COLUMN entered_in_error TEXT;
ALTER TABLE case_grants ADD COLUMN entered_in_error TEXT;
ALTER TABLE case_links ADD COLUMN entered_in_error TEXT;
ALTER TABLE case_requests ADD COLUMN entered_in_error TEXT;
ALTER TABLE caused_enquiries ADD COLUMN entered_in_error TEXT;
ALTER TABLE contacts ADD COLUMN entered_in_error TEXT;
ALTER TABLE desired_outcomes ADD COLUMN entered_in_error TEXT;
ALTER TABLE disagreements ADD COLUMN entered_in_error TEXT;
ALTER TABLE emergency_access ADD COLUMN entered_in_error TEXT;
ALTER TABLE enquiries ADD COLUMN entered_in_error TEXT;
ALTER TABLE feedback ADD COLUMN entered_in_error TEXT;
ALTER TABLE informed_records ADD COLUMN entered_in_error TEXT;
ALTER TABLE meeting_discussions ADD COLUMN entered_in_error TEXT;
ALTER TABLE meetings ADD COLUMN entered_in_error TEXT;
ALTER TABLE persons_of_concern ADD COLUMN entered_in_error TEXT;
ALTER TABLE plans ADD COLUMN entered_in_error TEXT;
ALTER TABLE referral_answers ADD COLUMN entered_in_error TEXT;
ALTER TABLE referral_feedback ADD COLUMN entered_in_error TEXT;
ALTER TABLE referral_requests ADD COLUMN entered_in_error TEXT;
ALTER TABLE referral_updates ADD COLUMN entered_in_error TEXT;
ALTER TABLE responses ADD COLUMN entered_in_error TEXT;
ALTER TABLE risks ADD COLUMN entered_in_error TEXT;
ALTER TABLE sharing_decisions ADD COLUMN entered_in_error TEXT;
ALTER TABLE wishes ADD COLUMN entered_in_error TEXT;

-- Involving somebody whom the adult does not want involved needs a reason.
ALTER TABLE sharing_decisions ADD COLUMN override_reason TEXT;
ALTER TABLE case_grants ADD COLUMN override_reason TEXT;
-- An advocate does not support both sides of one matter.
ALTER TABLE persons_of_concern ADD COLUMN advocate_id BLOB REFERENCES advocates (id);
ALTER TABLE advocacy_assignments ADD COLUMN covers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE responses ADD COLUMN local_option TEXT;
ALTER TABLE desired_outcomes ADD COLUMN local_suggestion_codes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE contacts ADD COLUMN checklist TEXT NOT NULL DEFAULT '[]';
ALTER TABLE meeting_discussions ADD COLUMN asked_result TEXT CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined', 'not_asked'));
ALTER TABLE meeting_discussions ADD COLUMN not_asked_reason TEXT;
CREATE INDEX meeting_discussions_case ON meeting_discussions (case_id);

CREATE TABLE advocacy_representations (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    entered_in_error TEXT,
    assignment_id BLOB NOT NULL REFERENCES advocacy_assignments (id),
    kind TEXT NOT NULL CHECK (kind IN ('representation', 'report')),
    text TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    response TEXT,
    responded_at INTEGER
) STRICT;
CREATE INDEX advocacy_representations_assignment ON advocacy_representations (assignment_id, id);
