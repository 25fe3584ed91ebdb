//! A disk in memory that forgets on a crash what was not synced.
//!
//! It is as unkind as a real one may be: unsynced bytes survive a crash in part, sectors are
//! written back out of order or not at all, a new file vanishes if its folder was not synced, and after a
//! failed sync the pages are dropped although reading still shows them.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AppendFile, Files};

/// The bytes that a disk writes as one: a crash keeps all of them or none.
pub const SECTOR: u64 = 512;

/// A disk in memory. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct SimulatedDisk {
    state: Arc<Mutex<State>>,
}

/// What of the unsynced bytes of every file outlives a crash. The default: nothing.
#[derive(Debug, Clone, Default)]
pub struct Crash {
    /// How many bytes are kept, counted from the first unsynced one. Within the length that the file had, all of a
    /// sector is kept or nothing.
    pub keep: u64,
    /// Which sectors of the kept bytes were never written and read as they did before, or as zeros behind the end
    /// that the file had. 0 is the sector in which the first unsynced byte stands.
    pub lost_sectors: Vec<u64>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Contents>,
    /// Counts the crashes. A handle from before the last one is dead.
    life: u64,
    /// Counts down to the failure, and says how many bytes are written before it.
    write_failures: Vec<(u64, usize)>,
    sync_failures: Vec<u64>,
    capacity: Option<u64>,
    zeros_ahead: usize,
    space_left: Option<u64>,
    /// How many more changes succeed before the power is cut.
    power: Option<u64>,
}

#[derive(Debug, Default)]
struct Contents {
    /// What reading shows.
    cached: Vec<u8>,
    /// What is on the platter.
    synced: Vec<u8>,
    /// How many first bytes both have in common: all, unless something is not synced.
    common: usize,
    /// The least length that the file was cut to since it was synced.
    cut: Option<usize>,
    /// Whether the folder's entry for the file is on the platter.
    linked: bool,
    /// What a failed sync dropped: it is shown, but no later sync writes it, so that this stays on the platter.
    dropped: Vec<(Range<usize>, Vec<u8>)>,
}

impl SimulatedDisk {
    /// An empty disk without limit, on which nothing fails.
    #[must_use]
    pub fn new() -> SimulatedDisk {
        SimulatedDisk::default()
    }

    /// Puts a file on the disk, durably, in place of what was there.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let contents = Contents {
            cached: bytes.to_vec(),
            synced: bytes.to_vec(),
            common: bytes.len(),
            linked: true,
            ..Contents::default()
        };
        self.state().files.insert(name.to_owned(), contents);
    }

    /// What reading the file shows now, or `None` if there is no such file.
    #[must_use]
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        self.state().files.get(name).map(|file| file.cached.clone())
    }

    /// Stops the machine and starts it again. Every open file is dead from now on; failures
    /// that were ordered and not met are forgotten, the capacity stays.
    pub fn crash(&self, crash: &Crash) {
        let mut state = self.state();
        state.life = state.life.wrapping_add(1);
        state.write_failures.clear();
        state.sync_failures.clear();
        state.power = None;
        state.files.retain(|_, file| file.linked);
        for file in state.files.values_mut() {
            file.crash(crash);
        }
    }

    /// The `nth` write from now (1: the next one) fails after writing `written` bytes.
    pub fn fail_write(&self, nth: u64, written: usize) {
        self.state().write_failures.push((nth, written));
    }

    /// Has each journal fill its file with so many zeros ahead. 0, as it is at first: none does.
    pub fn set_zeros_ahead(&self, zeros: usize) {
        self.state().zeros_ahead = zeros;
    }

    /// The `nth` sync of a file from now (1: the next one) fails.
    pub fn fail_sync(&self, nth: u64) {
        self.state().sync_failures.push(nth);
    }

    /// The disk is full once all files together have this many bytes. `None`: never.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state().capacity = bytes;
    }

    /// What the disk says of how much can still be written. `None`: as much as anyone wants.
    pub fn set_space_left(&self, bytes: Option<u64>) {
        self.state().space_left = bytes;
    }

    /// Lets `changes` more writes, syncs (also of the folder) and truncations succeed; after
    /// them each one fails and changes nothing, until [`crash`](SimulatedDisk::crash).
    pub fn cut_power_after(&self, changes: u64) {
        self.state().power = Some(changes);
    }

    /// A panic in a test while the lock was held must not hide the failure behind another.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for SimulatedDisk {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let mut state = self.state();
        state.files.entry(name.to_owned()).or_default();
        Ok(Box::new(SimulatedFile { disk: self.clone(), name: name.to_owned(), life: state.life }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        let mut state = self.state();
        state.use_power()?;
        for file in state.files.values_mut() {
            file.linked = true;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    name: String,
    life: u64,
}

impl SimulatedFile {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        if state.life != self.life {
            return Err(io::Error::other("the simulated machine has crashed"));
        }
        act(&mut state)
    }
}

impl AppendFile for SimulatedFile {
    fn space_left(&self) -> io::Result<u64> {
        self.with(|state| Ok(state.space_left.unwrap_or(u64::MAX)))
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.with(|state| {
            state.use_power()?;
            let offset = index(offset);
            let within = state.file(&self.name)?.cached.len().checked_sub(offset).ok_or(ErrorKind::InvalidInput)?;
            let (room, failure) = state.room(bytes.len(), within);
            state.file(&self.name)?.write(bytes.get(..room).unwrap_or(bytes), offset);
            failure.map_or(Ok(()), |kind| Err(io::Error::from(kind)))
        })
    }

    fn zeros_ahead(&self) -> usize {
        self.disk.state().zeros_ahead
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state| {
            state.use_power()?;
            let fails = due(&mut state.sync_failures, |nth| nth).is_some();
            let file = state.file(&self.name)?;
            if fails {
                file.drop_unsynced();
                return Err(io::Error::other("simulated failure of a sync"));
            }
            file.sync();
            Ok(())
        })
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.with(|state| {
            let start = index(offset);
            let bytes = state
                .file(&self.name)?
                .cached
                .get(start..start.saturating_add(buffer.len()))
                .ok_or(ErrorKind::UnexpectedEof)?;
            buffer.copy_from_slice(bytes);
            Ok(())
        })
    }

    fn length(&self) -> io::Result<u64> {
        self.with(|state| Ok(state.file(&self.name)?.cached.len() as u64))
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.with(|state| {
            state.use_power()?;
            let length = index(length);
            state.file(&self.name)?.cut(length);
            Ok(())
        })
    }
}

