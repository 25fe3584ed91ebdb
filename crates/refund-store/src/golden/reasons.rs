//! Reasons that a policy lists, and refunds with which some are named.

use refund_core::*;

use super::samples::*;
use crate::Seller;
use crate::record::{Entry, Record};

fn why(words: &str, code: &str) -> Why {
    Why { code: Some(id(code)), ..Why::from(text(words)) }
}

fn asked() -> Request {
    Request { reason: why("凹陷", "damaged"), ..request() }
}

/// Two of one purpose, one of them in the platform's own words.
fn listed() -> Reasons {
    let own = ReasonText { en: Some(text("It was worn")), zh_hant: Some(text("已使用")), zh_hans: None };
    let worn =
        ListedReason { code: id("worn"), purpose: ReasonFor::Refuse, fault: Fault::Buyer, evidence: false, text: own };
    let other = ListedReason { code: id("other"), fault: Fault::None, text: ReasonText::default(), ..worn.clone() };
    vec![worn, other].try_into().unwrap()
}

/// A policy with reasons, a seller with its own, and each event that can have one.
pub(super) fn reasons() -> Record {
    let operator = Actor::new(Role::Operator, "ops", Via::Key("key_0".to_owned()));
    let facts = [
        Fact::Opened {
            opening: Box::new(Opening { request: asked(), ..opening(References::default()) }),
            decide: timer(),
        },
        Fact::Modified { request: Request { reason: why("two", "other"), ..asked() }, decide: timer() },
        Fact::Refused { reason: why("no", "worn"), respond: timer() },
        Fact::ReceiptRefused { reason: why("not ours", "wrong_goods"), respond: timer() },
        Fact::Escalated { reason: Some(why("it is", "refusal_untrue")), rule: Some(timer()) },
    ];
    let events = facts.into_iter().zip(1..).map(|(fact, sequence)| {
        let actor = Actor::new(Role::Buyer, "kim", Via::Link);
        Entry::Refund(Event { refund_id: id("rf_1"), sequence, at: at(5), recorded_at: at(5), actor, fact })
    });
    let settings = [
        Entry::Policy { policy: Box::new(Policy { reasons: listed(), ..Policy::default() }), actor: operator.clone() },
        Entry::Seller {
            seller_id: id("shop"),
            seller: Box::new(Seller {
                name: text("店"),
                addresses: AddressBook::new(vec![(address(), true)]).unwrap(),
                policy: PolicyOverrides { reasons: Some(Reasons::usual()), ..PolicyOverrides::default() },
                contacts: MailContacts::default(),
            }),
            actor: operator,
        },
    ];
    Record { at: at(5), entries: settings.into_iter().chain(events).collect(), from: None }
}

/// A refund that was refused by a reason, and about which the operator was called in by one.
pub(super) fn with_reasons() -> Refund {
    let escalation = Escalation {
        at: at(6),
        by: Actor::new(Role::Buyer, "kim", Via::Link),
        reason: Some(why("it is", "refusal_untrue")),
        rule: Watch { timer: timer(), is_overdue: false },
    };
    Refund {
        requested: asked(),
        status: Status::SellerRefuseBuyer { dispute: Dispute::Escalated(escalation) },
        seller_refusal: Some(why("no", "worn")),
        shipment: None,
        ..refund()
    }
}
