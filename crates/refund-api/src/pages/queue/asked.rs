//! What the address of the queue asks for.

use std::str::FromStr;

use refund_store::{Pile, Search, SearchOrder, Size};

use crate::pages::form::Form;
use crate::pages::visit::Visit;
use crate::pages::way::PAGE;

/// The field that names the pile, and the name for all of them.
pub(super) const TAB: &str = "tab";

/// The fields behind which more is unfolded than the words that are looked for.
pub(super) const FINER: [&str; 8] = ["type", "reason", "status", "negotiation", "from", "to", "least", "most"];

/// What is asked for; nothing where no refund can have it, because it is no status or no date, or more than anybody looks for.
pub(in crate::pages) fn search(visit: &Visit, query: &Form) -> Option<Search> {
    let tab = query.get(TAB);
    let (reader, field) = (&visit.reader, |name| query.get(name).trim());
    let day = |name| reader.read_day(field(name));
    let page: usize = number(field("page"))?;
    Some(Search {
        seller_id: visit.seller_id().cloned().or(named(field("seller"))?),
        pile: if tab.is_empty() { None } else { Some(Pile::named(tab)?) },
        words: Search::words_of(query.get("q"))?,
        kind: named(field("type"))?,
        status: named(field("status"))?,
        negotiation: named(field("negotiation"))?,
        reason: named(field("reason"))?,
        at_least: asked(field("least"), Size::parse)?,
        at_most: asked(field("most"), Size::parse)?,
        opened_from: asked(field("from"), |_| day("from"))?.map(|(begins, _)| begins),
        opened_before: asked(field("to"), |_| day("to"))?.map(|(_, ends)| ends),
        order: order(query),
        skip: page.saturating_sub(1).saturating_mul(PAGE),
        limit: PAGE,
    })
}

/// In which order. One that there is not is the usual one.
pub(super) fn order(query: &Form) -> SearchOrder {
    SearchOrder::ALL.into_iter().find(|order| order.as_str() == query.get("sort")).unwrap_or_default()
}

/// A page's number; the first where none is named.
fn number(typed: &str) -> Option<usize> {
    if typed.is_empty() { Some(1) } else { typed.parse().ok().filter(|number| *number > 0) }
}

/// What a filter names, if it is used.
fn named<T: FromStr>(typed: &str) -> Option<Option<T>> {
    asked(typed, |typed| typed.parse().ok())
}

fn asked<T>(typed: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if typed.is_empty() { Some(None) } else { read(typed).map(Some) }
}
