//! A disk in memory that forgets on a crash what was not synced.
//!
//! It is as unkind as a real one may be: unsynced bytes survive a crash in part, sectors are
//! written back out of order, a new file vanishes if its folder was not synced, and after a
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
    /// How many unsynced bytes are kept, counted from the first. If any is, so is what was written over
    /// synced ones.
    pub keep: u64,
    /// Which sectors of the kept bytes were never written and read as zeros. 0 is the sector in
    /// which the first unsynced byte stands; synced bytes in it are not touched.
    pub lost_sectors: Vec<u64>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Contents>,
    /// Counts the crashes. A handle from before the last one is dead.
    life: u64,
    /// Counts down to the failure, and says how many bytes are written before it.
    append_failures: Vec<(u64, usize)>,
    sync_failures: Vec<u64>,
    capacity: Option<u64>,
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
    /// How many first bytes both have in common: all of `synced`, unless the file was cut.
    common: usize,
    /// Whether the folder's entry for the file is on the platter.
    linked: bool,
    /// What was written over synced bytes, and where.
    overwritten: Vec<(usize, Vec<u8>)>,
    /// What a failed sync dropped: it is shown, but no later sync writes it.
    dropped: Vec<Range<usize>>,
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
        state.append_failures.clear();
        state.sync_failures.clear();
        state.power = None;
        state.files.retain(|_, file| file.linked);
        for file in state.files.values_mut() {
            file.crash(crash);
        }
    }

    /// The `nth` append from now (1: the next one) fails after writing `written` bytes.
    pub fn fail_append(&self, nth: u64, written: usize) {
        self.state().append_failures.push((nth, written));
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

    /// Lets `changes` more appends, syncs (also of the folder) and truncations succeed; after
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

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.with(|state| {
            state.use_power()?;
            let (room, failure) = state.room(bytes.len());
            state.file(&self.name)?.cached.extend(bytes.iter().take(room));
            failure.map_or(Ok(()), |kind| Err(io::Error::from(kind)))
        })
    }

    fn overwrite(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.with(|state| {
            state.use_power()?;
            state.file(&self.name)?.overwrite(bytes, index(offset))
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state| {
            state.use_power()?;
            let fails = due(&mut state.sync_failures, |nth| nth).is_some();
            let file = state.file(&self.name)?;
            if fails {
                file.overwritten.clear();
                file.dropped.push(file.common..file.cached.len());
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
            let file = state.file(&self.name)?;
            file.cached.truncate(length);
            file.common = file.common.min(length);
            for range in &mut file.dropped {
                range.end = range.end.min(length);
            }
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

    /// How much of an append of `bytes` is written, and how it fails if it does.
    fn room(&mut self, bytes: usize) -> (usize, Option<ErrorKind>) {
        if let Some((_, written)) = due(&mut self.append_failures, |(nth, _)| nth) {
            return (written.min(bytes), Some(ErrorKind::Other));
        }
        let used: u64 = self.files.values().map(|f| f.cached.len() as u64).sum();
        let free = self.capacity.map_or(usize::MAX, |all| index(all.saturating_sub(used)));
        if free < bytes { (free, Some(ErrorKind::StorageFull)) } else { (bytes, None) }
    }
}

impl Contents {
    fn overwrite(&mut self, bytes: &[u8], offset: usize) -> io::Result<()> {
        replace(&mut self.cached, bytes, offset).ok_or(ErrorKind::UnexpectedEof)?;
        self.overwritten.push((offset, bytes.to_vec()));
        Ok(())
    }

    fn sync(&mut self) {
        self.write_back(usize::MAX);
        for range in &self.dropped {
            if let Some(bytes) = self.synced.get_mut(range.clone()) {
                bytes.fill(0);
            }
        }
    }

    /// Brings the platter up to date but for what follows the first `limit` unsynced bytes.
    fn write_back(&mut self, limit: usize) {
        self.synced.truncate(self.common);
        let new = self.cached.iter().skip(self.common).take(limit);
        self.synced.extend(new);
        self.common = self.synced.len();
        for (offset, bytes) in self.overwritten.drain(..) {
            // What stands behind the end that is kept was not synced, and goes with it.
            let _ = replace(&mut self.synced, &bytes, offset);
        }
    }

    fn crash(&mut self, crash: &Crash) {
        let unsynced = self.common;
        // Nothing kept: a cut that was not synced is forgotten too.
        if crash.keep > 0 {
            self.write_back(index(crash.keep));
        }
        let first = (unsynced as u64).checked_div(SECTOR).unwrap_or(0);
        for lost in &crash.lost_sectors {
            let start = first.saturating_add(*lost).saturating_mul(SECTOR);
            let end = index(start.saturating_add(SECTOR)).min(self.synced.len());
            if let Some(bytes) = self.synced.get_mut(index(start).max(unsynced)..end) {
                bytes.fill(0);
            }
        }
        self.cached.clone_from(&self.synced);
        self.common = self.synced.len();
        self.overwritten.clear();
        self.dropped.clear();
    }
}

/// Puts bytes in the place of others, which have to be there.
fn replace(within: &mut [u8], bytes: &[u8], offset: usize) -> Option<()> {
    within.get_mut(offset..offset.saturating_add(bytes.len()))?.copy_from_slice(bytes);
    Some(())
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
