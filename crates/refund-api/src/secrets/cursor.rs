//! Cursors: where a list goes on, as text that only this server can make.

use std::cmp::Reverse;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use refund_store::Place;
use sha2::Sha256;

use crate::problem::Problem;
use crate::secrets::keyed;
use crate::wire::code::ApiCode;

const TAG_LEN: usize = 12;

/// Makes and reads cursors. A cursor is good for the list and the caller that it was made for.
pub(crate) struct Cursors(Hmac<Sha256>);

impl Cursors {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, b"cursor"))
    }

    /// The cursor of a place in a list; `list` says which list, of whom.
    pub(crate) fn write(&self, place: &Place, list: &str) -> String {
        self.sealed(&[place.rank.to_be_bytes(), place.number.0.to_be_bytes()].concat(), list)
    }

    /// The cursor of what comes behind an id in a list.
    pub(crate) fn write_id(&self, id: &str, list: &str) -> String {
        self.sealed(id.as_bytes(), list)
    }

    fn sealed(&self, body: &[u8], list: &str) -> String {
        let tag = self.mac(body, list).finalize().into_bytes();
        let tag = tag.iter().take(TAG_LEN).copied();
        BASE64URL_NOPAD.encode(&tag.chain(body.iter().copied()).collect::<Vec<_>>())
    }

    /// The place that a cursor names.
    pub(crate) fn read(&self, cursor: &str, list: &str) -> Result<Place, Problem> {
        self.opened(cursor, list).and_then(|body| place(&body)).ok_or_else(another_lists)
    }

    /// The id behind which a cursor goes on.
    pub(crate) fn read_id(&self, cursor: &str, list: &str) -> Result<String, Problem> {
        self.opened(cursor, list).and_then(|body| String::from_utf8(body).ok()).ok_or_else(another_lists)
    }

    fn opened(&self, cursor: &str, list: &str) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (tag, body) = bytes.split_at_checked(TAG_LEN)?;
        self.mac(body, list).verify_truncated_left(tag).ok()?;
        Some(body.to_vec())
    }

    fn mac(&self, body: &[u8], list: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(list.as_bytes());
        mac.update(&[0]);
        mac.update(body);
        mac
    }
}

fn place(body: &[u8]) -> Option<Place> {
    let (rank, number) = body.split_first_chunk()?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    Some(Place { rank: u64::from_be_bytes(*rank), number: Reverse(number) })
}

/// What a cursor is refused with that this list did not give.
pub(crate) fn another_lists() -> Problem {
    Problem::new(ApiCode::MalformedQuery, "cursor: not one that this list gave, with these filters and this key")
}
