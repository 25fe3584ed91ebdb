//! What the tools say, line by line; the last line says what it came to.

pub(super) mod database;

use std::fmt::Write;
use std::path::Path;

use refund_core::Timestamp;
use refund_store::care::{
    BackedUp, Contents, CopiedEvidence, Counts, EvidenceFault, EvidenceFound, Findings, Rebuilt, Restored,
    SellersShare, Stats, Verified, ViewFound,
};
use refund_store::journal::{Ending, Torn};

/// Lines with a name before each.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, says: impl std::fmt::Display) -> &mut Self {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{name:<12}{says}");
        self
    }

    /// What became of evidence, where anything did.
    fn evidence(&mut self, copied: &CopiedEvidence) {
        let CopiedEvidence { added, erased, damaged, is_gone } = copied;
        if added.saturating_add(*erased) > 0 {
            self.add("evidence", format_args!("{added} new files, {erased} erased since"));
        }
        if *damaged > 0 {
            self.add("EVIDENCE", format_args!("{damaged} files are not what they were, and were left out"));
        }
        if *is_gone {
            self.add("EVIDENCE", "the folder `evidence` is gone from where it was copied from");
        }
    }

    /// The last line, without a name.
    fn end(mut self, says: impl std::fmt::Display) -> String {
        let _ = writeln!(self.0, "{says}");
        self.0
    }
}

pub(super) fn verified(found: &Verified, folder: &Path) -> String {
    let mut lines = Lines::default();
    let good = found.good.length();
    lines.add("journal", format_args!("{good} of {} bytes are good: {}", found.length, contents(&found.contents)));
    match found.ending {
        Ending::Whole => {}
        Ending::Torn(torn) if found.in_use => {
            lines.add("end", format_args!("the {} bytes behind it are being written now", torn.bytes));
        }
        // What stood there had been acknowledged: that is said below.
        Ending::Torn(_) if matches!(found.view, ViewFound::Ahead { .. }) => {}
        Ending::Torn(torn) => {
            lines.add("end", unfinished(torn));
        }
        Ending::Damaged { at, what } => {
            let records = found.contents.records;
            lines.add(
                "DAMAGE",
                format_args!("at byte {at}: {what} does not match; {records} records before it are good"),
            );
        }
    }
    if let Some((at, what)) = &found.senseless {
        let records = found.contents.records;
        lines.add(
            "DAMAGE",
            format_args!("the record at byte {at} can't be understood: {what}; {records} records before it are good"),
        );
    }
    laws(&mut lines, &found.violations, found.refunds);
    view(&mut lines, &found.view);
    evidence(&mut lines, &found.evidence);
    let records = found.contents.records;
    if !found.is_damaged() {
        return lines.end(format_args!("GOOD: {records} records, {} refunds", found.refunds));
    }
    advice(&mut lines, found, folder);
    lines.end(format_args!("NOT GOOD: {}", faults(found).join(", ")))
}

fn view(lines: &mut Lines, found: &ViewFound) {
    match found {
        ViewFound::NotCompared(why) => lines.add("view", format_args!("not compared: {why}")),
        ViewFound::Missing => lines.add("view", "there is none: the next start builds it from the journal"),
        ViewFound::Unusable(why) => lines.add("VIEW", format_args!("can't be used: {why}")),
        ViewFound::Ahead { expected } => {
            lines.add("VIEW", format_args!("{expected} bytes of the journal had been acknowledged: its end is missing"))
        }
        ViewFound::Compared { rebuilt, differences } => {
            if *rebuilt {
                lines.add("view", "can't be used as it is: the next start builds it anew from the journal");
            }
            listed(lines, "VIEW", differences);
            if differences.count == 0 && !rebuilt {
                lines.add("view", "says the same as the journal");
            }
            lines
        }
    };
}

