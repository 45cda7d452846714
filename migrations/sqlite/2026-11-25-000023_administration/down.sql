CREATE TABLE intake_refusals_old (
    id BLOB PRIMARY KEY,
    authority TEXT,
    agency_id BLOB,
    actor_id BLOB NOT NULL,
    refused_at INTEGER NOT NULL,
    code TEXT NOT NULL,
    pointers TEXT NOT NULL
) STRICT;
INSERT INTO intake_refusals_old (id, authority, agency_id, actor_id, refused_at, code, pointers)
    SELECT id, json_extract(authorities, '$[0]'), agency_id, actor_id, refused_at, code, pointers FROM intake_refusals;
DROP TABLE intake_refusals;
ALTER TABLE intake_refusals_old RENAME TO intake_refusals;
CREATE INDEX intake_refusals_authority ON intake_refusals (authority, id);
DROP TABLE approvals;
DROP TABLE account_changes;
ALTER TABLE users DROP COLUMN registered_by_authority;
ALTER TABLE agencies ADD COLUMN agreement_from TEXT;
ALTER TABLE agencies ADD COLUMN agreement_until TEXT;
-- One agreement with all: never a longer one than the one with whoever registered the agency.
UPDATE agencies SET
    agreement_from = (SELECT t.agreement_from FROM agency_authorities t
        WHERE t.agency_id = agencies.id AND t.authority = agencies.registered_by_authority),
    agreement_until = (SELECT t.agreement_until FROM agency_authorities t
        WHERE t.agency_id = agencies.id AND t.authority = agencies.registered_by_authority);
ALTER TABLE agencies DROP COLUMN registered_by_authority;
DROP TABLE agency_authorities;
