//! Who is signed in.

use std::sync::Arc;

use axum::http::HeaderMap;
use refund_store::{Secret, User};

use super::{cookies, mark};
use crate::app::App;
use crate::callers::{Caller, hash};
use crate::machine::clock::system_now;

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) user: Arc<User>,
    pub(crate) caller: Caller,
    pub(crate) session: Secret,
    /// What the forms on their pages carry, and nobody else can know.
    pub(crate) mark: String,
}

/// Whoever is signed in by these headers.
pub(crate) async fn signed_in(app: &App, headers: &HeaderMap) -> Option<Person> {
    in_session(app, &cookies::session(headers).map(hash)?).await
}

/// Whoever is signed in by that session, as long as it runs and they may sign in.
pub(super) async fn in_session(app: &App, secret: &Secret) -> Option<Person> {
    let (now, settings) = (system_now(), app.engine.settings());
    let session = settings.session(secret).filter(|session| now < session.ends_at)?;
    if app.session_uses.idles(app.engine.store(), session, now).await {
        return None;
    }
    let user = settings.user(&session.user_id).filter(|user| user.disabled_at.is_none())?;
    let caller = Caller::signed_in(user)?;
    let mark = mark::of(app, secret, &user.id);
    Some(Person { user: Arc::clone(user), caller, session: *secret, mark })
}
