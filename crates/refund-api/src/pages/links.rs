//! People who can sign in, and the links that let them in once.

use refund_core::{Actor, Label, Span, Timestamp};
use refund_store::{KeyRole, Refused, Request, SignInLink, Store, User, UserChange, Work};

use crate::caller::hash;
use crate::clock::system_now;
use crate::entropy;

/// How long a link that was not used is good: a day, by the machine's clock.
const GOOD_FOR: Span = Span::hours(24);
/// What the first of the operator's people is called.
const FIRST: &str = "operator";

/// Gives somebody a link that opens one session; the one before opens nothing any more. Its path.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn sign_in_link(store: &dyn Store, user_id: &str, actor: Actor) -> Result<String, Refused> {
    let secret = entropy::secret();
    let link = SignInLink { secret: hash(&secret), expires_at: system_now().plus(GOOD_FOR) };
    let work = Work::ChangeUser { user_id: user_id.to_owned(), change: UserChange::Link(link), actor };
    store.submit(Request::new(work)).await?;
    Ok(format!("/sign-in/{secret}"))
}

/// Sets somebody up who signs in by a link at first. Their id.
///
/// # Errors
/// [`Refused`], also where somebody else is called that.
pub(crate) async fn set_up(store: &dyn Store, name: Label, role: KeyRole, actor: Actor) -> Result<String, Refused> {
    let id = entropy::id("usr_");
    let user =
        User { id: id.clone(), name, role, password: None, created_at: Timestamp::MIN, link: None, disabled_at: None };
    store.submit(Request::new(Work::MakeUser { user: Box::new(user), actor })).await?;
    Ok(id)
}

/// A link for somebody who is called that, who is set up first where nobody is.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn link_for(store: &dyn Store, name: Label, role: KeyRole) -> Result<String, Refused> {
    let actor = Actor::system();
    let known = store.users()?.into_iter().find(|user| user.is_called(name.as_str()));
    let id = match known {
        Some(user) => user.id.clone(),
        None => set_up(store, name, role, actor.clone()).await?,
    };
    sign_in_link(store, &id, actor).await
}

/// A link for the first of the operator's people, as long as none of them has a password: whoever starts
/// the server is the operator.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn first_operator(store: &dyn Store) -> Result<Option<String>, Refused> {
    let has_password =
        |user: &User| user.role == KeyRole::Operator && user.password.is_some() && user.disabled_at.is_none();
    let Ok(name) = Label::new(FIRST) else { return Ok(None) };
    if store.users()?.iter().any(|user| has_password(user)) {
        return Ok(None);
    }
    link_for(store, name, KeyRole::Operator).await.map(Some)
}
