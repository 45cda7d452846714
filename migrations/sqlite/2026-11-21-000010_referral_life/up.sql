ALTER TABLE referrals ADD COLUMN receipt_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE referrals ADD COLUMN receipt_status TEXT NOT NULL DEFAULT 'received' CHECK (receipt_status IN ('received',
        'information_requested', 'accepted', 'another_route', 'withdrawn', 'closed'));
ALTER TABLE referrals ADD COLUMN receipt_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE referrals ADD COLUMN receipt_changed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE referrals ADD COLUMN unread_since INTEGER;
ALTER TABLE referrals ADD COLUMN acknowledged_at INTEGER;
ALTER TABLE referrals ADD COLUMN acknowledgement_withheld_reason TEXT;
ALTER TABLE referrals ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE referrals ADD COLUMN open_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE referrals ADD COLUMN needs_attention INTEGER NOT NULL DEFAULT 0;
ALTER TABLE referrals ADD COLUMN tasks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE referrals ADD COLUMN feedback_given_at INTEGER;
ALTER TABLE referrals ADD COLUMN feedback_code TEXT CHECK (feedback_code IN ('accepted', 'no_enquiry', 'another_route', 'closed', 'other'));
ALTER TABLE referrals ADD COLUMN feedback_text TEXT;
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
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL REFERENCES referrals (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('additional_information', 'correction', 'wrong_person', 'withdrawal')),
    text TEXT NOT NULL,
    written_by TEXT NOT NULL CHECK (written_by IN ('referrer', 'staff')),
    corrected_fields TEXT NOT NULL
) STRICT;
CREATE INDEX referral_updates_referral ON referral_updates (referral_id, id);

CREATE TABLE referral_requests (
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL REFERENCES referrals (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    question TEXT NOT NULL,
    needed_for TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'no_longer_needed')),
    answered_at INTEGER
) STRICT;
CREATE INDEX referral_requests_referral ON referral_requests (referral_id, id);

CREATE TABLE referral_answers (
    id BLOB PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES referral_requests (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    text TEXT NOT NULL,
    written_by TEXT NOT NULL CHECK (written_by IN ('referrer', 'staff'))
) STRICT;
CREATE INDEX referral_answers_request ON referral_answers (request_id, id);

CREATE TABLE referral_feedback (
    id BLOB PRIMARY KEY,
    referral_id BLOB NOT NULL REFERENCES referrals (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    code TEXT CHECK (code IN ('accepted', 'no_enquiry', 'another_route', 'closed', 'other')),
    text TEXT,
    withheld_reason TEXT
) STRICT;
CREATE INDEX referral_feedback_referral ON referral_feedback (referral_id, id);
