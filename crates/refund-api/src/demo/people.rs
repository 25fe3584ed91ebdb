//! The demo's sellers, from a file that anyone can read.

use std::collections::BTreeMap;

use refund_core::{Actor, Role, SellerId, Via};
use refund_store::{Request, SetUp, Store};
use serde::Deserialize;

use crate::wire::{SavedOfferIn, SellerIn};

const SELLERS: &str = include_str!("sellers.json");

#[derive(Deserialize)]
struct Given {
    id: SellerId,
    seller: SellerIn,
    /// What it has prepared to offer, by its ids.
    #[serde(default)]
    saved_offers: BTreeMap<String, SavedOfferIn>,
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
    for Given { id, seller, saved_offers } in sellers()? {
        if store.settings().seller(&id).is_some() {
            continue;
        }
        let seller = seller.read().map_err(|problem| format!("{problem:?}"))?;
        let actor = Actor::new(Role::Operator, "demo", Via::User("demo".to_owned()));
        let mut all = vec![SetUp::PutSeller { seller_id: id.clone(), seller: Box::new(seller) }];
        for (name, offer) in saved_offers {
            let offer = offer.read(name).map_err(|problem| format!("{problem:?}"))?;
            all.push(SetUp::SaveOffer { seller_id: id.clone(), offer: Box::new(offer) });
        }
        for set_up in all {
            let request = Request::new(actor.clone(), set_up);
            store.submit(request).await.map_err(|refused| format!("{refused:?}"))?;
        }
    }
    Ok(())
}
