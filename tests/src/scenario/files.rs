//! The files of stories: small documents, each known by a name.

use std::str::FromStr;

use refund_core::{EvidenceFile, EvidenceType, FileHash, FileName, FileSize, InvalidFile, UnknownName};
use sha2::{Digest, Sha256};

const NAMES: &[&str] = &["dent", "invoice", "parcel", "chat"];

/// A file, by what a story calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoryFile(&'static str);

impl StoryFile {
    /// What the story calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// What is in it.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        format!("%PDF-1.4\n% {}\n%%EOF\n", self.0).into_bytes()
    }

    /// What it hashes to.
    #[must_use]
    pub fn sha256(self) -> FileHash {
        FileHash::new(Sha256::digest(self.bytes()).into())
    }

    /// What its sender calls it.
    ///
    /// # Errors
    /// None that a name of a story has.
    pub fn name(self) -> Result<FileName, InvalidFile> {
        format!("{}.pdf", self.0).parse()
    }

    /// What whoever keeps it says of it.
    ///
    /// # Errors
    /// None that a file of a story has.
    pub fn taken_in(self) -> Result<EvidenceFile, InvalidFile> {
        let bytes = u32::try_from(self.bytes().len()).unwrap_or(u32::MAX);
        let (bytes, name) = (FileSize::try_from(bytes)?, self.name()?);
        Ok(EvidenceFile { sha256: self.sha256(), media_type: EvidenceType::Pdf, bytes, name })
    }

    /// The one that hashes to that.
    #[must_use]
    pub fn of(sha256: FileHash) -> Option<Self> {
        NAMES.iter().map(|name| Self(name)).find(|file| file.sha256() == sha256)
    }
}

impl FromStr for StoryFile {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = NAMES.iter().find(|name| **name == text);
        known.map(|name| Self(name)).ok_or_else(|| UnknownName { given: text.to_owned(), expected: NAMES })
    }
}
