//! A server, and everything that can be done with it, once.

use std::path::Path;

use refund_api::{Config, Reach, Running, start};
use refund_core::Timestamp;
use refund_store::Clock;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use ureq::Agent;
use ureq::http::Request;

use super::Shown;
use crate::contract::{Exchange, check, operation_id};
use crate::scenario::SAID_BASE;

const BEGINS_AT: &str = "2026-03-01T08:00:00.000Z";
/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9/hook";
pub(super) const SELLER: &str = "seller-homeware";

/// Who calls.
#[derive(Clone)]
pub(super) enum By {
    Nobody,
    Operator,
    Platform,
    Seller,
    /// A key of the platform's that only reads.
    Reader,
    /// A key or a link of its own.
    With(String),
}

/// Keys, by whom they are for.
#[derive(Default)]
struct Keys {
    operator: String,
    platform: String,
    seller: String,
    reader: String,
}

/// A server that is called, and what it said.
pub(super) struct Tour<'a> {
    shown: &'a mut Shown,
    agent: Agent,
    base: String,
    server: Running,
    runtime: Runtime,
    keys: Keys,
}

pub(super) fn money(value: &str) -> Value {
    json!({ "currency": "CNY", "value": value })
}

pub(super) fn opening(order: &str) -> Value {
    json!({
        "seller_id": SELLER, "buyer_id": "buyer-7",
        "order_line": {
            "order_id": order, "line_id": "1", "title": "Steel waste bin", "category": "general",
            "paid": money("20.00"), "shipped": true, "freight_insurance": true,
        },
        "type": "RETURN_AND_REFUND", "amount": money("20.00"), "reason": "It has a dent.",
        "external_reference": format!("case-{order}"), "metadata": { "channel": "app" },
        "buyer_contact": { "email": "kim@example.com", "language": "en", "time_zone": "Asia/Shanghai" },
    })
}

/// A refund of goods that were not on their way when it was opened.
fn unshipped(order: &str) -> Value {
    let mut opening = opening(order);
    if let Some(shipped) = opening.pointer_mut("/order_line/shipped") {
        *shipped = json!(false);
    }
    if let Some(kind) = opening.pointer_mut("/type") {
        *kind = json!("REFUND_ONLY");
    }
    opening
}

pub(super) fn offer(value: &str) -> Value {
    json!({ "type": "REFUND_ONLY", "amount": money(value), "message": "Keep the bin." })
}

pub(super) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(super) fn on(refund: &Value, what: &str) -> String {
    format!("/v1/refunds/{}{what}", text(refund, "/id"))
}

impl<'a> Tour<'a> {
    pub(super) fn begin(folder: &Path, shown: &'a mut Shown) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let begins_at: Timestamp = BEGINS_AT.parse().map_err(|_| "an instant")?;
        let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let (public_url, begins_at) = (Some(SAID_BASE.to_owned()), Some(begins_at));
        let (clock, reach) = (Clock::Test, Reach::Anywhere);
        let config = Config { clock, reach, begins_at, public_url, ..Config::new(folder.to_owned(), anywhere) };
        let server = runtime.block_on(start(config)).map_err(|error| error.to_string())?;
        let operator = std::fs::read_to_string(folder.join("operator.key")).map_err(|error| error.to_string())?;
        let keys = Keys { operator: operator.trim().to_owned(), ..Keys::default() };
        let agent = Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
        let base = format!("http://{}", server.address);
        Ok(Self { shown, agent, base, server, runtime, keys })
    }

    pub(super) fn end(self) -> Result<(), String> {
        self.runtime.block_on(self.server.stop())
    }

