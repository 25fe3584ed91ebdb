//! The one thread that decides and writes: it takes what has gathered, decides one after the other,
//! appends all of it with one write and one sync, and answers everybody.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::calls::seller_id;
use refund_core::{
    Actor, Address, AddressBook, AddressId, Command, Event, Grounds, Label, Line, LineKey, LineLedger, Opened, Opening,
    Policy, Reason, Refund, RefundId, Role, Rollout, SellerId, Timestamp, Via, decide, evolve, open as open_refund,
    replay,
};
use refund_store::{Clock, WAITING_MAX};
use tokio::sync::oneshot;

use super::Caller;
use super::book::Book;
use crate::surroundings::surroundings;

/// How many share a sync at the most, as in the store.
const REQUESTS_MAX: usize = 256;

/// What is asked for.
pub(super) enum Asked {
    Open(Box<Opening>),
    Command { id: RefundId, caller: Caller, command: Command },
}

/// A request and where its answer goes: the refund afterwards, or nothing where it is refused.
struct Waiting {
    asked: Asked,
    answer: oneshot::Sender<Option<Arc<Refund>>>,
}

/// Where requests are handed in, and what can be read.
pub(super) struct Door {
    queue: SyncSender<Waiting>,
    pub(super) book: Arc<RwLock<Book>>,
}

impl Door {
    /// The refund afterwards, once that is durable.
    pub(super) async fn ask(&self, asked: Asked) -> Option<Arc<Refund>> {
        let (answer, reply) = oneshot::channel();
        self.queue.try_send(Waiting { asked, answer }).ok()?;
        reply.await.ok()?
    }
}

/// Begins a file of events, for so many sellers.
pub(super) fn open(path: &Path, sellers: usize) -> Result<Door, Fault> {
    let (queue, waiting) = sync_channel(WAITING_MAX);
    let book = Arc::new(RwLock::new(Book::default()));
    let writer = Writer {
        file: OpenOptions::new().create_new(true).append(true).open(path)?,
        book: Arc::clone(&book),
        refunds: HashMap::new(),
        lines: HashMap::new(),
        sellers: (0..sellers).map(seller).collect::<Result<_, Fault>>()?,
        policy: Policy::default(),
        rollout: Rollout::everyone(),
        clock: surroundings(Duration::ZERO).clock,
    };
    std::thread::Builder::new().name("least-writer".to_owned()).spawn(move || {
        // Whoever still waits is told nothing then, which is a mistake of the measurement.
        if let Err(fault) = writer.run(&waiting) {
            eprintln!("the least server has failed: {fault}");
        }
    })?;
    Ok(Door { queue, book })
}

/// A seller as the server is told of each.
fn seller(number: usize) -> Result<(SellerId, AddressBook), Fault> {
    let address = Address {
        id: AddressId::new("main")?,
        recipient: Label::new("Returns")?,
        phone: Label::new("1")?,
        address: Reason::new("1 Harbour Road")?,
    };
    Ok((SellerId::new(seller_id(number))?, AddressBook::new(vec![(address, true)])?))
}

struct Writer {
    file: File,
    book: Arc<RwLock<Book>>,
    /// Each as it was decided last, which is ahead of the book until it is durable.
    refunds: HashMap<RefundId, Arc<Refund>>,
    lines: HashMap<LineKey, Vec<RefundId>>,
    sellers: HashMap<SellerId, AddressBook>,
    policy: Policy,
    rollout: Rollout,
    clock: Clock,
}

impl Writer {
    fn run(mut self, queue: &Receiver<Waiting>) -> Result<(), Fault> {
        let (mut bytes, mut decided) = (Vec::new(), Vec::new());
        while let Ok(first) = queue.recv() {
            let mut next = Some(first);
            while let Some(Waiting { asked, answer }) = next.take() {
                decided.push((answer, self.decide(asked, &mut bytes)?));
                if decided.len() < REQUESTS_MAX {
                    next = queue.try_recv().ok();
                }
            }
            if !bytes.is_empty() {
                self.file.write_all(&bytes)?;
                self.file.sync_data()?;
                bytes.clear();
                let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
                decided.iter().filter_map(|(_, refund)| refund.clone()).for_each(|refund| book.put(refund));
            }
            for (answer, refund) in decided.drain(..) {
                // Who has gone away needs no answer.
                let _ = answer.send(refund);
            }
        }
        Ok(())
    }

