//! The tools on a store in a database.

use refund_store::PostgresError;
use refund_store::care::{
    RecordPlace, StoreAt, TablesFound, VerifiedDatabase, copy, rebuild_database, verify_database,
};
use sha2::{Digest, Sha256};

use super::databases::Database;
use super::every_kind::{read_everything, tell_everything};
use super::story::{do_it, offer, open_refund};
use super::*;

/// Every table that holds what was recorded, or what follows from it.
const TABLES: [&str; 10] =
    ["records", "batches", "lines", "refunds", "waits", "gists", "history", "answers", "settings", "audit"];

/// Every other table: how the store may be used, and what servers have among themselves.
const OTHERS: [&str; 7] = ["meta", "turn", "asides", "servers", "reads", "endpoints", "deliveries"];

fn verify(database: &Database) -> VerifiedDatabase {
    verify_database(&database.address(), &Watcher::nobody()).unwrap()
}

/// A database with a store in which everything has happened, and no server.
fn lived_in() -> Database {
    let database = Database::migrated();
    let store = database.open();
    tell_everything(&store);
    store.close().unwrap();
    database
}

/// What was found, in words.
fn told(found: &VerifiedDatabase) -> Vec<String> {
    let mut told: Vec<_> = found.damaged.iter().map(|(number, what)| format!("record {number}: {what}")).collect();
    told.extend(found.senseless.iter().map(|(at, what)| format!("{at}: {what}")));
    told.extend(found.violations.first.iter().map(ToString::to_string));
    if let TablesFound::Compared(differences) = &found.tables {
        told.extend(differences.first.iter().map(ToString::to_string));
    }
    assert_eq!(!told.is_empty(), found.is_damaged(), "{told:?}");
    told
}

/// A database that is put back to what it was after each thing that is done to it.
struct Spoilt(Database);

impl Spoilt {
    fn new() -> Self {
        let database = lived_in();
        // What a disk or a hand does asks no constraint.
        database.sql("ALTER TABLE lines DROP CONSTRAINT lines_check; DROP INDEX waits_one_in_progress");
        let copies = TABLES.map(|table| format!("CREATE TABLE saved.{table} AS TABLE {table};"));
        database.sql(&format!("CREATE SCHEMA saved; {}", copies.concat()));
        Self(database)
    }

    /// What is found after that was done.
    fn found(&self, sql: &str) -> Vec<String> {
        self.0.sql(sql);
        let told = told(&verify(&self.0));
        let back = TABLES.map(|table| format!("INSERT INTO {table} TABLE saved.{table};"));
        self.0.sql(&format!("TRUNCATE {}; {}", TABLES.join(", "), back.concat()));
        told
    }

