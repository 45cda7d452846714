-- Neither an authority's nor a case's: their owner's alone.
CREATE TABLE drafts (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    content jsonb NOT NULL
);
CREATE UNIQUE INDEX drafts_key ON drafts (owner_id, key);
CREATE INDEX drafts_owner ON drafts (owner_id, id);
