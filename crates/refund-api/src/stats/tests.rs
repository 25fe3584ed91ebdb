//! What is counted once more after a start, and what is not.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use refund_core::{Actor, BuyerId, Command, Currency, MakeOffer, Money, NamedFiles, RefundType, Role, Via};
use refund_store::{MemoryStore, Request, Store, Work};

use super::*;
use crate::app::App;
use crate::trial::{self, Machine, id};

/// Lets a server count on a store, stops it, and says what it had counted.
async fn counted(store: &Arc<MemoryStore>) -> BTreeMap<NaiveDate, Numbers> {
    let app = trial::on_as_it_is(store.clone());
    let task = tokio::spawn(run(app.engine.clone(), app.stats.clone()));
    app.stats.up_to(app.engine.store().feed_end()).await.unwrap();
    let days = app.stats.between(None, NaiveDate::MIN, NaiveDate::MAX);
    app.engine.stop();
    task.await.unwrap();
    days
}

/// How many offers were made and accepted.
fn offers(days: &BTreeMap<NaiveDate, Numbers>) -> (u64, u64) {
    days.values().fold((0, 0), |(made, accepted), day| (made + day.offers_made, accepted + day.offers_accepted))
}

async fn offer(app: &App, number: u32) {
    trial::open_nth(app, number).await;
    let amount = Money::new(200, Currency::from_code("CNY").unwrap()).unwrap();
    let command = Command::MakeOffer(MakeOffer {
        negotiation_id: id(&format!("neg_{number}")),
        kind: RefundType::RefundOnly,
        amount,
        return_address_id: None,
        message: None,
        agreed_offline: false,
        files: NamedFiles::default(),
    });
    let seller = Actor::new(Role::Seller, "s-1", Via::Key("key_1".to_owned()));
    submit(app, seller, number, command).await;
}

async fn accept(app: &App, number: u32) {
    let buyer = Actor::new(Role::Buyer, id::<BuyerId>("b-1").as_str(), Via::Link);
    submit(app, buyer, number, Command::AcceptOffer { negotiation_id: id(&format!("neg_{number}")) }).await;
}

async fn submit(app: &App, actor: Actor, number: u32, command: Command) {
    let work = Work::Command { refund_id: id(&format!("rfd_{number}")), command };
    app.engine.submit(Request::new(actor, work)).await.unwrap();
}

/// A store with two offers, one of which was accepted.
async fn lived_in() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new(Machine::start().surroundings()));
    let app = trial::on_as_it_is(store.clone());
    trial::set_up_a_seller(&app).await;
    offer(&app, 1).await;
    offer(&app, 2).await;
    accept(&app, 1).await;
    store
}

async fn kept(store: &MemoryStore) -> Vec<u8> {
    store.kept(Aside::Statistics).await.unwrap().unwrap()
}

/// The same checkpoint with a hundred offers more on each day, by which it is seen whether it was gone on from.
fn told_apart(bytes: &[u8], at: impl Fn(EventPosition) -> EventPosition) -> Vec<u8> {
    let (mut counts, reached) = checkpoint::read(bytes).unwrap();
    counts.all.values_mut().for_each(|day| day.offers_made += 100);
    checkpoint::written(&counts, at(reached)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_start_goes_on_from_where_the_last_one_had_counted_to() {
    let store = lived_in().await;
    assert_eq!(offers(&counted(&store).await), (2, 1));
    store.keep(Aside::Statistics, told_apart(&kept(&store).await, |at| at)).await.unwrap();
    assert_eq!(offers(&counted(&store).await), (102, 1));
    let app = trial::on_as_it_is(store.clone());
    offer(&app, 3).await;
    // The offer itself was told before.
    accept(&app, 2).await;
    assert_eq!(offers(&counted(&store).await), (103, 2));
    assert_eq!(offers(&counted(&store).await), (103, 2), "and nothing is counted twice");
}

#[tokio::test(start_paused = true)]
async fn what_is_torn_or_of_another_format_or_history_is_as_good_as_none() {
    let store = lived_in().await;
    let right = counted(&store).await;
    let good = told_apart(&kept(&store).await, |at| at);
    let mut wrong = vec![Vec::new(), b"strange".to_vec(), [&good[..], b"more"].concat()];
    wrong.extend((0..good.len()).step_by(11).map(|length| good[..length].to_vec()));
    wrong.extend((0..good.len()).step_by(7).map(|at| {
        let mut flipped = good.clone();
        flipped[at] ^= 1;
        flipped
    }));
    let elsewhere: [fn(EventPosition) -> EventPosition; 3] = [
        |at| EventPosition { epoch: at.epoch ^ 1, ..at },
        |at| EventPosition { record: at.record + 1, ..at },
        |at| EventPosition { record: u64::MAX, ..at },
    ];
    wrong.extend(elsewhere.map(|place| told_apart(&good, place)));
    for bytes in wrong {
        store.keep(Aside::Statistics, bytes.clone()).await.unwrap();
        assert_eq!(counted(&store).await, right, "{bytes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_written_so_and_whoever_writes_it_otherwise_raises_the_format() {
    let store = lived_in().await;
    counted(&store).await;
    insta::assert_snapshot!(BASE64.encode(&kept(&store).await));
}
