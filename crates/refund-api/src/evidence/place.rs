//! Where evidence is kept, as it is named at the start.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// How a bucket's address begins.
const BUCKET: &str = "s3://";

/// A folder, or a bucket of a storage that speaks as Amazon's does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidencePlace {
    /// A folder that this server reaches as any other.
    Folder(PathBuf),
    /// A bucket, and what the names of all files in it begin with; nothing where that is empty.
    Bucket {
        /// The bucket.
        name: String,
        /// The names' beginning, without slashes around it.
        folder: String,
    },
}

/// A bucket's address without the name of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name a bucket, s3://BUCKET or s3://BUCKET/FOLDER, or a folder")]
pub struct NoPlace;

impl FromStr for EvidencePlace {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let Some(bucket) = text.strip_prefix(BUCKET) else {
            return if text.is_empty() { Err(NoPlace) } else { Ok(Self::Folder(text.into())) };
        };
        let (name, folder) = bucket.split_once('/').unwrap_or((bucket, ""));
        if name.is_empty() {
            return Err(NoPlace);
        }
        Ok(Self::Bucket { name: name.to_owned(), folder: folder.trim_matches('/').to_owned() })
    }
}

impl fmt::Display for EvidencePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket { name, folder } if folder.is_empty() => write!(f, "{BUCKET}{name}"),
            Self::Bucket { name, folder } => write!(f, "{BUCKET}{name}/{folder}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_one_by_how_its_address_begins() {
        let bucket =
            |name: &str, folder: &str| EvidencePlace::Bucket { name: name.to_owned(), folder: folder.to_owned() };
        for (text, place) in [
            ("s3://shop", bucket("shop", "")),
            ("s3://shop/", bucket("shop", "")),
            ("s3://shop/refunds/files/", bucket("shop", "refunds/files")),
            ("/srv/evidence", EvidencePlace::Folder("/srv/evidence".into())),
            ("evidence", EvidencePlace::Folder("evidence".into())),
        ] {
            assert_eq!(text.parse(), Ok(place.clone()), "{text}");
            assert_eq!(place.to_string().parse(), Ok(place), "{text}");
        }
        for text in ["", "s3://", "s3:///refunds"] {
            assert_eq!(text.parse::<EvidencePlace>(), Err(NoPlace), "{text}");
        }
    }
}
