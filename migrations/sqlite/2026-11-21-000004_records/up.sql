CREATE TABLE wishes (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('important_to_me', 'feel_safer', 'want', 'do_not_want', 'help_to_understand',
        'meeting_place', 'who_to_involve', 'who_not_to_involve', 'about_me', 'my_strengths', 'keeps_me_safe',
        'how_to_work_with_me', 'how_i_feel')),
    text TEXT NOT NULL,
    said_by TEXT NOT NULL CHECK (said_by IN ('adult', 'representative', 'advocate', 'practitioner')),
    said_at INTEGER
) STRICT;
CREATE INDEX wishes_case ON wishes (case_id, id);

CREATE TABLE capacity_assessments (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    decision TEXT NOT NULL,
    why_doubted TEXT,
    support_given TEXT,
    impairment TEXT,
    causal_link TEXT,
    conclusion TEXT NOT NULL CHECK (conclusion IN ('has_capacity', 'lacks_capacity', 'not_completed')),
    fluctuating TEXT CHECK (fluctuating IN ('yes', 'no', 'not_known')),
    assessor TEXT,
    assessed_at INTEGER,
    functional_test TEXT NOT NULL
) STRICT;
CREATE INDEX capacity_assessments_case ON capacity_assessments (case_id, id);

CREATE TABLE best_interests_decisions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    assessment_id BLOB NOT NULL REFERENCES capacity_assessments (id),
    decision TEXT NOT NULL,
    least_restrictive TEXT,
    wishes_and_feelings TEXT,
    attorneys_or_deputies_checked TEXT CHECK (attorneys_or_deputies_checked IN ('yes', 'no', 'not_known')),
    imca_representations TEXT,
    regard_to_imca TEXT,
    outcome TEXT NOT NULL,
    disagreement TEXT,
    decided_at INTEGER,
    options TEXT NOT NULL,
    consulted TEXT NOT NULL
) STRICT;
CREATE INDEX best_interests_decisions_case ON best_interests_decisions (case_id, id);

CREATE TABLE risks (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    risk_type TEXT NOT NULL CHECK (risk_type IN ('physical', 'sexual', 'psychological', 'financial_or_material', 'discriminatory', 'organisational',
        'neglect_and_acts_of_omission', 'domestic', 'sexual_exploitation', 'modern_slavery', 'self_neglect', 'not_known')),
    location TEXT CHECK (location IN ('own_home', 'in_the_community', 'community_service',
        'care_home_nursing', 'care_home_residential', 'hospital_acute', 'hospital_mental_health', 'hospital_community',
        'other', 'not_known')),
    source TEXT CHECK (source IN ('service_provider', 'other_known', 'other_unknown', 'not_known')),
    what_happened TEXT NOT NULL,
    impact_in_own_words TEXT,
    chosen_risk TEXT NOT NULL
) STRICT;
CREATE INDEX risks_case ON risks (case_id, id);

CREATE TABLE disagreements (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    about TEXT NOT NULL,
    adult_view TEXT,
    what_was_tried TEXT,
    result TEXT,
    between_whom TEXT NOT NULL
) STRICT;
CREATE INDEX disagreements_case ON disagreements (case_id, id);

CREATE TABLE persons_of_concern (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    name TEXT,
    relationship TEXT,
    works_with_adults TEXT CHECK (works_with_adults IN ('yes', 'no', 'not_known')),
    aware TEXT CHECK (aware IN ('yes', 'no', 'not_known')),
    own_needs TEXT,
    action_taken TEXT
) STRICT;
CREATE INDEX persons_of_concern_case ON persons_of_concern (case_id, id);

CREATE TABLE sharing_decisions (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    what TEXT NOT NULL,
    with_whom TEXT NOT NULL,
    why TEXT NOT NULL,
    initiative TEXT NOT NULL CHECK (initiative IN ('requested', 'offered')),
    adult_told TEXT NOT NULL CHECK (adult_told IN ('asked_and_agreed', 'asked_and_refused', 'told', 'not_told')),
    adult_not_told_reason TEXT,
    minimum_necessary TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('shared', 'partly', 'refused')),
    how TEXT,
    lawful_basis TEXT NOT NULL
) STRICT;
CREATE INDEX sharing_decisions_case ON sharing_decisions (case_id, id);

CREATE TABLE case_links (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('police_investigation', 'provider', 'cqc', 'dbs', 'dols', 'court_of_protection',
        'marac', 'complaint', 'section_44_review', 'other')),
    status TEXT NOT NULL CHECK (status IN ('considered', 'planned', 'issued', 'order', 'open', 'closed')),
    reference TEXT,
    status_since TEXT,
    note TEXT
) STRICT;
CREATE INDEX case_links_case ON case_links (case_id, id);

CREATE TABLE informed_records (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    authority TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('adult', 'representative', 'family', 'person_of_concern', 'provider')),
    about TEXT NOT NULL CHECK (about IN ('concern', 'enquiry', 'capacity_assessment', 'court_application', 'closure')),
    told_at INTEGER,
    how TEXT,
    told_by TEXT,
    not_told_reason TEXT,
    look_again_on TEXT
) STRICT;
CREATE INDEX informed_records_case ON informed_records (case_id, id);

ALTER TABLE desired_outcomes ADD COLUMN best_interests_decision_id BLOB;
