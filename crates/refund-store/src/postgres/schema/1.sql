-- The truth is `records`, chained by `batches`; every other table follows from them and can be made anew, up to the
-- line behind which is what servers have among themselves.
-- Texts are compared byte by byte, as in every other store.

-- What this database is, and how it may be used. Servers read it in every turn.
CREATE TABLE meta (
    one int PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    schema int NOT NULL,
    format int NOT NULL,           -- up to which version of the stored format is written
    test_clock boolean,            -- whether time stands still until it is moved; unknown until a server has opened it
    secret bytea,                  -- what the servers' secret is known by: all have the same
    held boolean NOT NULL DEFAULT false,
    -- Half of the epoch of what is written: another one once a backup was restored. The other half is PostgreSQL's timeline.
    history bigint NOT NULL DEFAULT (random() * 4294967295)::bigint,
    copying boolean NOT NULL DEFAULT false -- whether a copy of a store into it is not complete: no server opens it
);

-- Who holds this row's lock decides and writes. It is never updated, so that it never gets old versions to walk through.
CREATE TABLE turn (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1));
INSERT INTO turn DEFAULT VALUES;

-- What was recorded in one turn. The last row is where everything stands.
CREATE TABLE batches (
    first bigint PRIMARY KEY,      -- the number of its first record
    records int NOT NULL CHECK (records > 0),
    entries int NOT NULL,          -- of its last record
    epoch bigint NOT NULL,
    latest bigint NOT NULL,        -- the latest instant recorded, in milliseconds
    settings bigint NOT NULL,      -- the last record that changed a setting
    chain bytea NOT NULL           -- SHA-256 over the chain before and the digests of its records
);

CREATE TABLE records (
    number bigint PRIMARY KEY,     -- from 1, without gaps
    epoch bigint NOT NULL,
    salt bytea NOT NULL,
    digest bytea NOT NULL,
    sets_up boolean NOT NULL,      -- whether it changes a setting
    body bytea NOT NULL
);
CREATE INDEX records_that_set_up ON records (number) WHERE sets_up;

-- An order line's account. The rules see to it that no more is refunded than was paid; this is the wall behind them.
CREATE TABLE lines (
    no bigint PRIMARY KEY,         -- the number of the record that opened its first refund
    seller text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    line text COLLATE "C" NOT NULL,
    paid bigint NOT NULL,          -- in the currency's minor unit
    refunded bigint NOT NULL CHECK (refunded BETWEEN 0 AND paid),
    UNIQUE (seller, order_id, line)
) WITH (fillfactor = 80);

