//! The one room in which randomness is made, and with it ids and secrets.
#![expect(clippy::disallowed_methods, reason = "this is the room; everywhere else randomness is an argument")]

use std::cell::RefCell;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use refund_core::{InvalidId, NegotiationId, RefundId, Timestamp};

thread_local! {
    /// What the operating system has given and nobody has had yet, so that it is asked once for many.
    static AHEAD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How many bytes the operating system is asked for at once.
const AT_ONCE: usize = 512;

/// Fills bytes with randomness from the operating system. Nobody gets the same twice.
///
/// Where the system has none the process ends: nothing here may ever be guessable.
pub(crate) fn fill(bytes: &mut [u8]) {
    AHEAD.with_borrow_mut(|ahead| {
        for byte in bytes {
            if ahead.is_empty() {
                ahead.resize(AT_ONCE, 0);
                if let Err(error) = getrandom::fill(ahead) {
                    tracing::error!(%error, "the operating system gives no randomness; the server stops");
                    std::process::abort();
                }
            }
            *byte = ahead.pop().unwrap_or_default();
        }
    });
}

/// Random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// What every API key begins with.
pub(crate) const KEY_PREFIX: &str = "rfk_";

/// A new API key: a secret of 256 bits, as text.
pub(crate) fn key() -> String {
    format!("{KEY_PREFIX}{}", secret())
}

/// A new secret of 256 bits, as text: what a browser keeps, or a link that lets somebody in.
pub(crate) fn secret() -> String {
    BASE64URL_NOPAD.encode(&bytes::<32>())
}

/// An id that is like no other, of a kind.
pub(crate) fn id(prefix: &str) -> String {
    let mut id = prefix.to_owned();
    BASE32_NOPAD.encode_append(&bytes::<10>(), &mut id);
    id.make_ascii_lowercase();
    id
}

/// A refund's id. Those made later sort behind those made before, to keep what is new together on disk.
pub(crate) fn refund_id(now: Timestamp) -> Result<RefundId, InvalidId> {
    let millis = now.as_millis().to_be_bytes();
    let mut bytes = bytes::<15>();
    // The last six bytes hold 8,900 years of milliseconds.
    for (byte, time) in bytes.iter_mut().zip(millis.iter().skip(2)) {
        *byte = *time;
    }
    RefundId::new(format!("rfd_{}", data_encoding::BASE32HEX_NOPAD.encode(&bytes).to_lowercase()))
}

/// The id of an offer that nobody has made yet. Nothing of it is the refund's: where an offer was lost with a restore, its
/// id must never name the one that is made instead.
pub(crate) fn negotiation_id() -> Result<NegotiationId, InvalidId> {
    NegotiationId::new(id("neg_"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nobody_gets_what_somebody_else_got_on_this_thread_or_another() {
        let ids = || (0..AT_ONCE).map(|_| id("req_")).collect::<Vec<_>>();
        let all = [ids(), std::thread::spawn(ids).join().unwrap()].concat();
        assert!(all.iter().all(|id| id.len() == 20 && id.bytes().all(|byte| !byte.is_ascii_uppercase())), "{all:?}");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 2 * AT_ONCE);
    }
}
