//! Every statement that is sent to the database, but for those that migrate it.

/// Locks the turn: whoever has it decides until the transaction ends.
pub(super) const TAKE_TURN: &str = "SELECT FROM turn FOR UPDATE";

/// Where everything stands. Behind [`TAKE_TURN`] it sees whatever was recorded before this turn.
pub(super) const HEAD: &str = "\
    SELECT m.schema, m.format, m.test_clock, m.held, m.history, left(pg_walfile_name(pg_current_wal_lsn()), 8), \
        (extract(epoch FROM clock_timestamp()) * 1000)::int8, \
        b.first + b.records - 1, b.entries, b.epoch, b.latest, b.settings, b.chain, m.copying, m.asked, \
        current_setting('transaction_read_only')::bool, current_setting('synchronous_standby_names') <> '' \
    FROM meta m LEFT JOIN LATERAL (SELECT * FROM batches ORDER BY first DESC LIMIT 1) b ON true";

/// Has what is recorded from now on be of another history than that one, in a transaction of its own or the present one,
/// which ends with it.
pub(super) fn another_history(history: i64) -> String {
    format!(
        "BEGIN; SET LOCAL synchronous_commit = off; \
         UPDATE meta SET history = (history + 1 + (random() * 1000000000)::bigint) % 4294967296 \
         WHERE history = {history}; COMMIT"
    )
}

/// Whether that batch was recorded.
pub(super) const HAS_BATCH: &str = "SELECT FROM batches WHERE first = $1 AND chain = $2";

/// What stands for all that was recorded up to the end of the batch in which that record is the last.
pub(super) const CHAIN_AT: &str = "\
    SELECT chain FROM (SELECT * FROM batches WHERE first <= $1 ORDER BY first DESC LIMIT 1) b \
    WHERE first + records - 1 = $1";

/// A commit of one's own: once it is acknowledged, so is all that was visible before it.
pub(super) const SAY_SOMETHING: &str = "SELECT pg_logical_emit_message(true, 'refund', '')";

pub(super) const SETTINGS: &str = "SELECT body FROM settings ORDER BY which";
pub(super) const SETTINGS_SINCE: &str =
    "SELECT body FROM records WHERE sets_up AND number > $1 AND number <= $2 ORDER BY number";

// What decisions need.

pub(super) const REFUNDS_WITH_THOSE_BESIDE: &str = "\
    SELECT r.no, r.line, r.id, r.state, l.seller, l.order_id, l.line FROM refunds r JOIN lines l ON l.no = r.line \
    WHERE r.line IN (SELECT line FROM refunds WHERE id = ANY ($1)) ORDER BY r.no";
pub(super) const REFUNDS_ON_LINES: &str = "\
    SELECT r.no, r.line, r.id, r.state, l.seller, l.order_id, l.line \
    FROM unnest($1::text[], $2::text[], $3::text[]) AS k (seller, order_id, line) \
    JOIN lines l ON (l.seller, l.order_id, l.line) = (k.seller, k.order_id, k.line) \
    JOIN refunds r ON r.line = l.no ORDER BY r.no";
pub(super) const ANSWERS: &str = "\
    SELECT a.hash, r.body FROM answers a JOIN records r ON r.number = a.record \
    WHERE a.hash = ANY ($1) ORDER BY a.record DESC";
pub(super) const DUE: &str = "\
    SELECT w.next_due, r.id FROM waits w JOIN refunds r ON r.no = w.no \
    WHERE w.next_due <= $1 ORDER BY w.next_due, w.no LIMIT $2";

// What is written in a turn.

pub(super) const PUT_RECORDS: &str = "\
    INSERT INTO records (number, epoch, salt, digest, sets_up, body) \
    SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[], $4::bytea[], $5::bool[], $6::bytea[])";
/// What records say from now on (R46). Without a salt nobody can find out by guessing what their digests were made of.
pub(super) const REDACT_RECORDS: &str = "\
    UPDATE records r SET salt = '', body = n.body FROM unnest($1::int8[], $2::bytea[]) AS n (number, body) \
    WHERE r.number = n.number";
