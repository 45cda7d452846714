ALTER TABLE referrals
    ADD COLUMN acknowledgement_withheld_reason text,
    ADD COLUMN feedback_given_at timestamptz,
    ADD COLUMN feedback_code text,
    ADD COLUMN feedback_text text;
UPDATE referrals SET
    acknowledgement_withheld_reason = told ->> 'acknowledgementWithheldReason',
    feedback_given_at = CAST(told -> 'feedback' ->> 'givenAt' AS timestamptz),
    feedback_code = told -> 'feedback' ->> 'code',
    feedback_text = told -> 'feedback' ->> 'text';
ALTER TABLE referrals DROP COLUMN told;
