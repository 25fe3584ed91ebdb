//! `refund messages` and `refund message`: what people write on a refund.

use serde_json::json;

use super::{Desk, repeat};
use crate::cli::messages::{Message, Messages};
use crate::client::{Change, Query, segment};
use crate::entropy;
use crate::failure::Failure;
use crate::model;
use crate::output::Said;
use crate::output::style::Tone;
use crate::view;

fn path(id: &str) -> String {
    format!("/v1/refunds/{}/messages", segment(id))
}

pub(super) fn list(desk: &Desk, messages: &Messages) -> Result<(), Failure> {
    let limit = Some(usize::try_from(messages.limit).unwrap_or(usize::MAX)).filter(|_| !messages.all);
    let page = desk.client()?.pages(&path(&messages.id), &Query::new(), limit)?;
    let said = Said::Items { items: &page.items, next_cursor: page.next_cursor.as_deref() };
    let told = || Ok(view::messages::list(&page.seen::<model::Message>()?, &desk.out));
    desk.out.say(&said, view::messages::FIELDS, told)?;
    if page.next_cursor.is_some() {
        desk.out.note(&format!("The list goes on behind these {}: --all, or --limit N.", page.items.len()));
    }
    Ok(())
}

pub(super) fn post(desk: &Desk, message: &Message) -> Result<(), Failure> {
    let key = message.idempotency_key.clone().map_or_else(entropy::fresh_key, Ok)?;
    let (text, attachments) = (&message.text, &message.attach);
    let body = if message.for_operators {
        json!({ "text": text, "attachments": attachments, "for_operators": true })
    } else {
        json!({ "text": text, "attachments": attachments, "internal": message.internal })
    };
    let answer = desk.client()?.change(&Change {
        method: "POST",
        path: path(&message.id),
        body: body.to_string(),
        if_match: None,
        idempotency_key: Some(&key),
        repeat: &repeat::command(&desk.typed, &[("--idempotency-key", key.clone())]),
    })?;
    desk.out.say(&Said::One(answer.text()), view::messages::FIELDS, || {
        let done = desk.out.paint(Tone::Good, "Posted");
        Ok(format!("{done}.\n\n{}", view::messages::list(&[answer.seen()?], &desk.out)))
    })?;
    if answer.replayed {
        desk.out.note("It had been posted before; this is the answer that was given then.");
    }
    Ok(())
}
