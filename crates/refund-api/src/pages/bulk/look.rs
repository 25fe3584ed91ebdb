//! What will be done with many refunds, as the rules say before it is tried: how much in all, which offers end by it,
//! and what will be refused.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use refund_core::{Command, CommandKind, Event, Fact};

use super::{Row, Ticked, moved};
use crate::pages::form::Form;
use crate::pages::frame::{Frame, Notice, shown};
use crate::pages::reasons::ReasonChoices;
use crate::pages::refund::told_mistake;
use crate::pages::saved::{self, SavedChoice};
use crate::pages::seen::{addresses, saved_offer};
use crate::pages::view::told_briefly;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// What each look gives its forms anew.
const GIVEN_ANEW: [&str; 7] = ["mark", "once", "step", "refund", "beside", "addresses", "saved_offer"];

#[derive(Template)]
#[template(path = "pages/bulk-look.html")]
struct Look {
    page: Frame,
    rows: Vec<Row>,
    possible: usize,
    /// The sum in each currency.
    sums: Vec<String>,
    /// How many open offers are withdrawn by it.
    withdrawn: usize,
    /// What the sum is of, and what confirms it, in words.
    sum_of: String,
    confirm: String,
    /// What each buyer is told beside an offer.
    message: Option<String>,
    /// What was chosen and typed, to be confirmed, and the refunds with which it can be done.
    typed: Vec<(String, String)>,
    addresses: String,
    saved_offer: String,
    can: Vec<String>,
    /// Those with which it can't.
    beside: Vec<String>,
    /// The same to be typed otherwise, where something is typed, and all refunds that were ticked.
    action: &'static str,
    form: Form,
    reasons: ReasonChoices,
    saved: Vec<SavedChoice>,
    all: Vec<String>,
}

pub(super) fn show(
    visit: &Visit,
    kind: CommandKind,
    all: &[Ticked],
    notice: Option<Notice>,
) -> Result<Response, Problem> {
    let reader = &visit.reader;
    let (mut rows, mut withdrawn, mut sums) = (Vec::with_capacity(all.len()), 0_usize, BTreeMap::new());
    let (mut can, mut beside) = (Vec::new(), Vec::new());
    for ticked in all {
        let refund = &ticked.around.refund;
        let outcome = foreseen(visit, ticked).map(|events| {
            let ends = events.iter().filter(|event| matches!(event.fact, Fact::OfferWithdrawn { .. })).count();
            withdrawn = withdrawn.saturating_add(ends);
            let amount = match &ticked.command {
                Ok(Command::MakeOffer(offer)) => offer.amount,
                _ => refund.requested.amount,
            };
            let (sum, _) = sums.entry(amount.currency().code()).or_insert((0_i128, amount.currency()));
            *sum = sum.saturating_add(amount.minor().into());
            can.push(ticked.as_sent());
            told_briefly(reader, &events)
        });
        if outcome.is_err() {
            beside.push(ticked.as_sent());
        }
        rows.push(Row::new(visit, refund, outcome));
    }
    let typed = visit.form.without(&GIVEN_ANEW);
    let offered = all.iter().find_map(|ticked| match &ticked.command {
        Ok(Command::MakeOffer(offer)) => offer.message.as_ref(),
        _ => None,
    });
    let possible = rows.iter().filter(|row| row.outcome.is_ok()).count();
    let (first, settings) = (all.first().map(|ticked| &ticked.around), visit.app.engine.settings());
    let frame = Frame::new(visit, "bulk-title", "refunds").titled(reader.term("action", kind.as_str()));
    let page = Look {
        addresses: first.map_or_else(|| Ok(String::new()), |around| addresses(&around.seller))?,
        saved_offer: first.map_or_else(|| Ok(String::new()), |around| saved_offer(&visit.form, &settings, around))?,
        page: frame.saying(notice),
        rows,
        possible,
        sums: sums.into_values().map(|(sum, currency)| reader.sum(sum, currency)).collect(),
        withdrawn,
        sum_of: reader.term("bulk-sum", kind.as_str()),
        confirm: reader.say_count(&format!("bulk-confirm-{}", kind.as_str().replace('_', "-")), "count", &possible),
        message: offered.map(ToString::to_string),
        typed: typed.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        can,
        beside,
        action: kind.as_str(),
        form: visit.form.clone(),
        reasons: visit.own_reasons(),
        saved: saved::choices(visit),
        all: all.iter().map(Ticked::as_sent).collect(),
    };
    shown(page.page.status(), &page)
}

/// What would happen to one, or why nothing would.
fn foreseen(visit: &Visit, ticked: &Ticked) -> Result<Vec<Event>, Notice> {
    let Ticked { around, now, seen, actor, command } = ticked;
    if around.refund.version != seen.version {
        return Err(moved(visit));
    }
    let command = command.as_ref().map_err(|mistake| told_mistake(visit, mistake))?;
    around.outcome(actor, command, *now).map_err(|refusal| Notice::ruled(&visit.reader, &refusal))
}
