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
        .subject(without_encoded_words(&letter.subject))
        .date(of(sent_at))
        .message_id(Some(format!("<{id}@{domain}>")))
        .in_reply_to(thread.clone())
        .references(thread)
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
}

/// A subject in which nothing is decoded that is written in it as if it were encoded (RFC 2047): a mail program would show
/// other words than those that somebody has looked at. What is put between is not seen, and has the word encoded itself.
fn without_encoded_words(subject: &str) -> String {
    subject.replace("=?", "=\u{200b}?")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_shown_as_it_was_written() {
        let letter = Letter {
            language: "en",
            subject: "An offer: a=b? =?utf-8?B?QmNjOiBhQGIuYw==?= ==??=".to_owned(),
            text: String::new(),
            html: String::new(),
        };
        let refund_id = "rfd_01".parse().unwrap();
        let named = Named { refund_id: &refund_id, number: 1 };
        let [from, to] = ["shop@example.com", "kim@example.com"].map(|mailbox| mailbox.parse().unwrap());
        let at = "2026-03-01T02:05:00Z".parse().unwrap();
        let message = String::from_utf8(notice(&from, to, &named, letter, at).unwrap().formatted()).unwrap();
        let subject = message.split_once("Subject: ").unwrap().1.split_once("\r\nDate").unwrap().0;
        assert!(!subject.contains("QmNjOiBhQGIuYw"), "{subject}");
        // What a mail program makes of it.
        let words = subject.replace("\r\n ", " ");
        let mut shown = String::new();
        for word in words.split_inclusive(' ') {
            match word.trim_end().strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
                Some(encoded) => {
                    let bytes = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap();
                    shown.push_str(&String::from_utf8(bytes).unwrap());
                }
                None => shown.push_str(word),
            }
        }
        assert_eq!(shown.replace('\u{200b}', ""), "An offer: a=b? =?utf-8?B?QmNjOiBhQGIuYw==?= ==??=");
    }
}
