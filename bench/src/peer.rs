//! The peer of the embedded store: the same decisions and the same journal, and all else in memory.
//!
//! [`MemoryStore`] decides and keeps; what it recorded is put together again from its feed and its
//! answer, byte for byte what the embedded store would have recorded, and goes to a [`Journal`] with
//! one sync for all that has gathered. So what the embedded store takes beyond this is what sled costs.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use refund_bench::Fault;
use refund_core::RefundId;
use refund_store::files::Files;
use refund_store::journal::{Batch, Checkpoint, Journal, NewRecord};
use refund_store::{
    Answer, Answered, Entry, EventPosition, MemoryStore, Outcome, Record, Refused, Remembered, Reply, Request, SetUp,
    Store, StoreError, Surroundings, WAITING_MAX, Work,
};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::callers::Door;

/// How many requests share a sync at the most, as in the store.
const REQUESTS_MAX: usize = 256;
/// The version of the stored format, which stands before every value.
const FORMAT: u8 = 10;

/// The epoch of a store that is opened without randomness.
const EPOCH: u32 = 1;

struct Waiting {
    request: Request,
    answer: oneshot::Sender<Result<Answered, Refused>>,
}

pub(crate) struct Peer {
    queue: Option<SyncSender<Box<Waiting>>>,
    writer: Option<JoinHandle<Result<(), String>>>,
}

impl Peer {
    pub(crate) fn open(files: &dyn Files, surroundings: Surroundings) -> Result<Self, Fault> {
        let journal = Journal::open(files, Checkpoint::START)?.journal;
        let (queue, waiting) = sync_channel(WAITING_MAX);
        let memory = MemoryStore::new(surroundings.clone());
        let runtime = Builder::new_current_thread().build()?;
        let writer = Writer { journal, memory, runtime, surroundings, recorded: None, last: HashMap::new() };
        let thread = std::thread::Builder::new().name("peer-writer".to_owned());
        let writer = thread.spawn(move || writer.run(&waiting).map_err(|fault| fault.to_string()))?;
        Ok(Self { queue: Some(queue), writer: Some(writer) })
    }

    pub(crate) fn close(mut self) -> Result<(), Fault> {
        drop(self.queue.take());
        match self.writer.take().map(JoinHandle::join) {
            Some(Ok(ended)) => Ok(ended?),
            Some(Err(_)) => Err("the peer's writer has failed".into()),
            None => Ok(()),
        }
    }
}

impl Door for Peer {
    fn submit(&self, request: Request) -> Reply {
        let (answer, reply) = Reply::pending();
        let sent = self.queue.as_ref().is_some_and(|queue| queue.send(Box::new(Waiting { request, answer })).is_ok());
        if sent { reply } else { Reply::ready(Err(StoreError::Closed.into())) }
    }
}

struct Writer {
    journal: Journal,
    memory: MemoryStore,
    /// Where the memory is read.
    runtime: Runtime,
    surroundings: Surroundings,
    /// Up to where the memory's records are in the journal.
    recorded: Option<EventPosition>,
    /// Where the latest record of each refund stands.
    last: HashMap<RefundId, u64>,
}

type Decided = Result<Answered, Refused>;

impl Writer {
    fn run(mut self, queue: &Receiver<Box<Waiting>>) -> Result<(), Fault> {
        while let Ok(first) = queue.recv() {
            let Self { journal, memory, runtime, surroundings, recorded, last } = &mut self;
            let mut batch = journal.batch();
            let mut decided = Vec::new();
            let mut next = Some(first);
            while let Some(waiting) = next.take() {
                let Waiting { request, answer } = *waiting;
                let (result, record) = decide(memory, runtime, recorded, request)?;
                if let Some(record) = record {
                    push(&mut batch, &record, last, surroundings)?;
                }
                decided.push((answer, result));
                if decided.len() < REQUESTS_MAX {
                    next = queue.try_recv().ok();
                }
            }
            batch.commit()?;
            for (answer, result) in decided {
                // Who has gone away needs no answer.
                let _ = answer.send(result);
            }
        }
        Ok(())
    }
}

