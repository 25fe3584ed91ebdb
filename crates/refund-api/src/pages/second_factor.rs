//! The second factor of whoever is signed in: setting it up with a phone, and doing without it.

use askama::Template;
use axum::response::Response;
use data_encoding::HEXLOWER;
use refund_store::{Request, SetUp, UserChange};

use super::answers::shown_once;
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::operator::done_before;
use super::own::{knows_password, still};
use super::qr::Qr;
use super::visit::Visit;
use crate::callers::passwords::TriedFrom;
use crate::callers::second_factor::in_groups;
use crate::machine::clock::system_now;
use crate::machine::entropy;
use crate::problem::Problem;

/// Where the page is.
const HERE: &str = "/people/own/second-factor";

#[derive(Template)]
#[template(path = "pages/second-factor.html")]
struct Page {
    page: Frame,
    /// How many recovery codes are left, where there is a second factor.
    left: Option<usize>,
    /// What a phone is set up with, where there is none.
    begin: Option<Begin>,
    /// The recovery codes, this once.
    recovery: Vec<String>,
}

struct Begin {
    nonce: String,
    secret: String,
    qr: Option<Qr>,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.person()?;
    page(&visit, done_before(&visit, &["second-factor-off"]), Vec::new())
}

fn page(visit: &Visit, notice: Option<Notice>, recovery: Vec<String>) -> Result<Response, Problem> {
    let id = &visit.person()?.user.id;
    let user = visit.app.engine.settings().user(id).cloned().ok_or_else(Problem::not_found)?;
    // What was typed wrong is typed again beside the same square: the phone has it by then.
    let nonce = typed_nonce(visit).unwrap_or_else(entropy::bytes);
    let begin = || {
        let with = visit.app.second_factors.set_up_with(&user, &nonce)?;
        Some(Begin { nonce: HEXLOWER.encode(&nonce), secret: in_groups(&with.secret), qr: Qr::of(&with.url) })
    };
    let left = user.second_factor.as_ref().map(|factor| factor.recovery.len());
    let shown_page = Page {
        page: Frame::new(visit, "second-factor-title", "people").coming_back_to(HERE.to_owned()).saying(notice),
        begin: if left.is_none() && user.password.is_some() { begin() } else { None },
        left,
        recovery,
    };
    shown(shown_page.page.status(), &shown_page)
}

fn typed_nonce(visit: &Visit) -> Option<[u8; 16]> {
    HEXLOWER.decode(visit.form.get("nonce").as_bytes()).ok()?.try_into().ok()
}

fn wrong(visit: &Visit, text: &str) -> Result<Response, Problem> {
    page(visit, Some(Notice::bad(visit.reader.say(text))), Vec::new())
}

/// Sets a second factor up, with the password and a code of the phone; shows the recovery codes this once. Wherever else
/// its person was signed in they are not any more.
pub(super) async fn set_up(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?.clone();
    let Some(nonce) = typed_nonce(&visit).filter(|_| person.user.second_factor.is_none()) else {
        return wrong(&visit, "second-factor-anew");
    };
    if !knows_password(&visit).await? {
        return wrong(&visit, "people-password-wrong");
    }
    let begun = visit.app.second_factors.begun(&person.user, nonce, visit.form.get("code"), system_now());
    let Some((factor, recovery)) = begun else { return wrong(&visit, "second-factor-wrong") };
    let change = UserChange::SecondFactor { factor: Box::new(factor), session: person.session };
    let work = SetUp::ChangeUser { user_id: person.user.id.clone(), change };
    if !still(&visit, &person.user, Request::new(person.caller.itself(), work)).await? {
        return wrong(&visit, "second-factor-anew");
    }
    page(&visit.with_form_done(), None, recovery).map(shown_once)
}

/// Takes the second factor off, for whoever shows it once more beside the password.
pub(super) async fn take_off(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?.clone();
    if !knows_password(&visit).await? {
        return wrong(&visit, "people-password-wrong");
    }
    // Counted as tries from a known browser, because this one is signed in.
    let from = TriedFrom::known_browser(&person.user);
    visit.app.passwords.count_code(&person.user.id, &from)?;
    if visit.app.second_factors.shown(&person.user, visit.form.get("code"), system_now()).is_none() {
        return wrong(&visit, "second-factor-wrong");
    }
    let work = SetUp::ChangeUser { user_id: person.user.id.clone(), change: UserChange::NoSecondFactor };
    if !still(&visit, &person.user, Request::new(person.caller.itself(), work)).await? {
        return wrong(&visit, "second-factor-wrong");
    }
    Ok(go_and_tell(HERE, "second-factor-off"))
}
