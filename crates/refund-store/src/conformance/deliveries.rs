//! What every delivery book promises, as checks that any book can be put to.
//!
//! A book passes when every one of [`PROMISES`] is kept by books that `make` builds: each call gives a new, empty book.
//!
//! ```
//! use refund_store::{MemoryDeliveries, conformance::deliveries};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! deliveries::check_all(&mut || Box::new(MemoryDeliveries::default())).await
//! # })?;
//! # Ok::<(), deliveries::Broken>(())
//! ```

use std::pin::Pin;

use refund_core::{EventType, RefundId, Span, Timestamp};

pub use super::Broken;
use super::desk::{holds, same};
use crate::{
    Again, Attempt, Backlog, Chosen, Claimed, Deliveries, Delivery, DeliveryState, Due, EventPosition, Forget, Intake,
    LeftAlone, Noted, Queued, Tried,
};

/// Makes a new, empty book.
pub type Make<'a> = dyn FnMut() -> Box<dyn Deliveries> + 'a;

type Checked<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + 'a>>;

/// One thing that every book promises.
pub struct Promise {
    /// In words.
    pub name: &'static str,
    check: fn(&dyn Deliveries) -> Checked<'_>,
}

const fn promise(name: &'static str, check: fn(&dyn Deliveries) -> Checked<'_>) -> Promise {
    Promise { name, check }
}

/// Whether the books that `make` builds keep every promise.
///
/// # Errors
/// [`Broken`], with the promise's name, for the first that they don't.
pub async fn check_all(make: &mut Make<'_>) -> Result<(), Broken> {
    for promise in PROMISES {
        let book = make();
        let kept = (promise.check)(&*book).await;
        kept.map_err(|broken| Broken { what: format!("{}: {}", promise.name, broken.what) })?;
    }
    Ok(())
}

/// Every promise, the simple ones first.
pub const PROMISES: &[Promise] = &[
    promise("an empty book knows nothing, and says so", |book| Box::pin(empty(book))),
    promise("what is taken in is to be sent, and where the feed is read on is known", |book| Box::pin(taken_in(book))),
    promise("what was taken in already is not taken in again", |book| Box::pin(taken_in_once(book))),
    promise("who claims is given what is queued so, and nothing else", |book| Box::pin(claimed(book))),
    promise("an attempt moves a delivery on, and says how its endpoint fares", |book| Box::pin(tried(book))),
    promise("what came of an attempt is written down of what was claimed, or not at all", |book| {
        Box::pin(tried_too_late(book))
    }),
    promise("what is sent again begins anew, keeps its attempts, and the oldest come first", |book| {
        Box::pin(sent_again(book))
    }),
    promise("what is asked for is sent as it is known, or as it is given where it is not", |book| Box::pin(sent(book))),
    promise("a list has what is chosen, the latest first, from any place", |book| Box::pin(listed(book))),
    promise("what waits is counted", |book| Box::pin(backlog(book))),
    promise("to whom something waits is told by how ids begin", |book| Box::pin(waiting(book))),
    promise("what ended long ago is forgotten, and what is pending never", |book| Box::pin(old(book))),
    promise("who is gone is forgotten, and so is everything where the journal is another", |book| Box::pin(gone(book))),
];

/// The endpoint of the checks.
const A: &str = "whk_a";

pub(crate) fn position(record: u64) -> EventPosition {
    EventPosition { record, epoch: 1, entry: 0 }
}

/// So many seconds after the beginning of time.
pub(crate) fn at(second: u32) -> Timestamp {
    Timestamp::from_millis(i64::from(second).saturating_mul(1000)).unwrap_or(Timestamp::MAX)
}

/// A delivery that has waited since the beginning, of an event that was recorded at the second of its number.
pub(crate) fn delivery(record: u32) -> Result<Delivery, Broken> {
    Ok(Delivery {
        event: position(record.into()),
        refund_id: RefundId::new("rfd_1")?,
        sequence: record.into(),
        event_type: EventType::RefundOpened,
        recorded_at: Some(at(record)),
        asked_at: at(0),
        asked_again: 0,
        state: DeliveryState::Pending,
        next_at: Some(at(0)),
        tries: 0,
        first_try_at: None,
        attempts: Vec::new(),
    })
}

pub(crate) fn attempt(second: u32, status: u16) -> Attempt {
    Attempt { status: Some(status), duration_ms: 1, ..Attempt::begun(at(second)) }
}

/// The first three events, for an endpoint.
pub(crate) fn three(endpoint_id: &str) -> Result<Intake, Broken> {
    let deliveries = (1..=3).map(|record| Ok((endpoint_id.to_owned(), delivery(record)?)));
    Ok(Intake { from: None, to: position(3), deliveries: deliveries.collect::<Result<_, Broken>>()? })
}

