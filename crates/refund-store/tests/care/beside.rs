//! What a server erases beside a tool that reads its journal: between any two reads of the tool, and while it reads.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use refund_core::{ErasedBecause, Erasing};
use refund_store::care::copy_journal;
use refund_store::files::simulated::SimulatedDisk;
use refund_store::files::{AppendFile, Files};
use refund_store::journal::{
    Checkpoint, Ending, FILE, FILE_HEADER, Journal, JournalError, NewRecord, NewStandIn, Stamp, inspect,
};
use refund_store::{Request, Work};

use super::*;

const SECRET: &[u8] = b"the buyer lives at 12 Canary Lane";

/// A journal that becomes another between two reads, by the number of the read.
struct Beside {
    disk: SimulatedDisk,
    file: Box<dyn AppendFile>,
    reads: AtomicUsize,
    becomes: Vec<(usize, Vec<u8>)>,
}

impl Beside {
    fn new(before: &[u8], becomes: Vec<(usize, Vec<u8>)>) -> Arc<Self> {
        let disk = SimulatedDisk::new();
        disk.put(FILE, before);
        let file = disk.open(FILE).unwrap();
        Arc::new(Self { disk, file, reads: AtomicUsize::new(0), becomes })
    }
}

impl AppendFile for Beside {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let number = self.reads.fetch_add(1, Ordering::Relaxed);
        for (_, bytes) in self.becomes.iter().filter(|(at, _)| *at == number) {
            self.disk.put(FILE, bytes);
        }
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn space_left(&self) -> io::Result<u64> {
        self.file.space_left()
    }
}

/// A journal with two secrets, before and after both are erased, and after that once more.
struct Story {
    /// After the first half, with one of the secrets.
    half: Checkpoint,
    /// How long it was before anything was erased.
    length: u64,
    states: Vec<Vec<u8>>,
    /// Where the secrets stand.
    secrets: Vec<Range<usize>>,
}

fn record(payload: &[u8]) -> NewRecord<'_> {
    NewRecord { epoch: 7, salt: [3; 16], payload }
}

fn told_twice() -> Story {
    let disk = SimulatedDisk::new();
    let mut journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
    let (long, mut of, mut secrets) = (vec![9; 200 << 10], Vec::new(), Vec::new());
    let mut half = Checkpoint::START;
    for _ in 0..2 {
        journal.append(&[record(&long)]).unwrap();
        let at = journal.append(&[record(b"one"), record(SECRET), record(b"three")]).unwrap();
        let (begins, ends) = (u64::from(at[1]) as usize, u64::from(at[2]) as usize);
        secrets.push(begins..ends);
        of.push((at[1], journal.checkpoint().records() - 1));
        journal.append(&[record(&long)]).unwrap();
        if half == Checkpoint::START {
            half = journal.checkpoint();
        }
    }
    let mut states = vec![disk.contents(FILE).unwrap()];
    for left in [&b"somebody in Canary Lane"[..], b"somebody"] {
        let mut batch = journal.batch();
        let stamp = |number| Stamp { number, epoch: 7 };
        let stands =
            of.iter().map(|(of, number)| NewStandIn { of: *of, stamp: stamp(*number), salt: [4; 16], payload: left });
        batch.push_erasing(record(b"erased, and why"), &stands.collect::<Vec<_>>()).unwrap();
        batch.commit().unwrap();
        states.push(disk.contents(FILE).unwrap());
    }
    Story { half, length: states[0].len() as u64, states, secrets }
}

fn whole(bytes: &[u8]) -> Checkpoint {
    let file: Arc<dyn AppendFile> = Beside::new(bytes, Vec::new());
    let found = inspect(&file, bytes.len() as u64, Checkpoint::START, |_| Ok::<_, JournalError>(())).unwrap();
    assert_eq!((found.ending, found.good.length()), (Ending::Whole, bytes.len() as u64));
    found.good
}

