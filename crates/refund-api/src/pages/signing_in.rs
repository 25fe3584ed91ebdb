//! Signing in and out: by name and password, or once by a link.

use std::sync::Arc;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::Response;
use refund_core::{Role, Span};
use refund_store::{ByLink, Precondition, Refused, Request, Session, SetUp, Shown, User};

use super::cookies;
use super::frame::{Frame, Notice, own_path, shown};
use super::leading::go_to;
use super::operator::is_first_hour;
use super::visit::Visit;
use crate::callers::hash;
use crate::callers::passwords::{PASSWORD_MAX, PASSWORD_MIN, TriedFrom, Unfit};
use crate::machine::clock::system_now;
use crate::machine::entropy;
use crate::problem::Problem;

/// How long somebody stays signed in: a week, by the machine's clock.
const SESSION: Span = Span::hours(7 * 24);

#[derive(Template)]
#[template(path = "pages/sign-in.html")]
struct SignIn {
    page: Frame,
    name: String,
    back: String,
}

/// What is asked for once the password was right.
#[derive(Template)]
#[template(path = "pages/sign-in-code.html")]
struct Code {
    page: Frame,
    name: String,
    /// What says that it was.
    pass: String,
    back: String,
}

#[derive(Template)]
#[template(path = "pages/sign-in-once.html")]
struct Once {
    page: Frame,
    name: String,
    may_come_without: bool,
    has_password: bool,
    has_second_factor: bool,
    min: usize,
}

/// The start: each is led to where they work. On a new server an operator has first to set it up.
pub(super) async fn start(visit: Visit) -> Result<Response, Problem> {
    let is_operators = visit.person()?.caller.role() == Role::Operator;
    let is_new = is_operators && is_first_hour(&visit.app).await?;
    Ok(go_to(if is_new { "/operator/first-hour" } else { "/refunds" }))
}

pub(super) async fn ask(visit: Visit) -> Result<Response, Problem> {
    if visit.person.is_some() {
        return Ok(go_to(own_path(visit.query.get("back"))));
    }
    asked(&visit, None)
}

fn asked(visit: &Visit, notice: Option<Notice>) -> Result<Response, Problem> {
    let given = if visit.form.get("back").is_empty() { &visit.query } else { &visit.form };
    let page = SignIn {
        page: Frame::new(visit, "sign-in-title", "sign-in").saying(notice),
        name: visit.form.get("name").to_owned(),
        back: own_path(given.get("back")).to_owned(),
    };
    shown(page.page.status(), &page)
}

/// Signs in by name and password. Which of the two was wrong is not said, so that nobody learns which names there are.
pub(super) async fn with_password(visit: Visit) -> Result<Response, Problem> {
    if !visit.form.get("pass").is_empty() {
        return with_code(&visit).await;
    }
    let (name, password) = (visit.form.get("name").trim(), visit.form.get("password"));
    let app = &visit.app;
    let user = app.engine.settings().user_named(name).cloned();
    if name.chars().count() <= 200 && password.chars().count() <= PASSWORD_MAX {
        let from = counted(&visit, name, user.as_deref())?;
        let known = user.as_ref().and_then(|user| user.password.clone());
        let is_right = app.passwords.is_right(password.to_owned(), known, &from).await?;
        if let Some(user) = user.as_deref().filter(|user| is_right && user.disabled_at.is_none()) {
            if user.second_factor.is_some() {
                return asked_code(&visit, user, None);
            }
            if let Some(response) = let_in(&visit, user, None, None, own_path(visit.form.get("back"))).await? {
                return Ok(response);
            }
        }
    }
    failed(&visit, user.as_deref());
    wrong(&visit)
}

/// Counts a try under that name, and says from where it was.
fn counted(visit: &Visit, name: &str, user: Option<&User>) -> Result<TriedFrom, Problem> {
    let from = visit.app.passwords.count_from(name, visit.known_browser_of(user), visit.address);
    from.inspect_err(|_| failed(visit, user))
}

