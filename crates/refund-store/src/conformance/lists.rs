//! Lists of refunds.

use std::sync::Arc;

use refund_core::{
    BuyerId, Command, ExternalReference, LineId, Metadata, NegotiationStatus, OrderId, Reason, References, Refund,
    RefundType, SellerId, Span, StatusKind, Timestamp, Why,
};

use super::desk::{AGREE, CANCEL, Desk, HOUR, accept, buyer, holds, offer, opening, same, seller};
use super::{Broken, Make};
use crate::{Query, Sort, wait};

/// Refunds of two sellers and three buyers, on orders of the same names, in many states.
pub(super) fn shop(make: &mut Make<'_>) -> Result<(Desk, Vec<Arc<Refund>>), Broken> {
    let desk = Desk::new(make)?;
    desk.put_seller("stall")?;
    let mut ids = Vec::new();
    for number in 0..24_u32 {
        let id = format!("r{number}");
        let shop = if number % 3 == 0 { "stall" } else { "shop" };
        let kim = ["kim", "lee", "max"].into_iter().cycle().nth(usize::try_from(number / 2)?).unwrap_or("kim");
        let mut opening = opening(&id)?;
        opening.seller_id = SellerId::new(shop)?;
        opening.buyer_id = BuyerId::new(kim)?;
        opening.line.order_id = OrderId::new(format!("order{}", number % 5))?;
        opening.references = references(number)?;
        desk.open(opening)?;
        match number % 6 {
            0 => drop(desk.command(&id, seller(shop), offer(&id)?)?),
            1 => drop(desk.command(&id, seller(shop), AGREE)?),
            2 => drop(desk.command(&id, buyer(kim), CANCEL)?),
            3 => {
                desk.command(&id, seller(shop), offer(&id)?)?;
                desk.command(&id, buyer(kim), accept(&id)?)?;
            }
            4 => {
                let reason = || Reason::new("no").map(Why::from);
                desk.command(&id, seller(shop), Command::Refuse { reason: reason()? })?;
                desk.command(&id, buyer(kim), Command::Escalate { reason: reason()? })?;
            }
            _ => {}
        }
        // Some are opened at the same instant.
        if number % 4 != 3 {
            desk.advance(HOUR / 2)?;
        }
        ids.push(id);
    }
    let refunds = ids.iter().map(|id| desk.refund(id)).collect::<Result<_, _>>()?;
    Ok((desk, refunds))
}

/// The first four have none; of the others each has its own name, and texts that some share under one name or another.
fn references(number: u32) -> Result<References, Broken> {
    let external_reference = Some(ExternalReference::new(format!("case/{}", number.saturating_sub(1)))?);
    let entries = [("batch", format!("b{}", number % 3)), ("other", "b1".to_owned())];
    let read = |(name, text): (&str, String)| Ok::<_, Broken>((name.to_owned().try_into()?, text.parse()?));
    let metadata = Metadata::new(entries.into_iter().map(read).collect::<Result<Vec<_>, _>>()?)?;
    if number < 4 { Ok(References::default()) } else { Ok(References { external_reference, metadata }) }
}

