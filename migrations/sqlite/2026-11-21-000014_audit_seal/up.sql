ALTER TABLE audit_entries ADD COLUMN role TEXT;
ALTER TABLE audit_entries ADD COLUMN relationship TEXT;
CREATE INDEX audit_entries_authority ON audit_entries (authority, id);
CREATE INDEX audit_entries_operation ON audit_entries (authority, operation, id);
CREATE INDEX audit_entries_outcome ON audit_entries (authority, outcome, id);

-- Entries that no seal covers yet, written in the transaction of the entry: one that commits late is still found.
CREATE TABLE audit_unsealed (
    entry_id BLOB PRIMARY KEY
) STRICT;
INSERT INTO audit_unsealed (entry_id) SELECT id FROM audit_entries;

CREATE TABLE audit_seals (
    number INTEGER PRIMARY KEY,
    sealed_at INTEGER NOT NULL,
    entries INTEGER NOT NULL CHECK (entries > 0),
    -- For each entry its id (16 bytes) and the digest of its canonical form (32 bytes), in the order of ids.
    covers BLOB NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    public_key TEXT NOT NULL,
    signature TEXT NOT NULL
) STRICT;

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    until INTEGER NOT NULL,
    mark TEXT
) STRICT;
