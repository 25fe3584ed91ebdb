//! Endpoints of webhooks and their deliveries in JSON.

use refund_core::{EventType, Label, RefundId, SellerId, Timestamp};
use refund_store::{
    Again, Attempt, Backlog, Chosen, Delivery, DeliveryState, DisabledBecause, EventPosition, Webhook, WebhookTerms,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::ApiCode;
use super::settings::RoleIn;
use super::unusable::Unusable;

/// An endpoint to be made or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookIn {
    /// Where messages are sent: https, to a public address.
    #[schema(max_length = 2048)]
    url: String,
    #[serde(default)]
    description: Option<Label>,
    /// What it is told of; left out or empty, of everything.
    #[serde(default)]
    types: Vec<EventType>,
}

impl WebhookIn {
    pub(crate) fn new(url: String, description: Option<Label>, types: Vec<EventType>) -> Self {
        Self { url, description, types }
    }

    /// What its owner says of it. `address` reads what was typed as one, or says why nothing would be sent there; what
    /// it reads is kept, so that nobody is shown another one than is connected to.
    pub(crate) fn terms(self, address: impl FnOnce(&str) -> Result<String, String>) -> Result<WebhookTerms, Unusable> {
        let url = address(&self.url).map_err(|why| Unusable::at(ApiCode::UrlNotAllowed, "/url", why))?;
        let mut types: Vec<_> = self.types.iter().map(|kind| kind.as_str().to_owned()).collect();
        types.sort_unstable();
        types.dedup();
        Ok(WebhookTerms { url, description: self.description, types })
    }
}

/// An endpoint that is told of events; its secret when it is made and when the secret is rotated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookOut {
    id: String,
    #[schema(value_type = RoleIn)]
    role: &'static str,
    #[schema(required)]
    seller_id: Option<SellerId>,
    url: String,
    #[schema(required)]
    description: Option<Label>,
    /// What it is told of; of everything where nothing is named.
    types: Vec<String>,
    created_at: Timestamp,
    /// It is told of what happens from then on.
    enabled_at: Timestamp,
    #[schema(required)]
    disabled: Option<DisabledOut>,
    /// Until when messages are signed with the secret before the present one too; another rotation ends that one at
    /// once.
    #[schema(required)]
    both_secrets_until: Option<Timestamp>,
    /// What waits to be sent, where one endpoint is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<WaitingOut>,
    /// What messages are signed with, by the Standard Webhooks specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Since when nothing is sent, and why.
#[derive(Debug, Serialize, ToSchema)]
struct DisabledOut {
    at: Timestamp,
    because: BecauseOut,
}

/// Why nothing is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisabledBecause)]
#[serde(rename_all = "snake_case")]
enum BecauseOut {
    /// Its owner switched it off.
    Asked,
    /// It answered that it is gone for ever (410).
    Gone,
    /// Nothing got through to it for too long.
    Failing,
}

impl WebhookOut {
    pub(crate) fn new(webhook: &Webhook, secret: Option<String>) -> Self {
        let Webhook { id, owner, terms, created_at, enabled_at, disabled, .. } = webhook.clone();
        Self {
            id,
            role: owner.role().as_str(),
            seller_id: owner.seller_id().cloned(),
            url: terms.url,
            description: terms.description,
            types: terms.types,
            created_at,
            enabled_at,
            disabled: disabled.map(|disabled| DisabledOut {
                at: disabled.at,
                because: match disabled.because {
                    DisabledBecause::Asked => BecauseOut::Asked,
                    DisabledBecause::Gone => BecauseOut::Gone,
                    DisabledBecause::Failing => BecauseOut::Failing,
                },
            }),
            both_secrets_until: webhook.both_secrets_until(),
            waiting: None,
            secret,
        }
    }

    /// An endpoint with what waits to be sent to it.
    pub(crate) fn with(self, backlog: Backlog) -> Self {
        Self { waiting: Some(WaitingOut { count: backlog.count, oldest_at: backlog.oldest }), ..self }
    }
}

/// What waits to be sent, or sent again.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingOut {
    count: u64,
    /// Since when the oldest of it waits.
    #[schema(required)]
    oldest_at: Option<Timestamp>,
}

