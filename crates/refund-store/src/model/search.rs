//! Refunds as people look for them: on which pile each lies, and what it is found by.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use refund_core::{
    DeadlineKind, Money, Negotiation, NegotiationStatus, ReasonCode, Refund, RefundType, SellerId, StatusKind,
    Timestamp,
};

use crate::{Around, Number, Sort};

/// The piles that a queue consists of, by whose turn it is. A refund lies on one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pile {
    /// The seller has to decide, and has offered nothing that is open.
    Waiting,
    /// The buyer has an offer to answer.
    Offers,
    /// The goods are to come back, or are on their way.
    Returns,
    /// The operator has been called in.
    Escalated,
    /// Nobody works on it here: the buyer or the payment is waited for, or it is over.
    Rest,
}

impl Pile {
    /// Every pile, those first on which somebody works.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Offers, Self::Returns, Self::Escalated, Self::Rest];
    /// Those on which somebody works. All that ever happened lies on the other.
    pub const WORKED_ON: [Self; 4] = [Self::Waiting, Self::Offers, Self::Returns, Self::Escalated];

    /// Its name, in addresses and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offers => "offers",
            Self::Returns => "returns",
            Self::Escalated => "escalated",
            Self::Rest => "rest",
        }
    }

    /// The pile of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pile| pile.as_str() == name)
    }

    /// On which a refund lies.
    #[must_use]
    pub fn of(refund: &Refund) -> Self {
        if refund.pending().is_some() {
            return Self::Offers;
        }
        match refund.next_deadline().map(|deadline| deadline.kind) {
            Some(DeadlineKind::SellerDecide) => Self::Waiting,
            Some(DeadlineKind::BuyerAnswer) => Self::Offers,
            Some(DeadlineKind::BuyerShip | DeadlineKind::SellerConfirm) => Self::Returns,
            Some(DeadlineKind::OperatorRule) => Self::Escalated,
            Some(DeadlineKind::BuyerRespond | DeadlineKind::PayoutReport) | None => Self::Rest,
        }
    }
}

/// In which order what was found is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchOrder {
    /// By the next deadline, the most urgent first; then those without one.
    #[default]
    Deadline,
    /// The latest opened first.
    Newest,
    /// The first opened first.
    Oldest,
    /// The largest amount first, whatever the currency.
    Largest,
    /// The smallest first.
    Smallest,
}

impl SearchOrder {
    /// Every order, the usual one first.
    pub const ALL: [Self; 5] = [Self::Deadline, Self::Newest, Self::Oldest, Self::Largest, Self::Smallest];

    /// Its name, in addresses and to the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Largest => "largest",
            Self::Smallest => "smallest",
        }
    }
}

/// What somebody looks for. Whatever is left out is not asked about.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Only those of this seller.
    pub seller_id: Option<SellerId>,
    /// Only those on this pile; the others that are worked on are counted too. All, where none is named.
    pub pile: Option<Pile>,
    /// Parts of the refund's or the order's id, the goods' title, the buyer's id or the tracking number, in any
    /// spelling of capitals: only those that have each of them.
    pub words: Vec<String>,
    /// Only those in which this is asked for.
    pub kind: Option<RefundType>,
    /// Only those in this status.
    pub status: Option<StatusKind>,
    /// Only those whose negotiation stands there.
    pub negotiation: Option<NegotiationStatus>,
    /// Only those for which the buyer chose this reason.
    pub reason: Option<ReasonCode>,
    /// Only those in which as much is asked for, or more.
    pub at_least: Option<Size>,
    /// Only those in which as much is asked for, or less.
    pub at_most: Option<Size>,
    /// Only those opened at this instant or later.
    pub opened_from: Option<Timestamp>,
    /// Only those opened before this instant.
    pub opened_before: Option<Timestamp>,
    /// In which order.
    pub order: SearchOrder,
    /// How many are passed over.
    pub skip: usize,
    /// How many at the most.
    pub limit: usize,
}

