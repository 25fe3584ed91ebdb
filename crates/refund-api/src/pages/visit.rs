//! A call by a browser, as the pages see it: who reads, who is signed in, and what a form brought.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, RawPathParams, Request as HttpRequest};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use refund_core::{Command, CommandKind, Reasons, Refund, RefundId, Role, SellerId, Timestamp};
use refund_store::{Answered, IdempotencyKey, Precondition, Refused, Request, Right, Secret, User, Work};
use sha2::{Digest, Sha256};
use url::Url;

use super::cookies;
use super::form::{Form, in_address};
use super::leading::{go_to, is_behind_a_page};
use super::mark;
use super::reader::Reader;
use super::reasons::ReasonChoices;
use super::right;
use super::too_often::{Sent, SentForm};
use super::typed::{TYPED, Typed, TypedForms};
use crate::app::App;
use crate::call::{CallId, CallerAddress, Sender, pass_over, received};
use crate::callers::address::counted;
use crate::callers::passwords::TriedFrom;
use crate::callers::{Caller, Tenant, hash};
use crate::engine::Idempotency;
use crate::feed::{ReadUpTo, sellers_end};
use crate::machine::clock::system_now;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// The header that says where a form comes from. Every browser of today sends it over TLS.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How the paths of the pages begin that a link opens; the link's token follows.
const BY_LINK: &str = "/b/";
/// Where forms are taken of whoever is signed in or not.
const OPEN_TO_ALL: [&str; 2] = ["/sign-in", BY_LINK];

/// One call by a browser.
pub(crate) struct Visit {
    pub(crate) app: Arc<App>,
    pub(crate) reader: Reader,
    /// Who is signed in, if anybody is.
    pub(crate) person: Option<Person>,
    /// Where the call comes from.
    from: Option<IpAddr>,
    /// The same, as calls are counted by it.
    pub(crate) address: Option<IpAddr>,
    /// What the browser keeps of whoever signed in there before.
    known: String,
    /// The path and query, to come back to.
    pub(crate) here: String,
    pub(crate) query: Form,
    pub(crate) form: Form,
    /// How far whoever is signed in could have been told before anything was read for the page. What happens behind
    /// that the page may lack.
    pub(crate) knows: ReadUpTo,
    params: Vec<(String, String)>,
    /// What the page before did, where this one has to tell it.
    pub(crate) done: String,
    /// Whether it is to change anything.
    changes: bool,
    /// What whoever is signed in needs for that.
    right: Right,
    /// What was typed into forms that were not taken.
    typed: Arc<TypedForms>,
    /// Whether the form holds what was typed into one that was not taken.
    pub(crate) is_resumed: bool,
    /// From when on that form may be sent, where it was sent too often.
    pub(crate) possible_from: Option<Timestamp>,
}

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

/// Up to where whoever is signed in may be told now.
async fn present(app: &App, person: Option<&Person>) -> Result<ReadUpTo, Problem> {
    let store = app.engine.store();
    match person.map(|person| &person.caller) {
        Some(Caller::Seller { seller_id, .. }) => Ok(sellers_end(store, seller_id).await?),
        _ => Ok(ReadUpTo::All(store.feed_end())),
    }
}

impl FromRequest<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request(request: HttpRequest, app: &Arc<App>) -> Result<Self, Response> {
        let visit = Self::read(request, app).await.map_err(IntoResponse::into_response)?;
        if let Some(back) = visit.outlived() {
            return Err(go_to(&back));
        }
        if let Some(whose) = visit.whose().filter(|_| visit.changes) {
            visit.typed.forget(whose, visit.path());
        }
        Ok(visit.resumed())
    }
}

