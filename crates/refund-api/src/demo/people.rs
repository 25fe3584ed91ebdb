//! The demo's sellers, from a file that anyone can read.

use refund_core::{Actor, Role, SellerId, Via};
use refund_store::{Request, SetUp, Store};
use serde::Deserialize;

use crate::wire::SellerIn;

const SELLERS: &str = include_str!("sellers.json");

#[derive(Deserialize)]
struct Given {
    id: SellerId,
    seller: SellerIn,
}

fn sellers() -> Result<Vec<Given>, String> {
    serde_json::from_str(SELLERS).map_err(|error| error.to_string())
}

/// The seller whose key the demo gives out.
pub(super) fn first_seller() -> Result<SellerId, String> {
    sellers()?.into_iter().next().map(|given| given.id).ok_or_else(|| "no sellers".to_owned())
}

/// Sets up those that aren't there yet; one that somebody has changed since stays as it is.
pub(super) async fn set_up(store: &dyn Store) -> Result<(), String> {
    for Given { id, seller } in sellers()? {
        if store.settings().seller(&id).is_some() {
            continue;
        }
        let seller = seller.read().map_err(|problem| format!("{problem:?}"))?;
        let actor = Actor::new(Role::Operator, "demo", Via::User("demo".to_owned()));
        let request = Request::new(actor, SetUp::PutSeller { seller_id: id, seller: Box::new(seller) });
        store.submit(request).await.map_err(|refused| format!("{refused:?}"))?;
    }
    Ok(())
}
