//! A file on its way in: it is written to a file of no name as it comes, and never whole in memory.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use refund_core::FileSize;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWriteExt, BufWriter};

use super::unfit::Unfit;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How long a file may take to arrive, and how long nothing may come of it: a phone with one bar sends 10 MB in the
/// first, and has hung up in the second.
const ARRIVING_MAX: Duration = Duration::from_secs(15 * 60);
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How much is written at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// How long a file that is not taken in is let go by.
const PASSING_MAX: Duration = Duration::from_secs(10);

/// Parts of a file as they come.
pub(crate) type Parts<'a> = Pin<&'a mut (dyn Stream<Item = Result<Bytes, String>> + Send)>;

/// Lets a file go by that is not taken in, as far as one may be long: whoever sends it may read no answer before it has
/// gone, and finds the connection closed where nobody takes it from them.
pub(crate) async fn passed_over(mut parts: Parts<'_>) {
    let going_by = async {
        let mut left = u64::from(FileSize::MAX);
        while let Some(Ok(part)) = parts.next().await
            && left > 0
        {
            left = left.saturating_sub(part.len() as u64);
        }
    };
    // Whether it came whole changes nothing.
    let _ = tokio::time::timeout(PASSING_MAX, going_by).await;
}

/// A file that came whole, and what it hashes to as it came.
pub(super) struct Incoming {
    file: File,
    pub(super) sent: [u8; 32],
}

impl Incoming {
    /// Takes a file in, under that folder. It has no name there, and is gone with the process.
    pub(super) async fn take(mut parts: Parts<'_>, folder: &Path) -> Result<Self, Problem> {
        let taken = tokio::time::timeout(ARRIVING_MAX, written(&mut parts, folder)).await;
        let taken = taken.unwrap_or_else(|_| Err(too_slow()));
        if taken.is_err() {
            passed_over(parts).await;
        }
        taken
    }

    /// What it begins with; less where it has less.
    pub(super) fn head<const LENGTH: usize>(&mut self) -> std::io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(LENGTH);
        self.begin()?.by_ref().take(LENGTH as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    /// To be read from its beginning.
    pub(super) fn begin(&mut self) -> std::io::Result<BufReader<&mut File>> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(BufReader::new(&mut self.file))
    }
}

async fn written(parts: &mut Parts<'_>, folder: &Path) -> Result<Incoming, Problem> {
    let folder = folder.to_owned();
    let no_room = |error: std::io::Error| {
        Problem::new(ApiCode::NotStored, format!("the file could not be written down: {error}"))
    };
    let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
    let file = made.map_err(std::io::Error::from).flatten().map_err(no_room)?;
    let mut file = BufWriter::with_capacity(CHUNK, tokio::fs::File::from_std(file));
    let (mut length, mut sent) = (0_u64, Sha256::new());
    loop {
        let next = tokio::time::timeout(SILENCE_MAX, parts.next()).await.map_err(|_| too_slow())?;
        let Some(part) = next else { break };
        let broke_off = |error| Problem::new(ApiCode::MalformedBody, format!("the file broke off: {error}"));
        let part = part.map_err(broke_off)?;
        length = length.saturating_add(part.len() as u64);
        if length > u64::from(FileSize::MAX) {
            return Err(Unfit::TooLarge.into());
        }
        sent.update(&part);
        file.write_all(&part).await.map_err(no_room)?;
    }
    file.flush().await.map_err(no_room)?;
    Ok(Incoming { file: file.into_inner().into_std().await, sent: sent.finalize().into() })
}

fn too_slow() -> Problem {
    Problem::new(ApiCode::BodyTooSlow, "the file took too long to arrive")
}
