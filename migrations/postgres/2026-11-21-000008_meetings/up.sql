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

CREATE TABLE plans (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'active', 'ended')),
    plan_version integer NOT NULL,
    adult_agrees text NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'partly', 'best_interests', 'not_known')),
    active_from timestamptz,
    ended_at timestamptz,
    ended_reason text,
    content jsonb NOT NULL,
    agreements jsonb NOT NULL
);
CREATE INDEX plans_case ON plans (case_id, id);

CREATE TABLE plan_versions (
    id uuid PRIMARY KEY,
    plan_id uuid NOT NULL REFERENCES plans (id),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    number integer NOT NULL,
    reason text,
    content jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (plan_id, number)
);
CREATE INDEX plan_versions_plan ON plan_versions (plan_id, id);

ALTER TABLE actions ADD COLUMN plan_id uuid;

CREATE TABLE responses (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    option text NOT NULL CHECK (option IN ('family_group_conference', 'mediation', 'restorative_justice',
        'circles_of_support', 'advocacy', 'imca', 'achieving_best_evidence', 'peer_support', 'counselling',
        'domestic_abuse_support', 'assertiveness_training', 'other')),
    description text,
    offered_at timestamptz,
    adult_chose text CHECK (adult_chose IN ('accepted', 'declined', 'undecided')),
    used boolean,
    effects jsonb NOT NULL
);
CREATE INDEX responses_case ON responses (case_id, id);
