CREATE TABLE actions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    text text NOT NULL,
    responsible text NOT NULL,
    agency text,
    due_on date,
    status text NOT NULL CHECK (status IN ('open', 'done', 'cancelled')),
    adult_agrees text CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    overrides_wish_id uuid REFERENCES wishes (id),
    override_reason text,
    linked_outcomes jsonb NOT NULL,
    due_history jsonb NOT NULL
);
CREATE INDEX actions_case ON actions (case_id, id);
CREATE INDEX actions_status ON actions (case_id, status);
