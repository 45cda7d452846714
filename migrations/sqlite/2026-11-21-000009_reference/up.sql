-- Neither an authority's nor a case's: their owner's alone.
CREATE TABLE drafts (
    id BLOB PRIMARY KEY,
    owner_id BLOB NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX drafts_key ON drafts (owner_id, key);
CREATE INDEX drafts_owner ON drafts (owner_id, id);
