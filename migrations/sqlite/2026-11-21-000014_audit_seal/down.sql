DROP TABLE leases;
DROP TABLE audit_seals;
DROP TABLE audit_unsealed;
DROP INDEX audit_entries_outcome;
DROP INDEX audit_entries_operation;
DROP INDEX audit_entries_authority;
ALTER TABLE audit_entries DROP COLUMN relationship;
ALTER TABLE audit_entries DROP COLUMN role;
