//! A call as the routes see it: who, what, and the body as it came.

mod admission;
mod body;
pub(crate) mod tag;
mod trace;

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, RawPathParams, Request as HttpRequest};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use data_encoding::HEXLOWER;
use refund_core::{InvalidId, is_id};
use refund_store::{Answered, IdempotencyKey, KeyScope, Precondition, Refused, Request, SetUp, Tag};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

pub(crate) use self::admission::{CallerAddress, NOT_COUNTED, Peer, admit};
pub(crate) use self::body::{Received, Sender, as_it_is, pass_over, pass_over_body, received};
pub(crate) use self::trace::{CallId, Explained, Trace, refused_with};
use crate::app::App;
use crate::callers::Caller;
use crate::engine::Idempotency;
use crate::machine::clock::Stopwatch;
use crate::metrics::CHECK;
use crate::problem::Problem;
use crate::wire::code::ApiCode;
use crate::wire::json;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A call by somebody who has been recognised.
pub(crate) struct Call {
    pub(crate) app: Arc<App>,
    pub(crate) caller: Caller,
    /// From which address it comes.
    from: Option<IpAddr>,
    scope: KeyScope,
    parts: Parts,
    params: RawPathParams,
    body: Received,
}

/// A body that takes longer than this did not come at once.
const AT_ONCE: Duration = Duration::from_millis(50);

impl FromRequest<Arc<App>> for Call {
    type Rejection = Problem;

    async fn from_request(request: HttpRequest, app: &Arc<App>) -> Result<Self, Problem> {
        let OpenCall { mut call, body } = OpenCall::from_request(request, app).await?;
        let sender = Sender { admission: &app.admission, who: call.caller.tenant(), is_known: true };
        let (has_body, began) = (!body.is_end_stream(), Stopwatch::start());
        call.body = received(call.parts.uri.path(), body, sender).await?;
        // A key or a link may be taken away while a body is on its way. A link is asked for again behind every body; a
        // key where the body took a while, because the store's door looks at keys too.
        let is_asked_again = matches!(call.caller, Caller::Buyer { .. }) || began.elapsed() >= AT_ONCE;
        if has_body && is_asked_again {
            call.recognise_again().await?;
        }
        Ok(call)
    }
}

/// A call whose body has not been read, because it may be longer than what is held.
pub(crate) struct OpenCall {
    pub(crate) call: Call,
    pub(crate) body: Body,
}

impl FromRequest<Arc<App>> for OpenCall {
    type Rejection = Problem;

    async fn from_request(request: HttpRequest, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        match known(app, &mut parts).await {
            Ok((caller, scope, params)) => {
                let from = parts.extensions.get().map(|CallerAddress(address)| *address);
                let body_to_come = Received::default();
                Ok(Self {
                    call: Call { app: app.clone(), caller, from, scope, parts, params, body: body_to_come },
                    body,
                })
            }
            Err(problem) => {
                pass_over(HttpRequest::from_parts(parts, body)).await;
                Err(problem)
            }
        }
    }
}

/// All that is known of a call by its head, where it can be taken.
async fn known(app: &Arc<App>, parts: &mut Parts) -> Result<(Caller, KeyScope, RawPathParams), Problem> {
    let (caller, scope) = recognised(app, parts).await?;
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| no_id())?;
    if parts.method == Method::POST {
        // A mistake in it is told also where nothing is remembered.
        chosen_key(&parts.headers)?;
    }
    Ok((caller, scope, params))
}

/// Who calls, and for what their key is good, where it is good for a call of that method.
async fn recognised(app: &App, parts: &Parts) -> Result<(Caller, KeyScope), Problem> {
    let (caller, scope) = app.recognise(bearer(&parts.headers)?).await?;
    CallId::is_of(&parts.extensions, caller.id());
    let path = parts.extensions.get().map_or("", MatchedPath::as_str);
    // To ask something a key for reading is enough.
    if !parts.method.is_safe() && !path.ends_with(CHECK) {
        good_for_all(scope)?;
    }
    Ok((caller, scope))
}

/// Does what takes a while on a thread of its own, so that nobody else waits for it.
pub(crate) async fn on_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let result = tokio::task::spawn_blocking(work).await;
    result.unwrap_or_else(|error| Err(Problem::new(ApiCode::Internal, error.to_string())))
}

