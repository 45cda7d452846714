-- Cases and referrals on which a protective act left nobody to act but its author, and whom the authority names for such
-- cases. With neither a case nor a referral it is everything of the authority: its last manager was disabled.
CREATE TABLE escalations (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    case_id uuid REFERENCES cases (id),
    referral_id uuid REFERENCES referrals (id),
    user_id uuid REFERENCES users (id),
    caused_by uuid NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (case_id IS NULL OR referral_id IS NULL)
);
CREATE INDEX escalations_user ON escalations (user_id) WHERE ended_at IS NULL;
CREATE INDEX escalations_authority ON escalations (authority) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_case ON escalations (case_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_referral ON escalations (referral_id) WHERE ended_at IS NULL;
