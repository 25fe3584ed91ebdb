//! Messages on a refund, in JSON.

use refund_core::{
    Attachment, AttachmentUrl, Attachments, Disclosed, MediaType, Message, MessageText, NamedFiles, RefundId,
    Sha256Hex, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::Object;
use super::refund::ActorOut;
use super::unusable::Unusable;

/// Writing something on a refund.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageIn {
    text: MessageText,
    /// At most 10 files that lie elsewhere.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AttachmentIn>>, max_items = 10)]
    attachments: Option<Vec<Object<AttachmentIn>>>,
    /// Whether the buyer is not to be shown it; for the seller and the operator.
    #[serde(default)]
    internal: Option<bool>,
    /// Whether only operators and the platform are to be shown it; for the operator.
    #[serde(default)]
    for_operators: Option<bool>,
    /// Files of the refund that it speaks of, which its writer has added; none with a note that a party is not shown.
    #[serde(default)]
    files: Option<NamedFiles>,
}

/// A file that lies elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttachmentIn {
    url: AttachmentUrl,
    sha256: Sha256Hex,
    media_type: MediaType,
    size: u32,
}

impl MessageIn {
    /// The message.
    /// Fails where there are too many attachments.
    pub(crate) fn read(self) -> Result<Message, Unusable> {
        let given = self.attachments.unwrap_or_default().into_iter();
        let attachments = given.map(|Object(AttachmentIn { url, sha256, media_type, size })| Attachment {
            url,
            sha256,
            media_type,
            size,
        });
        let attachments = Attachments::try_from(attachments.collect::<Vec<_>>())
            .map_err(|error| Unusable::malformed("/attachments", error.to_string()))?;
        let for_operators = self.for_operators.unwrap_or(false);
        let internal = for_operators || self.internal.unwrap_or(false);
        let files = self.files.unwrap_or_default();
        Ok(Message { text: self.text, attachments, internal, for_operators, files })
    }
}

/// Something that was written on a refund.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageOut {
    refund_id: RefundId,
    /// Its number among all that happened to the refund.
    sequence: u64,
    at: Timestamp,
    actor: ActorOut,
    #[serde(flatten)]
    written: WrittenOut,
}

/// What was written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WrittenOut {
    text: MessageText,
    attachments: Attachments,
    /// Whether the buyer is not shown it.
    internal: bool,
    /// Whether only operators and the platform are shown it.
    for_operators: bool,
    /// Files of the refund that it speaks of, where some were named.
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
}

impl From<&Message> for WrittenOut {
    fn from(message: &Message) -> Self {
        let Message { text, attachments, internal, for_operators, files } = message.clone();
        Self { text, attachments, internal, for_operators, files }
    }
}

impl MessageOut {
    /// The message of an event, if it is one.
    pub(crate) fn of(event: Disclosed<'_>) -> Option<Self> {
        let written = event.message()?.into();
        let (refund_id, actor) = (event.refund_id().clone(), event.actor().into());
        Some(Self { refund_id, sequence: event.sequence(), at: event.at(), actor, written })
    }
}
