//! Files that show something, and whatever names them.

use refund_core::*;

use super::samples::*;
use crate::record::{Entry, Record};

fn file(number: u8, media_type: EvidenceType, name: &str) -> EvidenceFile {
    let bytes = FileSize::try_from(u32::from(number) * 1_000_000).unwrap();
    EvidenceFile { sha256: FileHash::new([number; 32]), media_type, bytes, name: id(name) }
}

fn named(numbers: &[u8]) -> NamedFiles {
    numbers.iter().map(|number| FileHash::new([*number; 32])).collect::<Vec<_>>().try_into().unwrap()
}

/// With a code and without.
fn shown(code: Option<&str>) -> Why {
    Why { text: text("凹陷"), code: code.map(id), files: named(&[1]) }
}

fn added() -> [Fact; 3] {
    let files = [
        file(1, EvidenceType::Jpeg, "凹陷.jpg"),
        file(2, EvidenceType::Png, ""),
        file(3, EvidenceType::Pdf, "invoice.pdf"),
    ];
    files.map(|file| Fact::EvidenceAdded { file: Box::new(file) })
}

fn happened(fact: Fact, sequence: u64) -> Event {
    let actor = Actor::new(Role::Buyer, "kim", Via::Link);
    Event { refund_id: id("rf_1"), sequence, at: at(5), recorded_at: at(6), actor, fact }
}

/// Each event that can name files, and those about files alone.
pub(super) fn evidence() -> Record {
    let asked = Request { reason: shown(None), ..request() };
    let offered = negotiation(NegotiationState::Pending);
    let offered = Negotiation { offer: Offer { files: named(&[1, 2, 3]), ..offered.offer }, ..offered };
    let message = Message {
        text: text("see here"),
        attachments: Attachments::default(),
        internal: false,
        for_operators: false,
        files: named(&[2]),
    };
    let opened = Opening { request: asked.clone(), ..opening(References::default()) };
    let naming = [
        Fact::Modified { request: Request { reason: shown(Some("damaged")), ..asked }, decide: timer() },
        Fact::OfferMade { negotiation: Box::new(offered) },
        Fact::Refused { reason: shown(Some("worn")), respond: timer() },
        Fact::Escalated { reason: Some(shown(None)), rule: Some(timer()) },
        Fact::ReceiptRefused { reason: shown(None), respond: timer() },
        Fact::Ruled { agreed: None, reason: text("seen"), files: named(&[3]) },
        Fact::MessagePosted { message: Box::new(message) },
        Fact::EvidenceErased { sha256: FileHash::new([2; 32]) },
    ];
    let opened = Fact::Opened { opening: Box::new(opened), decide: timer() };
    let facts = std::iter::once(opened).chain(added()).chain(naming);
    let entries = facts.zip(1..).map(|(fact, sequence)| Entry::Refund(happened(fact, sequence))).collect();
    Record { at: at(6), entries, from: None }
}

/// A refund with files, one of them erased, and with what names some.
pub(super) fn with_evidence() -> Refund {
    let erased = Fact::EvidenceErased { sha256: FileHash::new([2; 32]) };
    let events = added().into_iter().chain([erased]).map(|fact| happened(fact, 5));
    let refund = Refund {
        requested: Request { reason: shown(None), ..request() },
        seller_refusal: Some(shown(Some("worn"))),
        ..refund()
    };
    events.fold(refund, |refund, event| evolve(refund, &event))
}
