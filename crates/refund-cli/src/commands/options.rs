//! `refund options`: what the seller may offer, before anything is tried.

use super::Desk;
use crate::client::{Query, segment};
use crate::failure::Failure;
use crate::model::{Objection, Options, SavedOption};
use crate::output::style::Tone;
use crate::output::table::Card;
use crate::output::time::{Instant, both};
use crate::output::{Output, Said};
use crate::view::{awaited, silence};

const FIELDS: &[&str] = &["may_offer", "types", "objections", "freight_insurance", "expires_at", "saved_offers"];

pub(super) fn run(desk: &Desk, id: &str) -> Result<(), Failure> {
    let client = desk.client()?;
    let answer = client.get(&format!("/v1/refunds/{}/negotiation/options", segment(id)), &Query::new())?;
    let options: Options = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || Ok(in_words(&options, client.now([])?, &desk.out)))?;
    if options.may_offer {
        desk.out.hint(&format!("Next: refund offer {id} --type TYPE --amount AMOUNT"));
    }
    Ok(())
}

fn in_words(options: &Options, now: Instant, out: &Output) -> String {
    let mut text = match options.may_offer {
        true => format!("{}\n", out.paint(Tone::Good, "An offer may be made, once.")),
        false => format!("{}\n", out.paint(Tone::Bad, "No offer may be made.")),
    };
    let mut card = out.card();
    against(&options.objections, now, &mut card);
    for kind in &options.types {
        if kind.possible {
            let range = format!("{} to {}", kind.amount_min, kind.amount_max);
            card.plain(&kind.kind, &range);
        } else {
            card.line(&kind.kind, "not possible", Tone::Faint);
            against(&kind.objections, now, &mut card);
        }
    }
    for SavedOption { id, name, terms, objections, .. } in &options.saved_offers {
        card.plain("prepared", &format!("{id} ({name}): {}", terms.in_words()));
        against(objections, now, &mut card);
    }
    for address in &options.return_addresses {
        card.plain("return to", &address.in_words());
    }
    card.plain(
        "insured",
        if options.freight_insurance { "the order has freight insurance" } else { "no freight insurance" },
    );
    card.maybe("would expire", options.expires_at.as_ref().map(|at| both(at, now)));
    for deadline in &options.deadlines {
        let text = format!("{}, else {}", both(&deadline.at, now), silence(&deadline.on_silence));
        card.plain(awaited(&deadline.kind), &text);
    }
    text += &card.text();
    text
}

pub(super) fn against(objections: &[Objection], now: Instant, card: &mut Card) {
    for Objection { code, rule, detail, possible_at } in objections {
        let when = possible_at.as_ref().map(|at| format!("; possible {}", both(at, now))).unwrap_or_default();
        card.line("against it", &format!("{detail} ({code}, rule {rule}){when}"), Tone::Due);
    }
}
