//! A seller's return addresses in a form: one row each, and one more for another.

use refund_core::{ADDRESSES_MAX, Address, AddressBook, AddressId, InvalidAddressBook, Label, Reason};

use super::form::{Form, Mistake, written};
use crate::machine::entropy;

/// What the row is called in which another address can be typed.
const ANOTHER: &str = "another";

pub(crate) struct AddressRow {
    pub(crate) id: String,
    pub(crate) recipient: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    pub(crate) is_default: bool,
    /// Whether it is to be removed.
    pub(crate) is_removed: bool,
    /// Whether it is there already.
    pub(crate) is_there: bool,
}

/// A row for each address that there is, and one more.
pub(super) fn rows(book: &AddressBook) -> Vec<AddressRow> {
    let default = &book.default_address().id;
    let there = book.iter().map(|own| AddressRow {
        id: own.id.to_string(),
        recipient: own.recipient.to_string(),
        phone: own.phone.to_string(),
        address: own.address.to_string(),
        is_default: own.id == *default,
        is_removed: false,
        is_there: true,
    });
    let another = AddressRow {
        id: ANOTHER.to_owned(),
        recipient: String::new(),
        phone: String::new(),
        address: String::new(),
        is_default: false,
        is_removed: false,
        is_there: false,
    };
    there.chain([another]).collect()
}

pub(super) fn typed_rows(form: &Form) -> Vec<AddressRow> {
    let lines = form.all("recipient").zip(form.all("phone")).zip(form.all("address"));
    let row = |(id, ((recipient, phone), address)): (&str, ((&str, &str), &str))| AddressRow {
        is_default: form.get("default") == id,
        is_removed: form.all("remove").any(|removed| removed == id),
        is_there: id != ANOTHER,
        id: id.to_owned(),
        recipient: recipient.to_owned(),
        phone: phone.to_owned(),
        address: address.to_owned(),
    };
    form.all("address_id").zip(lines).map(row).collect()
}

/// The address book that a form makes.
pub(super) fn typed(form: &Form) -> Result<AddressBook, Mistake> {
    let mut addresses = Vec::new();
    for row in typed_rows(form).into_iter().filter(|row| !row.is_removed) {
        let is_blank = |text: &str| text.trim().is_empty();
        if !row.is_there && is_blank(&row.recipient) && is_blank(&row.phone) && is_blank(&row.address) {
            continue;
        }
        let id = if row.is_there { row.id } else { entropy::id("adr_") };
        let needed = |field| move || Mistake::new(field, "mistake-needed");
        let recipient: Label = written("recipient", &row.recipient)?.ok_or_else(needed("recipient"))?;
        let phone: Label = written("phone", &row.phone)?.ok_or_else(needed("phone"))?;
        let address: Reason = written("address", &row.address)?.ok_or_else(needed("address"))?;
        let id = AddressId::new(id).map_err(|_| Mistake::new("address", "mistake-choose"))?;
        addresses.push((Address { id, recipient, phone, address }, row.is_default));
    }
    AddressBook::new(addresses).map_err(|invalid| match invalid {
        InvalidAddressBook::NotOneDefault { .. } => Mistake::new("default", "mistake-default"),
        InvalidAddressBook::SameId { .. } => Mistake::new("address", "mistake-choose"),
        InvalidAddressBook::TooMany { .. } => {
            Mistake { max: ADDRESSES_MAX, ..Mistake::new("address", "mistake-addresses") }
        }
    })
}