/// How much an amount is, whatever its currency: in ten-thousandths of the currency's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub(crate) i64);

impl Size {
    const DECIMALS: u32 = 4;

    /// That of an amount.
    #[must_use]
    pub fn of(money: Money) -> Self {
        let missing = Self::DECIMALS.saturating_sub(money.currency().decimals());
        Self(money.minor().saturating_mul(10_i64.saturating_pow(missing)))
    }

    /// That of a number as people write it, such as `12.5`; nothing where it is none, or no amount can be so large.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let decimals = Self::DECIMALS as usize;
        if whole.is_empty() || whole.len() > 14 || part.len() > decimals {
            return None;
        }
        let digits = format!("{whole}{part:0<decimals$}");
        if digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok().map(Self) } else { None }
    }
}

/// What was found, and how much there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// What was asked for, in its order. It may be less where refunds have moved meanwhile.
    pub items: Vec<Around>,
    /// How many there are of those that were asked for, on whichever page.
    pub total: u64,
    /// How many lie on each of the piles that are worked on.
    pub counts: BTreeMap<Pile, u64>,
}

/// All of a refund that it is looked for by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gist {
    pub(crate) words: Box<str>,
    pub(crate) rank: u64,
    pub(crate) opened_at: Timestamp,
    pub(crate) size: Size,
    pub(crate) kind: RefundType,
    pub(crate) status: StatusKind,
    pub(crate) negotiation: Option<NegotiationStatus>,
    pub(crate) reason: Option<ReasonCode>,
}

impl Gist {
    pub(crate) fn of(refund: &Refund) -> Self {
        Self::with(refund, words(refund))
    }

    /// The gist of a refund whose words are known. They stay until goods are sent.
    pub(crate) fn with(refund: &Refund, words: Box<str>) -> Self {
        Self {
            words,
            rank: Sort::Deadline.place(0, refund).rank,
            opened_at: refund.opened_at,
            size: Size::of(refund.requested.amount),
            kind: refund.requested.kind,
            status: refund.status.kind(),
            negotiation: refund.negotiation.as_ref().map(Negotiation::status),
            reason: refund.requested.reason.code.clone(),
        }
    }
}

fn words(refund: &Refund) -> Box<str> {
    let tracking = refund.shipment.as_ref().map_or("", |shipment| shipment.tracking_number.as_str());
    let line = &refund.line;
    let all = [line.order_id.as_str(), line.title.as_str(), refund.buyer_id.as_str(), refund.id.as_str(), tracking];
    all.join("\n").to_lowercase().into()
}

/// Where something stands in what was found.
type FoundPlace = (i64, Reverse<Number>);

impl Search {
    /// How many characters somebody may type to look for, and how many words: each is compared with each refund.
    pub const TYPED_MAX: usize = 200;
    const WORDS_MAX: usize = 16;

    /// The parts of what somebody typed; nothing where it is more than anybody looks for.
    #[must_use]
    pub fn words_of(typed: &str) -> Option<Vec<String>> {
        if typed.chars().nth(Self::TYPED_MAX).is_some() {
            return None;
        }
        let typed = typed.to_lowercase();
        let words = typed.split(|sign: char| sign.is_whitespace() || sign.is_control());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        (words.len() <= Self::WORDS_MAX).then_some(words)
    }

