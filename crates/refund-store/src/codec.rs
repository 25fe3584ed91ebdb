//! The bytes of what is stored: the journal's payloads and the view's rows.
//!
//! First a byte with the version of the format, then the value in MessagePack, structs as arrays
//! of their fields in order. A field can be added at the end of a struct with
//! `#[serde(default)]` and older bytes still open. Any other change of a stored type is a new
//! version, beside which the old one has to be read for ever: `tests/golden` holds bytes of each.

use refund_core::{Refund, RefundId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::journal::Stamp;
use crate::record::{Entry, Record};
use crate::{EventPosition, Recorded, Secret, StoreError};

/// The version of the format that this program writes, and the newest that it reads.
pub(crate) const VERSION: u8 = 1;

/// Bytes that are no value, or a value without bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodecError {
    /// A newer program wrote it.
    #[error("it has format version {found}, which a newer program wrote, and this one reads up to version {VERSION}")]
    Newer {
        /// The version that it has.
        found: u8,
    },
    /// It is not what it should be.
    #[error("its bytes are not those of what it should be: {0}")]
    Invalid(String),
}

impl From<CodecError> for StoreError {
    fn from(error: CodecError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

fn invalid(error: impl std::fmt::Display) -> CodecError {
    CodecError::Invalid(error.to_string())
}

/// The bytes of a value.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = vec![VERSION];
    rmp_serde::encode::write(&mut bytes, value).map_err(invalid)?;
    Ok(bytes)
}

/// The value of some bytes.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    match bytes.split_first() {
        Some((&VERSION, value)) => rmp_serde::from_slice(value).map_err(invalid),
        Some((&found, _)) if found > VERSION => Err(CodecError::Newer { found }),
        Some((&found, _)) => Err(invalid(format_args!("there is no format version {found}"))),
        None => Err(invalid("there are none")),
    }
}

/// What the journal holds of one request: what was recorded, and for each refund in it, in the
/// order in which they first occur, where the record before this one stands that tells of it (0
/// where there is none). So a refund's history is walked from its end, however long it is, and
/// nothing else has to grow with it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Payload {
    record: Record,
    previous: Vec<u64>,
}

impl Payload {
    /// What is to be written of a record. `previous` gives where the latest record stands that
    /// tells of a refund.
    pub(crate) fn bytes<E: From<CodecError>>(
        record: &Record,
        previous: impl FnMut(&RefundId) -> Result<u64, E>,
    ) -> Result<Vec<u8>, E> {
        let previous = told_of(record).map(previous).collect::<Result<Vec<_>, E>>()?;
        Ok(encode(&(record, previous))?)
    }

    /// What the record says.
    pub(crate) fn into_record(self) -> Record {
        self.record
    }

    /// How many entries the record has.
    pub(crate) fn entries(&self) -> usize {
        self.record.entries.len()
    }

    /// The refunds that it tells of, and where it says that the record before it on each stands; 0 for none.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&RefundId, u64)> {
        told_of(&self.record).map(|id| (id, self.previous(id).unwrap_or(0)))
    }

    /// Where the record before this one stands that tells of the refund, if there is one.
    pub(crate) fn previous(&self, id: &RefundId) -> Option<u64> {
        let found = told_of(&self.record).zip(&self.previous).find(|(refund, _)| *refund == id);
        found.map(|(_, position)| *position).filter(|position| *position > 0)
    }

    /// The events of the record, each with its position.
    pub(crate) fn into_events(self, stamp: Stamp) -> impl DoubleEndedIterator<Item = Recorded> {
        let entries = (0..).zip(self.record.entries).collect::<Vec<_>>().into_iter();
        entries.filter_map(move |(entry, content)| {
            if let Entry::Refund(event) = content { Some((EventPosition::of(stamp, entry), event)) } else { None }
        })
    }
}

/// The refunds that a record tells of, each once, in the order in which they first occur.
fn told_of(record: &Record) -> impl Iterator<Item = &RefundId> {
    let ids =
        record.entries.iter().filter_map(|entry| if let Entry::Refund(e) = entry { Some(&e.refund_id) } else { None });
    let mut seen = std::collections::BTreeSet::new();
    ids.filter(move |id| seen.insert(*id))
}

