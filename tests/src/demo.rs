//! A demo to be called from outside, as long as something takes.

pub use refund_api::{Demo, MailSettings};
use refund_api::{Place, demo};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Serves a fresh demo on loopback while `work` runs.
///
/// # Errors
/// Why the demo did not start or stop, or what `work` came to.
pub fn with_demo<T>(work: impl FnOnce(&Demo) -> Result<T, String>) -> Result<T, String> {
    with_demo_that_mails(MailSettings::default(), work)
}

/// The same, with a mail server to mail by.
///
/// # Errors
/// As of [`with_demo`].
pub fn with_demo_that_mails<T>(mail: MailSettings, work: impl FnOnce(&Demo) -> Result<T, String>) -> Result<T, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let started = runtime.block_on(demo(folder.path().join("data"), Place::default(), anywhere, mail));
    let (running, demo) = started.map_err(|error| error.to_string())?;
    let done = work(&demo);
    runtime.block_on(running.stop())?;
    done
}

/// The token of a buyer's link, to a refund that is opened for it.
///
/// # Errors
/// Why it could not be opened.
pub fn buyer_link(demo: &Demo) -> Result<String, String> {
    let amount = json!({ "currency": "CNY", "value": "20.00" });
    let opening = json!({
        "seller_id": demo.seller_id, "buyer_id": "buyer-1",
        "order_line": {
            "order_id": "order-1", "line_id": "1", "title": "Steel waste bin", "category": "general",
            "paid": amount, "shipped": true, "freight_insurance": true,
        },
        "type": "RETURN_AND_REFUND", "amount": amount, "reason": "a dent",
    });
    let call = ureq::post(format!("{}/v1/refunds", demo.base_url));
    let answer = call.header("authorization", format!("Bearer {}", demo.platform)).send_json(opening);
    let refund: Value =
        answer.and_then(|mut answer| answer.body_mut().read_json()).map_err(|error| error.to_string())?;
    let token = refund.pointer("/buyer_link/token").and_then(Value::as_str);
    token.map(str::to_owned).ok_or_else(|| format!("no link in {refund}"))
}
