//! `refund messages` and `refund message`: what people write on a refund.

use serde_json::json;

use super::Desk;
use super::acts::files;
use crate::cli::messages::{Message, Messages};
use crate::client::{Change, Query, segment};
use crate::failure::Failure;
use crate::model;
use crate::output::Said;
use crate::view;

fn path(id: &str) -> String {
    format!("/v1/refunds/{}/messages", segment(id))
}

pub(super) fn list(desk: &Desk, messages: &Messages) -> Result<(), Failure> {
    let page = desk.client()?.pages(&path(&messages.id), &Query::new(), messages.many.limit())?;
    let told = || Ok(view::messages::list(&page.seen::<model::Message>()?, &desk.out));
    desk.list(&page, view::messages::FIELDS, told)
}

pub(super) fn post(desk: &Desk, message: &Message) -> Result<(), Failure> {
    let (text, attachments) = (&message.text, &message.attach);
    let mut body = if message.for_operators {
        json!({ "text": text, "attachments": attachments, "for_operators": true })
    } else {
        json!({ "text": text, "attachments": attachments, "internal": message.internal })
    };
    if let (Some(members), Some(named)) = (body.as_object_mut(), files(message.shown.clone())) {
        members.insert("files".to_owned(), named);
    }
    let change = Change::post(path(&message.id), body);
    let answer = desk.change_once(change, message.idempotency_key.clone(), Vec::new())?;
    desk.out.say(&Said::One(answer.text()), view::messages::FIELDS, || {
        Ok(desk.out.done("Posted") + &view::messages::list(&[answer.seen()?], &desk.out))
    })?;
    if answer.replayed {
        desk.out.note("It had been posted before; this is the answer that was given then.");
    }
    Ok(())
}
