//! Every transition there is, held to what has been read and accepted.

use refund_core::StatusKind;
use refund_tests::transitions::{Move, Stand, excluded, payout_table, places, rows, state_machine_md, table};

#[test]
fn every_status_has_its_accepted_table_of_transitions() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for status in StatusKind::ALL {
            insta::assert_snapshot!(format!("transitions_{status}"), table(*status));
        }
    });
}

#[test]
fn every_report_of_every_attempt_at_a_payout_has_its_accepted_outcome() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("transitions_payout", payout_table());
    });
}

#[test]
fn whatever_a_transition_leads_to_has_been_tried_as_a_beginning() {
    let tried: Vec<Stand> = StatusKind::ALL
        .iter()
        .flat_map(|status| places(*status))
        .filter(|place| excluded(*place).is_none())
        .map(|place| Stand {
            status: place.status,
            negotiation: place.negotiation.status(),
            escalated: place.escalated,
        })
        .collect();
    for row in StatusKind::ALL.iter().flat_map(|status| rows(*status)) {
        for Move { to, .. } in [Some(&row.settled), row.outcome.as_ref().ok()].into_iter().flatten() {
            assert!(
                tried.contains(to),
                "{} leads from {:?} to {to:?}, which nothing begins from",
                row.variant,
                row.place
            );
        }
    }
}

#[test]
fn the_document_of_the_state_machine_is_what_the_core_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/state-machine.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == state_machine_md(), "docs/state-machine.md is not what the core does: run `cargo xtask docs`");
}
