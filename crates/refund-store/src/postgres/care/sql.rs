//! The statements of the store's tools. They go through whole tables, and are not made for many at once.

pub(super) const LIVE_SERVERS: &str = "SELECT name FROM servers WHERE seen_at BETWEEN now() - interval '10 seconds' AND now() + interval '10 seconds' \
     ORDER BY name";

pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ";
/// Whoever wants to record something waits until the transaction ends.
pub(super) const KEEP_THE_TURN: &str = "LOCK TABLE turn IN EXCLUSIVE MODE";

/// Batches from that number on.
pub(super) const BATCHES: &str = "\
    SELECT first, records, entries, epoch, latest, settings, chain FROM batches WHERE first >= $1 ORDER BY first LIMIT $2";
/// The records from one number to before another.
pub(super) const RECORDS: &str = "\
    SELECT number, epoch, salt, digest, sets_up, body FROM records WHERE number >= $1 AND number < $2 ORDER BY number";
/// Whether there are as many batches and records as that.
pub(super) const ARE_ALL: &str = "\
    SELECT (SELECT count(*) FROM batches) = $1, (SELECT count(*) FROM records) = $2";

/// Nobody waits for it to be durable: until the copy is complete it can be made again.
pub(super) const BEGIN_COPYING: &str = "BEGIN; SET LOCAL synchronous_commit = off";
pub(super) const MARK_COPYING: &str = "UPDATE meta SET copying = true WHERE NOT copying";
pub(super) const MARK_COPIED: &str = "UPDATE meta SET copying = false";
/// Never the one that it was: half of all numbers are too few to lead back to it.
pub(super) const ANOTHER_HISTORY: &str = "UPDATE meta SET history = (history + 1 + $1) % 4294967296";
/// Answers that nobody is given any more.
pub(super) const FORGET_ANSWERS: &str = "DELETE FROM answers WHERE at < $1";

/// For tables that nobody else sees.
pub(super) const MORE_MEMORY: &str = "SET LOCAL temp_buffers = '128MB'; SET LOCAL work_mem = '64MB';";
/// Whole tables are joined, as no server does.
pub(super) const JOIN_WHOLE_TABLES: &str =
    "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";
/// In which schema the tables of the store are.
pub(super) const SCHEMA: &str = "SELECT quote_ident(current_schema())";

pub(super) const SIZES: &str = "\
    SELECT count(*), coalesce(sum(records), 0)::int8, max(latest), (SELECT count(*) FROM lines), \
        pg_total_relation_size('records') + pg_total_relation_size('batches'), \
        (SELECT sum(pg_total_relation_size(t::regclass)) \
            FROM unnest('{lines,refunds,waits,gists,history,answers,settings,audit}'::text[]) t)::int8 FROM batches";
pub(super) const EVERY_STATE: &str = "SELECT state FROM refunds";
pub(super) const ABOUT_SELLERS: &str = "\
    SELECT seller, count(*), sum(bytes)::int8 FROM (\
        SELECT DISTINCT ON (h.record) f.seller, octet_length(r.body)::int8 AS bytes \
        FROM history h JOIN refunds f ON f.no = h.refund JOIN records r ON r.number = h.record ORDER BY h.record, f.id\
    ) s GROUP BY seller";
pub(super) const EVERY_SET_UP: &str = "\
    SELECT body FROM records WHERE sets_up AND NOT EXISTS (SELECT FROM history WHERE record = number) ORDER BY number";
