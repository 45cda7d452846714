CREATE TABLE write_probes (
    id smallint PRIMARY KEY CHECK (id = 1),
    filler text NOT NULL
);
INSERT INTO write_probes (id, filler) VALUES (1, '');