CREATE TABLE refunds (
    no bigint PRIMARY KEY,         -- the number of the record that opened it
    id text COLLATE "C" NOT NULL UNIQUE,
    line bigint NOT NULL,
    seller text COLLATE "C" NOT NULL,
    buyer text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    reference text COLLATE "C",
    metadata bigint[] NOT NULL,    -- hashes of its entries
    state bytea NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX refunds_by_line ON refunds (line, no);
CREATE INDEX refunds_by_seller ON refunds (seller, no);
CREATE INDEX refunds_by_buyer ON refunds (buyer, no);
CREATE INDEX refunds_by_order ON refunds (order_id, no);
CREATE INDEX refunds_by_reference ON refunds (reference, no) WHERE reference IS NOT NULL;
CREATE INDEX refunds_by_metadata ON refunds USING gin (metadata) WHERE metadata <> '{}';

-- Refunds that something is still to come of. A row goes when nothing is.
CREATE TABLE waits (
    no bigint PRIMARY KEY,
    line bigint NOT NULL,
    seller text COLLATE "C" NOT NULL,
    in_progress boolean NOT NULL,
    rank bigint,                   -- the next deadline, in milliseconds
    next_due bigint,               -- when time alone next changes something
    overdue text,                  -- which deadline has come without what it waits for
    overdue_at bigint
) WITH (fillfactor = 80);
-- One refund in progress on a line (R27): the wall behind the rule.
CREATE UNIQUE INDEX waits_one_in_progress ON waits (line) WHERE in_progress;
CREATE INDEX waits_by_seller ON waits (seller, rank, no DESC) WHERE rank IS NOT NULL;
CREATE INDEX waits_by_rank ON waits (rank, no DESC) WHERE rank IS NOT NULL;
CREATE INDEX waits_by_due ON waits (next_due, no) WHERE next_due IS NOT NULL;
CREATE INDEX waits_overdue ON waits (overdue, overdue_at) WHERE overdue IS NOT NULL;

-- Which records tell of a refund, and which seller they tell something.
CREATE TABLE history (
    refund bigint NOT NULL,
    sequence bigint NOT NULL,      -- of the last event of that refund in that record
    record bigint NOT NULL,
    seller text COLLATE "C",
    PRIMARY KEY (refund, sequence)
);
CREATE INDEX history_by_seller ON history (seller, record) WHERE seller IS NOT NULL;

-- Which records remember an answer, by the hash of its key.
CREATE TABLE answers (
    hash bigint NOT NULL,
    record bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (hash, record)
);
CREATE INDEX answers_by_age ON answers (at);

-- The settings that there are: which, and the entry that made it what it is.
CREATE TABLE settings (
    which text COLLATE "C" PRIMARY KEY,
    body bytea NOT NULL
);

-- What is for the audit.
CREATE TABLE audit (
    record bigint NOT NULL,
    entry int NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    who text COLLATE "C",
    seller text COLLATE "C",
    which text COLLATE "C",        -- the setting that it is about
    PRIMARY KEY (record, entry)
);
CREATE INDEX audit_by_which ON audit (which, record, entry) WHERE which IS NOT NULL;
CREATE INDEX audit_by_who ON audit (who, record, entry) WHERE who IS NOT NULL;
CREATE INDEX audit_by_seller ON audit (seller, record, entry) WHERE seller IS NOT NULL;

-- What servers have among themselves. Nothing of it is for ever: what is lost is made anew as it is needed.

-- Those that share this store. One that was not seen for a while is dead.
CREATE TABLE servers (
    id text COLLATE "C" PRIMARY KEY DEFAULT gen_random_uuid()::text,
    name text NOT NULL,            -- of its machine, for people
    version text NOT NULL,         -- of the program
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX servers_by_age ON servers (seen_at);

-- How far whoever works through the records has read them.
CREATE TABLE reads (
    who text COLLATE "C" PRIMARY KEY,
    record bigint NOT NULL,
    epoch bigint NOT NULL,
    entry bigint NOT NULL
);

-- The delivery book: to which endpoints webhooks are sent.
CREATE TABLE endpoints (
    id text COLLATE "C" PRIMARY KEY,
    failing_since bigint,
    alone_since bigint,            -- since when and until when its receiver was last left alone
    alone_until bigint,
    holder text COLLATE "C",       -- the one server that sends to it, and until when unless it says so again
    until timestamptz NOT NULL DEFAULT '-infinity',
    term bigint NOT NULL DEFAULT 0, -- counts holders: whose term is over notes nothing any more
    wanted_by text COLLATE "C"     -- the server that is to be the next holder
);
CREATE INDEX endpoints_by_holder ON endpoints (holder) WHERE holder IS NOT NULL;

-- And what is sent to them.
CREATE TABLE deliveries (
    endpoint text COLLATE "C" NOT NULL,
    record bigint NOT NULL,        -- where its event stands
    epoch bigint NOT NULL,
    entry bigint NOT NULL,
    recorded_at bigint NOT NULL,
    asked_at bigint NOT NULL,
    state text NOT NULL,
    due bigint,                    -- when it is tried next; nothing comes of it any more where that is null
    body bytea NOT NULL,
    PRIMARY KEY (endpoint, record, epoch, entry)
);
CREATE INDEX deliveries_due ON deliveries (endpoint, due, record, epoch, entry) INCLUDE (asked_at)
    WHERE due IS NOT NULL;
CREATE INDEX deliveries_over ON deliveries (asked_at) WHERE due IS NULL;
