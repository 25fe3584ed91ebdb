//! A letter as a message that mail servers carry.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::error::Error;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use refund_core::{RefundId, Timestamp};

use crate::pages::Letter;
use crate::wire::notice::NoticeId;

/// That no person wrote it, so that no program answers it (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Which of a refund's notices a message is.
pub(super) struct Named<'n> {
    pub(super) refund_id: &'n RefundId,
    pub(super) number: u64,
}

/// A notice, sent at that instant. It is called the same however often it is sent, and stands in a mail program below the
/// others of its refund.
pub(super) fn notice(
    from: &Mailbox,
    to: Mailbox,
    named: &Named<'_>,
    letter: Letter,
    sent_at: Timestamp,
) -> Result<Message, Error> {
    let domain = from.email.domain();
    let id = NoticeId { refund_id: named.refund_id.clone(), number: named.number };
    let thread = format!("<{}@{domain}>", named.refund_id);
    Message::builder()
        .from(from.clone())
        .to(to)
        .subject(letter.subject)
        .date(of(sent_at))
        .message_id(Some(format!("<{id}@{domain}>")))
        .in_reply_to(thread.clone())
        .references(thread)
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
}

/// A mail that only tries whether mail arrives.
pub(super) fn test(from: &Mailbox, to: Mailbox, sent_at: Timestamp) -> Result<Message, Error> {
    let text = "This mail tries whether notices arrive. Nothing has to be done.\n";
    Message::builder()
        .from(from.clone())
        .to(to)
        .subject("Test of notices")
        .date(of(sent_at))
        .message_id(None)
        .header(AutoSubmitted)
        .body(text.to_owned())
}

fn of(at: Timestamp) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0));
    SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
}