    /// The piles that have to be looked through.
    pub(crate) fn piles(&self) -> &'static [Pile] {
        match self.pile {
            Some(Pile::Waiting | Pile::Offers | Pile::Returns | Pile::Escalated) => &Pile::WORKED_ON,
            Some(Pile::Rest) | None => &Pile::ALL,
        }
    }

    fn wants(&self, gist: &Gist) -> bool {
        fn asked<T: PartialEq>(wanted: Option<&T>, actual: Option<&T>) -> bool {
            wanted.is_none() || wanted == actual
        }
        asked(self.kind.as_ref(), Some(&gist.kind))
            && asked(self.status.as_ref(), Some(&gist.status))
            && asked(self.negotiation.as_ref(), gist.negotiation.as_ref())
            && asked(self.reason.as_ref(), gist.reason.as_ref())
            && self.at_least.is_none_or(|least| gist.size >= least)
            && self.at_most.is_none_or(|most| gist.size <= most)
            && self.opened_from.is_none_or(|from| gist.opened_at >= from)
            && self.opened_before.is_none_or(|before| gist.opened_at < before)
            && self.words.iter().all(|word| gist.words.contains(word.as_str()))
    }

    fn place(&self, number: Number, gist: &Gist) -> FoundPlace {
        let opened = i64::try_from(number).unwrap_or(i64::MAX);
        let key = match self.order {
            SearchOrder::Deadline => i64::try_from(gist.rank).unwrap_or(i64::MAX),
            SearchOrder::Newest => 0,
            SearchOrder::Oldest => opened,
            SearchOrder::Largest => gist.size.0.saturating_neg(),
            SearchOrder::Smallest => gist.size.0,
        };
        (key, Reverse(number))
    }

    /// Whether a refund is what is asked for, wherever it stands.
    pub(crate) fn asks_for(&self, refund: &Refund) -> bool {
        self.seller_id.as_ref().is_none_or(|own| *own == refund.seller_id)
            && self.pile.is_none_or(|pile| pile == Pile::of(refund))
            && self.wants(&Gist::of(refund))
    }
}

/// Counts what is looked at, and keeps what was asked for.
pub(crate) struct Finding<'s> {
    search: &'s Search,
    places: Vec<FoundPlace>,
    counts: BTreeMap<Pile, u64>,
}

impl<'s> Finding<'s> {
    pub(crate) fn new(search: &'s Search) -> Self {
        let counts = Pile::WORKED_ON.map(|pile| (pile, 0)).into();
        Self { search, places: Vec::new(), counts }
    }

    /// Looks at a refund of the seller that is asked about.
    pub(crate) fn look(&mut self, number: Number, pile: Pile, gist: &Gist) {
        if !self.search.wants(gist) {
            return;
        }
        if let Some(count) = self.counts.get_mut(&pile) {
            *count = count.saturating_add(1);
        }
        if self.search.pile.is_none_or(|own| own == pile) {
            self.places.push(self.search.place(number, gist));
        }
    }

    /// What was found, without its items, and the numbers of these in order.
    pub(crate) fn page(mut self) -> (Found, Vec<Number>) {
        let found = Found { items: Vec::new(), total: self.places.len() as u64, counts: self.counts };
        let end = self.search.skip.saturating_add(self.search.limit);
        if end < self.places.len() {
            self.places.select_nth_unstable(end);
            self.places.truncate(end);
        }
        self.places.sort_unstable();
        let page = self.places.into_iter().skip(self.search.skip);
        (found, page.map(|(_, Reverse(number))| number).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Search, Size};

    #[test]
    fn what_nobody_looks_for_costs_nothing() {
        assert_eq!(Search::words_of(" Steel\tBIN "), Some(vec!["steel".to_owned(), "bin".to_owned()]));
        assert_eq!(Search::words_of(&"a ".repeat(16)).map(|words| words.len()), Some(16));
        for too_much in ["a ".repeat(17), "箱".repeat(201)] {
            assert_eq!(Search::words_of(&too_much), None);
        }
    }

    #[test]
    fn sizes_are_compared_whatever_the_currency() {
        let size = |code, text: &str| {
            Size::of(refund_core::Money::parse(refund_core::Currency::from_code(code).unwrap(), text).unwrap())
        };
        assert_eq!(Size::parse("12.5"), Some(size("CNY", "12.50")));
        assert_eq!(Size::parse("12"), Some(size("JPY", "12")));
        assert!(size("KWD", "1.001") > size("USD", "1.00"));
        for none in ["", ".", ".5", "-1", "1,5", "1.00001", "1e3", "999999999999999", "one"] {
            assert_eq!(Size::parse(none), None, "{none}");
        }
    }
}
