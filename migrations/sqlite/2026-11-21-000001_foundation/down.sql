DROP TABLE reference_counters;
DROP TABLE events;
DROP TABLE audit_entries;
DROP TABLE idempotency_keys;
DROP TABLE secrets;
DROP TABLE authorities;