    /// The columns of a table, each with something else that could stand there.
    fn columns(&self, table: &str) -> Vec<(String, String)> {
        let asked = format!(
            "SELECT column_name, udt_name FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        );
        let columns = self.0.sql(&asked);
        let columns = columns.lines().map(|line| {
            let (name, of) = line.split_once('|').unwrap();
            let other = match of {
                "int4" | "int8" => format!("coalesce({name}, 0) + 1000000"),
                "text" => format!("coalesce({name}, '') || 'x'"),
                "bool" => format!("NOT {name}"),
                "bytea" => format!("set_byte({name}, length({name}) / 2, get_byte({name}, length({name}) / 2) # 1)"),
                "_int8" => format!("{name} || 7::int8"),
                _ => panic!("{table}.{name} is of a type that nobody has thought of: {of}"),
            };
            (name.to_owned(), other)
        });
        columns.collect()
    }
}

#[test]
fn a_store_that_was_not_touched_is_good() {
    let database = lived_in();
    let found = verify(&database);
    assert_eq!(told(&found), Vec::<String>::new());
    let counted =
        database.sql("SELECT count(*), (SELECT count(*) FROM batches), (SELECT count(*) FROM refunds) FROM records");
    let contents = found.contents;
    assert_eq!(counted, format!("{}|{}|{}", contents.records, contents.frames, found.refunds));
    assert!(contents.events > contents.records / 2 && contents.first < contents.latest);
    // Nothing is left of having looked.
    let relations = "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema() OR relname LIKE 'pg_temp%'";
    assert_eq!(database.sql(relations), "0");
    // What is not remembered any more may be gone, or not yet.
    database.sql("DELETE FROM answers WHERE at < (SELECT max(latest) FROM batches) - 31 * 86400000::int8");
    assert!(!verify(&database).is_damaged());
}

#[test]
fn an_empty_store_is_good_and_what_is_no_store_is_said() {
    let database = Database::migrated();
    assert_eq!((told(&verify(&database)), verify(&database).contents.records), (Vec::new(), 0));
    let error = verify_database(&Database::new().address(), &Watcher::nobody()).unwrap_err();
    assert!(matches!(error, CareError::Database(PostgresError::NotMigrated { .. })) && !error.is_damage(), "{error}");
    database.sql("UPDATE meta SET copying = true");
    let error = verify_database(&database.address(), &Watcher::nobody()).unwrap_err();
    assert!(matches!(error, CareError::Database(PostgresError::HalfCopied)), "{error}");
}

#[test]
fn of_every_table_it_is_known_whether_it_follows_from_the_records() {
    let tables =
        Database::migrated().sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
    let unknown = tables.lines().filter(|table| !TABLES.contains(table) && !OTHERS.contains(table));
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn whatever_is_changed_in_any_column_of_any_table_is_found_out() {
    let spoilt = Spoilt::new();
    let mut tried = 0;
    for table in TABLES {
        // Of answers the last one is still given.
        let last = format!("ctid = (SELECT max(ctid) FROM {table})");
        for (column, other) in spoilt.columns(table) {
            let told = spoilt.found(&format!("UPDATE {table} SET {column} = {other} WHERE {last}"));
            let says = if ["records", "batches"].contains(&table) { "record " } else { table };
            assert!(told.iter().any(|told| told.starts_with(says)), "{table}.{column}: {told:?}");
            tried += 1;
        }
        let told = spoilt.found(&format!("DELETE FROM {table} WHERE {last}"));
        assert!(!told.is_empty(), "{table} without a row");
    }
    assert!(tried > 50);
    // And it is good again.
    assert_eq!(spoilt.found("SELECT"), Vec::<String>::new());
}

#[test]
fn what_is_missing_and_what_is_too_much_is_named() {
    let spoilt = Spoilt::new();
    let found = |sql| spoilt.found(sql);
    let last = spoilt.0.sql("SELECT max(number) FROM records").parse::<u64>().unwrap();
    assert_eq!(found("DELETE FROM records WHERE number = 5"), ["record 5: its number"]);
    assert_eq!(found("DELETE FROM batches WHERE first = 5"), ["record 5: the number of its batch"]);
    assert_eq!(
        found("DELETE FROM batches WHERE first = (SELECT max(first) FROM batches)"),
        [format!("record {last}: the number of records")]
    );
    assert_eq!(
        found("UPDATE batches SET chain = digest FROM records WHERE first = 7 AND number = 7"),
        ["record 7: the chain of its batch"]
    );
    let behind = last + 1;
    assert_eq!(
        found("INSERT INTO records SELECT 0, epoch, salt, digest, sets_up, body FROM records WHERE number = 5"),
        [format!("record {behind}: the number of records")]
    );
    assert_eq!(
        found(
            "INSERT INTO batches SELECT -7, records, entries, epoch, latest, settings, chain FROM batches WHERE first = 5"
        ),
        [format!("record {behind}: the number of batches")]
    );
    // The end of the log is gone, and the tables still know of it.
    let without_end = "DELETE FROM records WHERE number = (SELECT max(number) FROM records); \
        DELETE FROM batches WHERE first = (SELECT max(first) FROM batches)";
    let told = found(without_end);
    assert!(told.contains(&"refunds late: nothing that was recorded makes it".to_owned()), "{told:?}");
    assert_eq!(
        found("UPDATE waits SET next_due = next_due + 1 WHERE no = (SELECT no FROM refunds WHERE id = 'late')").len(),
        1
    );
    assert_eq!(
        found("DELETE FROM history WHERE refund = (SELECT no FROM refunds WHERE id = 'a') AND sequence = 1").len(),
        1
    );
    assert_eq!(found("DELETE FROM settings WHERE which = 'policy'"), ["settings policy: it is missing"]);
    assert_eq!(
        found("UPDATE refunds SET state = (SELECT state FROM refunds WHERE id = 'b') WHERE id = 'a'"),
        ["refunds a: it says otherwise than what was recorded"]
    );
    assert_eq!(
        found("UPDATE lines SET refunded = refunded + 1 WHERE no = (SELECT line FROM refunds WHERE id = 'b')"),
        ["lines shop order b: it says otherwise than what was recorded"]
    );
    let more =
        "INSERT INTO audit SELECT record, entry + 7, at, kind, who, seller, which FROM audit ORDER BY record LIMIT 1";
    assert!(found(more)[0].ends_with("nothing that was recorded makes it"));
}

#[test]
fn rows_that_an_older_program_wrote_otherwise_and_that_mean_the_same_are_no_difference() {
    let database = lived_in();
    // The first byte says in which version of the format the rest is.
    for (table, column) in [("refunds", "state"), ("settings", "body")] {
        database.sql(&format!("UPDATE {table} SET {column} = set_byte({column}, 0, 2)"));
    }
    assert_eq!(told(&verify(&database)), Vec::<String>::new());
}

#[test]
fn a_record_without_sense_and_one_of_a_newer_program_are_told_from_damage() {
    let spoilt = Spoilt::new();
    // As somebody would who can make digests and the chain.
    let forge = |body: &[u8]| {
        let was = spoilt.0.sql("SELECT encode(salt, 'hex'), epoch FROM records WHERE number = 1");
        let (salt, epoch) = was.split_once('|').unwrap();
        let salt = data_encoding::HEXLOWER.decode(salt.as_bytes()).unwrap();
        let digest = Sha256::new().chain_update(&salt).chain_update(body).finalize();
        let chain = Sha256::new().chain_update([0; 32]).chain_update(1_u64.to_le_bytes());
        let chain = chain.chain_update(epoch.parse::<u32>().unwrap().to_le_bytes()).chain_update(digest).finalize();
        let hex = |bytes: &[u8]| format!("'\\x{}'", data_encoding::HEXLOWER.encode(bytes));
        let (digest, chain) = (hex(&digest), hex(&chain));
        format!(
            "UPDATE records SET body = {}, digest = {digest} WHERE number = 1; UPDATE batches SET chain = {chain} WHERE first = 1",
            hex(body)
        )
    };
    let told = spoilt.found(&forge(&[3, 0xc1]));
    assert!(told[0].starts_with("record 1: wrong msgpack marker"), "{told:?}");
    spoilt.0.sql(&forge(&[11, 0x93]));
    let error = verify_database(&spoilt.0.address(), &Watcher::nobody()).unwrap_err();
    assert!(matches!(error, CareError::NewerFormat { found: 11, .. }) && !error.is_damage(), "{error}");
}

#[test]
fn it_is_looked_at_as_of_one_moment_while_servers_go_on() {
    let database = Database::migrated();
    let store = database.open();
    story::begin(&store);
    let mut counts = Vec::new();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for number in 0..150 {
                let id = format!("r{number}");
                do_it(&store, open_refund(&id));
                do_it(&store, story::by_seller(&id, offer(&id)));
            }
        });
        while !writing.is_finished() {
            let found = verify(&database);
            assert_eq!(told(&found), Vec::<String>::new());
            counts.push(found.contents.records);
        }
    });
    assert!(counts.is_sorted() && counts.len() > 1, "{counts:?}");
    assert_eq!(verify(&database).contents.records, 302);
}

