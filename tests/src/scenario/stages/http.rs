//! The server on a port of its own, spoken to as a client would.

mod client;
mod wire;

use std::collections::BTreeMap;

use refund_api::{Config, Running, start};
use refund_core::{
    Command, CommandKind, Erasing, EventType, NoticeReport, Opening, PayoutReport, RefundId, RefusalCode, Ruling,
    Timestamp,
};
use refund_store::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use self::client::{Client, Method, Reply};

use super::{CheckLook, Look, No, Not, OptionsLook, Stage};
use crate::scenario::files::StoryFile;
use crate::scenario::settings::{self, bin};
use crate::scenario::story::{SellerPlan, Setting, Who};

/// Where servers whose answers are shown say that they are, wherever they listen.
pub const SAID_BASE: &str = "http://127.0.0.1:8080";

/// A server in this process, with a test clock and a folder of its own.
pub(super) struct HttpStage {
    // The server goes before its runtime, and its folder last.
    server: Option<Running>,
    client: Client,
    runtime: Runtime,
    folder: TempDir,
    keys: Keys,
    /// The buyer's link of each refund.
    links: BTreeMap<RefundId, String>,
}

/// A key for everybody who has one. The sellers' are made before the sellers are set up.
struct Keys {
    operator: String,
    platform: String,
    seller: String,
    another_seller: String,
    /// The link of another buyer, to a refund of their own.
    another_buyer: Option<String>,
}

impl HttpStage {
    pub(super) fn new() -> Result<Self, Not> {
        let folder = tempfile::tempdir().map_err(Not::broken)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(Not::broken)?;
        let server = runtime.block_on(serve(&folder))?;
        let client = Client::new(server.address);
        let file = server.operator_key.as_ref().ok_or_else(|| Not::broken("the first start made no key"))?;
        let operator = std::fs::read_to_string(file).map_err(Not::broken)?.trim().to_owned();
        let keys = Keys {
            platform: issue(&client, &operator, json!({ "name": "market", "role": "platform" }))?,
            seller: issue(&client, &operator, seller_key(Who::Seller))?,
            another_seller: issue(&client, &operator, seller_key(Who::AnotherSeller))?,
            operator,
            another_buyer: None,
        };
        Ok(Self { server: Some(server), client, runtime, folder, keys, links: BTreeMap::new() })
    }

    fn call(&self, method: Method, path: &str, token: &str, version: Option<u64>, body: Value) -> Result<Reply, Not> {
        self.client.call(method, path, token, version, body)
    }

    /// Whose key or link it is that somebody acts with on a refund.
    fn token(&mut self, who: Who, refund: &RefundId) -> Result<String, Not> {
        Ok(match who {
            Who::Operator => self.keys.operator.clone(),
            Who::Platform => self.keys.platform.clone(),
            Who::Seller => self.keys.seller.clone(),
            Who::AnotherSeller => self.keys.another_seller.clone(),
            Who::Buyer => self.links.get(refund).cloned().ok_or_else(|| Not::broken("the buyer has no link"))?,
            Who::AnotherBuyer => self.another_buyer()?,
        })
    }

    /// A link needs a refund: another buyer has one with another seller.
    fn another_buyer(&mut self) -> Result<String, Not> {
        if let Some(link) = &self.keys.another_buyer {
            return Ok(link.clone());
        }
        let request = settings::plain_request(&bin());
        let opening = settings::opening(usize::MAX, Who::AnotherSeller, Who::AnotherBuyer, bin(), request);
        let reply = self.call(Method::Post, "/v1/refunds", &self.keys.platform, None, wire::opening(&opening))?;
        let link = reply.done::<wire::OpenedRefund>()?.buyer_link.token;
        self.keys.another_buyer = Some(link.clone());
        Ok(link)
    }

    fn refund(&self, id: &RefundId, token: &str) -> Result<wire::Refund, Not> {
        self.call(Method::Get, &format!("/v1/refunds/{id}"), token, None, Value::Null)?.done()
    }
}

async fn serve(folder: &TempDir) -> Result<Running, Not> {
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let public_url = Some(SAID_BASE.to_owned());
    let config = Config { clock: Clock::Test, public_url, ..Config::new(folder.path().to_owned(), listen) };
    start(config).await.map_err(Not::broken)
}

fn seller_key(who: Who) -> Value {
    json!({ "name": who.as_str(), "role": "seller", "seller_id": who.id() })
}

fn issue(client: &Client, operator: &str, key: Value) -> Result<String, Not> {
    let reply = client.call(Method::Post, "/v1/keys", operator, None, key)?;
    Ok(reply.done::<wire::Issued>()?.secret)
}

