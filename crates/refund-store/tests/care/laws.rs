//! Journals in which every checksum is right and what they say can't be true.

use refund_core::{Actor, Event, Fact, FileHash, Role, Timestamp, Via};
use refund_store::journal::{self, Checkpoint, Journal, Position};
use refund_store::{Entry, Record};

use super::story::*;
use super::*;

/// The records of a journal with one refund that was offered, accepted and paid, and one that waits.
pub(crate) fn records(folder: &Path) -> Vec<Record> {
    let opened = open(folder);
    begin(&opened.store);
    for request in [open_refund("a"), by_seller("a", offer("a")), by_buyer("a", accept("a")), open_refund("b")] {
        do_it(&opened.store, request);
        do_it(&opened.store, advance(60));
    }
    drop(opened);
    let file = refund_store::files::disk::Disk::open(folder).unwrap();
    let journal = Journal::open(&file, Checkpoint::START).unwrap().journal;
    let payloads = journal.reader().read_from(Position::FIRST);
    payloads.map(|record| rmp_serde::from_slice::<(Record, Vec<u64>)>(&record.unwrap().1[1..]).unwrap().0).collect()
}

/// Writes a journal of these records, as the store would.
pub(crate) fn write(folder: &Path, records: &[Record], forget: bool) {
    let disk = refund_store::files::disk::Disk::open(folder).unwrap();
    let mut journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
    let mut last = BTreeMap::new();
    for (number, record) in (0_u8..).zip(records) {
        let mut previous = Vec::new();
        let mut told = Vec::new();
        for entry in &record.entries {
            if let Entry::Refund(event) = entry
                && !told.contains(&event.refund_id)
            {
                told.push(event.refund_id.clone());
                let known = last.get(&event.refund_id).copied().unwrap_or(0_u64);
                previous.push(if forget { 0 } else { known });
            }
        }
        let mut payload = vec![1];
        payload.extend(rmp_serde::to_vec(&(record, previous)).unwrap());
        let at = journal.append(&[journal::NewRecord { epoch: 1, salt: [number; 16], payload: &payload }]).unwrap()[0];
        last.extend(told.into_iter().map(|id| (id, u64::from(at))));
    }
}

/// What verifying says of the laws, without positions.
fn broken(records: &[Record], forget: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), records, forget);
    let found = care::verify(folder.path(), None, &Watcher::nobody()).unwrap();
    assert_eq!(found.violations.count > 0, found.is_damaged());
    found
        .violations
        .first
        .iter()
        .map(|violation| {
            violation.to_string().split_once(", ").map_or_else(|| violation.to_string(), |(_, rest)| rest.to_owned())
        })
        .collect()
}

/// The events of a kind, to be changed.
fn events(records: &mut [Record], kind: fn(&Fact) -> bool) -> impl Iterator<Item = &mut Event> {
    let entries = records.iter_mut().flat_map(|record| &mut record.entries);
    let events = entries.filter_map(|entry| if let Entry::Refund(event) = entry { Some(event) } else { None });
    events.filter(move |event| kind(&event.fact))
}

fn later(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis() + 1000 * 3600 * 24 * 30).unwrap()
}

fn offer_made(fact: &Fact) -> bool {
    matches!(fact, Fact::OfferMade { .. })
}

/// A change of what was recorded, and what is then said.
pub(crate) type Case = (fn(&mut Vec<Record>), &'static [&'static str]);

/// Changes of what was recorded about one refund.
pub(crate) const ON_A_REFUND: &[Case] = &[
    (|_| {}, &[]),
    (
        |records| events(records, |fact| matches!(fact, Fact::OfferAccepted)).for_each(|event| event.sequence = 7),
        &[
            "refund a: event 7 stands where event 3 should (law 7)",
            "refund a: event 4 stands where event 8 should (law 7)",
        ],
    ),
    (
        |records| {
            events(records, |fact| matches!(fact, Fact::OfferAccepted))
                .for_each(|event| event.actor = Actor::new(Role::Seller, "shop", Via::Link))
        },
        &["refund a: the seller did what is another's to do (law 9)"],
    ),
    (
        |records| {
            for event in events(records, offer_made) {
                if let Fact::OfferMade { negotiation } = &mut event.fact {
                    negotiation.offer.files = vec![FileHash::new([7; 32])].try_into().unwrap();
                }
            }
        },
        &[
            "refund a: file 0707070707070707070707070707070707070707070707070707070707070707 is named by one who has not added it, or was erased (R43)",
        ],
    ),
    (
        |records| {
            for event in events(records, offer_made) {
                if let Fact::OfferMade { negotiation } = &mut event.fact {
                    negotiation.answer.by = later(negotiation.answer.by);
                }
            }
        },
        &[
            "refund a: the offer ends at 2026-04-01T12:00:00.000Z, and the seller's deadline is 2026-03-02T12:00:00.000Z (law 2)",
        ],
    ),
    (
        |records| events(records, offer_made).for_each(|event| event.at = later(event.at)),
        &[
            "refund a: something of 2026-03-31T00:01:00.000Z was recorded at 2026-03-01T00:01:00.000Z, before it happened (law 10)",
        ],
    ),
];

