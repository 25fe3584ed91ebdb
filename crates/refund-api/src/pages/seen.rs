//! What settings were as a form's page showed them: goods go where whoever decided saw that they would, and what is
//! offered is what they saw.

use refund_store::{Around, Seller, Settings, Tag};

use super::form::Form;
use super::frame::Notice;
use super::saved::chosen;
use super::visit::Visit;
use crate::problem::Problem;

/// What a form carries of the addresses that its page showed.
pub(super) fn addresses(seller: &Seller) -> Result<String, Problem> {
    Ok(Tag::of(&seller.addresses)?.to_string())
}

/// Whether they are others by now.
pub(super) fn addresses_moved(form: &Form, seller: &Seller) -> Result<bool, Problem> {
    Ok(form.get("addresses") != addresses(seller)?)
}

/// What is told then, before they are shown anew.
pub(super) fn told_addresses_moved(visit: &Visit) -> Notice {
    Notice::moved(visit.reader.say("addresses-moved"))
}

/// What a form carries of the prepared offer that it chooses, as its page showed it.
pub(super) fn saved_offer(form: &Form, settings: &Settings, around: &Around) -> Result<String, Problem> {
    let chosen = chosen(form, settings, around);
    chosen.map_or_else(|| Ok(String::new()), |(saved, _)| Ok(Tag::of(saved)?.to_string()))
}

/// Whether that is another by now, or gone.
pub(super) fn saved_offer_moved(form: &Form, settings: &Settings, around: &Around) -> Result<bool, Problem> {
    Ok(form.get("saved_offer") != saved_offer(form, settings, around)?)
}

pub(super) fn told_saved_offer_moved(visit: &Visit) -> Notice {
    Notice::moved(visit.reader.say("saved-moved"))
}
