//! R43: files that show what somebody says.

use refund_core::{
    Command, EVIDENCE_MAX, Event, EventType, EvidenceFile, Fact, MakeOffer, Opened, Opening, Refund, RefundType,
    RefusalCode, Role, Rule, Ruling, StatusKind, Why, replay,
};

use crate::support::{
    HOUR, Shop, actor, agree, cancel, cny, escalate, file, message, named, offer, reason, refuse, ship, stranger,
};
use crate::{code, types};

const SIDES: [Role; 3] = [Role::Buyer, Role::Seller, Role::Operator];

fn shop() -> Shop {
    Shop::with_refund(|_| {})
}

fn because(files: &[EvidenceFile]) -> Why {
    Why { files: named(files), ..reason() }
}

/// Whose each file is, and whether it is there still.
fn files(shop: &Shop) -> Vec<(EvidenceFile, Role, bool)> {
    shop.refund().evidence.iter().map(|added| (added.file.clone(), added.by, added.erased.is_none())).collect()
}

#[test]
fn r43_each_side_adds_files_of_its_own_to_its_own_refund() {
    let mut shop = shop();
    for role in SIDES {
        let events = shop.add(&actor(role), &file(1)).unwrap();
        assert_eq!(types(&events), [EventType::EvidenceAdded]);
        assert_eq!(events[0].rules(Some(shop.refund())), [Rule::R43]);
        assert_eq!(shop.add(&actor(role), &file(1)), Ok(Vec::new()), "the same file again is nothing new");
    }
    for who in [stranger(Role::Buyer), stranger(Role::Seller), actor(Role::Platform), actor(Role::System)] {
        assert_eq!(code(shop.add(&who, &file(2))), RefusalCode::NotYourRole);
    }
    assert_eq!(files(&shop), SIDES.map(|role| (file(1), role, true)));
    assert_eq!((shop.refund().sequence, shop.refund().version), (4, 1));
}

#[test]
fn r3_what_is_due_happens_before_a_file_and_a_final_refund_still_takes_one() {
    let mut shop = shop();
    shop.wait(36 * HOUR);
    shop.add(&actor(Role::Buyer), &file(1)).unwrap();
    let types: Vec<_> = shop.history().iter().map(|event| event.fact.event_type()).collect();
    assert_eq!(types[types.len() - 2..], [EventType::RefundAgreed, EventType::EvidenceAdded]);
    shop.must(Role::Buyer, &cancel());
    shop.add(&actor(Role::Seller), &file(2)).unwrap();
    shop.erase(&actor(Role::Operator), &file(1)).unwrap();
    assert_eq!(shop.refund().status.kind(), StatusKind::Closed);
}

#[test]
fn r43_a_side_that_has_added_all_it_may_keeps_nobody_else_from_it() {
    let mut shop = shop();
    let numbers = 0..u8::try_from(EVIDENCE_MAX).unwrap();
    for number in numbers.clone() {
        shop.add(&actor(Role::Seller), &file(number)).unwrap();
    }
    assert_eq!(code(shop.add(&actor(Role::Seller), &file(numbers.end))), RefusalCode::TooManyFiles);
    assert_eq!(shop.add(&actor(Role::Seller), &file(0)), Ok(Vec::new()), "it is there");
    shop.erase(&actor(Role::Operator), &file(0)).unwrap();
    assert_eq!(
        code(shop.add(&actor(Role::Seller), &file(numbers.end))),
        RefusalCode::TooManyFiles,
        "erased ones count"
    );
    shop.add(&actor(Role::Buyer), &file(numbers.end)).unwrap();
}

