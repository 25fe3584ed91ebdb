//! What is said to be possible is possible, and nothing else is (R18).

use refund_core::{
    Action, Actor, Command, CommandKind, DeadlineKind, Fact, Money, NamedFiles, PayoutResult, ReasonFor, Refund,
    RefundType, Request, Role, Ruling, Span, Why, actions, all_actions, check_offer, decide, options,
};

use crate::history::Act;
use crate::saved_offer;
use crate::support::{Shop, actor, at, because, cny, money, offer, offer_to, reason, report_on, stranger, text};

pub(crate) fn options_agree_with_decide(shop: &Shop, act: &Act) {
    let (refund, grounds, now) = (shop.refund(), shop.grounds(), shop.now);
    for who in everybody() {
        let shown = options(refund, &grounds, &who, now);
        assert!(shown.objections.is_sorted_by_key(|refusal| refusal.code()), "R32: {:?}", shown.objections);
        let mut any = false;
        for option in &shown.types {
            assert!(option.objections.is_sorted_by_key(|refusal| refusal.code()));
            let first = shown.objections.iter().chain(&option.objections).min_by_key(|refusal| refusal.code());
            for amount in amounts(option.amount_min, option.amount_max, act.value()) {
                let same = refund.requested.kind == option.kind && refund.requested.amount == amount;
                let outcome = decide(refund, &grounds, &who, &offer(option.kind, amount), now);
                check_agrees(shop, &who, &offer(option.kind, amount));
                any |= outcome.is_ok();
                match first {
                    None if same => assert!(outcome.is_err()),
                    None => assert!(outcome.is_ok(), "{who:?} {option:?} {amount}: {outcome:?}"),
                    Some(first) => {
                        assert_eq!(outcome.unwrap_err().code(), first.code(), "R32: {who:?} {option:?} {amount}");
                    }
                }
            }
        }
        for saved in saved_offer::prepared(act.value()) {
            let terms = saved.on(refund, grounds.addresses, text("n-saved"), None);
            saved_offer::is_within(shop, &saved, terms.amount);
            check_agrees(shop, &who, &Command::MakeOffer(terms));
        }
        assert_eq!(shown.may_offer, any, "may_offer says whether any offer can be made: {shown:?}");
        if !shown.may_offer {
            no_offer_is_accepted(shop, &who);
        }
    }
}

fn no_offer_is_accepted(shop: &Shop, who: &Actor) {
    for kind in RefundType::ALL {
        let refundable = shop.grounds().refundable.minor();
        for amount in [cny(-1), cny(0), cny(1), cny(2), cny(refundable), cny(refundable + 1), money("KWD", 5)] {
            for address in [None, Some("home"), Some("depot"), Some("nowhere")] {
                let outcome = decide(shop.refund(), &shop.grounds(), who, &offer_to(*kind, amount, address), shop.now);
                assert!(outcome.is_err(), "{who:?} may not offer, yet {kind} {amount} {address:?} is accepted");
                check_agrees(shop, who, &offer_to(*kind, amount, address));
            }
        }
    }
}

/// What is said of terms before they are offered is what becomes of them, and the first objection is the answer (R45).
fn check_agrees(shop: &Shop, who: &Actor, command: &Command) {
    let Command::MakeOffer(terms) = command else { panic!("an offer") };
    let checked = check_offer(shop.refund(), &shop.grounds(), who, terms, shop.now);
    let decided = decide(shop.refund(), &shop.grounds(), who, command, shop.now);
    match (checked, decided) {
        (Ok(negotiation), Ok(events)) => {
            assert_eq!(events[0].fact, Fact::OfferMade { negotiation: Box::new(negotiation) });
        }
        (Err(objections), Err(refusal)) => {
            assert!(objections.is_sorted_by_key(|objection| objection.code()), "R32: {objections:?}");
            assert_eq!(objections[0], refusal);
        }
        (checked, decided) => panic!("{who:?} {terms:?}: {checked:?} and {decided:?}"),
    }
}

/// Amounts from the least to the most; none where nothing is left.
fn amounts(min: Money, max: Money, seed: u32) -> Vec<Money> {
    let (min, max) = (min.minor(), max.minor());
    let within = min + i64::from(seed) % (max - min + 1).max(1);
    let mut amounts = vec![min, within.min(max.max(min)), max.max(min)];
    amounts.extend((min..=max).take(3));
    amounts.into_iter().map(cny).collect()
}

