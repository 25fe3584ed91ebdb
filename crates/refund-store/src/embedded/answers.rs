//! Which records hold remembered answers: in memory by the hash of their keys, in sled many to
//! a row.

use std::collections::BTreeSet;

use refund_core::Timestamp;
use sha2::{Digest, Sha256};

use super::keys;
use crate::IdempotencyKey;

/// A key's hash, and the position of the record that remembers its answer.
pub(super) type HashAndRecord = (u64, u64);

/// How many answers a row has at the most. sled puts sixteen rows on a page, and a page that is too large for one of
/// its segments gets a file of its own.
const ANSWERS_PER_ROW: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Answers(BTreeSet<HashAndRecord>);

impl Answers {
    /// The answers of all these rows.
    pub(super) fn read<E>(rows: impl Iterator<Item = Result<Row, E>>) -> Result<Self, E> {
        // Sorted once and built whole, as the index is.
        let mut answers = Vec::new();
        for row in rows {
            answers.extend(row?.answers);
        }
        answers.sort_unstable();
        Ok(Self(answers.into_iter().collect()))
    }

    /// Where an answer under that key may be, the latest first.
    pub(super) fn of(&self, key: &IdempotencyKey) -> Vec<u64> {
        let hash = hash(key);
        self.0.range((hash, 0)..=(hash, u64::MAX)).rev().map(|(_, position)| *position).collect()
    }

    pub(super) fn add(&mut self, answers: impl IntoIterator<Item = HashAndRecord>) {
        self.0.extend(answers);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn forget(&mut self, row: &Row) {
        for answer in &row.answers {
            self.0.remove(answer);
        }
    }
}

/// Some answers that were given one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// When the latest of them was given.
    pub(super) at: Timestamp,
    pub(super) answers: Vec<HashAndRecord>,
}

impl Row {
    /// The key and the bytes of each row of these answers, which were given in that order, each at its instant.
    pub(super) fn all(given: &[(Timestamp, HashAndRecord)]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        given.chunks(ANSWERS_PER_ROW).filter_map(|some| {
            let ((_, (_, first)), (at, _)) = (some.first()?, some.last()?);
            let row = Self { at: *at, answers: some.iter().map(|(_, answer)| *answer).collect() };
            Some((keys::answers(*first), row.to_bytes()))
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.answers.iter().flat_map(|(hash, position)| [hash.to_be_bytes(), position.to_be_bytes()]);
        self.at.as_millis().to_be_bytes().into_iter().chain(numbers.flatten()).collect()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (at, rest) = bytes.split_first_chunk()?;
        let (answers, []) = rest.as_chunks::<16>() else { return None };
        let number = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
        let answers = answers.iter().map(|answer| Some((number(answer.first_chunk()?), number(answer.last_chunk()?))));
        let at = Timestamp::from_millis(i64::from_be_bytes(*at)).ok()?;
        Some(Self { at, answers: answers.collect::<Option<_>>()? })
    }
}

/// The first bytes of a SHA-256: nobody can choose keys that share them with many others.
pub(super) fn hash(key: &IdempotencyKey) -> u64 {
    // A chosen key is visible ASCII, so the last zero is always the one between the two.
    let digest: [u8; 32] =
        Sha256::new().chain_update(&key.caller).chain_update([0]).chain_update(&key.key).finalize().into();
    digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_many_answers_and_is_as_old_as_its_last() {
        let given: Vec<_> = (0..ANSWERS_PER_ROW as u64 + 2)
            .map(|number| (Timestamp::from_millis(number as i64).unwrap(), (number, 100 + number)))
            .collect();
        let rows: Vec<_> = Row::all(&given).map(|(key, row)| (key, Row::parse(&row).unwrap())).collect();
        let lengths: Vec<_> = rows.iter().map(|(_, row)| row.answers.len()).collect();
        assert_eq!(lengths, [ANSWERS_PER_ROW, 2]);
        assert_eq!(rows.iter().flat_map(|(_, row)| row.answers.clone()).collect::<Vec<_>>().len(), given.len());
        let last = rows.last().unwrap();
        assert_eq!((&last.0, last.1.at.as_millis()), (&keys::answers(100 + 64), 65));
    }
}