impl Visit {
    async fn read(request: HttpRequest, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        if !parts.method.is_safe() && sent_from_elsewhere(&app.public_url, &parts.headers) {
            pass_over(HttpRequest::from_parts(parts, body)).await;
            return Err(forged());
        }
        let params = RawPathParams::from_request_parts(&mut parts, app).await.map_err(|_| Problem::not_found())?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let person = signed_in(app, &parts.headers).await;
        let from = parts.extensions.get().map(|CallerAddress(address)| *address);
        let address = from.map(counted);
        let who = person.as_ref().map_or(Tenant::Stranger(address), |person| person.caller.tenant());
        let sender = Sender { admission: &app.admission, who, is_known: person.is_some() };
        let has_body = !body.is_end_stream();
        let body = received(parts.uri.path(), body, sender).await?;
        // By the time that the whole form is there whoever sent it may be signed out, or have another role.
        let person = if has_body { signed_in(app, &parts.headers).await } else { person };
        let visit = Self {
            app: app.clone(),
            reader: cookies::reader(&parts.headers, app),
            here: parts.uri.path_and_query().map_or("/", |here| here.as_str()).to_owned(),
            query: Form::addressed(parts.uri.query().unwrap_or_default().as_bytes())?,
            form: Form::sent(&body.bytes)?,
            knows: present(app, person.as_ref()).await?,
            from,
            address,
            known: cookies::known(&parts.headers).unwrap_or_default().to_owned(),
            params,
            done: cookies::done(&parts.headers).unwrap_or_default().to_owned(),
            changes: !parts.method.is_safe(),
            right: right::needed(&parts.method, parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str)),
            typed: parts.extensions.remove().unwrap_or_default(),
            is_resumed: false,
            possible_from: None,
            person,
        };
        visit.show_form_to(parts.extensions.get::<SentForm>());
        if let Some(person) = &visit.person {
            if !visit.right.is_of(person.user.team_role) {
                return Err(Problem::not_for_the_team_role());
            }
            // What an open page asks for by itself does not count as a use of the session.
            if !is_behind_a_page(&parts.headers) {
                app.session_uses.used(app.engine.store(), &person.session, system_now()).await;
            }
            CallId::is_of(&parts.extensions, person.caller.id());
            app.admission.caller(&person.caller)?;
        }
        Ok(visit)
    }

    /// Where a form leads whose session is over: to signing in, and from there to its page, with what was typed.
    fn outlived(&self) -> Option<String> {
        let given = self.form.get("mark");
        let needs_session = self.changes && !OPEN_TO_ALL.iter().any(|open| self.path().starts_with(open));
        let whose = mark::person(&self.app, given).filter(|_| needs_session)?;
        let is_running = |person: &Person| mark::is_of_session(&self.app, given, &person.session);
        if self.person.as_ref().is_some_and(|person| person.user.id != whose || is_running(person)) {
            return None;
        }
        let id = self.typed.keep(whose, self.path(), self.param("action"), &self.form, None, system_now())?;
        let back = self.same_with(TYPED, &id);
        if self.person.is_some() {
            return Some(back);
        }
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        Some(format!("/sign-in?back={back}"))
    }

    /// With what was typed on the page into a form that was not taken, where the address names that.
    fn resumed(mut self) -> Self {
        let Some(whose) = self.whose().filter(|_| !self.changes) else { return self };
        let typed = self.typed.find(self.query.get(TYPED), whose, self.path(), system_now());
        if let Some(Typed { form, action, possible_from }) = typed {
            self.params.push(("action".to_owned(), action));
            (self.form, self.is_resumed, self.possible_from) = (form, true, possible_from);
        }
        self
    }

    /// Whose is what is typed here: the person's who is signed in, or the link's.
    fn whose(&self) -> Option<&str> {
        if self.path().starts_with(BY_LINK) {
            return Some(self.param("token"));
        }
        self.person.as_ref().map(|person| person.user.id.as_str())
    }

    /// Hands the form to `too_often`, which keeps what was typed if it came too early. The form of another site's page
    /// is not handed on.
    fn show_form_to(&self, keeper: Option<&SentForm>) {
        let is_own = |person: &Person| mark::is_of_session(&self.app, self.form.get("mark"), &person.session);
        let is_theirs = self.path().starts_with(BY_LINK) || self.person.as_ref().is_some_and(is_own);
        if let (Some(keeper), Some(whose)) = (keeper, self.whose().filter(|_| self.changes && is_theirs)) {
            // There is one form in a call.
            let _ = keeper.set(Sent {
                whose: whose.to_owned(),
                path: self.path().to_owned(),
                query: self.query.clone(),
                action: self.param("action").to_owned(),
                form: self.form.clone(),
            });
        }
    }

    fn path(&self) -> &str {
        self.here.split('?').next().unwrap_or_default()
    }
}

fn forged() -> Problem {
    Problem::new(ApiCode::ForgedForm, ApiCode::ForgedForm.meaning())
}

/// Whether the browser says that the form stood on somebody else's page. An old one, or one that came without TLS, says
/// no more than the page's origin; and `null`, because our pages tell nobody where they are, as others can too.
fn sent_from_elsewhere(public_url: &str, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site != "same-origin" && site != "none";
    }
    headers.get(header::ORIGIN).is_some_and(|origin| origin != "null" && !is_own_origin(origin, public_url, headers))
}

/// Whether an origin is the one by which the server is told of, or the one under which it was called just now.
fn is_own_origin(origin: &HeaderValue, public_url: &str, headers: &HeaderMap) -> bool {
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    let called = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let called = called.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    let own = Url::parse(public_url).ok().into_iter().chain(called);
    own.map(|own| own.origin()).any(|own| own == origin.origin())
}

impl Visit {
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The address of the same list with another value in one field of its query; without that field where the value is
    /// empty.
    pub(crate) fn same_with(&self, name: &str, value: &str) -> String {
        in_address(self.path(), &self.query, name, value)
    }

    /// The browser, where that person signed in there before.
    pub(crate) fn known_browser_of(&self, user: Option<&User>) -> Option<TriedFrom> {
        let known = user.filter(|user| self.app.known_browsers.knows(user, &self.known));
        known.map(TriedFrom::known_browser)
    }

    /// The visit once its form was carried out: nothing that was typed is shown again.
    pub(crate) fn with_form_done(self) -> Self {
        Self { form: self.form.only("mark"), ..self }
    }

