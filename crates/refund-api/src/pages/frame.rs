//! What every page has around what it is about.

use std::ops::Deref;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use refund_core::{Event, Refund, Refusal, Role, Timestamp};
use refund_store::{Alert, AlertKind, Right, TeamRole};

use super::assets;
use super::cookies;
use super::form::Mistake;
use super::leading::go_to;
use super::person::Person;
use super::reader::Reader;
use super::view::{changes_since, refusal_text, who};
use super::visit::Visit;
use super::way::Way;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::{ApiCode, Code};

/// The frame of one page. Its texts are the reader's.
pub(crate) struct Frame {
    reader: Reader,
    /// What the page is called.
    pub(crate) title: String,
    /// Which place of the navigation it belongs to.
    pub(crate) place: &'static str,
    pub(crate) person: Option<FramePerson>,
    /// Where to come back to, once something was chosen that has nothing to do with the page, such as the language.
    pub(crate) here: String,
    /// Where in the queue whoever reads it comes from.
    pub(crate) way: Way,
    /// Where its live changes come from, if it has any.
    pub(crate) live: Option<String>,
    /// The last event that it may know of, by its id for whoever is signed in.
    knows: Option<String>,
    /// Whether the clock can be moved here.
    pub(crate) moves_clock: bool,
    /// Why it shows what was typed into a form that was not taken, where it does.
    pub(crate) resumed: Option<String>,
    /// Whether whoever reads it has a link of their own, and nothing to do with the tool around the page.
    pub(crate) is_buyers: bool,
    /// What has to be told first.
    pub(crate) notice: Option<Notice>,
}

/// Who is signed in, as the frame shows them.
pub(crate) struct FramePerson {
    pub(crate) name: String,
    pub(crate) works_for: String,
    pub(crate) is_operator: bool,
    pub(crate) mark: String,
    /// What others did about their signing in, and up to when that is.
    pub(crate) alerts: Vec<String>,
    pub(crate) alerts_until: Option<Timestamp>,
    team_role: TeamRole,
}

impl Deref for Frame {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Frame {
    /// The frame of a page of that title in that place.
    pub(crate) fn new(visit: &Visit, title: &str, place: &'static str) -> Self {
        Self {
            reader: visit.reader,
            title: visit.reader.say(title),
            place,
            person: visit.person.as_ref().map(|person| FramePerson::of(visit, person)),
            here: visit.here.clone(),
            way: Way::of(&visit.query),
            live: None,
            knows: visit.person.as_ref().and_then(|person| visit.app.event_ids.reached(&person.caller, visit.knows)),
            moves_clock: visit.app.test_clock && visit.person.is_some(),
            resumed: visit.is_resumed.then(|| why_resumed(visit)),
            is_buyers: false,
            notice: None,
        }
    }

    pub(crate) fn saying(self, notice: Option<Notice>) -> Self {
        Self { notice, ..self }
    }

    /// The status of what has to be told.
    pub(crate) fn status(&self) -> StatusCode {
        self.notice.as_ref().map_or(StatusCode::OK, |notice| notice.status)
    }

    /// The frame of a page that a link opens: nobody is signed in there, whoever else uses the browser.
    pub(crate) fn for_nobody(visit: &Visit, title: &str) -> Self {
        Self { person: None, moves_clock: false, ..Self::new(visit, title, "") }
    }

    /// The frame of a buyer's page.
    pub(crate) fn for_buyer(visit: &Visit, title: &str) -> Self {
        Self { moves_clock: visit.app.test_clock, is_buyers: true, ..Self::for_nobody(visit, title) }
    }

