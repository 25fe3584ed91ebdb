//! What the people around a refund write to each other. It changes nothing about the refund, so it is
//! no command: it can be done in every status, and no rule of negotiation is asked but whose it is.

mod attachment;

pub use attachment::{Attachment, AttachmentUrl, Attachments, InvalidAttachment, MediaType, Sha256Hex};

use serde::{Deserialize, Serialize};

use crate::{MessageText, NamedFiles, Role};

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
    /// Whether it is a note that the seller is not shown either: only operators and the platform read it.
    #[serde(default)]
    pub for_operators: bool,
    /// Files of the refund that it speaks of, which its writer has added (R43); none with a note, because files are seen
    /// by both parties.
    #[serde(default)]
    pub files: NamedFiles,
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
    fn posted_by(&mut self, role: Role) -> Option<&mut u32> {
        match role {
            Role::Buyer => Some(&mut self.buyer),
            Role::Seller => Some(&mut self.seller),
            Role::Operator => Some(&mut self.operator),
            Role::Platform | Role::System => None,
        }
    }

    pub(crate) fn count(&mut self, role: Role) {
        if let Some(posted) = self.posted_by(role) {
            *posted = posted.saturating_add(1);
        }
    }

    /// Whether that side may post one more.
    pub(crate) fn has_room_for(mut self, role: Role) -> bool {
        self.posted_by(role).is_some_and(|posted| *posted < MESSAGES_MAX)
    }
}

impl Message {
    /// Who may post it. A buyer has nobody to hide anything from.
    #[must_use]
    pub fn roles(&self) -> &'static [Role] {
        match (self.internal, self.for_operators) {
            (_, true) => &[Role::Operator],
            (true, false) => &[Role::Seller, Role::Operator],
            (false, false) => &[Role::Buyer, Role::Seller, Role::Operator],
        }
    }

    /// Whether it is kept from a party.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.internal || self.for_operators
    }

    /// Whether somebody of that role is shown it.
    #[must_use]
    pub fn is_for(&self, role: Role) -> bool {
        match role {
            Role::Buyer => !self.is_note(),
            Role::Seller => !self.for_operators,
            Role::Platform | Role::Operator | Role::System => true,
        }
    }
}
