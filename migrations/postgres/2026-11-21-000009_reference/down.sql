ALTER TABLE feedback DROP COLUMN questionnaire_id;
ALTER TABLE feedback DROP COLUMN status;
ALTER TABLE feedback DROP COLUMN how;
ALTER TABLE feedback DROP COLUMN not_offered_reason;
DROP TABLE questionnaires;
DROP TABLE drafts;
