//! Writing on a refund: no command, because it changes nothing about the refund and goes in every status.

use super::case::permitted;
use super::evidence::named;
use crate::telling::with_notices;
use crate::{Actor, Event, Fact, MESSAGES_MAX, Message, Policy, Refund, Refusal, Timestamp};

/// Posts a message on a refund, whatever its status: what happens then, the message first. `notice_leap` is as in
/// [`Grounds`](crate::Grounds).
///
/// # Errors
/// [`Refusal::NotYourRole`], [`Refusal::TooManyMessages`], [`Refusal::NoteNamesFiles`] or [`Refusal::EvidenceUnknown`].
pub fn post(
    refund: &Refund,
    policy: &Policy,
    notice_leap: u64,
    actor: &Actor,
    message: Message,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    permitted(refund, actor, message.roles())?;
    if !refund.messages.has_room_for(actor.role) {
        return Err(Refusal::TooManyMessages { role: actor.role, max: MESSAGES_MAX });
    }
    if message.is_note() && !message.files.is_empty() {
        return Err(Refusal::NoteNamesFiles);
    }
    named(&refund.evidence, actor.role, &message.files)?;
    let posted = refund.next_events([Fact::MessagePosted { message: Box::new(message) }], actor, now, now);
    Ok(with_notices(Some(refund), policy, notice_leap, posted))
}
