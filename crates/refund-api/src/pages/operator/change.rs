//! What the forms that change settings have in common: they replace what their page showed, and nothing else.

use data_encoding::HEXLOWER;
use refund_store::{Answer, Precondition, Refused, Request, Tag};

use crate::pages::form::Form;
use crate::pages::frame::Notice;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// What the settings were when the form's page was made. A form that doesn't say so replaces nothing.
fn read_as(form: &Form) -> Tag {
    let bytes = HEXLOWER.decode(form.get("tag").as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    Tag(bytes.unwrap_or_default())
}

/// Carries out what a form asks for, if the settings are still what its page showed.
pub(in crate::pages) async fn replaced(visit: &Visit, request: Request) -> Result<Result<Answer, Notice>, Problem> {
    let precondition = Precondition::Tag(read_as(&visit.form));
    match visit.change(Request { precondition, ..request }).await {
        Ok(answered) => Ok(Ok(answered.answer)),
        Err(Refused::SettingsMoved) => Ok(Err(Notice::moved(visit.reader.say("settings-moved")))),
        Err(refused) => Err(refused.into()),
    }
}

/// What the page before did, told once, by one of these words.
pub(in crate::pages) fn done_before(visit: &Visit, known: &[&str]) -> Option<Notice> {
    let done = known.iter().find(|word| **word == visit.done)?;
    Some(Notice::good(visit.reader.term("settings-done", done)))
}
