//! Who did it (R30).

use serde::{Deserialize, Serialize};

use crate::names::names;

names! {
    /// In what capacity somebody acts (R30).
    Role {
        /// Who bought, and asked for the refund.
        Buyer = "buyer",
        /// Who sold.
        Seller = "seller",
        /// The marketplace's back end when it speaks for itself: it reports payouts.
        /// When it speaks for a buyer, the actor is that buyer.
        Platform = "platform",
        /// Whoever runs the marketplace and rules on disputes.
        Operator = "operator",
        /// The clock.
        System = "system",
    }
}

/// Who did something: a role, which one of that role, and through what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// In what capacity.
    pub role: Role,
    /// Which one: the buyer's or the seller's id for those two; for the others whatever names them.
    pub id: String,
    /// Through what.
    pub via: Via,
}

/// Through what somebody acted: a seller has several people, a buyer only a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    /// An API key, by its id.
    Key(String),
    /// The buyer's link to one refund.
    Link,
    /// A signed-in person, by their user id.
    User(String),
    /// Nobody's hand: an instant came.
    Clock,
}

impl Actor {
    /// An actor.
    #[must_use]
    pub fn new(role: Role, id: impl Into<String>, via: Via) -> Self {
        Self { role, id: id.into(), via }
    }

    /// The clock, which carries out what is due.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Role::System, "clock", Via::Clock)
    }
}
