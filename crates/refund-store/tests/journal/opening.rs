use std::io;
use std::path::Path;
use std::sync::Arc;

use refund_store::files::Files;
use refund_store::files::disk::{Disk, DiskError};
use refund_store::files::read_only::Use;
use refund_store::journal::{Checkpoint, FILE, Frame, Journal, JournalError, Torn, inspect};

use super::{FORMATS, Format, all, append, on_disk, open, sample, v1, written};

#[test]
fn a_journal_on_the_real_disk_is_there_when_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder");
    for batch in sample() {
        let disk = Disk::open(&path).unwrap();
        let mut journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
        append(&mut journal, &batch).unwrap();
        assert_eq!(std::fs::read(path.join(FILE)).unwrap().last(), Some(&0), "zeros stand ahead while it is open");
    }
    let disk = Disk::open(&path).unwrap();
    let opened = Journal::open(&disk, Checkpoint::START).unwrap();
    assert_eq!(opened.torn, None);
    assert_eq!(all(&opened.journal.reader()), sample().concat());
    assert_eq!(frames(&path.join(FILE)), written(&sample())[16..]);
}

#[test]
fn a_torn_tail_on_the_real_disk_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = written(&sample());
    std::fs::write(folder.path().join(FILE), &bytes[..bytes.len() - 1]).unwrap();
    let disk = Disk::open(folder.path()).unwrap();
    let mut opened = Journal::open(&disk, Checkpoint::START).unwrap();
    assert!(opened.torn.is_some());
    append(&mut opened.journal, &sample()[2]).unwrap();
    assert_eq!(frames(&folder.path().join(FILE)), bytes[16..]);
}

/// What stands between a journal's header and the zeros behind it.
fn frames(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[16..=end].to_vec()
}

/// Puts something that leads to the first at the second.
type Put = fn(&Path, &Path) -> io::Result<()>;

#[test]
fn a_folder_that_was_open_to_others_is_shut_and_a_link_in_one_that_they_could_write_to_is_not_followed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    std::fs::create_dir(&path).unwrap();
    let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    for open in [0o755, 0o770, 0o777] {
        set(open);
        drop(Disk::open(&path).unwrap());
        assert_eq!(mode(), 0o700, "{open:o}");
    }
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, "theirs").unwrap();
    std::fs::create_dir(path.join("view")).unwrap();
    let put: [(&str, Put); 3] = [
        ("journal", |from, to| std::os::unix::fs::symlink(from, to)),
        ("view/db", |from, to| std::os::unix::fs::symlink(from, to)),
        ("server.secret", |from, to| std::fs::hard_link(from, to)),
    ];
    for (name, link) in put {
        let there = path.join(name);
        link(&elsewhere, &there).unwrap();
        drop(Disk::open(&path).unwrap());
        set(0o777);
        let refused = Disk::open(&path).unwrap_err();
        assert!(matches!(&refused, DiskError::Planted { path } if *path == there), "{refused}");
        assert_eq!(mode(), 0o777, "refused means unchanged");
        std::fs::remove_file(there).unwrap();
        set(0o700);
    }
}

#[test]
fn a_folder_of_another_user_is_not_used() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    drop(Disk::open(&path).unwrap());
    // Only the machine's owner can give a folder away, and only they could use it then.
    let own = std::fs::metadata(&path).unwrap().uid();
    if chown(&path, Some(own + 1), None).is_ok() {
        let refused = Disk::open(&path).unwrap_err();
        assert!(matches!(&refused, DiskError::Foreign { owner, .. } if *owner == own + 1), "{refused}");
        chown(&path, Some(own), None).unwrap();
    }
    drop(Disk::open(&path).unwrap());
}

#[test]
fn a_folder_that_is_open_to_others_and_holds_other_things_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("www");
    std::fs::create_dir(&path).unwrap();
    let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
    set(0o1777);
    assert!(matches!(Disk::open(&path), Err(DiskError::Shared { .. })));
    assert_eq!(mode(), 0o1777);
    std::fs::write(path.join("index.html"), "").unwrap();
    set(0o755);
    assert!(matches!(Disk::open(&path), Err(DiskError::Shared { .. })));
    assert_eq!(mode(), 0o755);
    assert!(!path.join("lock").exists());
}

#[test]
fn a_folder_that_is_in_use_cannot_be_opened_until_its_last_file_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).unwrap();
    let file = disk.open("some file").unwrap();
    drop(disk);
    let refused = Disk::open(folder.path());
    assert!(matches!(refused, Err(DiskError::InUse { .. })));
    assert!(refused.unwrap_err().to_string().starts_with("another process uses the folder"));
    std::fs::remove_file(folder.path().join("lock")).unwrap();
    assert!(matches!(Use::of(folder.path()), Ok(Use::Somebody)), "somebody removed the file, and not the use");
    assert!(matches!(Disk::open(folder.path()), Err(DiskError::InUse { .. })), "two would write to one journal");
    drop(file);
    assert!(Disk::open(folder.path()).is_ok());
}

