//! What marks the forms of whoever is signed in, so that no other page can send them: of which session a form is, and
//! whose. The session may be over by the time it is sent; whose it is can still be told then.

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use refund_store::Secret;
use sha2::Sha256;

use crate::app::App;

/// The mark of the forms on a session's pages.
pub(super) fn of(app: &App, session: &Secret, user_id: &str) -> String {
    let written = |mac: Hmac<Sha256>| HEXLOWER.encode(&mac.finalize().into_bytes());
    format!("{}.{}.{user_id}", written(of_session(app, session)), written(of_person(app, user_id)))
}

/// Whether a form stood on a page of that session.
pub(super) fn is_of_session(app: &App, mark: &str, session: &Secret) -> bool {
    is_signed(of_session(app, session), mark.split('.').next())
}

/// Whose form it is, in whichever session they were.
pub(super) fn person<'m>(app: &App, mark: &'m str) -> Option<&'m str> {
    let (_, of_whom) = mark.split_once('.')?;
    let (signature, user_id) = of_whom.split_once('.')?;
    is_signed(of_person(app, user_id), Some(signature)).then_some(user_id)
}

fn of_session(app: &App, session: &Secret) -> Hmac<Sha256> {
    let mut mac = app.form_marks.clone();
    mac.update(&session.0);
    mac
}

fn of_person(app: &App, user_id: &str) -> Hmac<Sha256> {
    let mut mac = app.form_marks.clone();
    mac.update(b"person ");
    mac.update(user_id.as_bytes());
    mac
}

fn is_signed(mac: Hmac<Sha256>, signature: Option<&str>) -> bool {
    let given = signature.and_then(|signature| HEXLOWER.decode(signature.as_bytes()).ok());
    given.is_some_and(|given| mac.verify_slice(&given).is_ok())
}
