DROP SEQUENCE referral_numbers;
DROP SEQUENCE case_numbers;
DROP TABLE events;
DROP TABLE audit_entries;
DROP TABLE idempotency_keys;
DROP TABLE secrets;
DROP TABLE authorities;
