//! People who can sign in, and the links that let them in once.

use std::sync::Arc;

use refund_core::{Actor, Label, Span};
use refund_store::{KeyRole, Refused, Request, SetUp, SignInLink, Store, User, UserChange};

use crate::callers::hash;
use crate::machine::clock::system_now;
use crate::machine::entropy;

/// How long a link that was not used is good: a day, by the machine's clock.
const GOOD_FOR: Span = Span::hours(24);
/// What the first of the operator's people is called.
const FIRST: &str = "operator";

/// The request that gives somebody a link, and the link's path. It opens one session; the link before it opens nothing
/// any more.
pub(super) fn link_work(user_id: &str, actor: Actor) -> (Request, String) {
    let (link, path) = new_link();
    let work = SetUp::ChangeUser { user_id: user_id.to_owned(), change: UserChange::Link(link) };
    (Request::new(actor, work), path)
}

/// A link, and its path.
fn new_link() -> (SignInLink, String) {
    let secret = entropy::secret();
    let link = SignInLink { secret: hash(&secret), expires_at: system_now().plus(GOOD_FOR) };
    (link, format!("/sign-in/{secret}"))
}

/// Somebody who signs in by a link at first.
pub(super) fn newcomer(name: Label, role: KeyRole) -> User {
    User::new(entropy::id("usr_"), name, role)
}

/// A link for the person of that name, who is set up first where there is none.
pub(crate) async fn link_for(store: &dyn Store, name: Label, role: KeyRole) -> Result<String, Refused> {
    let actor = Actor::system();
    let known = store.settings().user_named(name.as_str()).cloned();
    let id = match known {
        Some(user) => user.id.clone(),
        None => {
            let user = newcomer(name.clone(), role);
            let id = user.id.clone();
            match store.submit(Request::new(actor.clone(), SetUp::MakeUser(Box::new(user)))).await {
                Err(Refused::NameTaken) => made_elsewhere(store, &name).await?.id.clone(),
                made => made.map(|_| id)?,
            }
        }
    };
    let (request, path) = link_work(&id, actor);
    store.submit(request).await?;
    Ok(path)
}

/// Whoever another server set up under that name a moment ago.
async fn made_elsewhere(store: &dyn Store, name: &Label) -> Result<Arc<User>, Refused> {
    store.look().await?;
    store.settings().user_named(name.as_str()).cloned().ok_or(Refused::NameTaken)
}

/// The first link of the first of the operator's people, where several servers share the store: one of those that start
/// makes it, and the others leave it as it is.
async fn first_link(store: &dyn Store, name: Label) -> Result<Option<String>, Refused> {
    if let Some(user) = store.settings().user_named(name.as_str()) {
        if user.link.as_ref().is_some_and(|link| system_now() < link.expires_at) {
            tracing::info!("a link for the first operator is good still; --sign-in-link makes another");
            return Ok(None);
        }
        return link_for(store, name, KeyRole::Operator).await.map(Some);
    }
    let (link, path) = new_link();
    let user = User { link: Some(link), ..newcomer(name.clone(), KeyRole::Operator) };
    match store.submit(Request::by_system(SetUp::MakeUser(Box::new(user)))).await {
        Err(Refused::NameTaken) => made_elsewhere(store, &name).await.map(|_| None),
        made => made.map(|_| Some(path)),
    }
}

/// A link for one of the operator's people: for the one who is asked for, or for the first as long as none of them
/// has a password. Whoever starts the server is the operator.
/// Fails with [`Refused::NotFound`] where nobody of the operator's is called that and may sign in.
pub(crate) async fn operators_link(store: &dyn Store, asked_for: Option<Label>) -> Result<Option<String>, Refused> {
    let settings = store.settings();
    let named = asked_for.as_ref().and_then(|name| settings.user_named(name.as_str()));
    let may_sign_in = |user: &User| user.role == KeyRole::Operator && user.disabled_at.is_none();
    let users = settings.users();
    let mut operators = users.iter().filter(|user| may_sign_in(user));
    let is_first = asked_for.is_none();
    let name = match asked_for {
        Some(name) if named.is_some_and(|user| may_sign_in(user)) => name,
        Some(_) => return Err(Refused::NotFound),
        None if operators.any(|user| user.password.is_some()) => return Ok(None),
        None => match Label::new(FIRST) {
            Ok(name) => name,
            Err(_) => return Ok(None),
        },
    };
    // Whoever has the server make a link has nobody else to ask, and may have lost their phone too.
    if let Some(user) = named.filter(|user| user.second_factor.is_some()) {
        let work = SetUp::ChangeUser { user_id: user.id.clone(), change: UserChange::NoSecondFactor };
        store.submit(Request::by_system(work)).await?;
    }
    if is_first && store.is_shared() {
        return first_link(store, name).await;
    }
    link_for(store, name, KeyRole::Operator).await.map(Some)
}
