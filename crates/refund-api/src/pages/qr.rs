//! A square that a phone reads, drawn as one path: nothing of it is loaded from anywhere.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

/// How many squares are left white around it, by the standard.
const MARGIN: usize = 4;

/// What is drawn: how many squares it is wide, and the dark ones.
pub(super) struct Qr {
    pub(super) width: usize,
    pub(super) path: String,
}

impl Qr {
    /// That text, where it is short enough to be drawn.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let mut path = String::new();
        for (y, row) in (MARGIN..).zip(code.to_colors().chunks(code.width())) {
            for (x, _) in (MARGIN..).zip(row).filter(|(_, color)| **color == Color::Dark) {
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        Some(Self { width: code.width().saturating_add(MARGIN.saturating_mul(2)), path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dark_squares_are_drawn_and_a_text_that_is_too_long_is_not() {
        let Qr { width, path } = Qr::of("otpauth://totp/a?secret=B").unwrap();
        assert_eq!(width, 25 + 8);
        // The mark in the corner: a dark square of seven around a white one of five.
        for drawn in ["M4 4h1v1h-1z", "M10 4h1v1h-1z", "M4 10h1v1h-1z", "M6 6h1v1h-1z"] {
            assert!(path.contains(drawn), "{drawn}");
        }
        assert!(!path.contains("M5 5h"));
        assert!(Qr::of(&"x".repeat(10_000)).is_none());
    }
}
