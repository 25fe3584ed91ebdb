//! Sets a server up: sellers, keys, and refunds to be read.

use std::path::Path;
use std::sync::Arc;

use refund_bench::Fault;
use serde_json::{Value, json};

use super::connection::{Connection, request};
use super::process::Server;
use super::talk::{Commands, Keys, Talk, id, seller_id};

const SELLERS: usize = 20;
/// How many refunds there are before anything is read.
const REFUNDS: usize = 1_000;

/// What can be read: requests, and requests to the echo that are answered with as many bytes.
pub(super) struct Readable {
    pub(super) requests: Arc<Vec<Vec<u8>>>,
    pub(super) echoes: Arc<Vec<Vec<u8>>>,
    pub(super) bytes: usize,
}

pub(super) struct Desk {
    pub(super) keys: Arc<Keys>,
    pub(super) refunds: Readable,
    pub(super) pages: Readable,
}

impl Desk {
    pub(super) async fn new(server: &Server, data: &Path) -> Result<Self, Fault> {
        let operator = std::fs::read_to_string(data.join("operator.key"))?;
        let mut connection = Connection::to(server.address).await?;
        let keys = Arc::new(keys(&mut connection, operator.trim()).await?);
        let mut commands = Commands::new(Arc::clone(&keys), "set-up".to_owned());
        let mut ids = Vec::new();
        for _ in 0..REFUNDS {
            let answer = connection.ask(&commands.next()).await?;
            commands.heard(answer);
            ids.push(id(answer).ok_or("a refund without an id")?.to_owned());
        }
        ids.sort();
        ids.dedup();
        let refunds = ids.iter().take(64).map(|id| get(&format!("/v1/refunds/{id}"), &keys.platform)).collect();
        let pages = keys.sellers.iter().map(|key| get("/v1/refunds?limit=20", key)).collect();
        Ok(Self {
            refunds: readable(&mut connection, refunds).await?,
            pages: readable(&mut connection, pages).await?,
            keys,
        })
    }
}

fn get(path: &str, key: &str) -> Vec<u8> {
    request("GET", path, key, "", "")
}

/// Sellers and their keys, and the platform's.
async fn keys(connection: &mut Connection, operator: &str) -> Result<Keys, Fault> {
    let platform = issue(connection, operator, &json!({ "name": "platform", "role": "platform" })).await?;
    let mut sellers = Vec::new();
    for seller in (0..SELLERS).map(seller_id) {
        let address = json!({ "id": "main", "recipient": "Returns", "phone": "1", "address": "1 Harbour Road",
                              "default": true });
        let body = json!({ "name": seller, "addresses": [address] }).to_string();
        connection.ask(&request("PUT", &format!("/v1/sellers/{seller}"), operator, "", &body)).await?;
        let key = json!({ "name": seller, "role": "seller", "seller_id": seller });
        sellers.push(issue(connection, operator, &key).await?);
    }
    Ok(Keys { platform, sellers })
}

async fn issue(connection: &mut Connection, operator: &str, key: &Value) -> Result<String, Fault> {
    let answer = connection.ask(&request("POST", "/v1/keys", operator, "", &key.to_string())).await?;
    let answer: Value = serde_json::from_slice(answer)?;
    let secret = answer.get("secret").and_then(Value::as_str);
    Ok(secret.ok_or("a key without a secret")?.to_owned())
}

async fn readable(connection: &mut Connection, requests: Vec<Vec<u8>>) -> Result<Readable, Fault> {
    let mut echoes = Vec::new();
    let mut bytes = 0_usize;
    for request in &requests {
        let length = connection.ask(request).await?.len();
        echoes.push(get(&format!("/bytes/{length}"), "nobody"));
        bytes = bytes.saturating_add(length);
    }
    let bytes = bytes.checked_div(requests.len()).unwrap_or(0);
    Ok(Readable { requests: Arc::new(requests), echoes: Arc::new(echoes), bytes })
}
