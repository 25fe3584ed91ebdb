//! R39 with a payment provider that behaves as the real ones do: histories of an adapter, a provider and the engine, by a
//! seed, in which answers are lost, notices come late, twice and out of order, and each may crash at every step.
//!
//! However that goes: the provider's books and the engine's are equal to the cent, and money went out twice only where the
//! provider paid by itself what it had called failed, and then `refund.paid_twice` has said so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use refund_core::{Command, Fact, PayoutMode, PayoutReport, PayoutResult, PayoutStatus, RefundType, Refusal, Role};
use support::{HOUR, Shop, agree, cny};

const HISTORIES: u64 = 100_000;

/// Chance by a seed: the same history each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// The provider: a payment for each key, whatever becomes of it, and notices of that.
#[derive(Default)]
struct Provider {
    payments: BTreeMap<u32, PayoutStatus>,
    notices: Vec<u32>,
    /// Payments that were called failed and were paid all the same.
    by_itself: BTreeSet<u32>,
}

impl Provider {
    fn becomes(&mut self, key: u32, status: PayoutStatus) {
        self.payments.insert(key, status);
        self.notices.push(key);
    }

    /// Something happens to a payment while nobody looks.
    fn goes_on(&mut self, chance: &mut Chance) {
        let Some(key) = self.payments.keys().copied().nth(chance.below(self.payments.len().max(1))) else { return };
        match (self.payments[&key], chance.below(10)) {
            (PayoutStatus::Started, 0..4) => self.becomes(key, PayoutStatus::Succeeded),
            (PayoutStatus::Started, 4..8) => self.becomes(key, PayoutStatus::Failed),
            (PayoutStatus::Failed, 0..2) => {
                self.by_itself.insert(key);
                self.becomes(key, PayoutStatus::Succeeded);
            }
            (PayoutStatus::Succeeded, 0) => self.becomes(key, PayoutStatus::Reversed),
            _ => {}
        }
    }
}

/// What the adapter has on its disk: a crash takes all else.
#[derive(Default)]
struct Adapter {
    read_up_to: usize,
    open: BTreeSet<u32>,
}

