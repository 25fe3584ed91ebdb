//! What people wrote, one below the other.

use crate::model::{Attachment, Message};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::wrap_hanging;
use crate::output::time::absolute;

/// The columns of messages in CSV.
pub(crate) const FIELDS: &[&str] =
    &["refund_id", "sequence", "at", "actor.role", "actor.id", "internal", "for_operators", "text", "attachments"];

/// Messages in the order in which they were written.
pub(crate) fn list(messages: &[Message], out: &Output) -> String {
    if messages.is_empty() {
        return "no messages\n".to_owned();
    }
    messages.iter().map(|message| one(message, out)).collect::<Vec<_>>().join("\n")
}

/// Who wrote when, and below that the text in its own lines and each file in one of its own, to be copied.
fn one(message: &Message, out: &Output) -> String {
    let Message { at, actor, text, attachments, internal, for_operators } = message;
    let note = if *for_operators {
        "  for operators"
    } else if *internal {
        "  internal"
    } else {
        ""
    };
    let head = format!("{}  {}{note}", absolute(at), actor.in_words());
    let mut all = String::new();
    for line in wrap_hanging(&head, out.width, 0, 2) {
        all += &format!("{}\n", out.paint(Tone::Faint, &line));
    }
    for line in text.lines() {
        all += &format!("{}\n", wrap_hanging(line, out.width, 2, 2).join("\n"));
    }
    for Attachment { url, media_type, size } in attachments {
        all += &format!("  {media_type}, {size} bytes:\n  {url}\n");
    }
    all
}
