//! Why a file is not taken.

use image::ImageError;
use image::error::LimitErrorKind;
use refund_core::FileSize;

use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// Why a file is not taken, whoever sends it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    /// More bytes than a file may have, as it came or as it would be kept.
    #[error("the file has more than {} bytes", FileSize::MAX)]
    TooLarge,
    /// A picture that is small as it is sent and takes a room to unpack.
    #[error("the picture has more pixels than are unpacked")]
    TooManyPixels,
    /// It begins as nothing that is taken.
    #[error("the file is neither JPEG, PNG, WebP nor PDF, by its first bytes")]
    UnknownType,
    /// It is not what it begins as.
    #[error("the picture can't be read: {0}")]
    NotAPicture(String),
}

impl From<ImageError> for Unfit {
    fn from(error: ImageError) -> Self {
        let is_too_large = matches!(&error, ImageError::Limits(limit)
            if matches!(limit.kind(), LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory));
        if is_too_large { Self::TooManyPixels } else { Self::NotAPicture(error.to_string()) }
    }
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        let code = match &unfit {
            Unfit::TooLarge | Unfit::TooManyPixels => ApiCode::FileTooLarge,
            Unfit::UnknownType | Unfit::NotAPicture(_) => ApiCode::FileNotTaken,
        };
        Self::new(code, unfit.to_string())
    }
}

/// How many bytes a file has, if it may have so many.
pub(super) fn size_of(file: &[u8]) -> Result<FileSize, Unfit> {
    match u32::try_from(file.len()).ok().and_then(|bytes| FileSize::try_from(bytes).ok()) {
        Some(size) => Ok(size),
        None if file.is_empty() => Err(Unfit::UnknownType),
        None => Err(Unfit::TooLarge),
    }
}