fn evidence(lines: &mut Lines, found: &EvidenceFound) {
    if found.files > 0 && !found.is_here {
        lines.add("evidence", format_args!("{} files, kept elsewhere and not looked at", found.files));
    } else if found.files > 0 && found.faults.count == 0 {
        lines.add("evidence", format_args!("{} files, all there", found.files));
    }
    for EvidenceFault { refund_id, sha256, what } in &found.faults.first {
        lines.add("EVIDENCE", format_args!("file {sha256} of refund {refund_id} {what}"));
    }
}

/// What the operator should do.
fn advice(lines: &mut Lines, found: &Verified, folder: &Path) {
    let folder = folder.display();
    if matches!(found.ending, Ending::Damaged { .. })
        || found.senseless.is_some()
        || matches!(found.view, ViewFound::Ahead { .. })
    {
        lines.add("do", format_args!("stop the server, keep a copy of {folder} as it is, check the disk, and restore a backup into a new folder"));
    } else if found.violations.count > 0 {
        lines.add("do", "the journal is as it was written, and what was written breaks a law: that is a fault of the program; keep a copy and report it");
    } else if found.evidence.faults.count > 0 {
        lines.add("do", "bring the files back from a backup, whose folder `evidence` has the same names (in a backup delete what is damaged: the next one copies it anew); what was to be erased is erased by asking for it again");
    } else {
        lines.add(
            "do",
            format_args!(
                "the journal is good: run `refund-api store rebuild --data {folder}`, and check the disk and the memory"
            ),
        );
    }
}

fn faults(found: &Verified) -> Vec<String> {
    let mut faults = Vec::new();
    if matches!(found.ending, Ending::Damaged { .. }) || found.senseless.is_some() {
        faults.push("the journal is damaged".to_owned());
    }
    if found.violations.count > 0 {
        faults.push(format!("laws are broken {} times", found.violations.count));
    }
    match &found.view {
        ViewFound::Ahead { .. } => faults.push("the journal lost its end".to_owned()),
        ViewFound::Unusable(_) => faults.push("the view can't be used".to_owned()),
        ViewFound::Compared { differences, .. } if differences.count > 0 => {
            faults.push(format!("the view differs in {} places", differences.count));
        }
        ViewFound::Compared { .. } | ViewFound::NotCompared(_) | ViewFound::Missing => {}
    }
    if found.evidence.faults.count > 0 {
        faults.push(format!("{} files of evidence are not as they should be", found.evidence.faults.count));
    }
    faults
}

fn laws<T: std::fmt::Display>(lines: &mut Lines, broken: &Findings<T>, refunds: u64) {
    listed(lines, "LAW", broken);
    if broken.count == 0 {
        lines.add("laws", format_args!("hold for {refunds} refunds"));
    }
}

fn listed<T: std::fmt::Display>(lines: &mut Lines, name: &str, found: &Findings<T>) {
    for one in &found.first {
        lines.add(name, one);
    }
    let more = found.count.saturating_sub(found.first.len() as u64);
    if more > 0 {
        lines.add(name, format_args!("and {more} more"));
    }
}

fn contents(contents: &Contents) -> String {
    let Contents { records, frames, .. } = contents;
    let written = format!("{records} records in {frames} writes");
    match contents.first.zip(contents.latest) {
        Some((first, latest)) => format!("{written}, from {first} to {latest}"),
        None => written,
    }
}

fn unfinished(torn: Torn) -> String {
    let Torn { at, bytes } = torn;
    format!(
        "the {bytes} bytes from byte {at} on are what a crash leaves of an unfinished write: nothing of it was \
         acknowledged, and the next start cuts it off"
    )
}

pub(super) fn rebuilt(rebuilt: &Rebuilt) -> String {
    let mut lines = Lines::default();
    if let Some(Torn { at, bytes }) = rebuilt.torn {
        lines.add(
            "end",
            format_args!("cut off {bytes} bytes from byte {at} on, which a crash had left of an unfinished write"),
        );
    }
    lines.end(format_args!(
        "REBUILT: the view, from {} records in {} bytes of the journal",
        rebuilt.records, rebuilt.length
    ))
}

