//! The people who sign in: a seller's see and add their own, the operator's see and add all.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{Label, SellerId};
use refund_store::{KeyRole, PEOPLE_MAX, Refused, Request, SetUp, TeamRole, User, UserChange};

use super::answers::shown_once;
use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::links::{link_work, newcomer};
use super::operator::done_before;
use super::part::{ListPart, PartLinks};
use super::refund::told_mistake;
use super::text::turns;
use super::visit::Visit;
use crate::callers::passwords::PASSWORD_MIN;
use crate::machine::clock::system_now;
use crate::problem::Problem;

/// How long a name is at the most.
const NAME_MAX: usize = 200;
/// What a form of this page can have done.
const DONE: [&str; 5] = ["disabled", "enabled", "password", "team-role", "second-factor-off"];

#[derive(Template)]
#[template(path = "pages/people.html")]
struct Page {
    page: Frame,
    /// A link that was just made: for whom, and where it leads.
    link: Option<(String, String)>,
    people: Vec<PersonView>,
    links: PartLinks,
    is_operator: bool,
    /// What stands behind the name of whoever is added here.
    behind_names: String,
    has_password: bool,
    roles: [TeamRole; 3],
    min: usize,
    form: Form,
}

struct PersonView {
    id: String,
    name: String,
    works_for: String,
    seller_id: String,
    team_role: &'static str,
    is_oneself: bool,
    is_disabled: bool,
    is_shut_out_by_operator: bool,
    has_password: bool,
    has_second_factor: bool,
    link_until: Option<String>,
    since: String,
}

