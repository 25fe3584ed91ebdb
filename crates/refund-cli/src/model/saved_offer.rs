//! What a seller has prepared to offer.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Money, Objection, Terms};

/// A prepared offer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SavedOffer {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) share: Option<Share>,
    pub(crate) amount: Option<Money>,
    pub(crate) messages: BTreeMap<String, String>,
    pub(crate) return_address_id: Option<String>,
}

/// A part of an amount.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Share {
    pub(crate) of: String,
    pub(crate) percent: String,
}

impl SavedOffer {
    /// "12.5 % of what is requested", or the fixed amount.
    pub(crate) fn amount_told(&self) -> String {
        let of = |of: &str| if of == "paid" { "what was paid".to_owned() } else { format!("what is {of}") };
        match (&self.share, &self.amount) {
            (Some(share), _) => format!("{} % of {}", share.percent, of(&share.of)),
            (None, Some(amount)) => amount.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Where goods go back to, where they do.
    pub(crate) fn goes_to(&self) -> Option<String> {
        let address = self.return_address_id.clone().unwrap_or_else(|| "the default address then".to_owned());
        Some(address).filter(|_| self.kind == "RETURN_AND_REFUND")
    }
}

/// What a prepared offer comes to on a refund.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SavedOption {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) terms: Terms,
    pub(crate) objections: Vec<Objection>,
}
