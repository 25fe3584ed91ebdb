//! What was erased of a refund, and the records that were written over for it.

use refund_core::*;

use super::samples::*;
use crate::record::{Entry, Record};

fn erased(kinds: &[ErasedKind]) -> Event {
    let fact =
        Fact::Erased { what: kinds.to_vec(), because: ErasedBecause::Law, reason: text("the buyer asked for it") };
    let actor = Actor::new(Role::Operator, "ops", Via::Key("key_0".to_owned()));
    Event { refund_id: id("rf_1"), sequence: 9, at: at(8), recorded_at: at(8), actor, fact }
}

/// Out of two records.
pub(super) fn erasure() -> Record {
    use ErasedKind::{Address, Contact, Files, Text};
    let redacted = |record, byte| Entry::Redacted { record, sha256: [byte; 32] };
    let entries = vec![Entry::Refund(erased(&[Contact, Text, Files, Address])), redacted(3, 7), redacted(70_000, 8)];
    Record { at: at(8), entries, from: None }
}

/// A refund of which some was erased.
pub(super) fn with_erased() -> Refund {
    evolve(refund(), &erased(&[ErasedKind::Contact, ErasedKind::Text]))
}
