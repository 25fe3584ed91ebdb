//! Sets a server up: sellers, keys, and refunds to be read.

use std::sync::Arc;

use serde_json::{Value, json};

use super::connection::{Connection, request};
use super::keys::{Keys, seller_id};
use super::talk::{Commands, Talk, id};
use crate::Fault;

/// How many refunds are read in turn.
const READ_IN_TURN: usize = 64;

/// Requests that only read, and how long their answers are.
pub struct Readable {
    /// The requests.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// The bytes of each answer's body.
    pub bytes: Vec<usize>,
}

impl Readable {
    /// Some refunds, each by itself.
    ///
    /// # Errors
    /// One that can't be read.
    pub async fn refunds(connection: &mut Connection, keys: &Keys, ids: &[String]) -> Result<Self, Fault> {
        let paths = ids.iter().take(READ_IN_TURN).map(|id| read(&format!("/v1/refunds/{id}"), &keys.platform));
        Self::of(connection, paths.collect()).await
    }

    /// The first 20 of each seller's queue.
    ///
    /// # Errors
    /// One that can't be read.
    pub async fn pages(connection: &mut Connection, keys: &Keys) -> Result<Self, Fault> {
        let pages = keys.sellers.iter().map(|key| read("/v1/refunds?limit=20", key));
        Self::of(connection, pages.collect()).await
    }

    async fn of(connection: &mut Connection, requests: Vec<Vec<u8>>) -> Result<Self, Fault> {
        let mut bytes = Vec::new();
        for request in &requests {
            bytes.push(connection.ask(request).await?.len());
        }
        Ok(Self { requests: Arc::new(requests), bytes })
    }
}

/// A request that reads.
#[must_use]
pub fn read(path: &str, key: &str) -> Vec<u8> {
    request("GET", path, key, "", "")
}

/// Sets so many sellers up, and gives them and the platform keys.
///
/// # Errors
/// It is not the first operator's key, or nobody can be set up.
pub async fn keys(connection: &mut Connection, operator: &str, sellers: usize) -> Result<Keys, Fault> {
    let platform = issue(connection, operator, &json!({ "name": "platform", "role": "platform" })).await?;
    let mut secrets = Vec::new();
    for seller in (0..sellers).map(seller_id) {
        let address = json!({ "id": "main", "recipient": "Returns", "phone": "1", "address": "1 Harbour Road",
                              "default": true });
        let body = json!({ "name": seller, "addresses": [address] }).to_string();
        connection.ask(&request("PUT", &format!("/v1/sellers/{seller}"), operator, "", &body)).await?;
        let key = json!({ "name": seller, "role": "seller", "seller_id": seller });
        secrets.push(issue(connection, operator, &key).await?);
    }
    Ok(Keys { platform, sellers: secrets })
}

async fn issue(connection: &mut Connection, operator: &str, key: &Value) -> Result<String, Fault> {
    let answer = connection.ask(&request("POST", "/v1/keys", operator, "", &key.to_string())).await?;
    let answer: Value = serde_json::from_slice(answer)?;
    let secret = answer.get("secret").and_then(Value::as_str);
    Ok(secret.ok_or("a key without a secret")?.to_owned())
}

/// Gives so many commands; the ids of the refunds that are there then.
///
/// # Errors
/// A command that is refused.
pub async fn fill(connection: &mut Connection, keys: &Arc<Keys>, commands: usize) -> Result<Vec<String>, Fault> {
    let mut talk = Commands::new(Arc::clone(keys), "set-up".to_owned());
    let mut ids = Vec::new();
    for _ in 0..commands {
        let answer = connection.ask(&talk.next()).await?;
        talk.heard(answer);
        ids.push(id(answer).ok_or("a refund without an id")?.to_owned());
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}
