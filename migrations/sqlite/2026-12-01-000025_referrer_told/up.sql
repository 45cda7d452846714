-- What the referrer was last told came of it ({"givenAt", "code", "text"} as "feedback"), or why they are not told that somebody
-- looked at it ("acknowledgementWithheldReason"): read with the referral and never searched. Each feedback has a row of its own.
ALTER TABLE referrals ADD COLUMN told TEXT NOT NULL DEFAULT '{}';
UPDATE referrals SET told = json_patch('{}', json_object(
    'acknowledgementWithheldReason', acknowledgement_withheld_reason,
    'feedback', CASE WHEN feedback_given_at IS NOT NULL AND feedback_code IS NOT NULL AND feedback_text IS NOT NULL THEN
        json_object(
            'givenAt', strftime('%Y-%m-%dT%H:%M:%fZ', feedback_given_at / 1000000.0, 'unixepoch'),
            'code', feedback_code, 'text', feedback_text) END));
ALTER TABLE referrals DROP COLUMN acknowledgement_withheld_reason;
ALTER TABLE referrals DROP COLUMN feedback_given_at;
ALTER TABLE referrals DROP COLUMN feedback_code;
ALTER TABLE referrals DROP COLUMN feedback_text;
