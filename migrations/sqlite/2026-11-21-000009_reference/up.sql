-- Neither an authority's nor a case's: their owner's alone.
CREATE TABLE drafts (
    id BLOB PRIMARY KEY,
    owner_id BLOB NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX drafts_key ON drafts (owner_id, key);
CREATE INDEX drafts_owner ON drafts (owner_id, id);

CREATE TABLE questionnaires (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    authority TEXT REFERENCES authorities (code),
    template TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    questions TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'retired')),
    retired_at INTEGER,
    retired_reason TEXT,
    answered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX questionnaires_number ON questionnaires (authority, template, number);
CREATE INDEX questionnaires_authority ON questionnaires (authority, id);

-- The six questions belong to no authority. A test holds their words to those of the reference data.
INSERT INTO questionnaires (id, version, created_at, created_by, updated_at, updated_by, template, number, title, status,
    questions)
VALUES (x'019a9000000070008000000000000006', 1, 1795219200000000, x'019a9000000070008000000000000000',
    1795219200000000, x'019a9000000070008000000000000000', 'msp-six', 1, 'The six questions', 'active', '[
        {"code": "got_outcomes", "adultWording": "Have you got the outcomes you wanted?",
         "representativeWording": "Have they got the outcomes they wanted?", "easyRead": "Did you get what you wanted to happen?"},
        {"code": "chance_to_say", "adultWording": "Did we give you chance to say what you wanted to happen?",
         "representativeWording": "Did we give them chance to say what they wanted to happen?", "easyRead": "Did we let you say what you wanted?"},
        {"code": "listened_to", "adultWording": "Did you feel that you were listened to?",
         "representativeWording": "Did they feel that they were listened to?", "easyRead": "Did we listen to you?"},
        {"code": "acted_on_wishes", "adultWording": "Did we act on your wishes and views?",
         "representativeWording": "Did we act on their wishes and views?", "easyRead": "Did we do what you asked for?"},
        {"code": "feel_safe", "adultWording": "Do you feel as safe as you want to feel?",
         "representativeWording": "Do they feel as safe as they want to feel?", "easyRead": "Do you feel as safe as you want to?"},
        {"code": "feel_happier", "adultWording": "Do you feel happier as a result of the support about your concerns?",
         "representativeWording": "Do they feel happier as a result of the support about their concerns?", "easyRead": "Did our help make you feel happier?"}
    ]');

ALTER TABLE feedback ADD COLUMN questionnaire_id BLOB REFERENCES questionnaires (id);
ALTER TABLE feedback ADD COLUMN status TEXT
    CHECK (status IN ('offered', 'completed', 'partial', 'declined', 'not_offered'));
ALTER TABLE feedback ADD COLUMN how TEXT;
ALTER TABLE feedback ADD COLUMN not_offered_reason TEXT;
UPDATE feedback SET questionnaire_id = x'019a9000000070008000000000000006',
    status = CASE json_array_length(answers) WHEN 0 THEN 'offered' WHEN 6 THEN 'completed' ELSE 'partial' END;