#[test]
fn laws_that_were_broken_are_named_as_in_a_journal() {
    let place = tempfile::tempdir().unwrap();
    let records = laws::records(place.path());
    for (change, expected) in laws::ON_A_REFUND {
        let (mut changed, folder) = (records.clone(), tempfile::tempdir().unwrap());
        change(&mut changed);
        laws::write(folder.path(), &changed, false);
        let database = Database::migrated();
        let to = StoreAt::Database(Box::new(database.address()));
        copy(&StoreAt::Folder(folder.path().to_owned()), &to, &Watcher::nobody()).unwrap();
        let found = verify(&database);
        let told = told(&found);
        let laws: Vec<_> = told.iter().map(|told| told.split_once(", ").unwrap().1).collect();
        assert_eq!(laws, *expected);
        assert!(found.violations.first.iter().all(|broken| matches!(broken.record, RecordPlace::Number(_))));
    }
}

#[test]
fn tables_are_made_anew_whatever_became_of_them() {
    let database = lived_in();
    let expected = {
        let store = database.open();
        let read = read_everything(&store);
        store.close().unwrap();
        read
    };
    let derived = &TABLES[2..];
    let damage = [
        format!("TRUNCATE {}", derived.join(", ")),
        "UPDATE refunds SET state = '\\x00', seller = 'x'; DELETE FROM waits; UPDATE settings SET body = '\\x'"
            .to_owned(),
        "INSERT INTO settings VALUES ('more', '\\x'); UPDATE history SET record = 1".to_owned(),
    ];
    for sql in damage {
        database.sql(&sql);
        assert!(verify(&database).is_damaged());
        let rebuilt = rebuild_database(&database.address(), &Watcher::nobody()).unwrap();
        assert_eq!(told(&verify(&database)), Vec::<String>::new());
        assert_eq!(database.sql("SELECT count(*) FROM records"), rebuilt.records.to_string());
        let store = database.open();
        assert!(read_everything(&store) == expected);
        store.close().unwrap();
    }
    let store = database.open();
    do_it(&store, open_refund("later"));
}

#[test]
fn tables_stay_as_they_are_where_servers_live_or_the_records_are_damaged() {
    let database = lived_in();
    database.sql("UPDATE records SET salt = digest WHERE number = 9; DELETE FROM waits");
    let before = database.sql("SELECT md5(string_agg(r::text, '')) FROM refunds r");
    let error = rebuild_database(&database.address(), &Watcher::nobody()).unwrap_err();
    assert!(matches!(error, CareError::LogDamaged { record: 9, .. }) && error.is_damage(), "{error}");
    assert_eq!(database.sql("SELECT md5(string_agg(r::text, '')) FROM refunds r"), before);
    assert_eq!(database.sql("SELECT count(*) FROM waits"), "0");
    let database = lived_in();
    database.a_server_lives();
    let error = rebuild_database(&database.address(), &Watcher::nobody()).unwrap_err();
    assert!(
        matches!(&error, CareError::Database(PostgresError::InUse { servers, .. }) if servers == "elsewhere"),
        "{error}"
    );
}
