//! What people wrote, line by line.

use crate::model::{Attachment, Message};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::output::time::minute;

const COLUMNS: &[Column] = &[column("AT (UTC)", 0), column("BY", 0), column("", 1), column("MESSAGE", 0)];

/// The columns of messages in CSV.
pub(crate) const FIELDS: &[&str] =
    &["refund_id", "sequence", "at", "actor.role", "actor.id", "internal", "text", "attachments"];

/// Messages in the order in which they were written.
pub(crate) fn list(messages: &[Message], out: &Output) -> String {
    if messages.is_empty() {
        return "no messages\n".to_owned();
    }
    let row = |message: &Message| {
        let note = if message.internal { "internal" } else { "" };
        vec![
            minute(&message.at).into(),
            message.actor.told().into(),
            Cell::new(note, Tone::Faint),
            whole(message).into(),
        ]
    };
    out.draw(&Table { columns: COLUMNS, rows: messages.iter().map(row).collect(), last_wraps: true })
}

/// What was written, with the files that go with it.
fn whole(message: &Message) -> String {
    let file = |Attachment { url, media_type, size }: &Attachment| format!(" [{media_type}, {size} bytes: {url}]");
    message.text.clone() + &message.attachments.iter().map(file).collect::<String>()
}