async fn with_three(book: &dyn Deliveries) -> Result<(), Broken> {
    holds("three are taken in", book.take_in(three(A)?).await?)
}

/// When what is tried next, by the number of its record.
async fn queue(book: &dyn Deliveries) -> Result<Vec<(Timestamp, u64)>, Broken> {
    let due = book.due(&[A], 9).await?.pop().ok_or("nothing of the endpoint")?;
    Ok(due.queue.into_iter().map(|queued| (queued.at, queued.event.record)).collect())
}

async fn list(book: &dyn Deliveries, chosen: Chosen) -> Result<Vec<u64>, Broken> {
    let found = book.list(A, &chosen, None, 9).await?;
    Ok(found.into_iter().map(|delivery| delivery.event.record).collect())
}

async fn claim(book: &dyn Deliveries, second: u32, record: u64) -> Result<Claimed, Broken> {
    let queued = Queued { at: at(second), event: position(record) };
    Ok(book.claim(A, queued).await?.ok_or("what is queued can't be claimed")?)
}

/// Claims what is due, and writes down that this came of it; when to try again, if at all.
async fn answered(
    book: &dyn Deliveries,
    (second, record): (u32, u64),
    attempt: Attempt,
    next: Option<u32>,
) -> Result<(Delivery, Option<Timestamp>), Broken> {
    let claimed = claim(book, second, record).await?;
    let tried = Tried { attempt, next_at: next.map(at), leave_alone_until: None };
    match book.tried(claimed, tried).await? {
        Noted::Written { delivery, failing_since } => Ok((delivery, failing_since)),
        Noted::Gone => Err("it was not written down".into()),
    }
}

async fn empty(book: &dyn Deliveries) -> Result<(), Broken> {
    same("how far", &book.read_to().await?, &None)?;
    same("what is due", &book.due(&[A, "whk_b"], 9).await?, &vec![Due::default(), Due::default()])?;
    same("the list", &list(book, Chosen::default()).await?, &vec![])?;
    same("what waits", &book.backlog(&[A]).await?, &Backlog::default())?;
    same("what is sent again", &book.send_again(A, &Chosen::default(), 9, at(1)).await?, &Again::default())?;
    same("who is known", &book.endpoints().await?, &vec![])?;
    book.forget(Forget::Old { now: at(1) }).await?;
    Ok(book.close().await?)
}

async fn taken_in(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    same("how far", &book.read_to().await?, &Some(position(3)))?;
    same("the queue", &queue(book).await?, &vec![(at(0), 1), (at(0), 2), (at(0), 3)])?;
    same("a part of it", &book.due(&[A], 2).await?.pop().map(|due| due.queue.len()), &Some(2))?;
    let nothing = Intake { from: Some(position(3)), to: position(5), deliveries: Vec::new() };
    holds("also what tells nobody anything", book.take_in(nothing).await?)?;
    same("how far", &book.read_to().await?, &Some(position(5)))?;
    same("who is known", &book.endpoints().await?, &vec![A.to_owned()])
}

async fn taken_in_once(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    answered(book, (0, 1), attempt(5, 200), None).await?;
    holds("another reader was first", !book.take_in(three(A)?).await?)?;
    let late = Intake { from: Some(position(2)), to: position(4), ..three("whk_b")? };
    holds("another reader was further", !book.take_in(late).await?)?;
    same("how far", &book.read_to().await?, &Some(position(3)))?;
    same("the queue", &queue(book).await?, &vec![(at(0), 2), (at(0), 3)])?;
    same("who is known", &book.endpoints().await?, &vec![A.to_owned()])
}

async fn claimed(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    let of_first = claim(book, 0, 1).await?;
    same("what is claimed", &of_first, &Claimed { endpoint_id: A.to_owned(), delivery: delivery(1)? })?;
    for (second, record) in [(1, 1), (0, 7)] {
        let other = book.claim(A, Queued { at: at(second), event: position(record) }).await?;
        same("what is not queued", &other, &None)?;
    }
    let other = book.claim("whk_b", Queued { at: at(0), event: position(1) }).await?;
    same("of another endpoint", &other, &None)
}