    /// The refund that the path names. What can't be an id names nothing.
    pub(crate) fn refund_id(&self) -> Result<RefundId, Problem> {
        self.param("id").parse().map_err(|_| Problem::not_found())
    }

    /// Whoever is signed in; the others are asked to. What changes something has to come from a form of
    /// theirs: nobody else's page can know its mark.
    pub(crate) fn person(&self) -> Result<&Person, Problem> {
        let missing = || Problem::new(ApiCode::Unauthenticated, "nobody is signed in");
        let person = self.person.as_ref().ok_or_else(missing)?;
        if self.changes && !mark::is_of_session(&self.app, self.form.get("mark"), &person.session) {
            return Err(forged());
        }
        Ok(person)
    }

    /// The operator's person who is signed in. To others these pages are not there.
    pub(crate) fn operator(&self) -> Result<&Person, Problem> {
        let person = self.person()?;
        if person.caller.role() == Role::Operator { Ok(person) } else { Err(Problem::not_found()) }
    }

    /// The seller whose person is signed in.
    pub(crate) fn seller_id(&self) -> Option<&SellerId> {
        match &self.person.as_ref()?.caller {
            Caller::Seller { seller_id, .. } => Some(seller_id),
            Caller::Operator { .. } | Caller::Platform { .. } | Caller::Buyer { .. } => None,
        }
    }

    /// The reasons that are listed for whoever acts on a seller's refunds.
    pub(crate) fn reasons(&self, seller_id: &SellerId) -> Reasons {
        self.app.engine.settings().reasons(Some(seller_id))
    }

    /// Those out of which a seller's people choose.
    pub(crate) fn own_reasons(&self) -> ReasonChoices {
        let reasons = self.seller_id().map(|own| self.reasons(own)).unwrap_or_default();
        ReasonChoices { reader: self.reader, reasons }
    }

    /// Whoever opened a buyer's link, which the path names.
    pub(crate) async fn buyer(&self) -> Result<(Caller, RefundId), Problem> {
        let (caller, _) = self.app.recognise(self.param("token")).await?;
        let Caller::Buyer { refund_id, .. } = &caller else { return Err(Problem::not_found()) };
        let refund_id = refund_id.clone();
        Ok((caller, refund_id))
    }

    /// The action that the path names, such as `confirm-receipt`.
    pub(crate) fn action(&self) -> Result<CommandKind, Problem> {
        self.tried().parse().map_err(|_| Problem::not_found())
    }

    /// The name of the action that was tried, if one was.
    pub(crate) fn tried(&self) -> String {
        self.param("action").replace('-', "_")
    }

    /// Does what a form asks for on a refund, of the version that its page showed.
    pub(crate) async fn act(
        &self,
        caller: &Caller,
        refund: &Refund,
        kind: CommandKind,
        command: Command,
    ) -> Result<Result<(), Refused>, Problem> {
        let actor = caller.actor_for(refund, kind)?;
        let precondition = self.form.get("version").parse().map_or(Precondition::Missing, Precondition::Version);
        let work = Work::Command { refund_id: refund.id.clone(), command };
        self.done(Request { precondition, ..Request::new(actor, work) }).await
    }

    /// What makes the form act once, however often it is sent: the mark that its page put into it, and all that was
    /// typed. Somebody who goes back and types something else means something else.
    fn once(&self, request: &Request) -> Idempotency {
        if self.form.get("once").is_empty() {
            return None;
        }
        let mut hash = Sha256::new();
        let typed = self.form.fields().filter(|(name, _)| *name != "mark");
        for part in typed.flat_map(|(name, value)| [name, value]).chain([self.here.as_str()]) {
            hash.update(part);
            hash.update([0]);
        }
        let fingerprint: [u8; 32] = hash.finalize().into();
        let key = format!("form_{}", BASE64URL_NOPAD.encode(&fingerprint));
        let caller = self.person.as_ref().map_or(request.actor.id.as_str(), |person| person.caller.id()).to_owned();
        Some((IdempotencyKey { caller, key }, fingerprint))
    }

    /// A request as this form makes it: once, from where the form came, and by the right that its sender has now.
    pub(crate) fn asking(&self, request: Request) -> Request {
        Request { idempotency: self.once(&request), right: self.right, from: self.from, ..request }
    }

    /// Carries a request out as this form makes it.
    pub(crate) async fn change(&self, request: Request) -> Result<Answered, Refused> {
        self.app.engine.change(self.asking(request)).await
    }

    /// Carries out what a page asks for. The page that is shown next looks for itself at what came of it.
    pub(crate) async fn done(&self, request: Request) -> Result<Result<(), Refused>, Problem> {
        match self.change(request).await {
            Ok(_) => Ok(Ok(())),
            Err(refused @ (Refused::Rule { .. } | Refused::VersionMoved { .. } | Refused::TooOften { .. })) => {
                Ok(Err(refused))
            }
            Err(refused) => Err(refused.into()),
        }
    }
}
