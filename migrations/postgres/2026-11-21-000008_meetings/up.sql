ALTER TABLE meetings ADD COLUMN next_meeting timestamptz;
ALTER TABLE meetings ADD COLUMN invitees jsonb NOT NULL DEFAULT '[]';
ALTER TABLE meetings ADD COLUMN cancelled_at timestamptz;
ALTER TABLE meetings ADD COLUMN planned_history jsonb NOT NULL DEFAULT '[]';
ALTER TABLE meetings ADD COLUMN sequence integer NOT NULL DEFAULT 0;

ALTER TABLE singletons DROP CONSTRAINT singletons_kind_check;
ALTER TABLE singletons ADD CONSTRAINT singletons_kind_check
    CHECK (kind IN ('conclusion', 'closure_checklist', 'participation', 'meeting_checklist', 'minutes'));

CREATE TABLE meeting_discussions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    meeting_id uuid NOT NULL REFERENCES meetings (id),
    side text NOT NULL CHECK (side IN ('before', 'after')),
    at timestamptz NOT NULL,
    written_by text NOT NULL CHECK (written_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    text text NOT NULL,
    wants_changed text,
    help_needed text,
    prompts_covered jsonb NOT NULL,
    next_steps jsonb NOT NULL,
    produced jsonb NOT NULL
);
CREATE INDEX meeting_discussions_meeting ON meeting_discussions (meeting_id, id);
