CREATE TABLE wishes (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('important_to_me', 'feel_safer', 'want', 'do_not_want', 'help_to_understand',
        'meeting_place', 'who_to_involve', 'who_not_to_involve', 'about_me', 'my_strengths', 'keeps_me_safe',
        'how_to_work_with_me', 'how_i_feel')),
    text text NOT NULL,
    said_by text NOT NULL CHECK (said_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    said_at timestamptz
);
CREATE INDEX wishes_case ON wishes (case_id, id);

CREATE TABLE capacity_assessments (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    decision text NOT NULL,
    why_doubted text,
    support_given text,
    impairment text,
    causal_link text,
    conclusion text NOT NULL CHECK (conclusion IN ('has_capacity', 'lacks_capacity', 'not_completed')),
    fluctuating text CHECK (fluctuating IN ('yes', 'no', 'not_known')),
    assessor text,
    assessed_at timestamptz,
    functional_test jsonb NOT NULL
);
CREATE INDEX capacity_assessments_case ON capacity_assessments (case_id, id);

CREATE TABLE best_interests_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    assessment_id uuid NOT NULL REFERENCES capacity_assessments (id),
    decision text NOT NULL,
    least_restrictive text,
    wishes_and_feelings text,
    attorneys_or_deputies_checked text CHECK (attorneys_or_deputies_checked IN ('yes', 'no', 'not_known')),
    imca_representations text,
    regard_to_imca text,
    outcome text NOT NULL,
    disagreement text,
    decided_at timestamptz,
    options jsonb NOT NULL,
    consulted jsonb NOT NULL
);
CREATE INDEX best_interests_decisions_case ON best_interests_decisions (case_id, id);

CREATE TABLE risks (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    risk_type text NOT NULL CHECK (risk_type IN ('physical', 'sexual', 'psychological', 'financial_or_material', 'discriminatory', 'organisational',
        'neglect_and_acts_of_omission', 'domestic', 'sexual_exploitation', 'modern_slavery', 'self_neglect', 'not_known')),
    location text CHECK (location IN ('own_home', 'in_the_community', 'community_service',
        'care_home_nursing', 'care_home_residential', 'hospital_acute', 'hospital_mental_health', 'hospital_community',
        'other', 'not_known')),
    source text CHECK (source IN ('service_provider', 'other_known', 'other_unknown', 'not_known')),
    what_happened text NOT NULL,
    impact_in_own_words text,
    chosen_risk jsonb NOT NULL
);
CREATE INDEX risks_case ON risks (case_id, id);

CREATE TABLE disagreements (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    about text NOT NULL,
    adult_view text,
    what_was_tried text,
    result text,
    between_whom jsonb NOT NULL
);
CREATE INDEX disagreements_case ON disagreements (case_id, id);

CREATE TABLE persons_of_concern (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    name text,
    relationship text,
    works_with_adults text CHECK (works_with_adults IN ('yes', 'no', 'not_known')),
    aware text CHECK (aware IN ('yes', 'no', 'not_known')),
    own_needs text,
    action_taken text
);
CREATE INDEX persons_of_concern_case ON persons_of_concern (case_id, id);

CREATE TABLE sharing_decisions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    what text NOT NULL,
    with_whom text NOT NULL,
    why text NOT NULL,
    initiative text NOT NULL CHECK (initiative IN ('requested', 'offered')),
    adult_told text NOT NULL CHECK (adult_told IN ('asked_and_agreed', 'asked_and_refused', 'told', 'not_told')),
    adult_not_told_reason text,
    minimum_necessary text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('shared', 'partly', 'refused')),
    how text,
    lawful_basis jsonb NOT NULL
);
CREATE INDEX sharing_decisions_case ON sharing_decisions (case_id, id);

CREATE TABLE case_links (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('police_investigation', 'provider', 'cqc', 'dbs', 'dols', 'court_of_protection',
        'marac', 'complaint', 'section_44_review', 'other')),
    status text NOT NULL CHECK (status IN ('considered', 'planned', 'issued', 'order', 'open', 'closed')),
    reference text,
    status_since date,
    note text
);
CREATE INDEX case_links_case ON case_links (case_id, id);

CREATE TABLE informed_records (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    authority text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid NOT NULL,
    who text NOT NULL CHECK (who IN ('adult', 'representative', 'family', 'person_of_concern', 'provider')),
    about text NOT NULL CHECK (about IN ('concern', 'enquiry', 'capacity_assessment', 'court_application', 'closure')),
    told_at timestamptz,
    how text,
    told_by text,
    not_told_reason text,
    look_again_on date
);
CREATE INDEX informed_records_case ON informed_records (case_id, id);

ALTER TABLE desired_outcomes ADD COLUMN best_interests_decision_id uuid;