pub(super) const PUT_LINES: &str = "\
    INSERT INTO lines (no, seller, order_id, line, paid, refunded) \
    SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::int8[]) \
    ON CONFLICT (no) DO UPDATE SET refunded = excluded.refunded WHERE lines.refunded <> excluded.refunded";
pub(super) const OPEN_REFUNDS: &str = "\
    INSERT INTO refunds (no, id, line, seller, buyer, order_id, reference, metadata, state) \
    SELECT n.no, n.id, n.line, n.seller, n.buyer, n.order_id, n.reference, n.metadata::int8[], n.state \
    FROM unnest($1::int8[], $2::text[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], \
        $9::bytea[]) AS n (no, id, line, seller, buyer, order_id, reference, metadata, state)";
pub(super) const CHANGE_REFUNDS: &str = "\
    UPDATE refunds r SET state = n.state FROM unnest($1::int8[], $2::bytea[]) AS n (no, state) WHERE r.no = n.no";
pub(super) const WAIT_NO_MORE: &str = "DELETE FROM waits WHERE no = ANY ($1)";
pub(super) const WAIT: &str = "\
    INSERT INTO waits (no, line, seller, in_progress, rank, next_due, overdue, overdue_at) \
    SELECT * FROM unnest($1::int8[], $2::int8[], $3::text[], $4::bool[], $5::int8[], $6::int8[], $7::text[], $8::int8[]) \
    ON CONFLICT (no) DO UPDATE SET in_progress = excluded.in_progress, rank = excluded.rank, \
        next_due = excluded.next_due, overdue = excluded.overdue, overdue_at = excluded.overdue_at";
pub(super) const PUT_GISTS: &str = "\
    INSERT INTO gists (no, seller, pile, rank, opened, size, kind, status, negotiation, reason, words) \
    SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::int8[], $7::text[], $8::text[], \
        $9::text[], $10::text[], $11::text[]) \
    ON CONFLICT (no) DO UPDATE SET pile = excluded.pile, rank = excluded.rank, size = excluded.size, \
        kind = excluded.kind, status = excluded.status, negotiation = excluded.negotiation, reason = excluded.reason, \
        words = excluded.words";
pub(super) const PUT_HISTORY: &str = "\
    INSERT INTO history (refund, sequence, record, seller) \
    SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::text[])";
pub(super) const PUT_ANSWERS: &str = "\
    INSERT INTO answers (hash, record, at) SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[])";
pub(super) const REMOVE_SETTINGS: &str = "DELETE FROM settings WHERE which = ANY ($1)";
pub(super) const PUT_SETTINGS: &str = "\
    INSERT INTO settings (which, body) SELECT * FROM unnest($1::text[], $2::bytea[]) \
    ON CONFLICT (which) DO UPDATE SET body = excluded.body";
pub(super) const PUT_AUDIT: &str = "\
    INSERT INTO audit (record, entry, at, kind, who, seller, which) \
    SELECT * FROM unnest($1::int8[], $2::int4[], $3::int8[], $4::text[], $5::text[], $6::text[], $7::text[])";
pub(super) const PUT_BATCH: &str = "\
    INSERT INTO batches (first, records, entries, epoch, latest, settings, chain) VALUES ($1, $2, $3, $4, $5, $6, $7)";

// What is read.

pub(super) const REFUND: &str = "\
    SELECT r.no, r.state, l.paid - l.refunded FROM refunds r JOIN lines l ON l.no = r.line WHERE r.id = $1";
pub(super) const STATES: &str = "SELECT state FROM refunds WHERE id = ANY ($1)";
pub(super) const RECORD: &str = "SELECT epoch, body FROM records WHERE number = $1";
pub(super) const RECORDS: &str = "SELECT number, epoch, body FROM records WHERE number >= $1 ORDER BY number LIMIT $2";
pub(super) const RECORDS_FOR_SELLER: &str = "\
    SELECT r.number, r.epoch, r.body FROM (\
        SELECT DISTINCT record FROM history WHERE seller = $1 AND record >= $2 ORDER BY record LIMIT $3\
    ) h JOIN records r ON r.number = h.record ORDER BY r.number";