    /// A frame under a title that somebody wrote.
    pub(crate) fn titled(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// The frame of a page that is shown in answer to a form: its own address is another.
    pub(crate) fn coming_back_to(self, here: String) -> Self {
        Self { here, ..self }
    }

    pub(crate) fn with_live(self, source: &str) -> Self {
        let after = self.knows.as_ref().map_or_else(String::new, |id| format!("?after={id}"));
        Self { live: Some(format!("{source}{after}")), ..self }
    }

    /// Has a buyer's page look again by itself when something happens behind the event that it `knows`; not where it
    /// shows an older part of the history.
    pub(crate) fn with_own_live(self, source: &str, knows: Option<String>) -> Self {
        Self { live: knows.map(|id| format!("{source}?after={id}")), ..self }
    }

    pub(crate) fn style(&self) -> &'static str {
        assets::style()
    }

    pub(crate) fn icon(&self) -> &'static str {
        assets::icon()
    }

    pub(crate) fn scripts(&self) -> &'static [String] {
        assets::scripts()
    }

    /// What a form carries that is to act once, however often it is sent: another one for each form.
    pub(crate) fn once(&self) -> String {
        entropy::secret()
    }

    /// Whether whoever is signed in may decide and write on refunds.
    pub(crate) fn may_work(&self) -> bool {
        self.may(Right::Refunds)
    }

    /// Whether whoever is signed in may change settings.
    pub(crate) fn may_set_up(&self) -> bool {
        self.may(Right::Settings)
    }

    fn may(&self, right: Right) -> bool {
        self.person.as_ref().is_some_and(|person| right.is_of(person.team_role))
    }

    /// The rule that said no, for those who know the rules by their numbers: operators.
    pub(crate) fn rule_told(&self, rule: &Option<&'static str>) -> Option<&'static str> {
        rule.filter(|_| self.person.as_ref().is_some_and(|person| person.is_operator))
    }

    /// What the forms of whoever is signed in carry.
    pub(crate) fn mark(&self) -> &str {
        self.person.as_ref().map_or("", |person| person.mark.as_str())
    }
}

impl FramePerson {
    fn of(visit: &Visit, person: &Person) -> Self {
        let works_for = match visit.seller_id() {
            Some(id) => {
                visit.app.engine.settings().seller(id).map_or_else(String::new, |seller| seller.name.to_string())
            }
            None => visit.reader.term("role", Role::Operator.as_str()),
        };
        Self {
            name: person.user.name.to_string(),
            works_for,
            is_operator: person.caller.role() == Role::Operator,
            mark: person.mark.clone(),
            alerts: person.user.alerts.iter().map(|alert| in_words(visit, alert, person.caller.role())).collect(),
            alerts_until: person.user.alerts.last().map(|alert| alert.at),
            team_role: person.user.team_role,
        }
    }
}

/// Why what was typed stands there again.
fn why_resumed(visit: &Visit) -> String {
    let reader = &visit.reader;
    match visit.possible_from {
        Some(at) => reader.say_with("typed-too-often", "at", &reader.instant(at)),
        None => reader.say("typed-again"),
    }
}

/// What others did about whoever is signed in.
fn in_words(visit: &Visit, alert: &Alert, to: Role) -> String {
    let reader = &visit.reader;
    let (what, role) = match alert.what {
        AlertKind::Link => ("alert-link", None),
        AlertKind::Password => ("alert-password", None),
        AlertKind::TeamRole(role) => ("alert-team-role", Some(role)),
        AlertKind::Disabled => ("alert-disabled", None),
        AlertKind::Enabled => ("alert-enabled", None),
        AlertKind::NoSecondFactor => ("alert-no-second-factor", None),
    };
    let who = match alert.by.role {
        Role::System => reader.say("alerts-by-server"),
        Role::Buyer | Role::Seller | Role::Platform | Role::Operator => {
            who(reader, &visit.app.engine.settings(), &alert.by, to)
        }
    };
    let role = role.map_or_else(String::new, |role| reader.term("team", role.as_str()));
    let told = [("at", reader.instant(alert.at)), ("who", who), ("role", role)];
    reader.language.say(what, &told.map(|(name, value)| (name, value.into())))
}

