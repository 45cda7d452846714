ALTER TABLE referrals
    ADD COLUMN receipt_only boolean NOT NULL DEFAULT false,
    ADD COLUMN receipt_status text NOT NULL DEFAULT 'received' CHECK (receipt_status IN ('received',
        'information_requested', 'accepted', 'another_route', 'withdrawn', 'closed')),
    ADD COLUMN receipt_version bigint NOT NULL DEFAULT 1,
    ADD COLUMN receipt_changed_at timestamptz NOT NULL DEFAULT 'epoch',
    ADD COLUMN unread_since timestamptz,
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN acknowledgement_withheld_reason text,
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN open_requests integer NOT NULL DEFAULT 0,
    ADD COLUMN needs_attention boolean NOT NULL DEFAULT false,
    ADD COLUMN tasks jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN feedback_given_at timestamptz,
    ADD COLUMN feedback_code text CHECK (feedback_code IN ('accepted', 'no_enquiry', 'another_route', 'closed', 'other')),
    ADD COLUMN feedback_text text;
UPDATE referrals SET
    receipt_only = agency_id IS NULL
        OR agency_id IN (SELECT id FROM agencies WHERE agency_type IN ('family', 'self', 'public')),
    receipt_status = status,
    receipt_version = version,
    receipt_changed_at = updated_at,
    unread_since = CASE WHEN status = 'received' THEN created_at END,
    acknowledged_at = triaged_at;
UPDATE referrals SET receipt_status = 'received' WHERE receipt_only;
UPDATE referrals SET feedback_given_at = triaged_at, feedback_code = 'no_enquiry', feedback_text = triage ->> 'feedback'
    WHERE triage ->> 'feedback' IS NOT NULL;
CREATE INDEX referrals_attention ON referrals (authority, id) WHERE needs_attention;
CREATE INDEX referrals_unread ON referrals (unread_since) WHERE unread_since IS NOT NULL;

CREATE TABLE referral_updates (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('additional_information', 'correction', 'wrong_person', 'withdrawal')),
    text text NOT NULL,
    written_by text NOT NULL CHECK (written_by IN ('referrer', 'staff')),
    corrected_fields jsonb NOT NULL
);
CREATE INDEX referral_updates_referral ON referral_updates (referral_id, id);

CREATE TABLE referral_requests (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    question text NOT NULL,
    needed_for text,
    status text NOT NULL CHECK (status IN ('open', 'answered', 'no_longer_needed')),
    answered_at timestamptz
);
CREATE INDEX referral_requests_referral ON referral_requests (referral_id, id);

CREATE TABLE referral_answers (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES referral_requests (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    text text NOT NULL,
    written_by text NOT NULL CHECK (written_by IN ('referrer', 'staff'))
);
CREATE INDEX referral_answers_request ON referral_answers (request_id, id);

CREATE TABLE referral_feedback (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    code text CHECK (code IN ('accepted', 'no_enquiry', 'another_route', 'closed', 'other')),
    text text,
    withheld_reason text
);
CREATE INDEX referral_feedback_referral ON referral_feedback (referral_id, id);