/// Asks for the second factor of somebody whose password was right: nobody else learns that there is one.
fn asked_code(visit: &Visit, user: &User, notice: Option<Notice>) -> Result<Response, Problem> {
    let given = visit.form.get("pass");
    let fresh = || visit.app.second_factors.pass(user, system_now());
    let page = Code {
        page: Frame::new(visit, "code-title", "sign-in").coming_back_to("/sign-in".to_owned()).saying(notice),
        name: user.name.to_string(),
        pass: if given.is_empty() { fresh() } else { given.to_owned() },
        back: own_path(visit.form.get("back")).to_owned(),
    };
    shown(page.page.status(), &page)
}

/// Signs in by the second factor, behind a password that was right a moment ago.
async fn with_code(visit: &Visit) -> Result<Response, Problem> {
    let (app, name, now) = (&visit.app, visit.form.get("name").trim(), system_now());
    let user = app.engine.settings().user_named(name).cloned();
    let has_passed = |user: &User| app.second_factors.has_passed(user, visit.form.get("pass"), now);
    let Some(user) = user.filter(|user| user.disabled_at.is_none() && has_passed(user)) else {
        return asked(visit, Some(Notice::bad(visit.reader.say("code-over"))));
    };
    let from = counted(visit, name, Some(&user))?;
    app.passwords.count_code(&user.id, &from).inspect_err(|_| failed(visit, Some(&user)))?;
    let wrong = || {
        failed(visit, Some(&user));
        let notice = Notice { field: Some("code"), ..Notice::bad(visit.reader.say("second-factor-wrong")) };
        asked_code(visit, &user, Some(notice))
    };
    let shown = app.second_factors.shown(&user, visit.form.get("code"), now);
    if shown.is_none() && user.second_factor.is_some() {
        return wrong();
    }
    let to = own_path(visit.form.get("back"));
    let_in(visit, &user, None, shown, to).await?.map_or_else(wrong, Ok)
}

/// Notes that somebody was not let in. Of a name that nobody has, nothing is kept.
fn failed(visit: &Visit, user: Option<&User>) {
    let (failed, now) = (&visit.app.failed_sign_ins, visit.app.engine.store().now());
    failed.note(user.map(|user| user.id.as_str()), visit.address, now);
}

fn wrong(visit: &Visit) -> Result<Response, Problem> {
    let notice = Notice { field: Some("password"), ..Notice::bad(visit.reader.say("sign-in-wrong")) };
    asked(visit, Some(notice))
}

/// Whoever a link is for that lets in still. It is found by its hash, so that one that nobody made costs nothing.
fn of_link(visit: &Visit) -> Option<Arc<User>> {
    let (settings, now) = (visit.app.engine.settings(), system_now());
    let user = settings.user_by_link(&hash(visit.param("token")))?;
    let is_good = user.disabled_at.is_none() && user.link.is_some_and(|link| now < link.expires_at);
    is_good.then(|| Arc::clone(user))
}

/// What a link opens. To look at it changes nothing, because programs look at links too.
pub(super) async fn ask_once(visit: Visit) -> Result<Response, Problem> {
    asked_once(&visit, None)
}

fn asked_once(visit: &Visit, notice: Option<Notice>) -> Result<Response, Problem> {
    let Some(user) = of_link(visit) else { return link_is_over(visit) };
    let page = Once {
        page: Frame::for_nobody(visit, "once-title").saying(notice),
        name: user.name.to_string(),
        may_come_without: may_come_without(visit, &user),
        has_password: user.password.is_some(),
        has_second_factor: user.second_factor.is_some(),
        min: PASSWORD_MIN,
    };
    shown(page.page.status(), &page)
}

fn link_is_over(visit: &Visit) -> Result<Response, Problem> {
    asked(visit, Some(Notice::bad(visit.reader.say("once-over")).under(StatusCode::NOT_FOUND)))
}

