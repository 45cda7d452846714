DROP TABLE record_parties;
DROP INDEX cases_restricted;
DROP TABLE case_relationships;
