//! Answers that are given again to the same request.

use refund_core::StatusKind;

use super::desk::{AGREE, Desk, HOUR, message, offer, on, open, opening, refund_of, same, seller, under};
use super::{Broken, Make};
use crate::{Answer, Answered, Refused, Request, Work};

fn carried_out(desk: &Desk, request: Request) -> Result<Answered, Broken> {
    desk.submit(request).map_err(|refused| format!("refused: {refused:?}").into())
}

/// Submits twice, and gives the answer if it is the same and nothing happened the second time.
fn twice(desk: &Desk, request: &Request) -> Result<Answer, Broken> {
    let first = carried_out(desk, request.clone())?;
    let events = desk.feed(100)?;
    let second = carried_out(desk, request.clone())?;
    same("whether it was carried out before", &(first.replayed, second.replayed), &(false, true))?;
    same("the answer", &second.answer, &first.answer)?;
    same("the events", &desk.feed(100)?, &events)?;
    Ok(second.answer)
}

pub(super) fn replayed(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    twice(&desk, &under("open", 1, open(opening("r")?)))?;
    twice(&desk, &under("offer", 2, on("r", seller("shop"), offer("r")?)?))?;
    twice(&desk, &under("message", 8, message("r", seller("shop"), true)?))?;
    twice(&desk, &under("agree", 3, on("r", seller("shop"), AGREE)?))?;
    twice(&desk, &under("seller", 4, super::desk::put_seller("other")?))?;
    twice(&desk, &under("key", 5, super::settings::issue("k", 7)?))?;
    let advance = Request::by_system(Work::AdvanceTestClock { advance: crate::Advance::Seconds(60) });
    let before = desk.store.now();
    twice(&desk, &under("clock", 6, advance))?;
    let moved = desk.store.now().as_millis().saturating_sub(before.as_millis());
    same("how far the clock was moved", &moved, &60_000)?;
    let mut elsewhere = under("open", 7, open(opening("s")?));
    if let Some((key, _)) = &mut elsewhere.idempotency {
        key.caller = "key_2".to_owned();
    }
    let other = carried_out(&desk, elsewhere)?;
    same("whether another caller's key counts", &other.replayed, &false)
}

pub(super) fn of_then(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let request = under("open", 1, open(opening("r")?));
    let first = carried_out(&desk, request.clone())?;
    desk.command("r", seller("shop"), offer("r")?)?;
    desk.advance(40 * HOUR)?;
    same("the status by now", &desk.refund("r")?.status.kind(), &StatusKind::Success)?;
    let again = carried_out(&desk, request)?;
    same("the answer", &again.answer, &first.answer)?;
    same("when it is given", &again.now, &desk.store.now())
}

pub(super) fn reused(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    carried_out(&desk, under("key", 1, open(opening("r")?)))?;
    match desk.submit(under("key", 2, open(opening("s")?))) {
        Err(Refused::KeyReused) => {}
        other => return Err(format!("another request under the same key: {other:?}").into()),
    }
    same("the feed", &desk.feed(100)?.len(), &1)
}

pub(super) fn many_items(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let item = |key: &str, index: usize, print: u8, request: Request| {
        let mut request = under(key, print, request);
        request.idempotency = request.idempotency.map(|(key, print)| (key.of_item(index), print));
        request
    };
    let reused = |request: Request| match desk.submit(request) {
        Err(Refused::KeyReused) => Ok(()),
        other => Err(Broken::from(format!("the key of another call: {other:?}"))),
    };
    twice(&desk, &item("many", 1, 1, open(opening("r")?)))?;
    twice(&desk, &item("many", 0, 1, open(opening("s")?)))?;
    reused(under("many", 2, open(opening("t")?)))?;
    reused(item("many", 2, 2, open(opening("t")?)))?;
    twice(&desk, &under("one", 1, open(opening("t")?)))?;
    reused(item("one", 0, 2, open(opening("u")?)))?;
    same("the feed", &desk.feed(100)?.len(), &3)
}

pub(super) fn not_remembered(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let request = under("agree", 1, on("r", seller("shop"), AGREE)?);
    match desk.submit(request.clone()) {
        Err(Refused::NotFound) => {}
        other => return Err(format!("no refund to agree to: {other:?}").into()),
    }
    desk.open(opening("r")?)?;
    let answered = carried_out(&desk, request)?;
    same("whether it was carried out before", &answered.replayed, &false)?;
    same("the status", &refund_of(answered)?.status.kind(), &StatusKind::Success)
}

pub(super) fn forgotten(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let request = under("key", 1, super::desk::put_seller("other")?);
    // The answers are kept by the month; so is it asked on both sides of many a limit.
    for _ in 0..5 {
        carried_out(&desk, request.clone())?;
        desk.advance(31 * 24 * HOUR)?;
        same("whether it is remembered after 31 days", &carried_out(&desk, request.clone())?.replayed, &true)?;
        desk.advance(60)?;
        same("whether it is remembered after that", &carried_out(&desk, request.clone())?.replayed, &false)?;
        desk.advance(100 * 24 * HOUR)?;
    }
    Ok(())
}