impl PersonView {
    fn new(visit: &Visit, user: &User, oneself: &User) -> Self {
        let reader = &visit.reader;
        let (works_for, seller_id) = match &user.role {
            KeyRole::Seller(id) => ("seller", id.to_string()),
            KeyRole::Operator => ("operator", String::new()),
            KeyRole::Platform => ("platform", String::new()),
        };
        let running = user.link.filter(|link| system_now() < link.expires_at);
        Self {
            id: user.id.clone(),
            name: user.name.to_string(),
            works_for: reader.term("role", works_for),
            seller_id,
            team_role: user.team_role.as_str(),
            is_oneself: user.id == oneself.id,
            is_disabled: user.disabled_at.is_some(),
            is_shut_out_by_operator: user.is_shut_out_by_operator,
            has_password: user.password.is_some(),
            has_second_factor: user.second_factor.is_some(),
            link_until: running.map(|link| reader.instant(link.expires_at)),
            since: reader.instant(user.created_at),
        }
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.person()?;
    page(&visit, done_before(&visit, &DONE), None)
}

pub(super) fn page(visit: &Visit, notice: Option<Notice>, link: Option<(String, String)>) -> Result<Response, Problem> {
    let oneself = &visit.person()?.user;
    let settings = visit.app.engine.settings();
    let mut users = visit.seller_id().map_or_else(|| settings.users(), |own| settings.users_of(own));
    let wanted = visit.query.get("name").trim().to_lowercase();
    users.retain(|user| user.name.as_str().to_lowercase().contains(&wanted));
    let ListPart { items, links } = ListPart::of(visit, "people", users, |user: &Arc<User>| user.id.clone())?;
    let shown_page = Page {
        page: Frame::new(visit, "people-title", "people").coming_back_to("/people".to_owned()).saying(notice),
        link,
        people: items.iter().map(|user| PersonView::new(visit, user, oneself)).collect(),
        links,
        is_operator: visit.seller_id().is_none(),
        behind_names: visit.seller_id().map_or_else(String::new, |own| format!("@{own}")),
        has_password: oneself.password.is_some(),
        roles: TeamRole::ALL,
        min: PASSWORD_MIN,
        form: visit.form.clone(),
    };
    shown(shown_page.page.status(), &shown_page)
}

fn may_see(visit: &Visit, user: &User) -> bool {
    visit.seller_id().is_none_or(|own| user.role == KeyRole::Seller(own.clone()))
}

/// Sets somebody up, and shows the link by which they come in for the first time.
pub(super) async fn add(visit: Visit) -> Result<Response, Problem> {
    let actor = visit.person()?.caller.itself();
    let user = match newcomer_of(&visit) {
        Ok(user) => user,
        Err(mistake) => return mistaken(&visit, &mistake),
    };
    let id = user.id.clone();
    match visit.change(Request::new(actor, SetUp::MakeUser(Box::new(user)))).await {
        Ok(answered) if answered.replayed => link_was_shown(&visit.with_form_done()),
        // The form is used up: what follows is asked for by itself.
        Ok(_) => with_link(&visit.with_form_done(), &id).await,
        Err(Refused::NameTaken) => no(&visit, "people-name-taken"),
        Err(Refused::TooManyPeople) => too_many(&visit),
        Err(refused) => Err(refused.into()),
    }
}

/// The page, with why nothing was done in that text.
fn no(visit: &Visit, text: &str) -> Result<Response, Problem> {
    told_no(visit, visit.reader.say(text))
}

fn told_no(visit: &Visit, text: String) -> Result<Response, Problem> {
    page(visit, Some(Notice::bad(text).under(StatusCode::CONFLICT)), None)
}

fn too_many(visit: &Visit) -> Result<Response, Problem> {
    told_no(visit, visit.reader.say_with("people-too-many", "max", &PEOPLE_MAX.to_string()))
}

/// The form was sent before: another link would end the one that was shown then, which somebody may have been given.
fn link_was_shown(visit: &Visit) -> Result<Response, Problem> {
    let notice = Notice::moved(visit.reader.say("people-link-made-before"));
    page(visit, Some(notice.under(StatusCode::OK)), None)
}

fn mistaken(visit: &Visit, mistake: &Mistake) -> Result<Response, Problem> {
    page(visit, Some(told_mistake(visit, mistake)), None)
}

/// Who is to be set up, for whom they are to act and what they may: a seller's people only add such of their own.
fn newcomer_of(visit: &Visit) -> Result<User, Mistake> {
    let name: Label = visit.form.needed("name")?;
    if name.as_str().contains(hides) {
        return Err(Mistake::new("name", "mistake-hidden"));
    }
    let (name, role) = match visit.seller_id() {
        // What stands behind the sign says whose people they are, so nobody types it.
        Some(_) if name.as_str().contains('@') => return Err(Mistake::new("name", "mistake-at-sign")),
        Some(own) => (within(&name, own)?, KeyRole::Seller(own.clone())),
        None => (name, chosen_side(visit)?),
    };
    if is_called_like_people_of_another(visit, name.as_str(), &role) {
        return Err(Mistake::new("name", "mistake-of-seller"));
    }
    let team_role = match role {
        KeyRole::Seller(_) => visit.form.choice("team_role")?,
        KeyRole::Operator | KeyRole::Platform => TeamRole::Owner,
    };
    Ok(User { team_role, ..newcomer(name, role) })
}

/// Whether a character is invisible, turns the direction of those beside it, or looks like the sign that says whose
/// somebody is.
fn hides(c: char) -> bool {
    let is_nothing = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{115f}' | '\u{1160}' | '\u{200b}'
            ..='\u{200d}' | '\u{2060}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    );
    turns(c) || is_nothing || matches!(c, '\u{fe6b}' | '\u{ff20}')
}

/// Whether what stands behind the sign is a seller's id, and whoever is to be called so is not of that seller.
fn is_called_like_people_of_another(visit: &Visit, name: &str, role: &KeyRole) -> bool {
    let behind = name.rsplit_once('@').and_then(|(_, behind)| SellerId::new(behind).ok());
    behind.is_some_and(|id| visit.app.engine.settings().seller(&id).is_some() && *role != KeyRole::Seller(id))
}

/// The full name of somebody whom that seller's people add under that name.
fn within(name: &Label, own: &SellerId) -> Result<Label, Mistake> {
    let max = NAME_MAX.saturating_sub(own.as_str().len().saturating_add(1));
    User::name_at(name, own).map_err(|_| Mistake { max, ..Mistake::new("name", "mistake-too-long") })
}

/// For whom somebody is to act whom an operator sets up.
fn chosen_side(visit: &Visit) -> Result<KeyRole, Mistake> {
    let seller_id = visit.form.get("seller_id").trim();
    match visit.form.get("role") {
        "operator" if !seller_id.is_empty() => Err(Mistake::new("seller_id", "mistake-seller-beside-role")),
        "operator" => Ok(KeyRole::Operator),
        "seller" => match SellerId::new(seller_id) {
            Ok(id) if visit.app.engine.settings().seller(&id).is_some() => Ok(KeyRole::Seller(id)),
            _ => Err(Mistake::new("seller", "mistake-seller")),
        },
        _ => Err(Mistake::new("role", "mistake-choose")),
    }
}

/// Makes a link for somebody, and shows it this once.
async fn with_link(visit: &Visit, user_id: &str) -> Result<Response, Problem> {
    let (request, path) = link_work(user_id, visit.person()?.caller.itself());
    if visit.change(request).await?.replayed {
        return link_was_shown(visit);
    }
    let name = visit.app.engine.settings().user(user_id).map_or_else(String::new, |user| user.name.to_string());
    let link = format!("{}{path}", visit.app.public_url);
    page(visit, None, Some((name, link))).map(shown_once)
}

/// Does to somebody what the path says: a link, another role, no more signing in, or signing in again.
pub(super) async fn change(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?.clone();
    let user = visit.app.engine.settings().user(visit.param("id")).cloned().filter(|user| may_see(&visit, user));
    let user = user.ok_or_else(Problem::not_found)?;
    let no = |text: &str| no(&visit, text);
    let (change, done) = match visit.param("change") {
        // A link lets in as a password does, and lets a new one be chosen. By one for themselves they would get around
        // their own password.
        "link" if user.id == person.user.id => return no("people-link-not-oneself"),
        "link" if user.password.is_some() && visit.seller_id().is_some() => return no("people-link-of-operator"),
        "link" => return with_link(&visit, &user.id).await,
        // Whoever is the last one would leave nobody to let anybody in.
        "disable" if user.id == person.user.id => return no("people-not-oneself"),
        "disable" => (UserChange::Disabled, "disabled"),
        "enable" => (UserChange::Enabled, "enabled"),
        // Whoever could take a colleague's off would need no more than a link to come in as them.
        "second-factor-off" if visit.seller_id().is_some() => return Err(Problem::not_found()),
        "second-factor-off" if user.id == person.user.id => return no("people-second-factor-not-oneself"),
        "second-factor-off" => (UserChange::NoSecondFactor, "second-factor-off"),
        "role" if user.id == person.user.id => return no("people-role-not-oneself"),
        "role" => match visit.form.choice("team_role") {
            Ok(role) => (UserChange::TeamRole(role), "team-role"),
            Err(mistake) => return mistaken(&visit, &mistake),
        },
        _ => return Err(Problem::not_found()),
    };
    let request = Request::new(person.caller.itself(), SetUp::ChangeUser { user_id: user.id.clone(), change });
    match visit.change(request).await {
        Ok(_) => Ok(go_and_tell("/people", done)),
        Err(Refused::TooManyPeople) => too_many(&visit),
        Err(Refused::ShutOutByOperator) => no("people-shut-out-by-operator"),
        Err(Refused::LastOwner) if visit.seller_id().is_some() => no("people-last-owner"),
        Err(Refused::LastOwner) => no("people-last-operator"),
        Err(refused) => Err(refused.into()),
    }
}
