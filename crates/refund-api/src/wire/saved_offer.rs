//! Offers that a seller has prepared (R45), in JSON.

use std::collections::BTreeMap;

use refund_core::{AddressId, Label, OfferMessage, RefundType, SavedAmount, SavedOffer, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::Object;
use super::unusable::Unusable;
use super::{MoneyIn, MoneyOut};

/// An offer to be prepared: a share of an amount, or a fixed one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedOfferIn {
    /// The one of the path, or none.
    #[serde(default)]
    id: Option<String>,
    name: Label,
    #[serde(rename = "type")]
    kind: RefundType,
    /// In place of `amount`.
    #[serde(default)]
    #[schema(value_type = Option<ShareIn>)]
    share: Option<Object<ShareIn>>,
    /// In place of `share`: offered where the order line was paid in its currency.
    #[serde(default)]
    #[schema(value_type = Option<MoneyIn>)]
    amount: Option<Object<MoneyIn>>,
    #[serde(default)]
    #[schema(value_type = Option<Messages>)]
    messages: Option<Object<Messages>>,
    /// Of a return: where the goods go, if not to the address that is the default then.
    #[serde(default)]
    return_address_id: Option<AddressId>,
}

/// A part of an amount, which is rounded down to the currency's smallest unit.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SavedShareIn)]
#[serde(deny_unknown_fields)]
struct ShareIn {
    of: ShareOf,
    /// More than 0 and at most 100, with at most two decimals.
    #[schema(pattern = r"^(0\.(0[1-9]|[1-9][0-9]?)|[1-9][0-9]?(\.[0-9]{1,2})?|100(\.0{1,2})?)$")]
    percent: String,
}

/// Of what it is a share: of what the buyer asks for, or of what was paid for the order line.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ShareOf {
    Requested,
    Paid,
}

/// What the buyer is told, in each language in which there is something to tell.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[schema(as = OfferMessages)]
#[serde(deny_unknown_fields)]
struct Messages {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    en: Option<OfferMessage>,
    #[serde(rename = "zh-Hant", default, skip_serializing_if = "Option::is_none")]
    zh_hant: Option<OfferMessage>,
    #[serde(rename = "zh-Hans", default, skip_serializing_if = "Option::is_none")]
    zh_hans: Option<OfferMessage>,
}

/// A language in which a message can be written.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = OfferLanguage)]
pub(super) enum LanguageIn {
    #[serde(rename = "en")]
    En,
    #[serde(rename = "zh-Hant")]
    ZhHant,
    #[serde(rename = "zh-Hans")]
    ZhHans,
}

impl LanguageIn {
    /// Its tag (BCP 47).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHant => "zh-Hant",
            Self::ZhHans => "zh-Hans",
        }
    }
}

impl SavedOfferIn {
    /// The offer, under that id.
    /// Fails where it names another id, says two amounts or none, or has one that is none.
    pub(crate) fn read(self, id: String) -> Result<SavedOffer, Unusable> {
        if self.id.is_some_and(|named| named != id) {
            return Err(Unusable::malformed("/id", format!("the path names the offer {id}")));
        }
        if self.kind == RefundType::RefundOnly && self.return_address_id.is_some() {
            return Err(Unusable::malformed("/return_address_id", "nothing goes back with REFUND_ONLY"));
        }
        let amount = match (self.share, self.amount) {
            (Some(Object(share)), None) => share.read()?,
            (None, Some(Object(amount))) => SavedAmount::Fixed(amount.read("/amount")?),
            (None, None) => return Err(Unusable::malformed("", "how much: `share` or `amount`")),
            (Some(_), Some(_)) => return Err(Unusable::malformed("/amount", "`share` or `amount`, and not both")),
        };
        let messages = self.messages.map(|Object(messages)| messages).unwrap_or_default();
        Ok(SavedOffer {
            id,
            name: self.name,
            kind: self.kind,
            amount,
            messages: messages.into(),
            return_address_id: self.return_address_id,
        })
    }
}

impl ShareIn {
    fn read(self) -> Result<SavedAmount, Unusable> {
        let share: Share = (self.percent.parse())
            .map_err(|invalid: refund_core::InvalidShare| Unusable::malformed("/share/percent", invalid.to_string()))?;
        Ok(match self.of {
            ShareOf::Requested => SavedAmount::OfRequested(share),
            ShareOf::Paid => SavedAmount::OfPaid(share),
        })
    }
}

impl From<Messages> for BTreeMap<String, OfferMessage> {
    fn from(messages: Messages) -> Self {
        let each = [
            (LanguageIn::En, messages.en),
            (LanguageIn::ZhHant, messages.zh_hant),
            (LanguageIn::ZhHans, messages.zh_hans),
        ];
        each.into_iter().filter_map(|(language, message)| Some((language.tag().to_owned(), message?))).collect()
    }
}

/// An offer that a seller has prepared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedOfferOut {
    id: String,
    name: Label,
    #[serde(rename = "type")]
    kind: RefundType,
    /// Nothing where the amount is a fixed one.
    #[schema(required)]
    share: Option<ShareOut>,
    /// Nothing where it is a share.
    #[schema(required)]
    amount: Option<MoneyOut>,
    messages: Messages,
    /// Where a return goes, if not to the address that is the default then. The address may be gone.
    #[schema(required)]
    return_address_id: Option<AddressId>,
}

/// A part of an amount.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedShare)]
struct ShareOut {
    of: ShareOf,
    percent: String,
}

impl From<&SavedOffer> for SavedOfferOut {
    fn from(saved: &SavedOffer) -> Self {
        let (share, amount) = match saved.amount {
            SavedAmount::OfRequested(share) => (Some((ShareOf::Requested, share)), None),
            SavedAmount::OfPaid(share) => (Some((ShareOf::Paid, share)), None),
            SavedAmount::Fixed(amount) => (None, Some(amount.into())),
        };
        let message = |language: LanguageIn| saved.messages.get(language.tag()).cloned();
        Self {
            id: saved.id.clone(),
            name: saved.name.clone(),
            kind: saved.kind,
            share: share.map(|(of, share)| ShareOut { of, percent: share.to_string() }),
            amount,
            messages: Messages {
                en: message(LanguageIn::En),
                zh_hant: message(LanguageIn::ZhHant),
                zh_hans: message(LanguageIn::ZhHans),
            },
            return_address_id: saved.return_address_id.clone(),
        }
    }
}
