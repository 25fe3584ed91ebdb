use proptest::collection::vec;
use proptest::prelude::*;

use refund_store::files::Files;
use refund_store::files::simulated::{Crash, SimulatedDisk};
use refund_store::journal::{FILE, JournalError, Torn};

use super::{FORMATS, Format, all, append, on_disk, open, sample, v1};

/// The journal without its last frame, and that frame.
fn last_frame_apart(format: Format, batches: &[Vec<Vec<u8>>]) -> (Vec<u8>, Vec<u8>) {
    let (_, before) = batches.split_last().unwrap();
    let before = format.before_the_last(before);
    let mut whole = format.written(batches);
    let frame = whole.split_off(before.len());
    // The header too: it was raised before the frame was begun.
    (whole, frame)
}

/// Writes the frame, crashes before it is synced, and checks what the next opening finds: at the file's end, over
/// zeros that end with it or in the middle of it, and over more zeros than it has bytes.
fn check_crash(before: &[u8], frame: &[u8], crash: &Crash) {
    check_crash_over(0, before, frame, crash);
    // A sector of zeros is written over as a whole or not at all: other places than these make no difference.
    if crash.keep % 128 == 1 || crash.keep >= frame.len() as u64 {
        for ahead in [1, frame.len() / 2, frame.len() + 1000] {
            check_crash_over(ahead, before, frame, crash);
        }
    }
}

fn check_crash_over(ahead: usize, before: &[u8], frame: &[u8], crash: &Crash) {
    let filled = [before, &vec![0; ahead]].concat();
    let disk = on_disk(&filled);
    disk.open(FILE).unwrap().write_at(frame, before.len() as u64).unwrap();
    disk.crash(crash);
    let left = disk.contents(FILE).unwrap();
    let opened = open(&disk).unwrap_or_else(|error| panic!("{crash:?}: {error}"));
    let behind = &left[before.len()..];
    if behind.strip_prefix(frame).is_some_and(|zeros| zeros.iter().all(|byte| *byte == 0)) {
        assert_eq!((opened.torn, all(&opened.journal.reader()).is_empty()), (None, false), "{ahead} {crash:?}");
        assert_eq!(opened.journal.checkpoint().length(), (before.len() + frame.len()) as u64, "{ahead} {crash:?}");
        return;
    }
    assert_eq!(opened.journal.checkpoint().length(), before.len() as u64, "{ahead} {crash:?}");
    let Some(last) = behind.iter().rposition(|byte| *byte != 0) else {
        assert_eq!((opened.torn, disk.contents(FILE).unwrap()), (None, left), "{ahead} {crash:?}");
        return;
    };
    let at = before.len() as u64;
    let bytes = (before.len() + last + 1).next_multiple_of(512).min(left.len()) as u64 - at;
    assert_eq!(opened.torn, Some(Torn { at, bytes }), "{ahead} {crash:?}");
    assert_eq!(disk.contents(FILE).unwrap(), before, "{ahead} {crash:?}");
}

#[test]
fn every_crash_during_an_append_leaves_exactly_the_batches_before_it() {
    for format in FORMATS {
        check_every_crash(format);
    }
}

fn check_every_crash(format: Format) {
    let mut batches = sample();
    let (before, frame) = last_frame_apart(format, &batches);
    for keep in 0..=frame.len() as u64 {
        for lost in 0..1_u64 << frame.len().div_ceil(512).min(4) {
            let lost_sectors = (0..6).filter(|sector| lost >> sector & 1 == 1).collect();
            check_crash(&before, &frame, &Crash { keep, lost_sectors });
        }
    }
    // The same wherever in a sector the frame begins.
    for shift in 0..512 {
        batches[0][1] = vec![7; shift];
        let (before, frame) = last_frame_apart(format, &batches);
        for lost in 0..16_u64 {
            let lost_sectors = (0..6).filter(|sector| lost >> sector & 1 == 1).collect();
            let keep = frame.len() as u64;
            check_crash(&before, &frame, &Crash { keep, lost_sectors });
        }
    }
}

#[test]
fn a_crash_while_the_journal_is_created_leaves_one_that_can_be_opened() {
    for (changes, keep) in (0..6).flat_map(|changes| (0..=16).map(move |keep| (changes, keep))) {
        for zeros in [0, 600] {
            let disk = SimulatedDisk::new();
            disk.set_zeros_ahead(zeros);
            disk.cut_power_after(changes);
            let opened = open(&disk);
            assert_eq!(opened.is_ok(), changes >= 4);
            let lost_sectors = if keep % 2 == 0 { vec![] } else { vec![0] };
            disk.crash(&Crash { keep, lost_sectors });
            let mut journal = open(&disk).unwrap().journal;
            append(&mut journal, &sample()[0]).unwrap();
            disk.crash(&Crash::default());
            assert_eq!(all(&open(&disk).unwrap().journal.reader()), sample()[0]);
        }
    }
}