#[test]
fn r43_the_operator_erases_a_file_for_all_who_added_it_once() {
    let mut shop = shop();
    for role in [Role::Buyer, Role::Seller] {
        shop.add(&actor(role), &file(1)).unwrap();
    }
    shop.add(&actor(Role::Buyer), &file(2)).unwrap();
    for role in [Role::Buyer, Role::Seller, Role::Platform, Role::System] {
        assert_eq!(code(shop.erase(&actor(role), &file(1))), RefusalCode::NotYourRole);
    }
    assert_eq!(code(shop.erase(&actor(Role::Operator), &file(3))), RefusalCode::EvidenceUnknown);
    let erased = shop.erase(&actor(Role::Operator), &file(1)).unwrap();
    assert_eq!(types(&erased), [EventType::EvidenceErased]);
    let expected = [(file(1), Role::Buyer, false), (file(1), Role::Seller, false), (file(2), Role::Buyer, true)];
    assert_eq!(files(&shop), expected);
    shop.wait(HOUR);
    assert_eq!(shop.erase(&actor(Role::Operator), &file(1)), Ok(Vec::new()));
    let erasure = shop.refund().evidence.get(file(1).sha256).unwrap().erased.clone().unwrap();
    assert_eq!((erasure.at, erasure.by), (erased[0].at, actor(Role::Operator)));
    for role in SIDES {
        assert_eq!(code(shop.add(&actor(role), &file(1))), RefusalCode::EvidenceErased);
    }
}

/// Who gives a command, and what comes before it.
type Given = (Role, Vec<(Role, Command)>, Command);

/// Each command that can name files, with what leads to where it can be given.
fn commands(files: &[EvidenceFile]) -> Vec<Given> {
    let all = cny(2000);
    let Command::MakeOffer(terms) = offer(RefundType::RefundOnly, cny(200)) else { panic!("an offer") };
    let offered = Command::MakeOffer(MakeOffer { files: named(files), ..terms });
    let request = refund_core::Request { kind: RefundType::RefundOnly, amount: all, reason: because(files) };
    let ruled = |ruling| Command::Rule { ruling, reason: reason(), files: named(files) };
    let called_in = || vec![(Role::Seller, refuse()), (Role::Buyer, escalate())];
    let sent = vec![(Role::Seller, agree()), (Role::Buyer, ship("1"))];
    vec![
        (Role::Seller, Vec::new(), offered),
        (Role::Seller, Vec::new(), Command::Refuse { reason: because(files) }),
        (Role::Buyer, Vec::new(), Command::Modify { request }),
        (Role::Buyer, vec![(Role::Seller, refuse())], Command::Escalate { reason: because(files) }),
        (Role::Seller, sent, Command::RefuseReceipt { reason: because(files) }),
        (Role::Operator, called_in(), ruled(Ruling::Refund { amount: all })),
        (Role::Operator, called_in(), ruled(Ruling::Close)),
    ]
}

#[test]
fn r43_whoever_says_something_names_files_of_their_own_that_are_there() {
    for (role, before, command) in commands(&[file(1), file(2)]) {
        let mut shop = shop();
        for (role, command) in &before {
            shop.must(*role, command);
        }
        let others = SIDES.into_iter().filter(|other| *other != role);
        others.for_each(|other| drop(shop.add(&actor(other), &file(1)).unwrap()));
        shop.add(&actor(role), &file(2)).unwrap();
        let unknown = shop.run(role, &command).unwrap_err();
        assert_eq!(unknown, refund_core::Refusal::EvidenceUnknown { sha256: file(1).sha256 }, "{command:?}");
        shop.add(&actor(role), &file(1)).unwrap();
        shop.erase(&actor(Role::Operator), &file(2)).unwrap();
        assert_eq!(code(shop.run(role, &command)), RefusalCode::EvidenceUnknown, "{command:?}");
    }
    for (role, before, command) in commands(&[file(1), file(2)]) {
        let mut shop = shop();
        for (role, command) in &before {
            shop.must(*role, command);
        }
        [file(1), file(2)].iter().for_each(|file| drop(shop.add(&actor(role), file).unwrap()));
        let refund = shop.refund().clone();
        let events = shop.run(role, &command).unwrap();
        let names = |event: &&Event| !event.fact.named_files().is_empty();
        let naming: Vec<_> = events.iter().filter(names).collect();
        assert_eq!(naming.len(), 1, "{command:?}");
        assert_eq!(naming[0].fact.named_files(), named(&[file(1), file(2)]).as_slice());
        assert!(naming[0].rules(Some(&refund)).contains(&Rule::R43));
    }
}

