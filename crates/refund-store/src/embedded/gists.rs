//! What refunds are looked for by, in memory: the gist of each, in order of piles and sellers.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Bound;

use refund_core::Refund;

use crate::model::search::{Finding, Gist};
use crate::{Number, Pile};

/// A seller, as the index knows it.
pub(super) type SellerHash = u64;

/// How many are looked at while nothing can change them.
const AT_ONCE: usize = 1024;

/// Where the gist of a refund stands: on its pile, among those of its seller, the latest opened first.
pub(super) type GistPlace = (Pile, SellerHash, Reverse<Number>);

/// The gists of all refunds.
#[derive(Default)]
pub(super) struct Gists(BTreeMap<GistPlace, Gist>);

impl Gists {
    pub(super) fn of(gists: Vec<(GistPlace, Gist)>) -> Self {
        Self(gists.into_iter().collect())
    }

    /// Takes a refund in that was opened or changed. Its words are made anew only where others may have come.
    pub(super) fn changed(&mut self, number: Number, seller: SellerHash, before: Option<&Refund>, after: &Refund) {
        let place = |refund: &Refund| (Pile::of(refund), seller, Reverse(number));
        let known = before.and_then(|before| {
            let gist = self.0.remove(&place(before))?;
            (before.shipment == after.shipment).then_some(gist.words)
        });
        let gist = known.map_or_else(|| Gist::of(after), |words| Gist::with(after, words));
        self.0.insert(place(after), gist);
    }

    /// Looks at some on a pile behind a place, of that seller or of all; the place of the last where there may be more.
    pub(super) fn look(
        &self,
        (pile, seller): (Pile, Option<SellerHash>),
        after: Option<GistPlace>,
        finding: &mut Finding<'_>,
    ) -> Option<GistPlace> {
        let first = (pile, seller.unwrap_or(SellerHash::MIN), Reverse(Number::MAX));
        let last = (pile, seller.unwrap_or(SellerHash::MAX), Reverse(Number::MIN));
        let start = after.map_or(Bound::Included(first), Bound::Excluded);
        let mut looked_at = None;
        for (number, (place, gist)) in self.0.range((start, Bound::Included(last))).take(AT_ONCE).enumerate() {
            finding.look(place.2.0, pile, gist);
            looked_at = Some(*place).filter(|_| number.saturating_add(1) == AT_ONCE);
        }
        looked_at
    }
}
