CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('visit', 'call', 'message', 'information_received', 'advice',
        'management_oversight', 'other')),
    at timestamptz NOT NULL,
    with_adult boolean NOT NULL,
    with_whom text,
    minutes integer CHECK (minutes BETWEEN 0 AND 1440),
    basis text NOT NULL CHECK (basis IN ('seen', 'said', 'reported', 'opinion')),
    text text NOT NULL,
    restricted_part text,
    adult_chose text,
    asked_result text CHECK (asked_result IN ('expressed', 'none_expressed', 'unchanged', 'changed', 'declined',
        'not_asked')),
    not_asked_reason text,
    options_discussed jsonb NOT NULL,
    next_steps jsonb NOT NULL,
    produced jsonb NOT NULL
);
CREATE INDEX contacts_case ON contacts (case_id, id);
CREATE INDEX contacts_with_adult ON contacts (case_id, with_adult, at);