pub(crate) fn actions_agree_with_decide(shop: &Shop) {
    let (refund, grounds, now) = (shop.refund(), shop.grounds(), shop.now);
    for who in everybody() {
        let listed = actions(refund, &grounds, &who, now);
        assert!(listed.is_sorted(), "actions come in declared order");
        for kind in CommandKind::ALL {
            let done =
                |command: &Command| decide(refund, &grounds, &who, command, now).is_ok_and(|events| !events.is_empty());
            let possible = sensible(shop, *kind).iter().any(done);
            assert_eq!(listed.contains(kind), possible, "{who:?} {kind} on {refund:?} at {now}");
        }
        for Action { kind, against } in all_actions(refund, &grounds, &who, now) {
            let Some(against) = against else { continue };
            let got = |command: &Command| decide(refund, &grounds, &who, command, now).err();
            let mut refusals = sensible(shop, kind).into_iter().filter_map(|command| got(&command));
            assert!(refusals.any(|got| got == against), "{who:?} {kind}: nobody who tries is told {against:?}");
        }
    }
}

/// Everybody of every role, and strangers.
fn everybody() -> Vec<Actor> {
    let strangers = [stranger(Role::Buyer), stranger(Role::Seller)];
    Role::ALL.iter().map(|role| actor(*role)).chain(strangers).collect()
}

/// Commands of that kind with right values, of which one succeeds wherever any can.
fn sensible(shop: &Shop, kind: CommandKind) -> Vec<Command> {
    let refund = shop.refund();
    // A reason that needs no files, which nobody may have added yet.
    let why = |purpose| {
        let code = shop.policy.reasons.of(purpose).find(|reason| !reason.evidence).map(|reason| reason.code.clone());
        Why { code, ..text("Because") }
    };
    let negotiation_id = refund.negotiation.as_ref().map_or(text("n-none"), |own| own.id.clone());
    match kind {
        CommandKind::MakeOffer => RefundType::ALL
            .iter()
            .flat_map(|kind| [1, 2, refund.requested.amount.minor()].map(|amount| offer(*kind, cny(amount))))
            .collect(),
        CommandKind::AcceptOffer => vec![Command::AcceptOffer { negotiation_id }],
        CommandKind::RejectOffer => vec![Command::RejectOffer { negotiation_id }],
        CommandKind::WithdrawOffer => vec![Command::WithdrawOffer],
        CommandKind::Agree => vec![Command::Agree { return_address_id: Some(text("depot")) }],
        CommandKind::Refuse => vec![Command::Refuse { reason: why(ReasonFor::Refuse) }],
        CommandKind::Modify => {
            let another = because(&shop.policy, ReasonFor::Request, "Another reason");
            vec![Command::Modify { request: Request { reason: another, ..refund.requested.clone() } }]
        }
        CommandKind::Cancel => vec![Command::Cancel { reason: Some(reason()) }],
        CommandKind::Escalate => vec![Command::Escalate { reason: why(ReasonFor::Dispute) }],
        CommandKind::Ship => vec![Command::Ship { carrier: text("Courier"), tracking_number: text("3") }],
        CommandKind::ConfirmReceipt => vec![Command::ConfirmReceipt],
        CommandKind::RefuseReceipt => vec![Command::RefuseReceipt { reason: why(ReasonFor::RefuseReceipt) }],
        CommandKind::WaiveReturn => vec![Command::WaiveReturn],
        CommandKind::Rule => {
            vec![Command::Rule { ruling: Ruling::Close, reason: reason(), files: NamedFiles::default() }]
        }
        CommandKind::Extend => extensions(refund, shop),
        CommandKind::ReportPayout => {
            let attempts = refund.payout.as_ref().map_or(1, |payout| payout.present().number);
            let of = |attempt| PayoutResult::ALL.iter().map(move |result| report_on(attempt, *result));
            (1..=attempts).flat_map(of).collect()
        }
        CommandKind::RetryPayout => vec![Command::RetryPayout],
        CommandKind::MarkShipped => vec![Command::MarkShipped],
    }
}

fn extensions(refund: &Refund, shop: &Shop) -> Vec<Command> {
    let ends = |kind| refund.deadlines().into_iter().find(|deadline| deadline.kind == kind);
    let later = |kind: &DeadlineKind| {
        let to = ends(*kind).map_or(shop.now.plus(Span::hours(1)), |deadline| at(deadline.at.as_millis() + 1));
        Command::Extend { kind: *kind, to }
    };
    DeadlineKind::ALL.iter().map(later).collect()
}
