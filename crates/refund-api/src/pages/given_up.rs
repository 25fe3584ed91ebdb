//! Endpoints of webhooks that were given up, told to their owner.

use std::sync::Arc;

use axum::http::StatusCode;
use refund_store::{DisabledBecause, Right, Webhook};

use super::frame::Notice;
use super::reader::Reader;
use super::visit::Visit;
use crate::problem::Problem;

/// Whether it was switched off because nothing got through to it, and not by hand.
pub(super) fn is_given_up(webhook: &Webhook) -> bool {
    webhook.disabled.is_some_and(|off| off.because != DisabledBecause::Asked)
}

/// Tells that some of these were given up.
pub(super) fn given_up(reader: &Reader, webhooks: &[Arc<Webhook>]) -> Option<Notice> {
    let count = webhooks.iter().filter(|webhook| is_given_up(webhook)).count();
    let told = || Notice::bad(reader.say_count("webhooks-given-up", "count", &count));
    (count > 0).then(|| told().under(StatusCode::OK))
}

/// The same for whoever is signed in, of the endpoints that are theirs to mend: operators see sellers' too, and leave
/// them to the sellers.
pub(super) fn own_given_up(visit: &Visit) -> Result<Option<Notice>, Problem> {
    let person = visit.person()?;
    if !Right::Settings.is_of(person.user.team_role) {
        return Ok(None);
    }
    let mut webhooks = visit.app.engine.settings().webhooks();
    webhooks.retain(|webhook| webhook.owner.seller_id() == visit.seller_id());
    Ok(given_up(&visit.reader, &webhooks))
}
