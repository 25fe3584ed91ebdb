//! One endpoint of webhooks: what it is told, what was sent to it, and what came of each attempt.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use fluent_bundle::FluentValue;
use refund_store::{
    Attempt, Chosen, Delivery, DeliveryState, DisabledBecause, Request, SetUp, Tag, Webhook, WebhookChange,
};

use super::change::{done_before, replaced};
use super::webhooks::{EndpointView, TypeView, secret, typed, types};
use crate::feed::named_by;
use crate::pages::answers::shown_once;
use crate::pages::frame::{Frame, Notice, go_and_tell, shown};
use crate::pages::part::{ListPart, PAGE, PartLinks, behind};
use crate::pages::queue::Choice;
use crate::pages::refund::told_mistake;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::webhooks::{may_see, owner};
use crate::wire::EventOut;

/// What a form of this page can have done.
const DONE: [&str; 4] = ["saved", "on", "off", "again"];
const STATES: [DeliveryState; 3] = [DeliveryState::Pending, DeliveryState::Succeeded, DeliveryState::Failed];

#[derive(Template)]
#[template(path = "pages/operator/webhook.html")]
struct Page {
    page: Frame,
    secret: Option<String>,
    endpoint: EndpointView,
    tag: String,
    url: String,
    description: String,
    types: Vec<TypeView>,
    waiting: u64,
    waits_since: Option<String>,
    states: Vec<Choice>,
    deliveries: Vec<DeliveryView>,
    links: PartLinks,
}

struct DeliveryView {
    event: String,
    refund_id: String,
    kind: String,
    state: String,
    tone: &'static str,
    is_pending: bool,
    next_at: Option<String>,
    attempts: Vec<AttemptView>,
}

struct AttemptView {
    at: String,
    outcome: String,
    is_good: bool,
    response: String,
}

impl DeliveryView {
    fn new(visit: &Visit, event: String, delivery: &Delivery) -> Self {
        let reader = &visit.reader;
        Self {
            event,
            refund_id: delivery.refund_id.to_string(),
            kind: reader.term("event", delivery.event_type.as_str()),
            state: reader.term("delivery", delivery.state.name()),
            tone: match delivery.state {
                DeliveryState::Pending => "wait",
                DeliveryState::Succeeded => "good",
                DeliveryState::Failed => "dispute",
            },
            is_pending: delivery.state == DeliveryState::Pending,
            next_at: delivery.next_at.map(|at| reader.instant(at)),
            attempts: delivery.attempts.iter().rev().map(|attempt| AttemptView::new(visit, attempt)).collect(),
        }
    }
}

impl AttemptView {
    fn new(visit: &Visit, attempt: &Attempt) -> Self {
        let reader = &visit.reader;
        Self {
            at: reader.instant(attempt.at),
            outcome: outcome(visit, attempt),
            is_good: attempt.has_succeeded(),
            response: attempt.response.clone(),
        }
    }
}

/// What came of an attempt, in a line.
fn outcome(visit: &Visit, attempt: &Attempt) -> String {
    let took = ("ms", FluentValue::from(attempt.duration_ms.to_string()));
    match (attempt.status, &attempt.error) {
        (Some(status), _) => {
            visit.reader.language.say("webhook-answered", &[("status", status.to_string().into()), took])
        }
        (None, why) => {
            let why = why.clone().unwrap_or_default();
            visit.reader.language.say("webhook-no-answer", &[("why", why.into()), took])
        }
    }
}

/// The endpoint that the path names, if it is the visitor's to deal with.
fn named(visit: &Visit) -> Result<Arc<Webhook>, Problem> {
    let owner = owner(&visit.person()?.caller)?;
    let webhook = visit.app.engine.settings().webhook(visit.param("id")).cloned();
    webhook.filter(|webhook| may_see(&owner, webhook)).ok_or_else(Problem::not_found)
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    let webhook = named(&visit)?;
    page(&visit, webhook, done_before(&visit, &DONE), None).await
}