fn good_for_all(scope: KeyScope) -> Result<(), Problem> {
    match scope {
        KeyScope::Full => Ok(()),
        KeyScope::Read => Err(Problem::new(ApiCode::KeyReadsOnly, "this key was made for reading")),
    }
}

/// A header that may be there once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new(ApiCode::MalformedHeader, format!("{name}: once and no more")));
    }
    Ok(first)
}

fn no_id() -> Problem {
    Problem::new(ApiCode::MalformedPath, format!("the id in the path: {InvalidId}, and no slash"))
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing =
        || Problem::new(ApiCode::Unauthenticated, "Authorization: Bearer with a key or a link's token is needed");
    let value = only(headers, &header::AUTHORIZATION)?.ok_or_else(missing)?;
    let (scheme, token) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}

impl Call {
    /// What the call is known by in the log.
    pub(crate) fn request_id(&self) -> &str {
        self.parts.extensions.get().map_or("", CallId::as_str)
    }

    /// What the caller was recognised by.
    pub(crate) fn token(&self) -> Result<&str, Problem> {
        bearer(&self.parts.headers)
    }

    /// Passes over a body that was not read.
    pub(crate) async fn pass_over(&self, body: Body) {
        pass_over_body(&self.parts.headers, body).await;
    }

    /// A request with the address that the call came from.
    pub(crate) fn coming_from_there(&self, request: Request) -> Request {
        Request { from: self.from, ..request }
    }

    /// Looks anew whether the key or link is good: it may have been taken away since the call began.
    pub(crate) async fn recognise_again(&mut self) -> Result<(), Problem> {
        (self.caller, self.scope) = self.app.caller_with(self.token()?).await?;
        Ok(())
    }

    /// Lets only keys pass that are good for all that their role may do.
    pub(crate) fn with_full_scope(&self) -> Result<(), Problem> {
        good_for_all(self.scope)
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The id in the path.
    pub(crate) fn id<T: FromStr>(&self) -> Result<T, Problem> {
        self.id_named("id")
    }

    /// The id in the path that is called so. A slash in it can't be told from one of the path by whatever decodes paths
    /// on the way.
    pub(crate) fn id_named<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let id = self.param(name).filter(|id| is_id(id) && !id.contains('/'));
        id.and_then(|id| id.parse().ok()).ok_or_else(no_id)
    }

