CREATE TABLE cases (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    reference text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('concern', 'enquiry', 'plan', 'concluded', 'closed', 'closed_no_enquiry')),
    enquiry_type text CHECK (enquiry_type IN ('section_42', 'other')),
    adult_id uuid REFERENCES adults (id),
    allocated_to uuid REFERENCES users (id),
    allocated_team uuid REFERENCES teams (id),
    restricted boolean NOT NULL
);
CREATE INDEX cases_authority ON cases (authority, id);
CREATE INDEX cases_authority_state ON cases (authority, state, id);
CREATE INDEX cases_allocated ON cases (allocated_to, id);
CREATE INDEX cases_allocated_state ON cases (allocated_to, state, id);
CREATE INDEX cases_team ON cases (allocated_team, id);
CREATE INDEX cases_updated ON cases (authority, updated_at);
CREATE INDEX cases_adult ON cases (adult_id);

CREATE TABLE case_access (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id),
    relationship text NOT NULL CHECK (relationship IN ('adult', 'representative')),
    starts_at timestamptz NOT NULL,
    ended_at timestamptz,
    created_by uuid NOT NULL
);
CREATE INDEX case_access_user ON case_access (user_id, case_id);
CREATE INDEX case_access_case ON case_access (case_id);

CREATE TABLE case_transitions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    content jsonb NOT NULL
);
CREATE INDEX case_transitions_case ON case_transitions (case_id, id);

CREATE TABLE enquiries (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    enquiry_type text NOT NULL CHECK (enquiry_type IN ('section_42', 'other')),
    started_on date NOT NULL,
    concluded_on date,
    lead text NOT NULL,
    decision jsonb NOT NULL,
    conclusion jsonb
);
CREATE INDEX enquiries_case ON enquiries (case_id, id);
CREATE UNIQUE INDEX enquiries_one_open ON enquiries (case_id) WHERE concluded_on IS NULL;

CREATE TABLE singletons (
    owner_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation')),
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    content jsonb NOT NULL,
    PRIMARY KEY (owner_id, kind)
);
CREATE INDEX singletons_case ON singletons (case_id, kind);

CREATE TABLE referrals (
    id uuid PRIMARY KEY,
    authority text NOT NULL REFERENCES authorities (code),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    reference text NOT NULL UNIQUE,
    agency_id uuid REFERENCES agencies (id),
    agency_reference text,
    body_digest text NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'information_requested', 'accepted', 'another_route',
        'withdrawn', 'closed')),
    urgent boolean NOT NULL,
    agreement_lapsed boolean NOT NULL,
    childrens_route boolean NOT NULL,
    case_id uuid REFERENCES cases (id),
    triage jsonb,
    triaged_at timestamptz,
    counts_as_concern boolean,
    content jsonb NOT NULL,
    warnings jsonb NOT NULL
);
CREATE UNIQUE INDEX referrals_agency_reference ON referrals (agency_id, agency_reference)
    WHERE agency_reference IS NOT NULL;
CREATE INDEX referrals_authority ON referrals (authority, id);
CREATE INDEX referrals_authority_status ON referrals (authority, status, id);
CREATE INDEX referrals_agency ON referrals (agency_id, id);
CREATE INDEX referrals_case ON referrals (case_id, id);

CREATE TABLE intake_refusals (
    id uuid PRIMARY KEY,
    authority text,
    agency_id uuid,
    actor_id uuid NOT NULL,
    refused_at timestamptz NOT NULL,
    code text NOT NULL,
    pointers jsonb NOT NULL
);
CREATE INDEX intake_refusals_authority ON intake_refusals (authority, id);

CREATE TABLE desired_outcomes (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    own_words text NOT NULL,
    expressed_by text NOT NULL CHECK (expressed_by IN ('adult', 'representative', 'advocate', 'best_interests')),
    communicated_by text CHECK (communicated_by IN ('speech', 'writing', 'sign', 'symbols', 'behaviour',
        'through_advocate', 'other')),
    suggestion_codes jsonb NOT NULL,
    how_we_can_help text,
    priority smallint CHECK (priority BETWEEN 1 AND 3),
    status text NOT NULL CHECK (status IN ('current', 'withdrawn', 'superseded')),
    said_at timestamptz NOT NULL
);
CREATE INDEX desired_outcomes_case ON desired_outcomes (case_id, id);
CREATE UNIQUE INDEX desired_outcomes_priority ON desired_outcomes (case_id, priority)
    WHERE priority IS NOT NULL AND status = 'current';

