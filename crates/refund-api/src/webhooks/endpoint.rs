//! Who is told what, and where.

use std::sync::Arc;

use refund_core::{Actor, Role, Timestamp};
use refund_store::{DisabledBecause, Due, KeyRole, Request, SetUp, Told, Webhook, WebhookChange, WebhookTerms};
use url::Url;

use super::Webhooks;
use super::by_mail::is_lane;
use super::owning::may_be_told;
use super::sign::SigningSecret;
use crate::engine::Engine;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// Where events are sent.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) stored: Arc<Webhook>,
    pub(crate) url: Url,
    /// One, or two for a while after a rotation.
    pub(crate) secrets: Vec<SigningSecret>,
}

impl Endpoint {
    /// An endpoint as it is at an instant; nothing where its address can't be read.
    pub(super) fn new(webhooks: &Webhooks, stored: Arc<Webhook>, now: Timestamp) -> Option<Self> {
        let url = Url::parse(&stored.terms.url).ok()?;
        let before = stored.both_secrets_until().filter(|until| now < *until);
        let before = before.map(|_| stored.generation_before());
        let generations = std::iter::once(stored.generation).chain(before);
        let secrets = generations.map(|generation| webhooks.secrets.secret(&stored.id, generation)).collect();
        Some(Self { stored, url, secrets })
    }

    pub(crate) fn id(&self) -> &str {
        &self.stored.id
    }

    /// In what capacity its owner is told.
    pub(super) fn owners_role(&self) -> Role {
        self.stored.owner.role()
    }

    /// Whether it stands for what the server mails by itself.
    pub(super) fn is_by_mail(&self) -> bool {
        is_lane(self.id())
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.stored.disabled.is_none()
    }

    /// Until when its receiver is left alone, if it is: not where it was switched on since, for whoever did that wants
    /// it tried.
    pub(super) fn left_alone_until(&self, due: &Due) -> Option<Timestamp> {
        due.left_alone.filter(|alone| alone.since >= self.stored.enabled_at).map(|alone| alone.until)
    }

    /// Whether it is told of that event.
    pub(crate) fn wants(&self, told: &Told) -> bool {
        let event = &told.event;
        // What happened before it was switched off waits for it, also where the book was lost meanwhile.
        let was_on = event.recorded_at >= self.stored.enabled_at
            && self.stored.disabled.is_none_or(|off| event.recorded_at < off.at);
        let types = &self.stored.terms.types;
        let name = event.fact.event_type().as_str();
        may_be_told(&self.stored.owner, told)
            && was_on
            && (types.is_empty() || types.iter().any(|wanted| wanted == name))
    }
}

/// What stands among the endpoints for a lane of what the server mails by itself.
pub(super) fn of_lane(lane: String) -> Result<Endpoint, Problem> {
    let url = Url::parse("mailto:").map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))?;
    let terms = WebhookTerms { url: url.to_string(), description: None, types: Vec::new() };
    let stored = Arc::new(Webhook::new(lane, KeyRole::Platform, terms));
    Ok(Endpoint { stored, url, secrets: Vec::new() })
}

/// Every endpoint there is.
pub(super) fn all(engine: &Engine, webhooks: &Webhooks) -> Vec<Arc<Endpoint>> {
    let now = engine.store().now();
    let stored = engine.settings().webhooks().into_iter();
    stored.filter_map(|stored| Endpoint::new(webhooks, stored, now)).map(Arc::new).collect()
}

/// Switches an endpoint off, and says why.
pub(super) async fn switch_off(engine: &Engine, id: &str, because: DisabledBecause) -> Result<(), Problem> {
    let change = WebhookChange::Disabled(because);
    let request = Request::new(Actor::system(), SetUp::ChangeWebhook { webhook_id: id.to_owned(), change });
    match engine.submit(request).await {
        // Its owner removed it meanwhile.
        Ok(_) | Err(refund_store::Refused::NotFound) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}
