//! Whose endpoints are whose, and how many one owner has.

use refund_core::Role;
use refund_store::{KeyRole, Store, Told, Webhook, WebhookTerms};

use crate::callers::Caller;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How many endpoints one owner has at the most.
const ENDPOINTS_MAX: usize = 20;

/// As whom a caller has endpoints; a buyer has none.
pub(crate) fn owner(caller: &Caller) -> Result<KeyRole, Problem> {
    match caller {
        Caller::Operator { .. } => Ok(KeyRole::Operator),
        Caller::Platform { .. } => Ok(KeyRole::Platform),
        Caller::Seller { seller_id, .. } => Ok(KeyRole::Seller(seller_id.clone())),
        Caller::Buyer { .. } => Err(caller.not_theirs(&[Role::Operator, Role::Platform, Role::Seller])),
    }
}

/// Whether an owner may deal with an endpoint: an operator deals with everybody's.
pub(crate) fn may_see(owner: &KeyRole, webhook: &Webhook) -> bool {
    *owner == KeyRole::Operator || *owner == webhook.owner
}

/// Whether an owner's endpoints may be told of that event.
pub(crate) fn may_be_told(owner: &KeyRole, told: &Told) -> bool {
    owner.seller_id().is_none_or(|seller_id| told.is_for_seller(seller_id))
}

/// An endpoint to be made, if its owner may have one more.
pub(crate) fn another(store: &dyn Store, owner: KeyRole, terms: WebhookTerms) -> Result<Webhook, Problem> {
    let of_owner = store.settings().webhooks().iter().filter(|webhook| webhook.owner == owner).count();
    if of_owner >= ENDPOINTS_MAX {
        return Err(Problem::new(ApiCode::TooManyWebhooks, format!("there are {of_owner} already")));
    }
    Ok(Webhook::new(entropy::id("whk_"), owner, terms))
}
