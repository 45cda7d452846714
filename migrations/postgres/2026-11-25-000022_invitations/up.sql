-- An app belongs to one person on one case: the adult, an entry among her representatives, or one of the register of
-- advocates. Whether it is stopped stands in the decisions about it, and nowhere else.
ALTER TABLE case_access DROP CONSTRAINT case_access_relationship_check;
ALTER TABLE case_access ADD CONSTRAINT case_access_relationship_check
    CHECK (relationship IN ('adult', 'representative', 'advocate'));
ALTER TABLE case_access ADD COLUMN representative_id uuid REFERENCES adult_representatives (id);
ALTER TABLE case_access ADD COLUMN advocate_id uuid REFERENCES advocates (id);
UPDATE case_access SET representative_id = (
    SELECT r.id FROM adult_representatives AS r JOIN cases AS c ON c.adult_id = r.adult_id
    WHERE c.id = case_access.case_id AND r.user_id = case_access.user_id AND r.entered_in_error IS NULL
    ORDER BY r.id DESC LIMIT 1)
    WHERE relationship = 'representative';
ALTER TABLE case_access DROP COLUMN paused_at;
CREATE INDEX case_access_representative ON case_access (representative_id);

ALTER TABLE adult_representatives DROP COLUMN user_id;

ALTER TABLE invitations ADD COLUMN made_by_role text NOT NULL DEFAULT 'practitioner'
    CHECK (made_by_role IN ('manager', 'practitioner'));
ALTER TABLE invitations ADD COLUMN replaces_earlier boolean NOT NULL DEFAULT false;
-- One code is good at a time for a person on a case: the adult's person is the case itself.
UPDATE invitations SET revoked_at = updated_at WHERE redeemed_at IS NULL AND revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM invitations AS later WHERE later.case_id = invitations.case_id AND later.id > invitations.id
    AND later.redeemed_at IS NULL AND later.revoked_at IS NULL
    AND COALESCE(later.representative_id, later.advocate_id, later.case_id)
        = COALESCE(invitations.representative_id, invitations.advocate_id, invitations.case_id));
CREATE UNIQUE INDEX invitations_good ON invitations (case_id, COALESCE(representative_id, advocate_id, case_id))
    WHERE redeemed_at IS NULL AND revoked_at IS NULL;
