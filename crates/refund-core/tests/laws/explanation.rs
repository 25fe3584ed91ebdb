//! What is told of the past is what happened, and what is foretold is what happens.

use refund_core::{evolve, explain, foretell, settle};

use crate::support::Shop;

/// The most that can happen by itself: the reminders of the seller and of an open offer (five each,
/// R7), the offer's end, the agreement, the payout, the reminders of its report, and that it is
/// overdue (R38). Where goods go back the reminders to ship and the end are one fewer.
const FORETOLD_MAX: usize = 5 + 5 + 1 + 1 + 1 + 5 + 1 + MOVED_MAX;
/// Of two clocks of parties one after the other each may move once, and has its reminders anew (R42).
const MOVED_MAX: usize = 2 * (1 + 5);

pub(crate) fn the_past_is_explained(shop: &Shop) {
    let told: Vec<_> = explain(shop.history().to_vec()).collect();
    assert_eq!(told.len(), shop.history().len());
    for (told, event) in told.iter().zip(shop.history()) {
        assert_eq!(told.event, *event);
        let mut rules = told.rules.clone();
        rules.sort_unstable();
        rules.dedup();
        assert!(!rules.is_empty() && rules.len() == told.rules.len(), "each rule once: {told:?}");
    }
    assert_eq!(told.last().map(|last| last.status_after), Some(shop.refund().status.kind()));
}

/// A clock that runs with nobody acting brings what was foretold, each thing at its instant, and then
/// nothing any more.
pub(crate) fn what_is_foretold_happens(shop: &Shop) {
    let grounds = shop.grounds();
    let foretold = foretell(shop.refund(), &grounds, shop.now);
    assert!(foretold.len() <= FORETOLD_MAX, "{} events by themselves: {foretold:?}", foretold.len());
    let mut refund = shop.refund().clone();
    let mut told = foretold.iter();
    // The shop is looked at whenever something is due, and at many other times.
    let mut instants: Vec<_> = foretold.iter().map(|told| told.explained().event.at).collect();
    instants.extend((0..200).map(|day| crate::support::at(shop.now.as_millis() + day * crate::support::DAY)));
    instants.sort_unstable();
    for now in instants {
        for event in settle(&refund, &grounds, now) {
            refund = evolve(refund, &event);
            if event.fact.is_about_notice() {
                continue;
            }
            let told = told.next().expect("nothing happens that was not foretold").explained();
            assert_eq!((&told.event, told.status_after), (&event, refund.status.kind()));
        }
    }
    assert!(told.next().is_none(), "what was foretold happened");
    assert_eq!(refund.next_due(), None);
    let is_over = refund.status.kind().is_final() && refund.deadlines().is_empty();
    assert!(is_over || refund.overdue().is_some(), "law 4: {refund:?}");
}
