-- A column with a foreign key cannot be dropped, so the table is made again without it.
ALTER TABLE feedback RENAME TO feedback_now;
DROP INDEX feedback_case;
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
INSERT INTO feedback SELECT id, case_id, authority, version, created_at, created_by, updated_at, updated_by, respondent, asked_by, answers, how_we_could_have_done_better, given_at, support_used
FROM feedback_now;
DROP TABLE feedback_now;
CREATE INDEX feedback_case ON feedback (case_id, id);
DROP TABLE questionnaires;
DROP TABLE drafts;
