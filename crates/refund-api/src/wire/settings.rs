//! Sellers, roll-out checks and keys in JSON.

use refund_core::{
    Address, AddressBook, Because, InvalidAddressBook, Label, MailContacts, PolicyOverrides, Refusal, SellerId,
    Timestamp, Verdict,
};
use refund_store::{Key, KeyRole, KeyScope, Seller};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::{SellerContactIn, SellerContactOut, zones_are_known};
use super::json::Object;
use super::unusable::Unusable;

/// A seller to be set up or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SellerIn {
    #[serde(default)]
    id: Option<SellerId>,
    name: Label,
    #[schema(value_type = Vec<AddressIn>)]
    addresses: Vec<Object<AddressIn>>,
    #[serde(default)]
    #[schema(value_type = Option<PolicyOverrides>)]
    policy: Option<Object<PolicyOverrides>>,
    /// Who is told by mail what concerns the seller; at most 5 (R41).
    #[serde(default)]
    #[schema(value_type = Vec<SellerContactIn>)]
    contacts: Vec<Object<SellerContactIn>>,
}

/// An address of a seller; the only one is the default by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SellerAddressIn)]
#[serde(deny_unknown_fields)]
struct AddressIn {
    id: refund_core::AddressId,
    recipient: Label,
    phone: Label,
    address: refund_core::Reason,
    #[serde(default)]
    default: Option<bool>,
}

impl SellerIn {
    /// What it says about the policy, if anything.
    pub(crate) fn policy(&self) -> Option<&PolicyOverrides> {
        self.policy.as_ref().map(|Object(policy)| policy)
    }

    /// Whether the body names the seller of the path, or none.
    /// Fails where it names another.
    pub(crate) fn is_named(&self, id: &SellerId) -> Result<(), Unusable> {
        match &self.id {
            Some(named) if named != id => Err(Unusable::malformed("/id", format!("the path names the seller {id}"))),
            Some(_) | None => Ok(()),
        }
    }

    /// The seller. One address alone is the default, unless it says that it isn't.
    /// Fails where the addresses make no address book (R29).
    pub(crate) fn read(self) -> Result<Seller, Unusable> {
        let alone = self.addresses.len() == 1;
        let addresses = self.addresses.into_iter().map(|given| {
            let Object(AddressIn { id, recipient, phone, address, default }) = given;
            (Address { id, recipient, phone, address }, default.unwrap_or(alone))
        });
        let addresses = AddressBook::new(addresses.collect()).map_err(|invalid| match invalid {
            InvalidAddressBook::NotOneDefault { given } => Unusable::Refused(Refusal::DefaultAddressRequired { given }),
            InvalidAddressBook::SameId { .. } | InvalidAddressBook::TooMany { .. } => {
                Unusable::malformed("/addresses", invalid.to_string())
            }
        })?;
        let contacts: Vec<_> = self.contacts.into_iter().map(|Object(contact)| contact.into()).collect();
        let contacts = MailContacts::try_from(contacts);
        let policy = self.policy.map_or_else(Default::default, |Object(policy)| policy);
        zones_are_known(&policy).map_err(|unusable| unusable.within("/policy"))?;
        Ok(Seller {
            name: self.name,
            addresses,
            contacts: contacts.map_err(|invalid| Unusable::malformed("/contacts", invalid.to_string()))?,
            policy,
        })
    }
}

/// A seller as answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerOut {
    id: SellerId,
    name: Label,
    addresses: Vec<AddressOut>,
    policy: PolicyOverrides,
    contacts: Vec<SellerContactOut>,
}

/// An address of a seller, and whether a return goes there where nobody names one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SellerAddress)]
struct AddressOut {
    #[serde(flatten)]
    address: Address,
    default: bool,
}

impl SellerOut {
    pub(crate) fn new(id: SellerId, seller: &Seller) -> Self {
        let default = &seller.addresses.default_address().id;
        let addresses = seller.addresses.iter();
        Self {
            id,
            name: seller.name.clone(),
            addresses: addresses
                .map(|address| AddressOut { default: address.id == *default, address: address.clone() })
                .collect(),
            policy: seller.policy.clone(),
            contacts: seller.contacts.iter().map(SellerContactOut::from).collect(),
        }
    }
}

/// Whom a roll-out check is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckIn {
    pub(crate) seller_id: SellerId,
}

/// Whether the tool is open to a seller, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerdictOut {
    open: bool,
    because: Because,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<Timestamp>,
}

impl From<Verdict> for VerdictOut {
    fn from(verdict: Verdict) -> Self {
        Self { open: verdict.is_open(), because: verdict.because, opens_at: verdict.opens_at }
    }
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyIn {
    pub(crate) name: Label,
    role: RoleIn,
    #[serde(default)]
    seller_id: Option<SellerId>,
    #[serde(default)]
    scope: ScopeWord,
    /// From when on the key is not valid any more; left out, it is until it is revoked.
    #[serde(default)]
    pub(crate) expires_at: Option<Timestamp>,
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = KeyScope)]
#[serde(rename_all = "snake_case")]
enum ScopeWord {
    /// All that its role may do.
    #[default]
    Full,
    /// Reading what its role may read.
    Read,
}

/// For whom a key speaks.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = KeyRole)]
#[serde(rename_all = "snake_case")]
pub(super) enum RoleIn {
    Operator,
    Platform,
    Seller,
}

impl KeyIn {
    pub(crate) fn scope(&self) -> KeyScope {
        match self.scope {
            ScopeWord::Full => KeyScope::Full,
            ScopeWord::Read => KeyScope::Read,
        }
    }

    /// For whom the key is to speak.
    /// Fails where a seller's key names no seller, or another one does.
    pub(crate) fn role(&self) -> Result<KeyRole, Unusable> {
        let at_seller = |detail| Err(Unusable::malformed("/seller_id", detail));
        match (&self.role, &self.seller_id) {
            (RoleIn::Operator, None) => Ok(KeyRole::Operator),
            (RoleIn::Platform, None) => Ok(KeyRole::Platform),
            (RoleIn::Seller, Some(seller_id)) => Ok(KeyRole::Seller(seller_id.clone())),
            (RoleIn::Seller, None) => at_seller("a seller's key says of which seller"),
            (RoleIn::Operator | RoleIn::Platform, Some(_)) => at_seller("only a seller's key names a seller"),
        }
    }
}

/// A key as answered; its secret once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyOut {
    id: String,
    name: Label,
    #[schema(value_type = RoleIn)]
    role: &'static str,
    #[schema(required)]
    seller_id: Option<SellerId>,
    scope: ScopeWord,
    created_at: Timestamp,
    #[schema(required)]
    expires_at: Option<Timestamp>,
    #[schema(required)]
    revoked_at: Option<Timestamp>,
    /// To the hour.
    #[schema(required)]
    last_used_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl KeyOut {
    /// A key, when it was last used, and its secret if this is when it is shown.
    pub(crate) fn new(key: &Key, last_used_at: Option<Timestamp>, secret: Option<String>) -> Self {
        Self {
            id: key.id.clone(),
            name: key.name.clone(),
            role: key.role.role().as_str(),
            seller_id: key.role.seller_id().cloned(),
            scope: match key.scope {
                KeyScope::Full => ScopeWord::Full,
                KeyScope::Read => ScopeWord::Read,
            },
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            last_used_at,
            secret,
        }
    }
}
