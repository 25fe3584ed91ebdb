//! What somebody who is signed in does about their own signing in.

use axum::response::Response;
use data_encoding::HEXLOWER;
use refund_store::{Precondition, Refused, Request, SetUp, User, UserChange};

use super::frame::{Notice, own_path, telling};
use super::leading::go_to;
use super::people::page;
use super::person::Person;
use super::signing_in::{came_in, left, mistake_in, session_of};
use super::visit::Visit;
use crate::app::to_the_end;
use crate::callers::passwords::{PASSWORD_MAX, TriedFrom};
use crate::machine::clock::system_now;
use crate::problem::Problem;

/// Gives whoever asks another password, if they know the present one. Wherever else they were signed in they are not
/// any more.
pub(super) async fn password(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?.clone();
    let (user, passwords) = (&person.user, &visit.app.passwords);
    let from = within(&person);
    let new = visit.form.get("new");
    let wrong = |text: String| page(&visit, Some(Notice::bad(text)), None);
    if let Some(mistake) = mistake_in(&visit, new, user, &from).await? {
        return wrong(mistake);
    }
    // Somebody who came in by a link and never chose one has none to know.
    if user.password.is_some() && !knows_password(&visit).await? {
        return wrong(visit.reader.say("people-password-wrong"));
    }
    let (secret, session) = session_of(user);
    let hash = passwords.hash(new.to_owned(), &from).await?;
    let change = UserChange::Password { hash, session: Some(Box::new(session)) };
    let request = Request::new(person.caller.itself(), SetUp::ChangeUser { user_id: user.id.clone(), change });
    if !still(&visit, user, request).await? {
        return wrong(visit.reader.say("people-password-wrong"));
    }
    Ok(telling(came_in(&visit, &user.id, &secret, "/people"), "/people", "password"))
}

/// Whether whoever is signed in knows their password: somebody who only sits before their screen doesn't. Each call
/// counts as a try.
pub(super) async fn knows_password(visit: &Visit) -> Result<bool, Problem> {
    let (person, typed) = (visit.person()?, visit.form.get("old"));
    let (from, passwords) = (within(person), &visit.app.passwords);
    passwords.count(person.user.name.as_str(), &from)?;
    let own = person.user.password.clone();
    Ok(typed.chars().count() <= PASSWORD_MAX && passwords.is_right(typed.to_owned(), own, &from).await?)
}

/// The tries within one session, which nobody else uses up.
fn within(person: &Person) -> TriedFrom {
    TriedFrom::within(HEXLOWER.encode(&person.session.0), &person.user)
}

/// Does what somebody asks for by a password or a code that they showed, unless that was replaced or used up meanwhile.
pub(super) async fn still(visit: &Visit, user: &User, request: Request) -> Result<bool, Problem> {
    let precondition = Precondition::Tag(user.credentials()?);
    match visit.change(Request { precondition, ..request }).await {
        Ok(_) => Ok(true),
        Err(Refused::SettingsMoved) => Ok(false),
        Err(refused) => Err(refused.into()),
    }
}

/// What others did about whoever asks is told to them no more, up to what their page has told.
pub(super) async fn alerts_seen(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?;
    let until = visit.form.get("until").parse().map_err(|_| Problem::not_found())?;
    let change = UserChange::AlertsSeen { until, said_at: system_now() };
    let work = SetUp::ChangeUser { user_id: person.user.id.clone(), change };
    visit.change(Request::new(person.caller.itself(), work)).await?;
    Ok(go_to(own_path(visit.form.get("back"))))
}

/// Signs whoever asks out wherever they are signed in.
pub(super) async fn sign_out_everywhere(visit: Visit) -> Result<Response, Problem> {
    to_the_end(signed_out_everywhere(visit)).await?
}

async fn signed_out_everywhere(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?;
    for session in visit.app.engine.settings().sessions_of(&person.user.id) {
        visit.app.engine.submit(Request::by_system(SetUp::SignOut { secret: session.secret })).await?;
    }
    Ok(left())
}
