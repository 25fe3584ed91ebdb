//! What the people around a refund write to each other. It changes nothing about the refund, so it is
//! no command: it can be done in every status, and no rule of negotiation is asked but whose it is.

mod attachment;

pub use attachment::{Attachment, AttachmentUrl, Attachments, InvalidAttachment, MediaType, Sha256Hex};

use serde::{Deserialize, Serialize};

use crate::decide::permitted;
use crate::{Actor, Event, Fact, MessageText, Refund, Refusal, Role, Timestamp};

/// How many messages each side may post on a refund. Each has its own, so that nobody can be silenced
/// by another's.
pub const MESSAGES_MAX: u32 = 500;

/// Something written on a refund, with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What.
    pub text: MessageText,
    /// What goes with it.
    pub attachments: Attachments,
    /// Whether it is a note that the buyer is never shown.
    pub internal: bool,
}

/// How many messages each side has posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MessageCounts {
    /// The buyer.
    pub buyer: u32,
    /// The seller.
    pub seller: u32,
    /// The operator.
    pub operator: u32,
}

impl MessageCounts {
    fn of(&mut self, role: Role) -> Option<&mut u32> {
        match role {
            Role::Buyer => Some(&mut self.buyer),
            Role::Seller => Some(&mut self.seller),
            Role::Operator => Some(&mut self.operator),
            Role::Platform | Role::System => None,
        }
    }

    pub(crate) fn count(&mut self, role: Role) {
        if let Some(posted) = self.of(role) {
            *posted = posted.saturating_add(1);
        }
    }
}

/// Why a message was not posted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    /// Somebody else's to do (R30).
    #[error(transparent)]
    NotTheirs(#[from] Refusal),
    /// That side has posted as many as it may.
    #[error("the {role} has posted {MESSAGES_MAX} messages on this refund, the most there can be")]
    TooMany {
        /// Which side.
        role: Role,
    },
}

impl Message {
    /// Who may post it. A buyer has nobody to hide anything from.
    #[must_use]
    pub fn roles(&self) -> &'static [Role] {
        if self.internal { &[Role::Seller, Role::Operator] } else { &[Role::Buyer, Role::Seller, Role::Operator] }
    }
}

/// Posts a message on a refund, whatever its status.
///
/// # Errors
/// [`NotPosted`].
pub fn post(refund: &Refund, actor: &Actor, message: Message, now: Timestamp) -> Result<Event, NotPosted> {
    permitted(refund, actor, message.roles())?;
    let mut counts = refund.messages;
    if counts.of(actor.role).is_none_or(|posted| *posted >= MESSAGES_MAX) {
        return Err(NotPosted::TooMany { role: actor.role });
    }
    Ok(Event {
        refund_id: refund.id.clone(),
        sequence: refund.sequence.saturating_add(1),
        at: now,
        recorded_at: now,
        actor: actor.clone(),
        fact: Fact::MessagePosted { message: Box::new(message) },
    })
}
