//! Evidence (R43): files that the parties of a refund and the operator show each other. What is kept of them is here;
//! that they belong to a refund, and who added them, is in the refund's history.

mod bucket;
mod held;
mod incoming;
mod keeping;
mod one_at_a_time;
mod picture;
mod place;
mod sending;
mod unfit;

use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use image::ImageFormat;
use refund_core::{EvidenceFile, EvidenceType, FileHash, FileName, RefundId};
use refund_store::care::{ERASED, SMALL};
use rustix::fs::statvfs;
use sha2::{Digest, Sha256};
use tokio::sync::{MutexGuard, Semaphore};

pub(crate) use self::held::sweeping;
use self::incoming::Incoming;
pub(crate) use self::incoming::{Parts, passed_over};
pub(crate) use self::keeping::Keeping;
pub(crate) use self::one_at_a_time::OneAtATime;
use self::picture::Picture;
pub use self::place::{EvidencePlace, NoPlace};
pub(crate) use self::sending::sent;
use self::unfit::Unfit;
use crate::callers::Tenant;
use crate::callers::places::{Full, Place, Places};
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How many files may be on their way in at once, and how many of one seller, one buyer or the platform.
const ARRIVING_MAX: usize = 512;
const ARRIVING_MAX_EACH: usize = 4;
/// How many are unpacked at once: each takes memory and a core.
const UNPACKED_MAX: usize = 1;
/// How many bytes of the disk are left to what decides: files are taken as long as there is more.
const LEFT_FREE: u64 = 1 << 30;
/// When to try again what waits for others' files.
const AGAIN: Duration = Duration::from_secs(2);

/// Keeps evidence, and gives it out.
pub(crate) struct Evidence {
    /// Nothing where servers share a store and no place for files.
    keeping: Option<Keeping>,
    /// Where files are written as they come.
    scratch: PathBuf,
    arriving: Arc<Places<String>>,
    unpacked: Arc<Semaphore>,
    /// Whose turn it is to wait for that: of each caller one file at a time.
    unpacking: OneAtATime,
    /// Held while a file is kept and made a refund's, or forgotten: the same file may come twice at once, and lies in one
    /// place.
    deciding: OneAtATime,
}

/// Of a picture, which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Whole,
    /// As pages show many of them.
    Small,
}

impl Evidence {
    /// Kept there; what arrives is written under the folder first.
    pub(crate) fn new(keeping: Keeping, scratch: PathBuf) -> Self {
        Self { keeping: Some(keeping), scratch, ..Self::nowhere() }
    }

    /// Kept nowhere: no file is taken.
    pub(crate) fn nowhere() -> Self {
        Self {
            keeping: None,
            scratch: PathBuf::new(),
            arriving: Arc::new(Places::new(ARRIVING_MAX, ARRIVING_MAX_EACH)),
            unpacked: Arc::new(Semaphore::new(UNPACKED_MAX)),
            unpacking: OneAtATime::default(),
            deciding: OneAtATime::default(),
        }
    }