fn queries(now: Timestamp, refunds: &[Arc<Refund>]) -> Result<Vec<Query>, Broken> {
    let mut queries = vec![Query::default(), Query { order_id: Some(OrderId::new("order9")?), ..Query::default() }];
    for shop in ["shop", "stall", "nobody"] {
        queries.push(Query { seller_id: Some(SellerId::new(shop)?), ..Query::default() });
        let order_id = Some(OrderId::new("order1")?);
        queries.push(Query { seller_id: Some(SellerId::new(shop)?), order_id, ..Query::default() });
    }
    for kim in ["kim", "lee", "nobody"] {
        queries.push(Query { buyer_id: Some(BuyerId::new(kim)?), ..Query::default() });
        let seller_id = Some(SellerId::new("shop")?);
        queries.push(Query { buyer_id: Some(BuyerId::new(kim)?), seller_id, ..Query::default() });
    }
    queries.push(Query { order_id: Some(OrderId::new("order2")?), ..Query::default() });
    for status in StatusKind::ALL {
        queries.push(Query { statuses: vec![*status], ..Query::default() });
    }
    let statuses = StatusKind::ALL.iter().copied().skip(1).collect();
    queries.push(Query { statuses, seller_id: Some(SellerId::new("shop")?), ..Query::default() });
    for kind in RefundType::ALL {
        queries.push(Query { kind: Some(*kind), ..Query::default() });
    }
    for line in ["r3", "nowhere"] {
        queries.push(Query { line_id: Some(LineId::new(line)?), ..Query::default() });
    }
    for reference in ["case/7", "case/22", "CASE/7", "case/24"] {
        queries.push(Query { external_reference: Some(ExternalReference::new(reference)?), ..Query::default() });
    }
    for entry in ["batch:b1", "batch:b2", "other:b1", "other:b2", "none:b1"] {
        let metadata = Some(entry.parse()?);
        queries.push(Query { metadata: metadata.clone(), ..Query::default() });
        queries.push(Query { metadata, seller_id: Some(SellerId::new("stall")?), ..Query::default() });
    }
    let changed = refunds.iter().map(|refund| refund.updated_at);
    for updated_since in changed.chain([now.plus(Span::hours(1))]) {
        queries.push(Query { updated_since: Some(updated_since), ..Query::default() });
    }
    for status in NegotiationStatus::ALL {
        queries.push(Query { negotiation: Some(*status), ..Query::default() });
        queries.push(Query { negotiation: Some(*status), seller_id: Some(SellerId::new("shop")?), ..Query::default() });
    }
    for escalated in [Some(true), Some(false)] {
        queries.push(Query { escalated, ..Query::default() });
        queries.push(Query { escalated, seller_id: Some(SellerId::new("stall")?), ..Query::default() });
    }
    for hours in [1, 30, 36, 1000] {
        let due_before = Some(now.plus(Span::hours(hours)));
        queries.push(Query { due_before, ..Query::default() });
        queries.push(Query { due_before, seller_id: Some(SellerId::new("stall")?), ..Query::default() });
    }
    Ok(queries)
}

pub(super) fn pages(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, refunds) = shop(make)?;
    for query in queries(desk.store.now(), &refunds)? {
        for sort in [Sort::Deadline, Sort::OpenedAt] {
            // They are in the order in which they were opened.
            let mut expected: Vec<_> = (0..).zip(&refunds).filter(|(_, refund)| query.matches(refund)).collect();
            expected.sort_by_key(|(number, refund)| sort.place(*number, refund));
            let expected: Vec<_> = expected.into_iter().map(|(_, refund)| refund.clone()).collect();
            for limit in [1, 2, 7, 100] {
                let query = Query { sort, limit, ..query.clone() };
                same(&format!("{query:?}"), &all(&desk, query)?, &expected)?;
            }
        }
    }
    Ok(())
}

/// All pages of a list.
fn all(desk: &Desk, mut query: Query) -> Result<Vec<Arc<Refund>>, Broken> {
    let mut found = Vec::new();
    loop {
        let page = wait(desk.store.list(&query))?;
        holds("no more than asked for", page.items.len() <= query.limit)?;
        found.extend(page.items.into_iter().map(|around| around.refund));
        let Some(next) = page.next else { return Ok(found) };
        holds("the next page lies behind", query.after.as_ref().is_none_or(|after| next > *after))?;
        query.after = Some(next);
    }
}

pub(super) fn follows(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let listed = |sort| all(&desk, Query { limit: 10, sort, ..Query::default() });
    desk.open(opening("a")?)?;
    desk.advance(HOUR)?;
    desk.open(opening("b")?)?;
    let order = |refunds: Vec<Arc<Refund>>| refunds.into_iter().map(|refund| refund.id.to_string()).collect::<Vec<_>>();
    same("the most urgent first", &order(listed(Sort::Deadline)?), &vec!["a".to_owned(), "b".to_owned()])?;
    same("the latest first", &order(listed(Sort::OpenedAt)?), &vec!["b".to_owned(), "a".to_owned()])?;
    desk.command("a", seller("shop"), AGREE)?;
    same("what has no deadline last", &order(listed(Sort::Deadline)?), &vec!["b".to_owned(), "a".to_owned()])?;
    same("as it is now", &listed(Sort::OpenedAt)?, &vec![desk.refund("b")?, desk.refund("a")?])
}
