//! What a platform keeps with a refund, and a note that no party reads.

use refund_core::*;

use super::samples::*;

/// An opening that says by what the platform finds the refund again.
pub(super) fn opened_with(references: References) -> Event {
    let (refund_id, actor) = (id("rf_1"), Actor::new(Role::Buyer, "kim", Via::Link));
    let fact = Fact::Opened { opening: Box::new(opening(references)), decide: timer() };
    Event { refund_id, sequence: 1, at: at(6), recorded_at: at(7), actor, fact }
}

/// A note that no party reads.
pub(super) fn noted_for_operators() -> Event {
    let message = Message {
        text: text("熟客"),
        attachments: Attachments::default(),
        internal: true,
        for_operators: true,
        files: NamedFiles::default(),
    };
    let (refund_id, actor) = (id("rf_1"), Actor::new(Role::Operator, "ops", Via::User("ann".to_owned())));
    let fact = Fact::MessagePosted { message: Box::new(message) };
    Event { refund_id, sequence: 2, at: at(7), recorded_at: at(7), actor, fact }
}

pub(super) fn references() -> References {
    let entries =
        [("ticket", "A:17"), ("channel", "app")].map(|(name, text)| (name.to_owned().try_into().unwrap(), id(text)));
    References { external_reference: Some(id("after-sale/4711")), metadata: Metadata::new(entries).unwrap() }
}
