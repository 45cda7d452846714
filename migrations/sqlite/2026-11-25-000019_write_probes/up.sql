CREATE TABLE write_probes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    filler TEXT NOT NULL
) STRICT;
INSERT INTO write_probes (id, filler) VALUES (1, '');
