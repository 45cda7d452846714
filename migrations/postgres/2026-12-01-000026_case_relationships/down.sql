DROP TABLE case_relationships;
