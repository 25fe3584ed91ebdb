//! What passes the door and is about people: who they are, and where they are signed in.

use refund_core::Actor;

use crate::record::Entry;
use crate::stage::Stage;
use crate::step::Done;
use crate::{Answer, Outcome, Refused, Secret, Session, User, UserChange, View};

/// In how many browsers one person is signed in at the most.
const SESSIONS_MAX: usize = 20;

pub(crate) fn make_user(stage: &mut Stage<'_>, user: &User, actor: &Actor) -> Done {
    let is_taken = |other: &User| other.id == user.id || other.is_called(user.name.as_str());
    if stage.view().users()?.iter().any(|other| is_taken(other)) {
        return Err(Refused::NameTaken);
    }
    keep(stage, User { created_at: stage.now, ..user.clone() }, actor)
}

pub(crate) fn change_user(stage: &mut Stage<'_>, id: &str, change: &UserChange, actor: &Actor) -> Done {
    let user = stage.view().user(id)?.ok_or(Refused::NotFound)?;
    if change.signs_out() {
        for session in stage.view().sessions_of(id)? {
            stage.push(Entry::SessionEnded { secret: session.secret })?;
        }
    }
    keep(stage, (*user).clone().changed(change, stage.now), actor)
}

/// Whoever can't sign in is not there: that somebody was there before is nobody's to know.
pub(crate) fn sign_in(stage: &mut Stage<'_>, session: &Session, link: Option<&Secret>) -> Done {
    let user = stage.view().user(&session.user_id)?.filter(|user| user.disabled_at.is_none());
    let user = user.ok_or(Refused::NotFound)?;
    if let Some(secret) = link {
        let is_good = |own: &crate::SignInLink| own.secret == *secret && session.began_at < own.expires_at;
        user.link.as_ref().filter(|own| is_good(own)).ok_or(Refused::NotFound)?;
        let used = User { link: None, ..(*user).clone() };
        stage.push(Entry::User { user: Box::new(used), actor: Actor::system() })?;
    }
    let (over, running): (Vec<_>, Vec<_>) =
        stage.view().sessions_of(&user.id)?.into_iter().partition(|other| other.ends_at <= session.began_at);
    let too_many = running.len().saturating_add(1).saturating_sub(SESSIONS_MAX);
    for ended in over.iter().chain(running.iter().take(too_many)) {
        stage.push(Entry::SessionEnded { secret: ended.secret })?;
    }
    stage.push(Entry::Session(Box::new(session.clone())))?;
    Ok((Answer::User(Box::new((*user).clone())), Outcome::Settings))
}

pub(crate) fn sign_out(stage: &mut Stage<'_>, secret: &Secret) -> Done {
    if stage.view().session(secret)?.is_some() {
        stage.push(Entry::SessionEnded { secret: *secret })?;
    }
    Ok((Answer::Done, Outcome::Settings))
}

fn keep(stage: &mut Stage<'_>, user: User, actor: &Actor) -> Done {
    let user = Box::new(user);
    stage.push(Entry::User { user: user.clone(), actor: actor.clone() })?;
    Ok((Answer::User(user), Outcome::Settings))
}
