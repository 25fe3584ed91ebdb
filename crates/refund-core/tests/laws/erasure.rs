//! R46: what erasing may do, and what never.

use refund_core::{Erasing, Event, Refund, Role};

use crate::support::{Shop, actor};

/// What an erasure leaves as it was.
fn stand(refund: &Refund) -> impl PartialEq + std::fmt::Debug {
    let terms = |refund: &Refund| refund.effective().map(|terms| (terms.kind(), terms.amount()));
    let payout = refund.payout.as_ref().map(|payout| (payout.amount, payout.status()));
    (refund.version, refund.status.kind(), refund.requested.amount, terms(refund), payout, refund.deadlines())
}

/// An erasure leaves the refund where it stood, and what was agreed and paid.
pub(crate) fn leaves_all_else(before: &Refund, after: &Refund) {
    assert_eq!(stand(after), stand(before), "what was erased changed more");
}

/// When everything happened, to what it led, and which side it was.
fn instants(history: &[Event]) -> Vec<impl PartialEq + std::fmt::Debug> {
    history.iter().map(|event| (event.sequence, event.at, event.actor.role, event.fact.event_type())).collect()
}

/// Erases what is known of people; the second time that is nothing. The code of what stands against it.
pub(crate) fn handling(shop: &mut Shop, role: Role, erasing: &Erasing) -> Option<String> {
    shop.settle();
    let (who, before, history) = (actor(role), shop.refund().clone(), shop.history().to_vec());
    match shop.forget(&who, erasing) {
        Ok(_) => {
            leaves_all_else(&before, shop.refund());
            assert_eq!(instants(&shop.history()[..history.len()]), instants(&history));
            let noted = || shop.refund().erased.iter().map(|erased| erased.what).collect();
            let gone = erasing.what.clone().unwrap_or_else(noted);
            for event in shop.history() {
                assert_eq!(event.without(&gone), *event, "it is gone");
            }
            assert_eq!(shop.forget(&who, erasing), Ok(Vec::new()), "the second time is nothing");
            None
        }
        Err(refusal) => {
            assert_eq!((shop.refund(), shop.history()), (&before, &history[..]), "law 8");
            Some(refusal.code().to_string())
        }
    }
}
