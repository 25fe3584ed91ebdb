//! The statements of the delivery book. Whatever is a server's for a while is so by the database's clock.

/// Deliveries from nine columns of values, written over those that are there.
macro_rules! put {
    ($behind:literal) => {
        concat!(
            "INSERT INTO deliveries (endpoint, record, epoch, entry, recorded_at, asked_at, state, due, body) ",
            "SELECT n.* FROM ",
            $behind,
            "unnest($1::text[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::text[], $8::int8[], ",
            "$9::bytea[]) AS n (endpoint, record, epoch, entry, recorded_at, asked_at, state, due, body) ",
            "ON CONFLICT (endpoint, record, epoch, entry) DO UPDATE SET recorded_at = excluded.recorded_at, ",
            "asked_at = excluded.asked_at, state = excluded.state, due = excluded.due, body = excluded.body"
        )
    };
}

/// Deliveries and their endpoints, if how far the feed was read could be moved on.
macro_rules! take_in {
    ($move:literal) => {
        concat!(
            "WITH moved AS (",
            $move,
            " RETURNING who), ",
            "known AS (INSERT INTO endpoints (id) SELECT DISTINCT n.id FROM moved, unnest($1::text[]) AS n (id) ",
            "ON CONFLICT (id) DO NOTHING), ",
            "put AS (",
            put!("moved, "),
            ") SELECT FROM moved"
        )
    };
}

/// Tells every server that it may have something to send that it does not know of.
pub(in crate::postgres) const ASK_TO_SEND: &str = "UPDATE meta SET asked = asked + 1";

pub(in crate::postgres) const READ_TO: &str = "SELECT record, epoch, entry FROM reads WHERE who = 'webhooks'";
/// Where the book is new.
pub(in crate::postgres) const TAKE_IN_FIRST: &str = take_in!(
    "INSERT INTO reads (who, record, epoch, entry) VALUES ('webhooks', $10, $11, $12) ON CONFLICT (who) DO NOTHING"
);
pub(in crate::postgres) const TAKE_IN: &str = take_in!(
    "UPDATE reads SET (record, epoch, entry) = ($10, $11, $12) \
     WHERE who = 'webhooks' AND (record, epoch, entry) = ($13, $14, $15)"
);

// Who sends to which endpoint.

/// How endpoints fare, and whose they are. Who wants one and is dead does not want it any more. Nobody holds one for more
/// than 24 seconds: what lies further ahead was written before the database's clock went back.
pub(in crate::postgres) const LEASES: &str = "\
    SELECT e.id, \
        CASE WHEN e.until > now() AND e.until <= now() + interval '24 seconds' THEN e.holder END, \
        e.until < now() + interval '16 seconds', w.id, \
        e.failing_since, e.alone_since, e.alone_until \
    FROM endpoints e \
    LEFT JOIN servers w ON w.id = e.wanted_by AND w.seen_at BETWEEN now() - interval '10 seconds' AND now() + interval '10 seconds' \
    WHERE e.id = ANY ($1)";
/// Takes those that nobody holds, and keeps those that this server holds already.
pub(in crate::postgres) const HOLD: &str = "\
    UPDATE endpoints SET holder = $2, term = term + (holder IS DISTINCT FROM $2)::int, wanted_by = NULL, \
        until = now() + interval '24 seconds' \
    WHERE id = ANY ($1) AND (until NOT BETWEEN now() AND now() + interval '24 seconds' OR holder = $2) RETURNING id";
pub(in crate::postgres) const WANT: &str = "UPDATE endpoints SET wanted_by = $2 WHERE id = ANY ($1) AND holder <> $2";
pub(in crate::postgres) const HAND_OVER: &str = "\
    UPDATE endpoints SET holder = wanted_by, term = term + 1, wanted_by = NULL, until = now() + interval '24 seconds' \
    WHERE id = ANY ($1) AND holder = $2 AND wanted_by IS NOT NULL";
pub(in crate::postgres) const LET_GO: &str = "UPDATE endpoints SET until = '-infinity' WHERE holder = $1";

// What is sent.

pub(in crate::postgres) const QUEUES: &str = "\
    SELECT e.id, d.due, d.record, d.epoch, d.entry FROM unnest($1::text[]) AS e (id) \
    JOIN LATERAL (\
        SELECT due, record, epoch, entry FROM deliveries WHERE endpoint = e.id AND due IS NOT NULL \
        ORDER BY due, record, epoch, entry LIMIT $2\
    ) d ON true";
pub(in crate::postgres) const CLAIM: &str = "\
    SELECT e.term, coalesce(e.holder = $2 AND e.until > now(), false), d.body \
    FROM endpoints e JOIN deliveries d ON d.endpoint = e.id \
    WHERE e.id = $1 AND d.record = $3 AND d.epoch = $4 AND d.entry = $5 AND d.due = $6";
/// A delivery and its endpoint, for whoever has that term.
pub(in crate::postgres) const CLAIMED: &str = "\
    SELECT e.failing_since, d.body FROM endpoints e JOIN deliveries d ON d.endpoint = e.id \
    WHERE e.id = $1 AND d.record = $3 AND d.epoch = $4 AND d.entry = $5 AND e.holder = $2 AND e.term = $6 FOR UPDATE";
pub(in crate::postgres) const FARES: &str = "\
    UPDATE endpoints SET failing_since = $2, alone_since = coalesce($3, alone_since), \
        alone_until = coalesce($4, alone_until) \
    WHERE id = $1";

pub(in crate::postgres) const PUT: &str = put!("");
pub(in crate::postgres) const KNOW_ENDPOINT: &str =
    "INSERT INTO endpoints (id) VALUES ($1) ON CONFLICT (id) DO NOTHING";
