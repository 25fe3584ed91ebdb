//! Several servers on one database.

use std::collections::BTreeSet;
use std::time::Duration;

use refund_store::{PostgresAddress, PostgresStore, migrate};
use refund_test_postgres::{Server, Version};

use super::*;
use crate::webhooks::sender;

fn postgres() -> &'static Server {
    Server::shared(Version::Debian).unwrap()
}

/// Two servers on a new database, with the seller, and where that is.
async fn two() -> ([Sending; 2], String) {
    let url = postgres().database().unwrap();
    let address = PostgresAddress::parse(&url, None).unwrap();
    migrate(&address, false).await.unwrap();
    let machine = Machine::start();
    let servers = [(); 2].map(|()| {
        let store = Arc::new(PostgresStore::open(&address, None, machine.surroundings()).unwrap());
        let book = Arc::new(store.deliveries());
        Sending::on(book, trial::on_as_it_is(store), machine.clone())
    });
    trial::set_up_a_seller(&servers[0].app).await;
    (servers, url)
}

/// Makes four endpoints, through one server and the other.
async fn make_four(servers: &[Sending; 2], url: &str) {
    for (number, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
        make(&servers[number % 2].app, endpoint(name, url)).await;
    }
}

async fn different(sent: &mut UnboundedReceiver<Sent>, many: usize) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for _ in 0..many {
        let id = message_id(&sent.recv().await.unwrap()).to_owned();
        assert!(ids.insert(id.clone()), "{id} came twice");
    }
    ids
}

#[tokio::test]
async fn what_happens_on_any_server_is_sent_once_to_endpoints_that_were_made_on_any() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let (servers, _) = two().await;
    make_four(&servers, &url).await;
    for number in 1..=6 {
        trial::open_nth(&servers[usize::try_from(number).unwrap() % 2].app, number).await;
    }
    different(&mut sent, 24).await;
    let [one, other] = servers;
    one.delivered("whk_a").await;
    let (book, _app) = (other.webhooks.book.clone(), other.app.clone());
    other.delivered("whk_a").await;
    assert!(sent.try_recv().is_err(), "something was sent twice");
    for name in ["a", "b", "c", "d"] {
        let delivered = book.list(&format!("whk_{name}"), &Chosen::default(), None, 9).await.unwrap();
        let attempts: Vec<_> = delivered.iter().map(|delivery| delivery.attempts.len()).collect();
        assert_eq!(attempts, [1; 6], "{name}");
    }
}

#[tokio::test]
async fn what_a_killed_server_would_have_sent_the_other_sends_once_its_leases_end() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let (servers, database) = two().await;
    make_four(&servers, &url).await;
    trial::open(&servers[0].app).await;
    let before = different(&mut sent, 4).await;
    let [killed, other] = servers;
    killed.ended().await;
    postgres().psql(&database, "UPDATE endpoints SET until = now()").unwrap();
    trial::open_nth(&other.app, 2).await;
    let told = |sent: &Sent| message_id(sent).to_owned();
    let mut after = BTreeSet::new();
    while after.len() < 4 {
        let id = told(&sent.recv().await.unwrap());
        if !before.contains(&id) {
            after.insert(id);
        }
    }
    other.delivered("whk_a").await;
}

#[tokio::test]
async fn an_endpoint_that_was_just_made_through_another_server_is_not_forgotten() {
    let (servers, _) = two().await;
    let [one, other] = &servers;
    for number in 1..=9 {
        let made = endpoint(&number.to_string(), "http://127.0.0.1:9/");
        let off = Disabled { at: Timestamp::MIN, because: DisabledBecause::Asked };
        make(&other.app, Stored { disabled: Some(off), ..made }).await;
        trial::open_nth(&other.app, number).await;
        let told = other.app.engine.store().feed(None, 99).await.unwrap().events.pop().unwrap();
        let (id, now) = (format!("whk_{number}"), other.app.engine.store().now());
        other.webhooks.deliver(&id, [Told::clone(&told)], &Chosen::default(), now).await.unwrap();
        sender::forget(&one.app.engine, &one.webhooks, now).await.unwrap();
        assert_eq!(one.webhooks.book.list(&id, &Chosen::default(), None, 9).await.unwrap().len(), 1, "{id}");
    }
}

#[tokio::test]
async fn whoever_listens_at_any_server_is_told_of_each_attempt_once_within_a_second() {
    let (url, mut sent) = receiver(vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::OK]).await;
    let (servers, _) = two().await;
    make(&servers[0].app, endpoint("a", &url)).await;
    let now = || servers[0].app.engine.store().now();
    let mut listening = servers.each_ref().map(|server| server.webhooks.listen("whk_a", now()));
    // How often what was told of next had been tried, told to both.
    let mut told = async |sent: &mut UnboundedReceiver<Sent>| {
        sent.recv().await.unwrap();
        let mut tries = Vec::new();
        for listening in &mut listening {
            let delivery = tokio::time::timeout(Duration::from_secs(2), listening.next()).await.unwrap().unwrap();
            tries.push((delivery.attempts.len(), delivery.state, delivery.sequence));
        }
        assert_eq!(tries[0], tries[1]);
        tries[0]
    };
    trial::open(&servers[1].app).await;
    assert_eq!(told(&mut sent).await, (1, DeliveryState::Pending, 1));
    servers.iter().for_each(|server| server.hours_later(1));
    assert_eq!(told(&mut sent).await, (2, DeliveryState::Succeeded, 1));
    for attempts in 3..6 {
        // The one that has the endpoint, and the one that has not.
        let server = &servers[attempts % 2];
        server.webhooks.deliver_again("whk_a", &Chosen::default(), now()).await.unwrap();
        assert_eq!(told(&mut sent).await, (attempts, DeliveryState::Succeeded, 1));
    }
    for number in 2..=5 {
        trial::open_nth(&servers[1].app, number).await;
        assert_eq!(told(&mut sent).await, (1, DeliveryState::Succeeded, 1));
    }
    // Nothing was told twice, or it would have been told before one of those.
    drop(listening);
    assert!(servers.iter().all(|server| server.webhooks.listeners.listened().borrow().is_empty()));
    let [one, other] = servers;
    one.delivered("whk_a").await;
    other.delivered("whk_a").await;
}