/// Signs in by a link, which opens nothing afterwards, and only together with a new password: then nobody else who has
/// the link can come in, and whoever had a password learns that somebody used it. In a demo whoever has no password
/// need not choose one.
pub(super) async fn with_link(visit: Visit) -> Result<Response, Problem> {
    let Some(user) = of_link(&visit) else {
        failed(&visit, None);
        return link_is_over(&visit);
    };
    let password = visit.form.get("password");
    let from = TriedFrom::within(user.id.clone(), &user);
    let mistake = match password {
        "" if may_come_without(&visit, &user) => None,
        "" => Some(visit.reader.say("once-password-needed")),
        _ => mistake_in(&visit, password, &user, &from).await?,
    };
    if let Some(text) = mistake {
        return asked_once(&visit, Some(Notice::bad(text)));
    }
    let shown = visit.app.second_factors.shown(&user, visit.form.get("code"), system_now());
    if user.second_factor.is_some() {
        visit.app.passwords.count_code(&user.id, &from).inspect_err(|_| failed(&visit, Some(&user)))?;
        if shown.is_none() {
            failed(&visit, Some(&user));
            let notice = Notice { field: Some("code"), ..Notice::bad(visit.reader.say("second-factor-wrong")) };
            return asked_once(&visit, Some(notice));
        }
    }
    let password = match password {
        "" => None,
        _ => Some(visit.app.passwords.hash(password.to_owned(), &from).await?),
    };
    let by_link = ByLink { secret: hash(visit.param("token")), password };
    let_in(&visit, &user, Some(by_link), shown, "/").await?.map_or_else(|| link_is_over(&visit), Ok)
}

/// Whether somebody may come in by a link alone. In a demo whoever has no password need not choose one.
fn may_come_without(visit: &Visit, user: &User) -> bool {
    user.password.is_none() && visit.app.test_clock
}

/// What is wrong with a password that somebody chooses. To choose one is a try: it takes a moment to judge.
pub(super) async fn mistake_in(
    visit: &Visit,
    password: &str,
    user: &User,
    from: &TriedFrom,
) -> Result<Option<String>, Problem> {
    let passwords = &visit.app.passwords;
    passwords.count(user.name.as_str(), from)?;
    let mut names = vec![user.name.to_string()];
    if let Some(seller_id) = user.role.seller_id() {
        let seller = visit.app.engine.settings().seller(seller_id).map(|seller| seller.name.to_string());
        names.extend([seller_id.to_string()].into_iter().chain(seller));
    }
    let unfit = passwords.unfit(password, names, from).await?;
    Ok(unfit.map(|unfit| match unfit {
        Unfit::Length => visit.reader.say_two("mistake-password", "min", &PASSWORD_MIN, "max", &PASSWORD_MAX),
        Unfit::Guessable => visit.reader.say("mistake-password-guessable"),
    }))
}

/// Begins a session, unless its person can't sign in any more, or showed what is used up by now.
async fn let_in(
    visit: &Visit,
    user: &User,
    link: Option<ByLink>,
    shown: Option<Shown>,
    to: &str,
) -> Result<Option<Response>, Problem> {
    let (secret, session) = session_of(user);
    let by_link = link.is_some();
    let precondition = Precondition::Tag(user.way_in()?);
    let request = Request::by_system(SetUp::SignIn { session: Box::new(session), link, shown });
    let request = Request { precondition, ..request };
    match visit.change(request).await {
        Ok(_) => {}
        Err(Refused::NotFound | Refused::SettingsMoved) => return Ok(None),
        Err(refused) => return Err(refused.into()),
    }
    tracing::info!(user = user.id, by_link, "signed in");
    Ok(Some(came_in(visit, &user.id, &secret, to)))
}

/// A session of somebody, with its secret.
pub(super) fn session_of(user: &User) -> (String, Session) {
    let (secret, began_at) = (entropy::secret(), system_now());
    let session =
        Session { secret: hash(&secret), user_id: user.id.clone(), began_at, ends_at: began_at.plus(SESSION) };
    (secret, session)
}

/// What tells a browser that somebody is signed in there from now on.
pub(super) fn came_in(visit: &Visit, user_id: &str, secret: &str, to: &str) -> Response {
    let mut response = go_to(to);
    let session = cookies::set_session(secret, SESSION.as_seconds());
    let settings = visit.app.engine.settings();
    let known = settings.user(user_id).and_then(|user| cookies::set_known(&visit.app.known_browsers.mark(user)));
    for cookie in session.into_iter().chain(known) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Signs out, here alone.
pub(super) async fn sign_out(visit: Visit) -> Result<Response, Problem> {
    let secret = visit.person()?.session;
    visit.app.engine.submit(Request::by_system(SetUp::SignOut { secret })).await?;
    Ok(left())
}

/// What tells a browser that nobody is signed in there any more.
pub(super) fn left() -> Response {
    let mut response = go_to("/sign-in");
    response.headers_mut().extend(cookies::set_session("", 0).map(|value| (header::SET_COOKIE, value)));
    response
}