impl Stage for HttpStage {
    fn advance(&mut self, to: Timestamp) -> Result<(), Not> {
        let body = json!({ "to": to });
        self.call(Method::Post, "/v1/test-clock/advance", &self.keys.operator, None, body)?.done::<Value>().map(drop)
    }

    /// The platform opens refunds for buyers; anybody else tries with their own key.
    fn open(&mut self, who: Who, opening: &Opening) -> Result<(RefundId, bool), Not> {
        let token = match who {
            Who::Buyer | Who::AnotherBuyer | Who::Platform => &self.keys.platform,
            Who::Seller => &self.keys.seller,
            Who::AnotherSeller => &self.keys.another_seller,
            Who::Operator => &self.keys.operator,
        };
        for file in opening.request.reason.files.as_slice().iter().filter_map(|file| StoryFile::of(*file)) {
            self.client.send_file("/v1/files", &self.keys.platform, file)?.done::<Value>()?;
        }
        let reply = self.call(Method::Post, "/v1/refunds", token, None, wire::opening(opening))?;
        let is_new = reply.status == 201;
        let opened: wire::OpenedRefund = reply.done()?;
        self.links.insert(opened.id.clone(), opened.buyer_link.token);
        Ok((opened.id, is_new))
    }

    fn command(&mut self, id: &RefundId, who: Who, command: &Command) -> Result<(), Not> {
        let token = self.token(who, id)?;
        let version = match who {
            Who::Seller | Who::AnotherSeller | Who::Operator => Some(self.refund(id, &self.keys.operator)?.version),
            Who::Buyer | Who::AnotherBuyer | Who::Platform => None,
        };
        let (path, body) = route(command);
        let reply = self.call(Method::Post, &format!("/v1/refunds/{id}/{path}"), &token, version, body)?;
        answered(who, reply)
    }

    fn report_notice(&mut self, id: &RefundId, who: Who, report: &NoticeReport) -> Result<(), Not> {
        let token = self.token(who, id)?;
        let path = format!("/v1/notices/ntc_{id}-{}/report", report.number);
        let body = json!({ "result": report.result });
        self.call(Method::Post, &path, &token, None, body)?.done::<Value>().map(drop)
    }

    fn add_file(&mut self, id: &RefundId, who: Who, file: StoryFile) -> Result<(), Not> {
        let token = self.token(who, id)?;
        answered(who, self.client.send_file(&format!("/v1/refunds/{id}/files"), &token, file)?)
    }

    fn erase_file(&mut self, id: &RefundId, who: Who, file: StoryFile) -> Result<(), Not> {
        let (token, path) = (self.token(who, id)?, format!("/v1/refunds/{id}/files/{}", file.sha256()));
        answered(who, self.call(Method::Delete, &path, &token, None, Value::Null)?)
    }

    fn erase(&mut self, id: &RefundId, who: Who, erasing: &Erasing) -> Result<(), Not> {
        let Erasing { what, because, reason } = erasing;
        let body = json!({ "refund_id": id, "what": what, "because": because, "reason": reason });
        let token = self.token(who, id)?;
        self.call(Method::Post, "/v1/erasures", &token, None, body)?.done::<Value>().map(drop)
    }

    fn put(&mut self, who: Who, setting: &Setting) -> Result<(), Not> {
        let token = match who {
            Who::Seller | Who::AnotherSeller => &self.keys.seller,
            Who::Platform => &self.keys.platform,
            Who::Operator | Who::Buyer | Who::AnotherBuyer => &self.keys.operator,
        };
        let (path, body) = match setting {
            Setting::Policy(overrides) => ("/v1/policy".to_owned(), json!(overrides)),
            Setting::Rollout(rollout) => ("/v1/rollout".to_owned(), json!(rollout)),
            Setting::Seller(plan) => (format!("/v1/sellers/{}", plan.id), seller(plan)),
            Setting::SavedOffer(saved) => {
                (format!("/v1/sellers/{}/saved-offers/{}", Who::Seller.id(), saved.id), wire::saved_offer(saved))
            }
        };
        self.call(Method::Put, &path, token, None, body)?.done::<Value>().map(drop)
    }

    fn look(&mut self, id: &RefundId) -> Result<Look, Not> {
        let refund = self.refund(id, &self.keys.operator)?;
        let path = format!("/v1/refunds/{id}/events");
        let events = self.call(Method::Get, &path, &self.keys.operator, None, Value::Null)?;
        refund.look(events.done::<wire::Items<wire::Event>>()?.items)
    }

    fn actions(&mut self, id: &RefundId, who: Who) -> Result<Vec<CommandKind>, Not> {
        let token = self.token(who, id)?;
        Ok(self.refund(id, &token)?.actions)
    }

    fn options(&mut self, id: &RefundId, who: Who) -> Result<OptionsLook, Not> {
        let token = self.token(who, id)?;
        let path = format!("/v1/refunds/{id}/negotiation/options");
        self.call(Method::Get, &path, &token, None, Value::Null)?.done::<wire::Options>()?.look()
    }

