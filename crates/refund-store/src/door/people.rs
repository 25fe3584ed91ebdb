//! What passes the door and is about people: who they are, and where they are signed in.

use std::sync::Arc;

use refund_core::{Actor, Role, Via};

use super::stage::{Done, Stage};
use crate::record::Entry;
use crate::{
    Alert, AlertKind, Answer, ByLink, KeyRole, Outcome, Refused, Secret, Session, Settings, Shown, TeamRole, User,
    UserChange,
};

/// How many people who can sign in one seller has at the most. Each has an allowance of much that the server counts, so
/// that what one seller takes of it has an end; a shop has some dozens.
pub const PEOPLE_MAX: usize = 300;
/// In how many browsers one person is signed in at the most.
const SESSIONS_MAX: usize = 20;

pub(super) fn make_user(stage: &mut Stage<'_>, user: &User, actor: &Actor) -> Done {
    let settings = stage.settings();
    // A seller's people are told nothing of others: what they add is compared with their own.
    let is_seen = |other: &User| actor.role != Role::Seller || other.role == user.role;
    let is_taken = settings.user(&user.id).is_some() || settings.has_user_called(&user.name);
    if is_taken || settings.users_who_look_like(&user.name).any(|other| is_seen(other)) {
        return Err(Refused::NameTaken.into());
    }
    has_place_for(settings, user)?;
    let created_at = stage.now;
    put(stage, User { created_at, ..user.clone() }, actor)
}

pub(super) fn change_user(stage: &mut Stage<'_>, id: &str, change: &UserChange, actor: &Actor) -> Done {
    let user = User::clone(stage.settings().user(id).ok_or(Refused::NotFound)?);
    if matches!(change, UserChange::TeamRole(_)) && user.role.seller_id().is_none() {
        return Err(Refused::NotFound.into());
    }
    let is_by_seller = actor.role == Role::Seller;
    if is_by_seller && user.is_shut_out_by_operator && *change == UserChange::Enabled {
        return Err(Refused::ShutOutByOperator.into());
    }
    let mut changed = user.clone().changed(change, stage.now);
    if user.disabled_at.is_some() && changed.disabled_at.is_none() {
        has_place_for(stage.settings(), &changed)?;
    }
    changed.is_shut_out_by_operator |= *change == UserChange::Disabled && !is_by_seller;
    // An operator lets in whom they like, and may leave a seller without anybody; but not the operator.
    let is_person = matches!(actor.via, Via::User(_));
    let is_own = is_by_seller || user.role == KeyRole::Operator && is_person;
    if is_own && takes_last_owner(stage.settings(), &user, &changed) {
        return Err(Refused::LastOwner.into());
    }
    if *change == UserChange::NoSecondFactor && user.second_factor.is_none() {
        return put(stage, user, actor);
    }
    let is_by_another = actor.via != Via::User(user.id.clone());
    for session in stage.settings().sessions_of(id).iter().filter(|one| change.ends(&one.secret, is_by_another)) {
        stage.push(Entry::SessionEnded { secret: session.secret })?;
    }
    if changed != user
        && is_by_another
        && let Some(what) = change.told(&user)
    {
        changed = changed.alerted(Alert { what, by: actor.clone(), at: stage.now });
    }
    let done = put(stage, changed, actor)?;
    if let UserChange::Password { session: Some(session), .. } = change {
        stage.push(Entry::Session(session.clone()))?;
    }
    Ok(done)
}

/// Fails where a seller has as many people already as can sign in.
fn has_place_for(settings: &Settings, one_more: &User) -> Result<(), Refused> {
    let Some(seller_id) = one_more.role.seller_id() else { return Ok(()) };
    let present = settings.people(seller_id).filter(|user| user.disabled_at.is_none()).count();
    if present < PEOPLE_MAX { Ok(()) } else { Err(Refused::TooManyPeople) }
}

/// Whether nobody of a seller, or of the operator, could do all any more. It is judged here, because two owners may do
/// it to each other at the same moment.
fn takes_last_owner(settings: &Settings, before: &User, after: &User) -> bool {
    let is_owner = |user: &User| {
        let comes_in = user.password.is_some() || !settings.sessions_of(&user.id).is_empty();
        user.team_role == TeamRole::Owner && user.disabled_at.is_none() && comes_in
    };
    let colleagues = before.role.seller_id().map_or_else(|| settings.users(), |own| settings.users_of(own));
    let is_other = |other: &Arc<User>| other.role == before.role && other.id != before.id;
    is_owner(before) && !is_owner(after) && !colleagues.iter().any(|other| is_other(other) && is_owner(other))
}

/// Whoever can't sign in is not there: that somebody was there before is nobody's to know.
pub(super) fn sign_in(stage: &mut Stage<'_>, session: &Session, link: Option<&ByLink>, shown: Option<Shown>) -> Done {
    let user = stage.settings().user(&session.user_id).filter(|user| user.disabled_at.is_none());
    let before = Arc::clone(user.ok_or(Refused::NotFound)?);
    let mut user = User::clone(&before);
    if let Some(factor) = &user.second_factor {
        // Two may show the same at one moment: it is used up here.
        user.second_factor = Some(shown.and_then(|shown| factor.used(shown)).ok_or(Refused::NotFound)?);
    }
    if let Some(ByLink { secret, password }) = link {
        let is_good = |own: &crate::SignInLink| own.secret == *secret && session.began_at < own.expires_at;
        user.link.take().filter(is_good).ok_or(Refused::NotFound)?;
        if user.password.is_some() && password.is_some() {
            // Whoever made the link is who has to be asked.
            let made = user.alerts.iter().rev().find(|alert| alert.what == AlertKind::Link);
            let by = made.map_or_else(Actor::system, |alert| alert.by.clone());
            user = user.alerted(Alert { what: AlertKind::Password, by, at: stage.now });
        }
        user.password = password.clone().or(user.password);
    }
    stage.push_new(user != *before, Entry::User { user: Box::new(user.clone()), actor: user.itself() })?;
    let ends_all = link.is_some_and(|link| link.password.is_some());
    let theirs = stage.settings().sessions_of(&user.id);
    let is_over = |other: &Arc<Session>| ends_all || other.ends_at <= session.began_at;
    let (over, running): (Vec<_>, Vec<_>) = theirs.into_iter().partition(is_over);
    let too_many = running.len().saturating_add(1).saturating_sub(SESSIONS_MAX);
    for ended in over.iter().chain(running.iter().take(too_many)) {
        stage.push(Entry::SessionEnded { secret: ended.secret })?;
    }
    stage.push(Entry::Session(Box::new(session.clone())))?;
    Ok((Answer::User(Box::new(user)), Outcome::Settings))
}

pub(super) fn sign_out(stage: &mut Stage<'_>, secret: &Secret) -> Done {
    if stage.settings().session(secret).is_some() {
        stage.push(Entry::SessionEnded { secret: *secret })?;
    }
    Ok((Answer::Done, Outcome::Settings))
}

fn put(stage: &mut Stage<'_>, user: User, actor: &Actor) -> Done {
    let is_new = stage.settings().user(&user.id).is_none_or(|present| **present != user);
    let user = Box::new(user);
    stage.push_new(is_new, Entry::User { user: user.clone(), actor: actor.clone() })?;
    Ok((Answer::User(user), Outcome::Settings))
}