impl State {
    fn file(&mut self, name: &str) -> io::Result<&mut Contents> {
        self.files.get_mut(name).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn use_power(&mut self) -> io::Result<()> {
        match &mut self.power {
            None => Ok(()),
            Some(0) => Err(io::Error::other("the simulated power is cut")),
            Some(left) => {
                *left = left.saturating_sub(1);
                Ok(())
            }
        }
    }

    /// How much of a write of `bytes` is done, of which so many stand within the file, and how it fails if it does.
    fn room(&mut self, bytes: usize, within: usize) -> (usize, Option<ErrorKind>) {
        if let Some((_, written)) = due(&mut self.write_failures, |(nth, _)| nth) {
            return (written.min(bytes), Some(ErrorKind::Other));
        }
        let used: u64 = self.files.values().map(|f| f.cached.len() as u64).sum();
        let free = self.capacity.map_or(usize::MAX, |all| index(all.saturating_sub(used)));
        let room = free.saturating_add(within);
        if room < bytes { (room, Some(ErrorKind::StorageFull)) } else { (bytes, None) }
    }
}

impl Contents {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        put(&mut self.cached, bytes, offset);
        self.common = self.common.min(offset);
        // What is written again is not dropped any more.
        for (range, _) in &mut self.dropped {
            range.end = range.end.min(offset.max(range.start));
        }
    }

    fn cut(&mut self, length: usize) {
        self.cached.truncate(length);
        self.common = self.common.min(length);
        self.cut = Some(self.cut.map_or(length, |cut| cut.min(length)));
        for (range, _) in &mut self.dropped {
            range.end = range.end.min(length);
        }
    }

    fn sync(&mut self) {
        self.write_back(usize::MAX);
        for (range, older) in &self.dropped {
            let older = older.iter().copied().chain(std::iter::repeat(0));
            for (byte, older) in self.synced.get_mut(range.clone()).unwrap_or_default().iter_mut().zip(older) {
                *byte = older;
            }
        }
    }

    fn drop_unsynced(&mut self) {
        let older = self.synced.get(self.common..).unwrap_or_default().to_vec();
        self.dropped.push((self.common..self.cached.len(), older));
    }

    /// Brings the platter up to date but for what follows the first `limit` unsynced bytes.
    fn write_back(&mut self, limit: usize) {
        if let Some(cut) = self.cut.take() {
            self.synced.truncate(cut);
        }
        let mut end = self.common.saturating_add(limit).min(self.cached.len());
        if end < self.synced.len() {
            end = end.next_multiple_of(index(SECTOR)).min(self.cached.len());
        }
        put(&mut self.synced, self.cached.get(self.common..end).unwrap_or_default(), self.common);
        self.common = end;
    }

    fn crash(&mut self, crash: &Crash) {
        let unsynced = self.common;
        // Nothing kept: a cut that was not synced is forgotten too.
        if crash.keep > 0 {
            let before = self.synced.get(..self.cut.unwrap_or(usize::MAX)).unwrap_or(&self.synced).to_vec();
            self.write_back(index(crash.keep));
            let first = (unsynced as u64).checked_div(SECTOR).unwrap_or(0);
            for lost in &crash.lost_sectors {
                let start = first.saturating_add(*lost).saturating_mul(SECTOR);
                let end = index(start.saturating_add(SECTOR)).min(self.synced.len());
                let older = before.iter().copied().chain(std::iter::repeat(0));
                let bytes = self.synced.get_mut(..end).unwrap_or_default();
                for (byte, older) in bytes.iter_mut().zip(older).skip(index(start).max(unsynced)) {
                    *byte = older;
                }
            }
        }
        self.cached.clone_from(&self.synced);
        self.common = self.synced.len();
        self.cut = None;
        self.dropped.clear();
    }
}

/// Puts bytes in the place of others, and on behind their end.
fn put(within: &mut Vec<u8>, bytes: &[u8], offset: usize) {
    let end = offset.saturating_add(bytes.len());
    if within.len() < end {
        within.resize(end, 0);
    }
    if let Some(place) = within.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}

/// Counts one step down in every entry, and takes out the one that has come to its turn.
fn due<T: Copy>(failures: &mut Vec<T>, nth: impl Fn(&mut T) -> &mut u64) -> Option<T> {
    let mut found = None;
    failures.retain_mut(|failure| {
        let left = nth(failure);
        *left = left.saturating_sub(1);
        let now = *left == 0;
        if now {
            found = Some(*failure);
        }
        !now
    });
    found
}

/// An offset as an index in memory; one that is too large is past every end.
fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