/// The view's row of a refund: where its latest record stands in the journal, and its state. The
/// position comes first and raw, because it is often asked for alone.
pub(crate) fn refund_row(last: u64, refund: &Refund) -> Result<Vec<u8>, CodecError> {
    Ok([&last.to_be_bytes()[..], &encode(refund)?].concat())
}

/// The refund of a row.
pub(crate) fn parse_refund(row: &[u8]) -> Result<Refund, CodecError> {
    decode(row.split_first_chunk::<8>().map_or(&[], |(_, refund)| refund))
}

/// The id of the refund of a row, without reading the rest of it.
pub(crate) fn parse_id(row: &[u8]) -> Option<&str> {
    let (_version, mut fields) = row.get(8..)?.split_first()?;
    rmp::decode::read_array_len(&mut fields).ok()?;
    rmp::decode::read_str_from_slice(fields).ok().map(|(id, _)| id)
}

/// Where the latest record of the refund of a row stands.
pub(crate) fn parse_last(row: &[u8]) -> Option<u64> {
    row.first_chunk().map(|last| u64::from_be_bytes(*last))
}

/// A setting as the view keeps it.
pub(crate) struct SettingRow {
    /// Which it is, in words: its kind, and which of its kind.
    pub(crate) which: String,
    /// The entry that made it what it is; nothing where that removed it.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// The view's row of the setting that an entry is about, if it is about one.
pub(crate) fn setting_row(entry: &Entry) -> Result<Option<SettingRow>, CodecError> {
    let hex = |secret: &Secret| data_encoding::HEXLOWER.encode(&secret.0);
    let (which, is_there) = match entry {
        Entry::Refund(_) | Entry::Answer { .. } => return Ok(None),
        Entry::Policy { .. } => ("policy".to_owned(), true),
        Entry::Rollout { .. } => ("rollout".to_owned(), true),
        Entry::Seller { seller_id, .. } => (format!("seller {seller_id}"), true),
        Entry::Key { key, .. } => (format!("key {}", key.id), true),
        Entry::BuyerLink { refund_id, .. } => (format!("link {refund_id}"), true),
        Entry::Webhook { webhook, .. } => (format!("webhook {}", webhook.id), true),
        Entry::WebhookRemoved { webhook_id, .. } => (format!("webhook {webhook_id}"), false),
        Entry::User { user, .. } => (format!("user {}", user.id), true),
        Entry::Session(session) => (format!("session {}", hex(&session.secret)), true),
        Entry::SessionEnded { secret } => (format!("session {}", hex(secret)), false),
        Entry::SavedOffer { seller_id, offer, .. } => (format!("saved offer {seller_id} {}", offer.id), true),
        Entry::SavedOfferRemoved { seller_id, offer_id, .. } => (format!("saved offer {seller_id} {offer_id}"), false),
        Entry::Restored(restoration) => (format!("restored {}", restoration.backup_latest), true),
    };
    let bytes = if is_there { Some(encode(entry)?) } else { None };
    Ok(Some(SettingRow { which, bytes }))
}

/// A value whose fields are written with their names: see [`named`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: DeserializeOwned"))]
pub(crate) struct Named<T>(#[serde(with = "named")] pub(crate) T);

/// Fields with their names, for types that leave some out or get new ones anywhere: settings.
/// Among the fields of an array, one left out would move all behind it.
pub(crate) mod named {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = rmp_serde::to_vec_named(value).map_err(S::Error::custom)?;
        Bytes(bytes).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let Bytes(bytes) = Bytes::deserialize(deserializer)?;
        rmp_serde::from_slice(&bytes).map_err(D::Error::custom)
    }

    /// Bytes as MessagePack writes bytes, and not as an array of numbers.
    struct Bytes(Vec<u8>);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Bytes;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("bytes")
                }
                fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(bytes.to_vec()))
                }
            }
            deserializer.deserialize_bytes(Visitor)
        }
    }
}
