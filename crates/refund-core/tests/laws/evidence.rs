//! R43: what adding, naming and erasing files may do, and what never.

use refund_core::{Event, Fact, Message, Refund, Role, evolve, opened};

use crate::history::Act;
use crate::support::{Shop, actor, file, message};

/// A file leaves the refund as it was, but for its place in the history and its files.
pub(crate) fn leaves_all_else(before: &Refund, after: &Refund) {
    let as_it_was = Refund { sequence: before.sequence, evidence: before.evidence.clone(), ..after.clone() };
    assert_eq!(as_it_was, *before, "a file changed the refund");
}

/// Adds or erases a file; the second time that is nothing. The code of what stands against it.
pub(crate) fn handling(shop: &mut Shop, role: Role, number: u8, is_added: bool) -> Option<String> {
    shop.settle();
    let (who, file, before) = (actor(role), file(number), shop.refund().clone());
    let handle = |shop: &mut Shop| if is_added { shop.add(&who, &file) } else { shop.erase(&who, &file) };
    let outcome = handle(shop);
    leaves_all_else(&before, shop.refund());
    match outcome {
        Ok(events) => {
            let is_new = |event: &Event| event.fact.is_about_file() && event.actor == who;
            assert!(events.len() <= 1 && events.iter().all(is_new), "{events:?}");
            assert_eq!(handle(shop), Ok(Vec::new()), "the second time is nothing");
            None
        }
        Err(refusal) => {
            assert_eq!(*shop.refund(), before, "law 8: a refused file changed something");
            Some(refusal.code().to_string())
        }
    }
}

/// A message that names files. The code of what stands against it.
pub(crate) fn naming(shop: &mut Shop, act: &Act, role: Role, internal: bool) -> Option<String> {
    let files = act.names(&shop.refund().evidence, role);
    let refused = shop.post(&actor(role), Message { files, ..message(internal) }).err()?;
    Some(refused.code().to_string())
}

/// What an event names was added before by the same side, or with the opening, and was not erased.
pub(crate) fn what_is_named_was_there(shop: &Shop) {
    let (refund, history) = shop.refunds.last().expect("a refund");
    for sha256 in history[0].fact.named_files() {
        let with_it = |event: &Event| matches!(&event.fact, Fact::EvidenceAdded { file } if file.sha256 == *sha256);
        let recorded = history[0].recorded_at;
        assert!(history.iter().take_while(|event| event.recorded_at == recorded).any(with_it), "named and not there");
    }
    let mut before = opened(&history[0]).expect("an opening");
    for event in &history[1..] {
        for sha256 in event.fact.named_files() {
            let added = before.evidence.of(event.actor.role, *sha256).expect("a file that is named is there");
            assert_eq!(added.erased, None, "what was erased is named no more");
        }
        before = evolve(before, event);
    }
    let added = history.iter().filter(|event| matches!(event.fact, Fact::EvidenceAdded { .. })).count();
    assert_eq!(refund.evidence.iter().count(), added, "what was there stays known");
}
