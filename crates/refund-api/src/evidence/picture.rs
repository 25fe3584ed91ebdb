//! Pictures are decoded and written anew (R43). What is kept is what can be seen in them: not where and by which camera
//! they were taken, and nothing that was hidden in them or behind their end.

use std::io::{BufRead, Cursor, Seek};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba, RgbaImage, imageops};
use refund_core::EvidenceType;

use super::unfit::{Unfit, size_of};

/// What a picture may say of its width or height, in pixels: it is looked at before anything is decoded.
const SIDE_MAX: u32 = 20_000;
/// How many pixels it may have, and how many bytes they may take once they are decoded: what the best phones take.
const PIXELS_MAX: u64 = 54_000_000;
const DECODED_MAX: u64 = 3 * PIXELS_MAX;
/// Pictures whose longer side has more pixels are kept smaller: more than that nobody looks at.
const KEPT_SIDE_MAX: u32 = 4_096;
/// The longer side of the small one that pages show, in pixels: sharp on a phone at half of it.
const SMALL_SIDE: u32 = 480;
/// How well JPEG keeps a picture, of 100: the first with which it is small enough; and the small one.
const QUALITIES: [u8; 3] = [88, 75, 60];
const SMALL_QUALITY: u8 = 80;

/// A picture as it is kept.
pub(super) struct Picture {
    pub(super) media_type: EvidenceType,
    pub(super) bytes: Vec<u8>,
    /// The small one, a JPEG.
    pub(super) small: Vec<u8>,
}

/// The picture in that file.
///
/// # Errors
/// Where it is none of that format, or one that takes too much.
pub(super) fn anew(file: impl BufRead + Seek, format: ImageFormat) -> Result<Picture, Unfit> {
    let picture = upright(file, format)?;
    let small = jpeg(&on_white(fitting(picture.clone(), SMALL_SIDE)), SMALL_QUALITY)?;
    let (media_type, bytes) = encoded(picture, format)?;
    Ok(Picture { media_type, bytes, small })
}

/// The picture in that file, as a JPEG with so many pixels at its longer side at the most.
///
/// # Errors
/// As for [`anew`].
pub(super) fn small(file: impl BufRead + Seek, format: ImageFormat, side: u32) -> Result<Vec<u8>, Unfit> {
    jpeg(&on_white(fitting(upright(file, format)?, side)), SMALL_QUALITY)
}

/// The first picture in the file, not larger than it is kept, turned as the camera was held.
fn upright(file: impl BufRead + Seek, format: ImageFormat) -> Result<DynamicImage, Unfit> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_MAX);
    let mut reader = ImageReader::with_format(file, format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > DECODED_MAX || u64::from(width).saturating_mul(height.into()) > PIXELS_MAX {
        return Err(Unfit::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // To turn one takes as much memory again.
    let mut picture = fitting(DynamicImage::from_decoder(decoder)?, KEPT_SIDE_MAX);
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn fitting(picture: DynamicImage, side_max: u32) -> DynamicImage {
    let is_larger = picture.width().max(picture.height()) > side_max;
    if is_larger { picture.thumbnail(side_max, side_max) } else { picture }
}

/// A screenshot stays sharp and what is transparent stays so; a photo is a JPEG, and so is what would be too large else.
fn encoded(picture: DynamicImage, format: ImageFormat) -> Result<(EvidenceType, Vec<u8>), Unfit> {
    if format == ImageFormat::Png || picture.color().has_alpha() {
        let mut png = Cursor::new(Vec::new());
        let has_alpha = picture.color().has_alpha();
        let eight_bits: DynamicImage = if has_alpha { picture.to_rgba8().into() } else { picture.to_rgb8().into() };
        eight_bits.write_to(&mut png, ImageFormat::Png)?;
        let png = png.into_inner();
        if size_of(&png).is_ok() {
            return Ok((EvidenceType::Png, png));
        }
    }
    let photo = on_white(picture);
    for quality in QUALITIES {
        let jpeg = jpeg(&photo, quality)?;
        if size_of(&jpeg).is_ok() {
            return Ok((EvidenceType::Jpeg, jpeg));
        }
    }
    Err(Unfit::TooLarge)
}

fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut white = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([u8::MAX; 4]));
    imageops::overlay(&mut white, &picture.to_rgba8(), 0, 0);
    white.into()
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, Unfit> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&picture.to_rgb8())?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut png = Cursor::new(Vec::new());
        let picture =
            image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 9]));
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }

    /// A JPEG with what a phone writes into it: where it was taken, and that it was held upright.
    fn phone_photo() -> Vec<u8> {
        let mut jpeg = Vec::new();
        let picture = image::RgbImage::from_pixel(60, 40, image::Rgb([200, 90, 10]));
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
        let exif = [
            b"II*\0\x08\0\0\0".as_slice(),
            b"\x02\0",
            b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0",
            b"\x0f\x01\x02\0\x0e\0\0\0\x26\0\0\0",
            b"\0\0\0\0",
            b"CANARY-CAMERA\0",
        ]
        .concat();
        image::ImageEncoder::set_exif_metadata(&mut encoder, exif).unwrap();
        encoder.encode_image(&picture).unwrap();
        jpeg.extend_from_slice(b"CANARY-BEHIND-THE-END");
        jpeg
    }

    #[test]
    fn r43_what_a_phone_wrote_into_a_photo_is_gone_and_it_stands_upright() {
        let photo = phone_photo();
        assert!(photo.windows(6).any(|part| part == b"CANARY"));
        let kept = anew(Cursor::new(&photo), ImageFormat::Jpeg).unwrap();
        assert_eq!(kept.media_type, EvidenceType::Jpeg);
        for bytes in [&kept.bytes, &kept.small] {
            assert!(!bytes.windows(6).any(|part| part == b"CANARY" || part == b"Exif\0\0"));
            let again = image::load_from_memory(bytes).unwrap();
            assert_eq!((again.width(), again.height()), (40, 60));
        }
        let same = anew(Cursor::new(&photo), ImageFormat::Jpeg).unwrap();
        assert_eq!(same.bytes, kept.bytes, "the same picture is the same file");
    }

    #[test]
    fn a_screenshot_stays_a_png_and_what_is_large_is_made_smaller() {
        let kept = anew(Cursor::new(png_of(5_000, 100)), ImageFormat::Png).unwrap();
        assert_eq!(kept.media_type, EvidenceType::Png);
        let again = image::load_from_memory(&kept.bytes).unwrap();
        assert_eq!((again.width(), again.height()), (4_096, 82));
        let small = image::load_from_memory(&kept.small).unwrap();
        assert_eq!((small.width(), small.height()), (480, 10));
    }

    #[test]
    fn a_picture_that_unpacks_to_too_much_is_refused_before_it_is_decoded() {
        // The head of a PNG says how large it is; nothing of it follows.
        let mut png = png_of(1, 1);
        png.splice(16..24, [0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        let crc = crc_of(&png[12..29]);
        png.splice(29..33, crc.to_be_bytes());
        assert!(matches!(anew(Cursor::new(&png), ImageFormat::Png), Err(Unfit::TooManyPixels)));
    }

    /// As PNG checks its parts.
    fn crc_of(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
        };
        !bytes.iter().fold(u32::MAX, step)
    }

    #[test]
    fn what_is_cut_or_no_picture_is_refused() {
        let whole = png_of(50, 50);
        for bytes in [&whole[..whole.len() / 2], b"<html>".as_slice(), b"".as_slice()] {
            assert!(matches!(anew(Cursor::new(bytes), ImageFormat::Png), Err(Unfit::NotAPicture(_))));
        }
    }
}
