-- An app belongs to one person on one case: the adult, an entry among her representatives, or one of the register of
-- advocates. Whether it is stopped stands in the decisions about it, and nowhere else.
CREATE TABLE new_case_access (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    relationship TEXT NOT NULL CHECK (relationship IN ('adult', 'representative', 'advocate')),
    representative_id BLOB REFERENCES adult_representatives (id),
    advocate_id BLOB REFERENCES advocates (id),
    starts_at INTEGER NOT NULL,
    ended_at INTEGER,
    created_by BLOB NOT NULL,
    view TEXT NOT NULL DEFAULT 'full' CHECK (view IN ('full', 'next_steps_only'))
) STRICT;
INSERT INTO new_case_access (id, case_id, authority, user_id, relationship, representative_id, starts_at, ended_at, created_by, view)
    SELECT a.id, a.case_id, a.authority, a.user_id, a.relationship,
        (SELECT r.id FROM adult_representatives AS r JOIN cases AS c ON c.adult_id = r.adult_id
            WHERE a.relationship = 'representative' AND c.id = a.case_id AND r.user_id = a.user_id
            AND r.entered_in_error IS NULL ORDER BY r.id DESC LIMIT 1),
        a.starts_at, a.ended_at, a.created_by, a.view
    FROM case_access AS a;
DROP TABLE case_access;
ALTER TABLE new_case_access RENAME TO case_access;
CREATE INDEX case_access_user ON case_access (user_id, case_id);
CREATE INDEX case_access_case ON case_access (case_id);
CREATE INDEX case_access_representative ON case_access (representative_id);

DROP INDEX adult_representatives_user;
ALTER TABLE adult_representatives DROP COLUMN user_id;

ALTER TABLE invitations ADD COLUMN made_by_role TEXT NOT NULL DEFAULT 'practitioner'
    CHECK (made_by_role IN ('manager', 'practitioner'));
ALTER TABLE invitations ADD COLUMN replaces_earlier INTEGER NOT NULL DEFAULT 0;
-- One code is good at a time for a person on a case: the adult's person is the case itself.
UPDATE invitations SET revoked_at = updated_at WHERE redeemed_at IS NULL AND revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM invitations AS later WHERE later.case_id = invitations.case_id AND later.id > invitations.id
    AND later.redeemed_at IS NULL AND later.revoked_at IS NULL
    AND COALESCE(later.representative_id, later.advocate_id, later.case_id)
        = COALESCE(invitations.representative_id, invitations.advocate_id, invitations.case_id));
CREATE UNIQUE INDEX invitations_good ON invitations (case_id, COALESCE(representative_id, advocate_id, case_id))
    WHERE redeemed_at IS NULL AND revoked_at IS NULL;
