//! The laws, which `docs/rules.md` lists by number, held against random histories: random settings, commands by anybody
//! with any values, at instants that are often exactly a deadline or a millisecond beside it, and
//! outages in between. After each step everything that must hold is looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

#[path = "laws/agreement.rs"]
mod agreement;
#[path = "laws/checks.rs"]
mod checks;
#[path = "laws/erasure.rs"]
mod erasure;
#[path = "laws/evidence.rs"]
mod evidence;
#[path = "laws/explanation.rs"]
mod explanation;
#[path = "laws/history.rs"]
mod history;
#[path = "laws/saved_offer.rs"]
mod saved_offer;
mod support;
#[path = "laws/wire.rs"]
mod wire;

use std::collections::BTreeSet;

use history::{Act, Settings};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use refund_core::{CommandKind, EventType, NegotiationStatus, RefusalCode, StatusKind};

proptest! {
    // `PROPTEST_CASES` asks for more histories. One that fails becomes a test of its own in `rules.rs`.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_in_every_history(settings in history::settings(), acts in acts()) {
        run(&settings, &acts, &mut Seen::default());
    }
}

/// Laws that hold where nobody goes hold nothing: the histories have to lead everywhere.
#[test]
fn random_histories_lead_to_every_status_event_and_refusal() {
    let mut runner = TestRunner::deterministic();
    let mut seen = Seen::default();
    for _ in 0..1500 {
        let (settings, acts) = (history::settings(), acts()).new_tree(&mut runner).unwrap().current();
        run(&settings, &acts, &mut seen);
    }
    let missing = |all: Vec<String>, seen: BTreeSet<String>| {
        all.into_iter().filter(|name| !seen.contains(name)).collect::<Vec<_>>()
    };
    let names = |all: &[&dyn ToString]| all.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let all = StatusKind::ALL.iter().map(ToString::to_string);
    let all = all.chain(EventType::ALL.iter().map(ToString::to_string));
    let all = all.chain(NegotiationStatus::ALL.iter().map(ToString::to_string));
    let all = all.chain(CommandKind::ALL.iter().map(|kind| format!("{kind} done")));
    let elsewhere = names(&[
        // Whether a seller is set up is known to the engine alone.
        &RefusalCode::SellerUnknown,
        &RefusalCode::DefaultAddressRequired,
        // The histories stay on one line, which its refunds describe alike.
        &RefusalCode::OrderLineDiffers,
        // Whether settling is held too, and no history is so long.
        &RefusalCode::SettlingHeld,
        &RefusalCode::TooManyPayoutAttempts,
        &RefusalCode::TooManyMessages,
        &RefusalCode::TooManyFiles,
    ]);
    let refusals = RefusalCode::ALL.iter().map(ToString::to_string).filter(|code| !elsewhere.contains(code));
    assert_eq!(missing(all.chain(refusals).collect(), seen.0), Vec::<String>::new());
}

/// What a history went through, by name.
#[derive(Default)]
struct Seen(BTreeSet<String>);

fn acts() -> impl Strategy<Value = Vec<Act>> {
    proptest::collection::vec(history::act(), 1..24)
}

fn run(settings: &Settings, acts: &[Act], seen: &mut Seen) {
    let mut shop = settings.shop();
    for act in acts {
        history::pass(&mut shop, act);
        checks::one_settling_is_many(&shop);
        if let Some((role, internal)) = act.posts(&shop) {
            checks::posting(&mut shop, role, internal);
            seen.0.extend(evidence::naming(&mut shop, act, role, internal));
        } else if let Some((role, number, is_added)) = act.shows(&shop) {
            seen.0.extend(evidence::handling(&mut shop, role, number, is_added));
        } else if let Some((role, erasing)) = act.erases(&shop) {
            seen.0.extend(erasure::handling(&mut shop, role, &erasing));
        } else if let Some(report) = act.reports(&shop) {
            checks::reporting(&mut shop, &report);
        } else if act.opens(&shop) {
            seen.0.extend(history::open(&mut shop, act).err().map(|refusal| refusal.code().to_string()));
        } else if act.changes_settings() {
            history::change_settings(&mut shop, act);
        } else {
            let before = shop.refund().clone();
            let (who, command) = history::command(&shop, act);
            let step = shop.step(&who, &command);
            checks::step(&shop, &before, &who, &command, &step);
            seen.0.insert(match step.outcome {
                Ok(_) => format!("{} done", command.kind()),
                Err(refusal) => refusal.code().to_string(),
            });
        }
        if shop.refunds.is_empty() {
            continue;
        }
        shop.settle();
        checks::state(&shop);
        evidence::what_is_named_was_there(&shop);
        agreement::options_agree_with_decide(&shop, act);
        agreement::actions_agree_with_decide(&shop);
        explanation::the_past_is_explained(&shop);
        explanation::what_is_foretold_happens(&shop);
        wire::everything_recorded_comes_back(&shop);
        seen.0.insert(shop.refund().status.kind().to_string());
        seen.0.extend(shop.refund().negotiation.as_ref().map(|own| own.status().to_string()));
        seen.0.extend(shop.history().iter().map(|event| event.fact.event_type().to_string()));
    }
}
