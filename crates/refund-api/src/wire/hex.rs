//! Digits of ids.

/// Whether these are so many hexadecimal digits, in the one way in which ids have them.
pub(crate) fn is_hex(digits: &str, length: usize) -> bool {
    digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
