-- What the referrer was last told came of it ({"givenAt", "code", "text"} as "feedback"), or why they are not told that somebody
-- looked at it ("acknowledgementWithheldReason"): read with the referral and never searched. Each feedback has a row of its own.
ALTER TABLE referrals ADD COLUMN told jsonb NOT NULL DEFAULT '{}';
UPDATE referrals SET told = jsonb_strip_nulls(jsonb_build_object(
    'acknowledgementWithheldReason', acknowledgement_withheld_reason,
    'feedback', CASE WHEN feedback_given_at IS NOT NULL AND feedback_code IS NOT NULL AND feedback_text IS NOT NULL THEN
        jsonb_build_object(
            'givenAt', to_char(feedback_given_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'code', feedback_code, 'text', feedback_text) END));
ALTER TABLE referrals
    DROP COLUMN acknowledgement_withheld_reason,
    DROP COLUMN feedback_given_at,
    DROP COLUMN feedback_code,
    DROP COLUMN feedback_text;
