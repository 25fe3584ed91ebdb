//! What people write, and the photos and documents that show it: each operation once, and each reason for no.

use refund_core::{EVIDENCE_MAX, FileSize};
use serde_json::json;

use super::tour::{By, Tour, on, opening, text};

const OCTETS: [(&str, &str); 1] = [("Content-Type", "application/octet-stream")];

/// A document that is like no other of that number.
fn invoice(number: u32) -> String {
    format!("%PDF-1.7\nInvoice {number}")
}

pub(super) fn go(tour: &mut Tour<'_>) -> Result<(), String> {
    messages(tour)?;
    let held = tour.send("POST", "/v1/files?name=dent.pdf", &By::Platform, &OCTETS, &invoice(0))?;
    let mut body = opening("order-40");
    body.as_object_mut().into_iter().for_each(|body| {
        body.insert("files".to_owned(), json!([text(&held, "/sha256")]));
    });
    let refund = tour.post("/v1/refunds", &By::Platform, &body)?;
    let files = on(&refund, "/files");
    let add = |tour: &mut Tour<'_>, number: u32| {
        tour.send("POST", &format!("{files}?name=invoice.pdf"), &By::Seller, &OCTETS, &invoice(number))
    };
    let added = add(tour, 1)?;
    let file = format!("{files}/{}", text(&added, "/sha256"));
    tour.send("DELETE", &file, &By::Operator, &[], "")?;
    tour.send("GET", &file, &By::Seller, &[], "")?;
    tour.send("POST", &files, &By::Seller, &OCTETS, "<html>")?;
    let too_long = format!("{}{}", invoice(2), " ".repeat(usize::try_from(FileSize::MAX).unwrap_or_default()));
    tour.send("POST", &files, &By::Seller, &OCTETS, &too_long)?;
    add(tour, 1)?;
    for number in 2..=EVIDENCE_MAX.saturating_add(1) {
        add(tour, number)?;
    }
    let unknown = json!({ "text": "Look.", "files": ["0a".repeat(32)] }).to_string();
    tour.send("POST", &on(&refund, "/messages"), &By::Seller, &[], &unknown)?;
    let mut body = opening("order-41");
    body.pointer_mut("/seller_id").into_iter().for_each(|seller| *seller = json!("seller-orchard"));
    let refund = tour.post("/v1/refunds", &By::Platform, &body)?;
    let key = json!({ "name": "orchard", "role": "seller", "seller_id": "seller-orchard" });
    let orchard = By::With(text(&tour.post("/v1/keys", &By::Operator, &key)?, "/secret"));
    let worn = json!({ "reason": "It was worn.", "reason_code": "worn" }).to_string();
    tour.send("POST", &on(&refund, "/refuse"), &orchard, &[("If-Match", "\"1\"")], &worn).map(drop)
}

fn messages(tour: &mut Tour<'_>) -> Result<(), String> {
    let messages = on(&tour.open("order-22")?, "/messages");
    let dent = json!({
        "url": "https://files.example/dent.jpg", "media_type": "image/jpeg", "size": 81_920,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    });
    tour.post(&messages, &By::Platform, &json!({ "text": "Here is the dent.", "attachments": [dent] }))?;
    tour.post(&messages, &By::Seller, &json!({ "text": "The third one this week.", "internal": true }))?;
    tour.get(&messages, &By::Seller).map(drop)
}