async fn tried(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    let (delivery, failing_since) = answered(book, (0, 1), attempt(5, 500), Some(9)).await?;
    same("once more", &(delivery.state, delivery.tries, failing_since), &(DeliveryState::Pending, 1, Some(at(5))))?;
    same("the queue", &queue(book).await?, &vec![(at(0), 2), (at(0), 3), (at(9), 1)])?;
    let claimed = claim(book, 0, 2).await?;
    let last = Tried { attempt: attempt(6, 500), next_at: None, leave_alone_until: Some(at(60)) };
    let Noted::Written { delivery, failing_since } = book.tried(claimed, last).await? else {
        return Err("the last attempt was not written down".into());
    };
    same("the last attempt", &(delivery.state, failing_since), &(DeliveryState::Failed, Some(at(5))))?;
    let due = book.due(&[A], 9).await?.pop().ok_or("nothing of the endpoint")?;
    let asked = LeftAlone { since: at(6), until: at(60) };
    same("how it fares", &(due.failing_since, due.left_alone), &(Some(at(5)), Some(asked)))?;
    // Where several share a delivery, one of them may have it and another not.
    let (delivery, _) = answered(book, (9, 1), attempt(9, 204), Some(20)).await?;
    let expected = (DeliveryState::Pending, Some(at(20)));
    same("a part of a success", &(delivery.state, delivery.next_at), &expected)?;
    let (delivery, failing_since) = answered(book, (20, 1), attempt(9, 204), None).await?;
    let expected = (DeliveryState::Succeeded, None, Some(at(5)), None);
    same("success", &(delivery.state, delivery.next_at, delivery.first_try_at, failing_since), &expected)?;
    same("the attempts", &delivery.attempts, &vec![attempt(5, 500), attempt(9, 204), attempt(9, 204)])?;
    same("as it is listed", &book.list(A, &Chosen::default(), Some(position(2)), 9).await?, &vec![delivery])?;
    same("the queue", &queue(book).await?, &vec![(at(0), 3)])
}

async fn tried_too_late(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    let claimed = claim(book, 0, 1).await?;
    let tried = Tried { attempt: attempt(5, 500), next_at: Some(at(9)), leave_alone_until: Some(at(60)) };
    book.send_again(A, &Chosen { events: Some(vec![position(1)]), ..Chosen::default() }, 9, at(3)).await?;
    let Noted::Written { delivery, .. } = book.tried(claimed.clone(), tried.clone()).await? else {
        return Err("an attempt that was under way was not written down".into());
    };
    let expected = Delivery { attempts: vec![attempt(5, 500)], ..claimed.delivery.clone().again(at(3)) };
    same("it is still to be done what was asked for", &delivery, &expected)?;
    let due = book.due(&[A], 9).await?.pop().ok_or("nothing of the endpoint")?;
    let asked = LeftAlone { since: at(5), until: at(60) };
    same("the endpoint", &(due.failing_since, due.left_alone), &(Some(at(5)), Some(asked)))?;
    same("the queue", &queue(book).await?, &vec![(at(0), 2), (at(0), 3), (at(3), 1)])?;
    book.forget(Forget::Endpoints(vec![A.to_owned()])).await?;
    same("of what is gone", &book.tried(claimed, tried).await?, &Noted::Gone)?;
    same("who is known", &book.endpoints().await?, &vec![])
}

async fn sent_again(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    answered(book, (0, 1), attempt(5, 500), Some(9)).await?;
    answered(book, (0, 2), attempt(6, 200), None).await?;
    let all = Chosen::default();
    let again = book.send_again(A, &all, 2, at(20)).await?;
    same("the first two", &again, &Again { count: 2, next_from: Some(at(3)) })?;
    same("the queue", &queue(book).await?, &vec![(at(0), 3), (at(20), 1), (at(20), 2)])?;
    let first = claim(book, 20, 1).await?.delivery;
    let expected = (at(20), 0, None, vec![attempt(5, 500)]);
    same("anew", &(first.asked_at, first.tries, first.first_try_at, first.attempts), &expected)?;
    let rest = Chosen { from: again.next_from, ..all };
    same("the rest", &book.send_again(A, &rest, 2, at(30)).await?, &Again { count: 1, next_from: None })?;
    same("the queue", &queue(book).await?, &vec![(at(20), 1), (at(20), 2), (at(30), 3)])
}

async fn sent(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    answered(book, (0, 1), attempt(5, 200), None).await?;
    book.send(A, vec![delivery(1)?, delivery(7)?], at(20)).await?;
    same("the queue", &queue(book).await?, &vec![(at(0), 2), (at(0), 3), (at(20), 1), (at(20), 7)])?;
    let known = claim(book, 20, 1).await?.delivery;
    same("what is known", &known.attempts, &vec![attempt(5, 200)])?;
    let given = claim(book, 20, 7).await?.delivery;
    same("what is not", &given, &delivery(7)?.again(at(20)))?;
    book.send("whk_b", vec![delivery(1)?], at(20)).await?;
    same("to another", &book.list("whk_b", &Chosen::default(), None, 9).await?, &vec![delivery(1)?.again(at(20))])
}

