//! Places in the whole history, for whom it is no business how much lies between two of them.

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use data_encoding::HEXLOWER;
use refund_store::EventPosition;

use super::key;

/// Seals places. A place is one block of the cipher, so that the same is always called the same and no index is
/// needed to open it; whoever makes one up has a place at which nothing ever was.
pub(crate) struct SealedPlaces(Aes256);

impl SealedPlaces {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(Aes256::new(&key(secret, b"place").into()))
    }

    /// What a place is called.
    pub(crate) fn seal(&self, place: EventPosition) -> String {
        let EventPosition { record, epoch, entry } = place;
        let place = u128::from(record) << 64 | u128::from(epoch) << 32 | u128::from(entry);
        let mut block = place.to_be_bytes().into();
        self.0.encrypt_block(&mut block);
        HEXLOWER.encode(&block)
    }

    /// The place that is called so; nothing where none can be.
    pub(crate) fn open(&self, text: &str) -> Option<EventPosition> {
        let mut block = <[u8; 16]>::try_from(HEXLOWER.decode(text.as_bytes()).ok()?).ok()?.into();
        self.0.decrypt_block(&mut block);
        let [record @ .., e0, e1, e2, e3, n0, n1, n2, n3]: [u8; 16] = block.into();
        Some(EventPosition {
            record: u64::from_be_bytes(record),
            epoch: u32::from_be_bytes([e0, e1, e2, e3]),
            entry: u32::from_be_bytes([n0, n1, n2, n3]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_place_says_nothing_and_opens_where_it_was_sealed() {
        let (own, others) = (SealedPlaces::new(&[7; 32]), SealedPlaces::new(&[8; 32]));
        for (record, epoch, entry) in [(0, 0, 0), (1, 2, 3), (u64::MAX, u32::MAX, 0xff_ffff)] {
            let place = EventPosition { record, epoch, entry };
            let sealed = own.seal(place);
            assert_eq!((sealed.len(), own.open(&sealed)), (32, Some(place)));
            assert_ne!(others.open(&sealed), Some(place));
            let next = own.seal(EventPosition { record: record.wrapping_add(1), ..place });
            let alike = sealed.bytes().zip(next.bytes()).filter(|(one, other)| one == other).count();
            assert!(alike < 12, "{sealed} and {next}");
        }
        for none in ["", "00", &own.seal(EventPosition { record: 1, epoch: 1, entry: 0 })[1..]] {
            assert_eq!(own.open(none), None, "{none}");
        }
    }
}
