-- Neither an authority's nor a case's: their owner's alone.
CREATE TABLE drafts (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    content jsonb NOT NULL
);
CREATE UNIQUE INDEX drafts_key ON drafts (owner_id, key);
CREATE INDEX drafts_owner ON drafts (owner_id, id);

CREATE TABLE questionnaires (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    authority text REFERENCES authorities (code),
    template text NOT NULL,
    number integer NOT NULL,
    title text NOT NULL,
    questions jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'retired')),
    retired_at timestamptz,
    retired_reason text,
    answered_at timestamptz
);
CREATE UNIQUE INDEX questionnaires_number ON questionnaires (authority, template, number);
CREATE INDEX questionnaires_authority ON questionnaires (authority, id);

-- The six questions belong to no authority. A test holds their words to those of the reference data.
INSERT INTO questionnaires (id, version, created_at, created_by, updated_at, updated_by, template, number, title, status,
    questions)
VALUES ('019a9000-0000-7000-8000-000000000006', 1, '2026-11-21T00:00:00Z', '019a9000-0000-7000-8000-000000000000',
    '2026-11-21T00:00:00Z', '019a9000-0000-7000-8000-000000000000', 'msp-six', 1, 'The six questions', 'active', '[
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

ALTER TABLE feedback ADD COLUMN questionnaire_id uuid REFERENCES questionnaires (id);
ALTER TABLE feedback ADD COLUMN status text
    CHECK (status IN ('offered', 'completed', 'partial', 'declined', 'not_offered'));
ALTER TABLE feedback ADD COLUMN how text;
ALTER TABLE feedback ADD COLUMN not_offered_reason text;
UPDATE feedback SET questionnaire_id = '019a9000-0000-7000-8000-000000000006',
    status = CASE jsonb_array_length(answers) WHEN 0 THEN 'offered' WHEN 6 THEN 'completed' ELSE 'partial' END;
