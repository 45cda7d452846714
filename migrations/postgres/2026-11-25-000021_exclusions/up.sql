-- Whom an exclusion keeps away, and from which adult, case and referral: derived from the conflicts and from what a
-- referral says, written in the transaction of their cause. It names a human: an account, a staff number, or an agency.
ALTER TABLE users ADD COLUMN staff_number text;
ALTER TABLE users ADD COLUMN date_of_birth date;
CREATE INDEX users_staff_number ON users (staff_number) WHERE staff_number IS NOT NULL;
CREATE INDEX users_born ON users (date_of_birth) WHERE date_of_birth IS NOT NULL;
ALTER TABLE case_conflicts ADD COLUMN staff_number text;

CREATE TABLE exclusions (
    id uuid PRIMARY KEY,
    conflict_id uuid REFERENCES case_conflicts (id),
    adult_id uuid REFERENCES adults (id),
    case_id uuid REFERENCES cases (id),
    referral_id uuid REFERENCES referrals (id),
    user_id uuid REFERENCES users (id),
    agency_id uuid REFERENCES agencies (id),
    staff_number text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (num_nonnulls(adult_id, case_id, referral_id) = 1),
    CHECK (num_nonnulls(user_id, agency_id, staff_number) = 1)
);
CREATE INDEX exclusions_user ON exclusions (user_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_agency ON exclusions (agency_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_staff_number ON exclusions (staff_number) WHERE ended_at IS NULL;
CREATE INDEX exclusions_conflict ON exclusions (conflict_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_adult ON exclusions (adult_id) WHERE ended_at IS NULL;
CREATE INDEX exclusions_referral ON exclusions (referral_id) WHERE ended_at IS NULL;

INSERT INTO exclusions (id, conflict_id, case_id, user_id, agency_id, started_at)
    SELECT gen_random_uuid(), id, case_id, user_id, agency_id, created_at FROM case_conflicts
    WHERE ended_on IS NULL AND entered_in_error IS NULL;
INSERT INTO exclusions (id, conflict_id, adult_id, user_id, agency_id, started_at)
    SELECT gen_random_uuid(), one.id, cases.adult_id, one.user_id, one.agency_id, one.created_at
    FROM case_conflicts AS one JOIN cases ON cases.id = one.case_id
    WHERE one.ended_on IS NULL AND one.entered_in_error IS NULL AND cases.adult_id IS NOT NULL;

-- What a referral may be about somebody known by: one row as it was sent, one for each correction.
CREATE TABLE referral_keys (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL REFERENCES referrals (id),
    nhs_number text,
    name_key text,
    date_of_birth date
);
CREATE INDEX referral_keys_referral ON referral_keys (referral_id);
CREATE INDEX referral_keys_nhs_number ON referral_keys (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX referral_keys_name ON referral_keys (name_key, date_of_birth);
CREATE INDEX adults_merged_into ON adults (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_transferred_from ON cases (transferred_from) WHERE transferred_from IS NOT NULL;
CREATE INDEX adults_known_by_number ON adults (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX adults_known_by_name ON adults (name_key, date_of_birth);

-- What whoever does not see its withheld parts knows of a record: a change of one of those alone moves nothing for them.
ALTER TABLE actions ADD COLUMN shown_version bigint NOT NULL DEFAULT 1;
ALTER TABLE actions ADD COLUMN shown_at timestamptz NOT NULL DEFAULT to_timestamp(0);
UPDATE actions SET shown_version = version, shown_at = updated_at;
ALTER TABLE meetings ADD COLUMN shown_version bigint NOT NULL DEFAULT 1;
ALTER TABLE meetings ADD COLUMN shown_at timestamptz NOT NULL DEFAULT to_timestamp(0);
UPDATE meetings SET shown_version = version, shown_at = updated_at;
