//! Cursors: where a list goes on, as text that only this server can make and read. A place in a list is a number
//! among those of everybody, which would say how much others do.

use std::cmp::Reverse;

use aes_siv::KeyInit;
use aes_siv::siv::Aes128Siv;
use data_encoding::BASE64URL_NOPAD;
use refund_store::Place;

use crate::problem::Problem;
use crate::secrets::key;
use crate::wire::code::ApiCode;

/// Makes and reads cursors. A cursor is good for the list and the caller that it was made for.
pub(crate) struct Cursors([u8; 32]);

impl Cursors {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(key(secret, b"cursor"))
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
        // That fails for a hundred headers, and here is one.
        let sealed = self.cipher().encrypt([list], body).unwrap_or_default();
        BASE64URL_NOPAD.encode(&sealed)
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
        let sealed = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        self.cipher().decrypt([list], &sealed).ok()
    }

    fn cipher(&self) -> Aes128Siv {
        Aes128Siv::new(&self.0.into())
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