CREATE TABLE outcome_revisions (
    id uuid PRIMARY KEY,
    outcome_id uuid NOT NULL REFERENCES desired_outcomes (id),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    number integer NOT NULL,
    standing text NOT NULL CHECK (standing IN ('in_force', 'proposed')),
    own_words text NOT NULL,
    priority smallint,
    change_kind text NOT NULL CHECK (change_kind IN ('initial', 'reworded', 'priority_changed', 'widened', 'narrowed',
        'replaced', 'withdrawn', 'reinstated')),
    change_reason text CHECK (change_reason IN ('adult_changed_mind', 'new_information', 'circumstances_changed',
        'negotiated', 'unrealistic_or_unlawful_discussed', 'clarified', 'other')),
    what_was_explained text,
    alternatives_offered text,
    initiated_by text NOT NULL CHECK (initiated_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    adult_agrees text NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'not_known', 'best_interests')),
    confirmed_by text NOT NULL CHECK (confirmed_by IN ('adult_app', 'advocate', 'representative', 'none')),
    said_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    UNIQUE (outcome_id, number)
);
CREATE INDEX outcome_revisions_outcome ON outcome_revisions (outcome_id, id);

CREATE TABLE outcome_achievements (
    id uuid PRIMARY KEY,
    outcome_id uuid NOT NULL REFERENCES desired_outcomes (id),
    case_id uuid NOT NULL,
    authority text NOT NULL,
    achieved text NOT NULL CHECK (achieved IN ('fully', 'partially', 'not', 'not_judged')),
    not_judged_because text CHECK (not_judged_because IN ('adult_declined', 'could_not_be_asked', 'died', 'too_early',
        'other')),
    judged_by text NOT NULL CHECK (judged_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    reason text NOT NULL,
    adult_view text,
    practitioner_view text,
    how_we_could_have_done_better text,
    compared_with text NOT NULL CHECK (compared_with IN ('latest', 'first')),
    final boolean NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL
);
CREATE INDEX outcome_achievements_outcome ON outcome_achievements (outcome_id, id);
CREATE INDEX outcome_achievements_case ON outcome_achievements (case_id, id);

CREATE TABLE advocacy_needs (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    difficulties jsonb NOT NULL,
    appropriate_person jsonb NOT NULL,
    conclusion text NOT NULL CHECK (conclusion IN ('duty', 'power', 'not_needed')),
    adult_view text
);
CREATE INDEX advocacy_needs_case ON advocacy_needs (case_id, id);

CREATE TABLE advocacy_assignments (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('care_act_s68', 'imca_safeguarding', 'imca_general', 'imha', 'non_statutory')),
    basis text NOT NULL CHECK (basis IN ('duty', 'power')),
    advocate_id uuid NOT NULL REFERENCES advocates (id),
    need_id uuid REFERENCES advocacy_needs (id),
    state text NOT NULL CHECK (state IN ('requested', 'accepted', 'active', 'declined', 'ended', 'unavailable')),
    accepted_at timestamptz,
    first_contact_at timestamptz,
    ended_at timestamptz,
    reason text
);
CREATE INDEX advocacy_assignments_case ON advocacy_assignments (case_id, id);
CREATE INDEX advocacy_assignments_advocate ON advocacy_assignments (advocate_id, state, case_id);

CREATE TABLE meetings (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('first_conversation', 'strategy_discussion', 'strategy_meeting',
        'family_group_meeting', 'case_conference', 'review', 'end_of_process', 'other')),
    planned_start timestamptz,
    planned_end timestamptz,
    held_start timestamptz,
    held_end timestamptz,
    mode text CHECK (mode IN ('in_person', 'telephone', 'video', 'mixed')),
    place text,
    place_chosen_by_adult boolean,
    chair text,
    purpose text,
    decisions jsonb NOT NULL
);
CREATE INDEX meetings_case ON meetings (case_id, id);

CREATE TABLE feedback (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    respondent text NOT NULL CHECK (respondent IN ('adult', 'representative', 'advocate', 'carer')),
    asked_by text NOT NULL CHECK (asked_by IN ('lead_worker', 'independent_person')),
    answers jsonb NOT NULL,
    how_we_could_have_done_better text,
    given_at timestamptz,
    support_used text
);
CREATE INDEX feedback_case ON feedback (case_id, id);
