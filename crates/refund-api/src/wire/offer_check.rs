//! What would come of an offer (R45), in JSON.

use std::sync::Arc;

use refund_core::{
    AddressId, MakeOffer, NamedFiles, Negotiation, NegotiationId, OfferMessage, RefundType, Refusal, SavedOffer,
    Timestamp,
};
use refund_store::Around;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::ApiCode;
use super::json::Object;
use super::options::ObjectionOut;
use super::refund::OfferOut;
use super::saved_offer::LanguageIn;
use super::unusable::Unusable;
use super::{MoneyIn, MoneyOut};
use crate::machine::entropy::negotiation_id;

/// An offer to be checked: `type` and `amount` as they would be sent to make it, or one that the seller has prepared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferCheckIn {
    /// Needed where no prepared offer is named.
    #[serde(rename = "type", default)]
    kind: Option<RefundType>,
    /// Needed where no prepared offer is named.
    #[serde(default)]
    #[schema(value_type = Option<MoneyIn>)]
    amount: Option<Object<MoneyIn>>,
    #[serde(default)]
    return_address_id: Option<AddressId>,
    /// A prepared offer, which says type, amount and address.
    #[serde(default)]
    saved_offer_id: Option<String>,
    /// In which language a prepared offer's message is wanted. Left out, it is the only one that there is.
    #[serde(default)]
    language: Option<LanguageIn>,
    /// Of a prepared offer: in place of its own.
    #[serde(default)]
    message: Option<OfferMessage>,
    #[serde(default)]
    agreed_offline: Option<bool>,
    /// Files of the refund that show something about it, which the seller has added.
    #[serde(default)]
    files: Option<NamedFiles>,
}

/// What is asked about.
pub(crate) enum AskedOffer {
    /// These terms.
    Exact(MakeOffer),
    /// Whatever a prepared offer comes to.
    Saved(SavedAsked),
}

/// A prepared offer, and what is said beside it.
pub(crate) struct SavedAsked {
    saved: Arc<SavedOffer>,
    negotiation_id: NegotiationId,
    language: Option<LanguageIn>,
    message: Option<OfferMessage>,
    agreed_offline: bool,
    files: NamedFiles,
}

impl OfferCheckIn {
    /// What is asked about on a refund. `find` knows what its seller has prepared.
    /// Fails where neither terms nor a prepared offer are named, or both, or nothing of that id is prepared.
    pub(crate) fn read(self, find: impl FnOnce(&str) -> Option<Arc<SavedOffer>>) -> Result<AskedOffer, Unusable> {
        let negotiation_id = negotiation_id().map_err(|_| Unusable::NotFound)?;
        let (message, agreed_offline) = (self.message, self.agreed_offline.unwrap_or(false));
        let files = self.files.unwrap_or_default();
        let Some(id) = self.saved_offer_id else {
            let missing = |field: &str| Unusable::malformed("", format!("missing field `{field}`"));
            if self.language.is_some() {
                return Err(Unusable::malformed("/language", "this is for a prepared offer"));
            }
            return Ok(AskedOffer::Exact(MakeOffer {
                negotiation_id,
                kind: self.kind.ok_or_else(|| missing("type"))?,
                amount: self.amount.ok_or_else(|| missing("amount"))?.0.read("/amount")?,
                return_address_id: self.return_address_id,
                message,
                agreed_offline,
                files,
            }));
        };
        let said_twice = [
            ("/type", self.kind.is_some()),
            ("/amount", self.amount.is_some()),
            ("/return_address_id", self.return_address_id.is_some()),
        ];
        if let Some((pointer, _)) = said_twice.into_iter().find(|(_, is_said)| *is_said) {
            return Err(Unusable::malformed(pointer, "the prepared offer says it"));
        }
        let unknown = || Unusable::at(ApiCode::SavedOfferUnknown, "/saved_offer_id", "nothing of this id is prepared");
        let saved = find(&id).ok_or_else(unknown)?;
        Ok(AskedOffer::Saved(SavedAsked {
            saved,
            negotiation_id,
            language: self.language,
            message,
            agreed_offline,
            files,
        }))
    }
}

impl AskedOffer {
    /// The exact terms that it comes to on a refund.
    pub(crate) fn on(self, around: &Around) -> MakeOffer {
        match self {
            Self::Exact(terms) => terms,
            Self::Saved(SavedAsked { saved, negotiation_id, language, message, agreed_offline, files }) => {
                let terms = around.saved_offer(&saved, negotiation_id, language.map(LanguageIn::tag));
                MakeOffer { message: message.or(terms.message), agreed_offline, files, ..terms }
            }
        }
    }
}

/// What would come of an offer of these terms (R45).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferCheckOut {
    /// Whether it can be made now.
    possible: bool,
    terms: TermsOut,
    /// Every rule that stands against it, the one first that it would be refused by.
    objections: Vec<ObjectionOut>,
    /// What the buyer would be shown.
    #[schema(required)]
    offer: Option<OfferOut>,
    /// Until when the buyer could answer it.
    #[schema(required)]
    expires_at: Option<Timestamp>,
}

/// The exact terms, as they are sent to make the offer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfferTerms)]
struct TermsOut {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    #[schema(required)]
    return_address_id: Option<AddressId>,
    #[schema(required)]
    message: Option<OfferMessage>,
    agreed_offline: bool,
}

impl OfferCheckOut {
    /// These terms, and what came of looking at them.
    pub(crate) fn new(terms: MakeOffer, checked: Result<Negotiation, Vec<Refusal>>) -> Self {
        let objections = checked.as_ref().err().into_iter().flatten().map(ObjectionOut::from).collect();
        let expires_at = checked.as_ref().ok().map(|negotiation| negotiation.answer.by);
        let offer = checked.ok().map(|negotiation| (&negotiation.offer).into());
        let terms = TermsOut {
            kind: terms.kind,
            amount: terms.amount.into(),
            return_address_id: terms.return_address_id,
            message: terms.message,
            agreed_offline: terms.agreed_offline,
        };
        Self { possible: offer.is_some(), terms, objections, offer, expires_at }
    }
}
