ALTER TABLE audit_entries ADD COLUMN role text;
ALTER TABLE audit_entries ADD COLUMN relationship text;
CREATE INDEX audit_entries_authority ON audit_entries (authority, id);
CREATE INDEX audit_entries_operation ON audit_entries (authority, operation, id);
CREATE INDEX audit_entries_outcome ON audit_entries (authority, outcome, id);

-- Entries that no seal covers yet, written in the transaction of the entry: one that commits late is still found.
CREATE TABLE audit_unsealed (
    entry_id uuid PRIMARY KEY
);
INSERT INTO audit_unsealed (entry_id) SELECT id FROM audit_entries;

CREATE TABLE audit_seals (
    number bigint PRIMARY KEY,
    sealed_at timestamptz NOT NULL,
    entries integer NOT NULL CHECK (entries > 0),
    -- For each entry its id (16 bytes) and the digest of its canonical form (32 bytes), in the order of ids.
    covers bytea NOT NULL,
    previous text NOT NULL,
    digest text NOT NULL,
    public_key text NOT NULL,
    signature text NOT NULL
);

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    until timestamptz NOT NULL,
    mark text
);
