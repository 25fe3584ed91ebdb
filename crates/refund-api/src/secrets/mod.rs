//! What is kept under the data folder for the owner's eyes alone.

pub(crate) mod buyer_link;
pub(crate) mod cursor;
mod keyed;
pub(crate) mod sealed_place;

use std::io::{self, Write};
use std::path::Path;

use data_encoding::HEXLOWER;
use tempfile::NamedTempFile;

pub(crate) use self::keyed::{key, keyed};
use crate::machine::entropy;

/// The server's own secret.
pub(crate) const SERVER: &str = "server.secret";
/// The first operator's key.
pub(crate) const OPERATOR_KEY: &str = "operator.key";

/// The server's own secret, of which links and cursors are made; made at the first start.
pub(crate) fn server_secret(folder: &Path) -> io::Result<[u8; 32]> {
    let path = folder.join(SERVER);
    secret(&path, &kept(&path, || HEXLOWER.encode(&entropy::bytes::<32>()))?)
}

/// The secret in a file that is there: all servers of a store have the same, so that none makes one for itself.
pub(crate) fn secret_in(path: &Path) -> io::Result<[u8; 32]> {
    secret(path, &read(path)?)
}

fn secret(path: &Path, text: &str) -> io::Result<[u8; 32]> {
    let broken = || io::Error::other(format!("{} does not hold a secret of 64 hexadecimal digits", path.display()));
    let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| broken())?;
    bytes.try_into().map_err(|_| broken())
}

/// The text in a file, without the end of its line.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    // A pipe would be waited for without end.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other(format!("{} is no file", path.display())));
    }
    Ok(std::fs::read_to_string(path)?.trim().to_owned())
}

/// The text in a file; where there is none, the text that is made is written first. Of several who do it at once all
/// have the text of one.
pub(crate) fn kept(path: &Path, make: impl FnOnce() -> String) -> io::Result<String> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match written(path, &make())?.persist_noclobber(path) {
                Err(other) if other.error.kind() == io::ErrorKind::AlreadyExists => {}
                put => drop(put?),
            }
            sync_name(path)?;
            read(path)
        }
        read => read,
    }
}

/// Writes a file that only its owner can read: whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    written(path, text)?.persist(path)?;
    sync_name(path)
}

/// The text in a file beside the place where it is to be.
fn written(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut part = tempfile::Builder::new().suffix(".part").tempfile_in(folder_of(path))?;
    part.write_all(text.as_bytes())?;
    part.write_all(b"\n")?;
    part.as_file().sync_all()?;
    Ok(part)
}

/// Makes the name durable too: what was made from a secret outlives the secret otherwise.
fn sync_name(path: &Path) -> io::Result<()> {
    std::fs::File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn what_is_no_file_holds_no_secret_and_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SERVER);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let refused = server_secret(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("is no file"), "{refused}");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(server_secret(folder.path()).unwrap(), server_secret(folder.path()).unwrap());
    }
}
