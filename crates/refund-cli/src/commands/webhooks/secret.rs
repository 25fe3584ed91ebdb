//! Where the secret of an endpoint goes, so that it is neither lost nor left lying about.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A new file for a secret. Where no secret comes, it is gone again.
pub(super) struct Place {
    path: PathBuf,
    file: Option<File>,
}

impl Place {
    /// Makes the file that was asked for, before anything is sent: no secret is made that there is no place for.
    pub(super) fn prepare(path: Option<&Path>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        // What stands there already may be the secret that is in use.
        let file = File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|error| Failure::Usage(format!("nothing was sent: {}: {error}", path.display())))?;
        Ok(Some(Self { path: path.to_owned(), file: Some(file) }))
    }

    /// Writes the secret down, and says where it is.
    pub(super) fn keep(mut self, secret: &str) -> std::io::Result<PathBuf> {
        if let Some(file) = &mut self.file {
            writeln!(file, "{secret}")?;
            file.sync_all()?;
        }
        self.file = None;
        Ok(self.path.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.file.is_some() {
            // An empty file is in the way of the next try, and nothing worse.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_takes_one_secret_and_overwrites_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        drop(Place::prepare(Some(&path)).unwrap());
        assert!(!path.exists(), "where no secret came there is no file");
        Place::prepare(Some(&path)).unwrap().unwrap().keep("whsec_1").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whsec_1\n");
        assert!(Place::prepare(Some(&path)).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whsec_1\n");
    }
}
