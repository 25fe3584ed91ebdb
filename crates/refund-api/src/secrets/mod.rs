//! What is kept under the data folder for the owner's eyes alone.

pub(crate) mod buyer_link;
pub(crate) mod cursor;
mod keyed;
pub(crate) mod sealed_place;

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use data_encoding::HEXLOWER;

pub(crate) use self::keyed::{key, keyed};
use crate::machine::entropy;

/// The server's own secret.
pub(crate) const SERVER: &str = "server.secret";
/// The first operator's key.
pub(crate) const OPERATOR_KEY: &str = "operator.key";

/// The server's own secret, of which links and cursors are made; made at the first start.
///
/// # Errors
/// An [`io::Error`] where the file can't be read or written, or holds something else.
pub(crate) fn server_secret(folder: &Path) -> io::Result<[u8; 32]> {
    let path = folder.join(SERVER);
    let broken = || io::Error::other(format!("{} does not hold a secret of 64 hexadecimal digits", path.display()));
    let text = kept(&path, || HEXLOWER.encode(&entropy::bytes::<32>()))?;
    let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| broken())?;
    bytes.try_into().map_err(|_| broken())
}

/// The text in a file; where there is none, the text that is made is written first.
///
/// # Errors
/// An [`io::Error`] where the file can't be read or written.
pub(crate) fn kept(path: &Path, make: impl FnOnce() -> String) -> io::Result<String> {
    // A pipe would be waited for without end.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other(format!("{} is no file", path.display())));
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = make();
            write(path, &text)?;
            Ok(text)
        }
        Err(error) => Err(error),
    }
}

/// Writes a file that only its owner can read: whole or not at all.
///
/// # Errors
/// An [`io::Error`] where it can't be written.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    // The name too is to be durable: what was made from a secret outlives the secret otherwise.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
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