async fn listed(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    answered(book, (0, 2), attempt(5, 200), None).await?;
    let (all, state) = (Chosen::default(), Some(DeliveryState::Pending));
    let chosen = [
        (all.clone(), vec![3, 2, 1]),
        (Chosen { state, ..all.clone() }, vec![3, 1]),
        (Chosen { events: Some(vec![position(2), position(1)]), ..all.clone() }, vec![2, 1]),
        (Chosen { events: Some(Vec::new()), ..all.clone() }, vec![]),
        (Chosen { from: Some(at(2)), ..all.clone() }, vec![3, 2]),
        (Chosen { to: Some(at(2)), ..all.clone() }, vec![1]),
        (Chosen { state, from: Some(at(2)), ..all.clone() }, vec![3]),
    ];
    for (chosen, expected) in chosen {
        same(&format!("{chosen:?}"), &list(book, chosen.clone()).await?, &expected)?;
    }
    let mut pages = Vec::new();
    let mut before = None;
    while let Some(delivery) = book.list(A, &all, before, 1).await?.pop() {
        before = Some(delivery.event);
        pages.push(delivery.event.record);
    }
    same("in pages", &pages, &vec![3, 2, 1])
}

async fn backlog(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    let later = Delivery { asked_at: at(4), next_at: Some(at(4)), ..delivery(4)? };
    let deliveries = vec![("whk_b".to_owned(), later)];
    holds("one more", book.take_in(Intake { from: Some(position(3)), to: position(4), deliveries }).await?)?;
    answered(book, (0, 1), attempt(5, 500), Some(9)).await?;
    answered(book, (0, 2), attempt(5, 200), None).await?;
    same("of one", &book.backlog(&[A]).await?, &Backlog { count: 2, oldest: Some(at(0)) })?;
    same("of the other", &book.backlog(&["whk_b"]).await?, &Backlog { count: 1, oldest: Some(at(4)) })?;
    same("of both", &book.backlog(&["whk_b", A]).await?, &Backlog { count: 3, oldest: Some(at(0)) })
}

async fn waiting(book: &dyn Deliveries) -> Result<(), Broken> {
    let ids = ["a-1", "lane", "lane-1", "lane-2", "lanf"].map(str::to_owned);
    let one_each = (1..).zip(&ids).map(|(record, id)| Ok((id.clone(), delivery(record)?)));
    let deliveries = one_each.collect::<Result<_, Broken>>()?;
    holds("one each", book.take_in(Intake { from: None, to: position(5), deliveries }).await?)?;
    same("who begins so", &book.waiting("lane").await?, &ids[1..4].to_vec())?;
    let due =
        book.due(&["lane-1"], 1).await?.pop().and_then(|due| due.queue.first().copied()).ok_or("nothing is due")?;
    let claimed = book.claim("lane-1", due).await?.ok_or("what is queued can't be claimed")?;
    book.tried(claimed, Tried { attempt: attempt(1, 200), next_at: None, leave_alone_until: None }).await?;
    same("who is left", &book.waiting("lane").await?, &vec!["lane".to_owned(), "lane-2".to_owned()])?;
    same("all", &book.waiting("").await?.len(), &4)?;
    same("nobody", &book.waiting("lane-3").await?, &vec![])
}

async fn old(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    answered(book, (0, 1), attempt(5, 500), None).await?;
    answered(book, (0, 2), attempt(5, 200), None).await?;
    for (days, left) in [(29, vec![3, 2, 1]), (30, vec![3])] {
        book.forget(Forget::Old { now: at(0).plus(Span::hours(days * 24)) }).await?;
        same("what is left", &list(book, Chosen::default()).await?, &left)?;
    }
    same("how far", &book.read_to().await?, &Some(position(3)))
}

async fn gone(book: &dyn Deliveries) -> Result<(), Broken> {
    with_three(book).await?;
    let deliveries = vec![("whk_b".to_owned(), delivery(4)?)];
    holds("one more", book.take_in(Intake { from: Some(position(3)), to: position(4), deliveries }).await?)?;
    answered(book, (0, 1), attempt(5, 500), Some(9)).await?;
    same("who is known", &book.endpoints().await?, &vec![A.to_owned(), "whk_b".to_owned()])?;
    book.forget(Forget::Endpoints(vec![A.to_owned()])).await?;
    same("who is known", &book.endpoints().await?, &vec!["whk_b".to_owned()])?;
    same("what is due", &book.due(&[A], 9).await?, &vec![Due::default()])?;
    same("how far", &book.read_to().await?, &Some(position(4)))?;
    book.forget(Forget::Everything).await?;
    same("who is known", &book.endpoints().await?, &vec![])?;
    same("how far", &book.read_to().await?, &None)?;
    with_three(book).await
}
