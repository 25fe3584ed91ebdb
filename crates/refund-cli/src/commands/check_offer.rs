//! What would come of an offer: said by `refund offer --check`, and before a prepared one is made.

use serde_json::{Map, Value};

use super::Desk;
use super::options::against;
use crate::client::{Change, Reply, segment};
use crate::failure::{Failure, Problem};
use crate::model::{OfferCheck, Refund};
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::time::both;

const FIELDS: &[&str] = &["possible", "terms", "objections", "offer", "expires_at"];

/// Says it. Nothing is done.
pub(super) fn run(desk: &Desk, refund: &Refund, body: &Value) -> Result<(), Failure> {
    let answer = ask(desk, refund, body)?;
    let checked: OfferCheck = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || in_words(desk, &checked))
}

/// The exact terms of a prepared offer, as they are sent to make it. They are shown first.
/// Fails with the first of what stands against them, once all of it has been told.
pub(super) fn terms(desk: &Desk, refund: &Refund, body: &Value) -> Result<Value, Failure> {
    let answer = ask(desk, refund, body)?;
    let checked: OfferCheck = answer.seen()?;
    desk.out.note(in_words(desk, &checked)?.trim_end());
    if let Some(first) = checked.objections.into_iter().next() {
        return Err(Failure::Problem(Box::new(Problem {
            status: 409,
            detail: first.detail,
            code: first.code,
            rule: Some(first.rule),
            possible_at: first.possible_at,
            refund_id: Some(refund.id.clone()),
            ..Problem::default()
        })));
    }
    Ok(answer.raw::<Map<String, Value>>()?.remove("terms").unwrap_or_default())
}

fn ask(desk: &Desk, refund: &Refund, body: &Value) -> Result<Reply, Failure> {
    desk.change(Change::post(format!("/v1/refunds/{}/negotiation/check", segment(&refund.id)), body))
}

fn in_words(desk: &Desk, checked: &OfferCheck) -> Result<String, Failure> {
    let OfferCheck { possible, terms, objections, offer, expires_at } = checked;
    let now = desk.client()?.now([])?;
    let (tone, head) = match possible {
        true => (Tone::Good, "This may be offered. The buyer would be shown:"),
        false => (Tone::Bad, "This may not be offered."),
    };
    let mut card = desk.out.card();
    card.line("offer", &terms.in_words(), Tone::Strong);
    against(objections, now, &mut card);
    if let Some(offer) = offer {
        card.maybe("goes to", offer.terms.return_address.as_ref().map(|address| address.in_words()));
        card.maybe("message", offer.message.as_ref());
    }
    card.maybe("until", expires_at.as_ref().map(|at| both(at, now)));
    Ok(format!("{}\n{}", desk.out.paint(tone, head), card.text()))
}
