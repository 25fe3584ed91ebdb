//! Files that a message refers to: kept elsewhere, known here by where they are and what they are.

use crate::checked::checked;
use crate::url_text::{URL_MAX, is_url};
use serde::{Deserialize, Serialize};

/// A file that lies elsewhere. Nothing here ever fetches it; its hash tells whether it is still the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Where it is.
    pub url: AttachmentUrl,
    /// What it hashes to.
    pub sha256: Sha256Hex,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub size: u32,
}

/// What an attachment, or a list of them, can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAttachment {
    /// Not an address that a browser may be sent to.
    #[error("must be an https URL with a host and without a user, in at most {URL_MAX} visible ASCII characters")]
    Url,
    /// Not a SHA-256.
    #[error("must be a SHA-256 as 64 lower-case hexadecimal digits")]
    Sha256,
    /// Not a media type.
    #[error("must be a media type such as image/jpeg, without parameters")]
    MediaType,
    /// Too many of them.
    #[error("has {given} attachments, at most {ATTACHMENTS_MAX} are taken")]
    TooMany {
        /// How many were given.
        given: usize,
    },
}

/// How many attachments a message has at the most.
const ATTACHMENTS_MAX: usize = 10;
/// RFC 6838 allows each half 127 characters.
const MEDIA_TYPE_MAX: usize = 255;

/// The attachments of a message, at most 10.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Attachment>", into = "Vec<Attachment>")]
pub struct Attachments(Vec<Attachment>);

impl Attachments {
    /// How many there are at the most.
    pub const MAX: usize = ATTACHMENTS_MAX;

    /// As they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Attachment] {
        &self.0
    }
}

impl TryFrom<Vec<Attachment>> for Attachments {
    type Error = InvalidAttachment;
    fn try_from(attachments: Vec<Attachment>) -> Result<Self, InvalidAttachment> {
        let given = attachments.len();
        if given > Self::MAX { Err(InvalidAttachment::TooMany { given }) } else { Ok(Self(attachments)) }
    }
}

impl From<Attachments> for Vec<Attachment> {
    fn from(attachments: Attachments) -> Self {
        attachments.0
    }
}

checked! { InvalidAttachment:
    /// An https URL with a host and without a user.
    AttachmentUrl: is_https or Url, 9, URL_MAX, r"^[Hh][Tt][Tt][Pp][Ss]:[/]{2}[!-.0-\[\]-~][!-\[\]-~]*$";
    /// A SHA-256 as 64 lower-case hexadecimal digits.
    Sha256Hex: is_sha256 or Sha256, 64, 64, "^[0-9a-f]{64}$";
    /// A media type such as `image/jpeg`, without parameters.
    MediaType: is_media_type or MediaType, 3, MEDIA_TYPE_MAX, "^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$";
}

fn is_https(text: &str) -> bool {
    is_url(text, &["https"])
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_media_type(text: &str) -> bool {
    text.len() <= MEDIA_TYPE_MAX && text.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name))
}

/// A restricted name of RFC 6838.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}