    /// The refund after what is asked for, whose events are among the bytes then; nothing where it is refused.
    fn decide(&mut self, asked: Asked, bytes: &mut Vec<u8>) -> Result<Option<Arc<Refund>>, Fault> {
        let now = self.clock.now(Timestamp::MIN);
        let after = match asked {
            Asked::Open(opening) => self.opened(&opening, now, bytes)?,
            Asked::Command { id, caller, command } => {
                let Some(before) = self.refunds.get(&id) else { return Ok(None) };
                self.changed(before, &caller, &command, now, bytes)?
            }
        };
        let Some(after) = after.map(Arc::new) else { return Ok(None) };
        self.refunds.insert(after.id.clone(), Arc::clone(&after));
        Ok(Some(after))
    }

    /// The account of an order line, if it has had a refund.
    fn ledger(&self, key: &LineKey) -> Option<LineLedger> {
        let ids = self.lines.get(key).into_iter().flatten();
        LineLedger::of(ids.filter_map(|id| self.refunds.get(id)).map(|refund| &**refund))
    }

    fn opened(&mut self, opening: &Opening, now: Timestamp, bytes: &mut Vec<u8>) -> Result<Option<Refund>, Fault> {
        if !self.sellers.contains_key(&opening.seller_id) {
            return Ok(None);
        }
        let key = opening.line_key();
        let ledger = self.ledger(&key);
        let in_progress = ledger.as_ref().and_then(|ledger| self.refunds.get(ledger.in_progress.as_ref()?));
        let line = Line { ledger: ledger.as_ref(), in_progress: in_progress.map(|refund| &**refund) };
        let buyer = buyer(opening.buyer_id.as_str());
        let Ok(Opened::New(events)) = open_refund(opening, &[], &self.policy, line, &buyer, now) else {
            return Ok(None);
        };
        self.lines.entry(key).or_default().push(opening.refund_id.clone());
        events.iter().try_for_each(|event| append(bytes, event))?;
        Ok(replay(&events))
    }

    fn changed(
        &self,
        before: &Refund,
        caller: &Caller,
        command: &Command,
        now: Timestamp,
        bytes: &mut Vec<u8>,
    ) -> Result<Option<Refund>, Fault> {
        let actor = match caller {
            Caller::Platform => buyer(before.buyer_id.as_str()),
            Caller::Seller(id) if *id == before.seller_id => {
                Actor::new(Role::Seller, id.as_str(), Via::Key(id.as_str().to_owned()))
            }
            Caller::Seller(_) => return Ok(None),
        };
        let Some(addresses) = self.sellers.get(&before.seller_id) else { return Ok(None) };
        let ledger = self.ledger(&before.line_key());
        let grounds = Grounds {
            policy: &self.policy,
            addresses,
            rollout: self.rollout.check(&before.seller_id, now),
            refundable: ledger.map_or(before.line.paid, |ledger| ledger.refundable()),
            is_held: false,
            notice_leap: 0,
        };
        let Ok(events) = decide(before, &grounds, &actor, command, now) else { return Ok(None) };
        let mut after = before.clone();
        for event in events {
            append(bytes, &event)?;
            after = evolve(after, &event);
        }
        Ok(Some(after))
    }
}

fn buyer(id: &str) -> Actor {
    Actor::new(Role::Buyer, id, Via::Key("platform".to_owned()))
}

/// MessagePack says by itself where it ends.
fn append(bytes: &mut Vec<u8>, event: &Event) -> Result<(), Fault> {
    Ok(rmp_serde::encode::write(bytes, event)?)
}