    /// The body, read strictly.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let headers = &self.parts.headers;
        if let Some(value) = headers.get(header::CONTENT_TYPE).filter(|_| !self.body.bytes.is_empty()) {
            let media_type = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
            if !media_type.eq_ignore_ascii_case("application/json") {
                let detail = format!("the body is {media_type:?}, and application/json is taken");
                return Err(Problem::new(ApiCode::UnsupportedMediaType, detail));
            }
        }
        if !self.body.bytes.is_empty() {
            self.comes_as_it_is()?;
        }
        if self.parts.method == Method::PUT && self.body.bytes.is_empty() {
            // What is put replaces all that there was, also what it leaves out: nothing at all is meant by nobody.
            return Err(Problem::new(ApiCode::MalformedBody, "there is no body, and what is put has one".to_owned()));
        }
        Ok(json::read(&self.body.bytes)?)
    }

    /// Whether the body is sent without a coding.
    ///
    /// # Errors
    /// Where it would have to be unpacked first.
    pub(crate) fn comes_as_it_is(&self) -> Result<(), Problem> {
        as_it_is(&self.parts.headers)
    }

    /// The query, read strictly.
    pub(crate) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let query = self.parts.uri.query().unwrap_or_default();
        let parameters = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(parameters).map_err(|error| {
            let (parameter, what) = (error.path().to_string(), error.inner().to_string());
            let detail = if parameter == "." { what } else { format!("{parameter}: {what}") };
            Problem::new(ApiCode::MalformedQuery, detail)
        })
    }

    /// A header's text, where it is there.
    pub(crate) fn header(&self, name: &HeaderName) -> Result<Option<String>, Problem> {
        let Some(value) = only(&self.parts.headers, name)? else { return Ok(None) };
        let text = value.to_str().map_err(|_| Problem::new(ApiCode::MalformedHeader, format!("{name}: not ASCII")))?;
        Ok(Some(text.to_owned()))
    }

    /// Carries out what the call asks for; or gives the answer that was given before
    /// under its idempotency key. That is looked for before the body is read.
    pub(crate) async fn once(&self, read: impl FnOnce() -> Result<Request, Problem>) -> Result<Answered, Problem> {
        let idempotency = self.idempotency()?;
        if let Some(before) = self.app.engine.answered_before(idempotency.clone()).await? {
            return Ok(before);
        }
        Ok(self.change(Request { idempotency, ..read()? }).await?)
    }

    /// Carries a request out, with the address that the call came from.
    pub(crate) async fn change(&self, request: Request) -> Result<Answered, Refused> {
        self.app.engine.change(self.coming_from_there(request)).await
    }

    /// Replaces settings, unless they are not what `If-Match` says any more.
    pub(crate) async fn replace(&self, set_up: SetUp) -> Result<Answered, Problem> {
        let precondition = self.settings_tag()?;
        Ok(self.change(Request { precondition, ..Request::new(self.caller.itself(), set_up) }).await?)
    }

    /// The version that `If-Match` names; without one that it is missing, for whoever has to name it.
    pub(crate) fn required_version(&self) -> Result<Precondition, Problem> {
        let version = self.named_version()?;
        let lacks_it = version == Precondition::None && self.caller.names_version();
        Ok(if lacks_it { Precondition::Missing } else { version })
    }

    /// The version that `If-Match` names, for whoever may leave it out.
    pub(crate) fn named_version(&self) -> Result<Precondition, Problem> {
        let number = |text: &str| text.parse().ok().filter(|number: &u64| number.to_string() == text);
        // What has come of its files stands behind the version and is no part of it.
        let version = |tag: &str| match tag.split_once('.') {
            Some((version, files)) => number(version).filter(|_| number(files).is_some()),
            None => number(tag),
        };
        let read = |tag: &str| version(tag).map(Precondition::Version);
        self.if_match(read, "If-Match: one version in quotes, as the refund's ETag has it; no list, no star")
    }

    /// The tag of settings that `If-Match` names: they have to be so still.
    pub(crate) fn settings_tag(&self) -> Result<Precondition, Problem> {
        let bytes = |tag: &str| HEXLOWER.decode(tag.as_bytes()).ok()?.try_into().ok();
        let read = |tag: &str| bytes(tag).map(|bytes| Precondition::Tag(Tag(bytes)));
        self.if_match(read, "If-Match: one tag in quotes, as the ETag of these settings has it; no list, no star")
    }

    fn if_match(&self, read: impl Fn(&str) -> Option<Precondition>, takes: &str) -> Result<Precondition, Problem> {
        let Some(value) = only(&self.parts.headers, &header::IF_MATCH)? else { return Ok(Precondition::None) };
        let tag = value.to_str().ok().and_then(tag::own);
        tag.and_then(read).ok_or_else(|| Problem::new(ApiCode::MalformedHeader, takes))
    }

    /// Under which key the answer is remembered, and what makes the request the same.
    pub(crate) fn idempotency(&self) -> Result<Idempotency, Problem> {
        self.idempotency_of(&[self.body.bytes.as_ref()])
    }

    /// The same of a call that sends a file, which hashed to that as it came: how it is called is a part of it.
    pub(crate) fn idempotency_of_file(&self, sent: &[u8; 32]) -> Result<Idempotency, Problem> {
        let query = self.parts.uri.query().unwrap_or_default();
        self.idempotency_of(&[query.as_bytes(), &[0], sent])
    }

    fn idempotency_of(&self, body: &[&[u8]]) -> Result<Idempotency, Problem> {
        let Some(key) = chosen_key(&self.parts.headers)? else { return Ok(None) };
        let mut hash = Sha256::new();
        for part in [self.parts.method.as_str(), self.parts.uri.path()] {
            hash.update(part);
            hash.update([0]);
        }
        body.iter().for_each(|part| hash.update(part));
        Ok(Some((IdempotencyKey { caller: self.caller.id().to_owned(), key }, hash.finalize().into())))
    }
}

/// The idempotency key that the caller has chosen, if there is one.
fn chosen_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = only(headers, &IDEMPOTENCY_KEY)? else { return Ok(None) };
    let visible = |key: &&str| (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = value.to_str().ok().filter(visible);
    let detail = "Idempotency-Key: 1 to 64 visible ASCII characters";
    key.map(|key| Some(key.to_owned())).ok_or_else(|| Problem::new(ApiCode::MalformedHeader, detail))
}
