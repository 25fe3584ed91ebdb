//! Files that show what somebody says (R43), known here by what they hash to and what they are. Their bytes are kept by
//! whoever took them in and vouches for them; nothing here ever reads them.

mod hash;

use serde::{Deserialize, Serialize};

pub use self::hash::{FileHash, InvalidFileHash};
use crate::checked::checked;
use crate::names::names;
use crate::text::turns;
use crate::{Actor, Role, Timestamp};

/// How many files each side may add to a refund, so that all three have 60. Each has its own, so that nobody is kept
/// from showing something by what others add. Erased ones count.
pub const EVIDENCE_MAX: u32 = 20;

names! {
    /// What kind of file shows something.
    EvidenceType {
        /// A photograph.
        Jpeg = "image/jpeg",
        /// A picture, such as of a screen.
        Png = "image/png",
        /// A document.
        Pdf = "application/pdf",
    }
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceFile {
    /// What it hashes to, as it is kept.
    pub sha256: FileHash,
    /// What kind of file it is.
    pub media_type: EvidenceType,
    /// How many bytes it has.
    pub bytes: FileSize,
    /// What its sender calls it; empty where they don't.
    #[serde(default)]
    pub name: FileName,
}

/// How many bytes a file has: 1 to 10 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct FileSize(u32);

/// What a file, or a list of them, can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFile {
    /// Nothing, or too much.
    #[error("has {given} bytes, 1 to {} are taken", FileSize::MAX)]
    Size {
        /// How many were given.
        given: u32,
    },
    /// A name that can't be shown beside others, or that is a path.
    #[error(
        "the name of a file has at most {NAME_MAX} characters, none of them a slash, a control character or a sign \
         that turns the direction of writing"
    )]
    Name,
    /// Too many of them.
    #[error("names {given} files, at most {} can be named", NamedFiles::MAX)]
    TooMany {
        /// How many were given.
        given: usize,
    },
    /// The same one again.
    #[error("names {sha256} twice")]
    Twice {
        /// Which.
        sha256: FileHash,
    },
}

impl FileSize {
    /// The most: 10 MiB.
    pub const MAX: u32 = 10 * 1024 * 1024;

    /// In bytes.
    #[must_use]
    pub fn as_bytes(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for FileSize {
    type Error = InvalidFile;
    fn try_from(given: u32) -> Result<Self, InvalidFile> {
        if (1..=Self::MAX).contains(&given) { Ok(Self(given)) } else { Err(InvalidFile::Size { given }) }
    }
}

impl From<FileSize> for u32 {
    fn from(size: FileSize) -> Self {
        size.0
    }
}

const NAME_MAX: usize = 120;

checked! { InvalidFile:
    /// What the sender of a file calls it: at most 120 characters, none of them a slash or a control character.
    FileName: is_file_name or Name, 0, NAME_MAX, r"^[^/\x00-\x1f\x7f-\x9f]*$";
}

fn is_file_name(name: &str) -> bool {
    name.chars().count() <= NAME_MAX && !name.chars().any(|c| c == '/' || c.is_control() || turns(c))
}

impl FileName {
    /// How many characters it has at the most.
    pub const MAX: usize = NAME_MAX;
}

#[expect(clippy::derivable_impls, reason = "the macro that declares it derives none")]
impl Default for FileName {
    fn default() -> Self {
        Self(String::new())
    }
}

/// The files that a command or a message names, at most 10, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<FileHash>", into = "Vec<FileHash>")]
pub struct NamedFiles(Vec<FileHash>);

impl NamedFiles {
    /// How many there are at the most.
    pub const MAX: usize = 10;

    /// As they were named.
    #[must_use]
    pub fn as_slice(&self) -> &[FileHash] {
        &self.0
    }

    /// Whether none is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<FileHash>> for NamedFiles {
    type Error = InvalidFile;
    fn try_from(named: Vec<FileHash>) -> Result<Self, InvalidFile> {
        if named.len() > Self::MAX {
            return Err(InvalidFile::TooMany { given: named.len() });
        }
        let again =
            named.iter().enumerate().find(|(place, file)| named.iter().take(*place).any(|other| other == *file));
        if let Some((_, sha256)) = again {
            return Err(InvalidFile::Twice { sha256: *sha256 });
        }
        Ok(Self(named))
    }
}

impl From<NamedFiles> for Vec<FileHash> {
    fn from(named: NamedFiles) -> Self {
        named.0
    }
}

/// A file of a refund. What it was stays known where the file itself is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedFile {
    /// Which.
    pub file: EvidenceFile,
    /// Which side added it: the buyer, the seller or the operator. What the platform adds for the buyer is the buyer's.
    pub by: Role,
    /// When.
    pub added_at: Timestamp,
    /// That it was erased, where it was.
    pub erased: Option<Erasure>,
}

/// That something was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
}

