//! R34: what a change of the policy means is told from the policy's own list of fields.

use refund_core::{Policy, PolicyField, PolicyOverrides, Span};

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
