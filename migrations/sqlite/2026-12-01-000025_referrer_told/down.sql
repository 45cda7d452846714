ALTER TABLE referrals ADD COLUMN acknowledgement_withheld_reason TEXT;
ALTER TABLE referrals ADD COLUMN feedback_given_at INTEGER;
ALTER TABLE referrals ADD COLUMN feedback_code TEXT;
ALTER TABLE referrals ADD COLUMN feedback_text TEXT;
UPDATE referrals SET
    acknowledgement_withheld_reason = told ->> '$.acknowledgementWithheldReason',
    feedback_given_at = CAST(unixepoch(told ->> '$.feedback.givenAt', 'subsec') * 1000000 AS INTEGER),
    feedback_code = told ->> '$.feedback.code',
    feedback_text = told ->> '$.feedback.text';
ALTER TABLE referrals DROP COLUMN told;
