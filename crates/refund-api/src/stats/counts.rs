//! Counting one event after the other.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use refund_core::{Event, Fact, Money, RefundId, Role, SellerId, StatusKind, Timestamp, status_after};
use serde::{Deserialize, Serialize};

use super::day::Numbers;

/// The day of an instant, in UTC.
pub(crate) fn day_of(at: Timestamp) -> NaiveDate {
    DateTime::from_timestamp_millis(at.as_millis()).map_or(NaiveDate::MAX, |date| date.date_naive())
}

pub(super) type Days = BTreeMap<NaiveDate, Numbers>;

/// What has been counted: of each seller and of all together, day by day. Days without anything
/// take no room.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) all: Days,
    pub(super) by_seller: BTreeMap<SellerId, Days>,
    /// Refunds that are in progress, with what later events of theirs don't say again.
    pub(super) in_progress: BTreeMap<RefundId, InProgress>,
    /// How many of them stand where.
    by_status: ByStatus,
}

pub(crate) type ByStatus = BTreeMap<StatusKind, usize>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InProgress {
    seller_id: SellerId,
    requested: Money,
    offer: Option<Offer>,
    status: StatusKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Offer {
    made_at: Timestamp,
    asked: Money,
    offered: Money,
}

impl Counts {
    /// What had been counted before.
    pub(super) fn of(all: Days, by_seller: BTreeMap<SellerId, Days>, going: BTreeMap<RefundId, InProgress>) -> Self {
        let mut counts = Self { all, by_seller, in_progress: going, by_status: ByStatus::new() };
        for refund in counts.in_progress.values() {
            one_more(&mut counts.by_status, refund.status);
        }
        counts
    }

    /// How many refunds in progress stand where.
    pub(super) fn by_status(&self) -> &ByStatus {
        &self.by_status
    }

    /// What was counted from one day to another, both included; each day that has something.
    pub(super) fn between(&self, seller_id: Option<&SellerId>, from: NaiveDate, to: NaiveDate) -> Days {
        let days = seller_id.map_or(Some(&self.all), |id| self.by_seller.get(id));
        let days = days.into_iter().flat_map(|days| days.range(from..=to));
        days.map(|(day, numbers)| (*day, numbers.clone())).collect()
    }

    /// The same of each seller that has something, all days together.
    pub(super) fn of_each_seller(&self, from: NaiveDate, to: NaiveDate) -> Vec<(SellerId, Numbers)> {
        let mut all = Vec::new();
        for (id, days) in &self.by_seller {
            let mut days = days.range(from..=to).map(|(_, numbers)| numbers);
            let Some(first) = days.next() else { continue };
            let mut sum = first.clone();
            days.for_each(|numbers| sum.add(numbers));
            all.push((id.clone(), sum));
        }
        all
    }

    /// Counts an event, on the day on which it happened.
    pub(super) fn count(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::Opened { opening, .. } => self.begin(&event.refund_id, &opening.seller_id, opening.request.amount),
            Fact::Modified { request, .. } => {
                if let Some(refund) = self.in_progress.get_mut(&event.refund_id) {
                    refund.requested = request.amount;
                }
            }
            Fact::OfferMade { negotiation } => self.offered(event, negotiation.offer.terms.amount()),
            Fact::OfferAccepted => self.ended(event, |day, offer| {
                day.offers_accepted = day.offers_accepted.saturating_add(1);
                day.kept(offer.asked, offer.offered);
                day.answered_after(seconds_between(offer.made_at, at));
            }),
            Fact::OfferRejected => self.ended(event, |day, offer| {
                day.offers_rejected = day.offers_rejected.saturating_add(1);
                day.answered_after(seconds_between(offer.made_at, at));
            }),
            Fact::OfferExpired => {
                self.ended(event, |day, _| day.offers_expired = day.offers_expired.saturating_add(1));
            }
            Fact::OfferWithdrawn { .. } => {
                self.ended(event, |day, _| day.offers_withdrawn = day.offers_withdrawn.saturating_add(1));
            }
            Fact::Ruled { agreed, .. } => self.on_day(event, |day| {
                let ruled = if agreed.is_some() { &mut day.ruled_paid } else { &mut day.ruled_closed };
                *ruled = ruled.saturating_add(1);
            }),
            Fact::Agreed { .. } | Fact::ReceiptConfirmed => self.silence(event),
            Fact::Closed { .. } => {
                self.silence(event);
                self.end(&event.refund_id);
            }
            Fact::Succeeded { .. } => self.end(&event.refund_id),
            Fact::Refused { .. }
            | Fact::ReturnShipped { .. }
            | Fact::TrackingCorrected { .. }
            | Fact::ReturnWaived
            | Fact::ReceiptRefused { .. }
            | Fact::Escalated { .. }
            | Fact::PayoutStarted { .. }
            | Fact::PayoutFailed { .. }
            | Fact::PayoutReversed { .. }
            | Fact::PaidTwice { .. }
            | Fact::Overdue { .. }
            | Fact::LineShipped
            | Fact::DeadlineExtended { .. }
            | Fact::NoticeRequested { .. }
            | Fact::NoticeAccepted { .. }
            | Fact::NoticeFailed { .. }
            | Fact::EvidenceAdded { .. }
            | Fact::EvidenceErased { .. }
            | Fact::Erased { .. }
            | Fact::Reminded { .. }
            | Fact::MessagePosted { .. } => {}
        }
        self.stands(event);
        if let Some((purpose, code)) = event.fact.chosen_reason() {
            self.on_day(event, |day| day.given(purpose, code, 1));
        }
    }

    fn begin(&mut self, refund_id: &RefundId, seller_id: &SellerId, requested: Money) {
        let status = StatusKind::WaitSellerAgree;
        let refund = InProgress { seller_id: seller_id.clone(), requested, offer: None, status };
        if self.in_progress.insert(refund_id.clone(), refund).is_none() {
            one_more(&mut self.by_status, status);
        }
    }

    fn end(&mut self, refund_id: &RefundId) {
        if let Some(refund) = self.in_progress.remove(refund_id) {
            one_less(&mut self.by_status, refund.status);
        }
    }

    /// Where the refund stands behind that event.
    fn stands(&mut self, event: &Event) {
        let Some(refund) = self.in_progress.get_mut(&event.refund_id) else { return };
        let before = refund.status;
        refund.status = status_after(before, &event.fact);
        one_less(&mut self.by_status, before);
        one_more(&mut self.by_status, refund.status);
    }

    fn offered(&mut self, event: &Event, offered: Money) {
        let Some(refund) = self.in_progress.get_mut(&event.refund_id) else { return };
        let asked = refund.requested;
        refund.offer = Some(Offer { made_at: event.at, asked, offered });
        self.on_day(event, |day| {
            day.offers_made = day.offers_made.saturating_add(1);
            day.asked(asked);
        });
    }

    /// The offer was answered, or something else ended it.
    fn ended(&mut self, event: &Event, count: impl Fn(&mut Numbers, Offer)) {
        let offer = self.in_progress.get_mut(&event.refund_id).and_then(|refund| refund.offer.take());
        if let Some(offer) = offer {
            self.on_day(event, |day| count(day, offer));
        }
    }

    /// Something was decided; counted where nobody did it.
    fn silence(&mut self, event: &Event) {
        if event.actor.role == Role::System {
            self.on_day(event, |day| day.decided_by_silence = day.decided_by_silence.saturating_add(1));
        }
    }

    fn on_day(&mut self, event: &Event, count: impl Fn(&mut Numbers)) {
        let Some(refund) = self.in_progress.get(&event.refund_id) else { return };
        let day = day_of(event.at);
        count(self.all.entry(day).or_default());
        let days = match self.by_seller.get_mut(&refund.seller_id) {
            Some(days) => days,
            None => self.by_seller.entry(refund.seller_id.clone()).or_default(),
        };
        count(days.entry(day).or_default());
    }
}

fn one_more(by_status: &mut ByStatus, status: StatusKind) {
    let count = by_status.entry(status).or_default();
    *count = count.saturating_add(1);
}

fn one_less(by_status: &mut ByStatus, status: StatusKind) {
    let count = by_status.entry(status).or_default();
    *count = count.saturating_sub(1);
}

fn seconds_between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millis().saturating_sub(from.as_millis()) / 1000).unwrap_or(0)
}
