//! The book as a model: what each method means, in sorted maps.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use refund_core::Timestamp;

use super::{
    Again, Backlog, Chosen, Claimed, Deliveries, Delivery, Due, Forget, Intake, LeftAlone, Noted, Queued, Tried, is_old,
};
use crate::soon::at_once;
use crate::{EventPosition, Soon};

/// A book in memory: the executable specification of [`Deliveries`].
#[derive(Debug, Default)]
pub struct MemoryDeliveries(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    read_to: Option<EventPosition>,
    endpoints: BTreeMap<String, Endpoint>,
}

#[derive(Debug, Default)]
struct Endpoint {
    deliveries: BTreeMap<EventPosition, Delivery>,
    failing_since: Option<Timestamp>,
    left_alone: Option<LeftAlone>,
}

impl MemoryDeliveries {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn take_in(&mut self, Intake { from, to, deliveries }: Intake) -> bool {
        if self.read_to != from {
            return false;
        }
        self.read_to = Some(to);
        for (endpoint_id, delivery) in deliveries {
            self.endpoints.entry(endpoint_id).or_default().deliveries.insert(delivery.event, delivery);
        }
        true
    }

    fn due(&self, endpoint_id: &str, limit: usize) -> Due {
        let Some(endpoint) = self.endpoints.get(endpoint_id) else { return Due::default() };
        let mut queue: Vec<_> = endpoint.deliveries.values().filter_map(queued).collect();
        queue.sort();
        queue.truncate(limit);
        Due { queue, failing_since: endpoint.failing_since, left_alone: endpoint.left_alone }
    }

    fn claim(&self, endpoint_id: &str, as_queued: Queued) -> Option<Claimed> {
        let delivery = self.endpoints.get(endpoint_id)?.deliveries.get(&as_queued.event)?;
        let is_so = queued(delivery) == Some(as_queued);
        is_so.then(|| Claimed { endpoint_id: endpoint_id.to_owned(), delivery: delivery.clone() })
    }

    fn tried(&mut self, claimed: Claimed, Tried { attempt, next_at, leave_alone_until }: Tried) -> Noted {
        let Some(endpoint) = self.endpoints.get_mut(&claimed.endpoint_id) else { return Noted::Gone };
        let Some(delivery) = endpoint.deliveries.get_mut(&claimed.delivery.event) else { return Noted::Gone };
        let at = attempt.at;
        if let Some(until) = leave_alone_until {
            endpoint.left_alone = Some(LeftAlone { since: at, until });
        }
        let failed = !attempt.has_succeeded();
        endpoint.failing_since = failed.then(|| endpoint.failing_since.unwrap_or(at));
        *delivery = delivery.clone().after(&claimed.delivery, attempt, next_at);
        Noted::Written { delivery: delivery.clone(), failing_since: endpoint.failing_since }
    }

    fn send_again(&mut self, endpoint_id: &str, chosen: &Chosen, limit: usize, now: Timestamp) -> Again {
        let Some(endpoint) = self.endpoints.get_mut(endpoint_id) else { return Again::default() };
        let mut again = Again::default();
        for delivery in endpoint.deliveries.values_mut().filter(|delivery| chosen.has(delivery)) {
            if again.count >= limit {
                return Again { next_from: Some(delivery.recorded_at()), ..again };
            }
            *delivery = delivery.clone().again(now);
            again.count = again.count.saturating_add(1);
        }
        again
    }

    fn send(&mut self, endpoint_id: &str, deliveries: Vec<Delivery>, now: Timestamp) {
        let known = &mut self.endpoints.entry(endpoint_id.to_owned()).or_default().deliveries;
        for delivery in deliveries {
            let delivery = known.remove(&delivery.event).unwrap_or(delivery);
            known.insert(delivery.event, delivery.again(now));
        }
    }

    fn list(&self, endpoint_id: &str, before: Option<EventPosition>) -> impl Iterator<Item = &Delivery> {
        let deliveries = self.endpoints.get(endpoint_id).into_iter().flat_map(|endpoint| endpoint.deliveries.values());
        deliveries.rev().filter(move |delivery| before.is_none_or(|before| delivery.event < before))
    }

    fn backlog(&self, endpoint_ids: &[&str]) -> Backlog {
        let waiting = endpoint_ids.iter().flat_map(|id| self.list(id, None)).filter(|delivery| !delivery.is_over());
        waiting.fold(Backlog::default(), |backlog, delivery| backlog.and(delivery.asked_at))
    }

    fn waiting(&self, beginning: &str) -> Vec<String> {
        let named = self.endpoints.iter().filter(|(id, _)| id.starts_with(beginning));
        let waiting = named.filter(|(_, endpoint)| endpoint.deliveries.values().any(|delivery| !delivery.is_over()));
        waiting.map(|(id, _)| id.clone()).collect()
    }

    fn forget(&mut self, what: Forget) {
        match what {
            Forget::Old { now } => {
                for endpoint in self.endpoints.values_mut() {
                    let latest_first = endpoint.deliveries.values().rev().enumerate();
                    let old = latest_first.filter(|(place, delivery)| is_old(*place, delivery, now));
                    for event in old.map(|(_, delivery)| delivery.event).collect::<Vec<_>>() {
                        endpoint.deliveries.remove(&event);
                    }
                }
            }
            Forget::Endpoints(ids) => self.endpoints.retain(|id, _| !ids.contains(id)),
            Forget::Everything => *self = Self::default(),
        }
    }
}

fn queued(delivery: &Delivery) -> Option<Queued> {
    delivery.next_at.map(|at| Queued { at, event: delivery.event })
}

impl Deliveries for MemoryDeliveries {
    fn read_to(&self) -> Soon<'_, Option<EventPosition>> {
        at_once(Ok(self.book().read_to))
    }

    fn take_in(&self, intake: Intake) -> Soon<'_, bool> {
        at_once(Ok(self.book().take_in(intake)))
    }

    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>> {
        let book = self.book();
        at_once(Ok(endpoint_ids.iter().map(|id| book.due(id, limit)).collect()))
    }

    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>> {
        at_once(Ok(self.book().claim(endpoint_id, queued)))
    }

    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted> {
        at_once(Ok(self.book().tried(claimed, tried)))
    }

    fn send_again<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        limit: usize,
        at: Timestamp,
    ) -> Soon<'a, Again> {
        at_once(Ok(self.book().send_again(endpoint_id, chosen, limit, at)))
    }

    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()> {
        self.book().send(endpoint_id, deliveries, now);
        at_once(Ok(()))
    }

    fn list<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Soon<'a, Vec<Delivery>> {
        let book = self.book();
        let found = book.list(endpoint_id, before).filter(|delivery| chosen.has(delivery));
        at_once(Ok(found.take(limit).cloned().collect()))
    }

    fn backlog<'a>(&'a self, endpoint_ids: &'a [&'a str]) -> Soon<'a, Backlog> {
        at_once(Ok(self.book().backlog(endpoint_ids)))
    }

    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>> {
        at_once(Ok(self.book().waiting(beginning)))
    }

    fn endpoints(&self) -> Soon<'_, Vec<String>> {
        at_once(Ok(self.book().endpoints.keys().cloned().collect()))
    }

    fn forget(&self, what: Forget) -> Soon<'_, ()> {
        self.book().forget(what);
        at_once(Ok(()))
    }

    fn close(&self) -> Soon<'_, ()> {
        at_once(Ok(()))
    }
}