/// Decides in memory; the answer, and what was recorded if anything was.
fn decide(
    memory: &MemoryStore,
    runtime: &Runtime,
    recorded: &mut Option<EventPosition>,
    request: Request,
) -> Result<(Decided, Option<Record>), Fault> {
    let idempotency = request.idempotency.clone();
    let setting = if let Work::SetUp(SetUp::PutSeller { seller_id, seller }) = &request.work {
        Some(Entry::Seller { seller_id: seller_id.clone(), seller: seller.clone(), actor: request.actor.clone() })
    } else {
        None
    };
    let result = memory.submit(request).wait();
    let feed = runtime.block_on(memory.feed(*recorded, 1))?;
    let Ok(answered) = &result else { return Ok((result, None)) };
    if feed.looked_at == *recorded {
        return Ok((result, None));
    }
    *recorded = feed.looked_at;
    let events = feed.events.into_iter().map(|told| Entry::Refund(Arc::unwrap_or_clone(told).event));
    let remembered = idempotency.map(|(key, fingerprint)| Entry::Answer {
        key,
        remembered: Remembered { fingerprint, at: answered.now, outcome: outcome(&answered.answer) },
    });
    let entries = events.chain(setting).chain(remembered).collect();
    let record = Record { at: answered.now, entries, from: None };
    Ok((result, Some(record)))
}

fn outcome(answer: &Answer) -> Outcome {
    match answer {
        Answer::Refund { seen, created } => Outcome::Refund {
            refund_id: seen.refund.id.clone(),
            sequence: seen.refund.sequence,
            actions: seen.actions.clone(),
            created: *created,
        },
        Answer::Seller { seller, created } => Outcome::Seller { seller: seller.clone(), created: *created },
        Answer::Key(key) => Outcome::Key { key_id: key.id.clone() },
        Answer::Message(event) => Outcome::Message { refund_id: event.refund_id.clone(), sequence: event.sequence },
        Answer::Clock(now) => Outcome::Clock { now: *now },
        Answer::Webhook(webhook) => Outcome::Webhook { webhook: webhook.clone() },
        Answer::User(_) | Answer::Done => Outcome::Settings,
    }
}

/// Adds a record to a batch as the store does it.
fn push(
    batch: &mut Batch<'_>,
    record: &Record,
    last: &mut HashMap<RefundId, u64>,
    surroundings: &Surroundings,
) -> Result<(), Fault> {
    let mut refunds: Vec<&RefundId> = Vec::new();
    for entry in &record.entries {
        if let Entry::Refund(event) = entry
            && !refunds.contains(&&event.refund_id)
        {
            refunds.push(&event.refund_id);
        }
    }
    let previous: Vec<u64> = refunds.iter().map(|id| last.get(*id).copied().unwrap_or(0)).collect();
    let mut payload = vec![FORMAT];
    rmp_serde::encode::write(&mut payload, &(record, previous))?;
    let mut salt = [0; 16];
    (surroundings.entropy)(&mut salt);
    let position = batch.push(NewRecord { epoch: EPOCH, salt, payload: &payload })?;
    for id in refunds {
        match last.get_mut(id) {
            Some(last) => *last = position.into(),
            None => {
                last.insert(id.clone(), position.into());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use refund_store::{Clock, EmbeddedStore};

    use super::*;
    use crate::callers::Callers;
    use crate::counted::counted_disk;
    use crate::lanes::Lanes;
    use refund_bench::market::Market;

    fn requests() -> Vec<Request> {
        let mut lanes = Lanes::new(Market::new(3), 1);
        let mut requests = lanes.market.sellers().unwrap();
        requests.extend(lanes.next(150).unwrap().remove(0));
        requests
    }

    fn still() -> Surroundings {
        Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false }
    }

    fn journal(folder: &Path) -> Vec<u8> {
        std::fs::read(folder.join("journal")).unwrap()
    }

    #[test]
    fn the_peer_writes_the_store_s_journal_byte_for_byte() {
        let folders = tempfile::tempdir().unwrap();
        let callers = Callers::new().unwrap();
        let store = folders.path().join("store");
        let embedded = Arc::new(EmbeddedStore::open(&store, still()).unwrap().store);
        callers.run(&embedded, vec![requests()]).unwrap();
        embedded.close().unwrap();
        let memory = folders.path().join("peer");
        let peer = Arc::new(Peer::open(&counted_disk(&memory).unwrap(), still()).unwrap());
        callers.run(&peer, vec![requests()]).unwrap();
        Arc::into_inner(peer).unwrap().close().unwrap();
        assert!(journal(&store).len() > 50_000);
        assert!(journal(&store) == journal(&memory));
    }
}