/// Those of certain events, which nobody else changes until the transaction ends.
pub(in crate::postgres) const LOCK: &str = "\
    SELECT d.body FROM deliveries d \
    WHERE d.endpoint = $1 AND (d.record, d.epoch, d.entry) IN (\
        SELECT n.record, n.epoch, n.entry FROM unnest($2::int8[], $3::int8[], $4::int8[]) AS n (record, epoch, entry)\
    ) ORDER BY d.record, d.epoch, d.entry FOR UPDATE OF d";
/// Those of certain events, as they are.
pub(in crate::postgres) const OF_EVENTS: &str = "\
    SELECT d.body FROM unnest($2::int8[], $3::int8[], $4::int8[]) AS n (record, epoch, entry) \
    JOIN deliveries d ON d.endpoint = $1 AND (d.record, d.epoch, d.entry) = (n.record, n.epoch, n.entry)";

/// Those behind a place in an order, of a state, and of events of some time.
macro_rules! walk {
    ($behind:literal, $order:literal) => {
        concat!(
            "SELECT body FROM deliveries WHERE endpoint = $1 AND (record, epoch, entry) ",
            $behind,
            " ($2, $3, $4) AND ($5::text IS NULL OR state = $5) AND recorded_at >= $6 AND recorded_at < $7 ",
            "ORDER BY record ",
            $order,
            ", epoch ",
            $order,
            ", entry ",
            $order,
            " LIMIT $8"
        )
    };
}
pub(in crate::postgres) const LATEST_FIRST: &str = walk!("<", "DESC");
pub(in crate::postgres) const OLDEST_FIRST: &str = walk!(">", "ASC");
pub(in crate::postgres) const BACKLOG: &str =
    "SELECT count(*), min(asked_at) FROM deliveries WHERE endpoint = ANY ($1) AND due IS NOT NULL";

/// Each endpoint whose id begins so and to which something waits, found by leaps through what waits.
pub(in crate::postgres) const WAITING: &str = "\
    WITH RECURSIVE w AS (\
        (SELECT endpoint FROM deliveries WHERE due IS NOT NULL AND endpoint >= $1 ORDER BY endpoint LIMIT 1) \
        UNION ALL \
        SELECT (SELECT d.endpoint FROM deliveries d WHERE d.due IS NOT NULL AND d.endpoint > w.endpoint \
            ORDER BY d.endpoint LIMIT 1) \
        FROM w WHERE starts_with(w.endpoint, $1)\
    ) SELECT endpoint FROM w WHERE starts_with(endpoint, $1) ORDER BY 1";

/// Those that wait, and those that came to an end and were asked for not long ago.
pub(in crate::postgres) const STANDING: &str = "\
    (SELECT record, epoch, entry, due, asked_at FROM deliveries WHERE endpoint = $1 AND due IS NOT NULL \
    ORDER BY due, record, epoch, entry LIMIT $2) \
    UNION ALL \
    (SELECT record, epoch, entry, NULL::int8, asked_at FROM deliveries \
    WHERE due IS NULL AND asked_at >= $3 AND endpoint = $1 ORDER BY asked_at DESC LIMIT $2)";

// What is forgotten, a part at a time, and nothing that changes while it is looked for.

/// Each endpoint of which something is there, found by leaps through its deliveries.
pub(in crate::postgres) const ENDPOINTS: &str = "\
    WITH RECURSIVE of_deliveries AS (\
        (SELECT endpoint FROM deliveries ORDER BY endpoint LIMIT 1) \
        UNION ALL \
        SELECT (SELECT d.endpoint FROM deliveries d WHERE d.endpoint > o.endpoint ORDER BY d.endpoint LIMIT 1) \
        FROM of_deliveries o WHERE o.endpoint IS NOT NULL\
    ) SELECT id FROM endpoints UNION SELECT endpoint FROM of_deliveries WHERE endpoint IS NOT NULL ORDER BY 1";
/// From where on one is behind so many later ones.
pub(in crate::postgres) const BEHIND: &str = "\
    SELECT record, epoch, entry FROM deliveries WHERE endpoint = $1 \
    ORDER BY record DESC, epoch DESC, entry DESC OFFSET $2 LIMIT 1";

macro_rules! forget {
    ($which:literal) => {
        concat!(
            "WITH o AS MATERIALIZED (SELECT endpoint, record, epoch, entry FROM deliveries WHERE ",
            $which,
            " LIMIT 1000 FOR UPDATE) DELETE FROM deliveries d USING o ",
            "WHERE (d.endpoint, d.record, d.epoch, d.entry) = (o.endpoint, o.record, o.epoch, o.entry)"
        )
    };
}
pub(in crate::postgres) const FORGET_OVER: &str = forget!("due IS NULL AND asked_at <= $1 ORDER BY asked_at");
/// By the state and not by `due`, so that it goes by the endpoint and not through what is over everywhere.
pub(in crate::postgres) const FORGET_BEHIND: &str = forget!(
    "endpoint = $1 AND (record, epoch, entry) <= ($2, $3, $4) AND state <> 'pending' ORDER BY record, epoch, entry"
);
pub(in crate::postgres) const FORGET_OF_ENDPOINT: &str = forget!("endpoint = $1 ORDER BY record, epoch, entry");
pub(in crate::postgres) const FORGET_ENDPOINTS: &str = "DELETE FROM endpoints WHERE id = ANY ($1)";
pub(in crate::postgres) const FORGET_READING: &str = "DELETE FROM reads WHERE who = 'webhooks'";
