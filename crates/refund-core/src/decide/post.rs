//! Writing on a refund: no command, because it changes nothing about the refund and goes in every status.

use super::case::permitted;
use crate::{Actor, Event, Fact, MESSAGES_MAX, Message, Refund, Refusal, Timestamp};

/// Posts a message on a refund, whatever its status.
///
/// # Errors
/// [`Refusal::NotYourRole`] or [`Refusal::TooManyMessages`].
pub fn post(refund: &Refund, actor: &Actor, message: Message, now: Timestamp) -> Result<Event, Refusal> {
    permitted(refund, actor, message.roles())?;
    if !refund.messages.has_room_for(actor.role) {
        return Err(Refusal::TooManyMessages { role: actor.role, max: MESSAGES_MAX });
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
