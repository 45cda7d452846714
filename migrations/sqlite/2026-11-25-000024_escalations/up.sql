-- Cases and referrals on which a protective act left nobody to act but its author, and whom the authority names for such
-- cases. With neither a case nor a referral it is everything of the authority: its last manager was disabled.
CREATE TABLE escalations (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    case_id BLOB REFERENCES cases (id),
    referral_id BLOB REFERENCES referrals (id),
    user_id BLOB REFERENCES users (id),
    caused_by BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK (case_id IS NULL OR referral_id IS NULL)
) STRICT;
CREATE INDEX escalations_user ON escalations (user_id) WHERE ended_at IS NULL;
CREATE INDEX escalations_authority ON escalations (authority) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_case ON escalations (case_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX escalations_referral ON escalations (referral_id) WHERE ended_at IS NULL;
