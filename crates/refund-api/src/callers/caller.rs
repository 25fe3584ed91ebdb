//! Who calls, and what they may know of and act as.

use std::net::IpAddr;

use refund_core::{Actor, BuyerId, CommandKind, Refund, RefundId, Refusal, Role, SellerId, Via};
use refund_store::{Key, KeyRole, Secret, Told, User};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Whoever sent a call, by their key or link, or by being signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// By a key, or a person who is signed in.
    Operator {
        via: Via,
    },
    Platform {
        key_id: String,
    },
    /// By a key of a seller's, or one of its people who is signed in.
    Seller {
        via: Via,
        seller_id: SellerId,
    },
    Buyer {
        refund_id: RefundId,
        buyer_id: BuyerId,
    },
}

/// The hash under which a key's secret is kept.
pub(crate) fn hash(secret: &str) -> Secret {
    Secret(Sha256::digest(secret.as_bytes()).into())
}

/// Whose room something takes.
#[derive(Clone, Copy)]
pub(crate) enum Tenant<'a> {
    /// All of a seller's.
    Seller(&'a SellerId),
    /// One key, person or link.
    Other(&'a str),
    /// Whoever calls from an address.
    Stranger(Option<IpAddr>),
}

impl<'a> Tenant<'a> {
    /// Whoever that person acts for.
    pub(crate) fn of(user: &'a User) -> Self {
        user.role.seller_id().map_or(Self::Other(&user.id), Self::Seller)
    }

    /// A name that no other kind has.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Seller(id) => format!("seller {id}"),
            Self::Other(id) => format!("caller {id}"),
            Self::Stranger(address) => format!("address {address:?}"),
        }
    }
}

impl Caller {
    /// Whoever has that key.
    pub(crate) fn of(key: &Key) -> Self {
        let key_id = key.id.clone();
        match &key.role {
            KeyRole::Operator => Self::Operator { via: Via::Key(key_id) },
            KeyRole::Platform => Self::Platform { key_id },
            KeyRole::Seller(seller_id) => Self::Seller { via: Via::Key(key_id), seller_id: seller_id.clone() },
        }
    }

    /// Somebody who is signed in. Nobody signs in for the platform: it is a program.
    pub(crate) fn signed_in(user: &User) -> Option<Self> {
        let via = Via::User(user.id.clone());
        match &user.role {
            KeyRole::Operator => Some(Self::Operator { via }),
            KeyRole::Seller(seller_id) => Some(Self::Seller { via, seller_id: seller_id.clone() }),
            KeyRole::Platform => None,
        }
    }

    /// What names the caller, for idempotency keys, cursors and the log.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Operator { via } | Self::Seller { via, .. } => match via {
                Via::Key(id) | Via::User(id) => id,
                Via::Link | Via::Clock => "",
            },
            Self::Platform { key_id } => key_id,
            Self::Buyer { refund_id, .. } => refund_id.as_str(),
        }
    }

    /// For whom the caller acts: all keys and people of a seller are one.
    pub(crate) fn tenant(&self) -> Tenant<'_> {
        if let Self::Seller { seller_id, .. } = self { Tenant::Seller(seller_id) } else { Tenant::Other(self.id()) }
    }

    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Operator { .. } => Role::Operator,
            Self::Platform { .. } => Role::Platform,
            Self::Seller { .. } => Role::Seller,
            Self::Buyer { .. } => Role::Buyer,
        }
    }

    pub(crate) fn may_see(&self, refund: &Refund) -> bool {
        match self {
            Self::Operator { .. } | Self::Platform { .. } => true,
            Self::Seller { seller_id, .. } => *seller_id == refund.seller_id,
            Self::Buyer { refund_id, .. } => *refund_id == refund.id,
        }
    }

    /// Whether an event is the caller's to know of.
    pub(crate) fn may_be_told(&self, told: &Told) -> bool {
        let is_of_theirs = match self {
            Self::Operator { .. } | Self::Platform { .. } => true,
            Self::Seller { seller_id, .. } => told.is_for_seller(seller_id),
            Self::Buyer { refund_id, .. } => *refund_id == told.event.refund_id,
        };
        is_of_theirs && told.event.fact.is_for(self.role())
    }

    /// As whom the caller can act on a refund: the platform also speaks for its buyer.
    pub(crate) fn actors(&self, refund: &Refund) -> Vec<Actor> {
        match self {
            Self::Platform { .. } => vec![self.buyer(&refund.buyer_id), self.itself()],
            Self::Buyer { .. } | Self::Operator { .. } | Self::Seller { .. } => vec![self.itself()],
        }
    }

    /// Whose actions on a refund the caller may know of: an operator everybody's, others those that
    /// they can take.
    pub(crate) fn knows_actions_of(&self, refund: &Refund) -> Vec<Actor> {
        let Self::Operator { via } = self else { return self.actors(refund) };
        vec![
            self.buyer(&refund.buyer_id),
            Actor::new(Role::Seller, refund.seller_id.as_str(), via.clone()),
            Actor::new(Role::Platform, self.id(), via.clone()),
            self.itself(),
        ]
    }

    /// The buyer for whom the platform speaks.
    pub(crate) fn buyer(&self, buyer_id: &BuyerId) -> Actor {
        Actor::new(Role::Buyer, buyer_id.as_str(), Via::Key(self.id().to_owned()))
    }

    /// The caller in their own name.
    pub(crate) fn itself(&self) -> Actor {
        match self {
            Self::Seller { seller_id, via } => Actor::new(Role::Seller, seller_id.as_str(), via.clone()),
            Self::Operator { via } => Actor::new(Role::Operator, self.id(), via.clone()),
            Self::Platform { key_id } => Actor::new(Role::Platform, key_id, Via::Key(key_id.clone())),
            Self::Buyer { buyer_id, .. } => Actor::new(Role::Buyer, buyer_id.as_str(), Via::Link),
        }
    }

    /// As whom the caller gives a command.
    pub(crate) fn actor_for(&self, refund: &Refund, command: CommandKind) -> Result<Actor, Problem> {
        self.actor_among(refund, command.roles())
    }

    /// As whom the caller does what is for these roles.
    pub(crate) fn actor_among(&self, refund: &Refund, roles: &[Role]) -> Result<Actor, Problem> {
        let fitting = self.actors(refund).into_iter().find(|actor| roles.contains(&actor.role));
        fitting.ok_or_else(|| self.not_theirs(roles))
    }

    /// Lets only these roles pass.
    pub(crate) fn only(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.role()) { Ok(()) } else { Err(self.not_theirs(roles)) }
    }

    /// The answer to a call that is for others.
    pub(crate) fn not_theirs(&self, allowed: &[Role]) -> Problem {
        Problem::refused(&Refusal::NotYourRole { role: self.role(), allowed: allowed.to_vec() }, None)
    }

    /// Whether the caller's commands must name the refund's version.
    pub(crate) fn names_version(&self) -> bool {
        match self {
            Self::Operator { .. } | Self::Seller { .. } => true,
            Self::Platform { .. } | Self::Buyer { .. } => false,
        }
    }
}
