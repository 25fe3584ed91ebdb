-- By what refunds are looked for: on which pile of its seller's queue each lies, and its words.
CREATE TABLE gists (
    no bigint PRIMARY KEY,
    seller text COLLATE "C" NOT NULL,
    pile text COLLATE "C" NOT NULL,
    rank bigint,                   -- the next deadline, in milliseconds
    opened bigint NOT NULL,
    size bigint NOT NULL,          -- what is asked for, in ten-thousandths of the currency's own unit
    kind text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    negotiation text COLLATE "C",
    reason text COLLATE "C",
    words text COLLATE "C" NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX gists_by_pile ON gists (pile, seller);
