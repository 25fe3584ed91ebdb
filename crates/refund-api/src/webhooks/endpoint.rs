//! Who is told what, and where.

use std::sync::{Arc, PoisonError};

use refund_core::{Event, EventType, Refund, SellerId, Timestamp};
use url::Url;

use super::Webhooks;
use super::sign::SigningSecret;
use crate::error::Problem;

/// Whose events an endpoint is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Operator,
    Platform,
    Seller(SellerId),
}

/// Where events are sent.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) owner: Owner,
    pub(crate) url: Url,
    /// What it is told of; everything where nothing is named.
    pub(crate) types: Vec<EventType>,
    /// One, or two for a while after a rotation.
    pub(crate) secrets: Vec<SigningSecret>,
    /// It is told of what happened since then.
    pub(crate) since: Timestamp,
    pub(crate) enabled: bool,
}

impl Endpoint {
    /// Whether it is told of that event on that refund.
    pub(crate) fn wants(&self, event: &Event, refund: &Refund) -> bool {
        let sees = match &self.owner {
            Owner::Operator | Owner::Platform => true,
            Owner::Seller(seller_id) => *seller_id == refund.seller_id,
        };
        sees && event.recorded_at >= self.since
            && (self.types.is_empty() || self.types.contains(&event.fact.event_type()))
    }
}

/// Every endpoint there is.
pub(super) fn all(webhooks: &Webhooks) -> Result<Vec<Arc<Endpoint>>, Problem> {
    Ok(webhooks.endpoints.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// Switches an endpoint off, and says why.
pub(super) async fn switch_off(webhooks: &Webhooks, id: &str, _reason: String) -> Result<(), Problem> {
    let mut endpoints = webhooks.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
    for endpoint in endpoints.iter_mut().filter(|endpoint| endpoint.id == id) {
        *endpoint = Arc::new(Endpoint { enabled: false, ..Endpoint::clone(endpoint) });
    }
    Ok(())
}
