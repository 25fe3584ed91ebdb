//! R34: what a change of the policy means is told from the policy's own list of fields.

use refund_core::policy::Reminders;
use refund_core::{Policy, PolicyField, PolicyOverrides, Role, Span};

use crate::support::{Shop, refuse};

#[test]
fn r34_a_policys_fields_have_the_names_that_they_are_stored_under() {
    let stored = serde_json::to_value(Policy::default()).unwrap();
    let names: Vec<&str> = stored.as_object().unwrap().keys().map(String::as_str).collect();
    let mut fields: Vec<&str> = PolicyField::ALL.iter().map(|field| field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, names);
    for field in PolicyField::ALL {
        assert!(!field.means().ends_with('.') && field.applies_to().ends_with('.') && field.keeps().ends_with('.'));
    }
}

#[test]
fn r34_a_change_names_the_fields_that_differ_and_a_seller_those_of_its_own() {
    let now = Policy::default();
    assert!(now.changed_in(&now).is_empty());
    let own = PolicyOverrides {
        allow_withdraw: Some(false),
        seller_decide_seconds: Some(Span::hours(12)),
        ..PolicyOverrides::default()
    };
    assert_eq!(own.fields(), [PolicyField::SellerDecideSeconds, PolicyField::AllowWithdraw]);
    assert_eq!(now.changed_in(&now.with(&own)), [PolicyField::SellerDecideSeconds], "the other is what it was");
}

#[test]
fn r7_a_reminder_that_can_never_fire_is_named() {
    assert!(Policy::default().idle_reminders().is_empty());
    let hours = |all: &[u16]| Reminders::new(all.iter().map(|hours| Span::hours(*hours)).collect()).unwrap();
    let policy = Policy {
        buyer_respond_seconds: Span::hours(6),
        payout_report_seconds: Span::hours(2),
        reminders_seconds: hours(&[1, 6]),
        ..Policy::default()
    };
    let (respond, report) = (PolicyField::BuyerRespondSeconds, PolicyField::PayoutReportSeconds);
    assert_eq!(policy.idle_reminders(), [(respond, Span::hours(6)), (report, Span::hours(6))]);
    // And so it is: six hours before a deadline of six hours nobody is reminded.
    let mut shop = Shop::with_refund(|shop| shop.policy = policy.clone());
    shop.must(Role::Seller, &refuse());
    assert_eq!(shop.refund().next_due(), Some(shop.now.plus(Span::hours(5))));
}