#[test]
fn a_file_on_the_real_disk_does_not_read_past_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = Disk::open(folder.path()).unwrap().open("file").unwrap();
    file.write_at(b"four", 0).unwrap();
    let error = file.read_at(&mut [0; 2], 3).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_file_of_a_newer_format_is_refused_with_both_versions() {
    let mut header = b"\xFEjournal\x07\0\0\0".to_vec();
    header.extend(crc32fast::hash(&header).to_le_bytes());
    let disk = on_disk(&header);
    let error = open(&disk).err().unwrap();
    assert!(matches!(error, JournalError::NewerVersion { found: 7 }));
    let message = error.to_string();
    assert!(message.contains("format version 7") && message.contains("up to version 4"));
    assert!(message.contains("use a newer program"));
    assert_eq!(disk.contents(FILE).unwrap(), header);
}

#[test]
fn what_is_not_a_journal_is_refused_and_left_alone() {
    for bytes in [&b"short"[..], b"sixteen bytes...", &b"Dear diary, ".repeat(99), &[0; 17]] {
        let disk = on_disk(bytes);
        let error = open(&disk).err().unwrap();
        assert!(matches!(error, JournalError::NotAJournal), "{error}");
        assert_eq!(disk.contents(FILE).unwrap(), bytes);
    }
}

#[test]
fn a_file_torn_while_it_was_created_is_begun_again() {
    let (header, older) = (written(&[]), v1::written(&[]));
    let parts = (0..header.len()).flat_map(|length| [&header[..length], &older[..length]]);
    let zeros = (0..=header.len()).map(|length| &[0; 16][..length]);
    for part in parts.chain(zeros) {
        let disk = on_disk(part);
        let opened = open(&disk).unwrap();
        let bytes = part.len() as u64;
        assert_eq!(opened.torn, (bytes > 0).then_some(Torn { at: 0, bytes }));
        assert_eq!(disk.contents(FILE).unwrap(), header);
    }
}

#[test]
fn a_journal_opens_from_any_of_its_checkpoints() {
    for format in FORMATS {
        check_checkpoints(format);
    }
}

fn check_checkpoints(format: Format) {
    let disk = on_disk(&format.written(&sample()));
    let journal = open(&disk).unwrap().journal;
    let bytes = disk.contents(FILE).unwrap();
    let (mut checkpoints, file) = (vec![Checkpoint::START], Arc::from(disk.open(FILE).unwrap()));
    let each = |frame: Frame<'_>| {
        checkpoints.push(frame.after);
        Ok::<_, JournalError>(())
    };
    inspect(&file, bytes.len() as u64, Checkpoint::START, each).unwrap();
    assert_eq!(checkpoints.last(), Some(&journal.checkpoint()));
    for (index, checkpoint) in checkpoints.into_iter().enumerate() {
        assert_eq!(Checkpoint::from_bytes(&checkpoint.to_bytes(), checkpoint.records()), Some(checkpoint));
        let again = Journal::open(&disk, checkpoint).unwrap().journal;
        assert_eq!(again.checkpoint(), journal.checkpoint());
        let rest = again.reader().read_from(checkpoint.next());
        let rest: Vec<_> = rest.map(|record| record.unwrap().1).collect();
        assert_eq!(rest, sample().split_off(index).concat());
    }
}

#[test]
fn a_checkpoint_that_the_journal_does_not_reach_or_know_is_refused_and_nothing_changes() {
    let bytes = written(&sample());
    let checkpoint = open(&on_disk(&bytes)).unwrap().journal.checkpoint();
    let mut other = sample();
    other[0][0][0] ^= 1;
    for bytes in [&[], &bytes[..bytes.len() - 1], &bytes[..100], &written(&other)] {
        let disk = on_disk(bytes);
        let error = Journal::open(&disk, checkpoint).err().unwrap();
        assert!(matches!(error, JournalError::WrongCheckpoint { .. }), "{error}");
        assert_eq!(disk.contents(FILE).unwrap(), bytes);
    }
    for byte in 0..48 {
        let mut wrong = checkpoint.to_bytes();
        wrong[byte] ^= 0x10;
        if let Some(wrong) = Checkpoint::from_bytes(&wrong, checkpoint.records()) {
            let refused = Journal::open(&on_disk(&bytes), wrong);
            assert!(matches!(refused, Err(JournalError::WrongCheckpoint { .. })), "{byte}");
        }
    }
    for records in [0, 1, checkpoint.records() - 1, checkpoint.records() + 1, u64::MAX] {
        let wrong = Checkpoint::from_bytes(&checkpoint.to_bytes(), records).unwrap();
        let refused = Journal::open(&on_disk(&bytes), wrong);
        assert!(matches!(refused, Err(JournalError::WrongCheckpoint { .. })), "{records} records");
    }
}
