//! The one room in which randomness is made, and with it ids and secrets.
#![expect(clippy::disallowed_methods, reason = "this is the room; everywhere else randomness is an argument")]

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use refund_core::{InvalidId, NegotiationId, RefundId, Timestamp};

/// Fills bytes with randomness from the operating system.
///
/// Where the system has none the process ends: nothing here may ever be guessable.
pub(crate) fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the operating system gives no randomness; the server stops");
        std::process::abort();
    }
}

/// Random bytes.
#[must_use]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// What every API key begins with.
pub(crate) const KEY_PREFIX: &str = "rfk_";

/// A new API key: a secret of 256 bits, as text.
#[must_use]
pub(crate) fn key() -> String {
    format!("{KEY_PREFIX}{}", secret())
}

/// A new secret of 256 bits, as text: what a browser keeps, or a link that lets somebody in.
#[must_use]
pub(crate) fn secret() -> String {
    BASE64URL_NOPAD.encode(&bytes::<32>())
}

/// An id that is like no other, of a kind.
#[must_use]
pub(crate) fn id(prefix: &str) -> String {
    format!("{prefix}{}", BASE32_NOPAD.encode(&bytes::<10>()).to_lowercase())
}

/// A refund's id. Those made later sort behind those made before, to keep what is new together on disk.
///
/// # Errors
/// None in practice: what it makes is an id.
pub(crate) fn refund_id(now: Timestamp) -> Result<RefundId, InvalidId> {
    let millis = now.as_millis().to_be_bytes();
    let mut bytes = bytes::<15>();
    // The last six bytes hold 8,900 years of milliseconds.
    for (byte, time) in bytes.iter_mut().zip(millis.iter().skip(2)) {
        *byte = *time;
    }
    RefundId::new(format!("rfd_{}", data_encoding::BASE32HEX_NOPAD.encode(&bytes).to_lowercase()))
}

/// The id of a refund's one negotiation: the refund's own, under another name.
///
/// # Errors
/// Where the refund's id is as long as an id can be.
pub(crate) fn negotiation_id(refund_id: &RefundId) -> Result<NegotiationId, InvalidId> {
    let own = refund_id.as_str();
    NegotiationId::new(format!("neg_{}", own.strip_prefix("rfd_").unwrap_or(own)))
}