pub(super) const LAST_RECORD_FOR_SELLER: &str = "\
    SELECT r.number, r.epoch, r.body FROM (\
        SELECT record FROM history WHERE seller = $1 ORDER BY record DESC LIMIT 1\
    ) h JOIN records r ON r.number = h.record";
pub(super) const HISTORY: &str = "\
    SELECT r.number, r.epoch, r.body FROM refunds f JOIN history h ON h.refund = f.no \
    JOIN records r ON r.number = h.record WHERE f.id = $1 AND h.sequence > $2 ORDER BY h.sequence LIMIT $3";
pub(super) const NEXT_DUE: &str = "SELECT next_due FROM waits WHERE next_due IS NOT NULL ORDER BY next_due LIMIT 1";
pub(super) const OVERDUE: &str = "SELECT count(*), min(overdue_at) FROM waits WHERE overdue = $1";
pub(super) const AUDIT: &str = "\
    SELECT r.number, r.epoch, r.body, a.entry, a.kind, b.entry, br.body FROM audit a JOIN records r ON r.number = a.record \
    LEFT JOIN LATERAL (\
        SELECT p.record, p.entry FROM audit p \
        WHERE p.which = a.which AND (p.record, p.entry) < (a.record, a.entry) \
        ORDER BY p.record DESC, p.entry DESC LIMIT 1\
    ) b ON true LEFT JOIN records br ON br.number = b.record \
    WHERE (a.record, a.entry) < ($1, $2::int8) AND ($3::text[] IS NULL OR a.kind = ANY ($3)) \
        AND ($4::text IS NULL OR a.who = $4) AND ($5::text IS NULL OR a.seller = $5) \
        AND a.at >= $6 AND a.at < $7 \
    ORDER BY a.record DESC, a.entry DESC LIMIT $8";

// Lists: places in the order of the list, each with its refund and what is left on its order line. A part of the text
// says which refunds; they are few texts, so that each is planned once.

/// Places by the next deadline, behind `$1` and, of the same, before number `$2`.
macro_rules! by_deadline {
    ($where:literal) => {
        concat!(
            "SELECT w.no, w.rank, r.state, l.paid - l.refunded FROM waits w JOIN refunds r ON r.no = w.no ",
            "JOIN lines l ON l.no = r.line ",
            "WHERE ",
            $where,
            " w.rank IS NOT NULL AND w.rank >= $1 AND (w.rank > $1 OR w.no < $2) ",
            "ORDER BY w.rank, w.no DESC LIMIT $3"
        )
    };
}
/// Places without a deadline, before number `$1`. Said so, the planner knows that they are many and takes them in order;
/// of a join where nothing is on the other side it expects next to none, and sorts all that there are.
macro_rules! without_deadline {
    ($where:literal) => {
        concat!(
            "SELECT r.no, NULL::int8, r.state, l.paid - l.refunded FROM refunds r JOIN lines l ON l.no = r.line ",
            "WHERE ",
            $where,
            " r.no < $1 AND NOT EXISTS (SELECT FROM waits w WHERE w.no = r.no AND w.rank IS NOT NULL) ",
            "ORDER BY r.no DESC LIMIT $2"
        )
    };
}
/// Places by when refunds were opened, before number `$1`.
macro_rules! by_opening {
    ($where:literal) => {
        concat!(
            "SELECT r.no, NULL::int8, r.state, l.paid - l.refunded FROM refunds r JOIN lines l ON l.no = r.line ",
            "WHERE ",
            $where,
            " r.no < $1 ORDER BY r.no DESC LIMIT $2"
        )
    };
}
pub(super) const BY_DEADLINE: &str = by_deadline!("");
pub(super) const BY_DEADLINE_OF_SELLER: &str = by_deadline!("w.seller = $4 AND");
pub(super) const WITHOUT_DEADLINE: &str = without_deadline!("");
pub(super) const WITHOUT_DEADLINE_OF_SELLER: &str = without_deadline!("r.seller = $3 AND");
pub(super) const BY_OPENING: &str = by_opening!("");
pub(super) const BY_OPENING_OF_SELLER: &str = by_opening!("r.seller = $3 AND");
pub(super) const OF_BUYER: &str = by_opening!("r.buyer = $3 AND");
pub(super) const OF_ORDER: &str = by_opening!("r.order_id = $3 AND");
pub(super) const OF_REFERENCE: &str = by_opening!("r.reference = $3 AND");
pub(super) const WITH_METADATA: &str = by_opening!("r.metadata <> '{}' AND r.metadata @> ARRAY[$3::int8] AND");

