//! The reasons that platforms usually have. What people read of them stands with the pages' texts, by code.

use super::{ListedReason, ReasonText};
use crate::{Fault, ReasonFor};

const USUAL: &[(ReasonFor, &[(&str, Fault)])] = &[
    (
        ReasonFor::Request,
        &[
            ("not_received", Fault::Carrier),
            ("damaged", Fault::Carrier),
            ("defective", Fault::Seller),
            ("not_as_described", Fault::Seller),
            ("wrong_goods", Fault::Seller),
            ("parts_missing", Fault::Seller),
            ("sent_late", Fault::Seller),
            ("ordered_by_mistake", Fault::Buyer),
            ("no_longer_wanted", Fault::Buyer),
            ("agreed_with_seller", Fault::None),
            ("other", Fault::None),
        ],
    ),
    (
        ReasonFor::Refuse,
        &[
            ("on_its_way", Fault::None),
            ("as_described", Fault::Buyer),
            ("not_shown", Fault::Buyer),
            ("used", Fault::Buyer),
            ("too_late", Fault::Buyer),
            ("no_returns", Fault::None),
            ("agreed_otherwise", Fault::None),
            ("other", Fault::None),
        ],
    ),
    (
        ReasonFor::RefuseReceipt,
        &[
            ("not_received", Fault::Carrier),
            ("empty_parcel", Fault::Buyer),
            ("wrong_goods", Fault::Buyer),
            ("parts_missing", Fault::Buyer),
            ("used", Fault::Buyer),
            ("damaged", Fault::Carrier),
            ("other", Fault::None),
        ],
    ),
    (
        ReasonFor::Dispute,
        &[
            ("refused_without_cause", Fault::Seller),
            ("refusal_untrue", Fault::Seller),
            ("agreement_not_kept", Fault::Seller),
            ("goods_sent_back", Fault::Seller),
            ("no_answer", Fault::Seller),
            ("other", Fault::None),
        ],
    ),
];

pub(super) fn listed() -> impl Iterator<Item = ListedReason> {
    let each = USUAL.iter().flat_map(|(purpose, reasons)| reasons.iter().map(move |reason| (*purpose, reason)));
    each.filter_map(|(purpose, (code, fault))| {
        let code = code.parse().ok()?;
        Some(ListedReason { code, purpose, fault: *fault, evidence: false, text: ReasonText::default() })
    })
}
