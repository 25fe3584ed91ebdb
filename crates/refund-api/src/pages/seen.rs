//! The return addresses as a form's page showed them: goods go where whoever decided saw that they would.

use axum::http::StatusCode;
use refund_store::{Seller, Tag};

use super::form::Form;
use super::frame::Notice;
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

/// What is told then, before they are shown anew, and its status.
pub(super) fn told_addresses_moved(visit: &Visit) -> (Notice, StatusCode) {
    (Notice::moved(visit.reader.say("addresses-moved")), StatusCode::PRECONDITION_FAILED)
}
