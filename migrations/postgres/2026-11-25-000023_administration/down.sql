ALTER TABLE intake_refusals ADD COLUMN authority text;
UPDATE intake_refusals SET authority = authorities ->> 0;
DROP INDEX intake_refusals_refused;
DROP INDEX intake_refusals_waiting;
ALTER TABLE intake_refusals DROP COLUMN authorities, DROP COLUMN reference_digest, DROP COLUMN version,
    DROP COLUMN handled_at, DROP COLUMN handled_by, DROP COLUMN referral_id, DROP COLUMN called_at;
CREATE INDEX intake_refusals_authority ON intake_refusals (authority, id);
DROP TABLE approvals;
DROP TABLE account_changes;
ALTER TABLE users DROP COLUMN registered_by_authority;
ALTER TABLE agencies ADD COLUMN agreement_from date;
ALTER TABLE agencies ADD COLUMN agreement_until date;
-- One agreement with all: never a longer one than the one with whoever registered the agency.
UPDATE agencies SET
    agreement_from = (SELECT t.agreement_from FROM agency_authorities t
        WHERE t.agency_id = agencies.id AND t.authority = agencies.registered_by_authority),
    agreement_until = (SELECT t.agreement_until FROM agency_authorities t
        WHERE t.agency_id = agencies.id AND t.authority = agencies.registered_by_authority);
ALTER TABLE agencies DROP COLUMN registered_by_authority;
DROP TABLE agency_authorities;
