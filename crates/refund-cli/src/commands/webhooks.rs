//! `refund webhooks`: endpoints made, changed, tried and looked at; what was sent is sent again.

mod secret;
mod tail;

use serde_json::{Map, Value, json};

use super::{Desk, confirm};
use crate::cli::values::word;
use crate::cli::webhooks::{
    CreateWebhook, Deliveries, EndpointId, Redeliver, RemoveWebhook, RotateSecret, Secret, SetWebhook, State, Webhooks,
};
use crate::client::{Change, Query, Reply, segment};
use crate::failure::Failure;
use crate::model::{Attempt, Delivery, Redelivered, Webhook};
use crate::output::Said;
use crate::output::style::Tone;
use crate::view::webhooks as view;
use secret::Place;

pub(super) fn run(desk: &Desk, webhooks: Webhooks) -> Result<(), Failure> {
    match webhooks {
        Webhooks::List => list(desk),
        Webhooks::Show(endpoint) => show(desk, &desk.client()?.get(&path(&endpoint.id, ""), &Query::new())?, None),
        Webhooks::Create(webhook) => create(desk, webhook),
        Webhooks::Set(webhook) => set(desk, &webhook),
        Webhooks::Rotate(rotate_secret) => rotate(desk, &rotate_secret),
        Webhooks::Enable(endpoint) => switch(desk, &endpoint, "enable", "It is told of what happens from now on"),
        Webhooks::Disable(endpoint) => switch(desk, &endpoint, "disable", "Nothing is sent until it is enabled"),
        Webhooks::Remove(webhook) => remove(desk, &webhook),
        Webhooks::Ping(endpoint) => ping(desk, &endpoint),
        Webhooks::Deliveries(of) => deliveries(desk, &of),
        Webhooks::Tail(which) => tail::run(desk, &which),
        Webhooks::Redeliver(which) => redeliver(desk, which),
    }
}

fn path(id: &str, what: &str) -> String {
    format!("/v1/webhooks/{}{what}", segment(id))
}

fn list(desk: &Desk) -> Result<(), Failure> {
    let page = desk.client()?.pages("/v1/webhooks", &Query::new(), None)?;
    desk.list(&page, view::FIELDS, || Ok(view::list(&page.seen::<Webhook>()?, &desk.out)))?;
    if page.items.is_empty() {
        desk.out.hint("Next: refund webhooks create URL");
    }
    Ok(())
}

fn show(desk: &Desk, answer: &Reply, done: Option<&str>) -> Result<(), Failure> {
    let webhook: Webhook = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), view::FIELDS, || {
        let now = desk.client()?.now([&*webhook.created_at])?;
        let done = done.map_or_else(String::new, |done| desk.out.done(done));
        Ok(done + &view::card(&webhook, now, &desk.out).text())
    })?;
    let next = if webhook.disabled.is_some() { "enable" } else { "deliveries" };
    desk.out.hint(&format!("Next: refund webhooks {next} {}", webhook.id));
    Ok(())
}

/// A change of one endpoint; done twice it is as good as done once.
fn post(desk: &Desk, id: &str, what: &str, body: &Value) -> Result<Reply, Failure> {
    desk.change(Change::post(path(id, what), body))
}

fn create(desk: &Desk, given: CreateWebhook) -> Result<(), Failure> {
    let body = json!({ "url": given.url, "description": given.description, "types": types(given.types) });
    with_secret(desk, "/v1/webhooks".to_owned(), &body, &given.secret, "The endpoint is made")
}

/// What it is told of, as the API takes it: everything where nothing is named.
fn types(given: Vec<String>) -> Vec<String> {
    if given == ["all"] { Vec::new() } else { given }
}

fn rotate(desk: &Desk, given: &RotateSecret) -> Result<(), Failure> {
    let client = desk.client()?;
    let webhook: Webhook = client.get(&path(&given.id, ""), &Query::new())?.seen()?;
    let now = client.now([&*webhook.created_at])?;
    if webhook.both_secrets_until.is_some_and(|until| view::is_ahead(&until, now)) {
        let question = "Messages are signed with two secrets still. Shall the older one end now?";
        confirm::ask(question, given.yes)?;
    }
    with_secret(desk, path(&given.id, "/rotate"), &json!({}), &given.secret, "The endpoint has another secret")
}

