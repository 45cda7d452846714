-- Records are never deleted: one that is entered in error says why, and is shown to staff only.
ALTER TABLE actions ADD COLUMN entered_in_error text;
ALTER TABLE adult_communication_needs ADD COLUMN entered_in_error text;
ALTER TABLE adult_contact_points ADD COLUMN entered_in_error text;
ALTER TABLE adult_representatives ADD COLUMN entered_in_error text;
ALTER TABLE advocacy_assignments ADD COLUMN entered_in_error text;
ALTER TABLE advocacy_needs ADD COLUMN entered_in_error text;
ALTER TABLE best_interests_decisions ADD COLUMN entered_in_error text;
ALTER TABLE capacity_assessments ADD COLUMN entered_in_error text;
ALTER TABLE case_conflicts ADD COLUMN entered_in_error text;
ALTER TABLE case_grants ADD COLUMN entered_in_error text;
ALTER TABLE case_links ADD COLUMN entered_in_error text;
ALTER TABLE case_requests ADD COLUMN entered_in_error text;
ALTER TABLE caused_enquiries ADD COLUMN entered_in_error text;
ALTER TABLE contacts ADD COLUMN entered_in_error text;
ALTER TABLE desired_outcomes ADD COLUMN entered_in_error text;
ALTER TABLE disagreements ADD COLUMN entered_in_error text;
ALTER TABLE emergency_access ADD COLUMN entered_in_error text;
ALTER TABLE enquiries ADD COLUMN entered_in_error text;
ALTER TABLE feedback ADD COLUMN entered_in_error text;
ALTER TABLE informed_records ADD COLUMN entered_in_error text;
ALTER TABLE meeting_discussions ADD COLUMN entered_in_error text;
ALTER TABLE meetings ADD COLUMN entered_in_error text;
ALTER TABLE persons_of_concern ADD COLUMN entered_in_error text;
ALTER TABLE plans ADD COLUMN entered_in_error text;
ALTER TABLE referral_answers ADD COLUMN entered_in_error text;
ALTER TABLE referral_feedback ADD COLUMN entered_in_error text;
ALTER TABLE referral_requests ADD COLUMN entered_in_error text;
ALTER TABLE referral_updates ADD COLUMN entered_in_error text;
ALTER TABLE responses ADD COLUMN entered_in_error text;
ALTER TABLE risks ADD COLUMN entered_in_error text;
ALTER TABLE sharing_decisions ADD COLUMN entered_in_error text;
ALTER TABLE wishes ADD COLUMN entered_in_error text;

-- Involving somebody whom the adult does not want involved needs a reason.
ALTER TABLE sharing_decisions ADD COLUMN override_reason text;
ALTER TABLE case_grants ADD COLUMN override_reason text;
-- An advocate does not support both sides of one matter.
ALTER TABLE persons_of_concern ADD COLUMN advocate_id uuid REFERENCES advocates (id);
ALTER TABLE advocacy_assignments ADD COLUMN covers jsonb NOT NULL DEFAULT '[]';
ALTER TABLE responses ADD COLUMN local_option text;
ALTER TABLE desired_outcomes ADD COLUMN local_suggestion_codes jsonb NOT NULL DEFAULT '[]';
ALTER TABLE contacts ADD COLUMN checklist jsonb NOT NULL DEFAULT '[]';
ALTER TABLE meeting_discussions ADD COLUMN asked_result text CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined', 'not_asked'));
ALTER TABLE meeting_discussions ADD COLUMN not_asked_reason text;
CREATE INDEX meeting_discussions_case ON meeting_discussions (case_id);

CREATE TABLE advocacy_representations (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    entered_in_error text,
    assignment_id uuid NOT NULL REFERENCES advocacy_assignments (id),
    kind text NOT NULL CHECK (kind IN ('representation', 'report')),
    text text NOT NULL,
    made_at timestamptz NOT NULL,
    response text,
    responded_at timestamptz
);
CREATE INDEX advocacy_representations_assignment ON advocacy_representations (assignment_id, id);