/// The files of a refund, in the order in which they were added: of each side each file once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evidence(Vec<AddedFile>);

impl Evidence {
    /// Who adds files: the sides of a refund, for its buyer the platform too, and the operator.
    pub const SIDES: &'static [Role] = &[Role::Buyer, Role::Seller, Role::Operator];

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &AddedFile> {
        self.0.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The file as that side added it, if it did.
    #[must_use]
    pub fn of(&self, by: Role, sha256: FileHash) -> Option<&AddedFile> {
        self.iter().find(|added| added.by == by && added.file.sha256 == sha256)
    }

    /// The file, whoever added it.
    #[must_use]
    pub fn get(&self, sha256: FileHash) -> Option<&AddedFile> {
        self.iter().find(|added| added.file.sha256 == sha256)
    }

    /// Whether that file was erased.
    #[must_use]
    pub fn is_erased(&self, sha256: FileHash) -> bool {
        self.get(sha256).is_some_and(|added| added.erased.is_some())
    }

    /// Whether that side may add one more.
    pub(crate) fn has_room_for(&self, by: Role) -> bool {
        let added = self.iter().filter(|added| added.by == by).map(|_| 1_u32).sum::<u32>();
        added < EVIDENCE_MAX
    }

    pub(crate) fn add(&mut self, file: EvidenceFile, by: Role, added_at: Timestamp) {
        if self.of(by, file.sha256).is_none() {
            self.0.push(AddedFile { file, by, added_at, erased: None });
        }
    }

    /// What the files are called says who people are too (R46).
    pub(crate) fn forget_names(&mut self) {
        self.0.iter_mut().for_each(|added| added.file.name = FileName::default());
    }

    /// Whoever added it: a file is one, and what is erased is gone for all.
    pub(crate) fn erase(&mut self, sha256: FileHash, erasure: &Erasure) {
        let of_it = self.0.iter_mut().filter(|added| added.file.sha256 == sha256);
        for added in of_it {
            added.erased.get_or_insert_with(|| erasure.clone());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_no_path_and_turns_nothing() {
        for name in ["", "invoice.pdf", "照片 1.jpg", "שלום.png", &"x".repeat(120)] {
            assert_eq!(name.parse::<FileName>().unwrap().as_str(), name);
        }
        for none in ["a/b", "a\nb", "\u{7f}", "a\u{202e}gpj.exe", "\u{2066}", &"x".repeat(121)] {
            assert_eq!(none.parse::<FileName>(), Err(InvalidFile::Name), "{none:?}");
        }
    }

    #[test]
    fn a_file_has_something_in_it_and_at_most_ten_mebibytes() {
        for size in [1, 10_485_760] {
            assert_eq!(FileSize::try_from(size).unwrap().as_bytes(), size);
        }
        for given in [0, 10_485_761] {
            assert_eq!(FileSize::try_from(given), Err(InvalidFile::Size { given }));
        }
    }

    #[test]
    fn at_most_ten_files_are_named_each_once() {
        let hash = |number: u8| FileHash::new([number; 32]);
        let named = |numbers: &[u8]| NamedFiles::try_from(numbers.iter().copied().map(hash).collect::<Vec<_>>());
        assert_eq!(named(&[]).unwrap(), NamedFiles::default());
        assert_eq!(named(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).unwrap().as_slice().len(), 10);
        assert_eq!(named(&[0; 11]), Err(InvalidFile::TooMany { given: 11 }));
        assert_eq!(named(&[1, 2, 1]), Err(InvalidFile::Twice { sha256: hash(1) }));
    }
}
