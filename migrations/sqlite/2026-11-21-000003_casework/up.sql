CREATE TABLE cases (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('concern', 'enquiry', 'plan', 'concluded', 'closed', 'closed_no_enquiry')),
    enquiry_type TEXT CHECK (enquiry_type IN ('section_42', 'other')),
    adult_id BLOB REFERENCES adults (id),
    allocated_to BLOB REFERENCES users (id),
    allocated_team BLOB REFERENCES teams (id),
    restricted INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_authority ON cases (authority, id);
CREATE INDEX cases_authority_state ON cases (authority, state, id);
CREATE INDEX cases_allocated ON cases (allocated_to, id);
CREATE INDEX cases_allocated_state ON cases (allocated_to, state, id);
CREATE INDEX cases_team ON cases (allocated_team, id);
CREATE INDEX cases_updated ON cases (authority, updated_at);
CREATE INDEX cases_adult ON cases (adult_id);

CREATE TABLE case_access (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    relationship TEXT NOT NULL CHECK (relationship IN ('adult', 'representative')),
    starts_at INTEGER NOT NULL,
    ended_at INTEGER,
    created_by BLOB NOT NULL
) STRICT;
CREATE INDEX case_access_user ON case_access (user_id, case_id);
CREATE INDEX case_access_case ON case_access (case_id);

CREATE TABLE case_transitions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    effective_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by BLOB NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE INDEX case_transitions_case ON case_transitions (case_id, id);

CREATE TABLE enquiries (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    enquiry_type TEXT NOT NULL CHECK (enquiry_type IN ('section_42', 'other')),
    started_on TEXT NOT NULL,
    concluded_on TEXT,
    lead TEXT NOT NULL,
    decision TEXT NOT NULL,
    conclusion TEXT
) STRICT;
CREATE INDEX enquiries_case ON enquiries (case_id, id);
CREATE UNIQUE INDEX enquiries_one_open ON enquiries (case_id) WHERE concluded_on IS NULL;

CREATE TABLE singletons (
    owner_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('conclusion', 'closure_checklist', 'participation')),
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (owner_id, kind)
) STRICT;
CREATE INDEX singletons_case ON singletons (case_id, kind);

CREATE TABLE referrals (
    id BLOB PRIMARY KEY,
    authority TEXT NOT NULL REFERENCES authorities (code),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    agency_id BLOB REFERENCES agencies (id),
    agency_reference TEXT,
    body_digest TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('received', 'information_requested', 'accepted', 'another_route',
        'withdrawn', 'closed')),
    urgent INTEGER NOT NULL,
    agreement_lapsed INTEGER NOT NULL,
    childrens_route INTEGER NOT NULL,
    case_id BLOB REFERENCES cases (id),
    triage TEXT,
    triaged_at INTEGER,
    counts_as_concern INTEGER,
    content TEXT NOT NULL,
    warnings TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX referrals_agency_reference ON referrals (agency_id, agency_reference)
    WHERE agency_reference IS NOT NULL;
CREATE INDEX referrals_authority ON referrals (authority, id);
CREATE INDEX referrals_authority_status ON referrals (authority, status, id);
CREATE INDEX referrals_agency ON referrals (agency_id, id);
CREATE INDEX referrals_case ON referrals (case_id, id);

CREATE TABLE intake_refusals (
    id BLOB PRIMARY KEY,
    authority TEXT,
    agency_id BLOB,
    actor_id BLOB NOT NULL,
    refused_at INTEGER NOT NULL,
    code TEXT NOT NULL,
    pointers TEXT NOT NULL
) STRICT;
CREATE INDEX intake_refusals_authority ON intake_refusals (authority, id);

CREATE TABLE desired_outcomes (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    own_words TEXT NOT NULL,
    expressed_by TEXT NOT NULL CHECK (expressed_by IN ('adult', 'representative', 'advocate', 'best_interests')),
    communicated_by TEXT CHECK (communicated_by IN ('speech', 'writing', 'sign', 'symbols', 'behaviour',
        'through_advocate', 'other')),
    suggestion_codes TEXT NOT NULL,
    how_we_can_help TEXT,
    priority INTEGER CHECK (priority BETWEEN 1 AND 3),
    status TEXT NOT NULL CHECK (status IN ('current', 'withdrawn', 'superseded')),
    said_at INTEGER NOT NULL
) STRICT;
CREATE INDEX desired_outcomes_case ON desired_outcomes (case_id, id);
CREATE UNIQUE INDEX desired_outcomes_priority ON desired_outcomes (case_id, priority)
    WHERE priority IS NOT NULL AND status = 'current';