/// An event on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryOut {
    event_id: String,
    refund_id: RefundId,
    /// The event's number within the refund.
    sequence: u64,
    #[schema(value_type = String)]
    event_type: EventType,
    #[schema(value_type = DeliveryStateIn)]
    state: &'static str,
    /// When it was last asked for: by the event itself, or by a redelivery.
    asked_at: Timestamp,
    /// When it is tried next, as things are now; nothing while the endpoint is off.
    #[schema(required)]
    next_attempt_at: Option<Timestamp>,
    /// The last attempts, the latest at the end.
    attempts: Vec<AttemptOut>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = DeliveryState)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryStateIn {
    /// It is to be tried, or tried again.
    Pending,
    /// The receiver took it.
    Succeeded,
    /// It had all its attempts.
    Failed,
}

impl From<DeliveryStateIn> for DeliveryState {
    fn from(state: DeliveryStateIn) -> Self {
        match state {
            DeliveryStateIn::Pending => Self::Pending,
            DeliveryStateIn::Succeeded => Self::Succeeded,
            DeliveryStateIn::Failed => Self::Failed,
        }
    }
}

/// One attempt, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(crate) struct AttemptOut {
    /// When it began.
    at: Timestamp,
    /// The receiver's answer, if there was one.
    #[schema(required)]
    status: Option<u16>,
    /// Why there was no answer.
    #[schema(required)]
    error: Option<String>,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// The beginning of what the receiver said, without addresses; nothing of it where it took a message of a refund.
    response: String,
}

impl From<Attempt> for AttemptOut {
    fn from(Attempt { at, status, error, duration_ms, response, .. }: Attempt) -> Self {
        Self { at, status, error, duration_ms, response }
    }
}

impl DeliveryOut {
    /// How it stands, in the word that its JSON has for it.
    pub(crate) fn state_name(&self) -> &'static str {
        self.state
    }

    /// A delivery of the event of that id.
    pub(crate) fn new(event_id: String, delivery: Delivery) -> Self {
        Self {
            event_id,
            refund_id: delivery.refund_id,
            sequence: delivery.sequence,
            event_type: delivery.event_type,
            state: delivery.state.name(),
            asked_at: delivery.asked_at,
            next_attempt_at: delivery.next_at,
            attempts: delivery.attempts.into_iter().map(AttemptOut::from).collect(),
        }
    }
}

/// Which deliveries are made again: those that fit all that is said, of which something is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeliverIn {
    /// Those of these events.
    #[serde(default)]
    #[schema(max_items = 100)]
    events: Vec<String>,
    /// Those that stand so.
    #[serde(default)]
    state: Option<DeliveryStateIn>,
    /// Those of events that were recorded from then on.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Those of events that were recorded before then.
    #[serde(default)]
    to: Option<Timestamp>,
}

/// How many events one redelivery names.
const EVENTS_MAX: usize = 100;

impl RedeliverIn {
    /// The ids of the events that it names.
    /// Fails where there are too many.
    pub(crate) fn events(&self) -> Result<&[String], Unusable> {
        if self.events.len() > EVENTS_MAX {
            return Err(Unusable::malformed("/events", format!("at most {EVENTS_MAX} events")));
        }
        Ok(&self.events)
    }

    /// Which deliveries they are, where those are the events.
    /// Fails where nothing is said.
    pub(crate) fn chosen(self, events: Vec<EventPosition>) -> Result<Chosen, Unusable> {
        let Self { state, from, to, .. } = self;
        if events.is_empty() && state.is_none() && from.is_none() && to.is_none() {
            return Err(Unusable::malformed("", "say which: events, state, from, to"));
        }
        let events = (!events.is_empty()).then_some(events);
        Ok(Chosen { events, state: state.map(DeliveryState::from), from, to })
    }
}

/// How many deliveries are made again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RedeliveredOut {
    count: usize,
    /// Where more than 10,000 fit, which are made again at once, the oldest first: when the first event of the rest
    /// was recorded. With it as `from` the same call goes on.
    #[schema(required)]
    next_from: Option<Timestamp>,
}

impl From<Again> for RedeliveredOut {
    fn from(Again { count, next_from }: Again) -> Self {
        Self { count, next_from }
    }
}
