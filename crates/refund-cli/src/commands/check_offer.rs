//! `refund offer --check`: what would come of an offer. Nothing is done.

use serde_json::Value;

use super::options::against;
use super::{Desk, repeat};
use crate::client::{Change, segment};
use crate::failure::Failure;
use crate::model::{OfferCheck, Refund};
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::time::both;

const FIELDS: &[&str] = &["possible", "objections", "offer", "expires_at"];

pub(super) fn run(desk: &Desk, refund: &Refund, body: &Value) -> Result<(), Failure> {
    let client = desk.client()?;
    let answer = client.change(&Change {
        method: "POST",
        path: format!("/v1/refunds/{}/negotiation/check", segment(&refund.id)),
        body: body.to_string(),
        if_match: None,
        idempotency_key: None,
        repeat: &repeat::command(&desk.typed, &[]),
    })?;
    let OfferCheck { possible, objections, offer, expires_at } = answer.seen()?;
    let now = client.now([])?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        let (tone, head) = match possible {
            true => (Tone::Good, "This may be offered. The buyer would be shown:"),
            false => (Tone::Bad, "This may not be offered."),
        };
        let mut card = desk.out.card();
        against(&objections, now, &mut card);
        if let Some(offer) = &offer {
            card.line("offer", &offer.terms.told(), Tone::Strong);
            card.maybe("goes to", offer.terms.return_address.as_ref().map(|address| address.told()));
            card.maybe("message", offer.message.as_ref());
        }
        card.maybe("until", expires_at.as_ref().map(|at| both(at, now)));
        Ok(format!("{}\n{}", desk.out.paint(tone, head), card.text()))
    })
}
