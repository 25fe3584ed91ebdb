//! What the desk asks the server.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A server and the key that opens it.
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    authorization: String,
}

/// The parts of a refund that the desk shows.
#[derive(Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) seller_id: String,
    pub(crate) buyer_id: String,
    pub(crate) order_line: Line,
    pub(crate) requested: Terms,
    pub(crate) effective: Option<Terms>,
    pub(crate) negotiation: Option<Negotiation>,
    pub(crate) deadlines: Vec<Deadline>,
}

#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) title: String,
}

#[derive(Deserialize)]
pub(crate) struct Terms {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) amount: Money,
}

#[derive(Deserialize)]
pub(crate) struct Money {
    pub(crate) currency: String,
    pub(crate) value: String,
}

#[derive(Deserialize)]
pub(crate) struct Negotiation {
    pub(crate) status: String,
    pub(crate) offer: Terms,
}

#[derive(Deserialize)]
pub(crate) struct Deadline {
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) on_silence: String,
}

#[derive(Deserialize)]
pub(crate) struct Event {
    pub(crate) at: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) actor: Actor,
}

#[derive(Deserialize)]
pub(crate) struct Actor {
    pub(crate) role: String,
}

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
}

impl Client {
    pub(crate) fn new(url: &str, key: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { agent: config.into(), url: url.trim_end_matches('/').to_owned(), authorization: format!("Bearer {key}") }
    }

    /// All refunds that the key may see, page by page.
    pub(crate) fn refunds(&self, status: Option<&str>) -> Result<Vec<Refund>, String> {
        let mut refunds = Vec::new();
        let mut query = vec![("sort", "deadline".to_owned()), ("limit", "100".to_owned())];
        query.extend(status.map(|status| ("status", status.to_owned())));
        loop {
            let page: Items<Refund> = self.get("/v1/refunds", &query)?;
            refunds.extend(page.items);
            let Some(cursor) = page.next_cursor else { return Ok(refunds) };
            query.retain(|(name, _)| *name != "cursor");
            query.push(("cursor", cursor));
        }
    }

    pub(crate) fn refund(&self, id: &str) -> Result<Refund, String> {
        self.get(&format!("/v1/refunds/{id}"), &[])
    }

    pub(crate) fn events(&self, id: &str) -> Result<Vec<Event>, String> {
        Ok(self.get::<Items<Event>>(&format!("/v1/refunds/{id}/events"), &[])?.items)
    }

    fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T, String> {
        let mut request = self.agent.get(format!("{}{path}", self.url)).header("Authorization", &self.authorization);
        for (name, value) in query {
            request = request.query(name, value);
        }
        let mut response = request.call().map_err(|error| format!("{}: {error}", self.url))?;
        if response.status().is_success() {
            return response.body_mut().read_json().map_err(|error| error.to_string());
        }
        match response.body_mut().read_json::<Problem>() {
            Ok(Problem { code, detail }) => Err(format!("{code}: {detail}")),
            Err(_) => Err(format!("{} answered {}", self.url, response.status())),
        }
    }
}
