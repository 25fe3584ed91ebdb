//! Bytes of every format that was ever written must open for ever. Never write a golden file
//! anew: a change of the format is a new version with a new file beside the old one. A new file
//! is written by running these tests with `REFUND_STORE_WRITE_GOLDEN=` its name.

mod contacts;
mod erasure;
mod evidence;
#[path = "../tests/golden/file.rs"]
mod file;
mod notices;
mod payouts;
mod pictures;
mod reasons;
mod references;
mod samples;

use refund_core::*;

use self::contacts::*;
use self::erasure::{erasure, with_erased};
use self::evidence::*;
use self::file::golden;
use self::notices::*;
use self::payouts::*;
use self::pictures::with_picture;
use self::reasons::*;
use self::references::*;
use self::samples::*;
use crate::codec::{CodecError, VERSION, decode, encode};
use crate::record::{Entry, Record};
use crate::stored::{Payload, parse_last, parse_refund, refund_row};
use crate::{KeyRole, Restoration, User};

/// Whether bytes are as they were but for the version that they say.
fn is_as_it_was(written: &[u8], golden: &[u8]) -> bool {
    let differing = written.iter().zip(golden).filter(|(now, then)| now != then).collect::<Vec<_>>();
    written.len() == golden.len() && (differing.is_empty() || matches!(differing[..], [(&VERSION, ..VERSION)]))
}

/// The record in a golden file says what it said, and is still written byte for byte.
#[track_caller]
fn is_written_so(file: &str, record: &Record) {
    let written = Payload::bytes(record, |_| Ok::<_, CodecError>(0)).unwrap();
    let bytes = golden(file, &written);
    assert_eq!(decode::<Payload>(&bytes).unwrap().into_record(), *record);
    assert!(is_as_it_was(&written, &bytes), "it is still written byte for byte");
}

/// The record in a golden file says what it said. What was added since stands behind what its bytes have.
#[track_caller]
fn says_what_it_said(file: &str, record: &Record) {
    let written = Payload::bytes(record, |_| Ok::<_, CodecError>(0)).unwrap();
    assert_eq!(decode::<Payload>(&golden(file, &written)).unwrap().into_record(), *record);
}

#[test]
fn the_golden_record_of_version_1_says_what_it_said() {
    let previous = |id: &RefundId| Ok::<_, CodecError>(if id.as_str() == "rf_2" { 80 } else { 0 });
    let written = Payload::bytes(&record(), previous).unwrap();
    // Fields that were added since stand behind what these bytes have.
    let bytes = golden("record-v1.bin", &written);
    let payload: Payload = decode(&bytes).unwrap();
    assert_eq!(payload.previous(&id("rf_1")), None);
    assert_eq!(payload.previous(&id("rf_2")), Some(80));
    assert_eq!(payload.into_record(), record());
}

#[test]
fn the_golden_record_of_keys_and_links_says_what_it_said() {
    is_written_so("record-v1-keys-and-links.bin", &keys_and_links());
}

#[test]
fn the_golden_record_of_webhooks_says_what_it_said() {
    is_written_so("record-v1-webhooks.bin", &webhooks());
}

#[test]
fn the_golden_record_of_people_says_what_it_said() {
    says_what_it_said("record-v1-people.bin", &people());
}

#[test]
fn the_golden_record_of_roles_alerts_and_second_factors_says_what_it_said() {
    says_what_it_said("record-v2-second-factors.bin", &second_factors());
}

#[test]
fn the_golden_record_of_somebody_whom_an_operator_shut_out_says_what_it_said() {
    let actor = Actor::new(Role::Operator, "ops", Via::User("usr_0".to_owned()));
    let name = Label::new("Ann").unwrap();
    let user = User::new("usr_1".to_owned(), name, KeyRole::Seller(SellerId::new("shop").unwrap()));
    let user = Box::new(User { disabled_at: Some(at(4)), is_shut_out_by_operator: true, ..user });
    let record = Record { at: at(20), entries: vec![Entry::User { user, actor }], from: None };
    is_written_so("record-v2-shut-out.bin", &record);
}

#[test]
fn the_golden_record_of_saved_offers_says_what_it_said() {
    is_written_so("record-v1-saved-offers.bin", &saved_offers());
}

#[test]
fn the_golden_record_of_what_is_for_the_audit_says_what_it_said() {
    is_written_so("record-v2-audit.bin", &for_the_audit());
}