/// Looks at the journal and copies what follows `from`, while it becomes others.
fn check(story: &Story, from: Checkpoint, becomes: &[(usize, Vec<u8>)]) -> usize {
    let before = &story.states[0];
    let length = before.len() as u64;
    let file: Arc<dyn AppendFile> = Beside::new(before, becomes.to_vec());
    let found = inspect(&file, length, from, |_| Ok::<_, JournalError>(())).unwrap();
    assert!(!matches!(found.ending, Ending::Damaged { .. }), "{found:?}");
    let beside = Beside::new(before, becomes.to_vec());
    let (file, disk): (Arc<dyn AppendFile>, _) = (beside.clone(), SimulatedDisk::new());
    disk.put(FILE, &before[..if from == Checkpoint::START { 0 } else { from.length() as usize }]);
    let copy = disk.open(FILE).unwrap();
    let copied = copy_journal(&file, length, &*copy, from, Path::new("the copy"), &Watcher::nobody()).unwrap();
    let held = disk.contents(FILE).unwrap();
    assert!(!matches!(copied.ending, Ending::Damaged { .. }), "{copied:?}");
    assert_eq!(copied.after, whole(&held));
    let holds_secret = held.windows(SECRET.len()).any(|window| window == SECRET);
    assert_eq!(
        holds_secret,
        copied.after.length() == story.length,
        "erased in the copy too, once it has what tells of it"
    );
    assert!(!holds_secret || before[FILE_HEADER..].starts_with(&held[FILE_HEADER..]), "but for the version");
    assert!(holds_secret || held[8] == 4, "a program of before is told by the version");
    beside.reads.load(Ordering::Relaxed)
}

/// The journal while these records are written over: a first part is, or a last one.
fn torn(story: &Story, part: usize, is_first: bool) -> Vec<u8> {
    let (before, mut torn) = (&story.states[0], story.states[1].clone());
    for secret in &story.secrets {
        let cut = secret.start + part.min(secret.len());
        let old = if is_first { cut..secret.end } else { secret.start..cut };
        torn[old.clone()].copy_from_slice(&before[old]);
    }
    torn
}

#[test]
fn what_is_erased_between_two_reads_is_no_damage_and_its_stand_in_is_in_the_copy() {
    let story = told_twice();
    for from in [Checkpoint::START, story.half] {
        let reads = check(&story, from, &[]);
        for at in 0..reads {
            for later in [at, at + 1, at + 2, at + 5, reads, reads + 4] {
                check(&story, from, &[(at, story.states[1].clone()), (later, story.states[2].clone())]);
            }
        }
    }
}

#[test]
fn what_is_written_over_while_it_is_read_is_no_damage() {
    let story = told_twice();
    for from in [Checkpoint::START, story.half] {
        let reads = check(&story, from, &[]);
        for at in 0..reads {
            for part in [1, 2, 4, 30, 70, 90] {
                for is_first in [true, false] {
                    let torn = torn(&story, part, is_first);
                    check(&story, from, &[(at, torn), (at + 1, story.states[1].clone())]);
                }
            }
        }
    }
}

#[test]
fn a_frame_that_was_half_written_when_the_length_was_taken_is_read_as_a_whole() {
    let mut story = told_twice();
    let (before, after) = (story.states[0].clone(), story.states[1].clone());
    for part in [1, 40, 70, 200] {
        let rest = before.len()..before.len() + part;
        story.states[0] = [&before[..], &after[rest]].concat();
        for from in [Checkpoint::START, story.half] {
            for at in 0..check(&story, from, &[]) {
                check(&story, from, &[(at, after.clone())]);
            }
        }
    }
}

#[test]
fn what_no_stand_in_is_of_is_damage_beside_a_server_too() {
    let story = told_twice();
    let mut damaged = story.states[1].clone();
    damaged[story.secrets[0].start - 1] ^= 1;
    for at in 0..check(&story, Checkpoint::START, &[]) {
        let beside = Beside::new(&damaged, vec![(at, damaged.clone())]);
        let file: Arc<dyn AppendFile> = beside;
        let found = inspect(&file, damaged.len() as u64, Checkpoint::START, |_| Ok::<_, JournalError>(())).unwrap();
        assert!(matches!(found.ending, Ending::Damaged { .. }), "{found:?}");
    }
}

#[test]
fn a_backup_that_was_interrupted_once_it_had_erased_is_restored_as_far_as_it_goes() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(folder.path());
    story::tell(&opened.store);
    story::do_it(&opened.store, story::open_refund("erased"));
    let to = place.path().join("backup");
    let back_up = || care::back_up(folder.path(), &to, &[], story::start(), &Watcher::nobody()).unwrap();
    back_up();
    let before = std::fs::read(to.join(care::MANIFEST)).unwrap();
    let erasing = Erasing { what: None, because: ErasedBecause::Law, reason: "a court".parse().unwrap() };
    let work = Work::Erase { refund_id: "erased".parse().unwrap(), erasing };
    story::do_it(&opened.store, Request::new(story::operator(), work));
    back_up();
    std::fs::write(to.join(care::MANIFEST), before).unwrap();
    let restored = place.path().join("restored");
    restore(&to, &restored, &[]).unwrap();
    assert!(seen(&restored) == story::see(&opened.store).restored());
    assert!(!verify(&restored).unwrap().is_damaged());
}
