-- An agency belongs to the authorities that know it, and has an agreement with each by itself.
CREATE TABLE agency_authorities (
    agency_id BLOB NOT NULL REFERENCES agencies (id),
    authority TEXT NOT NULL REFERENCES authorities (code),
    agreement_from TEXT,
    agreement_until TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (agency_id, authority)
) STRICT;
CREATE INDEX agency_authorities_authority ON agency_authorities (authority, agency_id);
INSERT INTO agency_authorities (agency_id, authority, agreement_from, agreement_until, created_at, updated_at)
    SELECT DISTINCT a.id, au.code, a.agreement_from, a.agreement_until, a.created_at, a.updated_at
    FROM agencies a JOIN api_clients c ON c.agency_id = a.id JOIN json_each(c.authorities) j JOIN authorities au ON au.code = j.value;
-- Nobody knows whose an agency without clients is: it stays what it was to every authority.
INSERT INTO agency_authorities (agency_id, authority, agreement_from, agreement_until, created_at, updated_at)
    SELECT a.id, au.code, a.agreement_from, a.agreement_until, a.created_at, a.updated_at
    FROM agencies a CROSS JOIN authorities au
    WHERE NOT EXISTS (SELECT 1 FROM agency_authorities t WHERE t.agency_id = a.id);
ALTER TABLE agencies ADD COLUMN registered_by_authority TEXT REFERENCES authorities (code);
UPDATE agencies SET registered_by_authority = COALESCE(
    (SELECT c.default_authority FROM api_clients c WHERE c.agency_id = agencies.id AND c.default_authority IS NOT NULL ORDER BY c.id LIMIT 1),
    (SELECT MIN(t.authority) FROM agency_authorities t WHERE t.agency_id = agencies.id));
ALTER TABLE agencies DROP COLUMN agreement_from;
ALTER TABLE agencies DROP COLUMN agreement_until;

-- The authority that keeps an account, also while it has no role.
ALTER TABLE users ADD COLUMN registered_by_authority TEXT REFERENCES authorities (code);
UPDATE users SET registered_by_authority = COALESCE(
    (SELECT code FROM authorities WHERE code = json_extract(users.roles, '$[0].authority')),
    (SELECT a.registered_by_authority FROM agencies a WHERE a.id = users.agency_id));

-- Who made an account, or gave it what opens it: whoever did is not held by it.
CREATE TABLE account_changes (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('named_on_console', 'made', 'given_rights', 'given_password_code', 'authenticator_taken')),
    changed_by BLOB,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX account_changes_user ON account_changes (user_id, id);

CREATE TABLE approvals (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    authority TEXT NOT NULL REFERENCES authorities (code),
    kind TEXT NOT NULL CHECK (kind IN ('account_rights', 'password_code', 'authenticator_reset', 'client_rights', 'client_secret', 'team', 'escalation', 'second_person')),
    resource_id BLOB NOT NULL,
    asked_for TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'collected', 'void')),
    asked_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX approvals_authority ON approvals (authority, id);
CREATE INDEX approvals_resource ON approvals (resource_id, id);

-- A refused referral is an open task of the authorities that it may have been meant for.
CREATE TABLE intake_refusals_new (
    id BLOB PRIMARY KEY,
    authorities TEXT NOT NULL,
    agency_id BLOB,
    actor_id BLOB NOT NULL,
    refused_at INTEGER NOT NULL,
    code TEXT NOT NULL,
    pointers TEXT NOT NULL,
    reference_digest TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    handled_at INTEGER,
    handled_by BLOB,
    referral_id BLOB REFERENCES referrals (id),
    called_at INTEGER
) STRICT;
INSERT INTO intake_refusals_new (id, authorities, agency_id, actor_id, refused_at, code, pointers)
    SELECT r.id, COALESCE(
        (SELECT json_array(r.authority) WHERE r.authority IS NOT NULL),
        (SELECT c.authorities FROM api_clients c WHERE c.id = r.actor_id),
        (SELECT json_group_array(held.code) FROM (SELECT DISTINCT json_extract(j.value, '$.authority') AS code
            FROM users u JOIN json_each(u.roles) j WHERE u.id = r.actor_id) held),
        '[]'), r.agency_id, r.actor_id, r.refused_at, r.code, '[]'
    FROM intake_refusals r;
DROP TABLE intake_refusals;
ALTER TABLE intake_refusals_new RENAME TO intake_refusals;
CREATE INDEX intake_refusals_refused ON intake_refusals (refused_at, id);
CREATE INDEX intake_refusals_waiting ON intake_refusals (actor_id, reference_digest) WHERE handled_at IS NULL;