/// Something that a page has to tell first.
pub(crate) struct Notice {
    /// `good`, `bad` or `moved`: what it looks like, and how urgently it is announced.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// The rule that said no, if one did.
    pub(crate) rule: Option<&'static str>,
    /// The field that has to be mended, by its name in the form.
    pub(crate) field: Option<&'static str>,
    /// Of the page that tells it.
    pub(crate) status: StatusCode,
}

impl Notice {
    pub(crate) fn good(text: String) -> Self {
        Self { kind: "good", text, rule: None, field: None, status: StatusCode::OK }
    }

    pub(crate) fn bad(text: String) -> Self {
        Self { kind: "bad", status: StatusCode::UNPROCESSABLE_ENTITY, ..Self::good(text) }
    }

    /// Something is not what whoever reads saw before.
    pub(crate) fn moved(text: String) -> Self {
        Self { kind: "moved", status: StatusCode::PRECONDITION_FAILED, ..Self::good(text) }
    }

    /// The same on a page of another status.
    pub(crate) fn under(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Tells too what has changed since the form was made that was sent, if that is why nothing was done.
    pub(crate) fn told_since(self, visit: &Visit, refund: &Refund, events: &[Event]) -> Self {
        let version = visit.form.get("version").parse().ok().filter(|_| self.kind == "moved");
        let changes = version.and_then(|version| changes_since(&visit.reader, refund, events, version));
        let Some(changes) = changes else { return self };
        Self { text: format!("{} {changes}", self.text), ..self }
    }

    /// A rule's no.
    pub(crate) fn ruled(reader: &Reader, refusal: &Refusal) -> Self {
        let status = Code::Rule(refusal.code()).status();
        Self { rule: Some(refusal.rule().as_str()), status, ..Self::bad(refusal_text(reader, refusal)) }
    }

    /// What is wrong with the field of that name, which people know as `called`.
    pub(crate) fn mistaken(reader: &Reader, called: &str, mistake: &Mistake) -> Self {
        let what = match &mistake.readings {
            Some([one, other]) => reader.say_either(mistake.text, one, other),
            None => reader.say_count(mistake.text, "max", &mistake.max),
        };
        Self { field: Some(mistake.field), ..Self::bad(format!("{called}: {what}")) }
    }
}

/// A page as the browser gets it.
pub(crate) fn shown(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let html = page.render().map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))?;
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Ok(response)
}

/// The GET beside the address that a form is sent to: a browser asks for it when the page that answered the form is
/// loaded again. It is led to the page that the form stood on, whose path is the first `parts` of the address.
pub(crate) fn form_of_page<S: Clone + Send + Sync + 'static>(parts: usize) -> MethodRouter<S> {
    get(move |uri: Uri| async move {
        let page: Vec<_> = uri.path().split('/').take(parts.saturating_add(1)).collect();
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        go_to(&format!("{}{query}", page.join("/")))
    })
}

/// Sends the browser to the page of that path, which tells what was done.
pub(crate) fn go_and_tell(path: &str, what: &str) -> Response {
    telling(go_to(path), path, what)
}

/// An answer after which the page of that path tells what was done.
pub(crate) fn telling(mut response: Response, path: &str, what: &str) -> Response {
    let path = path.split('?').next().unwrap_or_default();
    response.headers_mut().extend(cookies::set_done(what, path).map(|value| (header::SET_COOKIE, value)));
    response
}

/// The path, if it is one of this server's own; else the start.
pub(crate) fn own_path(path: &str) -> &str {
    let is_own = path.starts_with('/') && !path.starts_with("//") && is_plain(path) && !path.starts_with("/b/");
    if is_own { path } else { "/" }
}

/// Whether a path has nothing that browsers read otherwise, or that no header can have.
pub(crate) fn is_plain(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for path in ["/", "/refunds?status=CLOSED", "/refunds/rfd_1"] {
            assert_eq!(own_path(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/refunds\0",
            "/refunds\u{b}",
            "/refunds\u{7f}",
            "javascript:x",
            "/\t/evil.example",
            "/b/lnk_secret",
        ] {
            assert_eq!(own_path(path), "/", "{path}");
        }
    }
}
