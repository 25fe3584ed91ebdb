//! What the tools say of a store in a database.

use refund_store::PostgresAddress;
use refund_store::care::{
    Contents, CopiedStore, DatabaseStats, RebuiltDatabase, StoreAt, TablesFound, VerifiedDatabase,
};

use super::{Lines, counts, laws, listed, until};

/// How much was recorded, and when.
fn records(contents: &Contents) -> String {
    let Contents { records, .. } = contents;
    match contents.first.zip(contents.latest) {
        Some((first, latest)) => format!("{records} records from {first} to {latest}"),
        None => format!("{records} records"),
    }
}

/// Where a store is, for people.
fn shown(place: &StoreAt) -> String {
    match place {
        StoreAt::Folder(folder) => folder.display().to_string(),
        StoreAt::Database(address) => address.shown(),
    }
}

pub(crate) fn copied(copied: &CopiedStore, from: &StoreAt, to: &StoreAt) -> String {
    let mut lines = Lines::default();
    let CopiedStore { records, before, latest } = copied;
    if *before > 0 {
        lines.add("before", format_args!("{before} records, compared"));
    }
    lines.add("copied", format_args!("{} records, each read back and compared", records.saturating_sub(*before)));
    let secret = match (from, to) {
        (StoreAt::Folder(from), _) => format!("the servers need the one in {}", from.display()),
        (_, StoreAt::Folder(to)) => format!("put the one that the servers had into {}", to.display()),
        (StoreAt::Database(_), StoreAt::Database(_)) => "the servers keep the one that they have".to_owned(),
    };
    lines.add("secret", format_args!("server.secret is not copied: {secret}"));
    lines.add(
        "webhooks",
        "what was to be sent is not copied: what is younger than four days is sent again, under the same ids",
    );
    lines.add(
        "evidence",
        "files are not copied: start the servers with the same --evidence, or copy the folder evidence/ to where they look",
    );
    lines.end(format_args!("COPIED: {records} records{} from {} to {}", until(*latest), shown(from), shown(to)))
}

pub(crate) fn recovered(address: &PostgresAddress) -> String {
    let mut lines = Lines::default();
    lines.add("positions", "that were lost answer 410 other_history");
    lines.add("versions", "leap at each refund's first change");
    lines.end(format_args!("RECORDED: {} was taken back to an earlier moment", address.shown()))
}

pub(crate) fn verified(found: &VerifiedDatabase) -> String {
    let mut lines = Lines::default();
    lines.add("records", format_args!("{} are good", records(&found.contents)));
    if let Some((number, what)) = &found.damaged {
        lines.add("DAMAGE", format_args!("at record {number}: {what} does not match"));
    }
    if let Some((at, what)) = &found.senseless {
        lines.add("DAMAGE", format_args!("the {at} can't be understood: {what}"));
    }
    laws(&mut lines, &found.violations, found.refunds);
    match &found.tables {
        TablesFound::NotCompared(why) => {
            lines.add("tables", format_args!("not compared: {why}"));
        }
        TablesFound::Compared(differences) => {
            listed(&mut lines, "TABLE", differences);
            if differences.count == 0 {
                lines.add("tables", "say the same as the records");
            }
        }
    }
    if !found.is_damaged() {
        return lines.end(format_args!("GOOD: {} records, {} refunds", found.contents.records, found.refunds));
    }
    lines.add("do", advice(found));
    lines.end(format_args!("NOT GOOD: {}", faults(found).join(", ")))
}

/// What the operator should do.
fn advice(found: &VerifiedDatabase) -> &'static str {
    if found.damaged.is_some() || found.senseless.is_some() {
        "stop the servers, keep a copy of the database as it is, check its disk, and recover it to before that"
    } else if found.violations.count > 0 {
        "the records are as they were written, and what was written breaks a law: that is a fault of the program; keep a \
         copy and report it"
    } else {
        "the records are good: stop the servers, run `refund-api store rebuild` with the same `--store`, and check the \
         disk and the memory"
    }
}

fn faults(found: &VerifiedDatabase) -> Vec<String> {
    let mut faults = Vec::new();
    if found.damaged.is_some() || found.senseless.is_some() {
        faults.push("the records are damaged".to_owned());
    }
    if found.violations.count > 0 {
        faults.push(format!("laws are broken {} times", found.violations.count));
    }
    if let TablesFound::Compared(differences) = &found.tables
        && differences.count > 0
    {
        faults.push(format!("the tables differ in {} places", differences.count));
    }
    faults
}

pub(crate) fn rebuilt(rebuilt: &RebuiltDatabase) -> String {
    let RebuiltDatabase { records, refunds } = rebuilt;
    Lines::default().end(format_args!("REBUILT: the tables, with {refunds} refunds, from {records} records"))
}

pub(crate) fn stats(stats: &DatabaseStats) -> String {
    let mut lines = Lines::default();
    lines.add("servers", stats.servers);
    lines.add("records", format_args!("{} bytes: {}", stats.log_bytes, records(&stats.contents)));
    lines.add("", format_args!("{} events", stats.contents.events));
    lines.add("tables", format_args!("{} bytes", stats.table_bytes));
    let bytes = stats.log_bytes.saturating_add(stats.table_bytes);
    if let Some(each) = bytes.checked_div(stats.counts.refunds) {
        lines.add("", format_args!("{each} bytes of the database a refund"));
    }
    counts(&mut lines, &stats.counts);
    lines.end(format_args!("{} refunds in {bytes} bytes of the database", stats.counts.refunds))
}
