//! Several callers at once.

use std::sync::atomic::{AtomicBool, Ordering};

use refund_core::{RefundType, Refusal};

use super::desk::{AGREE, Desk, accept, buyer, feed_behind, holds, offer, on, open, opening, same, seller, under};
use super::{Broken, Make};
use crate::{Answered, Refused, Request, Store};

/// Submits all at once, each from a thread of its own.
fn race(store: &dyn Store, requests: Vec<Request>) -> Result<Vec<Result<Answered, Refused>>, Broken> {
    let start = std::sync::Barrier::new(requests.len());
    std::thread::scope(|scope| {
        let run = |request: Request| {
            start.wait();
            store.submit(request).wait()
        };
        let threads: Vec<_> = requests.into_iter().map(|request| scope.spawn(move || run(request))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".into())).collect()
    })
}

pub(super) fn twins(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for round in 0..20 {
        let id = format!("r{round}");
        let request = under(&id, 1, open(opening(&id)?));
        let before = desk.feed(100)?.len();
        let answers = race(&*desk.store, vec![request; 4])?;
        let answers = answers.into_iter().collect::<Result<Vec<_>, _>>().map_err(|refused| format!("{refused:?}"))?;
        let first = answers.iter().find(|answered| !answered.replayed).ok_or("nobody was the first")?;
        same("how many were carried out", &answers.iter().filter(|answered| !answered.replayed).count(), &1)?;
        holds("all have the same answer", answers.iter().all(|answered| answered.answer == first.answer))?;
        same("the events", &desk.feed(100)?.len().saturating_sub(before), &1)?;
    }
    Ok(())
}

pub(super) fn rivals(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    for round in 0..20 {
        let id = format!("r{round}");
        desk.open(opening(&id)?)?;
        desk.command(&id, seller("shop"), offer(&id)?)?;
        let rivals = vec![on(&id, buyer("kim"), accept(&id)?)?, on(&id, seller("shop"), AGREE)?];
        let answers = race(&*desk.store, rivals)?;
        let refund = desk.refund(&id)?;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        same("how many won", &won.len(), &1)?;
        match lost.into_iter().next() {
            Some(Err(Refused::Rule { seen: Some(seen), .. })) => {
                same("the state that the other is told", &seen.refund, &refund)?;
            }
            other => return Err(format!("the other was told {other:?}").into()),
        }
        let agreed = desk.events(&refund.id)?;
        let agreed = agreed.iter().filter(|event| matches!(event.fact, refund_core::Fact::Agreed { .. })).count();
        same("how often it was agreed", &agreed, &1)?;
    }
    Ok(())
}

pub(super) fn openings(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let mut requests = Vec::new();
    for number in 0..8 {
        let mut opening = opening(&format!("r{number}"))?;
        opening.line.line_id = refund_core::LineId::new("line")?;
        opening.request.kind = if number % 2 == 0 { RefundType::RefundOnly } else { RefundType::ReturnAndRefund };
        requests.push(open(opening));
    }
    let line = opening("line")?.line_key();
    let answers = race(&*desk.store, requests)?;
    let winner = desk.ledger(&line)?.and_then(|ledger| ledger.in_progress).ok_or("none in progress")?;
    let winner = desk.refund(winner.as_str())?;
    let mut refused: usize = 0;
    for answer in answers {
        match answer {
            Ok(answered) => same("the refund", &super::desk::refund_of(answered)?, &winner)?,
            Err(Refused::Rule { refusal: Refusal::RefundInProgress { refund_id }, .. }) => {
                same("the refund that is named", &refund_id, &winner.id)?;
                refused = refused.saturating_add(1);
            }
            Err(other) => return Err(format!("refused as {other:?}").into()),
        }
    }
    same("how many asked for something else", &refused, &4)?;
    same("the events", &desk.feed(100)?.len(), &1)
}

pub(super) fn feed(make: &mut Make<'_>) -> Result<(), Broken> {
    const WRITERS: usize = 4;
    const REFUNDS: usize = 50;
    let desk = Desk::new(make)?;
    let writing = AtomicBool::new(true);
    let write = |writer: usize| -> Result<(), Broken> {
        for number in 0..REFUNDS {
            let id = format!("w{writer}-{number}");
            desk.open(opening(&id)?)?;
            desk.command(&id, seller("shop"), AGREE)?;
        }
        Ok(())
    };
    let read = || -> Result<_, Broken> {
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            // Asked before reading: what was written by then is there to be read.
            let last = !writing.load(Ordering::SeqCst);
            let (new, end) = feed_behind(&*desk.store, after, 3)?;
            events.extend(new);
            after = end;
            if last {
                return Ok(events);
            }
        }
    };
    let (followed, written) = std::thread::scope(|scope| {
        let reader = scope.spawn(read);
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        let written: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        writing.store(false, Ordering::SeqCst);
        (reader.join(), written)
    });
    for written in written {
        written.map_err(|_| "a writer panicked")??;
    }
    let followed = followed.map_err(|_| "the reader panicked")??;
    // Opened, agreed and paid.
    same("how many events there are", &followed.len(), &(WRITERS * REFUNDS * 3))?;
    holds("each is there", followed == desk.feed(1000)?)
}