/// Which gists are asked for: of which piles and sellers, and what they have to hold.
macro_rules! gists {
    () => {
        concat!(
            "FROM gists g WHERE g.pile = ANY ($1) AND g.seller BETWEEN $11 AND $12 ",
            "AND ($2::text IS NULL OR g.kind = $2) AND ($3::text IS NULL OR g.status = $3) ",
            "AND ($4::text IS NULL OR g.negotiation = $4) AND ($5::text IS NULL OR g.reason = $5) ",
            "AND ($6::int8 IS NULL OR g.size >= $6) AND ($7::int8 IS NULL OR g.size <= $7) ",
            "AND ($8::int8 IS NULL OR g.opened >= $8) AND ($9::int8 IS NULL OR g.opened < $9) ",
            "AND g.words LIKE ALL ($10) "
        )
    };
}
/// By what they are sorted; of those alike the latest opened comes first.
macro_rules! in_order {
    ($rest:literal) => {
        concat!(
            "ORDER BY CASE $13::text WHEN 'deadline' THEN coalesce(g.rank, 9223372036854775807) ",
            "WHEN 'oldest' THEN g.no WHEN 'largest' THEN -g.size WHEN 'smallest' THEN g.size ELSE 0 END, g.no DESC ",
            $rest
        )
    };
}
pub(super) const COUNT_FOUND: &str = concat!("SELECT g.pile, count(*) ", gists!(), "GROUP BY g.pile");
pub(super) const FOUND: &str = concat!(
    "SELECT g.no, g.rank, r.state, l.paid - l.refunded FROM (SELECT g.no, g.rank, g.size ",
    gists!(),
    in_order!("OFFSET $14 LIMIT $15"),
    ") g JOIN refunds r ON r.no = g.no JOIN lines l ON l.no = r.line ",
    in_order!("")
);
pub(super) const ON_LINE: &str = "\
    SELECT r.state FROM lines l JOIN refunds r ON r.line = l.no \
    WHERE l.seller = $1 AND l.order_id = $2 AND l.line = $3 ORDER BY r.no";

/// What was remembered longer ago than answers are.
pub(super) const FORGET_ANSWERS: &str = "\
    DELETE FROM answers WHERE (hash, record) IN (SELECT hash, record FROM answers WHERE at < $1 LIMIT 10000)";

// What is kept beside the records.

pub(super) const KEEP: &str = "\
    INSERT INTO asides (kind, id, until, body) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (kind, id) DO UPDATE SET until = excluded.until, body = excluded.body";
pub(super) const KEPT: &str = "SELECT body FROM asides WHERE kind = $1 AND id = $2 AND until > $3";
pub(super) const FORGET_ASIDES: &str = "\
    DELETE FROM asides WHERE (kind, id) IN (SELECT kind, id FROM asides WHERE until < $1 LIMIT 10000)";

// Which servers there are.

pub(super) const JOIN_SERVERS: &str = "INSERT INTO servers (name, version) VALUES ($1, $2) RETURNING id";
pub(super) const BE_SEEN: &str = "\
    INSERT INTO servers (id, name, version) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET seen_at = now()";
/// What lies ahead was written before the database's clock went back, and tells nothing.
pub(super) const LIVE_SERVERS: &str = "SELECT id FROM servers WHERE seen_at BETWEEN now() - interval '10 seconds' AND now() + interval '10 seconds' \
     ORDER BY id";
pub(super) const LEAVE_SERVERS: &str = "DELETE FROM servers WHERE id = $1";
pub(super) const FORGET_SERVERS: &str = "DELETE FROM servers WHERE seen_at < now() - interval '1 day'";