    fn check_saved(&mut self, id: &RefundId, who: Who, saved: &str) -> Result<CheckLook, Not> {
        let token = self.token(who, id)?;
        let (path, body) = (format!("/v1/refunds/{id}/negotiation/check"), json!({ "saved_offer_id": saved }));
        self.call(Method::Post, &path, &token, None, body)?.done::<wire::OfferCheck>()?.look()
    }

    fn if_nobody_acts(&mut self, id: &RefundId) -> Result<Vec<(Timestamp, EventType)>, Not> {
        let path = format!("/v1/refunds/{id}/explanation");
        let told = self.call(Method::Get, &path, &self.keys.operator, None, Value::Null)?;
        Ok(told.done::<wire::Explanation>()?.if_nobody_acts())
    }

    fn restart(&mut self) -> Result<(), Not> {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop()).map_err(Not::broken)?;
        }
        let server = self.runtime.block_on(serve(&self.folder))?;
        self.client = Client::new(server.address);
        self.server = Some(server);
        Ok(())
    }
}

/// Strangers are not even told that there is a refund; behind this door the rules say whose it is.
fn answered(who: Who, reply: Reply) -> Result<(), Not> {
    let stranger = matches!(who, Who::AnotherSeller | Who::AnotherBuyer);
    if stranger && reply.status == 404 {
        return Err(Not::Refused(No {
            code: RefusalCode::NotYourRole,
            rule: RefusalCode::NotYourRole.rule().to_string(),
            possible_at: None,
            detail: "there is nothing here that you may know of".to_owned(),
            problem: None,
        }));
    }
    reply.done::<Value>().map(drop)
}

fn seller(plan: &SellerPlan) -> Value {
    let addresses = plan.addresses.iter().map(|(address, is_default)| {
        json!({
            "id": address.id, "recipient": address.recipient, "phone": address.phone, "address": address.address,
            "default": is_default,
        })
    });
    let mut body = json!({ "name": plan.name, "addresses": addresses.collect::<Vec<_>>() });
    if let (Value::Object(body), true) = (&mut body, plan.policy != Default::default()) {
        body.insert("policy".to_owned(), json!(plan.policy));
    }
    body
}

/// A command's path under the refund, and its body. A stage of its own makes an offer's id.
fn route(command: &Command) -> (&'static str, Value) {
    match command {
        Command::MakeOffer(offer) => ("negotiation", wire::offer(offer)),
        Command::AcceptOffer { negotiation_id } => ("negotiation/accept", json!({ "negotiation_id": negotiation_id })),
        Command::RejectOffer { negotiation_id } => ("negotiation/reject", json!({ "negotiation_id": negotiation_id })),
        Command::WithdrawOffer => ("negotiation/withdraw", json!({})),
        Command::Agree { return_address_id: None } => ("agree", Value::Null),
        Command::Agree { return_address_id: Some(id) } => ("agree", json!({ "return_address_id": id })),
        Command::Refuse { reason } => ("refuse", wire::with_reason(json!({}), reason)),
        Command::Modify { request } => ("modify", wire::request(request)),
        Command::Cancel { reason: None } => ("cancel", Value::Null),
        Command::Cancel { reason: Some(reason) } => ("cancel", json!({ "reason": reason })),
        Command::Escalate { reason } => ("escalate", wire::with_reason(json!({}), reason)),
        Command::Ship { carrier, tracking_number } => {
            ("ship", json!({ "carrier": carrier, "tracking_number": tracking_number }))
        }
        Command::ConfirmReceipt => ("confirm-receipt", Value::Null),
        Command::RefuseReceipt { reason } => ("refuse-receipt", wire::with_reason(json!({}), reason)),
        Command::WaiveReturn => ("waive-return", Value::Null),
        Command::Rule { ruling: Ruling::Close, reason, files } => {
            ("rule", wire::with_files(json!({ "decision": "CLOSE", "reason": reason }), files))
        }
        Command::Rule { ruling: Ruling::Refund { amount }, reason, files } => {
            let body = json!({ "decision": "REFUND", "amount": wire::money(*amount), "reason": reason });
            ("rule", wire::with_files(body, files))
        }
        Command::Extend { kind, to } => ("extend", json!({ "kind": kind, "to": to })),
        Command::ReportPayout(PayoutReport { attempt, result, provider_reference, reason }) => {
            let body = json!({ "result": result, "attempt": attempt, "provider_reference": provider_reference, "reason": reason });
            ("payout", body)
        }
        Command::RetryPayout => ("payout/retry", Value::Null),
        Command::MarkShipped => ("shipped", Value::Null),
    }
}