/// Sends what is answered with a secret, and puts that where it was asked for.
fn with_secret(desk: &Desk, path: String, body: &Value, given: &Secret, done: &str) -> Result<(), Failure> {
    let place = Place::prepare(given.secret_file.as_deref())?;
    // By its key the same call gives the same secret again, where the answer was lost.
    let answer = desk.change_once(Change::post(path, body), given.idempotency_key.clone(), Vec::new())?;
    let webhook: Webhook = answer.seen()?;
    let secret = webhook.secret.clone().unwrap_or_default();
    let kept = place.map(|place| place.keep(&secret)).transpose();
    desk.out.say(&Said::One(answer.text()), view::FIELDS_WITH_SECRET, || {
        let now = desk.client()?.now([&*webhook.created_at])?;
        let card = view::card(&webhook, now, &desk.out).text();
        let secret = match &kept {
            Ok(Some(path)) => format!("The secret that messages are signed with is in {}.\n", path.display()),
            Ok(None) | Err(_) => format!(
                "The secret that messages are signed with. It is shown this once:\n\n{}\n",
                desk.out.paint(Tone::Strong, &secret)
            ),
        };
        Ok(format!("{}{card}\n{secret}", desk.out.done(done)))
    })?;
    if answer.replayed {
        desk.out.note("It had been done before; this is the answer that was given then.");
    }
    desk.out.hint(&format!("Next: give the receiver its secret, then refund webhooks ping {}", webhook.id));
    match kept {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::Broken(format!("the secret could not be written to its file: {error}"))),
    }
}

fn set(desk: &Desk, given: &SetWebhook) -> Result<(), Failure> {
    let there = desk.client()?.get(&path(&given.id, ""), &Query::new())?;
    let mut body: Map<String, Value> = there.raw()?;
    body.retain(|name, _| matches!(name.as_str(), "url" | "description" | "types"));
    let changes = [
        ("url", given.url.as_ref().map(|url| json!(url))),
        ("description", given.description.as_ref().map(|text| if text.is_empty() { Value::Null } else { json!(text) })),
        ("types", given.types.clone().map(|given| json!(types(given)))),
    ];
    for (name, value) in changes {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    }
    let answer = desk.change(Change::put(path(&given.id, ""), Value::Object(body)).matching(there.tag))?;
    show(desk, &answer, Some("The endpoint is changed"))
}

fn switch(desk: &Desk, endpoint: &EndpointId, what: &str, done: &str) -> Result<(), Failure> {
    show(desk, &post(desk, &endpoint.id, &format!("/{what}"), &json!({}))?, Some(done))
}

fn remove(desk: &Desk, given: &RemoveWebhook) -> Result<(), Failure> {
    confirm::ask(&format!("Remove {}, with all that waits to be sent to it?", given.id), given.yes)?;
    // Removed twice is removed: the second time it is not there.
    let answer = desk.change(Change::delete(path(&given.id, "")))?;
    let webhook: Webhook = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), view::FIELDS, || {
        let removed = desk.out.paint(Tone::Good, "Removed");
        Ok(format!("{removed}: nothing more is sent to {}.\n", webhook.url))
    })
}

fn ping(desk: &Desk, endpoint: &EndpointId) -> Result<(), Failure> {
    let answer = post(desk, &endpoint.id, "/ping", &json!({}))?;
    let attempt: Attempt = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), view::ATTEMPT_FIELDS, || {
        Ok(format!("{}\n", desk.out.paint(view::tone(&attempt), &view::in_words(&attempt))))
    })?;
    if attempt.has_succeeded() { Ok(()) } else { Err(Failure::Broken("the message did not arrive".to_owned())) }
}

fn deliveries(desk: &Desk, of: &Deliveries) -> Result<(), Failure> {
    let query: Query = of.state.map(|state| ("state", word(state))).into_iter().collect();
    let client = desk.client()?;
    let page = client.pages(&path(&of.id, "/deliveries"), &query, of.many.limit())?;
    let mut seen: Vec<Delivery> = page.seen()?;
    desk.list(&page, view::DELIVERY_FIELDS, || {
        let now = client.now(seen.iter().map(|delivery| &*delivery.asked_at))?;
        Ok(view::deliveries(&seen, now, &desk.out))
    })?;
    seen.retain(|delivery| delivery.state == word(State::Failed));
    if let Some(failed) = seen.first() {
        desk.out.hint(&format!("To send one again: refund webhooks redeliver {} {}", of.id, failed.event_id));
    }
    Ok(())
}

fn redeliver(desk: &Desk, given: Redeliver) -> Result<(), Failure> {
    let mut body = Map::new();
    if !given.events.is_empty() {
        body.insert("events".to_owned(), json!(given.events));
    }
    if given.failed {
        body.insert("state".to_owned(), json!(word(State::Failed)));
    }
    for (name, when) in [("from", given.from), ("to", given.to)] {
        if let Some(when) = when {
            body.insert(name.to_owned(), json!(when.back_from(desk.client()?.now([])?)));
        }
    }
    let answer = post(desk, &given.id, "/redeliver", &Value::Object(body))?;
    let Redelivered { count, next_from } = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), &["count"], || {
        Ok(match count {
            0 => "Nothing of what was sent fits that.\n".to_owned(),
            1 => format!("{}: 1 message.\n", desk.out.paint(Tone::Good, "Sent again")),
            _ => format!("{}: {count} messages.\n", desk.out.paint(Tone::Good, "Sent again")),
        })
    })?;
    if let Some(from) = next_from {
        desk.out.hint(&format!("There is more. To go on, the same with: --from {from}"));
    }
    desk.out.hint(&format!("What comes of it: refund webhooks tail {}", given.id));
    Ok(())
}
