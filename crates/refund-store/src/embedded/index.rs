//! What is asked for in order, in memory: numbers of refunds in sorted sets.
//!
//! In sled every row costs about half a kilobyte and ten microseconds, however small it is; here
//! it costs some twenty bytes. It is built from the rows when the store is opened.
//!
//! Ids are held as hashes, with a key, so that nobody outside can choose ids that collide. Some may by chance: whoever
//! looks something up checks what was found.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Bound;

use refund_core::{
    BuyerId, DeadlineKind, ExternalReference, LineId, LineKey, MetadataEntry, OrderId, Refund, RefundId, SellerId,
    Timestamp,
};

use super::gists::{Gists, SellerHash};
use crate::model::search::Gist;
use crate::store::Overdue;
use crate::{Number, Pile, Place, Sort};

/// Refunds that have something in common.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) enum Group<'a> {
    All,
    Id(&'a RefundId),
    Seller(&'a SellerId),
    Buyer(&'a BuyerId),
    Order(&'a OrderId),
    Line(&'a SellerId, &'a OrderId, &'a LineId),
    Reference(&'a ExternalReference),
    Metadata(&'a MetadataEntry),
}

impl<'a> From<&'a LineKey> for Group<'a> {
    fn from(line: &'a LineKey) -> Self {
        Self::Line(&line.seller_id, &line.order_id, &line.line_id)
    }
}

/// The hash of a group, by which the sets know it.
type Hash = u64;

#[derive(Default)]
pub(super) struct Index {
    hasher: RandomState,
    /// The refunds of every group, the latest first.
    groups: BTreeSet<(Hash, Reverse<Number>)>,
    /// All refunds, and each seller's, by deadline.
    deadlines: BTreeSet<(Hash, Place)>,
    /// When something is next due on which refund.
    due: BTreeSet<(Timestamp, Number)>,
    /// What is overdue, and since when (R38).
    overdue: BTreeSet<(DeadlineKind, Timestamp, Number)>,
    /// What refunds are looked for by.
    pub(super) gists: Gists,
}

impl Index {
    /// The index of all these refunds.
    pub(super) fn of<E>(refunds: impl Iterator<Item = Result<(Number, Refund), E>>) -> Result<Self, E> {
        let mut index = Self::default();
        // Sorted once and built whole it takes a third of the time, and half of the memory.
        let (mut groups, mut deadlines, mut due, mut overdue) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut gists = Vec::new();
        for refund in refunds {
            let (number, refund) = refund?;
            groups.extend(index.groups_of(number, &refund));
            deadlines.extend(index.deadlines_of(number, &refund));
            due.extend(due_of(number, &refund));
            overdue.extend(overdue_of(number, &refund));
            let place = (Pile::of(&refund), index.seller(&refund.seller_id), Reverse(number));
            gists.push((place, Gist::of(&refund)));
        }
        groups.sort_unstable();
        deadlines.sort_unstable();
        due.sort_unstable();
        overdue.sort_unstable();
        index.groups = groups.into_iter().collect();
        index.deadlines = deadlines.into_iter().collect();
        index.due = due.into_iter().collect();
        index.overdue = overdue.into_iter().collect();
        index.gists = Gists::of(gists);
        Ok(index)
    }

    /// Takes a refund in that was opened or changed.
    pub(super) fn changed(&mut self, number: Number, before: Option<&Refund>, after: &Refund) {
        if before.is_none() {
            self.groups.extend(self.groups_of(number, after));
        }
        let from = before.map(|before| self.deadlines_of(number, before));
        let to = self.deadlines_of(number, after);
        moved(&mut self.deadlines, from.as_slice().as_flattened(), &to);
        let from = before.and_then(|before| due_of(number, before));
        moved(&mut self.due, from.as_slice(), due_of(number, after).as_slice());
        let from = before.and_then(|before| overdue_of(number, before));
        moved(&mut self.overdue, from.as_slice(), overdue_of(number, after).as_slice());
        let seller = self.seller(&after.seller_id);
        self.gists.changed(number, seller, before, after);
    }

    /// The refunds of a group, the latest opened first. Where hashes collide there are others among them.
    pub(super) fn group(&self, group: Group<'_>) -> impl DoubleEndedIterator<Item = Number> {
        let hash = self.hash(group);
        let range = self.groups.range((hash, Reverse(Number::MAX))..=(hash, Reverse(Number::MIN)));
        range.map(|(_, Reverse(number))| *number)
    }

    /// Whether it is certain that an order line has had no refund but that one.
    pub(super) fn is_alone(&self, own: Number, line: &LineKey) -> bool {
        self.group(line.into()).all(|number| number == own)
    }

    /// The places of a list of all refunds or of a seller's that come behind another, in order.
    pub(super) fn places(&self, sort: Sort, group: Group<'_>, after: Option<Place>, limit: usize) -> Vec<Place> {
        let hash = self.hash(group);
        let first = Place { rank: 0, number: Reverse(Number::MAX) };
        let last = Place { rank: u64::MAX, number: Reverse(Number::MIN) };
        let start = after.map_or(Bound::Included(first), Bound::Excluded);
        match sort {
            Sort::Deadline => {
                let range = (start.map(|place| (hash, place)), Bound::Included((hash, last)));
                self.deadlines.range(range).map(|(_, place)| *place).take(limit).collect()
            }
            Sort::OpenedAt => {
                let range = (start.map(|place| (hash, place.number)), Bound::Included((hash, last.number)));
                let numbers = self.groups.range(range).map(|(_, number)| *number);
                numbers.map(|number| Place { rank: 0, number }).take(limit).collect()
            }
        }
    }

    /// Refunds on which something is due by then, the earliest first.
    pub(super) fn due(&self, until: Timestamp) -> impl Iterator<Item = (Timestamp, Number)> {
        self.due.range(..=(until, Number::MAX)).copied()
    }

    pub(super) fn overdue(&self, kind: DeadlineKind) -> Overdue {
        let first = (kind, Timestamp::MIN, Number::MIN);
        let came = self.overdue.range(first..=(kind, Timestamp::MAX, Number::MAX)).map(|(_, at, _)| *at);
        Overdue { count: came.clone().count(), oldest: came.clone().next() }
    }

    fn groups_of(&self, number: Number, refund: &Refund) -> Vec<(Hash, Reverse<Number>)> {
        let metadata: Vec<_> = refund.references.metadata.entries().collect();
        let of_platform = refund.references.external_reference.iter().map(Group::Reference);
        let of_platform = of_platform.chain(metadata.iter().map(Group::Metadata));
        let groups = [
            Group::All,
            Group::Id(&refund.id),
            Group::Seller(&refund.seller_id),
            Group::Buyer(&refund.buyer_id),
            Group::Order(&refund.line.order_id),
            Group::Line(&refund.seller_id, &refund.line.order_id, &refund.line.line_id),
        ];
        groups.into_iter().chain(of_platform).map(|group| (self.hash(group), Reverse(number))).collect()
    }

    fn deadlines_of(&self, number: Number, refund: &Refund) -> [(Hash, Place); 2] {
        let place = Sort::Deadline.place(number, refund);
        [Group::All, Group::Seller(&refund.seller_id)].map(|group| (self.hash(group), place))
    }

    /// By what a seller's gists are known.
    pub(super) fn seller(&self, seller_id: &SellerId) -> SellerHash {
        self.hash(Group::Seller(seller_id))
    }

    fn hash(&self, group: Group<'_>) -> Hash {
        self.hasher.hash_one(group)
    }
}

/// Replaces what a refund had in a set by what it has now, where that differs.
fn moved<T: Ord + Copy>(set: &mut BTreeSet<T>, from: &[T], to: &[T]) {
    if from != to {
        for left in from {
            set.remove(left);
        }
        set.extend(to);
    }
}

fn overdue_of(number: Number, refund: &Refund) -> Option<(DeadlineKind, Timestamp, Number)> {
    refund.overdue().map(|deadline| (deadline.kind, deadline.at, number))
}

fn due_of(number: Number, refund: &Refund) -> Option<(Timestamp, Number)> {
    refund.next_due().map(|at| (at, number))
}
