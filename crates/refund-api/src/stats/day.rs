//! What is counted of one day.

use std::collections::BTreeMap;

use refund_core::{Currency, Money, ReasonCode, ReasonFor};
use serde::{Deserialize, Serialize};

/// Sums in one currency, in minor units. A sum may be larger than an amount of money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sums {
    pub(crate) currency: Currency,
    /// What buyers asked for where an offer was made.
    pub(crate) asked: i128,
    /// What was asked for less what was agreed instead, where an offer was accepted.
    pub(crate) kept: i128,
}

/// What is counted of one day, or of several together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Numbers {
    pub(crate) offers_made: u64,
    pub(crate) offers_accepted: u64,
    pub(crate) offers_rejected: u64,
    pub(crate) offers_expired: u64,
    pub(crate) offers_withdrawn: u64,
    pub(crate) decided_by_silence: u64,
    /// Rulings of the operator by which the buyer is paid, and those that close a refund.
    pub(crate) ruled_paid: u64,
    pub(crate) ruled_closed: u64,
    /// By currency, in the order of their codes. Nearly always there is one.
    pub(crate) sums: Vec<Sums>,
    /// How often each reason of a list was given, and for what.
    pub(crate) reasons: BTreeMap<(ReasonFor, ReasonCode), u64>,
    answers: Answers,
}

impl Numbers {
    pub(crate) fn asked(&mut self, asked: Money) {
        let sums = self.sums_in(asked.currency());
        sums.asked = sums.asked.saturating_add(asked.minor().into());
    }

    pub(crate) fn kept(&mut self, asked: Money, agreed: Money) {
        let kept = i128::from(asked.minor()).saturating_sub(agreed.minor().into());
        let sums = self.sums_in(asked.currency());
        sums.kept = sums.kept.saturating_add(kept);
    }

    pub(crate) fn answered_after(&mut self, seconds: u64) {
        self.answers.add(seconds, 1);
    }

    pub(crate) fn given(&mut self, purpose: ReasonFor, code: &ReasonCode, count: u64) {
        let known = self.reasons.entry((purpose, code.clone())).or_default();
        *known = known.saturating_add(count);
    }

    /// Half of the answers took no longer than that, as far as answers are told apart.
    pub(crate) fn median_answer_seconds(&self) -> Option<u64> {
        self.answers.median()
    }

    /// How many answers took longer than that, and how many there were, as far as answers are told apart.
    pub(crate) fn answered_later(&self, than_seconds: u64) -> (u64, u64) {
        self.answers.later(than_seconds)
    }

    /// All of them together.
    pub(crate) fn of_all<'n>(days: impl Iterator<Item = &'n Self>) -> Self {
        let mut total = Self::default();
        days.for_each(|numbers| total.add(numbers));
        total
    }

    /// Counts what others counted too.
    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            offers_made,
            offers_accepted,
            offers_rejected,
            offers_expired,
            offers_withdrawn,
            decided_by_silence,
            ruled_paid,
            ruled_closed,
            sums,
            reasons,
            answers,
        } = other;
        for (count, more) in [
            (&mut self.offers_made, offers_made),
            (&mut self.offers_accepted, offers_accepted),
            (&mut self.offers_rejected, offers_rejected),
            (&mut self.offers_expired, offers_expired),
            (&mut self.offers_withdrawn, offers_withdrawn),
            (&mut self.decided_by_silence, decided_by_silence),
            (&mut self.ruled_paid, ruled_paid),
            (&mut self.ruled_closed, ruled_closed),
        ] {
            *count = count.saturating_add(*more);
        }
        for more in sums {
            let own = self.sums_in(more.currency);
            own.asked = own.asked.saturating_add(more.asked);
            own.kept = own.kept.saturating_add(more.kept);
        }
        for ((purpose, code), count) in reasons {
            self.given(*purpose, code, *count);
        }
        for (seconds, count) in &answers.0 {
            self.answers.add(*seconds, *count);
        }
    }

    fn sums_in(&mut self, currency: Currency) -> &mut Sums {
        let place = self.sums.binary_search_by_key(&currency.code(), |sums| sums.currency.code());
        let place = place.unwrap_or_else(|place| {
            self.sums.insert(place, Sums { currency, asked: 0, kept: 0 });
            place
        });
        // It stands where it was found or put.
        #[expect(clippy::indexing_slicing, reason = "the line above put it there")]
        &mut self.sums[place]
    }
}

/// How long answers took, told apart to one part in 64: of the seconds, in binary, the first seven
/// digits count. So a day has a few hundred different ones at the most, however many answers it had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Answers(BTreeMap<u64, u64>);

const DIGITS: u32 = 7;

impl Answers {
    fn add(&mut self, seconds: u64, count: u64) {
        let dropped = (u64::BITS - seconds.leading_zeros()).saturating_sub(DIGITS);
        let known = self.0.entry((seconds >> dropped) << dropped).or_default();
        *known = known.saturating_add(count);
    }

    fn later(&self, than: u64) -> (u64, u64) {
        let later = self.0.iter().filter(|(seconds, _)| **seconds > than).map(|(_, count)| count).sum();
        (later, self.0.values().sum())
    }

    fn median(&self) -> Option<u64> {
        let all: u64 = self.0.values().sum();
        let mut before: u64 = 0;
        let mut reached = self.0.iter().filter(|(_, count)| {
            before = before.saturating_add(**count);
            before >= all.div_ceil(2)
        });
        reached.next().map(|(seconds, _)| *seconds)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_median_is_at_most_one_part_in_64_too_low(mut answers in proptest::collection::vec(0..200_000_u64, 1..200)) {
            let mut numbers = Numbers::default();
            answers.iter().for_each(|seconds| numbers.answered_after(*seconds));
            answers.sort_unstable();
            let exact = answers[(answers.len() - 1) / 2];
            let median = numbers.median_answer_seconds().unwrap();
            prop_assert!(median <= exact && exact - median <= exact / 64, "{median} for {exact}");
        }
    }

    #[test]
    fn without_answers_there_is_no_median_and_short_ones_are_exact() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.median_answer_seconds(), None);
        [127, 3, 90].into_iter().for_each(|seconds| numbers.answered_after(seconds));
        assert_eq!(numbers.median_answer_seconds(), Some(90));
        numbers.answered_after(0);
        assert_eq!(numbers.median_answer_seconds(), Some(3), "of an even number the earlier one");
    }
}
