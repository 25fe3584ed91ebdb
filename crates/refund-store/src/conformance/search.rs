//! Looking for refunds.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::{Command, Label, NegotiationStatus, OrderId, Refund, RefundType, SellerId, StatusKind, Timestamp};

use super::desk::{AGREE, Desk, accept, buyer, money, offer, opening, same, seller};
use super::lists::shop;
use super::{Broken, Make};
use crate::{Pile, Search, SearchOrder, Size, wait};

type Asked = (Search, Box<dyn Fn(&Refund) -> bool>);

/// A return that is on its way, of goods with a name that other languages and patterns have signs for.
fn returning(desk: &Desk) -> Result<(), Broken> {
    let mut opening = opening("back")?;
    opening.line.title = Label::new("紅色 JACKET 100%_é")?;
    opening.line.order_id = OrderId::new("Order77")?;
    opening.request.kind = RefundType::ReturnAndRefund;
    opening.request.amount = money(1250)?;
    desk.open(opening)?;
    desk.command("back", seller("shop"), AGREE)?;
    let (carrier, tracking_number) = (Label::new("SF")?, Label::new("SF00-77")?);
    desk.command("back", buyer("kim"), Command::Ship { carrier, tracking_number }).map(drop)
}

fn by_words() -> Vec<Asked> {
    let asked = |typed: &str, of: fn(&Refund) -> bool| {
        (
            Search { words: Search::words_of(typed).unwrap_or_default(), ..Search::default() },
            Box::new(of) as Box<dyn Fn(&Refund) -> bool>,
        )
    };
    vec![
        asked("RDER1", |refund| refund.line.order_id.as_str() == "order1"),
        asked("  red\0 ", |_| false),
        asked("色\u{3000}jack É", |refund| refund.id.as_str() == "back"),
        asked("f00-7", |refund| refund.id.as_str() == "back"),
        asked("0%_", |refund| refund.id.as_str() == "back"),
        asked("%_0", |_| false),
        asked("0_", |_| false),
        asked("\\", |_| false),
        asked("LEE bin", |refund| refund.buyer_id.as_str() == "lee"),
        asked("", |_| true),
    ]
}

fn by_fields(middle: Timestamp) -> Result<Vec<Asked>, Broken> {
    let all = Search::default;
    let mut asked: Vec<Asked> = vec![
        (Search { opened_from: Some(middle), ..all() }, Box::new(move |refund| refund.opened_at >= middle)),
        (Search { opened_before: Some(middle), ..all() }, Box::new(move |refund| refund.opened_at < middle)),
        (
            Search { at_least: Size::parse("12.5"), at_most: Size::parse("12.5"), ..all() },
            Box::new(|refund| refund.id.as_str() == "back"),
        ),
        (Search { at_most: Size::parse("12.4999"), ..all() }, Box::new(|_| false)),
        (Search { reason: Some("late".parse()?), ..all() }, Box::new(|_| false)),
    ];
    for kind in RefundType::ALL {
        asked.push((Search { kind: Some(*kind), ..all() }, Box::new(|refund| refund.requested.kind == *kind)));
    }
    for status in StatusKind::ALL {
        asked.push((Search { status: Some(*status), ..all() }, Box::new(|refund| refund.status.kind() == *status)));
    }
    for status in NegotiationStatus::ALL {
        let is = |refund: &Refund| refund.negotiation.as_ref().is_some_and(|own| own.status() == *status);
        asked.push((Search { negotiation: Some(*status), ..all() }, Box::new(is)));
    }
    Ok(asked)
}

fn in_order(order: SearchOrder, refunds: &mut [(usize, &Arc<Refund>)]) {
    refunds.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    match order {
        SearchOrder::Deadline => refunds.sort_by_key(|(_, refund)| {
            refund.next_deadline().map_or((true, None), |deadline| (false, Some(deadline.at)))
        }),
        SearchOrder::Newest => {}
        SearchOrder::Oldest => refunds.reverse(),
        SearchOrder::Largest => refunds.sort_by_key(|(_, refund)| std::cmp::Reverse(refund.requested.amount.minor())),
        SearchOrder::Smallest => refunds.sort_by_key(|(_, refund)| refund.requested.amount.minor()),
    }
}

/// Asks for every pile, in pages.
fn check(
    desk: &Desk,
    search: &Search,
    refunds: &[Arc<Refund>],
    is_asked: &dyn Fn(&Refund) -> bool,
) -> Result<(), Broken> {
    let own = |refund: &Refund| search.seller_id.as_ref().is_none_or(|own| *own == refund.seller_id);
    let mut all: Vec<_> = refunds.iter().enumerate().filter(|(_, own_one)| own(own_one) && is_asked(own_one)).collect();
    in_order(search.order, &mut all);
    let mut counts: BTreeMap<_, _> = Pile::WORKED_ON.map(|pile| (pile, 0)).into();
    for (_, refund) in &all {
        counts.entry(Pile::of(refund)).and_modify(|count| *count += 1);
    }
    for pile in Pile::ALL.map(Some).into_iter().chain([None]) {
        let expected = all.iter().filter(|(_, refund)| pile.is_none_or(|pile| Pile::of(refund) == pile));
        let expected: Vec<_> = expected.map(|(_, refund)| Arc::clone(refund)).collect();
        for (skip, limit) in [(0, 100), (0, 3), (2, 2), (100, 5)] {
            let asked = Search { pile, skip, limit, ..search.clone() };
            let found = wait(desk.store.find(&asked))?;
            let what = format!("{asked:?}");
            same(&what, &found.total, &(expected.len() as u64))?;
            same(&what, &found.counts, &counts)?;
            let items: Vec<_> = found.items.into_iter().map(|around| around.refund).collect();
            same(&what, &items, &expected.iter().skip(skip).take(limit).cloned().collect())?;
        }
    }
    Ok(())
}

pub(super) fn found(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, mut refunds) = shop(make)?;
    let middle = desk.store.now();
    returning(&desk)?;
    refunds.push(desk.refund("back")?);
    same("a pile for each", &Pile::ALL.iter().all(|pile| refunds.iter().any(|own| Pile::of(own) == *pile)), &true)?;
    for (search, is_asked) in by_words().into_iter().chain(by_fields(middle)?) {
        for seller_id in [None, Some(SellerId::new("stall")?)] {
            for order in SearchOrder::ALL {
                check(&desk, &Search { seller_id: seller_id.clone(), order, ..search.clone() }, &refunds, &*is_asked)?;
            }
        }
    }
    Ok(())
}

pub(super) fn follows(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let lies_on = |pile: Pile| {
        let found = wait(desk.store.find(&Search { pile: Some(pile), limit: 10, ..Search::default() }))?;
        same("what is counted is shown", &found.counts.get(&pile).copied().unwrap_or(found.total), &found.total)?;
        same("on one pile", &(found.total, found.items.len()), &(1, 1))
    };
    desk.open(opening("r")?)?;
    lies_on(Pile::Waiting)?;
    desk.command("r", seller("shop"), offer("r")?)?;
    lies_on(Pile::Offers)?;
    desk.command("r", buyer("kim"), accept("r")?)?;
    lies_on(Pile::Rest)
}