CREATE TABLE outcome_revisions (
    id BLOB PRIMARY KEY,
    outcome_id BLOB NOT NULL REFERENCES desired_outcomes (id),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    number INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('in_force', 'proposed')),
    own_words TEXT NOT NULL,
    priority INTEGER,
    change_kind TEXT NOT NULL CHECK (change_kind IN ('initial', 'reworded', 'priority_changed', 'widened', 'narrowed',
        'replaced', 'withdrawn', 'reinstated')),
    change_reason TEXT CHECK (change_reason IN ('adult_changed_mind', 'new_information', 'circumstances_changed',
        'negotiated', 'unrealistic_or_unlawful_discussed', 'clarified', 'other')),
    what_was_explained TEXT,
    alternatives_offered TEXT,
    initiated_by TEXT NOT NULL CHECK (initiated_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    adult_agrees TEXT NOT NULL CHECK (adult_agrees IN ('yes', 'no', 'not_known', 'best_interests')),
    confirmed_by TEXT NOT NULL CHECK (confirmed_by IN ('adult_app', 'advocate', 'representative', 'none')),
    said_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    UNIQUE (outcome_id, number)
) STRICT;
CREATE INDEX outcome_revisions_outcome ON outcome_revisions (outcome_id, id);

CREATE TABLE outcome_achievements (
    id BLOB PRIMARY KEY,
    outcome_id BLOB NOT NULL REFERENCES desired_outcomes (id),
    case_id BLOB NOT NULL,
    authority TEXT NOT NULL,
    achieved TEXT NOT NULL CHECK (achieved IN ('fully', 'partially', 'not', 'not_judged')),
    not_judged_because TEXT CHECK (not_judged_because IN ('adult_declined', 'could_not_be_asked', 'died', 'too_early',
        'other')),
    judged_by TEXT NOT NULL CHECK (judged_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    reason TEXT NOT NULL,
    adult_view TEXT,
    practitioner_view TEXT,
    how_we_could_have_done_better TEXT,
    compared_with TEXT NOT NULL CHECK (compared_with IN ('latest', 'first')),
    final INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL
) STRICT;
CREATE INDEX outcome_achievements_outcome ON outcome_achievements (outcome_id, id);
CREATE INDEX outcome_achievements_case ON outcome_achievements (case_id, id);

CREATE TABLE advocacy_needs (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    difficulties TEXT NOT NULL,
    appropriate_person TEXT NOT NULL,
    conclusion TEXT NOT NULL CHECK (conclusion IN ('duty', 'power', 'not_needed')),
    adult_view TEXT
) STRICT;
CREATE INDEX advocacy_needs_case ON advocacy_needs (case_id, id);

CREATE TABLE advocacy_assignments (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('care_act_s68', 'imca_safeguarding', 'imca_general', 'imha', 'non_statutory')),
    basis TEXT NOT NULL CHECK (basis IN ('duty', 'power')),
    advocate_id BLOB NOT NULL REFERENCES advocates (id),
    need_id BLOB REFERENCES advocacy_needs (id),
    state TEXT NOT NULL CHECK (state IN ('requested', 'accepted', 'active', 'declined', 'ended', 'unavailable')),
    accepted_at INTEGER,
    first_contact_at INTEGER,
    ended_at INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX advocacy_assignments_case ON advocacy_assignments (case_id, id);
CREATE INDEX advocacy_assignments_advocate ON advocacy_assignments (advocate_id, state, case_id);

CREATE TABLE meetings (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('first_conversation', 'strategy_discussion', 'strategy_meeting',
        'family_group_meeting', 'case_conference', 'review', 'end_of_process', 'other')),
    planned_start INTEGER,
    planned_end INTEGER,
    held_start INTEGER,
    held_end INTEGER,
    mode TEXT CHECK (mode IN ('in_person', 'telephone', 'video', 'mixed')),
    place TEXT,
    place_chosen_by_adult INTEGER,
    chair TEXT,
    purpose TEXT,
    decisions TEXT NOT NULL
) STRICT;
CREATE INDEX meetings_case ON meetings (case_id, id);

CREATE TABLE feedback (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    respondent TEXT NOT NULL CHECK (respondent IN ('adult', 'representative', 'advocate', 'carer')),
    asked_by TEXT NOT NULL CHECK (asked_by IN ('lead_worker', 'independent_person')),
    answers TEXT NOT NULL,
    how_we_could_have_done_better TEXT,
    given_at INTEGER,
    support_used TEXT
) STRICT;
CREATE INDEX feedback_case ON feedback (case_id, id);