struct World {
    shop: Shop,
    provider: Provider,
    adapter: Adapter,
    chance: Chance,
    /// Nothing is lost any more, and everybody finishes.
    calm: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut shop = Shop::new();
        shop.policy.payout = PayoutMode::Confirmed;
        shop.open(RefundType::RefundOnly, cny(700)).unwrap();
        shop.must(Role::Seller, &agree());
        Self { shop, provider: Provider::default(), adapter: Adapter::default(), chance: Chance(seed), calm: false }
    }

    /// Whether a call, or its answer, is lost here; or whoever makes it crashes.
    fn is_lost(&mut self) -> bool {
        !self.calm && self.chance.happens(20)
    }

    /// The adapter reads what the engine has begun since, and keeps it before it keeps how far it has read.
    fn begin(&mut self) {
        let begun = self.shop.history()[self.adapter.read_up_to..]
            .iter()
            .filter_map(|event| if let Fact::PayoutStarted { attempt, .. } = &event.fact { *attempt } else { None });
        self.adapter.open.extend(begun);
        if !self.is_lost() {
            self.adapter.read_up_to = self.shop.history().len();
        }
    }

    /// Every open attempt is asked for, and what is answered is reported.
    fn settle(&mut self) {
        for key in self.adapter.open.clone() {
            if self.is_lost() {
                continue;
            }
            self.provider.payments.entry(key).or_insert(PayoutStatus::Started);
            if self.calm && self.provider.payments[&key] == PayoutStatus::Started {
                self.provider.becomes(key, PayoutStatus::Succeeded);
            }
            if !self.is_lost() && self.report(key) && !self.is_lost() {
                self.adapter.open.remove(&key);
            }
        }
    }

    /// A notice comes: any of them, and perhaps not for the last time.
    fn listen(&mut self) {
        let Some(at) = (!self.provider.notices.is_empty()).then(|| self.chance.below(self.provider.notices.len()))
        else {
            return;
        };
        let key = self.provider.notices[at];
        if !self.is_lost() && self.report(key) && !self.is_lost() {
            self.provider.notices.swap_remove(at);
        }
    }

    /// The provider is asked how an attempt stands, and the engine is told. Whether it knows then.
    fn report(&mut self, key: u32) -> bool {
        let results: &[PayoutResult] = match self.provider.payments[&key] {
            PayoutStatus::Started => return false,
            PayoutStatus::Succeeded => &[PayoutResult::Succeeded],
            PayoutStatus::Failed => &[PayoutResult::Failed],
            PayoutStatus::Reversed => &[PayoutResult::Succeeded, PayoutResult::Reversed],
        };
        for result in results {
            if self.is_lost() {
                return false;
            }
            let report = PayoutReport { attempt: Some(key), ..PayoutReport::of(*result) };
            match self.shop.run(Role::Platform, &Command::ReportPayout(report)) {
                // What had been paid before it was called failed is known; the next notice says how it stands.
                Ok(_) | Err(Refusal::PayoutAlreadySucceeded) => {}
                Err(refusal) => panic!("{result} of attempt {key}: {refusal}"),
            }
            if self.is_lost() {
                return false;
            }
        }
        true
    }

    /// Whoever sees that it failed or came back has it tried again.
    fn retry(&mut self) {
        if self.shop.refund().payout.as_ref().is_some_and(refund_core::Payout::may_be_retried) {
            self.shop.must(Role::Operator, &Command::RetryPayout);
        }
    }

    fn step(&mut self) {
        match self.chance.below(12) {
            0..2 => self.begin(),
            2..5 => self.settle(),
            5..8 => self.listen(),
            8..10 => self.provider.goes_on(&mut self.chance),
            10 => self.retry(),
            _ => {
                let hours = i64::try_from(self.chance.below(30)).unwrap();
                self.shop.wait(hours * HOUR).settle();
            }
        }
    }

    /// Everybody finishes what there is.
    fn come_to_rest(&mut self) {
        self.calm = true;
        while !self.adapter.open.is_empty()
            || !self.provider.notices.is_empty()
            || self.adapter.read_up_to < self.shop.history().len()
        {
            self.begin();
            self.settle();
            self.listen();
        }
    }
}

#[test]
fn r39_whatever_is_lost_and_whoever_crashes_the_books_are_equal_to_the_cent() {
    let (mut paid_twice, mut came_back, mut overdue) = (0, 0, 0);
    for seed in 0..HISTORIES {
        let mut world = World::new(seed);
        for _ in 0..world.chance.below(60) {
            world.step();
        }
        world.come_to_rest();
        let payout = world.shop.refund().payout.as_ref().unwrap();
        let known: BTreeMap<_, _> = payout.attempts().map(|attempt| (attempt.number, attempt.status)).collect();
        // An attempt is a payment, and nothing else is one.
        assert_eq!(known, world.provider.payments, "seed {seed}: the books");
        let paid = known.values().filter(|status| **status == PayoutStatus::Succeeded).count();
        let told = world.shop.history().iter().filter(|event| matches!(event.fact, Fact::PaidTwice { .. })).count();
        assert_eq!(payout.is_paid_twice(), paid > 1, "seed {seed}");
        assert!(paid <= 1 || told > 0, "seed {seed}: it was paid twice unseen");
        assert!(told == 0 || !world.provider.by_itself.is_empty(), "seed {seed}: the engine had it paid twice");
        paid_twice += usize::from(told > 0);
        came_back += usize::from(known.values().any(|status| *status == PayoutStatus::Reversed));
        overdue += usize::from(world.shop.history().iter().any(|event| matches!(event.fact, Fact::Overdue { .. })));
    }
    // Histories that go nowhere hold nothing.
    assert!(paid_twice > 1000 && came_back > 1000 && overdue > 1000, "{paid_twice} {came_back} {overdue}");
}
