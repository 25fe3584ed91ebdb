//! What is mailed while nothing can be written into the delivery book.

use std::sync::atomic::{AtomicBool, Ordering};

use refund_core::Timestamp;
use refund_store::{
    Again, Backlog, Claimed, Delivery, Due, EventPosition, Forget, Intake, Noted, Queued, Soon, StoreError, Tried,
};

use tokio::sync::watch;

use super::*;

/// A book into which no attempt can be written while its disk is full.
#[derive(Default)]
struct OnADisk {
    book: MemoryDeliveries,
    is_full: AtomicBool,
    /// How often one was to be written all the same.
    in_vain: watch::Sender<usize>,
}

impl Deliveries for OnADisk {
    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted> {
        if self.is_full.load(Ordering::SeqCst) {
            self.in_vain.send_modify(|count| *count += 1);
            return Box::pin(async { Err(StoreError::Unreadable("no space is left".to_owned())) });
        }
        self.book.tried(claimed, tried)
    }

    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>> {
        self.book.due(endpoint_ids, limit)
    }

    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>> {
        self.book.claim(endpoint_id, queued)
    }

    fn read_to(&self) -> Soon<'_, Option<EventPosition>> {
        self.book.read_to()
    }

    fn take_in(&self, intake: Intake) -> Soon<'_, bool> {
        self.book.take_in(intake)
    }

    fn send_again<'a>(&'a self, id: &'a str, chosen: &'a Chosen, limit: usize, now: Timestamp) -> Soon<'a, Again> {
        self.book.send_again(id, chosen, limit, now)
    }

    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()> {
        self.book.send(endpoint_id, deliveries, now)
    }

    fn list<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Soon<'a, Vec<Delivery>> {
        self.book.list(endpoint_id, chosen, before, limit)
    }

    fn backlog<'a>(&'a self, endpoint_ids: &'a [&'a str]) -> Soon<'a, Backlog> {
        self.book.backlog(endpoint_ids)
    }

    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>> {
        self.book.waiting(beginning)
    }

    fn endpoints(&self) -> Soon<'_, Vec<String>> {
        self.book.endpoints()
    }

    fn forget(&self, what: Forget) -> Soon<'_, ()> {
        self.book.forget(what)
    }

    fn close(&self) -> Soon<'_, ()> {
        self.book.close()
    }
}

#[tokio::test]
async fn a_mail_that_cannot_be_written_down_is_sent_once_and_nothing_else_until_it_is() {
    let machine = Machine::start();
    let app = trial::with_a_seller(&machine).await;
    trial::open_for_mail(&app, Policy { notices: true, ..Policy::default() }, "en").await;
    let book = Arc::new(OnADisk::default());
    let scripted = Scripted::with(|_, line| well(line)).await;
    let mut mailing = Mailing::on(book.clone(), app, machine, scripted);
    book.is_full.store(true, Ordering::SeqCst);
    mailing.message("first").await;
    mailing.hours_later(1).await;
    mailing.scripted.mail().await;
    let mut in_vain = book.in_vain.subscribe();
    in_vain.wait_for(|count| *count >= 1).await.unwrap();
    mailing.message("second").await;
    mailing.hours_later(1).await;
    mailing.taken_in().await;
    in_vain.wait_for(|count| *count >= 3).await.unwrap();
    assert!(mailing.webhooks.book_fails());
    assert!(mailing.scripted.words().iter().all(|word| word != "DATA"), "it was mailed again, or another was");
    book.is_full.store(false, Ordering::SeqCst);
    let (_, second) = mailing.scripted.mail().await;
    let reported = mailing.reported(2).await;
    assert!(second.contains(&format!("ntc_rfd_1-{}@", reported[1].0)), "{second}");
    assert!(!mailing.webhooks.book_fails());
    assert!(mailing.scripted.words().iter().all(|word| word != "DATA"));
}
