use std::net::SocketAddr;
use std::sync::Arc;

use refund_api::{Config, start};
use refund_bench::calls::{Commands, Connection, Readable, Talk, keys};
use serde_json::Value;

use super::*;

/// What is another one each time, and what the least server leaves out, is taken away.
fn comparable(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(comparable),
        Value::Object(fields) => {
            let is_own =
                |name: &str| ["id", "key", "attempt_key", "at", "next_cursor"].contains(&name) || name.ends_with("_at");
            fields.retain(|name, _| name != "actions" && name != "buyer_link");
            for (name, value) in fields.iter_mut() {
                if is_own(name) && value.is_string() { *value = "some".into() } else { comparable(value) }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn shown(body: &[u8]) -> Value {
    let mut value = serde_json::from_slice(body).unwrap();
    comparable(&mut value);
    value
}

#[tokio::test]
async fn the_least_server_answers_as_the_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = start(Config::new(folder.path().join("data"), anywhere)).await.unwrap();
    let operator = std::fs::read_to_string(folder.path().join("data/operator.key")).unwrap();
    let mut own = Connection::to(running.address).await.unwrap();
    let keys = Arc::new(keys(&mut own, operator.trim(), 3).await.unwrap());
    std::fs::write(folder.path().join(KEYS), serde_json::to_vec(&*keys).unwrap()).unwrap();
    let listener = tokio::net::TcpListener::bind(anywhere).await.unwrap();
    let mut least = Connection::to(listener.local_addr().unwrap()).await.unwrap();
    let serving = tokio::spawn(axum::serve(listener, router(folder.path()).unwrap()).into_future());

    let [mut own_talk, mut least_talk] = [(); 2].map(|()| Commands::new(Arc::clone(&keys), "same".to_owned()));
    for number in 0..200 {
        let answer = own.ask(&own_talk.next()).await.unwrap();
        own_talk.heard(answer);
        let least_answer = least.ask(&least_talk.next()).await.unwrap();
        least_talk.heard(least_answer);
        assert_eq!(shown(least_answer), shown(answer), "command {number}");
    }
    for request in Readable::pages(&mut own, &keys).await.unwrap().requests.iter() {
        // Which of two comes first whose deadlines are the same is another's choice.
        let fields = |page: &Value| -> Vec<Vec<String>> {
            let items = page["items"].as_array().unwrap().iter();
            items.map(|item| item.as_object().unwrap().keys().cloned().collect()).collect()
        };
        let (page, least_page) = (shown(own.ask(request).await.unwrap()), shown(least.ask(request).await.unwrap()));
        assert_eq!((fields(&page).len(), &page["next_cursor"]), (20, &least_page["next_cursor"]));
        assert_eq!(fields(&page), fields(&least_page));
    }
    serving.abort();
    running.stop().await.unwrap();
}
