//! What is stored of records, refunds and settings: the journal's payloads and the view's rows.

use refund_core::{Refund, RefundId};
use serde::Deserialize;

use crate::codec::{CodecError, decode, encode};
use crate::journal::Stamp;
use crate::record::{Entry, Record};
use crate::{EventPosition, Recorded, Secret};

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

    /// What stands in the journal in its place, where the record says something else.
    pub(crate) fn with_record(&self, record: &Record) -> Result<Vec<u8>, CodecError> {
        encode(&(record, &self.previous))
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
pub(crate) fn told_of(record: &Record) -> impl Iterator<Item = &RefundId> {
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
    let Some((which, is_there)) = setting(entry) else { return Ok(None) };
    let bytes = if is_there { Some(encode(entry)?) } else { None };
    Ok(Some(SettingRow { which, bytes }))
}

/// Which setting an entry is about, if it is about one, and whether it is there afterwards.
pub(crate) fn setting(entry: &Entry) -> Option<(String, bool)> {
    let hex = |secret: &Secret| data_encoding::HEXLOWER.encode(&secret.0);
    let setting = match entry {
        Entry::Refund(_) | Entry::Answer { .. } | Entry::SignInsFailed(_) | Entry::Redacted { .. } => return None,
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
    Some(setting)
}