pub(super) fn backed_up(backup: &BackedUp, to: &Path) -> String {
    let mut lines = Lines::default();
    let BackedUp { manifest, added, .. } = backup;
    lines.add("copied", format_args!("{added} new bytes, checked; the backup has {} bytes", manifest.length));
    lines.add("secrets", named(&backup.secrets, "there are none"));
    lines.evidence(&backup.evidence);
    if let Some(torn) = backup.torn {
        lines.add(
            "left out",
            format_args!("{} bytes from byte {} on: a write that is not finished", torn.bytes, torn.at),
        );
    }
    let (until, to) = (until(manifest.latest), to.display());
    if backup.evidence.is_damaged() {
        lines.add("do", "`store verify` names the files; bring them back from an older copy, and run this again");
        return lines
            .end(format_args!("BACKED UP, BUT NOT ALL EVIDENCE: {} records{until}, in {to}", manifest.records));
    }
    lines.end(format_args!("BACKED UP: {} records{until}, in {to}", manifest.records))
}

pub(super) fn restored(restored: &Restored, data: &Path) -> String {
    let mut lines = Lines::default();
    let manifest = &restored.manifest;
    lines.add("journal", format_args!("{} bytes, checked", manifest.length));
    lines.add("secrets", named(&restored.secrets, "there were none: links and keys in use before are void"));
    lines.evidence(&restored.evidence);
    evidence(&mut lines, &restored.found);
    lines.add("lost", format_args!("whatever was acknowledged after the backup of {}", manifest.made_at));
    let (until, data) = (until(manifest.latest), data.display());
    let but = if restored.is_damaged() { ", BUT NOT ALL EVIDENCE" } else { "" };
    lines.end(format_args!(
        "RESTORED{but}: {} records{until}; start it with: refund-api serve --data {data}",
        manifest.records
    ))
}

fn named(secrets: &[String], none: &str) -> String {
    if secrets.is_empty() { none.to_owned() } else { secrets.join(", ") }
}

fn until(latest: Option<Timestamp>) -> String {
    latest.map(|latest| format!(" up to {latest}")).unwrap_or_default()
}

pub(super) fn stats(stats: &Stats) -> String {
    let mut lines = Lines::default();
    let Contents { records, frames, .. } = stats.contents;
    // How many records one write takes on average.
    let tenths = records.saturating_mul(10).checked_div(frames).unwrap_or(0);
    let (whole, tenth) = (tenths.div_euclid(10), tenths.rem_euclid(10));
    lines.add("in use", if stats.in_use { "yes" } else { "no" });
    lines.add("journal", format_args!("{} bytes: {}", stats.journal_bytes, contents(&stats.contents)));
    lines.add("", format_args!("{whole}.{tenth} records a write, {} events", stats.contents.events));
    if let Some(bytes) = stats.journal_bytes.checked_div(stats.counts.refunds) {
        lines.add("", format_args!("{bytes} bytes a refund"));
    }
    lines.add("view", format_args!("{} bytes", stats.view_bytes));
    lines.add("disk", format_args!("{} bytes left", stats.disk_left_bytes));
    counts(&mut lines, &stats.counts);
    lines.end(format_args!("{} refunds in {} bytes", stats.counts.refunds, stats.journal_bytes))
}

fn counts(lines: &mut Lines, counts: &Counts) {
    for (status, count) in &counts.by_status {
        lines.add("refunds", format_args!("{count} {status}"));
    }
    for (status, count) in &counts.by_negotiation {
        lines.add("offers", format_args!("{count} {status}"));
    }
    lines.add("unsettled", counts.unsettled);
    lines.add("lines", counts.order_lines).add("sellers", counts.sellers).add("keys", counts.keys);
    for SellersShare { seller_id, records, journal_bytes } in &counts.largest_sellers {
        lines.add("largest", format_args!("{journal_bytes} bytes in {records} records about {seller_id}"));
    }
}