#[test]
fn the_golden_record_of_a_restoration_says_what_it_said() {
    let restoration = Restoration { backup_latest: at(20), least_version: 1_795_862_341 };
    let record = Record { at: at(21), entries: vec![Entry::Restored(restoration)], from: None };
    is_written_so("record-v1-restored.bin", &record);
}

#[test]
fn the_golden_record_of_messages_says_what_it_said() {
    says_what_it_said("record-v1-messages.bin", &messages());
}

#[test]
fn the_golden_record_of_references_says_what_it_said() {
    let entries = vec![Entry::Refund(opened_with(references())), Entry::Refund(noted_for_operators())];
    let record = Record { at: at(7), entries, from: None };
    says_what_it_said("record-v2-references.bin", &record);
}

#[test]
fn the_golden_record_of_payout_attempts_says_what_it_said() {
    says_what_it_said("record-v3-attempts.bin", &attempts());
}

#[test]
fn the_golden_record_of_reasons_says_what_it_said() {
    says_what_it_said("record-v4-reasons.bin", &reasons());
}

#[test]
fn the_golden_record_of_notices_says_what_it_said() {
    says_what_it_said("record-v5-notices.bin", &notices());
}

#[test]
fn the_golden_record_of_what_leaps_after_a_restore_says_what_it_said() {
    is_written_so("record-v6-leapt.bin", &leapt());
}

#[test]
fn the_golden_record_of_a_sellers_contacts_says_what_it_said() {
    is_written_so("record-v7-contacts.bin", &contacts());
}

#[test]
fn the_golden_record_of_evidence_says_what_it_said() {
    is_written_so("record-v8-evidence.bin", &evidence());
}

#[test]
fn the_golden_record_of_contacts_in_a_time_zone_says_what_it_said() {
    is_written_so("record-v10-time-zones.bin", &contacts_in_a_time_zone());
}

#[test]
fn the_golden_record_of_the_operator_s_contacts_says_what_it_said() {
    says_what_it_said("record-v10-operator-contacts.bin", &operator_contacts());
}

#[test]
fn the_golden_record_of_an_erasure_says_what_it_said() {
    is_written_so("record-v9-erasure.bin", &erasure());
}

#[test]
fn the_golden_record_of_goods_with_a_picture_says_what_it_said() {
    is_written_so("record-v10-picture.bin", &with_picture());
}

/// A row belongs to the view, which is built anew from the journal where its layout is another: only rows of the present
/// layout are ever read.
#[test]
fn the_golden_rows_of_the_present_layout_say_what_they_said() {
    let counted = MessageCounts { buyer: 1, seller: 500, operator: 3 };
    let with_all = Refund { messages: counted, references: references(), ..refund() };
    for (name, refund) in [
        ("refund-row-layout-6.bin", with_all),
        ("refund-row-layout-6-paid-again.bin", paid_again()),
        ("refund-row-layout-7-reasons.bin", with_reasons()),
        ("refund-row-layout-7-notices.bin", with_notices()),
        ("refund-row-layout-7-leapt.bin", with_leapt_notice()),
        ("refund-row-layout-7-evidence.bin", with_evidence()),
        ("refund-row-layout-7-erased.bin", with_erased()),
    ] {
        let written = refund_row(4711, &refund).unwrap();
        let bytes = golden(name, &written);
        assert_eq!(parse_last(&bytes), Some(4711));
        assert_eq!(parse_refund(&bytes).unwrap(), refund);
    }
    let newest = refund_row(4711, &with_erased()).unwrap();
    let golden = golden("refund-row-layout-7-erased.bin", &newest);
    assert!(is_as_it_was(&newest, &golden), "it is still written byte for byte");
}

#[test]
fn bytes_of_a_newer_version_are_refused_by_its_number() {
    let mut bytes = encode(&1_u8).unwrap();
    bytes[0] = VERSION + 1;
    let error = decode::<u8>(&bytes).unwrap_err();
    assert!(matches!(error, CodecError::Newer { found } if found == VERSION + 1), "{error}");
    assert!(error.to_string().contains("newer program"), "{error}");
}

#[test]
fn bytes_that_are_no_value_are_refused() {
    let bytes = Payload::bytes(&record(), |_| Ok::<_, CodecError>(0)).unwrap();
    for length in 0..bytes.len() {
        assert!(decode::<Payload>(&bytes[..length]).is_err(), "cut to {length} bytes");
    }
    assert!(decode::<Payload>(&[0, 1, 2]).is_err());
}