    /// Any call at all. Its answer is kept, whatever it says.
    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        by: &By,
        headers: &[(&str, &str)],
        sent: &str,
    ) -> Result<Value, String> {
        let token = match by {
            By::Nobody => "",
            By::Operator => &self.keys.operator,
            By::Platform => &self.keys.platform,
            By::Seller => &self.keys.seller,
            By::Reader => &self.keys.reader,
            By::With(secret) => secret,
        };
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if !headers.iter().any(|(name, _)| *name == "Content-Type") {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let broken = |error: &dyn std::fmt::Display| format!("{method} {path}: {error}");
        let request = request.body(sent).map_err(|error| broken(&error))?;
        let mut response = self.agent.run(request).map_err(|error| broken(&error))?;
        let status = response.status().as_u16();
        let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        let answered = response.body_mut().read_to_string().map_err(|error| broken(&error))?;
        check(&Exchange { method, path, sent: sent.as_bytes(), status, media_type: &media_type, answered: &answered })?;
        let body: Value = serde_json::from_str(&answered).map_err(|error| broken(&error))?;
        match operation_id(method, path).filter(|_| status < 400) {
            Some(operation) => {
                let sent = serde_json::from_str(sent).unwrap_or_default();
                self.shown.answer(operation, &sent, status, &body);
            }
            None => self.shown.problem(&body),
        }
        Ok(body)
    }

    /// A call that has to go well.
    fn done(
        &mut self,
        method: &str,
        path: &str,
        by: &By,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Value, String> {
        let sent = if body.is_null() { String::new() } else { body.to_string() };
        let answered = self.send(method, path, by, headers, &sent)?;
        if answered.get("code").is_some() { Err(format!("{method} {path}: {answered}")) } else { Ok(answered) }
    }

    pub(super) fn get(&mut self, path: &str, by: &By) -> Result<Value, String> {
        self.done("GET", path, by, &[], &Value::Null)
    }

    pub(super) fn put(&mut self, path: &str, body: &Value) -> Result<Value, String> {
        self.done("PUT", path, &By::Operator, &[], body)
    }

    pub(super) fn post(&mut self, path: &str, by: &By, body: &Value) -> Result<Value, String> {
        self.done("POST", path, by, &[], body)
    }

    pub(super) fn open(&mut self, order: &str) -> Result<Value, String> {
        self.post("/v1/refunds", &By::Platform, &opening(order))
    }

    /// A command on a refund as it was last seen.
    pub(super) fn command(&mut self, refund: &Value, what: &str, by: &By, body: &Value) -> Result<Value, String> {
        let version = format!("\"{}\"", refund.pointer("/version").cloned().unwrap_or_default());
        self.done("POST", &on(refund, what), by, &[("If-Match", &version)], body)
    }

    fn key(&mut self, body: &Value) -> Result<String, String> {
        Ok(text(&self.post("/v1/keys", &By::Operator, body)?, "/secret"))
    }

    /// From the first key to the last refund.
    pub(super) fn go(&mut self) -> Result<(), String> {
        self.settings()?;
        self.keys()?;
        self.negotiation()?;
        self.returns()?;
        self.disputes()?;
        self.bulk()?;
        self.notices()?;
        self.webhooks()
    }

    fn settings(&mut self) -> Result<(), String> {
        let by = By::Operator;
        let seller = format!("/v1/sellers/{SELLER}");
        let address = json!({
            "id": "main", "recipient": "Returns desk", "phone": "0571-5550-0101",
            "address": "Warehouse 3, 18 Canal Road, Hangzhou", "default": true,
        });
        self.put(&seller, &json!({ "name": "Evergreen Homeware", "addresses": [address] }))?;
        self.put(&seller, &json!({ "name": "Evergreen Home", "addresses": [address] }))?;
        self.get(&seller, &by)?;
        self.get("/v1/sellers?limit=1", &by)?;
        self.saved_offers(&seller)?;
        self.get("/v1/policy", &by)?;
        let policy = json!({ "allow_withdraw": true, "payout": "confirmed" });
        self.post("/v1/policy/check", &by, &policy)?;
        self.put("/v1/policy", &policy)?;
        self.get("/v1/audit?type=policy&limit=1", &by)?;
        self.reasons(&address)?;
        self.get("/v1/rollout", &by)?;
        let batch = json!({ "name": "spring", "sellers": [SELLER], "open": true });
        self.put(
            "/v1/rollout",
            &json!({ "batches": [batch], "percentage": 25, "allow": [], "deny": ["seller-orchard"] }),
        )?;
        self.post("/v1/rollout/check", &by, &json!({ "seller_id": SELLER }))?;
        self.get("/v1/test-clock", &by)?;
        self.post("/v1/test-clock/advance", &by, &json!({ "seconds": 60 })).map(drop)
    }

    /// A seller's own, on refunds against it alone.
    fn reasons(&mut self, address: &Value) -> Result<(), String> {
        self.get("/v1/reasons/usual", &By::Operator)?;
        let worn = json!({
            "code": "worn", "for": "refuse", "fault": "buyer", "evidence": true,
            "text": { "en": "It was worn", "zh-Hant": "已使用" },
        });
        let other = json!({ "code": "other", "for": "refuse", "fault": "none" });
        let policy = json!({ "reasons": [worn, other], "notices": true });
        let seller = json!({ "name": "Orchard", "addresses": [address], "policy": policy });
        self.put("/v1/sellers/seller-orchard", &seller)?;
        self.get("/v1/reasons?seller_id=seller-orchard", &By::Operator).map(drop)
    }

    fn saved_offers(&mut self, seller: &str) -> Result<(), String> {
        let saved = format!("{seller}/saved-offers");
        let small = json!({
            "name": "A small refund", "type": "REFUND_ONLY", "share": { "of": "requested", "percent": "12.5" },
            "messages": { "en": "Keep the bin.", "zh-Hant": "桶子您留著用。" },
        });
        self.put(&format!("{saved}/small"), &small)?;
        self.put(&format!("{saved}/small"), &small)?;
        let gift = json!({ "name": "Two yuan", "type": "REFUND_ONLY", "amount": money("2.00") });
        self.put(&format!("{saved}/gift"), &gift)?;
        self.get(&format!("{saved}/small"), &By::Operator)?;
        self.get(&format!("{saved}?limit=1"), &By::Operator)?;
        self.done("DELETE", &format!("{saved}/gift"), &By::Operator, &[], &Value::Null).map(drop)
    }

    fn keys(&mut self) -> Result<(), String> {
        let by = By::Operator;
        self.keys.platform = self.key(&json!({ "name": "back end", "role": "platform" }))?;
        self.keys.seller = self.key(&json!({ "name": "shop", "role": "seller", "seller_id": SELLER }))?;
        self.keys.reader = self.key(&json!({ "name": "reports", "role": "platform", "scope": "read" }))?;
        self.get("/v1/keys?limit=1", &by)?;
        let old = self.post("/v1/keys", &by, &json!({ "name": "old", "role": "platform" }))?;
        let old = format!("/v1/keys/{}", text(&old, "/id"));
        self.get(&old, &by)?;
        self.post(&format!("{old}/revoke"), &by, &json!({})).map(drop)
    }

    fn negotiation(&mut self) -> Result<(), String> {
        let refund = self.open("order-1")?;
        self.open("order-1")?;
        self.get("/v1/refunds?limit=1", &By::Platform)?;
        self.get(&on(&refund, ""), &By::Seller)?;
        self.get(&on(&refund, "/negotiation/options"), &By::Seller)?;
        let small = json!({ "saved_offer_id": "small", "language": "en" });
        self.send("POST", &on(&refund, "/negotiation/check"), &By::Seller, &[], &small.to_string())?;
        let answer = |offered: &Value| json!({ "negotiation_id": text(offered, "/negotiation/id") });
        let offered = self.command(&refund, "/negotiation", &By::Seller, &offer("2.00"))?;
        let link = text(&refund, "/buyer_link/token");
        let accepted = self.command(&offered, "/negotiation/accept", &By::With(link.clone()), &answer(&offered))?;
        self.get(&on(&refund, "/events"), &By::Seller)?;
        self.get(&on(&refund, "/explanation"), &By::Seller)?;
        let feed = self.get("/v1/events?limit=2", &By::Platform)?;
        self.get(&format!("/v1/events/{}", text(&feed, "/items/0/id")), &By::Platform)?;
        let failure = json!({ "result": "failed", "reason": "The account is closed." });
        let failed = self.command(&accepted, "/payout", &By::Platform, &failure)?;
        let again = self.command(&failed, "/payout/retry", &By::Platform, &json!({}))?;
        let paid = json!({ "result": "succeeded", "attempt": 2, "provider_reference": "pay_4711" });
        self.command(&again, "/payout", &By::Platform, &paid)?;
        self.get(&on(&refund, "/buyer-link"), &By::Platform)?;
        self.post(&on(&refund, "/buyer-link"), &By::Platform, &json!({}))?;
        let unshipped = self.post("/v1/refunds", &By::Platform, &unshipped("order-30"))?;
        self.command(&unshipped, "/shipped", &By::Platform, &json!({}))?;
        let refund = self.open("order-2")?;
        let offered = self.command(&refund, "/negotiation", &By::Seller, &offer("2.00"))?;
        self.command(&offered, "/negotiation/reject", &By::Platform, &answer(&offered))?;
        let refund = self.open("order-3")?;
        let offered = self.command(&refund, "/negotiation", &By::Seller, &offer("2.00"))?;
        self.command(&offered, "/negotiation/withdraw", &By::Seller, &json!({})).map(drop)
    }

    fn returns(&mut self) -> Result<(), String> {
        let parcel = json!({ "carrier": "SF Express", "tracking_number": "SF-1" });
        let endings = [
            ("order-4", "/confirm-receipt", json!({})),
            ("order-5", "/refuse-receipt", json!({ "reason": "The box is empty." })),
        ];
        for (order, what, body) in endings {
            let refund = self.open(order)?;
            let agreed = self.command(&refund, "/agree", &By::Seller, &json!({ "return_address_id": "main" }))?;
            let shipped = self.command(&agreed, "/ship", &By::Platform, &parcel)?;
            self.command(&shipped, what, &By::Seller, &body)?;
        }
        let refund = self.open("order-6")?;
        let agreed = self.command(&refund, "/agree", &By::Seller, &json!({}))?;
        self.command(&agreed, "/waive-return", &By::Seller, &json!({})).map(drop)
    }

    fn disputes(&mut self) -> Result<(), String> {
        let reason = |reason: &str| json!({ "reason": reason });
        let refund = self.open("order-7")?;
        let refused = self.command(&refund, "/refuse", &By::Seller, &reason("There is no dent."))?;
        let less = json!({ "type": "REFUND_ONLY", "amount": money("5.00"), "reason": "A part of it will do." });
        let modified = self.command(&refused, "/modify", &By::Platform, &less)?;
        let refused = self.command(&modified, "/refuse", &By::Seller, &reason("There is no dent."))?;
        let escalated = self.command(&refused, "/escalate", &By::Platform, &reason("There is; see the picture."))?;
        let ruling = json!({ "decision": "REFUND", "amount": money("2.50"), "reason": "Half is fair." });
        self.command(&escalated, "/rule", &By::Operator, &ruling)?;
        let refund = self.open("order-8")?;
        let more_time = json!({ "kind": "seller_decide", "to": "2026-03-03T12:00:00Z" });
        let extended = self.command(&refund, "/extend", &By::Operator, &more_time)?;
        self.command(&extended, "/cancel", &By::Platform, &reason("I keep it."))?;
        let what = json!(["contact", "text"]);
        let erasing =
            json!({ "refund_id": text(&refund, "/id"), "what": what, "because": "final", "reason": "Letter 17" });
        self.post("/v1/erasures", &By::Operator, &erasing)?;
        self.get("/v1/stats?from=2026-03-01&to=2026-03-01", &By::Seller).map(drop)
    }

    fn bulk(&mut self) -> Result<(), String> {
        let (one, other) = (self.open("order-20")?, self.open("order-21")?);
        let item = |refund: &Value, action: &str, version: u64| json!({ "refund_id": text(refund, "/id"), "version": version, "action": action });
        let mut offered = item(&one, "offer", 1);
        offered
            .as_object_mut()
            .into_iter()
            .for_each(|item| item.extend(offer("2.00").as_object().cloned().unwrap_or_default()));
        let items = [offered, item(&other, "agree", 7)];
        self.post("/v1/refunds/bulk", &By::Seller, &json!({ "items": items })).map(drop)
    }

    /// With a seller of whose refunds whoever they concern is told.
    fn notices(&mut self) -> Result<(), String> {
        let mut body = opening("order-23");
        body.pointer_mut("/seller_id").into_iter().for_each(|seller| *seller = json!("seller-orchard"));
        let refund = self.post("/v1/refunds", &By::Platform, &body)?;
        let notices = format!("/v1/notices?refund_id={}", text(&refund, "/id"));
        let told = self.get(&notices, &By::Platform)?;
        let report = format!("/v1/notices/{}/report", text(&told, "/items/0/id"));
        self.post(&report, &By::Platform, &json!({ "result": "accepted" })).map(drop)
    }

    /// Once nothing happens any more: what is sent and when is nobody's example.
    fn webhooks(&mut self) -> Result<(), String> {
        let by = By::Seller;
        let told = json!({ "url": NOWHERE, "description": "Orders", "types": ["refund.opened", "refund.closed"] });
        let webhook = self.post("/v1/webhooks", &by, &told)?;
        self.get("/v1/webhooks?limit=1", &by)?;
        let path = format!("/v1/webhooks/{}", text(&webhook, "/id"));
        self.get(&path, &by)?;
        self.done("PUT", &path, &by, &[], &json!({ "url": NOWHERE, "description": "All orders" }))?;
        for what in ["rotate", "disable", "enable", "ping"] {
            self.post(&format!("{path}/{what}"), &by, &json!({}))?;
        }
        self.get(&format!("{path}/deliveries?state=failed"), &by)?;
        self.post(&format!("{path}/redeliver"), &by, &json!({ "state": "failed" }))?;
        self.done("DELETE", &path, &by, &[], &Value::Null).map(drop)
    }
}
