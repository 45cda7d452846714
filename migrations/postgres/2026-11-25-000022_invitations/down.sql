DROP INDEX invitations_good;
ALTER TABLE invitations DROP COLUMN replaces_earlier;
ALTER TABLE invitations DROP COLUMN made_by_role;
ALTER TABLE adult_representatives ADD COLUMN user_id uuid REFERENCES users (id);
UPDATE adult_representatives SET user_id = (
    SELECT a.user_id FROM case_access AS a WHERE a.representative_id = adult_representatives.id ORDER BY a.id DESC LIMIT 1);
CREATE INDEX adult_representatives_user ON adult_representatives (user_id);
DROP INDEX case_access_representative;
DELETE FROM case_access WHERE relationship = 'advocate';
ALTER TABLE case_access ADD COLUMN paused_at timestamptz;
ALTER TABLE case_access DROP COLUMN advocate_id;
ALTER TABLE case_access DROP COLUMN representative_id;
ALTER TABLE case_access DROP CONSTRAINT case_access_relationship_check;
ALTER TABLE case_access ADD CONSTRAINT case_access_relationship_check CHECK (relationship IN ('adult', 'representative'));