    /// Nobody else keeps or forgets a file of that refund until what is given is dropped.
    pub(crate) async fn deciding(&self, refund_id: &RefundId) -> MutexGuard<'_, ()> {
        self.deciding.turn(refund_id.as_str()).await
    }

    /// Keeps what was taken in for a refund. It belongs to it once its history says so.
    ///
    /// # Errors
    /// Where it can't be kept; a part of it may be.
    pub(crate) async fn keep(&self, refund_id: &RefundId, taken: Taken) -> Result<EvidenceFile, Problem> {
        let Taken { file, kept: Kept { bytes, small, .. }, _place, .. } = taken;
        if let Some(small) = small {
            self.keeping()?.keep(&place(refund_id, &file.sha256, Size::Small), small.into()).await?;
        }
        self.keeping()?.keep(&place(refund_id, &file.sha256, Size::Whole), bytes.into()).await?;
        Ok(file)
    }

    /// Whether files are kept at all.
    pub(crate) fn takes_files(&self) -> bool {
        self.keeping.is_some()
    }

    /// Files fill no disk on which commands are recorded.
    fn has_space(&self) -> Result<(), Problem> {
        let disk = statvfs(&self.scratch);
        let left = disk.map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        if left > LEFT_FREE {
            return Ok(());
        }
        let detail = format!("only {left} bytes are left on the disk, and {LEFT_FREE} are kept free of files");
        Err(Problem::new(ApiCode::FilesAway, detail))
    }

    fn keeping(&self) -> Result<&Keeping, Problem> {
        let detail = "this server keeps no files: servers that share a store need a folder that they share, --evidence";
        self.keeping.as_ref().ok_or_else(|| Problem::new(ApiCode::FilesAway, detail))
    }

    /// Takes a file of that name in. It is kept once it is told of which refund.
    ///
    /// # Errors
    /// Where too many are on their way, or it is none that is taken.
    pub(crate) async fn take(&self, who: Tenant<'_>, name: FileName, parts: Parts<'_>) -> Result<Taken, Problem> {
        let place = match self.place_for(who) {
            Ok(place) => place,
            Err(problem) => {
                passed_over(parts).await;
                return Err(problem);
            }
        };
        let incoming = Incoming::take(parts, &self.scratch).await?;
        let sent = incoming.sent;
        let (kept, place) = self.unpacked(&who.name(), move || (fit(incoming), place)).await?;
        let kept = kept?;
        let sha256 = FileHash::new(Sha256::digest(&kept.bytes).into());
        let bytes = unfit::size_of(&kept.bytes)?;
        Ok(Taken { file: EvidenceFile { sha256, media_type: kept.media_type, bytes, name }, sent, kept, _place: place })
    }

    /// A picture made small, a JPEG whose longer side has so many pixels at the most, or why it can't be.
    ///
    /// # Errors
    /// Where the server has come to its end.
    pub(crate) async fn thumbnail(
        &self,
        whose: &str,
        picture: Bytes,
        side: u32,
    ) -> Result<Result<Vec<u8>, String>, Problem> {
        let made = self.unpacked(whose, move || {
            let format = taken_format(&picture)?;
            picture::small(Cursor::new(picture), format, side)
        });
        Ok(made.await?.map_err(|unfit| unfit.to_string()))
    }

    /// What comes of unpacking something for whoever that is: one thing at a time, by turns. Whoever sent it may hang up, and
    /// it goes on all the same: what it holds it holds until it is done.
    async fn unpacked<T: Send + 'static>(
        &self,
        whose: &str,
        unpack: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let internal = |error: String| Problem::new(ApiCode::Internal, error);
        let _turn = self.unpacking.turn(whose).await;
        let permit = self.unpacked.clone().acquire_owned().await.map_err(|error| internal(error.to_string()))?;
        let unpacking = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            unpack()
        });
        unpacking.await.map_err(|error| internal(error.to_string()))
    }

    /// A place to take a file in from that caller.
    fn place_for(&self, who: Tenant<'_>) -> Result<Place<String>, Problem> {
        self.keeping()?;
        self.has_space()?;
        self.arriving.enter(Some(who.name())).map_err(|full| match full {
            Full::All => Problem::new(ApiCode::Busy, "as many files are on their way as the server takes at once"),
            Full::Own => Problem::too_many("this caller has as many files on their way as there may be", AGAIN),
        })
    }

    /// A file of a refund, to be sent; none where it is not kept, or not any more.
    pub(crate) async fn open(
        &self,
        refund_id: &RefundId,
        sha256: &FileHash,
        size: Size,
    ) -> Result<Option<Body>, Problem> {
        self.keeping()?.open(&place(refund_id, sha256, size)).await
    }

    /// Whether files can be erased here, which is asked before it is recorded.
    ///
    /// # Errors
    /// Where none are kept.
    pub(crate) fn can_erase(&self) -> Result<(), Problem> {
        self.keeping().map(drop)
    }

    /// Destroys a file of a refund, also where it is held for another opening, and leaves word for backups that it was
    /// erased and not lost.
    pub(crate) async fn erase(&self, refund_id: &RefundId, sha256: &FileHash) -> Result<(), Problem> {
        let word = named(refund_id, sha256, ERASED);
        self.keeping()?.keep(&word, Bytes::new()).await?;
        self.forget(refund_id, sha256).await?;
        // To keep something is on the disk once it is done, and to erase is not: with the word, that the files beside it
        // are gone.
        self.keeping()?.keep(&word, Bytes::new()).await?;
        self.let_go(*sha256).await
    }

    /// Destroys a file that did not come to belong to the refund.
    pub(crate) async fn forget(&self, refund_id: &RefundId, sha256: &FileHash) -> Result<(), Problem> {
        for size in [Size::Small, Size::Whole] {
            self.keeping()?.erase(&place(refund_id, sha256, size)).await?;
        }
        Ok(())
    }
}

fn place(refund_id: &RefundId, sha256: &FileHash, size: Size) -> [String; 3] {
    named(refund_id, sha256, if size == Size::Small { SMALL } else { "" })
}

/// Each refund has its own: what is erased of one stays another's.
fn named(refund_id: &RefundId, sha256: &FileHash, what: &str) -> [String; 3] {
    ["refunds".to_owned(), refund_id.to_string(), format!("{sha256}{what}")]
}

/// Whether that is shown as a picture, and has a small one.
pub(crate) fn is_picture(media_type: EvidenceType) -> bool {
    match media_type {
        EvidenceType::Jpeg | EvidenceType::Png => true,
        EvidenceType::Pdf => false,
    }
}

/// A file that was taken in, and is not kept yet.
pub(crate) struct Taken {
    pub(crate) file: EvidenceFile,
    /// What it hashed to as it was sent.
    pub(crate) sent: [u8; 32],
    kept: Kept,
    /// It is in memory, and counts until it is kept.
    _place: Place<String>,
}

/// A file as it is kept.
struct Kept {
    media_type: EvidenceType,
    bytes: Vec<u8>,
    small: Option<Vec<u8>>,
}

/// What a file is says how it begins, and nobody else.
fn fit(mut incoming: Incoming) -> Result<Kept, Unfit> {
    let unread = |error: std::io::Error| Unfit::NotAPicture(error.to_string());
    let head = incoming.head::<16>().map_err(unread)?;
    let mut file = incoming.begin().map_err(unread)?;
    if head.starts_with(b"%PDF-") {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unread)?;
        return Ok(Kept { media_type: EvidenceType::Pdf, bytes, small: None });
    }
    let Picture { media_type, bytes, small } = picture::anew(file, taken_format(&head)?)?;
    Ok(Kept { media_type, bytes, small: Some(small) })
}

/// What kind of picture begins so, where that kind is taken.
fn taken_format(head: &[u8]) -> Result<ImageFormat, Unfit> {
    let taken = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
    image::guess_format(head).ok().filter(|format| taken.contains(format)).ok_or(Unfit::UnknownType)
}