#[test]
fn r43_a_message_names_files_and_a_note_does_not() {
    let mut shop = shop();
    let shown = |internal| refund_core::Message { files: named(&[file(1)]), ..message(internal) };
    assert_eq!(code(shop.post(&actor(Role::Seller), shown(false))), RefusalCode::EvidenceUnknown);
    shop.add(&actor(Role::Seller), &file(1)).unwrap();
    let posted = shop.post(&actor(Role::Seller), shown(false)).unwrap();
    assert_eq!(posted.fact.named_files(), [file(1).sha256]);
    assert_eq!(code(shop.post(&actor(Role::Seller), shown(true))), RefusalCode::NoteNamesFiles);
    let for_operators = refund_core::Message { for_operators: true, ..shown(false) };
    assert_eq!(code(shop.post(&actor(Role::Operator), for_operators)), RefusalCode::NoteNamesFiles);
}

fn opened(shop: &Shop, opening: &Opening, files: &[EvidenceFile]) -> Result<Opened, refund_core::Refusal> {
    let in_progress = shop.refunds.last().map(|(refund, _)| refund);
    let ledger = shop.ledger();
    let line = refund_core::Line { ledger: ledger.as_ref(), in_progress };
    refund_core::open(opening, files, &shop.policy, line, &actor(Role::Buyer), shop.now)
}

#[test]
fn r43_what_goes_with_an_opening_is_the_buyers_from_the_start() {
    let mut shop = Shop::new();
    shop.files = vec![file(1), file(2)];
    let opening = shop.opening(RefundType::RefundOnly, cny(500));
    assert_eq!(code(opened(&shop, &opening, &[file(1)])), RefusalCode::EvidenceUnknown);
    shop.open(RefundType::RefundOnly, cny(500)).unwrap();
    let expected = [EventType::RefundOpened, EventType::EvidenceAdded, EventType::EvidenceAdded];
    assert_eq!(types(shop.history()), expected);
    assert_eq!(files(&shop), [(file(1), Role::Buyer, true), (file(2), Role::Buyer, true)]);
    assert_eq!(shop.refund().requested.reason.files, named(&[file(1), file(2)]));
    assert_eq!((shop.refund().version, shop.refund().sequence), (1, 3));
    let twice = opened(&Shop::new(), &opening, &[file(1), file(2), file(1)]).unwrap();
    let Opened::New(events) = twice else { panic!("it is the first") };
    assert_eq!(replay(&events).map(|refund: Refund| refund.evidence.iter().count()), Some(2));
    let many: Vec<_> = (1..=21).map(file).collect();
    assert_eq!(code(opened(&Shop::new(), &opening, &many)), RefusalCode::TooManyFiles);
}

#[test]
fn r27_asking_again_for_the_same_brings_what_is_new_to_show() {
    let mut shop = Shop::new();
    shop.files = vec![file(1)];
    shop.open(RefundType::RefundOnly, cny(500)).unwrap();
    shop.files = vec![file(1), file(2)];
    let Ok(Opened::Already(_, news)) = shop.open(RefundType::RefundOnly, cny(500)) else { panic!("it is there") };
    assert_eq!(
        news.iter().map(|event| event.fact.clone()).collect::<Vec<_>>(),
        [Fact::EvidenceAdded { file: Box::new(file(2)) }]
    );
    assert_eq!(shop.refund().version, 1);
    shop.erase(&actor(Role::Operator), &file(2)).unwrap();
    let again = shop.opening(RefundType::RefundOnly, cny(500));
    assert_eq!(code(opened(&shop, &again, &shop.files.clone())), RefusalCode::EvidenceErased);
}

#[test]
fn nobody_is_told_of_a_file_that_nothing_names() {
    let mut shop = Shop::with_refund(|shop| shop.policy.notices = true);
    let before = shop.refund().notices.iter().count();
    assert_eq!(types(&shop.add(&actor(Role::Seller), &file(1)).unwrap()), [EventType::EvidenceAdded]);
    assert_eq!(shop.refund().notices.iter().count(), before);
}