async fn page(
    visit: &Visit,
    webhook: Arc<Webhook>,
    notice: Option<Notice>,
    secret: Option<String>,
) -> Result<Response, Problem> {
    let (reader, form, id) = (&visit.reader, &visit.form, webhook.id.clone());
    let asked = visit.query.get("state");
    let state = STATES.into_iter().find(|state| state.name() == asked);
    let list = format!("deliveries {id} {}", state.map_or("", DeliveryState::name));
    let last = behind(visit, &list)?.and_then(|id| EventOut::position(&id));
    let (webhooks, chosen) = (&visit.app.webhooks, Chosen { state, ..Chosen::default() });
    let found = webhooks.deliveries(&webhook, &chosen, last, PAGE.saturating_add(1), reader.now).await?;
    let backlog = webhooks.backlog(std::slice::from_ref(&webhook)).await?;
    let ListPart { items, links } = ListPart::cut(visit, &list, found, |delivery| EventOut::id(delivery.event))?;
    let frame = Frame::new(visit, "webhook-title", "webhooks").coming_back_to(format!("/operator/webhooks/{id}"));
    let frame = frame.saying(notice);
    // What was typed is shown again where something is wrong with it.
    let is_typed = visit.is_resumed || frame.status() == StatusCode::UNPROCESSABLE_ENTITY;
    let (endpoint, role) = (EndpointView::new(reader, &webhook), webhook.owner.role());
    let shown_page = Page {
        page: frame,
        secret,
        tag: Tag::of(&*webhook)?.to_string(),
        url: if is_typed { form.get("url").to_owned() } else { endpoint.url.clone() },
        description: if is_typed { form.get("description").to_owned() } else { endpoint.description.clone() },
        types: types(reader, |name| {
            if is_typed {
                form.all("type").any(|typed| typed == name)
            } else {
                webhook.terms.types.iter().any(|own| own == name)
            }
        }),
        endpoint,
        waiting: backlog.count,
        waits_since: backlog.oldest.map(|at| reader.instant(at)),
        states: STATES.into_iter().map(|state| Choice::new(reader, "delivery", state.name(), asked)).collect(),
        deliveries: items
            .iter()
            .map(|delivery| DeliveryView::new(visit, visit.app.event_ids.at(role, delivery.event), delivery))
            .collect(),
        links,
    };
    shown(shown_page.page.status(), &shown_page)
}

/// Does to an endpoint what the path says.
pub(in crate::pages) async fn act(visit: Visit) -> Result<Response, Problem> {
    let webhook = named(&visit)?;
    match visit.param("what") {
        "change" => change(&visit, webhook).await,
        "rotate" => {
            let changed = changed(&visit, &webhook, WebhookChange::Rotated).await?;
            let secret = secret(&visit, &changed)?;
            page(&visit, changed, None, Some(secret)).await.map(shown_once)
        }
        "enable" => {
            changed(&visit, &webhook, WebhookChange::Enabled).await?;
            Ok(go_and_tell(&format!("/operator/webhooks/{}", webhook.id), "on"))
        }
        "disable" => {
            changed(&visit, &webhook, WebhookChange::Disabled(DisabledBecause::Asked)).await?;
            Ok(go_and_tell(&format!("/operator/webhooks/{}", webhook.id), "off"))
        }
        "remove" => {
            let actor = visit.person()?.caller.itself();
            let request = Request::new(actor, SetUp::RemoveWebhook { webhook_id: webhook.id.clone() });
            visit.change(request).await?;
            Ok(go_and_tell("/operator/webhooks", "removed"))
        }
        "ping" => {
            let attempt = visit.app.webhooks.ping(webhook.clone(), visit.app.engine.store().now()).await?;
            let text = outcome(&visit, &attempt);
            let notice = if attempt.has_succeeded() { Notice::good(text) } else { Notice::bad(text) };
            page(&visit, webhook, Some(notice.under(StatusCode::OK)), None).await
        }
        "again" => again(&visit, &webhook).await,
        _ => Err(Problem::not_found()),
    }
}

async fn changed(visit: &Visit, webhook: &Webhook, change: WebhookChange) -> Result<Arc<Webhook>, Problem> {
    let actor = visit.person()?.caller.itself();
    let request = Request::new(actor, SetUp::ChangeWebhook { webhook_id: webhook.id.clone(), change });
    visit.change(request).await?;
    visit.app.engine.settings().webhook(&webhook.id).cloned().ok_or_else(Problem::not_found)
}

/// Changes where an endpoint is and what it is told of, if it is still what the page showed.
async fn change(visit: &Visit, webhook: Arc<Webhook>) -> Result<Response, Problem> {
    let actor = visit.person()?.caller.itself();
    let terms = match typed(visit)? {
        Ok(terms) => terms,
        Err(mistake) => return page(visit, webhook, Some(told_mistake(visit, &mistake)), None).await,
    };
    let id = webhook.id.clone();
    let work =
        Request::new(actor, SetUp::ChangeWebhook { webhook_id: id.clone(), change: WebhookChange::Terms(terms) });
    match replaced(visit, work).await? {
        Ok(_) => Ok(go_and_tell(&format!("/operator/webhooks/{id}"), "saved")),
        Err(moved) => {
            let now = visit.app.engine.settings().webhook(&id).cloned().ok_or_else(Problem::not_found)?;
            page(visit, now, Some(moved), None).await
        }
    }
}

/// Has one event sent again, or all that failed.
async fn again(visit: &Visit, webhook: &Webhook) -> Result<Response, Problem> {
    let chosen = match visit.form.get("event") {
        "" => Chosen { state: Some(DeliveryState::Failed), ..Chosen::default() },
        id => {
            let app = &visit.app;
            let named = named_by(app.engine.store(), &app.event_ids, &visit.person()?.caller, id).await?;
            Chosen { events: Some(named.into_iter().collect()), ..Chosen::default() }
        }
    };
    visit.app.webhooks.deliver_again(&webhook.id, &chosen, visit.app.engine.store().now()).await?;
    Ok(go_and_tell(&format!("/operator/webhooks/{}", webhook.id), "again"))
}
