DROP TABLE caused_enquiries;
ALTER TABLE authorities DROP COLUMN settings;
ALTER TABLE authorities DROP COLUMN version;
DROP INDEX cases_group;
ALTER TABLE cases DROP COLUMN transfer;
ALTER TABLE cases DROP COLUMN transferred_to;
ALTER TABLE cases DROP COLUMN transferred_from;
ALTER TABLE cases DROP COLUMN case_group_id;
