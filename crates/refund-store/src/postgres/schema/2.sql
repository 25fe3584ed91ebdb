-- What servers keep beside the records, for each other and for the next start. Nothing is decided by it.
CREATE TABLE asides (
    kind text COLLATE "C" NOT NULL,
    id bytea NOT NULL,
    until bigint NOT NULL,         -- of no use any more from then on, in milliseconds
    body bytea NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX asides_by_age ON asides (until);

-- Counts what servers ask each other to send again: each looks at it with where everything stands.
ALTER TABLE meta ADD COLUMN asked bigint NOT NULL DEFAULT 0;
