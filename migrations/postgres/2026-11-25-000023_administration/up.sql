-- An agency belongs to the authorities that know it, and has an agreement with each by itself.
CREATE TABLE agency_authorities (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    authority text NOT NULL REFERENCES authorities (code),
    agreement_from date,
    agreement_until date,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (agency_id, authority)
);
CREATE INDEX agency_authorities_authority ON agency_authorities (authority, agency_id);
INSERT INTO agency_authorities (agency_id, authority, agreement_from, agreement_until, created_at, updated_at)
    SELECT DISTINCT a.id, au.code, a.agreement_from, a.agreement_until, a.created_at, a.updated_at
    FROM agencies a JOIN api_clients c ON c.agency_id = a.id CROSS JOIN LATERAL jsonb_array_elements_text(c.authorities) j JOIN authorities au ON au.code = j.value;
-- Nobody knows whose an agency without clients is: it stays what it was to every authority.
INSERT INTO agency_authorities (agency_id, authority, agreement_from, agreement_until, created_at, updated_at)
    SELECT a.id, au.code, a.agreement_from, a.agreement_until, a.created_at, a.updated_at
    FROM agencies a CROSS JOIN authorities au
    WHERE NOT EXISTS (SELECT 1 FROM agency_authorities t WHERE t.agency_id = a.id);
ALTER TABLE agencies ADD COLUMN registered_by_authority text REFERENCES authorities (code);
UPDATE agencies SET registered_by_authority = COALESCE(
    (SELECT c.default_authority FROM api_clients c WHERE c.agency_id = agencies.id AND c.default_authority IS NOT NULL ORDER BY c.id LIMIT 1),
    (SELECT MIN(t.authority) FROM agency_authorities t WHERE t.agency_id = agencies.id));
ALTER TABLE agencies DROP COLUMN agreement_from;
ALTER TABLE agencies DROP COLUMN agreement_until;

-- The authority that keeps an account, also while it has no role.
ALTER TABLE users ADD COLUMN registered_by_authority text REFERENCES authorities (code);
UPDATE users SET registered_by_authority = COALESCE(
    (SELECT code FROM authorities WHERE code = (users.roles -> 0 ->> 'authority')),
    (SELECT a.registered_by_authority FROM agencies a WHERE a.id = users.agency_id));

-- Who made an account, or gave it what opens it: whoever did is not held by it.
CREATE TABLE account_changes (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    kind text NOT NULL CHECK (kind IN ('named_on_console', 'made', 'given_rights', 'given_password_code', 'authenticator_taken')),
    changed_by uuid,
    changed_at timestamptz NOT NULL
);
CREATE INDEX account_changes_user ON account_changes (user_id, id);

CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    authority text NOT NULL REFERENCES authorities (code),
    kind text NOT NULL CHECK (kind IN ('account_rights', 'password_code', 'authenticator_reset', 'client_rights', 'client_secret', 'team', 'escalation', 'second_person')),
    resource_id uuid NOT NULL,
    asked_for jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'collected', 'void')),
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    reason text
);
CREATE INDEX approvals_authority ON approvals (authority, id);
CREATE INDEX approvals_resource ON approvals (resource_id, id);

-- A refused referral is an open task of the authorities that it may have been meant for.
ALTER TABLE intake_refusals ADD COLUMN authorities jsonb NOT NULL DEFAULT '[]';
UPDATE intake_refusals r SET pointers = '[]', authorities = COALESCE(
    (SELECT jsonb_build_array(r.authority) WHERE r.authority IS NOT NULL),
    (SELECT c.authorities FROM api_clients c WHERE c.id = r.actor_id),
    (SELECT jsonb_agg(DISTINCT j.value -> 'authority')
        FROM users u CROSS JOIN LATERAL jsonb_array_elements(u.roles) j WHERE u.id = r.actor_id),
    '[]');
ALTER TABLE intake_refusals ALTER COLUMN authorities DROP DEFAULT;
DROP INDEX intake_refusals_authority;
ALTER TABLE intake_refusals DROP COLUMN authority;
ALTER TABLE intake_refusals ADD COLUMN reference_digest text;
ALTER TABLE intake_refusals ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE intake_refusals ADD COLUMN handled_at timestamptz;
ALTER TABLE intake_refusals ADD COLUMN handled_by uuid;
ALTER TABLE intake_refusals ADD COLUMN referral_id uuid REFERENCES referrals (id);
ALTER TABLE intake_refusals ADD COLUMN called_at timestamptz;
CREATE INDEX intake_refusals_refused ON intake_refusals (refused_at, id);
CREATE INDEX intake_refusals_waiting ON intake_refusals (actor_id, reference_digest) WHERE handled_at IS NULL;