#[test]
fn what_an_opening_reports_outlives_a_crash_though_a_killed_process_had_not_synced_it() {
    let (before, frame) = last_frame_apart(Format::New, &sample());
    let disk = on_disk(&before);
    disk.open(FILE).unwrap().write_at(&frame, before.len() as u64).unwrap();
    let reader = open(&disk).unwrap().journal.reader();
    assert_eq!(all(&reader), sample().concat());
    disk.crash(&Crash::default());
    assert_eq!(all(&open(&disk).unwrap().journal.reader()), sample().concat());
}

#[test]
fn after_a_failed_sync_nothing_is_accepted_and_a_restart_believes_only_the_disk() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    append(&mut journal, &sample()[0]).unwrap();
    disk.fail_sync(1);
    let unsure = append(&mut journal, &sample()[1]).unwrap_err();
    assert!(matches!(unsure, JournalError::Unsure { .. }));
    let refused = append(&mut journal, &sample()[1]).unwrap_err();
    assert!(matches!(refused, JournalError::Stopped));
    assert!(refused.to_string().contains("restart"));
    assert_eq!(all(&journal.reader()), sample()[0]);
    // A new process on the same machine, which crashes later.
    let mut journal = open(&disk).unwrap().journal;
    append(&mut journal, &sample()[2]).unwrap();
    disk.crash(&Crash::default());
    let expected = [sample().remove(0), sample().remove(2)].concat();
    assert_eq!(all(&open(&disk).unwrap().journal.reader()), expected);
}

#[test]
fn a_handle_from_before_a_crash_is_dead() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    disk.crash(&Crash::default());
    assert!(append(&mut journal, &sample()[0]).is_err());
    assert!(open(&disk).is_ok());
}

fn payloads() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        (0..2000_usize).prop_map(|length| vec![0; length]),
        vec(any::<u8>(), 400..1200),
    ]
}

/// One life of a process: what it appends, after how many changes the power is cut, and what
/// the crash leaves.
fn life() -> impl Strategy<Value = (Vec<Vec<Vec<u8>>>, u64, Crash)> {
    let batches = vec(vec(payloads(), 1..4), 0..6);
    let keep = prop_oneof![Just(0), 0..4000_u64, Just(u64::MAX)];
    let crash = (keep, vec(0..8_u64, 0..4));
    let crash = crash.prop_map(|(keep, lost_sectors)| Crash { keep, lost_sectors });
    (batches, 0..16_u64, crash)
}

proptest! {
    #[test]
    fn through_any_crashes_every_acknowledged_record_is_there_in_order_and_no_batch_is_half(
        older in proptest::option::of(vec(vec(payloads(), 1..4), 0..3)),
        zeros in prop_oneof![Just(0), 1..6000_usize],
        lives in vec(life(), 1..6)
    ) {
        let disk = SimulatedDisk::new();
        disk.set_zeros_ahead(zeros);
        let mut acknowledged: Vec<Vec<u8>> = Vec::new();
        if let Some(batches) = older {
            disk.put(FILE, &v1::written(&batches));
            acknowledged = batches.concat();
        }
        let mut unsure: Vec<Vec<u8>> = Vec::new();
        for (batches, power, crash) in lives {
            disk.cut_power_after(power);
            match open(&disk) {
                Ok(opened) => {
                    let mut journal = opened.journal;
                    let found = all(&journal.reader());
                    if found.len() > acknowledged.len() {
                        acknowledged.append(&mut unsure);
                    }
                    prop_assert_eq!(&found, &acknowledged);
                    unsure.clear();
                    for batch in batches {
                        if append(&mut journal, &batch).is_err() {
                            unsure = batch;
                            break;
                        }
                        acknowledged.extend(batch);
                    }
                }
                Err(error) => prop_assert!(matches!(error, JournalError::Io { .. }), "{}", error),
            }
            disk.crash(&crash);
        }
        let found = all(&open(&disk).unwrap().journal.reader());
        if found.len() > acknowledged.len() {
            acknowledged.append(&mut unsure);
        }
        prop_assert_eq!(&found, &acknowledged);
        prop_assert_eq!(open(&disk).unwrap().journal.checkpoint().records(), found.len() as u64);
    }
}
