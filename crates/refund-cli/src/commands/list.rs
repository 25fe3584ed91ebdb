//! `refund list`: what is due next.

use super::{Desk, watch};
use crate::cli::refunds::List;
use crate::client::{Page, Query};
use crate::failure::Failure;
use crate::model::Refund;
use crate::output::Format;
use crate::view;

pub(super) fn run(desk: &Desk, list: &List) -> Result<(), Failure> {
    if list.watch {
        if desk.out.format != Format::Table {
            return Err(Failure::Usage(
                "--watch draws a table; for programs there is refund events --follow".to_owned(),
            ));
        }
        return watch::run(desk, list.every, || drawn(desk, list, &read(desk, list)?));
    }
    let page = read(desk, list)?;
    desk.list(&page, view::refund::FIELDS, || drawn(desk, list, &page))?;
    if page.next_cursor.is_none()
        && let Some(first) = page.items.first().and_then(|item| crate::client::seen::<Refund>(item).ok())
    {
        desk.out.hint(&format!("Next: refund show {}", first.id));
    }
    if desk.out.hints && !list.escalated {
        tell_what_waits(desk)?;
    }
    Ok(())
}

/// An operator's own work stands last in the list: no clock runs on what was escalated.
fn tell_what_waits(desk: &Desk) -> Result<(), Failure> {
    let escalated: Query = vec![("escalated", "true".to_owned())];
    let page = desk.client()?.pages("/v1/refunds", &escalated, Some(WAITING_MAX))?;
    let waiting = page.seen::<Refund>()?.iter().filter(|refund| refund.actions.iter().any(|may| may == "rule")).count();
    let more = if page.next_cursor.is_some() { " or more" } else { "" };
    if waiting > 0 {
        desk.out.hint(&format!("Waiting for the operator's ruling: {waiting}{more}. See refund list --escalated"));
    }
    Ok(())
}

/// How many waiting refunds are counted.
const WAITING_MAX: usize = 100;

/// A status as the API spells it, however it was typed.
fn as_status(typed: &str) -> String {
    typed.to_uppercase().replace('-', "_")
}

fn read(desk: &Desk, list: &List) -> Result<Page, Failure> {
    let client = desk.client()?;
    let given = [
        ("status", list.status.as_deref().map(as_status)),
        ("negotiation", list.negotiation.as_deref().map(as_status)),
        ("escalated", list.escalated.then(|| "true".to_owned())),
        ("seller_id", list.seller.clone()),
        ("buyer_id", list.buyer.clone()),
        ("order_id", list.order.clone()),
        ("external_reference", list.external_reference.clone()),
        ("metadata", list.metadata.clone()),
        ("sort", Some(list.sort.clone())),
    ];
    let mut query: Query = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    if let Some(due_before) = list.due_before {
        query.push(("due_before", due_before.from(client.now([])?)));
    }
    client.pages("/v1/refunds", &query, list.many.limit())
}

fn drawn(desk: &Desk, list: &List, page: &Page) -> Result<String, Failure> {
    let refunds: Vec<Refund> = page.seen()?;
    let now = desk.client()?.now(refunds.iter().map(|refund| refund.updated_at.as_str()))?;
    let table = view::refund::list(&refunds, now, &desk.out);
    let title = format!("{} refunds, by {}\n\n", refunds.len(), list.sort);
    Ok(if list.watch { format!("{title}{table}") } else { table })
}