/// Changes of what was recorded about money and order lines.
const ON_A_LINE: &[Case] = &[
    (
        |records| {
            for event in events(records, |fact| matches!(fact, Fact::Agreed { .. } | Fact::Succeeded { .. })) {
                if let Fact::Agreed { agreed, .. } = &mut event.fact {
                    agreed.terms = refund_core::Terms::RefundOnly { amount: money(9000) };
                } else if let Fact::Succeeded { amount, .. } = &mut event.fact {
                    *amount = money(300);
                }
            }
        },
        &[
            "refund a: REFUND_ONLY 90.00 CNY is carried out, and REFUND_ONLY 2.00 CNY was asked for or accepted (law 5)",
            "refund a: with 90.00 CNY more than 20.00 CNY would come back that is left on its order line (law 6)",
            "refund a: 3.00 CNY is paid, and 90.00 CNY was agreed (law 5)",
        ],
    ),
    (
        |records| {
            for event in events(records, |fact| matches!(fact, Fact::Opened { .. })) {
                if let Fact::Opened { opening, .. } = &mut event.fact {
                    opening.line.line_id = "a".parse().unwrap();
                    opening.line.paid = if event.refund_id.as_str() == "b" { money(10) } else { opening.line.paid };
                }
            }
            records.retain(|record| {
                !record
                    .entries
                    .iter()
                    .any(|entry| matches!(entry, Entry::Refund(event) if matches!(event.fact, Fact::OfferAccepted)))
            });
        },
        &[
            "refund b: it was opened while a was in progress on its order line (R27)",
            "refund b: buyer, category or price are not those of the first refund on its order line (R27)",
        ],
    ),
    (
        |records| records.retain(|record| !record.entries.iter().any(|entry| matches!(entry, Entry::Seller { .. }))),
        &["refund a: its seller was never set up (R29)", "refund b: its seller was never set up (R29)"],
    ),
];

#[test]
fn each_law_that_what_was_recorded_breaks_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let told = records(folder.path());
    for (number, (change, expected)) in ON_A_REFUND.iter().chain(ON_A_LINE).enumerate() {
        let mut changed = told.clone();
        change(&mut changed);
        assert_eq!(broken(&changed, false), *expected, "case {number}");
    }
}

#[test]
fn a_second_offer_and_anything_after_the_end_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = records(folder.path());
    let mut again = told
        .iter()
        .find(|record| {
            record.entries.iter().any(|entry| matches!(entry, Entry::Refund(event) if offer_made(&event.fact)))
        })
        .unwrap()
        .clone();
    let now = told.last().unwrap().at;
    again.at = now;
    for event in events(std::slice::from_mut(&mut again), offer_made) {
        event.sequence = 6;
        (event.at, event.recorded_at) = (now, now);
    }
    told.push(again);
    assert_eq!(
        broken(&told, false),
        [
            "refund a: something happened after it had ended (law 4)",
            "refund a: a second offer was made (law 1)",
            "refund a: an offer is pending in SUCCESS (law 2)",
            "refund a: it has ended, and has a pending offer or a party's deadline (law 4)",
        ]
    );
}

#[test]
fn time_that_goes_back_and_a_history_that_can_not_be_walked_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let told = records(folder.path());
    let mut back = told.clone();
    back.last_mut().unwrap().at = start();
    let said = broken(&back, false);
    assert!(
        said.len() == 1
            && said[0].ends_with("2026-03-01T00:00:00.000Z was recorded after 2026-03-01T00:03:00.000Z (R35)"),
        "{said:?}"
    );
    let said = broken(&told, true);
    assert_eq!(said.len(), 2);
    assert!(
        said.iter().all(|said| said.contains("refund a: the record before it on this refund stands at byte")),
        "{said:?}"
    );
}

#[test]
fn a_record_without_sense_is_damage_and_nothing_behind_it_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let told = records(folder.path());
    let place = tempfile::tempdir().unwrap();
    // Without its opening the refund can't be.
    let without: Vec<_> = told
        .iter()
        .filter(|record| {
            !record.entries.iter().any(
                |entry| matches!(entry, Entry::Refund(event) if event.sequence == 1 && event.refund_id.as_str() == "a"),
            )
        })
        .cloned()
        .collect();
    write(place.path(), &without, false);
    let found = verify(place.path()).unwrap();
    let (_, why) = found.senseless.as_ref().unwrap();
    assert!(found.is_damaged() && why.contains("an event comes before the opening of refund a"), "{why}");
}
