//! A call by a browser, as the pages see it: who reads, who is signed in, and what a form brought.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, RawPathParams, Request as HttpRequest};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use refund_core::{Command, CommandKind, Reasons, Refund, RefundId, Role, SellerId, Timestamp};
use refund_store::{Answered, IdempotencyKey, Precondition, Refused, Request, Right, User, Work};
use sha2::{Digest, Sha256};

use super::cookies;
use super::elsewhere::sent_from_elsewhere;
use super::form::{Form, in_address};
use super::leading::{go_to, is_behind_a_page};
use super::mark;
use super::person::{Person, in_session, signed_in};
use super::reader::Reader;
use super::reasons::ReasonChoices;
use super::right;
use super::too_often::{Sent, SentForm};
use super::typed::{TYPED, Typed, TypedForms};
use crate::app::App;
use crate::call::{CallId, CallerAddress, Sender, pass_over, received};
use crate::callers::address::counted;
use crate::callers::passwords::TriedFrom;
use crate::callers::{Caller, Tenant};
use crate::engine::Idempotency;
use crate::feed::{ReadUpTo, sellers_end};
use crate::machine::clock::system_now;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

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

/// A visit whose form brings files: it has not been read, because it may be longer than what is held.
pub(crate) struct OpenVisit {
    pub(crate) visit: Visit,
    pub(crate) request: HttpRequest,
}

impl FromRequest<Arc<App>> for OpenVisit {
    type Rejection = Problem;

    async fn from_request(request: HttpRequest, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = begun(request, app).await?;
        let person = signed_in(app, &parts.headers).await;
        let visit = Visit::begin(&mut parts, app, person, Form::default()).await?;
        visit.let_in(&parts).await?;
        Ok(Self { visit, request: HttpRequest::from_parts(parts, body) })
    }
}

/// A call of which it is not known yet who makes it, unless another site's page does.
async fn begun(request: HttpRequest, app: &App) -> Result<(Parts, Body), Problem> {
    let (parts, body) = request.into_parts();
    if !parts.method.is_safe() && sent_from_elsewhere(&app.public_url, &parts.headers) {
        pass_over(HttpRequest::from_parts(parts, body)).await;
        return Err(forged());
    }
    Ok((parts, body))
}

impl Visit {
    async fn read(request: HttpRequest, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = begun(request, app).await?;
        let person = signed_in(app, &parts.headers).await;
        let address = parts.extensions.get().map(|CallerAddress(address)| counted(*address));
        let who = person.as_ref().map_or(Tenant::Stranger(address), |person| person.caller.tenant());
        let sender = Sender { admission: &app.admission, who, is_known: person.is_some() };
        let has_body = !body.is_end_stream();
        let body = received(parts.uri.path(), body, sender).await?;
        // By the time that the whole form is there whoever sent it may be signed out, or have another role.
        let person = if has_body { signed_in(app, &parts.headers).await } else { person };
        let visit = Self::begin(&mut parts, app, person, Form::sent(&body.bytes)?).await?;
        visit.show_form_to(parts.extensions.get::<SentForm>());
        visit.let_in(&parts).await?;
        Ok(visit)
    }

    /// Who calls, where, and with which form.
    async fn begin(parts: &mut Parts, app: &Arc<App>, person: Option<Person>, form: Form) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        let from = parts.extensions.get().map(|CallerAddress(address)| *address);
        Ok(Self {
            app: app.clone(),
            reader: cookies::reader(&parts.headers, app),
            here: parts.uri.path_and_query().map_or("/", |here| here.as_str()).to_owned(),
            query: Form::addressed(parts.uri.query().unwrap_or_default().as_bytes())?,
            form,
            knows: present(app, person.as_ref()).await?,
            from,
            address: from.map(counted),
            known: cookies::known(&parts.headers).unwrap_or_default().to_owned(),
            params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            done: cookies::done(&parts.headers).unwrap_or_default().to_owned(),
            changes: !parts.method.is_safe(),
            right: right::needed(&parts.method, parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str)),
            typed: parts.extensions.remove().unwrap_or_default(),
            is_resumed: false,
            possible_from: None,
            person,
        })
    }

    /// Lets whoever is signed in pass who may be here, and does not call too often.
    async fn let_in(&self, parts: &Parts) -> Result<(), Problem> {
        let Some(person) = &self.person else { return Ok(()) };
        if !self.right.is_of(person.user.team_role) {
            return Err(Problem::not_for_the_team_role());
        }
        // What an open page asks for by itself does not count as a use of the session.
        if !is_behind_a_page(&parts.headers) {
            self.app.session_uses.used(self.app.engine.store(), &person.session, system_now()).await;
        }
        CallId::is_of(&parts.extensions, person.caller.id());
        self.app.admission.caller(&person.caller)
    }

    /// Whether whoever was signed in when the call began is so still.
    pub(crate) async fn is_signed_in_still(&self) -> bool {
        match &self.person {
            Some(person) => in_session(&self.app, &person.session).await.is_some(),
            None => true,
        }
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
