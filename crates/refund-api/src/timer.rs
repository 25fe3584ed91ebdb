//! Deadlines settle by themselves (R3).

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Refused, Request, Store, Work};

use crate::app::App;

/// The longest wait. No deadline is set less than a minute ahead, so none is missed by it; but the
/// machine's clock may be set meanwhile, and a reminder may come sooner.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How long to wait after the store could not settle.
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Lets happen what is due, when it is due, until the server stops.
pub(crate) async fn run(app: Arc<App>) {
    let mut stopping = app.stopping();
    while !*stopping.borrow_and_update() {
        let wait = match settle(app.store()).await {
            Ok(next) => until(next, app.store().now()),
            Err(error) => {
                tracing::error!(error, "what is due could not be settled; trying again");
                WAIT_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopping.changed() => {}
        }
    }
}

/// Settles what is due by now; the next instant at which anything is.
pub(crate) async fn settle(store: &dyn Store) -> Result<Option<Timestamp>, String> {
    let next_due = || store.next_due().map_err(|error| error.to_string());
    let now = store.now();
    let next = next_due()?;
    if next.is_none_or(|at| at > now) {
        return Ok(next);
    }
    loop {
        match store.submit(Request::new(Work::SettleDue)).await {
            // One step settles so much and no more, so that others get their turn between.
            Err(Refused::MoreIsDue { .. }) => {}
            Ok(_) => break,
            Err(refused) => return Err(format!("{refused:?}")),
        }
    }
    match next_due()? {
        Some(at) if at <= now => Err(format!("something stays due at {at}")),
        next => Ok(next),
    }
}

fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let millis = next.map_or(i64::MAX, |at| at.as_millis().saturating_sub(now.as_millis()));
    Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use refund_core::{
        Actor, Address, AddressBook, BuyerId, Category, Currency, LineId, Money, Opening, OrderId, OrderLine,
        PolicyOverrides, Reason, RefundId, RefundType, Role, SellerId, StatusKind, Via,
    };
    use refund_store::{Clock, MemoryStore, Seller, Surroundings};
    use tokio::time::Instant;

    use super::*;
    use crate::limits::Limits;

    const SECONDS_36_HOURS: u64 = 36 * 3600;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    fn opening() -> Opening {
        let paid = Money::new(2000, Currency::from_code("CNY").unwrap()).unwrap();
        let (order_id, line_id): (OrderId, LineId) = (id("o-1"), id("1"));
        let line = OrderLine {
            order_id,
            line_id,
            title: id("bin"),
            category: Category::General,
            paid,
            shipped: true,
            freight_insurance: false,
        };
        let reason: Reason = id("a dent");
        Opening {
            refund_id: id("rfd_1"),
            seller_id: id("s-1"),
            buyer_id: id("b-1"),
            line,
            request: refund_core::Request { kind: RefundType::RefundOnly, amount: paid, reason },
        }
    }

    fn seller() -> Seller {
        let address = Address { id: id("main"), recipient: id("desk"), phone: id("1"), address: id("1 Canal Road") };
        let addresses = AddressBook::new(vec![(address, true)]).unwrap();
        Seller { name: id("one"), addresses, policy: PolicyOverrides::default() }
    }

    /// Time here is tokio's own, which moves on by itself whenever every task waits.
    #[tokio::test(start_paused = true)]
    async fn a_deadline_settles_by_itself_at_its_instant() {
        let started = Instant::now();
        let epoch: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let millis = move || i64::try_from(started.elapsed().as_millis()).unwrap();
        let clock = Clock::Running(Arc::new(move || Timestamp::from_millis(epoch.as_millis() + millis()).unwrap()));
        let surroundings = Surroundings { clock, entropy: Arc::new(|_| {}), hold_settling: false };
        let store = Arc::new(MemoryStore::new(surroundings));
        let app = Arc::new(App::new(store, &[0; 32], String::new(), false, Limits::without_rates()));
        let timer = tokio::spawn(run(app.clone()));

        let by = Actor::new(Role::Operator, "op", Via::User("op".to_owned()));
        let (seller_id, buyer_id): (SellerId, BuyerId) = (id("s-1"), id("b-1"));
        let work = Work::PutSeller { seller_id, seller: Box::new(seller()), actor: by };
        app.submit(Request::new(work)).await.unwrap();
        let actor = Actor::new(Role::Buyer, buyer_id.as_str(), Via::Link);
        app.submit(Request::new(Work::Open { opening: Box::new(opening()), actor })).await.unwrap();

        let refund_id: RefundId = id("rfd_1");
        tokio::time::sleep(Duration::from_secs(SECONDS_36_HOURS - 1)).await;
        assert_eq!(app.store().refund(&refund_id).unwrap().unwrap().status.kind(), StatusKind::WaitSellerAgree);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(app.store().refund(&refund_id).unwrap().unwrap().status.kind(), StatusKind::Success);

        app.stop();
        timer.await.unwrap();
    }
}
